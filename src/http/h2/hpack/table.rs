//! The static and the dynamic table (RFC 7541 §2.3, §4, Appendix A).
//!
//! Of a dynamic table that the capture does not show from its beginning, old entries are unknown: they are told so, never
//! guessed. The table is bounded by [`Limits::table`](crate::http::Http2Limits::table), whatever an endpoint asks for.

use std::collections::VecDeque;

/// The size of a table before it is changed (RFC 9113 §6.5.2).
pub(in crate::http::h2) const FIRST_SIZE: u32 = 4096;
/// What an entry counts besides its bytes (RFC 7541 §4.1).
const OVERHEAD: usize = 32;

/// A field of the table: name and value, `None` where they are not known.
pub(super) type Known<'t> = (Option<&'t [u8]>, Option<&'t [u8]>);

#[derive(Debug)]
struct Entry {
    bytes: Box<[u8]>,
    /// Where the value begins.
    value: usize,
    /// The name is known. The value of an entry always is.
    named: bool,
}

impl Entry {
    fn size(&self) -> usize {
        self.bytes.len().saturating_add(OVERHEAD)
    }
}

/// A dynamic table.
#[derive(Debug)]
pub(super) struct Table {
    /// The last first.
    entries: VecDeque<Entry>,
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
        Self { entries: VecDeque::new(), size: 0, most, limit, doubtful }
    }

    /// Nothing is known of it any more.
    pub(super) fn forget(&mut self) {
        *self = Self::new(true, self.limit);
    }

    /// What it holds.
    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// Looks up an index; `None` where no such entry can be.
    pub(super) fn get(&self, index: u32) -> Option<Known<'_>> {
        let index = (index as usize).checked_sub(1)?;
        if let Some((name, value)) = STATIC.get(index) {
            return Some((Some(name), Some(value)));
        }
        match self.entries.get(index.checked_sub(STATIC.len())?) {
            Some(entry) => {
                let (name, value) = entry.bytes.split_at_checked(entry.value)?;
                Some((entry.named.then_some(name), Some(value)))
            }
            None => self.doubtful.then_some((None, None)),
        }
    }

    /// Adds an entry before all others (RFC 7541 §4.4).
    pub(super) fn insert(&mut self, name: Option<&[u8]>, value: &[u8]) {
        let bytes = [name.unwrap_or_default(), value].concat().into_boxed_slice();
        let entry = Entry { bytes, value: name.map_or(0, <[u8]>::len), named: name.is_some() };
        self.shrink(self.most.saturating_sub(entry.size()));
        if entry.size() <= self.most {
            self.size = self.size.saturating_add(entry.size());
            self.entries.push_front(entry);
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
            let Some(entry) = self.entries.pop_back() else { break };
            self.size = self.size.saturating_sub(entry.size());
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

    #[test]
    fn no_table_is_larger_than_the_limit() {
        let mut table = Table::new(false, MOST);
        assert!(table.resize(u32::MAX) && !table.resize(MOST));
        table.resize(u32::MAX);
        for _ in 0..100 {
            table.insert(Some(b"a"), &[b'x'; 4000]);
        }
        assert!(table.size() <= MOST as usize);
        assert_eq!(table.get(62 + 90), Some((None, None)), "forgotten is unknown, not absent");
    }
}
