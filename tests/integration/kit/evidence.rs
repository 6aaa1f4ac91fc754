//! Reads captures back into messages that can be altered, through the library's own reader: bodies are wanted too, which
//! `hopspec show` does not print.

use super::{Message, Traffic};
use hopspec::http::{Body, BodyWant, CaptureId, Connection, Exchange, HeadRef, MessageId, MessageSink, Origin};
use hopspec::source::{Input, read};
use std::net::SocketAddr;
use std::path::Path;

/// One exchange of a capture, as far as it holds it.
#[derive(Debug, Clone)]
pub(crate) struct Spoken {
    /// Client and server, where the capture knows them.
    pub(crate) ends: Option<(SocketAddr, SocketAddr)>,
    pub(crate) request: Option<Message>,
    pub(crate) response: Option<Message>,
}

impl Spoken {
    /// As whole traffic; a missing side or address is made up.
    pub(crate) fn traffic(&self) -> Traffic {
        let (client, server) =
            self.ends.unwrap_or_else(|| (SocketAddr::from(([10, 0, 1, 5], 41_022)), SocketAddr::from(([10, 0, 10, 7], 8_000))));
        Traffic {
            client,
            server,
            request: self.request.clone().unwrap_or_else(|| Message::new("GET / HTTP/1.1").with("Host", "example.com")),
            response: self.response.clone().unwrap_or_else(|| Message::new("HTTP/1.1 204 No Content")),
        }
    }
}

#[derive(Default)]
struct Collector(Vec<Spoken>);

impl MessageSink for Collector {
    fn head(&mut self, _: MessageId, _: &HeadRef<'_>, _: Option<&HeadRef<'_>>, _: Option<&Connection>) -> BodyWant {
        BodyWant { keep: 1 << 20, sha256: false }
    }

    fn message(&mut self, _: MessageId, _: &Body) {}

    fn exchange(&mut self, exchange: &Exchange<'_>) {
        let message = |side: Option<hopspec::http::Message<'_>>| side.map(|m| owned(&m.head, m.body));
        let ends = exchange.first().and_then(|first| match first.head.head.at.origin {
            Origin::Packet { src, dst, .. } => {
                let (src, dst) = (SocketAddr::new(src.ip, src.port), SocketAddr::new(dst.ip, dst.port));
                Some(if first.head.is_request() { (src, dst) } else { (dst, src) })
            }
            Origin::Line(_) | Origin::Entry { .. } | Origin::Log { .. } => None,
        });
        self.0.push(Spoken { ends, request: message(exchange.request), response: message(exchange.response) });
    }
}

fn owned(head: &HeadRef<'_>, body: &Body) -> Message {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("the project's evidence is ASCII");
    Message {
        start: text(head.start_line()),
        fields: head.fields().map(|(name, value)| (text(name), text(value))).collect(),
        body: body.kept().unwrap_or_default().to_vec(),
    }
}

/// The exchanges of a capture file, in the order in which they ended.
pub(crate) fn read_exchanges(path: &Path) -> Vec<Spoken> {
    let mut collector = Collector::default();
    read(&Input::File(path.to_owned()), CaptureId(0), &mut collector)
        .unwrap_or_else(|e| panic!("the project's evidence can be read: {e}"));
    collector.0
}
