//! The request target, put together again from path and query.
//!
//! What services tell of it differs. API Gateway REST, function URLs, load balancers and CloudFront leave the path as it was
//! sent; HTTP APIs decode it. API Gateway REST and HTTP API 1.0 decode names and values of the query, load balancers do not
//! (<https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html>). So a query that comes from
//! a map is written anew, and only one that comes as text is known to be as it was sent.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::fields::{text, values};

/// A target.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) text: String,
    /// Its query was put together from names and values.
    pub(super) rebuilt: bool,
    /// What one map of the query says and the other does not.
    pub(super) disagree: Option<String>,
}

/// Path and query as text.
pub(super) fn raw(path: &str, query: &str) -> Target {
    let mut text = of_path(path);
    if !query.is_empty() {
        text.push('?');
        escape(query, false, &mut text);
    }
    Target { text, ..Target::default() }
}

/// A path, and the maps of a query: all values of each name, and one of each. `decoded` says that the service decoded them.
pub(super) fn of_maps(path: &str, all: Option<&Map<String, Value>>, one: Option<&Map<String, Value>>, decoded: bool) -> Target {
    let mut target = Target { text: of_path(path), ..Target::default() };
    for (name, value) in all.into_iter().flatten() {
        values(value).iter().for_each(|value| target.add(name, value, decoded));
    }
    for (name, value) in one.into_iter().flatten() {
        let known = all.and_then(|all| all.get(name)).map(values);
        let of = values(value);
        match known {
            None => {
                of.iter().for_each(|value| target.add(name, value, decoded));
                if all.is_some() {
                    target
                        .disagree
                        .get_or_insert_with(|| format!("the query's `{name}` has one value in one map, and none in the other"));
                }
            }
            Some(known) => {
                let same = match of.as_slice() {
                    [one] => known.contains(one) || known.join(",") == *one,
                    several => several == known.as_slice(),
                };
                if !same {
                    target
                        .disagree
                        .get_or_insert_with(|| format!("the query's `{name}` has other values in one map than in the other"));
                }
            }
        }
    }
    target
}

/// The path of a resource with its parameters put in: `/pets/{id}`, `/{proxy+}`. A parameter without a value stays.
pub(super) fn of_resource(resource: &str, parameters: Option<&Map<String, Value>>) -> String {
    let mut path = String::new();
    let mut rest = resource;
    while let Some((before, behind)) = rest.split_once('{') {
        path.push_str(before);
        let Some((name, behind)) = behind.split_once('}') else {
            path.push('{');
            rest = behind;
            break;
        };
        match parameters.and_then(|parameters| parameters.get(name.trim_end_matches('+'))).and_then(text) {
            Some(value) => path.push_str(&value),
            None => {
                let _ = write!(path, "{{{name}}}");
            }
        }
        rest = behind;
    }
    path.push_str(rest);
    path
}

impl Target {
    fn add(&mut self, name: &str, value: &str, decoded: bool) {
        self.text.push(if self.rebuilt { '&' } else { '?' });
        self.rebuilt = true;
        escape(name, decoded, &mut self.text);
        self.text.push('=');
        escape(value, decoded, &mut self.text);
    }
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
        of_maps("/a b", all.as_object(), one.as_object(), decoded)
    }

    #[test]
    fn queries_are_put_together() {
        assert_eq!(raw("/a%20b/ä?c", "x=1%2F2&y").text, "/a%20b/%C3%A4%3Fc?x=1%2F2&y");
        assert!(!raw("/", "x=1").rebuilt);
        let target = maps(&json!({"x": ["1", "2"], "y z": ["a&b=c"]}), &json!({"x": "2", "y z": "a&b=c"}), true);
        assert_eq!((target.text.as_str(), target.rebuilt), ("/a%20b?x=1&x=2&y%20z=a%26b%3Dc", true));
        assert_eq!(target.disagree, None);
        assert_eq!(maps(&Value::Null, &json!({"x": "a%2Fb"}), false).text, "/a%20b?x=a%2Fb");
        let none = maps(&Value::Null, &Value::Null, true);
        assert_eq!((none.text.as_str(), none.rebuilt), ("/a%20b", false));
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
        let path = |resource| of_resource(resource, parameters.as_object());
        for (resource, expected) in
            [("/x/{id}", "/x/7"), ("/{proxy+}", "/a/b"), ("/{other}/y", "/{other}/y"), ("/", "/"), ("/{id", "/{id"), ("", "")]
        {
            assert_eq!(path(resource), expected);
        }
    }
}
