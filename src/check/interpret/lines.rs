//! Conditions over field lines, answered where the lines lie.

use super::run::pattern;
use crate::http::HeadRef;
use crate::spec::{LineTest, Lines, Quantity, TextTest};

/// Heads that are longer are gone through by the interpreter, whose steps are counted.
const LONGEST: usize = 16 << 10;

/// What the condition says of a head, where that is as the interpreter would say; `None` where it has to be asked: something of
/// the head is missing, or a text is not UTF-8. Masks are never looked at here.
pub(in super::super) fn answer(lines: &Lines, head: &HeadRef<'_>) -> Option<bool> {
    if head.head.fidelity.masks || head.head.flags.is_partial() || head.withholds(|_| true) || head.raw.len() > LONGEST {
        return None;
    }
    let tests = || head.regular_fields().map(|(name, value)| holds(&lines.test, name, value));
    let answer = match lines.of {
        Quantity::Some => found(tests(), true)?,
        Quantity::All => !found(tests(), false)?,
        Quantity::Number(number) => number.holds(tests().try_fold(0_usize, |sum, holds| Some(sum + usize::from(holds?)))?),
    };
    Some(answer ^ lines.negated)
}

/// Whether one of the answers is as asked for; what stands behind it is not looked at.
fn found(answers: impl Iterator<Item = Option<bool>>, wanted: bool) -> Option<bool> {
    for answer in answers {
        if answer? == wanted {
            return Some(true);
        }
    }
    Some(false)
}

fn holds(test: &LineTest, name: &[u8], value: &[u8]) -> Option<bool> {
    match test {
        LineTest::Any => Some(true),
        LineTest::Both(tests) => {
            let [a, b] = tests.as_ref();
            Some(holds(a, name, value)? && holds(b, name, value)?)
        }
        LineTest::Either(tests) => {
            let [a, b] = tests.as_ref();
            Some(holds(a, name, value)? || holds(b, name, value)?)
        }
        LineTest::Not(test) => holds(test, name, value).map(|holds| !holds),
        LineTest::Text { value: of_value, lower, how } => compare(if *of_value { value } else { name }, *lower, how),
    }
}

fn compare(text: &[u8], lower: bool, how: &TextTest) -> Option<bool> {
    let text = std::str::from_utf8(text).ok()?;
    let bytes = text.as_bytes();
    let same = |bytes: &[u8], with: &str| {
        if lower { bytes.iter().map(u8::to_ascii_lowercase).eq(with.bytes()) } else { bytes == with.as_bytes() }
    };
    Some(match how {
        TextTest::OneOf(texts) => texts.iter().any(|with| same(bytes, with)),
        TextTest::Starts(with) => bytes.get(..with.len()).is_some_and(|begin| same(begin, with)),
        TextTest::Ends(with) => {
            let begin = bytes.len().checked_sub(with.len()).and_then(|begin| bytes.get(begin..));
            begin.is_some_and(|end| same(end, with))
        }
        TextTest::Contains(with) if lower => text.to_ascii_lowercase().contains(with),
        TextTest::Contains(with) => text.contains(with),
        TextTest::Matches(with) if lower => pattern(with)?.is_match(&text.to_ascii_lowercase()),
        TextTest::Matches(with) => pattern(with)?.is_match(text),
        TextTest::Size(size) => size.holds(text.chars().count()),
    })
}
