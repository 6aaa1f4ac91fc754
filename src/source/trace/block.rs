//! The bytes of a block: rows of hex digits with their text, or of text alone.

/// How many bytes a row of hex digits holds (`dump` in curl's `src/tool_cb_dbg.c`).
const HEX_ROW: usize = 16;

/// A block that is read.
#[derive(Debug)]
pub(super) struct Block<'t> {
    size: usize,
    rows: Vec<(usize, &'t [u8])>,
}

/// How a trace shows bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// `--trace`
    Digits,
    /// `--trace-ascii`
    Text,
}

/// What it holds.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Bytes {
    pub(super) bytes: Vec<u8>,
    /// What cannot be printed is a dot.
    pub(super) dotted: bool,
    /// Rows are missing, or cannot be read.
    pub(super) cut: bool,
}

impl<'t> Block<'t> {
    /// One of so many bytes.
    pub(super) fn new(size: usize) -> Self {
        Self { size, rows: Vec::new() }
    }

    /// Whether a line is its next row.
    pub(super) fn take(&mut self, line: &'t [u8]) -> bool {
        let Some((at, row)) = row(line) else { return false };
        let next = self.rows.last().is_none_or(|(before, _)| *before < at);
        if at >= self.size || !next {
            return false;
        }
        self.rows.push((at, row));
        true
    }

    /// Its bytes. `form` is that of the trace, once a row has shown it; `line` says that the block is one line of a head.
    pub(super) fn bytes(self, form: &mut Option<Form>, line: bool) -> Bytes {
        if self.size == 0 {
            return Bytes::default();
        }
        match form {
            Some(Form::Digits) => self.hex(false).unwrap_or_default(),
            Some(Form::Text) => self.text(line),
            None => {
                let read = self.hex(true);
                if self.rows.first().is_some_and(|(_, row)| row.len() >= HEX_ROW) {
                    *form = Some(if read.is_some() { Form::Digits } else { Form::Text });
                }
                read.unwrap_or_else(|| self.text(line))
            }
        }
    }

    /// As hex digits; `None` where a row shows that they are not, and that is `asked`. Else what cannot be read is missing.
    fn hex(&self, asked: bool) -> Option<Bytes> {
        let mut bytes = Vec::new();
        let mut cut = self.rows.first().is_none_or(|(first, _)| *first != 0);
        for (at, row) in &self.rows {
            let wanted = self.size.saturating_sub(*at).min(HEX_ROW);
            let (digits, shown) = row.split_at_checked(3 * HEX_ROW).unwrap_or((row, b""));
            let mut read = Vec::with_capacity(HEX_ROW);
            for cell in digits.chunks(3).take(wanted) {
                match cell {
                    [high, low] | [high, low, b' '] => match (digit(*high), digit(*low)) {
                        (Some(high), Some(low)) => read.push(high << 4 | low),
                        _ => break,
                    },
                    _ => break,
                }
            }
            // What stands behind the digits is the same in characters. Versions differ in whether DEL is one.
            let same = |(byte, shown): (&u8, &u8)| match byte {
                0x20..0x7f => shown == byte,
                0x7f => matches!(shown, 0x7f | b'.'),
                _ => *shown == b'.',
            };
            if asked && (read.len() < wanted || !read.iter().zip(shown).all(same)) {
                return None;
            }
            cut |= *at != bytes.len() || read.len() < wanted;
            bytes.append(&mut read);
        }
        cut |= bytes.len() != self.size;
        Some(Bytes { bytes, dotted: false, cut })
    }

    /// As text: CR LF ends a row, and is told from one that is full by where the next begins.
    fn text(&self, line: bool) -> Bytes {
        let mut bytes = Vec::new();
        let mut cut = self.rows.is_empty();
        for (number, (at, row)) in self.rows.iter().enumerate() {
            cut |= *at != bytes.len();
            let next = self.rows.get(number + 1).map_or(self.size, |(next, _)| *next);
            bytes.extend_from_slice(row);
            match next.saturating_sub(*at).checked_sub(row.len()) {
                Some(0) => {}
                Some(2) => bytes.extend_from_slice(b"\r\n"),
                // White space at the end of a line goes first where people copy.
                Some(more @ 3..) if number + 1 < self.rows.len() || line => {
                    cut |= more > 66;
                    bytes.resize(bytes.len() + more.min(66) - 2, b' ');
                    bytes.extend_from_slice(b"\r\n");
                }
                _ => cut = true,
            }
        }
        // curl gives each line of a head as a block: where it ends with LF alone, that is a dot.
        if line && bytes.last() == Some(&b'.') && !cut {
            bytes.pop();
            bytes.push(b'\n');
        }
        Bytes { bytes, dotted: true, cut }
    }
}

/// `0010: ` and what stands behind it.
fn row(line: &[u8]) -> Option<(usize, &[u8])> {
    let (at, rest) = line.split_at_checked(memchr::memchr(b':', line.get(..17).unwrap_or(line))?)?;
    let plain = at.len() >= 4 && at.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let at = usize::from_str_radix(std::str::from_utf8(at).ok().filter(|_| plain)?, 16).ok()?;
    match rest {
        [b':', b' ', row @ ..] => Some((at, row)),
        b":" => Some((at, b"")),
        _ => None,
    }
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(size: usize, rows: &[&str], line: bool) -> (String, bool, bool) {
        let mut block = Block::new(size);
        for row in rows {
            assert!(block.take(row.as_bytes()), "{row}");
        }
        let Bytes { bytes, dotted, cut } = block.bytes(&mut None, line);
        (String::from_utf8_lossy(&bytes).into_owned(), dotted, cut)
    }

    #[test]
    fn rows_of_hex_digits() {
        let rows = [
            "0000: 47 45 54 20 2f 61 20 48 54 54 50 2f 31 2e 31 0d GET /a HTTP/1.1.",
            "0010: 0a                                              .",
        ];
        assert_eq!(read(17, &rows, false), ("GET /a HTTP/1.1\r\n".to_owned(), false, false));
        for shown in ["a.", "a\u{7f}"] {
            assert_eq!(read(2, &[&format!("0000: 61 7f {}{shown}", " ".repeat(42))], false).0, "a\u{7f}");
        }
        // White space at the end of lines is lost where people copy.
        assert_eq!(read(3, &["0000: 61 20 0a"], false), ("a \n".to_owned(), false, false));
        assert!(read(17, &rows[..1], false).2, "a row is missing");
        assert!(read(40, &[rows[0], "0020: 61 62 63 64 65 66 67 68                         abcdefgh"], false).2);
    }

    #[test]
    fn rows_of_text() {
        let rows = ["0000: POST /a HTTP/1.1", "0012: Host: a", "001b: "];
        assert_eq!(read(29, &rows, false), ("POST /a HTTP/1.1\r\nHost: a\r\n\r\n".to_owned(), true, false));
        let long = "x".repeat(64);
        let rows = [format!("0000: {long}"), "0040: yz".to_owned(), "0044:".to_owned()];
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        assert_eq!(read(70, &rows, false), (format!("{long}yz\r\n\r\n"), true, false));
        assert_eq!(read(66, &[&format!("0000: {long}")], true), (format!("{long}\r\n"), true, false));
        assert_eq!(read(16, &["0000: HTTP/1.0 200 OK."], true), ("HTTP/1.0 200 OK\n".to_owned(), true, false));
        assert_eq!(read(4, &["0000: a.b."], false), ("a.b.".to_owned(), true, false));
        assert!(read(9, &["0000: ab"], false).2);
        let mut block = Block::new(12);
        assert!(block.take(b"0000: 68 65 6c 6"));
        let of_digits = block.bytes(&mut Some(Form::Digits), false);
        assert_eq!(of_digits, Bytes { bytes: b"hel".to_vec(), dotted: false, cut: true }, "no text of ten characters");
        // What looks like digits, and has other text behind it.
        assert_eq!(read(5, &["0000: 61 62"], false).0, "61 62");
    }

    #[test]
    fn what_is_no_row_is_none() {
        for line in ["", "000: a", "0000", "0000:a", "00G0: a", "== Info: a", "0000000000000000000: a"] {
            assert_eq!(row(line.as_bytes()), None, "{line}");
        }
        let mut block = Block::new(4);
        assert!(block.take(b"0000: ab") && !block.take(b"0000: ab") && !block.take(b"0004: x"));
    }
}
