//! What was written down of traffic in a form of its own: HARs, Lambda events, execution logs, printed packets, traces,
//! conversations between markers.

use std::io::Cursor;

use hopspec::http::CaptureId;
use hopspec::source::read_from;

use super::notes::Notes;

/// Every message ends; messages are no longer than what they stand in allows; the same bytes give the same.
pub fn written(data: &[u8]) {
    if hopspec::capture::is_magic(*data.first_chunk().unwrap_or(&[0; 4])) || data.starts_with(&[0x1f, 0x8b]) {
        return;
    }
    let (notes, said) = read(data);
    let (again, said_again) = read(data);
    assert_eq!((&notes.lines, said), (&again.lines, said_again));
    // A name may stand on each line of its value, and heads have a bound.
    let most = (8 * data.len()).saturating_add((2 << 20) * notes.messages() as usize);
    assert!(notes.bytes <= most, "{} bytes of messages in {}", notes.bytes, data.len());
}

fn read(data: &[u8]) -> (Notes, String) {
    let mut notes = Notes::wanting(1 << 20);
    let said = match read_from(Box::new(Cursor::new(data.to_vec())), CaptureId(0), &mut notes) {
        Ok(summary) => {
            assert_eq!(summary.requests + summary.responses, notes.messages());
            format!("{:?}", summary.anomalies)
        }
        Err(error) => {
            let said = error.to_string();
            assert!(!said.is_empty() && !said.contains('\n'), "{said}");
            said
        }
    };
    notes.finish();
    (notes, said)
}
