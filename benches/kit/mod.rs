//! Traffic for the benches, made in memory: what a load balancer, a browser and a server send.
//!
//! Deterministic, so that two runs measure the same work.

#![allow(dead_code, unreachable_pub, reason = "each bench is a crate of its own and uses a part")]

use std::io::{Cursor, Read};
use std::sync::Arc;
use std::time::Duration;

use criterion::Criterion;
use hopspec::anomaly::Anomalies;
use hopspec::capture::{LinkType, Opened, Packet, PacketAt, open};
use hopspec::http::{Body, BodyWant, Exchange, HeadRef, MessageId, MessageSink};

/// Short runs: the work is steady, and all benches together take two minutes.
pub fn criterion() -> Criterion {
    let (warm_up, measured) = (Duration::from_millis(500), Duration::from_secs(2));
    Criterion::default().warm_up_time(warm_up).measurement_time(measured).sample_size(20).without_plots()
}

/// Twenty expectations over two hops of [`keep_alive`].
pub const SPEC: &str = include_str!("twenty.yaml");

const HOPS: [(u8, u16); 2] = [(1, 8080), (2, 9000)];

/// A capture of so many exchanges on two hops, over connections that stay open.
pub fn keep_alive(exchanges: usize, connections: usize) -> Vec<u8> {
    let mut file = Pcap::new();
    let mut talks: Vec<Talk> = (0..connections * 2).map(|n| Talk::new(n, HOPS[n % 2])).collect();
    talks.iter_mut().for_each(|talk| talk.open(&mut file));
    for number in 0..exchanges {
        for hop in 0..2 {
            let talk = &mut talks[number % connections * 2 + hop];
            talk.send(&mut file, true, &request(number, hop));
            talk.send(&mut file, false, &response(number, hop, 337));
            talk.acknowledge(&mut file);
        }
    }
    talks.iter_mut().for_each(|talk| talk.close(&mut file));
    file.0
}

/// The same with a connection for each exchange.
pub fn one_each(exchanges: usize) -> Vec<u8> {
    let mut file = Pcap::new();
    for number in 0..exchanges {
        for (hop, at) in HOPS.iter().enumerate() {
            let mut talk = Talk::new(number * 2 + hop, *at);
            talk.open(&mut file);
            talk.send(&mut file, true, &request(number, hop));
            talk.send(&mut file, false, &response(number, hop, 337));
            talk.close(&mut file);
        }
    }
    file.0
}

/// Downloads of so many bytes each.
pub fn downloads(exchanges: usize, length: usize) -> Vec<u8> {
    let mut file = Pcap::new();
    let mut talk = Talk::new(0, HOPS[0]);
    talk.open(&mut file);
    for number in 0..exchanges {
        talk.send(&mut file, true, &request(number, 0));
        talk.send(&mut file, false, &response(number, 0, length));
        talk.acknowledge(&mut file);
    }
    talk.close(&mut file);
    file.0
}

fn request(number: usize, hop: usize) -> Vec<u8> {
    let mut head = String::from("GET /api/v1/items?page=2 HTTP/1.1\r\nhost: 10.0.1.1:8080\r\n");
    head +=
        "user-agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36\r\n";
    head += "accept: application/json, text/plain, */*\r\naccept-language: ja,en-US;q=0.9,en;q=0.8\r\n";
    head += "cookie: session=6f1c0c9a7f4b4b0d8a5c3e2d1f0a9b8c; theme=dark; _ga=GA1.2.1234567890.1699999999\r\n";
    head += "x-api-key: abcdefghijklmnopqrstuvwxyz0123456789ABCD\r\nreferer: https://www.example.com/dashboard\r\n";
    if hop == 1 {
        head += "x-forwarded-proto: http\r\nx-forwarded-port: 8080\r\n";
        head += &format!("x-amzn-trace-id: Root=1-{:08X}-{:024X}\r\nx-forwarded-for: 10.0.0.9\r\n", number / 500, mixed(number));
    }
    head += "\r\n";
    head.into_bytes()
}

fn response(number: usize, hop: usize, length: usize) -> Vec<u8> {
    let second = number / 5000 % 60;
    let mut head = format!("HTTP/1.1 200 OK\r\nserver: nginx/1.22.1\r\ndate: Sun, 14 Jun 2020 10:04:{second:02} GMT\r\n");
    head += &format!(
        "content-type: application/json\r\ncontent-length: {length}\r\nlast-modified: Sun, 14 Jun 2020 09:00:00 GMT\r\n"
    );
    head += &format!("x-request-id: {:032x}\r\ncache-control: no-cache, no-store\r\n", mixed(number));
    if hop == 1 {
        head += "connection: keep-alive\r\n";
    }
    head += "vary: Accept-Encoding\r\nx-frame-options: DENY\r\n\r\n";
    let mut bytes = head.into_bytes();
    bytes.resize(bytes.len() + length, b'x');
    bytes
}

/// A number that looks like an id.
fn mixed(number: usize) -> u64 {
    (number as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

struct Pcap(Vec<u8>);

impl Pcap {
    fn new() -> Self {
        let mut bytes = vec![0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        bytes.extend_from_slice(&262_144_u32.to_le_bytes());
        bytes.extend_from_slice(&1_u32.to_le_bytes());
        Self(bytes)
    }

    fn packet(&mut self, frame: &[u8]) {
        let microseconds = self.0.len() as u32;
        for word in [1_592_129_089 + microseconds / 1_000_000, microseconds % 1_000_000, frame.len() as u32, frame.len() as u32] {
            self.0.extend_from_slice(&word.to_le_bytes());
        }
        self.0.extend_from_slice(frame);
    }
}

/// One connection.
struct Talk {
    ends: [([u8; 4], u16); 2],
    next: [u32; 2],
}

const FIN: u8 = 1;
const SYN: u8 = 2;
const ACK: u8 = 16;

impl Talk {
    fn new(number: usize, (node, port): (u8, u16)) -> Self {
        let client = ([10, 0, node - 1, (number / 50_000) as u8 + 9], 1024 + (number % 50_000) as u16);
        Self { ends: [client, ([10, 0, node, 1], port)], next: [number as u32 * 7919, number as u32 * 104_729] }
    }

    fn segment(&mut self, file: &mut Pcap, client: bool, flags: u8, payload: &[u8]) {
        let (from, to) = if client { (0, 1) } else { (1, 0) };
        let mut frame = vec![0; 12];
        frame.extend_from_slice(&[0x08, 0x00, 0x45, 0]);
        frame.extend_from_slice(&(40 + payload.len() as u16).to_be_bytes());
        frame.extend_from_slice(&[0, 0, 0x40, 0, 64, 6, 0, 0]);
        frame.extend_from_slice(&self.ends[from].0);
        frame.extend_from_slice(&self.ends[to].0);
        frame.extend_from_slice(&self.ends[from].1.to_be_bytes());
        frame.extend_from_slice(&self.ends[to].1.to_be_bytes());
        frame.extend_from_slice(&self.next[from].to_be_bytes());
        let ack = if flags & ACK == 0 { 0 } else { self.next[to] };
        frame.extend_from_slice(&ack.to_be_bytes());
        frame.extend_from_slice(&[0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
        frame.extend_from_slice(payload);
        file.packet(&frame);
        let length = payload.len() as u32 + u32::from(flags & (SYN | FIN) != 0);
        self.next[from] = self.next[from].wrapping_add(length);
    }

    fn open(&mut self, file: &mut Pcap) {
        self.segment(file, true, SYN, b"");
        self.segment(file, false, SYN | ACK, b"");
        self.acknowledge(file);
    }

    fn send(&mut self, file: &mut Pcap, client: bool, bytes: &[u8]) {
        for part in bytes.chunks(1448) {
            self.segment(file, client, ACK, part);
        }
    }

    fn acknowledge(&mut self, file: &mut Pcap) {
        self.segment(file, true, ACK, b"");
    }

    fn close(&mut self, file: &mut Pcap) {
        self.segment(file, false, ACK | FIN, b"");
        self.segment(file, true, ACK | FIN, b"");
        self.segment(file, false, ACK, b"");
    }
}

/// A reader over bytes that many readings share.
pub fn reader(bytes: &Arc<[u8]>) -> Box<dyn Read> {
    Box::new(Cursor::new(Arc::clone(bytes)))
}

/// The packets of a capture.
pub fn packets(file: &[u8]) -> Vec<(PacketAt, LinkType, Vec<u8>)> {
    let Ok(Opened::Packets(mut reader)) = open(Box::new(Cursor::new(file.to_vec()))) else { panic!("no capture") };
    let (mut anomalies, mut packets) = (Anomalies::default(), Vec::new());
    while let Some(packet) = reader.next(&mut anomalies) {
        packets.push((packet.at, packet.link, packet.data.to_vec()));
    }
    assert!(anomalies.is_empty(), "{anomalies:?}");
    packets
}

/// Such a packet, borrowed.
pub fn packet((at, link, data): &(PacketAt, LinkType, Vec<u8>)) -> Packet<'_> {
    Packet { at: *at, link: *link, data, wire_length: data.len() as u32 }
}

/// Counts messages and wants nothing of them.
#[derive(Default)]
pub struct Count {
    pub messages: u64,
    pub exchanges: u64,
}

impl MessageSink for Count {
    fn head(
        &mut self,
        _: MessageId,
        _: &HeadRef<'_>,
        _: Option<&HeadRef<'_>>,
        _: Option<&hopspec::http::Connection>,
    ) -> BodyWant {
        BodyWant::NOTHING
    }

    fn message(&mut self, _: MessageId, _: &Body) {
        self.messages += 1;
    }

    fn exchange(&mut self, _: &Exchange<'_>) {
        self.exchanges += 1;
    }
}
