//! Recordings of curl, and what becomes of them.

use std::path::Path;

use proptest::prelude::*;

use super::{is_trace, read};
use crate::http::{BodyWant, CaptureId, Limits};
use crate::source::Summary;
use crate::source::tests::Notebook;

fn told(text: &[u8]) -> (Summary, Vec<String>) {
    let mut sink = Notebook { want: BodyWant { keep: 400, sha256: false }, ..Notebook::default() };
    let summary = read(text, Limits::default(), CaptureId(0), &mut sink);
    (summary, sink.lines)
}

fn recordings(ending: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/text/trace");
    let mut paths: Vec<_> = std::fs::read_dir(folder).expect("fixtures").map(|entry| entry.expect("an entry").path()).collect();
    paths.retain(|path| path.to_string_lossy().ends_with(ending));
    paths.sort();
    let name = |path: &Path| path.file_name().expect("a name").to_string_lossy().replace(ending, "");
    paths.into_iter().map(|path| (name(&path), std::fs::read(&path).expect("it"))).collect()
}

fn all(ending: &str) -> String {
    let mut all = String::new();
    for (name, text) in recordings(ending) {
        assert!(is_trace(&text), "{name}");
        let (summary, lines) = told(&text);
        all.push_str(&format!("== {name}\n{}\n", lines.join("\n")));
        for (kind, noted) in summary.anomalies.iter() {
            all.push_str(&format!("{kind} ×{}: {}\n", noted.count, noted.detail));
        }
    }
    all
}

#[test]
fn recordings_of_digits() {
    insta::assert_snapshot!(all(".trace.txt"));
}

#[test]
fn recordings_of_text() {
    insta::assert_snapshot!(all(".trace-ascii.txt"));
}

/// With line ends of Windows, and with white space lost at the end of lines, curl says the same.
#[test]
fn recordings_as_people_keep_them() {
    for (name, text) in recordings(".txt") {
        let (_, expected) = told(&text);
        let text = String::from_utf8_lossy(&text).into_owned();
        assert_eq!(told(text.replace('\n', "\r\n").as_bytes()).1, expected, "{name}");
        let trimmed: String = text.lines().map(|line| format!("{}\n", line.trim_end())).collect();
        let heads = |lines: &[String]| lines.iter().filter(|line| line.starts_with("head")).cloned().collect::<Vec<_>>();
        assert_eq!(heads(&told(trimmed.as_bytes()).1), heads(&expected), "{name}");
    }
}

#[test]
fn transfers_with_numbers_are_told_apart() {
    let block = |stamp: &str, label: &str, bytes: &str| {
        let rows: String = bytes
            .split_inclusive("\r\n")
            .scan(0, |at, row| {
                let line = format!("{at:04x}: {}\n", row.trim_end_matches("\r\n"));
                *at += row.len();
                Some(line)
            })
            .collect();
        format!("{stamp}{label}, {} bytes (0x{:x})\n{rows}", bytes.len(), bytes.len())
    };
    let request = |number: usize| {
        block(&format!("12:00:00.000001 [{number}-0] "), "=> Send header", &format!("GET /{number} HTTP/1.1\r\nHost: a\r\n\r\n"))
    };
    let response = |number: usize| {
        let stamp = format!("[{number}-0] ");
        block(&stamp, "<= Recv header", &format!("HTTP/1.1 20{number} OK\r\n"))
            + &block(&stamp, "<= Recv header", "Content-Length: 2\r\n")
            + &block(&stamp, "<= Recv header", "\r\n")
    };
    let data = |number: usize| block(&format!("[{number}-0] "), "<= Recv data", &format!("b{number}"));
    let text = [request(0), request(1), response(1), response(0), data(0), data(1)].concat();
    let (summary, lines) = told(text.as_bytes());
    assert!(summary.anomalies.is_empty(), "{:?}", summary.anomalies);
    let exchanges: Vec<_> = lines.iter().filter(|line| line.starts_with("exchange")).collect();
    assert_eq!(exchanges, ["exchange GET /1 HTTP/1.1 / HTTP/1.1 201 OK", "exchange GET /0 HTTP/1.1 / HTTP/1.1 200 OK"]);
    assert!(lines.contains(&"body 2: 2 complete Some(true) \"b1\"".to_owned()), "{lines:#?}");
    // Without them nobody knows which is which.
    let numberless = text.replace("[0-0] ", "").replace("[1-0] ", "");
    let (summary, lines) = told(numberless.as_bytes());
    assert_eq!(summary.anomalies.count(crate::anomaly::AnomalyKind::ResponseWithoutRequest), 2, "{lines:#?}");
    assert!(!lines.iter().any(|line| line.contains("Some(true) \"b")), "{lines:#?}");
}

/// A block of the trace, of text.
fn block(label: &str, text: &str) -> String {
    let rows: String = text
        .split_inclusive("\r\n")
        .scan(0, |at, row| {
            let line = format!("{at:04x}: {}\n", row.trim_end_matches("\r\n"));
            *at += row.len();
            Some(line)
        })
        .collect();
    format!("{label}, {} bytes (0x{:x})\n{rows}", text.len(), text.len())
}

#[test]
fn blocks_of_no_message_are_counted() {
    for label in ["<= Recv data", "<= Recv header", "=> Send data"] {
        let (summary, lines) = told(format!("== Info: x\n{}", block(label, "hello\r\n")).as_bytes());
        assert_eq!((summary.anomalies.count(crate::anomaly::AnomalyKind::TextIgnored), lines.len()), (1, 0), "{label}");
    }
}

/// A request that nothing answers is settled by the end of its transfer, whatever curl says of why.
#[test]
fn the_end_of_a_transfer_settles_it() {
    let request = |path: &str| block("=> Send header", &format!("GET /{path} HTTP/1.1\r\nHost: a\r\n\r\n"));
    let response = block("<= Recv header", "HTTP/1.1 200 OK\r\n") + &block("<= Recv header", "\r\n");
    let end = "== Info: Closing connection 0\n";
    for why in ["== Info: LibreSSL SSL_read: foo, errno 54\n", "== Info: something new\n", ""] {
        let (summary, lines) = told(format!("{}{why}{end}{}{response}{end}", request("a"), request("b")).as_bytes());
        assert_eq!(summary.anomalies.total(), 0, "{:?}", summary.anomalies);
        assert!(lines.contains(&"exchange GET /b HTTP/1.1 / HTTP/1.1 200 OK".to_owned()), "{lines:#?}");
    }
}

#[test]
fn records_of_tls_are_no_messages() {
    let text = "== Info:   Trying 127.0.0.1:443...\n=> Send SSL data, 5 bytes (0x5)\n0000: 16 03 01 02 00                                  .....\n\
        => Send SSL data, 16 bytes (0x10)\n0000: 47 45 54 20 2f 61 20 48 54 54 50 2f 31 2e 31 0d GET /a HTTP/1.1.\n";
    let (summary, lines) = told(text.as_bytes());
    assert_eq!((summary.requests, lines.len(), summary.anomalies.total()), (0, 0, 0));
}

#[test]
fn a_trace_that_is_cut_says_so() {
    let text = &recordings(".trace.txt").into_iter().find(|(name, _)| name == "plain").expect("a recording").1;
    for cut in 0..text.len() {
        let (summary, lines) = told(&text[..cut]);
        let whole = lines.iter().filter(|line| line.contains("complete Some(true) \"hello")).count() as u64;
        assert!(summary.requests <= 1 && summary.responses <= 1 && whole <= 1);
        let told_of = summary.anomalies.total() + whole;
        assert!(summary.responses == 0 || told_of > 0, "cut at {cut}: {lines:#?}");
    }
}

proptest! {
    #[test]
    fn any_order_of_lines(lines in proptest::collection::vec(0..20_usize, 0..60)) {
        const KINDS: [&str; 20] = [
            "=> Send header, 18 bytes (0x12)\n", "0000: GET / HTTP/1.1\n", "0010: \n", "<= Recv header, 17 bytes (0x11)\n",
            "0000: HTTP/1.1 200 OK\n", "<= Recv header, 2 bytes (0x2)\n", "0000: \n", "<= Recv data, 3 bytes (0x3)\n", "0000: abc\n",
            "0000: 61 62 63                                        abc\n", "== Info: Connection #0 to host a left intact\n",
            "== Info: Empty reply from server\n", "=> Send data, 3 bytes (0x3)\n", "[1-0] => Send header, 18 bytes (0x12)\n",
            "<= Recv header, 28 bytes (0x1c)\n", "0000: Transfer-Encoding: chunked\n", "<= Recv header, 24 bytes (0x18)\n",
            "0000: HTTP/1.1 101 Switching\n", "text\n", "<= Recv data, 9999999 bytes (0x98967f)\n",
        ];
        let text: String = lines.iter().map(|kind| KINDS[*kind]).collect();
        let (summary, lines) = told(text.as_bytes());
        prop_assert_eq!(lines.iter().filter(|line| line.starts_with("head")).count() as u64, summary.requests + summary.responses);
        prop_assert_eq!(lines.iter().filter(|line| line.starts_with("body")).count() as u64, summary.requests + summary.responses);
    }
}
