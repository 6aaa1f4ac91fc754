//! What is read of a packet.

use std::net::IpAddr;

use super::message::{Told, messages};
use super::node::{Node, Object};
use crate::source::remade::Time;
use crate::wire::Endpoint;

/// A packet, as far as it matters here.
#[derive(Debug)]
pub(super) struct Frame {
    /// Its number in the capture that tshark read.
    pub(super) number: u64,
    /// The line of the text where it begins.
    pub(super) line: u32,
    pub(super) time: Option<Time>,
    pub(super) segment: Option<Carried>,
    /// The messages that tshark read in it.
    pub(super) messages: Vec<Told>,
    /// They were in TLS.
    pub(super) opened: bool,
    /// The packets from which tshark put together what it read.
    pub(super) pieces: Vec<u64>,
}

/// Its TCP segment.
#[derive(Debug)]
pub(super) struct Carried {
    pub(super) src: Endpoint,
    pub(super) dst: Endpoint,
    /// tshark's number of the connection.
    pub(super) stream: u32,
    pub(super) id: u16,
    pub(super) seq: u32,
    pub(super) ack: u32,
    pub(super) flags: u8,
    pub(super) payload: Vec<u8>,
    /// So many bytes of it are not there.
    pub(super) missing: usize,
}

/// Reads a packet: a member of the list of `-T json`, or a line of `-T ek`. `None` where it is neither.
pub(super) fn frame(packet: &Object<'_>, line: u32) -> Option<Frame> {
    let layers = packet.objects("_source").find_map(|source| source.objects("layers").next());
    let layers = layers.or_else(|| packet.objects("layers").next())?;
    let general = layers.objects("frame").next();
    let opened = layers.0.iter().any(|(name, _)| name == "tls" || name == "ssl");
    let pieces = ["tcp.segments", "tls.segments"].into_iter().flat_map(|name| layers.objects(name));
    let pieces = pieces.flat_map(|of| of.values("tcp.segment")).filter_map(|node| match node {
        Node::Text(number) => number.parse().ok(),
        _ => None,
    });
    Some(Frame {
        number: general.and_then(|general| general.number("frame.number")).unwrap_or(0),
        line,
        time: general.and_then(|general| time(general.text("frame.time_epoch")?)),
        segment: segment(layers),
        messages: messages(layers),
        opened,
        pieces: pieces.collect(),
    })
}

/// The innermost TCP segment.
fn segment(layers: &Object<'_>) -> Option<Carried> {
    let at = layers.0.iter().rposition(|(name, _)| name == "tcp")?;
    let (outer, inner) = layers.0.split_at_checked(at)?;
    let tcp = last(&inner.first()?.1)?;
    let (version, ip) = outer.iter().rev().find(|(name, _)| name == "ip" || name == "ipv6")?;
    let ip = last(ip)?;
    let address = |end: &str| -> Option<IpAddr> { ip.text(&format!("{version}.{end}"))?.parse().ok() };
    let port = |end: &str| u16::try_from(tcp.number(end)?).ok();
    let of_32 = |field: &str, old: &str| tcp.number(field).or_else(|| tcp.number(old)).and_then(|n| u32::try_from(n).ok());
    let payload = tcp.text("tcp.payload").and_then(hex);
    let length = tcp.number("tcp.len").and_then(|length| usize::try_from(length).ok());
    let payload = payload.unwrap_or_default();
    Some(Carried {
        src: Endpoint { ip: address("src")?, port: port("tcp.srcport")? },
        dst: Endpoint { ip: address("dst")?, port: port("tcp.dstport")? },
        stream: tcp.number("tcp.stream").and_then(|stream| u32::try_from(stream).ok()).unwrap_or(u32::MAX),
        id: ip.number("ip.id").and_then(|id| u16::try_from(id).ok()).unwrap_or(0),
        seq: of_32("tcp.seq_raw", "tcp.seq")?,
        ack: of_32("tcp.ack_raw", "tcp.ack").unwrap_or(0),
        flags: tcp.number("tcp.flags").map_or(0, |flags| (flags & 0xff) as u8),
        // A segment is no longer than an IP packet may be, whatever is said.
        missing: length.unwrap_or(0).saturating_sub(payload.len()).min(0xffff),
        payload,
    })
}

/// A layer; of several of a kind, which `-T ek` writes as a list, the innermost.
fn last<'o, 't>(node: &'o Node<'t>) -> Option<&'o Object<'t>> {
    match node {
        Node::Object(layer) => Some(layer),
        Node::List(layers) => last(layers.last()?),
        Node::Text(_) | Node::Other => None,
    }
}

/// `50:52:49`
pub(super) fn hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let mut bytes = Vec::with_capacity(text.len() / 3 + 1);
    for pair in text.as_bytes().split(|byte| *byte == b':') {
        let [high, low] = pair else { return None };
        bytes.push(u8::try_from(digit(*high)? << 4 | digit(*low)?).ok()?);
    }
    Some(bytes)
}

/// `1795394738.513151000`, or as tshark 4.2 and later write it, `2026-11-23T00:45:38.513151000Z`.
fn time(text: &str) -> Option<Time> {
    if let Ok(time) = text.parse::<jiff::Timestamp>() {
        let nanoseconds = u32::try_from(time.subsec_nanosecond()).ok()?;
        return Some((u32::try_from(time.as_second()).ok()?, nanoseconds));
    }
    let (seconds, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let plain = !fraction.is_empty() && fraction.len() <= 9 && fraction.bytes().all(|digit| digit.is_ascii_digit());
    let nanoseconds = plain.then(|| format!("{fraction:0<9}").parse().ok()).flatten()?;
    Some((seconds.parse().ok()?, nanoseconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_and_times() {
        assert_eq!(hex("50:0a"), Some(vec![0x50, 0x0a]));
        for text in ["", "5", "50:", "5g:00", "500a", "<MISSING>"] {
            assert_eq!(hex(text), None, "{text}");
        }
        let expected = Some((1_795_394_738, 513_151_000));
        assert_eq!(time("1795394738.513151000"), expected);
        assert_eq!(time("2026-11-23T00:45:38.513151000Z"), expected);
        assert_eq!((time("5"), time("x"), time("1.2345678901")), (Some((5, 0)), None, None));
    }
}
