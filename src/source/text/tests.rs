//! Texts as people write them: what is a message, what is its body, and what is passed over.

use proptest::prelude::*;
use serde_json::Value;

use super::piece::{Item, Piece};
use super::split::{Ignored, split};
use crate::source::shown::Shown;

fn cut(text: &str) -> (Vec<(u32, String, String)>, Ignored) {
    let mut pieces = split(text.as_bytes());
    let shown = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).replace("\r\n", "|");
    let mut found = Vec::new();
    for item in pieces.by_ref() {
        let Item::Message(Piece { line, head, body, .. }) = item else { continue };
        found.push((
            line,
            shown(head),
            match body {
                Shown::Whole(body) => shown(body),
                Shown::Part(body) => shown(body) + "…",
                Shown::Nothing => "?".to_owned(),
            },
        ));
    }
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
    holds(text, &[(3, "GET / HTTP/1.1|Host: a|Accept: */*||", ""), (7, "HTTP/1.1 200 OK|Server: b||", "?")], 2);
    // A start line alone, or with another bullet behind it, is prose about messages.
    holds("- GET / HTTP/1.1\n- GET /b HTTP/1.1\n* Host: a\n- Host is: the private address\n", &[], 4);
}

#[test]
fn outputs_of_curl_between_their_commands() {
    holds(
        "$ curl -i http://a:80/\nHTTP/1.1 200 OK\nHost: a\n\nhello\n\n$ curl -i http://a:80/b\nHTTP/1.1 404 Not Found\n\n",
        &[(2, "HTTP/1.1 200 OK|Host: a||", "hello"), (8, "HTTP/1.1 404 Not Found||", "?")],
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

/// The published note, where it is shared.
fn note() -> Option<String> {
    let folder = crate::wire::corpus::shared()?;
    let mut texts = std::fs::read_dir(folder.join("../note")).expect("the note").filter_map(Result::ok).map(|e| e.path());
    let path = texts.find(|path| path.extension().is_some_and(|e| e == "txt")).expect("a text");
    Some(std::fs::read_to_string(path).expect("UTF-8"))
}

fn json(body: &str) -> Value {
    serde_json::from_str(&body.replace('|', "\n")).unwrap_or_else(|error| panic!("{error}: {body}"))
}

/// What each message of the note is: all five, the events that two of them echo, and nothing of the prose between.
#[test]
fn the_whole_note() {
    let Some(text) = note() else { return };
    let (found, ignored) = cut(&text);
    let seen: Vec<_> =
        found.iter().map(|(_, head, _)| (head.split('|').next().unwrap_or_default(), head.split('|').count() - 3)).collect();
    let expected =
        [("GET / HTTP/1.1", 4), ("GET / HTTP/1.1", 7), ("GET / HTTP/1.1", 8), ("HTTP/1.1 200 OK", 7), ("HTTP/1.1 200 OK", 7)];
    assert_eq!(seen, expected, "start lines and how many fields they have");
    assert!(ignored.count > 20);
    assert!(found[..3].iter().all(|(_, _, body)| body.is_empty()), "the requests have no body: {found:?}");
    let event = json(&found[3].2);
    assert_eq!(event.as_object().map(serde_json::Map::len), Some(12));
    assert_eq!(event["headers"]["X-Forwarded-For"], "xxx.xxx.xxx.xxx");
    assert_eq!(event["multiValueHeaders"]["User-Agent"][0], "curl/7.55.1");
    assert_eq!(event["requestContext"]["requestTimeEpoch"], 1_592_129_089_612_u64);
    assert_eq!(event["requestContext"]["apiId"], "xxxxxxxxxx");
    let response = json(&found[4].2);
    assert_eq!(
        (&response["body"], &response["headers"]["Content-Type"]),
        (&"{}".into(), &"application/json; charset=utf-8".into())
    );
}

/// Each of them alone, in a fence, indented, with CRLF, with prose right behind it.
#[test]
fn each_message_of_the_note() {
    let Some(text) = note() else { return };
    let (whole, _) = cut(&text);
    let lines: Vec<&str> = text.lines().collect();
    for (at, (line, head, body)) in whole.iter().enumerate() {
        let to = whole.get(at + 1).map_or(lines.len(), |(next, ..)| *next as usize - 1);
        let own: Vec<&str> = lines[*line as usize - 1..to].to_vec();
        let message = own[..head.split('|').count() - 2].join("\n") + "\n\n" + body;
        let indented: String = message.lines().map(|line| format!("    {line}\n")).collect();
        for (form, text) in [
            ("as it stands", own.join("\n")),
            ("alone", message.clone()),
            ("with CRLF", message.replace('\n', "\r\n")),
            ("in a fence", format!("# Title\n\n```http\n{message}\n```\n\nProse: with a colon.\n")),
            ("indented", format!("Seen:\n\n{indented}\nProse.\n")),
            ("with prose", format!("{message}\n\nProse behind it.\n\n{{ more }}\n")),
        ] {
            let (found, _) = cut(&text);
            assert_eq!(found.len(), 1, "message {at} {form}: {found:?}");
            assert_eq!(&found[0].1, head, "message {at} {form}");
            if body.is_empty() {
                assert!(found[0].2.is_empty(), "message {at} {form}: {}", found[0].2);
            } else {
                assert_eq!(json(&found[0].2), json(body), "message {at} {form}");
            }
        }
    }
}

/// A conversation of raw messages whose JSON people re-formatted: a Content-Length that does not fit, blank lines inside,
/// masks, fences and prose between.
#[test]
fn conversations() {
    let request = "POST /items HTTP/1.1\nHost: a.example\nContent-Type: application/json\nContent-Length: 15\n\n{\n  \"id\": 1,\n\n  \"name\": \"xxx\"\n}";
    let response = "HTTP/1.1 201 Created\nContent-Type: application/json\nContent-Length: 2\n\n[\n  {\"line\": \"GET / HTTP/1.1\"},\n\n  {\"at\": \"<date>\", \"brace\": \"}\"}\n]";
    for (form, text) in [
        ("one after the other", format!("{request}\n\n{response}\n\n{request}\n{response}\n")),
        (
            "with prose",
            format!(
                "First:\n\n{request}\n\nThis answers:\n\n{response}\n\nAnd again:\n{request}\nwhich gives:\n\n{response}\nDone.\n"
            ),
        ),
        ("in fences", format!("```http\n{request}\n```\n\n```http\n{response}\n```\nand\n\n~~~\n{request}\n{response}\n~~~\n")),
        ("with CRLF", format!("{request}\n\n{response}\n\n{request}\n{response}\n").replace('\n', "\r\n")),
    ] {
        let (found, _) = cut(&text);
        assert_eq!(found.len(), 4, "{form}: {found:?}");
        for pair in found.chunks(2) {
            assert!(pair[0].1.starts_with("POST /items") && pair[1].1.starts_with("HTTP/1.1 201"), "{form}: {found:?}");
            assert_eq!(json(&pair[0].2)["name"], "xxx", "{form}");
            assert_eq!(json(&pair[1].2)[1]["brace"], "}", "{form}");
        }
    }
    // Masks that stand in the place of a number are no JSON; its end is found all the same.
    let text = "HTTP/1.1 200 OK\n\n{\n  \"accountId\": xxxxxxxxxxxx\n}\nProse.\n\nHTTP/1.1 204 No Content\n";
    holds(text, &[(1, "HTTP/1.1 200 OK||", "{\n  \"accountId\": xxxxxxxxxxxx\n}"), (8, "HTTP/1.1 204 No Content||", "")], 1);
}

#[test]
fn what_is_not_shown_is_unknown() {
    for (text, expected) in [
        ("HTTP/1.1 200 OK\nContent-Length: 9\n", "?"),
        ("HTTP/1.1 200 OK\nServer: a\n\n\n", "?"),
        ("HTTP/1.1 304 Not Modified\n\n", ""),
        ("POST / HTTP/1.1\nContent-Length: 9\n\n", "?"),
        ("POST / HTTP/1.1\nTransfer-Encoding: chunked\n", "?"),
        ("GET / HTTP/1.1\nHost: a\n\n", ""),
        ("POST / HTTP/1.1\nContent-Type: a/b\n\n", ""),
        // In frames no field need say that there is a body.
        ("POST / HTTP/2\nhost: a\n\n", "?"),
        ("GET / HTTP/2\nhost: a\n\nProse.\n", "?"),
        ("POST / HTTP/2\nhost: a\n\n{}\n", "{}"),
        // Fields are left away, too.
        ("POST / HTTP/1.1\nHost: a\n\n{}\n", "{}"),
        ("POST / HTTP/1.1\nContent-Length: 0\n\nProse.\n", ""),
    ] {
        let (found, _) = cut(text);
        assert_eq!(found[0].2, expected, "{text}");
    }
    // Whoever asks for a head gets no body, whatever stands behind it.
    for before in ["HEAD / HTTP/1.1\nHost: a\n\n", "$ curl -I http://a/\n", "$ curl -sS --head http://a/\n"] {
        let (found, ignored) = cut(&format!("{before}HTTP/1.1 200 OK\nContent-Length: 9\n\nProse.\n"));
        assert_eq!((found.last().unwrap().2.as_str(), ignored.count), ("", 1 + u64::from(before.starts_with('$'))), "{before}");
    }
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
        let told: usize = found.iter().map(|(_, head, body)| shown(head) + shown(body.trim_end_matches('?'))).sum();
        prop_assert_eq!(told + ignored.count as usize, shown(&text.replace("\r\n", "\n")), "{} {:?}", text, found);
    }

    #[test]
    fn any_text_never_panics(text in "(GET / HTTP/1.1|HTTP/1.1 200|[a-z{}:<>\\r\\n \\t-])*") {
        cut(&text);
    }
}
