//! Frames as another implementation writes them: header blocks by httlib-hpack.

use httlib_hpack::Encoder;

pub(super) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
pub(super) const SETTINGS: &[u8] = b"\0\0\0\x04\0\0\0\0\0";
pub(super) const ACK: &[u8] = b"\0\0\0\x04\x01\0\0\0\0";

pub(super) const DATA: u8 = 0;
pub(super) const HEADERS: u8 = 1;
pub(super) const RST_STREAM: u8 = 3;
pub(super) const PUSH_PROMISE: u8 = 5;
pub(super) const PING: u8 = 6;
pub(super) const GOAWAY: u8 = 7;
pub(super) const CONTINUATION: u8 = 9;

pub(super) const END_STREAM: u8 = 1;
pub(super) const END_HEADERS: u8 = 4;
pub(super) const PADDED: u8 = 8;
pub(super) const PRIORITY: u8 = 32;

pub(super) type Fields<'f> = &'f [(&'f str, &'f str)];

pub(super) fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let mut frame = length[1..].to_vec();
    frame.extend([kind, flags]);
    frame.extend(stream.to_be_bytes());
    frame.extend(payload);
    frame
}

/// One side of a connection, with its table.
pub(super) struct Sender(Encoder<'static>);

impl Sender {
    pub(super) fn new() -> Self {
        Self(Encoder::with_dynamic_size(4096))
    }

    /// A header block; fields are put into the table, and taken from it when they come again.
    pub(super) fn block(&mut self, fields: Fields<'_>) -> Vec<u8> {
        let flags = Encoder::WITH_INDEXING | Encoder::HUFFMAN_VALUE | Encoder::HUFFMAN_NAME | Encoder::BEST_FORMAT;
        self.block_as(fields, flags)
    }

    pub(super) fn block_as(&mut self, fields: Fields<'_>, flags: u8) -> Vec<u8> {
        let mut block = Vec::new();
        for (name, value) in fields {
            self.0.encode((name.as_bytes().to_vec(), value.as_bytes().to_vec(), flags), &mut block).unwrap();
        }
        block
    }

    /// A head in one frame.
    pub(super) fn head(&mut self, stream: u32, flags: u8, fields: Fields<'_>) -> Vec<u8> {
        let block = self.block(fields);
        frame(HEADERS, END_HEADERS | flags, stream, &block)
    }

    pub(super) fn get(&mut self, stream: u32, path: &str) -> Vec<u8> {
        let fields = [(":method", "GET"), (":scheme", "http"), (":path", path), (":authority", "a.example"), ("x-id", "7")];
        self.head(stream, END_STREAM, &fields)
    }

    pub(super) fn ok(&mut self, stream: u32, id: &str) -> Vec<u8> {
        self.head(stream, END_STREAM, &[(":status", "200"), ("x-id", id), ("server", "s")])
    }
}

/// A client and a server whose prefaces are said.
pub(super) fn begun() -> (Sender, Sender, Vec<u8>, Vec<u8>) {
    (Sender::new(), Sender::new(), [PREFACE, SETTINGS].concat(), SETTINGS.to_vec())
}
