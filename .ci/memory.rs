//! Writes a capture of many connections that all stay open to standard output: `memory KIND CONNECTIONS`. Built and run by
//! `.ci/memory`. `memory keys CONNECTIONS` writes the key log of the TLS connections instead.

use std::io::{self, BufWriter, Write};

/// What comes next on a connection.
enum Step {
    Client(Vec<u8>),
    Server(Vec<u8>),
    /// So many bytes of both directions are not in the capture.
    Lost(u32),
}
use Step::{Client, Lost, Server};

type Kind = (&'static str, fn(u32, u32) -> Option<Step>);

/// What a connection does behind its handshake, by its number and by how much it did. All take their first step, then all
/// their second, and so on.
const KINDS: &[Kind] = &[
    ("idle", |_, _| None),
    ("request", |n, step| (step == 0).then(|| Client(request(n)))),
    ("half-head", |n, step| (step == 0).then(|| Client(request(n)[..300].to_vec()))),
    ("body", |n, step| match step {
        0 => Some(Client(request(n))),
        1 => Some(Server(response(n))),
        2 => Some(Server(vec![b'x'; 700])),
        _ => None,
    }),
    ("heads", |n, step| match step {
        0 | 2 => Some(Client(long_request(n + 1_000_000 * step))),
        1 => Some(Server(long_response(n))),
        _ => None,
    }),
    ("http2", |n, step| h2(n, step, 4)),
    ("http2-idle", |n, step| h2(n, step, 5)),
    ("tls", |n, step| match step {
        0 => Some(Client(client_hello(n))),
        1 => Some(Server(server_hello(n))),
        2 => Some(Client(record(23, &noise(n, 1200)))),
        _ => None,
    }),
    ("tls-held", |n, step| match step {
        0 => Some(Client(client_hello(n))),
        1 | 2 => Some(Client(record(23, &noise(n, 1200)))),
        _ => None,
    }),
    ("early", |n, step| match step {
        0 => Some(Lost(100)),
        1 => Some(Client(noise(n, 1400))),
        2 => Some(Server(noise(n + 1, 1400))),
        _ => None,
    }),
    ("holes", |n, step| match step {
        0 => Some(Client(request(n))),
        1 => Some(Server(response(n & !1))),
        2 => Some(Lost(100)),
        3 => Some(Server(vec![b'x'; 700])),
        _ => None,
    }),
    ("proxy", |n, step| (step == 0).then(|| Client([proxy(n), request(n)].concat()))),
];

fn main() -> io::Result<()> {
    let mut words = std::env::args().skip(1);
    let kind = words.next().unwrap_or_default();
    let count: u32 = words.next().and_then(|count| count.parse().ok()).unwrap_or(100_000);
    let mut out = BufWriter::with_capacity(1 << 20, io::stdout().lock());
    if kind == "keys" {
        for n in 0..count {
            for label in ["CLIENT_HANDSHAKE", "SERVER_HANDSHAKE", "CLIENT", "SERVER"] {
                let zero = if label.ends_with("SHAKE") { "" } else { "_0" };
                writeln!(out, "{label}_TRAFFIC_SECRET{zero} {} {}", hex(&random(n)), hex(&noise(n, 32)))?;
            }
        }
        return out.flush();
    }
    let one = KINDS.iter().find(|(name, _)| *name == kind);
    if one.is_none() && kind != "mix" {
        let names: Vec<_> = KINDS.iter().map(|(name, _)| *name).collect();
        return Err(io::Error::other(format!("a kind was expected: mix, {}", names.join(", "))));
    }
    let step = |n: u32, step: u32| one.map_or_else(|| KINDS[n as usize % KINDS.len()].1, |(_, steps)| *steps)(n, step);
    let mut capture = Capture { out, clock: 0, next: (0..count).map(|n| [n.wrapping_mul(977), n.wrapping_mul(7919)]).collect() };
    capture.out.write_all(&[0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0])?;
    for n in 0..count {
        capture.send(n, 0, 0x02, b"")?;
        capture.send(n, 1, 0x12, b"")?;
        capture.send(n, 0, 0x10, b"")?;
    }
    let mut round = 0;
    while (0..count.min(100)).any(|n| step(n, round).is_some()) {
        for n in 0..count {
            match step(n, round) {
                Some(Client(bytes)) => capture.send(n, 0, 0x18, &bytes)?,
                Some(Server(bytes)) => capture.send(n, 1, 0x18, &bytes)?,
                Some(Lost(bytes)) => capture.next[n as usize].iter_mut().for_each(|next| *next = next.wrapping_add(bytes)),
                None => {}
            }
        }
        round += 1;
    }
    capture.out.flush()
}

struct Capture<W> {
    out: W,
    clock: u32,
    /// The next sequence number of each direction of each connection.
    next: Vec<[u32; 2]>,
}

impl<W: Write> Capture<W> {
    /// One packet of connection `n`. Of what is larger than a packet may be, the network made one all the same (offload).
    fn send(&mut self, n: u32, side: usize, flags: u8, data: &[u8]) -> io::Result<()> {
        let [client, server] = [(0x0a00_0000 + n / 40_000, 20_000 + (n % 40_000) as u16), (0x0ac8_0001, 8080)];
        let (src, dst) = if side == 0 { (client, server) } else { (server, client) };
        let next = &mut self.next[n as usize];
        let (seq, ack) = (next[side], if flags == 0x02 { 0 } else { next[1 - side] });
        next[side] = seq.wrapping_add(data.len() as u32 + u32::from(flags & 2 != 0));
        self.clock += 1;
        let length = 54 + data.len() as u32;
        for word in [1_592_129_089 + self.clock / 100_000, self.clock % 100_000 * 10, length, length] {
            self.out.write_all(&word.to_le_bytes())?;
        }
        let total = ((length - 14) as u16).to_be_bytes();
        self.out
            .write_all(&[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0x45, 0, total[0], total[1], 0, 0, 0x40, 0, 64, 6, 0, 0])?;
        self.out.write_all(&[src.0.to_be_bytes(), dst.0.to_be_bytes()].concat())?;
        self.out.write_all(&[src.1.to_be_bytes(), dst.1.to_be_bytes()].concat())?;
        self.out.write_all(&[seq.to_be_bytes(), ack.to_be_bytes()].concat())?;
        self.out.write_all(&[0x50, flags, 0xff, 0xff, 0, 0, 0, 0])?;
        self.out.write_all(data)
    }
}

/// Bytes that look like chance and are always the same.
fn noise(n: u32, length: usize) -> Vec<u8> {
    let mut state = u64::from(n).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let next = |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    (0..length).map(next).collect()
}

fn hex(bytes: &[u8]) -> String {
    let digit = |of: u8| char::from(b"0123456789abcdef"[usize::from(of)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// A request of a browser, some 600 bytes.
fn request(n: u32) -> Vec<u8> {
    format!(
        "GET /shop/items/{n:08}?page={} HTTP/1.1\r\nHost: shop.example:8080\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64) \
         AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36\r\nAccept: text/html,application/xhtml+xml,\
         application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8\r\nAccept-Language: de-DE,de;q=0.9,en;q=0.8\r\nAccept-Encoding: \
         gzip, deflate\r\nX-Request-Id: {}\r\nX-Amzn-Trace-Id: Root=1-5ee5f{:03x}-{}\r\nCookie: theme=dark; session={}\r\n\r\n",
        n % 7,
        hex(&noise(n, 16)),
        n % 4096,
        hex(&noise(n + 1, 12)),
        hex(&noise(n + 2, 32)),
    )
    .into_bytes()
}

/// The head of a response and the beginning of its body, chunked or with a length.
fn response(n: u32) -> Vec<u8> {
    let framing = if n.is_multiple_of(2) { "Content-Length: 1000000" } else { "Transfer-Encoding: chunked" };
    let body = if n.is_multiple_of(2) { "x" } else { "10000\r\nx" };
    format!(
        "HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nDate: Sun, 14 Jun 2020 10:04:49 GMT\r\nContent-Type: application/json\r\n\
         {framing}\r\nETag: \"{}\"\r\nX-Request-Id: {}\r\n\r\n{body}",
        hex(&noise(n, 8)),
        hex(&noise(n, 16)),
    )
    .into_bytes()
}

/// Forty field lines that no other head has.
fn lines(n: u32) -> String {
    let line = |of: u32| format!("X-{}-{of}: {}\r\n", hex(&noise(n * 41 + of, 4)), hex(&noise(n + of, 12)));
    (0..40).map(line).collect()
}

fn long_request(n: u32) -> Vec<u8> {
    format!("GET /{n} HTTP/1.1\r\nHost: shop.example:8080\r\n{}\r\n", lines(n)).into_bytes()
}

fn long_response(n: u32) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n{}\r\n", lines(n + 2_000_000)).into_bytes()
}

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = (payload.len() as u32).to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// Fields that fill a dynamic table of 4096 bytes.
fn block(first: &[u8], n: u32) -> Vec<u8> {
    let mut block = first.to_vec();
    for of in 0..26 {
        let (name, value) = (format!("x-field-{of:02}"), hex(&noise(n + of, 55)));
        block.extend([0x40, name.len() as u8]);
        block.extend(name.bytes());
        block.push(value.len() as u8);
        block.extend(value.bytes());
    }
    block
}

/// Messages that fill both tables; the flags say whether they end.
fn h2(n: u32, step: u32, flags: u8) -> Option<Step> {
    let settings = frame(4, 0, 0, b"");
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".as_slice();
    match step {
        0 => Some(Client([preface, &settings, &frame(1, flags, 1, &block(b"\x82\x86\x84\x41\x0cshop.example", n))].concat())),
        1 => Some(Server([settings, frame(1, flags, 1, &block(b"\x88", n + 7))].concat())),
        _ => None,
    }
}

fn record(kind: u8, body: &[u8]) -> Vec<u8> {
    [&[kind, 3, 3], &(body.len() as u16).to_be_bytes()[..], body].concat()
}

fn random(n: u32) -> Vec<u8> {
    noise(n + 3, 32)
}

fn handshake(kind: u8, body: &[u8]) -> Vec<u8> {
    record(22, &[&[kind, 0], &(body.len() as u16).to_be_bytes()[..], body].concat())
}

/// A hello of 517 bytes, as clients send.
fn client_hello(n: u32) -> Vec<u8> {
    let name = format!("{n:08}.shop.example");
    let length = name.len() as u8;
    let sni = [&[0, 0, 0, length + 5, 0, length + 3, 0, 0, length], name.as_bytes()].concat();
    let versions = [0, 43, 0, 3, 2, 3, 4];
    let begin = [&[3, 3], &random(n)[..], &[32], &noise(n, 32)[..], &[0, 4, 0x13, 1, 0x13, 2, 1, 0]].concat();
    let padding = 517 - 9 - begin.len() - 2 - sni.len() - versions.len() - 4;
    let padding = [&[0, 21], &(padding as u16).to_be_bytes()[..], &vec![0; padding]].concat();
    let extensions = [sni, versions.to_vec(), padding].concat();
    handshake(1, &[begin, (extensions.len() as u16).to_be_bytes().to_vec(), extensions].concat())
}

fn server_hello(n: u32) -> Vec<u8> {
    let extensions = [0, 43, 0, 2, 3, 4];
    handshake(2, &[&[3, 3], &noise(n + 4, 32)[..], &[32], &noise(n, 32)[..], &[0x13, 1, 0, 0, 6], &extensions].concat())
}

/// A PROXY protocol header with what a load balancer says, and a long value.
fn proxy(n: u32) -> Vec<u8> {
    let vpce = format!("\u{1}vpce-{}", hex(&noise(n, 9)));
    let value = |kind: u8, value: &[u8]| [&[kind], &(value.len() as u16).to_be_bytes()[..], value].concat();
    let values = [value(0xea, vpce.as_bytes()), value(2, b"shop.example"), value(5, &noise(n, 128))].concat();
    let ends = [&n.to_be_bytes()[..], &[10, 0, 0, 1, 0x9c, 0x40, 0x1f, 0x90]].concat();
    let length = ((ends.len() + values.len()) as u16).to_be_bytes();
    [b"\r\n\r\n\0\r\nQUIT\n\x21\x11".as_slice(), &length, &ends, &values].concat()
}
