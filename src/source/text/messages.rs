//! The messages of a text, told to a sink: heads parsed as those of packets are, responses beside their requests.

use std::collections::VecDeque;

use super::group::{Place, pairs};
use super::piece::{Item, Piece, Speaker};
use super::split::{Ignored, split};
use crate::anomaly::{Anomalies, AnomalyKind};
use crate::http::{Body, CaptureId, Exchange, HeadBuf, Message, MessageId, MessageSink, Origin, Provenance, parse_head};
use crate::secret;
use crate::source::Summary;
use crate::source::shown::{Announced, Shown, body};

/// How many messages may wait for the end of their group; the oldest requests are told without a response when there are
/// more.
const MOST_UNANSWERED: usize = 4096;

/// A request that waits for the end of its group.
struct Request {
    head: HeadBuf,
    body: Body,
    place: Place,
}

impl Request {
    fn message(&self) -> Message<'_> {
        Message { head: self.head.as_ref(), body: &self.body }
    }
}

/// A response that waits for it, not yet told.
struct Response {
    line: u32,
    head: HeadBuf,
    body: Shown,
    place: Place,
}

/// Tells a sink of the messages of a text.
struct Telling<'s, S> {
    sink: &'s mut S,
    capture: CaptureId,
    summary: Summary,
    next: u64,
    requests: VecDeque<Request>,
    responses: Vec<Response>,
}

/// Tells the sink of every message of a text.
pub(in crate::source) fn read<S: MessageSink>(text: &[u8], capture: CaptureId, sink: &mut S) -> Summary {
    let (requests, responses) = (VecDeque::new(), Vec::new());
    let mut telling = Telling { sink, capture, summary: Summary::default(), next: 0, requests, responses };
    let mut items = split(text);
    for item in items.by_ref() {
        match item {
            Item::Message(piece) => telling.message(piece),
            Item::Over => telling.end_group(),
        }
    }
    telling.end_group();
    let mut summary = telling.summary;
    note_ignored(items.ignored(), &mut summary.anomalies);
    summary
}

impl<S: MessageSink> Telling<'_, S> {
    fn message(&mut self, piece: Piece) {
        if let Some(why) = &piece.lost {
            self.summary.anomalies.note(AnomalyKind::BodyIncomplete, None, || format!("line {}: {why}", piece.line));
        }
        let at = Provenance { capture: self.capture, origin: Origin::Line(piece.line) };
        let head = parse(&piece, at, &mut self.summary.anomalies);
        let place = Place { speaker: piece.speaker, interim: Announced::by(&piece.head).interim };
        let speaker = self.requests.back().map(|request| request.place.speaker);
        let speaker = speaker.or(self.responses.last().map(|response| response.place.speaker));
        let other = speaker.is_some_and(|known| is_curl(known) != is_curl(place.speaker));
        if head.as_ref().is_request() {
            if other || !self.responses.is_empty() {
                self.end_group();
            }
            self.summary.requests += 1;
            self.request(head, piece.body, place);
        } else {
            if other || self.responses.len() >= MOST_UNANSWERED {
                self.end_group();
            }
            self.summary.responses += 1;
            self.responses.push(Response { line: piece.line, head, body: piece.body, place });
        }
    }

    fn request(&mut self, head: HeadBuf, shown: Shown, place: Place) {
        let id = self.id();
        let want = self.sink.head(id, &head.as_ref(), None, None);
        let body = body(shown, want);
        self.sink.message(id, &body);
        self.requests.push_back(Request { head, body, place });
        if self.requests.len() > MOST_UNANSWERED
            && let Some(oldest) = self.requests.pop_front()
        {
            self.summary.anomalies.note(AnomalyKind::PipelineLimit, None, || {
                format!("more than {MOST_UNANSWERED} requests of this text follow each other")
            });
            self.sink.exchange(&Exchange { request: Some(oldest.message()), response: None, connection: None });
        }
    }

    /// No more responses answer the requests so far: the responses are told, and then who was not answered.
    fn end_group(&mut self) {
        let requests = std::mem::take(&mut self.requests);
        let responses = std::mem::take(&mut self.responses);
        let asked: Vec<Place> = requests.iter().map(|request| request.place).collect();
        let answers: Vec<Place> = responses.iter().map(|response| response.place).collect();
        let pairs = pairs(&asked, &answers);
        let mut answered = vec![false; requests.len()];
        for (response, pair) in responses.into_iter().zip(pairs) {
            let request = pair.and_then(|at| requests.get(at));
            if request.is_none() && !requests.is_empty() {
                self.summary.anomalies.note(AnomalyKind::ResponseWithoutRequest, None, || unclear(&response, requests.len()));
            }
            let id = self.id();
            let want = self.sink.head(id, &response.head.as_ref(), request.map(|request| request.head.as_ref()).as_ref(), None);
            let body = body(response.body, want);
            self.sink.message(id, &body);
            if response.place.interim {
                continue;
            }
            if let Some(answered) = pair.and_then(|at| answered.get_mut(at)) {
                *answered = true;
            }
            let response = Message { head: response.head.as_ref(), body: &body };
            self.sink.exchange(&Exchange { request: request.map(Request::message), response: Some(response), connection: None });
        }
        for (request, _) in requests.iter().zip(answered).filter(|(_, answered)| !answered) {
            self.sink.exchange(&Exchange { request: Some(request.message()), response: None, connection: None });
        }
    }

    fn id(&mut self) -> MessageId {
        self.next += 1;
        MessageId(self.next - 1)
    }
}

fn is_curl(speaker: Speaker) -> bool {
    matches!(speaker, Speaker::Curl(_))
}

/// Why nobody can say which request a response answers.
fn unclear(response: &Response, requests: usize) -> String {
    let line = response.line;
    match response.place.speaker {
        Speaker::Curl(None) if requests > 1 => {
            format!("line {line}: {requests} requests of curl run at once; `--trace-ids` says which this response answers")
        }
        _ => format!("line {line}: the text does not show which request this response answers; put it right behind that request"),
    }
}

/// The head of a message, with what is odd about it noted.
fn parse(piece: &Piece, at: Provenance, anomalies: &mut Anomalies) -> HeadBuf {
    let mut head = parse_head(&piece.head, at, piece.fidelity);
    if !piece.head.ends_with(b"\r\n\r\n") {
        head.head.flags.insert(AnomalyKind::HeadIncomplete);
    }
    for kind in head.head.flags.iter() {
        anomalies.note(kind, None, || {
            let start_line = String::from_utf8_lossy(head.as_ref().start_line());
            let shown: String = secret::mask_target(&start_line).chars().take(200).collect();
            format!("line {}: `{shown}`", piece.line)
        });
    }
    head
}

fn note_ignored(ignored: Ignored, anomalies: &mut Anomalies) {
    if let Some((line, shown)) = ignored.first {
        anomalies.note_many(AnomalyKind::TextIgnored, ignored.count, None, || format!("line {line}: `{shown}`"));
    }
}
