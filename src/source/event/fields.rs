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
    let unknown = !event.contains_key("headers") && !event.contains_key("multiValueHeaders");
    let (single, multi) = (map(event, "headers", writer), map(event, "multiValueHeaders", writer));
    if let (Some(single), None) = (single, multi) {
        // Event version 2.0 of VPC Lattice has lists in `headers`.
        let lists = !single.is_empty() && single.values().all(Value::is_array);
        single.iter().for_each(|(name, value)| write(name, value, writer));
        return Fields { repeats: lists, name_case: true, unknown, disagree: None };
    }
    let mut fields = Fields { repeats: true, name_case: true, unknown, disagree: None };
    let Some(multi) = multi else { return fields };
    let mut in_single = single.map(Names::of);
    let mut alone = None;
    for (name, value) in multi {
        let one = in_single.as_mut().and_then(|single| single.take(name));
        alone = alone.or_else(|| one.is_none().then_some(name));
        // What an empty list does not say the other map may.
        let one = one.filter(|_| value.as_array().is_some_and(Vec::is_empty));
        write(name, one.map_or(value, |(_, one)| one), writer);
    }
    let Some(single) = single else { return fields };
    let mut multi = Names::of(multi);
    for (name, value) in single {
        let Some((other, all)) = multi.take(name) else {
            write(name, value, writer);
            fields.differ(|| format!("`{}` stands in `headers` alone", short(name)));
            continue;
        };
        fields.name_case &= other == name;
        let all = values(all);
        let one = text(value);
        // The last one of them (API Gateway, ALB), or all of them joined.
        let same = one
            .as_deref()
            .is_some_and(|one| all.last().is_some_and(|last| last == one) || all.join(", ") == *one || all.join(",") == *one);
        if !same {
            let shown = |value: &str| short(&secret::mask_field(name.as_bytes(), value));
            fields.differ(|| {
                let (one, last) = (one.as_deref().unwrap_or("null"), all.last().map_or("nothing", String::as_str));
                format!("of `{}` `headers` says `{}` and `multiValueHeaders` `{}`", short(name), shown(one), shown(last))
            });
        }
    }
    if let Some(name) = alone {
        fields.differ(|| format!("`{}` stands in `multiValueHeaders` alone", short(name)));
    }
    fields
}

/// Writes the lines of what a function returned. Its maps are merged: all of `multiValueHeaders`, then what `headers` adds
/// (<https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html>).
pub(super) fn of_response(event: &Map<String, Value>, writer: &mut Writer) {
    let (single, multi) = (map(event, "headers", writer), map(event, "multiValueHeaders", writer));
    multi.into_iter().flatten().for_each(|(name, value)| write(name, value, writer));
    let mut multi = multi.map(Names::of);
    for (name, value) in single.into_iter().flatten() {
        let given = multi.as_mut().and_then(|multi| multi.take(name));
        if !text(value).is_some_and(|one| given.is_some_and(|(_, all)| has(all, &one))) {
            write(name, value, writer);
        }
    }
    match event.get("cookies") {
        None | Some(Value::Null) => {}
        Some(Value::Array(cookies)) => cookies.iter().for_each(|cookie| write_one("Set-Cookie", cookie, writer)),
        Some(_) => writer.unwritten += 1,
    }
}

/// A map of fields. Null says that there is none; of what is neither, nobody knows what it means.
fn map<'e>(event: &'e Map<String, Value>, key: &str, writer: &mut Writer) -> Option<&'e Map<String, Value>> {
    let value = event.get(key)?;
    writer.unwritten += usize::from(!value.is_object() && !value.is_null());
    value.as_object()
}

/// A map whose names are found as they are written, else without case. Without case each is found once: names in every mix of
/// cases, beside a long list, would take the square of the time.
struct Names<'e> {
    map: &'e Map<String, Value>,
    lower: HashMap<String, &'e str>,
}

impl<'e> Names<'e> {
    fn of(map: &'e Map<String, Value>) -> Self {
        Self { map, lower: map.keys().map(|name| (name.to_ascii_lowercase(), name.as_str())).collect() }
    }

    fn take(&mut self, name: &str) -> Option<(&'e str, &'e Value)> {
        let exact = self.map.get_key_value(name);
        let found = exact.or_else(|| self.map.get_key_value(self.lower.remove(&name.to_ascii_lowercase())?));
        found.map(|(name, value)| (name.as_str(), value))
    }
}

/// Whether a value, or one of a list, is this text.
fn has(value: &Value, one: &str) -> bool {
    let is = |value: &Value| match value {
        Value::String(text) => text == one,
        value => text(value).is_some_and(|text| text == one),
    };
    value.as_array().map_or_else(|| is(value), |all| all.iter().any(is))
}

/// As much of a name or a value as is shown.
fn short(text: &str) -> String {
    text.chars().take(80).collect()
}

/// Writes the lines of a map of one name to one value, or to several.
pub(super) fn of_map(map: &Map<String, Value>, writer: &mut Writer) {
    map.iter().for_each(|(name, value)| write(name, value, writer));
}

fn write(name: &str, value: &Value, writer: &mut Writer) {
    match value {
        Value::Array(all) if all.is_empty() => writer.unwritten += 1,
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
