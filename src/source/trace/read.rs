//! The messages of a trace, told to a sink.

use super::draft::{Draft, Drafting};
use super::event::{self, events};
use crate::anomaly::AnomalyKind;
use crate::http::{CaptureId, Fidelity, HeadBuf, Limits, MessageSink, Origin, Provenance, parse_head};
use crate::secret;
use crate::source::shown::{Announced, Shown};
use crate::source::teller::{Asked, Carried, Content, Teller};
use crate::source::text::{is_of_frames, without_left_away};
use crate::source::{Summary, Undecoded, dots};

/// Whether a text is a trace.
pub(in crate::source) fn is_trace(text: &[u8]) -> bool {
    event::begins(text)
}

/// Tells the sink of the messages of a trace.
pub(in crate::source) fn read<S: MessageSink>(text: &[u8], limits: Limits, capture: CaptureId, sink: &mut S) -> Summary {
    let mut drafting = Drafting::default();
    let beside = events(text, |event| drafting.hear(event));
    let Drafting { drafts, astray, .. } = drafting;
    let mut teller = Teller::new(limits, sink);
    // What was told of each draft that is a request, and its method.
    let mut asked: Vec<Option<(Asked, Vec<u8>)>> = Vec::with_capacity(drafts.len());
    for draft in drafts {
        let place = format!("line {}", draft.line);
        let request = draft.asked.and_then(|at| asked.get(at)?.as_ref());
        let head = head(&draft, capture);
        let method = head.as_ref().method().map(<[u8]>::to_vec);
        if draft.data_cut && !(draft.data.is_empty() && draft.request) {
            teller.summary.anomalies.note(AnomalyKind::BodyIncomplete, None, || {
                format!("{place}: the trace does not show the whole body, or not whose it is")
            });
        }
        match method {
            Some(method) => {
                let carried = carried(draft, &head, None);
                asked.push(Some((teller.request(&place, head, carried), method)));
            }
            None => {
                let method = request.map(|(_, method)| method.as_slice());
                if let Some(content) = behind(&draft, &head, method) {
                    let received = draft.data.len() as u64;
                    teller.summary.undecoded.push(Undecoded { content, flows: 1, received, ..Undecoded::default() });
                }
                let unclear = draft.tangled && request.is_none();
                let carried = carried(draft, &head, method);
                let place = if unclear {
                    format!("{place}: transfers run at once; `--trace-ids` says which request this answers")
                } else {
                    place
                };
                teller.response(&place, request.map(|(asked, _)| *asked), &head, carried);
                asked.push(None);
            }
        }
    }
    let mut summary = teller.end();
    if let Some((count, line)) = astray {
        summary.anomalies.note_many(AnomalyKind::TextIgnored, count, None, || {
            format!("line {line}: the message that this block goes on with is not in the trace")
        });
    }
    if let Some((line, shown)) = beside.first {
        summary.anomalies.note_many(AnomalyKind::TextIgnored, beside.count, None, || {
            let shown = String::from_utf8_lossy(shown.trim_ascii());
            let shown: String = secret::mask_line(&shown).chars().take(60).collect();
            format!("line {line}: `{shown}`")
        });
    }
    summary
}

fn head(draft: &Draft, capture: CaptureId) -> HeadBuf {
    let at = Provenance { capture, origin: Origin::Line(draft.line) };
    let frames = is_of_frames(&draft.head) || draft.head.starts_with(b"HTTP/2") || draft.head.starts_with(b"HTTP/3");
    let fidelity = match (frames, draft.dotted) {
        (true, _) if draft.request => Fidelity::CURL_FRAMES,
        (true, _) | (false, true) => Fidelity::CURL,
        (false, false) => Fidelity::WIRE,
    };
    let sent = (frames && draft.request).then(|| without_left_away(&draft.head));
    let bytes = sent.as_deref().unwrap_or(&draft.head);
    let masked = if draft.dotted { dots::masked_head(bytes) } else { None };
    let mut head = parse_head(masked.as_deref().unwrap_or(bytes), at, fidelity);
    if draft.head_cut || !(bytes.ends_with(b"\r\n\r\n") || bytes.ends_with(b"\n\n")) {
        head.head.flags.insert(AnomalyKind::HeadIncomplete);
    }
    head
}

/// What stands behind a response in place of a body: another protocol.
fn behind(draft: &Draft, head: &HeadBuf, method: Option<&[u8]>) -> Option<&'static str> {
    let status = head.as_ref().status()?;
    match (status, method) {
        _ if draft.data.is_empty() => None,
        (101, _) => Some("upgraded"),
        (200..300, Some(b"CONNECT")) => Some("CONNECT tunnel"),
        _ => None,
    }
}

/// What is shown of a message's body.
fn carried(draft: Draft, head: &HeadBuf, method: Option<&[u8]>) -> Carried {
    let Draft { data, data_cut, dotted, ended, request, .. } = draft;
    let announced = Announced::by(&head.raw);
    let frames = matches!(head.as_ref().version(), b"HTTP/2" | b"HTTP/3");
    let tunnel = method == Some(b"CONNECT") && matches!(announced.status, Some(200..300));
    let none = match announced.status {
        Some(status) => announced.none() || method == Some(b"HEAD") || tunnel || status == 101,
        None => announced.none() && data.is_empty(),
    };
    let content = if none {
        Content::Shown(Shown::Whole(Vec::new()))
    } else if data_cut {
        Content::Shown(if data.is_empty() { Shown::Nothing } else { Shown::Part(data) })
    } else if frames {
        let whole = announced.length.map_or(request || ended, |length| length == data.len() as u64);
        Content::Shown(if whole { Shown::Whole(data) } else { Shown::Part(data) })
    } else if request || announced.chunked || announced.length.is_some() {
        Content::Framed(data)
    } else {
        // Until its connection ends (RFC 9112 §6.3).
        Content::Shown(if ended { Shown::Whole(data) } else { Shown::Part(data) })
    };
    Carried { content, dotted }
}
