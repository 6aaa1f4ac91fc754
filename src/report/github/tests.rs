//! Annotations of canned outcomes.

use super::{GithubOptions, data, github, property};
use crate::finding::{Finding, Outcome, Suggestion};
use crate::report::canned;
use crate::spec::Severity;

fn of(outcome: &Outcome) -> String {
    github(outcome, &GithubOptions { path: &|file| Some(file.to_owned()) })
}

#[test]
fn a_finding_is_an_annotation_with_its_evidence() {
    let suggestion = Suggestion {
        line: 13,
        column: 9,
        end_line: 13,
        end_column: 47,
        start: 1,
        end: 2,
        text: "User-Agent: { prefix: AmazonAPIGateway_ }".to_owned(),
    };
    let mut finding = Finding { suggestion: Some(suggestion), why: Some("two\n  lines".to_owned()), ..canned::user_agent() };
    finding.samples.push(canned::sample(None, canned::line(4), 2));
    insta::assert_snapshot!(of(&canned::violated(vec![finding, canned::order(), canned::missing()])));
}

#[test]
fn data_and_properties_are_escaped() {
    assert_eq!(data("50%\r\n: a, b"), "50%25%0D%0A: a, b");
    assert_eq!(property("C:\\a, 5%\n"), "C%3A\\a%2C 5%25%0A");
}

#[test]
fn a_spec_outside_of_the_repository_has_no_file() {
    let text = github(&canned::violated(vec![canned::user_agent()]), &GithubOptions { path: &|_| None });
    assert!(text.starts_with("::error title=hopspec field-value-mismatch::`User-Agent`"), "{text}");
}

#[test]
fn no_more_than_are_shown_and_the_rest_is_listed() {
    let of_severity = |severity| Finding { severity, ..canned::missing() };
    let mut findings = vec![of_severity(Severity::Error); 130];
    findings.extend(vec![of_severity(Severity::Warning); 11]);
    findings.push(of_severity(Severity::Note));
    let text = of(&canned::violated(findings));
    let number = |start: &str| text.lines().filter(|line| line.starts_with(start)).count();
    assert_eq!((number("::error "), number("::warning "), number("::notice ")), (10, 10, 1));
    assert_eq!(number("  error[field-missing] specs/"), 100);
    assert!(text.contains("\n121 more findings without an annotation (GitHub shows 10 of a kind a step):\n"), "{text}");
    assert!(text.contains("\n  and 21 more; "), "{text}");
    assert!(text.ends_with("\nviolated: 130 errors, 11 warnings, 1 note in 1 hop, 40 exchanges\n"), "{text}");
}

#[test]
fn what_cannot_be_read_is_an_error() {
    let outcome = Outcome { unreadable: vec!["a.pcap: there is no such file".to_owned()], ..canned::met() };
    assert!(of(&outcome).starts_with("::error title=hopspec::a.pcap: there is no such file\n"));
}

#[test]
fn traffic_commands_nothing() {
    let mut finding = canned::user_agent();
    finding.actual = Some("\n::error::forged\r::stop-commands::x ##[error]x".to_owned());
    finding.samples[0].actual = finding.actual.clone();
    finding.message = "##[add-mask]`x`\n::warning::".to_owned();
    finding.samples[0].evidence.capture = "a,b:c\n::error::.pcap".to_owned();
    let text = of(&canned::violated(vec![finding; 12]));
    assert_eq!(text.lines().filter(|line| line.trim_start().starts_with("::")).count(), 10, "{text}");
    assert!(!text.contains("##["), "{text}");
    for line in of(&canned::hostile()).lines() {
        assert!(!line.contains(|c: char| c.is_control()), "{line:?}");
    }
}
