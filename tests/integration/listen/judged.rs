//! What is said of requests, and the report.

use std::io::{Read as _, Write as _};

use super::{SPEC, Target, get};

#[test]
fn a_line_a_request_with_its_verdict_and_the_difference_below() {
    let mut target = Target::new(SPEC, &["--write", "kept.pcapng", "--format", "json"]);
    for (path, value) in [("/a", "1"), ("/b", "2"), ("/c?token=hush", "1")] {
        target.asked(get(path, value));
    }
    let port = target.port;
    let run = target.interrupted().code(1);
    let lines: Vec<_> = run.stderr.lines().filter(|line| line.contains(" → 127.0.0.1:") && !line.contains("seen:")).collect();
    assert_eq!(lines.len(), 3, "{}", run.stderr);
    for (line, says) in lines.iter().zip(["GET /a 200  met s › in", "GET /b 200  violated s › in", "GET /c?token="]) {
        assert!(line.contains(&format!("→ 127.0.0.1:{port} ")) && line.contains(says), "{line}");
    }
    assert!(run.stderr.contains("error[field-value-mismatch]") && run.stderr.contains("+ X-A: 2"), "{}", run.stderr);
    assert!(!run.stderr.contains("hush"), "secrets are masked");
    let live: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(live["specs"][0]["hops"][0]["exchanges"], 3);
    // The file has the same verdicts.
    let again = target.program().run(&["check", "-s", "s.yaml", "kept.pcapng", "--format", "json"]).code(1);
    let again: serde_json::Value = serde_json::from_str(&again.stdout).unwrap();
    assert_eq!(live["specs"][0]["hops"], again["specs"][0]["hops"]);
    assert_eq!(live["captures"][0]["packets"], again["captures"][0]["packets"]);
}

#[test]
fn it_ends_by_itself_when_enough_was_seen_or_something_was_found() {
    let twice = SPEC.replace("    request:", "    count: { at_least: 2 }\n    request:");
    let target = Target::new(&twice, &["--until-observed"]);
    target.asked(get("/a", "1"));
    target.asked(get("/b", "1"));
    let run = target.ended().code(0);
    assert!(run.stderr.contains("every required hop was observed"), "{}", run.stderr);
    assert!(run.stdout.contains("2 exchanges"), "{}", run.stdout);
    let target = Target::new(SPEC, &["--fail-fast"]);
    target.asked(get("/a", "2"));
    target.ended().code(1);
}

#[test]
fn ctrl_c_ends_it_with_the_report() {
    let target = Target::new(SPEC, &[]);
    target.asked(get("/a", "1"));
    // Who is connected and says nothing holds nobody up.
    let idle: Vec<_> = (0..5).map(|_| target.connect()).collect();
    let run = target.interrupt().code(0);
    assert!(run.stdout.contains("met") && run.stderr.contains("interrupted"), "{}{}", run.stdout, run.stderr);
    drop(idle);
    // Nothing came: nothing was judged.
    Target::new(SPEC, &[]).interrupt().code(3);
}

#[test]
fn the_file_is_whole_when_the_process_is_killed() {
    let mut target = Target::new(SPEC, &["--write", "kept.pcapng"]);
    for path in ["/a", "/b"] {
        target.asked(get(path, "1"));
    }
    target.kill();
    let run = target.program().run(&["check", "-s", "s.yaml", "kept.pcapng", "--format", "json"]).code(0);
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(report["specs"][0]["hops"][0]["exchanges"], 2);
    assert!(!run.stdout.contains("capture-truncated"), "{}", run.stdout);
}

#[test]
fn an_echo_is_the_hop_behind() {
    let spec = "hops:\n  client:\n    select: { request: { path: { prefix: / } } }\n    response: { status: 200 }\n\
                \x20 app:\n    echoed_in: client.response.body\n    request: { method: POST, headers: { X-A: '1', x-DUP: ['1', '2'] }, name_case: exact, body: { text: hello } }\n";
    let target = Target::new(spec, &["--echo"]);
    let request = |value: &str| {
        format!(
            "POST /a HTTP/1.1\r\nHost: a\r\nx-DUP: 1\r\nX-A: {value}\r\nx-DUP: 2\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello"
        )
    };
    target.asked(request("1"));
    let met = target.curl(
        "http",
        "/b",
        &["--http2-prior-knowledge", "-H", "X-A: 1", "-H", "x-dup: 1", "-H", "x-dup: 2", "-d", "hello"],
    );
    target.asked(request("2"));
    let run = target.interrupt().code(1);
    let seen = if met.is_some() { 3 } else { 2 };
    assert!(run.stdout.contains(&format!("s › app      {seen} exchanges")), "{}", run.stdout);
    assert!(run.stdout.contains("`X-A` is not what hop `app` must carry"), "{}", run.stdout);
    assert!(!run.stdout.contains("inconclusive"), "{}", run.stdout);
}

#[test]
fn a_thousand_requests_of_fifty_clients_are_all_judged() {
    let target = Target::new(SPEC, &["--format", "json"]);
    let clients: Vec<_> = (0..50)
        .map(|client| {
            let mut socket = target.connect();
            std::thread::spawn(move || {
                for n in 0..20 {
                    let request = format!("GET /{client}/{n} HTTP/1.1\r\nHost: a\r\nX-A: 1\r\n\r\n");
                    socket.write_all(request.as_bytes()).unwrap();
                    let mut head = Vec::new();
                    while !head.ends_with(b"\r\n\r\n") {
                        let mut byte = [0];
                        socket.read_exact(&mut byte).unwrap();
                        head.push(byte[0]);
                    }
                    assert!(head.starts_with(b"HTTP/1.1 200 OK\r\n"));
                }
            })
        })
        .collect();
    clients.into_iter().for_each(|client| client.join().unwrap());
    let run = target.interrupt().code(0);
    assert_eq!(run.stderr.lines().filter(|line| line.contains(" 200  met ")).count(), 1000);
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(report["specs"][0]["hops"][0]["exchanges"], 1000);
    assert_eq!(report["specs"][0]["hops"][0]["expectations"][0]["met"], 1000);
    assert_eq!(report["captures"][0]["flows"], 50);
}
