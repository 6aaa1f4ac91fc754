//! The specs of local gateways (`specs/proxies`): each is met by its own evidence, and violated when the capture of another
//! proxy is put in its place; and what `show --journeys` tells of twelve proxies, which a person read.

use std::collections::BTreeMap;
use std::ops::Range;

use serde_json::Value;

use crate::kit::{Run, hopspec, root};
use crate::shipped::shipped;

/// A capture of a proxy: its spec, if it has one, the file, and the number of its ports.
struct Recorded {
    spec: &'static str,
    file: &'static str,
    number: u16,
    /// The path of its health check, where that is not told by the request.
    health_path: Option<&'static str>,
}

const fn recorded(spec: &'static str, file: &'static str, number: u16) -> Recorded {
    Recorded { spec, file, number, health_path: None }
}

/// Every capture here of a proxy between a client on 127.0.0.1 and an origin on 127.0.0.10.
const RECORDED: &[Recorded] = &[
    recorded("nginx", "captures/proxies/nginx/default.pcap", 1),
    recorded("nginx", "captures/proxies/nginx/typical.pcap", 2),
    recorded("haproxy", "captures/proxies/haproxy/default.pcap", 3),
    recorded("haproxy", "captures/proxies/haproxy/forwardfor.pcap", 4),
    Recorded { health_path: Some("/healthz"), ..recorded("haproxy", "captures/proxies/haproxy/http-check-send.pcap", 5) },
    recorded("haproxy", "captures/proxies/haproxy/send-proxy.pcap", 6),
    Recorded { health_path: Some("/hc"), ..recorded("haproxy", "captures/proxies/haproxy/send-proxy-v2.pcap", 7) },
    recorded("apache", "captures/proxies/apache/default.pcap", 10),
    recorded("apache", "captures/proxies/apache/preserve-host.pcap", 11),
    recorded("varnish", "captures/proxies/varnish/default.pcap", 12),
    recorded("squid", "captures/proxies/squid/accelerator.pcap", 13),
    recorded("caddy", "captures/proxies/caddy/default.pcap", 14),
    recorded("traefik", "captures/proxies/traefik/default.pcap", 15),
    recorded("envoy", "captures/proxies/envoy/default.pcap", 16),
    recorded("envoy", "captures/proxies/envoy/edge.pcap", 17),
    recorded("", "tests/fixtures/captures/proxies/lighttpd.pcap", 18),
    recorded("", "tests/fixtures/captures/proxies/nghttpx.pcap", 19),
    recorded("", "tests/fixtures/captures/proxies/pen-l4.pcap", 20),
    recorded("", "tests/fixtures/captures/proxies/tinyproxy-reverse.pcap", 21),
    recorded("", "tests/fixtures/captures/proxies/trafficserver.pcap", 22),
];

impl Recorded {
    /// What the program is told of where its traffic is.
    fn told(&self, spec: &str) -> Vec<String> {
        let Self { number, .. } = self;
        let mut params = vec![format!("front=127.0.0.1:{}", 18_000 + number), format!("origin=127.0.0.10:{}", 19_000 + number)];
        params.extend(self.health_path.filter(|_| spec == "haproxy").map(|path| format!("health_path={path}")));
        params.into_iter().flat_map(|param| ["--param".to_owned(), param]).collect()
    }

    fn run(&self, command: &[&str], spec: &str) -> Run {
        self.run_on(command, spec, self.file)
    }

    /// The same with another file in its place.
    fn run_on(&self, command: &[&str], spec: &str, file: &str) -> Run {
        let (path, told) = (format!("specs/proxies/{spec}.yaml"), self.told(spec));
        let arguments = [command, &["-s", &path]].concat();
        let told = told.iter().map(String::as_str).chain([file]);
        hopspec(&arguments.into_iter().chain(told).collect::<Vec<_>>())
    }
}

/// The specs of proxies, without their folder.
pub(crate) fn specs() -> Vec<String> {
    shipped().iter().filter_map(|spec| spec.name.strip_prefix("proxies/").map(str::to_owned)).collect()
}

/// The verdicts of the hops of a report by their names.
fn verdicts(report: &Value) -> BTreeMap<String, String> {
    let hops = report["specs"].as_array().into_iter().flatten().flat_map(|spec| spec["hops"].as_array().into_iter().flatten());
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    hops.map(|hop| (text(&hop["hop"]), text(&hop["verdict"]))).collect()
}

#[test]
fn each_spec_is_met_by_its_own_evidence_and_nothing_is_odd_about_it() {
    let lint = hopspec(&["lint", "-s", "specs/proxies"]);
    assert!(lint.code == 0 && !lint.stdout.contains("warning"), "{}", lint.stdout);
    for spec in specs() {
        let path = format!("specs/proxies/{spec}.yaml");
        let run = hopspec(&["check", "--strict", "--format", "json", "-s", &path]);
        assert_eq!(run.code, 0, "{run:#?}");
        let report = run.report();
        assert_eq!(report["findings"].as_array().map(Vec::len), Some(0), "{run:#?}");
        let hops = verdicts(&report);
        assert!(hops.len() > 1 && hops.values().all(|verdict| verdict == "met"), "{spec}: {hops:?}");
        let cases = RECORDED.iter().filter(|recorded| recorded.spec == spec).count();
        assert_eq!(report["captures"].as_array().map(Vec::len), Some(cases), "{spec}: a capture that this test does not know");
    }
}

#[test]
fn every_exchange_of_the_evidence_belongs_to_a_hop() {
    for recorded in RECORDED.iter().filter(|recorded| !recorded.spec.is_empty()) {
        let run = recorded.run(&["show", "--unselected", "--format", "jsonl"], recorded.spec);
        let lines: Vec<Value> = run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        // An origin that does not know version 2 of the PROXY protocol answered the header of each connection, too.
        let stray = lines.iter().filter(|line| line["kind"] == "response" && line["status"] == 200).count();
        let expected = if recorded.file.ends_with("send-proxy-v2.pcap") { 6 } else { 0 };
        assert_eq!((lines.len(), stray), (expected, expected), "{}: {}", recorded.file, run.stdout);
    }
}

#[test]
fn each_spec_is_violated_by_the_capture_of_any_other_proxy() {
    let mut table = String::new();
    for spec in specs() {
        for recorded in RECORDED {
            let run = recorded.run(&["check", "--format", "json"], &spec);
            let hops = verdicts(&run.report());
            let hops = hops.iter().map(|(hop, verdict)| format!("{hop} {verdict}")).collect::<Vec<_>>().join(", ");
            let file = recorded.file.trim_start_matches("tests/fixtures/").trim_start_matches("captures/proxies/");
            table.push_str(&format!("{spec:8} {file:30} {}  {hops}\n", run.code));
            let own = recorded.spec == spec;
            assert_eq!(run.code == 1, !own, "{spec}: {}: {hops}", recorded.file);
            assert_eq!(hops.contains("proxy-to-origin violated"), !own, "{spec}: {}: {hops}", recorded.file);
        }
    }
    // Who is seen only as HTTP in lower case is HAProxy and Envoy alike: the client's hop of HAProxy says no more than that.
    // A health check that was not recorded is code 3.
    insta::assert_snapshot!(table);
}

/// The head that begins at a place of a file, and what lies behind it.
fn head(bytes: &[u8], at: usize) -> Range<usize> {
    let length = bytes[at..].windows(4).position(|four| four == b"\r\n\r\n").expect("heads end");
    at..at + length
}

fn places<'b>(bytes: &'b [u8], what: &'b [u8]) -> impl Iterator<Item = usize> + 'b {
    bytes.windows(what.len()).enumerate().filter(move |(_, part)| *part == what).map(|(at, _)| at)
}

/// What the proxy sent of the richest request: the request to the origin, and the response to the client.
fn sent(bytes: &[u8]) -> [Range<usize>; 2] {
    let request = head(bytes, places(bytes, b"GET /hello%20world/").nth(1).expect("two hops"));
    let mut responses = places(bytes, b"HTTP/1.1 200 OK").filter(|at| *at > request.end).map(|at| head(bytes, at));
    let origin = responses.next().expect("the origin answers");
    // Squid asks for something of its own in between, and the origin answers that in the same way.
    let response = responses.find(|response| bytes[response.clone()] != bytes[origin.clone()]).expect("the proxy passes it on");
    [request, response]
}

/// A letter or digit of a value, altered: who would notice? Lines of which a spec can only say what they look like are named.
#[test]
fn each_line_that_a_proxy_sends_is_looked_at() {
    const ANY: &[(&str, &str)] = &[
        ("", "HTTP/1.1 200 OK"),
        // Another trace id is another request: nothing can be said of what became of it.
        ("", "X-Amzn-Trace-Id"),
        ("nginx", "X-Request-Id"),
        ("nginx", "Server"),
        ("haproxy", "connection"),
        ("apache", "Keep-Alive"),
        ("apache", "X-Forwarded-Server"),
        ("varnish", "X-Varnish"),
        ("varnish", "Age"),
        ("varnish", "Via"),
        ("squid", "X-Cache"),
        ("squid", "X-Cache-Lookup"),
        ("squid", "Via"),
        ("traefik", "X-Forwarded-Server"),
        // At the edge, some address of the machine.
        ("envoy", "x-forwarded-for"),
        ("envoy", "x-request-id"),
        ("envoy", "x-envoy-expected-rq-timeout-ms"),
        ("envoy", "x-envoy-upstream-service-time"),
    ];
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("altered.pcap");
    let mut missed = Vec::new();
    for recorded in RECORDED.iter().filter(|recorded| !recorded.spec.is_empty()) {
        let bytes = std::fs::read(root().join(recorded.file)).unwrap();
        for head in sent(&bytes) {
            let mut at = head.start;
            for line in bytes[head].split(|byte| *byte == b'\n') {
                let text = String::from_utf8_lossy(line).trim_end().to_owned();
                let (name, value) = text.split_once(": ").unwrap_or((&text, &text));
                let last = line.iter().rposition(u8::is_ascii_alphanumeric).expect("a name");
                let place = at + last;
                at += line.len() + 1;
                if value.is_empty() || text.ends_with(':') {
                    continue;
                }
                let mut altered = bytes.clone();
                altered[place] = if bytes[place].is_ascii_digit() { b'7' + u8::from(bytes[place] == b'7') } else { b'q' };
                std::fs::write(&file, altered).unwrap();
                let run = recorded.run_on(&["check", "--format", "json"], recorded.spec, file.to_str().unwrap());
                let any =
                    |(spec, of): &(&str, &str)| (spec.is_empty() || *spec == recorded.spec) && of.eq_ignore_ascii_case(name);
                if run.code != 1 && !ANY.iter().any(any) {
                    missed.push(format!("{}: {text}: exit {}", recorded.file, run.code));
                }
            }
        }
    }
    assert!(missed.is_empty(), "nobody notices:\n{}", missed.join("\n"));
}

#[test]
fn proxies_that_are_not_named_take_no_traffic() {
    for recorded in RECORDED {
        let run = hopspec(&["check", "--format", "json", "-s", "specs", recorded.file]);
        let report = run.report();
        for spec in report["specs"].as_array().into_iter().flatten() {
            let proxy = spec["file"].as_str().is_some_and(|file| file.contains("proxies/"));
            let exchanges =
                spec["hops"].as_array().into_iter().flatten().filter_map(|hop| hop["exchanges"].as_u64()).sum::<u64>();
            assert!(!proxy || exchanges == 0, "{}: {spec}", recorded.file);
        }
    }
    // Who forgets to say where the traffic is, is told.
    let run = hopspec(&["check", "-s", "specs/proxies/caddy.yaml", "captures/proxies/caddy/default.pcap"]);
    assert_eq!(run.code, 3, "{run:#?}");
    assert!(run.stdout.contains("14 exchanges miss `dst: ${front}` (say --param front=…)"), "{}", run.stdout);
}

/// The text of a capture's journeys without the folder of the capture.
fn journeys(name: &str) -> String {
    let recorded = RECORDED.iter().find(|recorded| recorded.file.contains(name)).unwrap_or_else(|| panic!("no {name}"));
    let run = hopspec(&["show", "--journeys", recorded.file]);
    assert_eq!(run.code, 0, "{run:#?}");
    run.stdout.replace(recorded.file, "t.pcap")
}

/// One text a proxy. What each must tell stands in its spec, and of those without one in the comment.
#[test]
fn journeys_of_twelve_proxies() {
    for (name, file) in [
        ("nginx", "nginx/default"),
        ("haproxy", "haproxy/forwardfor"),
        ("apache", "apache/preserve-host"),
        ("varnish", "varnish/default"),
        ("squid", "squid/accelerator"),
        // Decodes the path, joins lines (cookies with `; `), and leaves out an empty field.
        ("lighttpd", "lighttpd"),
        ("caddy", "caddy/default"),
        ("traefik", "traefik/default"),
        ("envoy", "envoy/edge"),
        // Writes names its own way, joins cookies, and puts what it touches last.
        ("nghttpx", "nghttpx"),
        ("trafficserver", "trafficserver"),
        // Loses all lines of a name but the first, both ways.
        ("tinyproxy", "tinyproxy"),
    ] {
        insta::assert_snapshot!(format!("journeys_{name}"), journeys(file));
    }
}
