//! Writes captures for tests, in every variant that the readers know. Promises nothing about hostile input.

use std::io::Read;

use super::{Opened, PacketReader, open};
use crate::anomaly::Anomalies;

/// Classic pcap, byte by byte.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PcapVariant {
    pub(crate) big: bool,
    pub(crate) nanoseconds: bool,
    pub(crate) modified: bool,
}

impl PcapVariant {
    pub(crate) const USUAL: Self = Self { big: false, nanoseconds: false, modified: false };

    fn put(self, into: &mut Vec<u8>, number: u32) {
        into.extend(if self.big { number.to_be_bytes() } else { number.to_le_bytes() });
    }

    pub(crate) fn header(self, network: u32) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.put(&mut bytes, if self.modified { 0xa1b2_cd34 } else { 0xa1b2_c3d4 - u32::from(self.nanoseconds) * 0x8787 });
        let (major, minor) = (2_u16, 4_u16);
        for version in [major, minor] {
            bytes.extend(if self.big { version.to_be_bytes() } else { version.to_le_bytes() });
        }
        for number in [0, 0, 262_144, network] {
            self.put(&mut bytes, number);
        }
        bytes
    }

    pub(crate) fn record(self, into: &mut Vec<u8>, seconds: u32, fraction: u32, wire_length: u32, data: &[u8]) {
        for number in [seconds, fraction, data.len() as u32, wire_length] {
            self.put(into, number);
        }
        if self.modified {
            into.extend([0; 8]);
        }
        into.extend(data);
    }
}

/// Little-endian classic pcap of whole packets, one a second.
pub(crate) fn pcap<'a>(link: u32, packets: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut bytes = PcapVariant::USUAL.header(link);
    for (second, data) in packets.into_iter().enumerate() {
        PcapVariant::USUAL.record(&mut bytes, second as u32, 0, data.len() as u32, data);
    }
    bytes
}

/// pcapng in one byte order, block by block.
#[derive(Debug, Default, Clone)]
pub(crate) struct Pcapng {
    pub(crate) big: bool,
    pub(crate) bytes: Vec<u8>,
}

impl Pcapng {
    pub(crate) fn u32(&self, number: u32) -> [u8; 4] {
        if self.big { number.to_be_bytes() } else { number.to_le_bytes() }
    }

    pub(crate) fn u16(&self, number: u16) -> [u8; 2] {
        if self.big { number.to_be_bytes() } else { number.to_le_bytes() }
    }

    pub(crate) fn block(&mut self, kind: u32, content: &[u8]) {
        let padded = content.len().next_multiple_of(4);
        let length = self.u32(padded as u32 + 12);
        self.bytes.extend(self.u32(kind));
        self.bytes.extend(length);
        self.bytes.extend(content);
        self.bytes.resize(self.bytes.len() + padded - content.len(), 0);
        self.bytes.extend(length);
    }

    pub(crate) fn section(&mut self) {
        let mut content = self.u32(0x1a2b_3c4d).to_vec();
        content.extend(self.u16(1));
        content.extend(self.u16(0));
        content.extend([0xff; 8]);
        self.block(0x0a0d_0d0a, &content);
    }

    pub(crate) fn interface(&mut self, link: u16, snap_length: u32, if_tsresol: Option<u8>, if_tsoffset: Option<i64>) {
        let mut content = self.u16(link).to_vec();
        content.extend([0, 0]);
        content.extend(self.u32(snap_length));
        if let Some(resolution) = if_tsresol {
            content.extend([self.u16(9), self.u16(1)].concat());
            content.extend([resolution, 0, 0, 0]);
        }
        if let Some(offset) = if_tsoffset {
            content.extend([self.u16(14), self.u16(8)].concat());
            content.extend(if self.big { offset.to_be_bytes() } else { offset.to_le_bytes() });
        }
        self.block(1, &content);
    }

    pub(crate) fn enhanced(&mut self, interface: u32, ticks: u64, wire_length: u32, data: &[u8]) {
        let mut content = Vec::new();
        for number in [interface, (ticks >> 32) as u32, ticks as u32, data.len() as u32, wire_length] {
            content.extend(self.u32(number));
        }
        content.extend(data);
        self.block(6, &content);
    }

    pub(crate) fn obsolete(&mut self, interface: u16, ticks: u64, wire_length: u32, data: &[u8]) {
        let mut content = [self.u16(interface), self.u16(3)].concat();
        for number in [(ticks >> 32) as u32, ticks as u32, data.len() as u32, wire_length] {
            content.extend(self.u32(number));
        }
        content.extend(data);
        self.block(2, &content);
    }

    pub(crate) fn simple(&mut self, wire_length: u32, data: &[u8]) {
        let mut content = self.u32(wire_length).to_vec();
        content.extend(data);
        self.block(3, &content);
    }
}

/// A packet that was read, owned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) number: u64,
    pub(crate) nanoseconds: u64,
    pub(crate) link: u16,
    pub(crate) wire_length: u32,
    pub(crate) data: Vec<u8>,
}

/// Gives one byte at a time, as a slow pipe does.
pub(crate) struct Drip<R>(pub(crate) R);

impl<R: Read> Read for Drip<R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let most = into.len().min(1);
        self.0.read(&mut into[..most])
    }
}

/// The reader of a capture that is known to be one.
pub(crate) fn reader(source: impl Read + 'static) -> PacketReader {
    match open(Box::new(source)).expect("it can be opened") {
        Opened::Packets(reader) => reader,
        Opened::Other(_) => panic!("no capture"),
    }
}

/// Reads a capture to its end.
pub(crate) fn read_all(source: impl Read + 'static) -> (Vec<Seen>, Anomalies) {
    let (mut reader, mut anomalies, mut seen) = (reader(source), Anomalies::default(), Vec::new());
    while let Some(packet) = reader.next(&mut anomalies) {
        seen.push(Seen {
            number: packet.at.number,
            nanoseconds: packet.at.time.nanoseconds,
            link: packet.link.0,
            wire_length: packet.wire_length,
            data: packet.data.to_vec(),
        });
    }
    assert!(reader.next(&mut anomalies).is_none(), "it stays at its end");
    (seen, anomalies)
}
