//! What is drafted, rule by rule.

use super::driver::{checked, of_text, subjects, with_text};

/// A request a line of fields.
fn requests(fields: &[&str]) -> String {
    fields.iter().map(|fields| format!("GET / HTTP/1.1\nHost: a.example\n{}\n\n", fields.replace(" | ", "\n"))).collect()
}

/// The line of a field in the draft of such requests.
#[track_caller]
fn line(name: &str, fields: &[&str]) -> String {
    let spec = of_text(&requests(fields));
    let begin = format!("        {name}: ");
    spec.lines().find_map(|line| line.strip_prefix(&begin)).unwrap_or_else(|| panic!("no {name} in\n{spec}")).to_owned()
}

#[test]
fn what_never_changes_is_a_literal_that_is_written_as_yaml_reads_it() {
    for (value, written) in [
        ("*/*", "'*/*'"),
        ("yes", "yes"),
        ("8", "8"),
        ("${a}", "'$${a}'"),
        ("a: b", "'a: b'"),
        ("null", "'null'"),
        ("a, b", "'a, b'"),
        ("it's", "'it''s'"),
    ] {
        let field = format!("X-A: {value}");
        assert_eq!(line("X-A", &[&field, &field]), written);
    }
}

#[test]
fn one_value_is_no_evidence_that_it_stays() {
    assert_eq!(line("X-A", &["X-A: abc"]), "{ present: true }  # seen once: abc");
    assert_eq!(line("X-A", &["X-A: abc", "X-A: abd"]), "{ present: true }  # abc | abd");
    assert_eq!(line("X-A", &["X-A: 8", "X-A: 9"]), "{ is: integer }  # 8 | 9");
}

#[test]
fn what_values_have_in_common_is_said() {
    assert_eq!(line("X-A", &["X-A: a", "X-A: a", "X-A: b", "X-A: b"]), "{ one_of: [a, b] }");
    assert_eq!(line("X-A", &["X-A: node-12", "X-A: node-13"]), "{ prefix: node- }  # node-12 | node-13");
    assert_eq!(
        line("X-A", &["X-A: a.example.com", "X-A: b.example.com"]),
        "{ suffix: .example.com }  # a.example.com | b.example.com"
    );
    assert_eq!(
        line("X-A", &["X-A: 10.0.0.1", "X-A: 10.0.0.1, 8.8.8.8"]),
        "{ list: { each: { is: ipv4 } } }  # 10.0.0.1 | 10.0.0.1, 8.8.8.8"
    );
    assert_eq!(line("X-Forwarded-Proto", &["X-Forwarded-Proto: http", "X-Forwarded-Proto: https"]), "{ one_of: [http, https] }");
}

#[test]
fn what_differs_between_recordings_is_no_literal() {
    let date = "X-A: Sun, 14 Jun 2020 10:04:49 GMT";
    assert_eq!(line("X-A", &[date, date]), "{ is: http-date }  # always Sun, 14 Jun 2020 10:04:49 GMT");
    assert_eq!(line("Content-Length", &["Content-Length: 0", "Content-Length: 0"]), "{ is: integer }  # always 0");
    let agent = "User-Agent: Some_a1b2c3d4e5-10.0.0.1";
    assert_eq!(line("User-Agent", &[agent, agent]), "{ prefix: Some_a1b2c3d4e5- }  # always Some_a1b2c3d4e5-10.0.0.1");
    let trace = "X-Amzn-Trace-Id: Self=1-5ee5f641-b7ceb780f01cd2f07af9b4d0;Root=1-5ee5f641-b7ceb780f01cd2f07af9b4d1";
    assert_eq!(line("X-Amzn-Trace-Id", &[trace, trace]), "{ pairs: { Self: { is: xray-id }, Root: { is: xray-id } } }");
    let etag = "If-None-Match: \"abc\"";
    assert_eq!(line("If-None-Match", &[etag, etag]), "{ is: etag }  # always \"abc\"");
}

#[test]
fn of_secrets_no_more_is_said_than_what_kind_they_are() {
    let bearer = "Authorization: Bearer abcdef";
    assert_eq!(line("Authorization", &[bearer, bearer]), "{ prefix: 'Bearer ' }  # always Bearer <secret>");
    let cookie = "Cookie: sid=abcdef";
    assert_eq!(line("Cookie", &[cookie, cookie]), "{ present: true }  # always sid=<secret>");
    let token = "X-Csrf-Token: abcdef";
    assert_eq!(line("X-Csrf-Token", &[token, token]), "{ present: true }");
    for name in ["X-Auth-Key", "X_API_KEY", "X-Pwd", "X-Sid", "X-Original-Cookie"] {
        let field = format!("{name}: hunter2");
        assert_eq!(line(name, &[&field, &field]), "{ present: true }");
    }
    let basic = "X-Original-Auth: Basic dTpw";
    assert_eq!(line("X-Original-Auth", &[basic, basic]), "{ prefix: 'Basic ' }  # always Basic <secret>");
    let json = "X-A: {\"user\":\"u\",\"password\":\"abcdef\"}";
    let json = line("X-A", &[json, json]);
    assert!(json.contains("password") && !json.contains("abcdef"), "{json}");
    let trace = "X-Amzn-Trace-Id: Root=1-5ee5f641-b7ceb780f01cd2f07af9b4d0;token=abcdef";
    assert_eq!(line("X-Amzn-Trace-Id", &[trace, trace]), "{ pairs: { Root: { is: xray-id }, token: { present: true } } }");
    let signed = "Referer: https://a.example/k?X-Amz-Signature=abcdef";
    let line = line("Referer", &[signed, signed]);
    assert!(line.starts_with("{ prefix: 'https://a.example/k?X-Amz-Signature='") && !line.contains("abcdef"), "{line}");
}

#[test]
fn a_field_that_is_not_always_there_is_optional() {
    assert_eq!(line("X-A", &["X-A: a", "X-B: b", "X-A: a"]), "{ equals: a, optional: true }  # in 2 of 3 requests");
    let spec = of_text(&requests(&["X-A: a", "X-B: b"]));
    assert!(spec.contains("      # X-A: in 1 of 2 requests: a\n"), "{spec}");
}

#[test]
fn repeated_fields_are_lines() {
    assert_eq!(line("X-A", &["X-A: a | X-A: a", "X-A: a"]), "{ present: true, equals: a }  # on up to 2 lines");
    let twice = line("X-A", &["X-A: a | X-A: a", "X-B: b", "X-A: a"]);
    assert_eq!(twice, "{ lines: { each: a }, optional: true }  # in 2 of 3 requests, on up to 2 lines");
}

#[test]
fn lines_that_are_always_the_same_are_a_list() {
    let text = requests(&["X-A: 1 | X-B: b | X-A: 2", "X-A: 1 | X-B: b | X-A: 2"]);
    let spec = of_text(&text);
    assert!(spec.contains("        X-A: [1, 2]  # on up to 2 lines\n"), "{spec}");
    let changed = |from: &str, to: &str| with_text(&text.replace(from, to), |input| subjects(&checked(&spec, input)));
    for (from, to) in [("X-A: 2\n", ""), ("X-A: 2", "X-A: 1"), ("X-A: 1\n", "X-A: 2\n"), ("X-A: 1", "X-A: 3")] {
        assert!(changed(from, to).contains("request.header.X-A"), "{from} → {to}");
    }
    assert_eq!(
        line("X-A", &["X-A: 1 | X-A: 2", "X-B: b", "X-A: 1 | X-A: 2"]),
        "{ lines: { equals: [1, 2] }, optional: true }  # in 2 of 3 requests, on up to 2 lines"
    );
    // Not the same: how many there are at least; once is no evidence.
    let once = line("X-A", &["X-A: 1 | X-A: 2"]);
    assert!(once.starts_with("{ present: true, is: integer }"), "{once}");
    let other = line("X-A", &["X-A: a | X-A: b", "X-A: b | X-A: a | X-A: a"]);
    assert!(other.starts_with("{ lines: { length: { at_least: 2 }, each: { one_of: [a, b] } } }"), "{other}");
    let some = line("X-A", &["X-A: a | X-A: b", "X-A: b"]);
    assert!(some.starts_with("{ present: true }"), "{some}");
    let secret = line("X-Sid", &["X-Sid: abcdef | X-Sid: abcdeg", "X-Sid: abcdef | X-Sid: abcdeg"]);
    assert!(secret.starts_with("{ lines: { length: { at_least: 2 } } }") && !secret.contains("abc"), "{secret}");
}

#[test]
fn a_list_without_members_says_nothing_of_members() {
    for empty in ["X-Forwarded-For:", "X-Forwarded-For: ,"] {
        let line = line("X-Forwarded-For", &[empty, "X-Forwarded-For: 192.0.2.4, 10.0.0.9"]);
        assert!(!line.contains("list"), "{line}");
    }
}

#[test]
fn a_field_that_is_called_others_is_no_keyword_of_the_order() {
    let spec = of_text(&requests(&["others: 1 | X-A: 2", "others: 1 | X-A: 2 | X-Z: 3"]));
    assert!(spec.contains("      order: [Host, X-A]\n"), "{spec}");
}

#[test]
fn methods_are_said_however_many_there_are() {
    let methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PURGE", "TRACE", "LINK"];
    let text: String = methods.iter().map(|method| format!("{method} / HTTP/1.1\nHost: a.example\n\n")).collect();
    let spec = of_text(&text);
    assert!(spec.contains("      # method: such as GET | POST | PUT\n"), "{spec}");
}

#[test]
fn a_title_is_no_template() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("${y}.http");
    std::fs::write(&path, requests(&["X-A: a"])).unwrap();
    let spec = super::driver::learned(&crate::source::Input::File(path)).spec.unwrap();
    assert_eq!(super::driver::read(&spec).title.as_deref(), Some("Draft of what ${y}.http showed"), "{spec}");
}

#[test]
fn characters_that_yaml_does_not_know_are_written_nowhere() {
    let spec = of_text("GET /abc/\u{fffe}/x HTTP/1.1\nHost: a.example\nX-A: a-\u{ffff}-b\n\n".repeat(2).as_str());
    assert!(!spec.contains('\u{fffe}') && !spec.contains('\u{ffff}'), "{spec}");
}

/// A spec has at most 1 MiB, and a draft is one.
#[test]
fn a_draft_that_is_too_long_for_a_spec_says_less() {
    let fields: String = (0..126).map(|n| format!("X-{n:04}-{}: {}\n", "n".repeat(100), "v".repeat(230))).collect();
    let request = |host: usize| format!("GET / HTTP/1.1\nHost: h{host}.example\n{fields}\nHTTP/1.1 200 OK\n{fields}\n");
    let spec = of_text(&(0..15).flat_map(|host| [request(host), request(host)]).collect::<String>());
    assert!(spec.len() < 1 << 20 && spec.contains("nor more than 32 fields of a message"), "{}", &spec[..2000]);
}

#[test]
fn the_order_of_what_is_always_there_is_said_where_it_never_changed() {
    let spec = of_text(&requests(&["X-A: a | X-B: b", "X-A: a | X-C: c | X-B: b"]));
    assert!(spec.contains("      order: [Host, X-A, X-B]\n      name_case: exact\n"), "{spec}");
    let spec = of_text(&requests(&["X-A: a | X-B: b", "X-B: b | x-a: a"]));
    assert!(!spec.contains("order:") && !spec.contains("name_case"), "{spec}");
    let once = of_text(&requests(&["X-A: a"]));
    assert!(!once.contains("order:") && !once.contains("name_case"), "{once}");
}

#[test]
fn masks_of_texts_decide_nothing() {
    let spec = of_text(&requests(&[
        "User-Agent: AmazonAPIGateway_xxxxxxxxxx | X-A: xxx",
        "User-Agent: AmazonAPIGateway_xxxxxxxxxx | X-A: xxx",
    ]));
    assert!(spec.contains("User-Agent: { prefix: AmazonAPIGateway_ }") && spec.contains("X-A: { present: true }"), "{spec}");
}

#[test]
fn kinds_of_exchanges_have_hops_of_their_own() {
    let check = "GET /health HTTP/1.1\nHost: a.example\nUser-Agent: ELB-HealthChecker/2.0\n\n";
    let forwarded = "GET / HTTP/1.1\nHost: a.example\nX-Forwarded-For: 192.0.2.1\nVia: 1.1 a\n\n";
    let direct = "GET / HTTP/1.1\nHost: a.example\nUser-Agent: curl/8\n\n";
    let other = "GET / HTTP/1.1\nHost: b.example\n\n";
    let spec = of_text(&[check, forwarded, direct, other, check].concat());
    let hops: Vec<&str> =
        spec.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   ") && line.ends_with(':')).collect();
    assert_eq!(hops, ["  a.example-elb-health-check:", "  a.example-forwarded:", "  a.example:", "  b.example:"]);
    assert!(spec.contains("      any:\n        - request: { headers: { X-Forwarded-For: { present: true } } }\n"), "{spec}");
}

#[test]
fn a_masked_host_makes_one_kind_of_all() {
    let spec =
        of_text("GET / HTTP/1.1\nHost: a.example\n\nGET / HTTP/1.1\nHost: xxx.example\n\nGET / HTTP/1.1\nHost: b.example\n\n");
    assert_eq!(spec.matches("    from: ").count(), 1, "{spec}");
    assert!(!spec.contains("select:"), "{spec}");
}

#[test]
fn a_host_that_no_spec_can_write_or_that_is_not_alone_is_of_a_kind_of_its_own() {
    let of = |hosts: &str| format!("GET / HTTP/1.1\nHost: {}\nX-K: k\n\n", hosts.replace(" | ", "\nHost: "));
    let long = "l".repeat(120);
    let hosts = ["a.example", "b.example", "b.example | c.example", &long, "a.example"];
    let text: String = hosts.iter().map(|host| of(host)).collect();
    let spec = of_text(&text);
    let names: Vec<&str> =
        spec.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   ") && line.ends_with(':')).collect();
    assert_eq!(names, ["  a.example:", "  b.example:", "  several-hosts:", "  other-hosts:"], "{spec}");
    // Where all are so, nothing must be told.
    for all in [of(&long).repeat(2), of("b.example | c.example").repeat(2), of(&long) + &of("b.example | c.example")] {
        of_text(&all);
    }
    of_text(&(of(&long) + "GET / HTTP/1.1\n\n"));
}

#[test]
fn a_change_of_a_literal_is_a_finding() {
    let text = requests(&["X-A: abc | X-B: b", "X-A: abc | X-B: b"]);
    let spec = of_text(&text);
    let changed = |from: &str, to: &str| with_text(&text.replacen(from, to, 1), |input| subjects(&checked(&spec, input)));
    assert_eq!(changed("X-A: abc", "X-A: abd").into_iter().collect::<Vec<_>>(), ["request.header.X-A"]);
    assert_eq!(changed("X-B: b\n", "").into_iter().collect::<Vec<_>>(), ["request.header.X-B"]);
    assert_eq!(changed("HTTP/1.1", "HTTP/1.0").into_iter().collect::<Vec<_>>(), ["request.version"]);
}
