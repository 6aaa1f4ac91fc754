//! What the evidence could not show, condensed: a line an expectation, with its reason.
//!
//! An expectation that other exchanges met is only named; one that nothing decided says why.

use crate::finding::{Finding, Outcome, Verdict};
use crate::report::escape::value;
use crate::report::paint::{Paint, Tone};
use crate::report::{count, escape, place};

/// So many lines; the rest is counted.
const MOST: usize = 6;

/// The lines before the hops (nothing decided them) and behind them (met elsewhere).
pub(super) fn lines(outcome: &Outcome, notes: &[&Finding], paint: Paint) -> (String, String) {
    let (elsewhere, nowhere): (Vec<&Finding>, Vec<&Finding>) = notes.iter().partition(|f| was_met(outcome, f));
    (undecided(&nowhere, paint), partly(&elsewhere))
}

/// Whether other exchanges decided what a finding is about. Places are not compared: a finding points at a value, an
/// expectation at its key.
fn was_met(outcome: &Outcome, finding: &Finding) -> bool {
    let Some(place) = &finding.spec else { return false };
    let specs = outcome.specs.iter().filter(|spec| spec.file == place.file);
    let hops = specs.flat_map(|spec| &spec.hops).filter(|hop| Some(&hop.hop) == finding.hop.as_ref());
    let verdicts = hops.flat_map(|hop| &hop.expectations).filter(|e| e.subject == finding.subject).map(|e| e.verdict);
    let verdicts: Vec<Verdict> = verdicts.collect();
    verdicts.contains(&Verdict::Met) && !verdicts.contains(&Verdict::Inconclusive)
}

fn undecided(notes: &[&Finding], paint: Paint) -> String {
    let Some(first) = notes.first() else { return String::new() };
    let mut out = format!(
        "{}: the evidence cannot show {}\n",
        paint.paint(Tone::Unknown, &format!("note[{}]", first.rule.id())),
        count(notes.len() as u64, "expectation")
    );
    let rows: Vec<_> = notes.iter().take(MOST).map(|f| (spec_place(f), subject(f), reason(f))).collect();
    let width = |pick: fn(&(String, String, String)) -> &String| rows.iter().map(|r| pick(r).chars().count()).max().unwrap_or(0);
    let (places, subjects) = (width(|r| &r.0), width(|r| &r.1));
    for (place, subject, reason) in &rows {
        out.push_str(&format!("  {place:<places$}  {subject:<subjects$}  {reason}\n"));
    }
    if notes.len() > MOST {
        out.push_str(&format!("  and {} (-v shows all)\n", count((notes.len() - MOST) as u64, "more expectation")));
    }
    out
}

fn partly(notes: &[&Finding]) -> String {
    if notes.is_empty() {
        return String::new();
    }
    let mut subjects: Vec<String> = Vec::new();
    for note in notes {
        let name = escape(note.subject.rsplit_once(".header.").map_or(note.subject.as_str(), |(_, name)| name)).into_owned();
        if !subjects.contains(&name) {
            subjects.push(name);
        }
    }
    let more = subjects.len().saturating_sub(MOST);
    subjects.truncate(MOST);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let (verb, number) = if notes.len() == 1 { ("is", "expectation") } else { ("are", "expectation") };
    format!(
        "{} {verb} met where the evidence shows it, and undecided elsewhere: {}{more} (-v says why)\n",
        count(notes.len() as u64, number),
        subjects.join(", ")
    )
}

fn spec_place(finding: &Finding) -> String {
    finding.spec.as_ref().map(|p| format!("{}:{}:{}", escape(&p.file), p.line, p.column)).unwrap_or_default()
}

fn subject(finding: &Finding) -> String {
    escape(&finding.subject).into_owned()
}

/// The first note says why; the message alone stands where there is none.
fn reason(finding: &Finding) -> String {
    let why = value(finding.notes.first().unwrap_or(&finding.message));
    match finding.samples.first() {
        Some(sample) => format!("{why} ({})", place::short(&sample.evidence)),
        None => why,
    }
}
