//! Keeps messages in the order of their heads while bodies of several streams end in any order.
//!
//! Memory is bounded: when what waits behind a running body exceeds the limit, that message is written as running.

use std::collections::VecDeque;
use std::io::{self, Write};

use super::form::{Form, Opened};
use crate::http::{Body, Connection, HeadRef, MessageId};

/// So many bytes wait behind a body that still runs.
const HELD_BACK: usize = 8 << 20;

/// A message that is not written yet.
#[derive(Debug)]
struct Waiting {
    id: MessageId,
    bytes: Vec<u8>,
    opened: Opened,
    done: bool,
}

/// Writes messages in order. The first error of the writer ends all writing; [`Ordered::finish`] tells it.
#[derive(Debug)]
pub(super) struct Ordered<W: Write, F: Form> {
    out: W,
    form: F,
    queue: VecDeque<Waiting>,
    held: usize,
    limit: usize,
    spare: Vec<Vec<u8>>,
    written: u64,
    failed: Option<io::Error>,
    /// The captures by their numbers, and which of them the form names.
    names: Vec<String>,
    shown: u32,
    /// Some go on from others.
    in_parts: bool,
}

impl<W: Write, F: Form> Ordered<W, F> {
    pub(super) fn new(out: W, form: F) -> Self {
        Self {
            out,
            form,
            queue: VecDeque::new(),
            held: 0,
            limit: HELD_BACK,
            spare: Vec::new(),
            written: 0,
            failed: None,
            names: Vec::new(),
            shown: 0,
            in_parts: false,
        }
    }

    #[cfg(test)]
    pub(super) fn with_limit(mut self, limit: usize) -> Self {
        self.limit = limit;
        self
    }

    /// The capture that the next messages are of. Those of the one before are written first where it was read to its end;
    /// where this one goes on from it, heads of both may still come.
    pub(super) fn capture(&mut self, name: &str, goes_on: bool) {
        if !goes_on {
            self.flush_running();
        }
        self.in_parts |= goes_on;
        self.shown = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        self.names.push(name.to_owned());
        self.form.capture(name);
    }

    /// Names the file that a head is in, where a recording is in several.
    fn in_its_file(&mut self, head: &HeadRef<'_>) {
        let number = head.head.at.capture.0;
        if self.in_parts && number != self.shown {
            if let Some(name) = self.names.get(number as usize) {
                self.form.capture(name);
            }
            self.shown = number;
        }
    }

    /// A head is complete.
    pub(super) fn open(&mut self, id: MessageId, head: &HeadRef<'_>, connection: Option<&Connection>) {
        if self.failed.is_some() {
            return;
        }
        self.in_its_file(head);
        let mut bytes = self.spare.pop().unwrap_or_default();
        let opened = self.form.open(&mut bytes, head, connection);
        self.held += bytes.len();
        self.queue.push_back(Waiting { id, bytes, opened, done: false });
        while self.held > self.limit && self.queue.len() > 1 {
            self.write_front();
        }
    }

    /// A message ended; one that is not waiting (any more) is passed over.
    pub(super) fn close(&mut self, id: MessageId, body: &Body) {
        let Ok(index) = self.queue.binary_search_by_key(&id, |waiting| waiting.id) else { return };
        if let Some(waiting) = self.queue.get_mut(index) {
            let before = waiting.bytes.len();
            self.form.close(&mut waiting.bytes, waiting.opened, Some(body));
            waiting.done = true;
            self.held += waiting.bytes.len() - before;
        }
        while self.queue.front().is_some_and(|front| front.done) {
            self.write_front();
        }
    }

    /// A whole message at once, in the order of the calls.
    pub(super) fn whole(&mut self, head: &HeadRef<'_>, connection: Option<&Connection>, body: &Body) {
        if self.failed.is_some() {
            return;
        }
        self.in_its_file(head);
        let mut bytes = self.spare.pop().unwrap_or_default();
        let opened = self.form.open(&mut bytes, head, connection);
        self.form.close(&mut bytes, opened, Some(body));
        self.write(bytes);
    }

    /// How many messages were written.
    pub(super) fn written(&self) -> u64 {
        self.written
    }

    /// Writes what still waits.
    ///
    /// # Errors
    /// The first error of the writer.
    pub(super) fn finish(mut self) -> io::Result<W> {
        self.flush_running();
        match self.failed {
            Some(error) => Err(error),
            None => self.out.flush().map(|()| self.out),
        }
    }

    fn flush_running(&mut self) {
        while !self.queue.is_empty() {
            self.write_front();
        }
    }

    fn write_front(&mut self) {
        let Some(mut front) = self.queue.pop_front() else { return };
        self.held -= front.bytes.len();
        if !front.done {
            self.form.close(&mut front.bytes, front.opened, None);
        }
        self.write(front.bytes);
    }

    fn write(&mut self, mut bytes: Vec<u8>) {
        if self.failed.is_none() {
            // What a closed reader would have read counts as written.
            self.written += 1;
            self.failed = self.out.write_all(&bytes).err();
        }
        if self.spare.len() < 16 && bytes.capacity() < 1 << 16 {
            bytes.clear();
            self.spare.push(bytes);
        }
    }
}
