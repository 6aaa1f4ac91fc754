//! Hops that follow others: exchanges wait here until those of the same request on the other hop are there.
//!
//! Which belong together [`hop`](crate::hop) says. Bounded: where too much waits, the older half is judged with what is there.

use std::collections::HashMap;
use std::sync::Arc;

use super::evaluate::{Lack, evaluate};
use super::mask;
use super::params::Params;
use super::plan::{Link, Plan};
use super::scope::Scope;
use crate::hop::{By, Id, IdKind, Joined, Leg, Legs, Unjoined};

/// So many bytes of exchanges wait for those of other hops.
const MOST_HELD: usize = 32 << 20;

/// An exchange of a hop that follows another, with what it belongs to.
pub(super) struct Ready {
    /// Index into [`Plan::links`].
    pub(super) link: usize,
    pub(super) leg: Arc<Leg>,
    /// Which set of params holds for it.
    pub(super) params: usize,
    /// The exchange of the hop before; why there is none; nothing where that hop was not seen at all.
    pub(super) outer: Option<Result<Arc<Leg>, String>>,
}

#[derive(Debug, Default)]
struct Waiting {
    legs: Legs,
    /// The sets of params of the legs that wait to be judged.
    inner: HashMap<u64, usize>,
    /// An exchange of the hop before was seen.
    outer_seen: bool,
    /// Some of its exchanges were given up, so that what belongs to them may be missed.
    gave_up: bool,
}

/// All that waits in a run.
#[derive(Debug, Default)]
pub(super) struct Links {
    waiting: Vec<Waiting>,
}

/// On which level the legs of a link are.
const OUTER: u32 = 0;
const INNER: u32 = 1;

impl Links {
    pub(super) fn new(plan: &Plan) -> Self {
        let of = |link: &Link| Waiting {
            legs: if link.join.is_some() { Legs::by_ids() } else { Legs::default() },
            ..Waiting::default()
        };
        Self { waiting: plan.links.iter().map(of).collect() }
    }

    /// Takes an exchange of a hop, and gives those that are judged now.
    pub(super) fn take(&mut self, plan: &Plan, hop: usize, scope: &Scope<'_>, params: usize) -> Vec<Ready> {
        let mut ready = Vec::new();
        for (number, (link, waiting)) in plan.links.iter().zip(&mut self.waiting).enumerate() {
            let level = match hop {
                hop if hop == link.inner => INNER,
                hop if hop == link.outer => OUTER,
                _ => continue,
            };
            let leg = Arc::new(leg(link, scope));
            let at = waiting.legs.add(Arc::clone(&leg), Some(level));
            if level == INNER {
                waiting.inner.insert(at, params);
            } else {
                waiting.outer_seen = true;
                for (inner, _) in waiting.legs.surely_within(at) {
                    ready.extend(waiting.ready(number, link, plan, inner, Ok(at)));
                }
            }
            if waiting.legs.weight() > MOST_HELD {
                ready.extend(waiting.make_room(number, link, plan));
            }
        }
        ready
    }

    /// Judges all that waits: no more comes that could belong to it.
    pub(super) fn settle(&mut self, plan: &Plan) -> Vec<Ready> {
        let mut ready = Vec::new();
        for (number, (link, waiting)) in plan.links.iter().zip(&mut self.waiting).enumerate() {
            for Joined { inner, outer } in waiting.legs.join() {
                ready.extend(waiting.ready(number, link, plan, inner, outer.map(|(outer, _): (u64, By)| outer)));
            }
            let legs = if link.join.is_some() { Legs::by_ids() } else { Legs::default() };
            *waiting = Waiting { legs, ..Waiting::default() };
        }
        ready
    }
}

impl Waiting {
    /// Takes an inner leg out, with what it belongs to.
    fn ready(&mut self, link: usize, of: &Link, plan: &Plan, inner: u64, outer: Result<u64, Unjoined>) -> Option<Ready> {
        let params = self.inner.remove(&inner)?;
        let outer = match outer {
            Ok(outer) => Some(Ok(Arc::clone(self.legs.leg(outer)?))),
            Err(_) if !self.outer_seen => None,
            Err(why) => Some(Err(self.reason(of, plan, &why))),
        };
        Some(Ready { link, leg: self.legs.remove(inner)?, params, outer })
    }

    fn reason(&self, link: &Link, plan: &Plan, why: &Unjoined) -> String {
        let before = plan.name_of(link.outer);
        match why {
            Unjoined::Lack(why) => format!("nothing joins it to an exchange of hop `{before}`: {why}"),
            Unjoined::Several(several) => format!("{several} exchanges of hop `{before}` may be the one it belongs to"),
            Unjoined::NoneFits if self.gave_up => format!(
                "no exchange of hop `{before}` belongs to it, or it was given up: more than {} MiB waited for other hops",
                MOST_HELD >> 20
            ),
            Unjoined::NoneFits => format!("no exchange of hop `{before}` belongs to it"),
        }
    }

    /// Judges the older half of what waits, and forgets it.
    fn make_room(&mut self, number: usize, link: &Link, plan: &Plan) -> Vec<Ready> {
        let (Some(oldest), Some(newest)) = (self.legs.oldest(), self.legs.newest()) else { return Vec::new() };
        let below = oldest.saturating_add(newest.saturating_sub(oldest) / 2).saturating_add(1);
        let mut ready = Vec::new();
        for Joined { inner, outer } in self.legs.join() {
            if inner < below {
                ready.extend(self.ready(number, link, plan, inner, outer.map(|(outer, _)| outer)));
            }
        }
        let given_up: Vec<u64> = self.legs.numbers().filter(|at| *at < below).collect();
        for at in given_up {
            self.inner.remove(&at);
            self.legs.remove(at);
            self.gave_up = true;
        }
        ready
    }
}

/// An exchange as it waits, with what joins it.
fn leg(link: &Link, scope: &Scope<'_>) -> Leg {
    let Some(join) = &link.join else {
        return Leg::recognised(scope.exchange, |value| scope.masks && mask::is_masked(value));
    };
    let value = evaluate(join, scope).and_then(super::evaluate::Val::into_text);
    match value {
        Ok(value) if scope.masks && mask::is_masked(&value) => lacking(scope, "what joins it is masked".to_owned()),
        Ok(value) if value.is_empty() => lacking(scope, format!("`{join}` is empty")),
        Ok(value) => Leg::of(scope.exchange, vec![Id { kind: IdKind::Join, value: value.into_owned() }]),
        Err(Lack::Because(why)) => lacking(scope, why),
        Err(_) => lacking(scope, format!("`{join}` has no value")),
    }
}

fn lacking(scope: &Scope<'_>, why: String) -> Leg {
    Leg::of(scope.exchange, Vec::new()).lacking(why)
}

/// The params of a spec of the plan.
pub(super) fn params_of(plan: &Plan, hop: usize, set: usize) -> Option<&Params> {
    plan.specs.get(plan.hops.get(hop)?.spec)?.params(set)
}
