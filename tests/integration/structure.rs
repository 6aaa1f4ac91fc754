//! What a spec is built of: groups of variants, types of its own, files that it includes.

use crate::program::Program;

const GROUPS: &str = "\
hops:
  app:
    request: { method: GET }
    variants:
      - append: { request: { headers: { X-Forwarded-For: { is: ip } } } }
        remove: { request: { absent: [X-Forwarded-For] } }
      - edge: { request: { headers: { X-Edge: { is: uuid } } } }
        regional: { request: { absent: [X-Edge] } }
";

#[test]
fn variants_of_several_groups_are_joined_in_reports() {
    let program = Program::new()
        .file("app.yaml", GROUPS)
        .file(
            "a.txt",
            "GET / HTTP/1.1\nHost: a\n\nGET / HTTP/1.1\nHost: a\nX-Forwarded-For: 10.0.0.1\n\nGET /b HTTP/1.1\nHost: a\n",
        )
        .file("b.txt", "GET / HTTP/1.1\nX-Forwarded-For: 10.0.0.1\nX-Edge: 7\n");
    let met = program.run(&["check", "-s", "app.yaml", "a.txt"]).code(0);
    let line = "met           app › app   3 exchanges, 4 expectations, variants remove + regional ×2, append + regional ×1\n";
    assert!(met.stdout.starts_with(line), "{}", met.stdout);
    let json = program.run(&["check", "-s", "app.yaml", "a.txt", "--format", "json"]).code(0);
    assert!(json.stdout.contains("\"variant\": \"remove + regional\""), "{}", json.stdout);
    let wrong = program.run(&["check", "-s", "app.yaml", "b.txt"]).code(1);
    let note = "no variant of its group is met; `edge` is the nearest, `regional` misses `request.header.X-Edge`";
    assert!(wrong.stdout.contains(note), "{}", wrong.stdout);
}

const TYPES: &str =
    "types:\n  api-id: { regex: '[a-z0-9]{10}', about: id of an API }\n  ids: { list: { each: { is: api-id } } }\n";
const USER: &str = "\
include: [../types.yaml]
params: { id: { is: api-id } }
hops:
  app:
    select: { any: [{ request: { headers: { X-Api: { is: api-id } } } }, { request: { path: / } }] }
    request:
      headers:
        X-Api: { is: api-id }
        X-Same: ${id}
        X-Ids: { is: ids }
        X-Pair: { pairs: { id: { is: api-id } } }
    response: { body: { json: { id: { is: api-id } } } }
";

fn typed() -> Program {
    Program::new().file("specs/types.yaml", TYPES).file("specs/my/app.yaml", USER)
}

#[test]
fn a_type_is_used_wherever_a_type_is() {
    let right = "GET / HTTP/1.1\nX-Api: a1b2c3d4e5\nX-Same: a1b2c3d4e5\nX-Ids: a1b2c3d4e5, b1b2c3d4e5\nX-Ids: c1b2c3d4e5\nX-Pair: id=a1b2c3d4e5\n\n\
                 HTTP/1.1 200 OK\nContent-Type: application/json\n\n{\"id\": \"a1b2c3d4e5\"}\n";
    let wrong = right.replace("a1b2c3d4e5", "A1");
    let program = typed().file("right.txt", right).file("wrong.txt", wrong);
    let met = program.run(&["check", "right.txt"]).code(0);
    assert_eq!(met.stdout, "met           my/app › app   1 exchange, 5 expectations\n");
    let run = program.run(&["check", "wrong.txt"]).code(1);
    for told in [
        "expected a value of type `api-id` (a value that matches `[a-z0-9]{10}`)",
        "expected a value of type `ids` (member 1 of the list: a value of type `api-id` (a value that matches `[a-z0-9]{10}`))",
        "expected part `id`: a value of type `api-id`",
        "expected a value of type `api-id` (a value that matches `[a-z0-9]{10}`) (param `id`)",
    ] {
        assert!(run.stdout.contains(told), "{told}\n{}", run.stdout);
    }
    assert_eq!(run.stdout.matches("error[").count(), 5, "{}", run.stdout);
    program.run(&["check", "right.txt", "--param", "id=A1"]).code(2).says("wants a value of type `api-id`");
}

#[test]
fn types_alone_are_a_spec_that_judges_nothing() {
    let program = typed().file("a.txt", "GET / HTTP/1.1\n\n");
    let lint = program.run(&["lint"]).code(0);
    assert_eq!(lint.stdout, "ok  specs/my/app.yaml   1 hop, 5 expectations\nok  specs/types.yaml   2 types\n");
    let says = "no hop in specs/types.yaml: types alone judge nothing";
    program.run(&["check", "-s", "specs/types.yaml", "a.txt"]).code(3).says(says).reports_nothing();
    // No evidence is missed of it either.
    let own = program.run(&["check"]).code(3);
    assert_eq!(own.stdout.matches("has no evidence").count(), 1, "{}", own.stdout);
}

#[test]
fn a_mistake_in_an_included_file_has_the_place_in_that_file() {
    let program = typed().file("specs/types.yaml", TYPES.replace("is: api-id", "is: api-ids"));
    let run = program.run(&["check", "-s", "specs/my/app.yaml", "a.txt"]).code(2);
    assert!(run.stderr.contains("specs/types.yaml:3:30") && run.stderr.contains("did you mean `api-id`?"), "{}", run.stderr);
    let inside =
        Program::new().file("specs/a.yaml", "include: [../../../../secret.yaml]\nhops: { a: { request: { method: GET } } }\n");
    inside.run(&["lint"]).code(2);
    assert!(inside.run(&["lint"]).stdout.contains("lies outside of the folder of this spec"));
}

#[test]
fn the_case_of_one_name_is_a_finding_of_its_own() {
    let spec = "hops:\n  a:\n    request:\n      name_case: lower\n      headers:\n        Host: { name_case: exact, present: true, why: it is rewritten }\n        X: { name_case: any, present: true }\n";
    let program = Program::new().file("a.yaml", spec).file("a.txt", "GET / HTTP/1.1\nhost: a\nX: b\naccept: c\n");
    let run = program.run(&["check", "-s", "a.yaml", "a.txt"]).code(1);
    for told in [
        "error[field-name-case]: `host` is written in another case",
        "a.yaml:6:28",
        "expected the name `Host`",
        "- Host: a",
        "it is rewritten",
    ] {
        assert!(run.stdout.contains(told), "{told}\n{}", run.stdout);
    }
    assert_eq!(run.stdout.matches("error[").count(), 1, "{}", run.stdout);
    let json = program.run(&["check", "-s", "a.yaml", "a.txt", "--format", "json"]).code(1);
    assert!(json.stdout.contains("\"subject\": \"request.header.Host\""), "{}", json.stdout);
}

#[test]
fn members_that_nothing_names_are_shown_in_the_body() {
    let spec =
        "hops:\n  a:\n    response:\n      body:\n        json: { ids: [1, { name: '${dst.port}' }] }\n        others: error\n";
    let response =
        "HTTP/1.1 200 OK\nContent-Type: application/json\n\n{\"ids\": [1, {\"name\": 2}], \"debug\": {\"token\": \"hush\"}}\n";
    let program = Program::new().file("a.yaml", spec).file("a.txt", format!("GET / HTTP/1.1\nHost: a\n\n{response}"));
    let run = program.run(&["check", "-s", "a.yaml", "a.txt"]).code(1);
    for told in [
        "error[body-mismatch]: `debug` must not be there in the response's body on hop `a`",
        "a.yaml:6:17",
        "+ debug = {\"token\":",
        "must not be there",
    ] {
        assert!(run.stdout.contains(told), "{told}\n{}", run.stdout);
    }
    assert!(!run.stdout.contains("hush"), "{}", run.stdout);
    let json = program.run(&["check", "-s", "a.yaml", "a.txt", "--format", "json"]).code(1);
    assert!(json.stdout.contains("\"subject\": \"response.body.json.debug\""), "{}", json.stdout);
}
