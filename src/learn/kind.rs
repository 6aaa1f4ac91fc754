//! What kind an exchange is of: who serves it, who asks, and whether somebody passed it on.
//!
//! What is told apart here is told apart by the `select` of a hop in the same way, so that it takes what its hop was learned
//! of and nothing else. Where the evidence does not show a sign, no select can decide by it.

use super::agent::{Agent, family};
use super::message::path_of;
use crate::check::{is_masked, yaml_text};
use crate::http::{Exchange, Fidelity, HeadRef, Origin};
use crate::secret;
use crate::volatile::spots;
use crate::wire::Endpoint;

/// Fields that say that a request was passed on.
pub(super) const MARKS: [&str; 4] = ["X-Forwarded-For", "Forwarded", "Via", "X-Amzn-Trace-Id"];

/// Longer paths are no probe's.
const LONGEST_PATH: usize = 100;

/// Who serves.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Server {
    /// A port, where packets show it.
    Port(u16),
    /// Ports beyond those that are told apart.
    OtherPorts,
    /// A Host, where nothing shows addresses.
    Host(String),
    /// Hosts beyond those that are told apart.
    OtherHosts,
    /// A request without a Host.
    NoHost,
    /// A Host that cannot be told or written down, or a response alone: no select can tell it from others.
    Unknown,
}

impl Server {
    /// Whether packets show it.
    pub(super) fn is_port(&self) -> bool {
        matches!(self, Self::Port(_) | Self::OtherPorts)
    }
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Asker {
    /// A service that names itself, by its number in [`KNOWN`](super::agent::KNOWN).
    Known(usize),
    /// Somebody who asks for the same thing again and again, and says nothing of a client.
    Probe(Probe),
    /// Anybody.
    Client,
    /// The evidence does not show who.
    Unclear,
    /// There is no request.
    NoRequest,
}

/// What a probe asks for, and how.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Probe {
    /// How its User-Agent begins; such a one names the server by its own address. `None` where it has no User-Agent.
    pub(super) agent: Option<String>,
    pub(super) method: String,
    pub(super) path: String,
}

/// The kind of an exchange.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Kind {
    pub(super) server: Server,
    pub(super) asker: Asker,
    pub(super) passed: Passed,
}

impl Kind {
    /// Whether it differs from another in that somebody passed its requests on, and in nothing else.
    pub(super) fn is_other_side(&self, other: &Self) -> bool {
        self.server == other.server && self.asker == other.asker && self.passed != other.passed
    }
}

/// Whether somebody passed a request on: a field of [`MARKS`] is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Passed {
    Yes,
    No,
    /// None is there, and the capture may have lost it.
    Unclear,
}

/// What is to be known of an exchange beside its kind.
#[derive(Debug)]
pub(super) struct Sighting {
    pub(super) kind: Kind,
    /// It asks as a probe would, but not as a probe only would: with cookies, a query, or for somebody else.
    pub(super) no_probe: Option<Probe>,
    /// Client and server, where packets show them.
    pub(super) ends: Option<(Endpoint, Endpoint)>,
    /// What its source is called in a select.
    pub(super) source: &'static str,
}

impl Sighting {
    /// What an exchange is; none where it has no message.
    pub(super) fn of(exchange: &Exchange<'_>) -> Option<Self> {
        let first = exchange.first()?.head;
        let ends = match first.head.at.origin {
            Origin::Packet { src, dst, .. } if first.head.fidelity == Fidelity::WIRE => {
                Some(if first.is_request() { (src, dst) } else { (dst, src) })
            }
            _ => None,
        };
        let source = source(first.head.fidelity);
        let Some(request) = exchange.request.map(|message| message.head) else {
            let server = ends.map_or(Server::Unknown, |(_, server)| Server::Port(server.port));
            let kind = Kind { server, asker: Asker::NoRequest, passed: Passed::No };
            return Some(Self { kind, no_probe: None, ends, source });
        };
        let server = match ends {
            Some((_, server)) => Server::Port(server.port),
            None => host(&request),
        };
        let has = |names: &[&str]| {
            request.regular_fields().any(|(name, _)| names.iter().any(|n| n.as_bytes().eq_ignore_ascii_case(name)))
        };
        // What a source may leave out is no sign by being missing.
        let withheld =
            |names: &[&str]| request.withholds(|name| names.iter().any(|known| known.as_bytes().eq_ignore_ascii_case(name)));
        let passed = match has(&MARKS) {
            true => Passed::Yes,
            false if request.head.flags.is_partial() || withheld(&MARKS) => Passed::Unclear,
            false => Passed::No,
        };
        let (mut asker, mut no_probe) = (Asker::Client, None);
        match Agent::of(&request) {
            Agent::Known(at) => asker = Asker::Known(at),
            Agent::Unknown => asker = Asker::Unclear,
            Agent::None if withheld(&["User-Agent"]) => asker = Asker::Unclear,
            agent @ (Agent::Other(_) | Agent::None | Agent::Several) => {
                if let Some((_, server)) = ends
                    && let Some(probe) = probe(&request, agent, server)
                {
                    let query = request.target().is_some_and(|target| target.contains(&b'?'));
                    if passed == Passed::Yes || query || has(&["Cookie", "Authorization"]) {
                        no_probe = Some(probe);
                    } else {
                        asker = Asker::Probe(probe);
                    }
                }
            }
        }
        Some(Self { kind: Kind { server, asker, passed }, no_probe, ends, source })
    }
}

/// What a source is called in `select: { source: … }`.
fn source(fidelity: Fidelity) -> &'static str {
    fidelity.source()
}

/// The Host of a request in a text.
fn host(head: &HeadRef<'_>) -> Server {
    let mut hosts = head.values(b"host");
    match (hosts.next(), hosts.next()) {
        // What a source may leave out, no select can find missing.
        (None, _) if head.head.flags.is_partial() || head.withholds(|name| name.eq_ignore_ascii_case(b"host")) => Server::Unknown,
        (None, _) => Server::NoHost,
        (Some(host), None) => {
            let open = head.head.flags.is_partial() || head.head.fidelity.masks && is_masked(host);
            match std::str::from_utf8(host) {
                Ok(host) if !open && yaml_text(host, LONGEST_PATH).is_some() && secret::mask_target(host) == host => {
                    Server::Host(host.to_owned())
                }
                _ => Server::Unknown,
            }
        }
        _ => Server::Unknown,
    }
}

/// What a request asks for, where a probe may ask so.
fn probe(head: &HeadRef<'_>, agent: Agent<'_>, server: Endpoint) -> Option<Probe> {
    let text = |bytes| std::str::from_utf8(bytes).ok();
    if head.is_open(head.head.start_line) {
        return None;
    }
    let method = text(head.method()?).filter(|method| ["GET", "HEAD", "OPTIONS"].contains(method))?;
    let path = text(path_of(head.target()?))?;
    let plain = yaml_text(path, LONGEST_PATH).is_some() && secret::mask_line(path) == path && spots("", path).is_empty();
    let agent = match agent {
        Agent::None => None,
        Agent::Other(agent) => {
            let family = family(agent)?;
            let harmless = yaml_text(family, LONGEST_PATH).is_some() && secret::mask_target(family) == family;
            Some(family.to_owned()).filter(|_| harmless && names_server(head, server))?.into()
        }
        _ => return None,
    };
    (plain && !path.is_empty()).then(|| Probe { agent, method: method.to_owned(), path: path.to_owned() })
}

/// Whether the Host of a request is the server's own address.
fn names_server(head: &HeadRef<'_>, server: Endpoint) -> bool {
    let mut hosts = head.values(b"host");
    let (Some(host), None) = (hosts.next(), hosts.next()) else { return false };
    let is_host = |name: &[u8]| name.eq_ignore_ascii_case(b"host");
    let open = head.lines.iter().any(|line| is_host(line.name.of(head.raw)) && head.is_open_line(line));
    !open && (host == server.to_string().as_bytes() || host == server.ip.to_string().as_bytes())
}
