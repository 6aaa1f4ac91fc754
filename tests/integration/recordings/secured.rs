//! TLS: every recording opened with its key log and with the secrets in the file gives what tshark found.

use std::collections::BTreeMap;

use super::recording;
use crate::program::Program;

/// Recordings of HTTP/1 inside TLS, with their key logs; those of `tls` and `s3` are there a second time with the secrets
/// embedded.
const RECORDINGS: [(&str, &str); 8] = [
    ("tls/tls12-h1-cbc-sha256", "tls/tls12-h1-cbc-sha256"),
    ("tls/tls12-h1-chacha", "tls/tls12-h1-chacha"),
    ("tls/tls12-h1-ecdhe-gcm", "tls/tls12-h1-ecdhe-gcm"),
    ("tls/tls12-rsa-kex", "tls/tls12-rsa-kex"),
    ("tls/tls13-h1", "tls/tls13-h1"),
    ("tls/tls13-post-gzip", "tls/tls13-post-gzip"),
    ("s3/s3-tls", "s3/s3-tls"),
    ("proxies/hitch-tls-proxyv2-varnish", "proxies/hitch"),
];

fn path(name: &str) -> String {
    recording(name).to_string_lossy().into_owned()
}

/// Messages as JSON, without the file's name.
fn messages(args: &[&str]) -> Vec<serde_json::Value> {
    let run = Program::new().run(&[&["show", "--format", "jsonl", "--show-secrets"], args].concat()).code(0);
    let read = |line: &str| {
        let mut message: serde_json::Value = serde_json::from_str(line).unwrap();
        message.as_object_mut().unwrap().remove("capture");
        message
    };
    run.stdout.lines().map(read).collect()
}

/// Start and field lines of each message, by stream: as tshark tells them.
type Streams = BTreeMap<u64, Vec<(String, Vec<String>)>>;

fn told(messages: &[serde_json::Value]) -> Streams {
    let mut streams = Streams::new();
    for message in messages {
        let text = |key: &str| message[key].as_str().unwrap_or_default().to_owned();
        let start = match message["status"].as_u64() {
            Some(status) => status.to_string(),
            None => format!("{} {}", text("method"), text("target")),
        };
        let fields = message["fields"].as_array().unwrap().iter();
        let lines = fields.map(|field| format!("{}: {}", field[0].as_str().unwrap(), field[1].as_str().unwrap())).collect();
        streams.entry(message["stream"].as_u64().unwrap()).or_default().push((start, lines));
    }
    // tshark tells a request once its body is over, which may be behind an interim response.
    streams.values_mut().for_each(|messages| messages.sort());
    streams
}

fn expected(capture: &str) -> Streams {
    let text = std::fs::read_to_string(recording("tls/tshark.jsonl")).unwrap();
    let mut streams = Streams::new();
    for line in text.lines() {
        let message: serde_json::Value = serde_json::from_str(line).unwrap();
        if message["capture"] == format!("{capture}.pcap") {
            let lines = message["lines"].as_array().unwrap().iter().map(|line| line.as_str().unwrap().to_owned());
            let start = message["start"].as_str().unwrap().to_owned();
            streams.entry(message["stream"].as_u64().unwrap()).or_default().push((start, lines.collect()));
        }
    }
    assert!(!streams.is_empty(), "{capture} is in tls/tshark.jsonl");
    streams.values_mut().for_each(|messages| messages.sort());
    streams
}

#[test]
fn a_key_log_and_secrets_in_the_file_open_the_same_as_tshark_does() {
    for (capture, log) in RECORDINGS {
        let with_log = messages(&["--keylog", &path(&format!("{log}.keylog")), &path(&format!("{capture}.pcap"))]);
        assert_eq!(told(&with_log), expected(capture), "{capture}");
        let anomalies: Vec<_> = with_log.iter().filter(|message| !message["anomalies"].as_array().unwrap().is_empty()).collect();
        assert!(anomalies.is_empty(), "{capture}: {anomalies:?}");
        if !capture.starts_with("proxies") {
            let embedded = messages(&[&path(&format!("{capture}-dsb.pcapng"))]);
            assert_eq!(embedded, with_log, "{capture}");
        }
    }
}

const SPEC: &str = "
hops:
  edge:
    select: { dst: { port: 18443 } }
    tls: { scheme: https, version: TLSv1.3, suite: { prefix: TLS_AES_ }, alpn: http/1.1, sni: app.example.com }
    request: { method: GET }
  backend:
    select: { dst: { port: 19443 } }
    tls: none
    request: { method: GET }
    checks:
      - { id: name, that: 'tls.sni == \"app.example.com\"' }
";

#[test]
fn what_a_handshake_settled_can_be_expected() {
    let program = Program::new().file("specs/edge.yaml", SPEC);
    let (capture, log) = (path("tls/tls13-h1.pcap"), path("tls/tls13-h1.keylog"));
    let run = program.run(&["check", &capture, "--keylog", &log, "-v"]).code(0);
    for line in ["met           edge › edge", "tls.scheme", "tls.version", "tls.suite", "tls.alpn", "tls.sni"] {
        assert!(run.stdout.contains(line), "{line} is not in\n{}", run.stdout);
    }
    assert!(run.stdout.contains("the connection says no `tls.sni`"), "{}", run.stdout);
    let wrong =
        program.file("specs/edge.yaml", SPEC.replace("TLSv1.3", "TLSv1.2").replace("app.example.com }", "other.example }"));
    let run = wrong.run(&["check", &capture, "--keylog", &log]).code(1);
    for said in ["`tls.version`", "TLSv1.2", "TLSv1.3", "`tls.sni`", "other.example"] {
        assert!(run.stdout.contains(said), "{said} is not in\n{}", run.stdout);
    }
}

#[test]
fn what_is_not_opened_is_named_with_what_to_do() {
    let program = Program::new();
    let (capture, log, other) = (path("tls/tls13-h1.pcap"), path("tls/tls13-h1.keylog"), path("tls/tls12-h1-chacha.keylog"));
    let run = program.run(&["check", &capture, "-s", "aws/"]);
    let line = "1 flow on :18443 is TLS without keys (for app.example.com ×1); to open it, record with SSLKEYLOGFILE=keys.log set \
                for the client and give --keylog keys.log";
    assert!(run.stdout.contains(line), "{}", run.stdout);
    let run = program.run(&["check", &capture, "-s", "aws/", "--keylog", &other]);
    assert!(run.stdout.contains("because the key log has no line for its client random ×1"), "{}", run.stdout);
    assert!(run.stdout.contains("opens nothing: none of the 1 TLS connections"), "{}", run.stdout);
    // A key log that is not one, and lines that are none.
    let text = std::fs::read_to_string(&log).unwrap();
    let program = program.file("bad.log", format!("{text}CLIENT_RANDOM 5ec4e7\n")).file("none.log", "hello world\n");
    let run = program.run(&["show", &capture, "--keylog", "bad.log"]).code(0);
    run.says("key log bad.log: line 6 does not hold three words: label, client random, secret");
    program.run(&["show", &capture, "--keylog", "none.log"]).code(4).says("none.log: is no TLS key log: line 1");
    program.run(&["check", &capture, "--keylog", "missing.log"]).code(4).says("--keylog missing.log");
}

/// No secret of a key log is in any output, and the variable that browsers look at is not looked at.
#[test]
fn secrets_are_never_printed_and_never_taken_unasked() {
    let (capture, log) = (path("tls/tls13-h1.pcap"), path("tls/tls13-h1.keylog"));
    let program = Program::new();
    let mut outputs = String::new();
    for args in [
        &["show", &capture, "--keylog", &log, "--show-secrets"][..],
        &["check", &capture, "--keylog", &log, "-v", "--show-secrets", "-s", "aws/"],
        &["check", &capture, "--keylog", &log, "--format", "json", "-s", "aws/"],
    ] {
        let run = program.run(args);
        outputs.push_str(&run.stdout);
        outputs.push_str(&run.stderr);
    }
    let text = std::fs::read_to_string(&log).unwrap();
    let secrets: Vec<&str> =
        text.lines().filter(|line| !line.starts_with('#')).flat_map(|line| line.split(' ').skip(1)).collect();
    assert_eq!(secrets.len(), 10);
    assert!(secrets.iter().all(|secret| !outputs.contains(secret)));
    let output = program.command(&["show", "--count", &capture]).env("SSLKEYLOGFILE", &log).output().unwrap();
    assert!(String::from_utf8_lossy(&output.stdout).contains("requests 1 responses 1"), "the cleartext side alone");
}
