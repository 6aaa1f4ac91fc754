//! Specs that are not there, are none, or are wrong; and params.

use insta::assert_snapshot;

use super::site::{SPEC, bad, good, run, site};
use crate::program::Program;

fn traffic() -> Program {
    Program::new().file("good.pcap", good()).file("bad.pcap", bad())
}

#[test]
fn no_specs() {
    // Without -s the shipped specs are taken: see `embedded.rs`.
    let program = traffic();
    std::fs::create_dir(program.path("specs")).unwrap();
    assert_snapshot!(run(&program, &["check", "good.pcap", "-s", "specs"]), @r#"
    exit 3
    --- stderr
    error: no spec in specs: no YAML file there; write one (it has `hops`), or name specs with -s
    "#);
}

#[test]
fn yaml_of_another_tool() {
    let program = traffic().file("specs/compose.yaml", "services:\n  web: { image: nginx }\n");
    assert_snapshot!(run(&program, &["check", "good.pcap", "-s", "specs"]), @r#"
    exit 3
    --- stderr
    error: no spec in specs: 1 YAML file that is no spec there; write one (it has `hops`), or name specs with -s
    "#);
    assert_snapshot!(run(&program, &["check", "good.pcap", "-s", "specs/compose.yaml"]), @r#"
    exit 2
    --- stderr
    error: specs/compose.yaml: not a spec: it has none of `hops`, `types` and `checks` at the top
    "#);
    let beside = program.file("specs/health.yaml", SPEC);
    assert_snapshot!(run(&beside, &["check", "good.pcap"]), @r#"
    exit 0
    --- stdout
    met           health › alb-to-target   1 exchange, 4 expectations
    1 YAML file is no spec and was passed over
    "#);
}

#[test]
fn a_spec_that_is_not_there() {
    assert_snapshot!(run(&site(), &["check", "good.pcap", "-s", "specs/helth.yaml"]), @r#"
    exit 2
    --- stderr
    error: specs/helth.yaml: there is no such file or folder; did you mean specs/health.yaml?
    "#);
}

#[test]
fn a_spec_by_its_name_alone() {
    let program = site().file("specs/mine/alb.yaml", SPEC);
    assert_snapshot!(run(&program, &["check", "good.pcap", "-s", "mine/alb"]), @r#"
    exit 2
    --- stderr
    error: mine/alb: there is no such file or folder, and no shipped spec of this name; did you mean specs/mine/alb.yaml?
    "#);
    assert_snapshot!(run(&program, &["check", "good.pcap", "-s", "unlike/anything.yml"]), @r#"
    exit 2
    --- stderr
    error: unlike/anything.yml: there is no such file or folder
    "#);
}

#[test]
fn a_spec_that_is_no_yaml() {
    assert_snapshot!(run(&site(), &["check", "good.pcap", "-s", "good.pcap"]), @r#"
    exit 2
    --- stderr
    error: good.pcap is a capture, and -s names specs; name captures without -s
    "#);
    assert_snapshot!(run(&site().file("specs/tab.yaml", "hops:\n\ta: {}\n"), &["check", "good.pcap"]), @r#"
    exit 2
    --- stderr
    error: not valid YAML: tabs disallowed within this context (block indentation)
     --> specs/tab.yaml:2:2
      |
    2 |     a: {}
      |     ^
      |
      = help: YAML is indented by spaces, never by tabs

    1 error in 1 spec
    "#);
}

#[cfg(target_os = "linux")]
#[test]
fn a_spec_that_cannot_be_read() {
    let program = site();
    std::os::unix::fs::symlink("loop.yaml", program.path("specs/loop.yaml")).unwrap();
    assert_snapshot!(run(&program, &["check", "good.pcap", "-s", "specs/loop.yaml"]), @r#"
    exit 4
    --- stderr
    error: specs/loop.yaml: cannot be read: Too many levels of symbolic links (os error 40)
    "#);
    assert_snapshot!(run(&program, &["check", "good.pcap"]), @r#"
    exit 4
    --- stderr
    error: specs/loop.yaml: cannot be read: Too many levels of symbolic links (os error 40)
    "#);
}

#[test]
fn two_specs_of_one_name() {
    let program = site().file("specs/health.yml", SPEC);
    assert_snapshot!(run(&program, &["check", "good.pcap"]), @r#"
    exit 2
    --- stderr
    error: specs/health.yaml and specs/health.yml: two specs of the name `health`; rename one of them
    "#);
}

#[test]
fn five_different_mistakes() {
    let spec = "title: Five mistakes\nhops:\n  alb-to-target:\n    requst: { method: GET }\n    request:\n      headers:\n        \
        Host: { is: dns-nmae }\n        X-Forwarded-For: { regex: '(' }\n        User-Agent: AmazonAPIGateway_${api_id}\n        \
        host: app.example.com\n";
    let program = traffic().file("specs/five.yaml", spec);
    assert_snapshot!(run(&program, &["check", "good.pcap"]), @"
    exit 2
    --- stderr
    error: unknown key `requst` in a hop
     --> specs/five.yaml:4:5
      |
    4 |     requst: { method: GET }
      |     ^^^^^^ expected `from`, `to`, `about`, `select`, `when`, `count`, `follows`, `join`, `echoed_in`, `client`, `proxy`, `tls`, `request`, `response`, `event`, `checks` or `variants`
      |
      = help: did you mean `request`?

    error: unknown type `dns-nmae`
     --> specs/five.yaml:7:21
      |
    7 |         Host: { is: dns-nmae }
      |                     ^^^^^^^^ expected `ip`, `ipv4`, `ipv6`, `private-ip`, `public-ip`, `ip-port`, `port`, `integer`, `host`, `dns-name`, `uuid`, `http-date`, `iso-date`, `hex`, `base64`, `base64url`, `url`, `jwt`, `etag`, `media-type`, `xray-id`, `sigv4` or `arn`
      |
      = help: did you mean `dns-name`?

    error: bad regex: unclosed group
     --> specs/five.yaml:8:36
      |
    8 |         X-Forwarded-For: { regex: '(' }
      |                                    ^ at column 1 of the pattern
      |
      = help: the syntax is that of https://docs.rs/regex; the pattern stands for the whole value

    error: `api_id` is neither a param nor bound in this hop
     --> specs/five.yaml:9:38
      |
    9 |         User-Agent: AmazonAPIGateway_${api_id}
      |                                      ^^^^^^^^^
      |
      = help: give it under `params`, or take it from a value of this hop: `{ regex: …, bind: name }`

    error: `host` stands twice in `headers`
      --> specs/five.yaml:10:9
       |
    10 |         host: app.example.com
       |         ^^^^ first in line 7
       |
       = help: field names have no case; for several lines of one field write a list of values

    5 errors in 1 spec
    ");
}

#[test]
fn a_param_of_a_wrong_name() {
    assert_snapshot!(run(&site(), &["check", "good.pcap", "--param", "helth_path=/health"]), @r#"
    exit 2
    --- stderr
    error: --param helth_path: no loaded spec has a param `helth_path`; did you mean `health_path`?
    "#);
    assert_snapshot!(run(&site(), &["check", "good.pcap", "--param", "account=123456789012"]), @r#"
    exit 2
    --- stderr
    error: --param account: no loaded spec has a param `account`; they have `health_path`
    "#);
    let without = traffic().file("specs/a.yaml", "hops: { a: { request: { method: GET } } }\n");
    assert_snapshot!(run(&without, &["check", "good.pcap", "--param", "account=1"]), @r#"
    exit 2
    --- stderr
    error: --param account: no loaded spec has a param `account`; they have none
    "#);
}

#[test]
fn a_param_outside_of_its_constraint() {
    assert_snapshot!(run(&site(), &["check", "good.pcap", "--param", "health_path=health"]), @r#"
    exit 2
    --- stderr
    error: --param health_path=health: spec `health` wants a value that begins with `/`
    "#);
    site().run(&["check", "good.pcap", "--param", "health_path=/health"]).code(0);
    site().run(&["check", "good.pcap", "--param", "health_path=/other"]).code(1);
}

#[test]
fn a_spec_with_crlf() {
    let program = traffic().file("specs/health.yaml", SPEC.replace('\n', "\r\n"));
    program.run(&["check", "good.pcap"]).code(0);
    assert_snapshot!(run(&program, &["check", "bad.pcap"]), @r#"
    exit 1
    --- stdout
    error[field-value-mismatch]: `Host` is not what hop `alb-to-target` must carry
      --> specs/health.yaml:10:15
       |
    10 |         Host: ${dst}
       |               ^^^^^^ expected `10.0.2.7:8000`
       |
       = seen:   bad.pcap, packet 4, 10.0.1.5:41022 → 10.0.2.7:8000, 2026-11-20T08:11:02Z
       = show:   hopspec show bad.pcap --packet 4      tshark -r bad.pcap -Y frame.number==4
       = accept: line 10 → Host: app.example.com

        (- expected, + seen)
          GET /health HTTP/1.1
        - Host: 10.0.2.7:8000
        + Host: app.example.com
          User-Agent: ELB-HealthChecker/2.0

    violated      health › alb-to-target   1 exchange, 4 expectations, 1 violated

    violated: 1 error in 1 hop, 1 exchange   (hopspec explain field-value-mismatch)
    "#);
}

#[test]
fn specs_deep_in_folders() {
    let deep = "d/".repeat(50);
    let program =
        Program::new().file(&format!("specs/{deep}health.yaml"), SPEC).file(&format!("captures/{deep}health.pcap"), good());
    let run = program.run(&["check"]).code(0);
    assert!(run.stdout.starts_with(&format!("met           {deep}health › alb-to-target")), "{}", run.stdout);
}

#[test]
fn a_spec_without_evidence() {
    assert_snapshot!(run(&site(), &["check"]), @r#"
    exit 3
    --- stdout
    warning[spec-without-evidence]: spec `health` has no evidence: no capture captures/health.* or in captures/health/
     --> specs/health.yaml:5:3
      |
    5 |   alb-to-target:
      |   ^^^^^^^^^^^^^

    not observed  health › alb-to-target

    not judged: there is no capture   (hopspec explain spec-without-evidence)
    "#);
    assert_snapshot!(run(&site(), &["check", "--strict"]), @r#"
    exit 1
    --- stdout
    error[spec-without-evidence]: spec `health` has no evidence: no capture captures/health.* or in captures/health/
     --> specs/health.yaml:5:3
      |
    5 |   alb-to-target:
      |   ^^^^^^^^^^^^^

    not observed  health › alb-to-target

    violated: 1 error, 0 exchanges   (hopspec explain spec-without-evidence)
    "#);
    let broken = site().file("captures/health.pcap", "").file("captures/health/a.txt", "no message\n");
    assert_snapshot!(run(&broken, &["check"]), @r#"
    exit 3
    --- stdout
    warning[spec-without-evidence]: spec `health` has no evidence: no capture that can be read in captures/health/a.txt, captures/health.pcap
     --> specs/health.yaml:5:3
      |
    5 |   alb-to-target:
      |   ^^^^^^^^^^^^^

    not observed  health › alb-to-target
    2 files are no captures and were passed over

    not judged: there is no capture   (hopspec explain spec-without-evidence)
    "#);
}
