//! IP (RFC 791, RFC 8200) with options and extension headers, taken apart by etherparse in its lax way: cut packets and
//! unset lengths are facts of captures, not errors.

use std::net::IpAddr;

use etherparse::err::ip::{HeaderError, LaxHeaderSliceError};
use etherparse::err::ipv6_exts::HeaderSliceError;
use etherparse::err::{LenError, ipv6_exts};
use etherparse::{IpNumber, LaxIpSlice, ip_number};

use super::rest::Rest;
use super::{Decoded, WireError, transport};

/// An IP packet and what it carries.
pub(super) fn ip(rest: Rest<'_>) -> Result<Decoded<'_>, WireError> {
    let (packet, stopped) = LaxIpSlice::from_slice(rest.bytes).map_err(|error| match error {
        LaxHeaderSliceError::Len(error) => length_error(&rest, "IP header", &error),
        LaxHeaderSliceError::Content(error) => value_error(&rest, &error),
    })?;
    if packet.is_fragmenting_payload() {
        return Ok(Decoded::Fragment);
    }
    if let Some((error, _)) = stopped {
        return Err(extension_error(&rest, &error));
    }
    let (headers, length, claim) = lengths(&rest, &packet);
    if length < headers {
        let layer = "IP packet";
        return Err(WireError::Length { layer, offset: rest.offset, needed: headers, had: length, claim });
    }
    let payload = rest.ending(length, claim).behind(headers, "IP packet")?;
    carried(packet.payload_ip_number(), packet.source_addr(), packet.destination_addr(), payload)
}

/// The length of all headers, and that of the packet on the wire with what says so. 0 stands where the sender's network
/// card was to fill it in (segmentation offload): the packet's own length counts then.
fn lengths(rest: &Rest<'_>, packet: &LaxIpSlice<'_>) -> (usize, usize, &'static str) {
    match packet {
        LaxIpSlice::Ipv4(packet) => {
            let authentication = packet.extensions().auth.map_or(0, |header| header.slice().len());
            let headers = packet.header().slice().len() + authentication;
            match packet.header().total_len() {
                0 => (headers, rest.wire, rest.claim),
                length => (headers, usize::from(length), "IPv4 total length"),
            }
        }
        LaxIpSlice::Ipv6(packet) => {
            let headers = 40 + packet.extensions().slice().len();
            match packet.header().payload_length() {
                0 => (headers, rest.wire.max(40), rest.claim),
                length => (headers, 40 + usize::from(length), "IPv6 payload length"),
            }
        }
    }
}

fn carried(protocol: IpNumber, src: IpAddr, dst: IpAddr, payload: Rest<'_>) -> Result<Decoded<'_>, WireError> {
    match protocol {
        ip_number::TCP => transport::tcp(src, dst, payload).map(Decoded::Tcp),
        ip_number::UDP => transport::udp(payload),
        ip_number::ICMP | ip_number::IPV6_ICMP => Ok(Decoded::Other("ICMP")),
        ip_number::GRE => Ok(Decoded::Unread("GRE")),
        ip_number::IPV4 | ip_number::IPV6 => Ok(Decoded::Unread("IP in IP")),
        ip_number::MPLS_IN_IP => Ok(Decoded::Unread("MPLS")),
        ip_number::ENCAP_SEC => Ok(Decoded::Unread("ESP")),
        _ => Ok(Decoded::Other("another IP protocol")),
    }
}

fn length_error(rest: &Rest<'_>, layer: &'static str, error: &LenError) -> WireError {
    WireError::Length {
        layer,
        offset: rest.offset + error.layer_start_offset,
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
    let layer = "IP extension header";
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
