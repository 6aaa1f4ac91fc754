//! Field lines from the maps of an event: `headers`, which has one value a name, and `multiValueHeaders`, which has all.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::head::Writer;
use crate::secret;

/// What the maps of an event tell beside the lines that were written.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Fields {
    /// Lines that repeat stand apart.
    pub(super) repeats: bool,
    /// Names are written as the service gave them, in both maps alike.
    pub(super) name_case: bool,
    /// There is no map at all: nothing is known of the fields.
    pub(super) unknown: bool,
    /// What one map says and the other does not; the first of it.
    pub(super) disagree: Option<String>,
}

/// Writes the lines of a request: from `multiValueHeaders` where that is there, and from `headers` what is missing in it.
pub(super) fn of_request(event: &Map<String, Value>, writer: &mut Writer) -> Fields {
    let map = |key: &str| event.get(key).and_then(Value::as_object);
    let unknown = !event.contains_key("headers") && !event.contains_key("multiValueHeaders");
    let (single, multi) = (map("headers"), map("multiValueHeaders"));
    if let (Some(single), None) = (single, multi) {
        // Event version 2.0 of VPC Lattice has lists in `headers`.
        let lists = !single.is_empty() && single.values().all(Value::is_array);
        single.iter().for_each(|(name, value)| write(name, value, writer));
        return Fields { repeats: lists, name_case: true, unknown, disagree: None };
    }
    let mut fields = Fields { repeats: true, name_case: true, unknown, disagree: None };
    let Some(multi) = multi else { return fields };
    multi.iter().for_each(|(name, value)| write(name, value, writer));
    let Some(single) = single else { return fields };
    let lower = |map: &Map<String, Value>| -> HashMap<String, String> {
        map.keys().map(|name| (name.to_ascii_lowercase(), name.clone())).collect()
    };
    let (in_multi, in_single) = (lower(multi), lower(single));
    for (name, value) in single {
        let Some(other) = in_multi.get(&name.to_ascii_lowercase()) else {
            write(name, value, writer);
            fields.differ(|| format!("`{name}` stands in `headers` alone"));
            continue;
        };
        fields.name_case &= other == name;
        let all = multi.get(other).map(values).unwrap_or_default();
        let one = text(value);
        // The last one of them (API Gateway, ALB), or all of them joined.
        let same = one
            .as_deref()
            .is_some_and(|one| all.last().is_some_and(|last| last == one) || all.join(", ") == *one || all.join(",") == *one);
        if !same {
            let shown = |value: &str| secret::mask_field(name.as_bytes(), value).chars().take(80).collect::<String>();
            fields.differ(|| {
                let (one, last) = (one.as_deref().unwrap_or("null"), all.last().map_or("nothing", String::as_str));
                format!("of `{name}` `headers` says `{}` and `multiValueHeaders` `{}`", shown(one), shown(last))
            });
        }
    }
    if let Some(name) = multi.keys().find(|name| !in_single.contains_key(&name.to_ascii_lowercase())) {
        fields.differ(|| format!("`{name}` stands in `multiValueHeaders` alone"));
    }
    fields
}

/// Writes the lines of what a function returned. Its maps are merged: all of `multiValueHeaders`, then what `headers` adds
/// (<https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html>).
pub(super) fn of_response(event: &Map<String, Value>, writer: &mut Writer) {
    let map = |key: &str| event.get(key).and_then(Value::as_object);
    let multi = map("multiValueHeaders");
    multi.into_iter().flatten().for_each(|(name, value)| write(name, value, writer));
    for (name, value) in map("headers").into_iter().flatten() {
        let given = |one: &str| multi.and_then(|multi| multi.get(name)).is_some_and(|all| values(all).iter().any(|v| v == one));
        if !text(value).is_some_and(|one| given(&one)) {
            write(name, value, writer);
        }
    }
    let cookies = event.get("cookies").and_then(Value::as_array);
    cookies.into_iter().flatten().for_each(|cookie| write("Set-Cookie", cookie, writer));
}

/// Writes the lines of a map of one name to one value, or to several.
pub(super) fn of_map(map: &Map<String, Value>, writer: &mut Writer) {
    map.iter().for_each(|(name, value)| write(name, value, writer));
}

fn write(name: &str, value: &Value, writer: &mut Writer) {
    match value {
        Value::Array(all) => all.iter().for_each(|value| write_one(name, value, writer)),
        value => write_one(name, value, writer),
    }
}

fn write_one(name: &str, value: &Value, writer: &mut Writer) {
    match text(value) {
        Some(value) => writer.line(name, &value),
        None => writer.unwritten += 1,
    }
}

/// The texts of a value or of a list of values.
pub(super) fn values(value: &Value) -> Vec<String> {
    match value {
        Value::Array(all) => all.iter().filter_map(text).collect(),
        value => text(value).into_iter().collect(),
    }
}

/// A value as text. Functions under test are handed numbers, too.
pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

impl Fields {
    fn differ(&mut self, how: impl FnOnce() -> String) {
        self.disagree.get_or_insert_with(how);
    }
}
