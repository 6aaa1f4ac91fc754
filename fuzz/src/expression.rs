//! Expressions: any text as the condition of a check and as a hole in a value.

use hopspec::spec::{Loaded, parse_named};

use super::specs::{judge, lies_in_its_text};

/// Errors lie in the expression's own text; what loads is evaluated without trouble.
pub fn expression(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    // What stands in quotes: `"`, `\` and what YAML does not take as it stands is escaped.
    let mut quoted = String::new();
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() || matches!(c, '\u{feff}' | '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}') => {
                quoted.push_str(&format!("\\U{:08x}", u32::from(c)));
            }
            c => quoted.push(c),
        }
    }
    for (before, behind) in [
        (
            "hops:\n  h:\n    request: { method: { one_of: [GET, POST], bind: m } }\n    checks:\n      - id: c\n        that: \"",
            "\"\n",
        ),
        ("hops:\n  h:\n    request:\n      headers:\n        Host: \"${", "}\"\n"),
        ("hops:\n  h:\n    response:\n      body: { json: { a: { equals: 1, when: \"", "\" } } }\n"),
    ] {
        let file = format!("{before}{quoted}{behind}");
        match parse_named("specs/a.yaml", "a", file.as_bytes()) {
            Ok(Loaded::Spec(spec)) => judge(*spec),
            Ok(Loaded::NotASpec) => panic!("it has hops: {file}"),
            Err(errors) => {
                for error in errors {
                    lies_in_its_text(&error);
                    let own = before.len() - 3..=before.len() + quoted.len() + 2;
                    let (start, end) = (error.place.start as usize, error.place.end as usize);
                    assert!(own.contains(&start) && own.contains(&end), "{start}..{end} is not in {own:?}: {error}\n{file}");
                }
            }
        }
    }
}
