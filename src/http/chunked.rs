//! The chunked transfer coding (RFC 9112 §7.1): chunk sizes and trailer sections.

use memchr::memchr;

use super::conversation::{Conversation, Mode};
use super::reading::keep;
use super::streams::HttpStreams;
use super::{FieldLine, HeadFlags, MessageSink, Range, Trailers, lenient};
use crate::anomaly::AnomalyKind;
use crate::capture::PacketAt;
use crate::flow::Direction;
use crate::secret;

impl<M: MessageSink> HttpStreams<'_, M> {
    /// A line of chunk framing is due.
    pub(super) fn chunk_line<'a>(
        &mut self,
        talk: &mut Conversation,
        direction: Direction,
        rest: &'a [u8],
        at: PacketAt,
    ) -> &'a [u8] {
        let stream = talk.stream(direction);
        let Some(lf) = memchr(b'\n', rest) else {
            keep(stream, rest, at);
            if stream.partial.len() > self.limits.trailers {
                self.malformed_chunk(talk, direction, at);
            }
            return &[];
        };
        let (whole, behind) = rest.split_at_checked(lf.saturating_add(1)).unwrap_or((rest, &[]));
        let partial = std::mem::take(&mut stream.partial);
        let joined;
        let line = if partial.is_empty() {
            whole
        } else {
            joined = [&partial, whole].concat();
            &joined
        };
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        match (stream.mode, size(line)) {
            (Mode::ChunkSize, Some(0)) => stream.mode = Mode::Trailers,
            (Mode::ChunkSize, Some(size)) => stream.mode = Mode::ChunkData(size),
            (Mode::ChunkEnd, _) if line.is_empty() => stream.mode = Mode::ChunkSize,
            (Mode::Trailers, _) if line.is_empty() => {
                stream.mode = Mode::Start;
                self.finish(talk, direction, true);
            }
            (Mode::Trailers, _) => {
                let mut flags = HeadFlags::default();
                let mut full = false;
                if let Some(running) = &mut stream.running {
                    let trailers = running.tally.body.trailers_mut();
                    full = trailers.raw.len() > self.limits.trailers;
                    if full {
                        trailers.cut = true;
                    } else {
                        trailer(trailers, line, &mut flags);
                    }
                }
                if full {
                    flags.insert(AnomalyKind::HeadLimit);
                }
                for kind in flags.iter() {
                    self.anomalies.note(kind, Some(at.number), || "in a trailer section".to_owned());
                }
            }
            _ => {
                self.anomalies.note(AnomalyKind::MalformedChunk, Some(at.number), || {
                    // It may be any line, of a body or of the next head.
                    let line = String::from_utf8_lossy(line);
                    format!("{:?}", secret::mask_line(&line).chars().take(40).collect::<String>())
                });
                stream.mode = Mode::Lost;
                self.finish(talk, direction, false);
                self.lost(talk, direction);
            }
        }
        behind
    }

    pub(super) fn malformed_chunk(&mut self, talk: &mut Conversation, direction: Direction, at: PacketAt) {
        self.anomalies.note(AnomalyKind::MalformedChunk, Some(at.number), || "a line without end".to_owned());
        let stream = talk.stream(direction);
        stream.partial = Vec::new();
        stream.mode = Mode::Lost;
        self.finish(talk, direction, false);
        self.lost(talk, direction);
    }
}

/// The size that a chunk line names, without its extensions; `None` where there is none.
fn size(line: &[u8]) -> Option<u64> {
    let line = line.trim_ascii();
    let end = line.iter().position(|b| !b.is_ascii_hexdigit()).unwrap_or(line.len());
    let (digits, rest) = line.split_at_checked(end)?;
    if digits.is_empty() || !matches!(rest.trim_ascii_start().first(), None | Some(b';')) {
        return None;
    }
    digits.iter().try_fold(0u64, |n, &b| {
        let digit = char::from(b).to_digit(16)?;
        n.checked_mul(16)?.checked_add(digit.into())
    })
}

/// Adds a line of a trailer section; what is odd about it is marked.
fn trailer(trailers: &mut Trailers, line: &[u8], flags: &mut HeadFlags) {
    if matches!(line.first(), Some(b' ' | b'\t')) && !trailers.lines.is_empty() {
        flags.insert(AnomalyKind::ObsFold);
        trailers.raw.push(b' ');
        trailers.raw.extend_from_slice(line.trim_ascii());
        let end = Range::new(0, trailers.raw.len()).end;
        if let Some(last) = trailers.lines.last_mut() {
            last.value.end = end;
            last.line.end = end;
        }
        return;
    }
    let FieldLine { name, value, .. } = lenient::field_line(line, Range::new(0, line.len()), flags);
    trailers.push(name.of(line), value.of(line));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_with_extensions_and_padding() {
        for (line, want) in
            [("0", 0), ("1a", 26), ("FF;name=\"v\"", 255), ("5  ", 5), ("10 ;x", 16), ("00000000000000000000a", 10)]
        {
            assert_eq!(size(line.as_bytes()), Some(want), "{line:?}");
        }
        for line in ["", "g", "-1", "1g", "0x10", "5 5", ";x", "10000000000000000"] {
            assert_eq!(size(line.as_bytes()), None, "{line:?}");
        }
    }

    #[test]
    fn trailer_lines_are_kept_whatever_they_are() {
        let mut trailers = Trailers::default();
        let mut flags = HeadFlags::default();
        trailer(&mut trailers, b"Digest: abc ", &mut flags);
        assert!(flags.is_empty());
        for line in [&b"  more"[..], b"no colon"] {
            trailer(&mut trailers, line, &mut flags);
        }
        let fields: Vec<_> = trailers.fields().collect();
        assert_eq!(fields, [(&b"Digest"[..], &b"abc more"[..]), (b"", b"no colon")]);
        assert!(flags.contains(AnomalyKind::ObsFold) && flags.contains(AnomalyKind::MalformedFieldLine));
    }
}
