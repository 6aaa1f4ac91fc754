//! Which exchanges are a hop's own, and what is said of the others.

use super::driver::Check;

fn exchanges(select: &str, head: &str) -> u64 {
    let spec = format!("hops:\n  h:\n    select: {select}\n    request:\n      version: HTTP/1.1\n");
    Check::new(&spec).request(head).run().specs[0].hops[0].exchanges
}

#[test]
fn select_takes_and_leaves() {
    let head = "GET /p?q=1 HTTP/1.1\r\nHost: a.b\r\nX: 1\r\nX: 2\r\nV: 10.0.0.1, 10.0.0.2\r\n\r\n";
    for (select, takes) in [
        ("{ request: { method: GET } }", true),
        ("{ request: { method: POST } }", false),
        ("{ request: { path: /p, query: { q: 1 } } }", true),
        ("{ request: { headers: { Host: a.b } } }", true),
        ("{ request: { headers: { host: { prefix: a } } } }", true),
        ("{ request: { headers: { Host: b } } }", false),
        ("{ request: { headers: { Nope: { present: true } } } }", false),
        // A matcher on a missing field is false, its opposite beside the field is not.
        ("{ request: { headers: { Nope: { not: a } } } }", false),
        ("{ not: { request: { headers: { Nope: { not: a } } } } }", true),
        ("{ request: { headers: { Nope: { lines: { length: 0 } } } } }", true),
        ("{ request: { absent: [Nope] } }", true),
        ("{ request: { absent: [Host] } }", false),
        ("{ request: { absent: [No*, Z*] } }", true),
        ("{ request: { absent: [No*, h*t] } }", false),
        ("{ not: { request: { absent: [h*] } } }", true),
        ("{ response: { absent: [No*] } }", false),
        // Any line of a repeated field may match.
        ("{ request: { headers: { X: 2 } } }", true),
        ("{ request: { headers: { X: 3 } } }", false),
        ("{ request: { headers: { V: { list: { length: 2 } } } } }", true),
        ("{ request: { headers: { V: { list: { length: 1 } } } } }", false),
        ("{ dst: { port: 8000 } }", true),
        ("{ dst: { port: 80 } }", false),
        ("{ dst: '10.0.2.7:8000' }", true),
        ("{ src: { ip: { cidr: 10.0.1.0/24 } } }", true),
        ("{ src: { ip: { is: public-ip } } }", false),
        ("{ source: wire }", true),
        ("{ source: text }", false),
        ("{ any: [{ request: { method: POST } }, { dst: { port: 8000 } }] }", true),
        ("{ any: [{ request: { method: POST } }, { dst: { port: 80 } }] }", false),
        ("{ all: [{ request: { method: GET } }, { dst: { port: 8000 } }] }", true),
        ("{ not: { request: { method: POST } } }", true),
        ("{ not: { request: { headers: { Nope: { present: true } } } } }", true),
        ("{ not: { request: { headers: { Host: { present: true } } } } }", false),
        ("{ request: { method: GET }, dst: { port: 80 } }", false),
        // The response is not in the capture: unknown, and so not selected, nor is its opposite.
        ("{ response: { status: 200 } }", false),
        ("{ not: { response: { status: 200 } } }", false),
    ] {
        assert_eq!(exchanges(select, head), u64::from(takes), "{select}");
    }
}

#[test]
fn an_optional_param_without_a_value_finds_nothing_and_rules_nothing_out() {
    let exchanges = |select: &str, param: &[(&str, &str)]| {
        let spec = format!(
            "params: {{ at: {{ is: ip-port, optional: true }} }}\nhops:\n  h:\n    select: {select}\n    request: {{ version: HTTP/1.1 }}\n"
        );
        Check::new(&spec).params(param).request("GET / HTTP/1.1\r\n\r\n").run().specs[0].hops[0].exchanges
    };
    let at = &[("at", "10.0.2.7:8000")];
    for (select, without, with) in [
        ("{ dst: '${at}' }", 0, 1),
        ("{ dst: '${at}', request: { method: GET } }", 0, 1),
        ("{ any: [{ dst: '${at}' }, { request: { method: GET } }] }", 1, 1),
        ("{ not: { dst: '${at}' }, request: { method: GET } }", 1, 0),
    ] {
        assert_eq!((exchanges(select, &[]), exchanges(select, at)), (without, with), "{select}");
    }
}

#[test]
fn the_nearest_says_what_is_missed() {
    let spec = "
hops:
  h:
    select: { request: { method: GET, headers: { User-Agent: { prefix: AmazonAPIGateway_ } } } }
    request: { version: HTTP/1.1 }
";
    let outcome =
        Check::new(spec).request("GET /a HTTP/1.1\r\n\r\n").request("GET /b HTTP/1.1\r\nUser-Agent: curl\r\n\r\n").run();
    let nearest = outcome.specs[0].hops[0].nearest.as_deref();
    assert_eq!(nearest, Some("2 exchanges miss `User-Agent: AmazonAPIGateway_…`"));
    let groups: Vec<(&str, u64)> = outcome.unselected.groups.iter().map(|g| (g.line.as_str(), g.count)).collect();
    assert_eq!(groups, [("GET /a", 1), ("GET /b", 1)]);
}

#[test]
fn groups_of_unselected_exchanges_are_bounded() {
    let spec = "hops:\n  h:\n    select: { request: { method: POST } }\n    request: { version: HTTP/1.1 }\n";
    let mut check = Check::new(spec);
    for number in 0..1500 {
        check = check.request(&format!("GET /{number} HTTP/1.1\r\n\r\n"));
    }
    let unselected = check.run().unselected;
    assert_eq!((unselected.exchanges, unselected.groups.len()), (1500, 1001));
    let rest: Vec<u64> = unselected.groups.iter().filter(|group| group.line == "…").map(|group| group.count).collect();
    assert_eq!(rest, [500]);
}

#[test]
fn a_body_can_say_whose_exchange_it_is() {
    let takes = |select: &str, body: &[u8]| {
        let spec = format!("hops:\n  h:\n    select: {select}\n    response:\n      status: 200\n");
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
        Check::new(&spec).request("GET / HTTP/1.1\r\n\r\n").response(&head, body).run().specs[0].hops[0].exchanges == 1
    };
    let member = "{ response: { body: { json: { statusCode: { present: true } } } } }";
    assert!(takes(member, br#"{"statusCode": 200}"#));
    assert!(!takes(member, br#"{"status": 200}"#));
    assert!(!takes(member, b"statusCode"));
    assert!(!takes(member, b""));
    assert!(takes("{ response: { body: { json: { 'a.b': x } } } }", br#"{"a": {"b": "x"}}"#));
    assert!(!takes("{ response: { body: { json: { 'a.b': x } } } }", br#"{"a": {"b": "y"}}"#));
    assert!(takes("{ not: { response: { body: { json: { event: { present: true } } } } } }", br#"{"a": 1}"#));
    assert!(!takes("{ not: { response: { body: { json: { event: { present: true } } } } } }", br#"{"event": 1}"#));
    assert!(takes("{ response: { body: { text: hello } } }", b"hello"));
    assert!(!takes("{ response: { body: { text: hello } } }", b"hell"));
}
