//! What is kept of one TLS connection: where each direction stands, and the keys.

use super::buffer::Buffer;
use super::crypto::Opener;
use super::handshake::Handshake;
use super::hello::{ClientHello, ServerHello};
use super::keylog::{KeyLog, KeyLogs};
use super::outlet::Outlet;
use super::{Shut, TlsFacts};
use crate::anomaly::Anomalies;
use crate::capture::PacketAt;
use crate::flow::{Direction, StreamEnd, allocated};

/// What protects the records of one direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// Nothing.
    Clear,
    /// TLS 1.2 behind its ChangeCipherSpec.
    Encrypted,
    /// TLS 1.3: the secret of an earlier connection.
    Early,
    /// TLS 1.3: the secrets of the handshake.
    Handshake,
    /// TLS 1.3: those of the application.
    Application,
}

/// The client's early data (RFC 8446 §4.2.10).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Early {
    None,
    /// Offered; the server did not answer yet.
    Undecided,
    Accepted,
    /// The server passes them over, and so does this layer.
    Rejected,
}

/// The keys that are not in use yet, of client and server.
pub(super) enum Keys {
    None,
    /// TLS 1.2: those behind the next ChangeCipherSpec.
    Old(Box<[Option<Opener>; 2]>),
    New(Box<New>),
}

impl Keys {
    /// What they take.
    fn held(&self) -> usize {
        let all = |keys: &[Option<Opener>]| keys.iter().flatten().fold(0_usize, |sum, key| sum.saturating_add(key.held()));
        match self {
            Self::None => 0,
            Self::Old(keys) => allocated(size_of::<[Option<Opener>; 2]>()).saturating_add(all(&**keys)),
            Self::New(new) => allocated(size_of::<New>())
                .saturating_add(new.early.as_ref().map_or(0, Opener::held))
                .saturating_add(all(&new.handshake))
                .saturating_add(all(&new.application)),
        }
    }
}

/// The keys of TLS 1.3. Those of the application move into the side that uses them.
pub(super) struct New {
    pub(super) early: Option<Opener>,
    pub(super) handshake: [Option<Opener>; 2],
    pub(super) application: [Option<Opener>; 2],
}

/// Bytes were lost: where the next record begins, and which it is, has to be found.
#[derive(Debug, Clone, Copy)]
pub(super) struct Search {
    /// So many bytes were lost or passed over.
    pub(super) lost: u64,
    /// So many bytes may be decrypted in vain.
    pub(super) trials: u64,
}

/// One direction.
pub(super) struct Side {
    pub(super) buffer: Buffer,
    pub(super) outlet: Outlet,
    /// The stream ended; the layer above was not told yet.
    pub(super) end: Option<(StreamEnd, PacketAt)>,
    pub(super) handshake: Handshake,
    pub(super) stage: Stage,
    /// The keys of the stages `Encrypted` and `Application`.
    pub(super) current: Option<Opener>,
    /// The number of the next record under these keys.
    pub(super) sequence: u64,
    pub(super) search: Option<Search>,
    /// How many records were opened, and how many were not.
    pub(super) opened: u64,
    pub(super) failed: u64,
    /// The last of them, one after the other.
    pub(super) in_row: u64,
}

impl Side {
    fn new() -> Self {
        Self {
            buffer: Buffer::default(),
            outlet: Outlet::default(),
            end: None,
            handshake: Handshake::default(),
            stage: Stage::Clear,
            current: None,
            sequence: 0,
            search: None,
            opened: 0,
            failed: 0,
            in_row: 0,
        }
    }

    pub(super) fn enter(&mut self, stage: Stage) {
        self.stage = stage;
        self.sequence = 0;
        self.handshake.reset(false);
    }
}

/// One connection.
pub(super) struct Session {
    pub(super) sides: [Side; 2],
    /// The packet of its first bytes.
    pub(super) packet: u64,
    /// The direction of the client.
    pub(super) client: Option<Direction>,
    pub(super) hello: Option<ClientHello>,
    pub(super) server: Option<ServerHello>,
    pub(super) keys: Keys,
    pub(super) early: Early,
    pub(super) facts: TlsFacts,
    /// Why there are no keys, though they may still come.
    pub(super) lack: Option<Shut>,
    /// It is not opened, or not any more.
    pub(super) shut: Option<Shut>,
    /// A fatal alert before anything was opened.
    pub(super) alert: Option<u8>,
    /// The layer above was told that this is TLS.
    pub(super) told: bool,
    /// The other direction may go on.
    pub(super) moved: bool,
}

/// What a direction works with besides the session.
pub(super) struct Context<'a> {
    pub(super) logs: &'a KeyLogs,
    pub(super) embedded: &'a KeyLog,
    pub(super) anomalies: &'a mut Anomalies,
    /// What the last record holds.
    pub(super) text: &'a mut Vec<u8>,
    /// So many bytes may be decrypted in vain, in all.
    pub(super) trials: &'a mut u64,
    /// The packet that is read.
    pub(super) packet: u64,
    /// The stream is over: what is not whole never will be.
    pub(super) last: bool,
}

/// What the next bytes gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// They are not enough.
    More,
    /// Nothing can be said of them before the other direction tells more.
    Blocked,
    /// So many are done with.
    Taken {
        length: usize,
        /// So many bytes of plain text are lost before them.
        lost: u64,
        /// `Context::text` is for the layer above.
        data: bool,
    },
}

impl Session {
    pub(super) fn new(packet: u64) -> Self {
        Self {
            sides: [Side::new(), Side::new()],
            packet,
            client: None,
            hello: None,
            server: None,
            keys: Keys::None,
            early: Early::None,
            facts: TlsFacts::default(),
            lack: None,
            shut: None,
            alert: None,
            told: false,
            moved: false,
        }
    }

    #[inline]
    pub(super) fn side(&mut self, direction: Direction) -> &mut Side {
        let [forward, backward] = &mut self.sides;
        match direction {
            Direction::Forward => forward,
            Direction::Backward => backward,
        }
    }

    /// Whether the hello of this direction was read.
    pub(super) fn greeted(&self, direction: Direction) -> bool {
        match self.client {
            Some(client) if client == direction => self.hello.is_some(),
            Some(_) => self.server.is_some(),
            None => false,
        }
    }

    /// How many bytes it keeps.
    pub(super) fn held(&self) -> usize {
        let side = |side: &Side| {
            let key = side.current.as_ref().map_or(0, Opener::held);
            side.buffer.held().saturating_add(side.handshake.held()).saturating_add(key)
        };
        let text = |text: Option<&String>| text.map_or(0, |text| allocated(text.capacity()));
        let said = text(self.hello.as_ref().and_then(|hello| hello.sni.as_ref()));
        let [forward, backward] = &self.sides;
        allocated(size_of::<Self>())
            .saturating_add(side(forward))
            .saturating_add(side(backward))
            .saturating_add(self.keys.held())
            .saturating_add(said)
            .saturating_add(text(self.facts.sni.as_ref()))
    }

    /// Why nothing was told of it, now that it is over.
    pub(super) fn why(&self) -> Shut {
        let wrong = || self.sides.iter().any(|side| side.opened == 0 && side.failed > 0);
        match (&self.shut, self.alert, &self.keys) {
            (Some(why), ..) => why.clone(),
            (None, Some(alert), _) => Shut::Alert(alert),
            (None, None, _) if wrong() => Shut::WrongSecrets,
            (None, None, Keys::None) if self.hello.is_none() => Shut::BeganBefore,
            (None, None, Keys::None) => self.lack.clone().unwrap_or(Shut::Unfinished),
            (None, None, _) => Shut::Idle,
        }
    }

    /// Nothing is opened from here on.
    pub(super) fn shut(&mut self, why: Shut) {
        if self.shut.is_none() {
            self.shut = Some(why);
            self.moved = true;
            self.keys = Keys::None;
            for side in &mut self.sides {
                side.current = None;
                side.search = None;
            }
        }
    }
}
