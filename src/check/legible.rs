//! Bytes of the wire as text that a person reads.

/// Bytes as text for a message, bytes that are no UTF-8 shown as ISO-8859-1.
pub(super) fn show(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|b| char::from(*b)).collect(),
    }
}
