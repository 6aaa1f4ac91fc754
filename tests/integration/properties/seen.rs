//! What the library's reader tells of a capture.

use std::net::SocketAddr;

use hopspec::http::{Body, BodyWant, CaptureId, Connection, Exchange, HeadRef, MessageId, MessageSink, Origin};
use hopspec::source::{Input, SourceError, Summary, read};

use super::traffic::{Direction, Streams, Told};

/// One message as it was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) told: Told,
    /// The packet that completed its head.
    pub(super) packet: u64,
    /// Its head is cut.
    pub(super) cut: bool,
}

/// The messages of a capture by stream, in the order of each.
#[derive(Debug, Default)]
pub(super) struct Collector {
    heads: Vec<(Direction, Seen)>,
    /// Exchanges with both sides.
    pub(super) pairs: Vec<(String, String)>,
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn lines<'a>(fields: impl Iterator<Item = (&'a [u8], &'a [u8])>) -> Vec<(String, String)> {
    fields.map(|(name, value)| (text(name), text(value))).collect()
}

impl MessageSink for Collector {
    fn head(&mut self, id: MessageId, head: &HeadRef<'_>, _: Option<&HeadRef<'_>>, _: Option<&Connection>) -> BodyWant {
        let Origin::Packet { packet, src, dst, .. } = head.head.at.origin else { panic!("no packet") };
        let end = |e: hopspec::wire::Endpoint| SocketAddr::new(e.ip, e.port);
        let line = text(head.start_line());
        let told = Told { line, fields: lines(head.fields()), length: 0, complete: None, trailers: Vec::new() };
        assert_eq!(id.0, self.heads.len() as u64, "numbers follow each other");
        self.heads.push(((end(src), end(dst)), Seen { told, packet, cut: head.head.flags.is_cut() }));
        BodyWant::NOTHING
    }

    fn message(&mut self, id: MessageId, body: &Body) {
        let told = &mut self.heads[usize::try_from(id.0).unwrap()].1.told;
        (told.length, told.complete, told.trailers) = (body.length, body.complete, lines(body.trailers().fields()));
    }

    fn exchange(&mut self, exchange: &Exchange<'_>) {
        if let (Some(request), Some(response)) = (exchange.request, exchange.response) {
            let number = |head: &HeadRef<'_>| {
                head.fields().find(|(name, _)| *name == b"X-Number").map(|(_, value)| text(value)).unwrap_or_default()
            };
            self.pairs.push((
                format!("{} {}", text(request.head.start_line()), number(&request.head)),
                text(response.head.start_line()),
            ));
        }
    }
}

impl Collector {
    /// By stream.
    pub(super) fn streams(&self) -> Streams<Seen> {
        let mut streams = Streams::new();
        for (direction, seen) in &self.heads {
            streams.entry(*direction).or_insert_with(Vec::new).push(seen.clone());
        }
        streams
    }

    /// By stream, without what packets have to do with it.
    pub(super) fn told(&self) -> Streams<Told> {
        self.streams().into_iter().map(|(direction, all)| (direction, all.into_iter().map(|seen| seen.told).collect())).collect()
    }
}

/// Reads the bytes of a capture file.
pub(super) fn see(bytes: &[u8]) -> (Result<Summary, SourceError>, Collector) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("capture");
    std::fs::write(&path, bytes).unwrap();
    let mut collector = Collector::default();
    let summary = read(&Input::File(path), CaptureId(0), &mut collector);
    (summary, collector)
}
