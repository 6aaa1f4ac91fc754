//! Places of keys and values, in every way in which YAML can write them.

use super::spec;
use crate::spec::{Claim, Form, Piece, Spec};

/// Key, value and raw text of every field of the only request.
fn fields(spec: &Spec) -> Vec<(&str, &str, Option<&str>)> {
    let expectations = spec.hops[0].request.expectations.iter();
    expectations
        .map(|e| {
            let text = match &e.claim {
                Claim::Part { value, .. } => match &value.form {
                    Form::Scalar(template) => template.literal(),
                    _ => None,
                },
                _ => None,
            };
            (spec.source.excerpt(e.key), spec.source.excerpt(e.place), text)
        })
        .collect()
}

#[test]
fn block_flow_quoted_and_multi_line() {
    let spec = spec(
        "hops:
  a:
    request:
      headers:
        A: plain text   # comment
        'B': 'it''s'
        \"C\": \"tab\\t\"   # comment
        D: { is: ip, why: w }   # comment
        E:
          is: ip
          why: w
        F: two
          lines
        G: |
          literal
        H: [a, b]
        I:
          - a
          - 'b'
        J: &anchor { is: ip }
        K: *anchor
        ? L
        : last
",
    );
    let expected: Vec<(&str, &str, Option<&str>)> = vec![
        ("A", "plain text", Some("plain text")),
        ("'B'", "'it''s'", Some("it's")),
        ("\"C\"", "\"tab\\t\"", Some("tab\t")),
        ("D", "{ is: ip, why: w }", None),
        ("E", "is: ip\n          why: w", None),
        ("F", "two\n          lines", Some("two lines")),
        ("G", "literal", Some("literal\n")),
        ("H", "[a, b]", None),
        ("I", "a\n          - 'b'", None),
        ("J", "{ is: ip }", None),
        ("K", "*anchor", None),
        ("L", "last", Some("last")),
    ];
    assert_eq!(fields(&spec), expected);
}

#[test]
fn text_beyond_ascii_is_counted_in_bytes_and_shown_in_characters() {
    let spec = spec("title: héllo — ü\nhops:\n  a: { request: { headers: { A: ü, B: { one_of: [é, x] } } } }\n");
    assert_eq!(fields(&spec), [("A", "ü", Some("ü")), ("B", "{ one_of: [é, x] }", None)]);
    let b = spec.hops[0].request.expectations[1].key;
    assert_eq!(spec.source.line_column(b.start), (3, 36));
}

#[test]
fn the_text_as_typed_counts() {
    let typed = ["80", "1.10", "0x1F", "true", "010", "1e3", "1_000", "yes", "-0", ".5", "+1", "2020-06-14", "12:30"];
    let list: String = typed.iter().enumerate().map(|(i, t)| format!("        X{i}: {t}\n")).collect();
    let spec = spec(&format!("hops:\n  a:\n    request:\n      headers:\n{list}"));
    let seen: Vec<&str> = fields(&spec).iter().map(|(_, _, text)| text.unwrap()).collect();
    assert_eq!(seen, typed);
}

#[test]
fn a_place_is_without_its_anchor() {
    let text = "hops:\n  a:\n    request:\n      headers:\n        A: &a b c # d\n        B: &b 'x y'\n        C: &c \"z\"\n        D: &d |\n          e\n";
    let spec = spec(text);
    assert_eq!(
        fields(&spec),
        [("A", "b c", Some("b c")), ("B", "'x y'", Some("x y")), ("C", "\"z\"", Some("z")), ("D", "e", Some("e\n"))]
    );
}

#[test]
fn holes_have_their_own_place_where_the_text_stands_as_it_is() {
    let spec =
        spec("hops:\n  a:\n    request:\n      headers:\n        A: x-${src}\n        B: 'ü ${dst}'\n        C: \"\\t${dst}\"\n");
    let holes: Vec<&str> = spec.hops[0]
        .request
        .expectations
        .iter()
        .flat_map(|e| match &e.claim {
            Claim::Part { value, .. } => match &value.form {
                Form::Scalar(t) => {
                    t.pieces.iter().filter_map(|p| if let Piece::Hole(_, place) = p { Some(*place) } else { None }).collect()
                }
                _ => Vec::new(),
            },
            _ => Vec::new(),
        })
        .map(|place| spec.source.excerpt(place))
        .collect();
    assert_eq!(holes, ["${src}", "${dst}", "\"\\t${dst}\""]);
}
