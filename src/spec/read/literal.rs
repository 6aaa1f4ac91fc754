//! Texts that are compared: templates, and what of a literal text is wrong by itself.

use super::reader::Reader;
use super::spot::{Of, Spot};
use super::template::template;
use crate::spec::Template;
use crate::spec::problem::Problem;
use crate::spec::yaml::{Node, Style};

impl Reader<'_> {
    /// A text that must be equal to a whole value.
    pub(super) fn whole_text(&mut self, node: &Node, spot: Spot) -> Option<Template> {
        let template = self.start_text(node, spot)?;
        if let Some(literal) = template.literal()
            && let Some(problem) = wrong_literal(literal, node, spot.of)
        {
            self.report(problem);
            return None;
        }
        Some(template)
    }

    /// A text with which a value begins.
    pub(super) fn start_text(&mut self, node: &Node, spot: Spot) -> Option<Template> {
        let template = self.part_text(node, spot)?;
        if spot.of == Of::EntityTag
            && let Some(scalar) = node.scalar()
            && scalar.style == Style::Double
            && scalar.text != "*"
            && !["\"", "W/\"", "${"].iter().any(|start| scalar.text.starts_with(start))
        {
            self.report(
                Problem::new(node.place, "YAML takes these quotes away, and they belong to the value")
                    .label(format!("this is `{}` without quotes", scalar.text))
                    .help(format!("write '\"{}\"'", scalar.text)),
            );
            return None;
        }
        Some(template)
    }

    /// A text that stands anywhere in a value.
    pub(super) fn part_text(&mut self, node: &Node, spot: Spot) -> Option<Template> {
        let text = self.text(node, "a value here")?;
        match template(&text, self.ground(node), spot.side) {
            Ok(template) => Some(template),
            Err(problems) => {
                self.problems.extend(problems);
                None
            }
        }
    }
}

/// A literal that no message can carry at its place.
fn wrong_literal(text: &str, node: &Node, of: Of) -> Option<Problem> {
    let problem = |message: String| Some(Problem::new(node.place, message));
    match of {
        Of::Status if text.len() != 3 || !text.bytes().all(|b| b.is_ascii_digit()) => {
            let class = text.strip_suffix("xx").filter(|class| class.len() == 1 && class.bytes().all(|b| b.is_ascii_digit()));
            let help = class.map(|class| format!("write {{ at_least: {class}00, at_most: {class}99 }}"));
            Some(problem(format!("a status is three digits, not `{text}`"))?.maybe_help(help))
        }
        Of::Version if !text.starts_with("HTTP/") => {
            Some(problem(format!("a version is written as on the wire, not `{text}`"))?.help("HTTP/1.0, HTTP/1.1 or HTTP/2"))
        }
        Of::Method if !crate::spec::field_name::is_token(text) => {
            Some(problem(format!("`{text}` is no method"))?.help("one method, or `{ one_of: [GET, HEAD] }`"))
        }
        Of::Sha256 if text.len() != 64 || !text.bytes().all(|b| b.is_ascii_hexdigit()) => {
            Some(problem("a SHA-256 digest is 64 hex digits".to_owned())?.label(format!("these are {}", text.chars().count())))
        }
        Of::Source if !["wire", "har", "text", "event", "log"].contains(&text) => {
            Some(problem(format!("unknown source `{text}`"))?.help("`wire`, `har`, `text`, `event` or `log`"))
        }
        Of::Connection if text != "empty" => {
            Some(problem(format!("unknown kind of connection `{text}`"))?.help("`empty`: without a byte of a message"))
        }
        _ => None,
    }
}
