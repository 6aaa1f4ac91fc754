//! `captures`: evidence that a spec names, and its mistakes.

use insta::assert_snapshot;

use super::{mistakes, spec};

const REST: &str = "params: { host: { is: dns-name } }\nhops: { client: { request: { method: GET } } }\n";

#[test]
fn an_entry_is_a_path_or_says_more() {
    let spec = spec(&format!(
        "captures:\n  - ../a.pcap\n  - {{ path: b, params: {{ host: x.example }}, hop: client, about: seen at the edge }}\n{REST}"
    ));
    let [a, b] = spec.captures.as_slice() else { panic!("{:?}", spec.captures) };
    assert_eq!((a.path.value.as_str(), a.params.len(), &a.hop), ("../a.pcap", 0, &None));
    let given: Vec<_> = b.params.iter().map(|given| (given.name.value.as_str(), given.value.value.as_str())).collect();
    assert_eq!((b.path.value.as_str(), given), ("b", vec![("host", "x.example")]));
    assert_eq!(b.hop.as_ref().map(|hop| hop.value.as_str()), Some("client"));
    assert_eq!(b.about.as_deref(), Some("seen at the edge"));
}

#[test]
fn mistakes_of_entries() {
    let text = format!(
        "captures:
  - {{ paht: a }}
  - {{ path: '' }}
  - {{ path: a, hop: clinet, params: {{ hots: x, host: [a] }} }}
  - {{ path: [a] }}
  - [a]
{REST}"
    );
    assert_snapshot!(mistakes(&text), @r"
    2:5 ‹{ paht: a }› an entry of `captures` has no `path` |  | write `path: ../captures/file.pcap`, relative to this file
    2:7 ‹paht› unknown key `paht` in an entry of `captures` | expected `path`, `params`, `hop` or `about` | did you mean `path`?
    3:13 ‹''› this is no path |  | write it relative to this file, with `/`
    4:21 ‹clinet› this spec has no hop `clinet` |  | did you mean `client`?
    4:39 ‹hots› this spec has no param `hots` |  | did you mean `host`?
    4:54 ‹[a]› a param's value is a text, and here stands a list |  | write `name: value`
    5:13 ‹[a]› the path of a capture is a text, and here stands a list
    6:5 ‹[a]› an entry of `captures` is a mapping, and here stands a list | expected `key: value`
    ");
    assert_snapshot!(
        mistakes(&format!("captures: a.pcap\n{REST}")),
        @"1:11 ‹a.pcap› `captures` is a list, and here stands a text |  | write `[a, b]`"
    );
    assert_snapshot!(
        mistakes(&format!("captures: []\n{REST}")),
        @"1:11 ‹[]› `captures` has the empty list `[]` |  | give it one, or leave its key away"
    );
}

#[test]
fn entries_are_bounded() {
    let many = "  - a\n".repeat(1001);
    assert_snapshot!(mistakes(&format!("captures:\n{many}{REST}")), @"1002:5 ‹a› more than 1000 captures |  | name a folder of them");
}
