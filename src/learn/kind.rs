//! What kind an exchange is of: who serves it, who asks, and whether somebody passed it on.
//!
//! What is told apart here is told apart by the `select` of a hop in the same way, so that it takes what its hop was learned
//! of and nothing else. Where the evidence does not show a sign, no select can decide by it.

use super::agent::{Agents, family};
use super::hidden;
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
    /// Hosts beyond those that are told apart, and those that no spec can write.
    OtherHosts,
    /// A request with a Host on several lines.
    SeveralHosts,
    /// A request without a Host.
    NoHost,
    /// A Host that is masked or cut, or a response alone: no select can tell it from others.
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
    /// Whom it asks as, though it is not theirs: with cookies, a query, for somebody else, or in the name of several.
    pub(super) no_probes: Vec<Probe>,
    /// Of [`KNOWN`](super::agent::KNOWN), those that it names beside the one that it is put to.
    pub(super) also: Vec<usize>,
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
            return Some(Self { kind, no_probes: Vec::new(), also: Vec::new(), ends, source });
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
        let agents = Agents::of(&request);
        let mut no_probes = ends.map(|(_, server)| probes(&request, &agents, server)).unwrap_or_default();
        let unclear = agents.unclear || agents.is_none() && withheld(&["User-Agent"]);
        let query = request.target().is_some_and(|target| target.contains(&b'?'));
        let of_client = passed == Passed::Yes || query || has(&["Cookie", "Authorization"]);
        let asker = match agents.known.first() {
            Some(at) => Asker::Known(*at),
            None if unclear => Asker::Unclear,
            None if of_client || no_probes.is_empty() => Asker::Client,
            None => Asker::Probe(no_probes.remove(0)),
        };
        let also = agents.known.into_iter().skip(1).collect();
        Some(Self { kind: Kind { server, asker, passed }, no_probes, also, ends, source })
    }
}

/// What a source is called in `select: { source: … }`.
fn source(fidelity: Fidelity) -> &'static str {
    fidelity.source()
}

/// The Host of a request in a text.
fn host(head: &HeadRef<'_>) -> Server {
    let hosts: Vec<&[u8]> = head.values(b"host").collect();
    let partial = head.head.flags.is_partial();
    match hosts.as_slice() {
        // What a source may leave out, no select can find missing.
        [] if partial || head.withholds(|name| name.eq_ignore_ascii_case(b"host")) => Server::Unknown,
        [] => Server::NoHost,
        some if partial || head.head.fidelity.masks && some.iter().any(|host| is_masked(host)) => Server::Unknown,
        [host] => match std::str::from_utf8(host) {
            Ok(host) if yaml_text(host, LONGEST_PATH).is_some() && !hides(host) => Server::Host(host.to_owned()),
            _ => Server::OtherHosts,
        },
        _ => Server::SeveralHosts,
    }
}

/// Whether a text holds what a draft must not.
fn hides(text: &str) -> bool {
    secret::mask_line(text) != text || hidden::from("", text.as_bytes()).is_some()
}

/// Whom a request may be a probe of: as a select would find out, which takes any line of User-Agent and Host. No two are the same.
fn probes(head: &HeadRef<'_>, agents: &Agents<'_>, server: Endpoint) -> Vec<Probe> {
    let text = |bytes| std::str::from_utf8(bytes).ok();
    let asks = || {
        if head.is_open(head.head.start_line) {
            return None;
        }
        let method = text(head.method()?).filter(|method| ["GET", "HEAD", "OPTIONS"].contains(method))?;
        let path = text(path_of(head.target()?)).filter(|path| !path.is_empty())?;
        let plain = yaml_text(path, LONGEST_PATH).is_some() && !hides(path) && spots("", path).is_empty();
        plain.then_some((method, path))
    };
    let probe = |agent: Option<&str>, (method, path): (&str, &str)| Probe {
        agent: agent.map(str::to_owned),
        method: method.to_owned(),
        path: path.to_owned(),
    };
    if agents.is_none() {
        return asks().map(|asks| probe(None, asks)).into_iter().collect();
    }
    let harmless = |family: &&str| yaml_text(family, LONGEST_PATH).is_some() && !hides(family);
    let mut families: Vec<&str> = agents.others.iter().filter_map(|agent| family(agent)).filter(harmless).collect();
    if families.is_empty() || !names_server(head, server) {
        return Vec::new();
    }
    let Some(asks) = asks() else { return Vec::new() };
    // The first of them asks; of the rest the order is of no interest.
    let first = families.swap_remove(0);
    families.sort_unstable();
    families.dedup();
    std::iter::once(first).chain(families.into_iter().filter(|of| *of != first)).map(|of| probe(Some(of), asks)).collect()
}

/// Whether a Host of a request is the server's own address.
fn names_server(head: &HeadRef<'_>, server: Endpoint) -> bool {
    let (whole, ip) = (server.to_string(), server.ip.to_string());
    let is = |host: &[u8]| host == whole.as_bytes() || host == ip.as_bytes();
    if head.head.h2_stream.is_some() {
        return head.values(b"host").any(is);
    }
    let hosts = || head.lines.iter().filter(|line| line.name.of(head.raw).eq_ignore_ascii_case(b"host"));
    !hosts().any(|line| head.is_open_line(line)) && hosts().any(|line| is(line.value.of(head.raw)))
}
