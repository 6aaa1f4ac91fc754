//! The conversations of `libhtp`: malformed and evasive HTTP/1, each with a plausible count.

use std::path::PathBuf;

use super::listener::{Step, hear};

/// The shared folder of captures and conversations, where it is there.
fn shared() -> Option<PathBuf> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let shared = std::env::var_os("HOPSPEC_SHARED").map_or(beside, PathBuf::from);
    shared.join("libhtp").is_dir().then_some(shared)
}

/// `>>>` and `<<<` lines stand before what client and server say; the line end before a marker is not theirs.
fn conversation(text: &[u8]) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for line in text.split_inclusive(|&b| b == b'\n') {
        match line.trim_ascii_end() {
            b">>>" => steps.push(Step::Client(Vec::new())),
            b"<<<" => steps.push(Step::Server(Vec::new())),
            _ => {
                if let Some(Step::Client(data) | Step::Server(data)) = steps.last_mut() {
                    data.extend_from_slice(line);
                }
            }
        }
    }
    let last = steps.len().saturating_sub(1);
    for (i, step) in steps.iter_mut().enumerate() {
        if let (Step::Client(data) | Step::Server(data), true) = (step, i < last) {
            let end = data.strip_suffix(b"\r\n").or(data.strip_suffix(b"\n")).map_or(data.len(), <[u8]>::len);
            data.truncate(end);
        }
    }
    steps.extend([Step::ClientEnds, Step::ServerEnds]);
    steps
}

/// Where the catalogue's count, made by a simple search, is not what a reader must find, and why.
const ELSE: &[(&str, (usize, usize), &str)] = &[
    ("10-host-in-headers.t", (4, 2), "its second response lacks its body, so the next ones are that body"),
    ("23-http09-multiple.t", (1, 0), "HTTP/0.9"),
    ("25-small-chunks.t", (1, 1), "the start lines come in pieces"),
    ("26-request-headers-raw.t", (1, 1), "the start lines come in pieces"),
    ("43-invalid-protocol.t", (1, 0), "JUNK/1.0 is a malformed version"),
    ("67-long-request-line.t", (1, 1), "the start line comes in pieces"),
    ("86-partial-request-timeout.t", (1, 1), "a request cut behind its method"),
    ("89-get-whitespace.t", (1, 1), "white space before the method"),
    ("92-http_0_9-method_only.t", (1, 0), "HTTP/0.9"),
    ("97-requests-cut.t", (2, 0), "the second start line comes in pieces"),
    ("98-responses-cut.t", (2, 2), "the second start line comes in pieces"),
];

#[test]
fn libhtp_conversations_give_plausible_counts() {
    let Some(shared) = shared() else {
        eprintln!("skipped: no libhtp conversations (set HOPSPEC_SHARED)");
        return;
    };
    let catalogue = std::fs::read_to_string(shared.join("libhtp/catalogue.tsv")).unwrap();
    let mut files = 0;
    for row in catalogue.lines().skip(1) {
        let columns: Vec<_> = row.split('\t').collect();
        let Ok(text) = std::fs::read(shared.join("libhtp").join(columns[0])) else { continue };
        files += 1;
        let heard = hear(&conversation(&text));
        let responses = heard.lines().iter().filter(|line| line.starts_with("HTTP/")).count();
        let requests = heard.messages.len() - responses;
        let expected = match ELSE.iter().find(|(name, ..)| *name == columns[0]) {
            Some((_, expected, _)) => *expected,
            None => (columns[4].parse().unwrap(), columns[5].parse().unwrap()),
        };
        assert_eq!((requests, responses), expected, "{}: {:?}", columns[0], heard.lines());
    }
    assert!(files >= 60, "{files} conversations");
}
