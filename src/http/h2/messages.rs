//! Heads become messages, and messages exchanges: a response answers the request of its stream (RFC 9113 §8.1).

use super::connection::{Connection, Half, Stream};
use super::head::build;
use super::hpack::FieldList;
use super::reader::Here;
use crate::anomaly::AnomalyKind;
use crate::capture::PacketAt;
use crate::http::messages::{shown, size_of_head};
use crate::http::streams::HttpStreams;
use crate::http::tally::Tally;
use crate::http::{
    Body, Exchange, Fidelity, Head, HeadBuf, HeadFlags, HeadRef, Layout, Message, MessageId, MessageKind, MessageSink, Origin,
    Provenance,
};

impl<M: MessageSink> HttpStreams<'_, M> {
    /// Tells a head.
    #[expect(clippy::too_many_arguments, reason = "the place and the parts of a head")]
    pub(super) fn h2_head(
        &mut self,
        here: Here<'_>,
        h2: &mut Connection,
        stream: u32,
        kind: MessageKind,
        list: &FieldList,
        flags: HeadFlags,
        end: bool,
    ) {
        let built = build(list, kind, flags);
        // What is wrong with the coding was said already, with the reason.
        for kind in built.flags.iter().filter(|kind| *kind != AnomalyKind::HpackError) {
            self.anomalies.note(kind, Some(here.at.number), || {
                let line = shown(built.start_line.of(&built.raw));
                match built.why.filter(|_| kind == AnomalyKind::Http2Malformed) {
                    Some(why) => format!("{line}: {why}"),
                    None => line,
                }
            });
        }
        let (capture, packet) = self.places.of(here.at.number);
        let origin = Origin::Packet {
            packet,
            stream: here.flow.number,
            time: here.at.time,
            src: here.flow.src(here.direction),
            dst: here.flow.dst(here.direction),
        };
        let head = Head {
            start: built.start,
            start_line: built.start_line,
            at: Provenance { capture, origin },
            flags: built.flags,
            fidelity: Fidelity::WIRE,
            h2_stream: Some(stream),
            layout: Layout::default(),
        };
        let head = HeadBuf { raw: built.raw, lines: built.lines, head };
        let id = MessageId(self.next);
        self.next = self.next.saturating_add(1);
        self.make_room(here, h2, stream);
        let known = h2.streams.get(&stream);
        let want = match kind {
            MessageKind::Request => {
                self.requests = self.requests.saturating_add(1);
                self.sink.head(id, &head.as_ref(), None, Some(here.said))
            }
            MessageKind::Response => {
                self.responses = self.responses.saturating_add(1);
                let request = known.and_then(|stream| stream.request.as_ref()).map(|request| request.head.as_ref());
                self.sink.head(id, &head.as_ref(), request.as_ref(), Some(here.said))
            }
        };
        let status = head.as_ref().status();
        let tally = Box::new(Tally::new(want, &self.room));
        if status.is_some_and(|status| (100..=199).contains(&status)) {
            // An interim response ends with its head, and belongs to no exchange.
            if end {
                self.framing(here, || "an interim response that ends its stream".to_owned());
            }
            self.sink.message(id, &tally.finish(!head.head.flags.is_cut()));
            return;
        }
        if kind == MessageKind::Response && known.is_none_or(|stream| stream.request.is_none()) {
            let note = || shown(head.as_ref().start_line());
            self.anomalies.note(AnomalyKind::ResponseWithoutRequest, Some(here.at.number), note);
        }
        let full = self.is_full();
        self.held = self.held.saturating_add(size_of_head(&head));
        let length = content_length(&head.as_ref(), kind, known.and_then(|stream| stream.request.as_ref()));
        let doubtful = head.head.flags.is_cut();
        let half = Half { id, head, tally: Some(tally), body: Body::default(), doubtful, length };
        let entry = h2.streams.entry(stream).or_default();
        match kind {
            MessageKind::Request => entry.request = Some(half),
            MessageKind::Response => entry.response = Some(half),
        }
        if end {
            self.half_over(here, h2, stream, kind, true);
        }
        if full && h2.streams.contains_key(&stream) {
            self.limit(here, || "too many messages run; one is told before its end".to_owned());
            self.close_stream(here.said, h2, stream);
        }
    }

    /// Tells the oldest streams as they are, where there are too many.
    fn make_room(&mut self, here: Here<'_>, h2: &mut Connection, stream: u32) {
        while h2.streams.len() >= self.limits.h2.streams && !h2.streams.contains_key(&stream) {
            let Some((&oldest, _)) = h2.streams.first_key_value() else { break };
            self.limit(here, || "too many streams run; the oldest is told before its end".to_owned());
            self.close_stream(here.said, h2, oldest);
        }
    }

    /// A message ended as its frames say.
    pub(super) fn half_over(&mut self, here: Here<'_>, h2: &mut Connection, stream: u32, kind: MessageKind, whole: bool) {
        let place = Some((here.at, "bytes of its stream were lost"));
        self.end_half(place, h2, stream, kind, whole);
        if h2.streams.get(&stream).is_some_and(|stream| stream.is_over()) {
            self.close_stream(here.said, h2, stream);
        }
    }

    /// A message is over, `whole` if nothing of it is missing; otherwise with the place to say so, and why.
    pub(super) fn end_half(
        &mut self,
        place: Option<(PacketAt, &str)>,
        h2: &mut Connection,
        stream: u32,
        kind: MessageKind,
        whole: bool,
    ) {
        let Some(half) = h2.streams.get_mut(&stream).and_then(|stream| stream.half(kind)) else { return };
        let Some(tally) = half.tally.take() else { return };
        let whole = whole && !half.doubtful;
        half.body = tally.finish(whole);
        let length = half.body.length;
        self.sink.message(half.id, &half.body);
        match (place, half.length) {
            (Some((at, why)), _) if !whole && !half.head.head.flags.is_cut() => self.body_incomplete(at, why),
            (Some((at, _)), Some(said)) if whole && said != length => {
                let note = || format!("Content-Length says {said} bytes, and DATA has {length} (RFC 9113 §8.1.1)");
                self.anomalies.note(AnomalyKind::Http2Malformed, Some(at.number), note);
            }
            _ => {}
        }
    }

    /// Tells the exchange of a stream, with what is there of it. Its response may still come, and is told alone then.
    pub(super) fn close_stream(&mut self, said: &crate::http::Connection, h2: &mut Connection, id: u32) {
        let Some(mut stream) = h2.streams.remove(&id) else { return };
        h2.note_closed(id, stream.response.is_none());
        let Stream { request, response } = &mut *stream;
        for half in [&mut *request, &mut *response].into_iter().flatten() {
            if let Some(tally) = half.tally.take() {
                half.body = tally.running();
                self.sink.message(half.id, &half.body);
            }
            self.held = self.held.saturating_sub(size_of_head(&half.head));
        }
        let message = |half: &'_ Option<Half>| half.is_some();
        if message(request) || message(response) {
            let request = request.as_ref().map(|half| Message { head: half.head.as_ref(), body: &half.body });
            let response = response.as_ref().map(|half| Message { head: half.head.as_ref(), body: &half.body });
            self.sink.exchange(&Exchange { request, response, connection: Some(said) });
        }
    }
}

/// The length that a message says its body has; `None` where it has none whatever it says.
fn content_length(head: &HeadRef<'_>, kind: MessageKind, request: Option<&Half>) -> Option<u64> {
    let without = kind == MessageKind::Response
        && (head.status() == Some(304) || request.is_none_or(|request| request.head.as_ref().method() == Some(b"HEAD")));
    let value = head.values(b"content-length").next().filter(|_| !without)?;
    std::str::from_utf8(value).ok()?.parse().ok()
}
