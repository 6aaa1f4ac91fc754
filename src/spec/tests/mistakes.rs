//! Mistakes in the file, its hops and messages.

use super::mistakes;
use insta::assert_snapshot;

#[test]
fn five_mistakes_are_five_errors() {
    let text = r#"title: five mistakes
hops:
  broken:
    request:
      headrs: { Host: a }
      headers:
        Accept: */*
        User-Agent: { regex: '[a-z' }
        X-Forwarded-For: { is: ip-adress }
  next:
    response:
      headers:
        ETag: "abc"
"#;
    assert_snapshot!(mistakes(text), @r#"
    5:7 ‹headrs› unknown key `headrs` in a request | expected `method`, `target`, `path`, `query`, `version`, `headers`, `cookies`, `absent`, `removed`, `others`, `order`, `name_case`, `body` or `trailers` | did you mean `headers`?
    7:17 ‹*/*› `*/*` must stand in quotes: `*` begins an alias in YAML | not in quotes | write "*/*"
    8:31 ‹[› bad regex: unclosed character class | at column 1 of the pattern | the syntax is that of https://docs.rs/regex; the pattern stands for the whole value
    9:32 ‹ip-adress› unknown type `ip-adress` | expected `ip`, `ipv4`, `ipv6`, `private-ip`, `public-ip`, `ip-port`, `port`, `integer`, `host`, `dns-name`, `uuid`, `http-date`, `iso-date`, `hex`, `base64`, `base64url`, `url`, `jwt`, `etag`, `media-type`, `xray-id`, `sigv4` or `arn`
    13:15 ‹"abc"› YAML takes these quotes away, and they belong to the value | this is `abc` without quotes | write '"abc"'
    "#);
}

#[test]
fn unknown_keys_have_a_near_miss_and_the_list() {
    let text = "
titel: x
hops:
  a:
    form: client
    headers: { Host: a }
    request: { methd: GET, status: 200, Host: a }
    response: { reason: OK, target: / }
    that: src.port > 0
    variants: { v: { requests: { method: GET } } }
    select: { method: GET, requst: { method: GET }, request: { header: { A: b }, order: [A, B] } }
";
    assert_snapshot!(mistakes(text), @"
    2:1 ‹titel› unknown key `titel` in a spec | expected `title`, `about`, `references`, `params`, `types`, `include`, `captures`, `hops` or `checks` | did you mean `title`?
    5:5 ‹form› unknown key `form` in a hop | expected `from`, `to`, `about`, `select`, `when`, `count`, `follows`, `join`, `echoed_in`, `client`, `proxy`, `tls`, `request`, `response`, `event`, `checks` or `variants` | did you mean `from`?
    6:5 ‹headers› unknown key `headers` in a hop | expected `from`, `to`, `about`, `select`, `when`, `count`, `follows`, `join`, `echoed_in`, `client`, `proxy`, `tls`, `request`, `response`, `event`, `checks` or `variants` | it stands under `request` or `response`
    7:16 ‹methd› unknown key `methd` in a request | expected `method`, `target`, `path`, `query`, `version`, `headers`, `cookies`, `absent`, `removed`, `others`, `order`, `name_case`, `body` or `trailers` | did you mean `method`?
    7:28 ‹status› a request has no `status` | expected `method`, `target`, `path`, `query`, `version`, `headers`, `cookies`, `absent`, `removed`, `others`, `order`, `name_case`, `body` or `trailers` | it stands under `response`
    7:41 ‹Host› unknown key `Host` in a request | expected `method`, `target`, `path`, `query`, `version`, `headers`, `cookies`, `absent`, `removed`, `others`, `order`, `name_case`, `body` or `trailers` | fields stand under `headers`
    8:29 ‹target› a response has no `target` | expected `version`, `status`, `reason`, `headers`, `set_cookies`, `absent`, `removed`, `others`, `order`, `name_case`, `body`, `trailers` or `event` | it stands under `request`
    9:5 ‹that› unknown key `that` in a hop | expected `from`, `to`, `about`, `select`, `when`, `count`, `follows`, `join`, `echoed_in`, `client`, `proxy`, `tls`, `request`, `response`, `event`, `checks` or `variants` | a condition stands in a list: `checks: [{ id: …, that: … }]`
    10:22 ‹requests› unknown key `requests` in a variant | expected `client`, `proxy`, `tls`, `request`, `response` or `event` | did you mean `request`?
    11:15 ‹method› unknown key `method` in `select` | expected `request`, `response`, `event`, `src`, `dst`, `client`, `proxy`, `tls`, `connection`, `source`, `any`, `all` or `not` | it stands under `request` or `response`: `request: { method: … }`
    11:28 ‹requst› unknown key `requst` in `select` | expected `request`, `response`, `event`, `src`, `dst`, `client`, `proxy`, `tls`, `connection`, `source`, `any`, `all` or `not` | did you mean `request`?
    11:64 ‹header› unknown key `header` in `request` of a select | expected `method`, `target`, `path`, `query`, `version`, `headers`, `cookies`, `absent`, `body` or `trailers` | did you mean `headers`?
    11:82 ‹order› `order` means nothing in a select |  | it is an expectation: put it under the hop's own `request` or `response`
    ");
}

#[test]
fn what_cannot_be_meant_is_refused() {
    let text = "
captures: [a.pcap]
checks: []
hops:
  a:
    when: x
    follows: b
    join: x
    echoed_in: b
    checks: [{ id: a, that: b }]
    select: { source: log }
    request:
      cookies: { a: b }
      trailers: { A: b }
      event: { a: b }
      removed: [A]
      others: preserved
      headers:
        A: { wire: a }
        B: { jwt: { a: b } }
        C: { preserved: true }
        D: { appended: a }
        E: { is: ip }
        F: { when: a, is: sigv4 }
    response:
      set_cookies: { a: { value: b } }
";
    assert_snapshot!(mistakes(text), @r#"
    3:9 ‹[]› `checks` has the empty list `[]` |  | give it one, or leave its key away
    6:11 ‹x› `when` must be true or false, and this is a text |  | compare it: `… == …`
    7:14 ‹b› no hop `b` in this file |  | did you mean `a`? / `follows` names the hop that a request comes over before this one
    9:16 ‹b› `b` is no body of another hop |  | it is `NAME.response.body`, with the name of a hop of this file
    10:29 ‹b› `that` must be true or false, and this is a text |  | compare it: `… == …`
    19:20 ‹a› `a` is no line of `A` |  | `wire` is the whole line: "A: value"
    20:21 ‹a› `a` is no path into a JWT |  | a path begins with `header` or `payload`: `header.alg`, `payload.sub`
    24:20 ‹a› `when` must be true or false, and this is a text |  | compare it: `… == …`
    "#);
}

#[test]
fn repeats_are_found_and_name_the_first() {
    let text = "
title: a
title: b
hops:
  a: { request: { method: GET } }
  a:
    request:
      headers:
        Host: a
        X-A: { is: ip, is: ip }
        hOST: b
      absent: [Via, via]
      order: [A, B, a, others, others]
";
    assert_snapshot!(mistakes(text), @r#"
    3:1 ‹title› `title` stands twice in a spec | first in line 2 | keep one of them
    6:3 ‹a› `a` stands twice in `hops` | first in line 5 | keep one of them
    10:24 ‹is› `is` stands twice in a matcher | first in line 10 | keep one of them
    11:9 ‹hOST› `hOST` stands twice in `headers` | first in line 9 | field names have no case; for several lines of one field write a list of values
    12:21 ‹via› `via` stands twice under `absent` |  | keep one of them
    13:21 ‹a› `a` stands twice in `order` |  | keep one of them
    13:32 ‹others› `others` stands twice in `order` |  | keep one of them
    "#);
}

#[test]
fn what_says_nothing_is_refused() {
    let text = "
title:
about: ~
hops:
  a: {}
  b:
  c:
    select: { any: [] }
    request:
      headers:
        A:
        B: {}
        C: null
        D: []
        E: ''
      query: {}
      absent: []
      order: [Host]
  d: text
";
    assert_snapshot!(mistakes(text), @r#"
    2:1 ‹title› `title` has no value |  | give it one, or leave its key away
    3:8 ‹~› `about` has the value `~` |  | give it one, or leave its key away
    5:6 ‹{}› `a` has the empty value `{}` |  | give it one, or leave its key away
    6:3 ‹b› `b` has no value |  | give it one, or leave its key away
    8:20 ‹[]› `any` has the empty list `[]` |  | give it one, or leave its key away
    11:9 ‹A› `A` has no value |  | a field that must not be there stands under `absent` / the empty value is `""`
    12:12 ‹{}› `B` has the empty value `{}` |  | any value at all is `{ present: true }`
    13:12 ‹null› `C` has the value `null` |  | a field that must not be there stands under `absent` / the empty value is `""`
    14:12 ‹[]› `D` has the empty list `[]` |  | a field that must not be there stands under `absent`
    16:14 ‹{}› `query` has the empty value `{}` |  | give it one, or leave its key away
    17:15 ‹[]› `absent` has the empty list `[]` |  | give it one, or leave its key away
    18:14 ‹[Host]› an order of one says nothing |  | `others` stands for all the rest: `[Host, others]` is "Host first"
    19:6 ‹text› a hop is a mapping, and here stands a text | expected `key: value`
    "#);
}

#[test]
fn parts_that_no_message_can_have() {
    let text = "
hops:
  a:
    request:
      method: [GET, POST]
      version: 1.1
      path: { optional: true, is: url }
      headers:
        ':path': /
        A b: c
        X-*: d
      absent: [a b]
      order: [X-*, others]
      name_case: upper
      others: deny
      body: '{}'
    response:
      status: 2xx
      body: { sha256: abc, length: { at_least: few }, json: { 'a..b': 1 }, txt: a }
    count: many
  b: { count: { at_least: 3, at_most: 2, exactly: 1 } }
  a=b: { count: -1 }
";
    assert_snapshot!(mistakes(text), @r#"
    5:15 ‹[GET, POST]› a list means several field lines, and here is one value |  | one of several values is `{ one_of: [a, b] }`; members of a list in one value are `{ list: … }`
    6:16 ‹1.1› a version is written as on the wire, not `1.1` |  | HTTP/1.0, HTTP/1.1 or HTTP/2
    7:15 ‹optional› `optional` means nothing here |  | only what is expected of a field, a pair or a JSON member can be optional
    9:9 ‹':path'› `:path` is no field name |  | pseudo-header fields are named `method`, `path`, `status`
    10:9 ‹A b› `A b` is no field name |  | a field name is a token: letters, digits and -._~!#$%&'+^`| (RFC 9110 §5.6.2)
    11:9 ‹X-*› `X-*` is no field name |  | `*` stands for any characters in `absent` only
    12:16 ‹a b› `a b` is no field name |  | `Via`, or `X-Forwarded-*` for all that begin so
    13:15 ‹X-*› `X-*` is no field name
    14:18 ‹upper› `name_case` is not `upper` | expected `exact`, `lower` or `any`
    15:15 ‹deny› `others` is not `deny` | expected `allow`, `warning` or `error`
    16:13 ‹'{}'› `body` is a mapping, and here stands a text | expected `key: value`
    18:15 ‹2xx› a status is three digits, not `2xx` |  | write { at_least: 200, at_most: 299 }
    19:23 ‹abc› a SHA-256 digest is 64 hex digits | these are 3
    19:48 ‹few› `at_least` is an integer, not `few`
    19:63 ‹'a..b'› `a..b` is no path: a name is empty |  | `headers.Host`, `headers["X.Y"]`, `Records[0].cf`, `[-1]`
    19:76 ‹txt› unknown key `txt` in `body` | expected `json`, `others`, `text`, `sha256` or `length` | did you mean `text`?
    20:12 ‹many› `count` is an integer, not `many`
    21:15 ‹{ at_least: 3, at_most: 2, exactly: 1 }› no number is at least 3 and at most 2
    21:42 ‹exactly› unknown key `exactly` in `count` | expected `at_least` or `at_most`
    22:3 ‹a=b› `a=b` cannot be the name of a hop |  | letters, digits, `-`, `_` and `.`: it is written on command lines
    22:17 ‹-1› `count` is an integer, not `-1`
    "#);
}

#[test]
fn what_is_expected_and_absent_can_never_hold() {
    let text = "
hops:
  a:
    request:
      headers: { Via: a, X-Forwarded-For: { is: ip }, X-Real-Ip: a }
      absent: [via, X-Forwarded-*]
";
    assert_snapshot!(mistakes(text), @r#"
    6:16 ‹via› `Via` is expected in line 5 and must be absent here: both can never hold |  | keep the one that is meant; ways that exclude each other are `variants`
    6:21 ‹X-Forwarded-*› `X-Forwarded-For` is expected in line 5 and must be absent here: both can never hold |  | keep the one that is meant; ways that exclude each other are `variants`
    "#);
}

#[test]
fn references_are_found_by_index_or_title() {
    let text = "
references:
  - { title: The note, observed: 2020-06-14, region: eu, url: 'https://example.org', grade: observed }
  - { title: b, observed: yesterday, grade: sure, when: now }
hops:
  a:
    request:
      headers:
        A: { is: ip, reference: 1 }
        B: { is: ip, reference: The note }
        C: { is: ip, reference: 2 }
        D: { is: ip, reference: The nota }
";
    assert_snapshot!(mistakes(text), @"
    4:27 ‹yesterday› `observed` is a date, not `yesterday` |  | write it as 2020-06-14
    4:45 ‹sure› `grade` is not `sure` | expected `observed`, `documented` or `inferred`
    4:51 ‹when› unknown key `when` in a reference | expected `title`, `url`, `observed`, `region` or `grade`
    11:33 ‹2› no reference `2` | expected a title, or a number from 0 to 1 | did you mean `b`?
    12:33 ‹The nota› no reference `The nota` | expected a title, or a number from 0 to 1 | did you mean `The note`?
    ");
}

#[test]
fn a_select_says_what_identifies() {
    let text = "
hops:
  a:
    select:
      src: { ip: { cidr: 10.0.0.0/8 }, prot: 80 }
      dst: { port: [80, 81] }
      source: wires
      any: { request: { method: GET } }
      request:
        headers:
          A: { is: ip, bind: a }
          B: { optional: true, is: ip }
          C: { is: ip, severity: note }
          D: ${x}
          E: '${header(\"A\")}'
          F: '${request.method}'
      not: { response: { status: 20 } }
";
    assert_snapshot!(mistakes(text), @r#"
    5:40 ‹prot› unknown key `prot` in `src` | expected `ip` or `port` | did you mean `port`?
    6:20 ‹[80, 81]› a list of values means nothing in a select |  | one of several is `{ one_of: [a, b] }`
    7:15 ‹wires› unknown source `wires` |  | `wire`, `har`, `text`, `event` or `log`
    8:12 ‹{ request: { method: GET } }› `any` is a list, and here stands a mapping |  | write `[a, b]`
    11:24 ‹bind› `bind` means nothing here |  | a name is bound to one value of a request or response, outside of `any` and `not`
    12:16 ‹optional› `optional` means nothing here |  | only what is expected of a field, a pair or a JSON member can be optional
    13:24 ‹severity› `severity` means nothing here |  | it belongs to the whole expectation of a field or part
    14:14 ‹${x}› `x` is no param |  | give it under `params`
    15:17 ‹header› `header()` belongs to a message, and none is here |  | write `request.header("Name")` or `response.header("Name")`
    16:15 ‹${request.method}› a select cannot look at messages |  | it may name params, `src` and `dst`
    17:34 ‹20› a status is three digits, not `20`
    "#);
}
