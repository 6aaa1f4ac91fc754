//! The published note as people paste it: prose, masks, lines that show line ends, an event within a response. What can be
//! judged is met, the rest is inconclusive with its reason, nothing is violated.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::corpus::shared;
use crate::program::Program;

/// The six specs that the note began, how many exchanges each finds in it, and which expectations it cannot show.
const JUDGED: [(&str, u64, &[&str]); 6] = [
    ("aws/alb/forward.yaml", 2, &["request.header.Host", "request.header.X-Forwarded-For"]),
    ("aws/alb/health-check.yaml", 1, &["request.header.Host"]),
    ("aws/api-gateway/http-proxy-via-alb.yaml", 0, &[]),
    (
        "aws/api-gateway/http-via-alb.yaml",
        1,
        &["request.header.Host", "request.header.User-Agent", "request.header.x-amzn-apigateway-api-id"],
    ),
    (
        "aws/api-gateway/lambda-proxy.yaml",
        1,
        &[
            "check.Host-is-domainName",
            "check.apiId-is-domainPrefix",
            "check.headers-are-the-last-of-multiValueHeaders",
            "response.body.json.headers[\"X-Forwarded-For\"]",
            "response.body.json.requestContext.apiId",
            "response.body.json.requestContext.domainName",
            "response.body.json.requestContext.identity.sourceIp",
        ],
    ),
    ("aws/api-gateway/lambda.yaml", 1, &[]),
];

/// A copy with prose of our own between the messages.
fn excerpt() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/text/note.txt")
}

fn holds(note: &Path) {
    let note = note.to_str().unwrap();
    let count = Program::new().run(&["show", "--count", note]).code(0).stdout;
    assert!(count.contains(" requests 3 responses 2 "), "{count}");
    let run = Program::new().run(&["check", "-s", "aws/alb", "-s", "aws/api-gateway", note, "--format", "json"]).code(0);
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    for finding in report["findings"].as_array().unwrap() {
        assert_eq!(finding["rule"], "evidence-inconclusive", "{finding:#}");
        let said = finding["message"].as_str().unwrap();
        let (_, why) = said.split_once("this evidence cannot show: ").unwrap_or_else(|| panic!("no reason: {said}"));
        assert!(["mask", "no addresses"].iter().any(|reason| why.contains(reason)), "{finding:#}");
    }
    for (spec, exchanges, open) in JUDGED {
        let judged = report["specs"].as_array().unwrap().iter().find(|judged| judged["file"] == spec);
        let hop = &judged.unwrap_or_else(|| panic!("{spec}: {report:#}"))["hops"][0];
        assert_eq!(hop["exchanges"], exchanges, "{spec}");
        let mut inconclusive = Vec::new();
        let mut met = 0;
        for expectation in hop["expectations"].as_array().unwrap() {
            assert_eq!(expectation["violated"], 0, "{spec}: {expectation:#}");
            met += expectation["met"].as_u64().unwrap();
            if expectation["inconclusive"] != 0 {
                inconclusive.push(expectation["subject"].as_str().unwrap());
            }
        }
        inconclusive.sort_unstable();
        inconclusive.dedup();
        assert_eq!(inconclusive, open, "{spec}");
        assert_eq!(met > 0, exchanges > 0, "{spec}");
    }
}

#[test]
fn the_messages_of_the_note_between_other_prose() {
    holds(&excerpt());
}

#[test]
fn the_note_as_it_was_published() {
    let Some(shared) = shared() else { return };
    let mut notes = 0;
    for entry in std::fs::read_dir(shared.join("note")).unwrap() {
        holds(&entry.unwrap().path());
        notes += 1;
    }
    assert!(notes > 0);
}
