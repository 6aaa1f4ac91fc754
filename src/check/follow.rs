//! Which hops of a plan follow others, and what each needs of the other's messages.

use super::plan::{Aspect, BODY_LIMIT, Link, Plan, PlanHop, body_want};
use super::reads;
use crate::http::BodyWant;
use crate::spec::{Expr, Side, Spec, walk};

impl Plan {
    /// The hops of a spec that follow others and say something of them. Its hops begin at `first`.
    pub(super) fn compile_links(&mut self, spec: &Spec, first: usize) {
        self.compile_echoes(spec, first);
        for (at, hop) in spec.hops.iter().enumerate() {
            let Some(follows) = &hop.follows else { continue };
            let Some(before) = spec.hops.iter().position(|other| other.name.value == follows.value) else { continue };
            let (inner, outer) = (first.saturating_add(at), first.saturating_add(before));
            let Some(compiled) = self.hops.get(inner) else { continue };
            // What is echoed comes with the exchange that echoes it.
            if compiled.echoed_in.is_some()
                || !compiled.judged
                || !compiled.expectations.iter().any(|e| e.expectation.claim.is_relation()) && !names_hop(compiled)
            {
                continue;
            }
            let [mut of_inner, mut of_outer] = bodies(compiled, hop.join.is_none());
            for side in hop.join.iter().flat_map(|join| reads::expression_bodies(&join.value)) {
                for wants in [&mut of_inner, &mut of_outer] {
                    if let Some(body) = wants.get_mut(side as usize) {
                        *body = body.or(BodyWant { keep: BODY_LIMIT, sha256: false });
                    }
                }
            }
            // What the responses of the hop before name is judged there.
            let named: Vec<_> = self
                .hops
                .get(outer)
                .into_iter()
                .flat_map(|hop| &hop.expectations)
                .filter(|e| e.side == Side::Response)
                .filter_map(|e| e.aspect.field_id())
                .collect();
            for (number, wants) in [(inner, of_inner), (outer, of_outer)] {
                let Some(hop) = self.hops.get_mut(number) else { continue };
                for (body, want) in hop.bodies.iter_mut().zip(wants) {
                    *body = body.or(want);
                }
            }
            if let Some(hop) = self.hops.get_mut(inner) {
                hop.waits = true;
                for expectation in hop.expectations.iter_mut().filter(|e| e.side == Side::Response) {
                    if let Aspect::OthersPreserved { known, .. } = &mut expectation.aspect {
                        known.extend(&named);
                    }
                }
            }
            self.links.push(Link { outer, inner, join: hop.join.as_ref().map(|join| join.value.clone()) });
        }
    }
}

impl Plan {
    /// The hops of a spec whose exchanges the responses of others echo.
    fn compile_echoes(&mut self, spec: &Spec, first: usize) {
        for (at, hop) in spec.hops.iter().enumerate() {
            let named = |echoed: &crate::spec::Spanned<String>| spec.hops.iter().position(|hop| hop.name.value == echoed.value);
            let Some(outer) = hop.echoed_in.as_ref().and_then(named).map(|outer| first.saturating_add(outer)) else { continue };
            if let Some(hop) = self.hops.get_mut(first.saturating_add(at)) {
                hop.echoed_in = Some(outer);
            }
            self.echoes = true;
            if let Some(body) = self.hops.get_mut(outer).and_then(|hop| hop.bodies.get_mut(Side::Response as usize)) {
                *body = body.or(BodyWant { keep: BODY_LIMIT, sha256: false });
            }
        }
    }
}

/// What the bodies of the inner hop and of the outer one are needed for, besides what each hop itself says.
fn bodies(hop: &PlanHop, by_look: bool) -> [[BodyWant; 2]; 2] {
    let mut wants = [[BodyWant::NOTHING; 2]; 2];
    let [inner, outer] = &mut wants;
    let add = |to: &mut [BodyWant; 2], side: Side, want: BodyWant| {
        if let Some(body) = to.get_mut(side as usize) {
            *body = body.or(want);
        }
    };
    for expectation in hop.expectations.iter().filter(|e| e.expectation.claim.is_relation()) {
        for side in [inner as &mut [BodyWant; 2], outer] {
            add(side, expectation.side, body_want(&expectation.aspect).unwrap_or_default());
        }
    }
    of_hop(hop, &mut |on| {
        for side in reads::expression_bodies(on) {
            add(outer, side, BodyWant { keep: BODY_LIMIT, sha256: false });
        }
    });
    if by_look {
        // A request is known again by the hash of its body.
        for to in [inner as &mut [BodyWant; 2], outer] {
            add(to, Side::Request, BodyWant { keep: 0, sha256: true });
        }
    }
    wants
}

/// Whether something of the hop names the hop before it.
fn names_hop(hop: &PlanHop) -> bool {
    let mut found = false;
    of_hop(hop, &mut |_| found = true);
    found
}

/// Shows what a hop wants to know of the hop before it.
fn of_hop(hop: &PlanHop, see: &mut dyn FnMut(&Expr)) {
    let mut look = |expr: &Expr| {
        if let Expr::OfHop { on, .. } = expr {
            see(on);
        }
    };
    for expectation in &hop.expectations {
        walk::claim(&expectation.expectation.claim, &mut |expr| visit(expr, &mut look));
    }
    if let Some(when) = &hop.when {
        visit(when, &mut look);
    }
}

/// An expression of a spec of the program is parsed when it may name a hop.
fn visit(expr: &Expr, look: &mut dyn FnMut(&Expr)) {
    match expr {
        Expr::Deferred(deferred) if deferred.words().any(|word| word == "hop") => walk::expr(deferred.expr(), look),
        Expr::Deferred(_) => {}
        expr => walk::expr(expr, look),
    }
}
