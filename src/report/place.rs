//! Places in captures, and the commands that show them.

use crate::capture::Timestamp;
use crate::finding::{Evidence, EvidencePlace};
use crate::report::escape;
use crate::report::escape::is_unsafe;
use crate::source::is_kept;

/// `staging.pcap, packet 41, 10.0.1.5:41022 → 10.0.2.7:8000, 2026-11-20T08:11:02Z`, or `note.txt:12`.
pub(super) fn long(evidence: &Evidence) -> String {
    let capture = escape(&evidence.capture);
    match evidence.place {
        EvidencePlace::Packet { packet, time, src, dst, .. } => {
            format!("{capture}, packet {packet}, {src} → {dst}, {}", seconds(time))
        }
        _ => short(evidence),
    }
}

/// `staging.pcap, packet 41`, or `note.txt:12`.
pub(super) fn short(evidence: &Evidence) -> String {
    let capture = escape(&evidence.capture);
    match evidence.place {
        EvidencePlace::Packet { packet, .. } | EvidencePlace::Capture { packet: Some(packet) } => {
            format!("{capture}, packet {packet}")
        }
        EvidencePlace::Line(line) => format!("{capture}:{line}"),
        EvidencePlace::Entry(number) => format!("{capture}, entry {number}"),
        EvidencePlace::Capture { packet: None } => capture.into_owned(),
    }
}

/// The commands that show a packet; `None` where there is none, and for a stream, which cannot be read again.
pub(super) fn show(evidence: &Evidence) -> Option<String> {
    if evidence.capture == "-" || !is_kept(&evidence.capture) {
        return None;
    }
    let file = shell_word(&evidence.capture);
    match evidence.place {
        EvidencePlace::Packet { packet, .. } => {
            Some(format!("hopspec show {file} --packet {packet}      tshark -r {file} -Y frame.number=={packet}"))
        }
        EvidencePlace::Capture { packet: Some(packet) } => Some(format!("tshark -r {file} -Y frame.number=={packet}")),
        EvidencePlace::Line(_) | EvidencePlace::Entry(_) | EvidencePlace::Capture { packet: None } => None,
    }
}

/// A time to the second: nobody reads microseconds in a sentence. JSON has them.
fn seconds(time: Timestamp) -> String {
    let text = time.to_string();
    match text.split_once('.') {
        Some((whole, _)) => format!("{whole}Z"),
        None => text,
    }
}

/// A word as a shell takes it: in quotes where it needs them. What a terminal would obey stands as an escape in `$'…'`,
/// which bash, zsh and POSIX shells since 2024 read as the character.
pub(super) fn shell_word(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "_-./:=@%+,".contains(c);
    let quoted = if !word.is_empty() && word.chars().all(plain) && !word.starts_with('=') {
        word.to_owned()
    } else if word.chars().any(is_unsafe) {
        format!("$'{}'", word.chars().map(shell_escape).collect::<String>())
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    };
    // A name that begins with a dash would be read as an option.
    if word.starts_with('-') { format!("./{quoted}") } else { quoted }
}

/// A character between `$'` and `'`.
fn shell_escape(c: char) -> String {
    match c {
        '\n' => r"\n".to_owned(),
        '\r' => r"\r".to_owned(),
        '\t' => r"\t".to_owned(),
        '\'' | '\\' => format!("\\{c}"),
        c if !is_unsafe(c) => c.to_string(),
        c if c.is_ascii() => format!("\\x{:02x}", u32::from(c)),
        c if u32::from(c) < 0x1_0000 => format!("\\u{:04x}", u32::from(c)),
        c => format!("\\U{:08x}", u32::from(c)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_survive_a_shell() {
        assert_eq!(shell_word("a/b.pcap"), "a/b.pcap");
        assert_eq!(shell_word("my trace's.pcap"), r"'my trace'\''s.pcap'");
        assert_eq!(shell_word("-x.pcap"), "./-x.pcap");
        assert_eq!(shell_word("$(rm).pcap"), "'$(rm).pcap'");
        assert_eq!(shell_word("a\x1b[2J's\\\u{9b}\u{202e}\u{e0001}"), r"$'a\x1b[2J\'s\\\u009b\u202e\U000e0001'");
        assert_eq!(shell_word("=a"), "'=a'", "zsh looks for a program of that name");
        assert_eq!(shell_word(""), "''");
    }

    #[test]
    fn times_are_utc_to_the_second() {
        assert_eq!(seconds(Timestamp::from_nanoseconds(1_592_129_089_612_345_678)), "2020-06-14T10:04:49Z");
    }
}
