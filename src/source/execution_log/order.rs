//! Logs Insights and the console export the newest message first. Of what belongs together the first must come first.

use std::collections::HashSet;

use super::entries::Entry;
use super::line::line;
use super::statement::Statement;

/// Puts exported messages in the order in which they were written. What stands in a text is in it.
pub(super) fn put_in_order(entries: &mut [Entry<'_>]) {
    let mut times = entries.iter().filter_map(|entry| match entry {
        Entry::Event(part) => part.time,
        Entry::Line(_) | Entry::Answer(_) => None,
    });
    let first = times.next();
    let last = times.next_back();
    let backwards = match (first, last) {
        (Some(first), Some(last)) if first != last => first > last,
        // All of them within a millisecond.
        _ => ends_before_it_begins(entries),
    };
    if backwards {
        entries.reverse();
    }
}

/// Whether some request is completed before anything is said of it.
fn ends_before_it_begins(entries: &[Entry<'_>]) -> bool {
    let mut completed = HashSet::new();
    let mut begun = HashSet::new();
    for entry in entries {
        let Entry::Event(part) = entry else { continue };
        let Some((id, statement)) = line(&part.text).and_then(|line| Some((line.request?, line.statement))) else { continue };
        match statement {
            Statement::Completed(_) if !begun.contains(id) => {
                completed.insert(id);
            }
            Statement::Method { .. } | Statement::Begins(_) if completed.contains(id) => return true,
            _ => {
                begun.insert(id);
            }
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::super::entries::Text;
    use super::*;
    use crate::capture::Timestamp;

    fn events(lines: &[(Option<u64>, &'static str)]) -> Vec<Entry<'static>> {
        let of = |(time, text): &(Option<u64>, &'static str)| {
            let time = time.map(Timestamp::from_nanoseconds);
            Entry::Event(Text { line: 1, time, text: Cow::Borrowed(text.as_bytes()) })
        };
        lines.iter().map(of).collect()
    }

    #[test]
    fn the_first_comes_first() {
        let (begin, end) = ("(abcd) HTTP Method: GET, Resource Path: /", "(abcd) Method completed with status: 200");
        for (lines, expected) in [
            ([(Some(1), begin), (Some(2), end)], begin),
            ([(Some(2), end), (Some(1), begin)], begin),
            ([(Some(1), end), (Some(1), begin)], begin),
            ([(None, begin), (None, end)], begin),
            // Times are believed: this may be the end of a request that began before.
            ([(Some(1), end), (Some(2), begin)], end),
        ] {
            let mut entries = events(&lines);
            put_in_order(&mut entries);
            let Some(Entry::Event(first)) = entries.first() else { panic!("an event") };
            assert_eq!(String::from_utf8_lossy(&first.text), expected, "{lines:?}");
        }
    }
}
