//! What a handshake settled, in clear or opened: what a spec can expect of a connection.

use super::suite;

/// The protocol above TLS (RFC 7301).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Alpn {
    /// The message that would say so was not opened.
    #[default]
    Unknown,
    /// The server chose none.
    None,
    /// It chose this one: `h2`, `http/1.1`.
    Protocol(String),
}

/// What the handshake of a connection settled.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TlsFacts {
    /// The server's name that the client asked for (RFC 6066 §3), as it wrote it; none where it asked for none.
    pub sni: Option<String>,
    /// The protocol that the server chose.
    pub alpn: Alpn,
    /// The version: 0x0303 is TLS 1.2, 0x0304 TLS 1.3.
    pub version: u16,
    /// The cipher suite by its number.
    pub suite: u16,
}

impl TlsFacts {
    /// The version as AWS, curl and OpenSSL write it: `TLSv1.3`.
    #[must_use]
    pub fn version_name(&self) -> String {
        version_name(self.version)
    }

    /// The suite's name in the IANA registry, `TLS_AES_128_GCM_SHA256`; `0xc0ff` where the table has no name for it.
    #[must_use]
    pub fn suite_name(&self) -> String {
        suite::find(self.suite).map_or_else(|| format!("{:#06x}", self.suite), |suite| suite.name.to_owned())
    }
}

pub(super) fn version_name(version: u16) -> String {
    match version {
        0x0300 => "SSLv3".to_owned(),
        0x0301 => "TLSv1.0".to_owned(),
        0x0302 => "TLSv1.1".to_owned(),
        0x0303 => "TLSv1.2".to_owned(),
        0x0304 => "TLSv1.3".to_owned(),
        0x7f00..=0x7fff => format!("TLSv1.3 draft {}", version & 0xff),
        _ => format!("{version:#06x}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_that_others_write() {
        let facts = TlsFacts { version: 0x0304, suite: 0x1301, ..TlsFacts::default() };
        assert_eq!((facts.version_name(), facts.suite_name()), ("TLSv1.3".to_owned(), "TLS_AES_128_GCM_SHA256".to_owned()));
        let odd = TlsFacts { version: 0x7f14, suite: 0xc0ff, ..TlsFacts::default() };
        assert_eq!((odd.version_name(), odd.suite_name()), ("TLSv1.3 draft 20".to_owned(), "0xc0ff".to_owned()));
    }
}
