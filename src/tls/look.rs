//! The first bytes of a stream: TLS, a PROXY protocol header before it, or neither.

use super::record::LONGEST;
use crate::proxy_protocol;

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
            if length <= LONGEST { Look::Tls } else { Look::Plain }
        }
        [0x14..=0x17] | [0x14..=0x17, 3] | [0x14..=0x17, 3, 0..=4] | [0x14..=0x17, 3, 0..=4, _] => Look::Unsure,
        [0x14..=0x17, ..] => Look::Plain,
        _ => match proxy_protocol::opening(bytes) {
            proxy_protocol::Opening::Header(_, length) => Look::Proxy(length),
            proxy_protocol::Opening::More => Look::Unsure,
            proxy_protocol::Opening::Other | proxy_protocol::Opening::Malformed(_) => Look::Plain,
        },
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
