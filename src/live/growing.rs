//! Key logs that are written while it is listened: who makes a TLS connection has its secrets a moment after the packets by which
//! they were agreed on.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

/// So much is read of a log at once.
const MOST: u64 = 1 << 20;
/// No line of a key log is longer.
const LONGEST_LINE: usize = 4096;

/// What is added to a key log (`SSLKEYLOGFILE` format) from a moment on. The file need not be there yet.
#[derive(Debug, Clone)]
pub struct GrowingKeyLog {
    path: PathBuf,
    at: u64,
    /// The beginning of a line.
    half: Vec<u8>,
    grew: bool,
}

impl GrowingKeyLog {
    /// What is added from now on.
    #[must_use]
    pub fn from_now(path: &Path) -> Self {
        let at = path.metadata().map_or(0, |metadata| metadata.len());
        Self { path: path.to_owned(), at, half: Vec::new(), grew: false }
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether anything was added.
    ///
    /// # Errors
    /// It is there and cannot be read.
    pub fn grew(&self) -> io::Result<bool> {
        let mut now = self.clone();
        now.added()?;
        Ok(now.grew)
    }

    /// Whole lines that were added since it was asked last. A file that is shorter than it was is a new one.
    ///
    /// # Errors
    /// It is there and cannot be read.
    pub fn added(&mut self) -> io::Result<Vec<u8>> {
        let length = match self.path.metadata() {
            Ok(metadata) => metadata.len(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        if length < self.at {
            self.at = 0;
            self.half.clear();
        }
        if length == self.at {
            return Ok(Vec::new());
        }
        let mut file = File::open(&self.path)?;
        file.seek(SeekFrom::Start(self.at))?;
        let mut lines = std::mem::take(&mut self.half);
        let read = file.take(MOST).read_to_end(&mut lines)?;
        self.at = self.at.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
        self.grew |= read > 0;
        let whole = lines.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end.saturating_add(1));
        self.half = lines.split_off(whole);
        if self.half.len() > LONGEST_LINE {
            self.half.clear();
        }
        Ok(lines)
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{self, OpenOptions};
    use std::io::Write as _;

    use super::*;

    #[test]
    fn what_is_added_is_told_by_whole_lines() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.log");
        let mut early = GrowingKeyLog::from_now(&path);
        assert_eq!((early.added().unwrap(), early.grew().unwrap()), (vec![], false));
        fs::write(&path, "before\n").unwrap();
        let mut log = GrowingKeyLog::from_now(&path);
        assert_eq!(log.added().unwrap(), b"");
        let add = |text: &str| OpenOptions::new().append(true).open(&path).unwrap().write_all(text.as_bytes()).unwrap();
        assert!(!log.grew().unwrap());
        add("one\ntw");
        assert!(log.grew().unwrap());
        assert_eq!(log.added().unwrap(), b"one\n");
        assert_eq!(log.added().unwrap(), b"");
        add("o\n");
        assert_eq!(log.added().unwrap(), b"two\n");
        assert_eq!(early.added().unwrap(), b"before\none\ntwo\n");
        // Another program begins it anew.
        fs::write(&path, "new\n").unwrap();
        assert_eq!(log.added().unwrap(), b"new\n");
        assert!(log.grew().unwrap());
    }

    #[test]
    fn a_line_without_an_end_is_not_kept_for_ever() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.log");
        let mut log = GrowingKeyLog::from_now(&path);
        fs::write(&path, vec![b'a'; 3 << 20]).unwrap();
        for _ in 0..4 {
            assert_eq!(log.added().unwrap(), b"");
            assert!(log.half.len() <= LONGEST_LINE);
        }
        fs::remove_file(&path).unwrap();
        assert_eq!(log.added().unwrap(), b"");
        // What cannot be read later is an error, not silence.
        let mut late = GrowingKeyLog::from_now(&path);
        fs::create_dir(&path).unwrap();
        assert!(late.added().is_err() && late.grew().is_err());
    }
}
