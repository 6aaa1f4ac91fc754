//! JSON strings and numbers, written by hand: every message passes here.

/// Bytes that JSON must escape (RFC 8259 §7), DEL, and 0xC2, which may begin a C1 control (U+0080 to U+009F): those
/// would be obeyed by some terminals.
const SPECIAL: [bool; 256] = {
    let mut special = [false; 256];
    let mut i = 0;
    while i < 0x20 {
        special[i] = true;
        i += 1;
    }
    special[b'"' as usize] = true;
    special[b'\\' as usize] = true;
    special[0x7f] = true;
    special[0xc2] = true;
    special
};

/// Writes a JSON string with its quotes.
pub(super) fn string(out: &mut Vec<u8>, text: &str) {
    let bytes = text.as_bytes();
    out.push(b'"');
    let mut done = 0;
    let mut i = plain(bytes);
    while let Some(&byte) = bytes.get(i) {
        if !SPECIAL.get(usize::from(byte)).copied().unwrap_or(true) {
            i += 1;
            continue;
        }
        let second = bytes.get(i + 1).copied().unwrap_or_default();
        let (code, width) = match byte {
            0xc2 if second < 0xa0 => (second, 2),
            0xc2 => {
                i += 2;
                continue;
            }
            byte => (byte, 1),
        };
        out.extend_from_slice(bytes.get(done..i).unwrap_or_default());
        match code {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            code => out.extend_from_slice(format!("\\u{code:04x}").as_bytes()),
        }
        i += width;
        done = i;
    }
    out.extend_from_slice(bytes.get(done..).unwrap_or_default());
    out.push(b'"');
}

/// How many blocks at the beginning have nothing to escape, in bytes.
fn plain(bytes: &[u8]) -> usize {
    let special = |byte: u8| byte < 0x20 || byte == b'"' || byte == b'\\' || byte == 0x7f || byte == 0xc2;
    // All bytes of a block are looked at together.
    let is_plain = |block: &&[u8; 16]| !block.iter().fold(false, |any, byte| any | special(*byte));
    16 * bytes.as_chunks::<16>().0.iter().take_while(is_plain).count()
}

/// Writes a number.
pub(super) fn number(out: &mut Vec<u8>, number: u64) {
    let mut digits = [0_u8; 20];
    let mut rest = number;
    let mut used = 0;
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + u8::try_from(rest % 10).unwrap_or_default();
        rest /= 10;
        used += 1;
        if rest == 0 {
            break;
        }
    }
    out.extend_from_slice(digits.get(20 - used..).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{any, proptest};

    proptest! {
        #[test]
        fn it_reads_back(text in any::<String>(), more in "[\\x00-\\xa5\u{2028}\"\\\\]{0,20}") {
            let text = text + &more;
            let mut out = Vec::new();
            string(&mut out, &text);
            assert!(!out.iter().any(|b| *b < 0x20 || *b == 0x7f));
            assert!(!String::from_utf8_lossy(&out).contains(char::is_control));
            assert_eq!(serde_json::from_slice::<String>(&out).unwrap(), text);
        }

        #[test]
        fn numbers_are_decimal(n in any::<u64>()) {
            for n in [n, 0, 9, 10, u64::MAX] {
                let mut out = Vec::new();
                number(&mut out, n);
                assert_eq!(String::from_utf8(out).unwrap(), n.to_string());
            }
        }
    }
}
