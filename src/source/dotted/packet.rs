//! The packets of a dump: the line of headers, and what is printed behind it.

use super::borders::{Borders, Place};
use super::header::{Header, header};
use crate::source::dump::time_of;
use crate::source::remade::Time;

/// A packet as it is printed.
#[derive(Debug)]
pub(super) struct Packet<'t> {
    /// The line of its headers, counted from 1.
    pub(super) line: u32,
    pub(super) time: Time,
    /// Day and time zone are known, too.
    pub(super) dated: bool,
    /// `None` where it is no TCP segment, or one in a tunnel.
    pub(super) header: Option<Header<'t>>,
    /// It carries another packet.
    pub(super) tunnel: bool,
    /// What is printed of it.
    pub(super) printed: Vec<u8>,
    /// Its bytes hold a line of headers, or it could end at another one.
    pub(super) unclear: bool,
}

/// Where the IP header may stand: with `-AA` behind that of the link, which is of Ethernet, Linux cooked or loopback.
const NETWORK: [usize; 6] = [0, 14, 16, 20, 18, 4];

impl Packet<'_> {
    /// What is printed of the bytes that its segment carries.
    pub(super) fn payload(&self) -> Option<&[u8]> {
        let Header { length, tcp, .. } = self.header?;
        let behind = |at: usize| self.printed.get(at + network(&self.printed, at)? + tcp?..);
        // As many bytes as are carried, but for CRs that are not printed.
        let fits = |printed: &&[u8]| {
            let lines = memchr::memchr_iter(b'\n', printed).count();
            printed.len() <= length && length - printed.len() <= lines + 1
        };
        NETWORK.into_iter().filter_map(behind).find(fits).or_else(|| behind(0))
    }
}

impl Packet<'_> {
    /// How many bytes it has in all, where this is the first line that is printed of them.
    fn bytes(&self, printed: &[u8]) -> Option<usize> {
        let Header { length, tcp, .. } = self.header.filter(|_| !self.tunnel)?;
        NETWORK.into_iter().find_map(|at| Some(at + network(printed, at)? + tcp? + length))
    }
}

/// How long the IP header is that stands here.
fn network(printed: &[u8], at: usize) -> Option<usize> {
    match printed.get(at)? {
        // IPv4 says how many words its header has (RFC 791 §3.1); that of IPv6 has 40 bytes (RFC 8200 §3).
        first @ b'E'..=b'O' => Some(usize::from(first & 0xf) * 4),
        b'`'..=b'o' => Some(40),
        _ => None,
    }
}

/// What stands before the first packet and behind the last.
#[derive(Debug, Default)]
pub(super) struct Beside<'t> {
    pub(super) count: u64,
    pub(super) first: Option<(u32, &'t [u8])>,
}

/// The lines of a text: without their ends, with their numbers, and as they stand there.
pub(super) fn lines(text: &[u8]) -> impl Iterator<Item = (&[u8], u32, &[u8])> {
    text.split_inclusive(|byte| *byte == b'\n').zip(1_u32..).map(|(whole, number)| {
        let line = whole.strip_suffix(b"\n").unwrap_or(whole);
        // Saved where lines end with CR LF: tcpdump prints no CR itself.
        (line.strip_suffix(b"\r").unwrap_or(line), number, whole)
    })
}

/// Takes a dump apart.
pub(super) fn packets(text: &[u8]) -> (Vec<Packet<'_>>, Beside<'_>) {
    let borders = Borders::of(text);
    let timed = borders.timed;
    let mut packets: Vec<Packet<'_>> = Vec::new();
    let mut beside = Beside::default();
    // How many lines of headers were read, while they go on: of `-v`, or of a protocol that tcpdump knows.
    let mut heading = 0_u32;
    // Up to this line all is of the packet before it.
    let mut within = 0;
    let mut at = 0;
    for (line, number, whole) in lines(text) {
        let place = Place { line: number, at };
        at += line.len() + 1;
        if number >= within {
            if heading > 0 && timed && (line.starts_with(b"IP ") || line.starts_with(b"IP6 ")) {
                // What is in a tunnel: its bytes stand behind headers of which the line does not say how long they are.
                let carries = header(line).is_some_and(|header| header.length > 0);
                packets.last_mut().into_iter().for_each(|packet| packet.tunnel |= carries);
                continue;
            }
            if let Some((time, dated)) = begins(line, !timed) {
                let header = header(line);
                let tunnel = header.is_some_and(|header| header.tunnel && header.length > 0);
                packets.push(Packet { line: number, time, dated, header, tunnel, printed: Vec::new(), unclear: false });
                heading = 1;
                continue;
            }
        }
        let ends = number >= within && is_count(line);
        let Some(packet) = packets.last_mut().filter(|_| !ends) else {
            if !line.trim_ascii().is_empty() {
                beside.count += 1;
                beside.first.get_or_insert((number, line));
            }
            continue;
        };
        if heading > 0 && matches!(line.first(), Some(b' ' | b'\t')) {
            // The ends stand right below; what the segment carries may stand behind them.
            if heading == 1 {
                packet.header = packet.header.or_else(|| header(line));
            }
            heading = heading.saturating_add(1);
            continue;
        }
        if std::mem::take(&mut heading) > 0 {
            let end = borders.end(place, packet.bytes(line));
            (within, packet.unclear) = (end.line, end.unclear);
        }
        packet.printed.extend_from_slice(line);
        if line.len() < whole.len() {
            packet.printed.push(b'\n');
        }
    }
    for packet in &mut packets {
        // The line end behind the last byte is none of it.
        packet.printed.pop_if(|byte| *byte == b'\n');
    }
    (packets, beside)
}

/// The time of a packet, where its line of headers begins here. `timeless` says that it may have none (`-t`).
pub(super) fn begins(line: &[u8], timeless: bool) -> Option<(Time, bool)> {
    let shown = line.get(..400).unwrap_or(line);
    let has = |part: &str| memchr::memmem::find(shown, part.as_bytes()).is_some();
    // A blank stands before the time since the last packet (`-ttt`).
    let time = time_of(line.strip_prefix(b" ").unwrap_or(line));
    let named = [" IP ", " IP6 ", " ARP, ", " ethertype "].iter().any(|protocol| has(protocol));
    match time {
        Some(time) if named => Some(((time.seconds, time.nanoseconds), time.full)),
        None if timeless && (line.starts_with(b"IP ") || line.starts_with(b"IP6 ")) => {
            (has(" > ") && has(": ")).then_some(((0, 0), false))
        }
        _ => None,
    }
}

/// Whether a line is one of a packet's headers.
pub(in crate::source) fn is_packet(line: &[u8]) -> bool {
    begins(line, true).is_some()
}

/// Whether a line begins with a time.
pub(super) fn is_timed(line: &[u8]) -> bool {
    time_of(line.strip_prefix(b" ").unwrap_or(line)).is_some()
}

/// Whether a text begins with a packet, perhaps behind what tcpdump says first.
pub(super) fn begins_with_packet(text: &[u8]) -> bool {
    let said = |line: &[u8]| {
        let line = line.trim_ascii();
        let own = ["tcpdump: ", "listening on ", "reading from ", "dropped privs "];
        let own = own.iter().any(|own| line.starts_with(own.as_bytes()));
        own || line.is_empty() || memchr::memmem::find(line.get(..200).unwrap_or(line), b"tcpdump -").is_some()
    };
    text.split(|byte| *byte == b'\n').find(|line| !said(line)).is_some_and(|line| begins(line, true).is_some())
}

/// `22 packets captured`, which tcpdump says in the end.
pub(super) fn is_count(line: &[u8]) -> bool {
    let line = line.strip_prefix(b"^C").unwrap_or(line);
    let (number, said) =
        line.split_at_checked(line.iter().position(|byte| *byte == b' ').unwrap_or(line.len())).unwrap_or_default();
    let counted = [&b" packets captured"[..], b" packet captured", b" packets received by filter", b" packet received by filter"];
    let digits = !number.is_empty() && number.iter().all(u8::is_ascii_digit);
    digits && (counted.contains(&said) || said.ends_with(b"dropped by kernel") || said.ends_with(b"dropped by interface"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_and_what_stands_beside() {
        let text = b"listening on lo\r\n00:41:10.5 IP 10.0.0.1.5 > 10.0.0.2.80: Flags [P.], seq 1:3, ack 1, win 1, length 2\r\nE..*................P.......hi\r\n\
            1.5 IP (tos 0x0, ttl 64)\n    10.0.0.1.5 > 10.0.0.2.80: Flags [.], ack 1, win 1, length 5: HTTP, length: 5\n\tGET /\n\t\nE...................P.......GET /\n\
            00:41:10.7 IP 10.0.0.1.53 > 10.0.0.2.53: UDP, length 9\nE.....GET / HTTP/1.1\n\n3 packets captured\n";
        let (packets, beside) = packets(text);
        let told: Vec<_> = packets.iter().map(|p| (p.line, p.time, p.dated, p.payload().map(<[u8]>::len))).collect();
        // 40 bytes of headers.
        assert_eq!(
            told,
            [(2, (2470, 500_000_000), false, None), (4, (1, 500_000_000), true, None), (9, (2470, 700_000_000), false, None)]
        );
        assert_eq!(packets[0].printed, b"E..*................P.......hi");
        assert_eq!(packets[1].printed, b"E...................P.......GET /");
        assert!(packets[1].header.is_some() && packets[2].header.is_none());
        assert_eq!((beside.count, beside.first), (2, Some((1, &b"listening on lo"[..]))));
    }
}
