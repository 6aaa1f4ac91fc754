//! What a connection itself says, beneath HTTP or before it: `proxy.src.ip`, `client.ip`, `tls.sni`.
//!
//! One table names all of it. Specs write a path of it as nested keys (`proxy: { src: { ip: … } }`), expressions with dots,
//! reports as it stands here.

use std::fmt;

/// Something that the connection of an exchange says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ConnectionPart {
    /// `client`: who speaks, whether it opened this connection or a proxy did in its place.
    Client(EndPart),
    /// `proxy`: of the PROXY protocol header.
    Proxy(ProxyPart),
    /// `tls`: what its TLS handshake settled.
    Tls(TlsPart),
}

/// Of one end of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EndPart {
    /// As text, `ip:port`.
    Whole,
    /// `ip`
    Ip,
    /// `port`
    Port,
}

/// Of a PROXY protocol header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProxyPart {
    /// `proxy`: the header itself, which is there or not
    Whole,
    /// `version`: 1 or 2
    Version,
    /// `command`: `PROXY` or `LOCAL`
    Command,
    /// `family`: `TCP4`, `TCP6`, `UNKNOWN` …
    Family,
    /// `src`: the client's end of the connection that the proxy speaks for
    Src(EndPart),
    /// `dst`: the proxy's end of it
    Dst(EndPart),
    /// `tlv`: a type-length-value by the name that hopspec gives it
    Tlv(&'static str),
    /// `tlv`: any other by its type, `0xE5`
    TlvOfType(u8),
}

/// Of a TLS handshake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TlsPart {
    /// `tls` itself: whether there is TLS
    Whole,
    /// `scheme`: `https` where there is TLS, `http` where there is none
    Scheme,
    /// `sni`: the server name that the client asked for
    Sni,
    /// `alpn`: the protocol that the server chose
    Alpn,
    /// `version`: `TLSv1.3`
    Version,
    /// `suite`: the cipher suite by its name in the registry of IANA
    Suite,
}

use ConnectionPart::{Client, Proxy, Tls};
use ProxyPart::{Dst, Src, Tlv};

const PARTS: &[(&str, ConnectionPart)] = &[
    ("client", Client(EndPart::Whole)),
    ("client.ip", Client(EndPart::Ip)),
    ("client.port", Client(EndPart::Port)),
    ("proxy.version", Proxy(ProxyPart::Version)),
    ("proxy.command", Proxy(ProxyPart::Command)),
    ("proxy.family", Proxy(ProxyPart::Family)),
    ("proxy.src", Proxy(Src(EndPart::Whole))),
    ("proxy.src.ip", Proxy(Src(EndPart::Ip))),
    ("proxy.src.port", Proxy(Src(EndPart::Port))),
    ("proxy.dst", Proxy(Dst(EndPart::Whole))),
    ("proxy.dst.ip", Proxy(Dst(EndPart::Ip))),
    ("proxy.dst.port", Proxy(Dst(EndPart::Port))),
    ("proxy.tlv.alpn", Proxy(Tlv("alpn"))),
    ("proxy.tlv.authority", Proxy(Tlv("authority"))),
    ("proxy.tlv.crc32c", Proxy(Tlv("crc32c"))),
    ("proxy.tlv.unique_id", Proxy(Tlv("unique_id"))),
    ("proxy.tlv.netns", Proxy(Tlv("netns"))),
    ("proxy.tlv.ssl.client", Proxy(Tlv("ssl.client"))),
    ("proxy.tlv.ssl.verify", Proxy(Tlv("ssl.verify"))),
    ("proxy.tlv.ssl.version", Proxy(Tlv("ssl.version"))),
    ("proxy.tlv.ssl.cn", Proxy(Tlv("ssl.cn"))),
    ("proxy.tlv.ssl.cipher", Proxy(Tlv("ssl.cipher"))),
    ("proxy.tlv.ssl.sig_alg", Proxy(Tlv("ssl.sig_alg"))),
    ("proxy.tlv.ssl.key_alg", Proxy(Tlv("ssl.key_alg"))),
    ("proxy.tlv.vpce_id", Proxy(Tlv("vpce_id"))),
    ("proxy.tlv.azure_link_id", Proxy(Tlv("azure_link_id"))),
    ("proxy.tlv.gcp_psc_id", Proxy(Tlv("gcp_psc_id"))),
    ("tls.scheme", Tls(TlsPart::Scheme)),
    ("tls.sni", Tls(TlsPart::Sni)),
    ("tls.alpn", Tls(TlsPart::Alpn)),
    ("tls.version", Tls(TlsPart::Version)),
    ("tls.suite", Tls(TlsPart::Suite)),
];

/// The first words of all paths: what a hop and a select have beside their messages.
pub(super) const ROOTS: &[&str] = &[CLIENT, "proxy", "tls"];

/// The root that is a value by itself. A param or a bound name may be called so, and comes first.
pub(crate) const CLIENT: &str = "client";

/// What stands before the type of a TLV without a name.
const OF_TYPE: &str = "proxy.tlv.0x";

impl ConnectionPart {
    /// The part of a path, `proxy.src.ip`; a TLV without a name is `proxy.tlv.0xE5`.
    #[must_use]
    pub fn parse(path: &str) -> Option<Self> {
        if let Some(hex) = path.strip_prefix(OF_TYPE) {
            let digits = hex.len() == 2 && hex.bytes().all(|b| b.is_ascii_hexdigit());
            return u8::from_str_radix(hex, 16).ok().filter(|_| digits).map(|of| Proxy(ProxyPart::TlvOfType(of)));
        }
        PARTS.iter().find(|(known, _)| *known == path).map(|(_, part)| *part)
    }

    /// What a root stands for by itself: what is there or not.
    pub(super) fn whole(root: &str) -> Option<Self> {
        match root {
            "proxy" => Some(Proxy(ProxyPart::Whole)),
            "tls" => Some(Tls(TlsPart::Whole)),
            _ => None,
        }
    }

    /// What may follow a path, each once: `ip` and `port` behind `client`.
    #[must_use]
    pub fn behind(path: &str) -> Vec<&'static str> {
        let mut found: Vec<&'static str> = Vec::new();
        for (known, _) in PARTS {
            let rest = known.strip_prefix(path).and_then(|rest| rest.strip_prefix('.'));
            if let Some(next) = rest.and_then(|rest| rest.split('.').next())
                && !found.contains(&next)
            {
                found.push(next);
            }
        }
        found
    }

    /// Whether it is a number in expressions.
    #[must_use]
    pub fn is_number(self) -> bool {
        match self {
            Client(end) | Proxy(Src(end) | Dst(end)) => end == EndPart::Port,
            Proxy(part) => matches!(part, ProxyPart::Version | Tlv("ssl.verify")),
            Tls(_) => false,
        }
    }
}

impl fmt::Display for ConnectionPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Proxy(ProxyPart::TlvOfType(of)) = self {
            return write!(f, "{OF_TYPE}{of:02X}");
        }
        f.write_str(
            PARTS
                .iter()
                .find(|(_, part)| part == self)
                .map_or_else(|| if *self == Tls(TlsPart::Whole) { "tls" } else { "proxy" }, |(path, _)| path),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_has_one_path_that_can_be_read() {
        for (path, part) in PARTS {
            assert_eq!(ConnectionPart::parse(path), Some(*part));
            assert_eq!(part.to_string(), *path);
            assert!(ROOTS.contains(&path.split('.').next().unwrap_or_default()), "{path}");
        }
        assert_eq!(ConnectionPart::parse("proxy.tlv.0xe5").map(|part| part.to_string()).as_deref(), Some("proxy.tlv.0xE5"));
        for no in ["proxy", "proxy.tlv", "proxy.tlv.0x", "proxy.tlv.0x+5", "proxy.tlv.0xE5E", "client.", "tlv.alpn"] {
            assert_eq!(ConnectionPart::parse(no), None, "{no}");
        }
        assert_eq!(ConnectionPart::behind("client"), ["ip", "port"]);
        assert!(ConnectionPart::behind("proxy.version").is_empty());
    }
}
