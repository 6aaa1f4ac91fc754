//! What a node did to a message: the message as it left the hop before, held against the message as it arrived.
//!
//! Field by field, in the order of the wire. Nothing is said of order or case where one of the sources does not keep them.

use std::collections::HashMap;

use super::differ::differ;
use super::order::moved;
use crate::http::{AUTHORITY, HeadRef};

/// Bytes of white space before a value and behind it (RFC 9112 §5: they are no part of it).
pub type Padding = (usize, usize);

/// The values of the lines of one name, in order.
pub type Lines<'a> = Vec<&'a [u8]>;

/// What became of the lines of one name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum How<'a> {
    /// They were not there before.
    Added,
    /// They are there no longer.
    Removed,
    /// Something stands behind what was there.
    Appended {
        /// What.
        what: &'a [u8],
        /// In a line of its own, and not behind a comma.
        own_line: bool,
        /// Behind a comma without a space.
        close: bool,
    },
    /// Lines were joined into one.
    Merged {
        /// What stands between them now.
        separator: &'static str,
        /// What stands behind them besides.
        appended: Option<&'a [u8]>,
    },
    /// One line became several.
    Split,
    /// Some of the lines are gone, the others as they were.
    Dropped,
    /// It is seen on one side only, and the other source may have left it out.
    Unshown,
    /// It seems to be another, and one of both sources may not show it as it was: why.
    Open(&'static str),
    /// Anything else.
    Changed,
}

/// One name whose lines are not as they were.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change<'a> {
    /// The name as it stands behind the node; as before it where it is gone.
    pub name: &'a [u8],
    /// Its values before.
    pub before: Lines<'a>,
    /// Its values behind.
    pub after: Lines<'a>,
    /// What became of them.
    pub how: How<'a>,
}

/// What became of a message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes<'a> {
    /// The parts of the start line that are others: what it is, before, behind.
    pub start: Vec<(&'static str, Vec<u8>, Vec<u8>)>,
    /// Fields that are not as they were: what stands behind the node in its order, then what is gone.
    pub fields: Vec<Change<'a>>,
    /// Names that are written in another case: before, behind.
    pub recased: Vec<(&'a [u8], &'a [u8])>,
    /// Names that stand in another place among those that were there before, and behind which name; none for the first place.
    pub moved: Vec<(&'a [u8], Option<&'a [u8]>)>,
    /// Names whose values are as they were, with other white space around one of them: how many bytes before the value and
    /// behind it there were, and are.
    pub padded: Vec<(&'a [u8], Padding, Padding)>,
    /// How many names are as they were, but for case and place.
    pub kept: usize,
}

impl Changes<'_> {
    /// Whether the message is as it was.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let lines = self.recased.is_empty() && self.moved.is_empty() && self.padded.is_empty();
        self.start.is_empty() && self.fields.is_empty() && lines
    }
}

/// A name with its lines.
struct Field<'a> {
    name: &'a [u8],
    values: Lines<'a>,
    /// One of its lines may go on where the capture of the head ends.
    open: bool,
}

/// What became of a message between two hops. What `masked` takes for hidden is told as open, where a source may mask values.
/// Linear in both heads.
#[must_use]
pub fn changes<'a>(before: &HeadRef<'a>, after: &HeadRef<'a>, masked: impl Fn(&[u8]) -> bool) -> Changes<'a> {
    let (old, new) = (fields(before), fields(after));
    let (old_names, new_names) = (numbers(&old), numbers(&new));
    let mut found = Changes { start: start(before, after, &masked), ..Changes::default() };
    let cased = |head: &HeadRef<'_>| head.head.fidelity.name_case && head.head.h2_stream.is_none();
    let cases = cased(before) && cased(after);
    let (old_padding, new_padding) = if shows_lines(before) && shows_lines(after) {
        (padding(before), padding(after))
    } else {
        (HashMap::new(), HashMap::new())
    };
    let mut common = Vec::new();
    for field in &new {
        let known = old_names.get(&field.name.to_ascii_lowercase()).and_then(|at| Some((*at, old.get(*at)?)));
        let Some((at, known)) = known else {
            let after = field.values.clone();
            let how = if may_hide(before, field.name) { How::Unshown } else { How::Added };
            found.fields.push(Change { name: field.name, before: Vec::new(), after, how });
            continue;
        };
        common.push((at, field.name));
        if cases && known.name != field.name {
            found.recased.push((known.name, field.name));
        }
        let how = match doubt((before, known), (after, field), &masked) {
            Some(why) => Some(How::Open(why)),
            None => how(&known.values, &field.values),
        };
        match how {
            None => {
                found.kept += 1;
                let key = field.name.to_ascii_lowercase();
                let both = old_padding.get(&key).into_iter().flatten().zip(new_padding.get(&key).into_iter().flatten());
                // An empty value has nothing around which there could be something.
                let seen = both.zip(&field.values).filter(|(_, value)| !value.is_empty()).map(|(both, _)| both);
                found.padded.extend(seen.filter(|(was, is)| was != is).take(1).map(|(was, is)| (field.name, *was, *is)));
            }
            Some(how) => {
                let (before, after) = (known.values.clone(), field.values.clone());
                found.fields.push(Change { name: field.name, before, after, how });
            }
        }
    }
    for field in old.iter().filter(|field| !new_names.contains_key(&field.name.to_ascii_lowercase())) {
        let how = if may_hide(after, field.name) { How::Unshown } else { How::Removed };
        found.fields.push(Change { name: field.name, before: field.values.clone(), after: Vec::new(), how });
    }
    if before.head.fidelity.order && after.head.fidelity.order {
        found.moved = moved(&common);
    }
    found
}

/// Why it is not known whether the lines of a name are others.
fn doubt(
    (before, was): (&HeadRef<'_>, &Field<'_>),
    (after, is): (&HeadRef<'_>, &Field<'_>),
    masked: impl Fn(&[u8]) -> bool,
) -> Option<&'static str> {
    let hides =
        |head: &HeadRef<'_>, field: &Field<'_>| head.head.fidelity.masks && field.values.iter().any(|value| masked(value));
    let joins = |head: &HeadRef<'_>| !head.head.fidelity.repeats;
    let cut = |head: &HeadRef<'_>| head.head.flags.is_partial();
    if hides(before, was) || hides(after, is) {
        return Some("a value is masked");
    }
    if was.values == is.values {
        return None;
    }
    if was.open || is.open || !differ(&was.values, &is.values, cut(before), cut(after)) {
        return Some("a head is cut in the capture");
    }
    let same = || members(&was.values) == members(&is.values);
    ((joins(before) || joins(after)) && same()).then_some("one of both may show lines that repeat as one")
}

/// What stands between commas and semicolons on all lines.
fn members<'a>(lines: &[&'a [u8]]) -> Vec<&'a [u8]> {
    let parts = lines.iter().flat_map(|line| line.split(|byte| matches!(byte, b',' | b';'))).map(<[u8]>::trim_ascii);
    parts.filter(|part| !part.is_empty()).collect()
}

/// Whether a field that is not there may have been sent all the same.
fn may_hide(head: &HeadRef<'_>, name: &[u8]) -> bool {
    head.head.flags.is_partial() || head.withholds(|withheld| withheld.eq_ignore_ascii_case(name))
}

/// Whether field lines are there as they were sent.
fn shows_lines(head: &HeadRef<'_>) -> bool {
    head.head.h2_stream.is_none() && !head.head.fidelity.reformatted && head.head.fidelity.name_case
}

/// The white space around the values of each name, line by line.
fn padding(head: &HeadRef<'_>) -> HashMap<Vec<u8>, Vec<Padding>> {
    let mut found: HashMap<Vec<u8>, Vec<Padding>> = HashMap::new();
    for line in head.lines {
        let name = line.name.of(head.raw);
        let behind = line.line.of(head.raw).get(name.len()..).unwrap_or_default().trim_ascii_start();
        let value = behind.strip_prefix(b":").unwrap_or_default();
        let before = value.len().saturating_sub(value.trim_ascii_start().len());
        let after = value.len().saturating_sub(value.trim_ascii_end().len());
        found.entry(name.to_ascii_lowercase()).or_default().push((before, after));
    }
    found
}

/// The parts of the start line that differ. What a source may mask, and seems to, is not held against anything.
fn start(before: &HeadRef<'_>, after: &HeadRef<'_>, masked: impl Fn(&[u8]) -> bool) -> Vec<(&'static str, Vec<u8>, Vec<u8>)> {
    if [before, after].iter().any(|head| head.is_open(head.head.start_line)) {
        return Vec::new();
    }
    let parts = |head: &HeadRef<'_>| {
        let status = head.status().map(|status| status.to_string().into_bytes());
        [
            ("method", head.method().map(<[u8]>::to_vec)),
            ("target", head.target().map(<[u8]>::to_vec)),
            ("version", Some(head.version().to_vec())),
            ("status", status),
            ("reason", head.reason().map(<[u8]>::to_vec)),
        ]
    };
    let both = parts(before).into_iter().zip(parts(after));
    // What one of the versions does not have was not changed.
    let hidden = |head: &HeadRef<'_>, part: &[u8]| head.head.fidelity.masks && masked(part);
    both.filter_map(|((what, old), (_, new))| Some((what, old?, new?)))
        .filter(|(_, old, new)| old != new && !hidden(before, old) && !hidden(after, new))
        .collect()
}

/// The fields of a head by name, in the order of their first lines. `:authority` is a Host (RFC 9113 §8.3.1).
fn fields<'a>(head: &HeadRef<'a>) -> Vec<Field<'a>> {
    let mut fields: Vec<Field<'a>> = Vec::new();
    let mut known: HashMap<Vec<u8>, usize> = HashMap::new();
    let authority = head.head.h2_stream.and_then(|_| head.fields().find(|(name, _)| *name == AUTHORITY));
    let hosts = authority.map(|(_, value)| (b"host".as_slice(), value));
    let same_host = |name: &[u8], value: &[u8]| {
        hosts.is_some_and(|(_, host)| name.eq_ignore_ascii_case(b"host") && host.eq_ignore_ascii_case(value))
    };
    let lines = head.lines.iter().filter(|line| head.is_field(line));
    let regular = lines.map(|line| (line.name.of(head.raw), line.value.of(head.raw), head.is_open_line(line)));
    let hosts = hosts.into_iter().map(|(name, value)| (name, value, false));
    for (name, value, open) in hosts.chain(regular.filter(|(name, value, _)| !same_host(name, value))) {
        let next = fields.len();
        match fields.get_mut(*known.entry(name.to_ascii_lowercase()).or_insert(next)) {
            Some(field) => {
                field.values.push(value);
                field.open |= open;
            }
            None => fields.push(Field { name, values: vec![value], open }),
        }
    }
    fields
}

fn numbers(fields: &[Field<'_>]) -> HashMap<Vec<u8>, usize> {
    fields.iter().enumerate().map(|(at, field)| (field.name.to_ascii_lowercase(), at)).collect()
}

/// What became of the lines of a name; nothing where they are the same.
fn how<'a>(before: &[&[u8]], after: &[&'a [u8]]) -> Option<How<'a>> {
    if before == after {
        return None;
    }
    if after.starts_with(before)
        && let Some([what]) = after.get(before.len()..)
    {
        return Some(How::Appended { what, own_line: true, close: false });
    }
    if let (Some((last, rest)), Some((now, others))) = (before.split_last(), after.split_last())
        && rest == others
        && let Some(what) = behind(now, last)
    {
        let close = now.get(last.len()..).is_some_and(|more| more.starts_with(b",") && !more.starts_with(b", "));
        return Some(How::Appended { what, own_line: false, close });
    }
    if let ([one], true) = (after, before.len() > 1)
        && let Some(merged) = merged(before, one)
    {
        return Some(merged);
    }
    if let ([one], true) = (before, after.len() > 1)
        && matches!(merged(after, one), Some(How::Merged { appended: None, .. }))
    {
        return Some(How::Split);
    }
    let mut rest = before.iter();
    let is_part = after.iter().all(|value| rest.any(|known| known == value));
    Some(if is_part && after.len() < before.len() { How::Dropped } else { How::Changed })
}

/// What stands behind a value and a comma.
fn behind<'a>(now: &'a [u8], before: &[u8]) -> Option<&'a [u8]> {
    let what = now.strip_prefix(before)?.trim_ascii_start().strip_prefix(b",")?.trim_ascii();
    (!before.is_empty() && !what.is_empty()).then_some(what)
}

fn merged<'a>(lines: &[&[u8]], one: &'a [u8]) -> Option<How<'a>> {
    [", ", ",", "; ", ";"].into_iter().find_map(|separator| {
        let whole = lines.join(separator.as_bytes());
        if one == whole {
            return Some(How::Merged { separator, appended: None });
        }
        let appended = behind(one, &whole).filter(|_| separator.starts_with(','))?;
        Some(How::Merged { separator, appended: Some(appended) })
    })
}
