//! A capture that is being made while it is read: what is sniffed, or what a listener and a client hear.

use std::fmt;
use std::io::Read;
use std::sync::{Arc, Mutex, PoisonError};

/// The bytes of a capture as they come. They are read once, by whoever opens the first of its clones.
#[derive(Clone)]
pub struct Stream {
    name: Arc<str>,
    spoken: Arc<str>,
    reader: Arc<Mutex<Option<Box<dyn Read + Send>>>>,
}

impl Stream {
    /// A stream with its name in reports, and in sentences. It ends where `reader` does.
    #[must_use]
    pub fn new(name: &str, spoken: &str, reader: Box<dyn Read + Send>) -> Self {
        Self { name: name.into(), spoken: spoken.into(), reader: Arc::new(Mutex::new(Some(reader))) }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn spoken(&self) -> &str {
        &self.spoken
    }

    /// The reader, where nobody took it before.
    pub(super) fn take(&self) -> Option<Box<dyn Read + Send>> {
        self.reader.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl PartialEq for Stream {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.reader, &other.reader)
    }
}

impl Eq for Stream {}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Stream").field(&self.name).finish()
    }
}
