//! Conditions over field lines that are answered where the lines lie say what the interpreter says of them.

use proptest::prelude::*;

use super::settled::{Pair, counts, plan};
use crate::finding::Counts;
use crate::http::{CaptureId, Fidelity, Origin, Provenance, parse_head};

/// A text of a line, held against one of the spec.
fn text_test() -> impl Strategy<Value = String> {
    let text = prop_oneof![Just("h.name"), Just("h.value"), Just("h.name.lower()"), Just("h.value.lower()")];
    let with = prop_oneof![Just("Via"), Just("via"), Just("a"), Just("A1"), Just("é"), Just(""), Just("a1 é")];
    let how = prop_oneof![
        Just("@ == \"#\""),
        Just("\"#\" == @"),
        Just("@ != \"#\""),
        Just("@ in [\"#\", \"b\"]"),
        Just("@ in []"),
        Just("@.startsWith(\"#\")"),
        Just("@.endsWith(\"#\")"),
        Just("@.contains(\"#\")"),
        Just("@.matches(\"^#[a-z]?$\")"),
        Just("@.size() < 3"),
        Just("2 >= @.size()"),
        Just("@.size() != 1"),
    ];
    (text, how, with).prop_map(|(text, how, with)| how.replace('@', text).replace('#', with))
}

fn condition() -> impl Strategy<Value = String> {
    let test = text_test().prop_recursive(3, 8, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} && {b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} || {b})")),
            inner.prop_map(|a| format!("!({a})")),
        ]
    });
    let macros = prop_oneof![
        Just("exists(h, #)"),
        Just("all(h, #)"),
        Just("exists_one(h, #)"),
        Just("filter(h, #).size() > 1"),
        Just("filter(h, #).size() == 0"),
        Just("size() <= 2"),
    ];
    (prop_oneof![Just(""), Just("!"), Just("!!")], prop_oneof![Just("request"), Just("response")], macros, test)
        .prop_map(|(not, side, name, test)| format!("{not}({side}.headers.{})", name.replace('#', &test)))
}

fn message(start: &'static str) -> impl Strategy<Value = Vec<u8>> {
    let name = prop_oneof![Just("Via"), Just("via"), Just("A1"), Just("b")];
    let value =
        proptest::sample::select(vec![b"a".as_slice(), b"A1", b"", b"via", "é".as_bytes(), b"\xe9", "a1 é".as_bytes(), b"A1***"]);
    proptest::collection::vec((name, value), 0..5).prop_map(move |lines| {
        let mut head = start.as_bytes().to_vec();
        for (name, value) in lines {
            head.extend_from_slice(name.as_bytes());
            head.extend_from_slice(b": ");
            head.extend_from_slice(value);
            head.extend_from_slice(b"\r\n");
        }
        head
    })
}

fn parsed(mut bytes: Vec<u8>, whole: bool, masks: bool) -> crate::http::HeadBuf {
    if whole {
        bytes.extend_from_slice(b"\r\n");
    }
    let at = Provenance { capture: CaptureId(0), origin: Origin::Line(1) };
    parse_head(&bytes, at, Fidelity { masks, ..Fidelity::WIRE })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn lines_say_what_the_interpreter_says(
        condition in condition(), request in message("GET / HTTP/1.1\r\n"), response in message("HTTP/1.1 200 OK\r\n"),
        whole in proptest::bool::weighted(0.9), masks in proptest::bool::weighted(0.1), answered in proptest::bool::weighted(0.9),
    ) {
        let pair: Pair = (Some(parsed(request, whole, masks)), answered.then(|| parsed(response, true, masks)), None);
        // What chooses is the interpreter's.
        let of = |that: &str| {
            let spec = format!("hops:\n  h:\n    checks:\n      - id: c\n        that: '{}'\n", that.replace('\'', "''"));
            counts(&plan(&spec), std::slice::from_ref(&pair))
        };
        let plain = of(&format!("{condition} ? true : false"));
        prop_assert_eq!(&of(&condition), &plain);
        prop_assert_eq!(&of(&format!("{condition} || false")), &plain);
        prop_assert_eq!(&of(&format!("true && {condition}")), &plain);
    }
}

#[test]
fn a_line_is_found_and_missed() {
    let made = |lines: &str| parsed(format!("GET / HTTP/1.1\r\n{lines}").into_bytes(), true, false);
    let met = |that: &str, lines: &str| {
        let spec = format!("hops:\n  h:\n    checks:\n      - {{ id: c, that: '{that}' }}\n");
        let [ref of_hop] = counts(&plan(&spec), &[(Some(made(lines)), None, None)])[..] else { panic!("one hop") };
        match of_hop[..] {
            [Counts { met: 1, violated: 0, inconclusive: 0 }] => true,
            [Counts { met: 0, violated: 1, inconclusive: 0 }] => false,
            ref other => panic!("{other:?}"),
        }
    };
    let via = r#"request.headers.exists(h, h.name.lower() == "via" && h.value.startsWith("1.1 "))"#;
    assert!(met(via, "VIA: 1.1 edge\r\n"));
    assert!(!met(via, "Via: 2 edge\r\nX: 1.1 edge\r\n"));
    assert!(met(&format!("!{via}"), "X: 1.1 edge\r\n"));
    let short = r#"request.headers.all(h, h.name in ["Host", "X"] || h.value.matches("^[0-9]+$"))"#;
    assert!(met(short, "Host: a\r\nX: b\r\nY: 12\r\n"));
    assert!(!met(short, "Host: a\r\nY: 1b\r\n"));
    assert!(met(short, ""), "nothing is otherwise where there is nothing");
}
