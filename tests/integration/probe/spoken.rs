//! Both of our ends: `hopspec probe` asks `hopspec listen`, in TLS and in frames.

use super::probe;
use crate::kit::hopspec;
use crate::listen::target::Target;

fn spec(version: &str, tls: &str) -> String {
    format!(
        "hops:\n  client:\n    select: {{ request: {{ headers: {{ X-Up: \"1\" }} }} }}\n{tls}    request: {{ version: {version} }}\n    \
         response: {{ status: 200, headers: {{ Server: {{ prefix: hopspec }} }} }}\n"
    )
}

#[test]
fn tls_is_opened_with_the_secrets_of_both_ends() {
    for (arguments, version, alpn) in [(&["--http2"][..], "HTTP/2", "h2"), (&[], "HTTP/1.1", "http/1.1")] {
        let spec = spec(version, &format!("    tls: {{ sni: localhost, alpn: {alpn}, version: TLSv1.3 }}\n"));
        let target = Target::new(&spec, &["--tls"]);
        let (port, folder) = (target.port, tempfile::tempdir().unwrap());
        let (url, resolve) = (format!("https://localhost:{port}/a"), format!("localhost:{port}:127.0.0.1"));
        let kept = folder.path().join("kept.pcapng");
        let kept = kept.to_str().unwrap();
        let all = ["-k", &url, "--resolve", &resolve, "-n", "3", "-H", "X-Up: 1", "--write", kept];
        let run = probe(&spec, &[&all[..], arguments].concat());
        assert_eq!(run.code, 0, "{version}: {run:?}");
        assert!(run.stdout.contains("3 exchanges"), "{version}: {run:?}");
        assert!(hopspec(&["show", "--count", kept]).stdout.contains("requests 3 responses 3 anomalies 0"), "{version}");
        // Nobody vouches for its certificate.
        let run = probe(&spec, &[&[url.as_str(), "--resolve", &resolve], arguments].concat());
        assert_eq!(run.code, 4, "{version}: {run:?}");
        assert!(run.stderr.contains("--insecure"), "{}", run.stderr);
        let heard = target.interrupt();
        assert_eq!(heard.code, 0, "{version}: {heard:?}");
        assert!(heard.stdout.contains("3 exchanges"), "the other end heard the same: {heard:?}");
    }
}

#[test]
fn a_long_body_waits_for_the_windows_of_http_2() {
    let target = Target::new(&spec("HTTP/2", ""), &[]);
    let folder = tempfile::tempdir().unwrap();
    let body = folder.path().join("body");
    std::fs::write(&body, vec![b'x'; 300_000]).unwrap();
    let with = "    request: { method: POST, body: { length: 300000 } }\n";
    let spec = spec("HTTP/2", "").replace("    request: { version: HTTP/2 }\n", with);
    let (url, data) = (format!("http://127.0.0.1:{}/", target.port), format!("@{}", body.display()));
    let run = probe(&spec, &[&url, "--http2-prior-knowledge", "-d", &data, "-n", "2", "-H", "X-Up: 1"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("2 exchanges"), "{run:?}");
}

#[test]
fn a_port_without_tls_is_told_as_such() {
    let target = Target::new(&spec("HTTP/1.1", ""), &[]);
    let run = probe(&spec("HTTP/1.1", ""), &["-k", &format!("https://127.0.0.1:{}/", target.port)]);
    assert_eq!(run.code, 4, "{run:?}");
    assert!(run.stderr.contains("may speak no TLS: try http://"), "{}", run.stderr);
}
