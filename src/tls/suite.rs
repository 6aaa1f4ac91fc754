//! The cipher suites that are known by name, and how the records of each are protected (IANA's registry of TLS parameters).

use Cipher::{Aes128Cbc, Aes128Ccm, Aes128Ccm8, Aes128Gcm, Aes256Cbc, Aes256Ccm, Aes256Ccm8, Aes256Gcm, ChaCha20Poly1305, Other};
use Hash::{Sha1, Sha256, Sha384};

/// A hash function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hash {
    Sha1,
    Sha256,
    Sha384,
}

/// How records are protected. The block ciphers name the hash of their MAC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cipher {
    Aes128Gcm,
    Aes256Gcm,
    Aes128Ccm,
    Aes256Ccm,
    Aes128Ccm8,
    Aes256Ccm8,
    ChaCha20Poly1305,
    Aes128Cbc(Hash),
    Aes256Cbc(Hash),
    /// Known by name only.
    Other,
}

/// A cipher suite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Suite {
    pub(super) id: u16,
    pub(super) name: &'static str,
    pub(super) cipher: Cipher,
}

impl Suite {
    /// The hash that keys are derived with: SHA-384 where the name ends with it, SHA-256 otherwise (RFC 5246 §5).
    #[cfg_attr(not(feature = "tls"), expect(dead_code, reason = "only keys need it"))]
    pub(super) fn hash(&self) -> Hash {
        if self.name.ends_with("_SHA384") { Sha384 } else { Sha256 }
    }
}

/// The suite of this number.
pub(super) fn find(id: u16) -> Option<&'static Suite> {
    let at = SUITES.binary_search_by_key(&id, |suite| suite.id).ok()?;
    SUITES.get(at)
}

const fn suite(id: u16, cipher: Cipher, name: &'static str) -> Suite {
    Suite { id, name, cipher }
}

/// By number.
#[rustfmt::skip]
const SUITES: &[Suite] = &[
    suite(0x0004, Other, "TLS_RSA_WITH_RC4_128_MD5"),
    suite(0x0005, Other, "TLS_RSA_WITH_RC4_128_SHA"),
    suite(0x000a, Other, "TLS_RSA_WITH_3DES_EDE_CBC_SHA"),
    suite(0x0016, Other, "TLS_DHE_RSA_WITH_3DES_EDE_CBC_SHA"),
    suite(0x002f, Aes128Cbc(Sha1), "TLS_RSA_WITH_AES_128_CBC_SHA"),
    suite(0x0032, Aes128Cbc(Sha1), "TLS_DHE_DSS_WITH_AES_128_CBC_SHA"),
    suite(0x0033, Aes128Cbc(Sha1), "TLS_DHE_RSA_WITH_AES_128_CBC_SHA"),
    suite(0x0034, Aes128Cbc(Sha1), "TLS_DH_anon_WITH_AES_128_CBC_SHA"),
    suite(0x0035, Aes256Cbc(Sha1), "TLS_RSA_WITH_AES_256_CBC_SHA"),
    suite(0x0038, Aes256Cbc(Sha1), "TLS_DHE_DSS_WITH_AES_256_CBC_SHA"),
    suite(0x0039, Aes256Cbc(Sha1), "TLS_DHE_RSA_WITH_AES_256_CBC_SHA"),
    suite(0x003a, Aes256Cbc(Sha1), "TLS_DH_anon_WITH_AES_256_CBC_SHA"),
    suite(0x003c, Aes128Cbc(Sha256), "TLS_RSA_WITH_AES_128_CBC_SHA256"),
    suite(0x003d, Aes256Cbc(Sha256), "TLS_RSA_WITH_AES_256_CBC_SHA256"),
    suite(0x0040, Aes128Cbc(Sha256), "TLS_DHE_DSS_WITH_AES_128_CBC_SHA256"),
    suite(0x0067, Aes128Cbc(Sha256), "TLS_DHE_RSA_WITH_AES_128_CBC_SHA256"),
    suite(0x006a, Aes256Cbc(Sha256), "TLS_DHE_DSS_WITH_AES_256_CBC_SHA256"),
    suite(0x006b, Aes256Cbc(Sha256), "TLS_DHE_RSA_WITH_AES_256_CBC_SHA256"),
    suite(0x008c, Aes128Cbc(Sha1), "TLS_PSK_WITH_AES_128_CBC_SHA"),
    suite(0x008d, Aes256Cbc(Sha1), "TLS_PSK_WITH_AES_256_CBC_SHA"),
    suite(0x0090, Aes128Cbc(Sha1), "TLS_DHE_PSK_WITH_AES_128_CBC_SHA"),
    suite(0x0091, Aes256Cbc(Sha1), "TLS_DHE_PSK_WITH_AES_256_CBC_SHA"),
    suite(0x0094, Aes128Cbc(Sha1), "TLS_RSA_PSK_WITH_AES_128_CBC_SHA"),
    suite(0x0095, Aes256Cbc(Sha1), "TLS_RSA_PSK_WITH_AES_256_CBC_SHA"),
    suite(0x009c, Aes128Gcm, "TLS_RSA_WITH_AES_128_GCM_SHA256"),
    suite(0x009d, Aes256Gcm, "TLS_RSA_WITH_AES_256_GCM_SHA384"),
    suite(0x009e, Aes128Gcm, "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256"),
    suite(0x009f, Aes256Gcm, "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384"),
    suite(0x00a2, Aes128Gcm, "TLS_DHE_DSS_WITH_AES_128_GCM_SHA256"),
    suite(0x00a3, Aes256Gcm, "TLS_DHE_DSS_WITH_AES_256_GCM_SHA384"),
    suite(0x00a8, Aes128Gcm, "TLS_PSK_WITH_AES_128_GCM_SHA256"),
    suite(0x00a9, Aes256Gcm, "TLS_PSK_WITH_AES_256_GCM_SHA384"),
    suite(0x00aa, Aes128Gcm, "TLS_DHE_PSK_WITH_AES_128_GCM_SHA256"),
    suite(0x00ab, Aes256Gcm, "TLS_DHE_PSK_WITH_AES_256_GCM_SHA384"),
    suite(0x00ac, Aes128Gcm, "TLS_RSA_PSK_WITH_AES_128_GCM_SHA256"),
    suite(0x00ad, Aes256Gcm, "TLS_RSA_PSK_WITH_AES_256_GCM_SHA384"),
    suite(0x00ae, Aes128Cbc(Sha256), "TLS_PSK_WITH_AES_128_CBC_SHA256"),
    suite(0x00af, Aes256Cbc(Sha384), "TLS_PSK_WITH_AES_256_CBC_SHA384"),
    suite(0x00b2, Aes128Cbc(Sha256), "TLS_DHE_PSK_WITH_AES_128_CBC_SHA256"),
    suite(0x00b3, Aes256Cbc(Sha384), "TLS_DHE_PSK_WITH_AES_256_CBC_SHA384"),
    suite(0x00b6, Aes128Cbc(Sha256), "TLS_RSA_PSK_WITH_AES_128_CBC_SHA256"),
    suite(0x00b7, Aes256Cbc(Sha384), "TLS_RSA_PSK_WITH_AES_256_CBC_SHA384"),
    suite(0x1301, Aes128Gcm, "TLS_AES_128_GCM_SHA256"),
    suite(0x1302, Aes256Gcm, "TLS_AES_256_GCM_SHA384"),
    suite(0x1303, ChaCha20Poly1305, "TLS_CHACHA20_POLY1305_SHA256"),
    suite(0x1304, Aes128Ccm, "TLS_AES_128_CCM_SHA256"),
    suite(0x1305, Aes128Ccm8, "TLS_AES_128_CCM_8_SHA256"),
    suite(0xc004, Aes128Cbc(Sha1), "TLS_ECDH_ECDSA_WITH_AES_128_CBC_SHA"),
    suite(0xc005, Aes256Cbc(Sha1), "TLS_ECDH_ECDSA_WITH_AES_256_CBC_SHA"),
    suite(0xc007, Other, "TLS_ECDHE_ECDSA_WITH_RC4_128_SHA"),
    suite(0xc008, Other, "TLS_ECDHE_ECDSA_WITH_3DES_EDE_CBC_SHA"),
    suite(0xc009, Aes128Cbc(Sha1), "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA"),
    suite(0xc00a, Aes256Cbc(Sha1), "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA"),
    suite(0xc00e, Aes128Cbc(Sha1), "TLS_ECDH_RSA_WITH_AES_128_CBC_SHA"),
    suite(0xc00f, Aes256Cbc(Sha1), "TLS_ECDH_RSA_WITH_AES_256_CBC_SHA"),
    suite(0xc011, Other, "TLS_ECDHE_RSA_WITH_RC4_128_SHA"),
    suite(0xc012, Other, "TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA"),
    suite(0xc013, Aes128Cbc(Sha1), "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"),
    suite(0xc014, Aes256Cbc(Sha1), "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA"),
    suite(0xc023, Aes128Cbc(Sha256), "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256"),
    suite(0xc024, Aes256Cbc(Sha384), "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384"),
    suite(0xc025, Aes128Cbc(Sha256), "TLS_ECDH_ECDSA_WITH_AES_128_CBC_SHA256"),
    suite(0xc026, Aes256Cbc(Sha384), "TLS_ECDH_ECDSA_WITH_AES_256_CBC_SHA384"),
    suite(0xc027, Aes128Cbc(Sha256), "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256"),
    suite(0xc028, Aes256Cbc(Sha384), "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384"),
    suite(0xc029, Aes128Cbc(Sha256), "TLS_ECDH_RSA_WITH_AES_128_CBC_SHA256"),
    suite(0xc02a, Aes256Cbc(Sha384), "TLS_ECDH_RSA_WITH_AES_256_CBC_SHA384"),
    suite(0xc02b, Aes128Gcm, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"),
    suite(0xc02c, Aes256Gcm, "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"),
    suite(0xc02d, Aes128Gcm, "TLS_ECDH_ECDSA_WITH_AES_128_GCM_SHA256"),
    suite(0xc02e, Aes256Gcm, "TLS_ECDH_ECDSA_WITH_AES_256_GCM_SHA384"),
    suite(0xc02f, Aes128Gcm, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"),
    suite(0xc030, Aes256Gcm, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"),
    suite(0xc031, Aes128Gcm, "TLS_ECDH_RSA_WITH_AES_128_GCM_SHA256"),
    suite(0xc032, Aes256Gcm, "TLS_ECDH_RSA_WITH_AES_256_GCM_SHA384"),
    suite(0xc035, Aes128Cbc(Sha1), "TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA"),
    suite(0xc036, Aes256Cbc(Sha1), "TLS_ECDHE_PSK_WITH_AES_256_CBC_SHA"),
    suite(0xc037, Aes128Cbc(Sha256), "TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA256"),
    suite(0xc038, Aes256Cbc(Sha384), "TLS_ECDHE_PSK_WITH_AES_256_CBC_SHA384"),
    suite(0xc09c, Aes128Ccm, "TLS_RSA_WITH_AES_128_CCM"),
    suite(0xc09d, Aes256Ccm, "TLS_RSA_WITH_AES_256_CCM"),
    suite(0xc09e, Aes128Ccm, "TLS_DHE_RSA_WITH_AES_128_CCM"),
    suite(0xc09f, Aes256Ccm, "TLS_DHE_RSA_WITH_AES_256_CCM"),
    suite(0xc0a0, Aes128Ccm8, "TLS_RSA_WITH_AES_128_CCM_8"),
    suite(0xc0a1, Aes256Ccm8, "TLS_RSA_WITH_AES_256_CCM_8"),
    suite(0xc0a2, Aes128Ccm8, "TLS_DHE_RSA_WITH_AES_128_CCM_8"),
    suite(0xc0a3, Aes256Ccm8, "TLS_DHE_RSA_WITH_AES_256_CCM_8"),
    suite(0xc0a4, Aes128Ccm, "TLS_PSK_WITH_AES_128_CCM"),
    suite(0xc0a5, Aes256Ccm, "TLS_PSK_WITH_AES_256_CCM"),
    suite(0xc0a6, Aes128Ccm, "TLS_DHE_PSK_WITH_AES_128_CCM"),
    suite(0xc0a7, Aes256Ccm, "TLS_DHE_PSK_WITH_AES_256_CCM"),
    suite(0xc0a8, Aes128Ccm8, "TLS_PSK_WITH_AES_128_CCM_8"),
    suite(0xc0a9, Aes256Ccm8, "TLS_PSK_WITH_AES_256_CCM_8"),
    suite(0xc0aa, Aes128Ccm8, "TLS_PSK_DHE_WITH_AES_128_CCM_8"),
    suite(0xc0ab, Aes256Ccm8, "TLS_PSK_DHE_WITH_AES_256_CCM_8"),
    suite(0xc0ac, Aes128Ccm, "TLS_ECDHE_ECDSA_WITH_AES_128_CCM"),
    suite(0xc0ad, Aes256Ccm, "TLS_ECDHE_ECDSA_WITH_AES_256_CCM"),
    suite(0xc0ae, Aes128Ccm8, "TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8"),
    suite(0xc0af, Aes256Ccm8, "TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8"),
    suite(0xcca8, ChaCha20Poly1305, "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"),
    suite(0xcca9, ChaCha20Poly1305, "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"),
    suite(0xccaa, ChaCha20Poly1305, "TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256"),
    suite(0xccab, ChaCha20Poly1305, "TLS_PSK_WITH_CHACHA20_POLY1305_SHA256"),
    suite(0xccac, ChaCha20Poly1305, "TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256"),
    suite(0xccad, ChaCha20Poly1305, "TLS_DHE_PSK_WITH_CHACHA20_POLY1305_SHA256"),
    suite(0xccae, ChaCha20Poly1305, "TLS_RSA_PSK_WITH_CHACHA20_POLY1305_SHA256"),
    suite(0xd001, Aes128Gcm, "TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256"),
    suite(0xd002, Aes256Gcm, "TLS_ECDHE_PSK_WITH_AES_256_GCM_SHA384"),
    suite(0xd003, Aes128Ccm8, "TLS_ECDHE_PSK_WITH_AES_128_CCM_8_SHA256"),
    suite(0xd005, Aes128Ccm, "TLS_ECDHE_PSK_WITH_AES_128_CCM_SHA256"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order_and_names_say_what_the_ciphers_are() {
        assert!(SUITES.is_sorted_by(|a, b| a.id < b.id));
        for suite in SUITES {
            assert_eq!(find(suite.id), Some(suite));
            let gcm = matches!(suite.cipher, Aes128Gcm | Aes256Gcm);
            assert_eq!(suite.name.contains("GCM"), gcm, "{}", suite.name);
            let long = matches!(suite.cipher, Aes256Cbc(_) | Aes256Gcm | Aes256Ccm | Aes256Ccm8);
            assert_eq!(suite.name.contains("AES_256"), long, "{}", suite.name);
            assert_eq!(
                suite.name.ends_with("CCM_8") || suite.name.contains("CCM_8_"),
                matches!(suite.cipher, Aes128Ccm8 | Aes256Ccm8)
            );
        }
        assert_eq!(find(0x0001), None);
        assert_eq!(find(0xc028).map(Suite::hash), Some(Sha384));
        assert_eq!(find(0xc014).map(Suite::hash), Some(Sha256));
    }
}
