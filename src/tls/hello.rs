//! What two hellos say (RFC 5246 §7.4.1, RFC 8446 §4.1): randoms, version, suite, names. Only what keys and specs need.

use super::cursor::Cursor;

/// `HelloRetryRequest` is a ServerHello with this random (RFC 8446 §4.1.3).
const RETRY: [u8; 32] = [
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2, 0x11, 0x16, 0x7a,
    0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
];

const SERVER_NAME: u16 = 0;
const ALPN: u16 = 16;
const ENCRYPT_THEN_MAC: u16 = 22;
const EARLY_DATA: u16 = 42;
const SUPPORTED_VERSIONS: u16 = 43;

/// What a client opens with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ClientHello {
    pub(super) random: [u8; 32],
    pub(super) sni: Option<String>,
    /// Data encrypted with a secret from before follow (RFC 8446 §4.2.10).
    pub(super) early_data: bool,
}

/// What a server answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ServerHello {
    pub(super) random: [u8; 32],
    pub(super) version: u16,
    pub(super) suite: u16,
    pub(super) compression: u8,
    pub(super) encrypt_then_mac: bool,
    /// In TLS 1.2; in TLS 1.3 it stands among the encrypted extensions.
    pub(super) alpn: Option<String>,
    /// It asks for another ClientHello.
    pub(super) retry: bool,
}

/// Extensions, each by its number.
fn extensions(mut bytes: Cursor<'_>, mut each: impl FnMut(u16, Cursor<'_>) -> Option<()>) -> Option<()> {
    while !bytes.0.is_empty() {
        let (kind, content) = (bytes.u16()?, bytes.long()?);
        each(kind, Cursor(content))?;
    }
    Some(())
}

/// Names of hosts and protocols are ASCII; what is not shows as such.
fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The first host name of the list (RFC 6066 §3).
fn server_name(mut content: Cursor<'_>) -> Option<String> {
    let mut names = Cursor(content.long()?);
    while let Some(kind) = names.u8() {
        let name = names.long()?;
        if kind == 0 {
            return Some(text(name));
        }
    }
    None
}

/// The one protocol that a server names (RFC 7301 §3.1).
fn protocol(mut content: Cursor<'_>) -> Option<String> {
    Cursor(content.long()?).short().map(text)
}

impl ClientHello {
    /// Reads the message behind its header; `None` where it contradicts itself.
    pub(super) fn read(message: &[u8]) -> Option<Self> {
        let mut bytes = Cursor(message);
        bytes.u16()?;
        let random = bytes.array()?;
        bytes.short()?;
        bytes.long()?;
        bytes.short()?;
        let mut hello = Self { random, sni: None, early_data: false };
        if bytes.0.is_empty() {
            return Some(hello);
        }
        extensions(Cursor(bytes.long()?), |kind, content| {
            match kind {
                // A server sends it empty, and so do some clients.
                SERVER_NAME => hello.sni = server_name(content),
                EARLY_DATA => hello.early_data = true,
                _ => {}
            }
            Some(())
        })?;
        Some(hello)
    }
}

impl ServerHello {
    /// Reads the message behind its header; `None` where it contradicts itself.
    pub(super) fn read(message: &[u8]) -> Option<Self> {
        let mut bytes = Cursor(message);
        let version = bytes.u16()?;
        let random = bytes.array()?;
        // Drafts of TLS 1.3 before the 22nd left session id and compression out.
        let short = (0x7f00..0x7f16).contains(&version);
        if !short {
            bytes.short()?;
        }
        let suite = bytes.u16()?;
        let compression = if short { 0 } else { bytes.u8()? };
        let retry = random == RETRY;
        let mut hello = Self { random, version, suite, compression, encrypt_then_mac: false, alpn: None, retry };
        if bytes.0.is_empty() {
            return Some(hello);
        }
        extensions(Cursor(bytes.long()?), |kind, mut content| {
            match kind {
                SUPPORTED_VERSIONS => hello.version = content.u16()?,
                ENCRYPT_THEN_MAC => hello.encrypt_then_mac = true,
                ALPN => hello.alpn = Some(protocol(content)?),
                _ => {}
            }
            Some(())
        })?;
        Some(hello)
    }
}

/// What a server says encrypted (RFC 8446 §4.3.1): the protocol, and whether it takes early data.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct EncryptedExtensions {
    pub(super) alpn: Option<String>,
    pub(super) early_data: bool,
}

impl EncryptedExtensions {
    pub(super) fn read(message: &[u8]) -> Option<Self> {
        let mut found = Self::default();
        extensions(Cursor(Cursor(message).long()?), |kind, content| {
            match kind {
                ALPN => found.alpn = Some(protocol(content)?),
                EARLY_DATA => found.early_data = true,
                _ => {}
            }
            Some(())
        })?;
        Some(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tls::tests::{client_hello, hex, server_hello};

    #[test]
    fn a_client_hello_gives_random_and_name() {
        let hello = ClientHello::read(&client_hello([7; 32], Some("example.com"), true)[4..]).expect("a hello");
        assert_eq!(hello, ClientHello { random: [7; 32], sni: Some("example.com".to_owned()), early_data: true });
        let plain = ClientHello::read(&client_hello([7; 32], None, false)[4..]).expect("a hello");
        assert_eq!(plain, ClientHello { random: [7; 32], sni: None, early_data: false });
    }

    #[test]
    fn a_hello_that_ends_early_is_none() {
        let whole = client_hello([7; 32], Some("example.com"), false);
        let without = whole.len() - 4 - 2 - 18 - 9;
        let cut: Vec<usize> = (0..whole.len() - 4).filter(|&end| ClientHello::read(&whole[4..4 + end]).is_some()).collect();
        assert!(cut.len() <= 1 && cut.iter().all(|&end| end <= without), "only one without extensions is whole: {cut:?}");
        let server = server_hello([9; 32], 0x1301, 0x0304, None);
        assert_eq!((4..server.len()).filter(|&end| ServerHello::read(&server[4..end]).is_some()).count(), 1);
    }

    /// RFC 8448 §3: the ServerHello.
    #[test]
    fn the_server_hello_of_the_rfc_is_read() {
        let message = hex(
            "020000560303a6af06a4121860dc5e6e60249cd34c95930c8ac5cb1434dac155772ed3e2692800130100002e00330024001d0020c9828876\
             112095fe66762bdbf7c672e156d6cc253b833df1dd69b1b04e751f0f002b00020304",
        );
        let hello = ServerHello::read(&message[4..]).expect("a hello");
        assert_eq!((hello.version, hello.suite, hello.retry, hello.alpn), (0x0304, 0x1301, false, None));
        assert_eq!(hello.random[..4], [0xa6, 0xaf, 0x06, 0xa4]);
    }

    #[test]
    fn a_retry_and_a_protocol_are_seen() {
        assert!(ServerHello::read(&server_hello(RETRY, 0x1301, 0x0304, None)[4..]).expect("a hello").retry);
        let older = ServerHello::read(&server_hello([9; 32], 0xc02f, 0x0303, Some("h2"))[4..]).expect("a hello");
        assert_eq!((older.version, older.alpn.as_deref()), (0x0303, Some("h2")));
    }
}
