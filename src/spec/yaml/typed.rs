//! The type pass: serde_yaml walks the tree that the event pass built and says what each plain scalar is.
//!
//! Both readers must see the same keys and values. Where they do not, the spec is refused: one of them is wrong, and a spec
//! must not mean what only one reader understands.

use std::cell::Cell;
use std::fmt;

use serde::Deserialize as _;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{Kind, Node, Scalar, Style, Typed};
use crate::spec::Place;
use crate::spec::problem::Problem;

/// Sets the type of every scalar of the tree.
///
/// # Errors
/// What serde_yaml cannot read, or reads differently, with the place as well as it can be told.
pub(super) fn fill(root: &mut Node, text: &str) -> Result<(), Problem> {
    let disagree = |place| Problem::new(place, DISAGREE).help("write it more plainly: in quotes, or on one line");
    let Some(document) = serde_yaml::Deserializer::from_str(text).next() else {
        return Err(disagree(root.place));
    };
    let differs = Cell::new(None);
    Fill { node: root, differs: &differs }.deserialize(document).map_err(|e| {
        if let Some(place) = differs.get() {
            return disagree(place);
        }
        let mut at = e.location().map_or(0, |l| l.index()).min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        let at = u32::try_from(at).unwrap_or(u32::MAX);
        let message = e.to_string();
        // The position stands beside the message in every report.
        let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message).to_owned();
        Problem::new(Place { start: at, end: at }, message)
    })
}

const DISAGREE: &str = "two YAML readers read this in two ways";

struct Fill<'n, 'c> {
    node: &'n mut Node,
    /// Where the readers differ.
    differs: &'c Cell<Option<Place>>,
}

/// Notes where the readers differ; the error itself only ends the walk.
fn differ<E: Error>(differs: &Cell<Option<Place>>, place: Place) -> E {
    differs.set(Some(place));
    E::custom(DISAGREE)
}

impl<'de> DeserializeSeed<'de> for Fill<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if self.node.tagged {
            return IgnoredAny::deserialize(deserializer).map(|_| ());
        }
        deserializer.deserialize_any(self)
    }
}

impl Fill<'_, '_> {
    fn set<E: Error>(self, typed: Typed) -> Result<(), E> {
        match &mut self.node.kind {
            Kind::Scalar(scalar) if scalar.style == Style::Plain => {
                scalar.typed = typed;
                Ok(())
            }
            _ => Err(differ(self.differs, self.node.place)),
        }
    }

    fn number<E: Error>(self, number: Option<serde_json::Number>) -> Result<(), E> {
        self.set(number.map_or(Typed::NoJson, Typed::Number))
    }
}

impl<'de> Visitor<'de> for Fill<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.node.what())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.set(Typed::Null)
    }

    fn visit_none<E: Error>(self) -> Result<(), E> {
        self.set(Typed::Null)
    }

    fn visit_bool<E: Error>(self, v: bool) -> Result<(), E> {
        self.set(Typed::Bool(v))
    }

    fn visit_i64<E: Error>(self, v: i64) -> Result<(), E> {
        self.number(Some(v.into()))
    }

    fn visit_u64<E: Error>(self, v: u64) -> Result<(), E> {
        self.number(Some(v.into()))
    }

    fn visit_i128<E: Error>(self, _: i128) -> Result<(), E> {
        self.set(Typed::NoJson)
    }

    fn visit_u128<E: Error>(self, _: u128) -> Result<(), E> {
        self.set(Typed::NoJson)
    }

    fn visit_f64<E: Error>(self, v: f64) -> Result<(), E> {
        // A long run of digits is a float to YAML, and would lose its last ones without a word.
        let digits =
            self.node.scalar().is_some_and(|s| s.text.trim_start_matches(['+', '-']).bytes().all(|b| b.is_ascii_digit()));
        self.number(if digits { None } else { serde_json::Number::from_f64(v) })
    }

    fn visit_str<E: Error>(self, v: &str) -> Result<(), E> {
        match &self.node.kind {
            Kind::Scalar(Scalar { text, .. }) if text == v => Ok(()),
            _ => Err(differ(self.differs, self.node.place)),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let (place, differs) = (self.node.place, self.differs);
        let Kind::Sequence(members) = &mut self.node.kind else {
            return Err(differ(differs, place));
        };
        for member in members {
            seq.next_element_seed(Fill { node: member, differs })?.ok_or_else(|| differ(differs, place))?;
        }
        match seq.next_element::<IgnoredAny>()? {
            None => Ok(()),
            Some(_) => Err(differ(differs, place)),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let (place, differs) = (self.node.place, self.differs);
        let Kind::Mapping(entries) = &mut self.node.kind else {
            return Err(differ(differs, place));
        };
        for (key, value) in entries {
            map.next_key_seed(Fill { node: key, differs })?.ok_or_else(|| differ(differs, place))?;
            map.next_value_seed(Fill { node: value, differs })?;
        }
        match map.next_key::<IgnoredAny>()? {
            None => Ok(()),
            Some(_) => Err(differ(differs, place)),
        }
    }
}
