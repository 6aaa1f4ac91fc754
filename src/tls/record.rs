//! The record layer (RFC 5246 §6.2, RFC 8446 §5.1): a header of five bytes and what it says.

/// Type, version and length.
pub(super) const HEADER: usize = 5;

/// The longest content of a record: 2¹⁴ bytes, with what protection of any version may add (RFC 5246 §6.2.3).
pub(super) const LONGEST: usize = (1 << 14) + 2048;

/// What a record holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ContentType {
    ChangeCipherSpec,
    Alert,
    Handshake,
    ApplicationData,
}

impl ContentType {
    pub(super) fn of(byte: u8) -> Option<Self> {
        match byte {
            20 => Some(Self::ChangeCipherSpec),
            21 => Some(Self::Alert),
            22 => Some(Self::Handshake),
            23 => Some(Self::ApplicationData),
            _ => None,
        }
    }
}

/// The header of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) content: ContentType,
    pub(super) length: usize,
    /// As it stands there: it is authenticated.
    pub(super) bytes: [u8; HEADER],
}

impl Header {
    /// Reads it; `None` where these bytes are none.
    pub(super) fn of(bytes: [u8; HEADER]) -> Option<Self> {
        let [content, 3, 0..=4, high, low] = bytes else { return None };
        let length = usize::from(u16::from_be_bytes([high, low]));
        let content = ContentType::of(content)?;
        (length <= LONGEST).then_some(Self { content, length, bytes })
    }

    /// The whole record's length.
    pub(super) fn whole(&self) -> usize {
        HEADER.saturating_add(self.length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_has_a_known_type_version_and_length() {
        let header = Header::of([23, 3, 3, 0x40, 0x10]).expect("a header");
        assert_eq!((header.content, header.length, header.whole()), (ContentType::ApplicationData, 0x4010, 0x4015));
        for none in [[19, 3, 3, 0, 1], [23, 2, 3, 0, 1], [23, 3, 5, 0, 1], [23, 3, 3, 0x48, 1]] {
            assert_eq!(Header::of(none), None, "{none:?}");
        }
    }
}
