//! A condition that stands alone, outside of any spec: `--where`.

use std::ops::Range;

use super::read::condition as read;
use super::{CLIENT, Expr, walk};

/// What is wrong with a condition.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ConditionError {
    /// One sentence.
    pub message: String,
    /// Where in the text, in bytes.
    pub range: Range<usize>,
    /// What to do.
    pub help: Vec<String>,
}

/// Parses a condition over one exchange: `time >= timestamp("2026-11-20T08:00:00Z") && src.ip == "10.0.1.5"`. It knows no
/// params and no bound names.
///
/// # Errors
/// It is no expression, not true or false, or it names something.
pub fn condition(text: &str) -> Result<Expr, ConditionError> {
    let expr = read(text).map_err(|(range, message, help)| ConditionError { message, range, help })?;
    let mut name = None;
    walk::expr(&expr, &mut |expr| {
        if let Expr::Name(found) = expr
            && found != CLIENT
        {
            name.get_or_insert(found.clone());
        }
    });
    let Some(name) = name else { return Ok(expr) };
    let start = text.find(&name).unwrap_or(0);
    let help = ["src", "dst", "client", "proxy", "tls", "time", "request", "response", "event"]
        .map(|known| format!("`{known}`"))
        .join(", ");
    Err(ConditionError {
        message: format!("`{name}` is nothing here"),
        range: start..start.saturating_add(name.len()).min(text.len()),
        help: vec![format!("a condition may name {help}; no param and nothing that a spec binds")],
    })
}

#[cfg(test)]
mod tests {
    use super::condition;

    #[test]
    fn conditions_stand_alone() {
        assert!(condition("src.ip == \"10.0.1.5\"").is_ok());
        assert!(condition("time >= timestamp(\"2026-11-20T08:00:00Z\") && request.has_header(\"Via\")").is_ok());
        for (text, message, at) in [
            ("request.method", "a condition must be true or false, and this is a text", 0..14),
            ("src.ip == alb", "`alb` is nothing here", 10..13),
            ("src.port == \"80\"", "`==` means nothing here: `src.port` is a number, `\"80\"` is a text", 0..16),
            ("header(\"A\") == \"x\"", "`header()` belongs to a message, and none is here", 0..6),
            ("src.ip ==", "the expression ends too early, expecting expression", 9..9),
            ("", "the condition is empty", 0..0),
        ] {
            let error = condition(text).expect_err(text);
            assert_eq!((error.message.as_str(), error.range), (message, at), "{text}");
        }
    }
}
