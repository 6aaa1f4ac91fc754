//! Which kinds of evidence were given, and which hops they can show: a hop of events is in no capture of packets.

use super::matcher;
use super::params::Params;
use super::plan::{Plan, PlanHop, PlanSelect, PlanSelectOn};
use super::scope::{Notes, Scope};
use super::truth::Truth;
use crate::finding::CaptureOutcome;
use crate::spec::Value;

/// What the captures of a run hold.
#[derive(Debug, Clone, Copy)]
pub(super) struct Held {
    /// Some message.
    pub(super) messages: bool,
    events: bool,
    others: bool,
}

impl From<bool> for Held {
    /// Messages of whatever kind.
    fn from(messages: bool) -> Self {
        Self { messages, events: true, others: true }
    }
}

impl Held {
    /// What these captures hold.
    pub(super) fn of(captures: &[CaptureOutcome]) -> Self {
        let with_messages = || captures.iter().map(|capture| &capture.summary).filter(|s| s.requests + s.responses > 0);
        let messages = with_messages().next().is_some();
        if !messages {
            return Self::from(false);
        }
        Self { messages, events: with_messages().any(|s| s.events), others: with_messages().any(|s| !s.events) }
    }

    /// Whether an exchange of a hop may be in them, as far as its select says of which kind it is.
    pub(super) fn may_show(self, plan: &Plan, hop: &PlanHop) -> bool {
        let Some(select) = &hop.select else { return true };
        let none = Params::default();
        let params = plan.specs.get(hop.spec).and_then(|spec| spec.params(0)).unwrap_or(&none);
        let of = |kinds: &[&str]| kinds.iter().any(|kind| of_kind(select, kind, params) != Truth::No);
        (self.events && of(&["event"])) || (self.others && of(&["wire", "har", "text", "log"]))
    }
}

/// What a select says of an exchange of which only the kind is known.
fn of_kind(select: &PlanSelect, kind: &str, params: &Params) -> Truth {
    match select {
        PlanSelect::All(parts) => Truth::all(parts.iter().map(|part| of_kind(part, kind, params))),
        PlanSelect::Any(parts) => Truth::any(parts.iter().map(|part| of_kind(part, kind, params))),
        PlanSelect::Not(part) => of_kind(part, kind, params).negated(),
        PlanSelect::Atom { on: PlanSelectOn::Source, value } => holds(value, kind, params),
        PlanSelect::Atom { .. } => Truth::Unknown,
    }
}

fn holds(value: &Value, kind: &str, params: &Params) -> Truth {
    let notes = Notes::default();
    matcher::holds(value, kind.as_bytes(), &Scope::without_exchange(params, &notes))
}
