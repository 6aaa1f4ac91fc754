//! Texts as YAML: what is written reads as the very text again, in a flow mapping or list, too.

use serde_json::Value as Json;

/// Longer texts are no line of a spec that anybody would write.
const LONGEST: usize = 120;

/// A scalar that reads as this text where types do not count (`80`, `true` are texts there); none for a text with
/// characters that nobody sees, or a long one.
pub(super) fn text(text: &str) -> Option<String> {
    text_within(text, LONGEST)
}

/// The same of a text of at most so many characters.
pub(crate) fn text_within(text: &str, longest: usize) -> Option<String> {
    // `${` begins a hole; `$${` is the text.
    prose_within(text, longest).map(|written| written.replace("${", "$${"))
}

/// A scalar that reads as this text where it is for people, and `${` begins nothing: a title, the name of a node.
pub(crate) fn prose_within(text: &str, longest: usize) -> Option<String> {
    if text.chars().count() > longest || text.chars().any(|c| c.is_control() || !is_visible(c)) {
        return None;
    }
    Some(if is_plain(text) { text.to_owned() } else { quoted(text) })
}

/// A scalar or list that reads as this value where types count; none for objects, which specs name by their paths.
pub(super) fn json(json: &Json) -> Option<String> {
    match json {
        Json::String(value) => {
            let written = text(value)?;
            Some(if written.starts_with('\'') || is_word(&written) { written } else { quoted(&written) })
        }
        Json::Array(members) => {
            let members: Option<Vec<String>> = members.iter().map(self::json).collect();
            members.filter(|members| members.len() <= 10).map(|members| format!("[{}]", members.join(", ")))
        }
        Json::Object(_) => None,
        Json::Null | Json::Bool(_) | Json::Number(_) => Some(json.to_string()),
    }
}

/// A value as the spec writes it, fit for a place in a flow mapping; none for one on several lines.
pub(super) fn in_flow(written: &str) -> Option<String> {
    let written = written.trim();
    let first = written.chars().next()?;
    if written.contains('\n') || matches!(first, '|' | '>' | '&' | '*' | '!') {
        return None;
    }
    let plain = !matches!(first, '\'' | '"' | '[' | '{');
    Some(if plain && !is_plain(written) { quoted(written) } else { written.to_owned() })
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Whether a text can stand without quotes, wherever it stands: fewer than YAML allows, and none that people stumble over.
fn is_plain(text: &str) -> bool {
    let inside = |c: char| c.is_ascii_alphanumeric() || "_-./+@%=;()~:<>$ ".contains(c);
    let begins = |c: char| c.is_ascii_alphanumeric() || "_./$".contains(c);
    text.starts_with(begins)
        && text.chars().all(inside)
        && !text.contains(": ")
        && !text.ends_with([':', ' '])
        && !text.contains("${")
        && !is_null(text)
}

/// `X: null` says nothing, and is refused.
fn is_null(text: &str) -> bool {
    ["~", "null", ""].iter().any(|null| text.eq_ignore_ascii_case(null))
}

/// Whether a plain text is a text where types count, too: no number, date, boolean or null in any version of YAML.
fn is_word(text: &str) -> bool {
    let other = ["true", "false", "yes", "no", "on", "off", "y", "n", "null"];
    text.starts_with(|c: char| c.is_ascii_alphabetic()) && !other.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// Characters that show nothing, turn what follows around, or that YAML does not know.
fn is_visible(c: char) -> bool {
    !matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fffe}'..='\u{ffff}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{self, Claim, Form, Loaded, MessageSpec};
    use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};

    fn first(spec: &str, of: fn(&spec::Hop) -> &MessageSpec) -> Form {
        let loaded = spec::parse("a.yaml", "a", spec.as_bytes());
        let Ok(Loaded::Spec(spec)) = loaded else { panic!("{spec}\n{loaded:?}") };
        match &of(&spec.hops[0]).expectations[0].claim {
            Claim::Part { value, .. } => value.form.clone(),
            other => panic!("{other:?}"),
        }
    }

    fn literals(form: &Form) -> Vec<String> {
        match form {
            Form::Scalar(template) => vec![template.literal().unwrap().to_owned()],
            Form::List(items) => items.iter().map(|t| t.literal().unwrap().to_owned()).collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn texts_are_quoted_where_yaml_would_read_something_else() {
        for (of, written) in [
            ("application/json", "application/json"),
            ("AmazonAPIGateway_", "AmazonAPIGateway_"),
            ("10.0.2.7:8000", "10.0.2.7:8000"),
            ("80", "80"),
            ("HTTP/1.1", "HTTP/1.1"),
            ("text/html; charset=utf-8", "text/html; charset=utf-8"),
            ("*/*", "'*/*'"),
            ("\"abc\"", "'\"abc\"'"),
            ("it's", "'it''s'"),
            ("a ${b}", "'a $${b}'"),
            ("a: b", "'a: b'"),
            ("a #b", "'a #b'"),
            (" a", "' a'"),
            ("a ", "'a '"),
            ("", "''"),
            ("null", "'null'"),
            ("a, b", "'a, b'"),
            ("{}", "'{}'"),
            ("-", "'-'"),
            ("Größe", "'Größe'"),
        ] {
            assert_eq!(text(of).as_deref(), Some(written));
        }
        for none in ["a\tb", "a\nb", "a\u{202e}b", "\x1b", "a\u{fffe}b", "\u{ffff}", &"a".repeat(200)] {
            assert_eq!(text(none), None);
        }
    }

    #[test]
    fn types_count_under_json() {
        let of = |json: serde_json::Value| self::json(&json);
        assert_eq!(of(serde_json::json!(200)).as_deref(), Some("200"));
        assert_eq!(of(serde_json::json!("200")).as_deref(), Some("'200'"));
        assert_eq!(of(serde_json::json!("true")).as_deref(), Some("'true'"));
        assert_eq!(of(serde_json::json!(null)).as_deref(), Some("null"));
        assert_eq!(of(serde_json::json!([1, "a b", false])).as_deref(), Some("[1, a b, false]"));
        assert_eq!(of(serde_json::json!({ "a": 1 })), None);
    }

    proptest! {
        #[test]
        fn what_is_written_reads_as_it_was(one in any::<String>(), ascii in "[ -~]{0,12}") {
            for of in [one, ascii] {
                let Some(written) = text(&of) else { continue };
                for spec in [
                    format!("hops:\n  h:\n    request:\n      headers:\n        X: {written}\n"),
                    format!("hops: {{ h: {{ request: {{ headers: {{ X: {written} }} }} }} }}\n"),
                    format!("hops: {{ h: {{ request: {{ headers: {{ X: [{written}, {written}] }} }} }} }}\n"),
                ] {
                    prop_assert!(literals(&first(&spec, |hop| &hop.request)).iter().all(|literal| *literal == of), "{spec}");
                }
                // What the spec writes can be moved into a flow mapping.
                prop_assert!(in_flow(&written).is_some());
            }
        }

        #[test]
        fn json_reads_as_it_was(of in any::<String>(), number in any::<i64>()) {
            for json in [Json::from(of), Json::from(number), Json::from(number.to_string()), Json::from(number > 0)] {
                let Some(written) = self::json(&json) else { continue };
                let spec = format!("hops: {{ h: {{ response: {{ body: {{ json: {{ a: {written} }} }} }} }} }}\n");
                let found = match first(&spec, |hop| &hop.response) {
                    Form::Typed(found) => found,
                    Form::Scalar(template) => template.literal().unwrap().into(),
                    other => panic!("{other:?}"),
                };
                prop_assert_eq!(found, json);
            }
        }
    }
}
