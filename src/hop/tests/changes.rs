//! What a node did, change by change.

use crate::hop::{How, changes};
use crate::http::{CaptureId, Fidelity, HeadBuf, Origin, Provenance, parse_head};

/// What is masked here.
fn masked(value: &[u8]) -> bool {
    [b"xxx".as_slice(), "…".as_bytes()].iter().any(|mask| value.windows(mask.len()).any(|part| part == *mask))
}

/// The head of a request.
fn head(text: &str) -> HeadBuf {
    parse_head(text.as_bytes(), Provenance { capture: CaptureId(0), origin: Origin::Line(1) }, Fidelity::WIRE)
}

/// What became of the fields of a request, as text.
fn told(before: &str, after: &str) -> Vec<String> {
    let lines = |fields: &str| format!("GET / HTTP/1.1\r\n{}\r\n\r\n", fields.replace('|', "\r\n"));
    let (before, after) = (head(&lines(before)), head(&lines(after)));
    let changes = changes(&before.as_ref(), &after.as_ref(), masked);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let mut told: Vec<String> = changes
        .fields
        .iter()
        .map(|change| match &change.how {
            How::Added => format!("+{}", text(change.name)),
            How::Removed => format!("-{}", text(change.name)),
            How::Appended { what, own_line, close } => {
                let how = if *own_line {
                    " (line)"
                } else if *close {
                    " (close)"
                } else {
                    ""
                };
                format!("{}<<{}{how}", text(change.name), text(what))
            }
            How::Merged { separator, appended } => {
                let appended = appended.map(|what| format!("<<{}", text(what))).unwrap_or_default();
                format!("{} merged {separator:?}{appended}", text(change.name))
            }
            How::Unshown | How::Open(_) => format!("?{}", text(change.name)),
            How::Split => format!("{} split", text(change.name)),
            How::Dropped => format!("{} dropped", text(change.name)),
            How::Changed => format!("{} changed", text(change.name)),
        })
        .collect();
    told.extend(changes.recased.iter().map(|(before, after)| format!("{}→{}", text(before), text(after))));
    told.extend(
        changes
            .moved
            .iter()
            .map(|(name, behind)| format!("{} behind {}", text(name), behind.map_or_else(|| "nothing".to_owned(), text))),
    );
    told
}

#[test]
fn each_change_is_named() {
    for (before, after, expected) in [
        ("Host: a|X: 1", "Host: a|X: 1", vec![]),
        ("Host: a", "Host: a|Via: p", vec!["+Via"]),
        ("Host: a|TE: trailers", "Host: a", vec!["-TE"]),
        ("Host: a", "Host: b", vec!["Host changed"]),
        ("X-F: 1", "X-F: 1, 2", vec!["X-F<<2"]),
        ("X-F: 1", "X-F: 1,2", vec!["X-F<<2 (close)"]),
        ("X-F: 1", "X-F: 1|X-F: 2", vec!["X-F<<2 (line)"]),
        ("X-F: 1|X-F: 2", "X-F: 1|X-F: 2, 3", vec!["X-F<<3"]),
        ("X: a|X: b", "X: a, b", vec!["X merged \", \""]),
        ("Cookie: a=1|Cookie: b=2", "Cookie: a=1; b=2", vec!["Cookie merged \"; \""]),
        ("X: a|X: b", "X: a, b, c", vec!["X merged \", \"<<c"]),
        ("X: a, b", "X: a|X: b", vec!["X split"]),
        ("X: a|X: b", "X: a", vec!["X dropped"]),
        ("X: a|X: b", "X: b", vec!["X dropped"]),
        ("X: a|X: b", "X: b|X: a", vec!["X changed"]),
        ("X: ab", "X: abc", vec!["X changed"]),
        ("X:", "X: b", vec!["X changed"]),
        ("X-Case: 1", "x-case: 1", vec!["X-Case→x-case"]),
        ("A: 1|B: 2|C: 3", "B: 2|C: 3|A: 1", vec!["A behind C"]),
        ("A: 1|B: 2|C: 3", "C: 3|A: 1|B: 2", vec!["C behind nothing"]),
        ("A: 1|B: 2", "N: 0|A: 1|B: 2", vec!["+N"]),
    ] {
        assert_eq!(told(before, after), expected, "{before} → {after}");
    }
}

#[test]
fn what_a_source_may_leave_out_is_not_told_as_gone() {
    let of = |fields: &str, fidelity| {
        let at = Provenance { capture: CaptureId(0), origin: Origin::Line(1) };
        parse_head(format!("GET / HTTP/1.1\r\n{fields}\r\n\r\n").as_bytes(), at, fidelity)
    };
    let (wire, har) = (of("Cookie: a=1\r\nX: 1", Fidelity::WIRE), of("Y: 1", Fidelity::HAR));
    let hows = |before: &HeadBuf, after: &HeadBuf| {
        let (before, after) = (before.as_ref(), after.as_ref());
        changes(&before, &after, masked).fields.into_iter().map(|change| format!("{:?}", change.how)).collect::<Vec<_>>()
    };
    assert_eq!(hows(&wire, &har), ["Added", "Unshown", "Removed"]);
    assert_eq!(hows(&har, &wire), ["Unshown", "Added", "Removed"]);
    // A log does not tell the target; that is no other one.
    let at = Provenance { capture: CaptureId(0), origin: Origin::Line(1) };
    let log = parse_head("GET /… HTTP/1.1\r\nX: 1\r\n\r\n".as_bytes(), at, Fidelity::LOG);
    let (wire, log) = (wire.as_ref(), log.as_ref());
    assert!(changes(&wire, &log, masked).start.is_empty());
    assert_eq!(changes(&wire, &log, |_| false).start.len(), 1);
}

#[test]
fn white_space_around_values_is_counted_where_lines_are_as_sent() {
    let wire = |field: &str| {
        let mut head = head(&format!("GET / HTTP/1.1\r\n{field}\r\nB: 1\r\n\r\n"));
        head.head.fidelity = Fidelity::WIRE;
        head
    };
    let padded = |before: &HeadBuf, after: &HeadBuf| {
        let (before, after) = (before.as_ref(), after.as_ref());
        changes(&before, &after, masked).padded.into_iter().map(|(name, was, is)| (name.to_vec(), was, is)).collect::<Vec<_>>()
    };
    assert_eq!(padded(&wire("A:   x  "), &wire("a: x")), [(b"a".to_vec(), (3, 2), (1, 0))]);
    assert_eq!(padded(&wire("A: x"), &wire("A:\tx")), []);
    assert_eq!(padded(&wire("A:x"), &wire("A: x")), [(b"A".to_vec(), (0, 0), (1, 0))]);
    assert_eq!(padded(&wire("A:"), &wire("A: ")), [], "there is nothing around which it could be");
    assert_eq!(padded(&wire("A:  x"), &wire("A: y")), [], "another value");
    let mut text = wire("A:   x");
    text.head.fidelity = Fidelity::TEXT;
    assert_eq!(padded(&text, &wire("A: x")), [], "a text may be re-formatted");
}

#[test]
fn the_start_line_is_compared_by_its_parts() {
    let (before, after) = (head("GET /a%2Fb HTTP/1.1\r\nA: 1\r\n\r\n"), head("GET /a/b HTTP/1.0\r\nA: 1\r\n\r\n"));
    let (before, after) = (before.as_ref(), after.as_ref());
    let start: Vec<_> = changes(&before, &after, masked).start.into_iter().map(|(what, ..)| what).collect();
    assert_eq!(start, ["target", "version"]);
    assert!(changes(&before, &before, masked).is_empty());
}

#[test]
fn what_a_source_does_not_show_as_it_was_is_no_deed_of_a_node() {
    let of = |fields: &str, fidelity, cut: bool| {
        let at = Provenance { capture: CaptureId(0), origin: Origin::Line(1) };
        let end = if cut { "" } else { "\r\n\r\n" };
        let mut head = parse_head(format!("GET / HTTP/1.1\r\n{}{end}", fields.replace('|', "\r\n")).as_bytes(), at, fidelity);
        if cut {
            head.head.flags.insert(crate::anomaly::AnomalyKind::HeadIncomplete);
        }
        head
    };
    let how = |before: &HeadBuf, after: &HeadBuf| {
        let (before, after) = (before.as_ref(), after.as_ref());
        let told = changes(&before, &after, masked).fields.into_iter().map(|change| match change.how {
            How::Open(_) => "?".to_owned(),
            how => format!("{how:?}"),
        });
        told.collect::<Vec<_>>().join(" ")
    };
    let (wire, text, har) = (Fidelity::WIRE, Fidelity::TEXT, Fidelity::HAR);
    let whole = |fields: &str| of(fields, wire, false);
    for (before, after, expected) in [
        // Cut within a value, on either side.
        (of("X: ab", wire, true), whole("X: abc"), "?"),
        (whole("X: abc"), of("X: ab", wire, true), "?"),
        // Cut behind a line: another may have followed.
        (of("X: a|", wire, true), whole("X: a|X: b"), "?"),
        (whole("X: a|X: b"), of("X: a|", wire, true), "?"),
        (of("X: a|X: b", wire, true), of("X: a|", wire, true), "?"),
        // More lines do not undo this.
        (of("X: a|", wire, true), whole("X: b"), "Changed"),
        (of("X: xxx.xxx", text, false), of("X: 10.0.0.1", text, false), "?"),
        (of("X: xxx.xxx", text, false), of("X: xxx.xxx", text, false), "?"),
        (of("X: a|X: b", text, false), of("X: a, b", har, false), "?"),
        (of("X: a|X: b", text, false), of("X: a, c", har, false), "Changed"),
    ] {
        assert_eq!(how(&before, &after), expected, "{before:?} → {after:?}");
    }
}
