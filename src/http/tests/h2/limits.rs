//! Floods: each bound is kept, and said.

use super::super::listener::{Heard, Listener, client, feed_open, hear, hear_within};
use super::wire::{CONTINUATION, END_HEADERS, END_STREAM, HEADERS, begun, frame};
use crate::anomaly::AnomalyKind::{HeadLimit, HpackError, HpackUnknown, Http2Limit};
use crate::capture::{PacketAt, Timestamp};
use crate::flow::{Direction, StreamEnd, StreamSink as _};
use crate::http::{BodyWant, CaptureId, Http2Limits, HttpStreams, Limits};

fn after_preface(more: Vec<Vec<u8>>) -> Heard {
    let (_, _, from, _) = begun();
    hear(&[client([vec![from], more].concat().concat())])
}

#[test]
fn floods_of_continuation_are_cut() {
    for piece in [Vec::new(), vec![b'a'; 1000]] {
        let mut frames = vec![frame(HEADERS, END_STREAM, 1, b"\x82\x86\x84")];
        frames.extend(std::iter::repeat_n(frame(CONTINUATION, 0, 1, &piece), 2000));
        frames.push(frame(CONTINUATION, END_HEADERS, 1, b""));
        let heard = after_preface(frames);
        assert_eq!(heard.lines(), ["GET / HTTP/2"]);
        assert!(heard.messages[0].flags.contains(&HeadLimit), "{:?}", heard.kinds());
    }
}

#[test]
fn a_frame_larger_than_anything_is_passed_over() {
    let (mut asks, _, from, _) = begun();
    let large = frame(HEADERS, END_HEADERS | END_STREAM, 1, &vec![0x82; 300 << 10]);
    let heard = hear(&[client([from, large, asks.get(3, "/next")].concat())]);
    assert_eq!(heard.lines(), ["GET /next HTTP/2"]);
    assert_eq!(heard.anomalies.count(Http2Limit), 1);
}

#[test]
fn the_oldest_of_too_many_streams_is_told() {
    let (mut asks, _, mut from, _) = begun();
    for stream in 0..2000 {
        from.extend(asks.get(2 * stream + 1, "/"));
    }
    let heard = hear(&[client(from)]);
    assert_eq!((heard.messages.len(), heard.exchanges.len()), (2000, 2000));
    assert_eq!(heard.anomalies.count(Http2Limit), 976);
}

#[test]
fn the_tables_of_all_connections_are_bounded() {
    let mut listener = Listener::default();
    let mut streams = HttpStreams::new(CaptureId(0), &mut listener);
    // The table is 64 KiB, and filled by sixteen entries.
    let mut block = b"\x3f\xe1\xff\x03".to_vec();
    for _ in 0..16 {
        block.extend(b"\x40\x01a\x7f\xa1\x1e");
        block.extend([b'x'; 4000]);
    }
    let (_, _, from, _) = begun();
    let bytes = [from, frame(HEADERS, END_HEADERS | END_STREAM, 1, &block)].concat();
    let open: Vec<_> = (0..300).map(|number| feed_open(&mut streams, number, &[client(&bytes)])).collect();
    assert!(streams.anomalies().count(Http2Limit) > 0, "{:?}", streams.anomalies());
    assert!(streams.h2.held() <= 16 << 20);
    let at = PacketAt { number: 2, time: Timestamp::default() };
    for (flow, mut talk) in open {
        for direction in [Direction::Forward, Direction::Backward] {
            streams.end(&flow, &mut talk, direction, StreamEnd::Unfinished, 0, at);
        }
        streams.close(&flow, talk);
    }
    assert_eq!((streams.h2.held(), streams.buffered, streams.held), (0, 0, 0), "all is given back");
}

#[test]
fn limits_of_http_2_are_moved() {
    let usual = Limits::default();
    let within =
        |limits, frames: &[Vec<u8>]| hear_within(limits, BodyWant::NOTHING, &[client([begun().2, frames.concat()].concat())]);
    let h2 = |h2| Limits { h2, ..usual };
    // Five requests that run.
    let open: Vec<_> = (0..5).map(|number| frame(HEADERS, END_HEADERS, 2 * number + 1, b"\x82\x86\x84")).collect();
    for (streams, told) in [(5, 0), (2, 3)] {
        let heard = within(h2(Http2Limits { streams, ..usual.h2 }), &open);
        assert_eq!((heard.lines().len(), heard.exchanges.len(), heard.anomalies.count(Http2Limit)), (5, 5, told));
    }
    // A table of 8 KiB with two entries of 4 KiB, of which the older one is referred to.
    let mut block = b"\x82\x86\x84\x3f\xe1\x3f".to_vec();
    for name in [b'a', b'b'] {
        block.extend([&[0x40, 1, name][..], b"\x7f\xa1\x1e", &[b'x'; 4000]].concat());
    }
    block.push(0xbf);
    let large = [frame(HEADERS, END_HEADERS | END_STREAM, 1, &block)];
    for (limits, noted) in [
        (usual.h2, 0),
        (Http2Limits { table: 8192, ..usual.h2 }, 0),
        (Http2Limits { table: 4096, ..usual.h2 }, 1),
        (Http2Limits { in_all: 6000, ..usual.h2 }, 1),
    ] {
        let heard = within(h2(limits), &large);
        assert_eq!(heard.lines(), ["GET / HTTP/2"]);
        assert_eq!(heard.anomalies.count(Http2Limit), noted, "{limits:?}: {:?}", heard.kinds());
        assert_eq!(heard.anomalies.count(HpackUnknown), u64::from(limits.table < 8192), "{limits:?}: {:?}", heard.kinds());
    }
    // Blocks are bounded as other heads are: by bytes, coded and decoded, and by fields.
    let many = [b"\x82\x86\x84".to_vec(), b"\x00\x01a\x01b".repeat(200)].concat();
    let many = [frame(HEADERS, END_HEADERS | END_STREAM, 1, &many)];
    assert!(within(usual, &many).kinds().is_empty());
    for (limits, least, most) in [(Limits { head: 500, ..usual }, 50, 100), (Limits { fields: 100, ..usual }, 90, 100)] {
        let heard = within(limits, &many);
        assert!(heard.messages[0].flags.contains(&HeadLimit), "{limits:?}: {:?}", heard.kinds());
        assert!((least..=most).contains(&heard.messages[0].fields.len()), "{}", heard.messages[0].fields.len());
    }
}

#[test]
fn a_table_larger_than_the_limit_is_asked_for() {
    // 2³¹ is no size that a server allowed, and more than is kept.
    let heard = after_preface(vec![frame(HEADERS, END_HEADERS | END_STREAM, 1, b"\x3f\xe1\xff\xff\xff\x07\x82\x86\x84")]);
    assert_eq!(heard.lines(), ["GET / HTTP/2"]);
    assert_eq!((heard.anomalies.count(HpackError), heard.anomalies.count(Http2Limit)), (1, 1));
}
