//! All packets whose fragments are waited for, within bounds of bytes, pieces and age.

use std::collections::BTreeMap;
use std::rc::Rc;

use hashbrown::HashMap;

use super::datagram::Datagram;
use super::part::{Fragment, FragmentKey};
use super::pieces::{MOST_BYTES, Pieces};
use super::recent::Recent;
use crate::anomaly::{Anomalies, AnomalyKind};
use crate::capture::{PacketAt, Timestamp};
use crate::wire::Decoded;

/// What a piece, and a packet, cost beside their bytes.
const OVERHEAD: usize = 128;

/// Bounds of [`Fragments`]. What goes beyond is given up and noted, never held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FragmentLimits {
    /// Bytes of all fragments that wait; beyond it the packets begun first are given up (`fragment-limit`).
    pub bytes: usize,
    /// Pieces of one packet (`fragment-limit`). 65 535 bytes over links of 68, the least that IPv4 allows, are 1366.
    pub pieces: usize,
    /// The rest of a packet is waited for so many seconds of the capture's clock (`ip-fragment`). Hosts wait 30 to 120
    /// (RFC 1122 §3.3.2, RFC 8200 §4.5).
    pub age: u64,
    /// And for so many further packets: by then identifications may begin anew.
    pub packets: u64,
}

impl Default for FragmentLimits {
    fn default() -> Self {
        Self { bytes: 8 << 20, pieces: 2048, age: 60, packets: 65_536 }
    }
}

/// A packet that is not whole.
#[derive(Debug)]
struct Waiting {
    key: FragmentKey,
    pieces: Pieces,
    /// Its first fragment captured.
    began: PacketAt,
    fragments: u64,
    cost: usize,
    /// IPv6 forbids overlaps: the whole packet is dropped, fragments that are still to come too (RFC 8200 §4.5).
    forbidden: bool,
}

/// Puts fragments together.
#[derive(Debug, Default)]
pub struct Fragments {
    limits: FragmentLimits,
    /// By the order in which they began.
    waiting: BTreeMap<u64, Waiting>,
    index: HashMap<FragmentKey, u64, foldhash::fast::RandomState>,
    begun: u64,
    cost: usize,
    recent: Recent,
}

impl Fragments {
    /// With other limits.
    #[must_use]
    pub fn with_limits(limits: FragmentLimits) -> Self {
        Self { limits, ..Self::default() }
    }

    /// What the fragments that wait cost, in bytes.
    #[must_use]
    pub fn held(&self) -> usize {
        self.cost
    }

    /// Takes a fragment, and tells what is in the packet where this was the last that it lacked. What is told is never a
    /// fragment again: one of a packet in a tunnel is put together with others in turn.
    #[cold]
    pub fn put_together(&mut self, at: PacketAt, fragment: &Fragment<'_>, anomalies: &mut Anomalies) -> Option<Rc<Datagram>> {
        let mut whole = self.add(at, fragment, anomalies)?;
        // Each turn is a tunnel deeper, which is bounded.
        while let Decoded::Fragment(inner) = whole.decode() {
            let next = self.add(at, &inner, anomalies)?;
            whole = next;
        }
        Some(whole)
    }

    /// Takes a fragment; the packet, where this was the last that it lacked.
    fn add(&mut self, at: PacketAt, fragment: &Fragment<'_>, anomalies: &mut Anomalies) -> Option<Rc<Datagram>> {
        self.give_up_old(at, anomalies);
        if self.recent.knows(fragment) {
            note_repeat(at, anomalies);
            return None;
        }
        let wire = u32::try_from(fragment.rest.wire).unwrap_or(u32::MAX);
        if let Some(why) = impossible(fragment, wire) {
            anomalies.note(AnomalyKind::IpFragment, Some(at.number), || format!("a fragment of {} {why}", fragment.key));
            return None;
        }
        let number = self.number_of(fragment.key, at);
        let waiting = self.waiting.get_mut(&number)?;
        waiting.fragments = waiting.fragments.saturating_add(1);
        if waiting.forbidden {
            return None;
        }
        if waiting.pieces.contradicts(fragment.offset, wire, fragment.last) {
            self.give_up(number, AnomalyKind::IpFragment, at, anomalies, "they contradict each other about where it ends");
            return None;
        }
        // Every fragment of IPv4 says it.
        if fragment.offset == 0 || fragment.key.src.is_ipv4() {
            waiting.pieces.protocol = fragment.protocol;
        }
        let brought = waiting.pieces.insert(fragment.offset, fragment.rest.bytes, wire, fragment.last);
        let more = brought.pieces.saturating_mul(OVERHEAD).saturating_add(brought.kept);
        waiting.cost = waiting.cost.saturating_add(more);
        self.cost = self.cost.saturating_add(more);
        if brought.overlapping && fragment.key.src.is_ipv6() {
            self.forbid(number, at, anomalies);
            return None;
        }
        if brought.conflicting {
            anomalies.note(AnomalyKind::FragmentOverlap, Some(at.number), || {
                format!(
                    "fragments of {} overlap with other bytes; those captured first count, a host may take others",
                    fragment.key
                )
            });
        } else if brought.pieces == 0 && !waiting.pieces.is_whole() {
            note_repeat(at, anomalies);
        }
        if waiting.pieces.is_whole() {
            return self.take(number);
        }
        if waiting.pieces.len() > self.limits.pieces {
            self.give_up(number, AnomalyKind::FragmentLimit, at, anomalies, "they are too many");
        }
        while self.cost > self.limits.bytes {
            let Some((&oldest, _)) = self.waiting.first_key_value() else { break };
            self.give_up(oldest, AnomalyKind::FragmentLimit, at, anomalies, "too many bytes of fragments wait for their rest");
        }
        None
    }

    /// The capture is over: nothing comes any more.
    pub fn finish(&mut self, anomalies: &mut Anomalies) {
        while let Some((&oldest, _)) = self.waiting.first_key_value() {
            self.give_up(oldest, AnomalyKind::IpFragment, PacketAt::default(), anomalies, "");
        }
    }

    /// The number of the packet that waits under a key, or of a new one.
    fn number_of(&mut self, key: FragmentKey, at: PacketAt) -> u64 {
        if let Some(&number) = self.index.get(&key) {
            return number;
        }
        let number = self.begun;
        self.begun = number.saturating_add(1);
        self.index.insert(key, number);
        let waiting = Waiting { key, pieces: Pieces::default(), began: at, fragments: 0, cost: OVERHEAD, forbidden: false };
        self.cost = self.cost.saturating_add(waiting.cost);
        self.waiting.insert(number, waiting);
        number
    }

    fn remove(&mut self, number: u64) -> Option<Waiting> {
        let waiting = self.waiting.remove(&number)?;
        self.index.remove(&waiting.key);
        self.cost = self.cost.saturating_sub(waiting.cost);
        Some(waiting)
    }

    /// Takes a packet that is whole.
    fn take(&mut self, number: u64) -> Option<Rc<Datagram>> {
        let datagram = Rc::new(self.remove(number)?.into_datagram());
        self.recent.push(&datagram);
        Some(datagram)
    }

    /// Gives up what has waited for too long.
    fn give_up_old(&mut self, at: PacketAt, anomalies: &mut Anomalies) {
        let age = self.limits.age.saturating_mul(1_000_000_000);
        while let Some((&oldest, waiting)) = self.waiting.first_key_value() {
            let Timestamp { nanoseconds: began } = waiting.began.time;
            let old = at.time.nanoseconds.saturating_sub(began) > age
                || at.number.saturating_sub(waiting.began.number) > self.limits.packets;
            if !old {
                return;
            }
            self.give_up(oldest, AnomalyKind::IpFragment, at, anomalies, "");
        }
    }

    /// Gives up a packet; `why` beside that it is not whole. What its first fragment shows to carry no TCP is no loss.
    fn give_up(&mut self, number: u64, kind: AnomalyKind, at: PacketAt, anomalies: &mut Anomalies, why: &str) {
        let Some(waiting) = self.remove(number) else { return };
        if waiting.forbidden {
            return;
        }
        let (key, fragments, missing) = (waiting.key, waiting.fragments, waiting.pieces.missing());
        let first = waiting.began.number;
        if matches!(waiting.into_datagram().decode(), Decoded::Other(_)) {
            return;
        }
        let packet = if kind == AnomalyKind::IpFragment { first } else { at.number };
        anomalies.note_many(kind, fragments, Some(packet), || match why {
            "" => format!("of the fragments of {key} {missing}"),
            why => format!("the fragments of {key} were given up: {why}"),
        });
    }

    /// Drops what came of a packet and all that is still to come.
    fn forbid(&mut self, number: u64, at: PacketAt, anomalies: &mut Anomalies) {
        let Some(waiting) = self.waiting.get_mut(&number) else { return };
        waiting.forbidden = true;
        waiting.pieces = Pieces::default();
        self.cost = self.cost.saturating_sub(waiting.cost.saturating_sub(OVERHEAD));
        waiting.cost = OVERHEAD;
        let key = waiting.key;
        anomalies.note(AnomalyKind::IpFragment, Some(at.number), || {
            format!("fragments of {key} overlap, which IPv6 forbids (RFC 8200 section 4.5): hosts drop the packet")
        });
    }
}

impl Waiting {
    /// The packet as far as it is there.
    fn into_datagram(self) -> Datagram {
        let (bytes, wire) = self.pieces.join();
        Datagram { key: self.key, protocol: self.pieces.protocol, bytes, wire }
    }
}

/// Why a fragment can be no part of a packet.
fn impossible(fragment: &Fragment<'_>, wire: u32) -> Option<String> {
    let end = fragment.offset.saturating_add(wire);
    if end > MOST_BYTES {
        Some(format!("reaches to byte {end}, where a packet has at most {MOST_BYTES}"))
    } else if !fragment.last && (wire == 0 || !wire.is_multiple_of(8)) {
        Some(format!("has {wire} bytes and is not the last, where a multiple of 8 was expected"))
    } else {
        None
    }
}

fn note_repeat(at: PacketAt, anomalies: &mut Anomalies) {
    anomalies.note(AnomalyKind::DuplicatePacket, Some(at.number), || "a fragment that was captured before".to_owned());
}
