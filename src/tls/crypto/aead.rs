//! Authenticated ciphers: AES-GCM (RFC 5288), AES-CCM (RFC 6655), ChaCha20-Poly1305 (RFC 7905).

use aes::{Aes128, Aes256};
use aes_gcm::aead::inout::InOutBuf;
use aes_gcm::aead::{AeadInOut, Key, KeyInit, Nonce, Tag};
use aes_gcm::{Aes128Gcm, Aes256Gcm};
use ccm::Ccm;
use ccm::consts::{U8, U12, U16};
use chacha20poly1305::ChaCha20Poly1305;

use crate::flow::allocated;
use crate::tls::suite::Cipher;

/// A cipher with its key.
pub(super) enum Aead {
    Aes128Gcm(Box<Aes128Gcm>),
    Aes256Gcm(Box<Aes256Gcm>),
    Aes128Ccm(Box<Ccm<Aes128, U16, U12>>),
    Aes256Ccm(Box<Ccm<Aes256, U16, U12>>),
    Aes128Ccm8(Box<Ccm<Aes128, U8, U12>>),
    Aes256Ccm8(Box<Ccm<Aes256, U8, U12>>),
    ChaCha20Poly1305(Box<ChaCha20Poly1305>),
}

/// What is done with the cipher, whichever it is.
macro_rules! each {
    ($aead:expr, $cipher:ident => $do:expr) => {
        match $aead {
            Aead::Aes128Gcm($cipher) => $do,
            Aead::Aes256Gcm($cipher) => $do,
            Aead::Aes128Ccm($cipher) => $do,
            Aead::Aes256Ccm($cipher) => $do,
            Aead::Aes128Ccm8($cipher) => $do,
            Aead::Aes256Ccm8($cipher) => $do,
            Aead::ChaCha20Poly1305($cipher) => $do,
        }
    };
}

impl Aead {
    /// What it takes beside its place.
    pub(super) fn held(&self) -> usize {
        each!(self, cipher => allocated(size_of_val(&**cipher)))
    }

    /// The length of a cipher's key; `None` where it is no authenticated cipher.
    pub(super) fn key_length(cipher: Cipher) -> Option<usize> {
        match cipher {
            Cipher::Aes128Gcm | Cipher::Aes128Ccm | Cipher::Aes128Ccm8 => Some(16),
            Cipher::Aes256Gcm | Cipher::Aes256Ccm | Cipher::Aes256Ccm8 | Cipher::ChaCha20Poly1305 => Some(32),
            Cipher::Aes128Cbc(_) | Cipher::Aes256Cbc(_) | Cipher::Other => None,
        }
    }

    pub(super) fn new(cipher: Cipher, key: &[u8]) -> Option<Self> {
        fn keyed<C: KeyInit>(key: &[u8]) -> Option<Box<C>> {
            Some(Box::new(C::new(<&Key<C>>::try_from(key).ok()?)))
        }
        Some(match cipher {
            Cipher::Aes128Gcm => Self::Aes128Gcm(keyed(key)?),
            Cipher::Aes256Gcm => Self::Aes256Gcm(keyed(key)?),
            Cipher::Aes128Ccm => Self::Aes128Ccm(keyed(key)?),
            Cipher::Aes256Ccm => Self::Aes256Ccm(keyed(key)?),
            Cipher::Aes128Ccm8 => Self::Aes128Ccm8(keyed(key)?),
            Cipher::Aes256Ccm8 => Self::Aes256Ccm8(keyed(key)?),
            Cipher::ChaCha20Poly1305 => Self::ChaCha20Poly1305(keyed(key)?),
            Cipher::Aes128Cbc(_) | Cipher::Aes256Cbc(_) | Cipher::Other => return None,
        })
    }

    /// The length of what authenticates a record.
    pub(super) fn tag_length(&self) -> usize {
        match self {
            Self::Aes128Ccm8(_) | Self::Aes256Ccm8(_) => 8,
            _ => 16,
        }
    }

    /// Decrypts in place. `false` where the tag is not that of these bytes; what is in `text` then must not be used.
    pub(super) fn open(&self, nonce: [u8; 12], also: &[u8], text: &mut [u8], tag: &[u8]) -> bool {
        fn open<C: AeadInOut>(cipher: &C, nonce: [u8; 12], also: &[u8], text: &mut [u8], tag: &[u8]) -> Option<()> {
            let nonce = <&Nonce<C>>::try_from(&nonce[..]).ok()?;
            let tag = <&Tag<C>>::try_from(tag).ok()?;
            cipher.decrypt_inout_detached(nonce, also, InOutBuf::from(text), tag).ok()
        }
        each!(self, cipher => open(cipher.as_ref(), nonce, also, text, tag)).is_some()
    }

    /// Encrypts in place and gives the tag: what tests make records with.
    #[cfg(test)]
    pub(super) fn seal(&self, nonce: [u8; 12], also: &[u8], text: &mut [u8]) -> Vec<u8> {
        fn seal<C: AeadInOut>(cipher: &C, nonce: [u8; 12], also: &[u8], text: &mut [u8]) -> Vec<u8> {
            let nonce = <&Nonce<C>>::try_from(&nonce[..]).expect("twelve bytes");
            cipher.encrypt_inout_detached(nonce, also, InOutBuf::from(text)).expect("it is short").to_vec()
        }
        each!(self, cipher => seal(cipher.as_ref(), nonce, also, text))
    }
}
