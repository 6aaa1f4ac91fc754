//! Compressed captures: gzip (RFC 1952) and zstd (RFC 8878), unpacked as they are read.
//!
//! Memory is bounded by the window of the format, not by what comes out. Where a stream is cut or damaged, what came out
//! before is given, then an error that says which of both: `UnexpectedEof` where it is cut.

use std::io::{BufRead, BufReader, Error, ErrorKind, Read, Result};

use flate2::read::MultiGzDecoder;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

/// The largest window of zstd. `zstd -19` uses 8 MiB; only `--ultra` and `--long` go beyond 32.
const MOST_WINDOW: u64 = 32 << 20;
const BUFFER: usize = 64 << 10;

/// What a stream that begins with these four bytes is packed in, and a reader of what is inside; the reader itself where it
/// is not packed.
pub(super) fn unpacked(first: &[u8], reader: Box<dyn Read>) -> (Option<&'static str>, Box<dyn Read>) {
    match first {
        [0x1f, 0x8b, ..] => (Some("gzip"), Box::new(MultiGzDecoder::new(BufReader::with_capacity(BUFFER, reader)))),
        // A frame, or one to be skipped, which some programs write first.
        [0x28, 0xb5, 0x2f, 0xfd] | [0x50..=0x5f, 0x2a, 0x4d, 0x18] => (Some("zstd"), Box::new(Zstd::new(reader))),
        _ => (None, reader),
    }
}

/// The source of a decoder, which remembers how it ended: the decoder's own errors do not tell.
struct Source {
    reader: BufReader<Box<dyn Read>>,
    ended: bool,
    failed: Option<Error>,
}

impl Read for Source {
    fn read(&mut self, into: &mut [u8]) -> Result<usize> {
        match self.reader.read(into) {
            Ok(0) if !into.is_empty() => {
                self.ended = true;
                Ok(0)
            }
            Err(error) if error.kind() != ErrorKind::Interrupted => {
                let said = Error::new(error.kind(), error.to_string());
                self.failed = Some(error);
                Err(said)
            }
            outcome => outcome,
        }
    }
}

/// Where a zstd stream stands.
#[derive(PartialEq, Eq)]
enum At {
    Border,
    Frame,
    End,
}

/// Frames of zstd, one behind the other.
struct Zstd {
    source: Source,
    decoder: FrameDecoder,
    at: At,
}

impl Zstd {
    fn new(reader: Box<dyn Read>) -> Self {
        let mut decoder = FrameDecoder::new();
        decoder.set_max_window_size(MOST_WINDOW);
        let source = Source { reader: BufReader::with_capacity(BUFFER, reader), ended: false, failed: None };
        Self { source, decoder, at: At::Border }
    }

    /// Begins the next frame; frames that are to be skipped are.
    fn begin(&mut self) -> Result<()> {
        if self.source.reader.fill_buf()?.is_empty() {
            self.at = At::End;
            return Ok(());
        }
        match self.decoder.init(&mut self.source) {
            Ok(()) => self.at = At::Frame,
            Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame { length, .. })) => {
                let length = u64::from(length);
                if std::io::copy(&mut self.source.by_ref().take(length), &mut std::io::sink())? < length {
                    return Err(self.failure("a frame that is to be skipped"));
                }
            }
            Err(error) => return Err(self.failure(error)),
        }
        Ok(())
    }

    /// The frame is over: its checksum must be right, where it has one.
    fn end(&mut self) -> Result<()> {
        self.at = At::Border;
        match (self.decoder.get_checksum_from_data(), self.decoder.get_calculated_checksum()) {
            (Some(expected), Some(found)) if expected != found => {
                Err(self.failure(format_args!("a frame with the checksum {found:#010x} where {expected:#010x} was expected")))
            }
            _ => Ok(()),
        }
    }

    /// What went wrong; nothing more is read.
    fn failure(&mut self, why: impl std::fmt::Display) -> Error {
        self.at = At::End;
        match self.source.failed.take() {
            Some(error) => error,
            None if self.source.ended => Error::new(ErrorKind::UnexpectedEof, "the zstd stream ends within a frame"),
            None => Error::other(format!("zstd: {why}")),
        }
    }
}

impl Read for Zstd {
    fn read(&mut self, into: &mut [u8]) -> Result<usize> {
        if into.is_empty() {
            return Ok(0);
        }
        loop {
            match self.at {
                At::End => return Ok(0),
                At::Border => self.begin()?,
                At::Frame if self.decoder.can_collect() > 0 => return self.decoder.read(into),
                At::Frame if self.decoder.is_finished() => self.end()?,
                At::Frame => {
                    // One block, so that no more is held than the window and a block.
                    if let Err(error) = self.decoder.decode_blocks(&mut self.source, BlockDecodingStrategy::UptoBlocks(1)) {
                        return Err(self.failure(error));
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packed(content: &[u8]) -> Vec<u8> {
        ruzstd::encoding::compress_to_vec(content, ruzstd::encoding::CompressionLevel::Fastest)
    }

    fn unpack(bytes: Vec<u8>) -> (Vec<u8>, Result<usize>) {
        let mut out = Vec::new();
        let outcome = Zstd::new(Box::new(std::io::Cursor::new(bytes))).read_to_end(&mut out);
        (out, outcome)
    }

    #[test]
    fn frames_follow_one_another_and_some_are_skipped() {
        let skipped = [&[0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0][..], b"any"].concat();
        let (out, outcome) = unpack([skipped.clone(), packed(b"GET "), skipped, packed(&[b'/'; 300_000])].concat());
        assert!(outcome.is_ok(), "{outcome:?}");
        assert_eq!((out.len(), out.get(..6)), (300_004, Some(&b"GET //"[..])));
    }

    #[test]
    fn cut_and_damaged_streams_say_which_they_are() {
        let content: Vec<u8> = (0..200_000_u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
        let whole = packed(&content);
        for cut in [5, whole.len() / 2, whole.len() - 1] {
            let (out, outcome) = unpack(whole[..cut].to_vec());
            assert_eq!(outcome.unwrap_err().kind(), ErrorKind::UnexpectedEof, "cut at {cut}");
            assert!(content.starts_with(&out));
        }
        let mut damaged = whole;
        let last = damaged.len() - 1;
        damaged[last] ^= 1;
        let (_, outcome) = unpack(damaged);
        let error = outcome.unwrap_err();
        assert!(error.kind() == ErrorKind::Other && error.to_string().contains("checksum"), "{error}");
        let (out, outcome) = unpack([packed(b"abc"), b"something else".to_vec()].concat());
        assert!(out == b"abc" && outcome.unwrap_err().to_string().starts_with("zstd: "));
    }

    #[test]
    fn a_window_beyond_the_limit_is_refused() {
        // Magic number, no content size, a window of 2^(10 + 31) bytes.
        let (out, outcome) = unpack(vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xf8, 1, 0, 0]);
        assert!(out.is_empty() && outcome.unwrap_err().kind() == ErrorKind::Other);
    }
}
