//! What is odd in specs that load.

use super::spec;
use crate::spec::{SpecError, warnings};
use insta::assert_snapshot;

/// Every warning of a spec, a line each, as mistakes are shown.
fn odd(text: &str) -> String {
    let line = |e: &SpecError| {
        let (line, column) = e.source.line_column(e.place.start);
        let excerpt = e.source.excerpt(e.place).replace('\n', "⏎");
        format!("{line}:{column} ‹{excerpt}› {} | {} | {}", e.message, e.label, e.help.join(" / "))
    };
    warnings(&spec(text), false).iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn what_nothing_uses() {
    let text = "
params:
  used: { is: ip }
  by-default: { default: x }
  unused: { default: '${defaulted}' }
  defaulted: { is: defined }
  selecting: { is: ip }
  of_checks: { is: ip }
types:
  defined: { is: inner }
  inner: { is: ip }
  spare: { is: spare-too }
  spare-too: { is: port }
hops:
  a:
    select: { any: [{ src: { ip: '${selecting}' } }, { dst: { port: 80 } }] }
    when: conditional != '10.0.0.1'
    checks: [{ id: c, that: checked == of_checks }]
    request:
      headers:
        A: { is: ip, bind: taken }
        B: { is: ip, bind: spare }
        C: { one_of: ['${taken}', '${used}'] }
        D: { pairs: { x: { bind: in_pair } } }
        G: { is: ip, bind: checked }
        H: { is: ip, bind: conditional }
    variants:
      v: { request: { headers: { E: '${in_variant}', F: { bind: in_variant } } } }
      w: { request: { headers: { E: { bind: in_variant } } } }
";
    let text = text.replace("by-default", "by_default");
    assert_snapshot!(odd(&text), @"
    4:3 ‹by_default› nothing uses the param `by_default` |  | name it where it is expected, `${by_default}`, or leave it away
    5:3 ‹unused› nothing uses the param `unused` |  | name it where it is expected, `${unused}`, or leave it away
    12:3 ‹spare› nothing uses the type `spare` |  | name it where it is expected, `is: spare`, or leave it away; types for other specs stand in a file without hops
    22:28 ‹spare› nothing uses `spare`, which is bound here |  | name it where the same value is expected, `${spare}`, or leave `bind` away; any value at all is `{ present: true }`
    24:34 ‹in_pair› nothing uses `in_pair`, which is bound here |  | name it where the same value is expected, `${in_pair}`, or leave `bind` away; any value at all is `{ present: true }`
    ");
}

#[test]
fn relations_use_names_too() {
    let text = "
hops:
  a: { request: { method: GET } }
  b:
    follows: a
    request:
      headers:
        A: { is: ip, bind: taken }
        B: { appended: '${taken}' }
        C: { bind: of_when }
        D: { preserved: true, when: of_when == 'x' }
";
    assert_snapshot!(odd(text), @"");
}

#[test]
fn what_fits_every_value() {
    let text = r"
types: { anything: { suffix: '' }, something: { contains: a } }
hops:
  a:
    count: { at_least: 0 }
    select: { any: [{ request: { path: { prefix: '' } } }, { dst: { port: 80 } }] }
    request:
      path: { regex: '.*' }
      headers:
        A: { prefix: '' }
        B: { present: true, regex: '^(?s:.)*$' }
        C: { optional: true, contains: '' }
        D: { any: [a, { contains: '' }] }
        E: { all: [{ regex: '[^\n\r]*?' }, { suffix: '' }] }
        F: { list: { length: { at_least: 0 } } }
        G: { lines: { length: { at_least: 0 } } }
        H: { is: anything }
        I: { list: { first: { prefix: '' }, each: { is: ip } } }
        J: { pairs: { x: { optional: true, prefix: '' } } }
        K: { equals: a, suffix: '' }
    response:
      status: { at_least: 100, at_most: 999 }
      body: { length: { at_least: 0 }, json: { a: { contains: '' } } }
";
    assert_snapshot!(odd(text), @r"
    2:22 ‹suffix: ''› this fits every value |  | leave it away, or say more
    2:36 ‹something› nothing uses the type `something` |  | name it where it is expected, `is: something`, or leave it away; types for other specs stand in a file without hops
    5:12 ‹{ at_least: 0 }› any number of exchanges is right |  | leave `count` away; `0` says that this traffic must not be seen
    6:42 ‹prefix: ''› this fits every value |  | leave it away, or say more
    8:15 ‹regex: '.*'› this fits every value |  | leave it away, or say more
    10:14 ‹prefix: ''› this fits every value |  | write `{ present: true }` if it must be there, whatever it is
    11:29 ‹regex: '^(?s:.)*$'› this fits every value |  | write `{ present: true }` if it must be there, whatever it is
    12:30 ‹contains: ''› this fits every value |  | leave the expectation away: whether the field is there or not, nothing violates it
    13:23 ‹{ contains: '' }› this fits every value, and so does `any` with it |  | say more of this one, or leave the whole of `any` away
    14:14 ‹all: [{ regex: '[^\n\r]*?' }, { suffix: '' }]› this fits every value |  | write `{ present: true }` if it must be there, whatever it is
    15:14 ‹list: { length: { at_least: 0 } }› this fits every value |  | write `{ present: true }` if it must be there, whatever it is
    16:14 ‹lines: { length: { at_least: 0 } }› this fits every value |  | write `{ present: true }` if it must be there, whatever it is
    17:14 ‹is: anything› this fits every value |  | write `{ present: true }` if it must be there, whatever it is
    18:31 ‹prefix: ''› this fits every value |  | leave it away, or say more
    19:14 ‹pairs: { x: { optional: true, prefix: '' } }› this fits every value |  | write `{ present: true }` if it must be there, whatever it is
    20:25 ‹suffix: ''› this fits every value |  | leave it away, or say more
    22:17 ‹at_least: 100› this fits every value |  | a status is a number from 100 to 999: leave this away, or narrow it
    22:32 ‹at_most: 999› this fits every value |  | a status is a number from 100 to 999: leave this away, or narrow it
    23:25 ‹at_least: 0› this fits every value |  | leave it away, or say more
    23:53 ‹contains: ''› this fits every value |  | write `{ present: true }` if it must be there, whatever it is
    ");
}

#[test]
fn what_says_something_is_not_warned_of() {
    let text = r"
hops:
  a:
    count: { at_least: 0, at_most: 3 }
    request:
      path: { prefix: / }
      headers:
        A: { present: true }
        B: { regex: '.+' }
        C: { regex: '[^\n]*a?b' }
        D: { regex: '[a-z]*' }
        E: { list: { length: { at_least: 0, at_most: 1 } } }
        F: { not: { prefix: '' } }
        G: { any: [a, { contains: b }] }
        H: { at_least: 0 }
        I: { list: { first: { is: ip } } }
        J: { pairs: { x: { present: true } } }
        K: { name_case: exact }
        L: { regex: 'a*' }
      absent: [Via, X-*-Id, X-Amzn-*]
    response: { status: { at_least: 200 }, body: { length: { at_least: 1 } } }
";
    assert_eq!(odd(text), "");
}

#[test]
fn what_others_would_not_allow_is_named_by_what_says_nothing_else() {
    let named = "
hops:
  a:
    request:
      headers: { Host: { optional: true, regex: '.*' }, Via: { optional: true, lines: { each: { regex: '.*' } } } }
      others: error
    response: { body: { json: { a: { optional: true, contains: '' } }, others: warning } }
";
    assert_eq!(odd(named), "");
    let alone = named.replace("      others: error\n", "").replace(", others: warning", "");
    assert_eq!(odd(&alone).lines().count(), 3, "{}", odd(&alone));
}

#[test]
fn what_a_pattern_says_already() {
    let text = "
hops:
  a:
    request: { absent: [X-Forwarded-*, Via, x-forwarded-for, X-*, V*] }
    response: { absent: [X-Forwarded-For] }
    variants:
      v: { request: { absent: [X-Own] } }
";
    assert_snapshot!(odd(text), @"
    4:25 ‹X-Forwarded-*› `X-*` in line 4 says this already |  | leave one of them away
    4:40 ‹Via› `V*` in line 4 says this already |  | leave one of them away
    4:45 ‹x-forwarded-for› `X-*` in line 4 says this already |  | leave one of them away
    4:45 ‹x-forwarded-for› `X-Forwarded-*` in line 4 says this already |  | leave one of them away
    7:32 ‹X-Own› `X-*` in line 4 says this already |  | leave one of them away
    ");
}

#[test]
fn what_a_select_demands() {
    let text = "
hops:
  a:
    select: { request: { method: GET, headers: { User-Agent: { prefix: curl/8 } } }, response: { status: '200' } }
    request:
      method: { one_of: [GET, HEAD] }
      headers: { User-Agent: { prefix: curl/ }, Host: { is: host } }
    response: { status: { at_least: 200, at_most: 299 } }
";
    assert_snapshot!(odd(text), @"
    6:7 ‹method› the `select` of hop `a` does not find a request in which the method is wrong | nothing can violate this | add another sign of the hop under `any`, or leave this one out of the select
    7:18 ‹User-Agent› the `select` of hop `a` does not find a request in which `User-Agent` is missing or wrong | nothing can violate this | add another sign of the hop under `any`, or leave this one out of the select
    8:17 ‹status› the `select` of hop `a` does not find a response in which the status is wrong | nothing can violate this | add another sign of the hop under `any`, or leave this one out of the select
    ");
}

#[test]
fn a_file_of_types_is_for_others() {
    assert_eq!(odd("types: { a: { is: ip }, b: { prefix: x } }\n"), "");
    let both = spec("types: { a: { is: ip } }\nhops: { a: { request: { method: GET } } }\n");
    assert_eq!((warnings(&both, false).len(), warnings(&both, true).len()), (1, 0));
}

#[test]
fn hostile_specs_cost_no_square() {
    let start = std::time::Instant::now();
    let fields: String = (0..6000).map(|n| format!("        F{n}: {{ prefix: '' }}\n")).collect();
    let absent: String = (0..6000).map(|n| format!("N{n}-*, ")).collect();
    let select: String = (0..6000).map(|n| format!("        G{n}: a\n")).collect();
    let text = format!(
        "hops:\n  a:\n    select:\n      request:\n       headers:\n{select}    request:\n      absent: [{absent} Z]\n      headers:\n{fields}"
    );
    assert!(odd(&text).ends_with("5500 more warnings in this file |  | "));
    assert!(start.elapsed() < std::time::Duration::from_secs(20), "{:?}", start.elapsed());
}
