//! Checks over several hops: what each hop's exchange gives is kept until the others of the same request are there.
//!
//! Exchanges belong together by the trace id of the request (`Root` of X-Amzn-Trace-Id, which every hop passes on), else by
//! its X-Request-Id, else by the response's x-amzn-RequestId; where a hop says `join`, by that. What has none of these joins nothing, and is counted: a guess
//! would be no evidence. Bounded: entries, bytes of a value, bytes in all.

use std::borrow::Cow;
use std::collections::VecDeque;

use hashbrown::HashMap;

use super::checks;
use super::evaluate::{Lack, Val, evaluate};
use super::functions::sha256_hex;
use super::hide::Hide;
use super::judge::Case;
use super::judged::Judged;
use super::mask;
use super::params::Params;
use super::plan::{Across, Plan};
use super::scope::{Notes, Scope};
use super::structure;
use crate::finding::Part;
use crate::http::{Exchange, HeadRef, Provenance};
use crate::spec::{Check, Claim, Expr};

/// Requests that wait for their other hops.
const MOST_OPEN: usize = 100_000;
/// Bytes of one value that waits.
const LONGEST: usize = 64 << 10;
/// Bytes of all that wait.
const MOST_HELD: usize = 32 << 20;

/// The checks over several hops of a run, in the order of the plan's.
#[derive(Debug, Default)]
pub(super) struct Joins {
    joins: Vec<Join>,
    held: usize,
    show_secrets: bool,
}

#[derive(Debug, Default)]
struct Join {
    /// What is there of each request, a place a hop.
    open: HashMap<Vec<u8>, Vec<Option<Taken>>, foldhash::fast::RandomState>,
    /// Their keys, oldest first.
    age: VecDeque<Vec<u8>>,
    /// Exchanges that nothing joins, and where the first was.
    keyless: u64,
    first_keyless: Option<Provenance>,
    /// Requests that were given up before all hops were there.
    dropped: u64,
    /// Exchanges in whose place another of the same hop and request came before a check had seen them, and the first.
    replaced: u64,
    first_replaced: Option<Provenance>,
}

/// What one hop's exchange gives to a check.
#[derive(Debug, Clone)]
pub(super) struct Taken {
    values: Vec<Result<Val<'static>, Lack>>,
    at: Provenance,
    /// What must not be shown of that exchange.
    secrets: Vec<String>,
    masks: bool,
    /// A check has seen it.
    judged: bool,
    weight: usize,
}

/// What is known of a request on all hops of a check.
#[derive(Debug)]
pub(super) struct Joined<'j> {
    across: &'j Across,
    taken: Vec<&'j Taken>,
}

impl Joined<'_> {
    /// The value of an expression on a hop.
    pub(super) fn value(&self, hop: &str, on: &Expr) -> Result<Val<'static>, Lack> {
        let party = self.across.parties.iter().position(|party| party.name == hop);
        let found = party.and_then(|at| {
            let want = self.across.parties.get(at)?.wants.iter().position(|want| want == on)?;
            self.taken.get(at)?.values.get(want).cloned()
        });
        found.unwrap_or_else(|| Err(Lack::Because(format!("`{on}` of hop `{hop}` is not known"))))
    }
}

/// A check that was decided: how, what its parts were, and where each hop's exchange stands.
pub(super) struct Decided {
    /// The number of the check in the plan.
    pub(super) number: usize,
    pub(super) judged: Judged,
    pub(super) parts: Vec<Part>,
    pub(super) places: Vec<Provenance>,
}

impl Joins {
    pub(super) fn new(plan: &Plan, show_secrets: bool) -> Self {
        Self { joins: plan.across.iter().map(|_| Join::default()).collect(), held: 0, show_secrets }
    }

    /// Takes what an exchange of a hop gives, and decides the checks for which it was the last.
    pub(super) fn take(&mut self, plan: &Plan, hop: usize, case: &Case<'_>, params: &Params) -> Vec<Decided> {
        let mut decided = Vec::new();
        for (number, across) in plan.across.iter().enumerate() {
            let Some(place) = across.parties.iter().position(|party| party.hop == hop) else { continue };
            let Some(join) = self.joins.get_mut(number) else { continue };
            let scope = case.scope(params);
            let Some(first) = scope.exchange.first() else { continue };
            let Some(key) = key(across.join.as_ref(), &scope) else {
                join.keyless += 1;
                join.first_keyless.get_or_insert(first.head.head.at);
                continue;
            };
            let Some(party) = across.parties.get(place) else { continue };
            let values: Vec<_> = party.wants.iter().map(|want| evaluate(want, &scope).and_then(kept)).collect();
            let weight = key.len() + values.iter().map(|value| value.as_ref().map_or(64, weight_of)).sum::<usize>();
            let taken = Taken {
                values,
                at: first.head.head.at,
                secrets: Hide::new(self.show_secrets, &scope).known(),
                masks: scope.masks,
                judged: false,
                weight,
            };
            self.held += weight;
            let open = join.open.entry(key.clone()).or_insert_with(|| {
                join.age.push_back(key.clone());
                across.parties.iter().map(|_| None).collect()
            });
            if let Some(before) = open.get_mut(place).and_then(|slot| slot.replace(taken)) {
                self.held = self.held.saturating_sub(before.weight);
                if !before.judged {
                    join.replaced += 1;
                    join.first_replaced.get_or_insert(before.at);
                }
            }
            if open.iter().all(Option::is_some) {
                decided.extend(decide(number, across, open, params, self.show_secrets));
                open.iter_mut().flatten().for_each(|taken| taken.judged = true);
            }
            self.make_room(number);
        }
        decided
    }

    /// Gives up the oldest requests where more wait than may.
    fn make_room(&mut self, number: usize) {
        let Some(join) = self.joins.get_mut(number) else { return };
        while join.open.len() > MOST_OPEN || self.held > MOST_HELD {
            let Some(oldest) = join.age.pop_front() else { return };
            let Some(open) = join.open.remove(&oldest) else { continue };
            self.held = self.held.saturating_sub(open.iter().flatten().map(|taken| taken.weight).sum());
            join.dropped += u64::from(!open.iter().flatten().all(|taken| taken.judged));
        }
    }

    /// What stays open at the end, check by check: the reason, in how many requests, and the first place.
    pub(super) fn left(&self, plan: &Plan, seen: impl Fn(usize) -> bool) -> Vec<(usize, String, u64, Option<Provenance>)> {
        let mut left = Vec::new();
        for (number, (across, join)) in plan.across.iter().zip(&self.joins).enumerate() {
            // A hop without any exchange is not observed, which is said of it already.
            if !across.parties.iter().all(|party| seen(party.hop)) {
                continue;
            }
            for (at, party) in across.parties.iter().enumerate() {
                let misses = |open: &&Vec<Option<Taken>>| {
                    open.get(at).is_some_and(Option::is_none) && open.iter().flatten().any(|taken| !taken.judged)
                };
                // In the order in which they came, so that the same captures give the same report.
                let missing: Vec<_> = join.age.iter().filter_map(|key| join.open.get(key)).filter(misses).collect();
                if let Some(first) = missing.first() {
                    let place = first.iter().flatten().next().map(|taken| taken.at);
                    let reason = format!("no exchange of hop `{}` belongs to the same request", party.name);
                    left.push((number, reason, missing.len() as u64, place));
                }
            }
            if join.keyless > 0 {
                let reason = match &across.join {
                    Some(join) => format!("nothing joins the exchange to those of other hops: no `{join}`"),
                    None => {
                        "nothing joins the exchange to those of other hops: no `Root` in X-Amzn-Trace-Id, no X-Request-Id, no \
                             x-amzn-RequestId"
                            .to_owned()
                    }
                };
                left.push((number, reason, join.keyless, join.first_keyless));
            }
            if join.replaced > 0 {
                let reason = "a later exchange of the same hop and request came before those of the other hops, as where it was \
                              tried again";
                left.push((number, reason.to_owned(), join.replaced, join.first_replaced));
            }
            if join.dropped > 0 {
                let reason = format!("more than {MOST_OPEN} requests, or {} MiB, waited for their other hops", MOST_HELD >> 20);
                left.push((number, reason, join.dropped, None));
            }
        }
        left
    }
}

fn decide(number: usize, across: &Across, open: &[Option<Taken>], params: &Params, show_secrets: bool) -> Option<Decided> {
    let Claim::Check(check) = &across.expectation.claim else { return None };
    let taken: Vec<&Taken> = open.iter().flatten().collect();
    let places = taken.iter().map(|taken| taken.at).collect();
    let secrets = taken.iter().flat_map(|taken| taken.secrets.iter().cloned()).collect();
    let masks = taken.iter().any(|taken| taken.masks);
    let (judged, parts) = judge(check, &Joined { across, taken }, params, masks, &Hide::of(show_secrets, secrets));
    Some(Decided { number, judged, parts, places })
}

fn judge(check: &Check, joined: &Joined<'_>, params: &Params, masks: bool, hide: &Hide) -> (Judged, Vec<Part>) {
    let notes = Notes::default();
    let scope = Scope { joined: Some(joined), masks, ..Scope::without_exchange(params, &notes) };
    let judged = checks::judge(check, &scope);
    let parts = match judged {
        Judged::Violated(_) => checks::parts(check, &scope, hide),
        _ => Vec::new(),
    };
    (judged, parts)
}

/// What joins an exchange to those of other hops; nothing where that is missing, or masked in evidence that has masks.
fn key(join: Option<&Expr>, scope: &Scope<'_>) -> Option<Vec<u8>> {
    let key = match join {
        Some(join) => evaluate(join, scope).and_then(Val::into_text).ok().map(Cow::into_owned),
        None => own_key(scope.exchange, scope.masks),
    };
    let key = key.filter(|key| !(key.is_empty() || scope.masks && mask::is_masked(key)));
    key.map(|key| if key.len() > 256 { sha256_hex(&key).into_bytes() } else { key })
}

/// The id that an exchange has of itself.
fn own_key(exchange: &Exchange<'_>, masks: bool) -> Option<Vec<u8>> {
    let one = |head: &HeadRef<'_>, name: &[u8]| {
        let mut values = head.values(name);
        match (values.next(), values.next()) {
            (Some(b""), _) => None,
            (Some(value), None) if !masks || !mask::is_masked(value) => Some(value.to_vec()),
            _ => None,
        }
    };
    let tagged = |tag: u8, value: Vec<u8>| std::iter::once(tag).chain(value).collect();
    let request = exchange.request.map(|message| message.head);
    let response = exchange.response.map(|message| message.head);
    let trace = request.and_then(|head| one(&head, b"X-Amzn-Trace-Id")).and_then(|trace| {
        let root = structure::pairs(&trace, ';').into_iter().find(|(name, _)| name.eq_ignore_ascii_case(b"Root"));
        root.map(|(_, root)| root.to_vec())
    });
    trace
        .map(|root| tagged(b't', root))
        .or_else(|| request.and_then(|head| one(&head, b"X-Request-Id")).map(|id| tagged(b'r', id)))
        .or_else(|| response.and_then(|head| one(&head, b"x-amzn-RequestId")).map(|id| tagged(b'r', id)))
}

/// A value that waits: its own, and not endless.
fn kept(value: Val<'_>) -> Result<Val<'static>, Lack> {
    if weight_of(&value) > LONGEST {
        return Err(Lack::Because(format!("it is longer than the {} KiB that are kept for another hop", LONGEST >> 10)));
    }
    Ok(value.into_owned())
}

fn weight_of(value: &Val<'_>) -> usize {
    match value {
        Val::Text(text) => text.len() + 64,
        Val::List(members) => members.iter().map(|member| member.len() + 32).sum(),
        Val::Fields(lines) => lines.iter().map(|(name, value)| name.len() + value.len() + 64).sum(),
        Val::Json(json) => json.to_string().len() * 2,
        _ => 64,
    }
}
