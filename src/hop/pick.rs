//! Which of several exchanges an inner one belongs to, by time and place.

use super::Leg;

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
    // One exchange may be of both hops, and is none of its own.
    if inner.at() == outer.at() {
        return Fit::Never;
    }
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
    /// So many fit alike; more than are looked at, where no number is there.
    Many(Option<usize>),
    /// None fits.
    None,
}

/// What an inner exchange may belong to.
#[derive(Debug, Clone, Default)]
pub(super) struct Candidates<'l> {
    /// By number.
    pub(super) legs: Vec<(u64, &'l Leg)>,
    /// More run at the same time than are looked at.
    pub(super) crowded: bool,
    /// More are there than are looked at, of other clocks: how far off the nearest of these is, where that is known.
    pub(super) edge: Option<Option<u64>>,
}

impl Candidates<'_> {
    /// Without those that cannot be meant.
    pub(super) fn retain(&mut self, keep: impl Fn(u64, &Leg) -> bool) {
        self.legs.retain(|(number, leg)| keep(*number, leg));
    }
}

/// What is asked of a pick.
pub(super) struct Pick<'p> {
    /// Candidates may be several hops of one way, of which the innermost is meant; else they are all of one hop. Says whether
    /// the first of two is on the second one's way.
    pub(super) chain: Option<&'p dyn Fn(u64, u64) -> bool>,
    /// What does not lie within may be meant all the same, by the same clock.
    pub(super) outside: bool,
    /// What is farther off by other clocks is not meant.
    pub(super) farthest: u64,
}

impl Pick<'_> {
    /// Picks the one that the inner exchange belongs to.
    pub(super) fn of(&self, inner: &Leg, candidates: &Candidates<'_>) -> Picked {
        let (mut within, mut begun) = (Vec::new(), Vec::new());
        let mut beside: Vec<(Option<u64>, u64)> = Vec::new();
        for (number, outer) in &candidates.legs {
            match fit(inner, outer) {
                Fit::Within => within.push((*number, *outer)),
                Fit::Begun => begun.push((*number, *outer)),
                // Of two clocks, none says which of two hops is the one before.
                Fit::Beside(apart) if self.chain.is_none() => beside.push((apart, *number)),
                Fit::Outside if self.outside => {
                    let apart = inner.begin().zip(outer.begin()).map(|(a, b)| a.nanoseconds.abs_diff(b.nanoseconds));
                    beside.push((apart, *number));
                }
                Fit::Beside(_) | Fit::Outside | Fit::Never => {}
            }
        }
        if candidates.crowded {
            return Picked::Many(None);
        }
        for running in [within, begun] {
            if !running.is_empty() {
                return self.innermost(inner, running);
            }
        }
        beside.retain(|(apart, _)| apart.is_none_or(|apart| apart <= self.farthest));
        nearest(beside, candidates.edge)
    }

    /// Of those that ran when the inner exchange began: of a chain the one that began last, if all others are on its way. One
    /// whose server the inner connection comes from is rather meant than others.
    fn innermost(&self, inner: &Leg, mut running: Vec<(u64, &Leg)>) -> Picked {
        let Some(is_before) = self.chain else {
            return match running.as_slice() {
                [(only, _)] => Picked::One(*only, true),
                several => Picked::Many(Some(several.len())),
            };
        };
        if running.iter().any(|(_, outer)| goes_on(outer, inner)) {
            running.retain(|(_, outer)| goes_on(outer, inner));
        }
        let Some((best, _)) = running.iter().max_by_key(|(number, leg)| (leg.begin(), *number)) else { return Picked::None };
        let others = running.iter().filter(|(number, _)| number != best && !is_before(*number, *best)).count();
        if others > 0 { Picked::Many(Some(others.saturating_add(1))) } else { Picked::One(*best, true) }
    }
}

/// Whether a connection begins where another ended, by address.
pub(super) fn goes_on(outer: &Leg, inner: &Leg) -> bool {
    outer.ends().zip(inner.ends()).is_some_and(|((_, server), (client, _))| server.ip == client.ip)
}

/// The only one, or the one that is much nearer than all others. `edge` is one more that was not looked at.
fn nearest(mut beside: Vec<(Option<u64>, u64)>, edge: Option<Option<u64>>) -> Picked {
    match (beside.as_slice(), edge) {
        ([], _) => return Picked::None,
        ([(_, only)], None) => return Picked::One(*only, false),
        _ => {}
    }
    let several = edge.is_none().then_some(beside.len());
    if beside.iter().any(|(apart, _)| apart.is_none()) || edge == Some(None) {
        return Picked::Many(several);
    }
    beside.sort_unstable();
    let second = beside.get(1).and_then(|(apart, _)| *apart).into_iter().chain(edge.flatten()).min();
    match (beside.first(), second) {
        (Some((Some(first), number)), Some(second)) if second > first.max(&CLOCKS).saturating_mul(MUCH_FARTHER) => {
            Picked::One(*number, false)
        }
        _ => Picked::Many(several),
    }
}
