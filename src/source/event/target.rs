//! The request target, put together again from path and query.
//!
//! What services tell of it differs. API Gateway REST, function URLs, load balancers and CloudFront leave the path as it was
//! sent; HTTP APIs decode it. API Gateway REST and HTTP API 1.0 decode names and values of the query, load balancers do not
//! (<https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html>). So a query that comes from
//! a map is written anew, and only one that comes as text is known to be as it was sent.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::fields::{text, values};

/// A longer target is not known: a name that stands on each of many values is long at once.
const LONGEST: usize = 1 << 20;

/// What stands for a part that is not known. Masks are read as such in all that is written down.
const UNKNOWN: &str = "…";

/// A target.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Target {
    /// Empty where it is not known.
    pub(super) text: String,
    /// Its query was put together from names and values, or is not known.
    pub(super) rebuilt: bool,
    has_query: bool,
    /// Parts of it that could not be written.
    pub(super) unwritten: usize,
    /// What one map of the query says and the other does not.
    pub(super) disagree: Option<String>,
}

/// How a service tells of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Path<'e> {
    /// As it was sent.
    Sent(&'e str),
    /// Decoded.
    Decoded(&'e str),
}

/// The names and values of a query, as a service tells of them.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Query<'e> {
    /// All values of each name.
    pub(super) all: Option<&'e Value>,
    /// One value of each.
    pub(super) one: Option<&'e Value>,
    /// The service decoded them.
    pub(super) decoded: bool,
    /// The service leaves out what is empty.
    pub(super) may_be_missing: bool,
}

/// Path and query as text.
pub(super) fn raw(path: Path<'_>, query: &str) -> Target {
    let mut target = Target::of(path);
    if !query.is_empty() {
        target.text.push('?');
        escape(query, false, &mut target.text);
    }
    target.bounded()
}

/// A path, and the maps of a query.
pub(super) fn of_maps(path: Path<'_>, query: Query<'_>) -> Target {
    let mut target = Target::of(path);
    let is_missing = query.all.is_none() && query.one.is_none();
    if is_missing && !query.may_be_missing {
        // Whether there is a query is not said.
        target.open();
    }
    let Query { all, one, decoded, .. } = query;
    let is_map = |value: &&Value| value.is_object() || value.is_null();
    for _ in [all, one].into_iter().flatten().filter(|value| !is_map(value)) {
        target.unwritten += 1;
        target.open();
    }
    let (all, one) = (all.and_then(Value::as_object), one.and_then(Value::as_object));
    for (name, value) in all.into_iter().flatten() {
        let is_empty = value.as_array().is_some_and(Vec::is_empty);
        // What the list does not say the other map may.
        match one.and_then(|one| one.get(name)).filter(|_| is_empty) {
            Some(one) => target.add(name, one, decoded),
            None => target.add(name, value, decoded),
        }
    }
    for (name, value) in one.into_iter().flatten() {
        let known = all.and_then(|all| all.get(name)).map(values);
        match known {
            None => {
                target.add(name, value, decoded);
                if all.is_some() {
                    target.disagree.get_or_insert_with(|| {
                        format!("the query's `{}` has one value in one map, and none in the other", short(name))
                    });
                }
            }
            Some(known) => {
                let of = values(value);
                let same = match of.as_slice() {
                    [one] => known.contains(one) || known.join(",") == *one,
                    several => several == known.as_slice(),
                };
                if !same {
                    target.disagree.get_or_insert_with(|| {
                        format!("the query's `{}` has other values in one map than in the other", short(name))
                    });
                }
            }
        }
    }
    target.bounded()
}

/// The path of a resource with its parameters put in: `/pets/{id}`, `/{proxy+}`. A parameter without a value stays. Nothing
/// where it is too long.
pub(super) fn of_resource(resource: &str, parameters: Option<&Map<String, Value>>) -> Option<String> {
    let mut path = String::new();
    let mut rest = resource;
    while let Some((before, behind)) = rest.split_once('{') {
        path.push_str(before);
        let Some((name, behind)) = behind.split_once('}') else {
            path.push('{');
            rest = behind;
            break;
        };
        match parameters.and_then(|parameters| parameters.get(name.trim_end_matches('+'))) {
            Some(Value::String(value)) => path.push_str(value),
            Some(value @ (Value::Number(_) | Value::Bool(_))) => {
                let _ = write!(path, "{value}");
            }
            _ => {
                let _ = write!(path, "{{{name}}}");
            }
        }
        if path.len() > LONGEST {
            return None;
        }
        rest = behind;
    }
    path.push_str(rest);
    (path.len() <= LONGEST).then_some(path)
}

impl Target {
    fn of(path: Path<'_>) -> Self {
        let text = match path {
            Path::Sent(path) => of_path(path),
            // How the rest was written nobody knows.
            Path::Decoded(path) => match path.bytes().position(|byte| !is_plain(byte)) {
                Some(at) => format!("{}{UNKNOWN}", path.get(..at).unwrap_or_default()),
                None => path.to_owned(),
            },
        };
        let rebuilt = matches!(path, Path::Decoded(path) if !path.bytes().all(is_plain));
        Self { text, rebuilt, ..Self::default() }
    }

    /// A target that is too long to be known.
    pub(super) fn too_long() -> Self {
        Self { rebuilt: true, unwritten: 1, ..Self::default() }
    }

    fn bounded(self) -> Self {
        if self.text.len() > LONGEST { Self { disagree: self.disagree, ..Self::too_long() } } else { self }
    }

    /// The values of a name, or `…` where they cannot be written.
    fn add(&mut self, name: &str, value: &Value, decoded: bool) {
        match value {
            Value::Array(all) if !all.is_empty() => all.iter().for_each(|value| self.add_one(name, value, decoded)),
            value => self.add_one(name, value, decoded),
        }
    }

    fn add_one(&mut self, name: &str, value: &Value, decoded: bool) {
        if self.text.len() > LONGEST {
            return;
        }
        self.separate();
        escape(name, decoded, &mut self.text);
        self.text.push('=');
        match text(value) {
            Some(value) => escape(&value, decoded, &mut self.text),
            None => {
                self.text.push_str(UNKNOWN);
                self.unwritten += 1;
            }
        }
    }

    /// Any parameter may follow.
    fn open(&mut self) {
        self.separate();
        self.text.push_str(UNKNOWN);
    }

    fn separate(&mut self) {
        self.text.push(if self.has_query { '&' } else { '?' });
        (self.has_query, self.rebuilt) = (true, true);
    }
}

/// As much of a name as is shown.
fn short(name: &str) -> String {
    name.chars().take(80).collect()
}

/// A character that stands for itself in a path, coded or not.
fn is_plain(byte: u8) -> bool {
    byte > b' ' && byte < 0x7f && !matches!(byte, b'%' | b'?' | b'#')
}

/// A path with what would end it escaped, which only a decoded path holds.
fn of_path(path: &str) -> String {
    let mut text = String::new();
    let mut rest = path;
    while let Some(at) = rest.find(['?', '#']) {
        let (before, behind) = rest.split_at(at);
        escape(before, false, &mut text);
        text.push_str(if behind.starts_with('?') { "%3F" } else { "%23" });
        rest = behind.get(1..).unwrap_or_default();
    }
    escape(rest, false, &mut text);
    text
}

/// Writes what no target can hold as escapes; of what was decoded also what has a meaning of its own in a query.
fn escape(part: &str, decoded: bool, text: &mut String) {
    for byte in part.bytes() {
        let own = matches!(byte, b'%' | b'&' | b'=' | b'+' | b'#');
        if byte <= b' ' || byte >= 0x7f || (decoded && own) {
            let _ = write!(text, "%{byte:02X}");
        } else {
            text.push(char::from(byte));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn maps(all: &Value, one: &Value, decoded: bool) -> Target {
        of_maps(Path::Sent("/a b"), Query { all: Some(all), one: Some(one), decoded, ..Query::default() })
    }

    #[test]
    fn queries_are_put_together() {
        assert_eq!(raw(Path::Sent("/a%20b/ä?c"), "x=1%2F2&y").text, "/a%20b/%C3%A4%3Fc?x=1%2F2&y");
        assert!(!raw(Path::Sent("/"), "x=1").rebuilt);
        let target = maps(&json!({"x": ["1", "2"], "y z": ["a&b=c"]}), &json!({"x": "2", "y z": "a&b=c"}), true);
        assert_eq!((target.text.as_str(), target.rebuilt), ("/a%20b?x=1&x=2&y%20z=a%26b%3Dc", true));
        assert_eq!(target.disagree, None);
        assert_eq!(maps(&Value::Null, &json!({"x": "a%2Fb"}), false).text, "/a%20b?x=a%2Fb");
        let none = maps(&Value::Null, &Value::Null, true);
        assert_eq!((none.text.as_str(), none.rebuilt), ("/a%20b", false));
    }

    #[test]
    fn what_cannot_be_written_is_open_and_counted() {
        for (all, one, expected, unwritten) in [
            (json!(null), json!({"x": null, "y": {"z": 1}}), "/a%20b?x=…&y=…", 2),
            (json!(null), json!("x=1"), "/a%20b?…", 1),
            (json!([["x", "1"]]), json!(null), "/a%20b?…", 1),
            (json!({"x": []}), json!({"x": "1"}), "/a%20b?x=1", 0),
            (json!({"x": []}), json!(null), "/a%20b?x=…", 1),
            (json!({"x": ["1", null]}), json!(null), "/a%20b?x=1&x=…", 1),
        ] {
            let target = maps(&all, &one, true);
            assert_eq!((target.text.as_str(), target.rebuilt, target.unwritten), (expected, true, unwritten), "{all} {one}");
        }
        assert!(maps(&json!({"x": []}), &json!({"x": "1"}), true).disagree.is_some());
        // No key says whether there is a query.
        let missing = of_maps(Path::Sent("/"), Query::default());
        assert_eq!((missing.text.as_str(), missing.rebuilt, missing.unwritten), ("/?…", true, 0));
        assert_eq!(of_maps(Path::Sent("/"), Query { may_be_missing: true, ..Query::default() }).text, "/");
    }

    #[test]
    fn decoded_paths_are_known_as_far_as_they_are_plain() {
        for (path, expected, rebuilt) in [
            ("/a/b", "/a/b?c", false),
            ("/a b%2Fc", "/a…?c", true),
            ("/%41", "/…?c", true),
            ("/ä", "/…?c", true),
            ("/a?b", "/a…?c", true),
        ] {
            let target = raw(Path::Decoded(path), "c");
            assert_eq!((target.text.as_str(), target.rebuilt), (expected, rebuilt), "{path}");
        }
    }

    #[test]
    fn a_target_that_is_too_long_is_not_known() {
        let target = maps(&json!({"n".repeat(1 << 16): vec![""; 1 << 10]}), &Value::Null, true);
        assert_eq!((target.text.as_str(), target.rebuilt, target.unwritten), ("", true, 1));
        assert_eq!(raw(Path::Sent(&" ".repeat(LONGEST)), "").unwritten, 1);
        assert_eq!(of_resource(&"/{id}".repeat(1 << 10), json!({"id": "v".repeat(1 << 16)}).as_object()), None);
    }

    #[test]
    fn what_one_map_alone_says_is_told() {
        let target = maps(&json!({"x": ["1"]}), &json!({"x": "2", "y": "3"}), true);
        assert_eq!(target.text, "/a%20b?x=1&y=3");
        assert!(target.disagree.is_some_and(|how| how.contains("`x`")));
        assert!(maps(&json!({"x": ["1", "2"]}), &json!({"x": "1,2"}), true).disagree.is_none());
        assert!(maps(&json!({"x": ["1"]}), &json!({"y": "2"}), true).disagree.is_some_and(|how| how.contains("`y`")));
    }

    #[test]
    fn parameters_stand_in_resources() {
        let parameters = json!({"id": "7", "proxy": "a/b"});
        let path = |resource| of_resource(resource, parameters.as_object()).expect("a short path");
        for (resource, expected) in
            [("/x/{id}", "/x/7"), ("/{proxy+}", "/a/b"), ("/{other}/y", "/{other}/y"), ("/", "/"), ("/{id", "/{id"), ("", "")]
        {
            assert_eq!(path(resource), expected);
        }
    }
}
