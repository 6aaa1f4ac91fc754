//! From kinds of exchanges to hops: which kinds are one, how each is selected, what it is called.

use super::agent::KNOWN;
use super::group::Group;
use super::groups::Groups;
use super::kind::{Asker, Kind, MARKS, Passed, Server};
use super::select::{Select, Told};

/// Requests that are the same so often are a probe's.
const OFTEN: u64 = 3;
/// Probes of one server that have a hop of their own.
const MOST_PROBES: usize = 3;

/// A hop to be written.
#[derive(Debug)]
pub(super) struct Hop {
    pub(super) name: String,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) select: Select,
    pub(super) group: Group,
}

/// The hops of what was seen.
#[derive(Debug, Default)]
pub(super) struct Hops {
    pub(super) hops: Vec<Hop>,
    /// Exchanges that show no sign by which a hop could select them.
    pub(super) left_over: u64,
}

/// Sources that no select can tell apart.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mixed(pub(super) &'static str);

impl Hops {
    /// The hops of kinds of exchanges.
    pub(super) fn of(groups: &mut Groups) -> Result<Self, Mixed> {
        let [packets, others] = groups.sources.clone();
        if let Some(both) = packets.iter().find(|source| others.contains(source)) {
            return Err(Mixed(both));
        }
        let mut kinds = groups.take();
        if kinds.iter().any(|(kind, _)| kind.server == Server::Unknown && kind.asker != Asker::NoRequest) {
            // A Host that is masked or cut may be any of the others.
            kinds.iter_mut().filter(|(kind, _)| !kind.server.is_port()).for_each(|(kind, _)| kind.server = Server::Unknown);
        }
        widen_probes(&mut kinds);
        for (kind, _) in &mut kinds {
            let proxied = match kind.server {
                Server::Port(port) => groups.has_proxy(port),
                Server::OtherPorts => false,
                _ => true,
            };
            if !proxied {
                kind.passed = Passed::No;
            }
        }
        let clear: Vec<Kind> =
            kinds.iter().filter(|(kind, _)| kind.passed != Passed::Unclear).map(|(kind, _)| kind.clone()).collect();
        for (kind, _) in kinds.iter_mut().filter(|(kind, _)| kind.passed == Passed::Unclear) {
            let seen = |passed| clear.contains(&Kind { passed, ..kind.clone() });
            match (seen(Passed::Yes), seen(Passed::No)) {
                (true, true) => (kind.asker, kind.passed) = (Asker::Unclear, Passed::No),
                (true, false) => kind.passed = Passed::Yes,
                (false, _) => kind.passed = Passed::No,
            }
        }
        let mut kinds = joined(kinds);
        let mut hops = Self::default();
        settle(&mut kinds, &mut hops.left_over);
        // A client's request comes before what a proxy makes of it, but its response behind.
        kinds.sort_by_key(|(_, group)| (group.times.map(|(first, _)| first), group.first));
        let all: Vec<Told> = kinds.iter().map(|(kind, group)| (kind.clone(), marks(group))).collect();
        let both = !packets.is_empty() && !others.is_empty();
        for (kind, group) in kinds {
            let source = both.then(|| one_of(if kind.server.is_port() { &packets } else { &others }));
            let select = Select::of(&kind, &all, &groups.together, source.as_deref());
            let name = hops.free(&name(&kind, &all));
            hops.hops.push(Hop { name, from: from(&kind, &group), to: to(&kind.server), select, group });
        }
        Ok(hops)
    }

    /// A name that no other hop has.
    fn free(&self, wanted: &str) -> String {
        let taken = |name: &str| self.hops.iter().any(|hop| hop.name == name);
        let numbered = (2_u32..).map(|number| format!("{wanted}-{number}"));
        std::iter::once(wanted.to_owned()).chain(numbered).find(|name| !taken(name)).unwrap_or_default()
    }
}

/// Probes that asked a few times only, and those beyond some of a server, are clients like others.
fn widen_probes(kinds: &mut [(Kind, Group)]) {
    // Each with its exchanges, in the order in which they came first.
    let mut probes: Vec<(Server, Asker, u64)> = Vec::new();
    for (kind, group) in kinds.iter().filter(|(kind, _)| matches!(kind.asker, Asker::Probe(_))) {
        match probes.iter_mut().find(|(server, asker, _)| *server == kind.server && *asker == kind.asker) {
            Some((.., exchanges)) => *exchanges = exchanges.saturating_add(group.exchanges),
            None => probes.push((kind.server.clone(), kind.asker.clone(), group.exchanges)),
        }
    }
    // The most frequent first.
    probes.sort_by_key(|(.., exchanges)| std::cmp::Reverse(*exchanges));
    let mut kept: Vec<(Server, Asker)> = Vec::new();
    for (server, asker, exchanges) in probes {
        let of_server = kept.iter().filter(|(of, _)| *of == server).count();
        if exchanges >= OFTEN && of_server < MOST_PROBES {
            kept.push((server, asker));
        }
    }
    for (kind, _) in kinds.iter_mut().filter(|(kind, _)| matches!(kind.asker, Asker::Probe(_))) {
        if kept.iter().any(|(server, asker)| *server == kind.server && *asker == kind.asker) {
            // Its select asks for no mark: what looks like it and is passed on is no probe's.
            kind.passed = Passed::No;
        } else {
            kind.asker = Asker::Client;
        }
    }
}

/// Kinds that are the same, together.
fn joined(kinds: Vec<(Kind, Group)>) -> Vec<(Kind, Group)> {
    let mut joined: Vec<(Kind, Group)> = Vec::new();
    for (kind, group) in kinds {
        match joined.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, known)) => known.merge(group),
            None => joined.push((kind, group)),
        }
    }
    joined
}

/// What shows no sign of its kind goes to the one kind of its server, where no sign is needed to tell it; else to what is
/// left over. An asker who cannot be told is learned with the clients: some select may still find that it is one.
fn settle(kinds: &mut Vec<(Kind, Group)>, left_over: &mut u64) {
    let unsigned = |kind: &Kind| matches!(kind.asker, Asker::Unclear | Asker::NoRequest);
    while let Some(at) = kinds.iter().position(|(kind, _)| unsigned(kind)) {
        let (kind, group) = kinds.remove(at);
        // Responses alone in texts say nothing of a server either.
        let same = |other: &Kind| other.server == kind.server || kind.server == Server::Unknown && !other.server.is_port();
        let others: Vec<usize> = kinds.iter().enumerate().filter(|(_, (k, _))| same(k)).map(|(at, _)| at).collect();
        let signed: Vec<usize> = others.iter().copied().filter(|at| kinds.get(*at).is_some_and(|(k, _)| !unsigned(k))).collect();
        let into = match (signed.as_slice(), others.as_slice()) {
            ([], []) => {
                kinds.insert(at, (Kind { asker: Asker::Client, passed: Passed::No, ..kind }, group));
                continue;
            }
            ([], [one, ..]) | ([one], _) => Some(*one),
            (many, _) => {
                *left_over = left_over.saturating_add(group.exchanges);
                let client = |at: usize, alike: bool| {
                    let of = |k: &Kind| k.asker == Asker::Client && (!alike || k.passed == kind.passed);
                    kinds.get(at).is_some_and(|(k, _)| of(k))
                };
                let find = |alike| many.iter().copied().find(|at| client(*at, alike));
                find(true).or_else(|| find(false)).filter(|_| kind.asker == Asker::Unclear)
            }
        };
        let Some((into_kind, into_group)) = into.and_then(|at| kinds.get_mut(at)) else { continue };
        if signed.len() == 1 {
            // No sign may be asked for any more.
            into_kind.asker = Asker::Client;
            into_kind.passed = Passed::No;
            if kind.server == Server::Unknown {
                into_kind.server = Server::Unknown;
            }
        }
        into_group.merge(group);
    }
}

/// The marks of requests that were passed on.
fn marks(group: &Group) -> Vec<&'static str> {
    let there = |mark: &&str| group.request.fields.iter().any(|field| field.name.eq_ignore_ascii_case(mark));
    MARKS.into_iter().filter(there).collect()
}

/// `wire`, or `{ one_of: [har, text] }`
fn one_of(sources: &[&str]) -> String {
    match sources {
        [one] => (*one).to_owned(),
        several => format!("{{ one_of: [{}] }}", several.join(", ")),
    }
}

fn name(kind: &Kind, all: &[Told]) -> String {
    let server = match &kind.server {
        Server::Port(port) => format!("port-{port}"),
        Server::OtherPorts => "other-ports".to_owned(),
        Server::Host(host) => {
            let plain = |c: char| if c.is_ascii_alphanumeric() || c == '.' || c == '-' { c } else { '-' };
            let name: String = host.chars().take(60).map(|c| plain(c.to_ascii_lowercase())).collect();
            if name.starts_with(|c: char| c.is_ascii_alphanumeric()) { name } else { format!("host{name}") }
        }
        Server::OtherHosts => "other-hosts".to_owned(),
        Server::SeveralHosts => "several-hosts".to_owned(),
        Server::NoHost => "no-host".to_owned(),
        Server::Unknown => "exchanges".to_owned(),
    };
    let alone = all.iter().filter(|(other, _)| other.server == kind.server).count() == 1;
    let both = all.iter().any(|(other, _)| other.is_other_side(kind));
    let asker = match &kind.asker {
        Asker::Known(at) => KNOWN.get(*at).map(|known| known.name),
        Asker::Probe(_) if !alone => Some("probe"),
        _ if kind.passed == Passed::Yes && both => Some("forwarded"),
        _ => None,
    };
    asker.map_or(server.clone(), |asker| format!("{server}-{asker}"))
}

fn from(kind: &Kind, group: &Group) -> String {
    let forwarded = MARKS.iter().any(|mark| {
        let field = group.request.fields.iter().find(|field| field.name.eq_ignore_ascii_case(mark));
        field.is_some_and(|field| field.messages == group.request.count)
    });
    match &kind.asker {
        Asker::Known(at) => KNOWN.get(*at).map_or("client", |known| known.node),
        Asker::Probe(_) => "health check",
        _ if forwarded => "proxy",
        _ => "client",
    }
    .to_owned()
}

fn to(server: &Server) -> String {
    match server {
        Server::Port(port) => format!("server on port {port}"),
        Server::OtherPorts => "servers on other ports".to_owned(),
        Server::Host(host) => host.clone(),
        Server::OtherHosts => "other hosts".to_owned(),
        Server::SeveralHosts => "several hosts at once".to_owned(),
        Server::NoHost | Server::Unknown => "server".to_owned(),
    }
}
