//! Real captures, whole and cut, through `capture` and `wire`: nothing panics, and counts are what they are.
//! Run with `--nocapture` for a line a file, to hold against `capinfos -c`.

use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use super::{Decoded, segment};
use crate::anomaly::Anomalies;
use crate::capture::{Opened, open};

/// The shared folder of captures, where it is there.
pub(crate) fn shared() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let folder = std::env::var_os("HOPSPEC_SHARED").map_or(beside, PathBuf::from).join("captures");
    if !folder.is_dir() {
        eprintln!("skipped: {} is not there; set HOPSPEC_SHARED", folder.display());
        return None;
    }
    Some(folder)
}

fn files() -> Vec<PathBuf> {
    let Some(folder) = shared() else { return Vec::new() };
    ["corpus", "local"]
        .into_iter()
        .flat_map(|part| walkdir::WalkDir::new(folder.join(part)).sort_by_file_name())
        .filter_map(|entry| entry.ok().filter(|e| e.file_type().is_file()).map(walkdir::DirEntry::into_path))
        .collect()
}

#[derive(Debug, Default, PartialEq, Eq, Clone)]
struct Counts {
    packets: u64,
    tcp: u64,
    undecodable: u64,
    fragments: u64,
    unread: u64,
    anomalies: Anomalies,
}

/// `None` where it is no capture.
fn count(bytes: Vec<u8>) -> Option<Counts> {
    let Ok(Opened::Packets(mut reader)) = open(Box::new(Cursor::new(bytes))) else { return None };
    let mut counts = Counts::default();
    let mut anomalies = Anomalies::default();
    while let Some(packet) = reader.next(&mut anomalies) {
        match segment(&packet) {
            Decoded::Tcp(_) => counts.tcp += 1,
            Decoded::Undecodable(_) => counts.undecodable += 1,
            Decoded::Fragment(_) => counts.fragments += 1,
            Decoded::Unread(_) => counts.unread += 1,
            Decoded::Other(_) | Decoded::UnsupportedLink(_) => {}
        }
    }
    Some(Counts { packets: reader.packets(), anomalies, ..counts })
}

#[test]
fn every_capture_is_read() {
    for path in files() {
        let bytes = fs::read(&path).expect("it can be read");
        if let Some(counts) = count(bytes) {
            let Counts { packets, tcp, undecodable, fragments, unread, anomalies } = counts;
            let anomalies: Vec<_> = anomalies.iter().map(|(kind, a)| format!("{kind}: {}", a.detail)).collect();
            println!("{}\t{packets}\t{tcp}\t{undecodable}\t{fragments}\t{unread}\t{anomalies:?}", path.display());
        }
    }
}

#[test]
fn cut_captures_never_panic_and_never_hold_more() {
    for path in files() {
        let bytes = fs::read(&path).expect("it can be read");
        let whole = count(bytes.clone()).unwrap_or_default();
        for cut in [1, 4, 23, 24, 25, 40, 56, 100, bytes.len() / 3, bytes.len() / 2, bytes.len().saturating_sub(1)] {
            if let Some(counts) = bytes.get(..cut).and_then(|some| count(some.to_vec())) {
                assert!(counts.packets <= whole.packets && counts.tcp <= whole.tcp, "{} cut at {cut}", path.display());
            }
        }
    }
}
