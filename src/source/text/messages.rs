//! The messages of a text, told to a sink: heads parsed as those of packets are, responses beside their requests.

use std::collections::VecDeque;

use sha2::{Digest, Sha256};

use super::split::{Ignored, Piece, split};
use crate::anomaly::{Anomalies, AnomalyKind};
use crate::http::{
    Body, BodyWant, CaptureId, Exchange, Fidelity, HeadBuf, Message, MessageId, MessageSink, Origin, Provenance, parse_head,
};
use crate::secret;
use crate::source::Summary;

/// How many requests may wait for their response; the oldest is told without one when there are more.
const MOST_UNANSWERED: usize = 4096;

/// A message that waits for the end of its exchange.
struct Held {
    head: HeadBuf,
    body: Body,
}

impl Held {
    fn message(&self) -> Message<'_> {
        Message { head: self.head.as_ref(), body: &self.body }
    }
}

/// Tells the sink of every message of a text. A response answers the last request before it that has none.
pub(in crate::source) fn read<S: MessageSink>(text: &[u8], capture: CaptureId, sink: &mut S) -> Summary {
    let mut summary = Summary::default();
    let mut unanswered: VecDeque<Held> = VecDeque::new();
    let mut pieces = split(text);
    for (id, piece) in (0..).map(MessageId).zip(pieces.by_ref()) {
        let at = Provenance { capture, origin: Origin::Line(piece.line) };
        let head = parse(&piece, at, &mut summary.anomalies);
        let status = head.as_ref().status();
        let answered = if status.is_some() { unanswered.back().map(|held| held.head.as_ref()) } else { None };
        let want = sink.head(id, &head.as_ref(), answered.as_ref());
        let held = Held { head, body: body(piece.body, want) };
        sink.message(id, &held.body);
        match status {
            None => {
                summary.requests += 1;
                unanswered.push_back(held);
                if unanswered.len() > MOST_UNANSWERED
                    && let Some(oldest) = unanswered.pop_front()
                {
                    summary.anomalies.note(AnomalyKind::PipelineLimit, None, || {
                        format!("more than {MOST_UNANSWERED} requests of this text have no response")
                    });
                    sink.exchange(&Exchange { request: Some(oldest.message()), response: None });
                }
            }
            Some(status) => {
                summary.responses += 1;
                // Interim responses belong to no exchange; 101 is final (RFC 9110 §15.2).
                if status == 101 || !(100..200).contains(&status) {
                    let request = unanswered.pop_back();
                    sink.exchange(&Exchange { request: request.as_ref().map(Held::message), response: Some(held.message()) });
                }
            }
        }
    }
    for request in &unanswered {
        sink.exchange(&Exchange { request: Some(request.message()), response: None });
    }
    note_ignored(pieces.ignored(), &mut summary.anomalies);
    summary
}

/// The head of a message, with what is odd about it noted.
fn parse(piece: &Piece, at: Provenance, anomalies: &mut Anomalies) -> HeadBuf {
    let head = parse_head(&piece.head, at, Fidelity::TEXT);
    for kind in head.head.flags.iter() {
        anomalies.note(kind, None, || {
            let start_line = String::from_utf8_lossy(head.as_ref().start_line());
            let shown: String = secret::mask_target(&start_line).chars().take(200).collect();
            format!("line {}: `{shown}`", piece.line)
        });
    }
    head
}

/// The body as it is wanted. It is complete: nothing but the text says how long it is.
fn body(mut bytes: Vec<u8>, want: BodyWant) -> Body {
    let length = bytes.len() as u64;
    let sha256 = want.sha256.then(|| Sha256::digest(&bytes).into());
    bytes.truncate(want.keep);
    Body { length, complete: Some(true), kept: (want.keep > 0).then(|| bytes.into()), sha256, ..Body::default() }
}

fn note_ignored(ignored: Ignored, anomalies: &mut Anomalies) {
    if let Some((line, shown)) = ignored.first {
        anomalies.note_many(AnomalyKind::TextIgnored, ignored.count, None, || format!("line {line}: `{shown}`"));
    }
}
