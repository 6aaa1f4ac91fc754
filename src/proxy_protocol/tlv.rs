//! The type-length-values of version 2 (§2.2 to §2.2.7), and those that clouds add.

use super::Limits;
use super::header::{Checksum, ProxyHeader, Tlv};

/// Of what lies in a value that is kept, nothing more is to be bounded.
const NONE: Limits = Limits { values: usize::MAX, bytes: usize::MAX, in_all: usize::MAX };

pub(super) const CRC32C: u8 = 0x03;
const NOOP: u8 = 0x04;
const SSL: u8 = 0x20;
/// AWS; the first byte of its value says what it is, 1 a VPC endpoint.
const AWS: u8 = 0xea;
/// Azure; 1 is the LinkID of a private endpoint.
const AZURE: u8 = 0xee;
/// Google Cloud; the id of a Private Service Connect connection.
const GCP: u8 = 0xe0;

/// How the value of a TLV reads.
enum Reads {
    /// As text where it is text.
    Opaque(u8),
    /// The checksum.
    Checksum,
    /// What `PP2_TYPE_SSL` says of itself.
    SslClient,
    SslVerify,
    /// A TLV within it.
    InSsl(u8),
    /// Behind a byte that says which of a vendor's values it is.
    Behind(u8, u8),
    /// The same, a number in little endian.
    LittleBehind(u8, u8),
    /// A number in big endian.
    Big(u8),
}

const TABLE: &[(&str, Reads)] = &[
    ("alpn", Reads::Opaque(0x01)),
    ("authority", Reads::Opaque(0x02)),
    ("crc32c", Reads::Checksum),
    ("unique_id", Reads::Opaque(0x05)),
    ("netns", Reads::Opaque(0x30)),
    ("ssl.client", Reads::SslClient),
    ("ssl.verify", Reads::SslVerify),
    ("ssl.version", Reads::InSsl(0x21)),
    ("ssl.cn", Reads::InSsl(0x22)),
    ("ssl.cipher", Reads::InSsl(0x23)),
    ("ssl.sig_alg", Reads::InSsl(0x24)),
    ("ssl.key_alg", Reads::InSsl(0x25)),
    ("vpce_id", Reads::Behind(AWS, 1)),
    ("azure_link_id", Reads::LittleBehind(AZURE, 1)),
    ("gcp_psc_id", Reads::Big(GCP)),
];

/// The names under which values are found, in the order in which they are shown.
#[expect(clippy::indexing_slicing, reason = "evaluated when the program is compiled")]
pub const NAMES: [&str; TABLE.len()] = {
    let mut names = [""; TABLE.len()];
    let mut at = 0;
    while at < TABLE.len() {
        names[at] = TABLE[at].0;
        at += 1;
    }
    names
};

/// What ends the TLVs of a header before its bytes end.
#[derive(Debug)]
pub(super) struct Broken {
    pub(super) at: usize,
    pub(super) what: String,
    /// They are there, and not kept.
    pub(super) by_limit: bool,
}

/// The TLVs in bytes, each with its place; the last may be what is wrong.
pub(super) fn walk(bytes: &[u8]) -> impl Iterator<Item = Result<(usize, u8, &[u8]), Broken>> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let at = bytes.len().saturating_sub(rest.len());
        let broken = |what| Some(Err(Broken { at, what, by_limit: false }));
        let left = std::mem::take(&mut rest);
        let Some((&[kind, high, low], behind)) = left.split_first_chunk() else {
            return broken(format!("a type and a length of 2 bytes are expected, and {} are left", left.len()));
        };
        let length = usize::from(u16::from_be_bytes([high, low]));
        let Some((value, behind)) = behind.split_at_checked(length) else {
            return broken(format!("TLV {kind:#04x} has {length} bytes, and {} are left", behind.len()));
        };
        rest = behind;
        Some(Ok((at, kind, value)))
    })
}

/// Keeps the TLVs in bytes, and says what ends them early.
pub(super) fn split(bytes: &[u8], limits: &Limits) -> (Vec<Tlv>, Option<Broken>) {
    let (mut tlvs, mut kept) = (Vec::new(), 0_usize);
    for tlv in walk(bytes) {
        match tlv {
            Ok((at, kind, value)) => {
                kept = kept.saturating_add(value.len());
                let Limits { values, bytes, .. } = *limits;
                if tlvs.len() >= values || kept > bytes {
                    let what = format!("more than {values} values, or {bytes} bytes of them, are not kept");
                    return (tlvs, Some(Broken { at, what, by_limit: true }));
                }
                tlvs.push(Tlv { kind, value: value.to_vec() });
            }
            Err(broken) => return (tlvs, Some(broken)),
        }
    }
    (tlvs, None)
}

/// A value as text where it is printable text, and in hexadecimal digits otherwise.
fn readable(value: &[u8]) -> String {
    match std::str::from_utf8(value) {
        Ok(text) if !text.is_empty() && !text.chars().any(char::is_control) => text.to_owned(),
        _ => value.iter().fold("0x".to_owned(), |text, byte| format!("{text}{byte:02x}")),
    }
}

impl ProxyHeader {
    /// The values of a TLV by the name that [`NAMES`] gives it; a header may repeat one.
    #[must_use]
    pub fn named(&self, name: &str) -> Vec<String> {
        let Some((_, reads)) = TABLE.iter().find(|(known, _)| *known == name) else { return Vec::new() };
        let of = |kind: u8| self.tlvs.iter().filter(move |tlv| tlv.kind == kind).map(|tlv| tlv.value.as_slice());
        match *reads {
            Reads::Opaque(kind) => of(kind).map(readable).collect(),
            Reads::Checksum => self.checksum.map(Checksum::verdict).into_iter().map(str::to_owned).collect(),
            Reads::SslClient => of(SSL).filter_map(|ssl| ssl.first()).map(|flags| client(*flags)).collect(),
            Reads::SslVerify => {
                of(SSL).filter_map(|ssl| ssl.get(1..)?.first_chunk()).map(|v| u32::from_be_bytes(*v).to_string()).collect()
            }
            Reads::InSsl(kind) => {
                let inner = of(SSL).flat_map(|ssl| split(ssl.get(5..).unwrap_or_default(), &NONE).0);
                inner.filter(|tlv| tlv.kind == kind).map(|tlv| readable(&tlv.value)).collect()
            }
            Reads::Behind(kind, which) => of(kind).filter_map(|v| v.strip_prefix(&[which])).map(readable).collect(),
            Reads::LittleBehind(kind, which) => {
                let id = |v: &[u8]| v.strip_prefix(&[which])?.first_chunk().map(|id| u32::from_le_bytes(*id).to_string());
                of(kind).filter_map(id).collect()
            }
            Reads::Big(kind) => of(kind).filter_map(|v| v.first_chunk()).map(|id| u64::from_be_bytes(*id).to_string()).collect(),
        }
    }

    /// The values of a TLV by its type.
    #[must_use]
    pub fn of_type(&self, kind: u8) -> Vec<String> {
        self.tlvs.iter().filter(|tlv| tlv.kind == kind).map(|tlv| readable(&tlv.value)).collect()
    }

    /// Every value with its name, those without one under their type, `0xE5`. Padding is left out.
    #[must_use]
    pub fn values(&self) -> Vec<(String, String)> {
        let mut found: Vec<(String, String)> =
            NAMES.iter().flat_map(|name| self.named(name).into_iter().map(|value| ((*name).to_owned(), value))).collect();
        for tlv in self.tlvs.iter().filter(|tlv| tlv.kind != NOOP && !is_named(tlv)) {
            found.push((format!("0x{:02X}", tlv.kind), readable(&tlv.value)));
        }
        found
    }
}

/// Whether a name of the table finds it.
fn is_named(tlv: &Tlv) -> bool {
    let alone = ProxyHeader { tlvs: vec![tlv.clone()], ..ProxyHeader::default() };
    tlv.kind == CRC32C || NAMES.iter().any(|name| !alone.named(name).is_empty())
}

/// How the client was connected: what of `PP2_CLIENT_SSL`, `PP2_CLIENT_CERT_CONN` and `PP2_CLIENT_CERT_SESS` is set.
fn client(flags: u8) -> String {
    let known = [(1, "ssl"), (2, "cert-conn"), (4, "cert-sess")];
    let set: Vec<&str> = known.iter().filter(|(bit, _)| flags & bit != 0).map(|(_, name)| *name).collect();
    if set.is_empty() { "none".to_owned() } else { set.join(",") }
}

impl Checksum {
    /// `valid` or `wrong`
    #[must_use]
    pub fn verdict(self) -> &'static str {
        if self.given == self.computed { "valid" } else { "wrong" }
    }
}
