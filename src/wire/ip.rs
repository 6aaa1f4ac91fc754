//! IP (RFC 791, RFC 8200) with options and extension headers, taken apart by etherparse in its lax way: cut packets and
//! unset lengths are facts of captures, not errors. A fragment is given out with what it needs to be put together.

use std::net::IpAddr;

use etherparse::err::ip::{HeaderError, LaxHeaderSliceError};
use etherparse::err::ipv6_exts::HeaderSliceError;
use etherparse::err::{LenError, ipv6_exts};
use etherparse::{IpNumber, LaxIpSlice, ip_number};

use super::fragment::{Fragment, FragmentKey};
use super::rest::Rest;
use super::{Decoded, WireError, transport, tunnel};

const EXTENSION: &str = "IP extension header";
/// The number of IPv6's fragment header (RFC 8200 §4.5).
const FRAGMENT: u8 = 44;

/// An IP packet and what it carries.
pub(super) fn ip(rest: Rest<'_>) -> Result<Decoded<'_>, WireError> {
    let (packet, stopped) = LaxIpSlice::from_slice(rest.bytes).map_err(|error| match error {
        LaxHeaderSliceError::Len(error) => length_error(&rest, "IP header", &error),
        LaxHeaderSliceError::Content(error) => value_error(&rest, &error),
    })?;
    if packet.is_fragmenting_payload() {
        return fragment(&rest, &packet).map(Decoded::Fragment);
    }
    if let Some((error, _)) = stopped {
        return Err(extension_error(&rest, &error));
    }
    let (headers, length, claim) = lengths(&rest, &packet);
    if length < headers {
        let layer = "IP packet";
        return Err(WireError::Length { layer, offset: rest.offset, needed: headers, had: length, claim });
    }
    let id = packet.ipv4().map_or(0, |packet| packet.header().identification());
    let payload = Rest { id, ..rest.ending(length, claim).behind(headers, "IP packet")? };
    carried(packet.payload_ip_number(), packet.source_addr(), packet.destination_addr(), payload)
}

/// A fragment: the part of a packet's payload that it brings. An authentication header is payload here, since it stands in
/// the first fragment alone.
fn fragment<'a>(rest: &Rest<'a>, packet: &LaxIpSlice<'a>) -> Result<Fragment<'a>, WireError> {
    let (src, dst) = (packet.source_addr(), packet.destination_addr());
    match packet {
        LaxIpSlice::Ipv4(packet) => {
            let header = packet.header();
            let rest = within_lengths(rest, header.slice().len(), usize::from(header.total_len()), "IPv4 total length")?;
            let (protocol, id) = (header.protocol().0, u32::from(header.identification()));
            let offset = u32::from(header.fragments_offset().byte_offset());
            let key = FragmentKey::new(src, dst, protocol, id, &rest);
            Ok(Fragment { key, protocol, offset, last: !header.more_fragments(), rest })
        }
        LaxIpSlice::Ipv6(packet) => {
            let header = packet.header();
            let length = match usize::from(header.payload_length()) {
                0 => 0,
                length => length.saturating_add(40),
            };
            let rest = within_lengths(rest, 40, length, "IPv6 payload length")?;
            let (_, rest) = extensions(header.next_header().0, rest)?;
            let head: &[u8; 8] = rest.head(EXTENSION)?;
            let place = u16::from_be_bytes([head[2], head[3]]);
            let id = u32::from_be_bytes([head[4], head[5], head[6], head[7]]);
            let rest = rest.behind(8, EXTENSION)?;
            // RFC 8200 §4.5: only the first fragment says what is carried, so that is no part of the identity.
            let key = FragmentKey::new(src, dst, FRAGMENT, id, &rest);
            Ok(Fragment { key, protocol: head[0], offset: u32::from(place & 0xfff8), last: place & 1 == 0, rest })
        }
    }
}

/// A fragment behind its header, as long as that says; 0 is a length that nobody filled in.
fn within_lengths<'a>(rest: &Rest<'a>, header: usize, length: usize, claim: &'static str) -> Result<Rest<'a>, WireError> {
    let layer = "IP fragment";
    if length != 0 && length < header {
        return Err(WireError::Length { layer, offset: rest.offset, needed: header, had: length, claim });
    }
    let rest = if length == 0 { *rest } else { rest.ending(length, claim) };
    rest.behind(header, layer)
}

/// Passes over extension headers (RFC 8200 §4) to a fragment header, or to what is no extension.
fn extensions(next: u8, rest: Rest<'_>) -> Result<(u8, Rest<'_>), WireError> {
    let (mut next, mut rest) = (next, rest);
    loop {
        let unit = match next {
            // Hop-by-hop options, routing, destination options, mobility, HIP and Shim6 count words of eight bytes.
            0 | 43 | 60 | 135 | 139 | 140 => 8,
            // The authentication header counts words of four, and two less (RFC 4302 §2.2).
            51 => 4,
            _ => return Ok((next, rest)),
        };
        let &[following, words] = rest.head(EXTENSION)?;
        let more = if unit == 4 { 2_usize } else { 1 };
        rest = rest.behind(usize::from(words).saturating_add(more).saturating_mul(unit), EXTENSION)?;
        next = following;
    }
}

/// What a packet carries that was put together from fragments.
pub(super) fn put_together<'a>(protocol: u8, src: IpAddr, dst: IpAddr, rest: Rest<'a>) -> Result<Decoded<'a>, WireError> {
    // IPv4 knows but one of the extension headers.
    let extended = src.is_ipv6() || protocol == ip_number::AUTHENTICATION_HEADER.0;
    let (protocol, payload) = if extended { extensions(protocol, rest)? } else { (protocol, rest) };
    carried(IpNumber(protocol), src, dst, payload)
}

/// The length of all headers, and that of the packet on the wire with what says so. 0 stands where the sender's network
/// card was to fill it in (segmentation offload): the packet's own length counts then.
fn lengths(rest: &Rest<'_>, packet: &LaxIpSlice<'_>) -> (usize, usize, &'static str) {
    match packet {
        LaxIpSlice::Ipv4(packet) => {
            let authentication = packet.extensions().auth.map_or(0, |header| header.slice().len());
            let headers = packet.header().slice().len().saturating_add(authentication);
            match packet.header().total_len() {
                0 => (headers, rest.wire, rest.claim),
                length => (headers, usize::from(length), "IPv4 total length"),
            }
        }
        LaxIpSlice::Ipv6(packet) => {
            let headers = packet.extensions().slice().len().saturating_add(40);
            match packet.header().payload_length() {
                0 => (headers, rest.wire.max(40), rest.claim),
                length => (headers, usize::from(length).saturating_add(40), "IPv6 payload length"),
            }
        }
    }
}

fn carried(protocol: IpNumber, src: IpAddr, dst: IpAddr, payload: Rest<'_>) -> Result<Decoded<'_>, WireError> {
    match protocol {
        ip_number::TCP => transport::tcp(src, dst, payload).map(Decoded::Tcp),
        ip_number::UDP => transport::udp(payload),
        ip_number::ICMP | ip_number::IPV6_ICMP => Ok(Decoded::Other("ICMP")),
        ip_number::GRE => tunnel::gre(payload),
        ip_number::IPV4 | ip_number::IPV6 => tunnel::ip_in_ip(payload),
        ip_number::MPLS_IN_IP => tunnel::mpls(payload),
        ip_number::ETHER_IP => tunnel::ether_ip(payload),
        ip_number::ENCAP_SEC => Ok(Decoded::Unread("ESP")),
        ip_number::LAYER2_TUNNELING_PROTOCOL => Ok(Decoded::Unread("L2TP over IP")),
        _ => Ok(Decoded::Other("another IP protocol")),
    }
}

fn length_error(rest: &Rest<'_>, layer: &'static str, error: &LenError) -> WireError {
    WireError::Length {
        layer,
        offset: rest.offset.saturating_add(error.layer_start_offset),
        needed: error.required_len,
        had: error.len,
        claim: rest.claim,
    }
}

fn value_error(rest: &Rest<'_>, error: &HeaderError) -> WireError {
    let (field, value, expected) = match *error {
        HeaderError::UnsupportedIpVersion { version_number } => ("version", version_number, "4 or 6"),
        HeaderError::Ipv4HeaderLengthSmallerThanHeader { ihl } => ("header length", ihl, "5 or more"),
    };
    WireError::Value { layer: "IP header", offset: rest.offset, field, value: u32::from(value), expected }
}

/// Extension headers: those of IPv6, and the authentication header of IPv4.
fn extension_error(rest: &Rest<'_>, error: &HeaderSliceError) -> WireError {
    let layer = EXTENSION;
    match error {
        HeaderSliceError::Len(error) => length_error(rest, layer, error),
        HeaderSliceError::Content(error) => {
            let (field, value, expected) = match error {
                ipv6_exts::HeaderError::HopByHopNotAtStart => ("next header", 0, "hop-by-hop options only at the start"),
                ipv6_exts::HeaderError::IpAuth(_) => ("authentication length", 0, "1 or more"),
            };
            WireError::Value { layer, offset: rest.offset, field, value, expected }
        }
    }
}
