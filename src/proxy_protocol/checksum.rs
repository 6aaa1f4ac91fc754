//! CRC-32C (RFC 3720 appendix B.4), a nibble at a time: a header is short, and most have none.

#[expect(clippy::indexing_slicing, reason = "evaluated when the program is compiled")]
const TABLE: [u32; 16] = {
    let mut table = [0; 16];
    let mut at = 0;
    while at < 16 {
        #[expect(clippy::cast_possible_truncation, reason = "below 16")]
        let mut crc = at as u32;
        let mut bit = 0;
        while bit < 4 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0x82f6_3b78 } else { crc >> 1 };
            bit += 1;
        }
        table[at] = crc;
        at += 1;
    }
    table
};

/// The checksum over pieces, one behind the other.
pub(super) fn crc32c(pieces: &[&[u8]]) -> u32 {
    let step = |crc: u32, nibble: u8| {
        let low = (crc ^ u32::from(nibble)) & 0xf;
        (crc >> 4) ^ usize::try_from(low).ok().and_then(|at| TABLE.get(at)).copied().unwrap_or_default()
    };
    !pieces.iter().copied().flatten().fold(!0, |crc, byte| step(step(crc, byte & 0xf), byte >> 4))
}

#[cfg(test)]
mod tests {
    use super::crc32c;

    #[test]
    fn the_examples_of_rfc_3720() {
        let rising: Vec<u8> = (0..32).collect();
        for (bytes, crc) in
            [(&[0; 32][..], 0x8a91_36aa), (&[0xff; 32], 0x62a8_ab43), (&rising, 0x46dd_794e), (b"123456789", 0xe306_9283)]
        {
            assert_eq!(crc32c(&[bytes]), crc);
            let (a, b) = bytes.split_at(5);
            assert_eq!(crc32c(&[a, b]), crc);
        }
    }
}
