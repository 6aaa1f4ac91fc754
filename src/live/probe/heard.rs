//! What came back.

use crate::http::{Body, BodyWant, Connection, Exchange, HeadRef, Message, MessageId, MessageSink};

/// So much of a body is kept: an echo is longer only where something is wrong.
const MOST_OF_BODY: usize = 8 << 20;

/// The answer to one request, once it is whole.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Answer {
    /// The connection takes another request.
    pub(super) goes_on: bool,
    /// As far as it is kept.
    pub(super) body: Vec<u8>,
}

/// Waits for final responses.
#[derive(Debug, Default)]
pub(super) struct Heard {
    pub(super) answer: Option<Answer>,
    /// Some of a response came.
    pub(super) any: bool,
    /// Whether the answer may be an echo, once its head is there.
    pub(super) may_echo: Option<bool>,
}

impl MessageSink for Heard {
    fn head(&mut self, _: MessageId, head: &HeadRef<'_>, _: Option<&HeadRef<'_>>, _: Option<&Connection>) -> BodyWant {
        self.any |= !head.is_request();
        if head.status().is_some_and(|status| status >= 200) {
            let is_json = |value: &[u8]| String::from_utf8_lossy(value).to_ascii_lowercase().contains("json");
            self.may_echo = Some(head.values(b"content-type").any(is_json));
        }
        BodyWant { keep: if head.is_request() { 0 } else { MOST_OF_BODY }, sha256: false }
    }

    fn message(&mut self, _: MessageId, _: &Body) {}

    fn exchange(&mut self, exchange: &Exchange<'_>) {
        let Some(response) = &exchange.response else { return };
        let goes_on = exchange.request.as_ref().is_some_and(goes_on) && goes_on(response);
        let body = response.body.kept().unwrap_or_default().to_vec();
        self.answer = Some(Answer { goes_on, body });
    }
}

/// Whether a connection persists behind a message (RFC 9112 §9.3).
fn goes_on(message: &Message<'_>) -> bool {
    let says = |wanted: &[u8]| {
        let members = message.head.values(b"connection").flat_map(|value| value.split(|b| *b == b','));
        members.into_iter().any(|member| member.trim_ascii().eq_ignore_ascii_case(wanted))
    };
    match message.head.version() {
        b"HTTP/1.0" => says(b"keep-alive") && !says(b"close"),
        _ => !says(b"close"),
    }
}
