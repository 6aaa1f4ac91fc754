//! Exchanges by kind, while captures are read. Bounded: what is beyond a bound goes to a wider kind.

use std::hash::BuildHasher;
use std::net::IpAddr;

use hashbrown::HashSet;

use super::group::Group;
use super::kind::{Asker, Kind, Probe, Server, Sighting};
use super::limits::{Budget, MOST_GROUPS, MOST_SERVERS};
use crate::http::Exchange;

/// Possible probes of one server at a time.
const MOST_PROBES: usize = 8;
/// Requests that were found to be no probe's.
const MOST_BARRED: usize = 4096;
/// Pairs of addresses of a port.
const MOST_PAIRS: usize = 1024;

/// The kinds.
#[derive(Debug, Default)]
pub(super) struct Groups {
    groups: Vec<(Kind, Group)>,
    /// How many exchanges there were.
    exchanges: u64,
    /// Hashes of what looks like a probe's request, and is none.
    barred: HashSet<u64, foldhash::fast::RandomState>,
    hasher: foldhash::fast::FixedState,
    /// Port, client, server.
    pairs: HashSet<(u16, IpAddr, IpAddr), foldhash::fast::RandomState>,
    /// Sources of packets, and of the rest.
    pub(super) sources: [Vec<&'static str>; 2],
    /// Services that one request named together: the one that it was put to, and another one.
    pub(super) together: Vec<(usize, usize)>,
    budget: Budget,
}

impl Groups {
    /// Another exchange.
    pub(super) fn add(&mut self, exchange: &Exchange<'_>) {
        let Some(Sighting { mut kind, no_probes, also, ends, source }) = Sighting::of(exchange) else { return };
        if let Some((client, server)) = ends
            && client.ip != server.ip
            && self.pairs.len() < MOST_PAIRS
        {
            self.pairs.insert((server.port, client.ip, server.ip));
        }
        let sources = if kind.server.is_port() { &mut self.sources[0] } else { &mut self.sources[1] };
        if !sources.contains(&source) {
            sources.push(source);
        }
        self.bound_server(&mut kind.server);
        for probe in &no_probes {
            self.bar(&kind.server, probe);
        }
        if let Asker::Known(first) = kind.asker {
            for pair in also.into_iter().map(|other| (first, other)) {
                if !self.together.contains(&pair) {
                    self.together.push(pair);
                }
            }
        }
        if let Asker::Probe(probe) = &kind.asker
            && !self.admits(&kind, probe)
        {
            kind.asker = Asker::Client;
        }
        self.exchanges = self.exchanges.saturating_add(1);
        let at = self.place(kind);
        if let Some((_, group)) = self.groups.get_mut(at) {
            group.add(exchange, &mut self.budget);
        }
    }

    /// Servers beyond those that are told apart are one.
    fn bound_server(&self, server: &mut Server) {
        let same = |one: &Server, other: &Server| std::mem::discriminant(one) == std::mem::discriminant(other);
        let wider = match server {
            Server::Port(_) => Server::OtherPorts,
            Server::Host(_) => Server::OtherHosts,
            _ => return,
        };
        let mut known: Vec<&Server> = Vec::new();
        for (kind, _) in &self.groups {
            if kind.server == *server {
                return;
            }
            if same(&kind.server, server) && !known.contains(&&kind.server) {
                known.push(&kind.server);
            }
        }
        if known.len() >= MOST_SERVERS {
            *server = wider;
        }
    }

    fn hash(&self, server: &Server, probe: &Probe) -> u64 {
        self.hasher.hash_one((server, probe))
    }

    /// These requests are no probe's.
    fn bar(&mut self, server: &Server, probe: &Probe) {
        if self.barred.len() < MOST_BARRED {
            self.barred.insert(self.hash(server, probe));
        }
        self.widen(server, probe);
    }

    /// Whether requests may be those of a probe, and have a place among those.
    fn admits(&mut self, kind: &Kind, probe: &Probe) -> bool {
        let hash = self.hash(&kind.server, probe);
        if self.barred.contains(&hash) {
            return false;
        }
        let mut probes: Vec<(Probe, u64)> = Vec::new();
        for (known, group) in self.groups.iter().filter(|(known, _)| known.server == kind.server) {
            let Asker::Probe(of) = &known.asker else { continue };
            match probes.iter_mut().find(|(probe, _)| probe == of) {
                Some((_, exchanges)) => *exchanges = exchanges.saturating_add(group.exchanges),
                None => probes.push((of.clone(), group.exchanges)),
            }
        }
        if probes.iter().any(|(known, _)| known == probe) {
            return true;
        }
        // What was left out once must stay out, and only so many can be remembered.
        if self.barred.len() >= MOST_BARRED || self.groups.len() >= MOST_GROUPS {
            self.bar(&kind.server, probe);
            return false;
        }
        if probes.len() >= MOST_PROBES
            && let Some((rarest, _)) = probes.iter().min_by_key(|(_, exchanges)| *exchanges)
        {
            self.bar(&kind.server, rarest);
        }
        true
    }

    /// A probe's requests become a client's.
    fn widen(&mut self, server: &Server, probe: &Probe) {
        let is_it = |kind: &Kind| kind.server == *server && matches!(&kind.asker, Asker::Probe(known) if known == probe);
        while let Some(at) = self.groups.iter().position(|(kind, _)| is_it(kind)) {
            let (kind, group) = self.groups.remove(at);
            let place = self.place(Kind { asker: Asker::Client, ..kind });
            if let Some((_, clients)) = self.groups.get_mut(place) {
                clients.merge(group);
            }
        }
    }

    /// The number of a kind's group. There are as many kinds without probes as servers, services and signs make.
    fn place(&mut self, kind: Kind) -> usize {
        if let Some(at) = self.groups.iter().position(|(known, _)| *known == kind) {
            return at;
        }
        self.groups.push((kind, Group { first: self.exchanges, ..Group::default() }));
        self.groups.len().saturating_sub(1)
    }

    /// Whether a server of this port is a client of another one: a proxy stands in between.
    pub(super) fn has_proxy(&self, port: u16) -> bool {
        let mut of_port = self.pairs.iter().filter(|(p, ..)| *p == port);
        of_port.any(|(_, client, _)| self.pairs.iter().any(|(p, _, server)| *p == port && server == client))
    }

    /// The kinds and what was seen of each.
    pub(super) fn take(&mut self) -> Vec<(Kind, Group)> {
        std::mem::take(&mut self.groups)
    }
}
