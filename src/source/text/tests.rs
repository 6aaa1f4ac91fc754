//! Texts as people write them: what is a message, what is its body, and what is passed over.

use proptest::prelude::*;

use super::split::{Ignored, Piece, split};

fn cut(text: &str) -> (Vec<(u32, String, String)>, Ignored) {
    let mut pieces = split(text.as_bytes());
    let shown = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).replace("\r\n", "|");
    let found = pieces.by_ref().map(|Piece { line, head, body }| (line, shown(head), shown(body))).collect();
    (found, pieces.ignored())
}

/// The text holds exactly these messages, and so many lines besides.
#[track_caller]
fn holds(text: &str, expected: &[(u32, &str, &str)], ignored: u64) {
    let (found, besides) = cut(text);
    let found: Vec<_> = found.iter().map(|(line, head, body)| (*line, head.as_str(), body.as_str())).collect();
    assert_eq!(found, expected, "{text}");
    assert_eq!(besides.count, ignored, "{besides:?}");
}

#[test]
fn line_ends_of_every_kind() {
    let head = "GET / HTTP/1.1|Host: a|Accept: */*||";
    for text in [
        "GET / HTTP/1.1\r\nHost: a\r\nAccept: */*\r\n\r\n",
        "GET / HTTP/1.1\nHost: a\nAccept: */*\n\n",
        "GET / HTTP/1.1\nHost: a\nAccept: */*\n",
        "GET / HTTP/1.1\nHost: a\nAccept: */*",
        "GET / HTTP/1.1\nHost: a\nAccept: */*\n<CR-LF>\n<CR-LF>\n",
        "GET / HTTP/1.1<CR-LF>\nHost: a<CR-LF>\nAccept: */*<CR-LF>\n<CR-LF>\n",
        "\u{feff}GET / HTTP/1.1\nHost: a\nAccept: */*\n\n",
    ] {
        holds(text, &[(1, head, "")], 0);
    }
}

#[test]
fn several_messages_and_their_bodies() {
    let text = "POST /a HTTP/1.1\nHost: a\nContent-Length: 99\n\nx=1\ny=2\n\n\
        HTTP/1.1 200 OK\nContent-Type: text/plain\n\nhello\n\nworld\n\n\n\
        GET /b HTTP/1.1\nHost: b\n\nHTTP/1.1 304 Not Modified\nETag: \"x\"\n\nHTTP/1.1 200 OK\n\nlast\n";
    holds(
        text,
        &[
            (1, "POST /a HTTP/1.1|Host: a|Content-Length: 99||", "x=1\ny=2"),
            (8, "HTTP/1.1 200 OK|Content-Type: text/plain||", "hello\n\nworld"),
            (16, "GET /b HTTP/1.1|Host: b||", ""),
            (19, "HTTP/1.1 304 Not Modified|ETag: \"x\"||", ""),
            (22, "HTTP/1.1 200 OK||", "last"),
        ],
        0,
    );
}

#[test]
fn one_line_end_behind_the_last_body_is_the_files_own() {
    for (end, body) in [("", "x"), ("\n", "x"), ("\n\n", "x\n"), ("\r\n", "x"), ("\r\n\r\n", "x|")] {
        holds(&format!("HTTP/1.1 200 OK\n\nx{end}"), &[(1, "HTTP/1.1 200 OK||", body)], 0);
    }
    holds("HTTP/1.1 200 OK\nContent-Length: 0\n\nprose\n", &[(1, "HTTP/1.1 200 OK|Content-Length: 0||", "")], 1);
}

#[test]
fn prose_bullets_prompts_and_fences_are_passed_over() {
    let text = "# Health check\n\nThe GET of HTTP/1.1 is plain.\n$ curl -v example.com\n\n```http\nGET / HTTP/1.1\nHost: a\n```\n\
        - Host is the *private* address\n\n~~~\nHTTP/1.1 200 OK\nContent-Type: text/plain\n\nok\n~~~\nmore prose: with a colon\n";
    let (_, ignored) = cut(text);
    assert_eq!(ignored.first, Some((1, "# Health check".to_owned())));
    holds(text, &[(7, "GET / HTTP/1.1|Host: a||", ""), (13, "HTTP/1.1 200 OK|Content-Type: text/plain||", "ok")], 9);
    holds("GET / HTTP/1.1\nAccept: */*\n  • Accept is what curl sends: always\n", &[(1, "GET / HTTP/1.1|Accept: */*||", "")], 1);
    holds("GET / HTTP/1.1\nAccept: */*\nProse right behind it.\n", &[(1, "GET / HTTP/1.1|Accept: */*||", "")], 1);
}

#[test]
fn heads_whose_lines_are_entries_of_a_list() {
    let text = "Seen:\n\n- GET / HTTP/1.1\n- Host: a\n- Accept: */*\n\n  • HTTP/1.1 200 OK\n  • Server: b\n  • and so on\n";
    holds(text, &[(3, "GET / HTTP/1.1|Host: a|Accept: */*||", ""), (7, "HTTP/1.1 200 OK|Server: b||", "")], 2);
    // A start line alone, or with another bullet behind it, is prose about messages.
    holds("- GET / HTTP/1.1\n- GET /b HTTP/1.1\n* Host: a\n- Host is: the private address\n", &[], 4);
}

#[test]
fn outputs_of_curl_between_their_commands() {
    holds(
        "$ curl -i http://a:80/\nHTTP/1.1 200 OK\nHost: a\n\nhello\n\n$ curl -i http://a:80/b\nHTTP/1.1 404 Not Found\n\n",
        &[(2, "HTTP/1.1 200 OK|Host: a||", "hello"), (8, "HTTP/1.1 404 Not Found||", "")],
        2,
    );
}

#[test]
fn indented_blocks() {
    for text in [
        "Text:\n\n    POST / HTTP/1.1\n    Host: a\n    Content-Length: 9\n\n    {\n      \"a\": 1\n    }\n\nProse.\n",
        "Text:\n\n\tPOST / HTTP/1.1\n\tHost: a\n\tContent-Length: 9\n\n\t{\n\t  \"a\": 1\n\t}\nProse.\n",
    ] {
        holds(text, &[(3, "POST / HTTP/1.1|Host: a|Content-Length: 9||", "{\n  \"a\": 1\n}")], 2);
    }
    for text in ["  GET / HTTP/1.1\nHost: a\nAccept: b\n", "GET / HTTP/1.1\n  Host: a\n  Accept: b\n"] {
        holds(text, &[(1, "GET / HTTP/1.1|Host: a|Accept: b||", "")], 0);
    }
}

#[test]
fn json_ends_with_its_brackets() {
    let note = "HTTP/1.1 200 OK\nContent-Length: 1934\n\n{\n  \"body\": \"{}\"\n}\n\nAnd so on: with prose.\n\nGET / HTTP/1.1\nHost: a\n";
    let head = "HTTP/1.1 200 OK|Content-Length: 1934||";
    holds(note, &[(1, head, "{\n  \"body\": \"{}\"\n}"), (10, "GET / HTTP/1.1|Host: a||", "")], 1);
    // What is not JSON to its end is a body as it stands.
    holds("HTTP/1.1 200 OK\n\n{ masked: … }\nx\n", &[(1, "HTTP/1.1 200 OK||", "{ masked: … }\nx")], 0);
    holds("HTTP/1.1 200 OK\n\n{}{}\nx\n", &[(1, "HTTP/1.1 200 OK||", "{}{}\nx")], 0);
}

#[test]
fn odd_lines_within_a_head_stay_in_it() {
    holds(
        "GET / HTTP/1.1\nHost: a\nno colon here\nX-Space : b\n folded\nX: <masked>\n\n",
        &[(1, "GET / HTTP/1.1|Host: a|no colon here|X-Space : b| folded|X: <masked>||", "")],
        0,
    );
}

#[test]
fn the_whole_note() {
    let Some(folder) = crate::wire::corpus::shared() else { return };
    let mut texts = std::fs::read_dir(folder.join("../note")).expect("the note").filter_map(Result::ok).map(|e| e.path());
    let path = texts.find(|path| path.extension().is_some_and(|e| e == "txt")).expect("a text");
    let (found, ignored) = cut(&std::fs::read_to_string(path).expect("UTF-8"));
    let starts: Vec<_> = found.iter().map(|(_, head, _)| head.split('|').next().unwrap_or_default()).collect();
    assert_eq!(starts, ["GET / HTTP/1.1", "GET / HTTP/1.1", "GET / HTTP/1.1", "HTTP/1.1 200 OK", "HTTP/1.1 200 OK"]);
    assert_eq!(found[0].1.split('|').count(), 7, "{}", found[0].1);
    for (_, head, body) in &found {
        assert!(head.starts_with("GET") == body.is_empty(), "{head}: {body}");
        assert!(body.is_empty() || serde_json::from_str::<serde_json::Value>(body).is_ok(), "{body}");
    }
    assert!(ignored.count > 20);
}

proptest! {
    /// Lines of every kind in any order: no panic, no loss: each line that is not blank is in a message or counted.
    #[test]
    fn nothing_is_lost(lines in proptest::collection::vec(0..16_usize, 0..40)) {
        const KINDS: [&str; 16] = [
            "GET /1 HTTP/1.1\n", "HTTP/1.1 200 OK\n", "Host: a\n", "Content-Type: x\n", "\n", "prose words\n", "  indented: 1\n",
            "<CR-LF>\n", "- bullet\n", "```\n", "{\n", "}\n", " folded\n", "\r\n", "  GET /2 HTTP/1.0\r\n", "[1]\n",
        ];
        let text: String = lines.iter().map(|kind| KINDS[*kind]).collect();
        let (found, ignored) = cut(&text);
        let shown = |text: &str| text.split(['|', '\n']).filter(|l| !l.trim().is_empty() && *l != "<CR-LF>").count();
        let told: usize = found.iter().map(|(_, head, body)| shown(head) + shown(body)).sum();
        prop_assert_eq!(told + ignored.count as usize, shown(&text.replace("\r\n", "\n")), "{} {:?}", text, found);
    }

    #[test]
    fn any_text_never_panics(text in "(GET / HTTP/1.1|HTTP/1.1 200|[a-z{}:<>\\r\\n \\t-])*") {
        cut(&text);
    }
}
