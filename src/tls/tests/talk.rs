//! Connections that are made here: hellos, secrets and sealed records of both sides.

use super::hellos::{long, message};
use super::listener::Step;
use super::{client_hello, server_hello};
use crate::flow::Direction;
use crate::tls::crypto::Opener;
use crate::tls::record::ContentType;
use crate::tls::suite::{self, Suite};

pub(super) const CLIENT: Direction = Direction::Forward;
pub(super) const SERVER: Direction = Direction::Backward;
pub(super) const RANDOM: [u8; 32] = [7; 32];
const SERVER_RANDOM: [u8; 32] = [9; 32];

/// Records in clear.
pub(super) fn clear(kind: u8, body: &[u8]) -> Vec<u8> {
    [&[kind, 3, 3], &(body.len() as u16).to_be_bytes()[..], body].concat()
}

/// A side that seals.
pub(super) struct Sealer {
    pub(super) opener: Opener,
    pub(super) sequence: u64,
}

impl Sealer {
    pub(super) fn new(opener: Opener) -> Self {
        Self { opener, sequence: 0 }
    }

    pub(super) fn seal(&mut self, content: ContentType, bytes: &[u8]) -> Vec<u8> {
        let record = self.opener.seal(self.sequence, content, bytes);
        self.sequence += 1;
        record
    }
}

/// A connection whose handshake is over.
pub(super) struct Talk {
    pub(super) steps: Vec<Step>,
    /// Its key log.
    pub(super) log: String,
    pub(super) client: Sealer,
    pub(super) server: Sealer,
}

fn line(label: &str, secret: &[u8]) -> String {
    let digits = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    format!("{label} {} {}\n", digits(&RANDOM), digits(secret))
}

/// The secrets of TLS 1.3 in this order: handshake of client and server, application of client and server, early.
fn secret(suite: &Suite, which: u8) -> Vec<u8> {
    vec![which; if suite.hash() == suite::Hash::Sha384 { 48 } else { 32 }]
}

pub(super) fn opener13(suite: &Suite, which: u8) -> Opener {
    Opener::tls13(suite, 0x0304, &secret(suite, which)).expect("keys")
}

/// TLS 1.3 with this suite. `early` is what the client sends with its hello.
pub(super) fn tls13(id: u16, early: Option<&[u8]>) -> Talk {
    let suite = suite::find(id).expect("a suite");
    let mut log: String = [
        ("CLIENT_HANDSHAKE_TRAFFIC_SECRET", 1),
        ("SERVER_HANDSHAKE_TRAFFIC_SECRET", 2),
        ("CLIENT_TRAFFIC_SECRET_0", 3),
        ("SERVER_TRAFFIC_SECRET_0", 4),
    ]
    .map(|(label, which)| line(label, &secret(suite, which)))
    .concat();
    let mut steps = vec![Step::Data(CLIENT, clear(22, &client_hello(RANDOM, Some("shop.example"), early.is_some())))];
    let mut early_keys = Sealer::new(opener13(suite, 5));
    if let Some(early) = early {
        log.push_str(&line("CLIENT_EARLY_TRAFFIC_SECRET", &secret(suite, 5)));
        steps.push(Step::Data(CLIENT, clear(20, &[1])));
        steps.push(Step::Data(CLIENT, early_keys.seal(ContentType::ApplicationData, early)));
    }
    let mut keys = Sealer::new(opener13(suite, 2));
    let mut answer = clear(22, &server_hello(SERVER_RANDOM, id, 0x0304, None));
    answer.extend(clear(20, &[1]));
    // ALPN http/1.1, and early_data where it was sent.
    let mut extensions = vec![0, 16, 0, 11, 0, 9, 8];
    extensions.extend(b"http/1.1");
    if early.is_some() {
        extensions.extend([0, 42, 0, 0]);
    }
    let encrypted = message(8, &long(&extensions));
    // A certificate that runs over two records, and the end of the handshake in the second.
    let certificate = message(11, &[0xaa; 900]);
    answer.extend(keys.seal(ContentType::Handshake, &[&encrypted[..], &certificate[..500]].concat()));
    answer.extend(keys.seal(ContentType::Handshake, &[&certificate[500..], &message(20, &[1; 32])].concat()));
    steps.push(Step::Data(SERVER, answer));
    let mut end = clear(20, &[1]);
    if early.is_some() {
        end.extend(early_keys.seal(ContentType::Handshake, &message(5, &[])));
    }
    end.extend(Sealer::new(opener13(suite, 1)).seal(ContentType::Handshake, &message(20, &[2; 32])));
    steps.push(Step::Data(CLIENT, end));
    Talk { steps, log, client: Sealer::new(opener13(suite, 3)), server: Sealer::new(opener13(suite, 4)) }
}

/// TLS 1.2 with this suite.
pub(super) fn tls12(id: u16, encrypt_then_mac: bool) -> Talk {
    let suite = suite::find(id).expect("a suite");
    let master = [5; 48];
    let keys = Opener::tls12(suite, &master, [&RANDOM, &SERVER_RANDOM], encrypt_then_mac).expect("keys");
    let [mut client, mut server] = keys.map(Sealer::new);
    let mut hello = server_hello(SERVER_RANDOM, id, 0x0303, Some("http/1.1"));
    if encrypt_then_mac {
        hello.extend([0, 22, 0, 0]);
        // The lengths of the message and of its extensions grow by four.
        hello[3] += 4;
        let at = 4 + 2 + 32 + 1 + 2 + 1 + 1;
        hello[at] += 4;
    }
    let flight = [hello, message(11, &[0xaa; 900]), message(14, &[])].concat();
    let steps = vec![
        Step::Data(CLIENT, clear(22, &client_hello(RANDOM, Some("shop.example"), false))),
        Step::Data(SERVER, clear(22, &flight)),
        Step::Data(
            CLIENT,
            [clear(22, &message(16, &[1; 66])), clear(20, &[1]), client.seal(ContentType::Handshake, &message(20, &[3; 12]))]
                .concat(),
        ),
        Step::Data(SERVER, [clear(20, &[1]), server.seal(ContentType::Handshake, &message(20, &[4; 12]))].concat()),
    ];
    Talk { steps, log: line("CLIENT_RANDOM", &master), client, server }
}

impl Talk {
    pub(super) fn client(&mut self, bytes: &[u8]) -> &mut Self {
        let record = self.client.seal(ContentType::ApplicationData, bytes);
        self.steps.push(Step::Data(CLIENT, record));
        self
    }

    pub(super) fn server(&mut self, bytes: &[u8]) -> &mut Self {
        let record = self.server.seal(ContentType::ApplicationData, bytes);
        self.steps.push(Step::Data(SERVER, record));
        self
    }

    /// A lost record of the client: that many bytes.
    pub(super) fn client_lost(&mut self, bytes: &[u8]) -> &mut Self {
        let record = self.client.seal(ContentType::ApplicationData, bytes);
        self.steps.push(Step::Gap(CLIENT, record.len() as u64));
        self
    }
}
