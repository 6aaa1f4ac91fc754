//! The first bytes of a stream: TLS, a PROXY protocol header before it, or neither.

use super::record::HEADER;

/// The signature of a PROXY protocol header, version 2.
const PROXY_2: &[u8; 12] = b"\r\n\r\n\0\r\nQUIT\n";
/// The longest PROXY protocol header, version 1, that its specification allows.
const LONGEST_PROXY_1: usize = 107;

/// What the first bytes of a stream are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// No TLS.
    Plain,
    /// More bytes are needed to tell.
    Unsure,
    /// A PROXY protocol header of this length; then it is looked again.
    Proxy(usize),
    /// A TLS record.
    Tls,
}

/// Judges the first bytes of a stream. The usual answer costs one comparison.
#[inline]
pub(super) fn look(bytes: &[u8]) -> Look {
    match bytes.first() {
        Some(0x14..=0x17 | b'P' | b'\r') => look_on(bytes),
        _ => Look::Plain,
    }
}

#[cold]
fn look_on(bytes: &[u8]) -> Look {
    match bytes {
        [0x14..=0x17, 3, 0..=4, high, low, ..] => {
            let length = usize::from(u16::from_be_bytes([*high, *low]));
            if length <= super::record::LONGEST { Look::Tls } else { Look::Plain }
        }
        [0x14..=0x17] | [0x14..=0x17, 3] | [0x14..=0x17, 3, 0..=4] | [0x14..=0x17, 3, 0..=4, _] => {
            debug_assert!(bytes.len() < HEADER);
            Look::Unsure
        }
        [b'P', b'R', b'O', b'X', b'Y', b' ', ..] => {
            match bytes.iter().take(LONGEST_PROXY_1).position(|&byte| byte == b'\n') {
                Some(end) => Look::Proxy(end + 1),
                None if bytes.len() < LONGEST_PROXY_1 => Look::Unsure,
                None => Look::Plain,
            }
        }
        _ if bytes.starts_with(PROXY_2) => match bytes.get(14..16) {
            Some(&[high, low]) => {
                let length = 16 + usize::from(u16::from_be_bytes([high, low]));
                if bytes.len() < length { Look::Unsure } else { Look::Proxy(length) }
            }
            _ => Look::Unsure,
        },
        _ if PROXY_2.starts_with(bytes) || b"PROXY ".starts_with(bytes) => Look::Unsure,
        _ => Look::Plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_bytes_tell_what_a_stream_is() {
        for (bytes, found) in [
            (&b"GET / HTTP/1.1\r\n"[..], Look::Plain),
            (b"POST / HTTP/1.1\r\n", Look::Plain),
            (b"\r\nGET / HTTP/1.1\r\n", Look::Plain),
            (b"P", Look::Unsure),
            (b"PROXY TCP4 1.2.3.4 5.6.7.8 9 10", Look::Unsure),
            (b"PROXY TCP4 1.2.3.4 5.6.7.8 9 10\r\nGET", Look::Proxy(33)),
            (b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x01", Look::Unsure),
            (b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x01x\x16", Look::Proxy(17)),
            (b"\x16", Look::Unsure),
            (b"\x16\x03\x01\x02", Look::Unsure),
            (b"\x16\x03\x01\x02\x00", Look::Tls),
            (b"\x17\x03\x03\x00\x00", Look::Tls),
            (b"\x16\x03\x01\xff\x00", Look::Plain),
            (b"\x16\x04", Look::Plain),
        ] {
            assert_eq!(look(bytes), found, "{}", bytes.escape_ascii());
        }
        assert_eq!(look(&[b"PROXY ".as_slice(), &[b'x'; 200]].concat()), Look::Plain);
    }
}
