//! A sink that writes down messages, and a feeder that stands for the flow layer.

use crate::anomaly::{Anomalies, AnomalyKind};
use crate::capture::{PacketAt, Timestamp};
use crate::flow::{Chunk, Direction, FlowInfo, Gap, Need, StreamEnd, StreamSink};
use crate::http::{
    Body, BodyWant, CaptureId, Connection, Conversation, EmptyConnection, Exchange, HeadRef, HttpStreams, Limits, MessageId,
    MessageSink, Origin,
};
use crate::wire::Endpoint;

/// One message as it was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) line: String,
    pub(super) fields: Vec<(String, String)>,
    pub(super) flags: Vec<AnomalyKind>,
    /// The request line that a response answers.
    pub(super) answers: Option<String>,
    pub(super) packet: u64,
    pub(super) src: u16,
    pub(super) body: Option<(u64, Option<bool>, u64)>,
    pub(super) kept: Option<String>,
    pub(super) hash: Option<[u8; 32]>,
    pub(super) trailers: Vec<(String, String)>,
}

impl Seen {
    pub(super) fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Listener {
    pub(super) want: BodyWant,
    pub(super) messages: Vec<Seen>,
    /// Start lines of request and response, `-` for one that is not there.
    pub(super) exchanges: Vec<(String, String)>,
    pub(super) connections: Vec<Connection>,
    pub(super) empty: Vec<Connection>,
}

fn text(bytes: &[u8]) -> String {
    bytes.iter().map(|&b| char::from(b)).collect()
}

fn texts<'a>(fields: impl Iterator<Item = (&'a [u8], &'a [u8])>) -> Vec<(String, String)> {
    fields.map(|(name, value)| (text(name), text(value))).collect()
}

impl MessageSink for Listener {
    fn head(&mut self, id: MessageId, head: &HeadRef<'_>, request: Option<&HeadRef<'_>>, _: Option<&Connection>) -> BodyWant {
        assert_eq!(id.0 as usize, self.messages.len());
        let Origin::Packet { packet, src, .. } = head.head.at.origin else { panic!("no packet") };
        for line in head.lines {
            assert!(line.name.end <= line.line.end && line.line.start <= line.name.start);
        }
        self.messages.push(Seen {
            line: text(head.start_line()),
            fields: texts(head.fields()),
            flags: head.head.flags.iter().collect(),
            answers: request.map(|request| text(request.start_line())),
            packet,
            src: src.port,
            body: None,
            kept: None,
            hash: None,
            trailers: Vec::new(),
        });
        self.want
    }

    fn message(&mut self, id: MessageId, body: &Body) {
        let seen = &mut self.messages[id.0 as usize];
        assert_eq!(seen.body, None, "told twice");
        seen.body = Some((body.length, body.complete, body.lost));
        seen.kept = body.kept().map(text);
        seen.hash = body.sha256();
        seen.trailers = texts(body.trailers().fields());
    }

    fn exchange(&mut self, exchange: &Exchange<'_>) {
        let line = |message: Option<crate::http::Message<'_>>| message.map_or("-".to_owned(), |m| text(m.head.start_line()));
        self.exchanges.push((line(exchange.request), line(exchange.response)));
        self.connections.extend(exchange.connection.cloned());
    }

    fn empty(&mut self, connection: &EmptyConnection<'_>) {
        self.empty.push(connection.connection.clone());
    }
}

/// What happens on the wire.
#[derive(Debug, Clone)]
pub(super) enum Step {
    Client(Vec<u8>),
    Server(Vec<u8>),
    ClientLoses(u64),
    ServerLoses(u64),
    ClientEnds,
    ServerEnds,
}

pub(super) fn client(text: impl AsRef<[u8]>) -> Step {
    Step::Client(text.as_ref().to_vec())
}

pub(super) fn server(text: impl AsRef<[u8]>) -> Step {
    Step::Server(text.as_ref().to_vec())
}

/// What was told of a conversation.
#[derive(Debug, Clone)]
pub(super) struct Heard {
    pub(super) messages: Vec<Seen>,
    pub(super) exchanges: Vec<(String, String)>,
    pub(super) anomalies: Anomalies,
    pub(super) undecoded: Vec<(&'static str, u16, u64)>,
    /// Bytes of client and server behind the messages.
    pub(super) beyond: (u64, u64),
    /// Of each exchange what its connection said.
    pub(super) connections: Vec<Connection>,
    pub(super) empty: Vec<Connection>,
}

impl Heard {
    pub(super) fn lines(&self) -> Vec<&str> {
        self.messages.iter().map(|message| message.line.as_str()).collect()
    }

    pub(super) fn pairs(&self) -> Vec<(&str, &str)> {
        self.exchanges.iter().map(|(request, response)| (request.as_str(), response.as_str())).collect()
    }

    pub(super) fn kinds(&self) -> Vec<(AnomalyKind, u64)> {
        self.anomalies.iter().map(|(kind, anomaly)| (kind, anomaly.count)).collect()
    }
}

/// Bodies are skipped.
pub(super) fn hear(steps: &[Step]) -> Heard {
    hear_with(BodyWant::NOTHING, steps)
}

/// Bodies are kept whole and hashed.
pub(super) fn hear_bodies(steps: &[Step]) -> Heard {
    hear_with(BodyWant { keep: 1 << 20, sha256: true }, steps)
}

pub(super) fn hear_with(want: BodyWant, steps: &[Step]) -> Heard {
    hear_within(Limits::default(), want, steps)
}

/// One conversation within limits.
pub(super) fn hear_within(limits: Limits, want: BodyWant, steps: &[Step]) -> Heard {
    hear_in(usize::MAX, limits, want, steps)
}

/// The same where so many bytes may be held in all.
pub(super) fn hear_in(room: usize, limits: Limits, want: BodyWant, steps: &[Step]) -> Heard {
    let mut listener = Listener { want, ..Listener::default() };
    let mut streams = HttpStreams::with_limits(CaptureId(7), &mut listener, limits);
    streams.room(room);
    feed(&mut streams, 0, steps);
    let messages = (streams.held, streams.buffered, streams.packer.held_beside_patterns());
    assert_eq!((messages, streams.h2.held(), streams.proxied), ((0, 0, 0), 0, 0), "all is given back");
    let (requests, responses) = (streams.requests(), streams.responses());
    let anomalies = streams.anomalies().clone();
    let beyond = streams.undecoded().fold((0, 0), |(a, b), (.., unread)| (a + unread.sent, b + unread.received));
    let undecoded = streams.undecoded().map(|(content, port, unread)| (content, port, unread.flows)).collect();
    assert_eq!(requests + responses, listener.messages.len() as u64);
    assert!(listener.messages.iter().all(|message| message.body.is_some()), "every message ends");
    let Listener { messages, exchanges, connections, empty, .. } = listener;
    Heard { messages, exchanges, anomalies, undecoded, beyond, connections, empty }
}

/// Stands for the flow layer: skips what is not needed. Each step is a packet.
pub(super) fn feed<M: MessageSink>(streams: &mut HttpStreams<'_, M>, number: u32, steps: &[Step]) {
    let (flow, talk) = feed_steps(streams, number, steps, true);
    streams.close(&flow, talk);
}

/// Leaves the flow open.
pub(super) fn feed_open<M: MessageSink>(
    streams: &mut HttpStreams<'_, M>,
    number: u32,
    steps: &[Step],
) -> (FlowInfo, Box<Conversation>) {
    feed_steps(streams, number, steps, false)
}

fn feed_steps<M: MessageSink>(
    streams: &mut HttpStreams<'_, M>,
    number: u32,
    steps: &[Step],
    end: bool,
) -> (FlowInfo, Box<Conversation>) {
    let ends = [40_000, 80].map(|port| Endpoint { ip: [10, 0, 0, 1].into(), port });
    let flow = FlowInfo { number, ends, opener: Some(Direction::Forward), accepted: true };
    let mut talk: Box<Conversation> = streams.open(&flow);
    let mut skip = [0u64; 2];
    let mut over = [false; 2];
    let mut packet = 0;
    let mut ended = [false; 2];
    for step in steps {
        packet += 1;
        let at = PacketAt { number: packet, time: Timestamp::default() };
        let direction = match step {
            Step::Client(_) | Step::ClientLoses(_) | Step::ClientEnds => Direction::Forward,
            Step::Server(_) | Step::ServerLoses(_) | Step::ServerEnds => Direction::Backward,
        };
        let side = direction.index();
        let need = match step {
            Step::Client(data) | Step::Server(data) => {
                let skipped = skip[side].min(data.len() as u64);
                skip[side] -= skipped;
                let data = &data[skipped as usize..];
                if data.is_empty() || over[side] {
                    continue;
                }
                streams.data(&flow, &mut talk, Chunk { direction, data, at })
            }
            Step::ClientLoses(length) | Step::ServerLoses(length) => {
                let skipped = skip[side].min(*length);
                skip[side] -= skipped;
                if skipped == *length || over[side] {
                    continue;
                }
                streams.gap(&flow, &mut talk, Gap { direction, length: length - skipped, at })
            }
            Step::ClientEnds | Step::ServerEnds => {
                ended[side] = true;
                streams.end(&flow, &mut talk, direction, StreamEnd::Fin, skip[side], at);
                continue;
            }
        };
        match need {
            Need::Bytes => {}
            Need::Skip(bytes) => skip[side] = bytes,
            Need::Nothing => over[side] = true,
        }
    }
    let at = PacketAt { number: packet, time: Timestamp::default() };
    for direction in [Direction::Forward, Direction::Backward] {
        let side = direction.index();
        if end && !ended[side] {
            let unskipped = if over[side] { 0 } else { skip[side] };
            streams.end(&flow, &mut talk, direction, StreamEnd::Unfinished, unskipped, at);
        }
    }
    (flow, talk)
}
