//! Hellos to keys: what a handshake settled is looked up in the key logs.

use super::crypto::Opener;
use super::hello::ServerHello;
use super::keylog::{Label, Secrets};
use super::session::{Context, Early, Keys, New, Session, Stage};
use super::suite::{self, Suite};
use super::{Alpn, Shut};
use crate::flow::Direction;

/// The first draft of TLS 1.3 whose keys are derived as the RFC says.
const FIRST_DRAFT: u16 = 0x7f14;

impl Session {
    /// Makes keys, once both hellos are there. Those of TLS 1.2 are made of what comes behind them: a capture that is written while
    /// the connection is opened has its secret there, so they may still come until the first ChangeCipherSpec.
    pub(super) fn derive(&mut self, context: &Context<'_>) {
        let (Some(hello), Some(server), Some(client)) = (&self.hello, &self.server, self.client) else { return };
        self.moved = true;
        self.facts.sni.clone_from(&hello.sni);
        self.facts.version = server.version;
        self.facts.suite = server.suite;
        let modern = server.version == 0x0304 || (FIRST_DRAFT..0x7fff).contains(&server.version);
        if server.version == 0x0303 {
            self.facts.alpn = server.alpn.clone().map_or(Alpn::None, Alpn::Protocol);
        } else if !modern {
            return self.shut(Shut::Version(server.version));
        }
        if context.logs.is_empty() && context.embedded.connections() == 0 {
            return self.lack(Shut::NoKeys, modern);
        }
        if !Opener::BUILT {
            return self.shut(Shut::NotBuilt);
        }
        let Some(suite) = suite::find(server.suite) else { return self.shut(Shut::Suite(server.suite)) };
        let Some(secrets) = context.logs.find(context.embedded, &hello.random) else { return self.lack(Shut::NoLine, modern) };
        let made = if modern {
            new(suite, server, secrets).map(Keys::New)
        } else {
            old(suite, server, &hello.random, secrets).map(|keys| Keys::Old(Box::new(keys)))
        };
        match made {
            Ok(keys) => self.keys = keys,
            Err(why) => return self.shut(why),
        }
        if modern {
            let early = if self.early == Early::None { Stage::Handshake } else { Stage::Early };
            for direction in [Direction::Forward, Direction::Backward] {
                self.side(direction).enter(if direction == client { early } else { Stage::Handshake });
            }
        }
    }

    /// There is no secret, now or at all.
    fn lack(&mut self, why: Shut, now: bool) {
        if now || self.lack.is_some() {
            return self.shut(why);
        }
        self.lack = Some(why);
    }
}

/// The keys of TLS 1.2.
fn old(suite: &Suite, server: &ServerHello, random: &[u8; 32], secrets: Secrets<'_>) -> Result<[Option<Opener>; 2], Shut> {
    if server.compression != 0 {
        return Err(Shut::Compressed);
    }
    let master = secrets.get(Label::Master).ok_or(Shut::NoSecret(Label::Master.name()))?;
    let keys = Opener::tls12(suite, master, [random, &server.random], server.encrypt_then_mac);
    keys.map(|keys| keys.map(Some)).ok_or(Shut::Suite(suite.id))
}

/// The keys of TLS 1.3. Without those of the handshake, the application's are found by trying.
fn new(suite: &Suite, server: &ServerHello, secrets: Secrets<'_>) -> Result<Box<New>, Shut> {
    let opener = |label: Label| match secrets.get(label) {
        Some(secret) => Opener::tls13(suite, server.version, secret).ok_or(Shut::Suite(suite.id)).map(Some),
        None => Ok(None),
    };
    let needed = |label: Label| opener(label)?.ok_or(Shut::NoSecret(label.name())).map(Some);
    Ok(Box::new(New {
        // That of a suite with another hash is of no use, and no mistake.
        early: opener(Label::ClientEarly).unwrap_or(None),
        handshake: [opener(Label::ClientHandshake)?, opener(Label::ServerHandshake)?],
        application: [needed(Label::Client)?, needed(Label::Server)?],
    }))
}
