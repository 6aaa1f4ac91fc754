//! Frames to be sent (RFC 9113 §6), for who answers on a connection of its own.
//!
//! Header blocks hold literals that are never indexed (RFC 7541 §6.2.3): no table, so that nothing is remembered of a value.

use super::frame::{
    ACK, CONTINUATION, DATA, END_HEADERS, END_STREAM, GOAWAY, HEADERS, LARGEST, PING, RST_STREAM, SETTINGS, WINDOW_UPDATE,
};

/// Frames one behind the other.
#[derive(Debug, Default)]
pub struct FrameWriter(Vec<u8>);

impl FrameWriter {
    /// What a client says first (RFC 9113 §3.4).
    pub fn preface(&mut self) {
        self.0.extend_from_slice(super::frame::PREFACE);
    }

    /// What was written since the last time.
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.0)
    }

    /// How much waits to be taken.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.0.len()
    }

    /// SETTINGS: number and value.
    pub fn settings(&mut self, settings: &[(u16, u32)]) {
        let bytes = settings.iter().flat_map(|(number, value)| {
            let [a, b] = number.to_be_bytes();
            let [c, d, e, f] = value.to_be_bytes();
            [a, b, c, d, e, f]
        });
        let payload: Vec<u8> = bytes.collect();
        self.frame(SETTINGS, 0, 0, &payload);
    }

    /// The other side's SETTINGS are heeded.
    pub fn settings_ack(&mut self) {
        self.frame(SETTINGS, ACK, 0, &[]);
    }

    /// The answer to a PING.
    pub fn ping_ack(&mut self, bytes: [u8; 8]) {
        self.frame(PING, ACK, 0, &bytes);
    }

    /// So much more may be sent on a stream, or on the connection (0).
    pub fn window(&mut self, stream: u32, more: u32) {
        self.frame(WINDOW_UPDATE, 0, stream, &more.to_be_bytes());
    }

    /// A stream is over, with an error code (§7).
    pub fn reset(&mut self, stream: u32, code: u32) {
        self.frame(RST_STREAM, 0, stream, &code.to_be_bytes());
    }

    /// No stream behind `last` is answered.
    pub fn go_away(&mut self, last: u32, code: u32) {
        let payload = [last.to_be_bytes(), code.to_be_bytes()].concat();
        self.frame(GOAWAY, 0, 0, &payload);
    }

    /// A header block; names are in lower case. `end` where no DATA follows.
    pub fn headers<'f>(&mut self, stream: u32, fields: impl Iterator<Item = (&'f str, &'f [u8])>, end: bool) {
        let mut block = Vec::new();
        for (name, value) in fields {
            block.push(0x10);
            text(&mut block, name.as_bytes());
            text(&mut block, value);
        }
        let mut parts = block.chunks(LARGEST as usize).peekable();
        let (mut kind, mut flags) = (HEADERS, if end { END_STREAM } else { 0 });
        loop {
            let part = parts.next().unwrap_or_default();
            let last = parts.peek().is_none();
            self.frame(kind, if last { flags | END_HEADERS } else { flags }, stream, part);
            if last {
                return;
            }
            (kind, flags) = (CONTINUATION, 0);
        }
    }

    /// DATA, of which no more than the other side allows may be given.
    pub fn data(&mut self, stream: u32, bytes: &[u8], end: bool) {
        self.frame(DATA, if end { END_STREAM } else { 0 }, stream, bytes);
    }

    fn frame(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) {
        let [_, a, b, c] = u32::try_from(payload.len()).unwrap_or(u32::MAX).to_be_bytes();
        self.0.extend_from_slice(&[a, b, c, kind, flags]);
        self.0.extend_from_slice(&stream.to_be_bytes());
        self.0.extend_from_slice(payload);
    }
}

/// A string literal without Huffman coding (RFC 7541 §5.2).
fn text(out: &mut Vec<u8>, text: &[u8]) {
    const PREFIX: usize = 127;
    match text.len().checked_sub(PREFIX) {
        None => out.push(u8::try_from(text.len()).unwrap_or_default()),
        Some(mut left) => {
            out.push(0x7f);
            while left >= 128 {
                out.push(u8::try_from(left & 0x7f).unwrap_or_default() | 0x80);
                left >>= 7;
            }
            out.push(u8::try_from(left).unwrap_or_default());
        }
    }
    out.extend_from_slice(text);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_decoder_reads_the_header_blocks() {
        let long = "x".repeat(40_000);
        let mut frames = FrameWriter::default();
        frames.headers(1, [(":status", &b"200"[..]), ("x-long", long.as_bytes()), ("x-empty", b"")].into_iter(), true);
        let bytes = frames.take();
        let (mut rest, mut block, mut kinds) = (&bytes[..], Vec::new(), Vec::new());
        while !rest.is_empty() {
            let length = u32::from_be_bytes([0, rest[0], rest[1], rest[2]]) as usize;
            kinds.push((rest[3], rest[4]));
            block.extend_from_slice(&rest[9..9 + length]);
            rest = &rest[9 + length..];
        }
        assert_eq!(kinds, [(HEADERS, END_STREAM), (CONTINUATION, 0), (CONTINUATION, END_HEADERS)]);
        let mut fields = Vec::new();
        httlib_hpack::Decoder::default().decode(&mut block, &mut fields).unwrap();
        let fields: Vec<_> = fields.iter().map(|(name, value, _)| (name.as_slice(), value.as_slice())).collect();
        assert_eq!(fields, [(&b":status"[..], &b"200"[..]), (b"x-long", long.as_bytes()), (b"x-empty", b"")]);
    }
}
