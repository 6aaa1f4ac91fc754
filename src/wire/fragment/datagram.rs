//! A packet that was put together from its fragments.

use super::part::FragmentKey;
use crate::wire::ip;
use crate::wire::rest::Rest;
use crate::wire::{Decoded, WireError};

/// The payload of an IP packet whose fragments are all there.
#[derive(Debug)]
pub struct Datagram {
    pub(super) key: FragmentKey,
    pub(super) protocol: u8,
    pub(super) bytes: Vec<u8>,
    /// The length on the wire; more than `bytes` where the snap length cut a fragment.
    pub(super) wire: usize,
}

impl Datagram {
    /// Decodes it as [`segment`](crate::wire::segment) does a packet: it may hold another fragment, of a packet in a tunnel.
    /// Offsets in errors count from the first byte of the payload.
    #[must_use]
    pub fn decode(&self) -> Decoded<'_> {
        self.inside().unwrap_or_else(Decoded::Undecodable)
    }

    fn inside(&self) -> Result<Decoded<'_>, WireError> {
        let FragmentKey { src, dst, id, tunnel, depth, most, .. } = self.key;
        let id = u16::try_from(id).unwrap_or_default();
        let rest = Rest { tunnel, depth, id, ..Rest::new(&self.bytes, self.wire, most) };
        ip::put_together(self.protocol, src, dst, rest)
    }
}
