//! Changes of a spec's text.

use crate::finding::Suggestion;
use crate::spec::{Place, Source};

/// Longer lines are not told as a whole.
const LONGEST_LINE: usize = 120;

/// A change: this text in place of those bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::check) struct Edit {
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) text: String,
}

impl Edit {
    /// A text in place of what stands there, without the blanks and line ends behind it.
    pub(in crate::check) fn replace(source: &Source, place: Place, text: String) -> Self {
        let end = place.start.saturating_add(bytes(source.excerpt(place).trim_end()));
        Self { start: place.start, end, text }
    }

    /// A text before what stands there.
    pub(super) fn insert(at: u32, text: String) -> Self {
        Self { start: at, end: at, text }
    }

    /// The file's text with the change.
    pub(super) fn applied(&self, text: &str) -> Option<String> {
        let (before, behind) = (text.get(..self.start as usize)?, text.get(self.end as usize..)?);
        Some(format!("{before}{}{behind}", self.text))
    }

    /// Several changes as one; none where they overlap.
    pub(super) fn merged(source: &Source, mut edits: Vec<Self>) -> Option<Self> {
        edits.sort_by_key(|edit| edit.start);
        let mut edits = edits.into_iter();
        let mut all = edits.next()?;
        for edit in edits {
            let between = Place { start: all.end, end: edit.start };
            if between.start > between.end {
                return None;
            }
            all.text.push_str(source.excerpt(between));
            all.text.push_str(&edit.text);
            all.end = edit.end;
        }
        Some(all)
    }
}

/// Whether a mapping or list is written with brackets.
pub(super) fn is_flow(source: &Source, place: Place) -> bool {
    source.excerpt(place).starts_with(['{', '['])
}

/// What stands on the line before a place.
pub(super) fn line_before(source: &Source, at: u32) -> &str {
    let before = source.text.get(..at as usize).unwrap_or_default();
    before.rsplit('\n').next().unwrap_or_default()
}

/// The line end and blanks that put a further key below one that stands here; none in a flow mapping.
pub(super) fn below(source: &Source, at: u32) -> Option<String> {
    let before = line_before(source, at);
    before.chars().all(|c| c == ' ').then(|| format!("\n{before}"))
}

/// Takes an entry away that stands in a list or mapping: with its comma, or with its line.
pub(super) fn remove(source: &Source, place: Place) -> Option<Edit> {
    let text = &*source.text;
    let end = place.start.saturating_add(bytes(source.excerpt(place).trim_end()));
    let (before, behind) = (text.get(..place.start as usize)?, text.get(end as usize..)?);
    let blanks = |text: &str| bytes(text).saturating_sub(bytes(text.trim_start()));
    let line = before.rsplit('\n').next()?;
    let own_line =
        line.chars().all(|c| c == ' ') || line.trim_start().strip_prefix('-').is_some_and(|rest| rest.trim().is_empty());
    let rest = behind.split('\n').next()?;
    if own_line && rest.trim().is_empty() {
        let start = place.start.checked_sub(bytes(line))?;
        let newline = u32::from(behind.len() > rest.len());
        return Some(Edit { start, end: end + bytes(rest) + newline, text: String::new() });
    }
    let earlier = before.trim_end();
    if earlier.ends_with(',') {
        return Some(Edit { start: bytes(earlier) - 1, end, text: String::new() });
    }
    let later = behind.trim_start();
    if earlier.ends_with(['[', '{']) && later.starts_with(',') {
        let comma = end + blanks(behind) + 1;
        return Some(Edit { start: place.start, end: comma + blanks(later.get(1..)?), text: String::new() });
    }
    // The only one of a list: its key goes, too.
    if earlier.ends_with('[') && later.starts_with(']') {
        let start = key_start(text, bytes(earlier) - 1)?;
        return remove(source, Place { start, end: end + blanks(behind) + 1 });
    }
    None
}

/// Where the key begins that stands before a value, on its line.
fn key_start(text: &str, value: u32) -> Option<u32> {
    let before = text.get(..value as usize)?.trim_end_matches(' ').strip_suffix(':')?;
    let key = before.rsplit(['\n', ' ', '{', '[', ',']).next()?;
    (!key.is_empty()).then(|| bytes(before) - bytes(key))
}

/// A change as what stands around it is then, where that is one line and not too long: nobody has to look where in it.
fn around(source: &Source, edit: &Edit, place: Place) -> Option<Edit> {
    if edit.start < place.start || edit.end > place.end {
        return None;
    }
    let before = source.excerpt(Place { start: place.start, end: edit.start });
    let behind = source.excerpt(Place { start: edit.end, end: place.end }).trim_end();
    let text = format!("{before}{}{behind}", edit.text).trim_end().to_owned();
    let short = text.chars().count() <= LONGEST_LINE && !text.contains('\n') && !text.is_empty();
    let end = edit.end.checked_add(bytes(behind))?;
    (short && !source.excerpt(Place { start: place.start, end }).contains('\n')).then_some(Edit { start: place.start, end, text })
}

/// The line around a place, without the blanks before it.
fn line(source: &Source, at: u32) -> Option<Place> {
    let before = line_before(source, at).trim_start();
    let behind = source.text.get(at as usize..)?.split('\n').next()?;
    Some(Place { start: at.checked_sub(bytes(before))?, end: at.checked_add(bytes(behind))? })
}

/// A change as a suggestion: of the whole `entry` where it stands on one line, else of its line, else of the value that
/// changes with its key.
pub(in crate::check) fn suggestion(source: &Source, edit: Edit, entry: Option<Place>) -> Option<Suggestion> {
    let keyed = |mut edit: Edit| {
        if edit.start < edit.end
            && !edit.text.is_empty()
            && let Some(start) = key_start(&source.text, edit.start)
        {
            edit.text.insert_str(0, source.excerpt(Place { start, end: edit.start }));
            edit.start = start;
        }
        edit
    };
    let whole = entry.and_then(|entry| around(source, &edit, entry));
    let whole = whole.or_else(|| around(source, &edit, line(source, edit.start)?));
    let edit = whole.unwrap_or_else(|| keyed(edit));
    let (line, column) = source.line_column(edit.start);
    let (end_line, end_column) = source.line_column(edit.end);
    Some(Suggestion { line, column, end_line, end_column, start: edit.start, end: edit.end, text: edit.text })
}

fn bytes(text: &str) -> u32 {
    u32::try_from(text.len()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str) -> Source {
        Source::new("a.yaml".to_owned(), text)
    }

    fn place(text: &str, of: &str) -> Place {
        let start = bytes(text.split(of).next().unwrap());
        Place { start, end: start + bytes(of) }
    }

    #[test]
    fn entries_go_with_their_comma_or_line() {
        for (text, what, without) in [
            ("a: [Via, B, C]\n", "Via", Some("a: [B, C]\n")),
            ("a: [Via, B, C]\n", "B", Some("a: [Via, C]\n")),
            ("a: [Via, B]", "B", Some("a: [Via]")),
            ("x:\n  a: [Via]\n  b: 1\n", "Via", Some("x:\n  b: 1\n")),
            ("x: { a: [Via], b: 1 }\n", "Via", Some("x: { b: 1 }\n")),
            ("x: { b: 1, a: [Via] }\n", "Via", Some("x: { b: 1 }\n")),
            ("a:\n  - Via\n  - B\n", "Via", Some("a:\n  - B\n")),
            ("a:\n  - Via\n  - B", "B", Some("a:\n  - Via\n")),
            ("x:\n  A: { present: true }\n  B: b\n", "A: { present: true }", Some("x:\n  B: b\n")),
            ("x:\n  A: a # why\n  B: b\n", "A: a", None),
        ] {
            let source = source(text);
            let removed = remove(&source, place(text, what)).and_then(|edit| edit.applied(text));
            assert_eq!(removed.as_deref(), without, "{what} of {text}");
        }
    }

    #[test]
    fn a_suggestion_tells_the_key_of_its_value() {
        let text = "h:\n  User-Agent: old\n";
        let source = source(text);
        let edit = Edit::replace(&source, place(text, "old"), "{ prefix: o }".to_owned());
        let suggestion = suggestion(&source, edit, None).unwrap();
        assert_eq!((suggestion.line, suggestion.column, suggestion.end_line, suggestion.end_column), (2, 3, 2, 18));
        assert_eq!(suggestion.text, "User-Agent: { prefix: o }");
        assert_eq!(suggestion.applied(text), "h:\n  User-Agent: { prefix: o }\n");
    }

    #[test]
    fn changes_merge_where_they_do_not_overlap() {
        let text = "a b c";
        let source = source(text);
        let edit = |of: &str, to: &str| Edit::replace(&source, place(text, of), to.to_owned());
        let merged = Edit::merged(&source, vec![edit("c", "3"), edit("a", "1")]).unwrap();
        assert_eq!(merged.applied(text).as_deref(), Some("1 b 3"));
        assert_eq!(Edit::merged(&source, vec![edit("a b", "1"), edit("b", "2")]), None);
    }
}
