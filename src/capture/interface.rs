//! The interfaces that a pcapng section describes: link type, snap length and clock of its packets.

use pcap_parser::pcapng::{InterfaceDescriptionBlock, OptionCode};

use super::LinkType;
use super::clock::Clock;
use super::order::ByteOrder;

/// One interface.
#[derive(Debug, Clone, Copy)]
pub(super) struct Interface {
    pub(super) link: LinkType,
    /// The most bytes captured of a packet; 0 is no limit.
    pub(super) snap_length: u32,
    pub(super) clock: Clock,
}

/// Those of one section, by their number. Begins anew with each section header.
#[derive(Debug, Default)]
pub(super) struct Interfaces {
    known: Vec<Interface>,
}

impl Interfaces {
    /// The most interfaces that are kept, so that a file of nothing but descriptions does not fill the memory.
    const MOST: usize = 1 << 16;

    #[inline]
    pub(super) fn get(&self, number: u32) -> Option<Interface> {
        self.known.get(number as usize).copied()
    }

    pub(super) fn len(&self) -> usize {
        self.known.len()
    }

    /// Adds the next one. Options are read here: pcap-parser reads them in little-endian order only, and no binary
    /// resolution. One with a wrong length is passed over, as if it were not there.
    pub(super) fn push(&mut self, description: &InterfaceDescriptionBlock<'_>, order: ByteOrder) {
        if self.known.len() >= Self::MOST {
            return;
        }
        let mut clock = Clock::MICROSECONDS;
        for option in &description.options {
            match (option.code, option.as_bytes()) {
                (OptionCode::EndOfOpt, _) => break,
                (OptionCode::IfTsresol, Ok(&[resolution])) => clock = clock.with_resolution(resolution),
                (OptionCode::IfTsoffset, Ok(value)) if value.len() == 8 => {
                    if let Some(offset) = order.i64(value) {
                        clock = clock.with_offset(offset);
                    }
                }
                _ => {}
            }
        }
        let link = LinkType((description.linktype.0 & 0xffff) as u16);
        self.known.push(Interface { link, snap_length: description.snaplen, clock });
    }
}
