//! What a value of a spec reads besides the value it is compared with: names, bodies, other fields.

use super::scope::Scope;
use crate::secret;
use crate::spec::{Clause, ClauseKind, Expr, Form, MessagePath, Piece, Side, Template, Value};

/// Visits every template of a value, whatever it is nested in.
pub(super) fn templates<'v>(value: &'v Value, visit: &mut dyn FnMut(&'v Template)) {
    match &value.form {
        Form::Scalar(template) => visit(template),
        Form::Typed(_) => {}
        Form::List(items) => items.iter().for_each(visit),
        Form::Matcher(clauses) => {
            for clause in clauses {
                clause_parts(clause, &mut |part| match part {
                    Inner::Template(template) => visit(template),
                    Inner::Value(value) => templates(value, visit),
                });
            }
        }
    }
}

enum Inner<'v> {
    Template(&'v Template),
    Value(&'v Value),
}

fn clause_parts<'v>(clause: &'v Clause, visit: &mut dyn FnMut(Inner<'v>)) {
    match &clause.kind {
        ClauseKind::Equals(t) | ClauseKind::Prefix(t) | ClauseKind::Suffix(t) | ClauseKind::Contains(t) => {
            visit(Inner::Template(t));
        }
        ClauseKind::OneOf(templates) => templates.iter().for_each(|t| visit(Inner::Template(t))),
        ClauseKind::Regex(_) | ClauseKind::Is(_) | ClauseKind::Cidr(_) | ClauseKind::AtLeast(_) | ClauseKind::AtMost(_) => {}
        ClauseKind::List(list) => {
            let boxed = [&list.first, &list.last, &list.each];
            boxed.into_iter().flatten().for_each(|v| visit(Inner::Value(v)));
            list.at.iter().for_each(|(_, v)| visit(Inner::Value(v)));
            list.includes.iter().chain(list.equals.iter().flatten()).for_each(|v| visit(Inner::Value(v)));
        }
        ClauseKind::Lines(lines) => {
            let boxed = [&lines.first, &lines.last, &lines.each];
            boxed.into_iter().flatten().for_each(|v| visit(Inner::Value(v)));
            lines.includes.iter().chain(lines.equals.iter().flatten()).for_each(|v| visit(Inner::Value(v)));
        }
        ClauseKind::Pairs(pairs) => pairs.pairs.iter().for_each(|(_, v)| visit(Inner::Value(v))),
        ClauseKind::Json(json) => json.members.iter().for_each(|m| visit(Inner::Value(&m.value))),
        ClauseKind::All(values) | ClauseKind::Any(values) => values.iter().for_each(|v| visit(Inner::Value(v))),
        ClauseKind::Not(value) => visit(Inner::Value(value)),
    }
}

/// Visits a value and every value nested in it.
pub(super) fn values<'v>(value: &'v Value, visit: &mut dyn FnMut(&'v Value)) {
    visit(value);
    if let Form::Matcher(clauses) = &value.form {
        for clause in clauses {
            clause_parts(clause, &mut |part| {
                if let Inner::Value(inner) = part {
                    values(inner, visit);
                }
            });
        }
    }
}

/// Visits an expression and those in it.
fn expressions<'v>(expr: &'v Expr, visit: &mut dyn FnMut(&'v Expr)) {
    visit(expr);
    match expr {
        Expr::Call { on, arguments, .. } => {
            expressions(on, visit);
            arguments.iter().for_each(|a| expressions(a, visit));
        }
        Expr::Index { on, index } => {
            expressions(on, visit);
            expressions(index, visit);
        }
        Expr::Concat(parts) => parts.iter().for_each(|p| expressions(p, visit)),
        Expr::Name(_)
        | Expr::Text(_)
        | Expr::Int(_)
        | Expr::Endpoint { .. }
        | Expr::EndpointIp { .. }
        | Expr::EndpointPort { .. }
        | Expr::Time
        | Expr::Message { .. } => {}
    }
}

fn holes<'v>(value: &'v Value, visit: &mut dyn FnMut(&'v Expr)) {
    templates(value, &mut |template| {
        for piece in &template.pieces {
            if let Piece::Hole(expr, _) = piece {
                expressions(expr, visit);
            }
        }
    });
}

/// Whether the verdict depends on nothing but the value: no hole. What it binds does not change the verdict.
pub(super) fn is_pure(value: &Value) -> bool {
    let mut pure = true;
    holes(value, &mut |_| pure = false);
    pure
}

/// The names that it binds, at any depth.
pub(super) fn binds(value: &Value) -> Vec<&str> {
    let mut found = Vec::new();
    values(value, &mut |v| found.extend(v.meta.bind.as_ref().map(|name| name.value.as_str())));
    found
}

/// The names that a value's templates use, in the order of the file.
pub(super) fn names(value: &Value) -> Vec<&str> {
    let mut found: Vec<&str> = Vec::new();
    holes(value, &mut |expr| {
        if let Expr::Name(name) = expr
            && !found.contains(&name.as_str())
        {
            found.push(name);
        }
    });
    found
}

/// Whether an expression reads a secret: a field that is one, or what was bound from one.
pub(super) fn is_secret(expr: &Expr, scope: &Scope<'_>) -> bool {
    let mut found = false;
    expressions(expr, &mut |expr| {
        found |= match expr {
            Expr::Message { path: MessagePath::Header(name), .. } => secret::is_secret(name.as_bytes()),
            Expr::Name(name) => scope.bound.borrow().iter().any(|bound| bound.secret && bound.name == *name),
            _ => false,
        }
    });
    found
}

/// Whether a value is compared with what a function makes of a secret.
pub(super) fn derives_secret(value: &Value, scope: &Scope<'_>) -> bool {
    let mut found = false;
    holes(value, &mut |expr| found |= matches!(expr, Expr::Call { .. }) && is_secret(expr, scope));
    found
}

/// The messages whose bodies a value's templates read.
pub(super) fn bodies(value: &Value) -> impl Iterator<Item = Side> + use<> {
    let mut found = Vec::new();
    holes(value, &mut |expr| {
        if let Expr::Message { side, path: MessagePath::Body | MessagePath::Json } = expr {
            found.push(*side);
        }
    });
    found.into_iter()
}
