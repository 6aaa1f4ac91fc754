//! The order of a text report.

use std::sync::Arc;

use super::options::{TextOptions, Verbosity};
use super::{aligned, captures, detail, hops, inconclusive, summary, unjudged};
use crate::finding::{Finding, Outcome, Rule};
use crate::report::paint::Paint;

/// The report as text.
///
/// Findings come first and the hops behind them, so that what fits on one screen is the overview. A run that meets
/// everything is a line a hop and what was not judged.
#[must_use]
pub fn text(outcome: &Outcome, options: &TextOptions) -> String {
    let paint = Paint { on: options.color };
    let mut out = String::new();
    let verbose = options.verbosity == Verbosity::Verbose;
    let condensed = |finding: &&Finding| !verbose && finding.rule == Rule::EvidenceInconclusive;
    let full: Vec<&Finding> = outcome.findings.iter().filter(|f| !condensed(f)).collect();
    findings(&mut out, &full, paint);
    if options.verbosity >= Verbosity::Normal {
        let notes: Vec<&Finding> = outcome.findings.iter().filter(condensed).collect();
        let (before, after) = inconclusive::lines(outcome, &notes, paint);
        section(&mut out, &before);
        // Where nothing could be read, that no hop was seen is no news.
        if !outcome.captures.is_empty() || outcome.unreadable.is_empty() {
            section(&mut out, &hops::lines(outcome, paint, verbose));
        }
        out.push_str(&after);
        out.push_str(&unjudged::lines(outcome, options, paint));
        if verbose {
            section(&mut out, &captures::lines(outcome, paint));
        }
    }
    if let Some(line) = summary::line(outcome, options.verbosity, paint) {
        section(&mut out, &line);
    }
    out
}

/// Findings alone, as they stand in the report, and nothing around them.
#[must_use]
pub fn text_of_findings(found: &[&Finding], color: bool) -> String {
    let mut out = String::new();
    findings(&mut out, found, Paint { on: color });
    out
}

/// Adds lines behind an empty one.
fn section(out: &mut String, lines: &str) {
    if !lines.is_empty() && !out.is_empty() {
        out.push('\n');
    }
    out.push_str(lines);
}

/// Findings that share the block of one message stand together, and the block once behind the last of them.
fn findings(out: &mut String, findings: &[&Finding], paint: Paint) {
    let mut legend = true;
    // What the others miss is told once, and not with every finding of the nearest variant.
    let none_met = findings.iter().filter(|f| f.rule == Rule::VariantNoneMet).flat_map(|f| &f.notes);
    let none_met: Vec<&str> = none_met.map(String::as_str).collect();
    let mut done = vec![false; findings.len()];
    for (i, first) in findings.iter().enumerate() {
        if done.get(i).copied().unwrap_or(true) {
            continue;
        }
        let shares = |other: &Finding| match (&first.block, &other.block) {
            (Some(a), Some(b)) => Arc::ptr_eq(a, b),
            _ => false,
        };
        let mut group = vec![*first];
        for (other, done) in findings.iter().zip(&mut done).skip(i + 1) {
            if !*done && shares(other) {
                group.push(other);
                *done = true;
            }
        }
        for (j, finding) in group.iter().enumerate() {
            let next = group.get(j + 1);
            section(out, &detail::finding(finding, next.copied(), &none_met, paint));
        }
        if let Some(block) = &first.block {
            section(out, &aligned::block(block, legend, paint));
            legend = false;
        }
    }
}
