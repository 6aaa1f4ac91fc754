//! Parts of messages as a plan holds them, and their names in reports.

use super::names::Names;
use super::plan::Aspect;
use crate::spec::Part;

/// What an expectation on a part looks at.
pub(super) fn compile_part(names: &mut Names, part: &Part) -> Aspect {
    match part {
        Part::Method => Aspect::Method,
        Part::Target => Aspect::Target,
        Part::Path => Aspect::Path,
        Part::Query(name) => Aspect::Query(name.clone()),
        Part::Version => Aspect::Version,
        Part::Status => Aspect::Status,
        Part::Reason => Aspect::Reason,
        Part::Field(name) => Aspect::Field { id: names.intern(name), name: name.clone() },
        Part::Line { name, alone } => Aspect::Line { id: names.intern(name), name: name.clone(), alone: *alone },
        Part::Cookie(name) => Aspect::Cookie { id: names.intern("Cookie"), name: name.clone() },
        Part::SetCookie(name) => Aspect::SetCookie { id: names.intern("Set-Cookie"), name: name.clone() },
        Part::SetCookieAttribute { cookie, attribute, absent } => Aspect::SetCookieAttribute {
            id: names.intern("Set-Cookie"),
            cookie: cookie.clone(),
            attribute: attribute.clone(),
            absent: *absent,
        },
        Part::Trailer(name) => Aspect::Trailer(name.clone()),
        Part::BodyJson { steps, .. } => Aspect::BodyJson(steps.clone()),
        Part::BodyText => Aspect::BodyText,
        Part::BodySha256 => Aspect::BodySha256,
        Part::BodyLength => Aspect::BodyLength,
        Part::Connection(part) => Aspect::Connection(*part),
    }
}

/// How a part is named in the machine format, behind the side.
pub(super) fn part_subject(part: &Part) -> String {
    match part {
        Part::Method => "method".to_owned(),
        Part::Target => "target".to_owned(),
        Part::Path => "path".to_owned(),
        Part::Query(name) => format!("query.{name}"),
        Part::Version => "version".to_owned(),
        Part::Status => "status".to_owned(),
        Part::Reason => "reason".to_owned(),
        Part::Field(name) | Part::Line { name, .. } => format!("header.{name}"),
        Part::Cookie(name) => format!("cookie.{name}"),
        Part::SetCookie(name) => format!("set_cookie.{name}"),
        Part::SetCookieAttribute { cookie, attribute, .. } => format!("set_cookie.{cookie}.{attribute}"),
        Part::Trailer(name) => format!("trailer.{name}"),
        Part::BodyJson { path, .. } => format!("body.json.{path}"),
        Part::BodyText => "body.text".to_owned(),
        Part::BodySha256 => "body.sha256".to_owned(),
        Part::BodyLength => "body.length".to_owned(),
        Part::Connection(part) => part.to_string(),
    }
}
