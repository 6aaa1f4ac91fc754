//! Packets that a program printed, put together again as a capture: a pcap file in memory, and where each of its packets stands
//! in what was printed.
//!
//! What is read of such a capture is told as of what was printed: [`Retelling`] stands between the reader of packets and the
//! sink. Memory is bounded by the text.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::dots::{known_body, masked_head};
use super::shown::Announced;
use crate::anomaly::Anomalies;
use crate::capture::LinkType;
use crate::http::{
    Body, BodyWant, Connection, EmptyConnection, Exchange, Fidelity, Head, HeadBuf, HeadRef, Message, MessageId, MessageSink,
    Origin, Provenance, parse_head,
};
use crate::wire::Endpoint;

/// FIN, SYN, RST, PSH and ACK (RFC 9293 §3.1).
pub(super) const FIN: u8 = 1;
pub(super) const SYN: u8 = 2;
pub(super) const RST: u8 = 4;
pub(super) const PSH: u8 = 8;
pub(super) const ACK: u8 = 16;

/// Seconds since 1970, and nanoseconds.
pub(super) type Time = (u32, u32);

/// Where a packet stands in what was printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// Its number there, counted from 1.
    pub(super) number: u64,
    /// Its line, where its addresses are not known: then that is all that is said of it.
    pub(super) line: Option<u32>,
}

/// A segment of TCP.
#[derive(Debug)]
pub(super) struct Segment<'p> {
    pub(super) src: Endpoint,
    pub(super) dst: Endpoint,
    /// The identification of its packet: copies have the same.
    pub(super) id: u16,
    pub(super) seq: u32,
    pub(super) ack: u32,
    pub(super) flags: u8,
    pub(super) payload: &'p [u8],
    /// So many bytes of the payload were not printed.
    pub(super) missing: usize,
}

/// A capture in the making.
#[derive(Debug)]
pub(super) struct Remade {
    file: Vec<u8>,
    /// A place for each packet.
    pub(super) places: Vec<Place>,
}

impl Remade {
    /// One without packets.
    pub(super) fn new(link: LinkType) -> Self {
        let mut file = Vec::new();
        // Time stamps of nanoseconds; version 2.4.
        for number in [0xa1b2_3c4d, 4 << 16 | 2, 0, 0, 262_144, u32::from(link.0)] {
            file.extend(number.to_le_bytes());
        }
        Self { file, places: Vec::new() }
    }

    /// Adds a packet that had so many bytes on the wire.
    pub(super) fn packet(&mut self, place: Place, (seconds, nanoseconds): Time, bytes: &[u8], wire: u32) {
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        for number in [seconds, nanoseconds, length, length.max(wire)] {
            self.file.extend(number.to_le_bytes());
        }
        self.file.extend_from_slice(bytes);
        self.places.push(place);
    }

    /// Adds a segment as an IP packet of its own; the capture's link type is [`LinkType::RAW`].
    pub(super) fn segment(&mut self, place: Place, time: Time, segment: &Segment<'_>) {
        let carried = segment.payload.len().saturating_add(segment.missing).saturating_add(20);
        // 0 is what stands there where a network card was to fill it in.
        let length = |length: usize| u16::try_from(length).unwrap_or(0).to_be_bytes();
        let mut packet = Vec::with_capacity(segment.payload.len() + 60);
        match (segment.src.ip, segment.dst.ip) {
            (IpAddr::V4(src), IpAddr::V4(dst)) => {
                packet.extend([0x45, 0]);
                packet.extend(length(carried.saturating_add(20)));
                packet.extend(segment.id.to_be_bytes());
                packet.extend([0x40, 0, 64, 6, 0, 0]);
                packet.extend(src.octets());
                packet.extend(dst.octets());
            }
            (src, dst) => {
                let octets = |ip: IpAddr| match ip {
                    IpAddr::V4(ip) => ip.to_ipv6_mapped().octets(),
                    IpAddr::V6(ip) => ip.octets(),
                };
                packet.extend([0x60, 0, 0, 0]);
                packet.extend(length(carried));
                packet.extend([6, 64]);
                packet.extend(octets(src));
                packet.extend(octets(dst));
            }
        }
        packet.extend(segment.src.port.to_be_bytes());
        packet.extend(segment.dst.port.to_be_bytes());
        packet.extend(segment.seq.to_be_bytes());
        packet.extend(segment.ack.to_be_bytes());
        packet.extend([0x50, segment.flags, 0xff, 0xff, 0, 0, 0, 0]);
        packet.extend_from_slice(segment.payload);
        let wire = u32::try_from(packet.len().saturating_add(segment.missing)).unwrap_or(u32::MAX);
        self.packet(place, time, &packet, wire);
    }

    /// The file.
    pub(super) fn file(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.file)
    }

    /// Anomalies of the capture, with the numbers that packets have in what was printed.
    pub(super) fn renumbered(&self, anomalies: &Anomalies) -> Anomalies {
        let mut renumbered = Anomalies::default();
        for (kind, noted) in anomalies.iter() {
            let place = noted.first_packet.and_then(|packet| place(&self.places, packet));
            let first = place.filter(|place| place.line.is_none()).map(|place| place.number);
            renumbered.note_many(kind, noted.count, first, || noted.detail.clone());
        }
        renumbered
    }
}

/// The place of a packet of the capture, which are counted from 1.
fn place(places: &[Place], packet: u64) -> Option<Place> {
    places.get(usize::try_from(packet.checked_sub(1)?).ok()?).copied()
}

/// Tells of a capture that was put together again as of what was printed.
pub(super) struct Retelling<'s, S> {
    sink: &'s mut S,
    places: &'s [Place],
    /// What the print preserves, where bytes that cannot be printed are dots in it.
    dotted: Option<Fidelity>,
    /// Messages that run, and whether their bodies have a content coding.
    coded: BTreeMap<MessageId, bool>,
}

/// Bodies in which dots are looked for are kept whole; the text that they stand in is bounded.
const WHOLE: BodyWant = BodyWant { keep: 1 << 30, sha256: true };

impl<'s, S: MessageSink> Retelling<'s, S> {
    /// For this sink.
    pub(super) fn new(places: &'s [Place], dotted: Option<Fidelity>, sink: &'s mut S) -> Self {
        Self { sink, places, dotted, coded: BTreeMap::new() }
    }

    /// What is told of a head.
    fn told<'h>(&self, head: &HeadRef<'h>) -> Told<'h> {
        let mut own = *head.head;
        own.at = Provenance { origin: self.origin(own.at.origin), ..own.at };
        if let Some(fidelity) = self.dotted {
            own.fidelity = fidelity;
            if let Some(bytes) = masked_head(head.raw) {
                let mut masked = parse_head(&bytes, own.at, fidelity);
                masked.head.flags = own.flags;
                return Told::Masked(masked);
            }
        }
        Told::Same(*head, own)
    }

    fn origin(&self, origin: Origin) -> Origin {
        let Origin::Packet { packet, stream, time, src, dst } = origin else { return origin };
        match place(self.places, packet) {
            Some(Place { line: Some(line), .. }) => Origin::Line(line),
            Some(Place { number, .. }) => Origin::Packet { packet: number, stream, time, src, dst },
            None => origin,
        }
    }

    /// What is told of a message.
    fn part<'m>(&self, message: Option<Message<'m>>) -> Option<Part<'m>> {
        let message = message?;
        Some((self.told(&message.head), self.body(message.body, is_coded(&message.head))))
    }

    /// What is told of a body.
    fn body(&self, body: &Body, coded: bool) -> Option<Body> {
        self.dotted.map(|_| known_body(body, coded, WHOLE))
    }
}

/// A message as it is told; its body where that is another than it was.
type Part<'m> = (Told<'m>, Option<Body>);

fn whole<'m>(told: &'m Option<Part<'_>>, message: Option<Message<'m>>) -> Option<Message<'m>> {
    let (head, body) = told.as_ref()?;
    Some(Message { head: head.as_ref(), body: body.as_ref().or(message.map(|message| message.body))? })
}

/// A head as it is told.
enum Told<'h> {
    Same(HeadRef<'h>, Head),
    Masked(HeadBuf),
}

impl Told<'_> {
    fn as_ref(&self) -> HeadRef<'_> {
        match self {
            Told::Same(head, own) => HeadRef { raw: head.raw, lines: head.lines, head: own },
            Told::Masked(head) => head.as_ref(),
        }
    }
}

fn is_coded(head: &HeadRef<'_>) -> bool {
    Announced::by(head.raw).coded
}

impl<S: MessageSink> MessageSink for Retelling<'_, S> {
    fn head(
        &mut self,
        id: MessageId,
        head: &HeadRef<'_>,
        request: Option<&HeadRef<'_>>,
        connection: Option<&Connection>,
    ) -> BodyWant {
        let told = self.told(head);
        let request = request.map(|request| self.told(request));
        let connection = connection.filter(|_| !matches!(told.as_ref().head.at.origin, Origin::Line(_)));
        let want = self.sink.head(id, &told.as_ref(), request.as_ref().map(Told::as_ref).as_ref(), connection);
        if self.dotted.is_none() {
            return want;
        }
        self.coded.insert(id, is_coded(head));
        WHOLE
    }

    fn message(&mut self, id: MessageId, body: &Body) {
        let coded = self.coded.remove(&id).unwrap_or_default();
        let told = self.body(body, coded);
        self.sink.message(id, told.as_ref().unwrap_or(body));
    }

    fn exchange(&mut self, exchange: &Exchange<'_>) {
        let (request, response) = (self.part(exchange.request), self.part(exchange.response));
        let (request, response) = (whole(&request, exchange.request), whole(&response, exchange.response));
        let named = |message: &Message<'_>| matches!(message.head.head.at.origin, Origin::Line(_));
        let connection = exchange.connection.filter(|_| !request.iter().chain(&response).any(named));
        self.sink.exchange(&Exchange { request, response, connection });
    }

    fn empty(&mut self, connection: &EmptyConnection<'_>) {
        self.sink.empty(connection);
    }
}
