//! What a listener bears of its clients.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// Bounds of a listener. Where they are reached the client is answered, or its connection closed, and that is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Connections at a time; more wait until one is over.
    pub connections: usize,
    /// Bytes of a head; what is longer is answered with 431.
    pub head: usize,
    /// How long a head may take from its first byte on, or a TLS handshake; what takes longer is answered with 408.
    pub head_time: Duration,
    /// How long a connection may be without a request.
    pub idle: Duration,
    /// How long one may be where half of all connections are in use; a head may take no longer, either.
    pub crowded: Duration,
    /// How long a body may pause.
    pub body_pause: Duration,
    /// How long a body may take.
    pub body_time: Duration,
    /// How long an answer may take to be taken.
    pub answer_time: Duration,
    /// Bytes of a body that an echo holds.
    pub echo: usize,
    /// Bytes of all bodies together that are kept for echoes.
    pub echo_in_all: usize,
    /// Requests of a connection that wait for their answer; no more is read before.
    pub waiting: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 1024,
            head: 64 << 10,
            head_time: Duration::from_secs(20),
            // Longer than the minute for which load balancers keep connections.
            idle: Duration::from_secs(120),
            crowded: Duration::from_secs(5),
            body_pause: Duration::from_secs(30),
            body_time: Duration::from_secs(600),
            answer_time: Duration::from_secs(60),
            echo: 1 << 20,
            echo_in_all: 16 << 20,
            waiting: 100,
        }
    }
}

/// Room that all connections share.
#[derive(Debug, Clone)]
pub(super) struct Room(Arc<AtomicUsize>);

impl Room {
    pub(super) fn new(bytes: usize) -> Self {
        Self(Arc::new(AtomicUsize::new(bytes)))
    }

    /// Takes as much as there is, up to `wanted`.
    pub(super) fn take(&self, wanted: usize) -> Share {
        let mut taken = 0;
        let less = |left: usize| {
            taken = left.min(wanted);
            Some(left - taken)
        };
        let _ = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
        Share { room: self.0.clone(), bytes: taken }
    }
}

/// Some of the room, until it is dropped.
#[derive(Debug)]
pub(super) struct Share {
    room: Arc<AtomicUsize>,
    pub(super) bytes: usize,
}

impl Drop for Share {
    fn drop(&mut self) {
        self.room.fetch_add(self.bytes, Ordering::Relaxed);
    }
}
