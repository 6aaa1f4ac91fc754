//! Recordings of nghttp, and what becomes of them.

use std::path::Path;

use proptest::prelude::*;

use super::{is_nghttp, read};
use crate::http::{BodyWant, CaptureId, Limits};
use crate::source::Summary;
use crate::source::tests::Notebook;

fn told(text: &[u8]) -> (Summary, Vec<String>) {
    let mut sink = Notebook { want: BodyWant { keep: 400, sha256: false }, ..Notebook::default() };
    let summary = read(text, Limits::default(), CaptureId(0), &mut sink);
    (summary, sink.lines)
}

fn recording(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/fixtures/text/nghttp/{name}.txt")))
        .expect("a recording")
}

#[test]
fn recordings() {
    let mut all = String::new();
    for name in ["push", "two", "post"] {
        let text = recording(name);
        assert!(is_nghttp(&text), "{name}");
        let (summary, lines) = told(&text);
        all.push_str(&format!("== {name}\n{}\n", lines.join("\n")));
        for (kind, noted) in summary.anomalies.iter() {
            all.push_str(&format!("{kind} ×{}: {}\n", noted.count, noted.detail));
        }
        // In colours, and with line ends of Windows.
        let text = String::from_utf8(text).expect("UTF-8");
        let colours =
            text.replace("[  ", "\u{1b}[33m[  ").replace("] send", "]\u{1b}[0m send").replace("] recv", "]\u{1b}[0m recv");
        assert_eq!(told(colours.replace('\n', "\r\n").as_bytes()).1, lines, "{name}");
    }
    insta::assert_snapshot!(all);
}

#[test]
fn an_upgrade_and_two_connections() {
    let upgrade = "[  0.003] Connected\n[  0.003] HTTP Upgrade request\nGET /a HTTP/1.1\r\nhost: a\r\nupgrade: h2c\r\n\r\n\n[  0.004] HTTP Upgrade response\n\
        HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n\n[  0.004] HTTP Upgrade success\n\
        [  0.005] recv (stream_id=1) :status: 200\n[  0.005] recv (stream_id=1) x-empty:\n[  0.005] recv HEADERS frame <length=9, flags=0x05, stream_id=1>\n          ; END_STREAM | END_HEADERS\n";
    let (summary, lines) = told(upgrade.repeat(2).as_bytes());
    assert_eq!((summary.requests, summary.responses, summary.anomalies.total()), (2, 4, 0), "{lines:#?}");
    let exchanges: Vec<_> = lines.iter().filter(|line| line.starts_with("exchange")).collect();
    assert_eq!(exchanges, ["exchange GET /a HTTP/1.1 / HTTP/2 200"; 2]);
    assert!(lines.contains(&"body 2: 0 complete Some(true) \"\"".to_owned()), "{lines:#?}");
}

#[test]
fn fields_whose_frame_is_not_shown_are_a_head_that_is_cut() {
    let text = String::from_utf8(recording("push")).expect("UTF-8");
    let cut = text.find("recv HEADERS frame").expect("a frame");
    let (summary, _) = told(&text.as_bytes()[..cut]);
    assert_eq!((summary.requests, summary.responses), (2, 1));
    assert_eq!(summary.anomalies.count(crate::anomaly::AnomalyKind::HeadIncomplete), 1);
}

/// Streams and requests that wait are bounded; nothing of them is lost.
#[test]
fn what_waits_is_bounded() {
    let fields: String = (0..9000).map(|stream| format!("[1.1] recv (stream_id={stream}) :status: 200\n")).collect();
    let (summary, _) = told(fields.as_bytes());
    assert_eq!((summary.requests, summary.responses), (0, 9000));
    assert_eq!(summary.anomalies.count(crate::anomaly::AnomalyKind::HeadIncomplete), 9000);
    let requests = "[1.1] send HEADERS frame <flags=0x5, stream_id=1>\n          :method: GET\n".repeat(9000);
    let (summary, lines) = told(requests.as_bytes());
    assert_eq!(summary.requests, 9000);
    assert_eq!(summary.anomalies.count(crate::anomaly::AnomalyKind::PipelineLimit), 9000 - 4096);
    assert_eq!(lines.iter().filter(|line| line.starts_with("exchange") && line.ends_with("/ none")).count(), 9000);
}

proptest! {
    #[test]
    fn any_order_of_lines(lines in proptest::collection::vec(0..14_usize, 0..60)) {
        const KINDS: [&str; 14] = [
            "[  0.000] Connected\n", "[  0.001] send HEADERS frame <length=39, flags=0x25, stream_id=13>\n", "          :method: GET\n",
            "          :path: /\n", "          ; END_STREAM\n", "          (padlen=0, promised_stream_id=2)\n",
            "[  0.005] recv (stream_id=13) :status: 200\n", "[  0.005] recv (stream_id=13) a: b\n",
            "[  0.005] recv HEADERS frame <length=39, flags=0x04, stream_id=13>\n", "[  0.005] recv PUSH_PROMISE frame <length=25, flags=0x04, stream_id=13>\n",
            "text", "\n", "[id=3] [  0.005] recv (stream_id=13) :method: GET\n", "[  0.003] HTTP Upgrade request\n",
        ];
        let text: String = lines.iter().map(|kind| KINDS[*kind]).collect();
        let (summary, lines) = told(text.as_bytes());
        prop_assert_eq!(lines.iter().filter(|line| line.starts_with("head")).count() as u64, summary.requests + summary.responses);
    }
}
