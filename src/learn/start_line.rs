//! What is said of start lines. They say what kind of message it is: one is evidence enough.

use super::claim::{Keys, keys, one_of, written};
use super::message::Messages;
use super::remark;
use super::select::Demand;
use super::values::Values;
use crate::spec::Side;

/// Lines of YAML under `request` or `response`.
pub(super) fn lines(side: Side, messages: &Messages, demands: &[Demand]) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = |key: &str, said: Option<String>| lines.extend(said.map(|said| format!("{key}: {said}")));
    if side == Side::Request {
        let token = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
        if !demands.contains(&Demand::Method) {
            line("method", some(&messages.method, token));
        }
        line("path", path(&messages.path).filter(|_| !demands.contains(&Demand::Path)));
    }
    line("version", some(&messages.version, |text| text.starts_with("HTTP/")));
    if side == Side::Response {
        line("status", status(messages));
    }
    let unsaid =
        side == Side::Request && !demands.contains(&Demand::Method) && !lines.iter().any(|line| line.starts_with("method: "));
    if let Some(examples) = remark::examples(&messages.method, "always ").filter(|_| unsaid) {
        lines.insert(0, format!("# method: {examples}"));
    }
    lines
}

/// One text, or one of some that are right.
fn some(values: &Values, right: impl Fn(&str) -> bool) -> Option<String> {
    let literals = values.literals()?;
    if literals.is_empty() || !literals.iter().all(|kept| right(&kept.shown)) {
        return None;
    }
    match literals {
        [one] => crate::check::yaml_text(&one.shown, super::limits::LONGEST_LITERAL),
        _ => one_of(values, 1).map(|list| format!("{{ one_of: {list} }}")),
    }
}

/// The path, where it is always the same or begins so.
fn path(values: &Values) -> Option<String> {
    let keys: Keys = keys("", values);
    let of_texts = |(key, _): &(&str, String)| matches!(*key, "equals" | "prefix" | "suffix" | "one_of");
    (!keys.is_empty() && keys.iter().all(of_texts)).then(|| written(&keys))
}

/// The status, or the least and the greatest of many.
fn status(messages: &Messages) -> Option<String> {
    let (low, high) = messages.statuses?;
    if !(100..=999).contains(&low) || high > 999 {
        return None;
    }
    let some = some(&messages.status, |text| text.len() == 3);
    some.or_else(|| (low > 100 && high < 999).then(|| format!("{{ at_least: {low}, at_most: {high} }}")))
}
