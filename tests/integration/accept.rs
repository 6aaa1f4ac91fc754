//! Whoever makes a suggested change is rid of the finding: for every change of the evidence that a shipped spec notices,
//! the suggestions of the report are made in the spec's file, by line and column as a script would, and checked again.

use std::fs;

use serde_json::Value;

use crate::events::is_of_events;
use crate::kit::{Spoken, Traffic, root};
use crate::mutations::{apply, changes, evidence, expectations, pcap};
use crate::program::Program;
use crate::schema::assert_report;
use crate::shipped::shipped_aws;

/// The file's text with a suggested change.
pub(crate) fn applied(text: &str, suggestion: &Value) -> String {
    let at = |line: &str, column: &str| {
        let number = |key: &str| usize::try_from(suggestion[key].as_u64().unwrap()).unwrap();
        let (line, column) = (number(line), number(column));
        let start: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
        start + text[start..].chars().take(column - 1).map(char::len_utf8).sum::<usize>()
    };
    let (start, end) = (at("line", "column"), at("end_line", "end_column"));
    format!("{}{}{}", &text[..start], suggestion["text"].as_str().unwrap(), &text[end..])
}

/// A report on the capture, with another text of the spec.
fn report(program: &Program, name: &str, text: &str) -> Value {
    let file = program.path(&format!("specs/{name}.yaml"));
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, text).unwrap();
    let run = program.run(&["check", "--format", "json", "-s", &format!("specs/{name}.yaml"), "t.pcap"]);
    assert_ne!(run.code, 2, "{}\n{text}", run.stderr);
    assert_report(&run.stdout)
}

fn told(finding: &Value) -> (String, String) {
    let text = |key: &str| finding[key].as_str().unwrap_or_default().to_owned();
    (text("rule"), text("subject"))
}

/// Everything told of it but for what cannot be decided.
fn findings(report: &Value) -> Vec<(String, String)> {
    let found = report["findings"].as_array().unwrap().iter();
    found.filter(|finding| finding["severity"] != "note").map(told).collect()
}

#[test]
fn every_suggestion_makes_its_finding_go_away() {
    let (mut suggested, mut without) = (0, Vec::new());
    for spec in shipped_aws() {
        let text = fs::read_to_string(root().join(format!("specs/{}.yaml", spec.name))).unwrap();
        let evidence: Vec<Traffic> = evidence(&spec).iter().map(Spoken::traffic).collect();
        // Of events: events.rs.
        for hop in spec.hops.iter().filter(|hop| !is_of_events(hop)) {
            for (_, side, expectation) in expectations(hop) {
                let (subject, changes) = changes(side, expectation);
                for change in changes {
                    let Some(changed) = evidence.iter().find_map(|traffic| apply(change, side, expectation, traffic)) else {
                        continue;
                    };
                    let program = Program::new().file("t.pcap", pcap(&changed));
                    let before = report(&program, &spec.name, &text);
                    for finding in before["findings"].as_array().unwrap().iter().filter(|f| f["severity"] != "note") {
                        let what = format!("{}: {subject}: {change:?}: {:?}", spec.name, told(finding));
                        let Some(suggestion) = finding.get("suggestion") else {
                            without.push(what);
                            continue;
                        };
                        suggested += 1;
                        let after = report(&program, &spec.name, &applied(&text, suggestion));
                        let hop = |report: &Value| report["specs"][0]["hops"][0]["exchanges"].as_u64();
                        assert_eq!(hop(&after), hop(&before), "{what}: {suggestion}");
                        let (was, is) = (findings(&before), findings(&after));
                        let same = |found: &[(String, String)]| found.iter().filter(|other| **other == told(finding)).count();
                        assert!(same(&is) < same(&was), "{what}: {suggestion} does not help: {is:?}");
                        assert!(is.iter().all(|other| was.contains(other)), "{what}: {suggestion} leads to {is:?}");
                    }
                }
            }
        }
    }
    // Most that can be wrong can be accepted; what must not be (`not`) is not, whatever is seen.
    assert!(suggested > 3 * without.len(), "{suggested} with a suggestion, without: {without:#?}");
}
