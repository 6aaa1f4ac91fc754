//! A connection of our own as packets: what each side said, when, and between which ends.
//!
//! The bytes, the times and the addresses are those of the socket. That they stand in segments of TCP, and how these are cut, is
//! the form in which every reader of captures knows connections; the section's comment says so.

use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicU32, Ordering};

use etherparse::PacketBuilder;

use super::recorder::{Interface, Recorder, now};

/// Bytes of one segment at most: with headers they fit an IP packet.
const LONGEST_SEGMENT: usize = 32 << 10;
const WINDOW: u16 = 0xffff;

/// Connections are told apart by where their numbers begin, too: ends are used again.
static BEGINNING: AtomicU32 = AtomicU32::new(0x1000_0000);

/// Who says something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Who opened the connection.
    Client,
    /// Who accepted it.
    Server,
}

/// The recording of one connection.
#[derive(Debug)]
pub struct Wire {
    recorder: Recorder,
    interface: Interface,
    /// Client and server.
    ends: [SocketAddr; 2],
    /// What each says next.
    sequence: [u32; 2],
    over: [bool; 2],
    /// The time of what is recorded, where that is not now.
    time: Option<u64>,
}

impl Wire {
    /// A connection that was opened now. `interface` has raw IP packets (link type 101).
    #[must_use]
    pub fn open(recorder: Recorder, interface: Interface, client: SocketAddr, server: SocketAddr) -> Self {
        Self::begin(recorder, interface, [client, server], None)
    }

    /// A connection of which somebody else tells: all of it at this time, in nanoseconds since 1970.
    #[must_use]
    pub fn told(recorder: Recorder, interface: Interface, client: SocketAddr, server: SocketAddr, time: u64) -> Self {
        Self::begin(recorder, interface, [client, server], Some(time))
    }

    fn begin(recorder: Recorder, interface: Interface, ends: [SocketAddr; 2], time: Option<u64>) -> Self {
        let beginning = BEGINNING.fetch_add(0x0003_0001, Ordering::Relaxed);
        let ends = ends.map(|end| SocketAddr::new(end.ip().to_canonical(), end.port()));
        let mut wire = Self { recorder, interface, ends, sequence: [beginning, !beginning], over: [false; 2], time };
        wire.segment(Side::Client, Flags { syn: true, ack: false, ..Flags::ACK }, &[]);
        wire.segment(Side::Server, Flags { syn: true, ..Flags::ACK }, &[]);
        wire.segment(Side::Client, Flags::ACK, &[]);
        wire
    }

    /// What a side said.
    pub fn said(&mut self, side: Side, bytes: &[u8]) {
        for part in bytes.chunks(LONGEST_SEGMENT) {
            self.segment(side, Flags { psh: true, ..Flags::ACK }, part);
        }
    }

    /// What a side said at this time, in nanoseconds since 1970.
    pub fn said_at(&mut self, side: Side, bytes: &[u8], time: u64) {
        let before = self.time.replace(time);
        self.said(side, bytes);
        self.time = before;
    }

    /// A side says no more. What was said already is not said again.
    pub fn shut(&mut self, side: Side) {
        if !std::mem::replace(&mut self.over[side as usize], true) {
            self.segment(side, Flags { fin: true, ..Flags::ACK }, &[]);
        }
    }

    /// A side broke the connection off.
    pub fn reset(&mut self, side: Side) {
        if self.over != [true; 2] {
            self.segment(side, Flags { rst: true, ..Flags::ACK }, &[]);
            self.over = [true; 2];
        }
    }

    fn segment(&mut self, side: Side, flags: Flags, payload: &[u8]) {
        let (from, to) = match side {
            Side::Client => (0, 1),
            Side::Server => (1, 0),
        };
        let (src, dst) = (self.ends[from], self.ends[to]);
        let mut builder = match (src.ip(), dst.ip()) {
            (IpAddr::V4(src), IpAddr::V4(dst)) => PacketBuilder::ipv4(src.octets(), dst.octets(), 64),
            (src, dst) => PacketBuilder::ipv6(sixteen(src), sixteen(dst), 64),
        }
        .tcp(src.port(), dst.port(), self.sequence[from], WINDOW);
        if flags.syn {
            builder = builder.syn();
        }
        if flags.fin {
            builder = builder.fin();
        }
        if flags.rst {
            builder = builder.rst();
        }
        if flags.psh {
            builder = builder.psh();
        }
        if flags.ack {
            builder = builder.ack(self.sequence[to]);
        }
        let mut packet = Vec::with_capacity(builder.size(payload.len()));
        // Nothing that fits into memory fails here, and a length that no packet has cannot be: it was cut.
        if builder.write(&mut packet, payload).is_ok() {
            self.recorder.packet(self.interface, self.time.unwrap_or_else(now), &packet, packet.len());
        }
        let said = u32::try_from(payload.len()).unwrap_or(0).wrapping_add(u32::from(flags.syn || flags.fin));
        self.sequence[from] = self.sequence[from].wrapping_add(said);
    }
}

impl Drop for Wire {
    /// A connection that is dropped was closed by both.
    fn drop(&mut self) {
        self.shut(Side::Client);
        self.shut(Side::Server);
    }
}

#[derive(Debug, Clone, Copy)]
struct Flags {
    syn: bool,
    ack: bool,
    psh: bool,
    fin: bool,
    rst: bool,
}

impl Flags {
    const ACK: Self = Self { syn: false, ack: true, psh: false, fin: false, rst: false };
}

fn sixteen(ip: IpAddr) -> [u8; 16] {
    match ip {
        IpAddr::V4(ip) => ip.to_ipv6_mapped().octets(),
        IpAddr::V6(ip) => ip.octets(),
    }
}
