//! Templates and expressions, evaluated for one exchange.
//!
//! What is missing is never an empty text: it is a [`Lack`] with the reason, and the verdict becomes inconclusive.

use std::borrow::Cow;

use serde_json::Value as Json;

use super::connection;
use super::content::content;
use super::cookie::cookies;
use super::found::{BodyFault, body_json};
use super::functions;
use super::interpret::{self, Evaluation};
use super::jwt;
use super::legible::{excerpt, show};
use super::mask;
use super::params::ParamSource;
use super::plan::BODY_LIMIT;
use super::reads;
use super::scope::Scope;
use super::sigv4;
use super::structure;
use super::untold;
use crate::capture::Timestamp;
use crate::http::{Exchange, FieldLine, HeadRef, Origin};
use crate::spec::{CLIENT, ConnectionPart, EndPart, Expr, Function, MessagePath, Piece, Side, Template};

/// Why an expression has no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Lack {
    /// It names an optional param without a value: nothing to judge.
    Skip,
    /// It looks at a message that is not in the capture.
    NoMessage(Side),
    /// It looks at the event of an exchange that was read from none.
    NoEvent,
    /// The evidence does not show it.
    Because(String),
}

/// A value of an expression.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Val<'a> {
    /// Bytes of the wire, or a text.
    Text(Cow<'a, [u8]>),
    /// An integer.
    Int(i64),
    /// A decimal number.
    Double(f64),
    /// True or false.
    Bool(bool),
    /// A point in time.
    Time(Timestamp),
    /// Members of a list.
    List(Vec<Vec<u8>>),
    /// Field lines, name and value.
    Fields(Vec<(Vec<u8>, Vec<u8>)>),
    /// JSON.
    Json(Cow<'a, Json>),
}

impl<'a> Val<'a> {
    /// The value on its own.
    pub(super) fn into_owned(self) -> Val<'static> {
        match self {
            Self::Text(text) => Val::Text(Cow::Owned(text.into_owned())),
            Self::Json(json) => Val::Json(Cow::Owned(json.into_owned())),
            Self::Int(int) => Val::Int(int),
            Self::Double(double) => Val::Double(double),
            Self::Bool(truth) => Val::Bool(truth),
            Self::Time(time) => Val::Time(time),
            Self::List(members) => Val::List(members),
            Self::Fields(lines) => Val::Fields(lines),
        }
    }

    pub(super) fn into_text(self) -> Result<Cow<'a, [u8]>, Lack> {
        let owned = |text: String| Ok(Cow::Owned(text.into_bytes()));
        match self {
            Self::Text(text) => Ok(text),
            Self::Int(int) => owned(int.to_string()),
            Self::Double(double) => owned(double.to_string()),
            Self::Time(time) => owned(time.to_string()),
            Self::Json(Cow::Borrowed(Json::String(text))) => Ok(Cow::Borrowed(text.as_bytes())),
            Self::Json(json) => match json.into_owned() {
                Json::String(text) => owned(text),
                value @ (Json::Number(_) | Json::Bool(_)) => owned(value.to_string()),
                Json::Null => Err(because("null is no text")),
                Json::Array(_) | Json::Object(_) => Err(because("a list or an object is no text")),
            },
            Self::List(_) | Self::Fields(_) => Err(because("a list is no text")),
            Self::Bool(_) => Err(because("true and false are no texts")),
        }
    }
}

impl Lack {
    /// In words; nothing where there is nothing to judge.
    pub(super) fn reason(self) -> Option<String> {
        match self {
            Self::Skip => None,
            Self::NoMessage(side) => Some(format!("the {} is not in the capture", side.name())),
            Self::NoEvent => Some("the exchange was read from no Lambda event".to_owned()),
            Self::Because(reason) => Some(reason),
        }
    }
}

fn because(reason: impl Into<String>) -> Lack {
    Lack::Because(reason.into())
}

/// No value of traffic that is kept is longer, so that no text needs to be.
const LONGEST: usize = BODY_LIMIT;

/// A list of more members would take a multiple of the text that it is made of.
const MOST_MEMBERS: usize = 100_000;

/// Joins texts, which traffic and specs could make as long as the product of their lengths.
fn append(text: &mut Vec<u8>, more: &[u8]) -> Result<(), Lack> {
    if text.len().saturating_add(more.len()) > LONGEST {
        return Err(because(format!("what the spec puts together is longer than {LONGEST} bytes")));
    }
    text.extend_from_slice(more);
    Ok(())
}

/// The text of a template.
pub(super) fn render<'a>(template: &'a Template, scope: &Scope<'a>) -> Result<Cow<'a, [u8]>, Lack> {
    match template.pieces.as_slice() {
        [] => Ok(Cow::Borrowed(b"")),
        [Piece::Literal(text)] => Ok(Cow::Borrowed(text.as_bytes())),
        [Piece::Hole(expr, _)] => evaluate(expr, scope)?.into_text(),
        pieces => {
            let mut text = Vec::new();
            for piece in pieces {
                match piece {
                    Piece::Literal(literal) => append(&mut text, literal.as_bytes())?,
                    Piece::Hole(expr, _) => append(&mut text, &evaluate(expr, scope)?.into_text()?)?,
                }
            }
            Ok(Cow::Owned(text))
        }
    }
}

/// The value of an expression on the hop that the exchange's own one follows.
fn before<'a>(on: &'a Expr, scope: &Scope<'a>) -> Result<Val<'a>, Lack> {
    match scope.looked.and_then(|looked| looked.came).and_then(|came| came.what) {
        Some(Ok(before)) => evaluate(on, &Scope::of(before, scope.params, scope.notes)),
        Some(Err(why)) => Err(because(why)),
        // That the other hop was not seen is said of it.
        None => Err(Lack::Skip),
    }
}

/// The value of an expression.
pub(super) fn evaluate<'a>(expr: &'a Expr, scope: &Scope<'a>) -> Result<Val<'a>, Lack> {
    match expr {
        Expr::OfHop { hop, on } => match scope.joined {
            Some(joined) => joined.value(hop, on),
            None => before(on, scope),
        },
        Expr::Deferred(deferred) => evaluate(deferred.expr(), scope),
        Expr::Interpreted(interpreted) => {
            interpret::begin(scope.masks);
            Evaluation::new(interpreted, scope)?.value()
        }
        Expr::Text(text) => Ok(Val::Text(Cow::Borrowed(text.as_bytes()))),
        Expr::Int(int) => Ok(Val::Int(*int)),
        Expr::Name(name) => name_value(name, scope).map(Val::Text),
        Expr::Endpoint { dst } => Ok(Val::Text(Cow::Owned(endpoint(*dst, scope)?.to_string().into_bytes()))),
        Expr::EndpointIp { dst } => Ok(Val::Text(Cow::Owned(endpoint(*dst, scope)?.ip.to_string().into_bytes()))),
        Expr::EndpointPort { dst } => Ok(Val::Int(i64::from(endpoint(*dst, scope)?.port))),
        Expr::Time => match scope.exchange.first().map(|m| m.head.head.at.origin) {
            Some(Origin::Packet { time, .. } | Origin::Entry { time: Some(time), .. } | Origin::Log { time: Some(time), .. }) => {
                Ok(Val::Time(time))
            }
            _ => Err(because("this kind of evidence has no time")),
        },
        Expr::Event => event(scope.exchange).map(|event| Val::Json(Cow::Borrowed(event))).ok_or(Lack::NoEvent),
        Expr::Connection(part) => connection_value(*part, scope),
        Expr::Message { side, path } => message_value(*side, path, scope),
        Expr::Call { on, function, arguments } => {
            let value = evaluate(on, scope)?;
            let argument = arguments.first().map(|a| evaluate(a, scope)?.into_text()).transpose()?;
            let text = value.into_text()?;
            if scope.masks && is_digest(*function) && mask::is_masked(&text) {
                return Err(because("the text is masked, and so its digest is not known"));
            }
            call(*function, &text, argument.as_deref()).map_err(|why| {
                // What comes from a secret is named, not shown.
                let tells = matches!(function, Function::Jwt | Function::Sigv4) || reads::is_secret(on, scope);
                because(if tells { format!("`{on}` {why}") } else { format!("`{}` {why}", excerpt(show(&text))) })
            })
        }
        Expr::Index { on, index } => index_value(evaluate(on, scope)?, &evaluate(index, scope)?),
        Expr::Concat(parts) => {
            let mut text = Vec::new();
            for part in parts {
                append(&mut text, &evaluate(part, scope)?.into_text()?)?;
            }
            Ok(Val::Text(Cow::Owned(text)))
        }
    }
}

fn endpoint(dst: bool, scope: &Scope<'_>) -> Result<crate::wire::Endpoint, Lack> {
    scope.endpoint(dst).ok_or_else(|| because("a text has no addresses"))
}

/// The Lambda event that an exchange was read from.
pub(super) fn event<'a>(exchange: &Exchange<'a>) -> Option<&'a Json> {
    exchange.messages().find_map(|message| message.body.event())
}

fn connection_value<'a>(part: ConnectionPart, scope: &Scope<'a>) -> Result<Val<'a>, Lack> {
    let mut values = connection::values(part, scope.exchange).map_err(Lack::Because)?.into_iter();
    match (values.next(), values.next()) {
        (Some(value), None) if part.is_number() => {
            value.parse().map(Val::Int).map_err(|_| because(format!("`{part}` is no number: `{value}`")))
        }
        (Some(value), None) => Ok(Val::Text(Cow::Owned(value.into_bytes()))),
        (Some(_), Some(_)) => Err(because(format!("`{part}` is there several times"))),
        (None, _) => Err(because(format!("the connection says no `{part}`"))),
    }
}

fn name_value<'a>(name: &str, scope: &Scope<'a>) -> Result<Cow<'a, [u8]>, Lack> {
    if let Some(bound) = scope.lookup(name) {
        return bound.map(Cow::Owned).map_err(Lack::Because);
    }
    match scope.param(name) {
        Some(param) => match &param.source {
            ParamSource::Given { value, .. } => Ok(Cow::Borrowed(value.as_bytes())),
            ParamSource::Default(template) => render(template, scope),
            ParamSource::Unset if param.optional => Err(Lack::Skip),
            ParamSource::Unset => Err(because(format!("param `{name}` has no value; give it with --param {name}=VALUE"))),
        },
        None if name == CLIENT => connection_value(ConnectionPart::Client(EndPart::Whole), scope)?.into_text(),
        None => Err(because(format!("`{name}` is not bound in this exchange"))),
    }
}

fn message_value<'a>(side: Side, path: &'a MessagePath, scope: &Scope<'a>) -> Result<Val<'a>, Lack> {
    let message = scope.message(side).ok_or(Lack::NoMessage(side))?;
    let head = message.head;
    if let Some(why) = untold::path(path, &head) {
        return Err(because(why));
    }
    let missing = || because(format!("a {} has no such part", side.name()));
    let text = |bytes: &'a [u8]| Ok(Val::Text(Cow::Borrowed(bytes)));
    match path {
        MessagePath::Method | MessagePath::Target | MessagePath::Path | MessagePath::Query | MessagePath::Status
            if is_start_open(path, &head) =>
        {
            Err(because(head.lack()))
        }
        MessagePath::Target | MessagePath::Query if is_taken_apart(&head) => {
            Err(because("this kind of evidence does not show the query as it was sent"))
        }
        MessagePath::Status if !head.head.fidelity.whole && head.status() == Some(0) => {
            Err(because("the log does not say the status code"))
        }
        MessagePath::Method => text(head.method().ok_or_else(missing)?),
        MessagePath::Target => text(head.target().ok_or_else(missing)?),
        MessagePath::Path => text(path_of(head.target().ok_or_else(missing)?)),
        MessagePath::Query => text(query_of(head.target().ok_or_else(missing)?)),
        MessagePath::Version => text(head.version()),
        MessagePath::Status => Ok(Val::Int(i64::from(head.status().ok_or_else(missing)?))),
        MessagePath::Header(name) => {
            let is_cut =
                |line: &FieldLine| line.name.of(head.raw).eq_ignore_ascii_case(name.as_bytes()) && head.is_open_line(line);
            if head.head.flags.is_partial() && head.lines.iter().any(is_cut) {
                return Err(because(format!("the value of `{name}` is not whole: {}", head.lack())));
            }
            let mut values = head.values(name.as_bytes());
            match (values.next(), values.next()) {
                (Some(value), None) => text(value),
                (Some(first), Some(second)) if head.head.h2_stream.is_some() && name.eq_ignore_ascii_case("cookie") => {
                    // It is one value all the same (RFC 9113 §8.2.3).
                    let crumbs: Vec<&[u8]> = [first, second].into_iter().chain(values).collect();
                    Ok(Val::Text(Cow::Owned(crumbs.join(b"; ".as_slice()))))
                }
                (Some(_), Some(_)) => Err(because(format!("`{name}` stands on several lines of the {}", side.name()))),
                (None, _) => Err(because(format!("`{name}` is not in the {}", side.name()))),
            }
        }
        MessagePath::Body => match content(&message) {
            Ok(content) => Ok(Val::Text(content)),
            Err(why) => Err(because(format!("the {}: {why}", side.name()))),
        },
        MessagePath::Json => {
            let Some(looked) = scope.looked else { return Err(because("there is no message")) };
            match body_json(&message, looked.json(side)) {
                Ok(json) => Ok(Val::Json(Cow::Borrowed(json))),
                Err(BodyFault::NoJson(why)) => Err(because(format!("the {}'s body is no JSON: {why}", side.name()))),
                Err(BodyFault::Unknown(why)) => Err(because(format!("the {}: {why}", side.name()))),
            }
        }
        MessagePath::HasHeader(name) => {
            let there = head.values(name.as_bytes()).next().is_some();
            // What is cut away may have been the field.
            let withheld = || head.withholds(|known| known.eq_ignore_ascii_case(name.as_bytes()));
            if !there && (head.head.flags.is_partial() || withheld()) {
                return Err(because(format!("{}, and `{name}` may have followed", head.lack())));
            }
            Ok(Val::Bool(there))
        }
        MessagePath::Headers => {
            if head.head.flags.is_partial() || head.withholds(|_| true) {
                return Err(because(format!("{}, and more fields may have followed", head.lack())));
            }
            Ok(Val::Fields(head.regular_fields().map(|(name, value)| (name.to_vec(), value.to_vec())).collect()))
        }
    }
}

/// Whether the source has parameters of the query, not the query itself: in another order, or in another coding.
pub(super) fn is_taken_apart(head: &HeadRef<'_>) -> bool {
    !head.head.fidelity.whole && head.target().is_some_and(|target| mask::is_masked(query_of(target)))
}

/// Whether a part of the start line is not known, since the pseudo-header field is not.
fn is_start_open(path: &MessagePath, head: &HeadRef<'_>) -> bool {
    head.head.h2_stream.is_some()
        && head.head.flags.is_partial()
        && match path {
            MessagePath::Method => head.method() == Some(b""),
            MessagePath::Status => head.status() == Some(0),
            _ => head.target() == Some(b""),
        }
}

/// The target without its query.
pub(super) fn path_of(target: &[u8]) -> &[u8] {
    target.iter().position(|b| *b == b'?').and_then(|at| target.get(..at)).unwrap_or(target)
}

/// The target's query without `?`; empty where it has none.
pub(super) fn query_of(target: &[u8]) -> &[u8] {
    target.iter().position(|b| *b == b'?').and_then(|at| target.get(at + 1..)).unwrap_or_default()
}

/// Whether what a function gives shows no longer that the text was masked.
pub(super) fn is_digest(function: Function) -> bool {
    matches!(function, Function::Sha256 | Function::Md5)
}

/// What a function makes of a text, or what is wrong with the text.
pub(super) fn call<'a>(function: Function, on: &[u8], argument: Option<&[u8]>) -> Result<Val<'a>, String> {
    let text = |bytes: Vec<u8>| Val::Text(Cow::Owned(bytes));
    Ok(match function {
        Function::Json => Val::Json(Cow::Owned(crate::json::parse(on).map_err(|e| format!("is no JSON: {e}"))?)),
        Function::Lower => text(on.to_ascii_lowercase()),
        Function::Members => {
            let members = structure::few_members(on, ',', MOST_MEMBERS);
            let members = members.ok_or_else(|| format!("has more than {MOST_MEMBERS} members"))?;
            Val::List(members.into_iter().map(<[u8]>::to_vec).collect())
        }
        Function::Epoch => Val::Int(functions::epoch(on).ok_or("holds no date")?),
        Function::Pair => {
            let name = argument.unwrap_or_default();
            let pair = structure::pairs(on, ';').into_iter().find(|(n, _)| n.eq_ignore_ascii_case(name));
            text(pair.ok_or_else(|| format!("has no part `{}`", show(name)))?.1.to_vec())
        }
        Function::Cookie => {
            let name = argument.unwrap_or_default();
            let mut values = cookies(on).filter(|(n, _)| *n == name).map(|(_, value)| value.to_vec());
            match (values.next(), values.next()) {
                (Some(one), None) => text(one),
                (Some(_), Some(_)) => return Err(format!("has the cookie `{}` several times", show(name))),
                (None, _) => return Err(format!("has no cookie `{}`", show(name))),
            }
        }
        Function::Jwt => Val::Json(Cow::Owned(jwt::decoded(on).map_err(|no| format!("is no JWT: {}", no.why()))?)),
        Function::Sigv4 => Val::Json(Cow::Owned(sigv4::parse(on)?.json())),
        Function::Host => text(functions::host(on).to_vec()),
        Function::Port => Val::Int(functions::port(on).ok_or("has no port")?),
        Function::WithoutDefaultPort => text(functions::without_default_port(on).to_vec()),
        Function::Sha256 => text(functions::sha256_hex(on).into_bytes()),
        Function::Md5 => text(functions::md5_hex(on).into_bytes()),
        Function::Base64 => text(functions::base64_decoded(on).ok_or("is no base64")?),
    })
}

fn index_value<'a>(on: Val<'a>, index: &Val<'_>) -> Result<Val<'a>, Lack> {
    let position = |length: usize, index: i64| {
        let length = i64::try_from(length).unwrap_or(i64::MAX);
        let at = if index < 0 { length.saturating_add(index) } else { index };
        usize::try_from(at).ok()
    };
    let missing = || because("there is no such member");
    match (on, index) {
        (Val::List(members), Val::Int(index)) => position(members.len(), *index)
            .and_then(|at| members.into_iter().nth(at))
            .map(|member| Val::Text(Cow::Owned(member)))
            .ok_or_else(missing),
        (Val::Json(Cow::Borrowed(Json::Array(members))), Val::Int(index)) => position(members.len(), *index)
            .and_then(|at| members.get(at))
            .map(|m| Val::Json(Cow::Borrowed(m)))
            .ok_or_else(missing),
        (Val::Json(Cow::Borrowed(Json::Object(members))), Val::Text(key)) => {
            let key = String::from_utf8_lossy(key);
            let member = members.get(key.as_ref()).map(|m| Val::Json(Cow::Borrowed(m)));
            member.ok_or_else(|| because(format!("there is no member `{key}`")))
        }
        (Val::Json(Cow::Owned(Json::Array(members))), Val::Int(index)) => position(members.len(), *index)
            .and_then(|at| members.into_iter().nth(at))
            .map(|member| Val::Json(Cow::Owned(member)))
            .ok_or_else(missing),
        (Val::Json(Cow::Owned(Json::Object(mut members))), Val::Text(key)) => {
            let key = String::from_utf8_lossy(key);
            let member = members.shift_remove(key.as_ref()).map(|member| Val::Json(Cow::Owned(member)));
            member.ok_or_else(|| because(format!("there is no member `{key}`")))
        }
        _ => Err(missing()),
    }
}
