//! Why a connection was not opened, and how many were not: counted, named, bounded.

use std::collections::BTreeMap;
use std::fmt;

use super::facts::version_name;
use super::suite;

/// How many names and reasons of a port are told apart.
const MOST: usize = 100;

/// Why a connection is not opened, or not any more.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shut {
    /// No secrets were given.
    NoKeys,
    /// Secrets were given, but none for the random of this connection's client.
    NoLine,
    /// There are secrets of this connection, but not this one.
    NoSecret(&'static str),
    /// The capture begins within it, or lost how it began.
    BeganBefore,
    /// Bytes of its handshake are lost.
    HandshakeLost,
    /// The handshake was not finished: the capture or the connection ended before.
    Unfinished,
    /// It was opened, and nothing was said behind its handshake: a health check that only connects.
    Idle,
    /// One side ended it with this alert (RFC 8446 §6).
    Alert(u8),
    /// A version that is not opened.
    Version(u16),
    /// A cipher suite that is not opened.
    Suite(u16),
    /// Compressed records.
    Compressed,
    /// Records do not open with the secrets.
    WrongSecrets,
    /// What comes is no TLS record or message.
    Malformed,
    /// A limit was reached.
    Limit,
    /// The program was built without the feature that opens TLS.
    NotBuilt,
}

impl fmt::Display for Shut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoKeys => f.write_str("no key log was given"),
            Self::NoLine => f.write_str("the key log has no line for its client random"),
            Self::NoSecret(label) => write!(f, "the key log has no {label} for its client random"),
            Self::BeganBefore => f.write_str("the capture begins within the connection"),
            Self::HandshakeLost => f.write_str("bytes of its handshake are lost"),
            Self::Unfinished => f.write_str("its handshake was not finished"),
            Self::Idle => f.write_str("nothing was said behind its handshake"),
            Self::Alert(alert) => write!(f, "its handshake failed with the alert {}", alert_name(*alert)),
            Self::Version(version) => write!(f, "{} is not opened", version_name(*version)),
            Self::Suite(id) => match suite::find(*id) {
                Some(suite) => write!(f, "the cipher suite {} is not opened", suite.name),
                None => write!(f, "the cipher suite {id:#06x} is not opened"),
            },
            Self::Compressed => f.write_str("compressed records are not opened"),
            Self::WrongSecrets => f.write_str("its records do not open with the secrets in the key log"),
            Self::Malformed => f.write_str("what it holds is no TLS that can be read"),
            Self::Limit => f.write_str("a limit was reached"),
            Self::NotBuilt => f.write_str("this program was built without the feature tls"),
        }
    }
}

/// Names of RFC 8446 §6; others by number.
fn alert_name(alert: u8) -> String {
    let name = match alert {
        10 => "unexpected_message",
        20 => "bad_record_mac",
        22 => "record_overflow",
        40 => "handshake_failure",
        42 => "bad_certificate",
        43 => "unsupported_certificate",
        44 => "certificate_revoked",
        45 => "certificate_expired",
        46 => "certificate_unknown",
        47 => "illegal_parameter",
        48 => "unknown_ca",
        49 => "access_denied",
        50 => "decode_error",
        51 => "decrypt_error",
        70 => "protocol_version",
        71 => "insufficient_security",
        80 => "internal_error",
        86 => "inappropriate_fallback",
        90 => "user_canceled",
        109 => "missing_extension",
        110 => "unsupported_extension",
        112 => "unrecognized_name",
        116 => "certificate_required",
        120 => "no_application_protocol",
        _ => return alert.to_string(),
    };
    name.to_owned()
}

/// Connections to one port of which nothing was opened.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ShutFlows {
    /// How many.
    pub flows: u64,
    /// The server names that their clients asked for, with how many each; of many, the first hundred.
    pub names: BTreeMap<String, u64>,
    /// Why, with how many each.
    pub why: BTreeMap<Shut, u64>,
}

impl ShutFlows {
    pub(super) fn add(&mut self, name: Option<&str>, why: &Shut) {
        self.flows = self.flows.saturating_add(1);
        if let Some(name) = name {
            count(&mut self.names, name.to_owned());
        }
        count(&mut self.why, why.clone());
    }
}

fn count<K: Ord>(of: &mut BTreeMap<K, u64>, key: K) {
    if of.len() < MOST || of.contains_key(&key) {
        let counted = of.entry(key).or_default();
        *counted = counted.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_counted_and_bounded() {
        let mut shut = ShutFlows::default();
        (0..300).for_each(|number| shut.add(Some(&format!("{number}.example")), &Shut::NoLine));
        shut.add(Some("7.example"), &Shut::Suite(0x000a));
        shut.add(None, &Shut::Alert(40));
        assert_eq!((shut.flows, shut.names.len(), shut.names["7.example"]), (302, MOST, 2));
        let why: Vec<_> = shut.why.iter().map(|(why, count)| format!("{count} {why}")).collect();
        assert_eq!(
            why,
            [
                "300 the key log has no line for its client random",
                "1 its handshake failed with the alert handshake_failure",
                "1 the cipher suite TLS_RSA_WITH_3DES_EDE_CBC_SHA is not opened",
            ]
        );
    }
}
