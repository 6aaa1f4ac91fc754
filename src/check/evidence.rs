//! Where the evidence of a spec lies: for `…/specs/a/b.yaml` the files `…/captures/a/b.*` and what lies in
//! `…/captures/a/b/`.
//!
//! Each file is a case of its own, a folder below is one case of several vantage points. Where several specs match, the
//! longest path owns a file.

use std::path::{Path, PathBuf};

use crate::spec::Spec;

/// One case: the files that are read together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct EvidenceCase {
    /// The files, sorted.
    pub(super) files: Vec<PathBuf>,
}

/// The path of a spec below its `specs` folder, without extension, and the folder beside which `captures` lies.
pub(super) fn mirrored(file: &str) -> Option<(PathBuf, PathBuf)> {
    let path = Path::new(file);
    let parts: Vec<_> = path.components().collect();
    let at = parts.iter().rposition(|part| part.as_os_str() == "specs")?;
    let root: PathBuf = parts.get(..at)?.iter().collect();
    let below: PathBuf = parts.get(at + 1..)?.iter().collect();
    Some((root, below.with_extension("")))
}

/// The cases of a spec. `specs` are all that are loaded, since a longer path owns a file.
pub(super) fn cases(spec: &Spec, specs: &[&Spec], captures: Option<&Path>) -> Vec<EvidenceCase> {
    let Some((root, below)) = mirrored(&spec.source.file) else { return Vec::new() };
    let captures = captures.map_or_else(|| root.join("captures"), Path::to_path_buf);
    let longer: Vec<PathBuf> = specs
        .iter()
        .filter_map(|other| mirrored(&other.source.file).map(|(_, below)| below))
        .filter(|other| other != &below && other.starts_with(&below))
        .collect();
    let owned_by_other = |path: &Path| {
        let Ok(path) = path.strip_prefix(&captures) else { return false };
        longer.iter().any(|other| path.starts_with(other) || is_of(path, other))
    };
    let mut found = Vec::new();
    let place = captures.join(&below);
    for path in children(place.parent().unwrap_or(&captures)) {
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
        let (root, below) = mirrored("a/specs/aws/alb/forward.yaml").unwrap();
        assert_eq!((root.as_path(), below.as_path()), (Path::new("a"), Path::new("aws/alb/forward")));
        assert_eq!(mirrored("specs/x.yml").unwrap(), (PathBuf::new(), PathBuf::from("x")));
        assert_eq!(mirrored("elsewhere/x.yaml"), None);
        assert!(is_of(Path::new("c/b.note.txt"), Path::new("c/b")));
        assert!(!is_of(Path::new("c/bb.txt"), Path::new("c/b")));
        assert!(!is_of(Path::new("d/b.txt"), Path::new("c/b")));
    }
}
