//! A source that knows itself when it is over: what came before the end of the run may still be on its way to it.

use std::sync::{Arc, Mutex, PoisonError};

use super::blocks;
use super::recorder::{Inner, Interface, now};
use crate::live::backlog::Backlog;

/// Records packets in batches, behind the end of the run, too. The capture does not end before its sources do.
#[derive(Debug)]
pub struct Source {
    inner: Arc<Mutex<Inner>>,
    backlog: Arc<Backlog>,
}

impl Source {
    pub(super) fn new(inner: Arc<Mutex<Inner>>, backlog: Arc<Backlog>) -> Self {
        backlog.source_begins();
        Self { inner, backlog }
    }

    /// An interface of packets with this link type.
    pub fn interface(&self, link: u16, name: &str) -> Interface {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).interface(link, name)
    }

    /// Packets that are recorded at once.
    pub fn batch(&self) -> Batch<'_> {
        Batch { source: self, blocks: Vec::new() }
    }

    /// Records how many packets came by at an interface so far, and how many of these the system dropped.
    pub fn statistics(&self, interface: Interface, received: u64, dropped: u64) {
        self.put(blocks::statistics(interface.0, now(), received, dropped));
    }

    /// Records secrets of TLS connections, whole lines of a key log, before the packets that they open.
    pub fn secrets(&self, lines: &[u8]) {
        if !lines.is_empty() {
            self.put(blocks::secrets(lines));
        }
    }

    /// Records what a batch had.
    pub fn record(&self, blocks: Vec<u8>) {
        self.put(blocks);
    }

    fn put(&self, blocks: Vec<u8>) {
        if !blocks.is_empty() {
            self.inner.lock().unwrap_or_else(PoisonError::into_inner).put(blocks);
        }
    }
}

impl Drop for Source {
    fn drop(&mut self) {
        self.backlog.source_ends();
    }
}

/// Packets that are not recorded yet.
#[derive(Debug)]
pub struct Batch<'s> {
    source: &'s Source,
    blocks: Vec<u8>,
}

impl Batch<'_> {
    /// A packet that came at this time, in nanoseconds since 1970, and had so many bytes on the wire. Its bytes stand in parts.
    pub fn packet(&mut self, interface: Interface, time: u64, parts: &[&[u8]], length: usize) {
        blocks::packet(&mut self.blocks, interface.0, time, parts, length);
    }

    /// Records them.
    pub fn record(self) {
        self.source.put(self.blocks);
    }

    /// The packets as blocks of the capture, for [`Source::record`].
    pub fn blocks(self) -> Vec<u8> {
        self.blocks
    }
}
