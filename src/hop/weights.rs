//! How much waits: of each leg its own, and of connections each once.

use std::collections::HashMap;
use std::sync::Arc;

use super::Leg;
use crate::http::{CaptureId, Connection, Exchange, Origin};

/// So many connections are remembered, to be shared by the legs of each.
const MOST_SHARED: usize = 1024;

/// Bytes that wait.
#[derive(Debug, Default)]
pub(super) struct Weights {
    own: usize,
    /// Connections by their addresses, which are theirs while a leg holds them: how many legs, and how much.
    connections: HashMap<usize, (usize, usize)>,
    of_connections: usize,
}

impl Weights {
    pub(super) fn add(&mut self, leg: &Leg, weight: usize) {
        self.own = self.own.saturating_add(weight);
        if let Some(connection) = &leg.connection {
            let weigh = || {
                let tls = connection
                    .tls
                    .as_ref()
                    .map_or(0, |tls| size_of_val(&**tls).saturating_add(tls.sni.as_ref().map_or(0, String::len)));
                let proxy = connection.proxy.as_ref().map_or(0, |proxy| proxy.size());
                size_of::<Connection>().saturating_add(tls).saturating_add(proxy)
            };
            let (legs, weight) = self.connections.entry(address(connection)).or_insert_with(|| (0, weigh()));
            if *legs == 0 {
                self.of_connections = self.of_connections.saturating_add(*weight);
            }
            *legs = legs.saturating_add(1);
        }
    }

    pub(super) fn remove(&mut self, leg: &Leg, weight: usize) {
        self.own = self.own.saturating_sub(weight);
        let Some(address) = leg.connection.as_ref().map(address) else { return };
        if let Some((legs, weight)) = self.connections.get_mut(&address) {
            *legs = legs.saturating_sub(1);
            if *legs == 0 {
                self.of_connections = self.of_connections.saturating_sub(*weight);
                self.connections.remove(&address);
            }
        }
    }

    pub(super) fn total(&self) -> usize {
        self.own.saturating_add(self.of_connections)
    }
}

fn address(connection: &Arc<Connection>) -> usize {
    Arc::as_ptr(connection).addr()
}

/// What connections say, shared by their legs.
#[derive(Debug, Default)]
pub struct Connections {
    known: HashMap<(CaptureId, u32), Arc<Connection>>,
}

impl Connections {
    /// What the connection of an exchange says.
    pub fn of(&mut self, exchange: &Exchange<'_>) -> Option<Arc<Connection>> {
        let connection = exchange.connection?;
        let at = exchange.first()?.head.head.at;
        let Origin::Packet { stream, .. } = at.origin else { return Some(Arc::new(connection.clone())) };
        let key = (at.capture, stream);
        if let Some(known) = self.known.get(&key).filter(|known| ***known == *connection) {
            return Some(Arc::clone(known));
        }
        if self.known.len() >= MOST_SHARED {
            self.known.clear();
        }
        let shared = Arc::new(connection.clone());
        self.known.insert(key, Arc::clone(&shared));
        Some(shared)
    }
}
