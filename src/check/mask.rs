//! Masked values: what people put in place of a secret when they write a message down.
//!
//! Runs of three or more `x`, `…`, `<name>` (`<name:1>`, too), `REDACTED` and `***`. They are masks in texts, logs and JSON only; on the
//! wire they are bytes like any other.

/// The masked ranges of a value, in order.
pub(super) fn masks(value: &[u8]) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < value.len() {
        let rest = &value[at..];
        let length = mask_at(rest);
        if length > 0 {
            found.push((at, at + length));
            at += length;
        } else {
            at += 1;
        }
    }
    found
}

/// Whether a value has a masked part.
pub(crate) fn is_masked(value: &[u8]) -> bool {
    (0..value.len()).any(|at| mask_at(&value[at..]) > 0)
}

fn mask_at(rest: &[u8]) -> usize {
    let run = |byte: u8| rest.iter().take_while(|b| **b == byte).count();
    match rest.first() {
        Some(b'x') if run(b'x') >= 3 => run(b'x'),
        Some(b'X') if run(b'X') >= 3 => run(b'X'),
        Some(b'*') if run(b'*') >= 3 => run(b'*'),
        Some(b'R') if rest.starts_with(b"REDACTED") => b"REDACTED".len(),
        Some(0xe2) if rest.starts_with("…".as_bytes()) => "…".len(),
        // A name, not a comparison: it begins with a letter.
        Some(b'<') if rest.get(1).is_some_and(u8::is_ascii_alphabetic) => {
            let name = rest[1..].iter().take(64).take_while(|b| b.is_ascii_alphanumeric() || b"-_ .:".contains(b)).count();
            if name > 0 && rest.get(name + 1) == Some(&b'>') { name + 2 } else { 0 }
        }
        _ => 0,
    }
}

/// Whether a text could be what a masked value hides: its unmasked parts stand in it, in order, the first at the start
/// and the last at the end.
pub(super) fn could_be(masked: &[u8], text: &[u8]) -> bool {
    let masks = masks(masked);
    let (Some(first), Some(last)) = (masks.first(), masks.last()) else { return masked == text };
    let (head, tail) = (&masked[..first.0], &masked[last.1..]);
    if text.len() < head.len() + tail.len() || !text.starts_with(head) || !text.ends_with(tail) {
        return false;
    }
    let mut rest = &text[head.len()..text.len() - tail.len()];
    for pair in masks.windows(2) {
        let between = &masked[pair[0].1..pair[1].0];
        match memchr::memmem::find(rest, between) {
            Some(at) => rest = &rest[at + between.len()..],
            None => return false,
        }
    }
    true
}

/// Whether two texts, each possibly masked, can be the same.
pub(super) fn both_could_be(one: &[u8], other: &[u8]) -> bool {
    match (is_masked(one), is_masked(other)) {
        (true, false) => could_be(one, other),
        (false, true) => could_be(other, one),
        _ => {
            let agree = |a: &[u8], b: &[u8]| a.iter().zip(b).all(|(a, b)| a == b);
            let backwards = |a: &[u8], b: &[u8]| a.iter().rev().zip(b.iter().rev()).all(|(a, b)| a == b);
            agree(before_mask(one), before_mask(other)) && backwards(behind_mask(one), behind_mask(other))
        }
    }
}

/// What stands before the first mask.
pub(crate) fn before_mask(value: &[u8]) -> &[u8] {
    masks(value).first().map_or(value, |(start, _)| &value[..*start])
}

/// What stands behind the last mask.
pub(super) fn behind_mask(value: &[u8]) -> &[u8] {
    masks(value).last().map_or(value, |(_, end)| &value[*end..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_are_found() {
        for value in
            ["xxx.xxx.xxx.xxx:8000", "AmazonAPIGateway_xxxxxxxxxx", "a…", "<url-id>", "<uuid:1>", "Bearer REDACTED", "***"]
        {
            assert!(is_masked(value.as_bytes()), "{value}");
        }
        for value in ["xx", "ELB-HealthChecker/2.0", "a<b", "**", "<>", "text/html, <", "1 < 2 > 1?", "<https://example.com/>"] {
            assert!(!is_masked(value.as_bytes()), "{value}");
        }
        assert_eq!(masks(b"xxx.xxx:8000"), [(0, 3), (4, 7)]);
    }

    #[test]
    fn a_mask_hides_only_what_fits_around_it() {
        assert!(could_be(b"xxx.xxx.xxx.xxx:8000", b"10.0.2.7:8000"));
        assert!(!could_be(b"xxx.xxx.xxx.xxx:8000", b"10.0.2.7:9000"));
        assert!(!could_be(b"xxx.xxx.xxx.xxx:8000", b"target:8000"));
        assert!(could_be(b"AmazonAPIGateway_xxxxxxxxxx", b"AmazonAPIGateway_a1b2c3d4e5"));
        assert!(!could_be(b"AmazonAPIGateway_xxxxxxxxxx", b"curl/8.0"));
        assert_eq!(before_mask(b"Root=xxx;Self=xxx."), b"Root=");
        assert_eq!(behind_mask(b"Root=xxx;Self=xxx."), b".");
    }
}
