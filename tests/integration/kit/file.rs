//! Capture files of packets: pcap and pcapng in every shape that readers must know.

use super::{Link, Packet};
use std::io::Write;

/// The shape of a capture file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// pcap.
    Pcap { big_endian: bool, nanoseconds: bool },
    /// pcapng; `resolution` is `if_tsresol` (`6`: 10⁻⁶ s, the default; `0x80 | n`: 2⁻ⁿ s).
    Pcapng { big_endian: bool, resolution: Option<u8> },
    /// pcapng with a section for each half of the packets, the second of the other byte order and with an unused interface
    /// before the used one.
    PcapngSections,
    /// pcap in gzip.
    Gzip,
}

impl Format {
    /// Every shape.
    pub(crate) const ALL: [Self; 11] = [
        Self::Pcap { big_endian: false, nanoseconds: false },
        Self::Pcap { big_endian: true, nanoseconds: false },
        Self::Pcap { big_endian: false, nanoseconds: true },
        Self::Pcap { big_endian: true, nanoseconds: true },
        Self::Pcapng { big_endian: false, resolution: None },
        Self::Pcapng { big_endian: true, resolution: None },
        Self::Pcapng { big_endian: false, resolution: Some(9) },
        Self::Pcapng { big_endian: true, resolution: Some(3) },
        Self::Pcapng { big_endian: false, resolution: Some(0x80 | 20) },
        Self::PcapngSections,
        Self::Gzip,
    ];

    /// The usual ending of such a file's name.
    pub(crate) fn ending(self) -> &'static str {
        match self {
            Self::Pcap { .. } => "pcap",
            Self::Pcapng { .. } | Self::PcapngSections => "pcapng",
            Self::Gzip => "pcap.gz",
        }
    }
}

/// The bytes of a capture file.
pub(crate) fn write_file(packets: &[Packet], link: Link, format: Format) -> Vec<u8> {
    match format {
        Format::Pcap { big_endian, nanoseconds } => pcap(packets, link, big_endian, nanoseconds),
        Format::Pcapng { big_endian, resolution } => section(packets, link, big_endian, resolution, false),
        Format::PcapngSections => {
            let (first, second) = packets.split_at(packets.len() / 2);
            let mut bytes = section(first, link, false, None, false);
            bytes.extend(section(second, link, true, Some(9), true));
            bytes
        }
        Format::Gzip => {
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            encoder.write_all(&pcap(packets, link, false, false)).expect("memory takes everything");
            encoder.finish().expect("memory takes everything")
        }
    }
}

/// Numbers in one byte order.
struct Writer {
    bytes: Vec<u8>,
    big_endian: bool,
}

impl Writer {
    fn u16(&mut self, value: u16) {
        self.bytes.extend_from_slice(&if self.big_endian { value.to_be_bytes() } else { value.to_le_bytes() });
    }

    fn u32(&mut self, value: u32) {
        self.bytes.extend_from_slice(&if self.big_endian { value.to_be_bytes() } else { value.to_le_bytes() });
    }

    /// A pcapng block: type, length, padded body, length.
    fn block(&mut self, kind: u32, body: Writer) {
        let mut body = body.bytes;
        body.resize(body.len().next_multiple_of(4), 0);
        let length = len32(body.len() + 12);
        self.u32(kind);
        self.u32(length);
        self.bytes.extend_from_slice(&body);
        self.u32(length);
    }

    fn body(&self) -> Writer {
        Writer { bytes: Vec::new(), big_endian: self.big_endian }
    }
}

fn len32(length: usize) -> u32 {
    u32::try_from(length).expect("test captures are short")
}

fn seconds(time: u64) -> u32 {
    u32::try_from(time / 1_000_000_000).expect("test captures are made before 2106")
}

fn below_second(time: u64) -> u32 {
    u32::try_from(time % 1_000_000_000).expect("less than a second")
}

fn pcap(packets: &[Packet], link: Link, big_endian: bool, nanoseconds: bool) -> Vec<u8> {
    let mut out = Writer { bytes: Vec::new(), big_endian };
    out.u32(if nanoseconds { 0xA1B2_3C4D } else { 0xA1B2_C3D4 });
    out.u16(2);
    out.u16(4);
    out.u32(0);
    out.u32(0);
    out.u32(262_144);
    out.u32(u32::from(link.number()));
    for packet in packets {
        out.u32(seconds(packet.time));
        out.u32(below_second(packet.time) / if nanoseconds { 1 } else { 1_000 });
        out.u32(len32(packet.bytes.len()));
        out.u32(len32(packet.wire_length));
        out.bytes.extend_from_slice(&packet.bytes);
    }
    out.bytes
}

fn section(packets: &[Packet], link: Link, big_endian: bool, resolution: Option<u8>, unused_first: bool) -> Vec<u8> {
    let mut out = Writer { bytes: Vec::new(), big_endian };
    let mut header = out.body();
    header.u32(0x1A2B_3C4D);
    header.u16(1);
    header.u16(0);
    // Section length: not given.
    header.u32(u32::MAX);
    header.u32(u32::MAX);
    out.block(0x0A0D_0D0A, header);
    if unused_first {
        interface(&mut out, Link::Null, None);
    }
    interface(&mut out, link, resolution);
    for packet in packets {
        let ticks = ticks(packet.time, resolution.unwrap_or(6));
        let mut body = out.body();
        body.u32(u32::from(unused_first));
        body.u32(u32::try_from(ticks >> 32).expect("64 bits"));
        body.u32(u32::try_from(ticks & u64::from(u32::MAX)).expect("32 bits"));
        body.u32(len32(packet.bytes.len()));
        body.u32(len32(packet.wire_length));
        body.bytes.extend_from_slice(&packet.bytes);
        out.block(6, body);
    }
    out.bytes
}

fn interface(out: &mut Writer, link: Link, resolution: Option<u8>) {
    let mut body = out.body();
    body.u16(link.number());
    body.u16(0);
    body.u32(262_144);
    if let Some(resolution) = resolution {
        // if_tsresol, one byte, padded to four; end of options.
        body.u16(9);
        body.u16(1);
        body.bytes.extend_from_slice(&[resolution, 0, 0, 0]);
        body.u16(0);
        body.u16(0);
    }
    out.block(1, body);
}

/// A time in units of `if_tsresol`.
fn ticks(nanoseconds: u64, resolution: u8) -> u64 {
    let ticks = if resolution & 0x80 == 0 {
        u128::from(nanoseconds) * 10u128.pow(u32::from(resolution)) / 1_000_000_000
    } else {
        (u128::from(nanoseconds) << (resolution & 0x7F)) / 1_000_000_000
    };
    u64::try_from(ticks).expect("test captures are made before the units run out")
}
