//! Variants: an exchange is judged by the one that it meets, else by the nearest; of each group on its own.

use super::driver::Check;
use crate::finding::{Rule, Verdict};

const XFF: &str = "
hops:
  h:
    request:
      headers:
        Host: { present: true }
    variants:
      append: { request: { headers: { X-Forwarded-For: { list: { last: { is: ip } } }, X-Mode: append } } }
      remove: { request: { absent: [X-Forwarded-For] } }
";

#[test]
fn the_variant_that_is_met_judges() {
    let append = Check::new(XFF).request("GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: ::1\r\nX-Mode: append\r\n\r\n").run();
    assert_eq!(append.specs[0].hops[0].variants, [("append".to_owned(), 1)]);
    assert_eq!(append.verdict, Verdict::Met);
    let remove = Check::new(XFF).request("GET / HTTP/1.1\r\nHost: a\r\n\r\n").run();
    assert_eq!(remove.specs[0].hops[0].variants, [("remove".to_owned(), 1)]);
    assert_eq!(remove.verdict, Verdict::Met);
}

#[test]
fn the_nearest_judges_where_none_is_met_and_the_others_are_named() {
    let outcome = Check::new(XFF).request("GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: x\r\nX-Mode: append\r\n\r\n").run();
    assert_eq!(outcome.verdict, Verdict::Violated);
    let finding = outcome.findings.iter().find(|f| f.rule == Rule::FieldValueMismatch).expect("the nearest's finding");
    assert_eq!(finding.subject, "request.header.X-Forwarded-For");
    assert_eq!(finding.notes, ["no variant is met; `append` is the nearest, `remove` misses `request.header.X-Forwarded-For`"]);
}

#[test]
fn the_hops_own_expectations_hold_in_every_variant() {
    let outcome = Check::new(XFF).request("GET / HTTP/1.1\r\n\r\n").run();
    let rules: Vec<Rule> = outcome.findings.iter().map(|f| f.rule).collect();
    assert_eq!(rules, [Rule::FieldMissing]);
}

/// Two things that vary independently.
const TWO: &str = "
hops:
  h:
    request:
      headers: { Host: { present: true } }
      others: error
    variants:
      - append: { request: { headers: { X-Forwarded-For: { is: ip, bind: address } } } }
        remove: { request: { absent: [X-Forwarded-For] } }
      - regional: { request: { headers: { X-Edge: 'no' } } }
        edge: { request: { headers: { X-Edge: 'yes', X-Client: { bind: client, is: ip }, X-Same: '${client}' } } }
";

fn taken(check: &Check) -> Vec<(String, u64)> {
    check.run().specs[0].hops[0].variants.clone()
}

#[test]
fn each_group_is_judged_on_its_own() {
    let check = Check::new(TWO)
        .request("GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: ::1\r\nX-Edge: no\r\n\r\n")
        .request("GET / HTTP/1.1\r\nHost: a\r\nX-Edge: yes\r\nX-Client: ::1\r\nX-Same: ::1\r\n\r\n")
        .request("GET / HTTP/1.1\r\nHost: a\r\nX-Edge: yes\r\nX-Client: ::1\r\nX-Same: ::1\r\n\r\n");
    assert_eq!(check.run().verdict, Verdict::Met);
    assert_eq!(taken(&check), [("remove + edge".to_owned(), 2), ("append + regional".to_owned(), 1)]);
}

#[test]
fn a_finding_names_the_others_of_its_group() {
    let outcome = Check::new(TWO)
        .request("GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: x\r\nX-Edge: yes\r\nX-Client: ::1\r\nX-Same: ::2\r\n\r\n")
        .run();
    let of_fields = outcome.findings.iter().filter(|f| f.rule != Rule::VariantNoneMet);
    let told: Vec<(&str, &str)> = of_fields.map(|f| (f.subject.as_str(), f.notes[0].as_str())).collect();
    assert_eq!(
        told,
        [
            (
                "request.header.X-Forwarded-For",
                "no variant of its group is met; `append` is the nearest, `remove` misses `request.header.X-Forwarded-For`"
            ),
            (
                "request.header.X-Edge",
                "no variant of its group is met; `regional` is the nearest, `edge` misses `request.header.X-Same`"
            ),
        ]
    );
    let none = outcome.findings.iter().filter(|f| f.rule == Rule::VariantNoneMet).map(|f| f.message.as_str());
    assert_eq!(
        none.collect::<Vec<_>>(),
        [
            "no variant of a group of hop `h` is met; `regional` is the nearest, and what it misses is told",
            "no variant of a group of hop `h` is met; `append` is the nearest, and what it misses is told"
        ]
    );
}

#[test]
fn others_of_a_variant_are_what_neither_hop_nor_other_groups_name() {
    let spec = TWO
        .replace("      others: error\n", "")
        .replace("absent: [X-Forwarded-For] }", "absent: [X-Forwarded-For], others: error }")
        .replace("X-Forwarded-For: { is: ip, bind: address } }", "X-Forwarded-For: { is: ip, bind: address }, X-Mode: append }");
    let says = |more: &str| {
        let head = format!("GET / HTTP/1.1\r\nHost: a\r\n{more}\r\n");
        let findings = Check::new(&spec).request(&head).run().findings;
        findings.iter().filter(|f| f.rule != Rule::VariantNoneMet).map(|f| f.subject.clone()).collect::<Vec<_>>()
    };
    assert_eq!(says("X-Edge: no\r\n"), [""; 0]);
    assert_eq!(says("X-Edge: no\r\nX-Other: 1\r\n"), ["request.header.X-Other"]);
}

#[test]
fn a_param_without_value_is_one_text_over_all_groups() {
    let spec = "
params: { name: { is: dns-name } }
hops:
  h:
    variants:
      - a: { request: { headers: { A: '${name}' } } }
        no-a: { request: { absent: [A] } }
      - b: { request: { headers: { B: '${name}' } } }
        no-b: { request: { absent: [B] } }
";
    let verdict = |b: &str| Check::new(spec).request(&format!("GET / HTTP/1.1\r\nA: x.example\r\nB: {b}\r\n\r\n")).run().verdict;
    assert_eq!(verdict("x.example"), Verdict::Met);
    assert_eq!(verdict("y.example"), Verdict::Violated);
}
