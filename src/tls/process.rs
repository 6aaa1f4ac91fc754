//! Records, one by one: what each is, what it changes, and what it holds for the layer above.

use super::crypto::Opener;
use super::handshake::{
    CLIENT_HELLO, ENCRYPTED_EXTENSIONS, END_OF_EARLY_DATA, FINISHED, HELLO_RETRY_REQUEST, KEY_UPDATE, Next, SERVER_HELLO,
};
use super::hello::{ClientHello, EncryptedExtensions, ServerHello};
use super::outlet::UNKNOWN;
use super::record::{ContentType, HEADER, Header};
use super::session::{Context, Early, Keys, Session, Stage, Step};
use super::{Alpn, Shut};
use crate::anomaly::AnomalyKind;
use crate::flow::Direction;

/// After so many records in a row of which the first of a direction opened none, the secrets are taken for wrong ones.
const WRONG: u64 = 3;
/// The same where some were opened before.
const GIVEN_UP: u64 = 64;

impl Session {
    /// Takes the next record from the bytes of a direction, or finds it again.
    pub(super) fn step(&mut self, direction: Direction, bytes: &[u8], context: &mut Context<'_>) -> Step {
        if self.shut.is_some() {
            return Step::Taken { length: bytes.len(), lost: 0, data: false };
        }
        if self.side(direction).search.is_some() {
            return self.seek(direction, bytes, context);
        }
        let Some(head) = bytes.first_chunk::<HEADER>() else { return Step::More };
        let Some(header) = Header::of(*head) else {
            self.malformed(context, "bytes where the header of a record should be");
            return Step::Taken { length: bytes.len(), lost: 0, data: false };
        };
        let Some(body) = bytes.get(HEADER..header.whole()) else { return Step::More };
        let taken = |data| Step::Taken { length: header.whole(), lost: 0, data };
        if self.side(direction).stage == Stage::Clear {
            return if self.clear(direction, &header, body, context) { taken(false) } else { Step::Blocked };
        }
        let modern = matches!(self.keys, Keys::New(_));
        match header.content {
            // For the sake of boxes in between (RFC 8446 §D.4).
            ContentType::ChangeCipherSpec if modern => return taken(false),
            ContentType::Alert if modern && body.len() == 2 => {
                self.alerted(body);
                return taken(false);
            }
            // The ClientHello behind a HelloRetryRequest, where early data stood before it.
            ContentType::Handshake if modern => return taken(false),
            _ => {}
        }
        if self.side(direction).stage == Stage::Early && self.early == Early::Undecided {
            return Step::Blocked;
        }
        match self.open(direction, &header, body, context) {
            Some(content) => taken(self.opened(direction, content, context)),
            None => Step::Taken { length: header.whole(), lost: self.failed(direction, &header, context), data: false },
        }
    }

    /// A record that nothing protects. `false` where it cannot be understood yet.
    fn clear(&mut self, direction: Direction, header: &Header, body: &[u8], context: &mut Context<'_>) -> bool {
        let greeted = self.greeted(direction);
        match header.content {
            ContentType::Handshake => {
                self.messages(direction, body, context);
                let first = self.side(direction).handshake.first;
                if !self.greeted(direction)
                    && first.is_some_and(|kind| !matches!(kind, CLIENT_HELLO | SERVER_HELLO | HELLO_RETRY_REQUEST))
                {
                    self.shut(Shut::BeganBefore);
                }
            }
            ContentType::Alert => {
                if self.hello.is_none() && self.server.is_none() {
                    self.shut(Shut::BeganBefore);
                }
                self.alerted(body);
            }
            _ if !greeted && self.side(direction).handshake.first.is_none() => self.shut(Shut::BeganBefore),
            ContentType::ChangeCipherSpec if self.lack.is_some() => {
                self.derive(context);
                self.change(direction);
            }
            // Which version it is, or with which keys, is not known yet.
            _ if matches!(self.keys, Keys::None) => return false,
            ContentType::ChangeCipherSpec => self.change(direction),
            ContentType::ApplicationData => self.malformed(context, "application data before the keys were changed"),
        }
        true
    }

    /// ChangeCipherSpec of TLS 1.2: the keys of the handshake are used from here on.
    fn change(&mut self, direction: Direction) {
        let role = usize::from(self.client != Some(direction));
        let Keys::Old(pending) = &mut self.keys else { return };
        let Some(opener) = pending.get_mut(role).and_then(Option::take) else { return };
        let side = self.side(direction);
        side.enter(Stage::Encrypted);
        side.current = Some(opener);
    }

    /// Opens a record with the keys that are due.
    fn open(&mut self, direction: Direction, header: &Header, body: &[u8], context: &mut Context<'_>) -> Option<ContentType> {
        let role = usize::from(self.client != Some(direction));
        let [forward, backward] = &mut self.sides;
        let side = if direction == Direction::Forward { forward } else { backward };
        let text = &mut *context.text;
        let mut with =
            |opener: Option<&Opener>, sequence: u64| opener.and_then(|opener| opener.open(sequence, header, body, text));
        let mut found = None;
        if side.stage == Stage::Early {
            if let Keys::New(keys) = &self.keys {
                found = with(keys.early.as_ref(), side.sequence);
            }
            if found.is_none() {
                side.enter(Stage::Handshake);
            }
        }
        if side.stage == Stage::Handshake {
            if let Keys::New(keys) = &mut self.keys {
                found = with(keys.handshake.get(role).and_then(Option::as_ref), side.sequence);
                let application = keys.application.get_mut(role);
                if let (None, Some(application)) = (found, application) {
                    found = with(application.as_ref(), 0);
                    if found.is_some() {
                        side.enter(Stage::Application);
                        side.current = application.take();
                    }
                }
            }
        } else if found.is_none() {
            found = with(side.current.as_ref(), side.sequence);
        }
        if found.is_some() {
            side.sequence = side.sequence.saturating_add(1);
        }
        self.settle_early(direction);
        found
    }

    /// The server's answer on early data was not opened, and cannot come any more: nobody knows, so none are told.
    pub(super) fn settle_early(&mut self, direction: Direction) {
        let server_is_on = self.client != Some(direction) && self.side(direction).stage == Stage::Application;
        if server_is_on && self.early == Early::Undecided {
            self.early = Early::Rejected;
            self.moved = true;
        }
    }

    /// What an opened record holds. Whether it is for the layer above.
    pub(super) fn opened(&mut self, direction: Direction, content: ContentType, context: &mut Context<'_>) -> bool {
        let side = self.side(direction);
        side.opened = side.opened.saturating_add(1);
        side.in_row = 0;
        let stage = side.stage;
        match content {
            ContentType::ApplicationData => return stage != Stage::Early || self.early == Early::Accepted,
            ContentType::Handshake => {
                let text = std::mem::take(context.text);
                self.messages(direction, &text, context);
                *context.text = text;
            }
            ContentType::Alert => {
                let alert = context.text.clone();
                self.alerted(&alert);
            }
            ContentType::ChangeCipherSpec => self.change(direction),
        }
        false
    }

    /// A record did not open: how much plain text is lost by that.
    fn failed(&mut self, direction: Direction, header: &Header, context: &mut Context<'_>) -> u64 {
        let is_client = self.client == Some(direction);
        let early = self.early;
        let blind = match &self.keys {
            Keys::New(keys) => keys.handshake.get(usize::from(!is_client)).is_none_or(Option::is_none),
            _ => false,
        };
        let side = self.side(direction);
        side.failed = side.failed.saturating_add(1);
        if side.stage == Stage::Handshake {
            if is_client && side.sequence == 0 && early != Early::None {
                if early == Early::Accepted && side.failed == 1 {
                    let why = "early data was taken, and the key log has no CLIENT_EARLY_TRAFFIC_SECRET that opens it";
                    context.anomalies.note(AnomalyKind::TlsNotOpened, Some(context.packet), || why.to_owned());
                    return UNKNOWN;
                }
                return 0;
            }
            if blind {
                return 0;
            }
        }
        side.in_row = side.in_row.saturating_add(1);
        let (sequence, stage) = (side.sequence, side.stage);
        side.sequence = sequence.saturating_add(1);
        let overhead = side.current.as_ref().and_then(Opener::overhead);
        let opened = side.opened;
        let give_up = side.in_row >= GIVEN_UP || (opened == 0 && side.in_row >= WRONG);
        let length = header.length;
        context.anomalies.note(AnomalyKind::TlsUndecryptable, Some(context.packet), || {
            format!(
                "record {sequence} under its keys, of {length} bytes, does not open: it was changed, or the secrets in the key log \
                 are not those of this connection"
            )
        });
        if give_up {
            self.shut(Shut::WrongSecrets);
        }
        match stage {
            _ if opened == 0 => 0,
            Stage::Handshake => 0,
            _ if header.content != ContentType::ApplicationData => 0,
            _ => overhead.map_or(UNKNOWN, |overhead| (header.whole() as u64).saturating_sub(overhead)),
        }
    }

    /// An alert (RFC 8446 §6): a fatal one, before anything was opened, is why nothing will be.
    fn alerted(&mut self, body: &[u8]) {
        if let ([2, alert], false) = (body, self.told) {
            self.alert = Some(*alert);
        }
    }

    #[cold]
    fn malformed(&mut self, context: &mut Context<'_>, what: &str) {
        context
            .anomalies
            .note(AnomalyKind::TlsMalformed, Some(context.packet), || format!("{what}; the rest of its flow is not read"));
        self.shut(Shut::Malformed);
    }

    /// Handshake messages in the content of a record.
    pub(super) fn messages(&mut self, direction: Direction, mut input: &[u8], context: &mut Context<'_>) {
        loop {
            match self.side(direction).handshake.next(&mut input) {
                Next::End => return,
                Next::Message(kind, message) => {
                    if self.message(direction, kind, &message, context).is_none() {
                        return self.malformed(context, "a handshake message that contradicts itself");
                    }
                }
                Next::TooLong(length) => {
                    context.anomalies.note(AnomalyKind::TlsLimit, Some(context.packet), || {
                        format!("a handshake message of {length} bytes; the rest of its flow is not read")
                    });
                    return self.shut(Shut::Limit);
                }
            }
            if self.shut.is_some() {
                return;
            }
        }
    }

    /// One message; `None` where it cannot be.
    fn message(&mut self, direction: Direction, kind: u8, message: &[u8], context: &Context<'_>) -> Option<()> {
        let modern = matches!(self.keys, Keys::New(_));
        let stage = self.side(direction).stage;
        match kind {
            CLIENT_HELLO => {
                let client = *self.client.get_or_insert(direction);
                let hello = (client == direction).then(|| ClientHello::read(message))??;
                // Behind a HelloRetryRequest or to negotiate again: what was answered before does not count.
                if self.hello.is_some() {
                    self.server = None;
                }
                if self.early != Early::Rejected {
                    self.early = if hello.early_data { Early::Undecided } else { Early::None };
                }
                self.facts.sni.clone_from(&hello.sni);
                self.hello = Some(hello);
                self.derive(context);
            }
            HELLO_RETRY_REQUEST => self.early = Early::Rejected,
            SERVER_HELLO => {
                let client = *self.client.get_or_insert(direction.reversed());
                let hello = (client != direction).then(|| ServerHello::read(message))??;
                if hello.retry {
                    if self.early != Early::None {
                        self.early = Early::Rejected;
                    }
                    return Some(());
                }
                self.server = Some(hello);
                self.lack = None;
                self.derive(context);
            }
            ENCRYPTED_EXTENSIONS if modern && stage == Stage::Handshake => {
                let found = EncryptedExtensions::read(message)?;
                self.facts.alpn = found.alpn.map_or(Alpn::None, Alpn::Protocol);
                if self.early == Early::Undecided {
                    self.early = if found.early_data { Early::Accepted } else { Early::Rejected };
                }
                self.moved = true;
            }
            END_OF_EARLY_DATA if stage == Stage::Early => self.side(direction).enter(Stage::Handshake),
            FINISHED if stage == Stage::Handshake => self.finished(direction),
            KEY_UPDATE if stage == Stage::Application => {
                let side = self.side(direction);
                let next = side.current.as_ref().and_then(Opener::next)?;
                side.enter(Stage::Application);
                side.current = Some(next);
            }
            _ => {}
        }
        Some(())
    }

    /// The handshake of a direction is over: its application's keys follow.
    fn finished(&mut self, direction: Direction) {
        let role = usize::from(self.client != Some(direction));
        let Keys::New(keys) = &mut self.keys else { return };
        let Some(opener) = keys.application.get_mut(role).and_then(Option::take) else { return };
        let side = self.side(direction);
        side.enter(Stage::Application);
        side.current = Some(opener);
        self.moved = true;
    }
}
