//! Text that is safe to show on a terminal.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Longer values are shortened in texts, never in JSON.
const LONGEST: usize = 200;

/// A text with what a terminal would obey made visible: controls as `\n`, `\x1b`, `\x9b`; characters that re-order or
/// hide text as `\u{202e}`. Backslashes stay as they are, so this is for eyes and not for programs.
#[must_use]
pub fn escape(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '\n' => safe.push_str("\\n"),
            '\r' => safe.push_str("\\r"),
            '\t' => safe.push_str("\\t"),
            c if !is_unsafe(c) => safe.push(c),
            c if u32::from(c) < 0x100 => {
                let _ = write!(safe, "\\x{:02x}", u32::from(c));
            }
            c => {
                let _ = write!(safe, "\\u{{{:x}}}", u32::from(c));
            }
        }
    }
    Cow::Owned(safe)
}

/// Controls (C0, DEL, C1), line and paragraph separators, and characters that show nothing or re-order what follows
/// (Unicode categories Cc, Zl, Zp and Cf as far as terminals know them).
pub(crate) fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// A long text with its middle left out, `abc…[1200 characters]…xyz`; others as they are.
#[must_use]
pub fn shorten(text: &str) -> Cow<'_, str> {
    // Bytes first: most texts are shorter, and counting characters takes time.
    let length = if text.len() <= LONGEST { 0 } else { text.chars().count() };
    if length <= LONGEST {
        return Cow::Borrowed(text);
    }
    let (head, tail) = (LONGEST * 3 / 5, LONGEST / 5);
    let start: String = text.chars().take(head).collect();
    let end: String = text.chars().skip(length - tail).collect();
    Cow::Owned(format!("{start}…[{} characters]…{end}", length - head - tail))
}

/// [`escape`] and [`shorten`]: how values of traffic stand in texts.
pub(crate) fn value(text: &str) -> String {
    // Shortened first, so that hostile megabytes are not escaped in vain; escapes make it longer at most sixfold.
    escape(&shorten(text)).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{any, proptest};

    #[test]
    fn escapes_show() {
        assert_eq!(escape("\x1b[2J\u{9b}31m\r\n\tx\u{7f}"), "\\x1b[2J\\x9b31m\\r\\n\\tx\\x7f");
        assert_eq!(escape("a\u{202e}b\u{200b}"), "a\\u{202e}b\\u{200b}");
        assert!(matches!(escape("Grüße, 日本 \\x1b"), Cow::Borrowed(_)));
    }

    #[test]
    fn the_middle_goes() {
        assert!(matches!(shorten(&"é".repeat(200)), Cow::Borrowed(_)));
        let short = shorten(&"é".repeat(1000)).into_owned();
        assert!(short.contains("…[840 characters]…"), "{short}");
        assert!(short.chars().count() < 200);
    }

    proptest! {
        #[test]
        fn nothing_unsafe_is_left(text in any::<String>()) {
            assert!(!escape(&text).chars().any(is_unsafe));
        }
    }
}
