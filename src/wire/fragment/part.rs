//! One fragment, and which packet it is of.

use std::fmt;
use std::net::IpAddr;

use crate::wire::rest::Rest;

/// Which packet a fragment is of: RFC 791 §3.2 and RFC 8200 §4.5, and the tunnel that it is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::wire) struct FragmentKey {
    pub(super) src: IpAddr,
    pub(super) dst: IpAddr,
    protocol: u8,
    pub(super) id: u32,
    pub(super) tunnel: u32,
    pub(super) depth: u8,
    /// How deep it may be; the same of all.
    pub(super) most: u8,
}

impl FragmentKey {
    /// The key of a fragment that lies in `rest`.
    pub(in crate::wire) fn new(src: IpAddr, dst: IpAddr, protocol: u8, id: u32, rest: &Rest<'_>) -> Self {
        Self { src, dst, protocol, id, tunnel: rest.tunnel, depth: rest.depth, most: rest.most }
    }
}

impl fmt::Display for FragmentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} > {} (id {:#06x})", self.src, self.dst, self.id)
    }
}

/// A fragment of an IP packet, borrowed from its own packet.
#[derive(Debug, Clone, Copy)]
pub struct Fragment<'a> {
    pub(in crate::wire) key: FragmentKey,
    /// What the packet carries; of IPv6 only the first fragment knows.
    pub(in crate::wire) protocol: u8,
    /// Where it lies in the packet's payload.
    pub(in crate::wire) offset: u32,
    /// No fragment follows behind it.
    pub(in crate::wire) last: bool,
    pub(in crate::wire) rest: Rest<'a>,
}
