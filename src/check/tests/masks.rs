//! Masked values: masks in texts, bytes on the wire.

use super::driver::Check;
use crate::finding::Verdict;

#[test]
fn what_a_mask_hides_is_inconclusive_and_the_rest_is_judged() {
    use Verdict::{Inconclusive, Met, Violated};
    for (matcher, value, verdict) in [
        ("AmazonAPIGateway_a1b2c3d4e5", "AmazonAPIGateway_xxxxxxxxxx", Inconclusive),
        ("AmazonAPIGateway_a1b2c3d4e5", "curl_xxxxxxxxxx", Violated),
        ("{ prefix: AmazonAPIGateway_ }", "AmazonAPIGateway_xxxxxxxxxx", Met),
        ("{ prefix: curl }", "AmazonAPIGateway_xxxxxxxxxx", Violated),
        ("{ prefix: '10.' }", "xxx.xxx.xxx.xxx", Inconclusive),
        ("{ suffix: ':8000' }", "xxx.xxx.xxx.xxx:8000", Met),
        ("{ suffix: ':9000' }", "xxx.xxx.xxx.xxx:8000", Violated),
        ("{ contains: elb }", "xxxxx-alb.elb.amazonaws.com", Met),
        ("{ contains: zzz }", "xxxxx-alb.elb.amazonaws.com", Inconclusive),
        ("{ is: ip }", "xxx.xxx.xxx.xxx", Inconclusive),
        ("{ is: ip }", "<client ip>", Inconclusive),
        ("{ regex: '[a-z]+' }", "REDACTED", Inconclusive),
        ("{ cidr: 10.0.0.0/8 }", "10.…", Inconclusive),
        ("{ at_least: 3 }", "***", Inconclusive),
        ("{ list: { length: 1 } }", "xxx.xxx.xxx.xxx", Met),
        ("{ list: { length: 1, each: { is: ip } } }", "xxx.xxx.xxx.xxx", Inconclusive),
        ("{ list: { length: 1, each: { is: ip } } }", "xxx.xxx.xxx.xxx, xxx.xxx.xxx.xxx", Violated),
        ("{ pairs: { Root: { is: xray-id } } }", "Root=xxxxxxxx", Inconclusive),
        ("{ pairs: { Self: { is: xray-id } } }", "Root=xxxxxxxx", Violated),
        ("{ pairs: { Root: { is: xray-id } } }", "<trace-id:1>;Sampled=0", Inconclusive),
        ("{ pairs: { Sampled: \"1\" } }", "<trace-id:1>;Sampled=0", Violated),
        ("{ one_of: [http, https] }", "xxxx", Inconclusive),
        ("{ not: { is: ip } }", "xxx.xxx.xxx.xxx", Inconclusive),
        ("{ present: true }", "xxx", Met),
    ] {
        let spec = format!("hops:\n  h:\n    request:\n      headers:\n        X: {matcher}\n");
        let head = format!("GET / HTTP/1.1\r\nX: {value}\r\n\r\n");
        assert_eq!(Check::new(&spec).text(&head).verdict("request.header.X"), verdict, "{matcher} against {value}");
    }
}

#[test]
fn on_the_wire_a_mask_is_a_value() {
    let spec = "hops:\n  h:\n    request:\n      headers:\n        X: { is: ip }\n";
    assert_eq!(
        Check::new(spec).request("GET / HTTP/1.1\r\nX: xxx.xxx.xxx.xxx\r\n\r\n").verdict("request.header.X"),
        Verdict::Violated
    );
}

#[test]
fn the_reason_is_told() {
    let spec = "hops:\n  h:\n    request:\n      headers:\n        X: { is: ip }\n";
    let outcome = Check::new(spec).text("GET / HTTP/1.1\r\nX: xxx.xxx.xxx.xxx\r\n\r\n").run();
    assert_eq!(outcome.findings[0].notes, ["the value is masked: `xxx.xxx.xxx.xxx`"]);
    assert_eq!(outcome.exit_code, crate::exit::NOTHING_JUDGED);
}
