//! What tests of users see: passed, failed with the report, ignored with the reason, refused with every error.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use super::super::{Check, Checked, check, check_bytes};
use crate::check::{CheckError, FailOn};
use crate::finding::Verdict;

const SPEC: &str = "
hops:
  app:
    select: { request: { headers: { X-App: { present: true } } } }
    request:
      method: POST
      headers:
        Host: app.example.com
        X-App: { regex: '[0-9]+' }
      absent: [Cookie]
      body: { json: { n: 1 } }
    response: { status: 200 }
";

fn request(app: &str) -> Vec<u8> {
    format!("POST / HTTP/1.1\r\nHost: app.example.com\r\nX-App: {app}\r\nContent-Length: 8\r\n\r\n{{\"n\": 1}}").into_bytes()
}

/// What an assertion says when it fails.
fn failure(checked: &Checked) -> String {
    let panic = catch_unwind(AssertUnwindSafe(|| checked.assert_met())).expect_err("it is not met");
    panic.downcast_ref::<String>().expect("a text").clone()
}

#[test]
fn a_request_at_hand_is_met_or_violated() {
    check_bytes(SPEC, request("7")).unwrap().assert_met();
    let checked = check_bytes(SPEC, request("x")).unwrap();
    assert!(!checked.is_met());
    let text = failure(&checked);
    for part in [
        "not met\n\nerror[field-value-mismatch]: `X-App` is not what hop `app` must carry\n",
        "inline.yaml:9:16",
        "= seen:   bytes:1\n",
        "    + X-App: x\n",
        "violated: 1 error in 1 hop, 1 exchange",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    assert!(!text.contains('\u{1b}'), "no colours: {text}");
}

#[test]
fn bytes_are_the_wires() {
    let met = |bytes: &[u8]| check_bytes(SPEC, bytes).unwrap();
    // The body is framed by its length: what follows is no part of it, and what is missing makes it undecided.
    assert!(!met(&[&request("7")[..], b"more"].concat()).outcome().captures[0].summary.anomalies.is_empty());
    let cut = met(&request("7")[..request("7").len() - 1]);
    let body = cut.outcome().specs[0].hops[0].expectations.iter().find(|e| e.subject.contains("body")).unwrap().verdict;
    assert_eq!(body, Verdict::Inconclusive);
    // A mask is bytes like any other, and the source is the wire.
    let masks = "hops: { h: { select: { source: wire }, request: { headers: { Host: \"xxx.xxx.xxx.xxx\" } } } }\n";
    check_bytes(masks, b"GET / HTTP/1.1\r\nHost: xxx.xxx.xxx.xxx\r\n\r\n").unwrap().assert_met();
    assert!(!check_bytes(masks, b"GET / HTTP/1.1\r\nHost: 10.0.0.1\r\n\r\n").unwrap().is_met());
    // Chunks, and a response behind the request.
    let chunked = b"POST / HTTP/1.1\r\nHost: app.example.com\r\nX-App: 1\r\nTransfer-Encoding: chunked\r\n\r\n\
                    3\r\n{\"n\r\n5\r\n\": 1}\r\n0\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n";
    let text = failure(&met(chunked));
    assert!(text.contains("expected `200`") && text.contains("1 error in 1 hop"), "{text}");
}

#[test]
fn nobody_knows_between_whom_bytes_went() {
    let spec = "hops:\n  h:\n    request:\n      headers: { Host: \"${dst}\", X-From: \"${src.ip}\" }\n";
    let checked = check_bytes(spec, b"GET / HTTP/1.1\r\nHost: 10.0.0.1:80\r\nX-From: 10.0.0.2\r\n\r\n").unwrap();
    assert_eq!(checked.outcome().verdict, Verdict::Inconclusive);
    let text = failure(&checked);
    assert!(text.contains("the evidence cannot show 2 expectations"), "{text}");
    let unseen =
        check_bytes("hops:\n  h: { select: { dst: { port: 80 } }, request: { method: GET } }\n", b"GET / HTTP/1.1\r\n\r\n");
    assert_eq!(unseen.unwrap().outcome().verdict, Verdict::NotObserved);
}

#[test]
fn one_of_several_hops_is_enough_and_none_is_not() {
    let two = "hops:\n  a: { select: { request: { path: /a } }, request: { method: GET } }\n  b: { select: { request: { path: /b } }, request: { method: GET } }\n";
    check_bytes(two, b"GET /a HTTP/1.1\r\n\r\n").unwrap().assert_met();
    let text = failure(&check_bytes(two, b"GET /c HTTP/1.1\r\n\r\n").unwrap());
    assert!(text.contains("not judged: 1 exchange of the captures, none of any hop"), "{text}");
    for (bytes, why) in [
        (&b""[..], "error: the bytes: are empty; expected a message as on the wire, such as `GET / HTTP/1.1\\r\\n"),
        (b"hello", "error: the bytes: hold no HTTP message: they begin with `hello`; expected"),
        (b"\xd4\xc3\xb2\xa1\0\0", "they begin with d4 c3 b2 a1 00 00; expected"),
    ] {
        let text = failure(&check_bytes(two, bytes).unwrap());
        assert!(text.contains(why), "{why}\n{text}");
    }
}

#[test]
fn specs_are_held_against_their_evidence() {
    check("specs").unwrap().assert_met();
    assert!(check(Path::new("specs/aws/alb")).unwrap().is_met());
    let only = || Check::specs("specs/aws/alb/health-check.yaml").and_specs("specs/aws/alb/forward.yaml");
    let of_one = only().capture("captures/aws/alb/health-check/ip-port-8000.pcap").run().unwrap();
    assert!(failure(&of_one).contains("no exchange of hop `alb-to-target` is in the captures"), "the other spec is named, too");
    let given = Check::specs("specs").param("alb_host", "other.example.com").run().unwrap();
    let text = failure(&given);
    assert!(text.contains("expected `other.example.com`"), "{text}");
    assert_eq!(given.to_string(), text.strip_prefix("not met\n\n").unwrap());
}

#[test]
fn nothing_judged_is_never_met() {
    let folder = tempfile::tempdir().unwrap();
    let specs = folder.path().join("specs");
    fs::create_dir(&specs).unwrap();
    fs::write(specs.join("a.yaml"), SPEC).unwrap();
    let text = failure(&Check::specs(&specs).run().unwrap());
    assert!(text.contains("warning[spec-without-evidence]") && text.contains("not judged"), "{text}");
    let elsewhere = folder.path().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    fs::write(elsewhere.join("a.txt"), [&request("7")[..], b"\n\nHTTP/1.1 200 OK\n"].concat()).unwrap();
    Check::specs(&specs).evidence(&elsewhere).strict().run().unwrap().assert_met();
    fs::write(specs.join("b.yaml"), "hops:\n  b: { request: { method: GET } }\n").unwrap();
    assert!(Check::specs(&specs).evidence(&elsewhere).run().unwrap().is_met());
    assert!(!Check::specs(&specs).evidence(&elsewhere).fail_on(FailOn::Warning).run().unwrap().is_met());
}

#[test]
fn what_does_not_load_says_all_that_is_wrong() {
    let error = check_bytes("hops:\n  a:\n    requst: { method: GET }\n    request: { headers: { Age: { is: nmber } } }\n", "")
        .unwrap_err();
    assert!(matches!(error.error(), CheckError::Specs(errors) if errors.len() == 2));
    let debug = format!("Error: {error:?}");
    for part in ["Error: \nerror: unknown key `requst`", "--> inline.yaml:3:5", "nmber", "2 errors in 1 spec"] {
        assert!(debug.contains(part), "{part}\n{debug}");
    }
    for (spec, why) in [
        ("specs/none.yaml", "specs/none.yaml: there is no such file or folder"),
        ("src", "no spec in src: no YAML file there"),
        ("title: x\nother: y\n", "inline.yaml: not a spec"),
        ("captures/aws/alb/forward/append.pcap", "is a capture"),
    ] {
        let said = check_bytes(spec, "").unwrap_err().to_string();
        assert!(said.contains(why), "{why}\n{said}");
    }
    let error = Check::specs("specs").param("alb_hots", "x").run().unwrap_err();
    assert!(error.to_string().contains("did you mean `alb_host`?"), "{error}");
}
