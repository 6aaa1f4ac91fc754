//! Logs Insights and the console export the newest message first. Of what belongs together the first must come first.

use std::collections::HashMap;

use super::entries::{Entry, Text};
use super::line::line;
use super::statement::Statement;
use crate::capture::Timestamp;

/// What is known of the order in which the messages of a request stand.
#[derive(Default)]
struct Seen {
    places: Vec<usize>,
    first: Option<Timestamp>,
    last: Option<Timestamp>,
    begun: bool,
    completed: bool,
    /// It is completed before anything is said of it.
    ends_first: bool,
}

/// Puts exported messages in the order in which they were written. Exports may stand one behind the other, each in an order of
/// its own: times are believed, and of what has the same time the messages of one request tell which comes first.
pub(super) fn put_in_order(entries: &mut Vec<Entry<'_>>) {
    if !entries.iter().all(|entry| matches!(entry, Entry::Event(_))) {
        // Answers have no time, and stand where they belong.
        return;
    }
    let mut by_id: HashMap<Vec<u8>, Seen> = HashMap::new();
    for (place, entry) in entries.iter().enumerate() {
        let Entry::Event(part) = entry else { continue };
        let said = line(&part.text);
        let id = said.as_ref().and_then(|line| line.request).unwrap_or_default().to_vec();
        by_id.entry(id).or_default().see(place, part, said.map(|line| line.statement).as_ref());
    }
    let mut places: Vec<usize> = (0..entries.len()).collect();
    for seen in by_id.values().filter(|seen| seen.is_backwards()) {
        for (place, from) in seen.places.iter().zip(seen.places.iter().rev()) {
            if let Some(of) = places.get_mut(*place) {
                *of = *from;
            }
        }
    }
    // What has no time stays behind what it stood behind.
    let mut time = None;
    let mut standing: Vec<Option<Entry<'_>>> = entries.drain(..).map(Some).collect();
    let mut ordered = Vec::with_capacity(standing.len());
    for from in places {
        let Some(entry) = standing.get_mut(from).and_then(Option::take) else { continue };
        time = time_of(&entry).or(time);
        ordered.push((time, entry));
    }
    ordered.sort_by_key(|(time, _)| *time);
    entries.extend(ordered.into_iter().map(|(_, entry)| entry));
}

fn time_of(entry: &Entry<'_>) -> Option<Timestamp> {
    match entry {
        Entry::Event(part) => part.time,
        Entry::Line(_) | Entry::Answer(_) => None,
    }
}

impl Seen {
    fn see(&mut self, place: usize, part: &Text<'_>, statement: Option<&Statement<'_>>) {
        self.places.push(place);
        if part.time.is_some() {
            self.first = self.first.or(part.time);
            self.last = part.time;
        }
        match statement {
            Some(Statement::Completed(_)) if !self.begun => self.completed = true,
            Some(Statement::Method { .. } | Statement::Begins(_)) if self.completed => self.ends_first = true,
            Some(_) => self.begun = true,
            None => {}
        }
    }

    /// Whether the newest stands first.
    fn is_backwards(&self) -> bool {
        match (self.first, self.last) {
            (Some(first), Some(last)) if first != last => first > last,
            _ => self.ends_first,
        }
    }
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

    fn ordered(lines: &[(Option<u64>, &'static str)]) -> Vec<String> {
        let mut entries = events(lines);
        put_in_order(&mut entries);
        let text = |entry: &Entry<'_>| match entry {
            Entry::Event(part) => String::from_utf8_lossy(&part.text).into_owned(),
            other => panic!("{other:?}"),
        };
        entries.iter().map(text).collect()
    }

    const BEGIN: &str = "(abcd) HTTP Method: GET, Resource Path: /";
    const MIDDLE: &str = "(abcd) Method request query string: {}";
    const END: &str = "(abcd) Method completed with status: 200";

    #[test]
    fn the_first_comes_first() {
        for (lines, expected) in [
            (vec![(Some(1), BEGIN), (Some(2), END)], [BEGIN, END].as_slice()),
            (vec![(Some(2), END), (Some(1), BEGIN)], &[BEGIN, END]),
            (vec![(Some(1), END), (Some(1), BEGIN)], &[BEGIN, END]),
            (vec![(None, END), (None, MIDDLE), (None, BEGIN)], &[BEGIN, MIDDLE, END]),
            (vec![(None, BEGIN), (None, END)], &[BEGIN, END]),
            // Times are believed: this may be the end of a request that began before.
            (vec![(Some(1), END), (Some(2), BEGIN)], &[END, BEGIN]),
            // Backwards, of which two have the same time.
            (vec![(Some(2), END), (Some(1), MIDDLE), (Some(1), BEGIN)], &[BEGIN, MIDDLE, END]),
        ] {
            assert_eq!(ordered(&lines), expected, "{lines:?}");
        }
    }

    #[test]
    fn exports_behind_one_another_have_orders_of_their_own() {
        let other = ["(efgh) HTTP Method: GET, Resource Path: /", "(efgh) Method completed with status: 200"];
        // The newer export first, each forwards; and the same, each backwards.
        let forwards = [(Some(8), other[0]), (Some(9), other[1]), (Some(1), BEGIN), (Some(1), MIDDLE), (Some(2), END)];
        let backwards = [(Some(9), other[1]), (Some(9), other[0]), (Some(2), END), (Some(1), MIDDLE), (Some(1), BEGIN)];
        for lines in [forwards, backwards] {
            assert_eq!(ordered(&lines), [BEGIN, MIDDLE, END, other[0], other[1]], "{lines:?}");
        }
    }
}
