//! Mistakes in `${…}` and in names.

use super::spec;
use super::{mistakes, mistakes_of_fields};
use insta::assert_snapshot;

#[test]
fn what_is_no_expression() {
    let fields = r#"
A: ${}
B: ${a
C: ${src +}
D: ${src dst}
E: ${src.}
F: ${'a}
G: ${(src}
H: x ${header(Host)} y
I: ${header("a b")}
J: ${src[0]}"#;
    assert_snapshot!(mistakes_of_fields(fields), @r#"
    6:14 ‹› `${}` is empty |  | name a param, a bound name, or write `$${` for the text `${`
    7:12 ‹${a› this `${` has no end |  | close it with `}`; the text `${` is written `$${`
    8:19 ‹› the expression ends too early, expecting expression
    9:18 ‹dst› mismatched input `dst` and nothing more is expected
    10:18 ‹› expected identifier after `.`
    11:12 ‹${'a}› this `${` has no end |  | close it with `}`; the text `${` is written `$${`
    12:18 ‹› expected `)`
    13:23 ‹Host› `header` takes one field name, as a text |  | header("User-Agent")
    14:21 ‹"a b"› `a b` is no field name |  | a field name is a token of RFC 9110 §5.6.2
    15:18 ‹0› a text has no members to pick from |  | `members()` splits a list, `json()` reads JSON
    "#);
}

#[test]
fn unknown_names_functions_and_arity() {
    let fields = r#"
A: ${header("A").pears("Root")}
B: ${header("A").pair()}
C: ${header("A").lower(1)}
D: ${lower(src)}
E: ${request.metod}
F: ${request}
G: ${response.method}
H: ${header("A").members().lower()}
I: ${header("A").members()}
J: ${src.host}
K: ${src.address}
L: ${header("A").pair(1)}
M: ${header("A").members()["x"]}
N: ${sorce}"#;
    assert_snapshot!(mistakes_of_fields(fields), @r#"
    6:26 ‹pears› unknown function `pears` |  | functions for headers: `pair`, `members`, `epoch`, `lower`, `host`, `port`, `without_default_port`, `sha256`, `md5`, `base64`, `json`, `jwt`, `sigv4`, `cookie`, `header` or `has_header`; the others are CEL's
    7:26 ‹pair› `pair` takes one argument, not 0 |  | write `.pair("Root")`
    8:32 ‹1› `lower` takes a text, and here stands a number
    9:14 ‹lower› `lower` is called on a value |  | write `x.lower()`
    10:22 ‹metod› a request has no `metod` |  | did you mean `method`? / `method`, `target`, `path`, `query`, `version`, `header`, `has_header`, `headers`, `body` or `json`
    11:14 ‹request› say what of the request |  | `method`, `target`, `path`, `query`, `version`, `header`, `has_header`, `headers`, `body` or `json` may follow, as in `request.version`
    12:23 ‹method› a response has no `method` |  | `version`, `status`, `header`, `has_header`, `headers`, `body` or `json`
    13:36 ‹lower› `lower` is for texts, and here stands a list |  | pick a member: `members()[0]`, the last is `members()[-1]`
    14:12 ‹${header("A").members()}› a text is needed here, and this is a list |  | pick a member: `members()[0]` is the first, `members()[-1]` the last
    15:14 ‹src.host› a text has no `host` |  | `host` is a function: write `.host()`
    16:14 ‹src.address› a text has no `address`
    17:31 ‹1› `pair` takes a text, and here stands a number
    18:36 ‹"x"› a member of a list is picked by its number |  | members()[0]
    19:12 ‹${sorce}› `sorce` is neither a param nor bound in this hop |  | give it under `params`, or take it from a value of this hop: `{ regex: …, bind: name }`
    "#);
}

#[test]
fn what_has_no_text_or_comes_later_is_refused() {
    let fields = r#"
A: ${src == dst}
B: '${header("A") ? "a" : "b"}'
C: ${header("A").epoch() + 1}
D: ${hop("x").request.method}
E: ${header("A").jwt()}
F: ${header("A").sigv4()}
G: ${header("A").matches("x")}
H: ${has(request.body)}
I: ${event.path}
J: ${request.headers["A"]}
K: ${src in dst}
L: ${-src}
M: ${[src]}
N: ${true}"#;
    assert_snapshot!(mistakes_of_fields(fields), @r#"
    6:12 ‹${src == dst}› a text is needed here, and this is true or false |  | choose between two texts: `${condition ? "a" : "b"}`
    7:15 ‹header("A") ? "a" : "b"› the condition before `?` must be true or false: `header("A")` is a text
    9:12 ‹${hop("x").request.method}› `hop("x")` is of another hop, and this one follows none |  | write `follows: NAME` into the hop, or the check into `checks` at the top of the file, beside `hops`
    12:12 ‹${header("A").matches("x")}› a text is needed here, and this is true or false |  | choose between two texts: `${condition ? "a" : "b"}`
    13:18 ‹request› say what of the request |  | `method`, `target`, `path`, `query`, `version`, `header`, `has_header`, `headers`, `body` or `json` may follow, as in `request.version`
    15:30 ‹"A"› `headers` is a list of field lines, since a name may stand on several |  | the value of one is `header("Name")`
    16:14 ‹src in dst› `in` means nothing here: `src` is a text, `dst` is a text
    17:14 ‹-src› `-` is for numbers, and here stands a text
    18:12 ‹${[src]}› a text is needed here, and this is a list |  | pick a member: `members()[0]` is the first, `members()[-1]` the last
    19:12 ‹${true}› a text is needed here, and this is true or false |  | choose between two texts: `${condition ? "a" : "b"}`
    "#);
}

#[test]
fn names_are_params_or_bound_in_the_hop() {
    let text = "
params:
  target: { is: ip }
  again: { default: '${agian}' }
  self: { default: '${self}' }
  seen: { default: '${request.path}', about: x }
  Upper: { optional: maybe }
  short: abc
  held: { bind: x, is: ip }
hops:
  a:
    request:
      headers:
        A: { is: ip, bind: one }
        B: { is: ip, bind: one }
        C: { is: ip, bind: target }
        D: ${two}
        E: { bind: x, prefix: '${y}' }
        F: { bind: y, prefix: '${z}' }
        G: { bind: z, prefix: '${x}' }
    variants:
      v:
        response:
          headers: { H: { bind: two, is: ip }, I: '${one}${two}', J: { bind: one, is: ip } }
      w:
        response:
          headers: { H: { bind: two, is: ip }, I: '${ones}' }
  b:
    request:
      headers: { A: '${one}' }
";
    assert_snapshot!(mistakes(text), @r#"
    4:22 ‹${agian}› `agian` is no param |  | did you mean `again`? / known here: `Upper`, `again`, `held`, `seen`, `self`, `short`, `target`
    5:3 ‹self› the param `self` depends on itself: `self` → `self` |  | one of them must stand without the others
    6:21 ‹${request.path}› a param's default cannot look at messages |  | it may name params, `src` and `dst`
    7:3 ‹Upper› `Upper` is not the name of a param |  | a name is lower case: `api_id`, `target2`
    7:22 ‹maybe› `optional` is `true` or `false`
    8:10 ‹abc› a param is a mapping |  | write { default: abc }
    9:11 ‹bind› `bind` means nothing here |  | a name is bound to one value of a request or response, outside of `any` and `not`
    15:28 ‹one› `one` is bound twice in this hop | first in line 14 | choose another name; to expect the same value write `${…}`
    16:28 ‹target› `target` is bound here, and is a param | the param stands in line 3 | choose another name, or compare: `equals: ${…}`
    17:12 ‹${two}› `two` is neither a param nor bound in this hop |  | known here: `Upper`, `again`, `held`, `one`, `seen`, `self`, `short`, `target`, `x`, `y`, `z`
    18:20 ‹x› the value of `x` depends on itself: `x` → `y` → `z` → `x` |  | one of them must stand without the others
    24:78 ‹one› `one` is bound twice in this hop | first in line 14 | choose another name; to expect the same value write `${…}`
    27:52 ‹${ones}› `ones` is neither a param nor bound in this hop |  | did you mean `one`? / known here: `Upper`, `again`, `held`, `one`, `seen`, `self`, `short`, `target`, `two`, `x`, `y`, `z`
    30:22 ‹${one}› `one` is neither a param nor bound in this hop |  | known here: `Upper`, `again`, `held`, `seen`, `self`, `short`, `target`
    "#);
}

#[test]
fn deep_expressions_end() {
    let deep = format!("A: ${{src{}}}", ".lower()".repeat(40));
    assert_snapshot!(mistakes_of_fields(&deep).lines().next().unwrap().rsplit('›').next().unwrap(), @" more than 32 calls, indexes and parentheses in one expression");
    let parentheses = format!("A: ${{{}src{}}}", "(".repeat(100_000), ")".repeat(100_000));
    assert!(mistakes_of_fields(&parentheses).contains("more than 32"));
    let signs = format!("A: ${{{}1}}", "-".repeat(100_000));
    assert!(mistakes_of_fields(&signs).contains("at most 4096 bytes"));
    for deep in
        ["src == dst ? src : ".repeat(110), "1+".repeat(800), "src?src:".repeat(490), "src&&".repeat(800), "!".repeat(4000)]
    {
        let told = mistakes_of_fields(&format!("A: '${{{deep}src}}'"));
        assert!(!told.is_empty(), "{deep}");
    }
}

#[test]
fn expressions_become_the_model() {
    let fields = [
        "a$b $${x} ${src}",
        "${dst.ip}:${dst.port}",
        "${header(\"A\").pair(\"Root\").epoch()}",
        "${response.header('B').members()[-1]}",
        "${request.json.headers[\"X.Y\"][0]}",
        "${\"a\" + src}",
        "${(request.path)}",
    ];
    let list: String = fields.iter().enumerate().map(|(i, f)| format!("        X{i}: '{}'\n", f.replace('\'', "''"))).collect();
    let spec = spec(&format!("hops:\n  a:\n    request:\n      headers:\n{list}"));
    let shown: Vec<String> = spec.hops[0]
        .request
        .expectations
        .iter()
        .map(|e| match &e.claim {
            crate::spec::Claim::Part { value: crate::spec::Value { form: crate::spec::Form::Scalar(t), .. }, .. } => {
                format!("{:?}", t.pieces)
            }
            other => panic!("{other:?}"),
        })
        .collect();
    assert_snapshot!(shown.join("\n"), @r#"
    [Literal("a$b ${x} "), Hole(Endpoint { dst: false }, Place { start: 62, end: 68 })]
    [Hole(EndpointIp { dst: true }, Place { start: 83, end: 92 }), Literal(":"), Hole(EndpointPort { dst: true }, Place { start: 93, end: 104 })]
    [Hole(Call { on: Call { on: Message { side: Request, path: Header("A") }, function: Pair, arguments: [Text("Root")] }, function: Epoch, arguments: [] }, Place { start: 119, end: 154 })]
    [Hole(Index { on: Call { on: Message { side: Response, path: Header("B") }, function: Members, arguments: [] }, index: Int(-1) }, Place { start: 168, end: 209 })]
    [Hole(Index { on: Index { on: Index { on: Message { side: Request, path: Json }, index: Text("headers") }, index: Text("X.Y") }, index: Int(0) }, Place { start: 223, end: 256 })]
    [Hole(Concat([Text("a"), Endpoint { dst: false }]), Place { start: 271, end: 283 })]
    [Hole(Message { side: Request, path: Path }, Place { start: 298, end: 315 })]
    "#);
}
