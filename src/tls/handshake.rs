//! Handshake messages (RFC 8446 §4): several lie in one record, and one may run over several.

use crate::flow::allocated;

/// The longest message that is kept; others are passed over by their length.
const LONGEST: usize = 64 << 10;

pub(super) const CLIENT_HELLO: u8 = 1;
pub(super) const SERVER_HELLO: u8 = 2;
/// In drafts of TLS 1.3 a message of its own.
pub(super) const HELLO_RETRY_REQUEST: u8 = 6;
pub(super) const ENCRYPTED_EXTENSIONS: u8 = 8;
pub(super) const END_OF_EARLY_DATA: u8 = 5;
pub(super) const FINISHED: u8 = 20;
pub(super) const KEY_UPDATE: u8 = 24;

/// What the next bytes of the handshake are.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// A message that may matter, without its header.
    Message(u8, Vec<u8>),
    /// The bytes are used up.
    End,
    /// A message that matters and is longer than any.
    TooLong(usize),
}

/// Puts the messages of one direction together.
#[derive(Debug, Default)]
pub(super) struct Handshake {
    partial: Vec<u8>,
    /// So many bytes of a message that does not matter are left.
    skip: usize,
    /// The kind of the first message, once it is known.
    pub(super) first: Option<u8>,
    /// Bytes of the handshake are lost: messages cannot be told apart any more.
    pub(super) lost: bool,
}

impl Handshake {
    /// Takes from `input` up to the end of the next message that matters.
    pub(super) fn next(&mut self, input: &mut &[u8]) -> Next {
        if self.lost {
            return Next::End;
        }
        loop {
            let passed = self.skip.min(input.len());
            self.skip = self.skip.saturating_sub(passed);
            *input = input.get(passed..).unwrap_or_default();
            self.fill(4, input);
            let Some(&[kind, a, b, c]) = self.partial.first_chunk::<4>() else { return Next::End };
            self.first.get_or_insert(kind);
            let length = u32::from_be_bytes([0, a, b, c]) as usize;
            match kind {
                CLIENT_HELLO | SERVER_HELLO | HELLO_RETRY_REQUEST | ENCRYPTED_EXTENSIONS | END_OF_EARLY_DATA | FINISHED
                | KEY_UPDATE => {
                    if length > LONGEST {
                        return Next::TooLong(length);
                    }
                    let whole = length.saturating_add(4);
                    self.fill(whole, input);
                    if self.partial.len() < whole {
                        return Next::End;
                    }
                    let mut message = std::mem::take(&mut self.partial);
                    message.drain(..4);
                    return Next::Message(kind, message);
                }
                _ => {
                    self.partial.clear();
                    self.skip = length;
                }
            }
        }
    }

    fn fill(&mut self, wanted: usize, input: &mut &[u8]) {
        let taken = wanted.saturating_sub(self.partial.len()).min(input.len());
        if let Some((taken, rest)) = input.split_at_checked(taken) {
            self.partial.extend_from_slice(taken);
            *input = rest;
        }
    }

    /// How many bytes are kept.
    pub(super) fn held(&self) -> usize {
        allocated(self.partial.capacity())
    }

    /// Forgets a message that was not whole.
    pub(super) fn reset(&mut self, lost: bool) {
        *self = Self { first: self.first, lost, ..Self::default() };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_the_same_however_records_cut_them() {
        let bytes = [&[11, 0, 0, 3, 1, 2, 3][..], &[2, 0, 0, 2, 8, 9], &[14, 0, 0, 0], &[20, 0, 0, 1, 7]].concat();
        for cut in 0..bytes.len() {
            let (mut handshake, mut found) = (Handshake::default(), Vec::new());
            for mut part in [&bytes[..cut], &bytes[cut..]] {
                while let Next::Message(kind, message) = handshake.next(&mut part) {
                    found.push((kind, message));
                }
            }
            assert_eq!(found, [(SERVER_HELLO, vec![8, 9]), (FINISHED, vec![7])], "cut at {cut}");
            assert_eq!(handshake.first, Some(11));
        }
    }

    #[test]
    fn a_message_longer_than_any_is_not_waited_for() {
        let mut input = &[1, 1, 0, 1][..];
        assert_eq!(Handshake::default().next(&mut input), Next::TooLong(0x10001));
        let mut input = &[11, 255, 255, 255, 0, 0][..];
        assert_eq!(Handshake::default().next(&mut input), Next::End, "what does not matter is passed over");
    }
}
