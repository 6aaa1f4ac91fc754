//! A tree of `cel` back as text: what the compiled part of the language reads, and what messages quote.

use cel::IdedExpr;
use cel::common::ast::{Expr, LiteralValue, operators};

/// A path, a call on one, a text or an integer as text; `None` for what the compiled part does not know.
pub(super) fn path(expr: &IdedExpr) -> Option<String> {
    match &expr.expr {
        Expr::Ident(name) if !name.starts_with('@') => Some(name.clone()),
        Expr::Select(select) if !select.test => Some(format!("{}.{}", path(&select.operand)?, select.field)),
        Expr::Literal(LiteralValue::String(text)) => Some(quoted(text.inner())),
        Expr::Literal(LiteralValue::Int(number)) => Some(number.inner().to_string()),
        Expr::Call(call) => match (&call.target, call.func_name.as_str(), call.args.as_slice()) {
            (None, operators::INDEX, [on, index]) => Some(format!("{}[{}]", path(on)?, path(index)?)),
            (None, operators::ADD, [a, b]) => Some(format!("{} + {}", path(a)?, path(b)?)),
            (None, operators::NEGATE, [number]) => match &number.expr {
                Expr::Literal(LiteralValue::Int(number)) => Some(format!("-{}", number.inner())),
                _ => None,
            },
            (None, name, arguments) if is_word(name) => Some(format!("{name}({})", list(arguments)?)),
            (Some(target), name, arguments) if is_word(name) => Some(format!("{}.{name}({})", on(target)?, list(arguments)?)),
            _ => None,
        },
        _ => None,
    }
}

/// What something is called on: a sum needs its parentheses.
fn on(expr: &IdedExpr) -> Option<String> {
    let text = path(expr)?;
    let sum = matches!(&expr.expr, Expr::Call(call) if call.func_name == operators::ADD);
    Some(if sum { format!("({text})") } else { text })
}

fn list(arguments: &[IdedExpr]) -> Option<String> {
    let arguments: Option<Vec<String>> = arguments.iter().map(path).collect();
    Some(arguments?.join(", "))
}

fn is_word(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// Any expression, for a message: what has no short form is `…`.
pub(super) fn shown(expr: &IdedExpr) -> String {
    if let Some(text) = path(expr) {
        return text;
    }
    match &expr.expr {
        Expr::Literal(LiteralValue::Boolean(truth)) => truth.inner().to_string(),
        Expr::Literal(LiteralValue::Null) => "null".to_owned(),
        Expr::Literal(LiteralValue::Double(number)) => number.inner().to_string(),
        Expr::Select(select) if select.test => format!("has({}.{})", shown(&select.operand), select.field),
        Expr::Select(select) => format!("{}.{}", shown(&select.operand), select.field),
        Expr::List(_) => "[…]".to_owned(),
        Expr::Comprehension(macro_) => format!("{}.…(…)", shown(&macro_.iter_range)),
        Expr::Call(call) => match (&call.target, call.args.as_slice()) {
            (None, [a, b]) if binary(&call.func_name).is_some() => {
                format!("{} {} {}", shown(a), binary(&call.func_name).unwrap_or_default(), shown(b))
            }
            (None, [on]) if call.func_name == operators::LOGICAL_NOT => format!("!({})", shown(on)),
            (None, [on]) if call.func_name == operators::NEGATE => format!("-{}", shown(on)),
            (None, [condition, yes, no]) if call.func_name == operators::CONDITIONAL => {
                format!("{} ? {} : {}", shown(condition), shown(yes), shown(no))
            }
            (target, arguments) => {
                let arguments: Vec<String> = arguments.iter().map(shown).collect();
                let on = target.as_ref().map(|target| format!("{}.", shown(target))).unwrap_or_default();
                format!("{on}{}({})", call.func_name, arguments.join(", "))
            }
        },
        _ => "…".to_owned(),
    }
}

/// The sign of an operator between two values.
pub(super) fn binary(name: &str) -> Option<&'static str> {
    Some(match name {
        operators::EQUALS => "==",
        operators::NOT_EQUALS => "!=",
        operators::LESS => "<",
        operators::LESS_EQUALS => "<=",
        operators::GREATER => ">",
        operators::GREATER_EQUALS => ">=",
        operators::LOGICAL_AND => "&&",
        operators::LOGICAL_OR => "||",
        operators::ADD => "+",
        operators::SUBSTRACT => "-",
        operators::MULTIPLY => "*",
        operators::DIVIDE => "/",
        operators::MODULO => "%",
        operators::IN => "in",
        _ => return None,
    })
}
