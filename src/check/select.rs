//! Which exchanges are a hop's own, and what the nearest others miss.

use super::connection;
use super::found::{BodyFault, Found, body_json, find, is_open, may_be_missing};
use super::looked::Looked;
use super::matcher;
use super::memo::{decimal, is_decimal};
use super::params::{ParamSource, Params};
use super::phrase::{part, path};
use super::plan::{Aspect, PlanSelect, PlanSelectOn};
use super::scope::{Notes, Scope};
use super::truth::Truth;
use crate::spec::{Expr, Form, Piece, Side, Value, glob, walk};
use crate::wire::Endpoint;

/// Whether the exchange is the hop's: only `Yes` selects.
pub(super) fn selects(select: &PlanSelect, looked: &Looked<'_>, params: &Params) -> Truth {
    match select {
        PlanSelect::All(parts) if parts.is_empty() => Truth::Yes,
        PlanSelect::All(parts) => Truth::all(parts.iter().map(|p| selects(p, looked, params))),
        PlanSelect::Any(parts) => Truth::any(parts.iter().map(|p| selects(p, looked, params))),
        PlanSelect::Not(part) => selects(part, looked, params).negated(),
        PlanSelect::Atom { on, value, .. } => atom(on, value, looked, params),
    }
}

fn atom(on: &PlanSelectOn, value: &Value, looked: &Looked<'_>, params: &Params) -> Truth {
    match compared(on, value, looked, params) {
        // An optional param without a value says nothing of any traffic: nobody is found by it, and nobody ruled out.
        Truth::Skip => Truth::No,
        truth => truth,
    }
}

fn compared(on: &PlanSelectOn, value: &Value, looked: &Looked<'_>, params: &Params) -> Truth {
    let exchange = looked.exchange;
    // Most selects begin with a port.
    if let (PlanSelectOn::Port(dst), Form::Scalar(template), None) = (on, &value.form, &value.meta.when)
        && let [Piece::Literal(port)] = template.pieces.as_slice()
    {
        let is = |end: Endpoint| Truth::of(is_decimal(port.as_bytes(), end.port));
        return super::scope::endpoint(exchange, *dst).map_or(Truth::Unknown, is);
    }
    let notes = Notes::default();
    let scope = Scope::of(looked, params, &notes);
    let text = |text: String| matcher::holds(value, text.as_bytes(), &scope);
    let endpoint = |dst| super::scope::endpoint(exchange, dst);
    match on {
        PlanSelectOn::Message(side, Aspect::BodyJson(steps)) => {
            let Some(message) = scope.message(*side) else { return Truth::Unknown };
            match body_json(&message, looked.json(*side)) {
                Ok(json) => matcher::find_json(json, steps).map_or(Truth::No, |found| matcher::holds_json(value, found, &scope)),
                Err(BodyFault::NoJson(_)) => Truth::No,
                Err(BodyFault::Unknown(_)) => Truth::Unknown,
            }
        }
        PlanSelectOn::Message(_, aspect @ Aspect::Event(steps)) => {
            let Some(message) = connection::message_of(aspect, exchange, Side::Request) else {
                // At its head the event of a message is not known yet; what was read from none has none.
                let open = |m: crate::http::Message<'_>| m.head.head.fidelity.is_event() && m.body.complete.is_none();
                return if exchange.first().is_some_and(open) { Truth::Unknown } else { Truth::No };
            };
            let found = message.body.event().and_then(|event| matcher::find_json(event, steps));
            found.map_or(Truth::No, |found| matcher::holds_json(value, found, &scope))
        }
        PlanSelectOn::Message(_, Aspect::Connection(part)) => match connection::values(*part, exchange) {
            Ok(values) if values.is_empty() => missing(value, &scope),
            Ok(values) => found_lines(value, &values.iter().map(String::as_bytes).collect::<Vec<_>>(), &scope),
            Err(_) => Truth::Unknown,
        },
        PlanSelectOn::Message(side, target) => {
            let Some(message) = scope.message(*side) else { return Truth::Unknown };
            match find(target, &message, looked.index(*side)) {
                Found::Unknown(_) => Truth::Unknown,
                Found::Few(None) if may_be_missing(target, &message.head, looked.index(*side)) => Truth::Unknown,
                Found::Few(None) => missing(value, &scope),
                _ if is_open(target, &message.head, looked.index(*side)) && !value.takes_anything() => Truth::Unknown,
                found => found.lines(|lines| found_lines(value, lines, &scope)),
            }
        }
        PlanSelectOn::Absent(side, pattern) => {
            let Some(message) = scope.message(*side) else { return Truth::Unknown };
            let head = message.head;
            match head.regular_fields().any(|(name, _)| glob(pattern.as_bytes(), name)) {
                true => Truth::No,
                // A head that is cut may have lost one.
                false if head.head.flags.is_partial() || head.withholds(|name| glob(pattern.as_bytes(), name)) => Truth::Unknown,
                false => Truth::Yes,
            }
        }
        PlanSelectOn::Endpoint(dst) => endpoint(*dst).map_or(Truth::Unknown, |e| text(e.to_string())),
        PlanSelectOn::Ip(dst) => endpoint(*dst).map_or(Truth::Unknown, |e| text(e.ip.to_string())),
        PlanSelectOn::Port(dst) => {
            endpoint(*dst).map_or(Truth::Unknown, |e| matcher::holds(value, decimal(e.port, &mut [0; 5]), &scope))
        }
        PlanSelectOn::Connection => text(if exchange.first().is_none() { "empty" } else { "messages" }.to_owned()),
        // What counts is what its source preserves: bytes that a test holds are the wire's, too.
        PlanSelectOn::Source => match exchange.first().map(|message| message.head.head.fidelity) {
            Some(fidelity) => text(fidelity.source().to_owned()),
            None => Truth::Unknown,
        },
    }
}

/// A matcher on a missing field is false, `not` as well. Only what speaks of the field's lines can hold: `lines`, and
/// `absent`, which is `not: { present: true }` here.
fn missing<'a>(value: &'a Value, scope: &Scope<'a>) -> Truth {
    use crate::spec::ClauseKind::{Lines, Not};
    let Form::Matcher(clauses) = &value.form else { return Truth::No };
    let any_value = |v: &Value| v.meta.present && matches!(&v.form, Form::Matcher(clauses) if clauses.is_empty());
    match clauses.as_slice() {
        [crate::spec::Clause { kind: Not(inner), .. }] if any_value(inner) => Truth::Yes,
        clauses if clauses.iter().any(|c| matches!(c.kind, Lines(_))) => found_lines(value, &[], scope),
        _ => Truth::No,
    }
}

/// Any line may match; `lines` and `list` see them together.
fn found_lines<'a>(value: &'a Value, lines: &[&[u8]], scope: &Scope<'a>) -> Truth {
    match &value.form {
        Form::List(_) => matcher::holds_lines(value, lines, scope).0,
        Form::Matcher(clauses) => {
            if clauses.iter().any(|c| c.is_list() || matches!(c.kind, crate::spec::ClauseKind::Lines(_))) {
                return matcher::holds_lines(value, lines, scope).0;
            }
            Truth::any(lines.iter().map(|line| matcher::holds(value, line, scope)))
        }
        Form::Scalar(_) | Form::Typed(_) | Form::JsonArray(_) | Form::JsonObject(_) => {
            Truth::any(lines.iter().map(|line| matcher::holds(value, line, scope)))
        }
    }
}

/// The entries that an exchange misses, as few as possible.
pub(super) fn misses<'s>(select: &'s PlanSelect, looked: &Looked<'_>, params: &Params) -> Vec<&'s PlanSelect> {
    if selects(select, looked, params) == Truth::Yes {
        return Vec::new();
    }
    match select {
        PlanSelect::All(parts) => parts.iter().flat_map(|p| misses(p, looked, params)).collect(),
        PlanSelect::Any(parts) => parts.iter().map(|p| misses(p, looked, params)).min_by_key(Vec::len).unwrap_or_default(),
        PlanSelect::Not(_) | PlanSelect::Atom { .. } => vec![select],
    }
}

/// A select entry in the words of the spec: `` `User-Agent: AmazonAPIGateway_…` ``, and what it lacks of the user.
pub(super) fn describe_entry(entry: &PlanSelect, params: &Params) -> String {
    let mut text = in_words(entry, params);
    if let PlanSelect::Atom { value, .. } = entry {
        let mut unset = Vec::new();
        walk::holes(value, &mut |expr| {
            if let Expr::Name(name) = expr
                && params.get(name).is_some_and(|(_, param)| param.optional && matches!(param.source, ParamSource::Unset))
                && !unset.contains(&name)
            {
                unset.push(name);
            }
        });
        if !unset.is_empty() {
            let options: Vec<String> = unset.iter().map(|name| format!("--param {name}=…")).collect();
            text.push_str(&format!(" (say {})", options.join(" ")));
        }
    }
    text
}

fn in_words(entry: &PlanSelect, params: &Params) -> String {
    match entry {
        PlanSelect::Atom { on, value, .. } => {
            let any = matches!(&value.form, Form::Matcher(clauses) if clauses.is_empty());
            let value = describe_value(value, params);
            match on {
                PlanSelectOn::Message(_, Aspect::Field { name, .. }) if any => format!("`{name}`"),
                PlanSelectOn::Message(side, Aspect::BodyJson(steps)) if any => {
                    format!("`{}` in the {}'s body", path(steps), side.name())
                }
                PlanSelectOn::Message(_, Aspect::Event(steps)) if any => format!("`{}` in the event", path(steps)),
                PlanSelectOn::Message(_, Aspect::Event(steps)) => format!("`{}: {value}` in the event", path(steps)),
                PlanSelectOn::Message(_, Aspect::Field { name, .. }) => format!("`{name}: {value}`"),
                PlanSelectOn::Message(_, target @ (Aspect::Cookie { .. } | Aspect::SetCookie { .. })) if any => {
                    part(target, Side::Request)
                }
                PlanSelectOn::Message(_, Aspect::Cookie { name, .. }) => format!("cookie `{name}={value}`"),
                PlanSelectOn::Message(_, Aspect::SetCookie { name, .. }) => format!("`Set-Cookie: {name}={value}`"),
                PlanSelectOn::Message(_, Aspect::Method) => format!("method `{value}`"),
                PlanSelectOn::Message(_, Aspect::Status) => format!("status `{value}`"),
                PlanSelectOn::Message(_, Aspect::Query(name)) => format!("query `{name}={value}`"),
                PlanSelectOn::Message(side, Aspect::BodyJson(steps)) => {
                    format!("`{}: {value}` in the {}'s body", path(steps), side.name())
                }
                PlanSelectOn::Message(side, target) => format!("{} `{value}`", part(target, *side)),
                PlanSelectOn::Absent(_, pattern) => format!("the absence of `{pattern}`"),
                PlanSelectOn::Endpoint(dst) => format!("`{}: {value}`", end(*dst)),
                PlanSelectOn::Ip(dst) => format!("`{}.ip: {value}`", end(*dst)),
                PlanSelectOn::Port(dst) => format!("`{}.port: {value}`", end(*dst)),
                PlanSelectOn::Connection => format!("`connection: {value}`"),
                PlanSelectOn::Source => format!("`source: {value}`"),
            }
        }
        PlanSelect::Not(part) => match part.as_ref() {
            PlanSelect::Atom { value, .. } if value.takes_anything() => {
                format!("the absence of {}", describe_entry(part, params))
            }
            PlanSelect::Atom { .. } => format!("the exclusion of {}", describe_entry(part, params)),
            // What it rules out may be long; the spec says it better.
            _ => "what its `not` leaves over".to_owned(),
        },
        PlanSelect::All(parts) => describe_entries(parts, " and ", params),
        PlanSelect::Any(parts) => describe_entries(parts, " or ", params),
    }
}

/// Several entries; the first two stand for many.
fn describe_entries(parts: &[PlanSelect], between: &str, params: &Params) -> String {
    let shown: Vec<String> = parts.iter().take(2).map(|p| describe_entry(p, params)).collect();
    let more = if parts.len() > shown.len() { format!("{between}…") } else { String::new() };
    format!("{}{more}", shown.join(between))
}

fn end(dst: bool) -> &'static str {
    if dst { "dst" } else { "src" }
}

fn describe_value(value: &Value, params: &Params) -> String {
    use crate::spec::ClauseKind::{Equals, Prefix, Regex, Suffix};
    let literal = |t: &crate::spec::Template| t.to_string();
    let notes = Notes::default();
    let scope = Scope::without_exchange(params, &notes);
    match &value.form {
        Form::Scalar(template) => literal(template),
        Form::Matcher(clauses) => match clauses.as_slice() {
            [] => "…".to_owned(),
            [one] => match &one.kind {
                Equals(t) => literal(t),
                Prefix(t) => format!("{}…", literal(t)),
                Suffix(t) => format!("…{}", literal(t)),
                Regex(pattern) => format!("/{}/", pattern.text),
                _ => matcher::describe(value, &scope).replace('`', ""),
            },
            _ => matcher::describe(value, &scope).replace('`', ""),
        },
        _ => matcher::describe(value, &scope).replace('`', ""),
    }
}
