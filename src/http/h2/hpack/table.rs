//! The static and the dynamic table (RFC 7541 §2.3, §4, Appendix A).
//!
//! Of a dynamic table that the capture does not show from its beginning, old entries are unknown: they are told so, never
//! guessed. The table is bounded by [`Limits::table`](crate::http::Http2Limits::table), whatever an endpoint asks for.

use std::collections::VecDeque;

use crate::flow::allocated;

/// The size of a table before it is changed (RFC 9113 §6.5.2).
pub(in crate::http::h2) const FIRST_SIZE: u32 = 4096;
/// What an entry counts besides its bytes (RFC 7541 §4.1).
const OVERHEAD: usize = 32;

/// A field of the table: name and value, `None` where they are not known.
pub(super) type Known<'t> = (Option<&'t [u8]>, Option<&'t [u8]>);

/// Where an entry lies.
#[derive(Debug, Clone, Copy)]
struct Entry {
    /// Its first byte, counted from the first byte that the table ever held.
    start: u32,
    /// How long its name is, with [`UNNAMED`] where that is not known. The value of an entry always is.
    name: u32,
}

/// Set in the length of a name.
const UNNAMED: u32 = 1 << 31;

/// A dynamic table. Its entries lie one behind the other: many connections have one, most of them small.
#[derive(Debug)]
pub(super) struct Table {
    /// Names and values; before `begin` are those that left the table.
    bytes: Vec<u8>,
    begin: usize,
    /// The oldest first.
    entries: VecDeque<Entry>,
    /// What the first of `bytes` counts.
    base: u32,
    size: usize,
    most: usize,
    /// What it holds at most, whatever is asked for. Entries beyond it are forgotten and then unknown.
    limit: u32,
    /// The capture does not show what else is in it.
    doubtful: bool,
}

impl Table {
    /// One that is empty; or of which is not known what is in it.
    pub(super) fn new(doubtful: bool, limit: u32) -> Self {
        // How large an unknown table is, is not known either: more than it holds is never looked up.
        let most = if doubtful { limit } else { FIRST_SIZE } as usize;
        Self { bytes: Vec::new(), begin: 0, entries: VecDeque::new(), base: 0, size: 0, most, limit, doubtful }
    }

    /// Nothing is known of it any more.
    pub(super) fn forget(&mut self) {
        *self = Self::new(true, self.limit);
    }

    /// What it holds, as the RFC counts.
    #[cfg(test)]
    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// What it takes in memory.
    pub(super) fn held(&self) -> usize {
        allocated(self.bytes.capacity()).saturating_add(allocated(self.entries.capacity().saturating_mul(size_of::<Entry>())))
    }

    /// Looks up an index; `None` where no such entry can be.
    pub(super) fn get(&self, index: u32) -> Option<Known<'_>> {
        let index = (index as usize).checked_sub(1)?;
        if let Some((name, value)) = STATIC.get(index) {
            return Some((Some(name), Some(value)));
        }
        let place = self.entries.len().checked_sub(index.checked_sub(STATIC.len())?.saturating_add(1));
        match place.and_then(|place| Some((place, self.entries.get(place)?))) {
            Some((place, entry)) => {
                let end = self.entries.get(place.saturating_add(1)).map_or(self.bytes.len(), |next| self.place(*next));
                let bytes = self.bytes.get(self.place(*entry)..end)?;
                let (name, value) = bytes.split_at_checked((entry.name & !UNNAMED) as usize)?;
                Some(((entry.name & UNNAMED == 0).then_some(name), Some(value)))
            }
            None => self.doubtful.then_some((None, None)),
        }
    }

    /// Where an entry begins.
    fn place(&self, entry: Entry) -> usize {
        entry.start.wrapping_sub(self.base) as usize
    }

    /// Adds an entry before all others (RFC 7541 §4.4).
    pub(super) fn insert(&mut self, name: Option<&[u8]>, value: &[u8]) {
        let known = name.unwrap_or_default();
        let length = known.len().saturating_add(value.len());
        let size = length.saturating_add(OVERHEAD);
        self.shrink(self.most.saturating_sub(size));
        if size > self.most {
            return;
        }
        self.make_room(length);
        // Bounded by the size of the table.
        let count = |length: usize| u32::try_from(length).unwrap_or(UNNAMED);
        let unnamed = if name.is_none() { UNNAMED } else { 0 };
        let entry = Entry { start: self.base.wrapping_add(count(self.bytes.len())), name: count(known.len()) | unnamed };
        self.bytes.extend_from_slice(known);
        self.bytes.extend_from_slice(value);
        self.size = self.size.saturating_add(size);
        self.entries.push_back(entry);
    }

    /// Makes room for so many bytes: where those that left, where they are many, or more.
    fn make_room(&mut self, length: usize) {
        let lacks = |bytes: &Vec<u8>| bytes.capacity().saturating_sub(bytes.len()) < length;
        let live = self.bytes.len().saturating_sub(self.begin);
        if lacks(&self.bytes) && self.begin >= live / 4 {
            self.bytes.drain(..self.begin);
            self.base = self.base.wrapping_add(u32::try_from(self.begin).unwrap_or(0));
            self.begin = 0;
        }
        if lacks(&self.bytes) {
            self.bytes.reserve_exact(length.max(live / 4));
        }
    }

    /// Changes its size (RFC 7541 §4.3). Whether that is more than is kept here.
    pub(super) fn resize(&mut self, size: u32) -> bool {
        let asked = size as usize;
        self.most = asked.min(self.limit as usize);
        self.shrink(self.most);
        if asked == 0 {
            // Nothing is in it, whatever was.
            self.doubtful = false;
        }
        let beyond = size > self.limit;
        self.doubtful |= beyond;
        beyond
    }

    fn shrink(&mut self, most: usize) {
        while self.size > most {
            if self.entries.pop_front().is_none() {
                break;
            }
            let begin = self.entries.front().map_or(self.bytes.len(), |first| self.place(*first));
            let length = begin.saturating_sub(self.begin);
            self.size = self.size.saturating_sub(length.saturating_add(OVERHEAD));
            self.begin = begin;
        }
        if self.entries.is_empty() && self.begin > 0 {
            (self.bytes, self.entries, self.begin) = (Vec::new(), VecDeque::new(), 0);
        }
    }
}

/// RFC 7541 Appendix A.
const STATIC: [(&[u8], &[u8]); 61] = [
    (b":authority", b""),
    (b":method", b"GET"),
    (b":method", b"POST"),
    (b":path", b"/"),
    (b":path", b"/index.html"),
    (b":scheme", b"http"),
    (b":scheme", b"https"),
    (b":status", b"200"),
    (b":status", b"204"),
    (b":status", b"206"),
    (b":status", b"304"),
    (b":status", b"400"),
    (b":status", b"404"),
    (b":status", b"500"),
    (b"accept-charset", b""),
    (b"accept-encoding", b"gzip, deflate"),
    (b"accept-language", b""),
    (b"accept-ranges", b""),
    (b"accept", b""),
    (b"access-control-allow-origin", b""),
    (b"age", b""),
    (b"allow", b""),
    (b"authorization", b""),
    (b"cache-control", b""),
    (b"content-disposition", b""),
    (b"content-encoding", b""),
    (b"content-language", b""),
    (b"content-length", b""),
    (b"content-location", b""),
    (b"content-range", b""),
    (b"content-type", b""),
    (b"cookie", b""),
    (b"date", b""),
    (b"etag", b""),
    (b"expect", b""),
    (b"expires", b""),
    (b"from", b""),
    (b"host", b""),
    (b"if-match", b""),
    (b"if-modified-since", b""),
    (b"if-none-match", b""),
    (b"if-range", b""),
    (b"if-unmodified-since", b""),
    (b"last-modified", b""),
    (b"link", b""),
    (b"location", b""),
    (b"max-forwards", b""),
    (b"proxy-authenticate", b""),
    (b"proxy-authorization", b""),
    (b"range", b""),
    (b"referer", b""),
    (b"refresh", b""),
    (b"retry-after", b""),
    (b"server", b""),
    (b"set-cookie", b""),
    (b"strict-transport-security", b""),
    (b"transfer-encoding", b""),
    (b"user-agent", b""),
    (b"vary", b""),
    (b"via", b""),
    (b"www-authenticate", b""),
];

#[cfg(test)]
mod tests {
    use super::*;

    const MOST: u32 = 64 << 10;

    #[test]
    fn entries_leave_as_the_rfc_says() {
        let mut table = Table::new(false, MOST);
        assert_eq!(table.get(2), Some((Some(&b":method"[..]), Some(&b"GET"[..]))));
        assert_eq!((table.get(0), table.get(62)), (None, None));
        table.resize(100);
        table.insert(Some(b"a"), b"1");
        table.insert(Some(b"b"), b"2");
        assert_eq!((table.get(62), table.size()), (Some((Some(&b"b"[..]), Some(&b"2"[..]))), 68));
        table.insert(Some(b"c"), b"3");
        assert_eq!((table.get(63), table.get(64), table.size()), (Some((Some(&b"b"[..]), Some(&b"2"[..]))), None, 68));
        table.insert(Some(b"long"), &[b'x'; 100]);
        assert_eq!((table.get(62), table.size()), (None, 0));
    }

    #[test]
    fn what_the_capture_does_not_show_is_unknown() {
        let mut table = Table::new(true, MOST);
        table.insert(Some(b"a"), b"1");
        table.insert(None, b"2");
        assert_eq!(table.get(62), Some((None, Some(&b"2"[..]))));
        assert_eq!(table.get(63), Some((Some(&b"a"[..]), Some(&b"1"[..]))));
        assert_eq!(table.get(64), Some((None, None)));
        table.resize(0);
        assert_eq!(table.get(62), None, "an emptied table is known again");
    }

    /// An entry: its name where that is known, and its value.
    type Model = (Option<Vec<u8>>, Vec<u8>);

    proptest::proptest! {
        /// Against a table whose entries are kept one by one.
        #[test]
        fn entries_are_what_was_put_in(
            steps in proptest::collection::vec((0..40usize, 0..90usize, proptest::bool::ANY, 0..8u32), 1..300),
        ) {
            let mut table = Table::new(false, MOST);
            let (mut model, mut most) = (VecDeque::<Model>::new(), 4096);
            let size = |(name, value): &Model| name.as_ref().map_or(0, Vec::len) + value.len() + 32;
            for (at, (name, value, known, resize)) in steps.into_iter().enumerate() {
                if resize == 0 {
                    most = name * 30;
                    table.resize(most as u32);
                }
                let entry = (known.then(|| vec![at as u8; name]), vec![at as u8 ^ 0xff; value]);
                table.insert(entry.0.as_deref(), &entry.1);
                model.push_front(entry);
                while model.iter().map(size).sum::<usize>() > most {
                    model.pop_back();
                }
                for (index, (name, value)) in (62..).zip(&model) {
                    proptest::prop_assert_eq!(table.get(index), Some((name.as_deref(), Some(value.as_slice()))));
                }
                proptest::prop_assert_eq!(table.get(62 + model.len() as u32), None);
                proptest::prop_assert_eq!(table.size(), model.iter().map(size).sum::<usize>());
                // Not much more is taken than the bytes that were held at most.
                proptest::prop_assert!(table.held() <= 4096 * 7 / 4 + 200, "{}", table.held());
            }
        }
    }

    #[test]
    fn no_table_is_larger_than_the_limit() {
        let mut table = Table::new(false, MOST);
        assert!(table.resize(u32::MAX) && !table.resize(MOST));
        table.resize(u32::MAX);
        for _ in 0..100 {
            table.insert(Some(b"a"), &[b'x'; 4000]);
        }
        assert!(table.size() <= MOST as usize && table.held() <= MOST as usize * 3 / 2, "{}", table.held());
        assert_eq!(table.get(62 + 90), Some((None, None)), "forgotten is unknown, not absent");
    }
}
