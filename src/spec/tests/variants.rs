//! `variants`: one mapping, or a list of groups that vary independently.

use super::{mistakes, spec};
use insta::assert_snapshot;

#[test]
fn groups_are_kept_apart() {
    let text = "
hops:
  a:
    variants:
      - v: { request: { method: GET } }
        w: { request: { method: PUT } }
      - x: { response: { status: 200 } }
";
    let spec = spec(text);
    let groups: Vec<(usize, &str)> = spec.hops[0].variants.iter().map(|v| (v.group, v.name.value.as_str())).collect();
    assert_eq!(groups, [(0, "v"), (0, "w"), (1, "x")]);
}

#[test]
fn mistakes_in_groups() {
    let text = "
hops:
  a:
    request: { headers: { Z: { is: ip, bind: z } } }
    variants:
      - v: { request: { headers: { A: { is: ip, bind: a }, B: '${b}' } } }
        w: { request: { headers: { A: { is: port, bind: a } } } }
      - v: { request: { headers: { B: { is: ip, bind: b } } } }
        x: { request: { headers: { B: { is: port, bind: a }, C: { bind: z, is: ip } } } }
      - y
      - z y: { requst: { method: GET } }
  b: { variants: [] }
  c: { variants: [{ a: { request: { method: GET } } }, {}] }
  d: { variants: a }
";
    assert_snapshot!(mistakes(text), @"
    6:64 ‹${b}› `b` is neither a param nor bound in this hop |  | did you mean `a`? / known here: `a`, `z`
    8:9 ‹v› two variants of this hop have the name `v` | first in line 6 | name them apart: reports and `--variant` tell variants by their names
    9:57 ‹a› `a` is bound twice in this hop | first in line 7 | choose another name; to expect the same value write `${…}`
    9:73 ‹z› `z` is bound twice in this hop | first in line 4 | choose another name; to expect the same value write `${…}`
    10:9 ‹y› a group of `variants` is a mapping, and here stands a text | expected `key: value`
    11:9 ‹z y› `z y` cannot be the name of a variant |  | letters, digits, `-`, `_` and `.`: it is written on command lines
    11:16 ‹requst› unknown key `requst` in a variant | expected `client`, `proxy`, `tls`, `request`, `response` or `event` | did you mean `request`?
    12:18 ‹[]› `variants` has the empty list `[]` |  | give it one, or leave its key away
    13:56 ‹{}› a group of `variants` is empty |  | say something in it, or leave its key away
    14:18 ‹a› `variants` is a mapping, and here stands a text | expected `key: value`
    ");
}

#[test]
fn a_hop_has_no_more_combinations_than_can_be_counted() {
    let group = |name: &str| {
        let variants: Vec<String> = (0..11).map(|n| format!("{name}{n}: {{ request: {{ method: GET }} }}")).collect();
        format!("      - {{ {} }}\n", variants.join(", "))
    };
    let text = format!("hops:\n  a:\n    variants:\n{}{}{}", group("a"), group("b"), group("c"));
    assert!(mistakes(&text).contains("more than 1000 ways to combine variants | "), "{}", mistakes(&text));
}
