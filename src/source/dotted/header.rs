//! The line of headers that tcpdump prints for a TCP segment (`tcp_print` in its `print-tcp.c`).

/// What the line says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header<'t> {
    /// Address or name, and port or service, of both ends.
    pub(super) src: (&'t str, &'t str),
    pub(super) dst: (&'t str, &'t str),
    pub(super) flags: u8,
    pub(super) seq: Option<u32>,
    pub(super) ack: Option<u32>,
    /// How many bytes the segment carries.
    pub(super) length: usize,
    /// How long the TCP header is; `None` where an option's length is not known.
    pub(super) tcp: Option<usize>,
    /// The segment is in a packet of another packet.
    pub(super) tunnel: bool,
}

/// No segment carries more bytes.
const LONGEST: usize = 1 << 20;
const FLAGS: &str = ": Flags [";

/// Reads a line.
pub(super) fn header(line: &[u8]) -> Option<Header<'_>> {
    // What it says of the content stands behind it, and may look the same.
    let at = memchr::memmem::find(line.get(..600).unwrap_or(line), FLAGS.as_bytes())?;
    let ends = std::str::from_utf8(line.get(..at)?).ok()?;
    let rest = line.get(at + FLAGS.len()..)?;
    // What it says of the content may stand behind it, in any bytes.
    let rest = rest.get(..rest.len().min(2000)).unwrap_or(rest);
    let rest = String::from_utf8_lossy(rest);
    let (before, dst) = ends.rsplit_once(" > ")?;
    let src = before.rsplit(' ').next()?;
    let tunnel = [": IP ", ": IP6 "].iter().any(|inner| before.contains(inner));
    if !tunnel && before.contains(" > ") {
        // They are in what a packet of another protocol holds.
        return None;
    }
    let (flags, rest) = rest.split_once(']')?;
    let (said, length) = rest.split_once(", length ")?;
    let (options, length) = match said.split_once(", options [") {
        // An option may hold brackets of its own.
        Some((_, options)) => (options.strip_suffix(']')?, length),
        None => ("", length),
    };
    let rest = said;
    let number = |key: &str| -> Option<u32> { digits(rest.split_once(key)?.1).parse().ok() };
    Some(Header {
        src: src.rsplit_once('.')?,
        dst: dst.rsplit_once('.')?,
        flags: flags.chars().fold(0, |all, flag| all | bit(flag)),
        seq: number(", seq "),
        ack: number(", ack "),
        length: digits(length).parse().ok().filter(|length| *length <= LONGEST)?,
        tcp: options_length(options).map(|length| 20 + length.next_multiple_of(4)),
        tunnel,
    })
}

fn digits(text: &str) -> &str {
    text.split(|digit: char| !digit.is_ascii_digit()).next().unwrap_or_default()
}

fn bit(flag: char) -> u8 {
    use crate::source::remade::{ACK, FIN, PSH, RST, SYN};
    match flag {
        'F' => FIN,
        'S' => SYN,
        'R' => RST,
        'P' => PSH,
        '.' => ACK,
        _ => 0,
    }
}

/// How long options are (RFC 9293 §3.2, RFC 7323, RFC 2018).
fn options_length(options: &str) -> Option<usize> {
    if options.is_empty() {
        return Some(0);
    }
    options.split(',').try_fold(0_usize, |all, option| {
        let length = match option.split(' ').next()? {
            "nop" | "eol" => 1,
            "mss" => 4,
            "wscale" => 3,
            "sackOK" => 2,
            "TS" => 10,
            "sack" => 2 + 8 * option.matches('{').count(),
            _ => return None,
        };
        Some(all + length)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::remade::{ACK, PSH, SYN};

    #[test]
    fn lines_of_headers() {
        let line = b"00:41:12.412847 IP 127.0.0.1.52704 > 127.0.0.10.19011: Flags [P.], seq 1:50, ack 2, win 64, options [nop,nop,TS val 27 ecr 15], length 49: HTTP: GET / HTTP/1.1";
        let (src, dst) = (("127.0.0.1", "52704"), ("127.0.0.10", "19011"));
        let expected =
            Header { src, dst, flags: PSH | ACK, seq: Some(1), ack: Some(2), length: 49, tcp: Some(32), tunnel: false };
        assert_eq!(header(line), Some(expected));
        let line = b"IP6 fe80::1.80 > ip-10-0-0-1.ec2.internal.http: Flags [S], seq 2914402748, win 65495, options [mss 65495,sackOK,TS val 20 ecr 0,nop,wscale 10], length 0";
        let (src, dst) = (("fe80::1", "80"), ("ip-10-0-0-1.ec2.internal", "http"));
        let expected =
            Header { src, dst, flags: SYN, seq: Some(2_914_402_748), ack: None, length: 0, tcp: Some(40), tunnel: false };
        assert_eq!(header(line), Some(expected));
        // What a client writes stands behind it.
        let forged = b"1.5 IP 10.0.0.1.5 > 10.0.0.2.80: Flags [P.], ack 2, win 64, length 49: HTTP: GET /: IP 1.2.3.4.5 > 1.2.3.4.6: Flags [S], seq 7, options [mss 3], length 3 HTTP/1.1";
        let expected = Header {
            src: ("10.0.0.1", "5"),
            dst: ("10.0.0.2", "80"),
            flags: PSH | ACK,
            seq: None,
            ack: Some(2),
            length: 49,
            tcp: Some(20),
            tunnel: false,
        };
        assert_eq!(header(forged), Some(expected));
        let verbose = b"    10.0.0.1.5 > 10.0.0.2.80: Flags [.], cksum 0x1 (correct), ack 1, win 64, length 0";
        assert_eq!(header(verbose).and_then(|header| header.tcp), Some(20));
        let tunnel = b"00:53:12.162521 IP 127.0.0.1.60811 > 127.0.0.1.6081: Geneve, Flags [none], vni 0x0: IP 192.0.2.1.6 > 192.0.2.2.80: Flags [S], seq 1, win 6, length 0";
        assert_eq!(header(tunnel).map(|header| (header.src, header.tunnel)), Some((("192.0.2.1", "6"), true)));
    }

    #[test]
    fn what_is_no_such_line_is_none() {
        for line in [
            "",
            "GET / HTTP/1.1",
            "a > b: Flags [P.], length 1",
            "IP 1.2.3.4.5 > 1.2.3.4.6: UDP, length 9",
            "x: Flags [",
            "1.5 IP 10.0.0.1.5 > 10.0.0.2.53: 7+ A? IP 1.2.3.4.5 > 1.2.3.4.6: Flags [.], ack 1, win 1, length 3",
            "IP 1.2.3.4.5 > 1.2.3.4.6: Flags [.], ack 1",
        ] {
            assert_eq!(header(line.as_bytes()), None, "{line}");
        }
        let sack = "nop,nop,sack 2 {1:2}{3:4}";
        assert_eq!((options_length(sack), options_length("mptcp 12 dss")), (Some(20), None));
    }
}
