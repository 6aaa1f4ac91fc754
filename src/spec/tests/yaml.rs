//! YAML itself: what cannot be read, what no spec may have, and what belongs to other tools.

use super::{mistakes, mistakes_of_fields, request};
use crate::spec::{Loaded, parse, parse_named};
use insta::assert_snapshot;

#[test]
fn slips_are_recognised_and_the_rest_is_still_read() {
    let fields = "
Accept: */*
Origin: *
A: { one_of: [*/*, b], is: nothing }
B: { prefix: ${src}, suffix: a-${header(\"A\").members()[0]}-b }
C: [${src}, @x]
D: `x`
E: %x
F: *nope
G: { is: ipp }";
    assert_snapshot!(mistakes_of_fields(fields), @r#"
    6:17 ‹*/*› `*/*` must stand in quotes: `*` begins an alias in YAML | not in quotes | write "*/*"
    7:17 ‹*› `*` must stand in quotes: `*` begins an alias in YAML | not in quotes | write "*"
    8:23 ‹*/*› `*/*` must stand in quotes: `*` begins an alias in YAML | not in quotes | write "*/*"
    8:36 ‹nothing› unknown type `nothing` | expected `ip`, `ipv4`, `ipv6`, `private-ip`, `public-ip`, `ip-port`, `port`, `integer`, `host`, `dns-name`, `uuid`, `http-date`, `iso-date`, `hex`, `base64`, `base64url`, `url`, `jwt`, `etag`, `media-type`, `xray-id`, `sigv4` or `arn`
    9:22 ‹${src}› `${src}` must stand in quotes inside of `{ }` or `[ ]` | YAML takes the braces for its own | write "${src}"
    9:38 ‹a-${header("A").members()[0]}-b› `a-${header("A").members()[0]}-b` must stand in quotes inside of `{ }` or `[ ]` | YAML takes the braces for its own | write 'a-${header("A").members()[0]}-b'
    10:13 ‹${src}› `${src}` must stand in quotes inside of `{ }` or `[ ]` | YAML takes the braces for its own | write "${src}"
    10:21 ‹@x› `@x` must stand in quotes: `@` cannot begin a value in YAML | not in quotes | write "@x"
    11:12 ‹`x`› ``x`` must stand in quotes: a backtick cannot begin a value in YAML | not in quotes | write "`x`"
    12:12 ‹%x› `%x` must stand in quotes: `%` begins a directive in YAML | not in quotes | write "%x"
    13:12 ‹*nope› `*nope` must stand in quotes: `*` begins an alias in YAML | not in quotes | write "*nope"
    14:18 ‹ipp› unknown type `ipp` | expected `ip`, `ipv4`, `ipv6`, `private-ip`, `public-ip`, `ip-port`, `port`, `integer`, `host`, `dns-name`, `uuid`, `http-date`, `iso-date`, `hex`, `base64`, `base64url`, `url`, `jwt`, `etag`, `media-type`, `xray-id`, `sigv4` or `arn` | did you mean `ip`?
    "#);
}

#[test]
fn other_yaml_mistakes_have_their_place_and_a_hint() {
    assert_snapshot!(mistakes("hops:\n  a:\n\t  b: c\n"), @"3:4 ‹b› not valid YAML: tabs disallowed within this context (block indentation) |  | YAML is indented by spaces, never by tabs");
    assert_snapshot!(mistakes("hops:\n  a: b: c\n"), @"2:7 ‹:› not valid YAML: mapping values are not allowed in this context |  | a value that contains `: ` must stand in quotes");
    assert_snapshot!(mistakes("hops:\n  a: \"\\d\"\n"), @r#"2:6 ‹"› not valid YAML: while parsing a quoted scalar, found unknown escape character |  | in double quotes `\` begins an escape; a regex stands best in single quotes"#);
    assert_snapshot!(mistakes(" title: x\nhops:\n  a: 1\n"), @"2:1 ‹h› not valid YAML: did not find expected <document start> |  | the indentation does not fit the lines above");
    assert_snapshot!(mistakes("hops:\n  a: 'x\n"), @"2:6 ‹'› not valid YAML: while scanning a quoted scalar, found unexpected end of stream");
    assert_snapshot!(mistakes("hops: [a, b\n"), @"2:1 ‹› not valid YAML: while parsing a flow sequence, expected ',' or ']'");
}

#[test]
fn tags_merges_and_second_documents_are_refused() {
    let text = "
base: &base { method: GET }
hops:
  a:
    request: { <<: *base, path: !x / }
    response: !y { status: 200 }
  b: { request: { method: { {a: b}: c } } }
";
    assert_snapshot!(mistakes(text), @"
    2:1 ‹base› unknown key `base` in a spec | expected `title`, `about`, `references`, `params`, `types`, `include`, `captures`, `hops` or `checks`
    5:16 ‹<<› a spec has no merge keys (`<<`) |  | write the keys out, or use an alias for a whole value
    5:33 ‹!x /› a spec has no YAML tags (`!name`) |  | leave the tag away; a text that begins with `!` stands in quotes
    6:18 ‹{› a spec has no YAML tags (`!name`) |  | leave the tag away; a text that begins with `!` stands in quotes
    7:29 ‹{a: b}› a key must be a text |  | `{{ }}` is a mapping inside a mapping in YAML; a name is written `${name}`, in quotes inside of `{ }`
    ");
    assert_snapshot!(mistakes("hops:\n  a: { request: { method: GET } }\n---\nb: c\n"), @"3:1 ‹---› a second YAML document begins here; a spec file has one |  | put each spec into a file of its own");
    assert_snapshot!(mistakes("hops:\n  a: { request: { headers: { A: {{ x }} } } }\n"), @"2:34 ‹{ x }› a key must be a text |  | `{{ }}` is a mapping inside a mapping in YAML; a name is written `${name}`, in quotes inside of `{ }`");
}

#[test]
fn what_two_readers_read_differently_is_refused() {
    assert_snapshot!(mistakes("title: é\nabout: a\u{85}b\nhops: { a: { count: 1 } }\n"), @"2:8 ‹ab› not valid YAML: two YAML readers read this in two ways |  | write it more plainly: in quotes, or on one line");
    assert_snapshot!(mistakes("# é\n%YAML 1.3\n---\nhops: { a: { count: 1 } }\n"), @"2:1 ‹› not valid YAML: found incompatible YAML document");
}

#[test]
fn aliases_are_allowed() {
    let text = "hops:\n  a: { request: &r { method: GET, headers: { A: &x { is: ip }, B: *x } } }\n  b: { request: *r }\n";
    assert_eq!(mistakes(text), "loads");
    assert_snapshot!(mistakes("hops: &h\n  a: *h\n"), @"2:6 ‹*h› this alias stands inside of what it names, which would never end |  | write the value out");
    assert_snapshot!(mistakes("hops:\n  a: { request: &r { metod: GET } }\n  b: { response: *r }\n"), @"
    2:22 ‹metod› unknown key `metod` in a request | expected `method`, `target`, `path`, `query`, `version`, `headers`, `cookies`, `absent`, `removed`, `others`, `order`, `name_case`, `body` or `trailers` | did you mean `method`?
    2:22 ‹metod› unknown key `metod` in a response | expected `version`, `status`, `reason`, `headers`, `set_cookies`, `absent`, `removed`, `others`, `order`, `name_case`, `body`, `trailers` or `event` | fields stand under `headers`
    ");
}

#[test]
fn bytes_that_are_no_text_have_their_offset() {
    let mut bytes = b"hops:\n  a: ".to_vec();
    bytes.extend([0xFF, b'\n']);
    let errors = parse("a.yaml", "a", &bytes).unwrap_err();
    assert_eq!(errors[0].to_string(), "a.yaml:2:6: not UTF-8 at byte 11");
    assert!(parse("a.yaml", "a", &vec![b'#'; (1 << 20) + 1]).is_ok_and(|l| matches!(l, Loaded::NotASpec)));
    let errors = parse_named("a.yaml", "a", &vec![b'#'; (1 << 20) + 1]).unwrap_err();
    assert_eq!(errors[0].to_string(), "a.yaml:1:1: the file is longer than 1 MiB, the most that is read");
}

#[test]
fn byte_order_mark_and_crlf_are_fine() {
    let text = format!("\u{feff}{}", request("A: b\nC: { is: ip }")).replace('\n', "\r\n");
    assert_eq!(mistakes(&text), "loads");
    let text = format!("\u{feff}{}", request("A: b\nC: { is: nothing }")).replace('\n', "\r\n");
    assert_snapshot!(mistakes(&text).split(" | ").next().unwrap(), @"6:18 ‹nothing› unknown type `nothing`");
}

#[test]
fn yaml_of_other_tools_is_never_an_error() {
    for other in [
        "",
        "# nothing\n",
        "- a\n- b\n",
        "just text\n",
        "on: push\non: pull\n",
        "Resources:\n  A: !Ref B\n",
        "a: 1\n---\nhops: 2\n",
        "a: *x\n",
        "a: { b: ${x} }\n",
        "\tx",
        "a: [\n",
    ] {
        assert!(matches!(parse("a.yaml", "a", other.as_bytes()), Ok(Loaded::NotASpec)), "{other:?}");
    }
    for ours in ["hops: [\n", "x: 1\nhops: {a: *}\n", "checks: 1\n", "types: {}\n"] {
        assert!(parse("a.yaml", "a", ours.as_bytes()).is_err(), "{ours:?}");
    }
    assert!(parse_named("a.yaml", "a", b"a: [\n").is_err(), "what was named must be readable");
    assert!(matches!(parse_named("a.yaml", "a", b"a: 1\n"), Ok(Loaded::NotASpec)));
}
