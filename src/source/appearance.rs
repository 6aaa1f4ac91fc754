//! What the beginning of something that is no capture looks like, in words, and what to do with it.

use super::conversation;
use super::har::is_har;
use super::text::is_curl;
use super::{nghttp, trace};
use crate::secret;

/// What hopspec reads, for the end of such a sentence.
pub(super) const READS: &str = "hopspec reads pcap and pcapng (also gzip and zstd), HAR, Lambda events, logs of API Gateway, what tcpdump, tshark, curl \
     and nghttp print, and texts with HTTP messages";

/// Magic numbers of what people give by mistake.
const KNOWN: &[(&[u8], &str)] = &[
    (b"\x28\xb5\x2f\xfd", "zstd within compressed data; decompress it once (zstd -d)"),
    (b"\xfd7zXZ\0", "xz data; decompress it first (xz -d)"),
    (b"BZh", "bzip2 data; decompress it first (bzip2 -d)"),
    (b"\x1f\x8b", "gzip within compressed data; decompress it once (gzip -d)"),
    (b"PK\x03\x04", "a zip archive; unpack it first"),
    (b"snoop\0\0\0", "a snoop capture; convert it first (editcap -F pcap)"),
    (b"GMBU", "a Network Monitor capture; convert it first (editcap -F pcap)"),
    (b"\x7fELF", "a program"),
    (b"\xff\xfe", "a text in UTF-16; save it as UTF-8"),
    (b"\xfe\xff", "a text in UTF-16; save it as UTF-8"),
];

/// Whether these bytes are no text, as far as their beginning shows.
pub(super) fn is_binary(beginning: &[u8]) -> bool {
    // What curl wrote of a response may be anything, behind lines that are its own.
    let known =
        || is_curl(beginning) || conversation::begins(beginning) || trace::is_trace(beginning) || nghttp::is_nghttp(beginning);
    let zero = || beginning.iter().take(4096).any(|byte| *byte == 0) && !known();
    KNOWN.iter().any(|(magic, _)| beginning.starts_with(magic)) || zero()
}

/// The sentence about something without a packet and without a message.
pub(super) fn describe(beginning: &[u8]) -> String {
    if beginning.is_empty() {
        return format!("is empty; {READS}");
    }
    if let Some((_, what)) = KNOWN.iter().find(|(magic, _)| beginning.starts_with(magic)) {
        return format!("is no capture: it looks like {what}; {READS}");
    }
    if is_binary(beginning) {
        return format!("is no capture: it begins with the bytes {}, which hopspec does not know; {READS}", hex(beginning));
    }
    match text(beginning) {
        Some(what) => format!("has no HTTP message: it looks like {what}; {READS}"),
        None => format!("has no HTTP message: it begins with {}; {READS}", first_line(beginning)),
    }
}

/// The sentence about bytes at hand that hold no message of the wire.
pub(super) fn describe_bytes(bytes: &[u8]) -> String {
    const WANTS: &str = "expected a message as on the wire, such as `GET / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n`";
    match bytes {
        [] => format!("are empty; {WANTS}"),
        bytes if is_binary(bytes) => {
            format!("hold no HTTP message: they begin with {}; {WANTS}; name a capture file by its path", hex(bytes))
        }
        bytes => format!("hold no HTTP message: they begin with {}; {WANTS}", first_line(bytes)),
    }
}

/// Texts that are something else.
fn text(beginning: &[u8]) -> Option<&'static str> {
    let has = |needle: &str| memchr::memmem::find(beginning, needle.as_bytes()).is_some();
    if trace::is_trace(beginning) {
        return Some("the output of `curl --trace` without a request or response: curl found no server, or its blocks are cut");
    }
    if is_curl(beginning) {
        return Some("the output of `curl -v` without a request or response: curl found no server, or its lines are cut");
    }
    if nghttp::is_nghttp(beginning) {
        return Some("the output of nghttp without a request or response: it found no server, or its lines are cut");
    }
    if has("=> Send header, ") || has("<= Recv header, ") || has("send HEADERS frame <") || has("recv HEADERS frame <") {
        return Some(
            "other text with the output of `curl --trace` or nghttp in it; save what the program wrote as a file of its own",
        );
    }
    if has(": Flags [") {
        return Some(
            "the output of tcpdump without the packets' bytes; record with `tcpdump -w FILE` and give that file, \
             or print with `tcpdump -nn -tt -X`",
        );
    }
    if has("CLIENT_RANDOM ") || has("CLIENT_HANDSHAKE_TRAFFIC_SECRET ") {
        return Some("a TLS key log; give it with --keylog beside a capture");
    }
    if has("\nhops:") || beginning.starts_with(b"hops:") {
        return Some("a spec; give it with -s");
    }
    match beginning.trim_ascii_start().first() {
        Some(b'{') if is_har(beginning) => Some("a HAR of which nothing was sent"),
        Some(b'{') if has("\"requestId\"") && has("\"status\"") && (has("\"httpMethod\"") || has("\"routeKey\"")) => {
            Some("an access log of API Gateway, which holds no messages; the execution log does")
        }
        Some(b'{' | b'[') if is_json(beginning) => Some("JSON"),
        Some(b'<') => Some("XML or HTML"),
        _ => None,
    }
}

/// Whether what stands in the first bracket begins as JSON does; logs begin with brackets, too.
fn is_json(text: &[u8]) -> bool {
    let inside = text.trim_ascii_start().get(1..).unwrap_or_default().trim_ascii_start();
    matches!(inside.first(), Some(b'"' | b'{' | b'[' | b'}' | b']'))
}

/// The first bytes.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().take(8).map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ")
}

fn first_line(text: &[u8]) -> String {
    let line = text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).find(|line| !line.is_empty());
    match line {
        Some(line) => {
            let shown: String = secret::mask_line(&String::from_utf8_lossy(line)).chars().take(60).collect();
            format!("`{}`", shown.escape_debug())
        }
        None => "blank lines".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_beginning_has_its_sentence() {
        for (beginning, expected) in [
            (&b""[..], "is empty; hopspec reads pcap and pcapng"),
            (b"\x28\xb5\x2f\xfd\0", "it looks like zstd within compressed data; decompress it once"),
            (b"\xff\xfeG\0E\0", "a text in UTF-16; save it as UTF-8"),
            (b"\x89PNG\r\n\x1a\n\0", "it begins with the bytes 89 50 4e 47 0d 0a 1a 0a, which"),
            (b"*   Trying 127.0.0.1\n* Closing connection 0\n", "`curl -v` without a request or response: curl found no server"),
            (b"== Info:   Trying 127.0.0.1\n", "the output of `curl --trace` without a request or response"),
            (b"12:00:00.1 http.c:1 => Send header, 150 bytes\n", "with the output of `curl --trace` or nghttp in it"),
            (b"[  0.001] send HEADERS frame <length=39, flags=0x25, stream_id=13>\n", "the output of nghttp"),
            (b"00:41 IP a.1 > b.2: Flags [S], seq 2\n", "the output of tcpdump"),
            (b"title: a\nhops:\n  a:\n", "a spec; give it with -s"),
            (b"{\"log\": {\"entries\": []}}", "a HAR of which nothing was sent"),
            (b"{\"a\": 1}", "it looks like JSON"),
            (
                b"{\"requestId\": \"a\", \"routeKey\": \"$default\", \"status\": \"200\"}",
                "an access log of API Gateway, which holds no messages",
            ),
            (b"[  0.001] Connected\n", "it begins with `[  0.001] Connected`"),
            (b"\n\n  some words\nmore", "it begins with `some words`"),
            (b"\n \n", "it begins with blank lines"),
        ] {
            let said = describe(beginning);
            assert!(said.contains(expected), "{said}");
            assert!(said.ends_with(READS), "{said}");
        }
    }
}
