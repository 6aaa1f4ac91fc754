//! The messages that a log says something of: heads as HTTP/1 writes them, with `…` for what it does not say.

use std::collections::HashSet;

use super::fields::{Fields, UNKNOWN, fields, truncated};
use super::record::{Call, Note, Place, Record};
use crate::source::shown::{Announced, Shown, push};
use crate::source::url;

/// A message of a log.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) place: Place,
    /// With CRLF line ends and the empty line.
    pub(super) head: Vec<u8>,
    pub(super) body: Shown,
    /// Fields are cut off, or cannot be written.
    pub(super) cut: bool,
    /// How many borders between fields are not certain.
    pub(super) unclear: usize,
    /// The first of them, in words.
    pub(super) why: Option<String>,
}

/// A request, and its response; either may not be in the log.
#[derive(Debug)]
pub(super) struct Exchange {
    pub(super) request: Option<Written>,
    pub(super) response: Option<Written>,
}

/// What the client sends API Gateway, and gets.
pub(super) fn client(record: &Record<'_>) -> Exchange {
    let method = record.method.as_deref().filter(|method| is_token(method));
    let request = record.request.place.map(|place| {
        let query = record.query.as_deref().map(fields);
        let target = target(&record.path, query.as_ref());
        let mut written = request(place, method, &target, &record.request, None);
        if let Some(query) = query {
            written.unclear += query.unclear;
            written.why = written.why.or(query.why);
        }
        written
    });
    let answer = record.answer.as_ref();
    let place = record.response.place.or_else(|| answer.map(|answer| Place { line: answer.line, time: None }));
    let response = place.map(|place| {
        let status = record.status.or(answer.and_then(|answer| answer.status));
        let noted = match answer.and_then(|answer| answer.fields.as_ref()) {
            Some(lines) => {
                let disagree = answer.map(|answer| answer.disagree.as_slice()).unwrap_or_default();
                Fields { cut: answer.is_some_and(|answer| answer.cut), ..of_answer(lines, disagree) }
            }
            None => noted(&record.response),
        };
        let body = match answer.and_then(|answer| answer.body.as_deref()) {
            Some(body) => Shown::Whole(body.as_bytes().to_vec()),
            None => shown(&record.response),
        };
        response(place, status, noted, body, method == Some(b"HEAD"))
    });
    Exchange { request, response }
}

/// What API Gateway sends its endpoint, and is answered. The log does not say with which method.
pub(super) fn endpoint(call: &Call) -> Exchange {
    let (uri, is_cut) = call.uri.as_deref().map_or((None, false), |uri| {
        let (uri, is_cut) = truncated(uri);
        (std::str::from_utf8(uri).ok().and_then(url::split), is_cut)
    });
    let target = uri.map(|uri| uri.request_target("")).filter(|target| target.bytes().all(|byte| byte > b' ' && byte != 0x7f));
    let mut target = target.unwrap_or_else(|| UNKNOWN.to_owned());
    if is_cut && target != UNKNOWN {
        // Of a query the last value is open, and more may follow.
        target.push_str(UNKNOWN);
        target.push_str(if target.contains('?') { "&…" } else { "?…" });
    }
    let host = uri.map(|uri| uri.authority).filter(|_| !is_cut);
    let request = call.request.place.map(|place| request(place, None, target.as_bytes(), &call.request, host));
    let response =
        call.response.place.map(|place| response(place, call.status, noted(&call.response), shown(&call.response), false));
    Exchange { request, response }
}

fn request(place: Place, method: Option<&[u8]>, target: &[u8], note: &Note, host: Option<&str>) -> Written {
    let mut noted = noted(note);
    // Where nothing else is said, Host names what the URI does (RFC 9110 §7.2).
    let whole = note.fields.is_some() && !noted.cut && noted.unclear == 0;
    let has_host = noted.lines.iter().any(|(name, _)| name.eq_ignore_ascii_case(b"host"));
    if let Some(host) = host.filter(|_| whole && !has_host) {
        noted.lines.insert(0, (b"Host".to_vec(), host.as_bytes().to_vec()));
    }
    let start = [method.unwrap_or(UNKNOWN.as_bytes()), b" ", target, b" HTTP/", UNKNOWN.as_bytes()].concat();
    write(place, &start, noted, |_| shown(note))
}

fn response(place: Place, status: Option<u16>, noted: Fields, body: Shown, asked_for_head: bool) -> Written {
    let status = status.map_or_else(|| UNKNOWN.to_owned(), |status| status.to_string());
    let start = format!("HTTP/{UNKNOWN} {status} {UNKNOWN}");
    let none = |head: &[u8]| asked_for_head || Announced::by(head).none();
    write(place, start.as_bytes(), noted, |head| if none(head) { Shown::Whole(Vec::new()) } else { body })
}

fn write(place: Place, start: &[u8], noted: Fields, body: impl FnOnce(&[u8]) -> Shown) -> Written {
    let mut head = Vec::new();
    push(&mut head, start);
    let mut cut = noted.cut;
    for (name, value) in &noted.lines {
        let plain = is_token(name) && value.iter().all(|byte| *byte == b'\t' || !byte.is_ascii_control());
        if plain {
            push(&mut head, &[name.as_slice(), b": ", value].concat());
        }
        cut |= !plain;
    }
    push(&mut head, b"");
    let body = body(&head);
    Written { place, head, body, cut, unclear: noted.unclear, why: noted.why }
}

/// The fields of a message. Where the log has none of them, nothing is known of them.
fn noted(note: &Note) -> Fields {
    note.fields.as_deref().map_or_else(Fields::default, fields)
}

/// The fields of an answer, which are certain but for those of which it says two things.
fn of_answer(lines: &[(String, String)], disagree: &[String]) -> Fields {
    let odd: HashSet<String> = disagree.iter().map(|name| name.to_ascii_lowercase()).collect();
    let is_odd = |name: &str| odd.contains(&name.to_ascii_lowercase());
    let line = |(name, value): &(String, String)| (name.as_bytes().to_vec(), value.as_bytes().to_vec());
    let mut found = Fields { lines: lines.iter().filter(|(name, _)| !is_odd(name)).map(line).collect(), ..Fields::default() };
    found.lines.extend(disagree.iter().map(|name| (name.as_bytes().to_vec(), UNKNOWN.as_bytes().to_vec())));
    found.unclear = disagree.len();
    found.why = disagree
        .first()
        .map(|name| format!("`headers` and `multiValueHeaders` disagree on `{}`", name.chars().take(80).collect::<String>()));
    found
}

/// What is shown of a body. Behind a message of CloudWatch an export adds a line end, which may be the body's own; behind a line
/// of a text people leave some.
fn shown(note: &Note) -> Shown {
    let Some(body) = note.body.as_deref() else { return Shown::Nothing };
    let (body, is_cut) = truncated(body);
    if is_cut {
        return Shown::Part(body.to_vec());
    }
    let trimmed = body.trim_ascii_end();
    let one = body.strip_suffix(b"\n").map_or(body, |body| body.strip_suffix(b"\r").unwrap_or(body));
    match (trimmed, note.exact) {
        (b"(null)" | b"[Binary Data]", _) => Shown::Nothing,
        (_, true) if one.len() < body.len() && one != trimmed => Shown::Part(trimmed.to_vec()),
        (_, true) => Shown::Whole(one.to_vec()),
        (_, false) => {
            let behind = body.get(trimmed.len()..).unwrap_or_default();
            let is_open = !trimmed.is_empty() && !behind.iter().all(|byte| matches!(byte, b'\r' | b'\n'));
            if is_open { Shown::Part(trimmed.to_vec()) } else { Shown::Whole(trimmed.to_vec()) }
        }
    }
}

/// Path and query of the client's request. The log has neither the stage, nor what a custom domain puts before the path, and
/// of the query the parameters, decoded and without order.
fn target(path: &[u8], query: Option<&Fields>) -> Vec<u8> {
    let mut target = UNKNOWN.as_bytes().to_vec();
    // What is coded in a target may be decoded here, or not.
    if path.starts_with(b"/") && path.iter().all(|byte| is_unreserved(*byte) || b"/!$&'()*+,;=:@".contains(byte)) {
        target.extend(path);
    }
    let Some(query) = query else {
        target.extend(["?", UNKNOWN].concat().as_bytes());
        return target;
    };
    if query.lines.is_empty() && !query.cut {
        return target;
    }
    let mut separator = b'?';
    let mut plain = query.lines.len() == 1 && !query.cut && query.unclear == 0;
    for (name, value) in &query.lines {
        target.push(separator);
        plain &= name.iter().chain(value).all(|byte| is_unreserved(*byte));
        coded(name, &mut target);
        target.push(b'=');
        let (value, open) = match value.strip_suffix(UNKNOWN.as_bytes()) {
            Some(value) => (value, true),
            None => (value.as_slice(), false),
        };
        coded(value, &mut target);
        if open {
            target.extend(UNKNOWN.as_bytes());
        }
        separator = b'&';
    }
    if !plain {
        target.push(separator);
        target.extend(UNKNOWN.as_bytes());
    }
    target
}

/// Adds a text percent-coded (RFC 3986 §2.1).
fn coded(text: &[u8], target: &mut Vec<u8>) {
    for byte in text {
        match is_unreserved(*byte) {
            true => target.push(*byte),
            false => target.extend(format!("%{byte:02X}").bytes()),
        }
    }
}

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

/// A token (RFC 9110 §5.6.2).
fn is_token(word: &[u8]) -> bool {
    !word.is_empty() && word.iter().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_say_what_is_known() {
        for (path, query, expected) in [
            ("/pets/1", Some("{}"), "…/pets/1"),
            ("/", Some("{}"), "…/"),
            ("/pets", Some("{limit=10}"), "…/pets?limit=10"),
            ("/pets", Some("{q=a b}"), "…/pets?q=a%20b&…"),
            ("/pets", Some("{limit=10, offset=2}"), "…/pets?limit=10…&…"),
            ("/pets", Some("{a=b [TRUNCATED]"), "…/pets?a=b…&…"),
            ("/pets", Some("[TRUNCATED]"), "…/pets?…"),
            ("/pets", None, "…/pets?…"),
            ("/a b", Some("{}"), "…"),
            ("/a%20b", Some("{}"), "…"),
            ("/{proxy+}", Some("{}"), "…"),
            ("", Some("{}"), "…"),
        ] {
            let query = query.map(|query| fields(query.as_bytes()));
            assert_eq!(String::from_utf8_lossy(&target(path.as_bytes(), query.as_ref())), expected, "{path} {query:?}");
        }
    }

    #[test]
    fn bodies_say_what_is_shown() {
        let note = |body: Option<&str>, exact| {
            let mut note = Note::default();
            (note.body, note.exact) = (body.map(|body| body.as_bytes().to_vec()), exact);
            note
        };
        for (body, of_line, exact) in [
            (None, Shown::Nothing, Shown::Nothing),
            (Some(""), Shown::Whole(Vec::new()), Shown::Whole(Vec::new())),
            (Some("{}\n"), Shown::Whole(b"{}".to_vec()), Shown::Whole(b"{}".to_vec())),
            (Some("{}\n\n"), Shown::Whole(b"{}".to_vec()), Shown::Part(b"{}".to_vec())),
            (Some("a "), Shown::Part(b"a".to_vec()), Shown::Whole(b"a ".to_vec())),
            (Some("a \n"), Shown::Part(b"a".to_vec()), Shown::Part(b"a".to_vec())),
            (Some("{\"a [TRUNCATED]"), Shown::Part(b"{\"a".to_vec()), Shown::Part(b"{\"a".to_vec())),
            (Some("(null)"), Shown::Nothing, Shown::Nothing),
            (Some("[Binary Data]"), Shown::Nothing, Shown::Nothing),
        ] {
            assert_eq!(shown(&note(body, false)), of_line, "{body:?}");
            assert_eq!(shown(&note(body, true)), exact, "{body:?}");
        }
    }

    #[test]
    fn uris_that_were_cut_are_open() {
        for (uri, expected) in [
            ("https://a.example/x?y=1[TRUNCATED]", "… /x?y=1…&… HTTP/…"),
            ("https://a.example/x [TRUNCATED]", "… /x…?… HTTP/…"),
            ("https://a.example/x?y=1", "… /x?y=1 HTTP/…"),
        ] {
            let mut call = Call::default();
            call.uri = Some(uri.as_bytes().to_vec());
            call.request.place = Some(Place { line: 1, time: None });
            let head = endpoint(&call).request.expect("a request").head;
            assert_eq!(String::from_utf8_lossy(head.split(|byte| *byte == b'\r').next().unwrap_or_default()), expected);
        }
    }
}
