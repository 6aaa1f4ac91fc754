//! The keys of one direction: opens its records.

use super::aead::Aead;
use super::block::Block;
use super::derive::{expand_label, expand_label_into, prf};
use crate::flow::allocated;
use crate::tls::record::{ContentType, HEADER, Header};
use crate::tls::suite::Suite;

/// The keys of one direction.
pub(in crate::tls) struct Opener {
    kind: Kind,
}

enum Kind {
    /// TLS 1.2, with a nonce of which eight bytes stand before each record (RFC 5288 §3, RFC 6655 §3).
    Explicit { aead: Aead, salt: [u8; 4] },
    /// TLS 1.2, with a nonce that counts (RFC 7905 §2).
    Counted { aead: Aead, iv: [u8; 12] },
    /// TLS 1.2, with block cipher and MAC.
    Block(Block),
    /// TLS 1.3 (RFC 8446 §5.2).
    Modern { aead: Aead, iv: [u8; 12], suite: Suite, secret: Vec<u8>, version: u16 },
}

/// What stands before the text that TLS 1.2 authenticates, but for its length.
fn head(sequence: u64, header: &Header) -> [u8; 11] {
    let mut head = [0; 11];
    let [content, major, minor, _, _] = header.bytes;
    head[..8].copy_from_slice(&sequence.to_be_bytes());
    head[8..].copy_from_slice(&[content, major, minor]);
    head
}

/// The IV, with the sequence number in its last eight bytes (RFC 8446 §5.3).
fn counted(iv: [u8; 12], sequence: u64) -> [u8; 12] {
    let mut nonce = iv;
    nonce[4..].iter_mut().zip(sequence.to_be_bytes()).for_each(|(byte, of)| *byte ^= of);
    nonce
}

impl Opener {
    /// Whether records can be opened at all.
    pub(in crate::tls) const BUILT: bool = true;

    /// What it takes beside its place.
    pub(in crate::tls) fn held(&self) -> usize {
        match &self.kind {
            Kind::Explicit { aead, .. } | Kind::Counted { aead, .. } => aead.held(),
            Kind::Modern { aead, secret, .. } => aead.held().saturating_add(allocated(secret.capacity())),
            Kind::Block(block) => block.held(),
        }
    }

    /// The keys that a traffic secret of TLS 1.3 gives; `None` where suite and secret do not belong together.
    pub(in crate::tls) fn tls13(suite: &Suite, version: u16, secret: &[u8]) -> Option<Self> {
        let mut key = vec![0; Aead::key_length(suite.cipher)?];
        expand_label_into(suite.hash(), secret, "key", &mut key)?;
        let aead = Aead::new(suite.cipher, &key)?;
        let iv = expand_label(suite.hash(), secret, "iv")?;
        Some(Self { kind: Kind::Modern { aead, iv, suite: *suite, secret: secret.to_vec(), version } })
    }

    /// The keys of client and server that a master secret of TLS 1.2 gives (RFC 5246 §6.3).
    pub(in crate::tls) fn tls12(
        suite: &Suite,
        master: &[u8],
        [client, server]: [&[u8; 32]; 2],
        encrypt_then_mac: bool,
    ) -> Option<[Self; 2]> {
        let block = Block::lengths(suite.cipher);
        let (key, mac, iv) = match block {
            Some((key, mac, _)) => (key, mac, 0),
            None if suite.cipher == crate::tls::suite::Cipher::ChaCha20Poly1305 => (32, 0, 12),
            None => (Aead::key_length(suite.cipher)?, 0, 4),
        };
        let length = key.saturating_add(mac).saturating_add(iv).saturating_mul(2);
        let keys = prf(suite.hash(), master, b"key expansion", [server, client], length)?;
        let mut left = keys.as_slice();
        let mut take = |length: usize| {
            let (taken, rest) = left.split_at_checked(length)?;
            left = rest;
            Some(taken)
        };
        let macs = [take(mac)?, take(mac)?];
        let keys = [take(key)?, take(key)?];
        let ivs = [take(iv)?, take(iv)?];
        let one = |[mac, key, iv]: [&[u8]; 3]| {
            let kind = if block.is_some() {
                Kind::Block(Block::new(suite.cipher, key, mac, encrypt_then_mac)?)
            } else {
                let aead = Aead::new(suite.cipher, key)?;
                match (<[u8; 4]>::try_from(iv), <[u8; 12]>::try_from(iv)) {
                    (Ok(salt), _) => Kind::Explicit { aead, salt },
                    (_, Ok(iv)) => Kind::Counted { aead, iv },
                    _ => return None,
                }
            };
            Some(Self { kind })
        };
        let ([mac_of_client, mac_of_server], [client, server], [iv_of_client, iv_of_server]) = (macs, keys, ivs);
        Some([one([mac_of_client, client, iv_of_client])?, one([mac_of_server, server, iv_of_server])?])
    }

    /// Puts what the record holds in `text` and says what it is; `None` and no text where it is not authentic: wrong keys,
    /// another sequence number, or changed bytes.
    pub(in crate::tls) fn open(&self, sequence: u64, header: &Header, body: &[u8], text: &mut Vec<u8>) -> Option<ContentType> {
        text.clear();
        let content = match &self.kind {
            Kind::Explicit { aead, salt } => {
                let (explicit, sealed) = body.split_first_chunk::<8>()?;
                let mut nonce = [0; 12];
                nonce[..4].copy_from_slice(salt);
                nonce[4..].copy_from_slice(explicit);
                open_legacy(aead, nonce, sequence, header, sealed, text)
            }
            Kind::Counted { aead, iv } => open_legacy(aead, counted(*iv, sequence), sequence, header, body, text),
            Kind::Block(block) => block.open(&head(sequence, header), body, text).map(|()| header.content),
            Kind::Modern { aead, iv, version, .. } => {
                // Drafts before the 25th authenticated no header.
                let also = if (0x7f00..0x7f19).contains(version) { &[][..] } else { &header.bytes };
                open_aead(aead, counted(*iv, sequence), also, body, text).and_then(|()| inner(text))
            }
        };
        if content.is_none() {
            text.clear();
        }
        content
    }

    /// The keys behind a KeyUpdate (RFC 8446 §7.2).
    pub(in crate::tls) fn next(&self) -> Option<Self> {
        let Kind::Modern { suite, secret, version, .. } = &self.kind else { return None };
        let mut next = vec![0; secret.len()];
        expand_label_into(suite.hash(), secret, "traffic upd", &mut next)?;
        Self::tls13(suite, *version, &next)
    }

    /// How much longer a record is than its content, header included; `None` where that depends on the content. Padding of
    /// TLS 1.3 is left out: hardly anybody pads.
    pub(in crate::tls) fn overhead(&self) -> Option<u64> {
        let length = match &self.kind {
            Kind::Explicit { aead, .. } => aead.tag_length().saturating_add(8),
            Kind::Counted { aead, .. } => aead.tag_length(),
            Kind::Modern { aead, .. } => aead.tag_length().saturating_add(1),
            Kind::Block(_) => return None,
        };
        Some(HEADER.saturating_add(length) as u64)
    }

    /// The body of a record that opens to this: what tests make records with. `header.length` is set.
    #[cfg(test)]
    pub(in crate::tls) fn seal(&self, sequence: u64, content: ContentType, bytes: &[u8]) -> Vec<u8> {
        let kind = match content {
            ContentType::ChangeCipherSpec => 20,
            ContentType::Alert => 21,
            ContentType::Handshake => 22,
            ContentType::ApplicationData => 23,
        };
        let header = |kind: u8, length: usize| {
            let [high, low] = (length as u16).to_be_bytes();
            Header::of([kind, 3, 3, high, low]).expect("a header")
        };
        let mut text = bytes.to_vec();
        let legacy = header(kind, 0);
        let also = [&head(sequence, &legacy)[..], &(bytes.len() as u16).to_be_bytes()].concat();
        let (kind, body) = match &self.kind {
            Kind::Explicit { aead, salt } => {
                let mut nonce = [0; 12];
                nonce[..4].copy_from_slice(salt);
                nonce[4..].copy_from_slice(&sequence.to_be_bytes());
                let tag = aead.seal(nonce, &also, &mut text);
                (kind, [&sequence.to_be_bytes()[..], &text, &tag].concat())
            }
            Kind::Counted { aead, iv } => {
                let tag = aead.seal(counted(*iv, sequence), &also, &mut text);
                (kind, [text, tag].concat())
            }
            Kind::Block(block) => (kind, block.seal(&head(sequence, &legacy), [sequence as u8; 16], bytes)),
            Kind::Modern { aead, iv, version, .. } => {
                text.push(kind);
                let outer = header(23, text.len() + aead.tag_length());
                let also = if (0x7f00..0x7f19).contains(version) { &[][..] } else { &outer.bytes };
                let tag = aead.seal(counted(*iv, sequence), also, &mut text);
                (23, [text, tag].concat())
            }
        };
        [&header(kind, body.len()).bytes[..], &body].concat()
    }
}

/// Decrypts what stands before the tag.
fn open_aead(aead: &Aead, nonce: [u8; 12], also: &[u8], sealed: &[u8], text: &mut Vec<u8>) -> Option<()> {
    let (encrypted, tag) = sealed.split_at_checked(sealed.len().checked_sub(aead.tag_length())?)?;
    text.extend_from_slice(encrypted);
    aead.open(nonce, also, text, tag).then_some(())
}

/// The same with the additional data of TLS 1.2 (RFC 5246 §6.2.3.3).
fn open_legacy(
    aead: &Aead,
    nonce: [u8; 12],
    sequence: u64,
    header: &Header,
    sealed: &[u8],
    text: &mut Vec<u8>,
) -> Option<ContentType> {
    let length = u16::try_from(sealed.len().checked_sub(aead.tag_length())?).ok()?;
    let mut also = [0; 13];
    also[..11].copy_from_slice(&head(sequence, header));
    also[11..].copy_from_slice(&length.to_be_bytes());
    open_aead(aead, nonce, &also, sealed, text).map(|()| header.content)
}

/// Takes padding and type from the end of what TLS 1.3 encrypts (RFC 8446 §5.4).
fn inner(text: &mut Vec<u8>) -> Option<ContentType> {
    let last = text.iter().rposition(|&byte| byte != 0)?;
    let content = ContentType::of(*text.get(last)?)?;
    text.truncate(last);
    Some(content)
}
