//! Frames (RFC 9113 §4.1, §6): their headers, and what stands around the bytes that count.

/// What a client sends first (RFC 9113 §3.4).
pub(in crate::http) const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// The length of a frame's header.
pub(super) const HEADER: usize = 9;
/// The largest payload, as long as nobody allows more (§4.2).
pub(super) const LARGEST: u32 = 16_384;

pub(super) const DATA: u8 = 0;
pub(super) const HEADERS: u8 = 1;
pub(super) const PRIORITY: u8 = 2;
pub(super) const RST_STREAM: u8 = 3;
pub(super) const SETTINGS: u8 = 4;
pub(super) const PUSH_PROMISE: u8 = 5;
pub(super) const PING: u8 = 6;
pub(super) const GOAWAY: u8 = 7;
pub(super) const WINDOW_UPDATE: u8 = 8;
pub(super) const CONTINUATION: u8 = 9;

pub(super) const END_STREAM: u8 = 0x1;
pub(super) const ACK: u8 = 0x1;
pub(super) const END_HEADERS: u8 = 0x4;
pub(super) const PADDED: u8 = 0x8;
pub(super) const PRIORITIZED: u8 = 0x20;

/// The header of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Frame {
    /// The length of its payload.
    pub(super) length: u32,
    pub(super) kind: u8,
    pub(super) flags: u8,
    pub(super) stream: u32,
}

impl Frame {
    pub(super) fn of([a, b, c, kind, flags, s, t, u, v]: [u8; HEADER]) -> Self {
        let length = u32::from_be_bytes([0, a, b, c]);
        // The reserved bit is to be ignored.
        let stream = u32::from_be_bytes([s & 0x7f, t, u, v]);
        Self { length, kind, flags, stream }
    }

    /// The frame that bytes begin with.
    pub(super) fn first(bytes: &[u8]) -> Option<Self> {
        bytes.first_chunk().map(|header| Self::of(*header))
    }

    pub(super) fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    /// What is wrong with the header: length or stream that its kind cannot have (§6).
    pub(super) fn fault(&self) -> Option<&'static str> {
        let on_stream = match self.kind {
            DATA | HEADERS | PRIORITY | RST_STREAM | PUSH_PROMISE | CONTINUATION => self.stream != 0,
            SETTINGS | PING | GOAWAY => self.stream == 0,
            _ => true,
        };
        let length = match self.kind {
            PRIORITY => self.length == 5,
            RST_STREAM | WINDOW_UPDATE => self.length == 4,
            SETTINGS => self.length.is_multiple_of(6) && !(self.has(ACK) && self.length > 0),
            PING => self.length == 8,
            GOAWAY => self.length >= 8,
            PUSH_PROMISE => self.length >= 4,
            _ => true,
        };
        match (on_stream, length) {
            (false, _) => Some("it stands on a stream where it may not"),
            (_, false) => Some("its kind cannot have this length"),
            _ => None,
        }
    }

    /// Whether bytes that may be anything look like this header: a known kind with nothing wrong and no flag that is not
    /// defined.
    pub(super) fn is_likely(&self, largest: u32) -> bool {
        let defined = match self.kind {
            DATA => END_STREAM | PADDED,
            HEADERS => END_STREAM | END_HEADERS | PADDED | PRIORITIZED,
            SETTINGS | PING => ACK,
            PUSH_PROMISE => END_HEADERS | PADDED,
            CONTINUATION => END_HEADERS,
            PRIORITY | RST_STREAM | GOAWAY | WINDOW_UPDATE => 0,
            _ => return false,
        };
        self.flags & !defined == 0 && self.length <= largest && self.fault().is_none()
    }

    /// Whether its kind has one length alone, so that its end says as much as its beginning.
    pub(super) fn is_fixed(&self) -> bool {
        matches!(self.kind, PRIORITY | RST_STREAM | PING | WINDOW_UPDATE) || (self.kind == SETTINGS && self.length <= 60)
    }

    /// The name of the kind.
    pub(super) fn name(&self) -> String {
        let name = match self.kind {
            DATA => "DATA",
            HEADERS => "HEADERS",
            PRIORITY => "PRIORITY",
            RST_STREAM => "RST_STREAM",
            SETTINGS => "SETTINGS",
            PUSH_PROMISE => "PUSH_PROMISE",
            PING => "PING",
            GOAWAY => "GOAWAY",
            WINDOW_UPDATE => "WINDOW_UPDATE",
            CONTINUATION => "CONTINUATION",
            kind => return format!("a frame of kind {kind}"),
        };
        name.to_owned()
    }
}

/// Whether the first bytes of a server are its SETTINGS (§3.4); `None` where more are needed to tell.
pub(in crate::http) fn is_first_settings(bytes: &[u8]) -> Option<bool> {
    let likely = |at: usize, byte: u8| match at {
        0 | 1 | 4..=8 => byte == 0,
        // Some thirty settings are more than anybody sends.
        2 => byte <= 180 && byte.is_multiple_of(6),
        3 => byte == SETTINGS,
        _ => true,
    };
    let same = bytes.iter().take(HEADER).enumerate().all(|(at, byte)| likely(at, *byte));
    if same && bytes.len() < HEADER { None } else { Some(same) }
}

/// The payload without padding, and without priority where a HEADERS frame has one; `None` where they are longer than it.
/// Of one that is `cut`, the padding may not be there.
pub(super) fn content(frame: Frame, payload: &[u8], cut: bool) -> Option<&[u8]> {
    let (padding, rest) = match payload {
        [padding, rest @ ..] if frame.has(PADDED) && frame.kind != CONTINUATION => (usize::from(*padding), rest),
        [] if frame.has(PADDED) && frame.kind != CONTINUATION => return cut.then_some(&[]),
        rest => (0, rest),
    };
    let padding = if cut {
        let missing = (frame.length as usize).saturating_sub(payload.len());
        padding.saturating_sub(missing)
    } else {
        padding
    };
    let rest = rest.get(..rest.len().checked_sub(padding)?)?;
    if frame.kind == HEADERS && frame.has(PRIORITIZED) {
        return rest.get(5..).or_else(|| cut.then_some(&[]));
    }
    Some(rest)
}

/// The name of an error code (§7).
pub(super) fn error_name(code: u32) -> String {
    const NAMES: [&str; 14] = [
        "NO_ERROR",
        "PROTOCOL_ERROR",
        "INTERNAL_ERROR",
        "FLOW_CONTROL_ERROR",
        "SETTINGS_TIMEOUT",
        "STREAM_CLOSED",
        "FRAME_SIZE_ERROR",
        "REFUSED_STREAM",
        "CANCEL",
        "COMPRESSION_ERROR",
        "CONNECT_ERROR",
        "ENHANCE_YOUR_CALM",
        "INADEQUATE_SECURITY",
        "HTTP_1_1_REQUIRED",
    ];
    NAMES.get(code as usize).map_or_else(|| format!("error {code:#x}"), |name| (*name).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_frames() {
        let frame = Frame::of(*b"\0\0\x08\x06\x01\x80\0\0\0");
        assert_eq!(frame, Frame { length: 8, kind: PING, flags: 1, stream: 0 });
        assert!(frame.is_likely(LARGEST) && frame.is_fixed() && frame.has(ACK));
        for (bad, why) in [
            (b"\0\0\x07\x06\0\0\0\0\0", "a PING of seven bytes"),
            (b"\0\0\0\0\0\0\0\0\0", "DATA on stream 0"),
            (b"\0\0\x06\x04\0\0\0\0\x01", "SETTINGS on a stream"),
            (b"\0\0\x06\x04\x01\0\0\0\0", "SETTINGS that acknowledge and set"),
        ] {
            let frame = Frame::of(*bad);
            assert!(frame.fault().is_some() && !frame.is_likely(LARGEST), "{why}");
        }
        assert!(!Frame::of(*b"\0\x50\0\0\0\0\0\0\x01").is_likely(LARGEST), "more than is allowed");
        assert!(!Frame::of(*b"\0\0\0\0\x80\0\0\0\x01").is_likely(LARGEST), "a flag that is not defined");
    }

    #[test]
    fn padding_and_priority_are_taken_away() {
        let frame = |flags, length| Frame { length, kind: HEADERS, flags, stream: 1 };
        assert_eq!(content(frame(0, 3), b"abc", false), Some(&b"abc"[..]));
        assert_eq!(content(frame(PADDED, 6), b"\x02abc\0\0", false), Some(&b"abc"[..]));
        assert_eq!(content(frame(PADDED | PRIORITIZED, 10), b"\x01.....abc\0", false), Some(&b"abc"[..]));
        assert_eq!(content(frame(PADDED, 3), b"\x03ab", false), None);
        assert_eq!(content(frame(PRIORITIZED, 3), b"abc", false), None);
        assert_eq!(content(frame(PADDED, 8), b"\x04ab", true), Some(&b"ab"[..]), "the padding is among what is missing");
    }

    #[test]
    fn what_a_server_says_first() {
        assert_eq!(is_first_settings(b"\0\0\x12\x04\0\0\0\0\0rest"), Some(true));
        assert_eq!(is_first_settings(b"\0\0\x12"), None);
        for other in [&b"HTTP/1.1"[..], b"\0\0\x12\x04\0\0\0\0\x01", b"\0\0\x13", b"\x16\x03"] {
            assert_eq!(is_first_settings(other), Some(false));
        }
    }
}
