//! Wider values where the types of JSON count.

use serde_json::Value as Json;

use super::super::matcher::{self, holds_json};
use super::super::truth::Truth;
use super::body::{self, bodies};
use super::edit::Edit;
use super::values::{Ground, Wanted, widen as widen_value, with_key};
use super::yaml;
use crate::spec::{Form, JsonClause, Value};

/// Changes of a value so that it takes these JSON values.
pub(super) fn widen<'s>(value: &'s Value, wanted: &[Json], failing: Option<&[bool]>, ground: Ground<'_, 's>) -> Vec<Edit> {
    if let Form::Matcher(_) = &value.form {
        let texts: Vec<Vec<u8>> = wanted.iter().map(text_of).collect();
        return widen_value(value, &Wanted::lines(texts.iter().map(Vec::as_slice).collect()), failing, ground);
    }
    let replaced = |text: String| Edit::replace(ground.source, value.place, text);
    let texts: Option<Vec<&[u8]>> = wanted.iter().map(|json| json.as_str().map(str::as_bytes)).collect();
    let old = match &value.form {
        Form::Scalar(template) => template.literal().map(str::as_bytes),
        _ => None,
    };
    let typed = match (texts, old, ground.replace) {
        (Some(texts), _, true) => bodies(&texts, None),
        (Some(texts), Some(old), false) => bodies(&[&[old], texts.as_slice()].concat(), None),
        _ => Vec::new(),
    };
    let of_type = |keys: &&body::Keys| matches!(keys.as_slice(), [("is", _)]);
    let mut found: Vec<Edit> = typed.iter().take(1).filter(of_type).map(|keys| replaced(body::flow(keys))).collect();
    let mut alternatives: Vec<String> = Vec::new();
    if !ground.replace {
        let Some(written) = yaml::in_flow(ground.source.excerpt(value.place)) else { return found };
        alternatives.push(written);
    }
    for json in wanted {
        let Some(text) = yaml::json(json) else { return found };
        if !alternatives.contains(&text) {
            alternatives.push(text);
        }
    }
    found.extend(match alternatives.as_slice() {
        [one] => Some(replaced(one.clone())),
        several if several.len() <= 5 => Some(replaced(format!("{{ one_of: [{}] }}", several.join(", ")))),
        _ => None,
    });
    found.extend(
        typed.iter().filter(|keys| matches!(keys.as_slice(), [("is" | "prefix", _)])).map(|keys| replaced(body::flow(keys))),
    );
    found
}

/// Members of JSON that stands in a text.
pub(super) fn members_edit<'s>(clause: &'s JsonClause, texts: &[&[u8]], ground: Ground<'_, 's>) -> Option<Edit> {
    let documents: Option<Vec<Json>> = texts.iter().map(|text| crate::json::parse(text).ok()).collect();
    let documents = documents?;
    let mut edits = Vec::new();
    for member in &clause.members {
        let found: Vec<Json> = documents.iter().filter_map(|json| matcher::find_json(json, &member.steps)).cloned().collect();
        let missing = found.len() < documents.len() && !member.value.meta.optional;
        let wrong = found.iter().any(|json| !matches!(holds_json(&member.value, json, ground.scope), Truth::Yes | Truth::Skip));
        match (missing, wrong) {
            (false, false) => {}
            (true, false) => edits.push(with_key(&member.value, "optional: true", ground.source)?),
            (false, true) => edits.push(widen(&member.value, &found, None, ground).into_iter().next()?),
            (true, true) => return None,
        }
    }
    Edit::merged(ground.source, edits)
}

/// As matchers see it: a string without its quotes.
fn text_of(json: &Json) -> Vec<u8> {
    json.as_str().map_or_else(|| json.to_string(), str::to_owned).into_bytes()
}
