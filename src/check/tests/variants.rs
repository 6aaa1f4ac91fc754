//! Variants: an exchange is judged by the one that it meets, else by the nearest.

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
