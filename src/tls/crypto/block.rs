//! AES in CBC mode with a MAC (RFC 5246 §6.2.3.2), before or behind the encryption (RFC 7366).

use aes::{Aes128, Aes256};
use cbc::cipher::{Array, BlockModeDecrypt, BlockSizeUser, InnerIvInit, KeyInit};

use super::derive::Keyed;
use crate::flow::allocated;
use crate::tls::suite::{Cipher, Hash};

/// The length of a block, and of the IV before each record.
const BLOCK: usize = 16;

enum Aes {
    Short(Box<Aes128>),
    Long(Box<Aes256>),
}

/// Cipher and MAC with their keys.
pub(super) struct Block {
    aes: Aes,
    mac: Keyed,
    mac_length: usize,
    /// The MAC is that of the encrypted bytes.
    encrypt_then_mac: bool,
}

impl Block {
    /// What it takes beside its place.
    pub(super) fn held(&self) -> usize {
        let key = match &self.aes {
            Aes::Short(aes) => size_of_val(&**aes),
            Aes::Long(aes) => size_of_val(&**aes),
        };
        allocated(key).saturating_add(self.mac.held())
    }

    /// The lengths of the key and of the MAC's key, and the MAC's hash; `None` where it is no block cipher.
    pub(super) fn lengths(cipher: Cipher) -> Option<(usize, usize, Hash)> {
        match cipher {
            Cipher::Aes128Cbc(hash) => Some((16, hash.length(), hash)),
            Cipher::Aes256Cbc(hash) => Some((32, hash.length(), hash)),
            _ => None,
        }
    }

    pub(super) fn new(cipher: Cipher, key: &[u8], mac_key: &[u8], encrypt_then_mac: bool) -> Option<Self> {
        let (_, mac_length, hash) = Self::lengths(cipher)?;
        let aes = match cipher {
            Cipher::Aes128Cbc(_) => Aes::Short(Box::new(Aes128::new_from_slice(key).ok()?)),
            _ => Aes::Long(Box::new(Aes256::new_from_slice(key).ok()?)),
        };
        Some(Self { aes, mac: Keyed::new(hash, mac_key)?, mac_length, encrypt_then_mac })
    }

    /// Decrypts and holds the MAC against the text. `head` is what the MAC covers before the length.
    pub(super) fn open(&self, head: &[u8], body: &[u8], text: &mut Vec<u8>) -> Option<()> {
        text.clear();
        let length = |of: usize| u16::try_from(of).ok().map(u16::to_be_bytes);
        let sealed = if self.encrypt_then_mac {
            let (sealed, mac) = body.split_at_checked(body.len().checked_sub(self.mac_length)?)?;
            (self.mac.code(&[head, &length(sealed.len())?, sealed]) == mac).then_some(sealed)?
        } else {
            body
        };
        let (iv, encrypted) = sealed.split_first_chunk::<BLOCK>()?;
        if encrypted.is_empty() || encrypted.len() % BLOCK != 0 {
            return None;
        }
        text.extend_from_slice(encrypted);
        self.decrypt(*iv, text);
        self.strip(head, text).or_else(|| {
            text.clear();
            None
        })
    }

    /// Takes padding and MAC away, where both are right.
    fn strip(&self, head: &[u8], text: &mut Vec<u8>) -> Option<()> {
        let padding = *text.last()?;
        let kept = text.len().checked_sub(usize::from(padding) + 1)?;
        if text.get(kept..)?.iter().any(|&byte| byte != padding) {
            return None;
        }
        text.truncate(kept);
        if !self.encrypt_then_mac {
            let (content, mac) = text.split_at_checked(kept.checked_sub(self.mac_length)?)?;
            let length = u16::try_from(content.len()).ok()?.to_be_bytes();
            if self.mac.code(&[head, &length, content]) != mac {
                return None;
            }
            let content = content.len();
            text.truncate(content);
        }
        Some(())
    }

    fn decrypt(&self, iv: [u8; BLOCK], text: &mut [u8]) {
        fn decrypt<C>(aes: &C, iv: [u8; BLOCK], text: &mut [u8])
        where
            C: Clone + cbc::cipher::BlockCipherDecrypt + BlockSizeUser<BlockSize = cbc::cipher::consts::U16>,
        {
            let mut mode = cbc::Decryptor::<C>::inner_iv_init(aes.clone(), &Array::from(iv));
            let (blocks, _) = Array::slice_as_chunks_mut(text);
            mode.decrypt_blocks(blocks);
        }
        match &self.aes {
            Aes::Short(aes) => decrypt(aes.as_ref(), iv, text),
            Aes::Long(aes) => decrypt(aes.as_ref(), iv, text),
        }
    }

    /// Encrypts a record: what tests make records with.
    #[cfg(test)]
    pub(super) fn seal(&self, head: &[u8], iv: [u8; BLOCK], content: &[u8]) -> Vec<u8> {
        use cbc::cipher::BlockModeEncrypt;
        let length = |of: usize| (of as u16).to_be_bytes();
        let mut text = content.to_vec();
        if !self.encrypt_then_mac {
            text.extend(self.mac.code(&[head, &length(content.len()), content]));
        }
        let padding = (BLOCK - 1 - text.len() % BLOCK) as u8;
        text.extend(std::iter::repeat_n(padding, usize::from(padding) + 1));
        let (blocks, _) = Array::slice_as_chunks_mut(&mut text);
        match &self.aes {
            Aes::Short(aes) => cbc::Encryptor::<Aes128>::inner_iv_init((**aes).clone(), &Array::from(iv)).encrypt_blocks(blocks),
            Aes::Long(aes) => cbc::Encryptor::<Aes256>::inner_iv_init((**aes).clone(), &Array::from(iv)).encrypt_blocks(blocks),
        }
        let mut body = [&iv[..], &text].concat();
        if self.encrypt_then_mac {
            body.extend(self.mac.code(&[head, &length(body.len()), &body]));
        }
        body
    }
}
