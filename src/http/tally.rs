//! Counts a body, keeps what is wanted of it, and hashes it.

use sha2::{Digest, Sha256};

use super::kept::Room;
use super::{Body, BodyWant, Kept};

/// A body that runs. What is kept is bounded by [`BodyWant::keep`].
#[derive(Debug, Default)]
pub(super) struct Tally {
    want: BodyWant,
    pub(super) body: Body,
    hash: Option<Box<Sha256>>,
}

impl Tally {
    #[inline]
    pub(super) fn new(want: BodyWant, room: &Room) -> Self {
        if !want.bytes() {
            return Self::default();
        }
        let body = if want.keep > 0 { Body::default().with_kept(Kept::within(room)) } else { Body::default() };
        Self { want, body, hash: want.sha256.then(|| Box::new(Sha256::new())) }
    }

    /// Whether its bytes are wanted; otherwise they may be skipped.
    pub(super) fn wants_bytes(&self) -> bool {
        self.want.bytes()
    }

    /// Bytes of it.
    pub(super) fn feed(&mut self, data: &[u8]) {
        self.body.length = self.body.length.saturating_add(data.len() as u64);
        // Behind a loss there are no first bytes any more.
        if self.body.lost == 0
            && let Some(kept) = self.body.kept_mut()
        {
            kept.take(data, self.want.keep);
        }
        if let Some(hash) = &mut self.hash {
            hash.update(data);
        }
    }

    /// Bytes of it that nobody wanted.
    pub(super) fn skip(&mut self, bytes: u64) {
        self.body.length = self.body.length.saturating_add(bytes);
    }

    /// Bytes of it that the capture does not hold.
    pub(super) fn lose(&mut self, bytes: u64) {
        self.body.length = self.body.length.saturating_add(bytes);
        self.body.lost = self.body.lost.saturating_add(bytes);
        self.hash = None;
    }

    /// What is known of it while it runs.
    pub(super) fn running(self) -> Body {
        self.body
    }

    /// It is over.
    #[inline]
    pub(super) fn finish(mut self, complete: bool) -> Body {
        self.body.complete = Some(complete);
        match self.hash.filter(|_| complete) {
            Some(hash) => self.body.with_sha256(hash.finalize().into()),
            None => self.body,
        }
    }
}
