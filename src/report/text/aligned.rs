//! The message as expected and as seen, aligned line by line.
//!
//! Lines are aligned whole first, then by field name within what differs, so that a changed line stands beside the line
//! that it should be. Blocks are bounded by `check`.

use std::collections::BTreeSet;

use similar::{Algorithm, DiffTag, capture_diff_slices};

use super::super::escape::{shorten, value};
use crate::finding::{Block, BlockLine};
use crate::report::paint::{Paint, Tone};
use crate::report::{count, escape};

/// Lines as expected in a row, beyond which the middle is left out.
const CONTEXT: usize = 16;
/// Lines that stay at both ends of a row that is left out.
const KEPT: usize = 3;
/// Longer changed lines are shown around what differs.
const LONGEST: usize = 160;

/// More carets than these are noise.
const WIDEST_MARK: usize = 60;

/// A row of the aligned message.
enum Row<'a> {
    Same(&'a BlockLine),
    Changed(&'a BlockLine, &'a BlockLine),
    Missing(&'a BlockLine),
    Extra(&'a BlockLine),
}

/// The aligned message; with a legend where it is the first of a report.
pub(super) fn block(block: &Block, legend: bool, paint: Paint) -> String {
    let rows = align(block);
    let texts = |pick: fn(&Row<'_>) -> Option<String>| rows.iter().filter_map(pick).collect::<BTreeSet<_>>();
    let missing = texts(|row| if let Row::Missing(line) = row { Some(line.text.clone()) } else { None });
    let extra = texts(|row| if let Row::Extra(line) = row { Some(line.text.clone()) } else { None });
    let mut out = String::new();
    if legend {
        out.push_str(&format!("    {}\n", paint.paint(Tone::Faint, "(- expected, + seen)")));
    }
    for (i, row) in rows.iter().enumerate() {
        match row {
            Row::Same(line) => match hidden(&rows, i) {
                Hidden::No => plain_line(&mut out, "      ", None, &value(&line.text), &line.remark, paint),
                Hidden::First(lines) => {
                    let lines = count(lines as u64, "line");
                    out.push_str(&format!("      {}\n", paint.paint(Tone::Faint, &format!("… {lines} as expected"))));
                }
                Hidden::Yes => {}
            },
            Row::Missing(line) => {
                let default = if extra.contains(&line.text) { "must stand here" } else { "missing" };
                let remark = or(&line.remark, default);
                plain_line(&mut out, "    - ", Some(Tone::Expected), &value(&line.text), remark, paint);
            }
            Row::Extra(line) => {
                let default = if missing.contains(&line.text) { "stands here" } else { "not expected" };
                plain_line(&mut out, "    + ", Some(Tone::Seen), &value(&line.text), or(&line.remark, default), paint);
            }
            Row::Changed(expected, seen) => changed(&mut out, expected, seen, paint),
        }
    }
    if block.left_out > 0 {
        let lines = count(block.left_out as u64, "more line");
        out.push_str(&format!("      {}\n", paint.paint(Tone::Faint, &format!("… {lines}"))));
    }
    out
}

fn or<'a>(remark: &'a str, default: &'a str) -> &'a str {
    if remark.is_empty() { default } else { remark }
}

fn plain_line(out: &mut String, sign: &str, tone: Option<Tone>, text: &str, remark: &str, paint: Paint) {
    let line = format!("{sign}{text}");
    let line = line.trim_end();
    out.push_str(&tone.map_or_else(|| line.to_owned(), |tone| paint.paint(tone, line)));
    if !remark.is_empty() {
        out.push_str(&format!("   {}", paint.paint(Tone::Faint, &format!("← {}", value(remark)))));
    }
    out.push('\n');
}

/// Whether a row in the middle of a long run as expected is shown.
enum Hidden {
    No,
    First(usize),
    Yes,
}

fn hidden(rows: &[Row<'_>], i: usize) -> Hidden {
    let same = |row: &&Row<'_>| matches!(row, Row::Same(line) if line.remark.is_empty());
    let before = rows.iter().take(i).rev().take_while(same).count();
    let after = rows.iter().skip(i).take_while(same).count();
    let run = before + after;
    if run <= CONTEXT || before < KEPT || after <= KEPT || !rows.get(i).as_ref().is_some_and(same) {
        Hidden::No
    } else if before == KEPT {
        Hidden::First(run - 2 * KEPT)
    } else {
        Hidden::Yes
    }
}

/// Aligns by whole lines, then by names within what differs.
fn align(block: &Block) -> Vec<Row<'_>> {
    let texts = |lines: &'_ [BlockLine]| lines.iter().map(|line| line.text.clone()).collect::<Vec<_>>();
    let mut rows = Vec::new();
    for op in capture_diff_slices(Algorithm::Patience, &texts(&block.expected), &texts(&block.actual)) {
        let (tag, old, new) = op.as_tag_tuple();
        let expected = block.expected.get(old).unwrap_or_default();
        let actual = block.actual.get(new).unwrap_or_default();
        match tag {
            DiffTag::Equal => {
                // Both sides may carry a remark; that of what was seen is about the traffic.
                let pick = |(e, a): (&'_ BlockLine, &'_ BlockLine)| a.remark.is_empty() && !e.remark.is_empty();
                rows.extend(expected.iter().zip(actual).map(|(e, a)| Row::Same(if pick((e, a)) { e } else { a })));
            }
            _ => align_names(expected, actual, &mut rows),
        }
    }
    rows
}

fn align_names<'a>(expected: &'a [BlockLine], actual: &'a [BlockLine], rows: &mut Vec<Row<'a>>) {
    let names = |lines: &[BlockLine]| lines.iter().map(|line| name(&line.text)).collect::<Vec<_>>();
    for op in capture_diff_slices(Algorithm::Myers, &names(expected), &names(actual)) {
        let (tag, old, new) = op.as_tag_tuple();
        let expected = expected.get(old).unwrap_or_default();
        let actual = actual.get(new).unwrap_or_default();
        if tag == DiffTag::Equal {
            rows.extend(expected.iter().zip(actual).map(|(e, a)| Row::Changed(e, a)));
        } else {
            rows.extend(expected.iter().map(Row::Missing));
            rows.extend(actual.iter().map(Row::Extra));
        }
    }
}

/// What lines are paired by: the field name without case; all start lines are alike.
fn name(line: &str) -> String {
    let name = name_only(line);
    if name.contains(' ') { String::new() } else { name.to_ascii_lowercase() }
}

fn changed(out: &mut String, expected: &BlockLine, seen: &BlockLine, paint: Paint) {
    let (old, new): (Vec<char>, Vec<char>) = (escape(&expected.text).chars().collect(), escape(&seen.text).chars().collect());
    let prefix = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let most = old.len().min(new.len()) - prefix;
    let suffix = old.iter().rev().zip(new.iter().rev()).take(most).take_while(|(a, b)| a == b).count();
    let long = old.len().max(new.len()) > LONGEST;
    let case = name_only(&expected.text) != name_only(&seen.text);
    let remark = or(&seen.remark, if case { "name in another case" } else { &expected.remark });
    for (sign, tone, mark, line, remark) in
        [("    - ", Tone::Expected, Tone::ExpectedMark, &old, ""), ("    + ", Tone::Seen, Tone::SeenMark, &new, remark)]
    {
        let (before, differs, after) = around(line, prefix, suffix, long);
        out.push_str(&paint.paint(tone, &format!("{sign}{before}")));
        out.push_str(&paint.paint(mark, &differs));
        out.push_str(&paint.paint(tone, &after));
        if !remark.is_empty() {
            out.push_str(&format!("   {}", paint.paint(Tone::Faint, &format!("← {}", value(remark)))));
        }
        out.push('\n');
    }
    let (before, differs, _) = around(&new, prefix, suffix, long);
    let value_start = new.iter().position(|c| *c == ':').map_or(0, |colon| colon + 2);
    let common = prefix.saturating_sub(value_start) + suffix;
    let carets = differs.chars().count().max(1);
    // Where nearly all differs, or very much, carets say nothing.
    if !paint.on && (case || common > 3) && carets <= WIDEST_MARK {
        out.push_str(&format!("      {}{}\n", " ".repeat(before.chars().count()), "^".repeat(carets)));
    }
}

fn name_only(line: &str) -> &str {
    // A pseudo-header field of HTTP/2 begins with a colon.
    line.trim_start_matches(':').split_once(':').map_or("", |(name, _)| name)
}

/// A line in three parts: what is common before, what differs, what is common behind. Long parts are shortened so that
/// what differs stays in sight.
fn around(line: &[char], prefix: usize, suffix: usize, long: bool) -> (String, String, String) {
    let text = |part: &[char]| part.iter().collect::<String>();
    let end = line.len() - suffix;
    let (before, differs, after) =
        (line.get(..prefix).unwrap_or_default(), line.get(prefix..end).unwrap_or_default(), line.get(end..).unwrap_or_default());
    if !long {
        return (text(before), text(differs), text(after));
    }
    let head = if before.len() > 80 {
        let (start, near) = (before.get(..40).unwrap_or_default(), before.get(before.len() - 20..).unwrap_or_default());
        format!("{}…[{} characters]…{}", text(start), before.len() - 60, text(near))
    } else {
        text(before)
    };
    let tail = if after.len() > 40 {
        format!("{}…[{} characters]", text(after.get(..20).unwrap_or_default()), after.len() - 20)
    } else {
        text(after)
    };
    (head, shorten(&text(differs)).into_owned(), tail)
}
