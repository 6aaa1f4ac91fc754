//! Bytes on their way from who hears them to who judges them.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, RecvTimeoutError};

use super::Stop;

/// What waits in a queue, as one stream. It ends once the run is over and all that was put in before is read, or once nobody
/// puts anything in any more.
pub(super) struct Queue {
    chunks: Receiver<io::Result<Vec<u8>>>,
    rest: Vec<u8>,
    at: usize,
    stop: Stop,
}

impl Queue {
    pub(super) fn new(chunks: Receiver<io::Result<Vec<u8>>>, stop: &Stop) -> Self {
        Self { chunks, rest: Vec::new(), at: 0, stop: stop.clone() }
    }
}

impl Read for Queue {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.at >= self.rest.len() {
            let next = if self.stop.ended().is_some() {
                self.chunks.try_recv().map_err(|_| RecvTimeoutError::Disconnected)
            } else {
                self.chunks.recv_timeout(self.stop.wait())
            };
            match next {
                Ok(chunk) => (self.rest, self.at) = (chunk?, 0),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(0),
            }
        }
        let there = self.rest.get(self.at..).unwrap_or_default();
        let taken = there.len().min(into.len());
        if let (Some(into), Some(from)) = (into.get_mut(..taken), there.get(..taken)) {
            into.copy_from_slice(from);
        }
        self.at = self.at.saturating_add(taken);
        Ok(taken)
    }
}
