//! From the character counts of the event parser to byte offsets.

use crate::spec::Place;

/// Byte offsets of characters.
#[derive(Debug)]
pub(super) struct Offsets<'t> {
    text: &'t str,
    /// The byte offset of every character; `None` where they are the same number.
    bytes: Option<Vec<u32>>,
}

impl<'t> Offsets<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let offset = |(i, _)| u32::try_from(i).unwrap_or(u32::MAX);
        Self { text, bytes: (!text.is_ascii()).then(|| text.char_indices().map(offset).collect()) }
    }

    /// The byte offset of a character, at most the text's length.
    pub(super) fn byte(&self, character: usize) -> u32 {
        let end = u32::try_from(self.text.len()).unwrap_or(u32::MAX);
        match &self.bytes {
            Some(bytes) => bytes.get(character).copied().unwrap_or(end),
            None => u32::try_from(character).unwrap_or(u32::MAX).min(end),
        }
    }

    /// A place without the white space at its end, which the event parser counts in now and then.
    pub(super) fn place(&self, start: usize, end: usize) -> Place {
        let (start, end) = (self.byte(start), self.byte(end.max(start)));
        let text = self.text.get(start as usize..end as usize).unwrap_or_default();
        let trimmed = u32::try_from(text.trim_end().len()).unwrap_or(u32::MAX);
        Place { start, end: start.saturating_add(trimmed) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_become_bytes_and_trailing_space_goes() {
        let offsets = Offsets::new("é: ü  \n");
        assert_eq!(offsets.place(3, 7), Place { start: 4, end: 6 });
        assert_eq!(offsets.byte(99), 9);
        assert_eq!(Offsets::new("ab").place(1, 99), Place { start: 1, end: 2 });
    }
}
