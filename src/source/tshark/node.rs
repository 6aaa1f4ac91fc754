//! JSON as a tree that folds nothing: members of an object keep their order, and repeat.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node<'t> {
    /// A text, or a number as its digits.
    Text(Cow<'t, str>),
    /// `true`, `false`, `null`.
    Other,
    List(Vec<Node<'t>>),
    Object(Object<'t>),
}

impl Node<'_> {
    /// The text that it is.
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Node::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// The members of an object.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Object<'t>(pub(super) Vec<(Cow<'t, str>, Node<'t>)>);

impl<'t> Object<'t> {
    /// The values of a field of a layer, in their order. `-T ek` writes `tcp_tcp_len` for the `tcp.len` of the layer `tcp`, and
    /// values that repeat as a list.
    pub(super) fn values<'o>(&'o self, field: &'o str) -> impl Iterator<Item = &'o Node<'t>> {
        self.0.iter().filter(move |(name, _)| is(name, field)).flat_map(|(_, value)| match value {
            Node::List(values) => values.as_slice(),
            value => std::slice::from_ref(value),
        })
    }

    /// The first value of a field, where it is a text.
    pub(super) fn text(&self, field: &str) -> Option<&str> {
        let value = self.0.iter().filter(|(name, _)| is(name, field)).map(|(_, value)| value).next()?;
        match value {
            Node::List(values) => values.iter().find_map(Node::text),
            value => value.text(),
        }
    }

    /// The first value of a field, as a number: decimal, or with `0x`.
    pub(super) fn number(&self, field: &str) -> Option<u64> {
        let text = self.text(field)?;
        match text.strip_prefix("0x") {
            Some(digits) => u64::from_str_radix(digits, 16).ok(),
            None => text.parse().ok(),
        }
    }

    /// The objects under a name.
    pub(super) fn objects<'o>(&'o self, field: &'o str) -> impl Iterator<Item = &'o Object<'t>> {
        self.values(field).filter_map(|value| match value {
            Node::Object(object) => Some(object),
            _ => None,
        })
    }
}

/// Whether a name is that of a field.
fn is(name: &str, field: &str) -> bool {
    if name == field {
        return true;
    }
    let Some(layer) = field.split('.').next().filter(|layer| layer.len() < field.len()) else { return false };
    let Some(ek) = name.strip_prefix(layer).and_then(|rest| rest.strip_prefix('_')) else { return false };
    ek.len() == field.len() && ek.bytes().zip(field.bytes()).all(|(a, b)| a == b || (a == b'_' && b == b'.'))
}

impl<'de: 't, 't> Deserialize<'de> for Node<'t> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Any)
    }
}

struct Any;

impl<'de> Visitor<'de> for Any {
    type Value = Node<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(Node::Other)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Node::Other)
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Node::Text(number.to_string().into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Node::Text(number.to_string().into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Node::Text(number.to_string().into()))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Node::Text(text.into()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Node::Text(text.to_owned().into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element()? {
            values.push(value);
        }
        Ok(Node::List(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some((Node::Text(name), value)) = map.next_entry()? {
            members.push((name, value));
        }
        Ok(Node::Object(Object(members)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_repeat_and_keep_their_order() {
        let text = r#"{"http.line": "a", "b\n": 7, "http.line": ["c", "d"], "http_http_line": "e", "o": {"x": null}, "o": {"x": "0x10"}}"#;
        let Node::Object(object) = serde_json::from_str::<Node<'_>>(text).expect("JSON") else { panic!("an object") };
        let lines: Vec<_> = object.values("http.line").collect();
        assert_eq!(lines, ["a", "c", "d", "e"].map(|text| Node::Text(text.into())).iter().collect::<Vec<_>>());
        assert_eq!((object.text("http.line"), object.number("b\n"), object.text("c")), (Some("a"), Some(7), None));
        let x: Vec<_> = object.objects("o").map(|o| o.number("x")).collect();
        assert_eq!(x, [None, Some(16)]);
        assert!(is("tcp_tcp_len", "tcp.len") && !is("tcp_len", "tcp.len") && !is("http2_x", "http.x") && !is("o", "p"));
        assert!(serde_json::from_str::<Node<'_>>("{\"a\": ").is_err());
    }
}
