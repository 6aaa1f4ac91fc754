//! The capture in the making: who records puts blocks in, the judge reads them, and the file keeps them.
//!
//! The file has each block before the judge has it, so that it is whole when the process is killed. The queue to the judge is
//! bounded: who records waits where the judge is slower.

use std::fs::File;
use std::io::{self, Read, Write};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use super::blocks;
use crate::live::Stop;
use crate::live::queue::Queue;

/// So many batches wait for the judge: of what is read at once, a few megabytes.
const MOST_WAITING: usize = 256;

/// The number of an interface of the capture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interface(u32);

/// Records packets of any number of sources, each of which holds a clone.
#[derive(Debug, Clone)]
pub struct Recorder {
    inner: Arc<Mutex<Inner>>,
    stop: Stop,
}

#[derive(Debug)]
struct Inner {
    file: Option<File>,
    /// `None` once the judge wants no more.
    judge: Option<SyncSender<io::Result<Vec<u8>>>>,
    interfaces: u32,
    failure: Option<io::Error>,
}

impl Recorder {
    /// A capture without packets, and what the judge reads of it. It ends when the run is over, or nobody records any more.
    /// `comment` says what the packets are.
    #[must_use]
    pub fn new(file: Option<File>, comment: &str, stop: &Stop) -> (Self, Box<dyn Read + Send>) {
        let (judge, blocks) = sync_channel(MOST_WAITING);
        let inner = Inner { file, judge: Some(judge), interfaces: 0, failure: None };
        let recorder = Self { inner: Arc::new(Mutex::new(inner)), stop: stop.clone() };
        recorder.put(blocks::section(comment));
        (recorder, Box::new(Queue::new(blocks, stop)))
    }

    /// A source of packets with this link type (<https://www.tcpdump.org/linktypes.html>).
    pub fn interface(&self, link: u16, name: &str) -> Interface {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let number = inner.interfaces;
        inner.interfaces = number.saturating_add(1);
        inner.put(blocks::interface(link, name));
        Interface(number)
    }

    /// Records a packet that came at this time, in nanoseconds since 1970, and had so many bytes on the wire.
    pub fn packet(&self, interface: Interface, time: u64, data: &[u8], length: usize) {
        let mut block = Vec::with_capacity(data.len().saturating_add(40));
        blocks::packet(&mut block, interface.0, time, data, length);
        self.put(block);
    }

    /// Records many packets at once: interface, time, bytes, length on the wire.
    pub fn packets<'d>(&self, packets: impl Iterator<Item = (Interface, u64, &'d [u8], usize)>) {
        let mut batch = Vec::new();
        for (interface, time, data, length) in packets {
            blocks::packet(&mut batch, interface.0, time, data, length);
        }
        self.put(batch);
    }

    /// Records secrets of TLS connections, lines of a key log, before the packets that they open.
    pub fn secrets(&self, lines: &[u8]) {
        self.put(blocks::secrets(lines));
    }

    /// Records how many packets an interface received, and how many the system dropped. This is the last word of a source, and
    /// recorded behind the end of the run, too.
    pub fn statistics(&self, interface: Interface, received: u64, dropped: u64) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.put(blocks::statistics(interface.0, now(), received, dropped));
    }

    /// Why the file could not be written, if so.
    #[must_use]
    pub fn failure(&self) -> Option<io::Error> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).failure.take()
    }

    /// What ends the run.
    #[must_use]
    pub fn stop(&self) -> &Stop {
        &self.stop
    }

    fn put(&self, blocks: Vec<u8>) {
        // What comes behind the end is not judged, so it is not kept either: file and report are of the same packets.
        if !blocks.is_empty() && self.stop.ended().is_none() {
            self.inner.lock().unwrap_or_else(PoisonError::into_inner).put(blocks);
        }
    }
}

impl Inner {
    fn put(&mut self, blocks: Vec<u8>) {
        let Some(judge) = &self.judge else { return };
        if let Some(file) = &mut self.file
            && let Err(error) = file.write_all(&blocks)
        {
            self.failure = Some(error);
            self.file = None;
        }
        if judge.send(Ok(blocks)).is_err() {
            self.judge = None;
        }
    }
}

/// The time, in nanoseconds since 1970.
pub(super) fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}
