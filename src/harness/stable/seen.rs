//! The exchanges of a capture, kept with their secrets masked, in the order in which their requests came.

use hashbrown::HashMap;

use crate::anomaly::AnomalyKind;
use crate::http::{Body, BodyWant, Connection, Exchange, HeadRef, Message, MessageId, MessageSink, Origin};
use crate::secret;
use crate::wire::Endpoint;

/// So much of a body is looked at.
const MOST_OF_BODY: usize = 64 << 10;
/// What is kept of a capture; exchanges beyond it are counted.
const MOST_IN_ALL: usize = 64 << 20;

/// One exchange.
#[derive(Debug)]
pub(super) struct Seen {
    /// Packet or line of its first message.
    place: u64,
    /// Client and server, where packets tell.
    pub(super) ends: Option<(Endpoint, Endpoint)>,
    pub(super) request: Option<Said>,
    /// Responses before the final one.
    pub(super) interim: Vec<Said>,
    pub(super) response: Option<Said>,
}

/// One message.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) start: String,
    pub(super) fields: Vec<Field>,
    pub(super) body: Content,
    pub(super) trailers: Vec<Field>,
    /// What is odd about its head.
    pub(super) odd: Vec<&'static str>,
}

/// A field line: what stands before the value, the value, and what stands behind it.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) before: String,
    pub(super) value: String,
    pub(super) behind: String,
}

/// A body.
#[derive(Debug)]
pub(super) enum Content {
    Nothing,
    /// Whole, or its beginning.
    Text {
        text: String,
        of: u64,
        whole: bool,
    },
    /// Bytes that are no text, or that are encoded.
    Bytes {
        length: u64,
        encoded: bool,
        whole: bool,
    },
}

/// Hears a capture.
#[derive(Debug, Default)]
pub(super) struct Listener {
    pub(super) seen: Vec<Seen>,
    /// Exchanges that were not kept.
    pub(super) left_out: u64,
    kept: usize,
    /// Interim responses, by flow, until their exchange is over.
    interim: HashMap<u32, Vec<Said>, foldhash::fast::RandomState>,
}

impl Listener {
    /// The exchanges in their order, and how many more there were.
    pub(super) fn finish(mut self) -> (Vec<Seen>, u64) {
        self.seen.sort_by_key(|seen| seen.place);
        (self.seen, self.left_out)
    }
}

impl MessageSink for Listener {
    fn head(&mut self, _: MessageId, head: &HeadRef<'_>, _: Option<&HeadRef<'_>>, _: Option<&Connection>) -> BodyWant {
        if self.kept >= MOST_IN_ALL {
            return BodyWant::NOTHING;
        }
        if head.status().is_some_and(|status| (100..200).contains(&status) && status != 101) {
            let said = Said { body: Content::Nothing, ..Said::of(head, &Body::default()) };
            self.kept += said.size();
            self.interim.entry(place(head).1).or_default().push(said);
            return BodyWant::NOTHING;
        }
        BodyWant { keep: MOST_OF_BODY, sha256: false }
    }

    fn message(&mut self, _: MessageId, _: &Body) {}

    fn exchange(&mut self, exchange: &Exchange<'_>) {
        let Some(first) = exchange.first() else { return };
        if self.kept >= MOST_IN_ALL {
            self.left_out += 1;
            return;
        }
        let (place, flow) = place(&first.head);
        let said = |message: Option<Message<'_>>| message.map(|message| Said::of(&message.head, message.body));
        let seen = Seen {
            place,
            ends: ends(&first.head),
            request: said(exchange.request),
            interim: self.interim.remove(&flow).unwrap_or_default(),
            response: said(exchange.response),
        };
        self.kept += seen.request.iter().chain(&seen.response).map(Said::size).sum::<usize>();
        self.seen.push(seen);
    }
}

/// Where a message stands, and in which flow.
fn place(head: &HeadRef<'_>) -> (u64, u32) {
    match head.head.at.origin {
        Origin::Packet { packet, stream, .. } => (packet, stream),
        Origin::Line(line) | Origin::Entry { number: line, .. } | Origin::Log { line, .. } => (line.into(), 0),
    }
}

fn ends(head: &HeadRef<'_>) -> Option<(Endpoint, Endpoint)> {
    match head.head.at.origin {
        Origin::Packet { src, dst, .. } => Some(if head.is_request() { (src, dst) } else { (dst, src) }),
        Origin::Line(_) | Origin::Entry { .. } | Origin::Log { .. } => None,
    }
}

impl Said {
    fn of(head: &HeadRef<'_>, body: &Body) -> Self {
        let odd = head.head.flags.iter().map(AnomalyKind::name).collect();
        let start = secret::mask_target(&decode(head.start_line())).into_owned();
        let fields = head.lines.iter().map(|line| {
            let (name, value, whole) = (line.name.of(head.raw), line.value.of(head.raw), line.line.of(head.raw));
            // What stands around the value, as on the wire; a folded value stands elsewhere.
            let around = line.line.start <= line.value.start && line.value.end <= line.line.end && !name.is_empty();
            let split = (line.value.start.saturating_sub(line.line.start), line.value.end.saturating_sub(line.line.start));
            let before = if around { whole.get(..split.0 as usize).map(decode) } else { None };
            let behind = if around { whole.get(split.1 as usize..).map(decode) } else { None };
            Field::of(name, value, before, behind)
        });
        let fields: Vec<Field> = fields.collect();
        let trailers = body.trailers().fields().map(|(name, value)| Field::of(name, value, None, None)).collect();
        Self { start, body: Content::of(body, &fields), fields, trailers, odd }
    }

    fn size(&self) -> usize {
        let body = if let Content::Text { text, .. } = &self.body { text.len() } else { 0 };
        let fields = self.fields.iter().map(|field| size_of::<Field>() + field.before.len() + field.value.len());
        size_of::<Self>() + self.start.len() + body + fields.sum::<usize>()
    }

    /// Whether its body is encoded, or holds what has another length next time.
    pub(super) fn is_encoded(&self) -> bool {
        matches!(self.body, Content::Bytes { encoded: true, .. })
    }
}

impl Field {
    fn of(name: &[u8], value: &[u8], before: Option<String>, behind: Option<String>) -> Self {
        let shown = decode(name);
        let before = before.unwrap_or_else(|| if shown.is_empty() { String::new() } else { format!("{shown}: ") });
        let value = secret::mask_field(name, &decode(value)).into_owned();
        Self { name: shown, before, value, behind: behind.unwrap_or_default() }
    }
}

impl Content {
    fn of(body: &Body, fields: &[Field]) -> Self {
        let kept = body.kept().unwrap_or_default();
        let whole = body.complete == Some(true) && body.lost == 0;
        if body.length == 0 && whole {
            return Self::Nothing;
        }
        let encoded = fields.iter().any(|field| field.name.eq_ignore_ascii_case("Content-Encoding"));
        let text = if encoded { None } else { readable(kept, kept.len() as u64 == body.length) };
        match text {
            Some(text) if !text.is_empty() => Self::Text { text: masked(&text), of: body.length, whole },
            _ => Self::Bytes { length: body.length, encoded, whole },
        }
    }
}

/// Bytes as text, where they are; a beginning may end within a character.
fn readable(bytes: &[u8], whole: bool) -> Option<String> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) if !whole && error.error_len().is_none() => std::str::from_utf8(bytes.get(..error.valid_up_to())?).ok()?,
        Err(_) => return None,
    };
    let plain = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t');
    text.chars().all(plain).then(|| text.to_owned())
}

/// A body with its secrets masked: JSON by its keys, anything else as lines and as a form.
fn masked(text: &str) -> String {
    if let Ok(mut json) = serde_json::from_str::<serde_json::Value>(text) {
        let before = json.clone();
        secret::mask_json(None, &mut json);
        return if json == before { text.to_owned() } else { json.to_string() };
    }
    let line = |line: &str| {
        // The first parameter of a form has no `?` before it.
        let form = secret::mask_target(&format!("?{line}")).get(1..).unwrap_or_default().to_owned();
        secret::mask_line(&form).into_owned()
    };
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

/// UTF-8 where it is, ISO-8859-1 where not.
fn decode(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().copied().map(char::from).collect(),
    }
}
