//! Texts: notes, raw messages, the output of `curl -v`.

use std::io::Cursor;

use hopspec::http::CaptureId;
use hopspec::source::read_from;

use super::notes::Notes;

/// Each message begins in a line of the text, after the one before it; messages are no longer than the text; with line
/// ends of Windows the heads are the same.
pub fn text(data: &[u8]) {
    // A few bytes of packets or gzip are what the target `capture` is for.
    if hopspec::capture::is_magic(*data.first_chunk().unwrap_or(&[0; 4])) || data.starts_with(&[0x1f, 0x8b]) {
        return;
    }
    // So are packets that were printed and other notes for the target `written`.
    let start = data.strip_prefix(b"\xef\xbb\xbf").unwrap_or(data).trim_ascii_start();
    let other = [&b">>>"[..], b"<<<", b"{"].iter().any(|begin| start.starts_with(begin));
    if other || data.windows(6).any(|bytes| bytes == b"0x0000") {
        return;
    }
    let notes = read(data);
    let lines = data.split(|byte| *byte == b'\n').count();
    assert!(notes.places.iter().all(|line| (1..=lines).contains(&(*line as usize))), "{:?} of {lines}", notes.places);
    assert!(notes.places.is_sorted_by(|a, b| a < b), "each in a line of its own, in their order: {:?}", notes.places);
    let most = 3 * data.len() + 8 * notes.places.len();
    assert!(notes.bytes <= most, "{} bytes of messages in a text of {}", notes.bytes, data.len());
    if !data.contains(&b'\r') {
        let windows = data.split(|byte| *byte == b'\n').collect::<Vec<_>>().join(b"\r\n".as_slice());
        let heads = |notes: &Notes| notes.lines.iter().filter(|line| line.contains(" head ")).cloned().collect::<Vec<_>>();
        assert_eq!(heads(&notes), heads(&read(&windows)), "with CRLF");
    }
}

fn read(data: &[u8]) -> Notes {
    let mut notes = Notes::wanting(usize::MAX);
    if let Ok(summary) = read_from(Box::new(Cursor::new(data.to_vec())), CaptureId(0), &mut notes) {
        assert_eq!(summary.requests + summary.responses, notes.messages());
        assert_eq!((summary.packets, summary.flows), (0, 0));
    }
    notes.finish();
    notes
}
