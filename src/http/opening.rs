//! What a stream may begin with instead of a message: a PROXY protocol header, TLS, or HTTP/2.

use memchr::memchr;

use super::h2::{Beginning, PREFACE, is_first_settings};

/// The signature of a PROXY protocol header, version 2.
const PROXY_2: &[u8; 12] = b"\r\n\r\n\0\r\nQUIT\n";

/// The longest PROXY protocol header, version 1, that its specification allows.
const LONGEST_PROXY_1: usize = 107;

/// What the first bytes of a stream are.
pub(super) enum Opening {
    /// Maybe a message.
    Message,
    /// More bytes are needed to tell.
    Unsure,
    /// A PROXY protocol header of this length.
    Proxy(usize),
    /// A TLS record.
    Tls,
    /// Frames of HTTP/2.
    Frames(Beginning),
}

/// Judges the first bytes of a stream.
pub(super) fn opening(bytes: &[u8]) -> Opening {
    match bytes {
        [0, ..] => match is_first_settings(bytes) {
            Some(true) => Opening::Frames(Beginning::Settings),
            Some(false) => Opening::Message,
            None => Opening::Unsure,
        },
        _ if bytes.starts_with(PREFACE) => Opening::Frames(Beginning::Preface),
        [0x14..=0x17, 3, 0..=4, ..] => Opening::Tls,
        [0x14..=0x17] | [0x14..=0x17, 3] => Opening::Unsure,
        [b'P', b'R', b'O', b'X', b'Y', b' ', ..] => match memchr(b'\n', bytes) {
            Some(lf) if lf <= LONGEST_PROXY_1 => Opening::Proxy(lf + 1),
            None if bytes.len() <= LONGEST_PROXY_1 => Opening::Unsure,
            _ => Opening::Message,
        },
        _ if bytes.starts_with(PROXY_2) => match bytes.get(14..16) {
            Some(&[high, low]) => {
                let length = 16 + usize::from(u16::from_be_bytes([high, low]));
                if bytes.len() < length { Opening::Unsure } else { Opening::Proxy(length) }
            }
            _ => Opening::Unsure,
        },
        _ if PROXY_2.starts_with(bytes) || b"PROXY ".starts_with(bytes) => Opening::Unsure,
        _ if PREFACE.starts_with(bytes) => Opening::Unsure,
        _ => Opening::Message,
    }
}
