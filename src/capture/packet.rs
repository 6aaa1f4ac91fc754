//! One record of a capture: when, over which kind of link, which bytes.

use std::fmt;

/// A time, in nanoseconds since 1970-01-01T00:00:00Z. Displayed in UTC with microseconds (RFC 3339).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Hash)]
pub struct Timestamp {
    /// Nanoseconds since the epoch; saturates in the year 2554.
    pub nanoseconds: u64,
}

impl Timestamp {
    /// A time from its nanoseconds since the epoch.
    #[must_use]
    pub fn from_nanoseconds(nanoseconds: u64) -> Self {
        Self { nanoseconds }
    }

    /// Whole seconds since the epoch.
    #[must_use]
    pub fn seconds(self) -> u64 {
        self.nanoseconds / 1_000_000_000
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = jiff::Timestamp::from_nanosecond(i128::from(self.nanoseconds)).unwrap_or_default();
        write!(f, "{whole:.6}")
    }
}

/// The link type of a packet, by the registry of the tcpdump group (<https://www.tcpdump.org/linktypes.html>).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LinkType(pub u16);

impl LinkType {
    /// BSD loopback, the address family in the byte order of the capturing machine.
    pub const NULL: Self = Self(0);
    /// Ethernet.
    pub const ETHERNET: Self = Self(1);
    /// An IPv4 or IPv6 header comes first.
    pub const RAW: Self = Self(101);
    /// OpenBSD loopback, the address family in network byte order.
    pub const LOOP: Self = Self(108);
    /// Linux cooked capture v1.
    pub const LINUX_SLL: Self = Self(113);
    /// An IPv4 header comes first.
    pub const IPV4: Self = Self(228);
    /// An IPv6 header comes first.
    pub const IPV6: Self = Self(229);
    /// Linux cooked capture v2.
    pub const LINUX_SLL2: Self = Self(276);
}

/// When and as which number a packet was captured: what provenance is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PacketAt {
    /// The packet's number in its capture, counted from 1 as Wireshark counts frames.
    pub number: u64,
    /// When it was captured.
    pub time: Timestamp,
}

/// One packet, borrowed from the reader's buffer.
#[derive(Debug, Clone, Copy)]
pub struct Packet<'a> {
    /// Its number and time.
    pub at: PacketAt,
    /// What its bytes begin with.
    pub link: LinkType,
    /// The captured bytes.
    pub data: &'a [u8],
    /// Its length on the wire; more than `data.len()` where the snap length cut it.
    pub wire_length: u32,
}
