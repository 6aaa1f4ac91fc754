//! Where relative paths of tests begin: at the root of the crate whose tests run.
//!
//! `cargo test` and nextest start tests there; a debugger or a script may start them elsewhere.

use std::path::{Path, PathBuf};

/// The root of the crate whose tests run, as cargo and nextest say when they start them.
const ROOT: &str = "CARGO_MANIFEST_DIR";

/// A path that a test names: as it is where something stands there, else below the crate's root where something stands
/// there. So reports show what the test named, wherever that can be.
pub(super) fn from_root(path: &Path) -> PathBuf {
    below(path, std::env::var_os(ROOT).map(PathBuf::from))
}

fn below(path: &Path, root: Option<PathBuf>) -> PathBuf {
    if path.is_relative()
        && !path.exists()
        && let Some(found) = root.map(|root| root.join(path)).filter(|found| found.exists())
    {
        return found;
    }
    path.to_owned()
}

/// Goes to the root of the crate: `compiled` is where it was when it was compiled, which is elsewhere where the tests were
/// moved to another machine. Where neither is there, paths begin where the tests were started.
#[cfg(feature = "harness")]
pub(super) fn enter(compiled: &str) {
    let given = std::env::var_os(ROOT).map(PathBuf::from);
    for root in given.into_iter().chain([PathBuf::from(compiled)]) {
        if std::env::set_current_dir(root).is_ok() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_is_not_moved() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("only-there.yaml"), "").unwrap();
        let at = |path: &str| below(Path::new(path), Some(folder.path().to_owned()));
        assert_eq!(at("only-there.yaml"), folder.path().join("only-there.yaml"));
        assert_eq!(at("Cargo.toml"), Path::new("Cargo.toml"));
        assert_eq!(at("nowhere.yaml"), Path::new("nowhere.yaml"), "an error names what the test named");
        assert_eq!(below(Path::new("nowhere.yaml"), None), Path::new("nowhere.yaml"));
    }
}
