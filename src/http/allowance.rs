//! What is kept of all flows together, and how much of that messages may hold.
//!
//! Messages have a limit of their own. Where connections take most of what this layer may hold, less is left for them: it is
//! counted anew when that changes, so that a message costs one comparison. They never take all that is left, so that a
//! connection which does not speak HTTP/1 finds room, too.

use super::MessageSink;
use super::conversation::Conversation;
use super::streams::HttpStreams;
use crate::flow::{StreamSink, allocated};

impl<M: MessageSink> HttpStreams<'_, M> {
    /// What connections take beside their messages.
    pub(super) fn of_connections(&self) -> usize {
        let conversations = self.made.saturating_mul(allocated(size_of::<Conversation>()));
        conversations.saturating_add(self.proxied).saturating_add(self.h2.held())
    }

    /// Counts anew what messages may hold.
    pub(super) fn weigh(&mut self) {
        let left = self.allowance.saturating_sub(self.of_connections());
        self.most = self.limits.held_in_all.min(left.saturating_sub(left / 4));
    }

    /// Whether what holds so much leaves less for everything else than it takes itself.
    pub(super) fn is_crowded(&self, own: usize) -> bool {
        self.held().saturating_add(own) > self.allowance
    }

    #[cold]
    pub(super) fn make_conversation(&mut self) -> Box<Conversation> {
        self.made = self.made.saturating_add(1);
        self.weigh();
        Box::new(Conversation::new())
    }
}
