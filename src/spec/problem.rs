//! A mistake in a spec while it is being read: a [`super::SpecError`] that does not carry its file yet.

use super::{Place, Source, SpecError};

/// How many mistakes of one file are told apart. A file of hostile bytes must not make a report of a hundred megabytes.
const MOST_ERRORS: usize = 500;

/// How many mistakes of one file get near misses where looking for one costs by the size of the file.
pub(super) const MOST_HINTS: usize = 50;

/// One mistake.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Problem {
    pub(super) place: Place,
    pub(super) message: String,
    pub(super) label: String,
    pub(super) help: Vec<String>,
}

impl Problem {
    /// A mistake at a place, in one sentence.
    pub(super) fn new(place: Place, message: impl Into<String>) -> Self {
        Self { place, message: message.into(), label: String::new(), help: Vec::new() }
    }

    /// What was expected there.
    pub(super) fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// What to do.
    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    /// What to do, where there is something to say.
    pub(super) fn maybe_help(mut self, help: Option<String>) -> Self {
        self.help.extend(help);
        self
    }
}

/// The errors of a file: in the order of their places, each once.
pub(super) fn into_errors(source: &Source, problems: Vec<Problem>) -> Vec<SpecError> {
    told(source, problems, "errors")
}

/// The same of what is only odd.
pub(super) fn into_warnings(source: &Source, problems: Vec<Problem>) -> Vec<SpecError> {
    told(source, problems, "warnings")
}

fn told(source: &Source, mut problems: Vec<Problem>, what: &str) -> Vec<SpecError> {
    problems.sort();
    problems.dedup();
    let more = problems.len().saturating_sub(MOST_ERRORS);
    problems.truncate(MOST_ERRORS);
    if more > 0 {
        let place = problems.last().map(|p| p.place).unwrap_or_default();
        problems.push(Problem::new(place, format!("{more} more {what} in this file")));
    }
    let error =
        |p: Problem| SpecError { source: source.clone(), place: p.place, message: p.message, label: p.label, help: p.help };
    problems.into_iter().map(error).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_sorted_by_place_and_told_once() {
        let at = |start| Problem::new(Place { start, end: start + 1 }, "wrong");
        let errors = into_errors(&Source::new("a.yaml".into(), "a: 1\n"), vec![at(3), at(0), at(3)]);
        assert_eq!(errors.iter().map(|e| e.place.start).collect::<Vec<_>>(), [0, 3]);
    }

    #[test]
    fn a_flood_of_errors_is_cut_and_counted() {
        let at = |start| Problem::new(Place { start, end: start + 1 }, "wrong");
        let errors = into_errors(&Source::new("a.yaml".into(), ""), (0..600).map(at).collect());
        assert_eq!(errors.len(), 501);
        assert_eq!(errors[500].message, "100 more errors in this file");
    }
}
