//! What a stream may begin with instead of a message: a PROXY protocol header, or TLS or HTTP/2, also behind such a header.

use super::MessageSink;
use super::conversation::{Content, Conversation};
use super::h2::{Beginning, PREFACE, is_first_settings};
use super::streams::HttpStreams;
use crate::anomaly::AnomalyKind;
use crate::capture::PacketAt;
use crate::flow::{Direction, FlowInfo};
use crate::proxy_protocol::{self, Fault, ProxyHeader};

/// What the first bytes of a stream are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Opening {
    /// Maybe a message.
    Message,
    /// More bytes are needed to tell.
    Unsure,
    /// Something of this length that was taken note of; what stands behind it is to be judged in the same way.
    Behind(usize),
    /// A TLS record.
    Tls,
    /// Frames of HTTP/2.
    Frames(Beginning),
}

impl<M: MessageSink> HttpStreams<'_, M> {
    /// Judges the first bytes of a stream. What the connection says in them is kept.
    pub(super) fn opening(
        &mut self,
        flow: &FlowInfo,
        talk: &mut Conversation,
        direction: Direction,
        bytes: &[u8],
        at: PacketAt,
    ) -> Opening {
        let opens = flow.opener == Some(direction);
        talk.connection.from_start |= opens;
        let opening = match bytes {
            [0, ..] => match is_first_settings(bytes) {
                Some(true) => Opening::Frames(Beginning::Settings),
                Some(false) => Opening::Message,
                None => Opening::Unsure,
            },
            _ if bytes.starts_with(PREFACE) => Opening::Frames(Beginning::Preface),
            [0x14..=0x17, 3, 0..=4, ..] => Opening::Tls,
            [0x14..=0x17] | [0x14..=0x17, 3] => Opening::Unsure,
            // Only who opens the connection says so, and once.
            [b'P' | b'\r', ..]
                if talk.connection.proxy.is_none() && !talk.connection.proxy_unkept && (opens || flow.opener.is_none()) =>
            {
                match self.proxy(talk, bytes, at) {
                    Opening::Message if PREFACE.starts_with(bytes) => Opening::Unsure,
                    opening => opening,
                }
            }
            _ if PREFACE.starts_with(bytes) => Opening::Unsure,
            _ => Opening::Message,
        };
        if matches!(opening, Opening::Message | Opening::Tls) {
            talk.stream(direction).fresh = false;
        }
        opening
    }

    fn proxy(&mut self, talk: &mut Conversation, bytes: &[u8], at: PacketAt) -> Opening {
        match proxy_protocol::opening_within(bytes, &self.limits.proxy) {
            proxy_protocol::Opening::Other => Opening::Message,
            proxy_protocol::Opening::More if !self.is_full() => Opening::Unsure,
            proxy_protocol::Opening::More => {
                let note = || "too many heads and PROXY protocol headers are not whole".to_owned();
                self.anomalies.note(AnomalyKind::HeadLimit, Some(at.number), note);
                Opening::Message
            }
            proxy_protocol::Opening::Header(header, length) => {
                self.taken(talk, header, length, bytes.len().saturating_sub(length), at)
            }
            proxy_protocol::Opening::Malformed(fault) => self.malformed(&fault, at),
        }
    }

    fn has_room_for(&self, header: &ProxyHeader) -> bool {
        let size = header.size();
        let proxied = self.proxied.saturating_add(size);
        proxied <= self.limits.proxy.in_all && !self.is_crowded(proxied.saturating_add(size))
    }

    #[cold]
    fn taken(
        &mut self,
        talk: &mut Conversation,
        mut header: Box<ProxyHeader>,
        length: usize,
        rest: usize,
        at: PacketAt,
    ) -> Opening {
        if let Some(fault) = &header.fault {
            self.malformed(fault, at);
        }
        if !self.has_room_for(&header) {
            let what = "the headers of all connections hold too many values: they are not kept".to_owned();
            self.anomalies.note(AnomalyKind::HeadLimit, Some(at.number), || what.clone());
            header.tlvs = Vec::new();
            header.fault.get_or_insert(Fault { at: 0, what });
        }
        if self.has_room_for(&header) {
            self.proxied = self.proxied.saturating_add(header.size());
            self.weigh();
            talk.connection.proxy = Some(header);
        } else {
            talk.connection.proxy_unkept = true;
        }
        if rest == 0 {
            // So far there is nothing else.
            talk.content = Content::NoBytes;
        }
        Opening::Behind(length)
    }

    #[cold]
    fn malformed(&mut self, fault: &Fault, at: PacketAt) -> Opening {
        self.anomalies.note(AnomalyKind::MalformedProxyHeader, Some(at.number), || fault.to_string());
        Opening::Message
    }
}
