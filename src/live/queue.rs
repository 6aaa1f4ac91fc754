//! Bytes on their way from who hears them to who judges them.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};

use super::Stop;
use super::backlog::Backlog;

/// What waits in a queue, as one stream. It ends once the run is over and all that was put in before is read, or once nobody
/// puts anything in any more. A source that has a last word is waited for.
pub(super) struct Queue {
    chunks: Receiver<io::Result<Vec<u8>>>,
    rest: Vec<u8>,
    at: usize,
    stop: Stop,
    backlog: Option<Arc<Backlog>>,
}

impl Queue {
    pub(super) fn new(chunks: Receiver<io::Result<Vec<u8>>>, stop: &Stop) -> Self {
        Self { chunks, rest: Vec::new(), at: 0, stop: stop.clone(), backlog: None }
    }

    /// One whose pieces are counted.
    pub(super) fn with(mut self, backlog: Arc<Backlog>) -> Self {
        self.backlog = Some(backlog);
        self
    }

    /// Whether nothing is put in any more.
    fn is_over(&self) -> bool {
        self.stop.ended().is_some() && !self.backlog.as_ref().is_some_and(|backlog| backlog.goes_on())
    }
}

impl Read for Queue {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.at >= self.rest.len() {
            let next = if self.is_over() {
                self.chunks.try_recv().map_err(|_| RecvTimeoutError::Disconnected)
            } else {
                self.chunks.recv_timeout(self.stop.wait())
            };
            match next {
                Ok(chunk) => {
                    let chunk = chunk?;
                    if let Some(backlog) = &self.backlog {
                        backlog.leave(chunk.len());
                    }
                    (self.rest, self.at) = (chunk, 0);
                }
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

impl Drop for Queue {
    fn drop(&mut self) {
        if let Some(backlog) = &self.backlog {
            backlog.close();
        }
    }
}
