//! Which files of a folder are captures.
//!
//! A folder may hold anything; a file counts by its content where that begins like a capture, and by its name
//! where only the name can tell (a text, a cut or empty capture). Symbolic links are followed, loops are harmless.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

/// The captures of a folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FolderCaptures {
    /// The captures, in the order of their paths.
    pub files: Vec<PathBuf>,
    /// How many other files there are.
    pub others: u64,
    /// Entries that cannot be read, each with what the system says.
    pub unreadable: Vec<String>,
}

/// Endings of captures and of texts with messages.
const ENDINGS: [&str; 11] = ["pcap", "pcapng", "cap", "dmp", "txt", "http", "har", "json", "jsonl", "log", "csv"];

/// Walks a folder with all its subfolders.
#[must_use]
pub fn captures_in(folder: &Path) -> FolderCaptures {
    let mut found = FolderCaptures::default();
    for entry in WalkDir::new(folder).follow_links(true).sort_by_file_name() {
        match entry {
            Ok(entry) if entry.file_type().is_dir() => {}
            Ok(entry) if entry.file_type().is_file() && is_capture(entry.path()) => found.files.push(entry.into_path()),
            Ok(_) => found.others += 1,
            // A link that leads back to a folder above it is no loss.
            Err(error) if error.loop_ancestor().is_some() => {}
            Err(error) => found.unreadable.push(error.to_string()),
        }
    }
    found
}

/// Whether a file is read when its folder is given.
fn is_capture(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    if name.starts_with('.') {
        return false;
    }
    let plain = [".gz", ".zst"].iter().find_map(|packed| name.strip_suffix(packed)).unwrap_or(&name);
    // `tcpdump -C` appends a number: `a.pcap1`.
    let ending = plain.rsplit_once('.').map_or("", |(_, ending)| ending.trim_end_matches(|c: char| c.is_ascii_digit()));
    if ENDINGS.contains(&ending) {
        return true;
    }
    let mut magic = [0; 4];
    File::open(path).and_then(|mut file| file.read_exact(&mut magic)).is_ok() && crate::capture::is_magic(magic)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn captures_are_found_by_name_or_by_content() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        fs::create_dir_all(at("b/deep")).expect("folders");
        for (name, content) in [
            ("b/deep/x.pcap", &b""[..]),
            ("a.pcapng.gz", b""),
            ("b/NOTE.TXT", b"GET / HTTP/1.1"),
            ("b/events.JSONL", b"{}"),
            ("b/page.har", b"{}"),
            ("b/trace.pcap1", b"\xd4\xc3\xb2\xa1 and more"),
            ("b/trace.pcap2.zst", b""),
            ("b/dump", b"\x0a\x0d\x0d\x0a and more"),
            ("b/spec.yaml", b"hops: {}"),
            ("b/README.md", b"GET / HTTP/1.1"),
            (".hidden.pcap", b""),
            ("short", b"\xd4"),
        ] {
            fs::write(at(name), content).expect("a file");
        }
        let found = captures_in(folder.path());
        let names: Vec<_> = found
            .files
            .iter()
            .map(|f| f.strip_prefix(folder.path()).expect("inside").to_string_lossy().replace('\\', "/"))
            .collect();
        assert_eq!(
            names,
            [
                "a.pcapng.gz",
                "b/NOTE.TXT",
                "b/deep/x.pcap",
                "b/dump",
                "b/events.JSONL",
                "b/page.har",
                "b/trace.pcap1",
                "b/trace.pcap2.zst"
            ]
        );
        assert_eq!((found.others, found.unreadable.len()), (4, 0));
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_and_loops_end() {
        let folder = tempfile::tempdir().expect("a folder");
        let inner = folder.path().join("inner");
        fs::create_dir(&inner).expect("a folder");
        fs::write(inner.join("a.pcap"), b"").expect("a file");
        std::os::unix::fs::symlink(folder.path(), inner.join("loop")).expect("a link");
        std::os::unix::fs::symlink(inner.join("a.pcap"), folder.path().join("linked.pcap")).expect("a link");
        std::os::unix::fs::symlink("nowhere", folder.path().join("broken.pcap")).expect("a link");
        let found = captures_in(folder.path());
        assert_eq!(found.files, [inner.join("a.pcap"), folder.path().join("linked.pcap")]);
        assert_eq!(found.unreadable.len(), 1, "{:?}", found.unreadable);
    }

    #[test]
    fn a_folder_that_is_not_there_is_unreadable() {
        assert_eq!(captures_in(Path::new("no/such/folder")).unreadable.len(), 1);
    }
}
