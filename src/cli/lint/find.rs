//! Finds spec files: those named, and all `.yaml` and `.yml` files of folders that are named.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

/// A file that may be a spec.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Candidate {
    /// Where it is.
    pub(super) path: PathBuf,
    /// Whether the file itself was named: then it must be a spec.
    pub(super) named: bool,
    /// Its name in reports: the path below the last folder `specs` (or the folder named) without its ending.
    pub(super) name: String,
}

/// Every candidate, folders sorted by name.
///
/// # Errors
/// A path that is not there, or a folder that cannot be listed: the sentence that says so.
pub(super) fn find(paths: &[PathBuf]) -> Result<Vec<Candidate>, String> {
    let mut found: Vec<Candidate> = Vec::new();
    for path in paths {
        if !path.is_dir() {
            found.push(Candidate { path: path.clone(), named: true, name: name(path, None) });
            continue;
        }
        for entry in WalkDir::new(path).sort_by_file_name() {
            let entry = entry.map_err(|error| format!("{} cannot be listed: {error}", slashes(path)))?;
            if entry.file_type().is_file() && is_yaml(entry.path()) {
                let name = name(entry.path(), Some(path));
                found.push(Candidate { path: entry.into_path(), named: false, name });
            }
        }
    }
    // A file may be named beside its folder; it counts once, as named.
    let named: BTreeSet<PathBuf> = found.iter().filter(|c| c.named).map(|c| c.path.clone()).collect();
    let mut known = BTreeSet::new();
    found.retain(|candidate| known.insert(candidate.path.clone()));
    for candidate in &mut found {
        candidate.named = named.contains(&candidate.path);
    }
    Ok(found)
}

fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|e| e.eq_ignore_ascii_case("yaml") || e.eq_ignore_ascii_case("yml"))
}

/// A path with forward slashes, without a leading `./`.
pub(super) fn slashes(path: &Path) -> String {
    let text = path.to_string_lossy().replace('\\', "/");
    text.strip_prefix("./").map_or(text.clone(), str::to_owned)
}

fn name(path: &Path, root: Option<&Path>) -> String {
    let whole = slashes(&path.with_extension(""));
    let below_specs = whole.rsplit_once("/specs/").map(|(_, below)| below).or_else(|| whole.strip_prefix("specs/"));
    if let Some(below) = below_specs {
        return below.to_owned();
    }
    let below_root = root.and_then(|root| path.strip_prefix(root).ok()).map(|below| slashes(&below.with_extension("")));
    below_root.unwrap_or(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_paths_below_specs() {
        assert_eq!(name(Path::new("specs/aws/alb/forward.yaml"), None), "aws/alb/forward");
        assert_eq!(name(Path::new("/x/specs/a/specs/b.yml"), None), "b");
        assert_eq!(name(Path::new("./own/a.yaml"), Some(Path::new("./own"))), "a");
        assert_eq!(name(Path::new("a.yaml"), None), "a");
    }

    #[test]
    fn folders_are_walked_in_order_and_a_file_counts_once() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("b")).unwrap();
        for file in ["b/z.yaml", "a.yml", "b/readme.md", "c.YAML"] {
            std::fs::write(folder.path().join(file), "x: 1").unwrap();
        }
        let found = find(&[folder.path().to_owned(), folder.path().join("a.yml")]).unwrap();
        let names: Vec<_> = found.iter().map(|c| (c.name.as_str(), c.named)).collect();
        assert_eq!(names, [("a", true), ("b/z", false), ("c", false)]);
    }
}
