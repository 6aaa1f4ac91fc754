//! One finding: what is wrong, the line of the spec, and where the traffic shows it.

use annotate_snippets::{Element, Level, Origin};

use crate::finding::{EvidencePlace, Finding, Rule, Sample, Side};
use crate::report::escape::value;
use crate::report::excerpt::Excerpt;
use crate::report::paint::Paint;
use crate::report::{accept, count, escape, place};
use crate::spec::Severity;

/// The finding without its block. `next` is the finding that follows about the same message: where it has the same
/// evidence, the commands that show it are left to it. `none_met` are notes that findings of their own tell.
pub(super) fn finding(finding: &Finding, next: Option<&Finding>, none_met: &[&str], paint: Paint) -> String {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let excerpt = finding.spec.as_ref().map(|place| Excerpt::new(&place.file, &place.text, place.start, place.end));
    // The line of the spec says it already where it says it in the same words.
    let told = |expected: &str| excerpt.as_ref().is_some_and(|e| e.marked().trim_matches(['[', ']', '\'', '"']) == expected);
    let label = expected(finding).filter(|_| !finding.expected.as_deref().is_some_and(told));
    let label = match finding.rule {
        Rule::CheckFailed => Some("this is false".to_owned()),
        _ => label.map(|expected| format!("expected {expected}")),
    };
    let capture = finding.samples.first().map(|s| s.evidence.capture.as_str()).unwrap_or_default();
    let place: Option<Element<'_>> = match &excerpt {
        Some(excerpt) => Some(excerpt.snippet(label.as_deref()).into()),
        None if capture.is_empty() => None,
        None => Some(Origin::path(escape(capture)).into()),
    };
    let lines = remarks(finding, next, none_met);
    let messages = lines.iter().map(|(name, text)| Level::NOTE.with_name(*name).message(text.as_str()));
    let title = level.primary_title(value(&finding.message)).id(finding.rule.id());
    let mut group = title.elements(place);
    group = group.elements(messages);
    let mut out = paint.renderer().render(&[group]);
    out.push('\n');
    out
}

/// What was expected: a value in quotes, or a phrase.
pub(in crate::report) fn expected(finding: &Finding) -> Option<String> {
    finding.expected.as_deref().filter(|e| !e.is_empty()).map(|expected| {
        let shown = value(expected);
        if is_value(finding, expected) { format!("`{shown}`") } else { shown }
    })
}

/// Whether what was expected is the very text of a value, rather than a phrase such as "an IP address".
fn is_value(finding: &Finding, expected: &str) -> bool {
    let in_block = |line: &str| line.strip_suffix(expected).is_some_and(|before| before.is_empty() || before.ends_with(' '));
    !expected.contains('`')
        && (!expected.contains(' ') || finding.block.iter().flat_map(|block| &block.expected).any(|line| in_block(&line.text)))
}

/// The lines behind `=`, name and text.
fn remarks(finding: &Finding, next: Option<&Finding>, none_met: &[&str]) -> Vec<(&'static str, String)> {
    let mut lines = Vec::new();
    for bound in &finding.bound {
        lines.push(("bound", format!("{} = {}, from {}", escape(&bound.name), value(&bound.value), value(&bound.from))));
    }
    for part in &finding.parts {
        lines.push(("value", format!("`{}` is {}", value(&part.text), value(&part.value))));
    }
    for (name, side) in finding.crossing.iter().flat_map(|crossing| [("left", &crossing.left), ("arrived", &crossing.arrived)]) {
        lines.push((name, crossed(finding, side)));
    }
    if let Some(first) = finding.samples.first() {
        lines.extend(seen(finding, first).map(|seen| ("seen", seen)));
        if finding.block.is_none() && finding.crossing.is_none() || finding.samples.len() > 1 {
            lines.extend(finding.samples.iter().filter_map(|sample| Some(("value", sample_value(finding, sample)?))));
        }
        let evidence = |f: &Finding| f.samples.first().map(|s| s.evidence.clone());
        let repeated = next.is_some_and(|next| evidence(next).as_ref() == Some(&first.evidence));
        if let Some(show) = place::show(&first.evidence).filter(|_| !repeated) {
            lines.push(("show", show));
        }
    }
    if let Some(accept) = accept::told(finding) {
        lines.push(("accept", accept));
    }
    if let Some(why) = &finding.why {
        lines.push(("why", one_line(why)));
    }
    lines.extend(finding.notes.iter().map(|note| {
        let elsewhere = finding.rule != Rule::VariantNoneMet && none_met.contains(&note.as_str());
        ("note", if elsewhere { "of the nearest variant; none is met, see variant-none-met".to_owned() } else { value(note) })
    }));
    let width = lines.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    for (name, text) in &mut lines {
        text.insert_str(0, &" ".repeat(width - name.len()));
    }
    lines
}

/// One side of a node: "`a` on hop `client`, a.pcap packet 41".
pub(in crate::report) fn crossed(finding: &Finding, side: &Side) -> String {
    let place = format!("hop `{}`, {}", value(&side.hop), place::short(&side.evidence));
    match &side.value {
        Some(text) => format!("`{}` on {place}", value(&text.replace('\n', "`, `"))),
        None if finding.rule == Rule::EvidenceInconclusive => place,
        None => format!("nothing on {place}"),
    }
}

/// How often and where; nothing of a capture as a whole, which stands beside the arrow already.
fn seen(finding: &Finding, first: &Sample) -> Option<String> {
    let place = place::long(&first.evidence);
    if let EvidencePlace::Capture { packet } = first.evidence.place {
        return packet.is_some().then_some(place);
    }
    Some(match (finding.count, finding.of) {
        (0 | 1, 0 | 1) => place,
        (1, of) => format!("1 of {}; {place}", count(of, "exchange")),
        (n, of) if n <= of => format!("{n} of {}; first in {place}", count(of, "exchange")),
        (n, _) => format!("{n} times; first in {place}"),
    })
}

/// One of several values; nothing where there is nothing to tell.
fn sample_value(finding: &Finding, sample: &Sample) -> Option<String> {
    let several = finding.samples.len() > 1;
    let actual = match &sample.actual {
        Some(actual) => format!("`{}`", value(actual)),
        None if several => "nothing".to_owned(),
        None => return None,
    };
    if !several {
        return Some(actual);
    }
    let expected = match &sample.expected {
        Some(expected) if Some(expected) != finding.expected.as_ref() => format!(" instead of `{}`", value(expected)),
        _ => String::new(),
    };
    Some(format!("{actual}{expected} in {}, {}", count(sample.count, "exchange"), place::short(&sample.evidence)))
}

/// A `why` may be written over several lines.
fn one_line(text: &str) -> String {
    escape(&text.split_whitespace().collect::<Vec<_>>().join(" ")).into_owned()
}
