//! Where a value stands, and so what it may say.

use crate::spec::Side;

/// What is being compared; literal texts of some parts can be wrong by themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    Anything,
    Method,
    Version,
    Status,
    /// `ETag`, `If-Match`, `If-None-Match`: quotes belong to the value.
    EntityTag,
    /// A SHA-256 digest in hex.
    Sha256,
    /// `source` in a select.
    Source,
    /// `connection` in a select.
    Connection,
}

/// What a value may say at its place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spot {
    /// The message that `header("…")` is of.
    pub(super) side: Option<Side>,
    pub(super) of: Of,
    /// YAML types count.
    pub(super) json: bool,
    /// Several lines may be there: a list of values, `lines`.
    pub(super) lines: bool,
    /// It may be missing: `present`, `optional`.
    pub(super) presence: bool,
    /// `optional` may be said; false in a select.
    pub(super) optional: bool,
    /// `bind` may be said: it is one value, and the matcher decides on its own.
    pub(super) bind: bool,
    /// A claim of its own: `severity`, `reference`.
    pub(super) claim: bool,
    /// A field's own matcher, beside whose keys `wire` and `name_case` stand.
    pub(super) header: bool,
}

impl Spot {
    /// A field of a message, or a name of its query.
    pub(super) fn field(side: Side) -> Self {
        Self { lines: true, presence: true, optional: true, ..Self::part(side, Of::Anything) }
    }

    /// A part of a message that is always there.
    pub(super) fn part(side: Side, of: Of) -> Self {
        Self {
            side: Some(side),
            of,
            json: false,
            lines: false,
            presence: false,
            optional: false,
            bind: true,
            claim: true,
            header: false,
        }
    }

    /// A param's constraint.
    pub(super) fn param() -> Self {
        Self { side: None, bind: false, claim: false, ..Self::part(Side::Request, Of::Anything) }
    }

    /// The same in a select, which judges nothing.
    pub(super) fn selecting(self) -> Self {
        Self { side: None, optional: false, bind: false, claim: false, header: false, ..self }
    }

    /// A member of a list, a line of several.
    pub(super) fn member(self) -> Self {
        Self { lines: false, presence: false, optional: false, claim: false, header: false, ..self }
    }

    /// A part of a value that has a name: of `pairs`, of `json`.
    pub(super) fn named(self) -> Self {
        Self { presence: true, optional: self.side.is_some(), of: Of::Anything, ..self.member() }
    }

    /// A value for which others may stand in, so that nothing can be bound.
    pub(super) fn alternative(self) -> Self {
        Self { bind: false, ..self.member() }
    }

    pub(super) fn typed(self) -> Self {
        Self { json: true, ..self }
    }

    pub(super) fn of(self, of: Of) -> Self {
        Self { of, ..self }
    }
}
