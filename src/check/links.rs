//! Hops that follow others: exchanges wait here until those of the same request on the other hop are there.
//!
//! Which belong together [`hop`](crate::hop) says. Bounded: where too much waits, what is known for sure is judged, and the older
//! half of the rest is given up.

use std::collections::HashMap;
use std::sync::Arc;

use super::evaluate::{Lack, evaluate};
use super::mask;
use super::params::Params;
use super::plan::{Link, Plan};
use super::scope::Scope;
use crate::hop::{By, Connections, Id, IdKind, Joined, Leg, Legs, Running, Unjoined};
use crate::http::{Connection, Exchange, HeadRef};

/// So many bytes of exchanges wait for those of other hops, of all hops together.
pub(super) const MOST_HELD: usize = 32 << 20;

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
}

/// All that waits in a run.
#[derive(Debug)]
pub(super) struct Links {
    waiting: Vec<Waiting>,
    /// The links that each hop has a part in, and on which level.
    of_hop: HashMap<usize, Vec<(usize, u32)>>,
    weight: usize,
    running: Running,
    connections: Connections,
    given_up: u64,
}

/// On which level the legs of a link are.
const OUTER: u32 = 0;
const INNER: u32 = 1;

impl Links {
    pub(super) fn new(plan: &Plan) -> Self {
        let mut of_hop: HashMap<usize, Vec<(usize, u32)>> = HashMap::new();
        for (number, link) in plan.links.iter().enumerate() {
            of_hop.entry(link.inner).or_default().push((number, INNER));
            of_hop.entry(link.outer).or_default().push((number, OUTER));
        }
        let (running, connections) = (Running::default(), Connections::default());
        Self { waiting: plan.links.iter().map(Waiting::of).collect(), of_hop, weight: 0, running, connections, given_up: 0 }
    }

    /// A head came.
    pub(super) fn head(&mut self, head: &HeadRef<'_>) {
        if !self.waiting.is_empty() {
            self.running.head(head);
        }
    }

    /// An exchange is over.
    pub(super) fn over(&mut self, exchange: &Exchange<'_>) {
        if !self.waiting.is_empty() {
            self.running.over(exchange);
        }
    }

    /// So many exchanges were given up for lack of room.
    pub(super) fn given_up(&self) -> u64 {
        self.given_up
    }

    /// Takes an exchange of a hop, and gives those that are judged now.
    pub(super) fn take(&mut self, plan: &Plan, hop: usize, scope: &Scope<'_>, params: usize) -> Vec<Ready> {
        let (mut ready, mut recognised) = (Vec::new(), None);
        let parts = self.of_hop.get(&hop).map(Vec::as_slice).unwrap_or_default();
        if parts.is_empty() {
            return ready;
        }
        let connection = self.connections.of(scope.exchange);
        let is_recognised = |(number, _): &&(usize, u32)| plan.links.get(*number).is_some_and(|link| link.join.is_none());
        let holders = parts.iter().filter(is_recognised).count();
        for (number, level) in parts {
            let (Some(link), Some(waiting)) = (plan.links.get(*number), self.waiting.get_mut(*number)) else { continue };
            let leg = match &link.join {
                Some(join) => Arc::new(joined_by(join, scope, connection.clone())),
                None => {
                    let made = || Arc::new(recognise(scope, connection.clone()).held_by(holders));
                    Arc::clone(recognised.get_or_insert_with(made))
                }
            };
            let before = waiting.legs.weight();
            let at = waiting.legs.add(leg, Some(*level));
            if *level == INNER {
                waiting.inner.insert(at, params);
            } else {
                waiting.outer_seen = true;
                for (inner, _) in waiting.legs.surely_within(at, &self.running) {
                    ready.extend(waiting.ready(*number, inner, Ok(at)));
                }
            }
            self.weight = self.weight.saturating_sub(before).saturating_add(waiting.legs.weight());
        }
        while self.weight > MOST_HELD {
            let heaviest = self.waiting.iter_mut().enumerate().max_by_key(|(_, waiting)| waiting.legs.weight());
            let Some((number, waiting)) = heaviest else { break };
            let Some(link) = plan.links.get(number) else { break };
            let before = waiting.legs.weight();
            self.given_up = self.given_up.saturating_add(waiting.make_room(number, link, plan, &self.running, &mut ready));
            self.weight = self.weight.saturating_sub(before).saturating_add(waiting.legs.weight());
            if waiting.legs.weight() >= before {
                break;
            }
        }
        ready
    }

    /// Judges all that waits: no more comes that could belong to it.
    pub(super) fn settle(&mut self, plan: &Plan) -> Vec<Ready> {
        let mut ready = Vec::new();
        for (number, (link, waiting)) in plan.links.iter().zip(&mut self.waiting).enumerate() {
            for Joined { inner, outer, .. } in waiting.legs.join() {
                ready.extend(waiting.judged(number, link, plan, inner, outer));
            }
            *waiting = Waiting::of(link);
        }
        self.weight = 0;
        (self.running, self.connections) = (Running::default(), Connections::default());
        ready
    }
}

impl Waiting {
    fn of(link: &Link) -> Self {
        Self { legs: if link.join.is_some() { Legs::by_ids() } else { Legs::default() }, ..Self::default() }
    }

    /// Takes an inner leg out, with what was found. Method and time alone are no evidence: a health check has them, too.
    fn judged(
        &mut self,
        number: usize,
        link: &Link,
        plan: &Plan,
        inner: u64,
        outer: Result<(u64, By), Unjoined>,
    ) -> Option<Ready> {
        let why = match outer {
            Ok((outer, By::Id(_) | By::Look)) => return self.ready(number, inner, Ok(outer)),
            Ok((_, By::Time)) => {
                format!("by {} alone it may belong to one of hop `{}`", By::Time.name(), plan.name_of(link.outer))
            }
            Err(why) => self.reason(link, plan, &why),
        };
        self.ready(number, inner, Err(why))
    }

    /// Takes an inner leg out, with what it belongs to.
    fn ready(&mut self, link: usize, inner: u64, outer: Result<u64, String>) -> Option<Ready> {
        let params = self.inner.remove(&inner)?;
        let (leg, outer) = match outer {
            Ok(outer) => {
                let (leg, outer) = self.legs.remove_of(inner, outer)?;
                (leg, Some(Ok(outer)))
            }
            Err(why) => (self.legs.remove(inner)?, self.outer_seen.then_some(Err(why))),
        };
        Some(Ready { link, leg, params, outer })
    }

    fn reason(&self, link: &Link, plan: &Plan, why: &Unjoined) -> String {
        let before = plan.name_of(link.outer);
        match why {
            Unjoined::Lack(why) => format!("nothing joins it to an exchange of hop `{before}`: {why}"),
            Unjoined::Several(several) => format!("{several} exchanges of hop `{before}` may be the one it belongs to"),
            Unjoined::Crowd => format!("too many exchanges of hop `{before}` may be the one it belongs to"),
            Unjoined::GivenUp => format!(
                "it may belong to an exchange of hop `{before}` that was given up: more than {} MiB waited for other hops",
                MOST_HELD >> 20
            ),
            Unjoined::NoneFits => format!("no exchange of hop `{before}` belongs to it"),
        }
    }

    /// Judges what is known for sure, and gives up the older half of the rest. Says how many exchanges that were.
    fn make_room(&mut self, number: usize, link: &Link, plan: &Plan, running: &Running, ready: &mut Vec<Ready>) -> u64 {
        let (enough, mut given_up) = (self.legs.weight() / 2, 0);
        for Joined { inner, outer, .. } in self.legs.join_early(running) {
            if let Ok((outer, By::Id(_) | By::Look)) = outer {
                ready.extend(self.ready(number, inner, Ok(outer)));
            }
        }
        while self.legs.weight() > enough
            && let Some(oldest) = self.legs.oldest()
        {
            // What has its inner exchange already has waited long enough.
            given_up += u64::from(!self.legs.is_taken(oldest));
            if self.inner.contains_key(&oldest) {
                let why = self.reason(link, plan, &Unjoined::GivenUp);
                ready.extend(self.ready(number, oldest, Err(why)));
            } else {
                self.legs.give_up(oldest);
            }
        }
        given_up
    }
}

fn recognise(scope: &Scope<'_>, connection: Option<Arc<Connection>>) -> Leg {
    Leg::recognised(scope.exchange, connection, |value| scope.masks && mask::is_masked(value))
}

/// An exchange as it waits, with what a spec joins it by.
fn joined_by(join: &crate::spec::Expr, scope: &Scope<'_>, connection: Option<Arc<Connection>>) -> Leg {
    let value = evaluate(join, scope).and_then(super::evaluate::Val::into_text);
    let why = match value {
        Ok(value) if scope.masks && mask::is_masked(&value) => "what joins it is masked".to_owned(),
        Ok(value) if value.is_empty() => format!("`{join}` is empty"),
        Ok(value) => {
            return Leg::of(scope.exchange, vec![Id { kind: IdKind::Join, value: value.into_owned() }], connection);
        }
        Err(Lack::Because(why)) => why,
        Err(_) => format!("`{join}` has no value"),
    };
    Leg::of(scope.exchange, Vec::new(), connection).lacking(why)
}

/// The params of a spec of the plan.
pub(super) fn params_of(plan: &Plan, hop: usize, set: usize) -> Option<&Params> {
    plan.specs.get(plan.hops.get(hop)?.spec)?.params(set)
}
