//! `others` beside `body.json`: members of a JSON body that the hop does not name.

use super::found::{BodyFault, body_json};
use super::judged::{Fault, Judged};
use super::looked::Looked;
use super::mask;
use super::matcher;
use crate::finding::Rule;
use crate::http::Message;
use crate::spec::Side;

/// Judges the members of the outermost object, one fault a name. Another value than an object has none.
pub(super) fn judge(known: &[String], side: Side, message: &Message<'_>, looked: &Looked<'_>) -> Judged {
    let masks = message.head.head.fidelity.masks;
    let json = match body_json(message, looked.json(side)) {
        Ok(json) => json,
        // That it is no JSON is said by what is expected of its members.
        Err(BodyFault::NoJson(_)) => return Judged::NotObserved,
        Err(BodyFault::Unknown(why)) => return Judged::Inconclusive(why.clone()),
    };
    let Some(object) = json.as_object() else { return Judged::NotObserved };
    let others = || object.iter().filter(|(name, _)| !known.iter().any(|k| k == *name));
    let is_masked = |name: &str| masks && mask::is_masked(name.as_bytes());
    let fault = |(name, value): (&String, &serde_json::Value)| Fault {
        rule: Rule::BodyMismatch,
        name: Some(name.clone().into_bytes()),
        lines: Vec::new(),
        warning: false,
        actual: Some(matcher::show_json(value).into_bytes()),
    };
    let faults: Vec<Fault> = others().filter(|(name, _)| !is_masked(name)).map(fault).collect();
    if !faults.is_empty() {
        return Judged::Violated(faults);
    }
    match others().next() {
        Some((name, _)) => Judged::Inconclusive(format!("the name of a member is masked: `{name}`")),
        None => Judged::Met,
    }
}
