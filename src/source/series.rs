//! Which files are one recording that its program cut into several: tcpdump with `-C`, `-W` or `-G`, dumpcap and editcap.
//!
//! Names propose it, and the files themselves must bear it out: all begin with packets of the same link type. Their order is
//! that of their first packets, whatever their names say, since a ring of files begins anywhere. Other files stay apart.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::expand::Named;
use super::{Input, SourceError};
use crate::anomaly::Anomalies;
use crate::capture::{CaptureError, LinkType, Opened, Timestamp, open};

/// Puts the files of each recording behind one another, where the first of them stands, and marks those that go on.
pub(super) fn arrange(inputs: Vec<Named>) -> Vec<Named> {
    let mut series: BTreeMap<(PathBuf, String), Vec<usize>> = BTreeMap::new();
    for (at, named) in inputs.iter().enumerate() {
        let Input::File(path) = &named.input else { continue };
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if let Some(key) = key(&name) {
            series.entry((path.parent().unwrap_or(Path::new("")).to_owned(), key)).or_default().push(at);
        }
    }
    series.retain(|_, files| files.len() > 1);
    if series.is_empty() {
        return inputs;
    }
    let mut inputs: Vec<Option<Named>> = inputs.into_iter().map(Some).collect();
    let mut behind: BTreeMap<usize, Vec<Named>> = BTreeMap::new();
    for files in series.into_values() {
        let Some(&place) = files.first() else { continue };
        let mut begun: Vec<(Timestamp, LinkType, usize)> = files
            .into_iter()
            .filter_map(|at| {
                let (time, link) = beginning(&inputs.get(at)?.as_ref()?.input).ok().flatten()?;
                Some((time, link, at))
            })
            .collect();
        begun.sort_by_key(|&(time, _, at)| (time, at));
        let Some(&(_, link, _)) = begun.first() else { continue };
        begun.retain(|&(_, other, _)| other == link);
        if begun.len() < 2 {
            continue;
        }
        let parts = begun.into_iter().enumerate().filter_map(|(number, (time, _, at))| {
            let named = inputs.get_mut(at)?.take()?;
            Some(Named { goes_on: (number > 0).then_some(time), ..named })
        });
        let parts: Vec<Named> = parts.collect();
        behind.entry(place).or_default().extend(parts);
    }
    let mut arranged = Vec::with_capacity(inputs.len());
    for (at, named) in inputs.into_iter().enumerate() {
        arranged.extend(behind.remove(&at).unwrap_or_default());
        arranged.extend(named);
    }
    arranged
}

/// Time and link type of a capture's first packet; `None` where it is no capture, or has no packet.
fn beginning(input: &Input) -> Result<Option<(Timestamp, LinkType)>, SourceError> {
    match open(input.open()?) {
        Ok(Opened::Packets(mut reader)) => Ok(reader.next(&mut Anomalies::default()).map(|packet| (packet.at.time, packet.link))),
        Ok(Opened::Other(_)) | Err(CaptureError::Cut { .. } | CaptureError::Damaged { .. } | CaptureError::Packed { .. }) => {
            Ok(None)
        }
        Err(CaptureError::Io { source }) => Err(input.failed(&source)),
    }
}

/// What the names of one recording have in common.
fn key(name: &str) -> Option<String> {
    let plain = [".gz", ".zst"].iter().find_map(|packed| name.strip_suffix(packed)).unwrap_or(name);
    // `x.pcap`, `x.pcap1`, `x.pcap02`, `x.pcap.3`: the first has no number.
    let digits = plain.trim_end_matches(|c: char| c.is_ascii_digit());
    let stem = if digits.len() < plain.len() { digits.strip_suffix('.').unwrap_or(digits) } else { plain };
    let (before, ending) = stem.rsplit_once('.')?;
    if !["pcap", "pcapng", "cap", "dmp"].contains(&ending.to_ascii_lowercase().as_str()) {
        return None;
    }
    Some(format!("{}.{ending}", without_stamp(before)))
}

/// A name without the time in it, and without the number that dumpcap and editcap put beside it: `x_00001_20201130123456`.
fn without_stamp(name: &str) -> String {
    for (at, _) in name.char_indices() {
        let (before, rest) = name.split_at(at);
        if before.ends_with(|c: char| c.is_ascii_digit()) {
            continue;
        }
        if let Some(length) = stamp(rest.as_bytes()) {
            let behind = rest.get(length..).unwrap_or_default();
            let before = numbered(before, true).unwrap_or(before);
            let behind = numbered(behind, false).unwrap_or(behind);
            return format!("{before}#{behind}");
        }
    }
    name.to_owned()
}

/// What is left without a number of five or more digits and its `_`, at the end or at the beginning.
fn numbered(name: &str, at_end: bool) -> Option<&str> {
    let is_digit = |c: char| c.is_ascii_digit();
    let (rest, digits) = if at_end {
        let name = name.strip_suffix('_')?;
        let rest = name.trim_end_matches(is_digit);
        (rest.strip_suffix('_')?, name.len().saturating_sub(rest.len()))
    } else {
        let name = name.strip_prefix('_')?;
        let rest = name.trim_start_matches(is_digit);
        (rest, name.len().saturating_sub(rest.len()))
    };
    (digits >= 5).then_some(rest)
}

/// The length of a time at the beginning of a name: a date with at least the hour behind it, in any of the ways in which
/// `strftime` writes one, or the seconds since 1970.
fn stamp(name: &[u8]) -> Option<usize> {
    let run = name.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if run == 10 && name.starts_with(b"1") {
        return Some(run);
    }
    if !name.starts_with(b"19") && !name.starts_with(b"20") {
        return None;
    }
    let digits = |at: usize, many: usize| {
        let some = name.get(at..at.checked_add(many)?)?;
        some.iter().all(u8::is_ascii_digit).then_some(at.saturating_add(many))
    };
    let behind = |at: usize, between: &[u8]| {
        let at = if name.get(at).is_some_and(|byte| between.contains(byte)) { at.saturating_add(1) } else { at };
        digits(at, 2)
    };
    let month = behind(digits(0, 4)?, b"-_.")?;
    let day = behind(month, b"-_.")?;
    let hour = behind(day, b"-_.T ")?;
    let Some(minute) = behind(hour, b"-_.:h") else { return Some(hour) };
    Some(behind(minute, b"-_.:m").unwrap_or(minute))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::fixture::PcapVariant;

    #[test]
    fn names_of_one_recording_have_one_key() {
        for names in [
            &["x.pcap", "x.pcap1", "x.pcap02", "x.pcap.3", "x.pcap4.gz", "x.pcap5.zst"][..],
            &["x_00001_20201130123456.pcapng", "x_00002_20201130133456.pcapng"],
            &["x_20201130123456_00001.pcapng", "x_20201130133456_00002.pcapng"],
            &["t-2020-11-30_08:00:00.pcap", "t-2020-11-30_09:00:00.pcap1"],
            &["eth0-20201130-0800.pcap", "eth0-20201130-0900.pcap"],
            &["dump.1606723200.pcap", "dump.1606726800.pcap.gz"],
        ] {
            let found: Vec<_> = names.iter().map(|name| key(name).expect("a key")).collect();
            assert!(found.iter().all(|key| *key == found[0]), "{names:?}: {found:?}");
        }
    }

    #[test]
    fn names_of_other_files_have_none_in_common() {
        for (one, other) in [
            ("test1.pcap", "test2.pcap"),
            ("a.pcap", "b.pcap1"),
            ("10.0.0.1-20201130-0800.pcap", "10.0.0.2-20201130-0900.pcap"),
            ("2020-11-30.pcap", "2020-12-01.pcap"),
            ("x-20201130-0800.pcap", "y-20201130-0900.pcap"),
            ("x.pcap", "x.pcapng"),
            ("v1.2.3.pcap", "v1.2.4.pcap"),
        ] {
            assert_ne!(key(one), key(other), "{one} and {other}");
        }
        assert_eq!((key("notes.txt"), key("notes1"), key("1234")), (None, None, None));
    }

    fn file(folder: &Path, name: &str, link: u32, second: u32) -> Named {
        let mut bytes = PcapVariant::USUAL.header(link);
        PcapVariant::USUAL.record(&mut bytes, second, 0, 1, b"x");
        std::fs::write(folder.join(name), bytes).expect("a file");
        Named { input: Input::File(folder.join(name)), named: true, goes_on: None }
    }

    #[test]
    fn the_files_of_a_ring_stand_in_the_order_of_time() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = folder.path();
        std::fs::write(at.join("r.pcap3"), b"no capture").expect("a file");
        let inputs = vec![
            file(at, "a.pcap", 1, 5),
            file(at, "r.pcap0", 1, 30),
            file(at, "b.pcap", 1, 5),
            file(at, "r.pcap1", 1, 10),
            file(at, "r.pcap2", 1, 20),
            Named { input: Input::File(at.join("r.pcap3")), named: true, goes_on: None },
            file(at, "r.pcap4", 101, 40),
        ];
        let arranged = arrange(inputs);
        let names: Vec<_> = arranged
            .iter()
            .map(|named| {
                (named.input.name().rsplit('/').next().expect("a name").to_owned(), named.goes_on.map(Timestamp::seconds))
            })
            .collect();
        let expected = [
            ("a.pcap", None),
            ("r.pcap1", None),
            ("r.pcap2", Some(20)),
            ("r.pcap0", Some(30)),
            ("b.pcap", None),
            ("r.pcap3", None),
            ("r.pcap4", None),
        ];
        assert_eq!(names, expected.map(|(name, time)| (name.to_owned(), time)));
    }
}
