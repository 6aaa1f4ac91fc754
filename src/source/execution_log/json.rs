//! Logs within JSON: what `aws logs`, the CloudWatch console and Logs Insights export, JSON lines, and the answer of
//! `aws apigateway test-invoke-method`. Members are found by their names wherever they stand, so that a form nobody thought of
//! is read, too.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use serde::de::{Deserializer as _, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::fields::UNKNOWN;

/// So deep is looked for messages: exports have them in the third level.
const DEEPEST: usize = 8;

/// Something of a log.
#[derive(Debug)]
pub(super) enum Found<'t> {
    /// A message of CloudWatch.
    Message {
        /// The line in which it stands, counted from 1.
        line: u32,
        /// As it is written.
        time: Option<Cow<'t, str>>,
        text: Cow<'t, str>,
    },
    /// The answer of a test invocation.
    Invocation(Invocation<'t>),
}

/// The answer of a test invocation. Beside the log it says exactly what a client would get.
#[derive(Debug)]
pub(super) struct Invocation<'t> {
    /// The line in which the log stands, counted from 1.
    pub(super) line: u32,
    pub(super) log: Cow<'t, str>,
    pub(super) status: Option<u16>,
    pub(super) body: Option<Cow<'t, str>>,
    /// Names and values: every value of `multiValueHeaders`, else those of `headers`. A value that is no text is `…`.
    pub(super) fields: Option<Vec<(String, String)>>,
    /// More fields than are read.
    pub(super) cut: bool,
    /// `headers` has a value that `multiValueHeaders` has not: of these names neither is sure.
    pub(super) disagree: Vec<String>,
}

/// Whether a text may be JSON. Lines may begin with a time in brackets.
pub(super) fn is_json(text: &[u8]) -> bool {
    let text = text.trim_ascii_start();
    match text.first() {
        Some(b'{') => true,
        Some(b'[') => {
            let inside = text.get(1..).unwrap_or_default().trim_ascii_start();
            inside.first().is_some_and(|byte| b"{[\"".contains(byte))
                || serde_json::Deserializer::from_slice(text).into_iter::<&RawValue>().next().is_some_and(|value| value.is_ok())
        }
        _ => false,
    }
}

/// Everything of a log that stands in JSON, and whether the text was read to its end.
pub(super) fn find(text: &[u8]) -> (Vec<Found<'_>>, bool) {
    let mut finding = Finding { text, line: 1, counted: 0, found: Vec::new() };
    let mut values = serde_json::Deserializer::from_slice(text).into_iter::<&RawValue>();
    let mut whole = true;
    for value in values.by_ref() {
        match value {
            Ok(value) => finding.value(value, 0),
            Err(_) => whole = false,
        }
    }
    (finding.found, whole)
}

struct Finding<'t> {
    text: &'t [u8],
    /// The line of the place up to which lines were counted.
    line: u32,
    counted: usize,
    found: Vec<Found<'t>>,
}

impl<'t> Finding<'t> {
    fn value(&mut self, value: &'t RawValue, depth: usize) {
        if depth > DEEPEST {
            return;
        }
        match value.get().as_bytes().first() {
            Some(b'[') => {
                let members: Vec<&'t RawValue> = serde_json::from_str(value.get()).unwrap_or_default();
                if self.pairs(&members) {
                    return;
                }
                members.into_iter().for_each(|member| self.value(member, depth + 1));
            }
            Some(b'{') => self.object(&members(value), depth),
            _ => {}
        }
    }

    fn object(&mut self, members: &[(Cow<'t, str>, &'t RawValue)], depth: usize) {
        let member =
            |name: &str| members.iter().find(|(key, _)| key.strip_prefix('@').unwrap_or(key) == name).map(|(_, raw)| *raw);
        if let Some((raw, log)) = member("log").and_then(|raw| Some((raw, text(raw)?)))
            && super::statement::is_in(log.as_bytes())
        {
            let line = self.line_of(raw);
            let status = member("status").and_then(|raw| raw.get().parse().ok());
            let body = member("body").and_then(text);
            let map = |name: &str| member(name).filter(|raw| raw.get().starts_with('{')).map(lines_of);
            let (single, multi) = (map("headers"), map("multiValueHeaders"));
            let disagree = match (&single, &multi) {
                (Some((single, _)), Some((multi, _))) => disagreement(single, multi),
                _ => Vec::new(),
            };
            let (fields, cut) = multi.or(single).map_or((None, false), |(lines, cut)| (Some(lines), cut));
            self.found.push(Found::Invocation(Invocation { line, log, status, body, fields, cut, disagree }));
            return;
        }
        if let Some((raw, text)) = member("message").and_then(|raw| Some((raw, text(raw)?))) {
            let time = member("timestamp").or_else(|| member("time")).map(scalar);
            let line = self.line_of(raw);
            self.found.push(Found::Message { line, time, text });
            return;
        }
        members.iter().for_each(|(_, value)| self.value(value, depth + 1));
    }

    /// A row of Logs Insights: `[{"field": "@timestamp", "value": …}, {"field": "@message", "value": …}]`.
    fn pairs(&mut self, row: &[&'t RawValue]) -> bool {
        let mut message = None;
        let mut time = None;
        for member in row {
            if !member.get().starts_with('{') {
                return false;
            }
            let parts = members(member);
            let part = |name: &str| parts.iter().find(|(key, _)| key == name).map(|(_, raw)| *raw);
            let (Some(field), Some(value)) = (part("field").and_then(text), part("value")) else { return false };
            match field.as_ref() {
                "@message" => message = text(value).map(|text| (value, text)),
                "@timestamp" => time = Some(scalar(value)),
                _ => {}
            }
        }
        let Some((raw, text)) = message else { return false };
        let line = self.line_of(raw);
        self.found.push(Found::Message { line, time, text });
        true
    }

    /// The line in which a value begins. Values come in their order but for members of one object, which may stand before what
    /// was counted last.
    fn line_of(&mut self, value: &RawValue) -> u32 {
        // A borrowed value lies in the text.
        let at = (value.get().as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        if at >= self.counted {
            let lines = memchr::memchr_iter(b'\n', self.text.get(self.counted..at).unwrap_or_default()).count();
            self.line = self.line.saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
            self.counted = at;
        }
        self.line
    }
}

/// A string.
fn text(value: &RawValue) -> Option<Cow<'_, str>> {
    if !value.get().starts_with('"') {
        return None;
    }
    // Borrowed where nothing in it is escaped.
    match serde_json::from_str::<&str>(value.get()) {
        Ok(text) => Some(Cow::Borrowed(text)),
        Err(_) => serde_json::from_str::<String>(value.get()).ok().map(Cow::Owned),
    }
}

/// A string, or a number as it is written.
fn scalar(value: &RawValue) -> Cow<'_, str> {
    text(value).unwrap_or(Cow::Borrowed(value.get()))
}

/// The members of an object in their order.
fn members(value: &RawValue) -> Vec<(Cow<'_, str>, &RawValue)> {
    struct Members;
    impl<'t> Visitor<'t> for Members {
        type Value = Vec<(Cow<'t, str>, &'t RawValue)>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'t>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut members = Vec::new();
            while let Some((key, value)) = map.next_entry::<String, &'t RawValue>()? {
                members.push((Cow::Owned(key), value));
            }
            Ok(members)
        }
    }
    serde_json::Deserializer::from_str(value.get()).deserialize_map(Members).unwrap_or_default()
}

/// So many bytes of names and values are read of a map: a list of empty values alone would make its name stand beside each.
const MOST_FIELDS: usize = 1 << 20;

/// The lines of a map: `headers`, which has a value a name, or `multiValueHeaders`, which has a list; and whether there are more
/// than are read. Null is no value.
fn lines_of(map: &RawValue) -> (Vec<(String, String)>, bool) {
    let mut lines = Vec::new();
    let mut left = MOST_FIELDS;
    for (name, raw) in members(map) {
        let values: Vec<&RawValue> = match raw.get().as_bytes().first() {
            Some(b'[') => serde_json::from_str(raw.get()).unwrap_or_default(),
            _ => vec![raw],
        };
        for raw in values.into_iter().filter(|raw| raw.get() != "null") {
            let value = if raw.get().starts_with(['{', '[']) { UNKNOWN.into() } else { scalar(raw) };
            let Some(rest) = left.checked_sub(name.len() + value.len()) else { return (lines, true) };
            left = rest;
            lines.push((name.clone().into_owned(), value.into_owned()));
        }
    }
    (lines, false)
}

/// Names of which one map has a value that the other has not.
fn disagreement(single: &[(String, String)], multi: &[(String, String)]) -> Vec<String> {
    let there: HashSet<(String, &str)> = multi.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.as_str())).collect();
    let odd = single.iter().filter(|(name, value)| !there.contains(&(name.to_ascii_lowercase(), value.as_str())));
    odd.map(|(name, _)| name.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        let (found, _) = find(text.as_bytes());
        let show = |found: &Found<'_>| match found {
            Found::Message { line, time, text } => format!("{line} {} {text}", time.as_deref().unwrap_or("-")),
            Found::Invocation(Invocation { line, status, body, fields, disagree, cut, .. }) => {
                assert!(!cut);
                format!("{line} invocation {status:?} {body:?} {fields:?} {disagree:?}")
            }
        };
        found.iter().map(show).collect()
    }

    #[test]
    fn exports_in_every_form() {
        let filter = "{\n \"events\": [\n  {\"timestamp\": 1592129089612, \"message\": \"(a) b\"},\n  {\"message\": \"c\"}]}";
        assert_eq!(shown(filter), ["3 1592129089612 (a) b", "4 - c"]);
        let console = "[\n{\"@timestamp\": \"2020-06-14 10:04:49.612\", \"@message\": \"(a) \\\"b\\\"\"}]";
        assert_eq!(shown(console), ["2 2020-06-14 10:04:49.612 (a) \"b\""]);
        let insights = "{\"results\": [[{\"field\": \"@timestamp\", \"value\": \"1\"},\n{\"field\": \"@message\", \"value\": \"x\"}, {\"field\": \"@ptr\", \"value\": \"y\"}]]}";
        assert_eq!(shown(insights), ["2 1 x"]);
        assert_eq!(shown("{\"message\": \"a\"}\n{\"message\": \"b\"}\n"), ["1 - a", "2 - b"]);
        assert!(shown("{\"message\": 1}{\"a\": [[{\"field\": 1}], []]}").is_empty());
        assert!(shown(&"[".repeat(200)).is_empty());
        assert!(!find(b"{\"message\": \"a\"} {").1);
    }

    #[test]
    fn the_answer_of_a_test_invocation() {
        let text = "{\n\"status\": 200, \"body\": \"{}\",\n\"headers\": {\"A\": \"2\", \"B\": \"3\"},\n\"multiValueHeaders\": {\"A\": [\"1\", \"2\"], \"B\": [\"4\"]},\n\"log\": \"Execution log for request a\\nb\"}";
        assert_eq!(
            shown(text),
            ["5 invocation Some(200) Some(\"{}\") Some([(\"A\", \"1\"), (\"A\", \"2\"), (\"B\", \"4\")]) [\"B\"]"]
        );
        let single = "{\"log\": \"Execution log for request a\", \"headers\": {\"A\": \"2\"}}";
        assert_eq!(shown(single), ["1 invocation None None Some([(\"A\", \"2\")]) []"]);
        assert!(shown("{\"log\": \"something else\"}").is_empty());
    }

    /// Fields and whether they are cut, of an answer with these members.
    fn answer(members: &str) -> (Vec<(String, String)>, bool, usize) {
        let text = format!("{{\"log\": \"Execution log for request a\", {members}}}");
        let (found, _) = find(text.as_bytes());
        match found.into_iter().next() {
            Some(Found::Invocation(answer)) => (answer.fields.unwrap_or_default(), answer.cut, answer.disagree.len()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn values_that_are_no_texts_keep_their_names() {
        let line = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let lists =
            r#""headers": {"B": "1"}, "multiValueHeaders": {"A": "x", "B": ["1"], "C": [1, {}], "D": [null, "y"], "E": null}"#;
        let expected = [line("A", "x"), line("B", "1"), line("C", "1"), line("C", "…"), line("D", "y")];
        assert_eq!(answer(lists), (expected.to_vec(), false, 0));
        let single = r#""headers": {"A": null, "B": 7, "C": {"x": 1}}, "multiValueHeaders": null"#;
        assert_eq!(answer(single), (vec![line("B", "7"), line("C", "…")], false, 0));
    }

    #[test]
    fn fields_are_bounded_and_compared_in_linear_time() {
        let values = vec!["\"\""; 1 << 10].join(",");
        let (fields, cut, _) = answer(&format!("\"multiValueHeaders\": {{\"{}\": [{values}]}}", "n".repeat(1 << 16)));
        assert!(cut && fields.len() <= 16, "{}", fields.len());
        let map =
            |letter: char, value: &str| (0..20_000).map(|n| format!("\"{letter}{n}\": {value}")).collect::<Vec<_>>().join(",");
        let (headers, lists) = (map('X', "\"a\""), map('Y', "[\"a\"]"));
        let (_, _, odd) = answer(&format!("\"headers\": {{{headers}}}, \"multiValueHeaders\": {{{lists}}}"));
        assert_eq!(odd, 20_000);
    }

    #[test]
    fn a_time_in_brackets_is_no_json() {
        for text in ["[2020-06-14T10:04:49.612Z] (abcd) HTTP Method: GET", "[INFO] x", "(a)", ""] {
            assert!(!is_json(text.as_bytes()), "{text}");
        }
        for text in ["[]", "[1]", "[ {", " {\"a\"", "[[1, \"x\"]]", "[\n\"x\"]"] {
            assert!(is_json(text.as_bytes()), "{text}");
        }
    }
}
