//! What an aspect tells of itself: where in a head it stands, and by which field's name it is masked.

use super::cookie::{SetCookie, cookies};
use super::names::{HeadIndex, NameId};
use super::plan::Aspect;
use crate::http::{HeadRef, Message};

impl Aspect {
    /// The field in whose lines it stands.
    pub(super) fn field_id(&self) -> Option<NameId> {
        match self {
            Self::Field { id, .. }
            | Self::Line { id, .. }
            | Self::Cookie { id, .. }
            | Self::SetCookie { id, .. }
            | Self::SetCookieAttribute { id, .. } => Some(*id),
            _ => None,
        }
    }

    /// The name that it has among others of its kind.
    pub(super) fn own_name(&self) -> Option<&str> {
        match self {
            Self::Field { name, .. }
            | Self::Line { name, .. }
            | Self::Cookie { name, .. }
            | Self::SetCookie { name, .. }
            | Self::Trailer(name) => Some(name),
            _ => None,
        }
    }

    /// Whether it is a thing with a name and lines of its own, which may be missing and may be repeated.
    pub(super) fn is_named(&self) -> bool {
        self.own_name().is_some()
    }

    /// The lines of a head in which it stands.
    pub(super) fn lines(&self, head: &HeadRef<'_>, index: &HeadIndex) -> Vec<usize> {
        let Some(id) = self.field_id() else { return Vec::new() };
        let value = |at: usize| head.lines.get(at).map(|line| line.value.of(head.raw)).unwrap_or_default();
        let stands = |at: &usize| match self {
            Self::Cookie { name, .. } => cookies(value(*at)).any(|(n, _)| n == name.as_bytes()),
            Self::SetCookie { name, .. } => SetCookie::of(value(*at)).name == name.as_bytes(),
            Self::SetCookieAttribute { cookie, .. } => SetCookie::of(value(*at)).name == cookie.as_bytes(),
            _ => true,
        };
        index.lines(id).filter(stands).collect()
    }

    /// The names of the same kind that a message has: what was meant may be among them.
    pub(super) fn beside<'h>(&self, message: &Message<'h>, index: &HeadIndex) -> Vec<&'h [u8]> {
        let head = message.head;
        let values = |id: NameId| index.lines(id).filter_map(|at| head.lines.get(at)).map(|line| line.value.of(head.raw));
        match self {
            Self::Cookie { id, .. } => values(*id).flat_map(cookies).map(|(name, _)| name).collect(),
            Self::SetCookie { id, .. } => values(*id).map(|value| SetCookie::of(value).name).collect(),
            Self::Trailer(_) => message.body.trailers().fields().map(|(name, _)| name).collect(),
            Self::Field { .. } | Self::Line { .. } => head.regular_fields().map(|(name, _)| name).collect(),
            _ => Vec::new(),
        }
    }
}
