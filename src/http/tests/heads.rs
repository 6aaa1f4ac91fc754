//! Heads: what is kept of them, and what is marked.

use super::listener::{client, hear, server};
use crate::anomaly::AnomalyKind::{
    ControlByte, HeadLimit, LfOnly, MalformedFieldLine, MalformedStartLine, ObsFold, SpaceBeforeColon,
};
use crate::http::{CaptureId, Fidelity, MessageKind, Origin, Provenance, StartLine, parse_head, start_line_kind};

const AT: Provenance = Provenance { capture: CaptureId(0), origin: Origin::Line(1) };

#[test]
fn case_order_repeats_and_bytes_are_kept() {
    let heard = hear(&[client(b"GET /a?b HTTP/1.1\r\nhOsT: x\r\nB: 1\r\nA:\t2 \r\nB: \xe9\r\n\r\n")]);
    let [request] = &heard.messages[..] else { panic!("{heard:?}") };
    assert_eq!(request.line, "GET /a?b HTTP/1.1");
    let fields: Vec<_> = request.fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    assert_eq!(fields, [("hOsT", "x"), ("B", "1"), ("A", "2"), ("B", "é")]);
    assert!(request.flags.is_empty() && heard.anomalies.is_empty());
    assert_eq!((request.packet, request.src), (1, 40_000));
}

#[test]
fn odd_heads_are_kept_and_marked() {
    let cases: &[(&str, &[_], (&str, &str))] = &[
        ("GET / HTTP/1.1\nHost: x\n\n", &[LfOnly], ("Host", "x")),
        ("GET / HTTP/1.1\r\nHost : x\r\n\r\n", &[SpaceBeforeColon], ("Host", "x")),
        ("GET / HTTP/1.1\r\nX: a\r\n b\r\n\t c \r\n\r\n", &[ObsFold], ("X", "a b c")),
        ("GET / HTTP/1.1\r\nX:\r\n b\r\nY: 1\r\n\r\n", &[ObsFold], ("X", "b")),
        ("GET / HTTP/1.1\r\nX: a\x01b\r\n\r\n", &[ControlByte], ("X", "a\x01b")),
        ("GET / HTTP/1.1\r\nno colon\r\n\r\n", &[MalformedFieldLine], ("", "no colon")),
        ("GET / HTTP/1.1\r\n: empty\r\n\r\n", &[MalformedFieldLine], ("", "empty")),
        ("GET / HTTP/1.1\r\nb(d: 1\r\n\r\n", &[MalformedFieldLine], ("b(d", "1")),
        ("GET / HTTP/1.1\r\n first: 1\r\n\r\n", &[MalformedFieldLine], (" first", "1")),
        ("GET  / HTTP/1.1\r\nX: 1\r\n\r\n", &[MalformedStartLine], ("X", "1")),
        ("GET /a b HTTP/1.1\r\nX: 1\r\n\r\n", &[MalformedStartLine], ("X", "1")),
        ("GET /\r\nX: 1\r\n\r\n", &[MalformedStartLine], ("X", "1")),
        ("GET / JUNK/1.0\r\nX: 1\r\n\r\n", &[MalformedStartLine], ("X", "1")),
        ("GET / HTTP/1.2\r\nX: 1\r\n\r\n", &[], ("X", "1")),
        ("\r\n\r\nGET / HTTP/1.1\r\nX: 1\r\n\r\n", &[], ("X", "1")),
        ("HTTP/1.1 abc\r\nX: 1\r\n\r\n", &[MalformedStartLine], ("X", "1")),
        ("HTTP/1.1 200\r\nX: 1\r\n\r\n", &[], ("X", "1")),
    ];
    for (text, flags, (name, value)) in cases {
        let heard = hear(&[client(text)]);
        let [message] = &heard.messages[..] else { panic!("{text:?}: {heard:?}") };
        assert_eq!(message.field(name), Some(*value), "{text:?}");
        assert_eq!(message.flags, *flags, "{text:?}");
        for kind in *flags {
            assert_eq!(heard.anomalies.count(*kind), 1, "{text:?}");
        }
    }
}

#[test]
fn start_lines_are_split() {
    let split = |text: &str| {
        let head = parse_head(text.as_bytes(), AT, Fidelity::WIRE);
        let head = head.as_ref();
        let show = |part: Option<&[u8]>| String::from_utf8_lossy(part.unwrap_or_default()).into_owned();
        (show(head.method().or(head.reason())), show(head.target()), show(Some(head.version())), head.status())
    };
    let own = |a: &str, b: &str, c: &str, d| (a.to_owned(), b.to_owned(), c.to_owned(), d);
    assert_eq!(split("GET /a HTTP/1.1\r\n\r\n"), own("GET", "/a", "HTTP/1.1", None));
    assert_eq!(split("GET /a b  HTTP/1.1\r\n"), own("GET", "/a b", "HTTP/1.1", None));
    assert_eq!(split("GET /a"), own("GET", "/a", "", None));
    assert_eq!(split("GET"), own("GET", "", "", None));
    assert_eq!(split("HTTP/1.1 404 Not Found\n"), own("Not Found", "", "HTTP/1.1", Some(404)));
    assert_eq!(split("HTTP/1.1 404"), own("", "", "HTTP/1.1", Some(404)));
    assert_eq!(split("HTTP/1.1 4x4 No"), own("No", "", "HTTP/1.1", Some(0)));
    assert_eq!(split(""), own("", "", "", None));
}

#[test]
fn a_folded_value_keeps_its_line_and_stands_behind_the_head() {
    let text = "GET / HTTP/1.1\r\nA: 1\r\nX: a\r\n  b\r\nY: 2\r\n\r\nbody";
    let head = parse_head(text.as_bytes(), AT, Fidelity::WIRE);
    assert!(matches!(head.head.start, StartLine::Request { .. }));
    let line = head.lines[1];
    assert_eq!(line.line.of(&head.raw), b"X: a\r\n  b");
    assert_eq!(line.value.of(&head.raw), b"a b");
    assert_eq!(&head.raw, &[text.as_bytes().strip_suffix(b"body").unwrap(), b"a b"].concat());
    assert_eq!(head.as_ref().values(b"y").collect::<Vec<_>>(), [b"2"]);
}

#[test]
fn text_may_have_any_line_ends() {
    let head = parse_head(b"GET / HTTP/1.1\nHost: xxx.example\n", AT, Fidelity::TEXT);
    assert!(head.head.flags.is_empty() && head.lines.len() == 1);
    assert_eq!(parse_head(b"GET / HTTP/1.1\nHost: x", AT, Fidelity::WIRE).head.flags.iter().collect::<Vec<_>>(), [LfOnly]);
    assert_eq!(start_line_kind(b"GET / HTTP/1.1"), Some(MessageKind::Request));
    assert_eq!(start_line_kind(b"HTTP/1.1 200 OK"), Some(MessageKind::Response));
    assert_eq!(start_line_kind(b"some words"), None);
}

#[test]
fn both_parsers_agree_on_regular_heads() {
    use crate::http::parse::{Strict, strict};
    for (kind, text) in [
        (MessageKind::Request, "GET /a?b=c HTTP/1.1\r\nHost: x\r\nEmpty:\r\nBlank:   \r\nX:  a b \t\r\n\r\n"),
        (MessageKind::Request, "POST * HTTP/1.0\n\n"),
        (MessageKind::Response, "HTTP/1.1 200 OK\r\nA: 1\r\nA: 2\r\n\r\n"),
        (MessageKind::Response, "HTTP/1.1 200\r\nA: 1\n\r\n"),
        (MessageKind::Response, "HTTP/1.0 404 Nicht gef\u{fc}nden\r\n\r\n"),
    ] {
        let mut lines = Vec::new();
        let Strict::Whole(length, split) = strict(text.as_bytes(), kind, &mut lines) else { panic!("{text:?}") };
        let other = parse_head(text.as_bytes(), AT, Fidelity::WIRE);
        assert_eq!(length, text.len());
        assert_eq!(
            (split.start, split.start_line, split.flags),
            (other.head.start, other.head.start_line, other.head.flags),
            "{text:?}"
        );
        let texts = |lines: &[crate::http::FieldLine]| -> Vec<_> {
            let of = |range: crate::http::Range| text.as_bytes()[range.start as usize..range.end as usize].to_vec();
            lines.iter().map(|line| (of(line.name), of(line.value), of(line.line))).collect()
        };
        assert_eq!(texts(&lines), texts(&other.lines), "{text:?}");
    }
}

#[test]
fn heads_are_bounded() {
    let long = format!("GET / HTTP/1.1\r\nX: {}\r\n\r\nGET /next HTTP/1.1\r\n\r\n", "x".repeat(300_000));
    let chunks: Vec<_> = long.as_bytes().chunks(1400).map(client).collect();
    let heard = hear(&chunks);
    assert_eq!(heard.lines(), ["GET / HTTP/1.1", "GET /next HTTP/1.1"]);
    assert!(heard.messages[0].flags.contains(&HeadLimit) && heard.messages[1].flags.is_empty());
    assert_eq!(heard.messages[0].body, Some((0, Some(false), 0)));

    let many = format!("HTTP/1.1 200 OK\r\n{}\r\n", "A: b\r\n".repeat(2000));
    let heard = hear(&[server(many), server("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")]);
    assert_eq!((heard.messages.len(), heard.messages[0].fields.len()), (2, 1024));
    assert!(heard.messages[0].flags.contains(&HeadLimit));
    let usual = format!("HTTP/1.1 200 OK\r\n{}\r\n", "A: b\r\n".repeat(500));
    let heard = hear(&[server(usual)]);
    assert_eq!(heard.messages[0].fields.len(), 500);
    assert!(heard.messages[0].flags.is_empty());
}
