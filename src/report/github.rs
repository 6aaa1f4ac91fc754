//! Annotations for GitHub Actions: workflow commands, `::error file=…,line=29,col=21,title=…::message`.
//!
//! GitHub shows ten annotations of a kind a step and drops the rest without a word, so no more are made, and the others
//! are listed in the log. What captures hold is hostile: no line of it begins a command of its own (line ends are escaped
//! in data, and `##[`, which the runner obeys anywhere in a line, is taken apart).

use std::fmt::Write as _;

use super::escape::value;
use super::paint::Paint;
use super::text::{Verbosity, crossed, expected, last_line};
use super::{accept, count, escape, place};
use crate::finding::{Finding, Outcome, SpecPlace};
use crate::spec::Severity;

/// So many annotations of a kind are shown a step.
const MOST: usize = 10;
/// So many findings beyond are listed.
const MOST_LISTED: usize = 100;

/// How annotations are made.
pub struct GithubOptions<'o> {
    /// Where a spec file lies in the repository, with forward slashes; `None` for one that does not lie there, as specs
    /// that are embedded in the program.
    pub path: &'o dyn Fn(&str) -> Option<String>,
}

/// The report as workflow commands: an annotation a finding, what was left out, and the last line of the text report.
#[must_use]
pub fn github(outcome: &Outcome, options: &GithubOptions<'_>) -> String {
    let mut out = String::new();
    let mut left_out: Vec<String> = Vec::new();
    let mut made = [0_usize; 3];
    let mut annotate =
        |severity: Severity, place: Option<(String, &SpecPlace)>, title: &str, message: &str, short: &dyn Fn() -> String| {
            let number = made.get_mut(severity as usize);
            if let Some(number) = number.filter(|number| **number < MOST) {
                *number += 1;
                command(&mut out, severity, place, title, message);
            } else {
                left_out.push(short());
            }
        };
    for unreadable in &outcome.unreadable {
        let told = value(unreadable);
        annotate(Severity::Error, None, "hopspec", &told, &|| told.clone());
    }
    for finding in &outcome.findings {
        let place = finding.spec.as_ref().and_then(|place| Some(((options.path)(&place.file)?, place)));
        let title = format!("hopspec {}", finding.rule.id());
        annotate(finding.severity, place, &title, &message(finding), &|| short(finding));
    }
    for line in listed(&left_out) {
        out.push_str(&apart(&line));
        out.push('\n');
    }
    if let Some(line) = last_line(outcome, Verbosity::Quiet, Paint { on: false }) {
        out.push_str(&apart(&line));
    }
    out
}

/// One workflow command.
fn command(out: &mut String, severity: Severity, place: Option<(String, &SpecPlace)>, title: &str, message: &str) {
    let kind = match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let place = place.map(|(file, place)| format!("file={},line={},col={},", property(&file), place.line, place.column));
    let place = place.unwrap_or_default();
    let _ = writeln!(out, "::{kind} {place}title={}::{}", property(title), data(message));
}

/// The headline, and below it what decides: expected and seen, where, how to look, what to do.
fn message(finding: &Finding) -> String {
    let mut lines = vec![value(&finding.message)];
    let mut add = |name: &str, text: String| lines.push(format!("{name}: {text}"));
    if let Some(expected) = expected(finding) {
        add("expected", expected);
    }
    for bound in &finding.bound {
        add("bound", format!("{} = {}, from {}", escape(&bound.name), value(&bound.value), value(&bound.from)));
    }
    for part in &finding.parts {
        add("value", format!("`{}` is {}", value(&part.text), value(&part.value)));
    }
    for (name, side) in finding.crossing.iter().flat_map(|crossing| [("left", &crossing.left), ("arrived", &crossing.arrived)]) {
        add(name, crossed(finding, side));
    }
    if let Some(first) = finding.samples.first() {
        // What a capture lost stands in its notes.
        let told = finding.spec.is_some().then_some(first.actual.as_deref()).flatten();
        let actual = told.map(|actual| format!("`{}` ", value(actual))).unwrap_or_default();
        let often = if finding.of > 1 && finding.count <= finding.of {
            format!("in {} of {}, first ", finding.count, count(finding.of, "exchange"))
        } else {
            String::new()
        };
        add("seen", format!("{actual}{often}in {}", place::long(&first.evidence)));
        for other in finding.samples.iter().skip(1) {
            let actual = other.actual.as_deref().map_or("nothing".to_owned(), |actual| format!("`{}`", value(actual)));
            add("also", format!("{actual} in {}, {}", count(other.count, "exchange"), place::short(&other.evidence)));
        }
        if let Some(show) = place::show(&first.evidence) {
            add("show", show);
        }
    }
    if let Some(why) = &finding.why {
        add("why", value(&why.split_whitespace().collect::<Vec<_>>().join(" ")));
    }
    for part in &finding.parts {
        add("part", format!("{} = {}", value(&part.text), value(&part.value)));
    }
    for note in &finding.notes {
        add("note", value(note));
    }
    if let Some(accept) = accept::told(finding) {
        add("accept", accept);
    }
    lines.join("\n")
}

/// A finding in one line of the log.
fn short(finding: &Finding) -> String {
    let place = finding.spec.as_ref().map(|place| format!(" {}:{}:{}", escape(&place.file), place.line, place.column));
    let (severity, rule) = (finding.severity.name(), finding.rule.id());
    format!("{severity}[{rule}]{}: {}", place.unwrap_or_default(), value(&finding.message))
}

/// What has no annotation.
fn listed(left_out: &[String]) -> Vec<String> {
    if left_out.is_empty() {
        return Vec::new();
    }
    let head =
        format!("{} without an annotation (GitHub shows {MOST} of a kind a step):", count(left_out.len() as u64, "more finding"));
    let more = left_out.len().saturating_sub(MOST_LISTED);
    let more = (more > 0).then(|| format!("  and {more} more; `--format json=report.json` beside this one holds all"));
    let shown = left_out.iter().take(MOST_LISTED).map(|line| format!("  {line}"));
    std::iter::once(head).chain(shown).chain(more).collect()
}

/// The message of a command.
fn data(text: &str) -> String {
    apart(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a command's property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// The runner looks for `##[command]` anywhere in a line.
fn apart(text: &str) -> String {
    text.replace("##[", "## [")
}

#[cfg(test)]
mod tests;
