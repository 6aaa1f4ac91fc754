//! Through the flow layer: however a capture orders, cuts, repeats and overlaps packets, the messages are the same.

use proptest::prelude::*;

use super::listener::{Listener, Seen};
use crate::capture::{PacketAt, Timestamp};
use crate::flow::FlowTable;
use crate::http::{BodyWant, CaptureId, HttpStreams};
use crate::wire::{Endpoint, Segment, TcpFlags};

#[derive(Debug, Clone)]
struct Sent {
    client: bool,
    seq: u32,
    ack: u32,
    flags: TcpFlags,
    data: Vec<u8>,
}

const FIRST: [u32; 2] = [u32::MAX - 100, 7];

/// Exchanges, some pipelined, with every framing.
fn exchanges() -> impl Strategy<Value = Vec<(String, String, bool)>> {
    let body = prop::sample::select(vec![
        ("Content-Length: 0", ""),
        ("Content-Length: 26", "abcdefghijklmnopqrstuvwxyz"),
        ("Transfer-Encoding: chunked", "5;x\r\nhello\r\n10\r\n0123456789abcdef\r\n0\r\nT: 1\r\n\r\n"),
        ("X: a\r\n b\r\nContent-Length: 2", "ok"),
    ]);
    prop::collection::vec((body.clone(), body, any::<bool>()), 1..6).prop_map(|all| {
        let message = |start: String, (field, body): (&str, &str)| format!("{start}\r\nHost: x\r\n{field}\r\n\r\n{body}");
        let each = all.into_iter().enumerate();
        each.map(|(i, (request, response, pipelined))| {
            let request = message(format!("POST /{i} HTTP/1.1"), request);
            (request, message(format!("HTTP/1.1 20{i} OK"), response), pipelined)
        })
        .collect()
    })
}

/// The packets of a connection that carries them, each message cut into segments, some sent again.
fn packets(exchanges: &[(String, String, bool)], cut: usize, again: u64) -> Vec<Sent> {
    let flag = |syn, ack, fin| TcpFlags { syn, ack, fin, rst: false };
    let mut said = [0u32; 2];
    let mut sent = Vec::new();
    let mut send = |said: &mut [u32; 2], side: usize, flags: TcpFlags, data: &[u8], back: usize| {
        let seq = FIRST[side].wrapping_add(said[side]).wrapping_sub(back as u32);
        let ack = if flags.ack { FIRST[1 - side].wrapping_add(said[1 - side]) } else { 0 };
        sent.push(Sent { client: side == 0, seq, ack, flags, data: data.to_vec() });
        said[side] += (data.len() - back) as u32 + u32::from(flags.syn) + u32::from(flags.fin);
    };
    send(&mut said, 0, flag(true, false, false), b"", 0);
    send(&mut said, 1, flag(true, true, false), b"", 0);
    send(&mut said, 0, flag(false, true, false), b"", 0);
    let mut say = |said: &mut [u32; 2], side: usize, text: &str| {
        let bytes = text.as_bytes();
        for (i, from) in (0..bytes.len()).step_by(cut).enumerate() {
            let to = (from + cut).min(bytes.len());
            let back = if again & (1 << (i % 64)) != 0 { from.min(5) } else { 0 };
            send(said, side, flag(false, true, false), &bytes[from - back..to], back);
        }
    };
    let mut waiting: Vec<&str> = Vec::new();
    for (request, response, pipelined) in exchanges {
        say(&mut said, 0, request);
        waiting.push(response);
        if !pipelined {
            for response in waiting.drain(..) {
                say(&mut said, 1, response);
            }
        }
    }
    for response in waiting {
        say(&mut said, 1, response);
    }
    send(&mut said, 0, flag(false, true, true), b"", 0);
    send(&mut said, 1, flag(false, true, true), b"", 0);
    sent
}

type Told = ([Vec<Seen>; 2], Vec<(String, String)>, u64);

/// Messages by direction, and exchanges.
fn told(sent: &[Sent], want: BodyWant) -> Told {
    let mut listener = Listener { want, ..Listener::default() };
    let mut table = FlowTable::new(HttpStreams::new(CaptureId(0), &mut listener));
    let [client, server] = [40_000, 80].map(|port| Endpoint { ip: [10, 0, 0, 1].into(), port });
    for (number, Sent { client: from_client, seq, ack, flags, data }) in sent.iter().enumerate() {
        let (src, dst) = if *from_client { (client, server) } else { (server, client) };
        let wire_length = data.len() as u32;
        let segment = Segment { src, dst, tunnel: 0, mark: 0, seq: *seq, ack: *ack, flags: *flags, payload: data, wire_length };
        table.segment(PacketAt { number: number as u64 + 1, time: Timestamp::default() }, &segment);
    }
    table.finish();
    let flows = table.count();
    let strip = |m: &Seen| Seen { packet: 0, ..m.clone() };
    let of = |port| listener.messages.iter().filter(|m| m.src == port).map(strip).collect();
    ([of(40_000), of(80)], listener.exchanges.clone(), flows)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_order_gives_the_same_messages(
        exchanges in exchanges(),
        cut in 1..200usize,
        again in any::<u64>(),
        keys in prop::collection::vec(any::<u8>(), 200),
        window in 1..12usize,
        twice in any::<prop::sample::Index>(),
        keep in prop::bool::ANY,
    ) {
        let want = BodyWant { keep: if keep { 100 } else { 0 }, sha256: keep };
        let plain = told(&packets(&exchanges, 1 << 20, 0), want);
        prop_assert_eq!(plain.1.len(), exchanges.len());
        prop_assert!(plain.1.iter().all(|(request, response)| number(request, "POST /") == number(response, "HTTP/1.1 20")));
        let sent = packets(&exchanges, cut, again);
        let mut places: Vec<_> = sent.iter().enumerate().map(|(i, sent)| (i + usize::from(keys[i % keys.len()]) % window, sent)).collect();
        let (place, copy) = places[twice.index(places.len())];
        places.push((place + 3, copy));
        places.sort_by_key(|(place, _)| *place);
        let shuffled: Vec<_> = places.into_iter().map(|(_, sent)| sent.clone()).collect();
        prop_assert_eq!(told(&shuffled, want), plain);
    }

    #[test]
    fn a_lost_packet_never_makes_a_wrong_pair(
        exchanges in exchanges(),
        cut in 20..200usize,
        lost in any::<prop::sample::Index>(),
    ) {
        let mut sent = packets(&exchanges, cut, 0);
        sent.remove(lost.index(sent.len()));
        let (messages, pairs, _) = told(&sent, BodyWant::NOTHING);
        for (request, response) in pairs {
            let (asked, answered) = (number(&request, "POST /"), number(&response, "HTTP/1.1 20"));
            prop_assert!(asked.is_none() || answered.is_none() || asked == answered, "{request} {response}");
        }
        // A packet holds a part of one message; that one and the one behind it may be lost with it.
        prop_assert!(messages[0].len() + messages[1].len() + 2 >= 2 * exchanges.len());
    }
}

/// The number of an exchange, behind what its start lines begin with.
fn number(line: &str, start: &str) -> Option<char> {
    line.strip_prefix(start)?.chars().next()
}
