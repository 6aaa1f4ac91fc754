//! The message as the spec wants it beside the message as seen.
//!
//! The expected side is the message with everything that is wrong put right, so that the difference shows only what is
//! wrong, in its surroundings.

use super::block_cookie;
use super::connection;
use super::judged::Fault;
use super::legible::show;
use super::names::HeadIndex;
use super::phrase;
use super::plan::{Aspect, OrderEntry, PlanExpectation, PlanHop};
use crate::finding::{Block, BlockLine, Rule};
use crate::http::HeadRef;
use crate::spec::{Claim, JsonStep, Side};

/// Lines of a message beyond this many are left out of a block, and so are missing ones.
const MOST_LINES: usize = 80;

/// Something that is wrong in the message.
pub(super) struct Blamed<'b> {
    /// The expectation's index in its hop.
    pub(super) at: usize,
    pub(super) expectation: &'b PlanExpectation,
    pub(super) fault: &'b Fault,
    /// The value that would be right, secrets masked: the text, or `‹in words›`.
    pub(super) text: Option<String>,
    /// The value that was there, secrets masked.
    pub(super) actual: Option<String>,
}

/// One line of the expected side: which line of the head it is, where it is one, and its text.
pub(super) struct Wanted {
    pub(super) line: Option<usize>,
    pub(super) text: String,
}

/// Builds the block of one message. `hide` masks secrets: of a field by name, of a start line without one; `hide_line` those
/// of a whole line of a field.
pub(super) fn build(
    hop: &PlanHop,
    head: &HeadRef<'_>,
    index: &HeadIndex,
    blamed: &[Blamed<'_>],
    hide: &dyn Fn(Option<&str>, &str) -> String,
    hide_line: &dyn Fn(&str, &str) -> String,
) -> Block {
    let field = |at: usize| {
        let line = head.lines.get(at).copied().unwrap_or_default();
        let (name, value) = (show(line.name.of(head.raw)), show(line.value.of(head.raw)));
        if name.is_empty() {
            hide(Some(""), &show(line.line.of(head.raw)))
        } else {
            format!("{name}: {}", hide(Some(&name), &value))
        }
    };
    let start = hide(None, &show(head.start_line()));
    let shown = head.lines.len().min(MOST_LINES);
    let remark = |at: usize| {
        let of = |b: &&Blamed<'_>| b.fault.lines.contains(&at);
        blamed.iter().find(of).map_or("", |b| match b.fault.rule {
            Rule::FieldUnexpected => "must not be there",
            Rule::FieldRepeated if matches!(b.expectation.aspect, Aspect::Cookie { .. }) => "",
            Rule::FieldRepeated => "must stand once",
            Rule::FieldNameCase => "another case",
            _ => "",
        })
    };
    let mut actual = vec![BlockLine { text: start.clone(), remark: String::new() }];
    actual.extend((0..shown).map(|at| BlockLine { text: field(at), remark: remark(at).to_owned() }));

    // A line that is judged as it stands is shown so.
    for line in blamed.iter().filter(|b| matches!(b.expectation.aspect, Aspect::Line { .. })).flat_map(|b| &b.fault.lines) {
        let range = head.lines.get(*line).map(|line| line.line).unwrap_or_default();
        let text = show(range.of(head.raw));
        let name = text.split(':').next().unwrap_or_default().trim_end();
        if let Some(entry) = actual.get_mut(line + 1) {
            entry.text = hide_line(name, &text);
        }
    }

    let mut wanted: Vec<Wanted> = (0..shown).map(|at| Wanted { line: Some(at), text: field(at) }).collect();
    let mut body = Vec::new();
    let mut missing = 0;
    for blame in blamed {
        missing += usize::from(blame.fault.rule == Rule::FieldMissing);
        if blame.fault.rule == Rule::FieldMissing && missing > MOST_LINES {
            continue;
        }
        put_right(hop, index, blame, &mut wanted);
        let label = match (&blame.expectation.aspect, &blame.fault.name) {
            (Aspect::BodyJson(steps), _) => format!("{} = ", phrase::path(steps)),
            (Aspect::Event(steps), _) => format!("event.{} = ", phrase::path(steps)),
            (Aspect::BodyOthers { .. }, Some(name)) => {
                body.push((format!("{} = ", phrase::path(&[JsonStep::Key(show(name))])), None, blame.actual.clone()));
                continue;
            }
            (Aspect::Trailer(name), _) => format!("trailer {name}: "),
            (Aspect::Connection(part), _) => {
                let label = format!("{part} = ");
                if is_absence(blame.expectation) {
                    body.push((label, None, blame.actual.clone()));
                    continue;
                }
                label
            }
            _ => continue,
        };
        body.push((label, Some(blame.text.clone().unwrap_or_default()), blame.actual.clone()));
    }
    for blame in blamed.iter().filter(|b| b.fault.rule == Rule::FieldOrder) {
        if let Aspect::Order(entries) = &blame.expectation.aspect {
            reorder(entries, index, &mut wanted);
        }
    }
    let mut expected = vec![BlockLine { text: wanted_start(&start, head, blamed), remark: String::new() }];
    expected.extend(wanted.into_iter().map(|w| BlockLine { text: w.text, remark: String::new() }));
    if !body.is_empty() {
        let blank = BlockLine { text: String::new(), remark: String::new() };
        actual.push(blank.clone());
        expected.push(blank);
        for (label, want, found) in body {
            let remark = if want.is_none() { "must not be there" } else { "" };
            if let Some(want) = want {
                expected.push(BlockLine { text: format!("{label}{want}"), remark: String::new() });
            }
            for found in found.iter().flat_map(|found| found.split('\n')) {
                actual.push(BlockLine { text: format!("{label}{found}"), remark: remark.to_owned() });
            }
        }
    }
    Block { expected, actual, left_out: head.lines.len() - shown + missing.saturating_sub(MOST_LINES) }
}

/// Whether what is expected is that a part of the connection is not there.
fn is_absence(of: &PlanExpectation) -> bool {
    matches!(&of.expectation.claim, Claim::Part { value, .. } if connection::is_absence(value))
}

fn put_right(hop: &PlanHop, index: &HeadIndex, blame: &Blamed<'_>, wanted: &mut Vec<Wanted>) {
    let position = |wanted: &[Wanted], line: usize| wanted.iter().position(|w| w.line == Some(line));
    let last_of_field = blame.expectation.aspect.field_id().and_then(|id| index.lines(id).last());
    if block_cookie::put_right(blame, last_of_field, wanted) {
        return;
    }
    match (&blame.expectation.aspect, blame.fault.rule) {
        (_, Rule::FieldUnexpected) => wanted.retain(|w| w.line.is_none_or(|l| !blame.fault.lines.contains(&l))),
        (_, Rule::FieldRepeated) => {
            let extra = blame.fault.lines.get(1..).unwrap_or_default();
            wanted.retain(|w| w.line.is_none_or(|l| !extra.contains(&l)));
        }
        (Aspect::NameCase { exact, .. }, Rule::FieldNameCase) => {
            for line in &blame.fault.lines {
                let Some(entry) = position(wanted, *line).and_then(|at| wanted.get_mut(at)) else { continue };
                let Some((name, rest)) = entry.text.split_once(':') else { continue };
                let right = exact.iter().flatten().find(|(_, exact)| exact.eq_ignore_ascii_case(name));
                let name = right.map_or_else(|| name.to_ascii_lowercase(), |(_, exact)| exact.clone());
                entry.text = format!("{name}:{rest}");
            }
        }
        (Aspect::Line { .. }, _) => {
            let text = blame.text.clone().unwrap_or_default();
            match blame.fault.lines.first().map(|line| position(wanted, *line)) {
                Some(at) => {
                    if let Some(entry) = at.and_then(|at| wanted.get_mut(at)) {
                        entry.text = text;
                    }
                }
                None => {
                    let at = place_of_missing(hop, index, blame, wanted);
                    wanted.insert(at.min(wanted.len()), Wanted { line: None, text });
                }
            }
        }
        (Aspect::Field { name, .. }, _) => {
            let text = blame.text.clone().unwrap_or_default();
            let line = |shown: &str| format!("{shown}: {text}");
            match blame.fault.lines.first().and_then(|l| position(wanted, *l)) {
                Some(at) => {
                    if let Some(entry) = wanted.get_mut(at) {
                        let shown = entry.text.split_once(": ").map_or(name.as_str(), |(n, _)| n).to_owned();
                        entry.text = line(&shown);
                    }
                }
                None => {
                    let at = place_of_missing(hop, index, blame, wanted);
                    wanted.insert(at.min(wanted.len()), Wanted { line: None, text: line(name) });
                }
            }
        }
        (Aspect::Cookie { name, .. } | Aspect::SetCookie { name, .. }, Rule::FieldMissing) => {
            let field = if blame.expectation.side == Side::Request { "Cookie" } else { "Set-Cookie" };
            let text = format!("{field}: {name}={}", blame.text.as_deref().unwrap_or_default());
            let at = place_of_missing(hop, index, blame, wanted);
            wanted.insert(at.min(wanted.len()), Wanted { line: None, text });
        }
        _ => {}
    }
}

/// A missing line goes behind the nearest line before it in the spec that is there, else on top.
fn place_of_missing(hop: &PlanHop, index: &HeadIndex, blame: &Blamed<'_>, wanted: &[Wanted]) -> usize {
    hop.expectations
        .get(..blame.at)
        .unwrap_or_default()
        .iter()
        .rev()
        .filter(|e| e.side == blame.expectation.side)
        .find_map(|e| match &e.aspect {
            Aspect::Field { id, name } => {
                let line = index.lines(*id).last();
                let named = |text: &str| text.strip_prefix(name.as_str()).is_some_and(|rest| rest.starts_with(": "));
                let inserted = |w: &Wanted| w.line.is_none() && named(&w.text);
                wanted.iter().position(|w| (line.is_some() && w.line == line) || inserted(w))
            }
            _ => None,
        })
        .map_or(0, |at| at + 1)
}

/// Puts the named lines in the order of the entries, on the places that they take.
fn reorder(entries: &[OrderEntry], index: &HeadIndex, wanted: &mut [Wanted]) {
    let others = entries.iter().position(|e| matches!(e, OrderEntry::Others));
    let rank = |w: &Wanted| {
        let named = entries.iter().position(|e| match (e, w.line) {
            (OrderEntry::Name(id), Some(line)) => index.lines(*id).any(|l| l == line),
            _ => false,
        });
        named.or(others)
    };
    let places: Vec<usize> = (0..wanted.len()).filter(|at| wanted.get(*at).is_some_and(|w| rank(w).is_some())).collect();
    let mut lines: Vec<(Option<usize>, Option<usize>, String)> =
        places.iter().filter_map(|at| wanted.get(*at)).map(|w| (rank(w), w.line, w.text.clone())).collect();
    lines.sort_by_key(|(rank, ..)| *rank);
    for (at, (_, line, text)) in places.into_iter().zip(lines) {
        if let Some(entry) = wanted.get_mut(at) {
            *entry = Wanted { line, text };
        }
    }
}

/// The start line with what is wrong put right.
fn wanted_start(start: &str, head: &HeadRef<'_>, blamed: &[Blamed<'_>]) -> String {
    let mut parts: Vec<String> = start.splitn(3, ' ').map(str::to_owned).collect();
    let request = head.is_request();
    for blame in blamed.iter().filter(|b| b.fault.rule == Rule::MessageLineMismatch) {
        let at = match (&blame.expectation.aspect, request) {
            (Aspect::Method, true) | (Aspect::Version, false) => 0,
            (Aspect::Target | Aspect::Path | Aspect::Query(_), true) | (Aspect::Status, false) => 1,
            (Aspect::Version, true) | (Aspect::Reason, false) => 2,
            _ => continue,
        };
        let text = blame.text.clone().unwrap_or_default();
        if let Some(part) = parts.get_mut(at) {
            *part = match &blame.expectation.aspect {
                Aspect::Path => format!("{text}{}", part.find('?').and_then(|q| part.get(q..)).unwrap_or_default()),
                Aspect::Query(name) => format!("{}?{name}={text}", part.split('?').next().unwrap_or_default()),
                _ => text,
            };
        }
    }
    parts.join(" ")
}
