//! Version 1: one line of text (§2.1).

use std::net::IpAddr;

use memchr::memchr;

use super::header::{Addresses, Command, Family, Fault, ProxyHeader};
use super::read::Opening;
use crate::wire::Endpoint;

/// The longest line with its CRLF.
const LONGEST_LINE: usize = 107;
/// A line begins so. A request whose method is `PROXY` does not go on with one of the families.
const BEGIN: &[u8] = b"PROXY ";
const FAMILIES: &[(&[u8], Family)] = &[(b"TCP4", Family::Tcp4), (b"TCP6", Family::Tcp6), (b"UNKNOWN", Family::Unknown)];

pub(super) fn opening(bytes: &[u8]) -> Opening {
    let Some(rest) = bytes.strip_prefix(BEGIN) else {
        return if BEGIN.starts_with(bytes) { Opening::More } else { Opening::Other };
    };
    let word = rest.split(|b| matches!(b, b' ' | b'\r' | b'\n')).next().unwrap_or_default();
    let Some((_, family)) = FAMILIES.iter().find(|(name, _)| *name == word) else {
        let may_become = word.len() == rest.len() && FAMILIES.iter().any(|(name, _)| name.starts_with(word));
        return if may_become { Opening::More } else { Opening::Other };
    };
    let line = bytes.get(..LONGEST_LINE).unwrap_or(bytes);
    let Some(end) = memchr(b'\n', line) else {
        if bytes.len() < LONGEST_LINE {
            return Opening::More;
        }
        let what = format!("no line end within the {LONGEST_LINE} bytes that a line of version 1 may have");
        return Opening::Malformed(Fault { at: LONGEST_LINE, what });
    };
    let text = line.get(..end).unwrap_or_default();
    let (text, line_end) = match text.strip_suffix(b"\r") {
        Some(text) => (text, None),
        None => (text, Some(Fault { at: end, what: "the line ends with LF alone, not with CRLF".to_owned() })),
    };
    let (addresses, fault) = match addresses(text, *family) {
        Ok(addresses) => (addresses, line_end),
        Err(fault) => (Addresses::None, Some(fault)),
    };
    let header =
        ProxyHeader { version: 1, command: Command::Proxy, family: *family, addresses, tlvs: Vec::new(), checksum: None, fault };
    Opening::Header(Box::new(header), end.saturating_add(1))
}

/// `PROXY TCP4 src dst sport dport`, one blank between them.
fn addresses(line: &[u8], family: Family) -> Result<Addresses, Fault> {
    if family == Family::Unknown {
        // Whatever follows is to be ignored.
        return Ok(Addresses::None);
    }
    let mut at = 0usize;
    let mut words = line.split(|b| *b == b' ').map(|word| {
        let start = at;
        at = at.saturating_add(word.len()).saturating_add(1);
        (start, String::from_utf8_lossy(word).into_owned())
    });
    let mut word = |what: &str| words.next().ok_or_else(|| Fault { at: line.len(), what: format!("{what} is missing") });
    word("`PROXY`")?;
    word("the family")?;
    let src = ip(word("the source address")?, family)?;
    let dst = ip(word("the destination address")?, family)?;
    let sport = port(word("the source port")?)?;
    let dport = port(word("the destination port")?)?;
    if let Some((at, more)) = words.next() {
        return Err(Fault { at, what: format!("nothing is expected behind the ports, and here stands {more:?}") });
    }
    Ok(Addresses::Ip { src: Endpoint { ip: src, port: sport }, dst: Endpoint { ip: dst, port: dport } })
}

fn ip((at, text): (usize, String), family: Family) -> Result<IpAddr, Fault> {
    let ip = text.parse::<IpAddr>().ok().filter(|ip| ip.is_ipv4() == (family == Family::Tcp4));
    ip.ok_or_else(|| Fault { at, what: format!("an address of {} is expected, not {text:?}", family.name()) })
}

/// 0 to 65535, without leading zeros.
fn port((at, text): (usize, String)) -> Result<u16, Fault> {
    let plain = text.bytes().all(|b| b.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    let port = text.parse().ok().filter(|_| plain);
    port.ok_or_else(|| Fault { at, what: format!("a port from 0 to 65535 is expected, not {text:?}") })
}
