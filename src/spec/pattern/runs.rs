//! Regular expressions that are a row of runs: `Root=1-[0-9a-f]{8}-[0-9a-f]+`, and most others that specs have.
//!
//! Such a row needs no automaton: each run takes what it can, and nothing is tried twice. What a run may take and what may
//! follow it have no byte in common (or a last `.*` takes what is left), so to take less could never help. An automaton goes
//! from byte to byte through a table and waits for each step; a run looks at many bytes at once: on values that differ with
//! each message, as trace ids do, that is half of its time. Whatever is no such row goes to the `regex` crate; a property test
//! holds both together.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind};

/// Longer rows are left to the `regex` crate.
const MOST: usize = 64;

/// A row of runs.
#[derive(Debug, Clone)]
pub(super) struct Runs(Vec<Step>);

#[derive(Debug, Clone)]
enum Step {
    /// These bytes.
    Text(Vec<u8>),
    /// From `least` to `most` bytes of a set.
    Run { of: Box<Set>, least: usize, most: usize },
}

/// By byte: whether it is in the set.
type Set = [bool; 256];

impl Runs {
    /// The row that a regular expression is, if it is one.
    pub(super) fn of(text: &str, unicode: bool, ignore_case: bool) -> Option<Self> {
        let mut parser = ParserBuilder::new().unicode(unicode).case_insensitive(ignore_case).utf8(false).build();
        let mut steps = Vec::new();
        add(&mut steps, &parser.parse(text).ok()?)?;
        let sure = steps.iter().enumerate().all(|(at, step)| takes_what_is_its(step, steps.get(at + 1..).unwrap_or_default()));
        sure.then_some(Self(steps))
    }

    /// Whether they are the whole value.
    pub(super) fn fit(&self, value: &[u8]) -> bool {
        let mut rest = value;
        for step in &self.0 {
            let behind = match step {
                Step::Text(text) => rest.strip_prefix(text.as_slice()),
                Step::Run { of, least, most } => {
                    let is = |byte: &&u8| of.get(usize::from(**byte)).copied().unwrap_or_default();
                    let taken = rest.iter().take(*most).take_while(is).count();
                    rest.get(taken..).filter(|_| taken >= *least)
                }
            };
            match behind {
                Some(behind) => rest = behind,
                None => return false,
            }
        }
        rest.is_empty()
    }
}

/// Adds what a part of the expression is; nothing where it is no row.
fn add(steps: &mut Vec<Step>, part: &Hir) -> Option<()> {
    match part.kind() {
        HirKind::Empty => {}
        HirKind::Literal(literal) => match steps.last_mut() {
            Some(Step::Text(text)) => text.extend_from_slice(&literal.0),
            _ => steps.push(Step::Text(literal.0.to_vec())),
        },
        HirKind::Class(_) => steps.push(Step::Run { of: set(part)?, least: 1, most: 1 }),
        HirKind::Repetition(repeated) => {
            let number = |n: u32| usize::try_from(n).ok();
            let most = repeated.max.map_or(Some(usize::MAX), number)?;
            steps.push(Step::Run { of: set(&repeated.sub)?, least: number(repeated.min)?, most });
        }
        HirKind::Capture(capture) => add(steps, &capture.sub)?,
        HirKind::Concat(parts) => {
            for part in parts {
                add(steps, part)?;
            }
        }
        HirKind::Look(_) | HirKind::Alternation(_) => return None,
    }
    (steps.len() <= MOST).then_some(())
}

/// The single bytes that a part is.
fn set(part: &Hir) -> Option<Box<Set>> {
    let mut set = Box::new([false; 256]);
    let mut add = |from: u8, to: u8| (from..=to).filter_map(|b| set.get_mut(usize::from(b)).map(|is| *is = true)).count();
    match part.kind() {
        HirKind::Class(Class::Bytes(class)) => {
            for range in class.iter() {
                add(range.start(), range.end());
            }
        }
        HirKind::Class(Class::Unicode(class)) => {
            for range in class.iter() {
                let byte = |c: char| u8::try_from(c).ok().filter(u8::is_ascii);
                add(byte(range.start())?, byte(range.end())?);
            }
        }
        HirKind::Literal(literal) => {
            let [byte] = *literal.0 else { return None };
            add(byte, byte);
        }
        HirKind::Capture(capture) => return self::set(&capture.sub),
        _ => return None,
    }
    Some(set)
}

/// Whether a step never takes what one behind it needs.
fn takes_what_is_its(step: &Step, behind: &[Step]) -> bool {
    let Step::Run { of, least, most } = step else { return true };
    if least == most {
        return true;
    }
    if let [Step::Run { of: last, least: 0, most: usize::MAX }] = behind {
        let within = of.iter().zip(last.iter()).all(|(own, last)| !own | last);
        if within {
            return true;
        }
    }
    for next in behind {
        let apart = match next {
            Step::Text(text) => text.first().is_none_or(|byte| of.get(usize::from(*byte)) == Some(&false)),
            Step::Run { of: other, .. } => of.iter().zip(other.iter()).all(|(a, b)| !(a & b)),
        };
        let may_be_empty = match next {
            Step::Text(text) => text.is_empty(),
            Step::Run { least, .. } => *least == 0,
        };
        if !apart {
            return false;
        }
        if !may_be_empty {
            break;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::regex::build;
    use super::*;

    #[test]
    fn what_specs_have_is_a_row() {
        for text in [
            "Root=1-[0-9A-F]+-[0-9A-F]+",
            "[A-Za-z-]+/[0-9.]+.*",
            "[A-Za-z0-9]{40}",
            "AmazonAPIGateway_[a-z0-9]{10}",
            "ab?c*",
            "(a)(?:b)[cd]{2,3}",
            "a{0}",
            "",
            ".",
            "(?i)root=[a-f]+",
        ] {
            assert!(Runs::of(text, false, false).is_some(), "{text}");
        }
        for text in
            ["a|bc", "^a$", "a+a", "[ab]*b", "a?a", "(ab)+", "(a+)+", "\\bx", "a*b?a", "é+", "[éü]", "a+.+", "a+.*b", "a+[ab]*b"]
        {
            assert!(Runs::of(text, true, false).is_none(), "{text}");
        }
        assert!(Runs::of(&"a.".repeat(40), false, false).is_none());
    }

    #[test]
    fn runs_take_what_is_theirs() {
        let fits = |text, value: &[u8]| Runs::of(text, false, false).expect("a row").fit(value);
        assert!(fits("a+b", b"aaab") && !fits("a+b", b"aaa") && !fits("a+b", b"b") && !fits("a+b", b"aabb"));
        assert!(fits("a{2,3}b", b"aab") && !fits("a{2,3}b", b"ab") && !fits("a{2,3}b", b"aaaab"));
        assert!(fits("[ab]{2}b", b"bbb") && !fits("[ab]{2}b", b"bb"));
        assert!(fits("", b"") && !fits("", b"a"));
        assert!(fits("a.", b"a\xff") && !fits("a.", b"a\n"));
    }

    fn part() -> impl Strategy<Value = String> {
        let one = prop_oneof![
            "[abAé.]",
            Just(".".to_owned()),
            Just("[ab]".to_owned()),
            Just("[^a]".to_owned()),
            Just("[b-c]".to_owned()),
            Just("\\d".to_owned())
        ];
        let how = prop_oneof![
            4 => Just(""), 2 => Just("+"), 2 => Just("*"), 1 => Just("?"), 1 => Just("{2}"), 1 => Just("{1,2}"), 1 => Just("{0}"),
            1 => Just("+?"),
        ];
        (one, how, 0..8u8).prop_map(|(one, how, group)| match group {
            0 => format!("({one}){how}"),
            1 => format!("({one}{how})"),
            2 => format!("(?i:{one}{how})"),
            _ => format!("{one}{how}"),
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]
        #[test]
        fn a_row_fits_what_the_regex_fits(
            parts in proptest::collection::vec(part(), 0..6),
            values in proptest::collection::vec("[abcAB1é.\n]{0,6}", 1..8),
            (unicode, ignore_case) in any::<(bool, bool)>(),
        ) {
            let text = parts.concat();
            if let (Some(row), Some(regex)) = (Runs::of(&text, unicode, ignore_case), build(&text, unicode, ignore_case)) {
                for value in values {
                    prop_assert_eq!(row.fit(value.as_bytes()), regex.is_match(value.as_bytes()), "{} {}", text, value);
                }
            }
        }
    }
}
