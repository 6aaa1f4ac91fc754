//! Values as formulas see them: where they lie, or made and shared, so that a copy of one costs nothing.

use std::ops::Deref;
use std::rc::Rc;

use cel::Value;
use serde_json::Value as Json;

use super::super::legible::show;
use crate::http::HeadRef;
use crate::spec::OfLine;

/// A value.
#[derive(Debug, Clone)]
pub(super) enum Seen<'v> {
    Text(Text<'v>),
    Int(i64),
    Truth(bool),
    Line(Line<'v>),
    /// The field lines of a head.
    Lines(HeadRef<'v>),
    List(Rc<Vec<Seen<'v>>>),
    /// An array or an object.
    Json(&'v Json),
}

/// A text.
#[derive(Debug, Clone)]
pub(super) enum Text<'v> {
    Lies(&'v str),
    Made(Rc<str>),
}

/// A field line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'v> {
    pub(super) name: &'v [u8],
    pub(super) value: &'v [u8],
}

impl<'v> Seen<'v> {
    pub(super) fn list(members: Vec<Self>) -> Self {
        Self::List(Rc::new(members))
    }

    pub(super) fn into_text(self) -> Option<Text<'v>> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// JSON. Of numbers only integers are taken as they are, and null is the interpreter's.
    pub(super) fn of_json(json: &'v Json) -> Option<Self> {
        Some(match json {
            Json::Bool(truth) => Self::Truth(*truth),
            Json::Number(number) => Self::Int(number.as_i64()?),
            Json::String(text) => Self::Text(Text::Lies(text)),
            Json::Array(_) | Json::Object(_) => Self::Json(json),
            Json::Null => return None,
        })
    }

    /// `key` or `value` of a `for_each`, which the interpreter holds.
    pub(super) fn of_for_each(value: &'v Value) -> Option<Self> {
        Some(match value {
            Value::String(text) => Self::Text(Text::Lies(text)),
            Value::Int(int) => Self::Int(*int),
            Value::Bool(truth) => Self::Truth(*truth),
            _ => return None,
        })
    }
}

impl<'v> Text<'v> {
    /// Bytes that are not UTF-8 are read as ISO-8859-1, as everywhere.
    pub(super) fn of(bytes: &'v [u8]) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) => Self::Lies(text),
            Err(_) => Self::Made(show(bytes).into()),
        }
    }
}

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Self::Lies(text) => text,
            Self::Made(text) => text,
        }
    }
}

impl<'v> Line<'v> {
    pub(super) fn of((name, value): (&'v [u8], &'v [u8])) -> Self {
        Self { name, value }
    }

    pub(super) fn text(self, what: OfLine) -> &'v [u8] {
        match what {
            OfLine::Name => self.name,
            OfLine::Value => self.value,
        }
    }
}
