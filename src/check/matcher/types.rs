//! `is`, `cidr`, `at_least`, `at_most`: values that mean something.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::super::functions;
use super::super::jwt;
use super::super::mask;
use super::super::scope::Scope;
use super::super::sigv4;
use super::super::truth::Truth;
use super::compare::masked;
use crate::spec::TypeName;

/// Whether the value is of a type.
pub(super) fn holds_type(kind: TypeName, bytes: &[u8], scope: &Scope<'_>) -> Truth {
    if scope.masks && mask::is_masked(bytes) {
        return masked(scope, bytes, true);
    }
    Truth::of(is_type(kind, bytes))
}

/// Whether the value is an address in one of the networks.
pub(super) fn holds_cidr(networks: &[ipnet::IpNet], bytes: &[u8], scope: &Scope<'_>) -> Truth {
    if scope.masks && mask::is_masked(bytes) {
        return masked(scope, bytes, true);
    }
    Truth::of(ip(bytes).is_some_and(|ip| networks.iter().any(|network| network.contains(&ip))))
}

/// Whether the value is an integer for which `test` holds.
pub(super) fn holds_number(bytes: &[u8], scope: &Scope<'_>, test: impl FnOnce(i64) -> bool) -> Truth {
    if scope.masks && mask::is_masked(bytes) {
        return masked(scope, bytes, true);
    }
    Truth::of(integer(bytes).is_some_and(test))
}

/// Whether bytes are of a type; masks are not looked at.
pub(crate) fn is_type(kind: TypeName, bytes: &[u8]) -> bool {
    match kind {
        TypeName::Ip => ip(bytes).is_some(),
        TypeName::Ipv4 => matches!(ip(bytes), Some(IpAddr::V4(_))),
        TypeName::Ipv6 => matches!(ip(bytes), Some(IpAddr::V6(_))),
        TypeName::PrivateIp => ip(bytes).is_some_and(is_private),
        TypeName::PublicIp => ip(bytes).is_some_and(is_public),
        TypeName::IpPort => text(bytes).is_some_and(|t| t.parse::<SocketAddr>().is_ok() && !has_leading_zero_port(t)),
        TypeName::Port => is_port(bytes),
        TypeName::Integer => integer(bytes).is_some(),
        TypeName::Host => is_host(bytes),
        TypeName::DnsName => is_dns_name(bytes),
        TypeName::Uuid => is_uuid(bytes),
        TypeName::HttpDate => is_http_date(bytes),
        TypeName::IsoDate => is_iso_date(bytes),
        TypeName::Hex => !bytes.is_empty() && bytes.iter().all(u8::is_ascii_hexdigit),
        TypeName::Base64 => is_base64(bytes),
        TypeName::Url => is_url(bytes),
        TypeName::Base64url => is_base64url(bytes),
        TypeName::Jwt => jwt::token(bytes).is_ok(),
        TypeName::Etag => is_etag(bytes),
        TypeName::MediaType => text(bytes).is_some_and(|t| mediatype::MediaType::parse(t).is_ok()),
        TypeName::XrayId => is_xray_id(bytes),
        TypeName::Sigv4 => sigv4_fault(bytes).is_none(),
        TypeName::Arn => is_arn(bytes),
    }
}

fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}

fn ip(bytes: &[u8]) -> Option<IpAddr> {
    text(bytes)?.parse().ok()
}

/// A decimal integer as RFC 9110 writes them, with an optional sign.
fn integer(bytes: &[u8]) -> Option<i64> {
    let digits = bytes.strip_prefix(b"-").unwrap_or(bytes);
    (!digits.is_empty() && digits.iter().all(u8::is_ascii_digit)).then(|| text(bytes)?.parse().ok()).flatten()
}

fn is_port(bytes: &[u8]) -> bool {
    !bytes.starts_with(b"0") && integer(bytes).is_some_and(|n| (1..=65_535).contains(&n))
}

fn has_leading_zero_port(text: &str) -> bool {
    text.rsplit(':').next().is_some_and(|port| port.starts_with('0'))
}

fn is_private(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => ip.is_private() || is_shared(ip),
        IpAddr::V6(ip) => is_unique_local(ip),
    }
}

/// The shared address space of RFC 6598, 100.64.0.0/10.
fn is_shared(ip: Ipv4Addr) -> bool {
    let [a, b, ..] = ip.octets();
    a == 100 && (64..128).contains(&b)
}

/// Unique local addresses, RFC 4193.
fn is_unique_local(ip: Ipv6Addr) -> bool {
    ip.segments()[0] & 0xfe00 == 0xfc00
}

/// Neither private nor reserved for a purpose of its own (RFC 6890). Documentation addresses count as public: they stand
/// for public ones in recorded and redacted evidence.
fn is_public(ip: IpAddr) -> bool {
    // An IPv4 address mapped into IPv6 is what it maps (RFC 4291 §2.5.5.2).
    match ip.to_canonical() {
        IpAddr::V4(ip) => {
            let [first, ..] = ip.octets();
            !(ip.is_private() || is_shared(ip) || ip.is_loopback() || ip.is_link_local() || ip.is_multicast() || first == 0)
                && first < 240
        }
        IpAddr::V6(ip) => {
            let link_local = ip.segments()[0] & 0xffc0 == 0xfe80;
            !(ip.is_loopback() || ip.is_unspecified() || ip.is_multicast() || is_unique_local(ip) || link_local)
        }
    }
}

fn is_host(bytes: &[u8]) -> bool {
    if ip(bytes).is_some() {
        return true;
    }
    let host = functions::host(bytes);
    let rest = &bytes[bytes.len().min(host.len() + if bytes.starts_with(b"[") { 2 } else { 0 })..];
    let port_is_right = rest.is_empty() || rest.strip_prefix(b":").is_some_and(is_port);
    if bytes.starts_with(b"[") {
        return port_is_right && matches!(ip(host), Some(IpAddr::V6(_)));
    }
    port_is_right && (ip(host).is_some() || is_labels(host))
}

/// At least two labels of letters, digits and hyphens (RFC 1123 §2.1), not all numbers.
fn is_dns_name(bytes: &[u8]) -> bool {
    bytes.contains(&b'.') && ip(bytes).is_none() && is_labels(bytes)
}

fn is_labels(bytes: &[u8]) -> bool {
    let name = bytes.strip_suffix(b".").unwrap_or(bytes);
    let label = |label: &[u8]| {
        (1..=63).contains(&label.len())
            && label.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-' || *b == b'_')
            && !label.starts_with(b"-")
            && !label.ends_with(b"-")
    };
    let last_is_number = name.rsplit(|b| *b == b'.').next().is_some_and(|last| last.iter().all(u8::is_ascii_digit));
    (1..=253).contains(&name.len()) && name.split(|b| *b == b'.').all(label) && !last_is_number
}

fn is_uuid(bytes: &[u8]) -> bool {
    bytes.len() == 36
        && bytes.iter().enumerate().all(|(at, b)| match at {
            8 | 13 | 18 | 23 => *b == b'-',
            _ => b.is_ascii_hexdigit(),
        })
}

/// IMF-fixdate, the one form that senders generate (RFC 9110 §5.6.7).
fn is_http_date(bytes: &[u8]) -> bool {
    let Some(text) = text(bytes) else { return false };
    // Parsed and written again: only the fixed form comes back the same, with the right day of the week.
    httpdate::parse_http_date(text).is_ok_and(|time| httpdate::fmt_http_date(time) == text)
}

fn is_iso_date(bytes: &[u8]) -> bool {
    let Some(text) = text(bytes) else { return false };
    text.parse::<jiff::Timestamp>().is_ok()
        || (text.len() == 16 && jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", text).is_ok())
        || (text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok())
}

fn is_base64(bytes: &[u8]) -> bool {
    let padding = bytes.iter().rev().take_while(|b| **b == b'=').count();
    !bytes.is_empty()
        && padding <= 2
        && (padding == 0 || bytes.len().is_multiple_of(4))
        && functions::base64_decoded(bytes).is_some()
}

/// An absolute URI with an authority (RFC 3986 §4.3).
fn is_url(bytes: &[u8]) -> bool {
    text(bytes).is_some_and(|t| fluent_uri::Uri::parse(t).is_ok_and(|uri| uri.authority().is_some_and(|a| !a.host().is_empty())))
}

/// What of an Authorization value is no Signature Version 4.
pub(super) fn sigv4_fault(bytes: &[u8]) -> Option<String> {
    match sigv4::authorization(bytes) {
        Ok(found) => found.fault().map(|why| format!("but {why}")),
        Err(why) => Some(format!("but it {why}")),
    }
}

/// The URL-safe alphabet of RFC 4648 §5, with or without padding.
fn is_base64url(bytes: &[u8]) -> bool {
    is_base64(bytes) && !bytes.iter().any(|b| b"+/".contains(b))
}

/// `arn:partition:service:region:account:resource`, of which region and account may be empty
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>). An account is twelve digits, or `aws` for what
/// AWS owns, as managed policies.
fn is_arn(bytes: &[u8]) -> bool {
    let parts: Vec<&[u8]> = bytes.splitn(6, |b| *b == b':').collect();
    let [b"arn", partition, service, region, account, resource] = parts.as_slice() else { return false };
    let word = |text: &[u8]| text.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-');
    let is_partition = *partition == b"aws" || partition.starts_with(b"aws-");
    is_partition
        && [partition, service, region].iter().all(|text| word(text))
        && !service.is_empty()
        && (account.is_empty() || *account == b"aws" || (account.len() == 12 && account.iter().all(u8::is_ascii_digit)))
        && !resource.is_empty()
        && !resource.iter().any(|b| b.is_ascii_whitespace() || b.is_ascii_control())
        && text(resource).is_some()
}

/// `"abc"` or `W/"abc"` (RFC 9110 §8.8.3).
fn is_etag(bytes: &[u8]) -> bool {
    let opaque = bytes.strip_prefix(b"W/").unwrap_or(bytes);
    let inner = opaque.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\""));
    inner.is_some_and(|inner| inner.iter().all(|b| *b == 0x21 || (0x23..=0x7e).contains(b) || *b >= 0x80))
}

/// `1-` eight hex digits `-` twenty-four hex digits, the trace id of AWS X-Ray
/// (<https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sendingdata.html#xray-api-traceids>).
fn is_xray_id(bytes: &[u8]) -> bool {
    let hex = |range: &[u8]| range.iter().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(b));
    bytes.len() == 35
        && bytes.starts_with(b"1-")
        && bytes.get(10) == Some(&b'-')
        && bytes.get(2..10).is_some_and(hex)
        && bytes.get(11..).is_some_and(hex)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// For every type: what it accepts, and what it catches.
    const TABLE: &[(TypeName, &[&str], &[&str])] = &[
        (TypeName::Ip, &["10.0.0.1", "2001:db8::1"], &["10.0.0", "10.0.0.1:80", "[::1]", "a.b", "10.0.0.01"]),
        (TypeName::Ipv4, &["10.0.0.1"], &["::1", "10.0.0.256"]),
        (TypeName::Ipv6, &["::1"], &["10.0.0.1", "[::1]"]),
        (
            TypeName::PrivateIp,
            &["10.0.0.1", "172.31.0.9", "192.168.1.1", "100.64.0.1", "fd00::1", "::ffff:10.0.0.1"],
            &["172.32.0.1", "8.8.8.8", "2001:db8::1"],
        ),
        (
            TypeName::PublicIp,
            &["3.112.163.59", "203.0.113.9", "2606:4700::1"],
            &["10.0.0.1", "127.0.0.1", "169.254.1.1", "0.0.0.0", "fe80::1", "::ffff:10.0.0.1"],
        ),
        (TypeName::IpPort, &["10.0.0.1:80", "[::1]:8000"], &["10.0.0.1", "10.0.0.1:", "a:80", "::1:80", "10.0.0.1:080"]),
        (TypeName::Port, &["1", "65535"], &["0", "65536", "080", "", "-1"]),
        (TypeName::Integer, &["0", "-7", "12"], &["", "-", "1.0", "0x1", " 1", "+1"]),
        (
            TypeName::Host,
            &["example.com", "localhost", "10.0.0.1:80", "a.b:1", "[::1]:80", "::1"],
            &["a b", "a.b:", "a.b:0", "-a", ""],
        ),
        (
            TypeName::DnsName,
            &["example.com", "x-alb-1.ap-northeast-1.elb.amazonaws.com"],
            &["localhost", "10.0.0.1", "a.b:80", "a..b", "1.2.3"],
        ),
        (
            TypeName::Uuid,
            &["b66fce5c-943e-46cd-b965-dc98eef6c8c1"],
            &["b66fce5c943e46cdb965dc98eef6c8c1", "g66fce5c-943e-46cd-b965-dc98eef6c8c1"],
        ),
        (
            TypeName::HttpDate,
            &["Sun, 14 Jun 2020 10:04:49 GMT"],
            &["Mon, 14 Jun 2020 10:04:49 GMT", "14 Jun 2020", "Sunday, 14-Jun-20 10:04:49 GMT"],
        ),
        (
            TypeName::IsoDate,
            &["2020-06-14T10:04:49Z", "20200614T100449Z", "2020-06-14"],
            &["14/06/2020", "2020-13-01", "20200614"],
        ),
        (TypeName::Hex, &["0aF"], &["", "0x1", "g"]),
        (TypeName::Base64, &["aGVsbG8=", "_-8", "OHNqRHJjtjMFpvg="], &["", "a=", "a b", "====", "aG=VsbG="]),
        (TypeName::Base64url, &["_-8", "aGVsbG8=", "AbC12_-x9QwEr5s="], &["", "+/8=", "a=", "a b", "aG=VsbG="]),
        (TypeName::Url, &["https://example.com/a?b", "http://10.0.0.1"], &["/a", "example.com", "mailto:a@b.c", "https://"]),
        (
            TypeName::Jwt,
            &["e30.e30.c2ln", "eyJhIjoxfQ==.e30=.c2ln"],
            &["e30.e30", "a.b.c", "W10.e30.c2ln", "e30.e30.!", "Bearer e30.e30.c2ln"],
        ),
        (TypeName::Etag, &["\"abc\"", "W/\"\""], &["abc", "\"a", "w/\"a\"", "\"a b\""]),
        (TypeName::MediaType, &["application/json", "text/html; charset=utf-8"], &["json", "text/", ""]),
        (
            TypeName::XrayId,
            &["1-5ee5f641-b7ceb780f01cd2f07af9b4d0"],
            &["1-5ee5f641-b7ceb780f01cd2f07af9b4d", "2-5ee5f641-b7ceb780f01cd2f07af9b4d0", "1-5EE5F641-b7ceb780f01cd2f07af9b4d0"],
        ),
        (
            TypeName::Sigv4,
            &[concat!(
                "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders=host;range,",
                "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
            )],
            &[
                "AWS AKIAIOSFODNN7EXAMPLE:frJIUN8DYpKDtOLCwo//yllqDzg=",
                "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders=host",
                "AWS4-HMAC-SHA256 Credential=A/20130524/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=00",
                "/?X-Amz-Algorithm=AWS4-HMAC-SHA256",
                "",
            ],
        ),
        (
            TypeName::Arn,
            &[
                "arn:aws:elasticloadbalancing:ap-northeast-1:123456789012:loadbalancer/app/x/50dc6c495c0c9188",
                "arn:aws:iam::aws:policy/AdministratorAccess",
                "arn:aws-cn:s3:::bucket/key",
                "arn:aws:sns:us-east-1:123456789012:topic:5b2f",
            ],
            &[
                "arn:aws:s3",
                "arn:aws:s3:::",
                "arn:aws:ec2:us-east-1:1234:x",
                "arn:x:s3:::b",
                "urn:aws:s3:::b",
                "arn:aws::a:123456789012:b",
                "arn:aws:s3:::a b",
            ],
        ),
    ];

    #[test]
    fn every_type_accepts_and_catches() {
        assert_eq!(TABLE.len(), TypeName::ALL.len());
        for (kind, accepted, caught) in TABLE {
            for text in *accepted {
                assert!(is_type(*kind, text.as_bytes()), "{} must accept {text:?}", kind.name());
            }
            for text in *caught {
                assert!(!is_type(*kind, text.as_bytes()), "{} must catch {text:?}", kind.name());
            }
            assert!(!is_type(*kind, b"\xff\xfe"), "{} must catch bytes", kind.name());
        }
    }
}
