//! What a target finds in a message: the values that a matcher is held against.

use std::borrow::Cow;
use std::cell::OnceCell;

use super::content::{content, lack};
use super::cookie::{SetCookie, cookies};
use super::evaluate::{is_taken_apart, path_of, query_of};
use super::functions;
use super::joined::{COOKIES, may_be_cookies};
use super::legible::show;
use super::mask;
use super::names::HeadIndex;
use super::plan::Aspect;
use super::untold;
use crate::http::{FieldLine, HeadRef, Message};

/// The values found.
#[derive(Debug)]
pub(super) enum Found<'m> {
    /// None, or exactly one.
    Few(Option<Cow<'m, [u8]>>),
    /// Several lines.
    Many(Vec<Cow<'m, [u8]>>),
    /// The evidence does not hold it, with the reason.
    Unknown(String),
}

impl<'m> Found<'m> {
    fn one(bytes: &'m [u8]) -> Self {
        Self::Few(Some(Cow::Borrowed(bytes)))
    }

    fn option(bytes: Option<&'m [u8]>) -> Self {
        Self::Few(bytes.map(Cow::Borrowed))
    }

    /// Hands the values to `with` as lines.
    pub(super) fn lines<R>(&self, with: impl FnOnce(&[&[u8]]) -> R) -> R {
        match self {
            Self::Few(Some(one)) => with(&[one.as_ref()]),
            Self::Many(many) => with(&many.iter().map(AsRef::as_ref).collect::<Vec<&[u8]>>()),
            Self::Few(None) | Self::Unknown(_) => with(&[]),
        }
    }
}

/// Whether what a target names stands where the head is cut, so that its value may go on.
pub(super) fn is_open(target: &Aspect, head: &HeadRef<'_>, index: &HeadIndex) -> bool {
    if !head.head.flags.is_partial() {
        return false;
    }
    if let Some(id) = target.field_id() {
        return index.lines(id).filter_map(|at| head.lines.get(at)).any(|line| head.is_open_line(line));
    }
    if head.head.h2_stream.is_some() {
        return match target {
            Aspect::Method => head.method() == Some(b""),
            Aspect::Target | Aspect::Path | Aspect::Query(_) => head.target() == Some(b""),
            Aspect::Status => head.status() == Some(0),
            _ => false,
        };
    }
    let line = match target {
        Aspect::Method | Aspect::Target | Aspect::Path | Aspect::Query(_) | Aspect::Version | Aspect::Status | Aspect::Reason => {
            Some(head.head.start_line)
        }
        _ => None,
    };
    line.is_some_and(|line| head.is_open(line))
}

/// Whether what a target names, and is not there, may have been sent all the same: the head is cut, or its source leaves such
/// fields out.
pub(super) fn may_be_missing(target: &Aspect, head: &HeadRef<'_>, index: &HeadIndex) -> bool {
    if head.head.flags.is_partial() {
        return target.is_named();
    }
    let there = |id| index.lines(id).next().is_some();
    let field = match target {
        Aspect::Field { name, id } | Aspect::Line { name, id, .. } if !there(*id) => name,
        Aspect::Cookie { id, .. } if !there(*id) => "Cookie",
        Aspect::SetCookie { id, .. } | Aspect::SetCookieAttribute { id, .. } if !there(*id) => "Set-Cookie",
        _ => return false,
    };
    head.withholds(|name| name.eq_ignore_ascii_case(field.as_bytes()))
}

/// The body of a message as JSON, parsed at most once an exchange.
pub(super) type JsonOnce = OnceCell<Result<serde_json::Value, BodyFault>>;

/// Finds what a target names. JSON paths are looked up by [`body_json`].
pub(super) fn find<'m>(target: &Aspect, message: &Message<'m>, index: &HeadIndex) -> Found<'m> {
    let head = message.head;
    match target {
        Aspect::Method | Aspect::Target | Aspect::Path | Aspect::Query(_) | Aspect::Version | Aspect::Status | Aspect::Reason
            if untold::aspect(target, &head).is_some() =>
        {
            Found::Unknown(untold::aspect(target, &head).unwrap_or_default().to_owned())
        }
        Aspect::Method => Found::option(head.method()),
        Aspect::Target if is_taken_apart(&head) => {
            Found::Unknown("this kind of evidence does not show the query as it was sent".to_owned())
        }
        Aspect::Target => Found::option(head.target()),
        Aspect::Path => Found::option(head.target().map(path_of)),
        Aspect::Query(name) => {
            let query = head.target().map(query_of).unwrap_or_default();
            let mut values = query_values(query, name);
            if values.is_empty() && head.head.fidelity.masks && query.split(|b| *b == b'&').any(is_masked_parameter) {
                return Found::Unknown("the query is masked".to_owned());
            }
            if values.len() > 1 { Found::Many(values) } else { Found::Few(values.pop()) }
        }
        Aspect::Version => Found::one(head.version()),
        Aspect::Status if !head.head.fidelity.whole && head.status() == Some(0) => {
            Found::Unknown("the log does not say the status code".to_owned())
        }
        Aspect::Status => Found::Few(head.status().map(|s| Cow::Owned(s.to_string().into_bytes()))),
        Aspect::Reason => Found::option(head.reason()),
        Aspect::Field { id, .. } => {
            let mut lines = index.lines(*id);
            match (lines.next(), lines.next()) {
                (None, _) => Found::Few(None),
                (Some(at), None) => Found::one(value(&head, at)),
                (Some(first), Some(second)) => {
                    let all = [first, second].into_iter().chain(lines).map(|at| value(&head, at));
                    if head.head.h2_stream.is_some() && head.lines.get(first).is_some_and(|line| is_cookie(&head, line)) {
                        return crumbs(all);
                    }
                    Found::Many(all.map(Cow::Borrowed).collect())
                }
            }
        }
        Aspect::Line { id, .. } => {
            let mut lines = index.lines(*id).filter_map(|at| head.lines.get(at)).map(|line| line.line.of(head.raw)).peekable();
            let fidelity = head.head.fidelity;
            if lines.peek().is_some() && head.head.h2_stream.is_some() {
                return Found::Unknown("HTTP/2 has no field lines: names and values are coded".to_owned());
            }
            if lines.peek().is_some() && (fidelity.reformatted || !fidelity.name_case) {
                return Found::Unknown("this source does not keep lines as they stood on the wire".to_owned());
            }
            let mut lines: Vec<Cow<'m, [u8]>> = lines.map(readable).collect();
            if lines.len() > 1 { Found::Many(lines) } else { Found::Few(lines.pop()) }
        }
        Aspect::Cookie { id, .. } | Aspect::SetCookie { id, .. }
            if index.lines(*id).any(|at| may_be_cookies(&head, value(&head, at))) =>
        {
            Found::Unknown(COOKIES.to_owned())
        }
        Aspect::Cookie { id, name } => {
            let values = |(n, value)| if n == name.as_bytes() { Ok(value) } else { Err((n, value)) };
            cookies_found(head, index.lines(*id).flat_map(|at| cookies(value(&head, at)).map(values)))
        }
        Aspect::SetCookie { id, name } => cookies_found(
            head,
            index.lines(*id).map(|at| SetCookie::of(value(&head, at))).map(|set| match set.name == name.as_bytes() {
                true => Ok(set.value),
                false => Err((set.name, set.value)),
            }),
        ),
        Aspect::SetCookieAttribute { attribute, .. } => {
            let lines = target.lines(&head, index).into_iter();
            several(lines.filter_map(|at| SetCookie::of(value(&head, at)).attribute(attribute)).collect())
        }
        Aspect::Trailer(name) => trailers(message, name),
        Aspect::BodyText => match content(message) {
            Ok(content) => Found::Few(Some(content)),
            Err(why) => Found::Unknown(why),
        },
        Aspect::BodySha256 => match message.body.sha256() {
            Some(digest) => Found::Few(Some(Cow::Owned(functions::hex(&digest).into_bytes()))),
            None => Found::Unknown(lack(message)),
        },
        Aspect::BodyLength => match message.body.complete {
            Some(true) if message.head.head.fidelity.reformatted && message.body.length > 0 => {
                Found::Unknown("a text may hold the body re-formatted: its length is not known".to_owned())
            }
            Some(true) => Found::Few(Some(Cow::Owned(message.body.length.to_string().into_bytes()))),
            _ => Found::Unknown(lack(message)),
        },
        Aspect::BodyJson(_)
        | Aspect::Event(_)
        | Aspect::BodyOthers { .. }
        | Aspect::Absent { .. }
        | Aspect::Others { .. }
        | Aspect::Removed { .. }
        | Aspect::OthersPreserved { .. }
        | Aspect::Order(_)
        | Aspect::NameCase { .. }
        | Aspect::Connection(_)
        | Aspect::Check(_) => Found::Few(None),
    }
}

fn is_cookie(head: &HeadRef<'_>, line: &FieldLine) -> bool {
    line.name.of(head.raw).eq_ignore_ascii_case(b"cookie")
}

/// In HTTP/2 a Cookie may stand on several lines, so that it is coded better; it is one value all the same (RFC 9113 §8.2.3).
#[cold]
fn crumbs<'m>(lines: impl Iterator<Item = &'m [u8]>) -> Found<'m> {
    Found::Few(Some(Cow::Owned(lines.collect::<Vec<_>>().join(b"; ".as_slice()))))
}

/// The value of a line of a head.
fn value<'m>(head: &HeadRef<'m>, at: usize) -> &'m [u8] {
    head.lines.get(at).map(|line| line.value.of(head.raw)).unwrap_or_default()
}

/// Bytes as text, those that are no UTF-8 as ISO-8859-1: a spec can write no other.
fn readable(bytes: &[u8]) -> Cow<'_, [u8]> {
    if std::str::from_utf8(bytes).is_ok() { Cow::Borrowed(bytes) } else { Cow::Owned(show(bytes).into_bytes()) }
}

fn several<'m>(mut values: Vec<&'m [u8]>) -> Found<'m> {
    if values.len() > 1 {
        return Found::Many(values.into_iter().map(Cow::Borrowed).collect());
    }
    Found::option(values.pop())
}

/// The values of a trailer. Where the body does not end in the capture, nobody knows what follows it.
fn trailers<'m>(message: &Message<'m>, name: &str) -> Found<'m> {
    let trailers = message.body.trailers();
    if trailers.lines.is_empty() && !message.head.head.fidelity.trailers {
        return Found::Unknown("this source does not show trailers".to_owned());
    }
    if message.body.complete != Some(true) {
        return Found::Unknown("the body does not end in the capture, and trailers follow it".to_owned());
    }
    let values: Vec<&[u8]> =
        trailers.fields().filter(|(n, _)| n.eq_ignore_ascii_case(name.as_bytes())).map(|(_, value)| value).collect();
    if trailers.cut {
        return Found::Unknown("not all of the trailer section is known".to_owned());
    }
    several(values)
}

/// The values of cookies (`Ok`) among all that are there. Where none is, a mask without a name may stand for it.
fn cookies_found<'m>(head: HeadRef<'m>, cookies: impl Iterator<Item = Result<&'m [u8], (&'m [u8], &'m [u8])>>) -> Found<'m> {
    let mut hidden = false;
    let mut values = Vec::new();
    for cookie in cookies {
        match cookie {
            Ok(value) => values.push(value),
            Err((name, value)) => hidden |= mask::is_masked(name) || name.is_empty() && mask::is_masked(value),
        }
    }
    if values.is_empty() && hidden && head.head.fidelity.masks {
        return Found::Unknown("the cookies are masked".to_owned());
    }
    several(values)
}

/// The content of a body as JSON, or why there is none.
pub(super) fn body_json<'c>(message: &Message<'_>, once: &'c JsonOnce) -> Result<&'c serde_json::Value, &'c BodyFault> {
    let parsed = once.get_or_init(|| {
        let content = content(message).map_err(BodyFault::Unknown)?;
        crate::json::parse(&content).map_err(BodyFault::NoJson)
    });
    parsed.as_ref()
}

/// The JSON that an aspect looks into: the body of a message, or the event that it was read from.
pub(super) fn json_of<'c>(
    aspect: &Aspect,
    message: &Message<'c>,
    once: &'c JsonOnce,
) -> Result<&'c serde_json::Value, &'c BodyFault> {
    match message.body.event() {
        Some(event) if matches!(aspect, Aspect::Event(_)) => Ok(event),
        _ => body_json(message, once),
    }
}

/// Why a body gives no JSON.
#[derive(Debug)]
pub(super) enum BodyFault {
    /// It is there, and no JSON.
    NoJson(String),
    /// The evidence does not hold it.
    Unknown(String),
}

/// Whether a part of a query stands for any parameter: its name is masked.
fn is_masked_parameter(part: &[u8]) -> bool {
    mask::is_masked(part.split(|b| *b == b'=').next().unwrap_or_default())
}

/// The values of a name in a query, percent-decoded, `+` as a blank.
pub(super) fn query_values<'q>(query: &'q [u8], name: &str) -> Vec<Cow<'q, [u8]>> {
    query
        .split(|b| *b == b'&')
        .filter_map(|pair| {
            let at = pair.iter().position(|b| *b == b'=').unwrap_or(pair.len());
            let (key, value) = (pair.get(..at)?, pair.get(at + 1..).unwrap_or_default());
            (percent_decoded(key).as_ref() == name.as_bytes()).then(|| percent_decoded(value))
        })
        .collect()
}

fn percent_decoded(text: &[u8]) -> Cow<'_, [u8]> {
    if !text.iter().any(|b| *b == b'%' || *b == b'+') {
        return Cow::Borrowed(text);
    }
    let mut decoded = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        let hex = |offset: usize| text.get(at + offset).and_then(|b| char::from(*b).to_digit(16));
        match (byte, hex(1), hex(2)) {
            (b'%', Some(high), Some(low)) => {
                decoded.push(u8::try_from(high * 16 + low).unwrap_or_default());
                at += 3;
                continue;
            }
            (b'+', ..) => decoded.push(b' '),
            _ => decoded.push(*byte),
        }
        at += 1;
    }
    Cow::Owned(decoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn query_values_are_decoded() {
        let values = query_values(b"a=1%2F2&b=x+y&a=&c", "a");
        assert_eq!(values, [Cow::Borrowed(b"1/2".as_slice()), Cow::Borrowed(b"")]);
        assert_eq!(query_values(b"a=1%2F2&b=x+y", "b"), [Cow::Borrowed(b"x y".as_slice())]);
        assert_eq!(query_values(b"c", "c"), [Cow::Borrowed(b"".as_slice())]);
        assert!(query_values(b"a=%zz", "b").is_empty());
    }
}
