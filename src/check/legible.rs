//! Bytes of the wire as text that a person reads.

/// Bytes as text for a message, bytes that are no UTF-8 shown as ISO-8859-1.
pub(super) fn show(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|b| char::from(*b)).collect(),
    }
}

/// Characters of a value that a finding shows.
const MOST: usize = 240;

/// The beginning of a text that may be long: all of it where it is not.
pub(super) fn excerpt(text: String) -> String {
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}
