//! Mistakes in `cookies` and `set_cookies`.

use super::mistakes;
use insta::assert_snapshot;

#[test]
fn mistakes_in_cookies() {
    let text = r#"
hops:
  a:
    select: { response: { set_cookies: { a: { Path: / } } } }
    request:
      set_cookies: { a: b }
      cookies:
        "a b": c
        d:
        e: { Path: / }
      absent: [cookie]
    response:
      cookies: { a: b }
      set_cookies:
        a: { Secrue: false, Path: / }
        b: { Secure: yes }
        c: { regex: a, Path: / }
        d: { Path: /, path: /a }
        e: { value: a, present: true }
        f: { Path: [a, b] }
        g: { value: { lines: { length: 2 } }, HttpOnly: { present: true, severity: note } }
        h: { is: uiud }
"#;
    assert_snapshot!(mistakes(text), @r#"
    4:45 ‹{ Path: / }› attributes of a cookie mean nothing in a select |  | select by the cookie's value, as `{ present: true }` or another matcher
    6:7 ‹set_cookies› a request has no `set_cookies` | expected `method`, `target`, `path`, `query`, `version`, `headers`, `cookies`, `absent`, `removed`, `others`, `order`, `name_case`, `body` or `trailers` | it stands under `response`
    8:9 ‹"a b"› `a b` is no cookie name |  | a cookie name is a token: no white space, `=`, `;`, `,` or quotes (RFC 6265 §4.1.1)
    9:9 ‹d› `d` has no value |  | give it one, or leave its key away
    10:14 ‹Path› unknown key `Path` in a matcher | expected `equals`, `prefix`, `suffix`, `contains`, `regex`, `one_of`, `ignore_case`, `is`, `cidr`, `at_least`, `at_most`, `list`, `pairs`, `json`, `jwt`, `separator`, `others`, `present`, `optional`, `name_case`, `lines`, `wire`, `all`, `any`, `not`, `preserved`, `appended`, `bind`, `when`, `severity`, `why` or `reference`
    11:16 ‹cookie› `Cookie` is expected in line 8 and must be absent here: both can never hold |  | keep the one that is meant; ways that exclude each other are `variants`
    13:7 ‹cookies› a response has no `cookies` | expected `version`, `status`, `reason`, `headers`, `set_cookies`, `absent`, `removed`, `others`, `order`, `name_case`, `body`, `trailers` or `event` | it stands under `request`
    15:14 ‹Secrue› unknown attribute `Secrue` of a cookie | expected `value`, `Expires`, `Max-Age`, `Domain`, `Path`, `SameSite`, `Priority`, `Secure`, `HttpOnly` or `Partitioned` | did you mean `Secure`?
    16:22 ‹yes› `Secure` is an attribute without a value |  | `true`: it must be there, `false`: it must not
    17:14 ‹regex› `regex` stands beside attributes, and compares a value |  | write `value: { regex: … }`
    18:23 ‹path› the attribute `path` stands twice |  | attributes have no case; keep one of them
    19:14 ‹value› `present` beside `value` is about the value's lines |  | write `value: { present: true, … }`
    20:20 ‹[a, b]› a list means several field lines, and here is one value |  | one of several values is `{ one_of: [a, b] }`; members of a list in one value are `{ list: … }`
    22:18 ‹uiud› unknown type `uiud` | expected `ip`, `ipv4`, `ipv6`, `private-ip`, `public-ip`, `ip-port`, `port`, `integer`, `host`, `dns-name`, `uuid`, `http-date`, `iso-date`, `hex`, `base64`, `base64url`, `url`, `jwt`, `etag`, `media-type`, `xray-id`, `sigv4` or `arn` | did you mean `uuid`?
    "#);
}

#[test]
fn cookies_of_all_shapes_load() {
    let text = "
hops:
  a:
    select: { request: { cookies: { a: b } }, response: { set_cookies: { c: { present: true } } } }
    request: { cookies: { a: b, c: { is: uuid, bind: c }, d: [e, '${c}'] } }
    response: { set_cookies: { a: b, c: [d, e], f: { value: '${c}', Path: /, Secure: true, Domain: false, Max-Age: { at_least: 1, optional: true } } } }
";
    assert_snapshot!(mistakes(text), @"loads");
}
