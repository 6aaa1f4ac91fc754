//! Keys from secrets: the pseudorandom function of TLS 1.2 (RFC 5246 §5) and HKDF-Expand-Label of TLS 1.3 (RFC 8446 §7.1).

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Sha256, Sha384};

use crate::flow::allocated;
use crate::tls::suite::Hash;

impl Hash {
    /// The length of its output.
    pub(super) fn length(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
        }
    }
}

/// HMAC with a key, ready for many messages.
#[derive(Clone)]
pub(super) enum Keyed {
    Sha1(Hmac<Sha1>),
    Sha256(Hmac<Sha256>),
    Sha384(Box<Hmac<Sha384>>),
}

impl Keyed {
    /// What it takes beside its place.
    pub(super) fn held(&self) -> usize {
        match self {
            Self::Sha1(_) | Self::Sha256(_) => 0,
            Self::Sha384(mac) => allocated(size_of_val(&**mac)),
        }
    }

    pub(super) fn new(hash: Hash, key: &[u8]) -> Option<Self> {
        Some(match hash {
            Hash::Sha1 => Self::Sha1(Hmac::new_from_slice(key).ok()?),
            Hash::Sha256 => Self::Sha256(Hmac::new_from_slice(key).ok()?),
            Hash::Sha384 => Self::Sha384(Box::new(Hmac::new_from_slice(key).ok()?)),
        })
    }

    /// The code of these parts, one behind the other.
    pub(super) fn code(&self, parts: &[&[u8]]) -> Vec<u8> {
        fn code<M: Mac>(mut mac: M, parts: &[&[u8]]) -> Vec<u8> {
            parts.iter().for_each(|part| mac.update(part));
            mac.finalize().into_bytes().to_vec()
        }
        match self {
            Self::Sha1(mac) => code(mac.clone(), parts),
            Self::Sha256(mac) => code(mac.clone(), parts),
            Self::Sha384(mac) => code(mac.as_ref().clone(), parts),
        }
    }
}

/// The first bytes of the pseudorandom function of TLS 1.2.
pub(super) fn prf(hash: Hash, secret: &[u8], label: &[u8], seeds: [&[u8]; 2], length: usize) -> Option<Vec<u8>> {
    let keyed = Keyed::new(hash, secret)?;
    let [first, second] = seeds;
    let mut out = Vec::with_capacity(length.saturating_add(hash.length()));
    let mut a = keyed.code(&[label, first, second]);
    while out.len() < length {
        out.extend(keyed.code(&[&a, label, first, second]));
        a = keyed.code(&[&a]);
    }
    out.truncate(length);
    Some(out)
}

/// HKDF-Expand-Label without context. Drafts of TLS 1.3 before the 20th wrote the label otherwise; they are not opened.
pub(super) fn expand_label<const N: usize>(hash: Hash, secret: &[u8], label: &str) -> Option<[u8; N]> {
    let mut out = [0; N];
    expand_label_into(hash, secret, label, &mut out)?;
    Some(out)
}

pub(super) fn expand_label_into(hash: Hash, secret: &[u8], label: &str, out: &mut [u8]) -> Option<()> {
    const PREFIX: &[u8] = b"tls13 ";
    let mut info = Vec::with_capacity(24);
    info.extend(u16::try_from(out.len()).ok()?.to_be_bytes());
    info.push(u8::try_from(PREFIX.len().saturating_add(label.len())).ok()?);
    info.extend(PREFIX);
    info.extend(label.as_bytes());
    info.push(0);
    if secret.len() != hash.length() {
        return None;
    }
    match hash {
        Hash::Sha1 => None,
        Hash::Sha256 => Hkdf::<Sha256>::from_prk(secret).ok()?.expand(&info, out).ok(),
        Hash::Sha384 => Hkdf::<Sha384>::from_prk(secret).ok()?.expand(&info, out).ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tls::tests::hex;

    /// The test vector that the IETF's TLS list settled for SHA-256 (mail of 2010-04-13, "TLS 1.2 PRF test vectors").
    #[test]
    fn the_function_of_tls_1_2_gives_its_test_vector() {
        let secret = hex("9bbe436ba940f017b17652849a71db35");
        let seed = hex("a0ba9f936cda311827a6f796ffd5198c");
        let out = prf(Hash::Sha256, &secret, b"test label", [&seed, b""], 100).expect("it");
        let wanted = "e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a6b301791e90d35c9c9a46b4e14baf9af0fa0\
                      22f7077def17abfd3797c0564bab4fbc91666e9def9b97fce34f796789baa48082d122ee42c5a72e5a5110fff70187347b66";
        assert_eq!(out, hex(wanted));
    }

    /// RFC 8448 §3: the server's handshake traffic secret gives key and IV.
    #[test]
    fn labels_of_tls_1_3_give_the_keys_of_the_rfc() {
        let secret = hex("b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38");
        assert_eq!(expand_label::<16>(Hash::Sha256, &secret, "key").expect("it")[..], hex("3fce516009c21727d0f2e4e86ee403bc"));
        assert_eq!(expand_label::<12>(Hash::Sha256, &secret, "iv").expect("it")[..], hex("5d313eb2671276ee13000b30"));
        assert!(expand_label::<12>(Hash::Sha384, &secret, "iv").is_none(), "a secret of another hash");
    }
}
