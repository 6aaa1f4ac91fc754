//! What curl says in its notes (`* …`), as far as it matters here. The sentences changed over the years; those of 7.29 to
//! 8.23 are known, and a note that is not known is passed over.

use super::mark::behind_stamp;

/// What a note tells about the transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::source) enum Note {
    /// The transfer is over.
    End,
    /// It ended too early.
    Broken,
    /// The response's body is not written.
    Ignored,
    /// Anything else that curl is known to say.
    Known,
    /// curl says so, and so may an entry of somebody's list.
    Plain,
    /// What may be a line of a body, too.
    Unknown,
}

const BROKEN: [&str; 14] = [
    "transfer closed with",
    "end of response with",
    "Empty reply from server",
    "Recv failure",
    "Send failure",
    "Operation timed out",
    "Connection timed out",
    "Connection died",
    "Callback aborted",
    "HTTP/2 stream",
    "Error in the HTTP2 framing layer",
    "GnuTLS recv",
    "Failure writing output",
    "nghttp",
];

/// Beginnings of notes that stand behind a body, or between two transfers.
const KNOWN: [&str; 42] = [
    "  Trying ",
    "ALPN",
    "Address in ",
    "Adding handle",
    "CAfile",
    "CApath",
    "CONNECT ",
    "Can not multiplex",
    "Can multiplex",
    "Connection cache",
    "Connection state",
    "Couldn't find host",
    "Could not resolve",
    "Curl_",
    "Connection reset",
    "Established connection",
    "Excess found",
    "Expire",
    "Found bundle",
    "HTTP 1.0, assume close",
    "HTTP error before",
    "Hostname ",
    "IPv4:",
    "IPv6:",
    "Issue another request",
    "Leftovers after chunking",
    "Mark bundle",
    "Maxredirs",
    "Multiplexed connection",
    "NTLM",
    "No URL set",
    "No connections available",
    "Please rewind output",
    "Re-using ",
    "Rebuilt URL",
    "Request completely sent off",
    "STATE:",
    "Simulate a HTTP 304",
    "TLSv1",
    "Transfer was pending",
    "Uses proxy",
    "We are completely uploaded",
];

/// The same, in words that entries of lists begin with, too.
const PLAIN: [&str; 16] = [
    "Added ",
    "Failed to ",
    "Host ",
    "Received ",
    "Replaced ",
    "Reusing ",
    "Using ",
    "SSL ",
    "Maximum (",
    "Multi ",
    "Connected to ",
    "Connecting to ",
    "Trying ",
    "Server auth",
    "Server doesn't support",
    "Bundle",
];

/// The parts of curl that say which they are (`--trace-config`, `-vvv`).
const PARTS: [&str; 26] = [
    "CPOOL",
    "DNS",
    "DOH",
    "FTP",
    "H1-PROXY",
    "H2-PROXY",
    "HAPPY-EYEBALLS",
    "HAPROXY",
    "HTTP",
    "HTTP-PROXY",
    "HTTPS-CONNECT",
    "MULTI",
    "PGRS",
    "QUIC",
    "READ",
    "SETUP",
    "SMTP",
    "SOCKS",
    "SSL",
    "SSL-PROXY",
    "SSLS",
    "TCP",
    "TIMER",
    "UDP",
    "UNIX",
    "WRITE",
];

/// How much of a note is looked at: it may stand anywhere in a line of any length.
const LONGEST: usize = 300;

/// What a note says.
pub(in crate::source) fn tells(note: &[u8]) -> Note {
    // A part of curl may say once more of which transfer it speaks.
    let (note, _) = behind_stamp(note);
    let begins = |prefix: &str| note.starts_with(prefix.as_bytes());
    let note = note.get(..note.len().min(LONGEST)).unwrap_or_default();
    let left = begins("Connection #") && (contains(note, b"left intact") || contains(note, b" to host "));
    let closing = begins("Closing connection") || begins("closing connection #") || begins("shutting down connection #");
    if left || closing {
        return Note::End;
    }
    // Each TLS library has a name of its own before it.
    if BROKEN.iter().any(|prefix| begins(prefix)) || contains(note, b"SSL_read") {
        return Note::Broken;
    }
    if begins("Ignoring the response-body") {
        return Note::Ignored;
    }
    let h2 = begins("h2h3 [") || begins("h2 [") || begins("old SSL") || begins("schannel:") || begins("upload completely");
    if begins("[WRITE] wrote trailer '") {
        // The line end of the field stands in it, so a line that is no note's follows.
        return Note::Plain;
    }
    let part = part(note);
    let own = part.is_some_and(|part| PARTS.iter().any(|known| part == known.as_bytes() || is_layer_of(part, known)));
    if own || h2 || begins("using HTTP/") || KNOWN.iter().any(|prefix| begins(prefix)) {
        return Note::Known;
    }
    if part.is_some() || PLAIN.iter().any(|prefix| begins(prefix)) {
        return Note::Plain;
    }
    Note::Unknown
}

/// The part of curl that says something: `[MULTI] …`, `[HTTP/2] …`.
fn part(note: &[u8]) -> Option<&[u8]> {
    let (part, _) = note.strip_prefix(b"[")?.split_at_checked(memchr::memchr(b']', note)?.checked_sub(1)?)?;
    let named = part.first().is_some_and(u8::is_ascii_uppercase) && part.len() >= 2;
    let plain = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || b"-/_+".contains(byte);
    (named && part.iter().all(plain)).then_some(part)
}

/// `HTTP/2` of `HTTP`, `PGRS-STARTOP` of `PGRS`.
fn is_layer_of(part: &[u8], known: &str) -> bool {
    part.strip_prefix(known.as_bytes()).is_some_and(|rest| matches!(rest.first(), Some(b'/' | b'-')))
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    memchr::memmem::find(text, part).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_of_many_versions() {
        for (note, expected) in [
            ("Connection #0 to host 127.0.0.1 left intact", Note::End),
            ("Connection #12 to host a:80 left intact", Note::End),
            ("Closing connection 0", Note::End),
            ("closing connection #0", Note::End),
            ("shutting down connection #0", Note::End),
            ("transfer closed with 42 bytes remaining to read", Note::Broken),
            ("end of response with 42 bytes missing", Note::Broken),
            ("Recv failure: Connection reset by peer", Note::Broken),
            ("Empty reply from server", Note::Broken),
            ("Ignoring the response-body", Note::Ignored),
            ("  Trying 127.0.0.1:80...", Note::Known),
            ("Found bundle for host: 0x5623bfc77cb0 [serially]", Note::Known),
            ("h2h3 [:method: GET]", Note::Known),
            ("[HTTP/2] [1] [:method: GET]", Note::Known),
            ("LibreSSL SSL_read: LibreSSL/3.3.6: error:1404C3F2, errno 0", Note::Broken),
            ("OpenSSL SSL_read: error", Note::Broken),
            ("GnuTLS recv error (-110): The TLS connection was non-properly terminated.", Note::Broken),
            ("nghttp2 recv error -505", Note::Broken),
            ("[MULTI] [INIT] added to multi, mid=1", Note::Known),
            ("[HAPPY-EYEBALLS] init ip ballers", Note::Known),
            ("[1-0] [WRITE] [OUT] wrote 5 body bytes, type=1 -> 5", Note::Known),
            ("[WRITE] wrote trailer 'X-T: 1", Note::Plain),
            ("[NEWER] says something", Note::Plain),
            ("Added support for something", Note::Plain),
            ("[x] an entry", Note::Unknown),
            ("[A", Note::Unknown),
            ("Item of a list", Note::Unknown),
            ("", Note::Unknown),
        ] {
            assert_eq!(tells(note.as_bytes()), expected, "{note}");
        }
    }
}
