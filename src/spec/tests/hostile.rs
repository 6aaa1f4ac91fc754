//! Hostile files: no panic, no unbounded work, one clear error.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::{mistakes, request};
use crate::spec::parse_named;
use insta::assert_snapshot;

/// What reading may cost in an unoptimised build on a busy machine. A quadratic reader needs minutes for these.
const FAST: Duration = Duration::from_secs(60);

/// The first mistake, its excerpt left away, and the number of all.
fn bounded(text: &str) -> String {
    let start = Instant::now();
    let shown = mistakes(text);
    let took = start.elapsed();
    assert!(took < FAST, "took {took:?}");
    let first = shown.lines().next().unwrap_or_default();
    let message = first.rsplit("› ").next().unwrap_or_default().split(" | ").next().unwrap_or_default();
    format!("{message} ({})", shown.lines().count())
}

#[test]
fn bombs_give_one_clear_error() {
    let mut laughs = "hops:\n  a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for i in 1..10 {
        let before = format!("*a{}, ", i - 1).repeat(10);
        writeln!(laughs, "  a{i}: &a{i} [{before}]").unwrap();
    }
    assert_snapshot!(bounded(&laughs), @"more than 100000 keys and values, with every alias (`*name`) expanded (1)");
    assert_snapshot!(bounded(&format!("hops: {}", "[".repeat(500_000))), @"not valid YAML: recursion limit exceeded (1)");
    assert_snapshot!(bounded(&format!("hops: {}", "{a: ".repeat(200_000))), @"nested more than 64 levels deep (1)");
    assert_snapshot!(bounded(&format!("hops:\n  {}a", "- ".repeat(500_000))), @"nested more than 64 levels deep (1)");
    assert_snapshot!(bounded(&format!("hops:\n{}", "- a\n".repeat(250_000))), @"more than 100000 keys and values, with every alias (`*name`) expanded (1)");
    assert_snapshot!(bounded(&format!("hops: {}", "? ".repeat(500_000))), @"not valid YAML: mapping keys are not allowed in this context (1)");
}

#[test]
fn params_that_never_end_or_cost_too_much_are_refused() {
    let hop = "hops: { h: { request: { headers: { Host: \"${p0}\" } } } }\n";
    let round = format!("params:\n  p0: {{ equals: \"${{p1}}\" }}\n  p1: {{ equals: \"${{p0}}\" }}\n{hop}");
    assert_snapshot!(bounded(&round), @"the param `p0` depends on itself: `p0` → `p1` → `p0` (1)");
    let chain = |length: usize, default: &dyn Fn(usize) -> String| {
        let mut text = "params:\n  p0: { default: a }\n".to_owned();
        (1..length).for_each(|i| writeln!(text, "  p{i}: {{ default: \"{}\" }}", default(i - 1)).unwrap());
        text + hop
    };
    let twice = chain(30, &|i| format!("${{p{i}}}").repeat(2));
    assert_snapshot!(bounded(&twice), @"the param `p9` is built of too many others (1)");
    let deep = chain(20_000, &|i| format!("${{p{i}}}"));
    assert_snapshot!(bounded(&deep), @"the param `p32` is built of too many others (1)");
    let fine = bounded(&chain(30, &|i| format!("${{p{i}}}")));
    assert!(!fine.contains("too many"), "{fine}");
}

#[test]
fn large_files_are_read_in_linear_time() {
    let fields: String = (0..20_000).map(|i| format!("X-{i}: {{ is: nothing }}\n")).collect();
    assert_snapshot!(bounded(&request(&fields)), @"unknown type `nothing` (501)");
    let slips: String = (0..20_000).map(|i| format!("X-{i}: */*\n")).collect();
    assert!(bounded(&request(&slips)).starts_with("`*/*` must stand in quotes"));
    let names: String = (0..40_000).map(|i| format!("a{i}, ")).collect();
    let lists = format!("absent: [{names}], order: [{names}]");
    assert_snapshot!(bounded(&format!("hops: {{ a: {{ request: {{ {lists} }} }} }}")), @"loads (1)");
    let params: String = (0..15_000).map(|i| format!("p{i}: {{ is: ip }}, ")).collect();
    let unbound: String = (0..10_000).map(|i| format!("X-{i}: '${{q{i}}}'\n")).collect();
    assert_snapshot!(bounded(&format!("params: {{ {params} }}\n{}", request(&unbound))), @"`q0` is neither a param nor bound in this hop (501)");
    assert_snapshot!(bounded(&request(&format!("A: '{}'", "${src}".repeat(100_000)))), @"loads (1)");
    assert_snapshot!(bounded(&request(&format!("A: '{}'", "${".repeat(300_000)))), @"this `${` has no end (1)");
    let names: String = (0..10_000).map(|i| format!("X-{i}: {{ bind: n{i}, prefix: '${{n{}}}' }}\n", i + 1)).collect();
    assert_snapshot!(bounded(&request(&names)), @"`n10000` is neither a param nor bound in this hop (1)");
    assert_snapshot!(bounded(&request(&format!("A: {{ regex: '{}' }}", "(a|b)*".repeat(50_000)))), @"loads (1)");
    assert_snapshot!(bounded(&format!("hops:\n  a: \"{}", "x".repeat(900_000))), @"not valid YAML: while scanning a quoted scalar, found unexpected end of stream (1)");
    assert_snapshot!(bounded(&format!("hops:\n  a: {}", "é ".repeat(300_000))), @"a hop is a mapping, and here stands a text (1)");
}

/// Text that is nearly a spec: its words and marks in any order.
fn nearly() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "hops:",
        "\n",
        "\n  ",
        "\n    ",
        " ",
        "a:",
        "request:",
        "headers:",
        "{",
        "}",
        "[",
        "]",
        ",",
        ": ",
        "- ",
        "? ",
        "'",
        "\"",
        "|",
        ">",
        "&a",
        "*a",
        "*/*",
        "${",
        "}",
        "$${",
        "!t",
        "<<:",
        "~",
        "é",
        "\t",
        "#",
        "---\n",
        "...\n",
        "%",
        "@",
        "`",
        "regex:",
        "is:",
        "json:",
        "src",
        "header(\"A\")",
        ".pair(",
        "bind:",
        "x",
        "0x1F",
        "\r\n",
        "\u{feff}",
        "params:",
        "select:",
        "\\",
        "\u{85}",
        "\u{2028}",
    ]);
    prop::collection::vec(words, 0..60)
        .prop_map(|words| format!("hops:\n  h:\n    request:\n      headers:\n        {}", words.concat()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = parse_named("a.yaml", "a", &bytes);
    }

    #[test]
    fn no_text_that_is_nearly_a_spec_makes_it_panic(text in nearly()) {
        if let Err(errors) = parse_named("a.yaml", "a", text.as_bytes()) {
            prop_assert!(!errors.is_empty());
            for error in errors {
                prop_assert!(error.place.start <= error.place.end);
                prop_assert!(error.source.text.get(error.place.start as usize..error.place.end as usize).is_some(), "{error:?}");
                prop_assert!(!error.message.is_empty());
            }
        }
    }

    #[test]
    fn a_spec_cut_anywhere_does_not_panic(at in 0_usize..2000) {
        let text = "params: { p: { default: '${dst}' } }\n".to_owned() + &request("A: { list: { each: { is: ip } }, bind: x }\nB: 'é${x}'\nC: [a, b]\nD: { json: { 'a[0]': 1 } }");
        let cut = text.char_indices().map(|(i, _)| i).nth(at).unwrap_or(text.len());
        let _ = parse_named("a.yaml", "a", &text.as_bytes()[..cut]);
    }
}
