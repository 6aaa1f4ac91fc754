//! Which of several exchanges an inner one belongs to, by time and place.

use super::Leg;
use crate::wire::Endpoint;

/// How far off the second nearest in time must be, compared with the nearest, for the nearest to be the one that is meant.
const MUCH_FARTHER: u64 = 10;
/// Clocks of two machines agree to about so many nanoseconds; what is nearer than this is no nearer than another.
const CLOCKS: u64 = 1_000_000;

/// How an exchange lies to one that may have caused it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fit {
    /// It began and ended while the other ran, by the same clock.
    Within,
    /// It began while the other ran, and ended after it, as where a node gave up waiting.
    Begun,
    /// By the same clock it began before the other, or when that was over.
    Outside,
    /// Another clock, or none: so many nanoseconds lie between their beginnings, where both have one.
    Beside(Option<u64>),
    /// It is the other, or runs on the same connection.
    Never,
}

/// How an inner exchange lies to an outer one.
pub(super) fn fit(inner: &Leg, outer: &Leg) -> Fit {
    // What has no request caused nothing that is seen; of another capture it may be what is left of it.
    if outer.exchange().request.is_none() || inner.exchange().request.is_none() {
        return if inner.capture() == outer.capture() { Fit::Never } else { Fit::Beside(None) };
    }
    if let (Some((one, endpoint)), Some((other, caller))) = (inner.logged(), outer.logged())
        && one == other
    {
        return if endpoint && !caller { Fit::Within } else { Fit::Never };
    }
    let same_capture = inner.capture() == outer.capture();
    if same_capture && inner.stream().is_some() && inner.stream() == outer.stream() {
        return Fit::Never;
    }
    let (Some(begun), Some(began)) = (inner.begin(), outer.begin()) else { return Fit::Beside(None) };
    if !same_capture || inner.stream().is_none() {
        return Fit::Beside(Some(begun.nanoseconds.abs_diff(began.nanoseconds)));
    }
    let over = outer.end();
    if began > begun || over.is_some_and(|over| over < begun) {
        return Fit::Outside;
    }
    if inner.end().zip(over).is_some_and(|(ended, over)| ended > over) { Fit::Begun } else { Fit::Within }
}

/// What was picked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Picked {
    /// This one; whether it surely is, since the inner exchange lies within it.
    One(u64, bool),
    /// So many fit alike.
    Many(usize),
    /// None fits.
    None,
}

/// Candidates by number.
pub(super) type Candidates<'l> = Vec<(u64, &'l Leg)>;

/// Picks the one that the inner exchange belongs to. `chain` says that candidates may be several hops of one way, of which
/// the innermost is meant; else they are all of one hop.
pub(super) fn pick(inner: &Leg, candidates: &Candidates<'_>, chain: bool, outside: bool) -> Picked {
    let (mut within, mut begun): (Candidates<'_>, Candidates<'_>) = (Vec::new(), Vec::new());
    let mut beside: Vec<(Option<u64>, u64)> = Vec::new();
    for (number, outer) in candidates {
        match fit(inner, outer) {
            Fit::Within => within.push((*number, outer)),
            Fit::Begun => begun.push((*number, outer)),
            // Of two clocks, none says which of two hops is the one before.
            Fit::Beside(apart) if !chain => beside.push((apart, *number)),
            Fit::Outside if outside => {
                let apart = inner.begin().zip(outer.begin()).map(|(a, b)| a.nanoseconds.abs_diff(b.nanoseconds));
                beside.push((apart, *number));
            }
            Fit::Beside(_) | Fit::Outside | Fit::Never => {}
        }
    }
    for running in [within, begun] {
        if !running.is_empty() {
            return innermost(running, chain);
        }
    }
    nearest(beside)
}

/// Of those that ran when the inner exchange began: of a chain the one that began last, if none beside it has the same server.
fn innermost(mut within: Candidates<'_>, chain: bool) -> Picked {
    within.sort_by_key(|(number, leg)| std::cmp::Reverse((leg.begin(), *number)));
    let Some((number, best)) = within.first() else { return Picked::None };
    let server = |leg: &Leg| -> Option<Endpoint> { Some(leg.ends()?.1) };
    let alike = within.iter().filter(|(_, leg)| !chain || server(leg) == server(best)).count();
    if alike > 1 { Picked::Many(alike) } else { Picked::One(*number, true) }
}

fn nearest(mut beside: Vec<(Option<u64>, u64)>) -> Picked {
    if let [(_, only)] = beside.as_slice() {
        return Picked::One(*only, false);
    }
    if beside.iter().any(|(apart, _)| apart.is_none()) {
        return Picked::Many(beside.len());
    }
    beside.sort_unstable();
    match beside.as_slice() {
        [(Some(first), number), (Some(second), _), ..] if *second > first.max(&CLOCKS).saturating_mul(MUCH_FARTHER) => {
            Picked::One(*number, false)
        }
        [] => Picked::None,
        several => Picked::Many(several.len()),
    }
}
