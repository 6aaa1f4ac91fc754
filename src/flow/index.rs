//! Finds a flow by its two ends and its tunnel, in either direction.
//!
//! The table holds hashes and slot numbers only; the ends are compared where the flow lies, which is read next anyway.
//! The hash is seeded, since captures are made by attackers too.

use std::hash::{BuildHasher, Hasher};
use std::net::IpAddr;

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use crate::wire::Endpoint;

/// Hashes of both ends are added, so that both directions of a flow meet at the same place.
#[derive(Debug, Default)]
pub(super) struct Index {
    slots: HashTable<(u64, u32)>,
    seed: RandomState,
}

impl Index {
    /// The hash of a flow's identity.
    #[inline]
    pub(super) fn hash(&self, src: &Endpoint, dst: &Endpoint, tunnel: u32) -> u64 {
        self.end(src, tunnel).wrapping_add(self.end(dst, tunnel))
    }

    #[inline]
    fn end(&self, end: &Endpoint, tunnel: u32) -> u64 {
        let mut hasher = self.seed.build_hasher();
        match end.ip {
            IpAddr::V4(ip) => hasher.write_u64((u64::from(ip.to_bits()) << 16) | u64::from(end.port)),
            IpAddr::V6(ip) => {
                hasher.write_u128(ip.to_bits());
                hasher.write_u16(end.port);
            }
        }
        if tunnel != 0 {
            hasher.write_u32(tunnel);
        }
        hasher.finish()
    }

    /// The slot for which `same` holds, among those with this hash.
    #[inline]
    pub(super) fn find(&self, hash: u64, mut same: impl FnMut(u32) -> bool) -> Option<u32> {
        self.slots.find(hash, |&(h, slot)| h == hash && same(slot)).map(|&(_, slot)| slot)
    }

    /// Adds a slot.
    pub(super) fn insert(&mut self, hash: u64, slot: u32) {
        self.slots.insert_unique(hash, (hash, slot), |&(hash, _)| hash);
    }

    /// Forgets a slot.
    pub(super) fn remove(&mut self, hash: u64, slot: u32) {
        if let Ok(entry) = self.slots.find_entry(hash, |&(_, s)| s == slot) {
            entry.remove();
        }
    }
}
