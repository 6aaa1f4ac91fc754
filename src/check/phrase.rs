//! The sentences of findings.

use super::judged::Fault;
use super::legible::show;
use super::plan::Aspect;
use crate::finding::Rule;
use crate::spec::Side;

/// The headline of a finding: one sentence that stands alone.
pub(super) fn message(rule: Rule, target: &Aspect, side: Side, field: Option<&str>, fault: Option<&Fault>, hop: &str) -> String {
    let name = match (target, rule) {
        // That a line is missing or is one too many is about the field.
        (Aspect::Line { name, .. }, Rule::FieldMissing | Rule::FieldRepeated) => format!("`{name}`"),
        _ => field.map_or_else(|| part(target, side), |f| format!("`{f}`")),
    };
    let in_response = if side == Side::Response { " in the response" } else { "" };
    match rule {
        Rule::FieldMissing => format!("{name} is missing{in_response} on hop `{hop}`"),
        Rule::FieldValueMismatch => format!("{name} is not what hop `{hop}` must carry{in_response}"),
        Rule::FieldUnexpected => format!("{name} must not be there{in_response} on hop `{hop}`"),
        Rule::FieldRepeated if !matches!(target, Aspect::Field { .. } | Aspect::Line { .. }) => {
            let times = fault.and_then(|f| f.actual.as_deref()).map_or(0, |actual| actual.split(|b| *b == b'\n').count());
            format!("{name} stands {times} times{in_response}, hop `{hop}` must carry it once")
        }
        Rule::FieldRepeated => {
            let lines = fault.map_or(0, |f| f.lines.len());
            format!("{name} stands on {lines} lines{in_response}, hop `{hop}` must carry one")
        }
        Rule::BodyMismatch if matches!(target, Aspect::BodyOthers { .. }) => {
            format!("{name} must not be there in the {}'s body on hop `{hop}`", side.name())
        }
        Rule::FieldOrder => format!("the fields of the {} stand in another order than hop `{hop}` must carry", side.name()),
        Rule::FieldNameCase => {
            let wire = fault.and_then(|f| f.name.as_deref()).map(show).unwrap_or_default();
            format!("`{wire}` is written in another case than hop `{hop}` must carry")
        }
        Rule::CheckFailed => format!("{name} does not hold on hop `{hop}`"),
        Rule::EvidenceInconclusive if matches!(target, Aspect::Check(_)) => {
            format!("whether {name} holds, this evidence cannot show")
        }
        Rule::EvidenceInconclusive => format!("whether {name} is as expected{in_response}, this evidence cannot show"),
        _ if fault.is_some_and(|f| f.actual.is_none()) => format!("{name} is missing on hop `{hop}`"),
        _ => format!("{name} is not what hop `{hop}` must carry"),
    }
}

/// A part of a message that is no field.
pub(super) fn part(target: &Aspect, side: Side) -> String {
    let side = side.name();
    match target {
        Aspect::Method => format!("the {side}'s method"),
        Aspect::Target => format!("the {side}'s target"),
        Aspect::Path => format!("the {side}'s path"),
        Aspect::Query(name) => format!("query parameter `{name}`"),
        Aspect::Version => format!("the {side}'s HTTP version"),
        Aspect::Status => "the status".to_owned(),
        Aspect::Reason => "the reason phrase".to_owned(),
        Aspect::Field { name, .. } => format!("`{name}`"),
        Aspect::Cookie { name, .. } | Aspect::SetCookie { name, .. } => format!("cookie `{name}`"),
        Aspect::Line { name, .. } => format!("the line of `{name}`"),
        Aspect::Trailer(name) => format!("trailer `{name}`"),
        Aspect::SetCookieAttribute { cookie, attribute, .. } => format!("`{attribute}` of cookie `{cookie}`"),
        Aspect::BodyJson(steps) => format!("`{}` of the {side}'s body", path(steps)),
        Aspect::Event(steps) => format!("`{}` of the event", path(steps)),
        Aspect::BodyOthers { .. } => format!("another member of the {side}'s body"),
        Aspect::BodyText => format!("the {side}'s body"),
        Aspect::BodySha256 => format!("the SHA-256 of the {side}'s body"),
        Aspect::BodyLength => format!("the length of the {side}'s body"),
        Aspect::Absent { pattern, .. } | Aspect::Removed { pattern, .. } => format!("`{pattern}`"),
        Aspect::Others { .. } | Aspect::OthersPreserved { .. } => format!("another field of the {side}"),
        Aspect::Order(_) => format!("the order of the {side}'s fields"),
        Aspect::NameCase { .. } => format!("the case of the {side}'s names"),
        Aspect::Connection(part) => format!("`{part}`"),
        Aspect::Check(id) => format!("check `{id}`"),
    }
}

/// Whether a value is one text, where the types of JSON count.
pub(super) fn is_json_text(aspect: &Aspect, value: &crate::spec::Value) -> bool {
    let text = matches!(&value.form, crate::spec::Form::Scalar(template) if template.literal().is_some());
    text && matches!(aspect, Aspect::BodyJson(_) | Aspect::Event(_))
}

/// A JSON path as specs write it.
pub(super) fn path(steps: &[crate::spec::JsonStep]) -> String {
    use crate::spec::JsonStep::{Index, Key};
    let mut text = String::new();
    for step in steps {
        match step {
            Key(key) if key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') => {
                if !text.is_empty() {
                    text.push('.');
                }
                text.push_str(key);
            }
            Key(key) => text.push_str(&format!("[{key:?}]")),
            Index(index) => text.push_str(&format!("[{index}]")),
        }
    }
    text
}
