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
        let Item::Message(Piece { line, head, body, speaker, fidelity }) = item else {
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
        ("{\"a\":1}\n* transfer closed with 2 bytes remaining to read\n", "part 8: \"{\\\"a\\\":1}\\n\""),
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
        (format!("{end}hello\nProse right behind it, or more of the body\n"), "part 5: \"hello\"\n2 lines besides"),
        (format!("{{ [9 bytes data]\n{end}hello\nworld\n\nProse.\n"), "part 11: \"hello\\nworld\"\n2 lines besides"),
        (format!("{{ [9 bytes data]\n{end}{{\"a\":\n\n1}}\nProse.\n"), "whole 9: \"{\\\"a\\\":\\n\\n1}\"\n2 lines besides"),
        (format!("{end}\nProse.\n"), "unknown\n2 lines besides"),
        ("{\"a\": 1}\n\nProse without the end of the transfer.\n".to_owned(), "whole 8: \"{\\\"a\\\": 1}\"\n2 lines besides"),
        ("hello\n```\n* a list\n".to_owned(), "whole 5: \"hello\"\n3 lines besides"),
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
        &format!("2: {POST}6: {OK}whole 5: \"hello\"\n{}1 lines besides\n", shown(10)),
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
