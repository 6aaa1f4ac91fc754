//! `types` and `include`: matchers with names, of this file and of others.

use std::fs;
use std::path::{Path, PathBuf};

use insta::assert_snapshot;

use super::{mistakes, spec};
use crate::spec::include::Base;
use crate::spec::load::{Manner, load_text};
use crate::spec::{Claim, ClauseKind, Form, Found, Origin, Spec, embedded, load};

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

/// What a folder gives; paths of it are `…`.
fn told(folder: &Path, found: &Found) -> String {
    let line = |e: &crate::spec::SpecError| {
        let label = if e.label.is_empty() { String::new() } else { format!(" | {}", e.label) };
        let help = if e.help.is_empty() { String::new() } else { format!(" | {}", e.help.join(" / ")) };
        format!("{e}{label}{help}").replace(&*folder.to_string_lossy(), "…")
    };
    let errors: Vec<String> = found.errors.iter().map(line).collect();
    if errors.is_empty() { format!("{} specs load", found.specs.len()) } else { errors.join("\n") }
}

fn loaded(files: &[(&str, &str)], named: &str) -> String {
    let folder = folder(files);
    told(folder.path(), &load(&[folder.path().join(named)]))
}

/// The names of the types that the expectations of the first hop use.
fn used(spec: &Spec) -> Vec<&str> {
    let clauses = spec.hops[0].request.expectations.iter().filter_map(|e| match &e.claim {
        Claim::Part { value, .. } => match &value.form {
            Form::Matcher(clauses) => Some(clauses),
            _ => None,
        },
        _ => None,
    });
    let named = clauses.flatten().filter_map(|clause| match &clause.kind {
        ClauseKind::Type(named) => named.value().map(|_| named.name.as_str()),
        _ => None,
    });
    named.collect()
}

#[test]
fn types_are_used_before_and_after_they_are_given() {
    let spec = spec(
        "
types:
  long-id: { all: [{ is: api-id }, { not: { is: short } }], about: an id that is not short }
  short: { regex: '.{1,3}' }
  api-id: { regex: '[a-z0-9]+' }
hops:
  a: { request: { headers: { A: { is: long-id, bind: a }, B: { is: short } } } }
",
    );
    let types: Vec<(&str, Option<&str>)> = spec.types.iter().map(|t| (t.value.name.as_str(), t.value.about())).collect();
    assert_eq!(types, [("long-id", Some("an id that is not short")), ("short", None), ("api-id", None)]);
    assert_eq!(used(&spec), ["long-id", "short"]);
}

#[test]
fn mistakes_in_types() {
    let text = "
types:
  uuid: { prefix: a }
  Api_Id: { prefix: a }
  text: a
  lines: { lines: { length: 1 } }
  optional: { optional: true, is: ip }
  bound: { bind: x, is: ip }
  grave: { severity: note, why: because, is: ip }
  nothing: { about: nothing }
  param: { equals: '${host}' }
  looks: { prefix: '${request.method}', suffix: '${src.ip}' }
  slip: { is: api-idd }
  api-id: { prefx: a }
  twice: { is: ip }
  twice: { is: ip }
  a: { any: [{ is: b }, { is: ip }] }
  b: { not: { is: c } }
  c: { list: { each: { is: a } } }
params: { host: { is: api-di } }
hops:
  h:
    select: { request: { headers: { A: { is: apiid } } } }
    request: { headers: { A: { is: twce } } }
";
    assert_snapshot!(mistakes(text), @"
    3:3 ‹uuid› `uuid` is a type of the language |  | choose another name
    4:3 ‹Api_Id› `Api_Id` is not the name of a type |  | a name is lower case: `api-id`, `target2`
    5:9 ‹a› a type is a matcher, and here stands a text |  | `{ regex: '[a-z0-9]{10}' }`; of one text `{ equals: text }`, of several `{ one_of: [a, b] }`
    6:12 ‹lines› `lines` is about the lines of a field, and here is one value |  | it stands directly under the field's name, beside the other keys
    7:15 ‹optional› `optional` means nothing here |  | only what is expected of a field, a pair or a JSON member can be optional
    8:12 ‹bind› `bind` means nothing here |  | a name is bound to one value of a request or response, outside of `any` and `not`
    9:12 ‹severity› `severity` means nothing here |  | it belongs to the whole expectation of a field or part
    9:28 ‹why› `why` belongs to an expectation |  | what a type is, is said under `about`
    10:12 ‹{ about: nothing }› this type says nothing of a value |  | `{ regex: '[a-z0-9]{10}' }`
    11:20 ‹'${host}'› a type names no params and no bound names: `host` |  | a type means the same wherever it is used; it may name `src` and `dst`
    12:20 ‹'${request.method}'› a type cannot look at messages |  | a type means the same wherever it is used; it may name `src` and `dst`
    13:15 ‹api-idd› unknown type `api-idd` | expected `Api_Id`, `a`, `api-id`, `b`, `bound`, `c`, `grave`, `lines`, `looks`, `nothing`, `optional`, `param`, `slip`, `text`, `twice`, `uuid`, `ip`, `ipv4`, `ipv6`, `private-ip`, `public-ip`, `ip-port`, `port`, `integer`, `host`, `dns-name`, `uuid`, `http-date`, `iso-date`, `hex`, `base64`, `base64url`, `url`, `jwt`, `etag`, `media-type`, `xray-id`, `sigv4` or `arn` | did you mean `Api_Id`?
    14:13 ‹prefx› unknown key `prefx` in a matcher | expected `equals`, `prefix`, `suffix`, `contains`, `regex`, `one_of`, `ignore_case`, `is`, `cidr`, `at_least`, `at_most`, `list`, `pairs`, `json`, `jwt`, `separator`, `others`, `present`, `optional`, `name_case`, `lines`, `wire`, `all`, `any`, `not`, `preserved`, `appended`, `bind`, `when`, `severity`, `why` or `reference` | did you mean `prefix`?
    16:3 ‹twice› `twice` stands twice in `types` | first in line 15 | keep one of them
    17:3 ‹a› the type `a` depends on itself: `a` → `b` → `c` → `a` |  | one of them must stand without the others
    20:23 ‹api-di› unknown type `api-di` | expected `Api_Id`, `a`, `api-id`, `b`, `bound`, `c`, `grave`, `lines`, `looks`, `nothing`, `optional`, `param`, `slip`, `text`, `twice`, `uuid`, `ip`, `ipv4`, `ipv6`, `private-ip`, `public-ip`, `ip-port`, `port`, `integer`, `host`, `dns-name`, `uuid`, `http-date`, `iso-date`, `hex`, `base64`, `base64url`, `url`, `jwt`, `etag`, `media-type`, `xray-id`, `sigv4` or `arn` | did you mean `Api_Id`?
    23:46 ‹apiid› unknown type `apiid` | expected `Api_Id`, `a`, `api-id`, `b`, `bound`, `c`, `grave`, `lines`, `looks`, `nothing`, `optional`, `param`, `slip`, `text`, `twice`, `uuid`, `ip`, `ipv4`, `ipv6`, `private-ip`, `public-ip`, `ip-port`, `port`, `integer`, `host`, `dns-name`, `uuid`, `http-date`, `iso-date`, `hex`, `base64`, `base64url`, `url`, `jwt`, `etag`, `media-type`, `xray-id`, `sigv4` or `arn` | did you mean `Api_Id`?
    24:36 ‹twce› unknown type `twce` | expected `Api_Id`, `a`, `api-id`, `b`, `bound`, `c`, `grave`, `lines`, `looks`, `nothing`, `optional`, `param`, `slip`, `text`, `twice`, `uuid`, `ip`, `ipv4`, `ipv6`, `private-ip`, `public-ip`, `ip-port`, `port`, `integer`, `host`, `dns-name`, `uuid`, `http-date`, `iso-date`, `hex`, `base64`, `base64url`, `url`, `jwt`, `etag`, `media-type`, `xray-id`, `sigv4` or `arn` | did you mean `twice`?
    ");
}

#[test]
fn what_costs_too_much_is_refused() {
    let double = |n: usize| format!("  t{n}: {{ all: [{{ is: t{} }}, {{ is: t{0} }}] }}\n", n + 1);
    let wide: String = (0..12).map(double).collect();
    let text = format!("types:\n{wide}  t12: {{ is: ip }}\n");
    assert_snapshot!(mistakes(&text), @"7:3 ‹t5› the type `t5` is built of too much |  | at most 1000 values and lists may stand behind one, 32 deep; write it more simply");
    let deep: String = (0..40).map(|n| format!("  t{n}: {{ not: {{ is: t{} }} }}\n", n + 1)).collect();
    assert_snapshot!(mistakes(&format!("types:\n{deep}  t40: {{ is: ip }}\n")), @"26:3 ‹t24› the type `t24` is built of too much |  | at most 1000 values and lists may stand behind one, 32 deep; write it more simply");
    // A long way round is told shortly, and no stack is lost on it.
    let ring: String = (0..5000).map(|n| format!("  t{n}: {{ is: t{} }}\n", (n + 1) % 5000)).collect();
    assert!(mistakes(&format!("types:\n{ring}")).contains("depends on itself"));
}

const TYPES: &str = "types: { api-id: { regex: '[a-z0-9]{10}' } }\n";

#[test]
fn included_types_are_used() {
    let files = [
        ("specs/types.yaml", TYPES),
        ("specs/aws/own.yml", "include: ../types.yaml\ntypes: { id-or-ip: { any: [{ is: api-id }, { is: ip }] } }\n"),
        (
            "specs/aws/a.yaml",
            "include: [own.yml]\nhops: { a: { request: { headers: { A: { is: api-id }, B: { is: id-or-ip } } } } }\n",
        ),
    ];
    let folder = folder(&files);
    let found = load(&[folder.path().join("specs/aws/a.yaml")]);
    assert_eq!(told(folder.path(), &found), "1 specs load");
    assert_eq!(used(&found.specs[0].spec), ["api-id", "id-or-ip"]);
    assert!(found.specs[0].spec.types.is_empty(), "those are of other files");
    assert_eq!(told(folder.path(), &load(&[folder.path().join("specs")])), "3 specs load");
}

#[test]
fn files_may_include_each_other_and_themselves() {
    let files = [
        (
            "a.yaml",
            "include: [b.yaml, ./a.yaml]\ntypes: { a: { is: b } }\nhops: { h: { request: { headers: { A: { is: c } } } } }\n",
        ),
        ("b.yaml", "include: [a.yaml, c.yaml]\ntypes: { b: { is: c } }\n"),
        ("c.yaml", "include: [b.yaml]\ntypes: { c: { is: ip } }\n"),
    ];
    assert_eq!(loaded(&files, ""), "3 specs load");
}

#[test]
fn mistakes_in_include() {
    let a = "
include:
  - /etc/types.yaml
  - ..\\types.yaml
  - C:/types.yaml
  - none.yaml
  - notes.txt
  - ../../outside.yaml
  - { a: b }
  - hops.yaml
  - twin.yaml
types: { api-id: { is: hex } }
hops: { h: { request: { headers: { A: { is: anything } } } } }
";
    let files = [
        ("outside.yaml", TYPES),
        ("specs/x/a.yaml", a),
        ("specs/x/hops.yaml", "hops: { h: { request: { method: GET } } }\n"),
        ("specs/x/twin.yaml", TYPES),
    ];
    assert_snapshot!(loaded(&files, "specs/x/a.yaml"), @r"
    …/specs/x/a.yaml:3:5: `/etc/types.yaml` is no relative path with forward slashes | a path is relative to the file that says it: `../types.yaml`
    …/specs/x/a.yaml:4:5: `..\types.yaml` is no relative path with forward slashes | a path is relative to the file that says it: `../types.yaml`
    …/specs/x/a.yaml:5:5: `C:/types.yaml` is no relative path with forward slashes | a path is relative to the file that says it: `../types.yaml`
    …/specs/x/a.yaml:6:5: there is no file …/specs/x/none.yaml | a path is relative to the file that says it: `../types.yaml`
    …/specs/x/a.yaml:7:5: `notes.txt` is no YAML file by its name | its name ends in `.yaml` or `.yml`
    …/specs/x/a.yaml:8:5: …/outside.yaml lies outside of the folder of this spec | the folder is …/specs | put the types of several specs into their folder
    …/specs/x/a.yaml:9:5: a path under `include` is a text, and here stands a mapping
    …/specs/x/a.yaml:10:5: …/specs/x/hops.yaml has no `types` | `include` names files whose `types` are used
    …/specs/x/a.yaml:12:10: two types have the name `api-id` | the other stands in …/specs/x/twin.yaml, line 1 | rename one of them, or leave one of the files away
    ");
    assert_snapshot!(mistakes("include: a.yaml\nhops: { h: { request: { headers: { A: { is: anything } } } } }\n"), @"1:10 ‹a.yaml› this spec stands in no folder from which it could include |  | load it from a file, or write the types out");
}

#[test]
fn mistakes_in_an_included_file_are_told_with_its_place_and_once() {
    let uses = "include: [types.yaml]\nhops: { h: { request: { headers: { A: { is: wrong }, B: { is: right } } } } }\n";
    let types = "types:\n  wrong: { is: uid }\n  right: { is: ip }\n";
    let files = [("a.yaml", uses), ("b.yaml", uses), ("types.yaml", types)];
    assert_snapshot!(loaded(&files, ""), @"…/types.yaml:2:16: unknown type `uid` | expected `right`, `wrong`, `ip`, `ipv4`, `ipv6`, `private-ip`, `public-ip`, `ip-port`, `port`, `integer`, `host`, `dns-name`, `uuid`, `http-date`, `iso-date`, `hex`, `base64`, `base64url`, `url`, `jwt`, `etag`, `media-type`, `xray-id`, `sigv4` or `arn` | did you mean `uuid`?");
    assert_snapshot!(loaded(&files, "a.yaml"), @"…/types.yaml:2:16: unknown type `uid` | expected `right`, `wrong`, `ip`, `ipv4`, `ipv6`, `private-ip`, `public-ip`, `ip-port`, `port`, `integer`, `host`, `dns-name`, `uuid`, `http-date`, `iso-date`, `hex`, `base64`, `base64url`, `url`, `jwt`, `etag`, `media-type`, `xray-id`, `sigv4` or `arn` | did you mean `uuid`?");
    // What does not load may hold any type: nothing that follows from it is told.
    let broken = [("a.yaml", uses), ("types.yaml", "types: [\n")];
    assert_snapshot!(loaded(&broken, "a.yaml"), @"…/types.yaml:2:1: not valid YAML: while parsing a node, did not find expected node content");
}

#[test]
fn a_file_sees_only_what_it_includes() {
    let files = [
        ("a.yaml", "include: b.yaml\ntypes: { a: { is: ip } }\nhops: { h: { request: { headers: { A: { is: b } } } } }\n"),
        ("b.yaml", "types: { b: { is: a } }\n"),
    ];
    assert!(loaded(&files, "a.yaml").contains("b.yaml:1:19: unknown type `a`"), "{}", loaded(&files, "a.yaml"));
}

#[test]
fn no_more_files_are_read_than_may_be() {
    let mut files: Vec<(String, String)> =
        (0..30).map(|n| (format!("t{n}.yaml"), format!("include: t{}.yaml\ntypes: {{ t{n}: {{ is: ip }} }}\n", n + 1))).collect();
    files.push(("t30.yaml".to_owned(), TYPES.to_owned()));
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let told = loaded(&files, "t0.yaml");
    assert!(told.ends_with("more than 16 files are included | put their types into fewer files"), "{told}");
}

#[test]
fn a_file_of_types_alone_is_a_spec() {
    let folder = folder(&[("types.yaml", TYPES)]);
    let found = load(&[PathBuf::from(folder.path())]);
    assert_eq!((found.specs.len(), found.specs[0].spec.hops.len(), found.specs[0].spec.types.len()), (1, 0, 1));
}

#[test]
fn specs_of_the_program_include_each_other_without_a_file_system() {
    let forward = embedded().iter().find(|spec| spec.name == "aws/alb/forward").unwrap();
    let origin = Origin::Embedded(forward);
    let base = Base { origin: &origin, folder: Path::new("") };
    let told = |path: &str| {
        let text = format!("include: {path}\nhops: {{ h: {{ request: {{ headers: {{ A: {{ is: anything }} }} }} }} }}\n");
        let manner = Manner { named: true, trusted: false };
        load_text("aws/alb/a.yaml", "aws/alb/a", text.as_bytes(), manner, Some(base)).unwrap_err()[0].to_string()
    };
    // It is found and read; it has no types.
    assert_eq!(told("health-check.yaml"), "aws/alb/a.yaml:1:10: aws/alb/health-check.yaml has no `types`");
    assert_eq!(told("../types.yaml"), "aws/alb/a.yaml:1:10: there is no `../types.yaml` beside this spec in the program");
    assert_eq!(told("../../../x.yaml"), "aws/alb/a.yaml:1:10: there is no `../../../x.yaml` beside this spec in the program");
}
