//! The capture in the making: who records puts blocks in, the judge reads them, and the file keeps them.
//!
//! The file has each block before the judge has it, so that it is whole when the process is killed. The queue to the judge is
//! bounded: who records waits where the judge is slower.

use std::fs::File;
use std::io::{self, Read, Write};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use super::{Source, blocks};
use crate::live::Stop;
use crate::live::backlog::Backlog;
use crate::live::queue::Queue;

/// The number of an interface of the capture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interface(pub(super) u32);

/// Records packets of any number of sources, each of which holds a clone.
#[derive(Debug, Clone)]
pub struct Recorder {
    inner: Arc<Mutex<Inner>>,
    backlog: Arc<Backlog>,
    stop: Stop,
}

#[derive(Debug)]
pub(super) struct Inner {
    file: Option<File>,
    /// `None` once the judge wants no more.
    judge: Option<Sender<io::Result<Vec<u8>>>>,
    backlog: Arc<Backlog>,
    interfaces: u32,
    failure: Option<io::Error>,
}

impl Recorder {
    /// A capture without packets, and what the judge reads of it. It ends when the run is over, or nobody records any more.
    /// `comment` says what the packets are.
    #[must_use]
    pub fn new(file: Option<File>, comment: &str, stop: &Stop) -> (Self, Box<dyn Read + Send>) {
        let (judge, blocks) = channel();
        let backlog = Arc::new(Backlog::default());
        let inner = Inner { file, judge: Some(judge), backlog: Arc::clone(&backlog), interfaces: 0, failure: None };
        let queue = Queue::new(blocks, stop).with(Arc::clone(&backlog));
        let recorder = Self { inner: Arc::new(Mutex::new(inner)), backlog, stop: stop.clone() };
        recorder.put(blocks::section(comment));
        (recorder, Box::new(queue))
    }

    /// A source of packets with this link type (<https://www.tcpdump.org/linktypes.html>).
    pub fn interface(&self, link: u16, name: &str) -> Interface {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).interface(link, name)
    }

    /// A source that records what came before the end of the run behind it, too.
    pub fn source(&self) -> Source {
        Source::new(Arc::clone(&self.inner), Arc::clone(&self.backlog))
    }

    /// Records a packet that came at this time, in nanoseconds since 1970, and had so many bytes on the wire.
    pub fn packet(&self, interface: Interface, time: u64, data: &[u8], length: usize) {
        let mut block = Vec::with_capacity(data.len().saturating_add(40));
        blocks::packet(&mut block, interface.0, time, &[data], length);
        self.put(block);
    }

    /// Records secrets of TLS connections, lines of a key log, before the packets that they open.
    pub fn secrets(&self, lines: &[u8]) {
        self.put(blocks::secrets(lines));
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
    pub(super) fn interface(&mut self, link: u16, name: &str) -> Interface {
        let number = self.interfaces;
        self.interfaces = number.saturating_add(1);
        self.put(blocks::interface(link, name));
        Interface(number)
    }

    pub(super) fn put(&mut self, blocks: Vec<u8>) {
        let Some(judge) = &self.judge else { return };
        if let Some(file) = &mut self.file
            && let Err(error) = file.write_all(&blocks)
        {
            self.failure = Some(error);
            self.file = None;
        }
        self.backlog.enter(blocks.len());
        if judge.send(Ok(blocks)).is_err() {
            self.judge = None;
        }
    }
}

/// The time, in nanoseconds since 1970.
pub(in crate::live) fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}
