//! pcapng (<https://www.ietf.org/archive/id/draft-ietf-opsawg-pcapng-02.html>): sections, interfaces, packet blocks.
//!
//! Blocks are framed here, by their two lengths, and only what is needed is held in memory: name resolution and unknown
//! blocks are passed over unread, however long. Whole blocks go to pcap-parser. A block whose frame
//! is right and whose content is not is left out and noted; where the two lengths differ nothing says where the next
//! block begins, and reading stops.

use pcap_parser::Block;
use pcap_parser::pcapng::{parse_block_be, parse_block_le};

use super::interface::Interfaces;
use super::order::ByteOrder;
use super::record::{MOST_CAPTURED, Record, note_damage, note_end};
use super::statistics::Statistics;
use super::window::Window;
use super::{CaptureError, Timestamp};
use crate::anomaly::{Anomalies, AnomalyKind};

/// The block type of a section header, the same in both byte orders.
pub(super) const SECTION_HEADER: [u8; 4] = [0x0a, 0x0d, 0x0d, 0x0a];
const LAYER: &str = "pcapng section header";
const INTERFACE_DESCRIPTION: u32 = 1;
const OBSOLETE_PACKET: u32 = 2;
const SIMPLE_PACKET: u32 = 3;
const INTERFACE_STATISTICS: u32 = 5;
const ENHANCED_PACKET: u32 = 6;
const DECRYPTION_SECRETS: u32 = 10;
/// The type of secrets that are a TLS key log.
const TLS_KEY_LOG: u32 = 0x544c_534b;
/// What may wait to be taken of secrets.
const MOST_SECRETS: usize = 128 << 20;

/// Reads the blocks of a file.
pub(super) struct Pcapng {
    order: ByteOrder,
    interfaces: Interfaces,
    statistics: Statistics,
    /// Key logs that were not taken yet.
    secrets: Vec<u8>,
}

/// A packet within its block.
struct Found {
    interface: u32,
    /// Ticks of the interface's clock; `None` for simple packets, which have no time.
    ticks: Option<u64>,
    /// Where the data begin in the block.
    begin: usize,
    length: usize,
    wire_length: u32,
}

/// What a block of a known kind holds.
enum Content {
    Nothing,
    Packet(Found),
    /// So many packets were dropped by whoever recorded.
    Dropped(u64),
    Damaged(String),
}

impl Pcapng {
    /// Looks at the first section header, which is read again as the first block.
    pub(super) fn open(window: &mut Window) -> Result<Self, CaptureError> {
        const NEEDED: usize = 28;
        if !window.fill(NEEDED) {
            let had = window.available().len() as u64;
            return Err(CaptureError::Cut { layer: LAYER, offset: 0, needed: NEEDED as u64, had });
        }
        let order = section_order(window.available()).map_err(|why| CaptureError::Damaged { layer: LAYER, offset: 0, why })?;
        Ok(Self { order, interfaces: Interfaces::default(), statistics: Statistics::default(), secrets: Vec::new() })
    }

    /// The next packet; `None` at the end and where reading must stop. Counts every packet block in `packets`, those
    /// that cannot be given out too, so that numbers are those of Wireshark.
    pub(super) fn next(&mut self, window: &mut Window, packets: &mut u64, anomalies: &mut Anomalies) -> Option<Record> {
        loop {
            let (kind, length) = self.frame(window, *packets, anomalies)?;
            let known = matches!(kind, INTERFACE_DESCRIPTION | OBSOLETE_PACKET | SIMPLE_PACKET | ENHANCED_PACKET)
                || matches!(kind, DECRYPTION_SECRETS | INTERFACE_STATISTICS)
                || kind.to_le_bytes() == SECTION_HEADER;
            if !known || length > Window::MOST {
                if known {
                    note_damage(window, *packets, anomalies, || {
                        format!("a block of {length} bytes, more than the {MOST_CAPTURED} that are believed")
                    });
                    let counted = !matches!(kind, INTERFACE_DESCRIPTION | DECRYPTION_SECRETS | INTERFACE_STATISTICS);
                    *packets = packets.saturating_add(u64::from(counted));
                }
                self.pass(window, length, *packets, anomalies)?;
                continue;
            }
            if !window.fill(length) {
                note_end(window, length as u64, *packets, anomalies);
                return None;
            }
            let block = window.available().get(..length)?;
            let trailer = self.order.u32(block, length.checked_sub(4)?)?;
            if trailer as usize != length {
                note_damage(window, *packets, anomalies, || lengths_differ(length, trailer));
                return None;
            }
            match self.decode(kind, block) {
                Content::Nothing | Content::Dropped(0) => {}
                Content::Dropped(dropped) => {
                    anomalies.note_many(AnomalyKind::PacketsDropped, dropped, (*packets > 0).then_some(*packets), || {
                        "the recorder was too slow for them, or had too little room".to_owned()
                    });
                }
                Content::Damaged(why) => {
                    note_damage(window, *packets, anomalies, || why);
                    let one = kind == ENHANCED_PACKET || kind == SIMPLE_PACKET || kind == OBSOLETE_PACKET;
                    *packets = packets.saturating_add(u64::from(one));
                }
                Content::Packet(found) => {
                    *packets = packets.saturating_add(1);
                    let Some(interface) = self.interfaces.get(found.interface) else {
                        anomalies.note(AnomalyKind::UnknownInterface, Some(*packets), || {
                            let (named, described) = (found.interface, self.interfaces.len());
                            format!("names interface {named}, the section describes {described}")
                        });
                        window.consume(length);
                        continue;
                    };
                    let length_captured = match found.ticks {
                        None if interface.snap_length > 0 => found.length.min(interface.snap_length as usize),
                        _ => found.length,
                    };
                    let at = window.consume(length).start.saturating_add(found.begin);
                    return Some(Record {
                        time: found.ticks.map_or_else(Timestamp::default, |ticks| interface.clock.at(ticks)),
                        link: interface.link,
                        range: at..at.saturating_add(length_captured),
                        wire_length: found.wire_length,
                    });
                }
            }
            window.consume(length);
        }
    }

    /// Type and total length of the next block; a section header sets the byte order and forgets the interfaces.
    fn frame(&mut self, window: &mut Window, packets: u64, anomalies: &mut Anomalies) -> Option<(u32, usize)> {
        if !window.fill(12) {
            note_end(window, 12, packets, anomalies);
            return None;
        }
        let head = window.available();
        if head.starts_with(&SECTION_HEADER) {
            match section_order(head) {
                Ok(order) => {
                    self.order = order;
                    self.interfaces = Interfaces::default();
                    self.statistics = Statistics::default();
                }
                Err(why) => {
                    note_damage(window, packets, anomalies, || why);
                    return None;
                }
            }
        }
        let kind = self.order.u32(head, 0)?;
        let length = self.order.u32(head, 4)?;
        if length < 12 || length % 4 != 0 {
            note_damage(window, packets, anomalies, || format!("a block of type {kind:#x} with a length of {length}"));
            return None;
        }
        Some((kind, length as usize))
    }

    /// Passes over a block unread; its second length must be there, or what follows is no block.
    fn pass(&self, window: &mut Window, length: usize, packets: u64, anomalies: &mut Anomalies) -> Option<()> {
        let content = (length as u64).checked_sub(4)?;
        let passed = window.skip(content);
        if passed < content || !window.fill(4) {
            anomalies.note(AnomalyKind::CaptureTruncated, (packets > 0).then_some(packets), || {
                let had = passed.saturating_add(window.available().len() as u64);
                format!("a block of {length} bytes behind packet {packets} has only {had}")
            });
            return None;
        }
        let trailer = self.order.u32(window.available(), 0)?;
        if trailer as usize != length {
            note_damage(window, packets, anomalies, || lengths_differ(length, trailer));
            return None;
        }
        window.consume(4);
        Some(())
    }

    /// Decodes a whole block of a known kind.
    fn decode(&mut self, kind: u32, block: &[u8]) -> Content {
        if kind == OBSOLETE_PACKET {
            return self.obsolete(block).unwrap_or_else(|| damaged(kind, block));
        }
        if kind == DECRYPTION_SECRETS {
            return self.keep_secrets(block).map_or_else(|| damaged(kind, block), |()| Content::Nothing);
        }
        if kind == INTERFACE_STATISTICS {
            let dropped = self.statistics.dropped_since(block, self.interfaces.len(), self.order);
            return dropped.map_or_else(|| damaged(kind, block), Content::Dropped);
        }
        let parsed = match self.order {
            ByteOrder::Little => parse_block_le(block),
            ByteOrder::Big => parse_block_be(block),
        };
        match parsed {
            Ok((_, Block::EnhancedPacket(packet))) => {
                let length = packet.data.len().min(packet.caplen as usize);
                if packet.caplen > MOST_CAPTURED {
                    return damaged(kind, block);
                }
                Content::Packet(Found {
                    interface: packet.if_id,
                    ticks: Some(u64::from(packet.ts_high) << 32 | u64::from(packet.ts_low)),
                    begin: 28,
                    length,
                    wire_length: packet.origlen,
                })
            }
            Ok((_, Block::SimplePacket(packet))) => Content::Packet(Found {
                interface: 0,
                ticks: None,
                begin: 12,
                length: packet.data.len().min(packet.origlen as usize),
                wire_length: packet.origlen,
            }),
            Ok((_, Block::InterfaceDescription(description))) => {
                self.interfaces.push(&description, self.order);
                Content::Nothing
            }
            Ok((_, Block::SectionHeader(_))) => Content::Nothing,
            _ => damaged(kind, block),
        }
    }

    /// Keeps the key log that a block of secrets holds; secrets of other protocols are passed over.
    fn keep_secrets(&mut self, block: &[u8]) -> Option<()> {
        let length = self.order.u32(block, 12)? as usize;
        let room = block.len().checked_sub(16 + 4)?;
        let secrets = block.get(16..)?.get(..length.min(room))?;
        if self.order.u32(block, 8)? == TLS_KEY_LOG && self.secrets.len().saturating_add(secrets.len()) <= MOST_SECRETS {
            self.secrets.extend_from_slice(secrets);
            self.secrets.push(b'\n');
        }
        (length <= room).then_some(())
    }

    /// Key logs that were met since they were taken last.
    pub(super) fn take_secrets(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.secrets)
    }

    /// Whether there are any.
    #[inline]
    pub(super) fn has_secrets(&self) -> bool {
        !self.secrets.is_empty()
    }

    /// The packet block that enhanced packets replaced; old captures still have it, and pcap-parser does not know it.
    fn obsolete(&self, block: &[u8]) -> Option<Content> {
        let interface = u32::from(self.order.u16(block, 8)?);
        let ticks = u64::from(self.order.u32(block, 12)?) << 32 | u64::from(self.order.u32(block, 16)?);
        let captured = self.order.u32(block, 20)? as usize;
        let wire_length = self.order.u32(block, 24)?;
        let room = block.len().checked_sub(28 + 4)?;
        (captured <= room).then_some(Content::Packet(Found {
            interface,
            ticks: Some(ticks),
            begin: 28,
            length: captured,
            wire_length,
        }))
    }
}

fn damaged(kind: u32, block: &[u8]) -> Content {
    Content::Damaged(format!("the lengths in a block of type {kind:#x} do not fit its {} bytes", block.len()))
}

fn lengths_differ(first: usize, second: u32) -> String {
    format!("a block begins with a length of {first} and ends with one of {second}")
}

/// The byte order of a section, from the magic number in its header.
fn section_order(head: &[u8]) -> Result<ByteOrder, String> {
    let magic = head.get(8..12).unwrap_or_default();
    let order = match magic {
        [0x4d, 0x3c, 0x2b, 0x1a] => ByteOrder::Little,
        [0x1a, 0x2b, 0x3c, 0x4d] => ByteOrder::Big,
        _ => return Err(format!("byte-order magic {magic:02x?} where 1a 2b 3c 4d or its reverse was expected")),
    };
    match order.u16(head, 12) {
        Some(1) | None => Ok(order),
        Some(version) => Err(format!("version {version} where 1 was expected")),
    }
}
