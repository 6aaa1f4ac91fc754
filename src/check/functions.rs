//! The functions of the expression language that look into one text.

use base64::Engine as _;
use sha2::Digest as _;

/// Seconds since 1970-01-01T00:00:00Z of an HTTP date, an ISO date (extended or basic), a common-log date
/// (`14/Jun/2020:10:04:49 +0000`) or an X-Ray id (its first eight hex digits).
pub(super) fn epoch(text: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(text).ok()?.trim();
    if let Some(seconds) = xray_epoch(text) {
        return Some(seconds);
    }
    if let Ok(time) = httpdate::parse_http_date(text) {
        let since = time.duration_since(std::time::UNIX_EPOCH).ok()?;
        return i64::try_from(since.as_secs()).ok();
    }
    if let Ok(time) = text.parse::<jiff::Timestamp>() {
        return Some(time.as_second());
    }
    if let Ok(time) = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", text) {
        return time.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|z| z.timestamp().as_second());
    }
    jiff::Zoned::strptime("%d/%b/%Y:%H:%M:%S %z", text).ok().map(|z| z.timestamp().as_second())
}

/// The seconds of an X-Ray id, `1-5759e988-bd862e3fe1be46a994272793`.
fn xray_epoch(text: &str) -> Option<i64> {
    let (version, rest) = text.split_once('-')?;
    let (seconds, unique) = rest.split_once('-')?;
    let hex = |s: &str, length: usize| s.len() == length && s.bytes().all(|b| b.is_ascii_hexdigit());
    (version == "1" && hex(seconds, 8) && hex(unique, 24)).then(|| i64::from_str_radix(seconds, 16).ok()).flatten()
}

/// The host of `host`, `host:port`, `[v6]:port` or of an absolute URL.
pub(super) fn host(text: &[u8]) -> &[u8] {
    let authority = authority(text);
    if let Some(rest) = authority.strip_prefix(b"[") {
        return rest.iter().position(|b| *b == b']').and_then(|at| rest.get(..at)).unwrap_or(rest);
    }
    match authority.iter().position(|b| *b == b':') {
        // More than one colon without brackets: an IPv6 address alone.
        Some(at) if !authority.get(at + 1..).unwrap_or_default().contains(&b':') => authority.get(..at).unwrap_or(authority),
        _ => authority,
    }
}

/// The port of `host:port`, `[v6]:port` or of an absolute URL.
pub(super) fn port(text: &[u8]) -> Option<i64> {
    let authority = authority(text);
    let port = match authority.strip_prefix(b"[") {
        Some(rest) => rest.get(rest.iter().position(|b| *b == b']')? + 1..)?.strip_prefix(b":")?,
        None => {
            let at = authority.iter().position(|b| *b == b':')?;
            authority.get(at + 1..)?
        }
    };
    std::str::from_utf8(port).ok()?.parse::<u16>().ok().map(i64::from)
}

/// An authority without the default port of `http` or `https` (RFC 9110 §4.2.3); any other text as it is.
pub(super) fn without_default_port(text: &[u8]) -> &[u8] {
    [b":80".as_slice(), b":443"].iter().find_map(|port| text.strip_suffix(*port)).unwrap_or(text)
}

fn authority(text: &[u8]) -> &[u8] {
    let rest = memchr::memmem::find(text, b"://").and_then(|at| text.get(at + 3..)).unwrap_or(text);
    let end = rest.iter().position(|b| b"/?#".contains(b)).unwrap_or(rest.len());
    let authority = rest.get(..end).unwrap_or(rest);
    authority.iter().rposition(|b| *b == b'@').and_then(|at| authority.get(at + 1..)).unwrap_or(authority)
}

/// The SHA-256 digest in lower-case hex.
pub(super) fn sha256_hex(bytes: &[u8]) -> String {
    hex(&sha2::Sha256::digest(bytes))
}

/// The MD5 digest in lower-case hex.
pub(super) fn md5_hex(bytes: &[u8]) -> String {
    hex(&md5::Md5::digest(bytes))
}

/// Bytes in lower-case hex.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// Base64 decoded: standard or URL alphabet, with or without padding.
pub(super) fn base64_decoded(text: &[u8]) -> Option<Vec<u8>> {
    let end = text.iter().rposition(|b| *b != b'=').map_or(0, |last| last + 1);
    let text = text.get(..end).unwrap_or_default();
    base64::engine::general_purpose::STANDARD_NO_PAD
        .decode(text)
        .or_else(|_| base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text))
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn epochs_of_all_forms_agree() {
        let epoch_of = |text: &str| epoch(text.as_bytes());
        assert_eq!(epoch_of("Sun, 14 Jun 2020 10:04:49 GMT"), Some(1_592_129_089));
        assert_eq!(epoch_of("2020-06-14T10:04:49Z"), Some(1_592_129_089));
        assert_eq!(epoch_of("2020-06-14T19:04:49.612+09:00"), Some(1_592_129_089));
        assert_eq!(epoch_of("20200614T100449Z"), Some(1_592_129_089));
        assert_eq!(epoch_of("14/Jun/2020:10:04:49 +0000"), Some(1_592_129_089));
        assert_eq!(epoch_of("1-5ee5f641-b7ceb780f01cd2f07af9b4d0"), Some(1_592_129_089));
        for no in ["", "yesterday", "1-5ee5f641-b7", "Root=1-5ee5f641-b7ceb780f01cd2f07af9b4d0", "1592129089"] {
            assert_eq!(epoch_of(no), None, "{no}");
        }
    }

    #[test]
    fn hosts_and_ports() {
        for (text, expected_host, expected_port) in [
            ("example.com", "example.com", None),
            ("example.com:8000", "example.com", Some(8000)),
            ("[2001:db8::1]:80", "2001:db8::1", Some(80)),
            ("2001:db8::1", "2001:db8::1", None),
            ("https://u@example.com:8443/a:b?c", "example.com", Some(8443)),
            ("example.com:99999", "example.com", None),
        ] {
            assert_eq!(host(text.as_bytes()), expected_host.as_bytes(), "{text}");
            if expected_port.is_some() || !text.contains("2001") {
                assert_eq!(port(text.as_bytes()), expected_port, "{text}");
            }
        }
    }

    #[test]
    fn default_ports_are_taken_away() {
        for (text, without) in [
            ("10.0.0.1:80", "10.0.0.1"),
            ("10.0.0.1:443", "10.0.0.1"),
            ("[::1]:80", "[::1]"),
            ("10.0.0.1:8000", "10.0.0.1:8000"),
            ("10.0.0.1:1443", "10.0.0.1:1443"),
            ("10.0.0.1", "10.0.0.1"),
        ] {
            assert_eq!(without_default_port(text.as_bytes()), without.as_bytes());
        }
    }

    #[test]
    fn digests_and_base64() {
        assert_eq!(md5_hex(b""), "d41d8cd98f00b204e9800998ecf8427e");
        assert!(sha256_hex(b"").starts_with("e3b0c44298fc1c14"));
        assert_eq!(base64_decoded(b"aGVsbG8="), Some(b"hello".to_vec()));
        assert_eq!(base64_decoded(b"_-8"), Some(vec![0xff, 0xef]));
        assert_eq!(base64_decoded(b"!"), None);
        assert_eq!(base64_decoded(b"aG=VsbG8="), None, "padding stands at the end");
    }
}
