//! What an exchange may belong to: those that run when it begins, and those of other clocks near to it.
//!
//! Exchanges are gone through once, in the order in which they began. Bounded: so many are looked at for one, and where there are
//! more the answer is that several fit. n log n.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::net::IpAddr;

use super::pick::Candidates;
use super::{Id, IdKind, Leg};
use crate::http::CaptureId;
use crate::wire::Endpoint;

/// So many that run at the same time are looked at for one.
const MOST_RUNNING: usize = 64;
/// So many of another clock are looked at on either side in time.
const MOST_NEAR: usize = 16;
/// So many clocks are looked at.
const MOST_CLOCKS: usize = 32;

/// What exchanges have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Key<'l> {
    /// An id.
    Id(&'l Id),
    /// Method and target.
    Look(&'l [u8]),
    /// The method, and of the outer one of a chain the address at which the inner one begins.
    Method(&'l [u8], Option<IpAddr>),
}

/// The key of those on a hop.
type Of<'l> = (Option<u32>, Key<'l>);
/// Those that run, by when they end, apart by their servers.
type ByServer = BTreeMap<Option<Endpoint>, BTreeSet<(u64, u64)>>;

/// Those of one clock: by when they began where that is known.
#[derive(Debug, Default)]
struct Shelf {
    timed: Vec<(u64, u64)>,
    untimed: Vec<u64>,
}

/// All that an exchange may belong to.
#[derive(Debug, Default)]
pub(super) struct Index<'l> {
    running: HashMap<(Of<'l>, CaptureId), ByServer>,
    /// By capture; exchanges without packets have no clock that orders them, so they stand apart.
    beside: HashMap<Of<'l>, BTreeMap<Option<CaptureId>, Shelf>>,
}

impl<'l> Index<'l> {
    /// Adds what may be known by other clocks, in the order in which it began.
    pub(super) fn beside(&mut self, number: u64, leg: &'l Leg, level: Option<u32>, look: Option<&'l [u8]>) {
        let clock = leg.clock().map(|(capture, ..)| capture);
        let ids = leg.ids.iter().filter(|id| level.is_some() || id.kind == IdKind::Log).map(Key::Id);
        for key in ids.chain(look.filter(|_| level.is_some()).map(Key::Look)) {
            let shelf = self.beside.entry((level, key)).or_default().entry(clock).or_default();
            match leg.begin() {
                Some(begin) => shelf.timed.push((begin.nanoseconds, number)),
                None => shelf.untimed.push(number),
            }
        }
    }

    /// An exchange runs from now on.
    pub(super) fn runs(&mut self, number: u64, leg: &'l Leg, level: Option<u32>, look: Option<&'l [u8]>) {
        let Some((capture, _, end)) = leg.clock() else { return };
        let server = leg.ends().map(|(_, server)| server);
        let at = server.filter(|_| level.is_none()).map(|server| server.ip);
        let method = look.and(leg.method()).map(|method| Key::Method(method, at));
        for key in leg.ids.iter().map(Key::Id).chain(look.map(Key::Look)).chain(method) {
            self.running.entry(((level, key), capture)).or_default().entry(server).or_default().insert((end, number));
        }
    }

    /// Those of a hop with this key that may be what an exchange belongs to, which is no more than begun. `own` says that those
    /// of its own clock may lie anywhere.
    pub(super) fn of(&mut self, of: Of<'l>, inner: &Leg, own: bool, leg: impl Fn(u64) -> Option<&'l Leg>) -> Candidates<'l> {
        let (mut numbers, mut found) = (HashSet::new(), Candidates::default());
        if let Some((capture, begin, _)) = inner.clock() {
            // In a chain, what has the same server is no hop before.
            let not = inner.ends().filter(|_| of.0.is_none()).map(|(_, server)| Some(server));
            found.crowded = self.run_now((of, capture), begin, not, &mut numbers);
        }
        if let Some(clocks) = self.beside.get(&of) {
            let except = inner.clock().map(|(capture, ..)| Some(capture)).filter(|_| !own);
            let mut others = clocks.iter().filter(|(clock, _)| Some(**clock) != except);
            for (_, shelf) in others.by_ref().take(MOST_CLOCKS) {
                near(shelf, inner.begin().map(|time| time.nanoseconds), &mut numbers, &mut found.edge);
            }
            if others.next().is_some() {
                found.edge = Some(None);
            }
        }
        let mut numbers: Vec<u64> = numbers.into_iter().collect();
        numbers.sort_unstable();
        found.legs = numbers.into_iter().filter_map(|number| Some((number, leg(number)?))).collect();
        found
    }

    /// Those that run at a time; whether there are more than are looked at.
    fn run_now(&mut self, of: (Of<'l>, CaptureId), now: u64, not: Option<Option<Endpoint>>, numbers: &mut HashSet<u64>) -> bool {
        let Some(servers) = self.running.get_mut(&of) else { return false };
        let (mut over, mut crowded) = (Vec::new(), false);
        for (server, set) in servers.iter_mut().filter(|(server, _)| Some(**server) != not) {
            while set.first().is_some_and(|(end, _)| *end < now) {
                set.pop_first();
            }
            if set.is_empty() {
                over.push(*server);
            }
            numbers.extend(set.iter().take(MOST_RUNNING).map(|(_, number)| *number));
            if numbers.len() > MOST_RUNNING || set.len() > MOST_RUNNING {
                crowded = true;
                break;
            }
        }
        for server in over {
            servers.remove(&server);
        }
        crowded
    }
}

/// Those of a clock that are nearest in time, and how far off the nearest is that is left out.
fn near(shelf: &Shelf, time: Option<u64>, numbers: &mut HashSet<u64>, edge: &mut Option<Option<u64>>) {
    let mut cut = |apart: Option<u64>| {
        *edge = Some(match *edge {
            Some(known) => known.zip(apart).map(|(known, apart)| known.min(apart)),
            None => apart,
        });
    };
    numbers.extend(shelf.untimed.iter().take(MOST_NEAR));
    if shelf.untimed.len() > MOST_NEAR {
        cut(None);
    }
    let Some(time) = time else {
        numbers.extend(shelf.timed.iter().take(MOST_NEAR).map(|(_, number)| *number));
        if shelf.timed.len() > MOST_NEAR {
            cut(None);
        }
        return;
    };
    let (before, behind) =
        shelf.timed.split_at_checked(shelf.timed.partition_point(|(began, _)| *began <= time)).unwrap_or_default();
    let mut sides: [&mut dyn Iterator<Item = &(u64, u64)>; 2] = [&mut before.iter().rev(), &mut behind.iter()];
    for side in &mut sides {
        numbers.extend(side.by_ref().take(MOST_NEAR).map(|(_, number)| *number));
        if let Some((began, _)) = side.next() {
            cut(Some(began.abs_diff(time)));
        }
    }
}
