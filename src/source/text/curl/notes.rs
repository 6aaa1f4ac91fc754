//! What curl says in its notes (`* …`), as far as it matters here. The sentences changed over the years; those of 7.29 to
//! 8.23 are known, and a note that is not known is passed over.

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
    /// What may be a line of a body, too.
    Unknown,
}

const BROKEN: [&str; 12] = [
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
    "OpenSSL SSL_read",
    "Failure writing output",
];

/// Beginnings of notes that stand behind a body, or between two transfers.
const KNOWN: [&str; 58] = [
    "  Trying ",
    "Trying ",
    "ALPN",
    "Added ",
    "Address in ",
    "Adding handle",
    "Bundle",
    "CAfile",
    "CApath",
    "CONNECT ",
    "Can not multiplex",
    "Can multiplex",
    "Connected to ",
    "Connecting to ",
    "Connection cache",
    "Connection state",
    "Couldn't find host",
    "Could not resolve",
    "Curl_",
    "Connection reset",
    "Established connection",
    "Excess found",
    "Expire",
    "Failed to ",
    "Found bundle",
    "HTTP 1.0, assume close",
    "HTTP error before",
    "Host ",
    "Hostname ",
    "IPv4:",
    "IPv6:",
    "Issue another request",
    "Leftovers after chunking",
    "Mark bundle",
    "Maxredirs",
    "Maximum (",
    "Multi ",
    "Multiplexed connection",
    "NTLM",
    "No URL set",
    "No connections available",
    "Please rewind output",
    "Received ",
    "Re-using ",
    "Rebuilt URL",
    "Replaced ",
    "Request completely sent off",
    "Reusing ",
    "SSL ",
    "STATE:",
    "Server auth",
    "Server doesn't support",
    "Simulate a HTTP 304",
    "TLSv1",
    "Transfer was pending",
    "Uses proxy",
    "Using ",
    "We are completely uploaded",
];

/// How much of a note is looked at: it may stand anywhere in a line of any length.
const LONGEST: usize = 300;

/// What a note says.
pub(in crate::source) fn tells(note: &[u8]) -> Note {
    let begins = |prefix: &str| note.starts_with(prefix.as_bytes());
    let note = note.get(..note.len().min(LONGEST)).unwrap_or_default();
    let left = begins("Connection #") && (contains(note, b"left intact") || contains(note, b" to host "));
    let closing = begins("Closing connection") || begins("closing connection #") || begins("shutting down connection #");
    if left || closing {
        return Note::End;
    }
    if BROKEN.iter().any(|prefix| begins(prefix)) {
        return Note::Broken;
    }
    if begins("Ignoring the response-body") {
        return Note::Ignored;
    }
    let bracket =
        ["[DNS]", "[HTTP", "[SSL]", "[TCP]", "[HTTPS-CONNECT]", "[WRITE]", "[READ]", "[SETUP]"].iter().any(|p| begins(p));
    let h2 = begins("h2h3 [") || begins("h2 [") || begins("old SSL") || begins("schannel:") || begins("upload completely");
    if bracket || h2 || begins("using HTTP/") || KNOWN.iter().any(|prefix| begins(prefix)) {
        return Note::Known;
    }
    Note::Unknown
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
            ("Item of a list", Note::Unknown),
            ("", Note::Unknown),
        ] {
            assert_eq!(tells(note.as_bytes()), expected, "{note}");
        }
    }
}
