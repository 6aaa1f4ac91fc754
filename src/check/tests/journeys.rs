//! What hops say of those that they follow.

use super::driver::Check;
use crate::anomaly::AnomalyKind;
use crate::finding::{Outcome, Rule, Verdict};

fn spec(request: &str, more: &str) -> String {
    format!(
        "hops:\n  front:\n    select: {{ request: {{ headers: {{ X-Hop: front }} }} }}\n    response: {{ headers: {{ Via: {{ present: true }} }} }}\n  \
         back:\n    follows: front\n    select: {{ request: {{ headers: {{ X-Hop: back }} }} }}\n    request: {request}\n{more}"
    )
}

/// Fields of a request with `|` between them.
fn message(hop: &str, fields: &str) -> String {
    format!("GET /a HTTP/1.1\r\nX-Hop: {hop}\r\nX-Amzn-Trace-Id: Root=1-a-b\r\n{}\r\n\r\n", fields.replace('|', "\r\n"))
}

fn both(spec: &str, front: &str, back: &str) -> Check {
    Check::new(spec).stream(1).request(&message("front", front)).stream(2).request(&message("back", back))
}

fn verdict(outcome: &Outcome, subject: &str) -> Verdict {
    let mut all = outcome.specs[0].hops.iter().flat_map(|hop| &hop.expectations).filter(|e| e.subject == subject);
    all.next().unwrap_or_else(|| panic!("no {subject}")).verdict
}

#[test]
fn each_relation_is_met_and_violated() {
    use Verdict::{Met, NotObserved, Violated};
    for (claim, subject, front, back, expected) in [
        ("{ headers: { X: { preserved: true } } }", "request.header.X", "X: 1", "x: 1", Met),
        ("{ headers: { X: { preserved: true } } }", "request.header.X", "X: 1|X: 2", "X: 1|X: 2", Met),
        ("{ headers: { X: { preserved: true } } }", "request.header.X", "X: 1|X: 2", "X: 1, 2", Violated),
        ("{ headers: { X: { preserved: true } } }", "request.header.X", "X: 1", "X: 2", Violated),
        ("{ headers: { X: { preserved: true } } }", "request.header.X", "X: 1", "Y: 2", Violated),
        ("{ headers: { X: { preserved: true } } }", "request.header.X", "Y: 1", "X: 2", Violated),
        ("{ headers: { X: { preserved: true } } }", "request.header.X", "Y: 1", "Y: 2", NotObserved),
        ("{ path: { preserved: true } }", "request.path", "X: 1", "X: 1", Met),
        ("{ headers: { X: { appended: b } } }", "request.header.X", "X: a", "X: a, b", Met),
        ("{ headers: { X: { appended: b } } }", "request.header.X", "X: a", "X: a|X: b", Met),
        ("{ headers: { X: { appended: b } } }", "request.header.X", "Y: a", "X: b", Met),
        ("{ headers: { X: { appended: { is: ip } } } }", "request.header.X", "X: a", "X: a, 10.0.0.1", Met),
        ("{ headers: { X: { appended: b } } }", "request.header.X", "X: a", "X: b", Violated),
        ("{ headers: { X: { appended: b } } }", "request.header.X", "X: a", "X: a", Violated),
        ("{ headers: { X: { appended: b } } }", "request.header.X", "X: a", "X: b, a", Violated),
        ("{ headers: { X: { appended: b } } }", "request.header.X", "X: a", "Y: b", Violated),
        ("{ headers: { X: { appended: '${hop(\"front\").src.ip}' } } }", "request.header.X", "X: a", "X: a, 10.0.1.5", Met),
        ("{ headers: { X: { appended: '${hop(\"front\").src.ip}' } } }", "request.header.X", "X: a", "X: a, 10.0.9.9", Violated),
        ("{ headers: { X: '${hop(\"front\").request.header(\"Y\")}' } }", "request.header.X", "Y: a", "X: a", Met),
        ("{ headers: { X: '${hop(\"front\").request.header(\"Y\")}' } }", "request.header.X", "Y: a", "X: b", Violated),
        ("{ removed: [TE] }", "request.header.TE", "TE: x", "X: a", Met),
        ("{ removed: [TE] }", "request.header.TE", "TE: x", "TE: x", Violated),
        ("{ removed: [TE] }", "request.header.TE", "X: a", "TE: x", NotObserved),
        ("{ removed: [X-*] }", "request.header.X-*", "X-A: 1", "X-Hop: 1", Violated),
        ("{ others: preserved, headers: { X-Hop: back } }", "request.others", "X: a", "X: a", Met),
        ("{ others: preserved, headers: { X-Hop: back } }", "request.others", "X: a", "X: b", Violated),
        ("{ others: preserved, headers: { X-Hop: back } }", "request.others", "X: a", "Y: a", Violated),
        ("{ others: preserved, headers: { X-Hop: back }, removed: [TE] }", "request.others", "TE: a", "Y: a", Violated),
        (
            "{ others: preserved, headers: { X-Hop: back, Y: { present: true } }, removed: [TE] }",
            "request.others",
            "TE: a",
            "Y: a",
            Met,
        ),
    ] {
        let outcome = both(&spec(claim, ""), front, back).run();
        assert_eq!(verdict(&outcome, subject), expected, "{claim}: {front} → {back}: {:#?}", outcome.findings);
    }
}

#[test]
fn a_relation_is_judged_where_its_condition_holds() {
    use Verdict::{Met, NotObserved, Violated};
    let when = "when: 'hop(\"front\").request.has_header(\"Y\")'";
    for (claim, front, back, expected) in [
        (format!("preserved: true, {when}"), "X: 1", "X: 2", NotObserved),
        (format!("preserved: true, {when}"), "X: 1|Y: 1", "X: 2", Violated),
        (format!("preserved: true, {when}"), "X: 1|Y: 1", "X: 1", Met),
        (format!("appended: p, {when}"), "X: 1", "X: 1", NotObserved),
        (format!("appended: p, {when}"), "X: 1|Y: 1", "X: 1", Violated),
    ] {
        let outcome = both(&spec(&format!("{{ headers: {{ X: {{ {claim} }} }} }}"), ""), front, back).run();
        assert_eq!(verdict(&outcome, "request.header.X"), expected, "{claim}: {front} → {back}");
    }
}

#[test]
fn what_a_pattern_removes_is_no_other_field() {
    let claim = "{ others: preserved, headers: { X-Hop: back }, removed: ['*_*'] }";
    let run = |front: &str, back: &str| both(&spec(claim, ""), front, back).run();
    assert_eq!(verdict(&run("X_Under: a|Z: 1", "Z: 1"), "request.others"), Verdict::Met);
    assert_eq!(verdict(&run("X_Under: a|Z: 1", "X_Under: a|Z: 1"), "request.header.*_*"), Verdict::Violated);
    assert_eq!(verdict(&run("X-Under: a|Z: 1", "Z: 1"), "request.others"), Verdict::Violated);
}

#[test]
fn a_response_goes_the_other_way() {
    let spec =
        spec("{ method: GET }", "    response: { others: preserved, headers: { X: { appended: p } }, removed: [Server] }\n");
    let run = |back: &str, front: &str| {
        let response = |fields: &str| format!("HTTP/1.1 200 OK\r\n{}\r\n\r\n", fields.replace('|', "\r\n"));
        Check::new(&spec)
            .stream(2)
            .request(&message("back", "A: 1"))
            .response(&response(back), b"")
            .stream(1)
            .request(&message("front", "A: 1"))
            .response(&response(front), b"")
            .run()
    };
    let right = run("Server: a|X: o|Date: d", "X: o, p|Date: d|Via: own");
    for subject in ["response.others", "response.header.X", "response.header.Server"] {
        assert_eq!(verdict(&right, subject), Verdict::Met, "{subject}: {:#?}", right.findings);
    }
    let wrong = run("Server: a|X: o|Date: d", "X: o|Server: a");
    for subject in ["response.others", "response.header.X", "response.header.Server"] {
        assert_eq!(verdict(&wrong, subject), Verdict::Violated, "{subject}");
    }
    let told: Vec<_> = wrong.findings.iter().map(|f| (&f.message, &f.crossing)).collect();
    insta::assert_debug_snapshot!(told);
}

#[test]
fn what_nothing_joins_is_undecided_and_what_was_not_seen_is_not_observed() {
    let spec = spec("{ headers: { X: { preserved: true } } }", "");
    let alone = Check::new(&spec).stream(2).request(&message("back", "X: 1")).run();
    assert_eq!(verdict(&alone, "request.header.X"), Verdict::NotObserved);
    let other = Check::new(&spec)
        .stream(1)
        .request(&message("front", "X: 1").replace("1-a-b", "1-c-d").replace("/a", "/other"))
        .stream(2)
        .request(&message("back", "X: 1"))
        .run();
    assert_eq!(verdict(&other, "request.header.X"), Verdict::Inconclusive);
    let reason = other.findings.iter().find(|f| f.rule == Rule::EvidenceInconclusive).expect("a reason");
    insta::assert_debug_snapshot!((&reason.message, &reason.notes));
}

#[test]
fn join_says_what_belongs_together() {
    let spec = spec("{ headers: { X: { preserved: true } } }", "    join: request.header(\"X-Key\")\n");
    let run = |front: &str, back: &str| verdict(&both(&spec, front, back).run(), "request.header.X");
    assert_eq!(run("X-Key: 1|X: a", "X-Key: 1|X: a"), Verdict::Met);
    assert_eq!(run("X-Key: 1|X: a", "X-Key: 1|X: b"), Verdict::Violated);
    // The trace id is the same, and not asked for.
    assert_eq!(run("X-Key: 1|X: a", "X-Key: 2|X: a"), Verdict::Inconclusive);
    assert_eq!(run("X-Key: 1|X: a", "X: a"), Verdict::Inconclusive);
}

#[test]
fn variants_may_be_told_apart_by_what_became_of_a_field() {
    let variants = "    variants:\n      append: { request: { headers: { X: { appended: p } } } }\n      \
                    preserve: { request: { headers: { X: { preserved: true } } } }\n      remove: { request: { removed: [X] } }\n";
    let spec = spec("{ method: GET }", variants);
    let run = |front: &str, back: &str| both(&spec, front, back).run();
    for (back, variant) in [("X: a, p", "append"), ("X: a", "preserve"), ("Y: b", "remove")] {
        let outcome = run("X: a", back);
        let hop = outcome.specs[0].hops.iter().find(|hop| hop.hop == "back").expect("the hop");
        assert_eq!(hop.variants, [(variant.to_owned(), 1)], "{back}: {:#?}", outcome.findings);
        assert_eq!(hop.verdict, Verdict::Met, "{back}");
    }
    assert_eq!(run("X: a", "X: q").specs[0].hops[1].verdict, Verdict::Violated);
}

#[test]
fn findings_show_both_sides() {
    let request = "{ headers: { X: { appended: { is: ip } }, Y: { preserved: true }, Cookie: { preserved: true } }, removed: [TE], others: preserved }";
    let outcome =
        both(&spec(request, ""), "X: a|Y: 1|TE: t|Z: 1|Cookie: s=verysecret", "X: b|TE: t|N: 1|Cookie: s=othersecret").run();
    let told: Vec<_> =
        outcome.findings.iter().map(|f| (f.rule, &f.subject, &f.message, &f.expected, &f.crossing, &f.notes)).collect();
    let text = format!("{told:#?}");
    assert!(!text.contains("verysecret") && !text.contains("othersecret"), "{text}");
    insta::assert_snapshot!(text);
}

#[test]
fn masked_and_cut_evidence_decides_nothing() {
    let spec = spec("{ headers: { X: { preserved: true }, X-Hop: back }, others: preserved, removed: [TE] }", "");
    let text = |front: &str, back: &str| Check::new(&spec).text(&message("front", front)).text(&message("back", back)).run();
    assert_eq!(verdict(&text("Y: xxx.xxx", "Y: xxx.xxx"), "request.others"), Verdict::Inconclusive);
    assert_eq!(verdict(&text("Y: 1", "Y: 1"), "request.others"), Verdict::Met);
    assert_eq!(verdict(&text("X: xxx.xxx", "X: xxx.xxx"), "request.header.X"), Verdict::Inconclusive);
    assert_eq!(verdict(&text("X: 1", "X: 1"), "request.header.X"), Verdict::Met);
    let cut = Check::new(&spec)
        .stream(1)
        .request(&message("front", "X: 1|TE: a"))
        .stream(2)
        .cut_request("GET /a HTTP/1.1\r\nX-Hop: back\r\nX-Amzn-Trace-Id: Root=1-a-b\r\n")
        .run();
    for subject in ["request.header.X", "request.header.TE", "request.others"] {
        assert_eq!(verdict(&cut, subject), Verdict::Inconclusive, "{subject}");
    }
}

#[test]
fn mistakes_about_hops_before_are_told() {
    let told = |text: &str| match crate::spec::parse("t.yaml", "t", text.as_bytes()) {
        Err(errors) => errors.iter().map(|error| error.message.clone()).collect::<Vec<_>>().join("\n"),
        Ok(_) => "fine".to_owned(),
    };
    insta::assert_snapshot!(told(
        "hops:\n  a: { follows: b, request: { method: GET } }\n  b: { follows: a, request: { method: GET } }\n"
    ));
    insta::assert_snapshot!(told(
        "hops:\n  a: { request: { headers: { X: { preserved: true } }, removed: [Y], others: preserved } }\n"
    ));
    insta::assert_snapshot!(told(
        "hops:\n  a: { request: { method: GET } }\n  b: { follows: a, request: { headers: { X: { preserved: false }, Y: { preserved: true, appended: x }, Z: { list: { last: { preserved: true } } } } } }\n"
    ));
    insta::assert_snapshot!(told(
        "hops:\n  a: { join: src, request: { method: GET } }\n  b: { follows: c, join: request.headers, request: { method: GET } }\n"
    ));
    let echoed = |hops: &str| told(&format!("hops:\n{hops}"));
    assert_eq!(
        echoed(
            "  a: { request: { method: GET } }\n  z: { request: { method: GET } }\n  b: { follows: a, echoed_in: z.response.body, request: { method: GET } }\n"
        ),
        "hop `b` has both `follows` and `echoed_in`"
    );
    assert_eq!(
        echoed(
            "  a: { echoed_in: b.response.body, request: { method: GET } }\n  b: { echoed_in: a.response.body, request: { method: GET } }\n"
        ),
        "the exchanges of hop `a` are echoed in their own responses\nthe exchanges of hop `b` are echoed in their own responses"
    );
    assert_eq!(
        echoed(
            "  a: { follows: b, request: { method: GET } }\n  b: { follows: c, request: { method: GET } }\n  c: { follows: b, request: { method: GET } }\n"
        ),
        "hop `b` follows itself\nhop `c` follows itself"
    );
    insta::assert_snapshot!(told(
        "hops:\n  a: { request: { method: GET } }\n  c: { request: { method: GET } }\n  b: { follows: a, request: { headers: { X: '${hop(\"c\").src.ip}' } } }\n"
    ));
}

#[test]
fn crumbs_of_a_cookie_are_one_value_and_absolute_targets_are_known() {
    let spec = spec("{ headers: { X-Hop: back, Host: { present: true } }, others: preserved }", "");
    let front = [
        (":method", "GET"),
        (":scheme", "http"),
        (":authority", "a.example"),
        (":path", "/a"),
        ("x-hop", "front"),
        ("cookie", "a=1"),
        ("cookie", "b=2"),
    ];
    let run = |target: &str, cookie: &str| {
        let back = format!("GET {target} HTTP/1.1\r\nHost: a.example\r\nX-Hop: back\r\nCookie: {cookie}\r\n\r\n");
        Check::new(&spec).stream(1).frames(&front).stream(2).request(&back).run()
    };
    assert_eq!(verdict(&run("/a", "a=1; b=2"), "request.others"), Verdict::Met);
    assert_eq!(verdict(&run("http://a.example/a", "a=1; b=2"), "request.others"), Verdict::Met);
    assert_eq!(verdict(&run("/a", "a=1"), "request.others"), Verdict::Violated);
}

#[test]
fn a_function_that_echoes_its_event_shows_the_hop_behind() {
    let spec = "hops:\n  client:\n    select: { request: { headers: { Host: a.example } } }\n    request: { method: GET }\n  function:\n    \
                echoed_in: client.response.body\n    request:\n      path: { preserved: true }\n      headers:\n        User-Agent: { preserved: true }\n        \
                X-Forwarded-For: ${hop(\"client\").src.ip}\n        X-Forwarded-Proto: https\n    event: { requestContext.stage: prod }\n";
    let run = |agent: &str, stage: &str, body: &dyn Fn(&str) -> String| {
        let event = format!(
            r#"{{"resource": "/a", "path": "/a", "httpMethod": "GET", "headers": {{"Host": "a.example", "User-Agent": "{agent}",
            "X-Forwarded-For": "10.0.1.5", "X-Forwarded-Proto": "https"}}, "multiValueHeaders": {{"Host": ["a.example"],
            "User-Agent": ["{agent}"], "X-Forwarded-For": ["10.0.1.5"], "X-Forwarded-Proto": ["https"]}},
            "requestContext": {{"requestId": "r", "stage": "{stage}", "httpMethod": "GET", "path": "/a"}}, "body": null, "isBase64Encoded": false}}"#
        );
        Check::new(spec)
            .request("GET /a HTTP/1.1\r\nHost: a.example\r\nUser-Agent: curl\r\n\r\n")
            .response("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n", body(&event).as_bytes())
            .run()
    };
    let whole = |event: &str| event.to_owned();
    let right = run("curl", "prod", &whole);
    let function = &right.specs[0].hops[1];
    assert_eq!((function.exchanges, function.verdict), (1, Verdict::Met), "{:#?}", right.findings);
    let wrong = run("Amazon", "test", &whole);
    let subjects: Vec<_> = wrong.findings.iter().map(|f| (f.subject.as_str(), f.samples[0].evidence.short())).collect();
    assert_eq!(
        subjects,
        [
            ("request.header.User-Agent", "t.pcap, packet 2".to_owned()),
            ("event.requestContext.stage", "t.pcap, packet 2".to_owned()),
        ]
    );
    // What is odd about the event is told of the capture, at the packet of the response.
    let odd = run("curl", "prod", &|event| event.replace(r#""X-Forwarded-For": "10.0.1.5""#, r#""X-Forwarded-For": "10.9.9.9""#));
    let told: Vec<_> =
        odd.captures[0].summary.anomalies.iter().map(|(kind, a)| (kind, a.first_packet, a.detail.as_str())).collect();
    assert_eq!(
        told,
        [(
            AnomalyKind::HeadersDisagree,
            Some(2),
            "echoed in a response: entry 1: of `X-Forwarded-For` `headers` says `10.9.9.9` and `multiValueHeaders` `10.0.1.5`"
        )]
    );
    assert!(right.captures[0].summary.anomalies.is_empty());
    // What is no event echoes nothing; what is one and cannot be read decides nothing.
    let none = run("curl", "prod", &|_| "hello".to_owned());
    assert_eq!(none.specs[0].hops[1].exchanges, 0);
    let broken = run("curl", "prod", &|event| event.replacen("\"path\"", "\"resource\"", 1));
    let function = &broken.specs[0].hops[1];
    assert_eq!((function.exchanges, function.verdict), (1, Verdict::Inconclusive), "{:#?}", broken.findings);
    assert!(broken.findings.iter().any(|f| f.rule == Rule::EvidenceInconclusive && f.hop.as_deref() == Some("function")));
    // Beside one that can be read, too.
    let partly = run("curl", "prod", &|event| format!("[{event}, {}]", event.replacen("\"path\"", "\"resource\"", 1)));
    assert_eq!(partly.specs[0].hops[1].exchanges, 2);
    assert!(partly.findings.iter().any(|f| f.rule == Rule::EvidenceInconclusive && f.hop.as_deref() == Some("function")));
}

/// A head that is cut in the capture: behind its last line where that ends, else within it.
fn cut(hop: &str, fields: &str) -> String {
    format!("GET /a HTTP/1.1\r\nX-Hop: {hop}\r\nX-Amzn-Trace-Id: Root=1-a-b\r\n{}", fields.replace('|', "\r\n"))
}

#[test]
fn a_cut_head_decides_only_what_more_lines_cannot_undo() {
    use Verdict::{Inconclusive, Violated};
    let preserved = "{ headers: { X: { preserved: true } } }";
    let appended = "{ headers: { X: { appended: p } } }";
    let others = "{ others: preserved, headers: { X-Hop: back } }";
    let run = |claim: &str, (front, front_cut): (&str, bool), (back, back_cut): (&str, bool)| {
        let of = |check: Check, hop: &str, fields: &str, is_cut: bool| match is_cut {
            true => check.cut_request(&cut(hop, fields)),
            false => check.request(&message(hop, fields)),
        };
        let check = of(Check::new(&spec(claim, "")).stream(1), "front", front, front_cut);
        of(check.stream(2), "back", back, back_cut).run()
    };
    for (front, back, expected) in [
        // Before: within a value, and behind a line.
        (("X: va", true), ("X: value", false), Inconclusive),
        (("X: a|", true), ("X: a|X: b", false), Inconclusive),
        (("X: a|", true), ("X: a", false), Inconclusive),
        (("X: a|", true), ("X: b", false), Violated),
        (("", true), ("X: b", false), Inconclusive),
        // Behind.
        (("X: value", false), ("X: va", true), Inconclusive),
        (("X: a|X: b", false), ("X: a|", true), Inconclusive),
        (("X: a", false), ("X: a|", true), Inconclusive),
        (("X: a", false), ("X: b|", true), Violated),
        (("X: a|", true), ("X: b|", true), Inconclusive),
    ] {
        for (claim, subject) in [(preserved, "request.header.X"), (others, "request.others")] {
            let outcome = run(claim, front, back);
            assert_eq!(verdict(&outcome, subject), expected, "{claim}: {front:?} → {back:?}: {:#?}", outcome.findings);
        }
    }
    for (front, back, expected) in [
        (("X: a|", true), ("X: a, b, p", false), Inconclusive),
        (("X: a|", true), ("X: a, p", false), Inconclusive),
        (("X: a|", true), ("X: a, q", false), Violated),
        (("X: a|", true), ("X: b, p", false), Violated),
        (("X: a", false), ("X: a, p|", true), Inconclusive),
    ] {
        let outcome = run(appended, front, back);
        assert_eq!(verdict(&outcome, "request.header.X"), expected, "{front:?} → {back:?}: {:#?}", outcome.findings);
    }
    let removed = "{ removed: [X] }";
    assert_eq!(verdict(&run(removed, ("Y: a|", true), ("X: a", false)), "request.header.X"), Inconclusive);
    assert_eq!(verdict(&run(removed, ("X: a|", true), ("X: a", false)), "request.header.X"), Violated);
}

#[test]
fn method_and_time_alone_are_no_evidence() {
    let spec = spec("{ headers: { X: { preserved: true } } }", "");
    let check = |target: &str| {
        let own = |hop: &str, target: &str| format!("GET {target} HTTP/1.1\r\nX-Hop: {hop}\r\nX: 1\r\n\r\n");
        Check::new(&spec).stream(1).request(&own("front", "/cached")).stream(2).request(&own("back", target)).run()
    };
    assert_eq!(verdict(&check("/cached"), "request.header.X"), Verdict::Met);
    let healthz = check("/healthz");
    assert_eq!(verdict(&healthz, "request.header.X"), Verdict::Inconclusive);
    let reason = healthz.findings.iter().find(|f| f.rule == Rule::EvidenceInconclusive).expect("a reason");
    assert_eq!(reason.notes, ["by method and time alone it may belong to one of hop `front`"]);
}

#[test]
fn one_text_of_both_hops_is_not_its_own_hop_before() {
    let text = "hops:\n  a: { request: { method: GET } }\n  b: { follows: a, request: { path: { preserved: true } } }\n";
    let outcome = Check::new(text).text("GET /a HTTP/1.1\r\nX-Request-Id: r1\r\n\r\n").run();
    assert_eq!(outcome.specs[0].hops[1].verdict, Verdict::Inconclusive);
}

#[test]
fn secrets_of_the_hop_before_are_hidden_wherever_they_stand() {
    let spec = spec("{ headers: { X-Copy: { preserved: true } } }", "");
    let front = "Authorization: Bearer verysecretvalue|X-Copy: verysecretvalue";
    let outcome = both(&spec, front, "X-Copy: other").run();
    assert_eq!(verdict(&outcome, "request.header.X-Copy"), Verdict::Violated);
    assert!(!format!("{:?}", outcome.findings).contains("verysecret"), "{:#?}", outcome.findings);
}

#[test]
fn what_was_on_neither_hop_did_not_leave_one() {
    let outcome = both(&spec("{ headers: { X: { appended: p } } }", ""), "Y: 1", "Y: 1").run();
    let told: Vec<_> = outcome.findings.iter().map(|f| f.message.as_str()).collect();
    assert_eq!(told, ["`X` is missing on hop `back`, and was not there on hop `front` either"]);
}

#[test]
fn evidence_that_joins_lines_shows_that_nothing_was_appended() {
    let spec = spec("{ headers: { X: { appended: p } } }", "");
    let har = |back: &str| Check::new(&spec).har(&message("front", "X: a|X: b")).har(&message("back", back)).run();
    assert_eq!(verdict(&har("X: a, b"), "request.header.X"), Verdict::Violated);
    assert_eq!(verdict(&har("X: a, b, p"), "request.header.X"), Verdict::Met);
}

#[test]
fn what_was_given_up_is_told_and_decides_nothing() {
    let spec = spec("{ headers: { X: { preserved: true } } }", "");
    let big = "x".repeat(1 << 20);
    let of = |hop: &str, target: usize| format!("GET /{target} HTTP/1.1\r\nX-Hop: {hop}\r\nX: {target}\r\nBig: {big}\r\n\r\n");
    let mut check = Check::new(&spec).stream(1);
    for target in 0..40 {
        check = check.request(&of("front", target));
    }
    let outcome = check.stream(2).request(&of("back", 0)).request(&of("back", 39)).run();
    let hop = &outcome.specs[0].hops[1];
    let counts = hop.expectations.iter().find(|e| e.subject == "request.header.X").expect("it").counts;
    assert_eq!((counts.met, counts.violated, counts.inconclusive), (1, 0, 1), "{:#?}", outcome.findings);
    assert!(outcome.notes.iter().any(|note| note.contains("did not wait for those of other hops")), "{:?}", outcome.notes);
}
