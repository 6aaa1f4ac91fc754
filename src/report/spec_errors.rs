//! The errors of specs, each with its line and a caret.

use annotate_snippets::Level;

use super::excerpt::Excerpt;
use super::paint::{Paint, Tone};
use super::{count, escape};
use crate::spec::SpecError;

/// All errors of a load as text, with `N errors in M specs` at the end; empty where there is none.
#[must_use]
pub fn spec_errors(errors: &[SpecError], color: bool) -> String {
    told(errors, &Level::ERROR, ("error", Tone::Bad), "spec", color)
}

/// The same of what is only odd.
#[must_use]
pub fn spec_warnings(warnings: &[SpecError], color: bool) -> String {
    told(warnings, &Level::WARNING, ("warning", Tone::Odd), "spec", color)
}

/// The errors of files that give params, likewise.
#[must_use]
pub fn param_errors(errors: &[SpecError], color: bool) -> String {
    told(errors, &Level::ERROR, ("error", Tone::Bad), "file", color)
}

fn told(errors: &[SpecError], level: &Level<'_>, (what, tone): (&str, Tone), kind: &str, color: bool) -> String {
    let paint = Paint { on: color };
    let mut out = String::new();
    for error in errors {
        out.push_str(&one(error, level, paint));
        out.push_str("\n\n");
    }
    if !errors.is_empty() {
        let mut files: Vec<_> = errors.iter().map(|e| &e.source.file).collect();
        files.sort_unstable();
        files.dedup();
        let summary = format!("{} in {}", count(errors.len() as u64, what), count(files.len() as u64, kind));
        out.push_str(&paint.paint(tone, &summary));
        out.push('\n');
    }
    out
}

fn one(error: &SpecError, level: &Level<'_>, paint: Paint) -> String {
    let message = escape(&error.message);
    let label = escape(&error.label);
    let excerpt = Excerpt::new(&error.source.file, &error.source.text, error.place.start, error.place.end);
    let label = (!label.is_empty()).then_some(label.as_ref());
    let help = error.help.iter().map(|line| Level::HELP.message(escape(line)));
    let group = level.clone().primary_title(message).element(excerpt.snippet(label)).elements(help);
    paint.renderer().render(&[group])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::canned;
    use crate::report::escape::is_unsafe;

    #[test]
    fn five_mistakes_five_errors() {
        insta::assert_snapshot!(spec_errors(&canned::spec_errors(), false));
    }

    #[test]
    fn none_is_nothing() {
        assert_eq!(spec_errors(&[], true), "");
    }

    #[test]
    fn a_hostile_spec_does_not_reach_the_terminal() {
        let text = spec_errors(&[canned::hostile_spec_error()], false);
        assert!(!text.chars().any(|c| c != '\n' && is_unsafe(c)), "{text:?}");
        insta::assert_snapshot!(text);
    }
}
