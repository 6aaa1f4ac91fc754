//! Recordings of real runs, and what people make of them.

use std::fmt::Write as _;
use std::path::Path;

use proptest::prelude::*;

use super::super::piece::{Item, Piece, Speaker};
use super::super::split::split;
use crate::http::Fidelity;
use crate::source::shown::Shown;

fn items(text: &[u8]) -> (Vec<Item>, u64) {
    let mut found = split(text);
    let items = found.by_ref().collect();
    (items, found.ignored().count)
}

/// Each message in a few lines.
fn told(text: &[u8]) -> String {
    let (items, ignored) = items(text);
    let mut told = String::new();
    for item in items {
        let Item::Message(Piece { line, head, body, lost, speaker, fidelity }) = item else {
            told.push_str("over\n");
            continue;
        };
        let head = String::from_utf8_lossy(&head).replace("\r\n", " | ");
        let by = match speaker {
            Speaker::Person(_) => " text",
            Speaker::Curl(None) => "",
            Speaker::Curl(Some(_)) => " numbered",
        };
        let frames = if fidelity == Fidelity::CURL_FRAMES { " frames" } else { "" };
        let body = match body {
            Shown::Whole(body) if body.is_empty() => "no body".to_owned(),
            Shown::Whole(body) => format!("whole {}", bytes(&body)),
            Shown::Part(body) => format!("part {}", bytes(&body)),
            Shown::Nothing => "unknown".to_owned(),
        };
        let body = body + &lost.map(|lost| format!(" ({lost})")).unwrap_or_default();
        let _ = writeln!(told, "{line}{by}{frames}: {head}\n    {body}");
    }
    if ignored > 0 {
        let _ = writeln!(told, "{ignored} lines besides");
    }
    told
}

fn bytes(body: &[u8]) -> String {
    let text = format!("{:?}", String::from_utf8_lossy(body));
    let shown: String = text.chars().take(90).collect();
    format!("{}: {shown}", body.len())
}

fn fixtures() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/text/curl");
    let mut paths: Vec<_> = std::fs::read_dir(folder).expect("fixtures").map(|e| e.expect("an entry").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|e| e == "txt"));
    paths.sort();
    paths
        .into_iter()
        .map(|p| (p.file_stem().expect("a name").to_string_lossy().into_owned(), std::fs::read(&p).expect("it")))
        .collect()
}

#[test]
fn recordings() {
    let all: String = fixtures().iter().map(|(name, text)| format!("== {name}\n{}\n", told(text))).collect();
    insta::assert_snapshot!(all);
}

/// With line ends of Windows, with those of Unix, and within other things, curl says the same.
#[test]
fn recordings_as_people_keep_them() {
    let numberless = |told: String| -> Vec<String> {
        let lines = told.lines().filter(|line| !line.ends_with("besides") && *line != "over").map(|line| {
            line.split_once(": ")
                .filter(|(n, _)| n.starts_with(|c: char| c.is_ascii_digit()))
                .map_or(line, |(_, rest)| rest)
                .to_owned()
        });
        lines.collect()
    };
    let heads = |told: &[String]| told.iter().filter(|line| !line.starts_with("    ")).cloned().collect::<Vec<_>>();
    for (name, text) in fixtures() {
        // The lone carriage returns of the progress stay: a text without them is one that nobody has.
        let plain = String::from_utf8(text.clone()).expect("UTF-8").replace("\r\r\n", "\n").replace("\r\n", "\n");
        let windows = plain.replace('\n', "\r\n");
        let whole = numberless(told(&text));
        assert_eq!(heads(&numberless(told(windows.as_bytes()))), heads(&whole), "{name} with CRLF");
        assert_eq!(heads(&numberless(told(plain.as_bytes()))), heads(&whole), "{name} with LF");
        let doubled = plain.replace('\n', "\r\r\n");
        assert_eq!(heads(&numberless(told(doubled.as_bytes()))), heads(&whole), "{name} with CRCRLF");
        if name.contains("terminal") {
            continue;
        }
        let fenced = format!("# A note\n\nWe asked:\n\n```\n$ curl -v http://a/\n{plain}\n```\n\n- Host: is not the header\n");
        if name != "echo" && name != "continue" && name != "libcurl-8.23-own-format" {
            assert_eq!(heads(&numberless(told(fenced.as_bytes()))), heads(&whole), "{name} in a note");
        }
        let indented: String = plain.lines().map(|line| format!("    {line}\n")).collect();
        let fenced = format!("Seen:\n\n{indented}\nThat is all.\n");
        if !["echo", "continue", "libcurl-8.23-own-format", "flushed-within"].contains(&name.as_str()) {
            assert_eq!(heads(&numberless(told(fenced.as_bytes()))), heads(&whole), "{name} indented");
        }
    }
}

const EXCHANGE: &str = "> POST /a HTTP/1.1\n> Host: a\n> Content-Length: 3\n> \n< HTTP/1.1 200 OK\n< Server: b\n< \n";
const POST: &str = "POST /a HTTP/1.1 | Host: a | Content-Length: 3 |  | \n    unknown\n";
const OK: &str = "HTTP/1.1 200 OK | Server: b |  | \n    ";

#[track_caller]
fn tells(text: &str, expected: &str) {
    assert_eq!(told(text.as_bytes()), expected, "{text}");
}

#[test]
fn where_a_body_stands() {
    for (behind, expected) in [
        ("", "unknown"),
        ("* Connection #0 to host a left intact\n", "unknown"),
        ("hello\n* Connection #0 to host a left intact\n", "whole 6: \"hello\\n\""),
        ("hello* Connection #0 to host a left intact\n", "whole 5: \"hello\""),
        (
            "a\n* a list\n> a quote\n< less\n<p>\n* Closing connection 0\n",
            "whole 32: \"a\\n* a list\\n> a quote\\n< less\\n<p>\\n\"",
        ),
        (
            "{\"a\":1}\n* transfer closed with 2 bytes remaining to read\n",
            "part 8: \"{\\\"a\\\":1}\\n\" (the transfer failed before its end)",
        ),
        ("{ [5 bytes data]\n* Connection #0 to host a left intact\nhello\n\nworld\n", "whole 13: \"hello\\n\\nworld\\n\""),
        ("curl: (56) Recv failure: Connection reset by peer\n", "unknown"),
        ("Warning: Binary output can mess up your terminal. Use \"--output -\" to tell \n", "unknown"),
        ("* Ignoring the response-body\n{ [5 bytes data]\n", "unknown"),
    ] {
        tells(&format!("{EXCHANGE}{behind}"), &format!("1: {POST}5: {OK}{expected}\n"));
    }
}

#[test]
fn where_a_body_ends_in_a_note() {
    let end = "* Connection #0 to host a left intact\n";
    for (behind, expected) in [
        (format!("hello\n{end}\nProse.\n"), "whole 6: \"hello\\n\"\n2 lines besides"),
        (format!("{end}hello\n$ curl -v http://a/\n"), "whole 5: \"hello\"\n2 lines besides"),
        (
            format!("{end}hello\nProse right behind it, or more of the body\n"),
            "part 5: \"hello\" (behind a blank line more of it may stand)\n2 lines besides",
        ),
        (
            format!("{{ [9 bytes data]\n{end}hello\nworld\n\nProse.\n"),
            "part 11: \"hello\\nworld\" (behind a blank line more of it may stand)\n2 lines besides",
        ),
        (format!("{{ [9 bytes data]\n{end}{{\"a\":\n\n1}}\nProse.\n"), "whole 9: \"{\\\"a\\\":\\n\\n1}\"\n2 lines besides"),
        (format!("{end}\nProse.\n"), "unknown\n2 lines besides"),
        ("{\"a\": 1}\n\nProse without the end of the transfer.\n".to_owned(), "whole 8: \"{\\\"a\\\": 1}\"\n2 lines besides"),
        ("hello\n```\n* a list\n".to_owned(), "part 5: \"hello\" (curl does not say that the transfer is over)\n3 lines besides"),
    ] {
        tells(&format!("A note:\n{EXCHANGE}{behind}"), &format!("2: {POST}6: {OK}{expected}\n"));
    }
}

#[test]
fn messages_of_persons_stand_beside() {
    let raw = "GET /b HTTP/1.1\nHost: b\n\nHTTP/1.1 200 OK\nContent-Length: 2\n\nhi\n";
    let shown = |line: u32| {
        format!(
            "{line} text: GET /b HTTP/1.1 | Host: b |  | \n    no body\n{} text: HTTP/1.1 200 OK | Content-Length: 2 |  | \n    whole 2: \"hi\"\n",
            line + 3
        )
    };
    tells(
        &format!("{raw}\n{EXCHANGE}hello\n* Closing connection 0\n\n{raw}"),
        &format!("{}9: {POST}13: {OK}whole 6: \"hello\\n\"\n{}", shown(1), shown(19)),
    );
    // A body that no note ends ends at the next start line; that it is read again takes nothing away.
    tells(
        &format!("Note\n{EXCHANGE}hello\n{raw}"),
        &format!(
            "2: {POST}6: {OK}part 5: \"hello\" (curl does not say that the transfer is over)\n{}1 lines besides\n",
            shown(10)
        ),
    );
    // A prompt or a fence ends everything.
    tells(
        &format!("Note\n{EXCHANGE}```\n{raw}"),
        &format!("2: {POST}6: {OK}unknown\nover\n{}2 lines besides\n", shown(10)).replace("over\n", ""),
    );
}

#[test]
fn what_frames_do_not_carry_is_no_field() {
    for version in ["HTTP/2", "HTTP/3"] {
        let text = format!(
            "* using {version}\n* [{version}] [1] [:method: PUT]\n> PUT / {version}\n> Host: a\n> Connection: close\n> X-Foo: Bar\n> \n\
             < {version} 200 \n< x-a: 1\n< \n{{ [9 bytes data]\n* Connection #0 to host a left intact\n"
        );
        tells(
            &text,
            &format!(
                "3 frames: PUT / {version} | Host: a | X-Foo: Bar |  | \n    unknown\n8: {version} 200 | x-a: 1 |  | \n    unknown\n"
            ),
        );
    }
}

#[test]
fn transfers_at_once() {
    let get = |path: &str| format!("> GET /{path} HTTP/1.1\n> Host: a\n> \n");
    let ok = "< HTTP/1.1 200 OK\n< Content-Length: 6\n< \n";
    // Whose body is it?
    let text = format!("{}{}{ok}hello\n{ok}world\n", get("1"), get("2"));
    assert_eq!(told(text.as_bytes()).matches("unknown").count(), 2, "{}", told(text.as_bytes()));
    // With a failure between they follow each other.
    let text = format!("{}curl: (52) Empty reply from server\n{}{ok}hello\n", get("1"), get("2"));
    let told = told(text.as_bytes());
    assert!(told.contains("over\n") && told.contains("whole 6"), "{told}");
    let text = "[0-0] > GET / HTTP/1.1\n[0-0] > \n[1-1] > GET /b HTTP/1.1\n[1-1] > \n[1-1] < HTTP/1.1 204 No Content\n[1-1] < \n";
    let numbers: Vec<_> =
        items(text.as_bytes()).0.iter().filter_map(|i| if let Item::Message(p) = i { Some(p.speaker) } else { None }).collect();
    assert_eq!(numbers, [Some(0), Some(1), Some(1)].map(Speaker::Curl));
}

/// A response to a GET with these fields.
fn answered(fields: &str) -> String {
    format!("*   Trying 192.0.2.1:80...\n> GET / HTTP/1.1\n> Host: a\n> \n< HTTP/1.1 200 OK\n{fields}< \n")
}

const LEFT: &str = "* Connection #0 to host a left intact\n";

/// The body of the only response.
#[track_caller]
fn body_of(text: &str) -> (Shown, bool) {
    let (items, _) = items(text.as_bytes());
    let mut bodies = items.into_iter().filter_map(|item| match item {
        Item::Message(Piece { head, body, lost, .. }) if head.starts_with(b"HTTP/") => Some((body, lost.is_some())),
        _ => None,
    });
    let body = bodies.next().unwrap_or_else(|| panic!("no response: {text}"));
    assert_eq!(bodies.next(), None, "{text}");
    body
}

/// What is taken for curl's own may be of the body: its length says so, and where it has none nobody can say.
#[test]
fn lines_of_a_body_that_look_like_those_of_curl() {
    let rule = format!("{}\n", "#".repeat(24));
    let whole = |body: &str| (Shown::Whole(body.into()), false);
    for (before, like, behind) in [
        ("# Changes\n", "* Added support for X\n* Replaced the parser\n", "end\n"),
        ("", "* first\n", "second\n* third\n"),
        ("#!/bin/sh\n", rule.as_str(), "echo hi\n"),
        ("ok\n", "* [BUG] mended\n", "end\n"),
        ("", "Warning: disk full\n", "ok\n"),
        ("a\n", "curl: (56) as a program says\n", "b\n"),
        ("a\n", "  % Total    % Received % Xferd\n", "b\n"),
    ] {
        let body = [before, like, behind].concat();
        let length = format!("< Content-Length: {}\n", body.len());
        let beginning = if before.is_empty() { Shown::Nothing } else { Shown::Part(before.into()) };
        for fields in [length.as_str(), "< Transfer-Encoding: chunked\n"] {
            // At a terminal, and held back to the end.
            for text in
                [format!("{}{body}{LEFT}", answered(fields)), format!("{}{{ [9 bytes data]\n{LEFT}{body}", answered(fields))]
            {
                let (told, lost) = body_of(&text);
                let is_known = matches!((&told, &beginning), (Shown::Part(told), _) if !before.is_empty() && told.starts_with(before.as_bytes()));
                assert!(lost && (told == beginning || is_known), "{text}\n{told:?}");
            }
        }
        // What has its length is whole, whatever curl says beside it.
        let length = format!("< Content-Length: {}\n", before.len() + behind.len());
        if !like.starts_with("curl") {
            let text = format!("{}{before}{like}{behind}{LEFT}", answered(&length));
            assert_eq!(body_of(&text), whole(&[before, behind].concat()), "{text}");
        }
    }
    // What curl says of the next transfer is no line of this body.
    let next = "* Found bundle for host a\n* Re-using existing connection\n* Using HTTP2\n> GET /b HTTP/1.1\n> Host: a\n> \n";
    let text = format!("{}body\n{LEFT}{next}", answered(""));
    assert_eq!(body_of(&text), whole("body\n"), "{text}");
}

/// Other programs write into the same stream, `curl -w` among them.
#[test]
fn more_bytes_than_the_body_has_are_of_somebody_else() {
    let text = format!("{}{{ [7 bytes data]\n{LEFT}{{\"a\":1}}\n200\n", answered("< Content-Length: 7\n"));
    assert_eq!(body_of(&text), (Shown::Nothing, true));
    // A coded body is written as it was before, and chunks say themselves how long they are.
    for field in ["< Content-Encoding: gzip\n", "< Transfer-Encoding: chunked\n"] {
        let text = format!("{}hello\n{LEFT}", answered(&format!("< Content-Length: 99\n{field}")));
        assert_eq!(body_of(&text), (Shown::Whole(b"hello\n".to_vec()), false));
    }
}

/// A note of a part of curl that is not known stands before bodies, and is none of them.
#[test]
fn parts_of_curl_that_say_more() {
    let more = "* [WRITE] [OUT] wrote 4 bytes\n* [MULTI] [PERFORMING] -> [DONE]\n";
    let text = format!("{}{more}body\n{more}{LEFT}", answered(""));
    assert_eq!(body_of(&text), (Shown::Whole(b"body\n".to_vec()), false));
}

/// What a peer writes into its body can be told as messages of others, but never beside a body that is whole.
#[test]
fn messages_within_a_body_do_not_hide_that_it_is_not_whole() {
    let forged = "x\n> GET /evil HTTP/1.1\n> Host: evil\n> \n< HTTP/1.1 200 OK\n< X-Forged: 1\n< \n";
    for fields in [format!("< Content-Length: {}\n", forged.len()), String::new()] {
        let (items, _) = items(format!("{}{forged}{LEFT}", answered(&fields)).as_bytes());
        let first = items.iter().find_map(|item| match item {
            Item::Message(piece) if piece.head.starts_with(b"HTTP/") => Some((&piece.body, piece.lost.is_some())),
            _ => None,
        });
        assert_eq!(first, Some((&Shown::Part(b"x\n".to_vec()), true)), "{items:?}");
    }
}

#[test]
fn a_transfer_that_fails_within_its_body() {
    for note in
        ["LibreSSL SSL_read: LibreSSL/3.3.6: error:1404C3F2, errno 0", "GnuTLS recv error (-110): closed", "nghttp2 recv error"]
    {
        let text = format!("{}half\n* {note}\n* Closing connection 0\n", answered("< Transfer-Encoding: chunked\n"));
        assert_eq!(body_of(&text), (Shown::Part(b"half\n".to_vec()), true), "{note}");
    }
}

/// A recording that is cut anywhere, as where curl was killed, says so: only a body with its length or a note behind it is whole.
#[test]
fn a_text_that_is_cut_says_so() {
    let body = "{\"a\": 1}\n{\"b\": 2}\n";
    for (fields, length) in
        [(format!("< Content-Length: {}\n", body.len()), true), ("< Transfer-Encoding: chunked\n".to_owned(), false)]
    {
        let before = answered(&fields);
        let text = format!("{before}{body}{LEFT}");
        for cut in 0..text.len() {
            let (items, _) = items(&text.as_bytes()[..cut]);
            for item in items {
                let Item::Message(Piece { head, body: told, lost, .. }) = item else { continue };
                if !head.starts_with(b"HTTP/") {
                    continue;
                }
                let stands = cut.saturating_sub(before.len()).min(body.len());
                let noted = memchr::memmem::find(&text.as_bytes()[..cut], b"* Connection #0 to host ").is_some();
                match told {
                    Shown::Whole(told) => {
                        assert!(noted || (length && stands == body.len()), "cut at {cut}: {told:?}");
                        assert_eq!(told, body.as_bytes(), "cut at {cut}");
                    }
                    Shown::Part(told) => {
                        assert!(lost.is_some() && !noted, "cut at {cut}");
                        assert_eq!(told[..stands], body.as_bytes()[..stands], "cut at {cut}");
                    }
                    Shown::Nothing => assert!(stands == 0 || lost.is_some(), "cut at {cut}"),
                }
            }
        }
    }
}

/// A head whose empty line did not come is told, as one that is cut.
#[test]
fn a_head_that_a_note_ends() {
    for end in
        [LEFT, "* Closing connection 0\n", "* Header without colon\n* Closing connection 0\n", "* Recv failure: reset\n", ""]
    {
        let text = format!("*   Trying a...\n> GET / HTTP/1.1\n> Host: a\n> \n< HTTP/1.1 503 Busy\n< X: 1\n{end}");
        let (items, _) = items(text.as_bytes());
        let heads: Vec<_> =
            items.iter().filter_map(|item| if let Item::Message(piece) = item { Some(&piece.head[..]) } else { None }).collect();
        assert_eq!(heads, [&b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"[..], b"HTTP/1.1 503 Busy\r\nX: 1\r\n"], "{end}");
    }
}

/// Time is linear in what a peer can write: lines of a head, marks in a line, a long line in a head.
#[test]
fn no_line_is_looked_at_again_for_each_other() {
    let head = "*   Trying a...\n> GET / HTTP/1.1\n> \n< HTTP/1.1 200 OK\n";
    let long = format!("< A: {}\n", "b".repeat(100_000));
    for text in [
        format!("{head}{}{}", "< A: b\n".repeat(40_000), "} [5 bytes data]\n".repeat(40_000)),
        format!("{head}<\n{}{}\n", "> ".repeat(80_000), " ".repeat(80_000)),
        format!("GET / HTTP/1.1\n\nx{}{}\n", "> ".repeat(80_000), " ".repeat(80_000)),
        format!("{head}{long}{}", " \n".repeat(100_000)),
    ] {
        let begun = std::time::Instant::now();
        let (items, _) = items(text.as_bytes());
        assert!(!items.is_empty());
        assert!(begun.elapsed().as_secs() < 20, "{:?} for {} bytes", begun.elapsed(), text.len());
    }
}

#[test]
fn heads_that_are_cut() {
    // curl writes an empty line behind each head: without it fields may be missing.
    for (text, whole) in [
        ("> GET / HTTP/1.1\n> Host: a\n", false),
        ("> GET / HTTP/1.1\n> Host: a\n>\n", true),
        ("> GET / HTTP/1.1\nHost: a\n\n", true),
    ] {
        let (items, _) = items(text.as_bytes());
        let [Item::Message(piece)] = &items[..] else { panic!("{items:?}") };
        assert_eq!(piece.head.ends_with(b"\r\n\r\n"), whole, "{text}");
    }
}

proptest! {
    /// A body of lines that curl may say, too, at once or held back: whatever is told as all of it is all of it, and as its
    /// beginning is.
    #[test]
    fn no_byte_of_a_body_is_lost_in_silence(lines in proptest::collection::vec(0..14_usize, 0..12), held: bool, length: bool) {
        const KINDS: [&str; 14] = [
            "* Added a line\n", "* [NEW] thing\n", "* an entry\n", "########################\n", "> GET / HTTP/1.1\n", "> Host: a\n",
            ">\n", "< HTTP/1.1 200 OK\n", "< A: b\n", "* Closing connection 0\n", "Warning: a\n", "text\n", "\n", "curl: (1) a\n",
        ];
        let body: String = lines.iter().map(|kind| KINDS[*kind]).collect();
        let fields = if length { format!("< Content-Length: {}\n", body.len()) } else { "< Transfer-Encoding: chunked\n".to_owned() };
        let text = if held {
            format!("{}{{ [9 bytes data]\n{LEFT}{body}", answered(&fields))
        } else {
            format!("{}{body}{LEFT}", answered(&fields))
        };
        let (items, _) = items(text.as_bytes());
        let first = items.into_iter().find_map(|item| match item {
            Item::Message(piece) if piece.head.starts_with(b"HTTP/") => Some(piece),
            _ => None,
        });
        let Piece { body: told, lost, .. } = first.expect("the response");
        // Without a length nothing tells the end of a transfer, or the next one, from a body that holds the same.
        let forged = !length && lines.iter().any(|kind| matches!(kind, 4 | 7 | 9));
        match told {
            Shown::Whole(told) => prop_assert!(told == body.as_bytes() || forged, "{}", text),
            Shown::Part(told) => {
                prop_assert!(lost.is_some(), "{}", text);
                prop_assert!(body.as_bytes().starts_with(&told) || lines.contains(&9) || lines.contains(&13), "{}", text);
            }
            // It is unknown.
            Shown::Nothing => {}
        }
    }

    /// Lines of every kind in any order: no panic, and it ends. Whatever is told twice was read twice.
    #[test]
    fn any_order_of_lines(lines in proptest::collection::vec(0..22_usize, 0..60)) {
        const KINDS: [&str; 22] = [
            "> GET /1 HTTP/1.1\n", "> HEAD / HTTP/2\r\n", "> Host: a\n", ">\n", "< HTTP/1.1 200 OK\n", "< HTTP/1.1 100 Continue\n",
            "< Content-Length: 3\n", "<\n", "* Connection #0 to host a left intact\n", "* unknown\n", "{ [3 bytes data]\n", "curl: (56) x\n",
            "GET /raw HTTP/1.1\n", "HTTP/1.1 404 Not Found\n", "Host: b\n", "\n", "hello", "{\"a\":\n", "}\n", "```\n", "$ curl -v a\n",
            "\r  0     0    0     0    0     0      0      0 --:--:-- --:--:-- --:--:--     0",
        ];
        let text: String = lines.iter().map(|kind| KINDS[*kind]).collect();
        let (items, _) = items(text.as_bytes());
        let mut last = 0;
        let mut count = 0;
        for item in items {
            if let Item::Message(piece) = item {
                prop_assert!(piece.line > last, "{}: in order, and each once", text);
                last = piece.line;
                count += 1;
            }
        }
        let starts = text.matches("HTTP/").count();
        prop_assert!(count <= starts);
    }
}
