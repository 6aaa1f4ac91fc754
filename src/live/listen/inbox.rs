//! Requests as the reader tells them, until they are answered.

use std::collections::VecDeque;
use std::time::{Instant, SystemTime};

use super::limits::Room;
use super::request::Request;
use crate::http::{Body, BodyWant, Connection, Exchange, HeadBuf, HeadRef, Layout, MessageId, MessageSink};

/// The requests of one connection that are not answered, in the order in which their heads came.
#[derive(Debug)]
pub(super) struct Inbox {
    pub(super) requests: VecDeque<Request>,
    /// How much of a body is kept; 0 where nobody asks for it.
    keep: usize,
    room: Room,
}

impl Inbox {
    pub(super) fn new(keep: usize, room: Room) -> Self {
        Self { requests: VecDeque::new(), keep, room }
    }

    /// The bytes of its body that may come and are kept.
    fn wanted(&self, head: &HeadRef<'_>) -> usize {
        let length = head.values(b"content-length").next().and_then(|value| std::str::from_utf8(value).ok()?.parse().ok());
        match length {
            Some(length) => self.keep.min(length),
            None if head.head.h2_stream.is_some() || head.values(b"transfer-encoding").next().is_some() => self.keep,
            None => 0,
        }
    }
}

impl MessageSink for Inbox {
    fn head(&mut self, id: MessageId, head: &HeadRef<'_>, _: Option<&HeadRef<'_>>, _: Option<&Connection>) -> BodyWant {
        // Our own responses are read, too, so that the reader knows what is answered.
        if !head.is_request() {
            return BodyWant::NOTHING;
        }
        let share = self.room.take(self.wanted(head));
        let want = BodyWant { keep: share.bytes, sha256: false };
        let mut head = HeadBuf::copy_of(head);
        head.head.layout = Layout::default();
        self.requests.push_back(Request {
            id,
            head,
            body: None,
            at: SystemTime::now(),
            began: Instant::now(),
            due: None,
            continued: false,
            _share: share,
        });
        want
    }

    fn message(&mut self, id: MessageId, body: &Body) {
        if let Some(request) = self.requests.iter_mut().rev().find(|request| request.id == id && request.body.is_none()) {
            request.body = Some(body.clone());
        }
    }

    fn exchange(&mut self, _: &Exchange<'_>) {}
}
