//! What hopspec reads of a capture, flow by flow, down to the bytes of each line.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;

use hopspec::http::{Body, BodyWant, CaptureId, Connection, Exchange, HeadRef, MessageId, MessageSink, Origin};
use hopspec::source::{Input, Summary, read};
use hopspec::wire::Endpoint;

use super::truth::latin_1;

/// One message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Message {
    /// Start line and field lines, as on the wire.
    pub(super) lines: Vec<String>,
    /// Method and target of a request.
    pub(super) asks: Option<(String, String)>,
    /// Names and values.
    pub(super) fields: Vec<(String, String)>,
    pub(super) body: String,
    pub(super) complete: Option<bool>,
    pub(super) trailers: Vec<(String, String)>,
    /// Its head is cut.
    pub(super) cut: bool,
}

/// One connection.
#[derive(Debug, Clone)]
pub(super) struct Flow {
    pub(super) client: SocketAddr,
    pub(super) server: SocketAddr,
    pub(super) requests: Vec<Message>,
    /// Interim ones too.
    pub(super) responses: Vec<Message>,
    /// In the order in which they ended.
    pub(super) exchanges: Vec<(Option<Message>, Option<Message>)>,
}

/// What a capture holds.
#[derive(Debug)]
pub(super) struct Heard {
    /// Flows with messages, in the order in which they began.
    pub(super) flows: Vec<Flow>,
    pub(super) summary: Summary,
}

impl Heard {
    /// Every anomaly, with how often.
    pub(super) fn anomalies(&self) -> Vec<(&'static str, u64)> {
        self.summary.anomalies.iter().map(|(kind, anomaly)| (kind.name(), anomaly.count)).collect()
    }

    /// What was not decoded: content, port, flows.
    pub(super) fn undecoded(&self) -> Vec<(&'static str, u16, u64)> {
        self.summary.undecoded.iter().map(|u| (u.content, u.port, u.flows)).collect()
    }

    /// Messages without what names the flow.
    pub(super) fn messages(&self) -> Vec<(Vec<Message>, Vec<Message>)> {
        self.flows.iter().map(|flow| (flow.requests.clone(), flow.responses.clone())).collect()
    }
}

#[derive(Default)]
struct Collector {
    flows: BTreeMap<u32, Flow>,
    /// Where each message stands: flow, whether it is a request, number.
    places: Vec<(u32, bool, usize)>,
}

fn fields<'a>(all: impl Iterator<Item = (&'a [u8], &'a [u8])>) -> Vec<(String, String)> {
    all.map(|(name, value)| (latin_1(name), latin_1(value))).collect()
}

fn message(head: &HeadRef<'_>) -> Message {
    let lines = std::iter::once(head.start_line()).chain(head.lines.iter().map(|line| line.line.of(head.raw)));
    Message {
        lines: lines.map(latin_1).collect(),
        asks: head.method().zip(head.target()).map(|(method, target)| (latin_1(method), latin_1(target))),
        fields: fields(head.fields()),
        cut: head.head.flags.is_cut(),
        ..Message::default()
    }
}

fn tell(message: &mut Message, body: &Body) {
    message.body = body.kept().map(latin_1).unwrap_or_default();
    message.complete = body.complete;
    message.trailers = fields(body.trailers().fields());
}

impl MessageSink for Collector {
    fn head(&mut self, _: MessageId, head: &HeadRef<'_>, _: Option<&HeadRef<'_>>, _: Option<&Connection>) -> BodyWant {
        let Origin::Packet { stream, src, dst, .. } = head.head.at.origin else { panic!("a capture") };
        let address = |end: Endpoint| SocketAddr::new(end.ip, end.port);
        let asks = head.is_request();
        let (client, server) = if asks { (address(src), address(dst)) } else { (address(dst), address(src)) };
        let flow = self.flows.entry(stream).or_insert_with(|| Flow {
            client,
            server,
            requests: Vec::new(),
            responses: Vec::new(),
            exchanges: Vec::new(),
        });
        assert_eq!((flow.client, flow.server), (client, server), "client and server change places");
        let side = if asks { &mut flow.requests } else { &mut flow.responses };
        side.push(message(head));
        self.places.push((stream, asks, side.len() - 1));
        BodyWant { keep: 1 << 20, sha256: false }
    }

    fn message(&mut self, id: MessageId, body: &Body) {
        let (stream, asks, number) = self.places[usize::try_from(id.0).unwrap()];
        let flow = self.flows.get_mut(&stream).unwrap();
        tell(&mut if asks { &mut flow.requests } else { &mut flow.responses }[number], body);
    }

    fn exchange(&mut self, exchange: &Exchange<'_>) {
        let Origin::Packet { stream, .. } = exchange.first().unwrap().head.head.at.origin else { panic!("a capture") };
        let side = |side: Option<hopspec::http::Message<'_>>| {
            side.map(|m| {
                let mut told = message(&m.head);
                tell(&mut told, m.body);
                told
            })
        };
        let pair = (side(exchange.request), side(exchange.response));
        self.flows.get_mut(&stream).unwrap().exchanges.push(pair);
    }
}

/// Reads a capture file.
pub(super) fn hear(path: &Path) -> Heard {
    let mut collector = Collector::default();
    let summary = read(&Input::File(path.to_owned()), CaptureId(0), &mut collector).unwrap_or_else(|e| panic!("{e}"));
    Heard { flows: collector.flows.into_values().collect(), summary }
}
