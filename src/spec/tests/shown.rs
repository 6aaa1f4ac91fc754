//! Specs for tests, and their mistakes as text: `line:column ‹text at the place› message | label | help`.

use crate::spec::{Loaded, Spec, SpecError, parse, parse_named};

/// Every mistake of a spec, a line each.
pub(super) fn mistakes(text: &str) -> String {
    match parse_named("a.yaml", "a", text.as_bytes()) {
        Ok(Loaded::Spec(_)) => "loads".to_owned(),
        Ok(Loaded::NotASpec) => "not a spec".to_owned(),
        Err(errors) => {
            let line = |e: &SpecError| {
                let (line, column) = e.source.line_column(e.place.start);
                let excerpt = e.source.excerpt(e.place).replace('\n', "⏎");
                let mut shown = format!("{line}:{column} ‹{excerpt}› {}", e.message);
                if !e.label.is_empty() || !e.help.is_empty() {
                    shown.push_str(&format!(" | {}", e.label));
                }
                if !e.help.is_empty() {
                    shown.push_str(&format!(" | {}", e.help.join(" / ")));
                }
                shown
            };
            errors.iter().map(line).collect::<Vec<_>>().join("\n")
        }
    }
}

/// The mistakes of the fields of a request.
pub(super) fn mistakes_of_fields(fields: &str) -> String {
    mistakes(&request(fields))
}

/// A spec whose one request expects these fields, a line each; they begin in line 5.
pub(super) fn request(fields: &str) -> String {
    let mut text = "hops:\n  a:\n    request:\n      headers:\n".to_owned();
    for line in fields.lines() {
        text.push_str(&format!("        {line}\n"));
    }
    text
}

/// A spec that must load.
pub(super) fn spec(text: &str) -> Spec {
    match parse("a.yaml", "a", text.as_bytes()) {
        Ok(Loaded::Spec(spec)) => *spec,
        Ok(Loaded::NotASpec) => panic!("not a spec: {text}"),
        Err(_) => panic!("{}", mistakes(text)),
    }
}
