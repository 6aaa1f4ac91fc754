//! Packets that tcpdump printed as hex digits (`tcpdump -x`, `-X`, `-xx`, `-XX`): they are read as the capture that they were.
//!
//! The bytes are exact, so the fidelity is the wire's. `tcpdump -A` prints dots for bytes: [`super::dotted`]. Any bytes are
//! fine: what is no line of a dump is counted, and time is linear in the length of the text, which is bounded.

use super::dotted::is_packet;
use super::remade::{Place, Remade};
use super::text::begins_message;
use crate::anomaly::{Anomalies, AnomalyKind};
use crate::capture::LinkType;
use crate::secret;

/// So many lines at the beginning are looked at for one of a dump.
const LOOKED_AT: usize = 40;
/// Ethernet and Linux cooked of both versions: where the network layer's type stands, and where that layer begins.
const LINKS: [(LinkType, usize, usize); 3] =
    [(LinkType::ETHERNET, 12, 14), (LinkType::LINUX_SLL, 14, 16), (LinkType::LINUX_SLL2, 0, 20)];

/// Whether a text is such a dump: its digits begin with those of a packet, and no message stands before them, which may hold
/// anything.
pub(super) fn is_dump(text: &[u8]) -> bool {
    let mut lines = text.split(|byte| *byte == b'\n').take(LOOKED_AT);
    // Behind a packet's line of headers `tcpdump -v` prints what it reads in its bytes.
    let mut printed = false;
    lines
        .find_map(|line| match digits(line) {
            Some((at, _)) if at == 0 || !printed => Some(at == 0),
            Some(_) => None,
            None => {
                printed |= is_packet(line);
                (!printed && begins_message(line)).then_some(false)
            }
        })
        .unwrap_or(false)
}

/// The capture that a dump shows, as a pcap file, and what was odd about the dump.
pub(super) fn capture(text: &[u8]) -> (Vec<u8>, Anomalies) {
    let mut anomalies = Anomalies::default();
    let mut packets: Vec<Printed> = Vec::new();
    let mut time = Printed::default();
    // Whether a line of headers stands before the digits that are read, and whether they have begun.
    let (mut headed, mut begun) = (false, false);
    for line in text.split(|byte| *byte == b'\n') {
        match digits(line) {
            Some((0, bytes)) => {
                if headed && begun {
                    // With -v, what a packet holds is printed before its digits. Those come last.
                    packets.pop();
                    anomalies.note(AnomalyKind::CaptureDamaged, Some(packets.len() as u64 + 1), || {
                        "digits of two packets stand behind one line of headers, and the last ones are read".to_owned()
                    });
                }
                begun = true;
                packets.push(Printed { bytes, ..time.clone() });
            }
            Some((at, bytes)) => match packets.last_mut() {
                Some(packet) if begun && packet.bytes.len() == at => packet.bytes.extend(bytes),
                // Lines are missing before this one, or it is there twice.
                _ => anomalies.note(AnomalyKind::CaptureDamaged, Some(packets.len() as u64), || {
                    format!("a line of the dump begins with byte {at}, which does not go on where the one before ended")
                }),
            },
            None => match time_of(line) {
                Some(read) => (time, headed, begun) = (read, true, false),
                None if is_packet(line) => (headed, begun) = (true, false),
                None if line.trim_ascii().is_empty() => {}
                // Other things may stand beside a dump, messages among them.
                None => anomalies.note(AnomalyKind::TextIgnored, None, || {
                    secret::mask_line(&String::from_utf8_lossy(line)).chars().take(60).collect()
                }),
            },
        }
    }
    if let Some(at) = packets.iter().position(|packet| !packet.full) {
        let open = packets.iter().filter(|packet| !packet.full).count() as u64;
        anomalies.note_many(AnomalyKind::TimeUnknown, open, Some(at as u64 + 1), || {
            "without a date they are shown as of 1970-01-01, without a time zone as UTC; `tcpdump -tt` prints all of it"
                .to_owned()
        });
    }
    let (link, at) = packets.first().map_or((LinkType::RAW, 0), |packet| link_of(&packet.bytes));
    let mut capture = Remade::new(link);
    for (packet, number) in packets.iter().zip(1..) {
        let time = (packet.seconds, packet.nanoseconds);
        capture.packet(Place { number, line: None }, time, &packet.bytes, on_the_wire(&packet.bytes, at));
    }
    (capture.file(), anomalies)
}

/// A packet as it is printed.
#[derive(Debug, Clone, Default)]
pub(super) struct Printed {
    pub(super) seconds: u32,
    pub(super) nanoseconds: u32,
    /// Day and time zone are known, too.
    pub(super) full: bool,
    bytes: Vec<u8>,
}

/// `0x0010:  7f00 0001 c976  .....v`: where the bytes stand in the packet, and the bytes.
fn digits(line: &[u8]) -> Option<(usize, Vec<u8>)> {
    let line = line.trim_ascii_start().strip_prefix(b"0x")?;
    let (at, rest) = line.split_at_checked(line.iter().position(|byte| *byte == b':')?)?;
    let at = usize::from_str_radix(std::str::from_utf8(at).ok().filter(|at| at.len() >= 4)?, 16).ok()?;
    let rest = rest.strip_prefix(b":")?.trim_ascii_start();
    let end = memchr::memmem::find(rest, b"  ").unwrap_or(rest.len());
    let mut bytes = Vec::with_capacity(16);
    let words = rest.get(..end)?.trim_ascii_end().split(|byte| *byte == b' ');
    for word in words {
        // Two digits a byte, one or two bytes a word.
        if !matches!(word.len(), 2 | 4) {
            return None;
        }
        for pair in word.chunks(2) {
            let pair = std::str::from_utf8(pair).ok().filter(|pair| pair.bytes().all(|digit| digit.is_ascii_hexdigit()))?;
            bytes.push(u8::from_str_radix(pair, 16).ok()?);
        }
    }
    (!bytes.is_empty() && bytes.len() <= 16).then_some((at, bytes))
}

/// The time at the beginning of a packet's line: of the day, with the date (`-tttt`), or in seconds since 1970 (`-tt`).
pub(super) fn time_of(line: &[u8]) -> Option<Printed> {
    let line = std::str::from_utf8(line.get(..60).unwrap_or(line)).ok()?;
    let mut words = line.split(' ');
    let first = words.next()?;
    let nanoseconds = |digits: &str| -> Option<u32> {
        let plain = !digits.is_empty() && digits.len() <= 9 && digits.bytes().all(|digit| digit.is_ascii_digit());
        plain.then(|| format!("{digits:0<9}").parse().ok()).flatten()
    };
    let of_day = |text: &str| -> Option<(u32, u32)> {
        let (clock, fraction) = text.split_once('.')?;
        let time: jiff::civil::Time = clock.parse().ok().filter(|_| clock.len() == 8)?;
        let seconds = i32::from(time.hour()) * 3600 + i32::from(time.minute()) * 60 + i32::from(time.second());
        Some((seconds.unsigned_abs(), nanoseconds(fraction)?))
    };
    if let Some(day) = first.parse::<jiff::civil::Date>().ok().filter(|_| first.len() == 10) {
        let (seconds, nanoseconds) = of_day(words.next()?)?;
        let midnight = day.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_second();
        let seconds = u32::try_from(midnight).ok()?.checked_add(seconds)?;
        return Some(Printed { seconds, nanoseconds, full: false, bytes: Vec::new() });
    }
    if let Some((seconds, nanoseconds)) = of_day(first) {
        return Some(Printed { seconds, nanoseconds, full: false, bytes: Vec::new() });
    }
    let (seconds, fraction) = first.split_once('.')?;
    let seconds: u32 = seconds.parse().ok()?;
    Some(Printed { seconds, nanoseconds: nanoseconds(fraction)?, full: true, bytes: Vec::new() })
}

/// The link type of a packet, and where its network layer begins: most dumps begin with that.
fn link_of(packet: &[u8]) -> (LinkType, usize) {
    let at = |start: usize| packet.get(start..).unwrap_or_default();
    if is_ip(packet) {
        return (LinkType::RAW, 0);
    }
    let known = LINKS.into_iter().find(|&(_, kind, network)| {
        let kind = at(kind);
        let ip = (kind.starts_with(&[0x08, 0x00]) || kind.starts_with(&[0x86, 0xdd])) && is_ip(at(network));
        ip || kind.starts_with(&[0x81, 0x00]) || kind.starts_with(&[0x08, 0x06])
    });
    known.map_or((LinkType::ETHERNET, 14), |(link, _, network)| (link, network))
}

/// Whether this looks like the header of an IP packet (RFC 791 §3.1, RFC 8200 §3).
fn is_ip(bytes: &[u8]) -> bool {
    match bytes {
        [first, _, high, low, ..] if first >> 4 == 4 => first & 0xf >= 5 && u16::from_be_bytes([*high, *low]) >= 20,
        [first, ..] => first >> 4 == 6 && bytes.len() >= 40,
        [] => false,
    }
}

/// How long a packet was on the wire, by its IP header: what was not captured is not printed.
fn on_the_wire(packet: &[u8], mut network: usize) -> u32 {
    // VLAN tags stand before the network layer (IEEE 802.1Q §9.6).
    let tagged = |network: usize| {
        let kind = network.checked_sub(2).and_then(|kind| packet.get(kind..)).unwrap_or_default();
        kind.starts_with(&[0x81, 0x00]) || kind.starts_with(&[0x88, 0xa8])
    };
    while tagged(network) {
        network += 4;
    }
    let ip = packet.get(network..).unwrap_or_default();
    let length = match ip {
        [first, _, high, low, ..] if first >> 4 == 4 => u16::from_be_bytes([*high, *low]).into(),
        [first, _, _, _, high, low, ..] if first >> 4 == 6 => u32::from(u16::from_be_bytes([*high, *low])).saturating_add(40),
        _ => return 0,
    };
    length.saturating_add(u32::try_from(network).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;
    use std::io::Cursor;

    use super::*;
    use crate::capture::{Opened, open};
    use crate::http::{BodyWant, CaptureId};
    use crate::source::fixture::{Side, tcp};
    use crate::source::read_from;
    use crate::source::tests::Notebook;

    /// As `tcpdump -X` prints a packet.
    fn printed(time: &str, packet: &[u8]) -> String {
        let mut text = format!("{time} IP 10.0.1.5.49152 > 10.0.2.7.8080: Flags [P.], length 1\n");
        for (number, line) in packet.chunks(16).enumerate() {
            let words: Vec<String> = line.chunks(2).map(|word| word.iter().map(|byte| format!("{byte:02x}")).collect()).collect();
            let shown: String = line.iter().map(|byte| if byte.is_ascii_graphic() { char::from(*byte) } else { '.' }).collect();
            writeln!(text, "\t0x{:04x}:  {:39}  {shown}", number * 16, words.join(" ")).expect("memory");
        }
        text
    }

    fn told(text: &str) -> (Vec<String>, Vec<(AnomalyKind, u64)>) {
        let mut sink = Notebook { want: BodyWant { keep: 64, sha256: false }, ..Notebook::default() };
        let read = read_from(Box::new(Cursor::new(text.as_bytes().to_vec())), CaptureId(0), &mut sink).expect("a dump");
        (sink.lines, read.anomalies.iter().map(|(kind, noted)| (kind, noted.count)).collect())
    }

    fn exchange() -> [Vec<u8>; 2] {
        let response = tcp(Side::Server, 500, b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n0x0:");
        [tcp(Side::Client, 100, b"GET / HTTP/1.1\r\nHost: a  b\r\n\r\n"), response]
    }

    #[test]
    fn a_dump_is_the_capture_that_it_was() {
        let [request, response] = exchange();
        let expected = [
            "head 0 packet 1 10.0.1.5:49152 > 10.0.2.7:8080: GET / HTTP/1.1 [Host=a  b]",
            "body 0: 0 complete Some(true) \"\"",
            "head 1 packet 2 10.0.2.7:8080 > 10.0.1.5:49152: HTTP/1.1 200 OK [Content-Length=4] answers GET / HTTP/1.1",
            "body 1: 4 complete Some(true) \"0x0:\"",
            "exchange GET / HTTP/1.1 / HTTP/1.1 200 OK",
        ];
        for (times, anomalies) in [
            (["1764290291.870646", "1764290291.870655"], vec![]),
            (["00:38:11.870646", "00:38:11.870655"], vec![(AnomalyKind::TimeUnknown, 2)]),
            (["2025-11-28 00:38:11.870646", "2025-11-28 00:38:11.870655"], vec![(AnomalyKind::TimeUnknown, 2)]),
        ] {
            let (lines, odd) = told(&(printed(times[0], &request) + &printed(times[1], &response)));
            assert_eq!(lines, expected);
            let odd: Vec<_> = odd.into_iter().filter(|(kind, _)| *kind != AnomalyKind::FlowBeganBefore).collect();
            assert_eq!(odd, anomalies);
        }
        let seconds = |line: &str| time_of(line.as_bytes()).map(|time| (time.seconds, time.nanoseconds));
        assert_eq!(seconds("2025-11-28 00:38:11.870646 IP"), Some((1_764_290_291, 870_646_000)));
        assert_eq!(seconds("00:38:11.870646 IP"), Some((2291, 870_646_000)));
        assert_eq!(seconds("1764290291.5 IP"), Some((1_764_290_291, 500_000_000)));
    }

    #[test]
    fn link_layers_are_told_apart() {
        let [request, _] = exchange();
        let ethernet = [&[2; 12][..], &[8, 0], &request].concat();
        let cooked = [&[0; 14][..], &[8, 0], &request].concat();
        let cooked2 = [&[8, 0][..], &[0; 18], &request].concat();
        for (packet, link) in [
            (&request, LinkType::RAW),
            (&ethernet, LinkType::ETHERNET),
            (&cooked, LinkType::LINUX_SLL),
            (&cooked2, LinkType::LINUX_SLL2),
        ] {
            assert_eq!(link_of(packet).0, link);
            assert_eq!(
                told(&printed("1.5", packet)).0[0],
                "head 0 packet 1 10.0.1.5:49152 > 10.0.2.7:8080: GET / HTTP/1.1 [Host=a  b]"
            );
        }
        assert_eq!(link_of(&[]).0, LinkType::ETHERNET);
    }

    #[test]
    fn what_is_missing_in_a_dump_is_said() {
        let [request, response] = exchange();
        let whole = printed("1.0", &request) + &printed("2.0", &response);
        let without: String = whole.lines().enumerate().filter(|(at, _)| *at != 3).map(|(_, line)| format!("{line}\n")).collect();
        let (_, anomalies) = told(&without);
        assert!(anomalies.iter().any(|(kind, _)| *kind == AnomalyKind::CaptureDamaged), "{anomalies:?}");
        // A snap length: what was not captured is not printed.
        let (lines, anomalies) = told(&(printed("1.0", &request[..60]) + &printed("2.0", &response)));
        assert!(anomalies.iter().any(|(kind, _)| *kind == AnomalyKind::PacketCut), "{lines:?} {anomalies:?}");
    }

    #[test]
    fn a_vlan_tag_is_no_ip_header() {
        let [request, _] = exchange();
        // Priority 2: the tag begins as IPv4 does.
        let tagged = [&[2; 12][..], &[0x81, 0, 0x40, 7, 0x08, 0], &request].concat();
        assert_eq!(on_the_wire(&tagged, 14), tagged.len() as u32);
        let (lines, anomalies) = told(&printed("1.5", &tagged));
        assert!(
            lines[0].contains("GET / HTTP/1.1") && !anomalies.iter().any(|(kind, _)| *kind == AnomalyKind::PacketCut),
            "{anomalies:?}"
        );
    }

    /// `tcpdump -v -X` prints the lines of a head before the digits of its packet.
    #[test]
    fn digits_in_the_lines_of_a_head_are_no_packet() {
        let [request, response] = exchange();
        let forged = tcp(Side::Client, 100, b"GET /forged HTTP/1.1\r\nHost: a\r\n\r\n");
        let rows = |packet: &[u8]| printed("1.5", packet).split_once('\n').map(|(_, rows)| rows.to_owned()).expect("rows");
        let head = "1.5 IP (tos 0x0, ttl 64, length 320)\n    10.0.1.5.49152 > 10.0.2.7.8080: Flags [P.], length 268: HTTP, length: 268\n";
        let text = format!("{head}\tGET / HTTP/1.1\n\tHost: a\n{}{}{}", rows(&forged), rows(&request), printed("2.0", &response));
        let (lines, odd) = told(&text);
        assert!(lines[0].contains("GET / HTTP/1.1") && !lines.iter().any(|line| line.contains("forged")), "{lines:#?}");
        assert!(odd.contains(&(AnomalyKind::CaptureDamaged, 1)), "{odd:?}");
        // Rows that would go on where the packet before ended are none of it.
        let more = format!("{}{head}\t0x{:04x}:  4141\n{}", printed("1.0", &request), request.len(), rows(&response));
        let (lines, odd) = told(&more);
        assert!(lines[0].contains("[Host=a  b]") && odd.contains(&(AnomalyKind::CaptureDamaged, 1)), "{lines:#?} {odd:?}");
    }

    #[test]
    fn a_dump_within_a_message_is_its_body() {
        let [request, _] = exchange();
        let dump = printed("1.5", &request);
        for before in ["HTTP/1.1 200 OK\n\n", "> GET / HTTP/1.1\n> \n", "A note:\n\n    < HTTP/1.1 200 OK\n    <\n"] {
            assert!(!is_dump(format!("{before}{dump}").as_bytes()), "{before}");
        }
        assert!(is_dump(format!("A note:\n\n{dump}\nHTTP/1.1 200 OK\n").as_bytes()));
    }

    #[test]
    fn what_stands_beside_a_dump_is_counted() {
        let [request, _] = exchange();
        let (_, anomalies) = told(&format!("listening on eth0\n{}\nGET /beside HTTP/1.1\n", printed("1.5", &request)));
        assert!(anomalies.contains(&(AnomalyKind::TextIgnored, 2)), "{anomalies:?}");
    }

    #[test]
    fn what_is_no_line_of_a_dump_is_none() {
        for line in [
            "0x0000:",
            "0x0000:  4",
            "0x0000:  450",
            "0x00:  45",
            "0x0000:  zz00",
            "0x0000:  +f00",
            "\t1x0000:  4500",
            "0xffffffffffffffffff:  45",
        ] {
            assert_eq!(digits(line.as_bytes()), None, "{line}");
        }
        assert_eq!(digits(b"\t0x0010:  45 0a0b"), Some((16, vec![0x45, 0x0a, 0x0b])));
        assert_eq!(digits(b"0x0000:  4500\r"), Some((0, vec![0x45, 0])));
        for line in ["", "12:30", "12:30:61.1 IP", "IP 10.0.0.1.80 > ", "1:2:3.4 a", "12:30:01.a IP", "1.2345678901 IP"] {
            assert!(time_of(line.as_bytes()).is_none(), "{line}");
        }
        assert!(!is_dump(b"note\n0x0010:  4500\n") && is_dump(b"note\n\t0x0000:  4500\n"));
        let (file, _) = capture(b"");
        assert!(matches!(open(Box::new(Cursor::new(file))), Ok(Opened::Packets(_))));
    }
}
