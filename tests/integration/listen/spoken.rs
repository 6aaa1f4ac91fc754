//! What is spoken: versions of HTTP, TLS, the PROXY protocol.

use super::{SPEC, Target, get};

#[test]
fn curl_is_answered_in_every_version() {
    let target = Target::new(SPEC, &["--body", "ok"]);
    let mut asked = 0;
    for version in ["--http1.0", "--http1.1", "--http2-prior-knowledge"] {
        let args = [version, "-H", "X-A: 1", "-w", " %{http_code}"];
        if let Some(said) = target.curl("http", "/", &args) {
            assert_eq!(said, "ok 200", "{version}");
            asked += 1;
        }
    }
    if asked > 0 {
        let run = target.interrupt().code(0);
        assert!(run.stderr.lines().filter(|line| line.contains("GET / 200  met")).count() == asked, "{}", run.stderr);
    }
}

#[test]
fn tls_is_opened_and_what_it_agreed_on_can_be_expected() {
    let spec = format!("{SPEC}    tls: {{ sni: localhost, alpn: PROTOCOL, version: VERSION }}\n");
    for (args, protocol, version) in [
        (&["--http2", "--tlsv1.3"][..], "h2", "TLSv1.3"),
        (&["--http1.1", "--tlsv1.3"], "http/1.1", "TLSv1.3"),
        (&["--http2", "--tls-max", "1.2"], "h2", "TLSv1.2"),
        (&["--http1.1", "--tls-max", "1.2"], "http/1.1", "TLSv1.2"),
    ] {
        let spec = spec.replace("PROTOCOL", protocol).replace("VERSION", version);
        let target = Target::new(&spec, &["--tls", "--body", "ok"]);
        let Some(said) = target.curl("https", "/", &[args, &["-H", "X-A: 1"]].concat()) else { continue };
        assert_eq!(said, "ok");
        let in_clear = target.asked(get("/clear", "1"));
        assert!(in_clear.starts_with("HTTP/1.1 400 ") && in_clear.contains("https"), "{in_clear}");
        let run = target.interrupt();
        let lines: Vec<_> = run.stderr.lines().filter(|line| line.contains("GET / 200  met")).collect();
        assert_eq!(lines.len(), 1, "{args:?}: {} {}", run.stderr, run.stdout);
    }
}

#[test]
fn streams_of_a_connection_do_not_wait_for_each_other() {
    let target = Target::new(SPEC, &["--tls", "--delay", "200ms", "--echo"]);
    let paths: Vec<String> = (0..150).map(|n| format!("https://localhost:{}/{n}", target.port)).collect();
    let mut args = vec!["-Z", "--parallel-max", "150", "--http2", "-H", "X-A: 1", "-w", "%{stderr}%{http_code} "];
    args.extend(paths.iter().map(String::as_str));
    let began = std::time::Instant::now();
    let Some(echoes) = target.curl("https", "/last", &args) else { return };
    assert_eq!(echoes.matches("hopspec-echo/1").count(), 151);
    // One after the other they would take half a minute.
    assert!(began.elapsed() < std::time::Duration::from_secs(20), "{:?}", began.elapsed());
    let run = target.interrupt().code(0);
    assert_eq!(run.stderr.lines().filter(|line| line.contains(" 200  met ")).count(), 151);
}

#[test]
fn headers_of_the_proxy_protocol_are_read() {
    let spec = format!("{SPEC}    proxy: {{ src: {{ ip: 192.0.2.7 }} }}\n");
    for secured in [false, true] {
        let args: &[&str] = if secured { &["--tls"] } else { &[] };
        let target = Target::new(&spec, args);
        if !secured {
            let v1 = format!("PROXY TCP4 192.0.2.7 192.0.2.8 4000 80\r\n{}", get("/v1", "1"));
            assert!(target.asked(v1).starts_with("HTTP/1.1 200 OK\r\n"));
            let v2 = get("/v2", "1");
            let v2 = [&b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xc0\0\x02\x07\xc0\0\x02\x08\x0f\xa0\0\x50"[..], v2.as_bytes()];
            assert!(target.asked(v2.concat()).starts_with("HTTP/1.1 200 OK\r\n"));
            let run = target.interrupt().code(0);
            assert!(run.stderr.contains("GET /v1 200  met") && run.stderr.contains("GET /v2 200  met"), "{}", run.stderr);
        } else if target.curl("https", "/", &["--haproxy-protocol", "-H", "X-A: 1"]).is_some() {
            // The address in curl's header is its own.
            let run = target.interrupt().code(1);
            assert!(
                run.stderr.contains("GET / 200  violated") && run.stdout.contains("127.0.0.1"),
                "{} {}",
                run.stderr,
                run.stdout
            );
        }
    }
}
