//! Placeholders: the same number where the same value comes again.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::net::IpAddr;

use hashbrown::{HashMap, HashSet};

use crate::volatile::Scope;
use crate::wire::Endpoint;

type Map<K, V> = HashMap<K, V, foldhash::fast::RandomState>;

/// From here on systems choose ports (Linux from 32768, the IANA registry from 49152); below, people do.
const CHOSEN_BY_SYSTEMS: u16 = 32_768;

/// Gives out placeholders in the order in which values come.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    given: Map<(&'static str, String), u64>,
    /// Those of the message that is written now.
    of_message: Map<(&'static str, String), u64>,
    next: Map<&'static str, u64>,
    /// Ports of clients, and of servers that the system chose.
    chosen: HashSet<u16, foldhash::fast::RandomState>,
    /// Servers whose port the system chose, by port.
    servers: Map<u16, Endpoint>,
}

impl Numbers {
    /// Another message begins: what holds within a message only is forgotten.
    pub(super) fn message(&mut self) {
        self.of_message.clear();
    }

    /// Who speaks with whom, before anything is written: which ports people chose is known from all of them.
    pub(super) fn learn_ends(&mut self, ends: &[(Endpoint, Endpoint)]) {
        let by_people: Vec<u16> = ends.iter().map(|(_, server)| server.port).filter(|port| *port < CHOSEN_BY_SYSTEMS).collect();
        let by_people: HashSet<u16, foldhash::fast::RandomState> = by_people.into_iter().collect();
        for (client, server) in ends {
            if !by_people.contains(&client.port) {
                self.chosen.insert(client.port);
            }
            if server.port >= CHOSEN_BY_SYSTEMS {
                self.chosen.insert(server.port);
                self.servers.entry(server.port).or_insert(*server);
            }
        }
    }

    /// The placeholder of a value.
    pub(super) fn of(&mut self, kind: &'static str, scope: Scope, value: &str) -> String {
        let given = match scope {
            Scope::Capture => &mut self.given,
            Scope::Message => &mut self.of_message,
        };
        let next = self.next.entry(kind).or_insert(1);
        let number = *given.entry((kind, value.to_owned())).or_insert_with(|| {
            let number = *next;
            *next += 1;
            number
        });
        format!("<{kind}:{number}>")
    }

    /// The placeholder of an address.
    pub(super) fn ip(&mut self, ip: IpAddr) -> String {
        self.of("ip", Scope::Capture, &ip.to_string())
    }

    /// The placeholder of a port, or the port where people chose it. `ip` is whose port it is; where only a name is known,
    /// it must be one that was seen.
    pub(super) fn port(&mut self, ip: Option<IpAddr>, port: u16) -> Cow<'static, str> {
        let known = self.chosen.contains(&port);
        let volatile = known || ip.is_some() && port >= CHOSEN_BY_SYSTEMS;
        if !volatile {
            return Cow::Owned(port.to_string());
        }
        let ip = ip.or_else(|| self.servers.get(&port).map(|server| server.ip));
        let key = ip.map_or_else(|| port.to_string(), |ip| Endpoint { ip, port }.to_string());
        Cow::Owned(self.of("port", Scope::Capture, &key))
    }

    /// An end of a connection; the port of a client is always the system's choice.
    pub(super) fn end(&mut self, end: Endpoint, client: bool) -> String {
        let mut shown = self.ip(end.ip);
        let port = if client || end.port >= CHOSEN_BY_SYSTEMS {
            self.of("port", Scope::Capture, &end.to_string())
        } else {
            end.port.to_string()
        };
        let _ = write!(shown, ":{port}");
        shown
    }
}
