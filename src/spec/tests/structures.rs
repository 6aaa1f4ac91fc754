//! Mistakes in values: scalars, lists, matchers and what stands inside of them.

use super::{mistakes, mistakes_of_fields, request};
use insta::assert_snapshot;

#[test]
fn matchers_that_say_nothing_or_cannot_hold() {
    let fields = "
A: { why: because }
B: { optional: true }
C: { present: false }
D: { present: true, optional: true }
E: { ignore_case: true, is: ip }
F: { at_least: 3, at_most: 2 }
G: { severity: fatal, is: ip }
H: { bind: Upper, is: ip }
I: { bind: src }
J: { others: error, is: ip }
K: { separator: ',', is: ip }
L: { present: yes }
M: { equls: a }";
    assert_snapshot!(mistakes_of_fields(fields), @"
    6:12 ‹{ why: because }› this matcher says nothing of the value | no key that compares | any value at all is `{ present: true }`
    7:12 ‹{ optional: true }› this matcher says nothing of the value | no key that compares | a field that may be there or not needs no line in a spec; say what it is if it is there
    8:23 ‹false› `present: false` is not how a spec says that a field must not be there |  | list its name under `absent`
    9:14 ‹present› `present` and `optional` contradict each other |  | keep the one that is meant
    10:14 ‹ignore_case› `ignore_case` has no text to compare beside it |  | it goes with `equals`, `prefix`, `suffix`, `contains`, `regex` or `one_of`
    11:27 ‹at_most› no value is at least 3 and at most 2
    12:24 ‹fatal› `severity` is not `fatal` | expected `error`, `warning` or `note`
    13:20 ‹Upper› `Upper` is not a bound name |  | a name is lower case: `api_id`, `target2`
    14:20 ‹src› `src` has a meaning of its own in `${…}` |  | choose another name
    15:14 ‹others› `others` has no `pairs`, `json` or `jwt` beside it
    16:14 ‹separator› `separator` has no `pairs` beside it |  | the separator of a list stands inside of `list`
    17:23 ‹yes› `present` is `true` or `false`
    18:14 ‹equls› unknown key `equls` in a matcher | expected `equals`, `prefix`, `suffix`, `contains`, `regex`, `one_of`, `ignore_case`, `is`, `cidr`, `at_least`, `at_most`, `list`, `pairs`, `json`, `jwt`, `separator`, `others`, `present`, `optional`, `name_case`, `lines`, `wire`, `all`, `any`, `not`, `preserved`, `appended`, `bind`, `when`, `severity`, `why` or `reference` | did you mean `equals`?
    ");
}

#[test]
fn types_networks_and_patterns() {
    let fields = r#"
A: { is: httpdate }
B: { cidr: [10.0.0.0/8, 10.0.0.300/8, 10.0.0.1] }
C: { regex: 'a(b' }
D: { regex: "[z-a]" }
E: { regex: 'x${name}' }
F: { regex: '(?x) a # b' }
G: { at_least: 1.5 }
H: { one_of: a }
I: { one_of: [] }
J: { regex: 'é{2,1}' }"#;
    assert_snapshot!(mistakes_of_fields(fields), @r#"
    6:18 ‹httpdate› unknown type `httpdate` | expected `ip`, `ipv4`, `ipv6`, `private-ip`, `public-ip`, `ip-port`, `port`, `integer`, `host`, `dns-name`, `uuid`, `http-date`, `iso-date`, `hex`, `base64`, `base64url`, `url`, `jwt`, `etag`, `media-type`, `xray-id`, `sigv4` or `arn` | did you mean `http-date`?
    7:33 ‹10.0.0.300/8› `10.0.0.300/8` is no network in CIDR notation | expected `10.0.0.0/8` or `2001:db8::/32`
    7:47 ‹10.0.0.1› `10.0.0.1` is no network in CIDR notation | expected `10.0.0.0/8` or `2001:db8::/32` | for this one address write 10.0.0.1/32
    8:23 ‹(› bad regex: unclosed group | at column 2 of the pattern | the syntax is that of https://docs.rs/regex; the pattern stands for the whole value
    9:23 ‹z-a› bad regex: invalid character class range, the start must be <= the end | at column 2 of the pattern | the syntax is that of https://docs.rs/regex; the pattern stands for the whole value
    10:23 ‹${name}› a regex takes no `${…}` |  | compare the parts: `prefix`, `suffix`, `contains`, or `all` of several
    11:21 ‹'(?x) a # b'› bad regex: it ends in a comment |  | end the comment with a line break, or leave it away
    12:24 ‹1.5› `at_least` is an integer, not `1.5`
    13:22 ‹a› `one_of` is a list, and here stands a text |  | write `[a, b]`
    14:22 ‹[]› `one_of` has the empty list `[]` |  | give it one, or leave its key away
    15:23 ‹{2,1}› bad regex: invalid repetition count range, the start must be <= the end | at column 2 of the pattern | the syntax is that of https://docs.rs/regex; the pattern stands for the whole value
    "#);
}

#[test]
fn lists_lines_pairs_and_json() {
    let fields = r#"
A: { list: 3 }
B: { list: { separator: ', ', length: x } }
C: { list: { separator: ' ' } }
D: { list: { at: { last: a }, first: [a], lst: b } }
E: { list: { each: { lines: { length: 1 } }, equals: a } }
F: { lines: { length: { at_least: 2, at_most: 1 }, at: { 0: a } } }
G: { pairs: { Root: a, root: b }, others: some, separator: '' }
H: { json: { '': 1, 'a[': 2, b: { c: 1 } }, others: deny }
I: { json: { a: .inf, b: [1, { c: 2 }, '${src}'], c: 123456789012345678901234567890 } }
J: { any: [a, { present: true }, { bind: x, is: ip }] }
K: { not: { optional: true, is: ip } }
L: { all: { is: ip } }
M: [a, { is: ip }]"#;
    assert_snapshot!(mistakes_of_fields(fields), @r#"
    6:20 ‹3› `list` is a mapping, and here stands a text | expected `key: value`
    7:33 ‹', '› `separator` is one ASCII character, not `, ` |  | spaces around it are ignored
    7:47 ‹x› `length` is an integer, not `x`
    8:20 ‹{ separator: ' ' }› this `list` says nothing of the members |  | `length`, `first`, `each` …
    9:28 ‹last› `last` is no index |  | 0 is the first member, -1 the last, -2 the one before
    9:46 ‹[a]› a list means several field lines, and here is one value |  | one of several values is `{ one_of: [a, b] }`; members of a list in one value are `{ list: … }`
    9:51 ‹lst› unknown key `lst` in `list` | expected `length`, `first`, `last`, `at`, `each`, `includes`, `equals` or `separator` | did you mean `last`?
    10:30 ‹lines› `lines` is about the lines of a field, and here is one value |  | it stands directly under the field's name, beside the other keys
    10:62 ‹a› `equals` of several is a list, and here stands a text |  | write `[a, b]`
    11:31 ‹{ at_least: 2, at_most: 1 }› no number is at least 2 and at most 1
    11:60 ‹at› unknown key `at` in `lines` | expected `length`, `first`, `last`, `each`, `includes` or `equals`
    12:32 ‹root› `root` stands twice in `pairs` | first in line 12 | field names have no case; for several lines of one field write a list of values
    12:51 ‹some› `others` is not `some` | expected `allow`, `warning` or `error`
    12:68 ‹''› `separator` is one ASCII character, not `` |  | spaces around it are ignored
    13:22 ‹''› `json` has a key without a name
    13:29 ‹'a['› `a[` is no path: a `[` has no `]` |  | `headers.Host`, `headers["X.Y"]`, `Records[0].cf`, `[-1]`
    13:43 ‹c› unknown key `c` in a matcher | expected `equals`, `prefix`, `suffix`, `contains`, `regex`, `one_of`, `ignore_case`, `is`, `cidr`, `at_least`, `at_most`, `list`, `pairs`, `json`, `jwt`, `separator`, `others`, `present`, `optional`, `name_case`, `lines`, `wire`, `all`, `any`, `not`, `preserved`, `appended`, `bind`, `when`, `severity`, `why` or `reference` | members of objects are named by their path: `headers.Host`, `Records[0]`
    13:61 ‹deny› `others` is not `deny` | expected `allow`, `warning` or `error`
    14:25 ‹.inf› JSON has no exact number `.inf` |  | in quotes it is a text
    14:62 ‹123456789012345678901234567890› JSON has no exact number `123456789012345678901234567890` |  | in quotes it is a text
    15:25 ‹present› `present` means nothing here |  | a value that is looked at is always there
    15:44 ‹bind› `bind` means nothing here |  | a name is bound to one value of a request or response, outside of `any` and `not`
    16:21 ‹optional› `optional` means nothing here |  | only what is expected of a field, a pair or a JSON member can be optional
    17:19 ‹{ is: ip }› `all` is a list, and here stands a mapping |  | write `[a, b]`
    18:16 ‹{ is: ip }› each line of a list is a text, and here stands a mapping |  | matchers for lines stand in `{ lines: { equals: [ … ] } }`
    "#);
}

#[test]
fn quotes_that_belong_to_the_value() {
    let fields = r#"
ETag: "abc"
If-Match: { one_of: ["a", '"b"', "W/\"c\"", "${x}"] }
if-none-match: "*"
X: { bind: x, is: etag }"#;
    assert_snapshot!(mistakes_of_fields(fields), @r#"
    6:15 ‹"abc"› YAML takes these quotes away, and they belong to the value | this is `abc` without quotes | write '"abc"'
    7:30 ‹"a"› YAML takes these quotes away, and they belong to the value | this is `a` without quotes | write '"a"'
    "#);
    assert_eq!(mistakes_of_fields("ETag: '\"abc\"'\nX: \"abc\"\nIf-Match: abc"), "loads");
}

#[test]
fn json_that_is_written_out_and_others_beside_it() {
    let text = "
hops:
  h:
    select: { request: { body: { json: { a: 1 }, others: error } } }
    request:
      body: { text: a, others: error }
    response:
      body:
        others: some
        json:
          a: [{ b: 1, b: 2 }, { ? [c] : 1 }, '${src.hots}', .inf, '${x}']
          d: { equals: { e: '${y}' }, one_of: { f: 1 } }
";
    assert_snapshot!(mistakes(text), @"
    4:50 ‹others› `others` means nothing in a select |  | it is an expectation: put it under the hop's own `request` or `response`
    6:24 ‹others› `others` has no `json` beside it |  | it is about the members that `json` does not name
    9:17 ‹some› `others` is not `some` | expected `allow`, `warning` or `error`
    11:23 ‹b› `b` stands twice in this object | first in line 11 | keep one of them
    11:35 ‹[c]› the name of a member is a text
    11:49 ‹src.hots› a text has no `hots` |  | did you mean `host`?
    11:61 ‹.inf› JSON has no exact number `.inf` |  | in quotes it is a text
    12:30 ‹${y}› `y` is neither a param nor bound in this hop |  | give it under `params`, or take it from a value of this hop: `{ regex: …, bind: name }`
    12:47 ‹{ f: 1 }› `one_of` is a list, and here stands a mapping |  | write `[a, b]`
    ");
}

#[test]
fn only_names_of_fields_have_a_case() {
    let text = "
hops:
  h:
    select: { request: { headers: { A: { name_case: exact, is: ip } } } }
    request:
      method: { name_case: exact, equals: GET }
      query: { a: { name_case: exact } }
      headers: { A: { name_case: upper }, B: { list: { each: { name_case: lower } } }, C: { name_case: any } }
";
    assert_snapshot!(mistakes(text), @"
    4:42 ‹name_case› `name_case` means nothing here |  | only a field's name has a case: it stands directly under the field's name
    6:17 ‹name_case› `name_case` means nothing here |  | only a field's name has a case: it stands directly under the field's name
    7:21 ‹name_case› `name_case` means nothing here |  | only a field's name has a case: it stands directly under the field's name
    8:34 ‹upper› `name_case` is not `upper` | expected `exact`, `lower` or `any`
    8:64 ‹name_case› `name_case` means nothing here |  | only a field's name has a case: it stands directly under the field's name
    ");
}

#[test]
fn nested_claims_have_no_severity_of_their_own() {
    assert_snapshot!(mistakes_of_fields("A: { pairs: { B: { is: ip, severity: note } } }"), @"5:36 ‹severity› `severity` means nothing here |  | it belongs to the whole expectation of a field or part");
    assert_eq!(mistakes_of_fields("A: { pairs: { B: { is: ip, optional: true, why: w, bind: x } } }"), "loads");
}

#[test]
fn nothing_is_lost_where_a_value_is_broken() {
    // The name is bound although its regex is wrong: one mistake, not two.
    let text = request("A: { regex: '(', bind: x }\nB: ${x}");
    assert_eq!(mistakes(&text).lines().count(), 1, "{}", mistakes(&text));
}
