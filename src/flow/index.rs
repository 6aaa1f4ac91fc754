//! Finds a flow by its two ends and its tunnel, in either direction.
//!
//! The table holds slot numbers only, so that it stays in the cache; hash and ends are compared where the flow lies, which is
//! read next anyway.
//! The hash is seeded, since captures are made by attackers too.

use std::hash::{BuildHasher, Hasher};
use std::net::{IpAddr, Ipv4Addr};

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use crate::wire::Endpoint;

/// Both ends are hashed in their order, the lesser first, so that both directions of a flow meet at the same place.
#[derive(Debug, Default)]
pub(super) struct Index {
    slots: HashTable<u32>,
    /// The same of other tunnels in which a flow is seen, with their hashes. Few captures have any.
    aliases: HashTable<(u64, u32)>,
    seed: RandomState,
}

/// Two ends as numbers, where their addresses are of IPv4: quick to compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pair([u64; 2]);

impl Pair {
    /// Of ends that are not of IPv4.
    pub(super) const NONE: Self = Self([u64::MAX; 2]);

    #[inline(always)]
    pub(super) fn of(src: &Endpoint, dst: &Endpoint) -> Self {
        let number = |ip: Ipv4Addr, port: u16| u64::from(ip.to_bits()) << 16 | u64::from(port);
        match (src.ip, dst.ip) {
            (IpAddr::V4(from), IpAddr::V4(to)) => Self([number(from, src.port), number(to, dst.port)]),
            _ => Self::NONE,
        }
    }

    /// The same the other way round.
    #[inline(always)]
    pub(super) fn reversed(self) -> Self {
        let [from, to] = self.0;
        Self([to, from])
    }
}

impl Index {
    /// The hash of a flow's identity.
    #[inline(always)]
    pub(super) fn hash(&self, pair: Pair, ends: &[Endpoint; 2], tunnel: u32) -> u64 {
        hash_by(&self.seed, pair, ends, tunnel)
    }

    /// The same of ends that are a pair.
    #[inline(always)]
    pub(super) fn hash_pair(&self, pair: Pair, tunnel: u32) -> u64 {
        hash_pair(&self.seed, pair, tunnel)
    }

    /// The slot for which `same` holds, among those with this hash.
    #[inline]
    pub(super) fn find(&self, hash: u64, mut same: impl FnMut(u32) -> bool) -> Option<u32> {
        match self.slots.find(hash, |&slot| same(slot)) {
            Some(slot) => Some(*slot),
            None if self.aliases.is_empty() => None,
            None => self.aliases.find(hash, |&(known, slot)| known == hash && same(slot)).map(|&(_, slot)| slot),
        }
    }

    /// Adds a slot; `identity` tells what those that are there are found by.
    pub(super) fn insert<'f>(&mut self, hash: u64, slot: u32, identity: impl Fn(u32) -> Option<(Pair, &'f [Endpoint; 2], u32)>) {
        let hash_of =
            |seed: &RandomState, slot| identity(slot).map_or(0, |(pair, ends, tunnel)| hash_by(seed, pair, ends, tunnel));
        let Self { slots, seed, .. } = self;
        slots.insert_unique(hash, slot, |&slot| hash_of(seed, slot));
    }

    /// Adds a slot that is there, in another tunnel.
    pub(super) fn alias(&mut self, hash: u64, slot: u32) {
        self.aliases.insert_unique(hash, (hash, slot), |&(hash, _)| hash);
    }

    /// Forgets a slot; whether it was known.
    pub(super) fn remove(&mut self, hash: u64, slot: u32) -> bool {
        let entry = self.slots.find_entry(hash, |&known| known == slot);
        entry.map(|entry| entry.remove()).is_ok()
    }

    /// Forgets a slot in another tunnel.
    pub(super) fn remove_alias(&mut self, hash: u64, slot: u32) {
        if let Ok(entry) = self.aliases.find_entry(hash, |&(_, known)| known == slot) {
            entry.remove();
        }
    }
}

/// It is a few instructions where addresses are of IPv4.
#[inline(always)]
fn hash_by(seed: &RandomState, pair: Pair, ends: &[Endpoint; 2], tunnel: u32) -> u64 {
    if pair == Pair::NONE { hash_ends(seed, ends, tunnel) } else { hash_pair(seed, pair, tunnel) }
}

#[inline(always)]
fn hash_pair(seed: &RandomState, pair: Pair, tunnel: u32) -> u64 {
    let [from, to] = pair.0;
    let mut hasher = seed.build_hasher();
    hasher.write_u128(u128::from(from.max(to)) << 64 | u128::from(from.min(to)));
    if tunnel != 0 {
        hasher.write_u32(tunnel);
    }
    hasher.finish()
}

#[inline(never)]
fn hash_ends(seed: &RandomState, [src, dst]: &[Endpoint; 2], tunnel: u32) -> u64 {
    let mut hasher = seed.build_hasher();
    write(&mut hasher, src.min(dst));
    write(&mut hasher, src.max(dst));
    hasher.write_u32(tunnel);
    hasher.finish()
}

fn write(hasher: &mut impl Hasher, end: &Endpoint) {
    match end.ip {
        IpAddr::V4(ip) => hasher.write_u32(ip.to_bits()),
        IpAddr::V6(ip) => hasher.write_u128(ip.to_bits()),
    }
    hasher.write_u16(end.port);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directions_meet_and_identities_differ() {
        let index = Index::default();
        let ends: Vec<Endpoint> = ["10.0.0.1:80", "10.0.0.1:81", "10.0.0.2:80", "[fe80::1]:80", "[fe80::2]:80", "[fe80::1]:81"]
            .iter()
            .map(|end| end.parse::<std::net::SocketAddr>().expect("an address"))
            .map(|end| Endpoint { ip: end.ip(), port: end.port() })
            .collect();
        let hash = |a: &Endpoint, b: &Endpoint, tunnel| index.hash(Pair::of(a, b), &[*a, *b], tunnel);
        let mut seen = std::collections::BTreeSet::new();
        for (at, a) in ends.iter().enumerate() {
            for b in ends.iter().skip(at) {
                for tunnel in [0, 1, 7] {
                    assert_eq!(hash(a, b, tunnel), hash(b, a, tunnel));
                    assert!(seen.insert(hash(a, b, tunnel)), "{a} {b} {tunnel}");
                }
            }
        }
    }
}
