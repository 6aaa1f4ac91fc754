//! A folder with one small spec and its traffic, and what a run in it says.

use crate::kit::{Carrier, Conversation, Format, Link, Message, interleaved, packets, write_file};
use crate::program::{Program, Run};

/// The spec of the rows.
pub(super) const SPEC: &str = "\
title: Health check
params:
  health_path: { about: path of the health check, prefix: /, default: /health }
hops:
  alb-to-target:
    select: { request: { headers: { User-Agent: { prefix: ELB-HealthChecker/ } } } }
    request:
      target: ${health_path}
      headers:
        Host: ${dst}
        User-Agent: ELB-HealthChecker/2.0
    response:
      status: 200
";

/// A health check as it should be.
pub(super) fn request() -> Message {
    Message::new("GET /health HTTP/1.1").with("Host", "10.0.2.7:8000").with("User-Agent", "ELB-HealthChecker/2.0")
}

/// Its response.
pub(super) fn response() -> Message {
    Message::new("HTTP/1.1 200 OK").with_body("ok")
}

/// A connection between the ends of the spec.
pub(crate) fn connection() -> Conversation {
    Conversation::new("10.0.1.5:41022".parse().unwrap(), "10.0.2.7:8000".parse().unwrap())
}

/// A pcap of conversations.
pub(crate) fn pcap(conversations: &[Conversation]) -> Vec<u8> {
    write_file(&packets(&interleaved(conversations), Carrier::ETHERNET), Link::Ethernet, Format::ALL[0])
}

/// A pcap in which everything is right.
pub(crate) fn good() -> Vec<u8> {
    pcap(&[connection().exchange(&request(), &response())])
}

/// A pcap in which one thing is wrong.
pub(super) fn bad() -> Vec<u8> {
    let mut wrong = request();
    wrong.set("Host", "app.example.com");
    pcap(&[connection().exchange(&wrong, &response())])
}

/// A folder with the spec, a good and a bad capture.
pub(crate) fn site() -> Program {
    Program::new().file("specs/health.yaml", SPEC).file("good.pcap", good()).file("bad.pcap", bad())
}

/// What a run says: its exit code, standard error, standard output.
pub(super) fn said(run: &Run) -> String {
    assert!(!run.stderr.contains("panicked"), "{}", run.stderr);
    let mut text = format!("exit {}\n", run.code);
    for (name, output) in [("stderr", &run.stderr), ("stdout", &run.stdout)] {
        if !output.is_empty() {
            text.push_str(&format!("--- {name}\n{output}"));
        }
    }
    text
}

/// Runs and says how it went.
pub(super) fn run(program: &Program, args: &[&str]) -> String {
    said(&program.run(args))
}
