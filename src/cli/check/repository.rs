//! Where files lie in the repository that a workflow of GitHub works in.

use std::fs;
use std::path::{Component, Path, PathBuf};

/// The root of the repository: `GITHUB_WORKSPACE` where this folder lies in it, else this folder.
#[derive(Debug)]
pub(super) struct Repository {
    root: Option<PathBuf>,
}

impl Repository {
    /// The repository around the working directory.
    pub(super) fn here() -> Self {
        let here = fs::canonicalize(".").ok();
        let workspace = std::env::var_os("GITHUB_WORKSPACE").and_then(|path| fs::canonicalize(path).ok());
        let around = workspace.filter(|root| here.as_ref().is_some_and(|here| here.starts_with(root)));
        Self { root: around.or(here) }
    }

    /// A file's path in it, with forward slashes; `None` for what does not lie there, as a spec that is embedded.
    pub(super) fn path(&self, file: &str) -> Option<String> {
        let file = fs::canonicalize(Path::new(file)).ok()?;
        let below = file.strip_prefix(self.root.as_ref()?).ok()?;
        let names: Vec<String> = below
            .components()
            .filter_map(|part| if let Component::Normal(name) = part { Some(name.to_string_lossy().into_owned()) } else { None })
            .collect();
        Some(names.join("/"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_the_repository_have_a_path_in_it_and_others_none() {
        let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let repository = Repository { root: fs::canonicalize(folder.path()).ok() };
        fs::create_dir_all(folder.path().join("specs/a")).unwrap();
        for path in [folder.path().join("specs/a/b.yaml"), other.path().join("c.yaml")] {
            fs::write(path, "").unwrap();
        }
        let path = |of: &Path, name: &str| repository.path(&of.join(name).to_string_lossy());
        assert_eq!(path(folder.path(), "specs/./a/../a/b.yaml").as_deref(), Some("specs/a/b.yaml"));
        assert_eq!(path(other.path(), "c.yaml"), None);
        assert_eq!(path(folder.path(), "aws/alb/health-check.yaml"), None, "embedded");
    }
}
