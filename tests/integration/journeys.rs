//! Journeys with the real program: what a hop says of the one that it follows, and `show --journeys`.

use crate::kit::{Carrier, Conversation, Format, Link, packets, segments, write_file};
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
    assert!(run.stdout.contains("alone: no exchange of the hop behind it belongs to it"), "{}", run.stdout);
    assert!(run.stdout.contains("alone: no exchange of the hop before has an id of it"), "{}", run.stdout);
    // Of which hop a text is, nothing but its name says.
    for captures in [["client.txt", "app.txt"], ["client=client.txt", "app.txt"]] {
        let run = both(CLIENT, APP).run(&["show", "--journeys", captures[0], captures[1]]);
        assert!(run.stdout.contains("alone: it is not of packets"), "{}", run.stdout);
        assert!(run.stderr.contains("where each says its hop"), "{}", run.stderr);
    }
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

/// A connection between two machines of 10.0.0.0/24: a request and its response, at these times in milliseconds.
fn talk((client, server): (u8, u8), (asked, request): (u64, &str), (answered, response): (u64, &str)) -> Conversation {
    const MS: u64 = 1_000_000;
    let end = |last: u8, port: u16| format!("10.0.0.{last}:{port}").parse().unwrap();
    let port = 40_000 + u16::try_from(asked).unwrap();
    let mut talk = Conversation::new(end(client, port), end(server, 80)).later(asked * MS);
    talk = talk.says(request.replace('\n', "\r\n")).answers(response.replace('\n', "\r\n"));
    talk.turns[1].think = (answered - asked) * MS;
    talk
}

/// What `show --journeys` says of a capture of these connections.
fn shown(talks: &[Conversation]) -> String {
    let mut all: Vec<_> = talks.iter().flat_map(segments).collect();
    all.sort_by_key(|segment| segment.time);
    let file =
        write_file(&packets(&all, Carrier::ETHERNET), Link::Ethernet, Format::Pcap { big_endian: false, nanoseconds: false });
    let run = Program::new().file("t.pcap", file).run(&["show", "--journeys", "t.pcap"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    run.stdout
}

/// How the last response stands there.
fn last_response(shown: &str) -> Vec<&str> {
    let from = shown.rfind("hop 1  back").expect("it");
    shown[from..].lines().skip(1).map(str::trim).collect()
}

const ID: &str = "X-Amzn-Trace-Id: Root=1-a-b\n";

#[test]
fn a_response_is_held_against_the_one_that_was_passed_on() {
    let gateway =
        talk((1, 2), (0, &format!("GET /a HTTP/1.1\n{ID}\n")), (100, "HTTP/1.1 200 OK\nX-From: app\nContent-Length: 0\n\n"));
    let app = |target: &str| {
        talk((2, 3), (10, &format!("GET {target} HTTP/1.1\n{ID}\n")), (30, "HTTP/1.1 200 OK\nX-From: app\nContent-Length: 0\n\n"))
    };
    let audit = talk(
        (2, 4),
        (40, &format!("POST /audit HTTP/1.1\n{ID}Content-Length: 0\n\n")),
        (50, "HTTP/1.1 202 Accepted\nX-From: audit\nContent-Length: 0\n\n"),
    );
    let told = shown(&[gateway.clone(), app("/a"), audit.clone()]);
    assert!(told.starts_with("journey 1: GET /a, 2 hops in 3 exchanges"), "{told}");
    assert_eq!(last_response(&told), ["HTTP/1.1 200 OK", "X-From: app", "Content-Length: 0"], "{told}");
    // Where none has the look of the request, none is known to have been passed on.
    let told = shown(&[gateway, app("/other"), audit]);
    assert!(told.contains("several answered"), "{told}");
    assert_eq!(last_response(&told), ["HTTP/1.1 200 OK", "X-From: app", "Content-Length: 0"], "{told}");
}

#[test]
fn trailers_are_counted() {
    let chunked = |trailers: &str| format!("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n2\nok\n0\n{trailers}\n");
    let run = |behind: &str, before: &str| {
        let request = format!("GET /a HTTP/1.1\n{ID}\n");
        shown(&[talk((1, 2), (0, &request), (100, before)), talk((2, 3), (10, &request), (30, behind))])
    };
    let told = run(&chunked("X-T: 1\nX-T: 1\n"), &chunked("X-T: 1\n"));
    assert_eq!(told.matches("- trailer X-T: 1").count(), 1, "{told}");
    let told = run(&chunked("X-T: 1\n"), &chunked("X-T: 1\nX-T: 1\n"));
    assert_eq!(told.matches("+ trailer X-T: 1").count(), 1, "{told}");
    // A body that ends before its trailers may have had them.
    let told = run("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n2\nok\n", &chunked("X-T: 1\n"));
    assert_eq!(told.matches("? trailer X-T: 1").count(), 1, "{told}");
}

#[test]
fn what_waits_in_one_capture_is_judged_when_all_that_ran_is_over() {
    // Two clients send one id; the node passes on one of them: which, nobody can say, whichever is answered first.
    let spec = "hops:\n  front:\n    select: { dst: { ip: 10.0.0.2 } }\n    request: { method: GET }\n  back:\n    follows: front\n    \
                select: { dst: { ip: 10.0.0.3 } }\n    request: { headers: { X-V: { preserved: true } } }\n";
    let request = |value: &str| format!("GET /a HTTP/1.1\n{ID}X-V: {value}\n\n");
    let answer = "HTTP/1.1 200 OK\nContent-Length: 0\n\n";
    let run = |ends: (u64, u64)| {
        let talks = [
            talk((1, 2), (0, &request("one")), (ends.0, answer)),
            talk((5, 2), (1, &request("two")), (ends.1, answer)),
            talk((2, 3), (10, &request("one")), (30, answer)),
        ];
        let mut all: Vec<_> = talks.iter().flat_map(segments).collect();
        all.sort_by_key(|segment| segment.time);
        let file =
            write_file(&packets(&all, Carrier::ETHERNET), Link::Ethernet, Format::Pcap { big_endian: false, nanoseconds: false });
        Program::new().file("t.pcap", file).file("s.yaml", spec).run(&["check", "-s", "s.yaml", "t.pcap"]).stdout
    };
    for ends in [(100, 90), (90, 100)] {
        let told = run(ends);
        assert!(told.contains("2 exchanges of hop `front` may be the one it belongs to"), "{told}");
    }
    // One that was over before is none of them.
    assert!(run((100, 5)).contains("met           s › back    1 exchange, 1 expectation\n"), "{}", run((100, 5)));
}
