//! A log as a whole: what a sink is told of each request.

use super::entries::{Entry, Log, lines, log};
use super::gathering::{Gathering, Ignored, MOST_OPEN};
use super::line::uuid;
use super::message::{Exchange as Noted, Written, client, endpoint};
use super::order::put_in_order;
use super::record::Record;
use crate::anomaly::AnomalyKind;
use crate::http::{
    Body, CaptureId, Exchange, Fidelity, HeadBuf, Message, MessageId, MessageSink, Origin, Provenance, parse_head,
};
use crate::source::Summary;
use crate::source::shown::body;

/// Tells the sink of the messages of a log: of each request those of the client and, between them, those of endpoints. `None`
/// where the text is no such log.
pub(in crate::source) fn read<S: MessageSink>(text: &[u8], capture: CaptureId, sink: &mut S) -> Option<Summary> {
    let log = log(text)?;
    let mut telling = Telling { sink, capture, summary: Summary::default(), next: 0 };
    let mut gathering = Gathering::default();
    match log {
        Log::Lines(text) => lines(text).for_each(|entry| telling.entry(&mut gathering, entry)),
        Log::Parts { mut entries, others, event, broken } => {
            put_in_order(&mut entries);
            entries.into_iter().for_each(|entry| telling.entry(&mut gathering, entry));
            if let (count @ 1.., line) = others {
                let why = || match event {
                    Some(line) => format!("line {line} holds a Lambda event; give the two in two files"),
                    None => format!("line {line}: a message that is none of an execution log"),
                };
                telling.summary.anomalies.note_many(AnomalyKind::TextIgnored, count, None, why);
            }
            if broken {
                let why =
                    || "the JSON of the log ends too early or is broken; what stands behind that place is not read".to_owned();
                telling.summary.anomalies.note(AnomalyKind::EntryUnreadable, None, why);
            }
        }
    }
    while let Some(record) = gathering.next() {
        telling.record(&record);
    }
    let mut summary = telling.summary;
    let Gathering { ignored: Ignored { count, first }, unfinished, .. } = gathering;
    if let Some((line, shown)) = first {
        summary.anomalies.note_many(AnomalyKind::TextIgnored, count, None, || format!("line {line}: `{shown}`"));
    }
    if unfinished > 0 {
        let why = || format!("more than {MOST_OPEN} requests of this log are open at once");
        summary.anomalies.note_many(AnomalyKind::PipelineLimit, unfinished, None, why);
    }
    Some(summary)
}
/// Whose message it is.
#[derive(Debug, Clone, Copy)]
struct Side {
    request: Option<[u8; 16]>,
    endpoint: bool,
}

/// A message that was told.
struct Told {
    head: HeadBuf,
    body: Body,
}

impl Told {
    fn message(&self) -> Message<'_> {
        Message { head: self.head.as_ref(), body: &self.body }
    }
}

struct Telling<'s, S> {
    sink: &'s mut S,
    capture: CaptureId,
    summary: Summary,
    next: u64,
}

impl<S: MessageSink> Telling<'_, S> {
    fn entry<'t>(&mut self, gathering: &mut Gathering<'t>, entry: Entry<'t>) {
        gathering.take(entry);
        while let Some(record) = gathering.surplus() {
            self.record(&record);
        }
    }

    /// The messages of a request, in the order in which they were sent.
    fn record(&mut self, record: &Record<'_>) {
        let request = uuid(&record.id);
        let Noted { request: asked, response: answer } = client(record);
        let asked = asked.map(|asked| self.tell(asked, Side { request, endpoint: false }, None));
        for call in &record.calls {
            let Noted { request: called, response: answer } = endpoint(call);
            let side = Side { request, endpoint: true };
            let called = called.map(|called| self.tell(called, side, None));
            let answer = answer.map(|answer| self.tell(answer, side, called.as_ref()));
            self.exchange(called.as_ref(), answer.as_ref());
        }
        let answer = answer.map(|answer| self.tell(answer, Side { request, endpoint: false }, asked.as_ref()));
        self.exchange(asked.as_ref(), answer.as_ref());
    }

    fn tell(&mut self, written: Written, side: Side, request: Option<&Told>) -> Told {
        let head = self.head(&written, side);
        let id = MessageId(self.next);
        self.next += 1;
        let want = self.sink.head(id, &head.as_ref(), request.map(|request| request.head.as_ref()).as_ref(), None);
        let body = body(written.body, want);
        self.sink.message(id, &body);
        match head.as_ref().is_request() {
            true => self.summary.requests += 1,
            false => self.summary.responses += 1,
        }
        Told { head, body }
    }

    /// The head of a message, with what is odd about it noted.
    fn head(&mut self, written: &Written, side: Side) -> HeadBuf {
        let Written { place, cut, unclear, why, .. } = written;
        let origin = Origin::Log { line: place.line, time: place.time, request: side.request, endpoint: side.endpoint };
        let mut head = parse_head(&written.head, Provenance { capture: self.capture, origin }, Fidelity::LOG);
        if *cut {
            head.head.flags.insert(AnomalyKind::HeadIncomplete);
        }
        let line = place.line;
        for kind in head.head.flags.iter() {
            self.summary.anomalies.note(kind, None, || match kind {
                AnomalyKind::HeadIncomplete => format!("line {line}: the log does not hold all fields that it had"),
                _ => format!("line {line}"),
            });
        }
        if let Some(why) = why {
            self.summary.anomalies.note_many(AnomalyKind::FieldsUnclear, *unclear as u64, None, || format!("line {line}: {why}"));
        }
        head
    }

    fn exchange(&mut self, request: Option<&Told>, response: Option<&Told>) {
        if request.is_some() || response.is_some() {
            let (request, response) = (request.map(Told::message), response.map(Told::message));
            self.sink.exchange(&Exchange { request, response, connection: None });
        }
    }
}
