//! What programs show as text of bytes that cannot be printed: a dot for each.
//!
//! A dot may be a dot, or any such byte. In a head, bytes that are no visible ASCII come in UTF-8, so in twos and more
//! (RFC 9110 §5.5 has them in values only): a run of dots is a mask, as `…` is, and a single one is taken for a dot. Of a body with a
//! dot nobody knows the bytes, since line ends and tabs may be shown so, too.

use sha2::{Digest, Sha256};

use crate::http::{Body, BodyWant};

/// What a mask looks like in values.
const MASK: &[u8] = "…".as_bytes();

/// A head whose runs of dots are masks; `None` where there are none.
pub(super) fn masked_head(head: &[u8]) -> Option<Vec<u8>> {
    memchr::memmem::find(head, b"..")?;
    let mut found = Vec::with_capacity(head.len());
    let mut at = 0;
    while let Some(next) = head.get(at..).and_then(|rest| memchr::memmem::find(rest, b"..")) {
        found.extend_from_slice(head.get(at..at + next).unwrap_or_default());
        found.extend_from_slice(MASK);
        at += next;
        at += head.get(at..).unwrap_or_default().iter().take_while(|byte| **byte == b'.').count();
    }
    found.extend_from_slice(head.get(at..).unwrap_or_default());
    Some(found)
}

/// A body of which every byte that cannot be printed is shown as a dot, as it is wanted: known where it has no dot. All of it
/// was kept. `coded` is one with a content coding, which is no text.
pub(super) fn known_body(body: &Body, coded: bool, want: BodyWant) -> Body {
    let kept = body.kept().unwrap_or_default();
    let whole = kept.len() as u64 == body.length && !kept.contains(&b'.') && !coded;
    let open = body.length > 0 && !whole;
    let mut known = Body::of_length(body.length, if open { Some(false) } else { body.complete });
    known.lost = body.lost;
    for (name, value) in body.trailers().fields() {
        known.trailers_mut().push(name, masked_head(value).as_deref().unwrap_or(value));
    }
    if want.sha256 && known.complete == Some(true) {
        known = known.with_sha256(Sha256::digest(kept).into());
    }
    if want.keep > 0 { known.with_kept(kept.get(..want.keep).unwrap_or(kept).to_vec()) } else { known }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_dots_in_a_head_are_masks() {
        let head = |text: &str| masked_head(text.as_bytes()).map(|head| String::from_utf8(head).expect("UTF-8"));
        assert_eq!(head("GET /a.b HTTP/1.1\r\nHost: 10.0.0.1\r\n\r\n"), None);
        assert_eq!(head("X: caf..\r\nY: .....z.\r\n\r\n").as_deref(), Some("X: caf…\r\nY: …z.\r\n\r\n"));
        assert_eq!(head("..").as_deref(), Some("…"));
    }

    #[test]
    fn a_body_with_a_dot_is_not_known() {
        let of = |text: &str| Body::of_length(text.len() as u64, Some(true)).with_kept(text.as_bytes().to_vec());
        let want = BodyWant { keep: 3, sha256: true };
        let known = known_body(&of("{}"), false, want);
        assert_eq!((known.whole(), known.sha256().is_some()), (Some(&b"{}"[..]), true));
        assert_eq!(known_body(&of(""), false, want).whole(), Some(&b""[..]));
        assert_eq!(known_body(&of("long"), false, want).kept(), Some(&b"lon"[..]));
        for (text, coded) in [("hello.", false), ("abc", true)] {
            let body = known_body(&of(text), coded, want);
            assert_eq!((body.whole(), body.sha256(), body.length, body.complete), (None, None, text.len() as u64, Some(false)));
        }
        assert_eq!(known_body(&Body::of_length(3, Some(true)), false, want).complete, Some(false), "nobody looked");
    }
}
