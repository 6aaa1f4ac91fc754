//! Where the evidence of a spec lies: for `…/specs/a/b.yaml` the files `…/captures/a/b.*` and what lies in
//! `…/captures/a/b/`.
//!
//! Each file is a case of its own, a folder below is one case of several vantage points. Where several specs match, the
//! longest path owns a file.

use std::path::{Path, PathBuf};

/// One case: the files that are read together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct EvidenceCase {
    /// The files, sorted.
    pub(super) files: Vec<PathBuf>,
}

/// The folder `captures` beside a folder of specs.
pub(super) fn beside(specs: &Path) -> PathBuf {
    match (specs.file_name(), specs.parent()) {
        (Some(_), Some(parent)) => parent.join("captures"),
        // `..`, seen from inside of the folder.
        _ => specs.join("..").join("captures"),
    }
}

/// The cases of the spec of this name in the folder `captures`. `names` are those of all specs that are loaded, since a
/// longer path owns a file.
pub(super) fn cases<'s>(name: &str, names: impl Iterator<Item = &'s str>, captures: &Path) -> Vec<EvidenceCase> {
    let below = Path::new(name);
    let longer: Vec<&Path> = names.map(Path::new).filter(|other| *other != below && other.starts_with(below)).collect();
    let owned_by_other = |path: &Path| {
        let Ok(path) = path.strip_prefix(captures) else { return false };
        longer.iter().any(|other| path.starts_with(other) || is_of(path, other))
    };
    let mut found = Vec::new();
    let place = captures.join(below);
    for path in children(place.parent().unwrap_or(captures)) {
        if path.is_file() && is_of(&path, &place) && !is_hidden(&path) {
            found.push(EvidenceCase { files: vec![path] });
        }
    }
    for path in children(&place) {
        if is_hidden(&path) || owned_by_other(&path) {
            continue;
        }
        if path.is_dir() {
            let files: Vec<PathBuf> = walkdir::WalkDir::new(&path)
                .sort_by_file_name()
                .into_iter()
                .filter_map(Result::ok)
                .filter(|entry| entry.file_type().is_file() && !owned_by_other(entry.path()))
                .map(walkdir::DirEntry::into_path)
                .collect();
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
        for (specs, captures) in
            [("a/specs", "a/captures"), ("specs", "captures"), ("../..", "../../../captures"), (".", "./../captures")]
        {
            assert_eq!(beside(Path::new(specs)), Path::new(captures), "{specs}");
        }
        assert!(is_of(Path::new("c/b.note.txt"), Path::new("c/b")));
        assert!(!is_of(Path::new("c/bb.txt"), Path::new("c/b")));
        assert!(!is_of(Path::new("d/b.txt"), Path::new("c/b")));
    }
}
