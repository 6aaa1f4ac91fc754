//! Writes down what a sink is told, and holds it against what every sink may rely on.

use hopspec::http::{Body, BodyWant, Connection, Exchange, HeadRef, Message, MessageId, MessageSink, Origin, Range};

/// What was told.
#[derive(Default)]
pub struct Notes {
    /// A line each for heads, bodies and exchanges, without the numbers of packets.
    pub lines: Vec<String>,
    /// What is wanted of every body.
    pub want: BodyWant,
    /// The lines in which messages of texts begin.
    pub places: Vec<u32>,
    /// Bytes of heads and kept bodies.
    pub bytes: usize,
    heads: u64,
    open: Vec<bool>,
}

impl Notes {
    /// Notes that want so much of bodies.
    pub fn wanting(keep: usize) -> Self {
        Self { want: BodyWant { keep, sha256: keep > 0 }, ..Self::default() }
    }

    /// Every message that began has ended.
    pub fn finish(&self) {
        assert!(self.open.iter().all(|open| !open), "a message never ended: {:?}", self.lines);
    }

    /// How many messages there were.
    pub fn messages(&self) -> u64 {
        self.heads
    }
}

impl MessageSink for Notes {
    fn head(&mut self, id: MessageId, head: &HeadRef<'_>, request: Option<&HeadRef<'_>>, _: Option<&Connection>) -> BodyWant {
        assert_eq!(id.0, self.heads, "numbers follow each other");
        self.heads += 1;
        self.open.push(true);
        self.bytes += head.raw.len();
        held(head);
        assert!(request.is_none() || !head.is_request(), "a request answers nothing");
        if let Origin::Line(line) = head.head.at.origin {
            self.places.push(line);
        }
        let fields: Vec<String> = head.fields().map(|(name, value)| format!("{}: {}", shown(name), shown(value))).collect();
        let flags: Vec<_> = head.head.flags.iter().collect();
        let answers = request.map(|request| shown(request.start_line()));
        self.lines.push(format!("{} head {} {fields:?} {flags:?} {answers:?}", id.0, shown(head.start_line())));
        self.want
    }

    fn message(&mut self, id: MessageId, body: &Body) {
        let open = self.open.get_mut(usize::try_from(id.0).unwrap()).expect("a body has a head");
        assert!(std::mem::take(open), "a message ends once");
        let kept = body.kept().map(<[u8]>::to_vec);
        if let Some(kept) = &kept {
            assert!(kept.len() <= self.want.keep, "more than was wanted");
            assert!(kept.len() as u64 <= body.length, "more than there is");
            self.bytes += kept.len();
        }
        if body.whole().is_some() {
            assert_eq!(body.complete, Some(true));
        }
        for (name, value) in body.trailers().fields() {
            self.bytes += name.len() + value.len();
        }
        let trailers: Vec<String> = body.trailers().fields().map(|(n, v)| format!("{}: {}", shown(n), shown(v))).collect();
        let hash = body.sha256().map(|hash| hash[0]);
        self.lines.push(format!(
            "{} body {} {:?} lost {} {:?} {hash:?} {trailers:?}",
            id.0,
            body.length,
            body.complete,
            body.lost,
            kept.as_deref().map(shown)
        ));
    }

    fn exchange(&mut self, exchange: &Exchange<'_>) {
        assert!(exchange.first().is_some(), "an exchange has a message");
        assert!(exchange.request.is_none_or(|m| m.head.is_request()) && exchange.response.is_none_or(|m| !m.head.is_request()));
        let line = |message: Option<Message<'_>>| message.map_or("none".to_owned(), |m| shown(m.head.start_line()));
        self.lines.push(format!("exchange {} / {}", line(exchange.request), line(exchange.response)));
    }
}

/// Every range lies in the head's bytes, and in its line.
pub fn held(head: &HeadRef<'_>) {
    let within = |range: Range| assert!(range.start <= range.end && range.end as usize <= head.raw.len(), "{range:?}");
    within(head.head.start_line);
    for line in head.lines {
        within(line.line);
        within(line.name);
        within(line.value);
        assert!(line.line.start <= line.name.start && line.name.end <= line.line.end, "{line:?}");
    }
    let _ = (head.method(), head.target(), head.status(), head.reason(), head.cut_line());
}

/// Bytes as text that can be compared.
pub fn shown(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string()
}
