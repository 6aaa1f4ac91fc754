//! `--format text`: messages as they read, with a line of comment on where each was seen.

use super::form::{Form, Masks, Opened, decode, request_id};
use crate::anomaly::AnomalyKind;
use crate::http::{Body, Connection, FieldLine, HeadRef, Origin};
use crate::proxy_protocol::{Addresses, ProxyHeader};
use crate::report::{Paint, Tone, count, escape};

/// Writes messages as text.
#[derive(Debug)]
pub(super) struct Text {
    masks: Masks,
    paint: Paint,
    capture: String,
}

impl Text {
    pub(super) fn new(masks: Masks, paint: Paint) -> Self {
        Self { masks, paint, capture: String::new() }
    }

    fn comment(&self, out: &mut Vec<u8>, text: &str) {
        self.line(out, &self.paint.paint(Tone::Faint, &format!("# {text}")));
    }

    fn line(&self, out: &mut Vec<u8>, text: &str) {
        out.extend_from_slice(text.as_bytes());
        out.push(b'\n');
    }

    /// A field line as on the wire; put together anew where its value is masked or was folded.
    fn field(&self, raw: &[u8], line: &FieldLine) -> String {
        let mut latin1 = false;
        let name = line.name.of(raw);
        let value = decode(line.value.of(raw), &mut latin1);
        let masked = self.masks.field(name, &value);
        let whole = decode(line.line.of(raw), &mut latin1);
        if masked == value && !whole.contains(['\r', '\n']) {
            return escape(&whole).into_owned();
        }
        match name {
            // A line without a name may be a secret as a whole.
            [] => escape(&masked).into_owned(),
            name => format!("{}: {}", escape(&decode(name, &mut latin1)), escape(&masked)),
        }
    }
}

/// `PROXY protocol 2: TCP4, 192.0.2.1:4711 → 10.0.0.2:443, vpce_id=vpce-1`
#[cold]
pub(super) fn proxy(header: &ProxyHeader) -> String {
    let mut parts = vec![header.family.name().to_owned()];
    if header.command == crate::proxy_protocol::Command::Local {
        parts.insert(0, "LOCAL".to_owned());
    }
    match &header.addresses {
        Addresses::None => {}
        Addresses::Ip { src, dst } => parts.push(format!("{src} → {dst}")),
        Addresses::Unix { src, dst } => {
            parts.push(escape(&format!("{} → {}", decode(src, &mut false), decode(dst, &mut false))).into_owned());
        }
    }
    parts.extend(header.values().iter().map(|(name, value)| escape(&format!("{name}={value}")).into_owned()));
    parts.extend(header.fault.iter().map(|fault| escape(&format!("malformed: {fault}")).into_owned()));
    format!("PROXY protocol {}: {}", header.version, parts.join(", "))
}

impl Form for Text {
    fn capture(&mut self, name: &str) {
        self.capture = escape(name).into_owned();
    }

    fn open(&mut self, out: &mut Vec<u8>, head: &HeadRef<'_>, connection: Option<&Connection>) -> Opened {
        let mut latin1 = false;
        let place = match head.head.at.origin {
            Origin::Packet { packet, time, src, dst, .. } => {
                let stream = head.head.h2_stream.map(|stream| format!(", HTTP/2 stream {stream}")).unwrap_or_default();
                format!("{}, packet {packet}{stream}, {src} → {dst}, {time}", self.capture)
            }
            Origin::Line(line) => format!("{}:{line}", self.capture),
            Origin::Entry { number, time, server } => {
                let mut place = format!("{}, entry {number}", self.capture);
                if let Some(server) = server {
                    place.push_str(&if head.is_request() { format!(", → {server}") } else { format!(", {server} →") });
                }
                if let Some(time) = time {
                    place.push_str(&format!(", {time}"));
                }
                place
            }
            Origin::Log { line, time, request, endpoint } => {
                let way = match (endpoint, head.is_request()) {
                    (false, true) => "client → API Gateway",
                    (false, false) => "API Gateway → client",
                    (true, true) => "API Gateway → endpoint",
                    (true, false) => "endpoint → API Gateway",
                };
                let request = request.map(|id| format!(", request {}", request_id(id))).unwrap_or_default();
                let time = time.map(|time| format!(", {time}")).unwrap_or_default();
                format!("{}:{line}, {way}{request}{time}", self.capture)
            }
        };
        self.comment(out, &place);
        if let Some(header) = connection.and_then(|connection| connection.proxy.as_deref()).filter(|_| head.is_request()) {
            self.comment(out, &proxy(header));
        }
        let start = decode(head.start_line(), &mut latin1);
        self.line(out, &self.paint.paint(Tone::Strong, &escape(&self.masks.target(&start))));
        for line in head.lines {
            self.line(out, &self.field(head.raw, line));
        }
        out.push(b'\n');
        Opened { flags: head.head.flags, latin1 }
    }

    fn close(&mut self, out: &mut Vec<u8>, opened: Opened, body: Option<&Body>) {
        let before = out.len();
        match body {
            Some(body) => {
                let end = if body.complete == Some(false) { ", incomplete" } else { "" };
                if body.length > 0 || !end.is_empty() {
                    self.comment(out, &format!("body: {}{end}", count(body.length, "byte")));
                }
                for line in &body.trailers().lines {
                    self.comment(out, &format!("trailer: {}", self.field(&body.trailers().raw, line)));
                }
            }
            None => self.comment(out, "body: still running"),
        }
        let odd: Vec<_> = opened.flags.iter().map(AnomalyKind::name).collect();
        if !odd.is_empty() {
            self.comment(out, &format!("odd: {}", odd.join(", ")));
        }
        if out.len() > before {
            out.push(b'\n');
        }
    }
}
