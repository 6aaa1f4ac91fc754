//! Which exchanges belong to some hop, and what of their bodies is needed to judge them.

use super::checks::{self, Condition};
use super::looked::Looked;
use super::names::HeadIndex;
use super::params::Params;
use super::plan::{BODY_LIMIT, Plan, PlanHop};
use super::reads;
use super::scope::{Notes, Scope};
use super::select::selects;
use super::truth::Truth;
use crate::http::{Body, BodyWant, Connection, Exchange, HeadRef, Message};
use crate::spec::Side;

/// Tells the exchanges that belong to a hop of a plan from those that belong to none.
#[derive(Debug)]
pub struct Selection {
    plan: Plan,
    index: [HeadIndex; 2],
}

impl Selection {
    /// The selection of a plan.
    #[must_use]
    pub fn new(plan: Plan) -> Self {
        Self { plan, index: Default::default() }
    }

    /// What of a message's body decides, or is judged.
    pub fn want(&mut self, head: &HeadRef<'_>, request: Option<&HeadRef<'_>>, connection: Option<&Connection>) -> BodyWant {
        wanted(&self.plan, &mut self.index, head, request, connection, &Known::default())
    }

    /// Whether some hop takes this exchange as its own.
    pub fn is_selected(&mut self, exchange: &Exchange<'_>) -> bool {
        look(&self.plan, &mut self.index, exchange);
        let looked = Looked::new(exchange, &self.index);
        let known = Known::default();
        self.plan.hops.iter().enumerate().any(|(at, hop)| is_own(&self.plan, at, hop, &looked, &known))
    }
}

/// Looks up the fields of an exchange.
pub(super) fn look(plan: &Plan, [request, response]: &mut [HeadIndex; 2], exchange: &Exchange<'_>) {
    for (index, message) in [(request, &exchange.request), (response, &exchange.response)] {
        match message {
            Some(message) => index.fill(&plan.names, &message.head),
            None => index.clear(&plan.names),
        }
    }
}

/// What is known of a capture beside its bytes.
#[derive(Debug, Clone, Default)]
pub(super) struct Known {
    /// Which set of params says what its system is like.
    pub(super) params: usize,
    /// The only hops that it shows, by their place in the plan; none where any may be in it.
    hops: Option<Vec<bool>>,
}

impl Known {
    /// A capture with a set of params; of every hop of a name where that is given.
    pub(super) fn new(plan: &Plan, params: usize, hop: Option<&str>) -> Self {
        let is = |name: &str| plan.hops.iter().map(|of| plan.model(of).is_some_and(|(_, m)| m.name.value == name)).collect();
        Self { params, hops: hop.map(is) }
    }

    /// Whether exchanges of a hop can be in it.
    pub(super) fn may_show(&self, hop: usize) -> bool {
        self.hops.as_ref().is_none_or(|hops| hops.get(hop).copied().unwrap_or_default())
    }
}

/// What `--where` says of an exchange.
pub(super) fn is_looked_at(plan: &Plan, looked: &Looked<'_>) -> Condition {
    let Some(only) = &plan.only else { return Condition::Holds };
    let params = Params::default();
    let notes = Notes::default();
    let scope = Scope::of(looked, &params, &notes);
    checks::condition(only, &scope)
}

/// Whether a hop takes an exchange as its own.
pub(super) fn is_own(plan: &Plan, at: usize, hop: &PlanHop, looked: &Looked<'_>, known: &Known) -> bool {
    known.may_show(at)
        && (hop.select.is_some() || hop.echoed_in.is_none())
        && hop.of_empty == looked.exchange.first().is_none()
        && match (&hop.select, plan.specs.get(hop.spec).and_then(|spec| spec.params(known.params))) {
            (Some(select), Some(params)) => selects(select, looked, params) == Truth::Yes,
            _ => true,
        }
}

/// What a message's body is needed for by the hops that may take its exchange, as far as is known at its head.
pub(super) fn wanted(
    plan: &Plan,
    index: &mut [HeadIndex; 2],
    head: &HeadRef<'_>,
    request: Option<&HeadRef<'_>>,
    connection: Option<&Connection>,
    known: &Known,
) -> BodyWant {
    let side = if head.is_request() { Side::Request } else { Side::Response };
    if plan.only.as_ref().is_some_and(|only| reads::expression_bodies(only).contains(&side)) {
        return BodyWant { keep: BODY_LIMIT, sha256: true };
    }
    let of = |hop: &PlanHop| hop.bodies.get(side as usize).copied().unwrap_or_default();
    if plan.hops.iter().all(|hop| of(hop) == BodyWant::NOTHING) {
        return BodyWant::NOTHING;
    }
    let body = Body::default();
    let message = Message { head: *head, body: &body };
    let exchange = match side {
        Side::Request => Exchange { request: Some(message), response: None, connection },
        Side::Response => {
            Exchange { request: request.map(|head| Message { head: *head, body: &body }), response: Some(message), connection }
        }
    };
    look(plan, index, &exchange);
    let looked = Looked::new(&exchange, index);
    let mut want = BodyWant::NOTHING;
    for (at, hop) in plan.hops.iter().enumerate().filter(|(_, hop)| of(hop) != BodyWant::NOTHING) {
        let truth = match (&hop.select, plan.specs.get(hop.spec).and_then(|spec| spec.params(known.params))) {
            _ if !known.may_show(at) => Truth::No,
            (Some(select), Some(params)) => selects(select, &looked, params),
            _ => Truth::Yes,
        };
        // The response may still decide, or the body itself.
        let open = truth == Truth::Unknown && (side == Side::Request || hop.selects_by_body);
        if truth == Truth::Yes || open {
            want = want.or(of(hop));
        }
    }
    want
}
