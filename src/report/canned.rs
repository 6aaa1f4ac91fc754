//! Outcomes for tests: what a check of the ALB and API Gateway specs may give.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use crate::anomaly::{Anomalies, AnomalyKind};
use crate::capture::Timestamp;
use crate::exit;
use crate::finding::{
    Block, BlockLine, Bound, CaptureOutcome, Counts, Evidence, EvidencePlace, ExpectationOutcome, Finding, HopOutcome, Outcome,
    Rule, Sample, SpecOutcome, SpecPlace, Unselected, UnselectedGroup, Verdict,
};
use crate::source::{Summary, Undecoded};
use crate::spec::{Place, Severity, Source, SpecError};
use crate::wire::Endpoint;

pub(crate) const SPEC: &str = "\
title: API Gateway → ALB → target
params:
  alb_host: { is: dns-name }
hops:
  alb-to-target:
    select: { request: { headers: { User-Agent: { prefix: AmazonAPIGateway_ } } } }
    request:
      headers:
        Host: ${alb_host}
        X-Forwarded-For: { list: { length: 1, each: { is: ip } }, why: API Gateway sends none of its own }
        X-Forwarded-Proto: { one_of: [http, https] }
        x-amzn-apigateway-api-id: { regex: '[a-z0-9]{10}', bind: api_id }
        User-Agent: AmazonAPIGateway_${api_id}
        Accept: application/json
      absent: [Forwarded, Via]
      order: [X-Forwarded-For, X-Forwarded-Proto, Host, others]
";

pub(crate) const SPEC_FILE: &str = "specs/aws/api-gateway/http-via-alb.yaml";

/// The place of a text in [`SPEC`].
pub(crate) fn place(needle: &str) -> SpecPlace {
    let start = u32::try_from(SPEC.find(needle).unwrap()).unwrap();
    let end = start + u32::try_from(needle.len()).unwrap();
    let (line, column) = Source::new(SPEC_FILE.to_owned(), SPEC).line_column(start);
    SpecPlace { file: SPEC_FILE.to_owned(), line, column, start, end, text: Arc::from(SPEC) }
}

pub(crate) fn packet(packet: u64) -> Evidence {
    let end = |last, port| Endpoint { ip: IpAddr::V4(Ipv4Addr::new(10, 0, 1, last)), port };
    let place = EvidencePlace::Packet {
        packet,
        stream: 3,
        time: Timestamp::from_nanoseconds(1_795_162_262_123_456_000 + packet * 1_000_000),
        src: end(5, 41022),
        dst: end(7, 8000),
    };
    Evidence { capture: "staging.pcap".to_owned(), place }
}

pub(crate) fn line(line: u32) -> Evidence {
    Evidence { capture: "note/alb.txt".to_owned(), place: EvidencePlace::Line(line) }
}

pub(crate) fn sample(actual: Option<&str>, evidence: Evidence, count: u64) -> Sample {
    Sample { actual: actual.map(str::to_owned), expected: None, evidence, count }
}

pub(crate) fn finding(rule: Rule, subject: &str, message: &str, spec: &str) -> Finding {
    Finding {
        rule,
        severity: Severity::Error,
        spec: Some(place(spec)),
        hop: Some("alb-to-target".to_owned()),
        subject: subject.to_owned(),
        message: message.to_owned(),
        expected: None,
        actual: None,
        count: 37,
        of: 40,
        samples: vec![sample(None, packet(41), 37)],
        bound: Vec::new(),
        parts: Vec::new(),
        crossing: None,
        why: None,
        notes: Vec::new(),
        block: None,
        suggestion: None,
    }
}

/// A block from two texts; a remark stands behind ` <- `.
pub(crate) fn block(expected: &str, actual: &str) -> Arc<Block> {
    let lines = |text: &str| {
        let line = |line: &str| {
            let (text, remark) = line.split_once(" <- ").unwrap_or((line, ""));
            BlockLine { text: text.to_owned(), remark: remark.to_owned() }
        };
        text.lines().map(line).collect()
    };
    Arc::new(Block { expected: lines(expected), actual: lines(actual), left_out: 0 })
}

pub(crate) fn expectation(subject: &str, met: u64, violated: u64, inconclusive: u64, line: u32) -> ExpectationOutcome {
    let counts = Counts { met, violated, inconclusive };
    ExpectationOutcome { subject: subject.to_owned(), variant: None, verdict: counts.verdict(), counts, line, column: 9 }
}

fn hop(hop: &str, exchanges: u64, expectations: Vec<ExpectationOutcome>) -> HopOutcome {
    let verdict = Verdict::over(expectations.iter().map(|e| e.verdict));
    HopOutcome {
        hop: hop.to_owned(),
        exchanges,
        verdict,
        variants: Vec::new(),
        expectations,
        required: false,
        nearest: None,
        of_empty: false,
    }
}

fn spec(name: &str, hops: Vec<HopOutcome>) -> SpecOutcome {
    let verdict = Verdict::over(hops.iter().map(|h| h.verdict));
    SpecOutcome { name: name.to_owned(), file: format!("specs/{name}.yaml"), title: None, verdict, hops, cases: None }
}

fn capture(file: &str) -> CaptureOutcome {
    let summary = Summary { packets: 812, flows: 18, requests: 89, responses: 89, ..Summary::default() };
    CaptureOutcome { file: file.to_owned(), summary }
}

/// DESIGN §3: two hops met, one not observed, exchanges of no hop, TLS.
pub(crate) fn met() -> Outcome {
    let health = hop("alb-to-target", 37, (10..19).map(|line| expectation("request.header.Host", 37, 0, 0, line)).collect());
    let mut forward = hop("alb-to-target", 12, (10..21).map(|line| expectation("request.header.Host", 12, 0, 0, line)).collect());
    forward.variants = vec![("append".to_owned(), 12)];
    forward.expectations.push(ExpectationOutcome { variant: Some("remove".to_owned()), ..expectation("request", 0, 0, 0, 40) });
    let mut gateway = hop("alb-to-target", 0, vec![expectation("request.header.Host", 0, 0, 0, 9)]);
    gateway.nearest = Some("3 exchanges miss `User-Agent: AmazonAPIGateway_…`".to_owned());
    let mut capture = capture("t.pcap");
    capture.summary.undecoded = vec![Undecoded { content: "TLS", port: 443, flows: 9, ..Undecoded::default() }];
    let group = |line: &str, count| UnselectedGroup { line: line.to_owned(), count };
    let specs = vec![
        spec("aws/alb/health-check", vec![health]),
        spec("aws/alb/forward", vec![forward]),
        spec("aws/api-gateway/http-via-alb", vec![gateway]),
    ];
    Outcome {
        verdict: Verdict::Met,
        exit_code: exit::MET,
        specs,
        findings: Vec::new(),
        captures: vec![capture],
        unselected: Unselected { exchanges: 12, groups: vec![group("GET /metrics", 10), group("POST /api", 2)] },
        skipped_specs: 0,
        skipped_captures: 0,
        unreadable: Vec::new(),
        notes: Vec::new(),
    }
}

/// One hop, with these findings.
pub(crate) fn violated(findings: Vec<Finding>) -> Outcome {
    let expectations = vec![
        expectation("request.header.Host", 40, 0, 0, 9),
        expectation("request.header.X-Forwarded-For", 40, 0, 0, 10),
        expectation("request.header.User-Agent", 3, 37, 0, 13),
    ];
    Outcome {
        verdict: Verdict::Violated,
        exit_code: exit::FINDINGS,
        specs: vec![spec("aws/api-gateway/http-via-alb", vec![hop("alb-to-target", 40, expectations)])],
        findings,
        captures: vec![capture("staging.pcap")],
        unselected: Unselected::default(),
        ..met()
    }
}

const AS_EXPECTED: &str = "\
GET / HTTP/1.1
X-Forwarded-For: 3.112.163.59
X-Forwarded-Proto: http
Host: alb.example
x-amzn-apigateway-api-id: a1b2c3d4e5
User-Agent: AmazonAPIGateway_a1b2c3d4e5
Accept: application/json";

/// The expected message with some of its text replaced.
fn seen(changes: &[(&str, &str)]) -> String {
    changes.iter().fold(AS_EXPECTED.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replace(from, to)
    })
}

/// The finding of DESIGN §3.
pub(crate) fn user_agent() -> Finding {
    let message = "`User-Agent` is not what hop `alb-to-target` must carry";
    Finding {
        expected: Some("AmazonAPIGateway_a1b2c3d4e5".to_owned()),
        actual: Some("AmazonAPIGateway_zzzzzzzzzz".to_owned()),
        samples: vec![sample(Some("AmazonAPIGateway_zzzzzzzzzz"), packet(41), 37)],
        bound: vec![Bound {
            name: "api_id".to_owned(),
            value: "a1b2c3d4e5".to_owned(),
            from: "x-amzn-apigateway-api-id of the same request".to_owned(),
        }],
        block: Some(block(AS_EXPECTED, &seen(&[("Gateway_a1b2c3d4e5", "Gateway_zzzzzzzzzz")]))),
        ..finding(Rule::FieldValueMismatch, "request.header.User-Agent", message, "AmazonAPIGateway_${api_id}")
    }
}

pub(crate) fn missing() -> Finding {
    Finding {
        expected: Some("one of `http`, `https`".to_owned()),
        notes: vec!["a near miss is there: `X-Forwarded-Protocol`".to_owned()],
        block: Some(block(
            &seen(&[("Proto: http", "Proto: (one of `http`, `https`)")]),
            &seen(&[("X-Forwarded-Proto: http\n", ""), ("json", "json\nX-Forwarded-Protocol: http")]),
        )),
        ..finding(
            Rule::FieldMissing,
            "request.header.X-Forwarded-Proto",
            "`X-Forwarded-Proto` is missing, which hop `alb-to-target` must carry",
            "X-Forwarded-Proto",
        )
    }
}

pub(crate) fn unexpected() -> Finding {
    Finding {
        actual: Some("1.1 proxy".to_owned()),
        count: 1,
        of: 40,
        samples: vec![sample(Some("1.1 proxy"), packet(77), 1)],
        block: Some(block(AS_EXPECTED, &seen(&[("json", "json\nVia: 1.1 proxy <- must not be there")]))),
        ..finding(Rule::FieldUnexpected, "request.header.Via", "`Via` is there, which hop `alb-to-target` must not carry", "Via")
    }
}

pub(crate) fn repeated() -> Finding {
    Finding {
        expected: Some("one line".to_owned()),
        actual: Some("2 lines: `http`, `https`".to_owned()),
        block: Some(block(AS_EXPECTED, &seen(&[("Proto: http\n", "Proto: http\nX-Forwarded-Proto: https <- a second line\n")]))),
        ..finding(
            Rule::FieldRepeated,
            "request.header.X-Forwarded-Proto",
            "`X-Forwarded-Proto` stands on 2 lines, where hop `alb-to-target` must carry one",
            "X-Forwarded-Proto: {",
        )
    }
}

pub(crate) fn order() -> Finding {
    let moved = seen(&[("Host: alb.example\n", ""), ("GET / HTTP/1.1\n", "GET / HTTP/1.1\nHost: alb.example\n")]);
    Finding {
        severity: Severity::Warning,
        expected: Some("X-Forwarded-For, X-Forwarded-Proto, Host, others".to_owned()),
        actual: Some("Host, X-Forwarded-For, X-Forwarded-Proto".to_owned()),
        block: Some(block(AS_EXPECTED, &moved)),
        ..finding(
            Rule::FieldOrder,
            "request.order",
            "the fields stand in another order than in hop `alb-to-target`",
            "[X-Forwarded-For, X-Forwarded-Proto, Host, others]",
        )
    }
}

pub(crate) fn inconclusive(subject: &str, spec: &str, why: &str, at: u32) -> Finding {
    Finding {
        severity: Severity::Note,
        count: 1,
        of: 1,
        samples: vec![sample(Some("xxx.xxx.xxx.xxx"), line(at), 1)],
        notes: vec![why.to_owned()],
        ..finding(
            Rule::EvidenceInconclusive,
            subject,
            &format!("the evidence cannot show whether `{}` is as expected", subject.rsplit('.').next().unwrap()),
            spec,
        )
    }
}

/// A run over pasted text: three expectations that nothing decides, one that a capture met.
pub(crate) fn masked() -> Outcome {
    let met_elsewhere = expectation("request.header.Accept", 3, 0, 1, 14);
    let mut hop = hop(
        "alb-to-target",
        4,
        vec![
            met_elsewhere,
            expectation("request.header.Host", 0, 0, 4, 9),
            expectation("request.header.X-Forwarded-For", 0, 0, 4, 10),
        ],
    );
    hop.variants = vec![("append".to_owned(), 3), ("remove".to_owned(), 1)];
    let masked = |value: &str| format!("`{value}` is masked");
    Outcome {
        specs: vec![SpecOutcome { cases: Some(2), ..spec("aws/api-gateway/http-via-alb", vec![hop]) }],
        findings: vec![
            inconclusive("request.header.Host", "${alb_host}", "param `alb_host` has no value", 12),
            inconclusive("request.header.X-Forwarded-For", "{ list", &masked("xxx.xxx.xxx.xxx"), 13),
            inconclusive("request.header.Accept", "Accept: application/json", &masked("…"), 19),
        ],
        captures: vec![capture("captures/aws/a.pcap"), capture("captures/aws/a.txt")],
        unselected: Unselected::default(),
        ..met()
    }
}

/// Everything a capture can be odd in.
pub(crate) fn odd_capture() -> CaptureOutcome {
    let mut anomalies = Anomalies::default();
    anomalies.note_many(AnomalyKind::StreamGap, 3, Some(17), || "1448 bytes of 10.0.1.5:41022 → 10.0.2.7:8000".to_owned());
    anomalies.note(AnomalyKind::TextIgnored, None, String::new);
    let undecoded = [("TLS", 443, 9), ("no bytes", 80, 1), ("other", 22, 2), ("other", 5432, 7), ("HTTP/2", 8443, 1)]
        .map(|(content, port, flows)| Undecoded { content, port, flows, ..Undecoded::default() })
        .to_vec();
    CaptureOutcome { summary: Summary { anomalies, undecoded, ..capture("").summary }, ..capture("staging.pcap") }
}

/// Bytes that a terminal would obey, wherever a capture or a spec can put them.
pub(crate) fn hostile() -> Outcome {
    let bad = "\x1b]0;owned\x07\u{9b}31m\u{202e}\r\n";
    let mut finding = user_agent();
    finding.actual = Some(bad.to_owned());
    finding.expected = Some(bad.to_owned());
    finding.message = format!("`{bad}` is there");
    finding.subject = format!("request.header.{bad}");
    finding.notes = vec![bad.to_owned()];
    finding.why = Some(bad.to_owned());
    finding.bound[0].value = bad.to_owned();
    finding.samples = vec![sample(Some(bad), packet(1), 1), sample(Some(&"A".repeat(5000)), packet(2), 36)];
    finding.samples[0].evidence.capture = bad.to_owned();
    finding.block =
        Some(block("GET / HTTP/1.1\nHost: a", &format!("GET /{} HTTP/1.1\nHost: a\u{1b}[2J\nX: \u{9b}", "a".repeat(300))));
    let mut outcome = violated(vec![finding]);
    outcome.specs[0].name = bad.to_owned();
    outcome.specs[0].hops[0].hop = bad.to_owned();
    outcome.specs[0].hops[0].variants = vec![(bad.to_owned(), 1)];
    outcome.captures[0].file = bad.to_owned();
    outcome.captures[0].summary.anomalies.note(AnomalyKind::NotHttp, Some(1), || bad.to_owned());
    outcome.unselected = Unselected { exchanges: 1, groups: vec![UnselectedGroup { line: bad.to_owned(), count: 1 }] };
    outcome.notes = vec![bad.to_owned()];
    outcome
}

/// Five mistakes of one file.
pub(crate) fn spec_errors() -> Vec<SpecError> {
    let text = "hops:\n  alb:\n    requst:\n      headers:\n        Host: ${alb_hots}\n        Accept: */*\n        User-Agent: { regexp: a, regex: '(' }\n        ETag: \"abc\"\n";
    let error = |needle: &str, message: &str, label: &str, help: &[&str]| {
        let start = u32::try_from(text.find(needle).unwrap()).unwrap();
        SpecError {
            source: Source::new("specs/a.yaml".to_owned(), text),
            place: Place { start, end: start + u32::try_from(needle.len()).unwrap() },
            message: message.to_owned(),
            label: label.to_owned(),
            help: help.iter().map(|&h| h.to_owned()).collect(),
        }
    };
    vec![
        error(
            "requst",
            "unknown key `requst` in a hop",
            "expected one of `from`, `to`, `select`, `request`",
            &["did you mean `request`?"],
        ),
        error("${alb_hots}", "nothing is called `alb_hots`", "no param, and nothing binds it", &["did you mean `alb_host`?"]),
        error("*/*", "`*` begins an alias in YAML", "", &["quote it: `'*/*'`"]),
        error("regexp", "unknown key `regexp` in a matcher", "", &["did you mean `regex`?"]),
        error("'('", "the regular expression cannot be read", "unclosed group", &[]),
    ]
}

/// An error in a file that holds escape sequences.
pub(crate) fn hostile_spec_error() -> SpecError {
    let text = "a\x1b[2J\u{202e}: x\n";
    SpecError {
        source: Source::new("s\x07.yaml".to_owned(), text),
        place: Place { start: 0, end: 8 },
        message: "unknown key `a\x1b[2J`".to_owned(),
        label: "\u{9b}31m".to_owned(),
        help: vec!["\r\n".to_owned()],
    }
}
