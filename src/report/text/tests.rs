//! Text reports of canned outcomes, as a person reads them.

use std::sync::Arc;

use super::{TextOptions, Verbosity, text};
use crate::exit;
use crate::finding::{Finding, Outcome, Verdict};
use crate::report::canned;
use crate::report::escape::is_unsafe;
use crate::secret;
use crate::spec::Severity;

fn plain(outcome: &Outcome) -> String {
    text(outcome, &TextOptions::default())
}

fn at(verbosity: Verbosity) -> TextOptions {
    TextOptions { verbosity, ..TextOptions::default() }
}

#[test]
fn all_met_is_a_line_a_hop_and_what_was_not_judged() {
    insta::assert_snapshot!(plain(&canned::met()));
}

#[test]
fn a_finding_with_its_block() {
    insta::assert_snapshot!(plain(&canned::violated(vec![canned::user_agent()])));
}

#[test]
fn a_finding_in_colour() {
    let options = TextOptions { color: true, ..TextOptions::default() };
    let text = text(&canned::violated(vec![canned::user_agent()]), &options);
    insta::assert_snapshot!(text.replace('\x1b', "␛"));
}

#[test]
fn a_missing_field() {
    insta::assert_snapshot!(plain(&canned::violated(vec![canned::missing()])));
}

#[test]
fn an_unexpected_field() {
    insta::assert_snapshot!(plain(&canned::violated(vec![canned::unexpected()])));
}

#[test]
fn a_repeated_field() {
    insta::assert_snapshot!(plain(&canned::violated(vec![canned::repeated()])));
}

#[test]
fn another_order() {
    insta::assert_snapshot!(plain(&canned::violated(vec![canned::order()])));
}

#[test]
fn findings_of_one_message_share_its_block() {
    let block = canned::block(
        "GET / HTTP/1.1\nX-Forwarded-Proto: http\nUser-Agent: AmazonAPIGateway_a1b2c3d4e5\naccept: application/json",
        "GET / HTTP/1.1\nUser-Agent: curl/8\nAccept: application/json\nVia: 1.1 proxy <- must not be there",
    );
    let share = |finding: Finding| Finding { block: Some(Arc::clone(&block)), samples: canned::user_agent().samples, ..finding };
    let alone = Finding { severity: Severity::Warning, ..canned::order() };
    let outcome =
        canned::violated(vec![share(canned::missing()), share(canned::user_agent()), alone, share(canned::unexpected())]);
    let text = plain(&outcome);
    assert_eq!(text.matches("+ User-Agent: curl/8").count(), 1);
    insta::assert_snapshot!(text);
}

#[test]
fn several_values() {
    let mut finding = canned::user_agent();
    finding.samples = vec![
        canned::sample(Some("AmazonAPIGateway_zzzzzzzzzz"), canned::packet(41), 30),
        canned::sample(Some("curl/8"), canned::packet(99), 6),
        canned::sample(None, canned::line(4), 1),
    ];
    finding.samples[1].expected = Some("AmazonAPIGateway_0000000000".to_owned());
    insta::assert_snapshot!(plain(&canned::violated(vec![finding])));
}

#[test]
fn inconclusive_is_condensed() {
    insta::assert_snapshot!(plain(&canned::masked()));
}

#[test]
fn verbose_says_everything() {
    let mut outcome = canned::masked();
    outcome.captures = vec![canned::odd_capture()];
    (outcome.skipped_captures, outcome.skipped_specs) = (1, 2);
    outcome.notes = vec!["no -s was given: the specs of ./specs are checked".to_owned()];
    insta::assert_snapshot!(text(&outcome, &at(Verbosity::Verbose)));
}

#[test]
fn strict_counts_what_is_inconclusive() {
    let outcome = Outcome { exit_code: exit::FINDINGS, ..canned::masked() };
    let text = plain(&outcome);
    assert_eq!(text.lines().last(), Some("inconclusive: 3 notes, 4 exchanges"));
}

#[test]
fn quiet_is_findings_and_the_last_line() {
    insta::assert_snapshot!(text(&canned::met(), &at(Verbosity::Quiet)), @"met: 2 hops with 49 exchanges, 1 hop not observed");
    let text = text(&canned::violated(vec![canned::unexpected()]), &at(Verbosity::Quiet));
    assert!(text.starts_with("error[field-unexpected]"), "{text}");
    assert!(text.ends_with("\n\nviolated: 1 error in 1 hop, 40 exchanges\n"), "{text}");
}

#[test]
fn a_required_hop_was_not_observed() {
    let mut outcome = canned::met();
    outcome.exit_code = exit::NOTHING_JUDGED;
    outcome.specs[2].hops[0].required = true;
    insta::assert_snapshot!(plain(&outcome));
}

#[test]
fn why_nothing_was_judged() {
    let nothing = Outcome { exit_code: exit::NOTHING_JUDGED, verdict: Verdict::NotObserved, ..canned::met() };
    let last = |outcome: &Outcome| plain(outcome).lines().last().unwrap_or_default().to_owned();
    let mut none_of_a_hop = nothing;
    none_of_a_hop.specs.drain(..2);
    assert_eq!(last(&none_of_a_hop), "not judged: 12 exchanges of the captures, none of any hop");
    let mut no_message = none_of_a_hop.clone();
    (no_message.captures[0].summary.requests, no_message.captures[0].summary.responses) = (0, 0);
    assert_eq!(last(&no_message), "not judged: t.pcap holds no HTTP message that could be decoded");
    let mut no_capture = no_message.clone();
    no_capture.captures.clear();
    assert_eq!(last(&no_capture), "not judged: there is no capture");
    no_capture.specs.clear();
    assert_eq!(last(&no_capture), "not judged: there is no spec");
    let masked = Outcome { exit_code: exit::NOTHING_JUDGED, ..canned::masked() };
    assert_eq!(last(&masked), "not judged: the evidence of 4 exchanges decides nothing");
}

#[test]
fn hostile_traffic_does_not_reach_the_terminal() {
    for verbosity in [Verbosity::Quiet, Verbosity::Normal, Verbosity::Verbose] {
        let text = text(&canned::hostile(), &at(verbosity));
        let bad = text.chars().find(|c| *c != '\n' && is_unsafe(*c));
        assert_eq!(bad, None, "{text:?}");
    }
    insta::assert_snapshot!(text(&canned::hostile(), &at(Verbosity::Verbose)));
}

#[test]
fn long_messages_are_shown_around_what_differs() {
    let line = |i: usize, value: &str| format!("X-Line-{i}: {value}\n");
    let mut lines: Vec<String> = (0..40).map(|i| line(i, "same")).collect();
    lines[30] = line(30, &format!("{}one{}", "a".repeat(300), "b".repeat(300)));
    let expected = lines.concat();
    lines[30] = line(30, &format!("{}two{}", "a".repeat(300), "b".repeat(300)));
    let mut block = Arc::unwrap_or_clone(canned::block(&expected, &lines.concat()));
    block.left_out = 1;
    let finding = Finding { block: Some(Arc::new(block)), ..canned::user_agent() };
    insta::assert_snapshot!(plain(&canned::violated(vec![finding])));
}

#[test]
fn secrets_stay_masked_and_useful() {
    let line = |name: &str, value: &str| format!("{name}: {}\n", secret::mask_field(name.as_bytes(), value));
    let target = secret::mask_target("/?X-Amz-Signature=00ff&X-Amz-Expires=60");
    let message = |scheme: &str| {
        format!("GET {target} HTTP/1.1\n")
            + &line("Cookie", "session=S3CR3T; theme=S3CR3T")
            + &line("Authorization", &format!("{scheme} S3CR3T"))
    };
    let block = canned::block(&message("Bearer"), &message("Basic"));
    let finding = Finding { block: Some(block), expected: None, bound: Vec::new(), ..canned::user_agent() };
    let text = plain(&canned::violated(vec![finding]));
    assert!(!text.contains("S3CR3T"), "{text}");
    insta::assert_snapshot!(text);
}
