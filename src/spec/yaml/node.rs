//! The tree of a YAML document, as typed.

use crate::spec::Place;

/// A value or a key.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::spec) struct Node {
    /// Where it stands: without anchor, tag and comment. For an alias the alias; its members stand at their anchor.
    pub(in crate::spec) place: Place,
    /// Has a tag. Refused elsewhere; here it says that the two readers may see it differently.
    pub(in crate::spec) tagged: bool,
    pub(in crate::spec) kind: Kind,
}

#[derive(Debug, Clone, PartialEq)]
pub(in crate::spec) enum Kind {
    Scalar(Scalar),
    Sequence(Vec<Node>),
    Mapping(Vec<(Node, Node)>),
}

/// A scalar with the text as typed.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::spec) struct Scalar {
    /// The text: of a plain scalar as typed (`1.10`, `0x1F`), of a quoted one without quotes and escapes.
    pub(in crate::spec) text: String,
    pub(in crate::spec) style: Style,
    pub(in crate::spec) typed: Typed,
}

/// How a scalar was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::spec) enum Style {
    Plain,
    Single,
    Double,
    /// `|` or `>`
    Block,
}

/// What YAML takes a scalar for.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::spec) enum Typed {
    Null,
    Bool(bool),
    Number(serde_json::Number),
    /// A number that JSON does not have: `.inf`, `.nan`, an integer beyond 64 bits.
    NoJson,
    Text,
}

impl Node {
    /// The scalar, if it is one.
    pub(in crate::spec) fn scalar(&self) -> Option<&Scalar> {
        match &self.kind {
            Kind::Scalar(scalar) => Some(scalar),
            Kind::Sequence(_) | Kind::Mapping(_) => None,
        }
    }

    /// `X:`, `~` or `null`: nothing was given.
    pub(in crate::spec) fn is_null(&self) -> bool {
        self.scalar().is_some_and(|s| s.typed == Typed::Null)
    }

    /// `{}` or `[]`
    pub(in crate::spec) fn is_empty(&self) -> bool {
        match &self.kind {
            Kind::Scalar(_) => false,
            Kind::Sequence(members) => members.is_empty(),
            Kind::Mapping(entries) => entries.is_empty(),
        }
    }

    /// What it is, for messages: `a text`, `a list`, `a mapping`.
    pub(in crate::spec) fn what(&self) -> &'static str {
        match self.kind {
            Kind::Scalar(_) => "a text",
            Kind::Sequence(_) => "a list",
            Kind::Mapping(_) => "a mapping",
        }
    }
}
