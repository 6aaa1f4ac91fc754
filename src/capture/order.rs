//! Byte order of a capture file, or of one section of it.

/// Which byte of a number comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ByteOrder {
    Little,
    Big,
}

impl ByteOrder {
    /// Four numbers.
    #[inline]
    pub(super) fn words(self, bytes: &[u8; 16]) -> [u32; 4] {
        let (words, _) = bytes.as_chunks::<4>();
        std::array::from_fn(|at| {
            let word = words.get(at).copied().unwrap_or_default();
            match self {
                Self::Little => u32::from_le_bytes(word),
                Self::Big => u32::from_be_bytes(word),
            }
        })
    }

    /// The number at `offset`; `None` where `bytes` ends before.
    #[inline]
    pub(super) fn u32(self, bytes: &[u8], offset: usize) -> Option<u32> {
        let four: [u8; 4] = bytes.get(offset..)?.first_chunk().copied()?;
        Some(match self {
            Self::Little => u32::from_le_bytes(four),
            Self::Big => u32::from_be_bytes(four),
        })
    }

    /// The number at `offset`; `None` where `bytes` ends before.
    pub(super) fn u16(self, bytes: &[u8], offset: usize) -> Option<u16> {
        let two: [u8; 2] = bytes.get(offset..)?.first_chunk().copied()?;
        Some(match self {
            Self::Little => u16::from_le_bytes(two),
            Self::Big => u16::from_be_bytes(two),
        })
    }

    /// The number at the beginning of `bytes`; `None` where they end before.
    pub(super) fn u64(self, bytes: &[u8]) -> Option<u64> {
        let eight: [u8; 8] = bytes.first_chunk().copied()?;
        Some(match self {
            Self::Little => u64::from_le_bytes(eight),
            Self::Big => u64::from_be_bytes(eight),
        })
    }

    /// The number at the beginning of `bytes`; `None` where they end before.
    pub(super) fn i64(self, bytes: &[u8]) -> Option<i64> {
        let eight: [u8; 8] = bytes.first_chunk().copied()?;
        Some(match self {
            Self::Little => i64::from_le_bytes(eight),
            Self::Big => i64::from_be_bytes(eight),
        })
    }
}
