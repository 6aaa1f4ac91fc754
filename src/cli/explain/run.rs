//! Prints a page, or the list of all.

use super::super::output::Target;
use super::super::talk::Talk;
use super::args::Args;
use crate::exit;
use crate::finding::Rule;
use crate::spec::nearest;

/// `hopspec explain`
pub(crate) fn run(args: &Args, talk: Talk) -> u8 {
    let text = match &args.rule {
        None => list(),
        Some(word) => match find(word) {
            Some(rule) => rule.page().to_owned(),
            None => {
                let near = nearest(word, Rule::ALL.iter().map(|rule| rule.id()));
                let near = near.map(|near| format!("did you mean `{near}`? ")).unwrap_or_default();
                talk.error(format_args!("there is no rule `{word}`; {near}`hopspec explain` lists them"));
                return exit::USAGE;
            }
        },
    };
    match Target::Stdout.write(&text) {
        Ok(()) => exit::MET,
        Err(error) => {
            talk.error(error);
            exit::UNREADABLE
        }
    }
}

/// A rule by its id, also as it stands in reports: `error[field-missing]`.
fn find(word: &str) -> Option<Rule> {
    let id = word.split_once('[').map_or(word, |(_, rest)| rest);
    let id = id.split(']').next().unwrap_or_default();
    Rule::ALL.iter().copied().find(|rule| rule.id().eq_ignore_ascii_case(id))
}

/// A line a rule.
fn list() -> String {
    let width = Rule::ALL.iter().map(|rule| rule.id().len()).max().unwrap_or(0);
    Rule::ALL.iter().map(|rule| format!("{:<width$}  {}\n", rule.id(), rule.about())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_found_as_reports_write_it() {
        for word in ["field-missing", "Field-Missing", "error[field-missing]", "[field-missing]", "error[field-missing]:"] {
            assert_eq!(find(word), Some(Rule::FieldMissing), "{word}");
        }
        for word in ["", "field", "error[]", "field-missing-"] {
            assert_eq!(find(word), None, "{word}");
        }
    }

    #[test]
    fn every_rule_has_a_line() {
        insta::assert_snapshot!(list());
    }
}
