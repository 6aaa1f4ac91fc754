//! Where packet sockets are not known.

use std::convert::Infallible;
use std::io;
use std::sync::mpsc::Receiver;

use super::{Scope, SniffError, Sniffed};
use crate::live::{GrowingKeyLog, Recorder};

/// There is none on this system.
#[derive(Debug)]
pub struct Sniffer(Infallible);

impl Sniffer {
    /// Says the way through tcpdump.
    ///
    /// # Errors
    /// Always.
    pub fn open(scope: &Scope) -> Result<Self, SniffError> {
        Err(SniffError::elsewhere(scope))
    }

    /// Never called.
    #[must_use]
    pub fn with_keys(self, _: Vec<GrowingKeyLog>) -> Self {
        match self.0 {}
    }

    /// Never called.
    ///
    /// # Errors
    /// Never.
    pub fn start(self, _: &Recorder) -> io::Result<Receiver<io::Result<Sniffed>>> {
        match self.0 {}
    }

    /// Never called.
    #[must_use]
    pub fn quiet(&self) -> Vec<String> {
        match self.0 {}
    }
}
