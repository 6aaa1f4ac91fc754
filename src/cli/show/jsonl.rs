//! `--format jsonl`: one message a line, a contract (DESIGN §5).

use std::io::Write as _;

use super::addresses::Addresses as Ends;
use super::clock::Clock;
use super::form::{Form, Masks, Opened, decode, request_id};
use super::json_text::{number, string};
use super::known::Known;
use crate::http::{Body, Connection, HeadRef, Origin, StartLine};
use crate::proxy_protocol::{Addresses, ProxyHeader};

/// Writes messages as JSON lines.
#[derive(Debug)]
pub(super) struct Jsonl {
    masks: Masks,
    clock: Clock,
    ends: Ends,
    known: Known,
    /// `{"capture": "a.pcap"`, as every line begins.
    start: Vec<u8>,
}

impl Jsonl {
    pub(super) fn new(masks: Masks) -> Self {
        Self { masks, clock: Clock::default(), ends: Ends::default(), known: Known::default(), start: Vec::new() }
    }

    fn origin(&mut self, out: &mut Vec<u8>, head: &HeadRef<'_>) {
        match head.head.at.origin {
            Origin::Packet { packet, stream, time, src, dst } => {
                out.extend_from_slice(b", \"packet\": ");
                number(out, packet);
                out.extend_from_slice(b", \"stream\": ");
                number(out, stream.into());
                if let Some(stream) = head.head.h2_stream {
                    out.extend_from_slice(b", \"h2_stream\": ");
                    number(out, stream.into());
                }
                out.extend_from_slice(b", \"time\": \"");
                self.clock.write(out, time);
                out.extend_from_slice(b"\", \"src\": \"");
                self.ends.write(out, src);
                out.extend_from_slice(b"\", \"dst\": \"");
                self.ends.write(out, dst);
                out.push(b'"');
            }
            Origin::Line(line) => {
                out.extend_from_slice(b", \"line_number\": ");
                number(out, line.into());
            }
            Origin::Log { line, time, request, endpoint } => {
                out.extend_from_slice(b", \"line_number\": ");
                number(out, line.into());
                if let Some(time) = time {
                    out.extend_from_slice(b", \"time\": \"");
                    self.clock.write(out, time);
                    out.push(b'"');
                }
                let hop = if endpoint { "endpoint" } else { "client" };
                let _ = write!(out, ", \"call\": \"{hop}\"");
                if let Some(request) = request {
                    let _ = write!(out, ", \"request_id\": \"{}\"", request_id(request));
                }
            }
            Origin::Entry { number: entry, time, server } => {
                out.extend_from_slice(b", \"entry\": ");
                number(out, entry.into());
                if let Some(time) = time {
                    out.extend_from_slice(b", \"time\": \"");
                    self.clock.write(out, time);
                    out.push(b'"');
                }
                if let Some(server) = server {
                    out.extend_from_slice(if head.is_request() { b", \"dst\": \"" } else { b", \"src\": \"" });
                    self.ends.write(out, server);
                    out.push(b'"');
                }
            }
        }
    }
}

/// What is written of a head.
impl Masks {
    fn start_line(self, out: &mut Vec<u8>, head: &HeadRef<'_>, latin1: &mut bool) {
        let request = head.is_request();
        out.extend_from_slice(if request {
            b", \"kind\": \"request\", \"line\": "
        } else {
            b", \"kind\": \"response\", \"line\": "
        });
        string(out, &self.target(&decode(head.start_line(), latin1)));
        match head.head.start {
            StartLine::Request { method, target, version } => {
                out.extend_from_slice(b", \"method\": ");
                part(out, &decode(method.of(head.raw), latin1), head);
                out.extend_from_slice(b", \"target\": ");
                part(out, &self.target(&decode(target.of(head.raw), latin1)), head);
                out.extend_from_slice(b", \"version\": ");
                string(out, &decode(version.of(head.raw), latin1));
            }
            StartLine::Response { version, status, reason } => {
                out.extend_from_slice(b", \"version\": ");
                string(out, &decode(version.of(head.raw), latin1));
                out.extend_from_slice(b", \"status\": ");
                // 0 stands for a status that cannot be read.
                if status == 0 {
                    out.extend_from_slice(b"null");
                } else {
                    number(out, status.into());
                }
                if head.head.h2_stream.is_none() {
                    out.extend_from_slice(b", \"reason\": ");
                    string(out, &decode(reason.of(head.raw), latin1));
                }
            }
        }
    }

    fn fields<'a>(self, out: &mut Vec<u8>, fields: impl Iterator<Item = (&'a [u8], &'a [u8])>, latin1: &mut bool) {
        out.push(b'[');
        for (at, (name, value)) in fields.enumerate() {
            self.line(out, at, (name, value), latin1);
        }
        out.push(b']');
    }

    /// A field line, the one of this number.
    fn line(self, out: &mut Vec<u8>, at: usize, (name, value): (&[u8], &[u8]), latin1: &mut bool) {
        out.extend_from_slice(if at == 0 { b"[" } else { b", [" });
        string(out, &decode(name, latin1));
        out.extend_from_slice(b", ");
        string(out, &self.field(name, &decode(value, latin1)));
        out.push(b']');
    }
}

impl Form for Jsonl {
    fn capture(&mut self, name: &str) {
        self.start.clear();
        self.start.extend_from_slice(b"{\"capture\": ");
        string(&mut self.start, name);
    }

    fn open(&mut self, out: &mut Vec<u8>, head: &HeadRef<'_>, connection: Option<&Connection>) -> Opened {
        out.extend_from_slice(&self.start);
        self.origin(out, head);
        if let Some(header) = connection.and_then(|connection| connection.proxy.as_deref()) {
            proxy(out, header);
        }
        let masks = self.masks;
        let latin1 = self.known.write(
            out,
            head,
            |out| {
                let mut latin1 = false;
                masks.start_line(out, head, &mut latin1);
                out.extend_from_slice(b", \"fields\": [");
                latin1
            },
            |out, at, line| {
                let mut latin1 = false;
                masks.line(out, at, (line.name.of(head.raw), line.value.of(head.raw)), &mut latin1);
                latin1
            },
        );
        out.push(b']');
        Opened { flags: head.head.flags, latin1 }
    }

    fn close(&mut self, out: &mut Vec<u8>, opened: Opened, body: Option<&Body>) {
        let mut latin1 = opened.latin1;
        let complete = body.and_then(|body| body.complete);
        out.extend_from_slice(b", \"body_length\": ");
        match body {
            Some(body) => number(out, body.length),
            None => out.extend_from_slice(b"null"),
        }
        out.extend_from_slice(match complete {
            Some(true) => b", \"body_complete\": true".as_slice(),
            Some(false) => b", \"body_complete\": false",
            None => b", \"body_complete\": null",
        });
        if let Some(body) = body.filter(|body| !body.trailers().lines.is_empty()) {
            out.extend_from_slice(b", \"trailers\": ");
            self.masks.fields(out, body.trailers().fields(), &mut latin1);
        }
        if latin1 {
            out.extend_from_slice(b", \"encoding\": \"latin-1\"");
        }
        out.extend_from_slice(b", \"anomalies\": [");
        for (i, kind) in opened.flags.iter().enumerate() {
            // Kinds are kebab-case: nothing to escape.
            let _ = write!(out, "{}{{\"kind\": \"{kind}\"}}", if i == 0 { "" } else { ", " });
        }
        out.extend_from_slice(b"]}\n");
    }
}

/// A part of a start line; `null` where a message of HTTP/2 does not have it, or it is not known.
fn part(out: &mut Vec<u8>, text: &str, head: &HeadRef<'_>) {
    if text.is_empty() && head.head.h2_stream.is_some() {
        out.extend_from_slice(b"null");
    } else {
        string(out, text);
    }
}

/// `"proxy": {"version": 2, "command": "PROXY", "family": "TCP4", "src": …, "dst": …, "tlv": [["alpn", "h2"]]}`
#[cold]
fn proxy(out: &mut Vec<u8>, header: &ProxyHeader) {
    let (version, command, family) = (header.version, header.command.name(), header.family.name());
    // Writing to memory cannot fail.
    let _ = write!(out, ", \"proxy\": {{\"version\": {version}, \"command\": \"{command}\", \"family\": \"{family}\"");
    let ends = match &header.addresses {
        Addresses::None => None,
        Addresses::Ip { src, dst } => Some((src.to_string(), dst.to_string())),
        Addresses::Unix { src, dst } => Some((decode(src, &mut false).into_owned(), decode(dst, &mut false).into_owned())),
    };
    if let Some((src, dst)) = ends {
        out.extend_from_slice(b", \"src\": ");
        string(out, &src);
        out.extend_from_slice(b", \"dst\": ");
        string(out, &dst);
    }
    let values = header.values();
    if !values.is_empty() {
        out.extend_from_slice(b", \"tlv\": [");
        for (at, (name, value)) in values.iter().enumerate() {
            out.extend_from_slice(if at == 0 { b"[" } else { b", [" });
            string(out, name);
            out.extend_from_slice(b", ");
            string(out, value);
            out.push(b']');
        }
        out.push(b']');
    }
    if let Some(fault) = &header.fault {
        out.extend_from_slice(b", \"malformed\": ");
        string(out, &fault.to_string());
    }
    out.push(b'}');
}
