//! Journeys with the real program: what a hop says of the one that it follows, and `show --journeys`.

use crate::program::Program;

const SPEC: &str = r#"
hops:
  client-to-proxy:
    select: { request: { headers: { Host: shop.example.com } } }
    request: { method: GET }
  proxy-to-app:
    follows: client-to-proxy
    select: { request: { headers: { Host: { prefix: 10. } } } }
    request:
      headers:
        X-Forwarded-For: { appended: { is: ip }, why: the app asks who it was }
        User-Agent: { preserved: true }
        Host: { is: ip-port }
      removed: [TE]
      others: preserved
    response: { headers: { Date: { preserved: true } } }
"#;

const CLIENT: &str = "GET /a HTTP/1.1\nHost: shop.example.com\nUser-Agent: curl/8\nX-Forwarded-For: 203.0.113.7\nTE: trailers\nX-Id: 7\n\n\
                      HTTP/1.1 200 OK\nDate: Sun, 14 Jun 2020 10:04:49 GMT\n\n";
const APP: &str = "GET /a HTTP/1.1\nHost: 10.0.0.9:80\nUser-Agent: curl/8\nX-Forwarded-For: 203.0.113.7, 10.0.0.5\nX-Id: 7\n\n\
                   HTTP/1.1 200 OK\nDate: Sun, 14 Jun 2020 10:04:49 GMT\n\n";

fn both(client: &str, app: &str) -> Program {
    Program::new().file("s.yaml", SPEC).file("client.txt", client).file("app.txt", app)
}

#[test]
fn each_hop_has_a_capture_of_its_own() {
    let run = both(CLIENT, APP).run(&["check", "-s", "s.yaml", "client-to-proxy=client.txt", "proxy-to-app=app.txt"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    // The order on the command line does not matter, and neither does one file for both.
    let run = both(CLIENT, APP).run(&["check", "-s", "s.yaml", "proxy-to-app=app.txt", "client-to-proxy=client.txt"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let run = both(&format!("{CLIENT}\n{APP}"), "").run(&["check", "-s", "s.yaml", "client.txt"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
}

#[test]
fn a_finding_shows_both_sides() {
    let app = APP.replace("203.0.113.7, 10.0.0.5", "10.0.0.5").replace("X-Id: 7", "X-Id: 8").replace("curl/8", "proxy");
    let run = both(CLIENT, &app).run(&["check", "-s", "s.yaml", "client-to-proxy=client.txt", "proxy-to-app=app.txt"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    insta::assert_snapshot!(run.stdout);
    let run = both(CLIENT, &app).run(&[
        "check",
        "-s",
        "s.yaml",
        "--format",
        "json",
        "client-to-proxy=client.txt",
        "proxy-to-app=app.txt",
    ]);
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let subjects: Vec<_> = report["findings"].as_array().unwrap().iter().map(|f| f["subject"].as_str().unwrap()).collect();
    assert_eq!(subjects, ["request.header.X-Forwarded-For", "request.header.User-Agent", "request.header.X-Id"]);
    let first = &report["findings"][0];
    assert_eq!(first["evidence"][0]["capture"], "app.txt");
    assert_eq!((&first["left"]["hop"], &first["left"]["value"]), (&"client-to-proxy".into(), &"203.0.113.7".into()));
    assert_eq!((&first["arrived"]["evidence"]["line"], &first["arrived"]["value"]), (&1.into(), &"10.0.0.5".into()));
}

#[test]
fn without_the_other_hop_its_relations_are_not_observed() {
    let run = both(CLIENT, APP).run(&["check", "-s", "s.yaml", "--hop", "proxy-to-app", "proxy-to-app=app.txt"]);
    insta::assert_snapshot!(run.stdout);
    // Where nothing but relations is expected, nothing is judged, and it is said why.
    let spec = "hops:\n  c: { select: { request: { method: PUT } }, request: { path: / } }\n  s:\n    follows: c\n    select: { request: { method: GET } }\n    \
                request: { headers: { X: { preserved: true } } }\n";
    let run = Program::new().file("s.yaml", spec).file("app.txt", APP).run(&["check", "-s", "s.yaml", "--hop", "s", "app.txt"]);
    assert_eq!(run.code, 3, "{}", run.stdout);
    insta::assert_snapshot!(run.stdout);
    // Another request is none of it.
    let other = CLIENT.replace("GET /a", "GET /b");
    let run = both(&other, APP).run(&["check", "-s", "s.yaml", "client-to-proxy=client.txt", "proxy-to-app=app.txt"]);
    assert!(run.stdout.contains("no exchange of hop `client-to-proxy` belongs to it"), "{}", run.stdout);
}

#[test]
fn ways_are_shown_without_a_spec() {
    let run = both(CLIENT, APP).run(&["show", "--journeys", "client=client.txt", "app=app.txt"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    insta::assert_snapshot!(run.stdout);
    let other = CLIENT.replace("GET /a", "GET /b");
    let run = both(&other, APP).run(&["show", "--journeys", "client=client.txt", "app=app.txt"]);
    assert!(run.stdout.contains("alone: no exchange of another connection"), "{}", run.stdout);
    // Two that look alike, and one of the hop before.
    let run = both(CLIENT, &format!("{APP}\n{APP}")).run(&["show", "--journeys", "client=client.txt", "app=app.txt"]);
    assert!(run.stdout.contains("alone: it may belong to each of 2 exchanges"), "{}", run.stdout);
}

#[test]
fn a_hop_without_journeys_is_a_mistake() {
    let run = both(CLIENT, APP).run(&["show", "client=client.txt"]);
    assert_eq!(run.code, 2);
    insta::assert_snapshot!(run.stderr);
    let run = both(CLIENT, APP).run(&["show", "--journeys", "client=none.txt", "app=app.txt"]);
    assert_eq!(run.code, 4, "{}", run.stderr);
    let run = both("nothing here", APP).run(&["show", "--journeys", "client=client.txt"]);
    assert_eq!(run.code, 4, "{}", run.stderr);
}

#[test]
fn a_logged_event_is_a_hop_behind_api_gateway() {
    let folder = "captures/aws/api-gateway/lambda-proxy/logged";
    let read = |name: &str| std::fs::read(crate::kit::root().join(folder).join(name)).unwrap();
    let program = Program::new().file("client.txt", read("client.txt")).file("function.json", read("function.json"));
    let run = program.run(&["show", "--journeys", "client=client.txt", "function=function.json"]);
    assert!(run.stdout.contains("known by x-amzn-RequestId"), "{}", run.stdout);
    assert_eq!(run.stdout.matches("journey ").count(), 1, "{}", run.stdout);
}
