//! The bytes of a segment, from what is printed of them and how many they are.
//!
//! Each byte is a character, but for CR before LF, which is not printed (and CR as the last byte or the last but one): the
//! number of bytes that are missing says where CRs stood, as far as there is but one way.

use crate::http::start_line_kind;

/// What a segment carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Payload {
    pub(super) bytes: Vec<u8>,
    /// So many are not printed.
    pub(super) missing: usize,
    /// Bytes are printed behind it that are none of it.
    pub(super) beside: bool,
}

/// How LFs were printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ends {
    /// Each ends a line with CR LF.
    CrLf,
    /// None does.
    Lf,
    /// Those of the head do, and those of the body do not.
    Head,
    /// The same, and so do those around chunks; of a body alone where no head is there.
    Chunks,
}

/// Puts together the `length` bytes of which this is printed.
pub(super) fn payload(printed: &[u8], length: usize) -> Payload {
    let mut shown = printed;
    // A line end more belongs to what stands behind the packet.
    while shown.len() > length && shown.last() == Some(&b'\n') {
        shown = shown.get(..shown.len() - 1).unwrap_or_default();
    }
    let beside = shown.len() > length;
    let shown = shown.get(..length).unwrap_or(shown);
    let missing = length - shown.len();
    for ends in [Ends::CrLf, Ends::Lf, Ends::Head, Ends::Chunks] {
        // The segment before may have ended between CR and LF, and this one may, too.
        for (before, behind) in [(false, false), (false, true), (true, false), (true, true)] {
            let Some(bytes) = with_ends(shown, ends, before) else { continue };
            if bytes.len() + usize::from(behind) == length {
                let bytes = if behind { [&bytes[..], b"\r"].concat() } else { bytes };
                return Payload { bytes, missing: 0, beside };
            }
        }
    }
    let lines = memchr::memchr_iter(b'\n', shown).count();
    if missing > lines {
        // Cut by the snap length, or by whoever copied it.
        let bytes = with_ends(shown, Ends::CrLf, false).unwrap_or_default();
        let missing = length.saturating_sub(bytes.len());
        return Payload { bytes, missing, beside };
    }
    // Some of the line ends have a CR, and nobody knows which: what stands there is as unknown as a dot.
    let mut bytes = Vec::with_capacity(length);
    let mut left = missing;
    for byte in shown {
        if *byte == b'\n' && left > 0 {
            bytes.push(b'.');
            left -= 1;
        }
        bytes.push(*byte);
    }
    Payload { bytes, missing: 0, beside }
}

/// What is printed with its CRs; `before` says that the first byte is the LF behind a CR of the segment before.
fn with_ends(shown: &[u8], ends: Ends, before: bool) -> Option<Vec<u8>> {
    if before && shown.first() != Some(&b'\n') {
        return None;
    }
    let (first, rest) = shown.split_at_checked(usize::from(before))?;
    let mut bytes = first.to_vec();
    match ends {
        Ends::Lf => bytes.extend_from_slice(rest),
        Ends::CrLf => push(&mut bytes, rest),
        Ends::Head | Ends::Chunks => {
            let mut body = rest;
            // An interim response stands before the final one.
            while begins(body) {
                let (head, behind) = body.split_at_checked(memchr::memmem::find(body, b"\n\n")? + 2)?;
                push(&mut bytes, head);
                body = behind;
            }
            if ends == Ends::Head { bytes.extend_from_slice(body) } else { chunks(&mut bytes, body)? }
        }
    }
    Some(bytes)
}

/// Whether a message begins here.
fn begins(text: &[u8]) -> bool {
    text.split(|byte| *byte == b'\n').next().is_some_and(|line| start_line_kind(line).is_some())
}

/// Adds what is printed, with a CR before each LF.
fn push(bytes: &mut Vec<u8>, shown: &[u8]) {
    for line in shown.split_inclusive(|byte| *byte == b'\n') {
        match line.strip_suffix(b"\n") {
            Some(line) => {
                bytes.extend_from_slice(line);
                bytes.extend_from_slice(b"\r\n");
            }
            None => bytes.extend_from_slice(line),
        }
    }
}

/// Adds a chunked body whose content has bare LFs: CR LF stands behind the sizes and the chunks alone (RFC 9112 §7.1).
fn chunks(bytes: &mut Vec<u8>, mut body: &[u8]) -> Option<()> {
    while !body.is_empty() {
        let (line, rest) = body.split_at_checked(memchr::memchr(b'\n', body)?)?;
        let digits = line.split(|byte| *byte == b';').next()?.trim_ascii();
        let size = usize::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
        bytes.extend_from_slice(line);
        bytes.extend_from_slice(b"\r\n");
        let rest = rest.get(1..)?;
        if size == 0 {
            push(bytes, rest);
            return Some(());
        }
        let (chunk, rest) = rest.split_at_checked(size.min(rest.len()))?;
        bytes.extend_from_slice(chunk);
        body = match rest.strip_prefix(b"\n") {
            Some(rest) => {
                bytes.extend_from_slice(b"\r\n");
                rest
            }
            None if rest.is_empty() => rest,
            None => return None,
        };
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// As tcpdump prints bytes.
    fn print(bytes: &[u8]) -> Vec<u8> {
        let mut printed = Vec::new();
        for (at, byte) in bytes.iter().enumerate() {
            match byte {
                b'\r' if bytes.len() - at > 2 && bytes[at + 1] != b'\n' => printed.push(b'.'),
                b'\r' => {}
                b'\t' | b'\n' | b' '..=b'~' => printed.push(*byte),
                _ => printed.push(b'.'),
            }
        }
        printed
    }

    #[test]
    fn line_ends_come_back() {
        for text in [
            "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET / HTTP/1.1\nHost: a\n\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\na\nb\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nhello\n\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nhello\n\r\n",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nA: b\r\n\r\nhello\n",
            "5\r\nbody\n\r\n",
            "5\r\nbody\n\r\n0\r\nA: b\r\n\r\n",
            "plain\nlines\n",
            "GET / HTTP/1.1\r\nHost: a\r",
            "\nX: b\r\n\r\n",
            "a\r",
            "",
            "no line",
        ] {
            let printed = print(text.as_bytes());
            let expected = Payload { bytes: text.as_bytes().to_vec(), missing: 0, beside: false };
            assert_eq!(payload(&printed, text.len()), expected, "{text:?}");
            let behind = [&printed[..], b"\n"].concat();
            assert_eq!(payload(&behind, text.len()).bytes.len(), text.len(), "{text:?}");
        }
    }

    #[test]
    fn what_is_not_known_is_a_dot_and_what_is_cut_is_missing() {
        let mixed = "x\r\ny\nz\r\n";
        let Payload { bytes, missing, .. } = payload(&print(mixed.as_bytes()), mixed.len());
        assert_eq!((bytes.len(), missing, bytes.contains(&b'.')), (mixed.len(), 0, true));
        let cut = payload(b"GET / HTTP/1.1\nHo", 400);
        assert_eq!((cut.bytes, cut.missing), (b"GET / HTTP/1.1\r\nHo".to_vec(), 382));
        let beside = payload(b"GET / x\nmore", 7);
        assert_eq!((beside.bytes, beside.beside), (b"GET / x".to_vec(), true));
    }

    proptest! {
        /// The length is right whatever is printed, and what can be printed is there.
        #[test]
        fn as_many_bytes_as_the_segment_carries(text in "(GET / HTTP/1.1\r\n|HTTP/1.1 200 OK\r\n|Host: a\r\n|\r\n|\n|\r|3\r\nabc\r\n|.){0,12}") {
            let Payload { bytes, missing, beside } = payload(&print(text.as_bytes()), text.len());
            prop_assert_eq!(bytes.len() + missing, text.len());
            prop_assert!(!beside);
        }

        #[test]
        fn any_print_and_any_length(printed in proptest::collection::vec(any::<u8>(), 0..80), length in 0..200_usize) {
            let Payload { bytes, missing, .. } = payload(&printed, length);
            prop_assert_eq!(bytes.len() + missing, length);
        }
    }
}
