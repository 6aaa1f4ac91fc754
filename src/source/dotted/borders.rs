//! Where the packets of a dump end: at the next line of headers, unless their bytes go on there.
//!
//! A peer may write lines of headers into what it sends. So where the line of headers says how many bytes follow, the packet
//! ends with the line of headers that stands that far behind it. Each byte is a character, but for CRs before LFs, so there may
//! be several; and where bytes are not printed there is none. Linear in the length of the text, with a logarithm a packet.

use super::packet::{begins, is_count, is_timed, lines};

/// A place in a dump.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// A line, counted from 1.
    pub(super) line: u32,
    /// How many characters stand before it.
    pub(super) at: usize,
}

impl Place {
    /// Characters, and one more for each line: the CR that may be left away.
    fn most(self) -> usize {
        self.at.saturating_add(self.line as usize)
    }
}

/// The end of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct End {
    /// The line behind it.
    pub(super) line: u32,
    /// Its bytes hold a line of headers, or could end at one more.
    pub(super) unclear: bool,
}

/// All lines that may begin a packet, or end the last one.
#[derive(Debug)]
pub(super) struct Borders {
    places: Vec<Place>,
    /// Packets have a time.
    pub(super) timed: bool,
}

impl Borders {
    /// Those of a dump.
    pub(super) fn of(text: &[u8]) -> Self {
        let mut places = Vec::new();
        let mut timed = None;
        let mut end = Place { line: 1, at: 0 };
        for (line, number, whole) in lines(text) {
            if begins(line, timed != Some(true)).is_some() {
                timed = timed.or(Some(is_timed(line)));
                places.push(Place { line: number, at: end.at });
            } else if is_count(line) {
                places.push(Place { line: number, at: end.at });
            }
            // The line end behind the last packet may be left away.
            end = Place { line: number.saturating_add(1), at: end.at + line.len() + 1 };
            debug_assert!(whole.len() <= line.len() + 2);
        }
        places.push(end);
        Self { places, timed: timed.unwrap_or(false) }
    }

    /// Where a packet ends whose bytes, this many, are printed from here on. Without a number: at the next line of headers.
    pub(super) fn end(&self, from: Place, bytes: Option<usize>) -> End {
        let behind = self.places.partition_point(|place| place.line <= from.line);
        let behind = self.places.get(behind..).unwrap_or_default();
        let next = behind.first().map_or(u32::MAX, |place| place.line);
        let Some(bytes) = bytes else { return End { line: next, unclear: false } };
        // The line end before a line of headers is tcpdump's own; a CR may be left away at the end, too.
        let fits = behind.partition_point(|place| place.most() < from.most().saturating_add(bytes));
        let most = from.at.saturating_add(bytes).saturating_add(1);
        let fitting = || behind.get(fits..).unwrap_or_default().iter().take_while(|place| place.at <= most);
        match fitting().next() {
            Some(place) => End { line: place.line, unclear: fits > 0 || fitting().nth(1).is_some() },
            // It is cut, or what is printed is no longer as it was.
            None => End { line: next, unclear: false },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_ends_where_its_length_says() {
        let head = "1.5 IP 1.2.3.4.5 > 1.2.3.4.6: Flags [P.], length 9\n";
        let forged = format!("ab\n{head}cd");
        let text = format!("{head}{forged}\n{head}x\n3 packets captured\n");
        let borders = Borders::of(text.as_bytes());
        let from = Place { line: 2, at: head.len() };
        assert_eq!(borders.end(from, Some(forged.len())), End { line: 5, unclear: true });
        assert_eq!(borders.end(from, Some(forged.len() + 2)), End { line: 5, unclear: true }, "two CRs are left away");
        assert_eq!(borders.end(from, Some(2)), End { line: 3, unclear: false });
        assert_eq!(borders.end(from, Some(9999)), End { line: 3, unclear: false }, "cut");
        assert_eq!(borders.end(from, None), End { line: 3, unclear: false });
        assert_eq!(borders.end(Place { line: 6, at: text.len() - 21 }, Some(1)), End { line: 7, unclear: false });
        assert_eq!(borders.end(Place { line: 99, at: 9999 }, Some(1)), End { line: u32::MAX, unclear: false });
    }
}
