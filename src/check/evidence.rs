//! Where the evidence of a spec lies: for `…/specs/a/b.yaml` the files `…/captures/a/b.*` and what lies in
//! `…/captures/a/b/`.
//!
//! Each file is a case of its own, a folder below is one case of several vantage points. Where several specs match, the
//! longest path owns a file.

use std::path::{Component, Path, PathBuf};

/// One case: the files that are read together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct EvidenceCase {
    /// The files, sorted.
    pub(super) files: Vec<PathBuf>,
}

/// What a spec's place says of its evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mirror {
    /// The `specs` folder; `captures` lies beside it.
    pub(super) specs: PathBuf,
    /// The spec's path below it, without its ending: its name.
    pub(super) below: PathBuf,
}

impl Mirror {
    /// The folder with all evidence.
    fn captures(&self, given: Option<&Path>) -> PathBuf {
        given.map_or_else(|| beside(&self.specs), Path::to_path_buf)
    }

    /// Where the evidence of this spec begins: this path and an ending, and what lies in the folder of this name.
    pub(super) fn place(&self, given: Option<&Path>) -> PathBuf {
        self.captures(given).join(&self.below)
    }

    /// Whether a path of evidence as long as this one, or longer, is another spec's.
    fn is_longer_than(&self, other: &Self) -> bool {
        self.below != other.below && (self.below.starts_with(&other.below) || is_of(&self.below, &other.below))
    }
}

/// The folder `captures` beside a folder `specs`, which may be the working directory or one above it.
fn beside(specs: &Path) -> PathBuf {
    match specs.file_name() {
        Some(_) => specs.with_file_name("captures"),
        // `.` and `..` have no name.
        None => specs.join("..").join("captures"),
    }
}

/// The cases of a spec. `specs` are all that are loaded, since a longer path owns a file.
pub(super) fn cases(spec: &Mirror, specs: &[Mirror], captures: Option<&Path>) -> Vec<EvidenceCase> {
    let place = spec.place(captures);
    let captures = spec.captures(captures);
    let longer: Vec<&Path> = specs.iter().filter(|other| other.is_longer_than(spec)).map(|other| other.below.as_path()).collect();
    let owned_by_other = |path: &Path| {
        let Ok(path) = path.strip_prefix(&captures) else { return false };
        longer.iter().any(|other| path.starts_with(other) || is_of(path, other))
    };
    let mut found = Vec::new();
    for path in children(place.parent().unwrap_or(&captures)) {
        if !path.is_dir() && is_of(&path, &place) && !is_hidden(&path) && !owned_by_other(&path) {
            found.push(EvidenceCase { files: vec![path] });
        }
    }
    for path in children(&place) {
        if is_hidden(&path) || owned_by_other(&path) {
            continue;
        }
        if path.is_dir() {
            let files: Vec<PathBuf> = files_in(&path).into_iter().filter(|file| !owned_by_other(file)).collect();
            if !files.is_empty() {
                found.push(EvidenceCase { files });
            }
        } else {
            found.push(EvidenceCase { files: vec![path] });
        }
    }
    found.sort();
    found
}

/// The files below a folder, sorted. What cannot be looked at is among them: whoever reads it says why.
pub(super) fn files_in(folder: &Path) -> Vec<PathBuf> {
    let file = |entry: walkdir::Result<walkdir::DirEntry>| match entry {
        Ok(entry) => entry.file_type().is_file().then(|| entry.into_path()),
        // A link that leads back up gives nothing new.
        Err(error) if error.loop_ancestor().is_some() => None,
        Err(error) => error.path().map(Path::to_path_buf),
    };
    walkdir::WalkDir::new(folder).follow_links(true).sort_by_file_name().into_iter().filter_map(file).collect()
}

/// A path as a reader would write it: `captures/a.pcap` for `specs/../captures/a.pcap`, where both are one.
pub(super) fn tidy(path: PathBuf) -> PathBuf {
    let mut short = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if short.file_name().is_some() => {
                short.pop();
            }
            other => short.push(other),
        }
    }
    // Behind a symbolic link `..` is another folder.
    let same = |a: &Path, b: &Path| std::fs::canonicalize(a).ok().zip(std::fs::canonicalize(b).ok()).is_some_and(|(a, b)| a == b);
    if !path.exists() || same(&path, &short) { short } else { path }
}

/// Whether a file is `STEM.something`.
fn is_of(path: &Path, stem: &Path) -> bool {
    let (Some(name), Some(stem_name)) = (path.file_name(), stem.file_name()) else { return false };
    let (name, stem_name) = (name.to_string_lossy(), stem_name.to_string_lossy());
    path.parent() == stem.parent() && name.strip_prefix(stem_name.as_ref()).is_some_and(|rest| rest.starts_with('.'))
}

fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'))
}

fn children(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.filter_map(Result::ok).map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn specs_mirror_captures() {
        let mirror = |specs: &str, below: &str| Mirror { specs: specs.into(), below: below.into() };
        assert_eq!(mirror("a/specs", "aws/alb/forward").place(None), Path::new("a/captures/aws/alb/forward"));
        assert_eq!(mirror("specs", "x").place(None), Path::new("captures/x"));
        assert_eq!(mirror("..", "x").place(None), Path::new("../../captures/x"));
        assert_eq!(mirror("specs", "x").place(Some(Path::new("else"))), Path::new("else/x"));
        let longer = |a: &str, b: &str| mirror("specs", a).is_longer_than(&mirror("specs", b));
        assert!(longer("a/b", "a") && longer("a.b", "a") && !longer("a", "a/b") && !longer("ab", "a") && !longer("a", "a"));
        assert_eq!(tidy("specs/../captures/./a.pcap".into()), Path::new("captures/a.pcap"));
        assert_eq!(tidy("../../a.pcap".into()), Path::new("../../a.pcap"));
        assert!(is_of(Path::new("c/b.note.txt"), Path::new("c/b")));
        assert!(!is_of(Path::new("c/bb.txt"), Path::new("c/b")));
        assert!(!is_of(Path::new("d/b.txt"), Path::new("c/b")));
    }
}
