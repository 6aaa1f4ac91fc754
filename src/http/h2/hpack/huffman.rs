//! The Huffman code of HPACK (RFC 7541 §5.2, Appendix B).
//!
//! The code is canonical: codes of one length are numbers in a row, in the order of their symbols, so its lengths say all
//! of it. What is decoded is at most 8/5 of the bytes; the time is linear.

/// How many bits the code of each byte has; the last is that of EOS.
#[rustfmt::skip]
const LENGTHS: [u8; 257] = [
    13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,
    6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
    13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6,
    15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28,
    20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,
    22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
    26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,
    20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,
    30,
];

/// Codes up to this long are looked up at once.
const QUICK_BITS: u32 = 8;
/// The length of the codes that come next.
const LONGER: usize = QUICK_BITS as usize + 1;
const EOS: u16 = 256;

/// The code as tables.
struct Code {
    /// By the next eight bits: symbol and length; 0 where the code is longer.
    quick: [(u8, u8); 256],
    /// By length: the first code, how many there are, and where their symbols begin.
    rows: [(u32, u32, usize); 31],
    /// Symbols by length, then by number.
    symbols: [u16; 257],
}

static CODE: Code = Code::build();

impl Code {
    #[allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "evaluated when the program is compiled")]
    #[allow(clippy::cast_possible_truncation, reason = "symbols are below 257")]
    const fn build() -> Self {
        let mut code = Self { quick: [(0, 0); 256], rows: [(0, 0, 0); 31], symbols: [0; 257] };
        let (mut next, mut filled, mut length) = (0u32, 0, 1);
        while length <= 30 {
            next <<= 1;
            code.rows[length] = (next, 0, filled);
            let mut symbol = 0;
            while symbol < 257 {
                if LENGTHS[symbol] as usize == length {
                    code.symbols[filled] = symbol as u16;
                    filled += 1;
                    code.rows[length].1 += 1;
                    if length as u32 <= QUICK_BITS {
                        let spare = QUICK_BITS - length as u32;
                        let mut tail = 0;
                        while tail < 1 << spare {
                            code.quick[((next << spare) + tail) as usize] = (symbol as u8, length as u8);
                            tail += 1;
                        }
                    }
                    next += 1;
                }
                symbol += 1;
            }
            length += 1;
        }
        code
    }

    /// The symbol that these bits begin with, and the length of its code.
    #[inline]
    fn first(&self, bits: u32) -> (u16, u32) {
        let [byte, ..] = bits.to_be_bytes();
        if let Some(&(symbol, length)) = self.quick.get(usize::from(byte)).filter(|(_, length)| *length > 0) {
            return (u16::from(symbol), u32::from(length));
        }
        for (length, &(first, count, begin)) in (0u32..).zip(&self.rows).skip(LONGER) {
            let offset = bits.checked_shr(32u32.saturating_sub(length)).unwrap_or_default().wrapping_sub(first);
            if offset < count {
                return (self.symbols.get(begin.saturating_add(offset as usize)).copied().unwrap_or(EOS), length);
            }
        }
        (EOS, 30)
    }
}

/// Decodes a string and adds it to `out`; `None` where it is no Huffman code: EOS in it, or more padding than seven ones.
pub(super) fn decode(coded: &[u8], out: &mut Vec<u8>) -> Option<()> {
    let mut bytes = coded.iter();
    let (mut held, mut count) = (0u64, 0u32);
    loop {
        while count <= 48 {
            let Some(&byte) = bytes.next() else { break };
            held = (held << 8) | u64::from(byte);
            count = count.saturating_add(8);
        }
        if count == 0 {
            return Some(());
        }
        // The next 32 bits; behind the end stand ones, as padding does.
        let bits = match count.checked_sub(32) {
            Some(behind) => held >> behind,
            None => (held << 32u32.saturating_sub(count)) | (u64::from(u32::MAX) >> count),
        };
        let bits = (bits & 0xffff_ffff) as u32;
        let (symbol, length) = CODE.first(bits);
        if length > count {
            return (count < 8 && bits == u32::MAX).then_some(());
        }
        out.push(u8::try_from(symbol).ok()?);
        count = count.saturating_sub(length);
        held &= (1u64 << count).wrapping_sub(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(coded: &[u8]) -> Option<String> {
        let mut out = Vec::new();
        decode(coded, &mut out)?;
        Some(out.into_iter().map(char::from).collect())
    }

    /// RFC 7541 Appendix C.4, C.6.
    #[test]
    fn the_examples_of_the_rfc() {
        assert_eq!(text(b"\xf1\xe3\xc2\xe5\xf2\x3a\x6b\xa0\xab\x90\xf4\xff").as_deref(), Some("www.example.com"));
        assert_eq!(text(b"\xa8\xeb\x10\x64\x9c\xbf").as_deref(), Some("no-cache"));
        assert_eq!(text(b"\x64\x02").as_deref(), Some("302"));
        assert_eq!(text(b"\x9b\xd9\xab").as_deref(), Some("gzip"));
        assert_eq!(text(b"").as_deref(), Some(""));
    }

    #[test]
    fn what_is_no_code_is_refused() {
        for (bad, why) in [
            (&b"\xff\xff\xff\xff"[..], "EOS"),
            (b"\x64\x02\xff", "eight bits of padding"),
            (b"\xa8\xeb\x10\x64\x9c\xbe", "padding with a zero"),
            (b"\xff\xff\xff\xfc", "EOS as a whole"),
        ] {
            assert_eq!(text(bad), None, "{why}");
        }
        // One byte more of the longest codes is still a code.
        assert_eq!(text(b"\xff\xff\xff\xf3").as_deref(), Some("\n"));
    }

    proptest::proptest! {
        #[test]
        fn what_another_encoder_writes_is_read(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
            let mut coded = Vec::new();
            httlib_huffman::encode(&bytes, &mut coded).unwrap();
            let mut out = Vec::new();
            proptest::prop_assert_eq!(decode(&coded, &mut out), Some(()));
            proptest::prop_assert_eq!(out, bytes);
        }

        #[test]
        fn any_bytes_end(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..60)) {
            let mut out = Vec::new();
            let _ = decode(&bytes, &mut out);
            proptest::prop_assert!(out.len() <= bytes.len() * 8 / 5 + 1);
        }
    }
}
