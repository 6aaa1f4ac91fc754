//! Requests that wait for their response.

use std::collections::VecDeque;

use super::packed::Packed;
use super::{Body, MessageId};

/// The requests of a connection that wait, in their order. Nearly always there is one at most, which needs no queue.
#[derive(Debug, Default)]
pub(super) struct Queue {
    first: Option<Box<Waiting>>,
    /// Those behind it; empty without it.
    #[expect(clippy::box_collection, reason = "nearly always absent, and a quarter as large then")]
    rest: Option<Box<VecDeque<Box<Waiting>>>>,
}

impl Queue {
    pub(super) fn len(&self) -> usize {
        let rest = self.rest.as_ref().map_or(0, |rest| rest.len());
        rest.saturating_add(usize::from(self.first.is_some()))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.first.is_none()
    }

    pub(super) fn front(&self) -> Option<&Waiting> {
        self.first.as_deref()
    }

    pub(super) fn front_mut(&mut self) -> Option<&mut Waiting> {
        self.first.as_deref_mut()
    }

    pub(super) fn back_mut(&mut self) -> Option<&mut Waiting> {
        match self.rest.as_mut().and_then(|rest| rest.back_mut()) {
            Some(last) => Some(last),
            None => self.first.as_deref_mut(),
        }
    }

    /// The request with this number, looked for from the last one on.
    pub(super) fn find(&mut self, id: MessageId) -> Option<&mut Waiting> {
        let rest = self.rest.iter_mut().flat_map(|rest| rest.iter_mut().rev());
        rest.chain(&mut self.first).map(|waiting| &mut **waiting).find(|waiting| waiting.id == id)
    }

    pub(super) fn push_back(&mut self, waiting: Box<Waiting>) {
        if self.first.is_none() {
            self.first = Some(waiting);
        } else {
            self.rest.get_or_insert_default().push_back(waiting);
        }
    }

    pub(super) fn pop_front(&mut self) -> Option<Box<Waiting>> {
        let next = self.rest.as_mut().and_then(|rest| rest.pop_front());
        if next.is_none() {
            self.rest = None;
        }
        std::mem::replace(&mut self.first, next)
    }
}

/// A request that waits for its response.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) id: MessageId,
    pub(super) head: Packed,
    /// The place of its body; most have none, and need no place.
    body: Option<Box<Body>>,
    /// Its body is in its place.
    bodied: bool,
    /// Its body ended.
    pub(super) over: bool,
    /// Its response, which ended before its body.
    pub(super) answer: Option<Box<(Packed, Body)>>,
}

static NO_BODY: Body = Body::NONE;

impl Waiting {
    /// A request whose body runs.
    pub(super) fn new(id: MessageId, head: Packed) -> Self {
        Self { id, head, body: None, bodied: false, over: false, answer: None }
    }

    /// Its body, where that ended.
    pub(super) fn body(&self) -> &Body {
        self.body.as_deref().filter(|_| self.bodied).unwrap_or(&NO_BODY)
    }

    /// Its body ended.
    pub(super) fn end(&mut self, body: Body) {
        self.bodied = !body.is_none();
        match &mut self.body {
            _ if !self.bodied => {}
            Some(place) => **place = body,
            None => self.body = Some(Box::new(body)),
        }
        self.over = true;
    }

    /// Makes it ready for another request, keeping the space.
    pub(super) fn clear(&mut self) {
        if let Some(place) = self.body.as_mut().filter(|_| self.bodied) {
            // What it kept of a body takes room that others need.
            **place = Body::default();
        }
        self.bodied = false;
        self.over = false;
        self.answer = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::packed::Packer;
    use crate::http::{CaptureId, Fidelity, Origin, Provenance, parse_head};

    fn waiting(number: u64) -> Box<Waiting> {
        let at = Provenance { capture: CaptureId(0), origin: Origin::Line(1) };
        let head = parse_head(b"GET / HTTP/1.1\r\n\r\n", at, Fidelity::TEXT);
        Box::new(Waiting::new(MessageId(number), Packer::default().pack(&head.as_ref())))
    }

    #[test]
    fn requests_come_out_in_their_order() {
        let mut queue = Queue::default();
        assert!(queue.is_empty() && queue.pop_front().is_none() && queue.back_mut().is_none());
        let mut model = VecDeque::new();
        let mut number = 0;
        for (pushed, popped) in [(1, 1), (3, 1), (2, 4), (1, 0), (2, 9)] {
            for _ in 0..pushed {
                queue.push_back(waiting(number));
                model.push_back(number);
                number += 1;
                assert_eq!(queue.back_mut().map(|last| last.id.0), model.back().copied());
            }
            for number in &model {
                assert_eq!(queue.find(MessageId(*number)).map(|found| found.id.0), Some(*number));
            }
            assert!(queue.find(MessageId(1000)).is_none());
            for _ in 0..popped {
                assert_eq!(queue.front().map(|first| first.id.0), model.front().copied());
                assert_eq!(queue.pop_front().map(|first| first.id.0), model.pop_front());
                assert_eq!((queue.len(), queue.is_empty()), (model.len(), model.is_empty()));
            }
        }
    }
}
