//! Mistakes in `wire`, `trailers` and `jwt`.

use super::mistakes;
use insta::assert_snapshot;

#[test]
fn mistakes_in_lines_and_tokens() {
    let text = r#"
params: { p: { wire: "P: a" } }
hops:
  a:
    select: { request: { headers: { A: { wire: "A: b" } } } }
    request:
      headers:
        A: { wire: a }
        B: { wire: "A: b" }
        C: { any: [{ wire: "C: a" }, b] }
        D: { wire: [] }
        E: { wire: { prefix: a } }
        F: { wire: "F: a", is: ipp }
        G: { wier: "G: a" }
        H: { jwt: { alg: a, header: { present: true }, payload.sub: { is: uiud }, '[0]': a } }
        I: { jwt: { payload.sub: { severity: note } }, others: maybe }
      trailers: { "a b": c, A: { is: hex }, a: b }
"#;
    assert_snapshot!(mistakes(text), @r#"
    2:16 ‹wire› `wire` is about the whole line of a field, and here is one value |  | it stands directly under the field's name in an expectation, beside the other keys
    5:42 ‹wire› `wire` is about the whole line of a field, and here is one value |  | it stands directly under the field's name in an expectation, beside the other keys
    8:20 ‹a› `a` is no line of `A` |  | `wire` is the whole line: "A: value"
    9:20 ‹"A: b"› `A: b` is no line of `B` |  | `wire` is the whole line: "B: value"
    10:22 ‹wire› `wire` is about the whole line of a field, and here is one value |  | it stands directly under the field's name in an expectation, beside the other keys
    11:20 ‹[]› `wire` has the empty list `[]` |  | give it one, or leave its key away
    12:20 ‹{ prefix: a }› a value here is a text, and here stands a mapping
    13:32 ‹ipp› unknown type `ipp` | expected `ip`, `ipv4`, `ipv6`, `private-ip`, `public-ip`, `ip-port`, `port`, `integer`, `host`, `dns-name`, `uuid`, `http-date`, `iso-date`, `hex`, `base64`, `base64url`, `url`, `jwt`, `etag`, `media-type`, `xray-id`, `sigv4` or `arn` | did you mean `ip`?
    14:14 ‹wier› unknown key `wier` in a matcher | expected `equals`, `prefix`, `suffix`, `contains`, `regex`, `one_of`, `ignore_case`, `is`, `cidr`, `at_least`, `at_most`, `list`, `pairs`, `json`, `jwt`, `separator`, `others`, `present`, `optional`, `name_case`, `lines`, `wire`, `all`, `any`, `not`, `preserved`, `appended`, `bind`, `when`, `severity`, `why` or `reference` | did you mean `wire`?
    15:21 ‹alg› `alg` is no path into a JWT |  | a path begins with `header` or `payload`: `header.alg`, `payload.sub`
    15:75 ‹uiud› unknown type `uiud` | expected `ip`, `ipv4`, `ipv6`, `private-ip`, `public-ip`, `ip-port`, `port`, `integer`, `host`, `dns-name`, `uuid`, `http-date`, `iso-date`, `hex`, `base64`, `base64url`, `url`, `jwt`, `etag`, `media-type`, `xray-id`, `sigv4` or `arn` | did you mean `uuid`?
    15:83 ‹'[0]'› `[0]` is no path into a JWT |  | a path begins with `header` or `payload`: `header.alg`, `payload.sub`
    16:34 ‹{ severity: note }› this matcher says nothing of the value | no key that compares | any value at all is `{ present: true }`
    16:36 ‹severity› `severity` means nothing here |  | it belongs to the whole expectation of a field or part
    16:64 ‹maybe› `others` is not `maybe` | expected `allow`, `warning` or `error`
    17:19 ‹"a b"› `a b` is no field name |  | a field name is a token: letters, digits and -._~!#$%&'+^`| (RFC 9110 §5.6.2)
    17:45 ‹a› `a` stands twice in `trailers` | first in line 17 | field names have no case; for several lines of one field write a list of values
    "#);
}

#[test]
fn lines_tokens_and_trailers_load() {
    let text = r#"
hops:
  a:
    select: { response: { trailers: { A: { present: true } } } }
    request:
      headers:
        Host: { wire: "Host: ${dst}", why: w, severity: note }
        ETag: { wire: ['ETag: "a"', 'etag:"b"'] }
        Authorization: { jwt: { header.alg: ES256, 'payload["a.b"].c[0]': 1, payload.sub: { bind: sub } }, others: warning }
    response:
      trailers: { A: { optional: true, is: hex }, B: '${sub}' }
"#;
    assert_snapshot!(mistakes(text), @"loads");
}
