//! What a value of a spec says, in words: the `expected …` of a finding.

use super::super::evaluate::render;
use super::super::legible::show;
use super::super::scope::Scope;
use super::json::describe_typed;
use crate::spec::{Bounds, Clause, ClauseKind, Expr, Form, JsonClause, JsonMember, ListClause, MembersClause, Template, Value};

/// A value in words: `` `close` ``, `an IP address`, `a list of 1 member, each an IP address`.
pub(crate) fn describe<'a>(value: &'a Value, scope: &Scope<'a>) -> String {
    match &value.form {
        Form::Scalar(template) => text(template, scope),
        Form::Typed(expected) => describe_typed(expected),
        Form::JsonArray(_) | Form::JsonObject(_) => json(value, scope),
        Form::List(items) => {
            let items: Vec<String> = items.iter().map(|t| text(t, scope)).collect();
            format!("exactly the lines {}", items.join(", "))
        }
        Form::Matcher(clauses) if clauses.is_empty() => "any value".to_owned(),
        Form::Matcher(clauses) => {
            let clauses: Vec<String> = clauses.iter().map(|c| describe_clause(c, scope)).collect();
            clauses.join(" and ")
        }
    }
}

/// A JSON value that is written out, with its holes filled in as far as they have values.
fn json<'a>(value: &'a Value, scope: &Scope<'a>) -> String {
    match &value.form {
        Form::Typed(expected) => expected.to_string(),
        Form::Scalar(template) => match template.literal() {
            Some(literal) => serde_json::Value::from(literal).to_string(),
            None => text(template, scope),
        },
        Form::JsonArray(members) => {
            format!("[{}]", members.iter().map(|member| json(member, scope)).collect::<Vec<_>>().join(", "))
        }
        Form::JsonObject(members) => {
            let member = |(name, member): &'a (String, Value)| format!("{name:?}: {}", json(member, scope));
            format!("{{{}}}", members.iter().map(member).collect::<Vec<_>>().join(", "))
        }
        Form::List(_) | Form::Matcher(_) => describe(value, scope),
    }
}

/// The one text that a value allows, where there is one: what the block shows as the expected line.
pub(crate) fn exact_text<'a>(value: &'a Value, scope: &Scope<'a>) -> Option<String> {
    let template = match &value.form {
        Form::Scalar(template) => template,
        Form::Matcher(clauses) => match clauses.as_slice() {
            [Clause { kind: ClauseKind::Equals(template), .. }] => template,
            _ => return None,
        },
        _ => return None,
    };
    render(template, scope).ok().map(|text| show(&text))
}

/// One clause in words.
pub(super) fn describe_clause<'a>(clause: &'a Clause, scope: &Scope<'a>) -> String {
    let text = |template| text(template, scope);
    match &clause.kind {
        ClauseKind::Equals(template) => text(template),
        ClauseKind::Prefix(template) => format!("a value that begins with {}", text(template)),
        ClauseKind::Suffix(template) => format!("a value that ends with {}", text(template)),
        ClauseKind::Contains(template) => format!("a value that contains {}", text(template)),
        ClauseKind::Regex(pattern) => format!("a value that matches `{}`", pattern.text),
        ClauseKind::OneOf(templates) => {
            let texts: Vec<String> = templates.iter().map(text).collect();
            format!("one of {}", texts.join(", "))
        }
        ClauseKind::Is(kind) => article(kind.name()),
        ClauseKind::Type(named) => {
            let wants = named.value().map(|value| describe(value, scope)).unwrap_or_default();
            format!("a value of type `{}` ({wants})", named.name)
        }
        ClauseKind::Cidr(networks) => {
            let networks: Vec<String> = networks.iter().map(|n| format!("`{n}`")).collect();
            format!("an address in {}", networks.join(" or "))
        }
        ClauseKind::AtLeast(least) => format!("a number of at least {least}"),
        ClauseKind::AtMost(most) => format!("a number of at most {most}"),
        ClauseKind::List(list) => describe_list(list, scope),
        ClauseKind::Pairs(clause) => {
            let pairs: Vec<String> =
                clause.pairs.iter().map(|(name, v)| format!("`{}` = {}", name.value, describe(v, scope))).collect();
            format!("the parts {}", pairs.join(", "))
        }
        ClauseKind::Json(clause) => format!("JSON with {}", json_members(clause, scope)),
        ClauseKind::Jwt(clause) => format!("a JWT with {}", json_members(clause, scope)),
        ClauseKind::Lines(clause) => {
            let length = clause.length.map(|b| count(b, "line"));
            let parts: Vec<String> = length.into_iter().chain(members(clause, &[], scope)).collect();
            format!("field lines: {}", parts.join(", "))
        }
        ClauseKind::All(values) => joined(values, scope, " and "),
        ClauseKind::Any(values) => joined(values, scope, " or "),
        ClauseKind::Not(value) => format!("not {}", describe(value, scope)),
    }
}

fn json_members<'a>(clause: &'a JsonClause, scope: &Scope<'a>) -> String {
    let member = |m: &'a JsonMember| format!("`{}` = {}", m.path.value, describe(&m.value, scope));
    clause.members.iter().map(member).collect::<Vec<_>>().join(", ")
}

fn joined<'a>(values: &'a [Value], scope: &Scope<'a>, with: &str) -> String {
    values.iter().map(|v| describe(v, scope)).collect::<Vec<_>>().join(with)
}

fn describe_list<'a>(list: &'a ListClause, scope: &Scope<'a>) -> String {
    let parts = members(&list.members, &list.at, scope);
    let length = list.members.length.map(|b| format!("a list of {}", count(b, "member"))).unwrap_or_else(|| "a list".to_owned());
    if parts.is_empty() { length } else { format!("{length}, {}", parts.join(", ")) }
}

/// The parts of a clause on members or lines, but for their number.
fn members<'a>(clause: &'a MembersClause, at: &'a [(i64, Value)], scope: &Scope<'a>) -> Vec<String> {
    let mut parts = Vec::new();
    parts.extend(clause.first.iter().map(|v| format!("the first {}", describe(v, scope))));
    parts.extend(clause.last.iter().map(|v| format!("the last {}", describe(v, scope))));
    parts.extend(at.iter().map(|(index, v)| format!("member {index} {}", describe(v, scope))));
    parts.extend(clause.each.iter().map(|v| format!("each {}", describe(v, scope))));
    parts.extend(clause.includes.iter().map(|v| format!("one of them {}", describe(v, scope))));
    parts.extend(clause.equals.iter().map(|vs| format!("exactly {}", joined(vs, scope, ", "))));
    parts
}

/// `1 member`, `at least 2 members`, `1 to 3 members`.
pub(super) fn count(bounds: Bounds, what: &str) -> String {
    let plural = |n: u64| if n == 1 { what.to_owned() } else { format!("{what}s") };
    match bounds {
        Bounds { at_least, at_most: Some(most) } if at_least == most => format!("{most} {}", plural(most)),
        Bounds { at_least: 0, at_most: Some(most) } => format!("at most {most} {}", plural(most)),
        Bounds { at_least, at_most: Some(most) } => format!("{at_least} to {most} {}", plural(most)),
        Bounds { at_least, at_most: None } => format!("at least {at_least} {}", plural(at_least)),
    }
}

/// A template as the text that it stands for, or as typed where it has no value, with what is known of a param.
fn text<'a>(template: &'a Template, scope: &Scope<'a>) -> String {
    match render(template, scope) {
        Ok(text) => format!("`{}`", show(&text)),
        Err(_) => match template.whole_hole() {
            Some(Expr::Name(name)) => match scope.param(name) {
                Some(param) => format!("{} (param `{name}`)", describe(&param.constraint, scope)),
                None => format!("the value bound as `{name}`"),
            },
            _ => format!("`{template}`"),
        },
    }
}

pub(super) fn article(kind: &str) -> String {
    match kind {
        "ip" => "an IP address".to_owned(),
        "ipv4" => "an IPv4 address".to_owned(),
        "ipv6" => "an IPv6 address".to_owned(),
        "private-ip" => "a private IP address".to_owned(),
        "public-ip" => "a public IP address".to_owned(),
        "ip-port" => "an IP address with a port".to_owned(),
        "port" => "a port number".to_owned(),
        "integer" => "an integer".to_owned(),
        "dns-name" => "a DNS name".to_owned(),
        "uuid" => "a UUID".to_owned(),
        "http-date" => "an HTTP date".to_owned(),
        "iso-date" => "an ISO date".to_owned(),
        "url" => "a URL".to_owned(),
        "jwt" => "a JWT".to_owned(),
        "etag" => "an entity tag".to_owned(),
        "media-type" => "a media type".to_owned(),
        "xray-id" => "an X-Ray id (`1-8hex-24hex`)".to_owned(),
        "base64url" => "a base64url text".to_owned(),
        "sigv4" => "an AWS Signature Version 4 (`AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`)".to_owned(),
        "arn" => "an ARN (`arn:partition:service:region:account:resource`)".to_owned(),
        other => format!("a {other}"),
    }
}
