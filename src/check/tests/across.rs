//! Checks over several hops.

use super::driver::Check;
use crate::finding::{Outcome, Rule, Verdict};
use crate::spec::{Loaded, parse};

const SPEC: &str = r#"
params: { most: { is: integer, default: "3" } }
checks:
  - id: same-agent
    that: hop("front").request.header("User-Agent") == hop("back").request.header("User-Agent")
    why: nothing between them changes it
  - id: one-more
    that: hop("back").request.header("X-Forwarded-For").members().size() == hop("front").request.header("X-Forwarded-For").members().size() + 1
hops:
  front:
    select: { request: { headers: { X-Hop: front } } }
    request: { method: GET }
  back:
    select: { request: { headers: { X-Hop: back } } }
    request: { method: GET }
"#;

fn request(hop: &str, root: &str, agent: &str, forwarded: &str) -> String {
    let trace = if root.is_empty() { String::new() } else { format!("X-Amzn-Trace-Id: Root={root}\r\n") };
    format!(
        "GET / HTTP/1.1\r\nX-Hop: {hop}\r\n{trace}User-Agent: {agent}\r\nX-Forwarded-For: {forwarded}\r\nCookie: s=verysecret\r\n\r\n"
    )
}

fn verdict(outcome: &Outcome, check: &str) -> Verdict {
    let subject = format!("check.{check}");
    let mut all = outcome.specs[0].hops.iter().flat_map(|hop| &hop.expectations).filter(|e| e.subject == subject);
    let found = all.next().expect("the check is counted");
    assert!(all.next().is_none(), "counted once");
    found.verdict
}

#[test]
fn exchanges_of_one_request_are_held_against_each_other() {
    let right = Check::new(SPEC).request(&request("front", "1-a", "curl", "1.1.1.1")).request(&request(
        "back",
        "1-a",
        "curl",
        "1.1.1.1, 2.2.2.2",
    ));
    assert_eq!(verdict(&right.run(), "same-agent"), Verdict::Met);
    assert_eq!(verdict(&right.run(), "one-more"), Verdict::Met);
    // In whatever order they come.
    let turned =
        Check::new(SPEC).request(&request("back", "1-a", "curl", "1.1.1.1")).request(&request("front", "1-a", "wget", "1.1.1.1"));
    let outcome = turned.run();
    assert_eq!(verdict(&outcome, "same-agent"), Verdict::Violated);
    assert_eq!(verdict(&outcome, "one-more"), Verdict::Violated);
    let finding = outcome.findings.iter().find(|f| f.subject == "check.same-agent").expect("a finding");
    assert_eq!(finding.rule, Rule::CheckFailed);
    insta::assert_debug_snapshot!((&finding.message, &finding.parts, &finding.notes, &finding.samples[0].evidence.short()));
}

#[test]
fn what_is_not_joined_is_not_met() {
    // Another request on the other hop.
    let other = Check::new(SPEC)
        .request(&request("front", "1-a", "curl", "1.1.1.1"))
        .request(&request("back", "1-b", "curl", "1.1.1.1, 2.2.2.2"))
        .run();
    assert_eq!(verdict(&other, "same-agent"), Verdict::Inconclusive);
    let reasons: Vec<&str> = other
        .findings
        .iter()
        .filter(|f| f.subject == "check.same-agent")
        .flat_map(|f| f.notes.iter().map(String::as_str))
        .collect();
    assert_eq!(
        reasons,
        ["no exchange of hop `back` belongs to the same request", "no exchange of hop `front` belongs to the same request"]
    );
    // Nothing to join by.
    let none = Check::new(SPEC)
        .request(&request("front", "", "curl", "1.1.1.1"))
        .request(&request("back", "", "curl", "1.1.1.1, 2.2.2.2"))
        .run();
    assert_eq!(verdict(&none, "same-agent"), Verdict::Inconclusive);
    // A hop that is not there at all.
    let alone = Check::new(SPEC).request(&request("front", "1-a", "curl", "1.1.1.1")).run();
    assert_eq!(verdict(&alone, "same-agent"), Verdict::NotObserved);
    // A value that one of them lacks.
    let lacking = Check::new(SPEC)
        .request("GET / HTTP/1.1\r\nX-Hop: front\r\nX-Amzn-Trace-Id: Root=1-a\r\n\r\n")
        .request(&request("back", "1-a", "curl", "1.1.1.1"))
        .run();
    assert_eq!(verdict(&lacking, "same-agent"), Verdict::Inconclusive);
    // One that joins decides, beside others that do not.
    let both = Check::new(SPEC)
        .request(&request("front", "1-a", "curl", "1.1.1.1"))
        .request(&request("front", "1-b", "curl", "1.1.1.1"))
        .request(&request("back", "1-b", "curl", "1.1.1.1, 2.2.2.2"))
        .run();
    assert_eq!(verdict(&both, "same-agent"), Verdict::Met);
    let left = both.findings.iter().filter(|f| f.subject == "check.same-agent" && f.rule == Rule::EvidenceInconclusive).count();
    assert_eq!(left, 1, "and what did not join is told");
}

#[test]
fn secrets_of_other_hops_are_not_told() {
    let spec = SPEC.replace("\"User-Agent\"", "\"Cookie\"");
    let outcome = Check::new(&spec)
        .request(&request("front", "1-a", "curl", "1.1.1.1"))
        .request(&request("back", "1-a", "curl", "1.1.1.1, 2.2.2.2").replace("verysecret", "othersecret"))
        .run();
    let finding = outcome.findings.iter().find(|f| f.subject == "check.same-agent").expect("a finding");
    assert!(!format!("{finding:?}").contains("secret\""), "{finding:?}");
    assert!(!format!("{finding:?}").contains("verysecret") && !format!("{finding:?}").contains("othersecret"), "{finding:?}");
}

#[test]
fn conditions_over_hops_name_hops() {
    let refused = |that: &str| {
        let text = format!("checks: [ {{ id: c, that: '{that}' }} ]\nhops: {{ front: {{ request: {{ method: GET }} }} }}\n");
        match parse("specs/t.yaml", "t", text.as_bytes()) {
            Ok(Loaded::Spec(_)) => String::new(),
            Ok(Loaded::NotASpec) => panic!("{text}"),
            Err(errors) => {
                errors.iter().map(|e| format!("{} | {}", e.message, e.help.join(" / "))).collect::<Vec<_>>().join("; ")
            }
        }
    };
    for (that, message) in [
        ("hop(\"frnot\").request.method == \"GET\"", "no hop `frnot` in this file | did you mean `front`?"),
        ("request.method == \"GET\"", "`request` is of one hop, and here are several | write `hop(\"name\").request`"),
        ("hop(\"front\") == \"GET\"", "say what of the hop's exchange"),
        ("hop(front).request.method == \"GET\"", "`hop` takes the name of a hop, as a text"),
        ("true", "a condition of the file names a hop, and this one names none"),
        ("hop(\"front\").request.method == methd", "`methd` is neither a param nor bound"),
        ("hop(\"front\").response.status == \"200\"", "`==` means nothing here"),
    ] {
        assert!(refused(that).contains(message), "{that}: {}", refused(that));
    }
    assert_eq!(refused("hop(\"front\").src.ip != hop(\"front\").dst.ip"), "");
}

#[test]
fn what_waits_is_bounded() {
    let mut check = Check::new(SPEC);
    let long = "a".repeat(70 << 10);
    check = check.request(&request("front", "1-long", &long, "1.1.1.1")).request(&request(
        "back",
        "1-long",
        &long,
        "1.1.1.1, 2.2.2.2",
    ));
    assert_eq!(verdict(&check.run(), "same-agent"), Verdict::Inconclusive);
}

#[test]
fn an_exchange_that_another_replaces_is_told() {
    // The front was tried twice with one trace id before the back came: the first try was held against nothing.
    let twice = Check::new(SPEC)
        .request(&request("front", "1-a", "wget", "1.1.1.1"))
        .request(&request("front", "1-a", "curl", "1.1.1.1"))
        .request(&request("back", "1-a", "curl", "1.1.1.1, 2.2.2.2"))
        .run();
    assert_eq!(verdict(&twice, "same-agent"), Verdict::Met);
    let told: Vec<_> = twice.findings.iter().filter(|f| f.subject == "check.same-agent").map(|f| (f.rule, f.count)).collect();
    assert_eq!(told, [(Rule::EvidenceInconclusive, 1)]);
    let note = twice.findings.iter().find(|f| f.subject == "check.same-agent").and_then(|f| f.notes.first());
    assert!(note.is_some_and(|note| note.contains("tried again")), "{note:?}");
}

#[test]
fn what_looks_masked_on_the_wire_joins() {
    let outcome = Check::new(SPEC).request(&request("front", "1-xxx", "curl", "1.1.1.1")).request(&request(
        "back",
        "1-xxx",
        "curl",
        "1.1.1.1, 2.2.2.2",
    ));
    assert_eq!(verdict(&outcome.run(), "same-agent"), Verdict::Met);
}
