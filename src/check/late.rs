//! Exchanges that waited for those of another hop are judged, as if they came now.

use super::came::Came;
use super::hop as judging;
use super::links::{Ready, params_of};
use super::looked::Looked;
use super::names::HeadIndex;
use super::plan::{Plan, PlanHop};
use super::run::State;
use super::scope::{Notes, Scope};
use super::selection;
use crate::hop::Leg;

/// What is looked up in exchanges that waited. Others are looked up apart: what is remembered of heads depends on their order.
#[derive(Debug, Default)]
pub(super) struct LateIndex {
    pub(super) own: [HeadIndex; 2],
    before: [HeadIndex; 2],
}

impl State {
    /// Keeps what hops of this exchange's request wait for, and judges what it was waited for.
    pub(super) fn link(&mut self, plan: &Plan, hop: usize, looked: &Looked<'_>, set: usize) {
        let Some(params) = params_of(plan, hop, set) else { return };
        let notes = Notes::default();
        let ready = self.links.take(plan, hop, &Scope::of(looked, params, &notes), set);
        self.judge_late(plan, ready);
    }

    /// Judges what waits: nothing more comes that belongs to it.
    pub(super) fn settle(&mut self, plan: &Plan) {
        let ready = self.links.settle(plan);
        self.judge_late(plan, ready);
    }

    fn judge_late(&mut self, plan: &Plan, ready: Vec<Ready>) {
        for Ready { link, leg, params, outer } in ready {
            let Some(link) = plan.links.get(link) else { continue };
            let Some(hop) = plan.hops.get(link.inner) else { continue };
            let outer = match &outer {
                Some(Ok(leg)) => Some(Ok(&**leg)),
                Some(Err(why)) => Some(Err(why.as_str())),
                None => None,
            };
            self.judge_leg(plan, (link.inner, hop), &leg, (plan.name_of(link.outer), outer), params);
        }
    }

    fn judge_leg(
        &mut self,
        plan: &Plan,
        (at, hop): (usize, &PlanHop),
        leg: &Leg,
        (before, outer): (&str, Option<Result<&Leg, &str>>),
        set: usize,
    ) {
        let Some(params) = params_of(plan, at, set) else { return };
        let exchange = leg.exchange();
        let mut index = std::mem::take(&mut self.late);
        selection::look(plan, &mut index.own, &exchange);
        let of_outer = outer.map(|outer| outer.map(Leg::exchange));
        if let Some(Ok(outer)) = &of_outer {
            selection::look(plan, &mut index.before, outer);
        }
        let looked_before = of_outer.as_ref().map(|outer| outer.as_ref().map(|outer| Looked::new(outer, &index.before)));
        let what = looked_before.as_ref().map(|looked| looked.as_ref().map_err(|why| **why));
        let looked = Looked::new(&exchange, &index.own).after(Came { hop: before, what });
        if let Some(tally) = self.hops.get_mut(at) {
            let verdicts = judging::judge(hop, params, tally, &looked);
            self.book(plan, at, &verdicts, params);
            self.join(plan, at, &verdicts, params);
        }
        self.late = index;
    }
}
