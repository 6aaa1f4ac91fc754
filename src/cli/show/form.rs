//! How one message is written: its head when it is complete, the rest when its body ended.

use std::borrow::Cow;

use crate::http::{Body, Connection, HeadFlags, HeadRef};
use crate::secret;

/// What the end of a message needs to know of its head.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Opened {
    /// What is odd about the head.
    pub(super) flags: HeadFlags,
    /// Whether something in it is not UTF-8.
    pub(super) latin1: bool,
}

/// A format of messages.
pub(super) trait Form {
    /// The capture that the next messages are of.
    fn capture(&mut self, name: &str);

    /// Writes a head, and what its connection said before it.
    fn open(&mut self, out: &mut Vec<u8>, head: &HeadRef<'_>, connection: Option<&Connection>) -> Opened;

    /// Writes what is known when the body ended; `None` where it still runs.
    fn close(&mut self, out: &mut Vec<u8>, opened: Opened, body: Option<&Body>);
}

/// Bytes as text: UTF-8 where they are, ISO-8859-1 where not, which is noted.
pub(super) fn decode<'a>(bytes: &'a [u8], latin1: &mut bool) -> Cow<'a, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => {
            *latin1 = true;
            Cow::Owned(bytes.iter().copied().map(char::from).collect())
        }
    }
}

/// A request id as it is written: a UUID (RFC 9562 §4).
pub(super) fn request_id(id: [u8; 16]) -> String {
    let digits = format!("{:032x}", u128::from_be_bytes(id));
    let groups = [0..8, 8..12, 12..16, 16..20, 20..32];
    groups.map(|group| digits.get(group).unwrap_or_default().to_owned()).join("-")
}

/// Masks secrets, or not.
#[derive(Debug, Clone, Copy)]
pub(super) struct Masks {
    /// `--show-secrets`
    pub(super) show_secrets: bool,
}

impl Masks {
    /// A field value.
    pub(super) fn field<'a>(self, name: &[u8], value: &'a str) -> Cow<'a, str> {
        if self.show_secrets { Cow::Borrowed(value) } else { secret::mask_field(name, value) }
    }

    /// A start line or a request target.
    pub(super) fn target<'a>(self, text: &'a str) -> Cow<'a, str> {
        if self.show_secrets { Cow::Borrowed(text) } else { secret::mask_target(text) }
    }
}
