//! The HTTP layer's side of the TLS layer: what is opened are bytes as any others.

use super::conversation::Content;
use super::{HttpStreams, MessageSink};
use crate::flow::FlowInfo;
use crate::tls::{TlsFacts, TlsSink};

impl<M: MessageSink> TlsSink for HttpStreams<'_, M> {
    fn secured(&mut self, _: &FlowInfo, talk: &mut Self::State, facts: &TlsFacts) {
        talk.connection.tls = Some(Box::new(facts.clone()));
    }

    fn shut(&mut self, _: &FlowInfo, talk: &mut Self::State) {
        let before = talk.buffered();
        talk.stop(Content::Tls);
        self.count_buffered(talk, before);
    }
}
