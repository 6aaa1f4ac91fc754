//! What the connection of an exchange says: the values behind [`ConnectionPart`].

use std::borrow::Cow;

use super::found::{self, Found};
use super::names::HeadIndex;
use super::plan::Aspect;
use super::scope::endpoint;
use crate::http::{Exchange, Message};
use crate::proxy_protocol::{Addresses, ProxyHeader};
use crate::spec::{ClauseKind, ConnectionPart, EndPart, Form, MembersClause, ProxyPart, TlsPart, Value};
use crate::tls::Alpn;
use crate::wire::Endpoint;

/// Finds what a target names: in the message, or in what its connection says.
pub(super) fn find<'m>(target: &Aspect, exchange: &Exchange<'_>, message: &Message<'m>, index: &HeadIndex) -> Found<'m> {
    let Aspect::Connection(part) = target else { return found::find(target, message, index) };
    match values(*part, exchange) {
        Ok(mut values) if values.len() < 2 => Found::Few(values.pop().map(|value| Cow::Owned(value.into_bytes()))),
        Ok(values) => Found::Many(values.into_iter().map(|value| Cow::Owned(value.into_bytes())).collect()),
        Err(why) => Found::Unknown(why),
    }
}

/// The message that a target stands in; what the connection says, any message shows, and the event that which was read from it.
pub(super) fn message_of<'m>(target: &Aspect, exchange: &Exchange<'m>, side: crate::spec::Side) -> Option<Message<'m>> {
    match (target, side) {
        (Aspect::Connection(_), _) => exchange.first(),
        (Aspect::Event(_), _) => exchange.messages().find(|message| message.body.event().is_some()),
        (_, crate::spec::Side::Request) => exchange.request,
        (_, crate::spec::Side::Response) => exchange.response,
    }
}

/// The values of a part: none where it is not there. An error says why that cannot be known.
pub(super) fn values(part: ConnectionPart, exchange: &Exchange<'_>) -> Result<Vec<String>, String> {
    Ok(match part {
        ConnectionPart::Client(part) => vec![of_end(part, client(exchange)?)],
        ConnectionPart::Proxy(part) => match proxy(exchange)? {
            Some(header) => of_header(part, header)?,
            None => Vec::new(),
        },
        ConnectionPart::Tls(part) => tls(part, exchange)?,
    })
}

/// What a TLS handshake settled. Bytes that stand in a capture in clear show that there was none.
fn tls(part: TlsPart, exchange: &Exchange<'_>) -> Result<Vec<String>, String> {
    let connection = exchange.connection.ok_or("a text shows no connection")?;
    let Some(facts) = &connection.tls else {
        return Ok(if part == TlsPart::Scheme { vec!["http".to_owned()] } else { Vec::new() });
    };
    Ok(match part {
        TlsPart::Scheme => vec!["https".to_owned()],
        TlsPart::Sni => facts.sni.iter().cloned().collect(),
        TlsPart::Whole | TlsPart::Version => vec![facts.version_name()],
        TlsPart::Suite => vec![facts.suite_name()],
        TlsPart::Alpn => match &facts.alpn {
            Alpn::Protocol(protocol) => vec![protocol.clone()],
            Alpn::None => Vec::new(),
            Alpn::Unknown => {
                let why =
                    "the server's answer on ALPN is encrypted, and the key log has no SERVER_HANDSHAKE_TRAFFIC_SECRET for it";
                return Err(why.to_owned());
            }
        },
    })
}

/// The PROXY protocol header of the connection, where it has one.
fn proxy<'m>(exchange: &Exchange<'m>) -> Result<Option<&'m ProxyHeader>, String> {
    let connection = exchange.connection.ok_or("a text shows no connection")?;
    match &connection.proxy {
        Some(header) => Ok(Some(header)),
        None if connection.proxy_unkept => {
            Err("its PROXY protocol header was not kept: too much is kept of connections (see `head-limit`)".to_owned())
        }
        None if connection.from_start => Ok(None),
        None => Err("the beginning of the connection is not in the capture: a PROXY protocol header may stand there".to_owned()),
    }
}

/// Who speaks: the client of the proxy that says so, else who opened the connection.
fn client(exchange: &Exchange<'_>) -> Result<Endpoint, String> {
    let header = proxy(exchange)?;
    if let Some(header) = header {
        whole(header)?;
        if let Addresses::Unix { .. } = header.addresses {
            return Err("the client of the proxy has a path instead of an address: a UNIX socket".to_owned());
        }
    }
    match header.and_then(ProxyHeader::client) {
        Some(client) => Ok(client),
        None => endpoint(exchange, false).ok_or_else(|| "a text has no addresses".to_owned()),
    }
}

fn of_end(part: EndPart, end: Endpoint) -> String {
    match part {
        EndPart::Whole => end.to_string(),
        EndPart::Ip => end.ip.to_string(),
        EndPart::Port => end.port.to_string(),
    }
}

/// Nothing is missing in a header that can be read to its end.
fn whole(header: &ProxyHeader) -> Result<(), String> {
    match &header.fault {
        Some(fault) => Err(format!("the PROXY protocol header is malformed: {fault}")),
        None => Ok(()),
    }
}

fn of_header(part: ProxyPart, header: &ProxyHeader) -> Result<Vec<String>, String> {
    let found = match part {
        ProxyPart::Whole => vec![format!("version {}", header.version)],
        ProxyPart::Version => vec![header.version.to_string()],
        ProxyPart::Command => vec![header.command.name().to_owned()],
        ProxyPart::Family => vec![header.family.name().to_owned()],
        ProxyPart::Src(part) => end(part, header, false),
        ProxyPart::Dst(part) => end(part, header, true),
        ProxyPart::Tlv(name) => header.named(name),
        ProxyPart::TlvOfType(kind) => header.of_type(kind),
    };
    if found.is_empty() {
        whole(header)?;
    }
    Ok(found)
}

fn end(part: EndPart, header: &ProxyHeader, dst: bool) -> Vec<String> {
    match (&header.addresses, part) {
        (Addresses::Ip { src, dst: to }, _) => vec![of_end(part, if dst { *to } else { *src })],
        (Addresses::Unix { src, dst: to }, EndPart::Whole) => {
            vec![String::from_utf8_lossy(if dst { to } else { src }).into_owned()]
        }
        _ => Vec::new(),
    }
}

/// Whether a value says that its part must not be there.
pub(super) fn is_absence(value: &Value) -> bool {
    let none = |clause: &MembersClause| clause.length.is_some_and(|length| length.at_most == Some(0));
    matches!(&value.form, Form::Matcher(clauses) if clauses.iter().any(|c| matches!(&c.kind, ClauseKind::Lines(lines) if none(lines))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Connection;

    #[test]
    fn bytes_in_clear_are_of_http() {
        let scheme = |connection: Option<&Connection>| {
            values(ConnectionPart::Tls(TlsPart::Scheme), &Exchange { request: None, response: None, connection })
        };
        assert_eq!(scheme(Some(&Connection::default())), Ok(vec!["http".to_owned()]));
        assert!(scheme(None).is_err(), "a text");
    }

    #[test]
    fn a_header_that_was_not_kept_is_not_known() {
        let whole = |proxy_unkept| {
            let connection = Connection { from_start: true, proxy_unkept, ..Connection::default() };
            values(
                ConnectionPart::Proxy(ProxyPart::Whole),
                &Exchange { request: None, response: None, connection: Some(&connection) },
            )
        };
        assert_eq!(whole(false), Ok(vec![]), "there was none");
        assert!(whole(true).is_err_and(|why| why.contains("was not kept")));
    }
}
