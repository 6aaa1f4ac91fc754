//! Key logs (`SSLKEYLOGFILE`, RFC 9850): lines of a label, the client's random and a secret.
//!
//! Lines are hostile and may be half written: a bad one is counted and named by its number, never by what it holds. Secrets
//! leave this module as keys only, and are in no output.

use std::fmt;
use std::hash::BuildHasher;
use std::io::{self, Read};
use std::sync::atomic::{AtomicU64, Ordering};

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use crate::flow::allocated;

/// How many bytes of a key log are read at most.
const MOST_BYTES: u64 = 128 << 20;
/// The longest line that is believed. The longest known label with two times 96 digits is shorter.
const LONGEST_LINE: usize = 1024;
/// How many bad lines are named.
const MOST_NAMED: usize = 3;

/// Which secret a line holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Label {
    /// The master secret of TLS 1.2 and before.
    Master,
    ClientEarly,
    ClientHandshake,
    ServerHandshake,
    Client,
    Server,
}

impl Label {
    const ALL: [Self; 6] =
        [Self::Master, Self::ClientEarly, Self::ClientHandshake, Self::ServerHandshake, Self::Client, Self::Server];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Master => "CLIENT_RANDOM",
            Self::ClientEarly => "CLIENT_EARLY_TRAFFIC_SECRET",
            Self::ClientHandshake => "CLIENT_HANDSHAKE_TRAFFIC_SECRET",
            Self::ServerHandshake => "SERVER_HANDSHAKE_TRAFFIC_SECRET",
            Self::Client => "CLIENT_TRAFFIC_SECRET_0",
            Self::Server => "SERVER_TRAFFIC_SECRET_0",
        }
    }

    fn of(name: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|label| label.name().as_bytes() == name)
    }

    fn takes(self, length: usize) -> bool {
        length == 48 || (length == 32 && self != Self::Master)
    }
}

/// The secrets of one connection.
#[derive(Clone, Copy)]
pub(super) struct Secrets<'l> {
    log: &'l KeyLog,
    first: u32,
}

impl<'l> Secrets<'l> {
    pub(super) fn get(&self, label: Label) -> Option<&'l [u8]> {
        self.log.kept(self.first).find(|kept| kept.label == label).map(Kept::secret)
    }
}

/// A secret as it is kept. A key log may hold those of very many connections, so none has a place of its own.
struct Kept {
    label: Label,
    length: u8,
    /// The one of the same connection that was read before; [`NONE`] behind the last.
    next: u32,
    secret: [u8; LONGEST_SECRET],
}

impl Kept {
    fn secret(&self) -> &[u8] {
        self.secret.get(..usize::from(self.length)).unwrap_or_default()
    }
}

/// No secret has this place.
const NONE: u32 = u32::MAX;
/// That of a suite with SHA-384.
const LONGEST_SECRET: usize = 48;

/// One key log.
#[derive(Default)]
pub struct KeyLog {
    name: String,
    /// The connections, found by their randoms: the places of these.
    index: HashTable<u32>,
    seed: RandomState,
    /// The client's random of each connection, and the last of its secrets.
    connections: Vec<([u8; 32], u32)>,
    secrets: Vec<Kept>,
    /// What is read of a line that is not over.
    partial: Vec<u8>,
    /// The line is longer than any, and passed over.
    overlong: bool,
    /// How many connections are known at most.
    most: usize,
    lines: u64,
    bytes: u64,
    bad: u64,
    named: Vec<String>,
    full: bool,
    used: AtomicU64,
}

impl fmt::Debug for KeyLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyLog").field("name", &self.name).field("connections", &self.connections.len()).finish_non_exhaustive()
    }
}

impl KeyLog {
    /// An empty one with this name, of so many connections at most ([`Limits::secrets`](super::Limits::secrets)).
    #[must_use]
    pub fn new(name: String, most: usize) -> Self {
        Self { name, most, ..Self::default() }
    }

    /// Reads a key log to its end, or to where it holds more than it may.
    ///
    /// # Errors
    /// Whatever the system says.
    pub fn read(name: String, most: usize, mut reader: impl Read) -> io::Result<Self> {
        let mut log = Self::new(name, most);
        let mut bytes = vec![0; 64 << 10];
        loop {
            match reader.read(&mut bytes) {
                Ok(0) => break,
                Ok(read) => log.add(bytes.get(..read).unwrap_or_default()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
            if log.full {
                break;
            }
        }
        log.finish();
        Ok(log)
    }

    /// Takes the next bytes. What stands behind the last line end waits for more, or for [`finish`](Self::finish).
    pub fn add(&mut self, bytes: &[u8]) {
        let left = MOST_BYTES.saturating_sub(self.bytes);
        let taken = bytes.get(..usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len())).unwrap_or_default();
        self.full |= taken.len() < bytes.len();
        self.bytes = self.bytes.saturating_add(taken.len() as u64);
        for part in taken.split_inclusive(|&byte| byte == b'\n') {
            let (part, over) = part.strip_suffix(b"\n").map_or((part, false), |part| (part, true));
            if self.partial.len().saturating_add(part.len()) > LONGEST_LINE {
                self.overlong = true;
                self.partial.clear();
            } else if !self.overlong {
                self.partial.extend_from_slice(part);
            }
            if over {
                self.line();
            }
        }
    }

    /// What stands behind the last line end is a line, too.
    pub fn finish(&mut self) {
        if !self.partial.is_empty() || self.overlong {
            self.line();
        }
    }

    fn line(&mut self) {
        self.lines = self.lines.saturating_add(1);
        let line = std::mem::take(&mut self.partial);
        let read = if std::mem::take(&mut self.overlong) {
            Err(format!("is longer than the {LONGEST_LINE} bytes that any line has"))
        } else {
            self.read_line(&line)
        };
        if let Err(why) = read {
            self.bad = self.bad.saturating_add(1);
            if self.named.len() < MOST_NAMED {
                self.named.push(format!("line {} {why}", self.lines));
            }
        }
        self.partial = line;
        self.partial.clear();
    }

    fn read_line(&mut self, line: &[u8]) -> Result<(), String> {
        let line = line.trim_ascii();
        if line.is_empty() || line.starts_with(b"#") {
            return Ok(());
        }
        let mut words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
        let name = words.next().unwrap_or_default();
        if !name.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_') {
            return Err("does not begin with a label like CLIENT_RANDOM".to_owned());
        }
        let (Some(random), Some(secret), None) = (words.next(), words.next(), words.next()) else {
            return Err("does not hold three words: label, client random, secret".to_owned());
        };
        // Others are of QUIC, of exporters, or of a key exchange without a random.
        let Some(label) = Label::of(name) else { return Ok(()) };
        let digits = || format!("has {} where the 64 hexadecimal digits of a client random were expected", counted(random));
        let random: [u8; 32] = hex(random).and_then(|bytes| bytes.try_into().ok()).ok_or_else(digits)?;
        let secret = hex(secret).filter(|bytes| label.takes(bytes.len())).ok_or_else(|| {
            let wanted = if label == Label::Master { "96" } else { "64 or 96" };
            format!("has {} where the {wanted} hexadecimal digits of the secret were expected", counted(secret))
        })?;
        self.keep(random, label, &secret);
        Ok(())
    }

    /// Keeps a secret. Of several with one label the last counts.
    fn keep(&mut self, random: [u8; 32], label: Label, secret: &[u8]) {
        let place = match self.place(&random) {
            Some(place) => place,
            None if self.connections.len() >= self.most => {
                self.full = true;
                return;
            }
            None => {
                // Bounded by the number of connections.
                let place = u32::try_from(self.connections.len()).unwrap_or(NONE);
                self.connections.push((random, NONE));
                let (connections, seed) = (&self.connections, &self.seed);
                let hash = |place: &u32| seed.hash_one(connections.get(*place as usize).map_or([0; 32], |(random, _)| *random));
                self.index.insert_unique(seed.hash_one(random), place, hash);
                place
            }
        };
        let Some((_, first)) = self.connections.get_mut(place as usize) else { return };
        let mut kept = Kept { label, length: 0, next: *first, secret: [0; LONGEST_SECRET] };
        for (to, byte) in kept.secret.iter_mut().zip(secret) {
            *to = *byte;
            kept.length = kept.length.saturating_add(1);
        }
        let mut before = *first;
        while let Some(known) = self.secrets.get_mut(before as usize) {
            if known.label == label {
                kept.next = known.next;
                *known = kept;
                return;
            }
            before = known.next;
        }
        // As many as there are labels, of each connection.
        *first = u32::try_from(self.secrets.len()).unwrap_or(NONE);
        self.secrets.push(kept);
    }

    /// The secrets of a connection, from this one on.
    fn kept(&self, first: u32) -> impl Iterator<Item = &Kept> {
        let at = |place: u32| self.secrets.get(place as usize);
        std::iter::successors(at(first), move |kept| at(kept.next))
    }

    fn place(&self, random: &[u8; 32]) -> Option<u32> {
        let same = |place: &u32| self.connections.get(*place as usize).is_some_and(|(known, _)| known == random);
        self.index.find(self.seed.hash_one(random), same).copied()
    }

    /// What it takes in memory, as far as it is written to.
    pub(super) fn held(&self) -> usize {
        let connections = self.connections.len().saturating_mul(size_of::<([u8; 32], u32)>());
        let secrets = self.secrets.len().saturating_mul(size_of::<Kept>());
        allocated(connections).saturating_add(allocated(secrets)).saturating_add(allocated(self.index.allocation_size()))
    }

    /// How it is called.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Of how many connections it holds secrets.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.connections.len()
    }

    /// What is wrong with it, and where: sentences that name no secret.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        let mut problems = self.named.clone();
        let more = self.bad.saturating_sub(problems.len() as u64);
        if more > 0 {
            problems.push(format!("{more} more lines are no lines of a key log"));
        }
        if self.full {
            let (connections, bytes) = (self.most, MOST_BYTES >> 20);
            problems.push(format!(
                "only the secrets of {connections} connections and {bytes} MiB are read; cut it down, or use --limit tls-secrets=N"
            ));
        }
        problems
    }

    /// How many connections were opened with it so far.
    #[must_use]
    pub fn used(&self) -> u64 {
        self.used.load(Ordering::Relaxed)
    }

    fn find(&self, random: &[u8; 32]) -> Option<Secrets<'_>> {
        let (_, first) = self.connections.get(self.place(random)? as usize)?;
        self.used.fetch_add(1, Ordering::Relaxed);
        Some(Secrets { log: self, first: *first })
    }
}

/// `63 digits`, or that there is something else.
fn counted(word: &[u8]) -> String {
    if word.iter().all(u8::is_ascii_hexdigit) { format!("{} digits", word.len()) } else { "other characters".to_owned() }
}

fn hex(word: &[u8]) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pairs = word.chunks(2).map(|pair| match *pair {
        [high, low] => Some(digit(high)? << 4 | digit(low)?),
        _ => None,
    });
    pairs.collect()
}

/// The key logs of a run, asked in their order.
#[derive(Debug, Default)]
pub struct KeyLogs {
    logs: Vec<KeyLog>,
}

impl KeyLogs {
    /// Those of a run.
    #[must_use]
    pub fn new(logs: Vec<KeyLog>) -> Self {
        Self { logs }
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &KeyLog> {
        self.logs.iter()
    }

    /// What they take in memory.
    pub(super) fn held(&self) -> usize {
        self.logs.iter().fold(0, |sum, log| sum.saturating_add(log.held()))
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.logs.is_empty()
    }

    /// The secrets behind a client's random: those that a capture holds itself, else of the first log that knows it. Every one
    /// is asked, so that none that fits is said to open nothing because another was there before it.
    pub(super) fn find<'a>(&'a self, embedded: &'a KeyLog, random: &[u8; 32]) -> Option<Secrets<'a>> {
        let all = std::iter::once(embedded).chain(&self.logs).filter_map(|log| log.find(random));
        all.fold(None, |first, found| first.or(Some(found)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RANDOM: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191A1B1C1D1E1F";

    fn random() -> [u8; 32] {
        std::array::from_fn(|at| at as u8)
    }

    fn log(text: &str) -> KeyLog {
        KeyLog::read("keys".to_owned(), 100_000, text.as_bytes()).expect("it can be read")
    }

    #[test]
    fn secrets_are_found_by_the_random_in_any_case_of_digits_and_line_ends() {
        let long = "ab".repeat(48);
        let text = format!(
            "# a comment\r\n\nCLIENT_RANDOM {RANDOM} {long}\r\nRSA 0011223344556677 {long}\nEXPORTER_SECRET {RANDOM} {long}\n\
             SERVER_TRAFFIC_SECRET_0  {RANDOM} {}",
            "0c".repeat(32)
        );
        let log = log(&text);
        assert_eq!((log.problems(), log.connections()), (vec![], 1));
        let secrets = log.find(&random()).expect("it is known");
        assert_eq!(secrets.get(Label::Master), Some(&[0xab; 48][..]));
        assert_eq!(secrets.get(Label::Server), Some(&[0x0c; 32][..]));
        assert_eq!(secrets.get(Label::Client), None);
        assert!(log.find(&[9; 32]).is_none());
        assert_eq!(log.used(), 1);
    }

    #[test]
    fn of_several_secrets_with_one_label_the_last_counts_and_none_takes_more() {
        let line = |secret: &str| {
            format!("CLIENT_TRAFFIC_SECRET_0 {RANDOM} {secret}\nSERVER_TRAFFIC_SECRET_0 {RANDOM} {}\n", "33".repeat(32))
        };
        let first = log(&line(&"11".repeat(32)));
        let both = log(&format!("{}{}{}", line(&"11".repeat(32)), line(&"22".repeat(48)), line(&"44".repeat(32))));
        let secrets = both.find(&random()).expect("it is known");
        assert_eq!((secrets.get(Label::Client), secrets.get(Label::Server)), (Some(&[0x44; 32][..]), Some(&[0x33; 32][..])));
        assert_eq!(both.held(), first.held());
    }

    #[test]
    fn many_connections_take_little_and_all_are_found() {
        let mut many = KeyLog::new("keys".to_owned(), 100_000);
        let random = |n: u32| format!("{n:064x}");
        for n in 0..5000 {
            many.add(format!("CLIENT_TRAFFIC_SECRET_0 {} {n:064x}\n", random(n)).as_bytes());
        }
        assert_eq!((many.connections(), many.problems()), (5000, vec![]));
        assert!(many.held() <= 5000 * 110, "{}", many.held());
        for n in [0_u32, 1, 77, 4999] {
            let mut wanted = [0; 32];
            wanted[28..].copy_from_slice(&n.to_be_bytes());
            let found = many.find(&wanted).and_then(|secrets| secrets.get(Label::Client));
            assert_eq!(found, Some(&wanted[..]), "{n}");
        }
    }

    #[test]
    fn the_secrets_of_so_many_connections_are_kept() {
        let line = |n: u32| format!("CLIENT_RANDOM {n:064x} {}\n", "ab".repeat(48));
        let text = format!("{}{}{}{}", line(1), line(2), line(3), line(2));
        let within = |most| KeyLog::read("keys".to_owned(), most, text.as_bytes()).expect("it can be read");
        assert_eq!((within(3).connections(), within(3).problems()), (3, vec![]));
        let few = within(2);
        let said = "only the secrets of 2 connections and 128 MiB are read; cut it down, or use --limit tls-secrets=N";
        assert_eq!((few.connections(), few.problems()), (2, vec![said.to_owned()]));
    }

    #[test]
    fn every_log_that_fits_is_used() {
        let text = format!("CLIENT_RANDOM {RANDOM} {}\n", "ab".repeat(48));
        let other = format!("CLIENT_RANDOM {} {}\n", "00".repeat(32), "ab".repeat(48));
        let (embedded, logs) = (log(&text), KeyLogs::new(vec![log(&other), log(&text)]));
        assert!(logs.find(&embedded, &random()).is_some());
        assert_eq!((embedded.used(), logs.iter().map(KeyLog::used).collect::<Vec<_>>()), (1, vec![0, 1]));
        assert!(logs.find(&embedded, &[9; 32]).is_none());
    }

    #[test]
    fn bad_lines_are_named_by_number_and_never_shown() {
        let secret = "5ec4e7".repeat(16);
        let text = format!(
            "CLIENT_RANDOM {RANDOM} {secret}0\nhello world\nCLIENT_RANDOM {RANDOM}\nCLIENT_RANDOM {}z {secret}\n{}\n",
            &RANDOM[1..],
            "A".repeat(2000)
        );
        let log = log(&text);
        assert_eq!(
            log.problems(),
            [
                "line 1 has 97 digits where the 96 hexadecimal digits of the secret were expected",
                "line 2 does not begin with a label like CLIENT_RANDOM",
                "line 3 does not hold three words: label, client random, secret",
                "2 more lines are no lines of a key log",
            ]
        );
        let shown = format!("{:?} {:?}", log.problems(), log);
        assert!(!shown.to_lowercase().contains("5ec4e7") && !shown.contains("1A1B"), "{shown}");
    }

    #[test]
    fn what_is_found_does_not_hang_on_how_it_is_cut() {
        let text = format!("CLIENT_RANDOM {RANDOM} {}\nx y\n", "ab".repeat(48));
        for cut in 0..text.len() {
            let mut log = KeyLog::new("keys".to_owned(), 100_000);
            log.add(&text.as_bytes()[..cut]);
            log.add(&text.as_bytes()[cut..]);
            log.finish();
            assert_eq!((log.connections(), log.problems().len()), (1, 1), "cut at {cut}");
        }
    }
}
