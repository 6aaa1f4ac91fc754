//! What the layer above hears beside the bytes.

use super::TlsFacts;
use crate::flow::{FlowInfo, StreamSink};

/// The layer above TLS: told of plain streams, and of what is opened, in the same way.
pub trait TlsSink: StreamSink {
    /// The bytes of this flow are those of a TLS connection: before the first of them.
    fn secured(&mut self, flow: &FlowInfo, state: &mut Self::State, facts: &TlsFacts);

    /// The flow is a TLS connection of which nothing was opened, and of which no byte will be told.
    fn shut(&mut self, flow: &FlowInfo, state: &mut Self::State);
}
