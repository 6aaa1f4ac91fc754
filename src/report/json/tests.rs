//! JSON reports of canned outcomes, all held against the committed schema.

use serde_json::{Value, json};

use super::json as render;
use crate::finding::{Evidence, EvidencePlace, Finding, Outcome, Rule};
use crate::report::canned;

const SCHEMA: &str = include_str!("../../../docs/schema/hopspec-report-1.json");

fn errors(report: &Value) -> Option<String> {
    let mut schemas = boon::Schemas::new();
    let mut compiler = boon::Compiler::new();
    compiler.add_resource("report.json", serde_json::from_str(SCHEMA).unwrap()).unwrap();
    let schema = compiler.compile("report.json", &mut schemas).unwrap();
    schemas.validate(report, schema).err().map(|e| e.to_string())
}

/// A finding about a capture, which has no place in a spec.
fn truncated() -> Finding {
    let evidence = Evidence { capture: "staging.pcap".to_owned(), place: EvidencePlace::Capture { packet: Some(812) } };
    Finding {
        spec: None,
        hop: None,
        samples: vec![canned::sample(None, evidence, 1)],
        ..canned::finding(Rule::CaptureTruncated, "capture", "staging.pcap ends in the middle of packet 812", "hops")
    }
}

fn outcomes() -> Vec<Outcome> {
    let all =
        vec![canned::user_agent(), canned::missing(), canned::unexpected(), canned::repeated(), canned::order(), truncated()];
    let mut odd = canned::met();
    odd.captures = vec![canned::odd_capture()];
    vec![canned::met(), canned::violated(all), canned::masked(), canned::hostile(), odd]
}

#[test]
fn the_report_is_as_the_contract_says() {
    let mut outcome = canned::violated(vec![canned::user_agent(), truncated()]);
    outcome.captures = vec![canned::odd_capture()];
    insta::assert_snapshot!(render(&outcome));
}

#[test]
fn evidence_of_a_text_is_a_line() {
    let report: Value = serde_json::from_str(&render(&canned::masked())).unwrap();
    assert_eq!(report["findings"][0]["evidence"], json!([{ "capture": "note/alb.txt", "line": 12 }]));
    assert_eq!(report["specs"][0]["hops"][0]["variant"], "append");
}

#[test]
fn every_report_fits_the_schema() {
    for outcome in outcomes() {
        let text = render(&outcome);
        let report: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(errors(&report), None, "{text}");
    }
}

#[test]
fn a_wrong_report_does_not_fit() {
    let report: Value = serde_json::from_str(&render(&canned::violated(vec![canned::user_agent()]))).unwrap();
    assert_eq!(errors(&report), None);
    let wrong: [(&str, Value); 9] = [
        ("/format", json!("hopspec-report/2")),
        ("/verdict", json!("passed")),
        ("/exit_code", json!(5)),
        ("/specs/0/title", json!(1)),
        ("/specs/0/hops/0/expectations/0/line", json!(0)),
        ("/findings/0/rule", json!("Field Missing")),
        ("/findings/0/evidence/0/packet", json!("41")),
        ("/findings/0/evidence/0/time", json!("yesterday")),
        ("/unselected", json!({ "exchanges": 1, "groups": [], "more": 1 })),
    ];
    for (pointer, value) in wrong {
        let mut report = report.clone();
        *report.pointer_mut(pointer).unwrap() = value;
        assert!(errors(&report).is_some(), "{pointer}");
    }
    for part in ["/findings/0", "/specs/0", "/specs/0/hops/0", "/captures/0", "/findings/0/evidence/0"] {
        let mut more = report.clone();
        more.pointer_mut(part).unwrap()["unknown"] = json!(1);
        assert!(errors(&more).is_some(), "{part} with an unknown key");
        let mut less = report.clone();
        let fields = less.pointer_mut(part).unwrap().as_object_mut().unwrap();
        let first = fields.keys().next().unwrap().clone();
        fields.shift_remove(&first);
        assert!(errors(&less).is_some(), "{part} without its first key");
    }
}

#[test]
fn no_control_reaches_the_terminal_and_nothing_is_lost() {
    let outcome = canned::hostile();
    let text = render(&outcome);
    assert!(!text.contains(|c: char| c != '\n' && c.is_control()), "{text:?}");
    let report: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(report["findings"][0]["actual"].as_str(), outcome.findings[0].actual.as_deref());
}
