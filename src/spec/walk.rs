//! Ways through a value and an expression, whatever they are nested in.
//!
//! Values are at most as deep as YAML may be, expressions as deep as their parser allows.

use crate::spec::{
    Claim, Clause, ClauseKind, Expr, Form, ListClause, MembersClause, Piece, Relation, Select, Spanned, Template, Value,
};

/// What is met on the way through a value.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Met<'v> {
    Template(&'v Template),
    /// `when`
    When(&'v Spanned<Expr>),
    /// A name, and the value to which it is bound.
    Bind(&'v Spanned<String>, &'v Value),
}

/// Shows every template and bound name of a value.
pub(crate) fn value<'v>(value: &'v Value, see: &mut dyn FnMut(Met<'v>)) {
    if let Some(bind) = &value.meta.bind {
        see(Met::Bind(bind, value));
    }
    if let Some(when) = &value.meta.when {
        see(Met::When(when));
    }
    match &value.form {
        Form::Scalar(template) => see(Met::Template(template)),
        Form::Typed(_) => {}
        Form::JsonArray(members) => members.iter().for_each(|member| self::value(member, see)),
        Form::JsonObject(members) => members.iter().for_each(|(_, member)| self::value(member, see)),
        Form::List(templates) => templates.iter().for_each(|t| see(Met::Template(t))),
        Form::Matcher(clauses) => clauses.iter().for_each(|c| clause(c, see)),
    }
}

fn clause<'v>(clause: &'v Clause, see: &mut dyn FnMut(Met<'v>)) {
    let mut values = |values: &mut dyn Iterator<Item = &'v Value>| values.for_each(|v| value(v, see));
    match &clause.kind {
        ClauseKind::Equals(t) | ClauseKind::Prefix(t) | ClauseKind::Suffix(t) | ClauseKind::Contains(t) => see(Met::Template(t)),
        ClauseKind::OneOf(templates) => templates.iter().for_each(|t| see(Met::Template(t))),
        ClauseKind::Regex(_) | ClauseKind::Is(_) | ClauseKind::Cidr(_) | ClauseKind::AtLeast(_) | ClauseKind::AtMost(_) => {}
        ClauseKind::Type(named) => values(&mut named.value().into_iter()),
        ClauseKind::List(ListClause { members, at, separator: _ }) => {
            self::members(members, &mut values);
            values(&mut at.iter().map(|(_, v)| v));
        }
        ClauseKind::Lines(lines) => members(lines, &mut values),
        ClauseKind::Pairs(pairs) => values(&mut pairs.pairs.iter().map(|(_, v)| v)),
        ClauseKind::Json(json) | ClauseKind::Jwt(json) => values(&mut json.members.iter().map(|m| &m.value)),
        ClauseKind::All(all) | ClauseKind::Any(all) => values(&mut all.iter()),
        ClauseKind::Not(not) => value(not, see),
    }
}

fn members<'v>(clause: &'v MembersClause, values: &mut dyn FnMut(&mut dyn Iterator<Item = &'v Value>)) {
    let MembersClause { length: _, first, last, each, includes, equals } = clause;
    values(&mut first.iter().chain(last).chain(each).map(AsRef::as_ref));
    values(&mut includes.iter().chain(equals.iter().flatten()));
}

/// Shows every value of a select.
pub(crate) fn select<'v>(select_: &'v Select, see: &mut dyn FnMut(&'v Value)) {
    match select_ {
        Select::All(all) | Select::Any(all) => all.iter().for_each(|s| select(s, see)),
        Select::Not(not) => select(not, see),
        Select::Atom { value, .. } => see(value),
    }
}

/// Shows every value of an expression, the expression itself first.
pub(crate) fn expr<'e>(on: &'e Expr, see: &mut dyn FnMut(&'e Expr)) {
    see(on);
    match on {
        Expr::Call { on, arguments, .. } => {
            expr(on, see);
            arguments.iter().for_each(|a| expr(a, see));
        }
        Expr::Index { on, index } => {
            expr(on, see);
            expr(index, see);
        }
        Expr::Concat(parts) => parts.iter().for_each(|p| expr(p, see)),
        Expr::OfHop { on, .. } => expr(on, see),
        Expr::Deferred(deferred) => expr(deferred.expr(), see),
        Expr::Interpreted(interpreted) => interpreted.parts.iter().for_each(|part| expr(&part.expr, see)),
        Expr::Name(_)
        | Expr::Text(_)
        | Expr::Int(_)
        | Expr::Endpoint { .. }
        | Expr::EndpointIp { .. }
        | Expr::EndpointPort { .. }
        | Expr::Time
        | Expr::Event
        | Expr::Connection(_)
        | Expr::Message { .. } => {}
    }
}

/// Shows every name in a template.
pub(crate) fn names<'t>(template: &'t Template, see: &mut dyn FnMut(&'t str)) {
    for piece in &template.pieces {
        if let Piece::Hole(hole, _) = piece {
            expr(hole, &mut |e| {
                if let Expr::Name(name) = e {
                    see(name);
                }
            });
        }
    }
}

/// Shows every expression in a template, and those in it.
pub(crate) fn exprs<'t>(template: &'t Template, see: &mut dyn FnMut(&'t Expr)) {
    for piece in &template.pieces {
        if let Piece::Hole(hole, _) = piece {
            expr(hole, see);
        }
    }
}

/// Shows every expression that a value's verdict depends on, and those in it: of its templates, and of `when`.
pub(crate) fn holes<'v>(value_: &'v Value, see: &mut dyn FnMut(&'v Expr)) {
    value(value_, &mut |met| match met {
        Met::Template(template) => {
            for piece in &template.pieces {
                if let Piece::Hole(hole, _) = piece {
                    expr(hole, see);
                }
            }
        }
        Met::When(when) => expr(&when.value, see),
        Met::Bind(..) => {}
    });
}

/// Shows every expression that a claim's verdict depends on.
pub(crate) fn claim<'c>(claim: &'c Claim, see: &mut dyn FnMut(&'c Expr)) {
    match claim {
        Claim::Part { value, .. } => holes(value, see),
        Claim::Related { relation, when, .. } => {
            if let Relation::Appended(value) = relation {
                holes(value, see);
            }
            if let Some(when) = when {
                expr(&when.value, see);
            }
        }
        Claim::Check(check) => check.expressions().for_each(|e| expr(&e.value, see)),
        Claim::Removed(_)
        | Claim::OthersPreserved
        | Claim::Absent(_)
        | Claim::Others
        | Claim::BodyOthers
        | Claim::Order(_)
        | Claim::NameCase(_)
        | Claim::FieldNameCase(..) => {}
    }
}
