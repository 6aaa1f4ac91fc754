//! Behind lost bytes: finds the next record, and which number it has, by what opens.
//!
//! A place in the bytes may be the beginning of a record if it looks like a header and what follows opens under one of the
//! next sequence numbers. The tag is the proof, so nothing is guessed. What may be decrypted in vain is bounded.

use super::Shut;
use super::crypto::Opener;
use super::outlet::UNKNOWN;
use super::record::{ContentType, HEADER, Header};
use super::session::{Context, Keys, Search, Session, Stage, Step};
use crate::anomaly::AnomalyKind;
use crate::flow::Direction;

/// How far ahead a record is looked for.
const MOST_AHEAD: u64 = 4096;
/// The shortest record that is protected: so many fit at most into what was lost.
const SHORTEST: u64 = (HEADER + 1 + 8) as u64;
/// So many bytes may be decrypted in vain behind one gap, …
const TRIALS: u64 = 8 << 20;
/// … and in all.
pub(super) const TRIALS_IN_ALL: u64 = 512 << 20;

/// Under which keys a record was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Under {
    /// Those in use.
    Current,
    /// Those of the handshake of TLS 1.3.
    Handshake,
    /// Those that are used next.
    Pending,
    /// Those behind a KeyUpdate that was lost.
    Updated,
}

/// A record that was found again.
struct Found {
    under: Under,
    sequence: u64,
    content: ContentType,
}

impl Session {
    /// Bytes of a direction are lost, and what waited of it with them.
    pub(super) fn lose(&mut self, direction: Direction, length: u64, context: &mut Context<'_>) {
        self.read_partial(direction, context);
        if self.shut.is_some() {
            return;
        }
        if !self.greeted(direction) {
            let nothing = self.hello.is_none() && self.server.is_none();
            return self.shut(if nothing { Shut::BeganBefore } else { Shut::HandshakeLost });
        }
        let side = self.side(direction);
        let waited = side.buffer.bytes.len() as u64;
        side.buffer.clear();
        let settled = matches!(side.stage, Stage::Application | Stage::Encrypted);
        side.handshake.reset(!settled);
        let search = side.search.get_or_insert(Search { lost: 0, trials: TRIALS });
        search.lost = search.lost.saturating_add(waited).saturating_add(length);
    }

    /// A record in clear that will never be whole: the hello in it may be.
    fn read_partial(&mut self, direction: Direction, context: &mut Context<'_>) {
        let side = self.side(direction);
        if side.stage != Stage::Clear || side.search.is_some() {
            return;
        }
        let waiting = std::mem::take(&mut side.buffer.bytes);
        if let Some((head, body)) = waiting.split_first_chunk::<HEADER>()
            && Header::of(*head).is_some_and(|header| header.content == ContentType::Handshake)
        {
            self.messages(direction, body, context);
        }
        self.side(direction).buffer.bytes = waiting;
    }

    /// Looks for the next record.
    pub(super) fn seek(&mut self, direction: Direction, bytes: &[u8], context: &mut Context<'_>) -> Step {
        if matches!(self.keys, Keys::None) {
            return Step::Blocked;
        }
        let modern = matches!(self.keys, Keys::New(_));
        let Some(mut search) = self.side(direction).search else { return Step::More };
        let mut at = 0usize;
        while let Some(head) = bytes.get(at..).and_then(|rest| rest.first_chunk::<HEADER>()) {
            let header = Header::of(*head)
                .filter(|header| header.whole() as u64 > SHORTEST && (!modern || header.content == ContentType::ApplicationData));
            let Some(header) = header else {
                at = at.saturating_add(1);
                continue;
            };
            let whole = bytes.get(at..).and_then(|rest| rest.get(..header.whole()));
            let Some(body) = whole.and_then(|whole| whole.get(HEADER..)) else {
                if context.last {
                    at = at.saturating_add(1);
                    continue;
                }
                break;
            };
            // Another record follows where there is room for one.
            let next = bytes.get(at.saturating_add(header.whole())..).and_then(|rest| rest.first_chunk::<HEADER>());
            if next.is_some_and(|next| Header::of(*next).is_none()) {
                at = at.saturating_add(1);
                continue;
            }
            let lost = search.lost.saturating_add(at as u64);
            if let Some(found) = self.try_out(direction, &header, body, lost, &mut search.trials, context) {
                let told = self.resume(direction, &found, lost, context);
                let data = self.opened(direction, found.content, context);
                return Step::Taken { length: at.saturating_add(header.whole()), lost: told, data };
            }
            if search.trials == 0 || *context.trials == 0 {
                context.anomalies.note(AnomalyKind::TlsLimit, Some(context.packet), || {
                    format!("more than {} MiB were tried to find a record behind lost bytes", TRIALS >> 20)
                });
                self.shut(Shut::Limit);
                return Step::Taken { length: bytes.len(), lost: 0, data: false };
            }
            at = at.saturating_add(1);
        }
        // What was looked at is not kept, but for what may begin a record.
        search.lost = search.lost.saturating_add(at as u64);
        self.side(direction).search = Some(search);
        if at == 0 { Step::More } else { Step::Taken { length: at, lost: 0, data: false } }
    }

    /// Tries the keys and numbers that may be due.
    fn try_out(
        &mut self,
        direction: Direction,
        header: &Header,
        body: &[u8],
        lost: u64,
        trials: &mut u64,
        context: &mut Context<'_>,
    ) -> Option<Found> {
        let role = usize::from(self.client != Some(direction));
        let ahead = (lost / SHORTEST).saturating_add(1).min(MOST_AHEAD);
        let side = self.sides.get(direction.index())?;
        let next = if side.stage == Stage::Application { side.current.as_ref().and_then(Opener::next) } else { None };
        let current = (Under::Current, side.current.as_ref(), side.sequence);
        let tries: [(Under, Option<&Opener>, u64); 3] = match &self.keys {
            Keys::None => return None,
            Keys::Old(pending) => {
                [current, (Under::Pending, pending.get(role).and_then(Option::as_ref), 0), (Under::Updated, None, 0)]
            }
            Keys::New(_) if side.stage == Stage::Application => {
                [current, (Under::Updated, next.as_ref(), 0), (Under::Pending, None, 0)]
            }
            Keys::New(keys) => {
                let begun = if side.stage == Stage::Handshake { side.sequence } else { 0 };
                [
                    (Under::Handshake, keys.handshake.get(role).and_then(Option::as_ref), begun),
                    (Under::Pending, keys.application.get(role).and_then(Option::as_ref), 0),
                    (Under::Updated, None, 0),
                ]
            }
        };
        for step in 0..=ahead {
            for &(under, opener, first) in &tries {
                let Some(opener) = opener else { continue };
                let sequence = first.saturating_add(step);
                if let Some(content) = opener.open(sequence, header, body, context.text) {
                    return Some(Found { under, sequence, content });
                }
                let cost = (header.length as u64).saturating_add(256);
                *trials = trials.saturating_sub(cost);
                *context.trials = context.trials.saturating_sub(cost);
                if *trials == 0 || *context.trials == 0 {
                    return None;
                }
            }
        }
        None
    }

    /// Goes on behind a record that was found; how much plain text is lost before it.
    fn resume(&mut self, direction: Direction, found: &Found, lost: u64, context: &mut Context<'_>) -> u64 {
        let role = usize::from(self.client != Some(direction));
        let before = self.side(direction).sequence;
        let stage = self.side(direction).stage;
        let pending = match &mut self.keys {
            Keys::Old(pending) => pending.get_mut(role),
            Keys::New(keys) => keys.application.get_mut(role),
            Keys::None => None,
        };
        let opener = match found.under {
            Under::Pending => pending.and_then(Option::take),
            Under::Updated => self.side(direction).current.as_ref().and_then(Opener::next),
            Under::Current | Under::Handshake => None,
        };
        let modern = matches!(self.keys, Keys::New(_));
        let side = self.side(direction);
        match found.under {
            Under::Current => {}
            Under::Handshake if stage == Stage::Handshake => {}
            Under::Handshake => side.enter(Stage::Handshake),
            Under::Pending | Under::Updated => {
                side.enter(if modern { Stage::Application } else { Stage::Encrypted });
                side.current = opener;
            }
        }
        side.handshake.reset(side.stage == Stage::Handshake);
        side.sequence = found.sequence.saturating_add(1);
        side.search = None;
        let records = found.sequence.saturating_sub(if found.under == Under::Current { before } else { 0 });
        let overhead = side.current.as_ref().and_then(Opener::overhead);
        context.anomalies.note(AnomalyKind::TlsRecordLost, Some(context.packet), || {
            format!("{lost} bytes of TLS records are lost; it goes on with record {} under its keys", found.sequence)
        });
        self.settle_early(direction);
        match found.under {
            Under::Handshake => 0,
            // The first record under new keys of TLS 1.2 is the last of the handshake.
            Under::Pending if found.sequence <= u64::from(!modern) => 0,
            Under::Pending | Under::Updated => UNKNOWN,
            Under::Current => match overhead {
                Some(overhead) => lost.saturating_sub(records.saturating_mul(overhead)),
                None => UNKNOWN,
            },
        }
    }
}
