//! Every tree that the quick reader gives is that of the careful readers, for the program's specs and for what is near them.

use proptest::prelude::*;

use super::assert_careful;
use super::reader::read_to;
use crate::spec::embedded;

/// Whether a text is read, and if so as by the careful readers.
#[track_caller]
fn is_read(text: &str) -> bool {
    read_to(text).map(|root| assert_careful(text, &root)).is_ok()
}

#[test]
fn every_spec_of_the_program_is_read_quickly_and_rightly() {
    for spec in embedded() {
        // A checkout with other line ends is read by the careful readers.
        let text = spec.text.replace("\r\n", "\n");
        match read_to(&text) {
            Ok(root) => assert_careful(&text, &root),
            Err(at) => {
                let line = text[..at].lines().count();
                let here = text[at..].lines().next().unwrap_or_default();
                panic!("{}:{line}: not written plainly at `{here}`: see what src/spec/yaml/quick/reader.rs knows", spec.file());
            }
        }
    }
}

#[test]
fn what_is_plain_is_read() {
    for text in [
        "a: b\n",
        "a: b",
        "a:\n  b: c\n",
        "a:\n- b\n- c\n",
        "a:\n  - b: 1\n    c: 2\n  - d\n  -\n    e: f\n",
        "a: { b: c, 'd': \"e\\n\", f: [1, 2.5, true, null] }\n",
        "a: [\n  x, # comment\n  { y: z }\n ]\n",
        "# first\n\na: b # last\n\n# end\n",
        "a: |\n  x\n   y\n\n  z\nb: c\n",
        "a: 'it''s'\nb: x#y\nc: x:y\nd: http://a.b/c?d=e#f\n",
        "a: é ü\nb: { c: ü }\n",
        "a: {}\nb: []\n",
        "a: -1\nb: -x\n",
        "\"a b\": c\n",
        "a: x  # y\n",
        "a:\n    b: c\n    d:\n    - e\nf: g\n",
        "a: { b: x y, c: z }\n",
        "a: [b c, -d]\n",
        "a:   b\n",
        "a: &x b # c\nd: *x # e\n",
        "a: &x-1 { b: [c] }\nd: *x-1\n",
        "a: &x 1\nb: { c: *x, d: [*x] }\n",
        "- &x a\n- *x\n",
        "a: &x |\n  b\nc: *x\n",
        "- &x { a: b }\n- c: *x\n",
    ] {
        assert!(is_read(text), "{text}");
    }
}

#[test]
fn what_is_not_plain_is_left_to_others() {
    for text in [
        "",
        "a",
        "{ a: b }\n",
        "a: &x\n  b: c\n",
        "&a b: c\n",
        "a: &x b\n*x : c\n",
        "a: [&x b, *x]\n",
        "a: *x\n",
        "a: !t b\n",
        "a: >\n  b\n",
        "a: |-\n  b\n",
        "a: b\n  c\n",
        "a: 'b\n  c'\n",
        "a:\tb\n",
        "a:\n",
        "? a\n: b\n",
        "a: b: c\n",
        "a: [b: c]\n",
        "a: { b }\n",
        "a: { b: }\n",
        "--- \na: b\n",
        "...\n",
        "%YAML 1.2\n",
        "a: b\n c: d\n",
        "a:\n  b: c\n d: e\n",
        "<<: a\n",
        "a: {b: c\n",
        "a: [b\n",
        "a: 'b\n",
        "a: @b\n",
        "a: `b`\n",
        "a: b }\n\t",
        "a: {b: c} d\n",
        "a: \"\\x41\"\n",
        "a: b\r\n",
        "a: {b:c}\n",
        "- a\nb: c\n",
        "- a\n- - b\n  - c\n",
        "a: b\n- c\n",
        "a: { b: c # }\n",
        "a: { b: c, }\n",
        "a : b\n",
        "a: |\n\n  b\n",
        // Fuzzing found that the careful readers do not agree on these.
        "hopA:eto\") ==: |\n \"X-Two\") ==\n \n",
        "a: |\n  b ",
        "a: |\n  b\n  c ",
        "a: |\n  b\n  \n",
        "a: {\n}\n",
        "a: [\n  b\n]\n",
        "a:\n  - [\n  ]\n",
        "a: |\n  b\n \n  c\n",
        "# a\u{85}b\nc: d\n",
        "a: 'b\u{2028}c'\n",
        "a: \"\u{feff}\"\n",
        "a: b\u{9f}\n",
        "a: { b: c -}\n",
        "a: { b:?c d: e }\n",
        "a: [b:?]\n",
        "a: [b?c]\n",
        "a: b\u{2006}\n",
        "a:\n-b: c\n",
        "a:\n  b:\n  -c: d\n",
        "a: [b -]\n",
        "a: &x b\nc: &x d\ne: *x\n",
        "a: &a [x, x]\nb: &b [x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nhops: &c [*b, *b]\nhops: *c\n",
    ] {
        assert!(!is_read(text), "{text}");
    }
    let key = |long| format!("{}: b\n", "a".repeat(long));
    assert!(is_read(&key(1000)) && !is_read(&key(1025)));
    let flow = |long| format!("a: {{ {}: b }}\n", "a".repeat(long));
    assert!(is_read(&flow(1000)) && !is_read(&flow(1025)));
    let list = |many| format!("a: [{}b]\n", "b, ".repeat(many));
    assert!(is_read(&list(10_000)) && !is_read(&list(100_000)));
}

proptest! {
    #[test]
    fn whatever_is_read_is_read_rightly(text in "([ ]{0,4}([a-c]|- |: |:|'|\"|\\{|\\}|\\[|\\]|, |,|#| #|\\||1|~|é|\u{85}|\u{2028}|&a |[*]a|\n){1,12}\n){1,6}") {
        is_read(&text);
    }

    #[test]
    fn literals_are_read_rightly(text in "(x:\n {1,2})?(- )?a: [|]\n([ ]{0,4}[a-c#:'-]{0,3}[ ]{0,2}\n){0,6}([ ]{0,3}(b: c|  b ?)\n?)?") {
        is_read(&text);
    }

    #[test]
    fn quotes_are_read_rightly(text in "(- |[{] )?(a|'a'|\"a\"): ['\"]([a-c #:,{}é]|''|\\\\[\\\\\"ntr/]){0,6}['\"][ ]{0,2}([}]|#[a-c])?\n") {
        is_read(&text);
    }

    #[test]
    fn brackets_are_read_rightly(text in "( {1,2}|- )?a: ([{\\[][ \n]{0,3}(([a-c]|'b'|\"c\"|1)(: |,|, |:|\n| )?[ \n]{0,3}){0,5}[}\\]]?){1,3}[ ]?(#[a-c])?\n(b: c\n)?") {
        is_read(&text);
    }

    #[test]
    fn lists_are_read_rightly(text in "( {1,2}|- )?a:( b)?\n([ ]{0,4}(- |-|[?] |b|-b|;|'c'|\"d\"|[{]e|f[}]|[*]g|&g ){1,3}(: |:|: h| #i)?\n){0,5}") {
        is_read(&text);
    }

    #[test]
    fn a_spec_with_another_character_is_read_rightly_or_not(at in 0_usize..4000, put in "[-a:#'\"{}\\[\\], \n|>&*!%@?\\\\\t]") {
        let text = embedded()[0].text;
        if let Some((before, after)) = text.char_indices().nth(at).map(|(i, c)| (&text[..i], &text[i + c.len_utf8()..])) {
            is_read(&format!("{before}{put}{after}"));
        }
    }
}
