//! Captures that are none, are cut, or hold nothing to judge.

use std::fs::File;
use std::io::Write as _;

use insta::assert_snapshot;

use super::site::{connection, good, pcap, request, response, run, said, site};
use crate::kit::{Closing, Format, Link, Message, Packet, write_file};
use crate::program::Program;

/// `check` and `show` of one file of this content.
fn both(name: &str, content: impl AsRef<[u8]>) -> String {
    let program = site().file(name, content);
    format!("{}\n=== show\n{}", run(&program, &["check", name]), run(&program, &["show", name]))
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn an_empty_file() {
    assert_snapshot!(both("empty.pcap", ""), @r#"
    exit 4
    --- stderr
    error: empty.pcap: is empty; hopspec reads pcap and pcapng (also gzip and zstd), HAR, Lambda events, logs of API Gateway, what tcpdump, tshark, curl and nghttp print, and texts with HTTP messages
    --- stdout
    not judged: no capture could be read

    === show
    exit 4
    --- stderr
    error: empty.pcap: is empty; hopspec reads pcap and pcapng (also gzip and zstd), HAR, Lambda events, logs of API Gateway, what tcpdump, tshark, curl and nghttp print, and texts with HTTP messages
    "#);
}

#[test]
fn a_text_of_blank_lines() {
    assert_snapshot!(both("blank.txt", "\n\n  \n"), @r#"
    exit 4
    --- stderr
    error: blank.txt: has no HTTP message: it begins with blank lines; hopspec reads pcap and pcapng (also gzip and zstd), HAR, Lambda events, logs of API Gateway, what tcpdump, tshark, curl and nghttp print, and texts with HTTP messages
    --- stdout
    not judged: no capture could be read

    === show
    exit 4
    --- stderr
    error: blank.txt: has no HTTP message: it begins with blank lines; hopspec reads pcap and pcapng (also gzip and zstd), HAR, Lambda events, logs of API Gateway, what tcpdump, tshark, curl and nghttp print, and texts with HTTP messages
    "#);
}

#[test]
fn a_text_that_is_no_http() {
    assert_snapshot!(both("notes.txt", "Dear diary,\nthe load balancer was red all night.\n"), @r#"
    exit 4
    --- stderr
    error: notes.txt: has no HTTP message: it begins with `Dear diary,`; hopspec reads pcap and pcapng (also gzip and zstd), HAR, Lambda events, logs of API Gateway, what tcpdump, tshark, curl and nghttp print, and texts with HTTP messages
    --- stdout
    not judged: no capture could be read

    === show
    exit 4
    --- stderr
    error: notes.txt: has no HTTP message: it begins with `Dear diary,`; hopspec reads pcap and pcapng (also gzip and zstd), HAR, Lambda events, logs of API Gateway, what tcpdump, tshark, curl and nghttp print, and texts with HTTP messages
    "#);
}

#[test]
fn binary_garbage() {
    let garbage: Vec<u8> = (0..4096_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    assert_snapshot!(both("core.bin", garbage), @r#"
    exit 4
    --- stderr
    error: core.bin: is no capture: it begins with the bytes 00 9e 3c da 78 17 b5 53, which hopspec does not know; hopspec reads pcap and pcapng (also gzip and zstd), HAR, Lambda events, logs of API Gateway, what tcpdump, tshark, curl and nghttp print, and texts with HTTP messages
    --- stdout
    not judged: no capture could be read

    === show
    exit 4
    --- stderr
    error: core.bin: is no capture: it begins with the bytes 00 9e 3c da 78 17 b5 53, which hopspec does not know; hopspec reads pcap and pcapng (also gzip and zstd), HAR, Lambda events, logs of API Gateway, what tcpdump, tshark, curl and nghttp print, and texts with HTTP messages
    "#);
}

#[test]
fn a_file_that_is_not_there() {
    assert_snapshot!(run(&site(), &["check", "godo.pcap"]), @r#"
    exit 4
    --- stderr
    error: godo.pcap: there is no such file
    --- stdout
    not judged: no capture could be read
    "#);
}

#[test]
fn one_file_of_two_is_not_there() {
    assert_snapshot!(run(&site(), &["check", "good.pcap", "godo.pcap"]), @r#"
    exit 4
    --- stderr
    error: godo.pcap: there is no such file
    --- stdout
    met           health › alb-to-target   1 exchange, 4 expectations

    incomplete: 1 source could not be read; of the others: 1 hop with 1 exchange
    "#);
}

#[test]
fn a_folder_without_captures() {
    let program = site().file("traffic/README.md", "none yet").file("traffic/x.yaml", "{}");
    assert_snapshot!(run(&program, &["check", "traffic"]), @r#"
    exit 3
    --- stderr
    error: no capture in traffic: 2 other files there; captures end in .pcap, .pcapng, .cap, .dmp, .txt, .http, .har, .json, .jsonl, .log or .csv
    "#);
    assert_snapshot!(run(&program, &["show", "traffic"]), @r#"
    exit 3
    --- stderr
    error: no capture in traffic: 2 other files there; captures end in .pcap, .pcapng, .cap, .dmp, .txt, .http, .har, .json, .jsonl, .log or .csv
    "#);
    std::fs::create_dir(program.path("empty")).unwrap();
    assert_snapshot!(run(&program, &["check", "empty"]), @r#"
    exit 3
    --- stderr
    error: no capture in empty: no file there; captures end in .pcap, .pcapng, .cap, .dmp, .txt, .http, .har, .json, .jsonl, .log or .csv
    "#);
}

#[test]
fn a_folder_that_is_called_like_a_capture() {
    let program = site().file("day.pcap/a.pcap", good());
    std::fs::create_dir(program.path("empty.pcap")).unwrap();
    assert_snapshot!(run(&program, &["check", "empty.pcap"]), @r#"
    exit 3
    --- stderr
    error: no capture in empty.pcap: no file there; captures end in .pcap, .pcapng, .cap, .dmp, .txt, .http, .har, .json, .jsonl, .log or .csv
    "#);
    assert_snapshot!(run(&program, &["check", "day.pcap"]), @r#"
    exit 0
    --- stdout
    met           health › alb-to-target   1 exchange, 4 expectations
    "#);
}

#[test]
fn a_folder_with_something_that_is_no_capture() {
    let program = site().file("t/a.pcap", good()).file("t/notes.txt", "words\n").file("t/b.pcap", "").file("t/x.md", "");
    assert_snapshot!(run(&program, &["check", "t"]), @r#"
    exit 0
    --- stdout
    met           health › alb-to-target   1 exchange, 4 expectations
    3 files are no captures and were passed over
    "#);
}

#[test]
fn captures_deep_in_folders() {
    let deep = format!("{}a.pcap", "d/".repeat(60));
    let program = site().file(&deep, good());
    assert_snapshot!(run(&program, &["check", "d"]), @r#"
    exit 0
    --- stdout
    met           health › alb-to-target   1 exchange, 4 expectations
    "#);
}

#[test]
fn a_capture_cut_in_the_middle() {
    let whole = pcap(&[connection().exchange(&request(), &response()).exchange(&request(), &response())]);
    let cut = |bytes: usize| both("cut.pcap", &whole[..bytes]);
    assert_snapshot!(cut(whole.len() * 2 / 3), @r#"
    exit 0
    --- stdout
    warning[capture-truncated]: cut.pcap ends in the middle or is damaged; it was judged as far as it could be read
    --> cut.pcap
     = seen: cut.pcap, packet 8
     = show: tshark -r cut.pcap -Y frame.number==8
     = note: capture-truncated ×1 (the record at byte 784 behind packet 8 needs 70 bytes, 45 are there)

    met           health › alb-to-target   2 exchanges, 4 expectations
    note: health › alb-to-target: 1 of 2 exchanges has no response in the capture; what is expected of it was not observed there

    met: 1 hop with 2 exchanges, with 1 warning   (hopspec explain capture-truncated)

    === show
    exit 0
    --- stderr
    note: cut.pcap may hold more than is shown: capture-truncated ×1 (the record at byte 784 behind packet 8 needs 70 bytes, 45 are there)
    --- stdout
    # cut.pcap, packet 4, 10.0.1.5:41022 → 10.0.2.7:8000, 2026-11-20T08:11:02.001080Z
    GET /health HTTP/1.1
    Host: 10.0.2.7:8000
    User-Agent: ELB-HealthChecker/2.0

    # cut.pcap, packet 6, 10.0.2.7:8000 → 10.0.1.5:41022, 2026-11-20T08:11:02.002120Z
    HTTP/1.1 200 OK
    Content-Length: 2

    # body: 2 bytes

    # cut.pcap, packet 8, 10.0.1.5:41022 → 10.0.2.7:8000, 2026-11-20T08:11:02.003160Z
    GET /health HTTP/1.1
    Host: 10.0.2.7:8000
    User-Agent: ELB-HealthChecker/2.0
    "#);
    // Within the first packet, and within the header of the file.
    assert_snapshot!(cut(50), @r#"
    exit 3
    --- stdout
    warning[capture-truncated]: cut.pcap ends in the middle or is damaged; it was judged as far as it could be read
    --> cut.pcap
     = note: capture-truncated ×1 (the first record, at byte 24, needs 70 bytes, 26 are there)

    not observed  health › alb-to-target

    not judged: cut.pcap holds no HTTP message that could be decoded   (hopspec explain capture-truncated)

    === show
    exit 3
    --- stderr
    note: cut.pcap holds no whole packet: capture-truncated ×1 (the first record, at byte 24, needs 70 bytes, 26 are there)
    "#);
    assert_snapshot!(cut(20), @r#"
    exit 4
    --- stderr
    error: cut.pcap: the pcap file header at byte 0 needs 24 bytes, 20 are there: the file is cut or still being written
    --- stdout
    not judged: no capture could be read

    === show
    exit 4
    --- stderr
    error: cut.pcap: the pcap file header at byte 0 needs 24 bytes, 20 are there: the file is cut or still being written
    "#);
}

#[test]
fn a_cut_capture_fails_who_asks_for_it() {
    let program = site().file("cut.pcap", &good()[..good().len() - 30]);
    program.run(&["check", "-q", "cut.pcap", "--fail-on", "warning"]).code(1);
    program.run(&["check", "-q", "cut.pcap"]).code(0);
}

#[test]
fn a_capture_without_a_packet() {
    assert_snapshot!(both("zero.pcap", &good()[..24]), @r#"
    exit 3
    --- stdout
    not observed  health › alb-to-target

    not judged: zero.pcap is a capture without a packet; its filter let nothing through, or it ended before anything was written (tcpdump -U writes at once)

    === show
    exit 3
    --- stderr
    note: zero.pcap is a capture without a packet; its filter let nothing through, or it ended before anything was written (tcpdump -U writes at once)
    "#);
}

#[test]
fn a_pcapng_of_only_a_section_header() {
    let whole = write_file(&[], Link::Ethernet, Format::Pcapng { big_endian: false, resolution: None });
    assert_snapshot!(both("header.pcapng", &whole[..28]), @r#"
    exit 3
    --- stdout
    not observed  health › alb-to-target

    not judged: header.pcapng is a capture without a packet; its filter let nothing through, or it ended before anything was written (tcpdump -U writes at once)

    === show
    exit 3
    --- stderr
    note: header.pcapng is a capture without a packet; its filter let nothing through, or it ended before anything was written (tcpdump -U writes at once)
    "#);
    assert_snapshot!(both("cut.pcapng", &whole[..16]), @r#"
    exit 4
    --- stderr
    error: cut.pcapng: the pcapng section header at byte 0 needs 28 bytes, 16 are there: the file is cut or still being written
    --- stdout
    not judged: no capture could be read

    === show
    exit 4
    --- stderr
    error: cut.pcapng: the pcapng section header at byte 0 needs 28 bytes, 16 are there: the file is cut or still being written
    "#);
}

#[test]
fn a_link_type_that_is_not_read() {
    let mut radio = good();
    radio[20..24].copy_from_slice(&195_u32.to_le_bytes());
    assert_snapshot!(both("radio.pcap", radio), @r#"
    exit 3
    --- stdout
    note[capture-undecodable]: radio.pcap holds packets or bytes that could not be decoded; they were not judged
    --> radio.pcap
     = seen: radio.pcap, packet 1
     = show: tshark -r radio.pcap -Y frame.number==1
     = note: unsupported-link-type ×10 (link type 195 (https://www.tcpdump.org/linktypes.html) is not read)

    not observed  health › alb-to-target

    not judged: radio.pcap holds no HTTP message that could be decoded

    === show
    exit 3
    --- stderr
    note: radio.pcap holds no HTTP message in 10 packets of 0 flows: unsupported-link-type ×10 (link type 195 (https://www.tcpdump.org/linktypes.html) is not read)
    "#);
}

#[test]
fn gzip_of_a_text() {
    assert_snapshot!(both("notes.txt.gz", gzip(b"Dear diary,\n")), @r#"
    exit 4
    --- stderr
    error: notes.txt.gz: has no HTTP message: it begins with `Dear diary,`; hopspec reads pcap and pcapng (also gzip and zstd), HAR, Lambda events, logs of API Gateway, what tcpdump, tshark, curl and nghttp print, and texts with HTTP messages
    --- stdout
    not judged: no capture could be read

    === show
    exit 4
    --- stderr
    error: notes.txt.gz: has no HTTP message: it begins with `Dear diary,`; hopspec reads pcap and pcapng (also gzip and zstd), HAR, Lambda events, logs of API Gateway, what tcpdump, tshark, curl and nghttp print, and texts with HTTP messages
    "#);
    let program = site().file("message.txt.gz", gzip(&request().bytes()));
    program.run(&["show", "message.txt.gz"]).code(0);
}

#[test]
fn gzip_cut_in_the_middle() {
    let whole = gzip(&good());
    assert_snapshot!(both("cut.pcap.gz", &whole[..whole.len() * 3 / 4]), @r#"
    exit 0
    --- stdout
    warning[capture-truncated]: cut.pcap.gz ends in the middle or is damaged; it was judged as far as it could be read
    --> cut.pcap.gz
     = seen: cut.pcap.gz, packet 5
     = show: tshark -r cut.pcap.gz -Y frame.number==5
     = note: capture-truncated ×1 (reading failed in the record at byte 454 behind packet 5: incomplete deflate stream)

    met           health › alb-to-target   1 exchange, 4 expectations, 1 not observed
    note: health › alb-to-target: 1 of 1 exchange has no response in the capture; what is expected of it was not observed there

    met: 1 hop with 1 exchange, with 1 warning   (hopspec explain capture-truncated)

    === show
    exit 0
    --- stderr
    note: cut.pcap.gz may hold more than is shown: capture-truncated ×1 (reading failed in the record at byte 454 behind packet 5: incomplete deflate stream)
    --- stdout
    # cut.pcap.gz, packet 4, 10.0.1.5:41022 → 10.0.2.7:8000, 2026-11-20T08:11:02.001080Z
    GET /health HTTP/1.1
    Host: 10.0.2.7:8000
    User-Agent: ELB-HealthChecker/2.0
    "#);
    assert_snapshot!(both("cut.pcap.gz", &whole[..12]), @r#"
    exit 4
    --- stderr
    error: cut.pcap.gz: is gzip that is cut or damaged: incomplete deflate stream; copy it again
    --- stdout
    not judged: no capture could be read

    === show
    exit 4
    --- stderr
    error: cut.pcap.gz: is gzip that is cut or damaged: incomplete deflate stream; copy it again
    "#);
}

#[test]
fn gzip_in_gzip_and_other_archives() {
    assert_snapshot!(run(&site().file("a.pcap.gz", gzip(&gzip(&good()))), &["check", "a.pcap.gz"]), @r#"
    exit 4
    --- stderr
    error: a.pcap.gz: is no capture: it looks like gzip within compressed data; decompress it once (gzip -d); hopspec reads pcap and pcapng (also gzip and zstd), HAR, Lambda events, logs of API Gateway, what tcpdump, tshark, curl and nghttp print, and texts with HTTP messages
    --- stdout
    not judged: no capture could be read
    "#);
    assert_snapshot!(run(&site().file("a.pcap.gz", gzip(b"\x28\xb5\x2f\xfd\x04\x00")), &["check", "a.pcap.gz"]), @r#"
    exit 4
    --- stderr
    error: a.pcap.gz: is no capture: it looks like zstd within compressed data; decompress it once (zstd -d); hopspec reads pcap and pcapng (also gzip and zstd), HAR, Lambda events, logs of API Gateway, what tcpdump, tshark, curl and nghttp print, and texts with HTTP messages
    --- stdout
    not judged: no capture could be read
    "#);
    assert_snapshot!(run(&site().file("a.pcap.zst", b"\x28\xb5\x2f\xfd\x04\x00"), &["check", "a.pcap.zst"]), @r#"
    exit 4
    --- stderr
    error: a.pcap.zst: is zstd that is cut or damaged: the zstd stream ends within a frame; copy it again
    --- stdout
    not judged: no capture could be read
    "#);
}

#[test]
fn a_capture_of_tls_alone() {
    let hello = [&[22, 3, 1, 0, 45, 1, 0, 0, 41, 3, 3][..], &[7; 32], &[0, 0, 2, 0x13, 1, 1, 0]].concat();
    let server = [&[22, 3, 3, 0, 42, 2, 0, 0, 38, 3, 3][..], &[9; 32], &[0, 0xc0, 0x2f, 0]].concat();
    let mut tls = connection().says(hello).answers(server);
    tls.server.set_port(443);
    assert_snapshot!(both("tls.pcap", pcap(&[tls])), @r#"
    exit 3
    --- stdout
    not observed  health › alb-to-target
    1 flow on :443 is TLS without keys; to open it, record with SSLKEYLOGFILE=keys.log set for the client and give --keylog keys.log

    not judged: tls.pcap holds no HTTP message that could be decoded

    === show
    exit 3
    --- stderr
    note: tls.pcap holds no HTTP message in 10 packets of 1 flow: 1 flow on :443 is TLS without keys; to open it, record with SSLKEYLOGFILE=keys.log set for the client and give --keylog keys.log
    "#);
}

/// Only what the client said, or only what the server said.
fn one_direction(from: u16) -> Vec<u8> {
    let all = crate::kit::interleaved(&[connection().exchange(&request(), &response())]);
    let kept: Vec<_> = all.into_iter().filter(|s| s.src.port() == from).collect();
    let packets: Vec<Packet> = crate::kit::packets(&kept, crate::kit::Carrier::ETHERNET);
    write_file(&packets, Link::Ethernet, Format::ALL[0])
}

#[test]
fn only_one_direction() {
    let program = site().file("requests.pcap", one_direction(41022)).file("responses.pcap", one_direction(8000));
    assert_snapshot!(run(&program, &["check", "requests.pcap"]), @r#"
    exit 0
    --- stdout
    met           health › alb-to-target   1 exchange, 4 expectations, 1 not observed
    note: health › alb-to-target: 1 of 1 exchange has no response in the capture; what is expected of it was not observed there
    "#);
    assert_snapshot!(run(&program, &["check", "responses.pcap"]), @r#"
    exit 3
    --- stdout
    note[capture-gap]: responses.pcap lacks bytes of its streams; what stood there was not judged
    --> responses.pcap
     = seen: responses.pcap, packet 4
     = show: tshark -r responses.pcap -Y frame.number==4
     = note: stream-gap ×1 (81 bytes are not in the capture)

    not observed  health › alb-to-target   nearest: 1 exchange misses the request, which is not in the captures
    1 exchange belongs to no hop: response 200 ×1   (hopspec show responses.pcap --unselected)

    not judged: 1 exchange of the captures, none of any hop
    "#);
}

#[test]
fn a_request_without_a_response() {
    let mut unanswered = connection().says(request().bytes());
    unanswered.closing = Closing::Reset;
    let program = site().file(
        "reset.pcap",
        pcap(&[connection().exchange(&request(), &response()), {
            unanswered.client.set_port(41023);
            unanswered.later(9_000_000)
        }]),
    );
    assert_snapshot!(run(&program, &["check", "reset.pcap"]), @r#"
    exit 0
    --- stdout
    met           health › alb-to-target   2 exchanges, 4 expectations
    note: health › alb-to-target: 1 of 2 exchanges has no response in the capture; what is expected of it was not observed there
    "#);
}

#[test]
fn traffic_of_no_hop() {
    let other = |n: u32| Message::new(format!("GET /api/{n}?page=2 HTTP/1.1")).with("Host", "a.example");
    let program =
        site().file("app.pcap", pcap(&[connection().exchange(&other(1), &response()).exchange(&other(2), &response())]));
    assert_snapshot!(run(&program, &["check", "app.pcap"]), @r#"
    exit 3
    --- stdout
    not observed  health › alb-to-target   nearest: 2 exchanges miss `User-Agent: ELB-HealthChecker/…`
    2 exchanges belong to no hop: GET /api/1 ×1, GET /api/2 ×1   (hopspec show app.pcap --unselected)

    not judged: 2 exchanges of the captures, none of any hop
    "#);
    assert_snapshot!(run(&program, &["check", "app.pcap", "-s", "specs/health.yaml"]), @r#"
    exit 3
    --- stdout
    error[hop-not-observed]: no exchange of hop `alb-to-target` is in the captures
     --> specs/health.yaml:5:3
      |
    5 |   alb-to-target:
      |   ^^^^^^^^^^^^^
      |
      = note: nearest: 2 exchanges miss `User-Agent: ELB-HealthChecker/…`

    not observed  health › alb-to-target   nearest: 2 exchanges miss `User-Agent: ELB-HealthChecker/…`
    2 exchanges belong to no hop: GET /api/1 ×1, GET /api/2 ×1   (hopspec show app.pcap --unselected -s specs/health.yaml)

    not judged: 2 exchanges of the captures, none of any hop   (hopspec explain hop-not-observed)
    "#);
    assert_snapshot!(run(&program, &["show", "app.pcap", "--packet", "5"]), @r#"
    exit 3
    --- stderr
    note: packet 5 of app.pcap completed no head; the nearest are packets 4 (GET /api/1?page=2 HTTP/1.1) and 6 (HTTP/1.1 200 OK)
    "#);
}

#[test]
fn standard_input() {
    let program = site();
    assert_snapshot!(run(&program, &["check", "-"]), @r#"
    exit 4
    --- stderr
    error: standard input: is empty; hopspec reads pcap and pcapng (also gzip and zstd), HAR, Lambda events, logs of API Gateway, what tcpdump, tshark, curl and nghttp print, and texts with HTTP messages
    --- stdout
    not judged: no capture could be read
    "#);
    assert_snapshot!(run(&program, &["check", "-", "good.pcap", "-"]), @r#"
    exit 2
    --- stderr
    error: `-` is given twice, but standard input can be read only once
    "#);
    assert_snapshot!(run(&program, &["show", "-", "-"]), @r#"
    exit 2
    --- stderr
    error: `-` is given twice, but standard input can be read only once
    "#);
    let output = program.command(&["check", "-"]).stdin(File::open(program.path("good.pcap")).unwrap()).output().unwrap();
    assert_snapshot!(said(&program.told(&output)), @r#"
    exit 0
    --- stdout
    met           health › alb-to-target   1 exchange, 4 expectations
    "#);
}

#[test]
fn a_text_of_a_wiki() {
    let page = "h1. What arrives at the target\n\n```http\nGET /health HTTP/1.1\nHost: xx.xxx.x.xx:8000\nUser-Agent: ELB-HealthChecker/2.0\n```\n\n\
        - GET /health HTTP/1.1\n- Host: 10.0.2.7:8000\n- User-Agent: ELB-HealthChecker/1.0\n\nThat is all.\n";
    let program = Program::new().file("specs/health.yaml", super::site::SPEC).file("wiki.txt", page);
    assert_snapshot!(run(&program, &["check", "wiki.txt"]), @r#"
    exit 1
    --- stdout
    error[field-value-mismatch]: `User-Agent` is not what hop `alb-to-target` must carry
      --> specs/health.yaml:11:21
       |
    11 |         User-Agent: ELB-HealthChecker/2.0
       |                     ^^^^^^^^^^^^^^^^^^^^^ expected `ELB-HealthChecker/2.0`
       |
       = seen:   1 of 2 exchanges; wiki.txt:9
       = accept: line 11 → User-Agent: { one_of: [ELB-HealthChecker/2.0, ELB-HealthChecker/1.0] }

        (- expected, + seen)
          GET /health HTTP/1.1
          Host: 10.0.2.7:8000
        - User-Agent: ELB-HealthChecker/2.0
        + User-Agent: ELB-HealthChecker/1.0
                                        ^

    note[evidence-inconclusive]: the evidence cannot show 1 expectation
      specs/health.yaml:10:15  request.header.Host  a text has no addresses (wiki.txt:4)

    violated      health › alb-to-target   2 exchanges, 4 expectations, 1 violated, 1 inconclusive, 1 not observed
    note: health › alb-to-target: 2 of 2 exchanges have no response in the capture; what is expected of it was not observed there

    violated: 1 error, 1 note in 1 hop, 2 exchanges   (hopspec explain field-value-mismatch)
    "#);
}
