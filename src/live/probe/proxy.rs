//! The header of the PROXY protocol before a request, as a balancer sends it
//! (<https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt>).

use std::net::{IpAddr, SocketAddr};

/// The version of the header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProxyVersion {
    /// A line of text.
    V1,
    /// Bytes.
    V2,
}

/// The header that says who speaks to whom.
#[must_use]
pub(super) fn header(version: ProxyVersion, src: SocketAddr, dst: SocketAddr) -> Vec<u8> {
    let (src, dst) = (canonical(src), canonical(dst));
    let both_v4 = src.is_ipv4() && dst.is_ipv4();
    match version {
        ProxyVersion::V1 => {
            let family = if both_v4 { "TCP4" } else { "TCP6" };
            format!("PROXY {family} {} {} {} {}\r\n", src.ip(), dst.ip(), src.port(), dst.port()).into_bytes()
        }
        ProxyVersion::V2 => {
            let mut header = b"\r\n\r\n\0\r\nQUIT\n\x21".to_vec();
            let mut ends = Vec::new();
            for end in [src, dst] {
                match end.ip() {
                    IpAddr::V4(ip) if both_v4 => ends.extend(ip.octets()),
                    IpAddr::V4(ip) => ends.extend(ip.to_ipv6_mapped().octets()),
                    IpAddr::V6(ip) => ends.extend(ip.octets()),
                }
            }
            ends.extend(src.port().to_be_bytes());
            ends.extend(dst.port().to_be_bytes());
            header.push(if both_v4 { 0x11 } else { 0x21 });
            header.extend(u16::try_from(ends.len()).unwrap_or(0).to_be_bytes());
            header.extend(ends);
            header
        }
    }
}

fn canonical(end: SocketAddr) -> SocketAddr {
    SocketAddr::new(end.ip().to_canonical(), end.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_as_the_protocol_says() {
        let end = |text: &str| text.parse::<SocketAddr>().unwrap();
        assert_eq!(
            header(ProxyVersion::V1, end("10.0.1.5:41022"), end("10.0.2.7:80")),
            b"PROXY TCP4 10.0.1.5 10.0.2.7 41022 80\r\n"
        );
        assert_eq!(header(ProxyVersion::V1, end("[::1]:5"), end("[::2]:80")), b"PROXY TCP6 ::1 ::2 5 80\r\n");
        assert_eq!(
            header(ProxyVersion::V2, end("10.0.1.5:258"), end("10.0.2.7:80")),
            b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\x0a\0\x01\x05\x0a\0\x02\x07\x01\x02\0\x50"
        );
        assert_eq!(header(ProxyVersion::V2, end("10.0.1.5:1"), end("[::1]:2")).len(), 16 + 36);
    }
}
