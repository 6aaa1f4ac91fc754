//! A condition that was met is not asked again where it reads the same, and says what it would say.

use proptest::prelude::*;

use super::settled::{Pair, counts, exchange, one_run_is_many, plan};
use crate::finding::Counts;

const SPEC: &str = r#"
hops:
  all:
    request: { headers: { X-Id: { optional: true, is: integer, bind: id } } }
    checks:
      - { id: path, that: 'request.target == "/?a=1" && request.path.startsWith("/")' }
      - { id: query, that: 'request.query == "a=1"' }
      - { id: method, that: 'request.method in ["GET", "HEAD"] && request.version == "HTTP/1.1"' }
      - { id: status, that: 'response.status < 300' }
      - { id: header, that: 'request.header("X-Id") == "1" || request.header("Host").port() == dst.port' }
      - { id: there, that: 'request.has_header("X-From") || !request.has_header("X-Id")' }
      - { id: fields, that: 'request.headers.exists(h, h.name == "X-Id" && h.value == "1")' }
      - { id: no-field, that: '!request.headers.exists(h, h.name.lower() == "x-never") || request.path == "/"' }
      - { id: fields-of-both, that: 'response.headers.all(h, h.value != "x") && request.headers.exists(h, h.value.contains("1"))' }
      - { id: all-fields, that: 'request.headers.all(h, size(h.value) < 8)' }
      - { id: ends, that: 'src.ip == "10.0.0.1" || request.method == "GET"' }
      - { id: bound, that: 'id == "1" || id == "77"' }
      - { id: bound-in-lines, that: 'request.headers.exists(h, h.name != "X-Id" && h.value == id)' }
      - { id: gathered, that: 'request.headers.map(h, h.name).size() > 1 && request.headers.filter(h, h.name == "X-Id")[0].value == "1"' }
      - { id: each, for_each: request.headers, that: 'key != "X-Never" && value != "2"' }
      - id: when
        when: request.has_header("X-List")
        that: request.header("X-List").members().size() == 1 && request.header("X-List") == "1"
      - { id: date, that: 'response.header("Date").epoch() > 0 || response.header("Server") == "nginx"' }
      - { id: nothing, that: '1 + 1 == 2' }
      - { id: connection, that: 'client.ip == src.ip' }
      - { id: time, that: 'time > timestamp("2000-01-01T00:00:00Z") || request.method == "GET"' }
"#;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn one_run_judges_as_many_do(
        kinds in proptest::collection::vec(exchange(), 1..12), sequence in proptest::collection::vec(0..12usize, 1..40),
    ) {
        let exchanges: Vec<Pair> = sequence.iter().map(|at| kinds[at % kinds.len()].clone()).collect();
        one_run_is_many(&plan(SPEC), &exchanges);
    }
}

#[test]
fn what_is_met_is_counted_each_time() {
    let spec = "hops:\n  h:\n    checks:\n      - { id: c, that: 'size(request.path) < 3' }\n";
    let made = |target: &str| {
        let at = crate::http::Provenance { capture: crate::http::CaptureId(0), origin: crate::http::Origin::Line(1) };
        let head = format!("GET {target} HTTP/1.1\r\n\r\n");
        (Some(crate::http::parse_head(head.as_bytes(), at, crate::http::Fidelity::WIRE)), None, None)
    };
    // More targets than are remembered, each of them again; one is too long.
    let targets = ["/", "/a", "/b", "/c", "/d", "/e", "/f", "/g", "/h", "/i", "/abc"];
    let exchanges: Vec<Pair> = targets.iter().chain(&targets).chain(&targets).map(|target| made(target)).collect();
    let found = counts(&plan(spec), &exchanges);
    assert_eq!(found, [[Counts { met: 30, violated: 3, ..Counts::default() }]]);
}
