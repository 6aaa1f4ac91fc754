//! What is left of a packet behind the layers that were read: its bytes, where they lie, and how many there were on the
//! wire.

use super::WireError;
use super::network::Network;

/// The claim of a length that the capture itself decides.
pub(super) const CAPTURED: &str = "captured length";

/// The rest of a packet. `wire` may be more than the captured bytes, never less.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rest<'a> {
    pub(super) bytes: &'a [u8],
    /// Where `bytes` begin in the packet.
    pub(super) offset: usize,
    /// The length of `bytes` on the wire.
    pub(super) wire: usize,
    /// What decided where `bytes` end.
    pub(super) claim: &'static str,
    /// See [`super::Segment::tunnel`].
    pub(super) tunnel: u32,
    /// How many tunnels were entered.
    pub(super) depth: u8,
    /// How many may be.
    pub(super) most: u8,
    /// The identification of the innermost IPv4 header; 0 where there is none.
    pub(super) id: u16,
}

impl<'a> Rest<'a> {
    /// The whole of what was captured of `wire` bytes, in which so many tunnels may be nested.
    pub(super) fn new(bytes: &'a [u8], wire: usize, most: u8) -> Self {
        Self { bytes, offset: 0, wire: wire.max(bytes.len()), claim: CAPTURED, tunnel: 0, depth: 0, most, id: 0 }
    }

    /// The first `N` bytes, which belong to `layer`.
    pub(super) fn head<const N: usize>(&self, layer: &'static str) -> Result<&'a [u8; N], WireError> {
        self.bytes.first_chunk().ok_or(self.too_short(layer, N))
    }

    /// What lies behind the first `length` bytes, which belong to `layer`.
    pub(super) fn behind(self, length: usize, layer: &'static str) -> Result<Self, WireError> {
        let bytes = self.bytes.get(length..).ok_or(self.too_short(layer, length))?;
        Ok(Self { bytes, offset: self.offset.saturating_add(length), wire: self.wire.saturating_sub(length), ..self })
    }

    /// The same, ending after `wire` bytes as `claim` says: what follows is padding. Where fewer bytes were captured the
    /// packet was cut.
    pub(super) fn ending(self, wire: usize, claim: &'static str) -> Self {
        match self.bytes.get(..wire) {
            Some(bytes) => Self { bytes, wire, claim, ..self },
            None => Self { wire, ..self },
        }
    }

    /// The same within one more tunnel. Everything that nests goes through here, which is what bounds it.
    pub(super) fn within(self, network: Network, layer: &'static str) -> Result<Self, WireError> {
        let depth = self.depth.saturating_add(1);
        if depth > self.most {
            return Err(WireError::Nested { layer, offset: self.offset, most: self.most });
        }
        Ok(Self { tunnel: network.within(self.tunnel), depth, ..self })
    }

    /// `layer` begins here and needs more than is there.
    pub(super) fn too_short(&self, layer: &'static str, needed: usize) -> WireError {
        WireError::Length { layer, offset: self.offset, needed, had: self.bytes.len(), claim: self.claim }
    }
}
