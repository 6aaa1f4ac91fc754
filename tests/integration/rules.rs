//! `hopspec explain`, and its pages: one a rule, each with an example that breaks this rule. That the examples print what
//! they show is tested in `docs.rs`.

use std::collections::BTreeSet;
use std::fs;

use hopspec::finding::Rule;

use crate::kit::root;
use crate::program::Program;

fn ids() -> BTreeSet<String> {
    Rule::ALL.iter().map(|rule| rule.id().to_owned()).collect()
}

#[test]
fn every_rule_has_a_page_and_every_page_a_rule() {
    let entries = fs::read_dir(root().join("docs/rules")).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let pages: BTreeSet<String> = entries.map(|name| name.strip_suffix(".md").unwrap_or(&name).to_owned()).collect();
    assert_eq!(pages, ids());
}

#[test]
fn every_page_is_whole() {
    for rule in Rule::ALL {
        let (id, page) = (rule.id(), rule.page());
        assert!(page.starts_with(&format!("# {id}\n\n")), "{id}: the title is the rule");
        let sections: Vec<&str> = page.lines().filter(|line| line.starts_with("## ")).collect();
        assert_eq!(sections, ["## Why it matters", "## Example", "## How to fix it", "## Related"], "{id}");
        let example = page.split("## Example").nth(1).unwrap().split("## How").next().unwrap();
        let shown = example.split("```console").nth(1).unwrap_or_else(|| panic!("{id}: no command"));
        assert!(shown.contains(&format!("[{id}]: ")), "{id}: the example does not break this rule");
        assert!(example.contains("```yaml "), "{id}: no spec");
        // What is related is a rule, too.
        let related = page.split("## Related").nth(1).unwrap();
        let named: Vec<&str> = related.split('`').skip(1).step_by(2).collect();
        assert!(!named.is_empty() && named.iter().all(|name| ids().contains(*name) && *name != id), "{id}: {named:?}");
        assert!(page.lines().all(|line| line.chars().count() <= 140), "{id}: a line is too long for a terminal");
    }
}

#[test]
fn explain_prints_the_page() {
    let program = Program::new();
    for rule in Rule::ALL {
        assert_eq!(program.run(&["explain", rule.id()]).code(0).stdout, rule.page());
    }
    assert_eq!(program.run(&["explain", "error[field-order]"]).code(0).stdout, Rule::FieldOrder.page());
}

#[test]
fn explain_lists_the_rules() {
    let listed = Program::new().run(&["explain"]).code(0).stdout;
    let listed: BTreeSet<String> = listed.lines().map(|line| line.split(' ').next().unwrap().to_owned()).collect();
    assert_eq!(listed, ids());
}

#[test]
fn a_rule_that_is_none_is_answered_with_the_nearest() {
    let program = Program::new();
    program.run(&["explain", "field-mising"]).code(2).says("did you mean `field-missing`?").reports_nothing();
    program.run(&["explain", "nonsense"]).code(2).says("there is no rule `nonsense`; `hopspec explain` lists them");
    program.run(&["explain", "field-missing", "field-order"]).code(2);
}
