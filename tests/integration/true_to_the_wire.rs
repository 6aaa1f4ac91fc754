//! What `docs/design/captures.md` says of real captures, shown with bytes of our own: where tshark is wrong, and each kind of
//! message of the corpus that its truth holds otherwise than hopspec shows it. Every test is named on that page.

use std::net::SocketAddr;

use serde_json::Value;

use crate::kit::{
    Carrier, Closing, Conversation, Format, Packet, Segment, hopspec, packets, root, segments, shuffled, write_file,
};
use crate::shipped::files;

const GET: &str = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

fn talk() -> Conversation {
    let at = |address: &str| address.parse::<SocketAddr>().unwrap();
    Conversation::new(at("10.0.0.1:40000"), at("10.0.0.2:80"))
}

fn show(packets: &[Packet]) -> (Vec<Value>, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("capture.pcap");
    std::fs::write(&path, write_file(packets, Carrier::ETHERNET.link, Format::ALL[0])).unwrap();
    let run = hopspec(&["show", "--format", "jsonl", path.to_str().unwrap()]);
    assert!([0, 3].contains(&run.code), "{run:?}");
    (run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect(), run.stderr)
}

fn show_segments(segments: &[Segment]) -> (Vec<Value>, String) {
    show(&packets(segments, Carrier::ETHERNET))
}

fn said(conversation: &Conversation) -> Vec<Value> {
    show_segments(&segments(conversation)).0
}

fn lines(messages: &[Value]) -> Vec<&str> {
    messages.iter().map(|message| message["line"].as_str().unwrap()).collect()
}

fn fields(message: &Value) -> Vec<(&str, &str)> {
    let all = message["fields"].as_array().unwrap();
    all.iter().map(|field| (field[0].as_str().unwrap(), field[1].as_str().unwrap())).collect()
}

fn kinds(message: &Value) -> Vec<&str> {
    message["anomalies"].as_array().unwrap().iter().map(|anomaly| anomaly["kind"].as_str().unwrap()).collect()
}

fn count<'m>(messages: &'m [Value], kind: &str) -> Vec<&'m Value> {
    messages.iter().filter(|message| message["kind"] == kind).collect()
}

/// 40 exchanges on one connection.
fn long_talk() -> Vec<Segment> {
    let response = |n: usize| format!("HTTP/1.1 200 OK\r\nX-Number: {n}\r\nContent-Length: 2\r\n\r\nok");
    let request = |n: usize| format!("GET /{n} HTTP/1.1\r\nHost: x\r\n\r\n");
    segments(&(0..40).fold(talk(), |talk, n| talk.says(request(n)).answers(response(n))))
}

#[test]
fn a_lost_segment_takes_one_message_with_it() {
    let mut all = long_talk();
    let at = all.iter().position(|segment| segment.payload.starts_with(b"HTTP/1.1 200 OK\r\nX-Number: 3\r")).unwrap();
    all.remove(at);
    let (messages, stderr) = show_segments(&all);
    assert_eq!((count(&messages, "request").len(), count(&messages, "response").len()), (40, 39));
    let numbers: Vec<_> = count(&messages, "response").iter().map(|m| fields(m)[0].1.parse::<usize>().unwrap()).collect();
    assert_eq!(numbers, (0..40).filter(|&n| n != 3).collect::<Vec<_>>());
    assert!(stderr.contains("stream-gap ×1"), "the loss is named: {stderr}");
}

#[test]
fn reordered_packets_lose_none() {
    let all = long_talk();
    for window in [2, 5, 9] {
        let keys: Vec<u8> = (0..all.len()).map(|i| (i * 37 % 251) as u8).collect();
        let (messages, stderr) = show_segments(&shuffled(&all, window, &keys));
        assert_eq!((count(&messages, "request").len(), count(&messages, "response").len()), (40, 40), "{stderr}");
        assert!(!stderr.contains("stream-gap"), "{stderr}");
    }
}

#[test]
fn a_head_whose_body_never_ends_is_shown() {
    let mut talk = talk().says(GET).answers("HTTP/1.1 200 OK\r\nServer: x\r\nContent-Length: 1000\r\n\r\nbegin");
    talk.closing = Closing::Open;
    let messages = said(&talk);
    assert_eq!(lines(&messages), ["GET / HTTP/1.1", "HTTP/1.1 200 OK"]);
    assert_eq!(fields(&messages[1]), [("Server", "x"), ("Content-Length", "1000")]);
    assert_eq!((&messages[1]["body_complete"], &messages[1]["body_length"]), (&Value::Bool(false), &Value::from(5)));
}

#[test]
fn a_folded_value_keeps_its_continuation_and_what_follows() {
    let folded = "GET / HTTP/1.1\r\nX-Long: one\r\n two,\r\n\tthree\r\nHost: x\r\n\r\n";
    let messages = said(&talk().says(folded).answers(OK).says(GET).answers(OK));
    assert_eq!(fields(&messages[0]), [("X-Long", "one two, three"), ("Host", "x")]);
    assert_eq!(kinds(&messages[0]), ["obs-fold"]);
    assert_eq!(messages.len(), 4, "{messages:?}");
    // A list whose last member is empty, and a line of white space alone.
    let messages = said(&talk().says(GET).answers("HTTP/1.1 200 ok\r\nContent-Encoding:deflate\r\n ,\r\n \r\n\r\n"));
    assert_eq!(fields(&messages[1]), [("Content-Encoding", "deflate ,")]);
}

#[test]
fn a_folded_transfer_encoding_frames_the_body() {
    let post = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding:\r\n chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
    let messages = said(&talk().says(format!("{post}{GET}")).answers(OK).answers(OK));
    assert_eq!(lines(&messages)[..2], ["POST / HTTP/1.1", "GET / HTTP/1.1"]);
    assert_eq!(fields(&messages[0])[1], ("Transfer-Encoding", "chunked"));
    assert_eq!(messages[0]["body_length"], 3);
}

#[test]
fn requests_without_a_version_are_requests() {
    for request in ["GET /old\r\n\r\n", "GET / \r\n\r\n"] {
        let messages = said(&talk().says(request));
        assert_eq!(messages.len(), 1, "{request:?}");
        assert_eq!((&messages[0]["method"], kinds(&messages[0])), (&Value::from("GET"), vec!["malformed-start-line"]));
    }
}

#[test]
fn http_behind_a_proxy_line_is_found() {
    let messages = said(&talk().says(format!("PROXY TCP4 192.0.2.7 10.0.0.2 51000 80\r\n{GET}")).answers(OK));
    assert_eq!(lines(&messages), ["GET / HTTP/1.1", "HTTP/1.1 200 OK"]);
}

#[test]
fn a_head_cut_by_the_snap_length_says_so() {
    let request = "GET /images/a.gif HTTP/1.1\r\nHost: example.com\r\nAccept: */*\r\n\r\n";
    let talk =
        talk().says(request).answers("HTTP/1.1 200 OK\r\nDate: Tue, 16 Jun 2020 10:04:49 GMT\r\nContent-Length: 0\r\n\r\n");
    // 54 bytes of Ethernet, IPv4 and TCP, and 30 of HTTP: within `Host`, and within a date.
    let cut: Vec<_> = packets(&segments(&talk), Carrier::ETHERNET).into_iter().map(|packet| packet.snapped(54 + 30)).collect();
    let (messages, stderr) = show(&cut);
    assert_eq!(lines(&messages), ["GET /images/a.gif HTTP/1.1", "HTTP/1.1 200 OK"]);
    assert!(messages.iter().all(|message| kinds(message) == ["head-incomplete"]), "{messages:?}");
    assert_eq!(fields(&messages[1]), [("Date", "Tue, 16")]);
    assert!(stderr.contains("packet-cut ×2") && stderr.contains("larger snap length"), "{stderr}");
}

#[test]
fn the_packet_of_a_message_completed_its_head() {
    let response = format!("HTTP/1.1 200 OK\r\nContent-Length: 3000\r\n\r\n{}", "x".repeat(3000));
    let messages = said(&talk().says(GET).answers(response));
    // Handshake 1 to 3, the request and its acknowledgement 4 and 5, the response 6 to 8.
    assert_eq!((&messages[0]["packet"], &messages[1]["packet"]), (&Value::from(4), &Value::from(6)));
    let messages = said(&talk().with_mss(10).says("GET / HTTP/1.1\r\nHost: example\r\n\r\n"));
    assert_eq!(messages[0]["packet"], 4 + 3, "33 bytes in four segments");
}

#[test]
fn a_line_without_a_colon_ends_no_head() {
    let response =
        "HTTP/1.1 403 Forbidden\r\nx-amz-request-id2 CA4D\r\nContent-Type: application/xml\r\nContent-Length: 0\r\n\r\n";
    let messages = said(&talk().says(GET).answers(response));
    let expected = [("", "x-amz-request-id2 CA4D"), ("Content-Type", "application/xml"), ("Content-Length", "0")];
    assert_eq!(fields(&messages[1]), expected);
    assert_eq!(kinds(&messages[1]), ["malformed-field-line"]);
}

#[test]
fn a_carriage_return_alone_ends_no_line() {
    // RFC 9112 §2.2: a bare CR is no line end.
    let messages = said(&talk().says(GET).answers("HTTP/1.1 202 Accepted\r\x1aServer: x\r\nContent-Length: 0\r\n\r\n"));
    assert_eq!(lines(&messages)[1], "HTTP/1.1 202 Accepted\r\u{1a}Server: x");
    assert_eq!(fields(&messages[1]), [("Content-Length", "0")]);
    assert_eq!(kinds(&messages[1]), ["malformed-start-line"]);
    // And so no empty line: the head is told with what is there of it, and is not whole.
    let messages = said(&talk().says("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 800\r\n\r\x1a"));
    assert_eq!(lines(&messages), ["POST /a HTTP/1.1"]);
    assert_eq!(fields(&messages[0])[..2], [("Host", "x"), ("Content-Length", "800")]);
    assert!(kinds(&messages[0]).contains(&"head-incomplete"), "{messages:?}");
}

#[test]
fn a_body_without_a_line_end_is_no_part_of_the_next_start_line() {
    let response = "HTTP/1.1 200 OK\r\nContent-Length: 35\r\n\r\nPOST request received successfully!";
    assert_eq!(response.split("\r\n\r\n").nth(1).unwrap().len(), 35);
    let messages = said(&talk().says(GET).answers(response).says(GET).answers(response));
    assert_eq!(lines(&messages), ["GET / HTTP/1.1", "HTTP/1.1 200 OK", "GET / HTTP/1.1", "HTTP/1.1 200 OK"]);
}

#[test]
fn every_method_brings_its_fields() {
    for method in ["NOTIFY", "SUBSCRIBE", "UNSUBSCRIBE"] {
        let request =
            format!("{method} /upnp/event HTTP/1.1\r\nHost: 192.0.2.1:2869\r\nSID: uuid:1\r\nContent-Length: 0\r\n\r\n");
        let messages = said(&talk().says(request).answers(OK));
        assert_eq!(lines(&messages)[0], format!("{method} /upnp/event HTTP/1.1"));
        assert_eq!(fields(&messages[0]), [("Host", "192.0.2.1:2869"), ("SID", "uuid:1"), ("Content-Length", "0")]);
    }
}

#[test]
fn a_request_behind_a_broken_chunk_is_shown() {
    let post = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n10000000000000000\r\nabc\r\n0\r\n\r\n";
    let (messages, stderr) = show_segments(&segments(&talk().says(format!("{post}{GET}")).answers(OK).answers(OK)));
    assert_eq!(lines(&messages)[..2], ["POST / HTTP/1.1", "GET / HTTP/1.1"]);
    assert_eq!(messages[0]["body_complete"], false);
    assert!(stderr.contains("not-http"), "{stderr}");
}

#[test]
fn the_same_addresses_in_two_tunnels_are_two_connections() {
    // Two hosts of one address, each with sequence numbers of its own: where these are the same, too, packets are copies.
    let tunnelled = |vni: u32| {
        let all = segments(&Conversation { first_seq: [1000 * vni, 7000 * vni], ..talk() }.says(GET).answers(OK));
        packets(&all, Carrier { vxlan: Some(vni), ..Carrier::ETHERNET })
    };
    let both: Vec<_> = tunnelled(1).into_iter().zip(tunnelled(2)).flat_map(|(a, b)| [a, b]).collect();
    let (messages, _) = show(&both);
    assert_eq!((count(&messages, "request").len(), count(&messages, "response").len()), (2, 2));
    assert_ne!(messages[0]["stream"], messages[1]["stream"]);
}

#[test]
fn a_request_through_socks_is_found() {
    // RFC 1928: a greeting, a request with a name and port 80, whose last byte is `P`, and then what the client says.
    let talk = talk().says(b"\x05\x01\0".to_vec()).answers(b"\x05\0".to_vec());
    let talk = talk.says(b"\x05\x01\0\x03\x0bexample.com\0\x50".to_vec()).answers(b"\x05\0\0\x01\x0a\0\0\x02\0\x50".to_vec());
    assert_eq!(lines(&said(&talk.says(GET).answers(OK))), ["GET / HTTP/1.1", "HTTP/1.1 200 OK"]);
}

/// The page names tests that exist, and all of this file's.
#[test]
fn the_page_names_its_tests() {
    let read = |path: std::path::PathBuf| std::fs::read_to_string(path).unwrap_or_default();
    let page = read(root().join("docs/design/captures.md"));
    let all: String = ["src", "tests/integration"].iter().flat_map(|folder| files(&root().join(folder))).map(read).collect();
    let named: Vec<&str> = page.split('`').skip(1).step_by(2).collect();
    for name in &named {
        if name.ends_with(".rs") {
            let there = [*name, &format!("tests/integration/{name}")].iter().any(|path| root().join(path).is_file());
            assert!(there, "there is no {name}");
        } else if name.matches('_').count() > 2 && !name.contains("src/") {
            assert!(all.contains(&format!("fn {name}()")), "there is no test {name}");
        }
    }
    let own = read(root().join("tests/integration/true_to_the_wire.rs"));
    for test in own.split("#[test]\nfn ").skip(1).filter_map(|rest| rest.split('(').next()) {
        assert!(named.contains(&test) || test == "the_page_names_its_tests", "the page does not name {test}");
    }
    for limit in hopspec::source::LIMITS {
        let row = format!("| `{}` | {} |", limit.name, limit.shown(&hopspec::source::Limits::default()));
        assert!(page.contains(&row), "the page has no row {row}");
    }
}
