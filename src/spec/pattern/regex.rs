//! Regular expressions: parsed at load, compiled at first use, matched against whole values as bytes.

use std::sync::OnceLock;

use ::regex::bytes::{Regex, RegexBuilder};

use super::runs::Runs;

/// A regular expression, which stands for the whole value.
#[derive(Debug, Clone)]
pub struct Pattern {
    /// As typed.
    pub text: String,
    /// Compiled with and without regard to case.
    compiled: [OnceLock<Option<Compiled>>; 2],
}

#[derive(Debug, Clone)]
enum Compiled {
    Runs(Runs),
    Regex(Regex),
}

impl Pattern {
    /// A pattern that was parsed before (see `regex_syntax` in the loader).
    #[must_use]
    pub fn new(text: String) -> Self {
        Self { text, compiled: Default::default() }
    }

    /// Whether it fits a whole value. Unicode is off where the pattern is ASCII, which makes it smaller and lets `.` match bytes
    /// that are not UTF-8. `None` where it grows beyond the size limit when it is compiled.
    #[must_use]
    pub fn fits(&self, value: &[u8], ignore_case: bool) -> Option<bool> {
        let [exact, insensitive] = &self.compiled;
        let cell = if ignore_case { insensitive } else { exact };
        match cell.get_or_init(|| compile(&self.text, ignore_case)) {
            Some(Compiled::Runs(runs)) => Some(runs.fit(value)),
            Some(Compiled::Regex(regex)) => Some(regex.is_match(value)),
            None => None,
        }
    }
}

fn compile(text: &str, ignore_case: bool) -> Option<Compiled> {
    let ascii = text.is_ascii() && !text.contains("\\p") && !text.contains("\\P");
    let runs = |unicode| Runs::of(text, unicode, ignore_case).map(Compiled::Runs);
    let regex = |unicode| build(text, unicode, ignore_case).map(Compiled::Regex);
    let with = |unicode| runs(unicode).or_else(|| regex(unicode));
    if ascii { with(false).or_else(|| with(true)) } else { with(true) }
}

pub(super) fn build(text: &str, unicode: bool, ignore_case: bool) -> Option<Regex> {
    RegexBuilder::new(&format!("^(?:{text})$")).unicode(unicode).case_insensitive(ignore_case).size_limit(1 << 20).build().ok()
}
