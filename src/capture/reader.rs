//! Opens a capture by its first bytes and gives out its packets.

use std::io::{Cursor, ErrorKind, Read};

use super::compressed::unpacked;
use super::pcap::{self, Pcap};
use super::pcapng::{Pcapng, SECTION_HEADER};
use super::window::Window;
use super::{CaptureError, Packet, PacketAt};
use crate::anomaly::Anomalies;

/// What a stream of bytes turned out to be.
pub enum Opened {
    /// A capture.
    Packets(PacketReader),
    /// No capture: all its bytes from the first on, unpacked where it was compressed.
    Other(Box<dyn Read>),
}

/// Finds out by the first bytes whether this is a capture: pcap, pcapng, or gzip or zstd of these.
///
/// # Errors
/// [`CaptureError`] where the first bytes cannot be read, or begin like a capture and contradict the format.
pub fn open(reader: Box<dyn Read>) -> Result<Opened, CaptureError> {
    let (magic, reader) = peek(reader)?;
    let (magic, reader) = match unpacked(&magic, reader) {
        (Some(format), reader) => peek(reader).map_err(|error| error.within(format))?,
        (None, reader) => (magic, reader),
    };
    let Some(magic) = magic.first_chunk::<4>().copied() else { return Ok(Opened::Other(reader)) };
    let variant = pcap::variant(magic);
    if !is_magic(magic) {
        return Ok(Opened::Other(reader));
    }
    let mut window = Window::new(reader);
    let format = match variant {
        Some(variant) => Format::Pcap(Pcap::open(&mut window, variant)?),
        None => Format::Pcapng(Pcapng::open(&mut window)?),
    };
    Ok(Opened::Packets(PacketReader { window, format, packets: 0, over: false }))
}

/// Whether a file that begins with these bytes is a capture, not compressed.
#[must_use]
pub fn is_magic(first: [u8; 4]) -> bool {
    first == SECTION_HEADER || pcap::variant(first).is_some()
}

/// The first four bytes, or as many as there are, and a reader that gives them again.
fn peek(mut reader: Box<dyn Read>) -> Result<(Vec<u8>, Box<dyn Read>), CaptureError> {
    let mut first = Vec::with_capacity(4);
    while first.len() < 4 {
        let mut byte = [0; 4];
        let wanted = byte.get_mut(..4_usize.saturating_sub(first.len())).unwrap_or_default();
        match reader.read(wanted) {
            Ok(0) => break,
            Ok(read) => first.extend_from_slice(byte.get(..read).unwrap_or_default()),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok((first.clone(), Box::new(Cursor::new(first).chain(reader))))
}

enum Format {
    Pcap(Pcap),
    Pcapng(Pcapng),
}

/// Gives out the packets of a capture, one by one, each borrowed from its buffer.
pub struct PacketReader {
    window: Window,
    format: Format,
    packets: u64,
    over: bool,
}

impl PacketReader {
    /// The next packet; `None` at the end. Where the capture is cut or damaged this is noted, once, with what was needed
    /// and what was there, and everything before it was given out.
    #[inline]
    pub fn next(&mut self, anomalies: &mut Anomalies) -> Option<Packet<'_>> {
        self.next_with(anomalies, |_| {})
    }

    /// The same, and gives out the TLS key logs of Decryption Secrets Blocks (draft-ietf-opsawg-pcapng, block type 10) that
    /// stand before the packet.
    #[inline]
    pub fn next_with(&mut self, anomalies: &mut Anomalies, mut secrets: impl FnMut(&[u8])) -> Option<Packet<'_>> {
        if self.over {
            return None;
        }
        let record = match &mut self.format {
            Format::Pcap(pcap) => {
                let record = pcap.next(&mut self.window, self.packets, anomalies);
                self.packets = self.packets.saturating_add(u64::from(record.is_some()));
                record
            }
            Format::Pcapng(pcapng) => {
                let record = pcapng.next(&mut self.window, &mut self.packets, anomalies);
                if pcapng.has_secrets() {
                    secrets(&pcapng.take_secrets());
                }
                record
            }
        };
        let Some(record) = record else {
            self.over = true;
            return None;
        };
        let data = self.window.consumed(record.range);
        Some(Packet {
            at: PacketAt { number: self.packets, time: record.time },
            link: record.link,
            data,
            // Some writers leave it 0. What was captured is shorter than 16 MiB.
            wire_length: record.wire_length.max((data.len() as u64 & 0xffff_ffff) as u32),
        })
    }

    /// How many packets the capture held so far, those that could not be given out too.
    #[must_use]
    pub fn packets(&self) -> u64 {
        self.packets
    }

    /// The system's error, where reading stopped for one. A cut or damaged compressed stream is none: that is an anomaly.
    #[must_use]
    pub fn failure(&self) -> Option<&std::io::Error> {
        self.window.failure().filter(|error| error.raw_os_error().is_some())
    }
}
