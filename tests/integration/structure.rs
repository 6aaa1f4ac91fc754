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
