//! A header list becomes a head (RFC 9113 §8.2, §8.3), written as HTTP/1 would write it.
//!
//! The start line is put together of the pseudo-header fields, which stand as lines of their own, too. Nothing is left
//! out: what is malformed is marked.

use super::hpack::{FieldList, UNKNOWN};
use crate::anomaly::AnomalyKind;
use crate::http::start::is_token;
use crate::http::{FieldLine, HeadFlags, MessageKind, Range, StartLine};

const VERSION: &[u8] = b"HTTP/2";

/// A head that is put together.
pub(super) struct Built {
    pub(super) raw: Vec<u8>,
    pub(super) lines: Vec<FieldLine>,
    pub(super) start: StartLine,
    pub(super) start_line: Range,
    pub(super) flags: HeadFlags,
    /// What is malformed about it.
    pub(super) why: Option<&'static str>,
}

/// Pseudo-header fields, each as it stands first.
#[derive(Default)]
struct Pseudo<'l> {
    method: Option<&'l [u8]>,
    scheme: Option<&'l [u8]>,
    authority: Option<&'l [u8]>,
    path: Option<&'l [u8]>,
    protocol: Option<&'l [u8]>,
    status: Option<&'l [u8]>,
}

/// Puts a head together.
pub(super) fn build(list: &FieldList, kind: MessageKind, mut flags: HeadFlags) -> Built {
    let (pseudo, mut why) = look(list, kind, &mut flags);
    // What is missing may be among what is not known.
    let partial = flags.is_partial();
    if !partial && why.is_none() {
        why = lack(kind, &pseudo);
    }
    if why.is_some() {
        flags.insert(AnomalyKind::Http2Malformed);
    }
    let mut raw = Vec::with_capacity(list.text.len().saturating_add(64));
    let put = |raw: &mut Vec<u8>, bytes: &[u8]| {
        let start = raw.len();
        raw.extend_from_slice(bytes);
        Range::new(start, raw.len())
    };
    // What is not known stands in the line as such, and is nothing where it is asked for.
    let part = |raw: &mut Vec<u8>, value: Option<&[u8]>| match value {
        Some(value) if value != UNKNOWN || !partial => put(raw, value),
        _ => {
            put(raw, if partial { UNKNOWN } else { b"" });
            Range::default()
        }
    };
    let start = match kind {
        MessageKind::Request => {
            let method = part(&mut raw, pseudo.method);
            raw.push(b' ');
            // A CONNECT that names no protocol (RFC 8441) has a target of this form (§8.5).
            let connect = pseudo.method == Some(b"CONNECT") && pseudo.protocol.is_none();
            let target = part(&mut raw, pseudo.path.or(pseudo.authority.filter(|_| connect)));
            raw.push(b' ');
            StartLine::Request { method, target, version: put(&mut raw, VERSION) }
        }
        MessageKind::Response => {
            let version = put(&mut raw, VERSION);
            raw.push(b' ');
            let status = pseudo.status.and_then(status);
            match (status, pseudo.status) {
                (None, None) if partial => put(&mut raw, UNKNOWN),
                (_, text) => put(&mut raw, text.unwrap_or_default()),
            };
            StartLine::Response { version, status: status.unwrap_or(0), reason: Range::default() }
        }
    };
    let start_line = Range::new(0, raw.len());
    raw.extend_from_slice(b"\r\n");
    let shift = u32::try_from(raw.len()).unwrap_or(u32::MAX);
    raw.extend_from_slice(&list.text);
    raw.extend_from_slice(b"\r\n");
    let moved = |range: Range| Range { start: range.start.saturating_add(shift), end: range.end.saturating_add(shift) };
    let line = |line: &FieldLine| FieldLine { name: moved(line.name), value: moved(line.value), line: moved(line.line) };
    Built { lines: list.lines.iter().map(line).collect(), raw, start, start_line, flags, why }
}

/// Looks at each field.
fn look<'l>(list: &'l FieldList, kind: MessageKind, flags: &mut HeadFlags) -> (Pseudo<'l>, Option<&'static str>) {
    let mut pseudo = Pseudo::default();
    let mut why = None;
    let mut wrong = |what| why = why.or(Some(what));
    let (mut regular, mut host) = (false, None);
    for (name, value) in list.fields() {
        if list.unknown && name == UNKNOWN {
            continue;
        }
        if value.iter().any(|&b| (b < b' ' && b != b'\t') || b == 0x7f) {
            flags.insert(AnomalyKind::ControlByte);
        }
        if matches!(value, [b' ' | b'\t', ..] | [.., b' ' | b'\t']) {
            wrong("white space around a value (RFC 9113 §8.2.1)");
        }
        if name.starts_with(b":") {
            if regular {
                wrong("a pseudo-header field behind other fields (RFC 9113 §8.3)");
            }
            let request = kind == MessageKind::Request;
            let place = match name {
                b":method" if request => &mut pseudo.method,
                b":scheme" if request => &mut pseudo.scheme,
                b":authority" if request => &mut pseudo.authority,
                b":path" if request => &mut pseudo.path,
                b":protocol" if request => &mut pseudo.protocol,
                b":status" if !request => &mut pseudo.status,
                _ => {
                    wrong("a pseudo-header field that its kind of message does not have (RFC 9113 §8.3)");
                    continue;
                }
            };
            match place {
                Some(_) => wrong("a pseudo-header field twice (RFC 9113 §8.3)"),
                None => *place = Some(value),
            }
            continue;
        }
        regular = true;
        if name.iter().any(u8::is_ascii_uppercase) {
            wrong("a field name with upper-case letters (RFC 9113 §8.2.1)");
        } else if name.is_empty() || !name.iter().all(|&b| is_token(b)) {
            wrong("a field name that is none (RFC 9113 §8.2.1)");
        }
        match name {
            b"host" => host = host.or(Some(value)),
            b"connection" | b"proxy-connection" | b"keep-alive" | b"transfer-encoding" | b"upgrade" => {
                wrong("a field about the connection, which HTTP/2 does not have (RFC 9113 §8.2.2)");
            }
            b"te" if !value.eq_ignore_ascii_case(b"trailers") => wrong("TE with more than `trailers` (RFC 9113 §8.2.2)"),
            _ => {}
        }
    }
    if let (Some(host), Some(authority)) = (host, pseudo.authority)
        && !host.eq_ignore_ascii_case(authority)
        && host != UNKNOWN
        && authority != UNKNOWN
    {
        flags.insert(AnomalyKind::AuthorityMismatch);
    }
    (pseudo, why)
}

/// What a message must have and this one has not.
fn lack(kind: MessageKind, pseudo: &Pseudo<'_>) -> Option<&'static str> {
    let connect = pseudo.method == Some(b"CONNECT") && pseudo.protocol.is_none();
    match kind {
        MessageKind::Request if connect => match pseudo {
            Pseudo { authority: Some(_), path: None, scheme: None, .. } => None,
            _ => Some("CONNECT has `:authority`, and neither `:path` nor `:scheme` (RFC 9113 §8.5)"),
        },
        MessageKind::Request => match pseudo {
            Pseudo { method: Some(method), scheme: Some(_), path: Some(path), .. } => {
                (method.is_empty() || path.is_empty()).then_some("an empty `:method` or `:path` (RFC 9113 §8.3.1)")
            }
            _ => Some("`:method`, `:scheme` or `:path` is missing (RFC 9113 §8.3.1)"),
        },
        MessageKind::Response => match pseudo.status.map(status) {
            Some(Some(status)) => (status == 101).then_some("status 101, which HTTP/2 does not have (RFC 9113 §8.6)"),
            Some(None) => Some("`:status` is no status code (RFC 9113 §8.3.2)"),
            None => Some("`:status` is missing (RFC 9113 §8.3.2)"),
        },
    }
}

/// The head of these fields; what stands there as unknown is.
#[cfg(test)]
pub(crate) fn head_of(fields: &[(&str, &str)], kind: MessageKind, at: crate::http::Provenance) -> crate::http::HeadBuf {
    let mut list = FieldList::default();
    for (name, value) in fields {
        let [name, value] = [name, value].map(|text| Some(text.as_bytes()).filter(|text| *text != UNKNOWN));
        list.push(name, value);
    }
    let mut flags = HeadFlags::default();
    if list.unknown {
        flags.insert(AnomalyKind::HpackUnknown);
    }
    let Built { raw, lines, start, start_line, flags, .. } = build(&list, kind, flags);
    let fidelity = crate::http::Fidelity::WIRE;
    crate::http::HeadBuf {
        raw,
        lines,
        head: crate::http::Head {
            start,
            start_line,
            at,
            flags,
            fidelity,
            h2_stream: Some(1),
            layout: crate::http::Layout::default(),
        },
    }
}

/// The head of a header list that a program noted of a stream.
pub(crate) fn listed_head<'f>(
    fields: impl IntoIterator<Item = (&'f [u8], Vec<u8>)>,
    kind: MessageKind,
    stream: u32,
    at: crate::http::Provenance,
    fidelity: crate::http::Fidelity,
) -> crate::http::HeadBuf {
    let mut list = FieldList::default();
    for (name, value) in fields {
        list.push(Some(name), Some(&value));
    }
    let mut flags = HeadFlags::default();
    if list.full {
        flags.insert(AnomalyKind::HeadLimit);
    }
    let Built { raw, lines, start, start_line, flags, .. } = build(&list, kind, flags);
    let layout = crate::http::Layout::default();
    let head = crate::http::Head { start, start_line, at, flags, fidelity, h2_stream: Some(stream), layout };
    crate::http::HeadBuf { raw, lines, head }
}

fn status(value: &[u8]) -> Option<u16> {
    let [a @ b'1'..=b'9', b @ b'0'..=b'9', c @ b'0'..=b'9'] = value else { return None };
    // At most 999.
    Some([a, b, c].into_iter().fold(0u16, |status, digit| status.wrapping_mul(10).wrapping_add(u16::from(digit & 0xf))))
}
