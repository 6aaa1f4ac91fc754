//! What origins and clients wrote down themselves, and what follows from it: no line of hopspec has a part in it.

use std::fs::File;
use std::io::Read;
use std::net::SocketAddr;
use std::path::Path;

use flate2::read::GzDecoder;
use serde_json::Value;

/// Bytes as text, one character a byte.
pub(super) fn latin_1(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

/// One message as its receiver or sender wrote it down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) lines: Vec<String>,
    /// Behind the transfer coding.
    pub(super) body: String,
    pub(super) trailers: Vec<(String, String)>,
    /// All of it was there.
    pub(super) whole: bool,
}

impl Told {
    /// Of the bytes of one message.
    pub(super) fn of(raw: &str) -> Self {
        let (head, body) = raw.split_once("\r\n\r\n").unwrap_or((raw, ""));
        let lines: Vec<String> = head.split("\r\n").map(str::to_owned).collect();
        let mut told = Self { lines, body: body.to_owned(), trailers: Vec::new(), whole: true };
        if told.value("transfer-encoding").is_some_and(|v| v.eq_ignore_ascii_case("chunked")) {
            (told.body, told.trailers, told.whole) = dechunked(body);
        } else if let Some(length) = told.value("content-length") {
            told.whole = length.parse() == Ok(body.chars().count());
        }
        told
    }

    /// Names and values: split at the first colon, without white space around the value (RFC 9112 §5.1).
    pub(super) fn fields(&self) -> Vec<(String, String)> {
        self.lines[1..].iter().map(|line| field(line)).collect()
    }

    pub(super) fn value(&self, name: &str) -> Option<String> {
        self.fields().into_iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

fn field(line: &str) -> (String, String) {
    let (name, value) = line.split_once(':').unwrap_or_else(|| panic!("no colon in {line:?}"));
    (name.to_owned(), value.trim_matches([' ', '\t']).to_owned())
}

/// A chunked body (RFC 9112 §7.1) and its trailers, as far as they go, and whether that is all.
fn dechunked(mut rest: &str) -> (String, Vec<(String, String)>, bool) {
    let mut body = String::new();
    while let Some((size, behind)) = rest.split_once("\r\n") {
        let size = usize::from_str_radix(size.split(';').next().unwrap_or_default(), 16).unwrap();
        if size == 0 {
            let whole = behind.starts_with("\r\n") || behind.contains("\r\n\r\n");
            let trailers = behind.split("\r\n").take_while(|line| whole && !line.is_empty()).map(field).collect();
            return (body, trailers, whole);
        }
        let there = size.min(behind.len());
        body.push_str(&behind[..there]);
        rest = behind[there..].strip_prefix("\r\n").unwrap_or_default();
    }
    (body, Vec::new(), false)
}

/// One request as an origin wrote it down.
#[derive(Debug, Clone)]
pub(super) struct Recorded {
    pub(super) peer: SocketAddr,
    pub(super) port: u16,
    /// When, in seconds since 1970; 0 where nobody wrote it down.
    pub(super) time: f64,
    /// Empty where a connection came without a byte.
    pub(super) raw: String,
}

/// The lines that an origin wrote.
pub(super) fn recorded(path: &Path) -> Vec<Recorded> {
    let mut text = String::new();
    let file = File::open(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    if path.extension().is_some_and(|ending| ending == "gz") {
        GzDecoder::new(file).read_to_string(&mut text).unwrap();
    } else {
        { file }.read_to_string(&mut text).unwrap();
    }
    let line = |line: &str| {
        let line: Value = serde_json::from_str(line).unwrap();
        Recorded {
            peer: line["peer"].as_str().unwrap().parse().unwrap(),
            port: u16::try_from(line["port"].as_u64().unwrap()).unwrap(),
            time: line["t"].as_f64().unwrap_or_default(),
            raw: line["raw"].as_str().unwrap().to_owned(),
        }
    };
    text.lines().map(line).collect()
}

/// When the last packet of a capture was recorded; of a pcap as tcpdump writes it here, little-endian with microseconds.
pub(super) fn last_packet(path: &Path) -> f64 {
    let bytes = std::fs::read(path).unwrap();
    assert_eq!(bytes[..4], [0xd4, 0xc3, 0xb2, 0xa1], "{}", path.display());
    let number = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
    let (mut at, mut last) = (24, 0.0);
    while at + 16 <= bytes.len() {
        last = f64::from(number(at)) + f64::from(number(at + 4)) / 1e6;
        at += 16 + usize::try_from(number(at + 8)).unwrap();
    }
    last
}

/// What an origin wrote of one connection.
#[derive(Debug, Clone)]
pub(super) struct Connection {
    pub(super) peer: SocketAddr,
    pub(super) port: u16,
    pub(super) raw: Vec<String>,
}

impl Connection {
    /// By connection, in the order in which they said something; those that said nothing are left out.
    pub(super) fn all(recorded: &[Recorded]) -> Vec<Self> {
        let mut all: Vec<Self> = Vec::new();
        for request in recorded.iter().filter(|r| !r.raw.is_empty()) {
            match all.iter_mut().find(|c| (c.peer, c.port) == (request.peer, request.port)) {
                Some(known) => known.raw.push(request.raw.clone()),
                None => all.push(Self { peer: request.peer, port: request.port, raw: vec![request.raw.clone()] }),
            }
        }
        all
    }

    /// Whether a PROXY protocol header of version 2 comes first. It begins with an empty line, which the origin took for a
    /// request of its own.
    pub(super) fn begins_with_proxy_2(&self) -> bool {
        self.raw[0] == "\r\n\r\n"
    }

    /// Its requests, without the header of the PROXY protocol in front.
    pub(super) fn requests(&self) -> Vec<Told> {
        let joined = match &self.raw[..] {
            [first, second, rest @ ..] if self.begins_with_proxy_2() => [&[format!("{first}{second}")], rest].concat(),
            all => all.to_vec(),
        };
        joined.iter().map(|raw| Told::of(without_proxy_header(raw))).collect()
    }

    /// The responses that the origin wrote, interim ones too: its answer is fixed, but for whether it closes; a request
    /// that broke off got none.
    pub(super) fn responses(&self) -> Vec<Vec<String>> {
        let broken = usize::from(self.requests().last().is_some_and(|request| !request.whole));
        self.raw[..self.raw.len() - broken].iter().flat_map(|raw| answers(raw)).collect()
    }
}

/// PROXY protocol 1 is a line; 2 a signature of twelve bytes, two of version and family, two of length.
fn without_proxy_header(raw: &str) -> &str {
    if raw.starts_with("PROXY ") {
        raw.split_once("\r\n").unwrap().1
    } else if raw.starts_with("\r\n\r\n\0\r\nQUIT\n") {
        let bytes: Vec<u32> = raw.chars().take(16).map(u32::from).collect();
        let length = 16 + usize::try_from(bytes[14] << 8 | bytes[15]).unwrap();
        let start = raw.char_indices().nth(length).unwrap().0;
        &raw[start..]
    } else {
        raw
    }
}

/// What the origin answers to these bytes.
fn answers(raw: &str) -> Vec<Vec<String>> {
    // It looks for fields behind the first line of anything, and for the version in it.
    let mut lines = raw.split("\r\n\r\n").next().unwrap_or_default().split("\r\n");
    let first = lines.next().unwrap_or_default();
    let has = |name: &str, value: &str| {
        lines.clone().any(|line| {
            line.split_once(':').is_some_and(|(n, v)| n.eq_ignore_ascii_case(name) && v.trim().eq_ignore_ascii_case(value))
        })
    };
    let mut answer = vec!["HTTP/1.1 200 OK"];
    answer.extend([
        "Server: origin/1.0",
        "Date: Sun, 14 Jun 2020 10:04:49 GMT",
        "Content-Type: text/plain",
        "X-Resp-CaSe: Yes",
        "Set-Cookie: a=1; Path=/",
        "Set-Cookie: b=2; Path=/",
        "X-Dup-R: 1",
        "X-Dup-R: 2",
        "Cache-Control: no-store",
        "X-Amzn-Trace-Id: Root=1-67891233-abcdef012345678912345678",
        "X-Powered-By: rec",
        "Content-Length: 20",
    ]);
    if has("connection", "close") || first.contains("HTTP/1.0") {
        answer.push("Connection: close");
    } else {
        answer.extend(["Connection: keep-alive", "Keep-Alive: timeout=60"]);
    }
    let interim = has("expect", "100-continue").then(|| vec!["HTTP/1.1 100 Continue".to_owned()]);
    interim.into_iter().chain([answer.into_iter().map(str::to_owned).collect()]).collect()
}

/// The body of every final response of the origin.
pub(super) const ORIGINS_BODY: &str = "hello from recorder\n";

/// What a client received on one connection: responses, interim ones too.
pub(super) fn received(mut text: &str) -> Vec<Told> {
    let mut all = Vec::new();
    while let Some((head, rest)) = text.split_once("\r\n\r\n") {
        if head.starts_with("HTTP/1.1 100") {
            all.push(Told::of(head));
            text = rest;
        } else {
            all.push(Told::of(text));
            break;
        }
    }
    all
}
