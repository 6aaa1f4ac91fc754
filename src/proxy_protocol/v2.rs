//! Version 2: binary (§2.2).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::Limits;
use super::checksum;
use super::header::{Addresses, Checksum, Command, Family, Fault, ProxyHeader};
use super::read::Opening;
use super::tlv::{self, Broken, CRC32C};
use crate::wire::Endpoint;

const SIGNATURE: &[u8; 12] = b"\r\n\r\n\0\r\nQUIT\n";
/// Signature, version and command, family, length.
const FIXED: usize = 16;

pub(super) fn opening(bytes: &[u8], limits: &Limits) -> Opening {
    if !bytes.starts_with(SIGNATURE) {
        return if SIGNATURE.starts_with(bytes) { Opening::More } else { Opening::Other };
    }
    let Some(&[version_command, family, high, low]) = bytes.get(12..FIXED) else { return Opening::More };
    if version_command >> 4 != 2 {
        let what = format!("version 2 is expected behind the signature, not {}", version_command >> 4);
        return Opening::Malformed(Fault { at: 12, what });
    }
    let length = FIXED + usize::from(u16::from_be_bytes([high, low]));
    let Some(header) = bytes.get(..length) else { return Opening::More };
    Opening::Header(Box::new(take_apart(header, version_command & 0xf, family, limits)), length)
}

fn take_apart(header: &[u8], command: u8, family: u8, limits: &Limits) -> ProxyHeader {
    let mut fault = None;
    let mut note = |at: usize, what: String| {
        fault.get_or_insert(Fault { at, what });
    };
    let command = match command {
        0 => Command::Local,
        1 => Command::Proxy,
        other => {
            note(12, format!("a command LOCAL (0) or PROXY (1) is expected, not {other}"));
            Command::Proxy
        }
    };
    let (family, addresses, length) = match addresses(header.get(FIXED..).unwrap_or_default(), family) {
        Ok(found) => found,
        Err(what) => {
            note(if family_of(family).is_some() { FIXED } else { 13 }, what);
            (family_of(family).unwrap_or(Family::Unknown), Addresses::None, header.len().saturating_sub(FIXED))
        }
    };
    let behind = FIXED.saturating_add(length);
    let (mut tlvs, broken) = tlv::split(header.get(behind..).unwrap_or_default(), limits);
    if let Some(Broken { at, what, by_limit }) = broken {
        if family == Family::Unknown && !by_limit {
            // What stands behind an unspecified family is to be ignored.
            tlvs.clear();
        } else {
            note(behind.saturating_add(at), what);
        }
    }
    let checksum = check(header, behind);
    match checksum {
        Some((at, Ok(Checksum { given, computed }))) if given != computed => {
            note(at, format!("the checksum is {given:08x}, and the header's bytes give {computed:08x}"));
        }
        Some((at, Err(length))) => note(at, format!("a checksum of 4 bytes is expected, not of {length}")),
        _ => {}
    }
    let checksum = checksum.and_then(|(_, checksum)| checksum.ok());
    ProxyHeader { version: 2, command, family, addresses, tlvs, checksum, fault }
}

fn family_of(byte: u8) -> Option<Family> {
    Some(match byte {
        0x11 => Family::Tcp4,
        0x12 => Family::Udp4,
        0x21 => Family::Tcp6,
        0x22 => Family::Udp6,
        0x31 => Family::UnixStream,
        0x32 => Family::UnixDatagram,
        // AF_UNSPEC with any transport, any family with UNSPEC.
        0x00..=0x02 | 0x10 | 0x20 | 0x30 => Family::Unknown,
        _ => return None,
    })
}

/// Family, addresses, and how many bytes they take.
fn addresses(bytes: &[u8], byte: u8) -> Result<(Family, Addresses, usize), String> {
    let family = family_of(byte).ok_or_else(|| format!("an address family and transport is expected, not {byte:#04x}"))?;
    let lacks = |needed: usize| format!("{} addresses take {needed} bytes, and {} are left", family.name(), bytes.len());
    let port = |high: u8, low: u8| u16::from_be_bytes([high, low]);
    match family {
        Family::Unknown => {
            // Addresses of a family that is named are there, though the transport is not.
            let length = match byte >> 4 {
                1 => 12,
                2 => 36,
                3 => 216,
                _ => 0,
            };
            Ok((family, Addresses::None, length.min(bytes.len())))
        }
        Family::Tcp4 | Family::Udp4 => {
            let found: &[u8; 12] = bytes.first_chunk().ok_or_else(|| lacks(12))?;
            let [a, b, c, d, e, f, g, h, sh, sl, dh, dl] = *found;
            let src = Endpoint { ip: IpAddr::V4(Ipv4Addr::new(a, b, c, d)), port: port(sh, sl) };
            let dst = Endpoint { ip: IpAddr::V4(Ipv4Addr::new(e, f, g, h)), port: port(dh, dl) };
            Ok((family, Addresses::Ip { src, dst }, 12))
        }
        Family::Tcp6 | Family::Udp6 => {
            let mut rest = bytes;
            let mut ip = || {
                let (ip, behind) = rest.split_first_chunk::<16>()?;
                rest = behind;
                Some(IpAddr::V6(Ipv6Addr::from(*ip)))
            };
            let (Some(src), Some(dst)) = (ip(), ip()) else { return Err(lacks(36)) };
            let Some(&[sh, sl, dh, dl]) = rest.first_chunk() else { return Err(lacks(36)) };
            let (src, dst) = (Endpoint { ip: src, port: port(sh, sl) }, Endpoint { ip: dst, port: port(dh, dl) });
            Ok((family, Addresses::Ip { src, dst }, 36))
        }
        Family::UnixStream | Family::UnixDatagram => {
            let (Some(src), Some(dst)) = (bytes.get(..108), bytes.get(108..216)) else { return Err(lacks(216)) };
            Ok((family, Addresses::Unix { src: path(src), dst: path(dst) }, 216))
        }
    }
}

/// A path of a UNIX socket: an abstract one begins with a zero.
fn path(bytes: &[u8]) -> Vec<u8> {
    let end = bytes.iter().rposition(|b| *b != 0).map_or(0, |last| last.saturating_add(1));
    bytes.get(..end).unwrap_or_default().to_vec()
}

/// The checksum of a header whose TLVs begin at `behind`: where its value stands, and it; or its length where that is wrong.
fn check(header: &[u8], behind: usize) -> Option<(usize, Result<Checksum, usize>)> {
    let tlvs = tlv::walk(header.get(behind..).unwrap_or_default());
    let (at, _, value) = tlvs.flatten().find(|(_, kind, _)| *kind == CRC32C)?;
    let at = behind.saturating_add(at).saturating_add(3);
    let Ok(given) = <[u8; 4]>::try_from(value) else { return Some((at, Err(value.len()))) };
    let (before, rest) = header.split_at_checked(at).unwrap_or((header, &[]));
    let computed = checksum::crc32c(&[before, &[0; 4], rest.get(4..).unwrap_or_default()]);
    Some((at, Ok(Checksum { given: u32::from_be_bytes(given), computed })))
}
