//! Where the text of a spec comes from: a file, or the program itself.
//!
//! Whatever names another file beside a spec asks here, so that it works for specs in the program, too. Reads are bounded: a
//! file in a folder may be anything.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Component, Path, PathBuf};

use super::embedded::{Embedded, embedded};
use super::load::MOST_BYTES;

/// Where the text of a spec comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A file, as given or as found in a given folder.
    File(PathBuf),
    /// The program.
    Embedded(&'static Embedded),
}

impl Origin {
    /// Its file in reports, with forward slashes: `specs/aws/alb/forward.yaml`; in the program `aws/alb/forward.yaml`.
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            Self::File(path) => slashes(path),
            Self::Embedded(spec) => spec.file(),
        }
    }

    /// What it says, or the first [`MOST_BYTES`] of it and one more byte.
    ///
    /// # Errors
    /// What the system says where the file cannot be read.
    pub fn read(&self) -> io::Result<Cow<'static, [u8]>> {
        match self {
            Self::Embedded(spec) => Ok(Cow::Borrowed(spec.text.as_bytes())),
            Self::File(path) => {
                let mut bytes = Vec::new();
                // One byte more than is allowed shows that it is too large.
                let most = u64::try_from(MOST_BYTES).unwrap_or(u64::MAX).saturating_add(1);
                File::open(path)?.take(most).read_to_end(&mut bytes)?;
                Ok(Cow::Owned(bytes))
            }
        }
    }

    /// Its length in bytes, as far as it can be told without reading.
    pub(super) fn length(&self) -> usize {
        match self {
            Self::Embedded(spec) => spec.text.len(),
            Self::File(path) => std::fs::metadata(path).map_or(0, |file| usize::try_from(file.len()).unwrap_or(usize::MAX)),
        }
    }

    /// Whether it is ours, so that the project's tests have found what may be wrong with it.
    #[must_use]
    pub fn is_trusted(&self) -> bool {
        matches!(self, Self::Embedded(_))
    }

    /// The same without `.` and, as far as names stand before it, `..` in its path.
    #[must_use]
    pub fn flat(&self) -> Self {
        match self {
            Self::File(path) => Self::File(without_dots(path)),
            Self::Embedded(spec) => Self::Embedded(spec),
        }
    }

    /// What a path in this spec names: it is relative to the file, with forward slashes. `None` for what is not in the
    /// program.
    #[must_use]
    pub fn beside(&self, path: &str) -> Option<Self> {
        match self {
            Self::File(file) => Some(Self::File(file.parent().unwrap_or(Path::new("")).join(path)).flat()),
            Self::Embedded(spec) => {
                let file = flat(&Path::new(spec.name).with_file_name(path))?;
                embedded().iter().find(|other| other.file() == file).map(Self::Embedded)
            }
        }
    }
}

/// A relative path without `.` and `..`; `None` where it leads out.
fn flat(path: &Path) -> Option<String> {
    let mut parts: Vec<Cow<'_, str>> = Vec::new();
    for component in path.components() {
        match component {
            Component::Normal(part) => parts.push(part.to_string_lossy()),
            Component::CurDir => {}
            Component::ParentDir => {
                parts.pop()?;
            }
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(parts.join("/"))
}

/// A path without `.`, and without what `..` takes back. Links are not followed.
fn without_dots(path: &Path) -> PathBuf {
    let mut flat = PathBuf::new();
    for component in path.components() {
        match (component, flat.components().next_back()) {
            (Component::CurDir, _) => {}
            (Component::ParentDir, Some(Component::Normal(_))) => {
                flat.pop();
            }
            (Component::ParentDir, Some(Component::RootDir)) => {}
            (other, _) => flat.push(other),
        }
    }
    flat
}

/// Whether a path leads into a folder, both absolute or both relative to one place, by their names alone.
pub(super) fn is_within(path: &Path, folder: &Path) -> bool {
    let (path, folder) = (without_dots(path), without_dots(folder));
    let ups = |path: &Path| path.components().take_while(|c| *c == Component::ParentDir).count();
    if folder.components().all(|c| c == Component::ParentDir) {
        // `.`, `..`: all that does not lead farther up.
        return path.is_relative() && ups(&path) <= ups(&folder);
    }
    path.starts_with(&folder)
}

/// A path as reports show it: with forward slashes, and without a `.` at its start.
pub(super) fn slashes(path: &Path) -> String {
    let mut shown = String::new();
    for component in path.components() {
        if !shown.is_empty() && !shown.ends_with('/') {
            shown.push('/');
        }
        match component {
            Component::RootDir => shown.push('/'),
            Component::CurDir => {}
            other => shown.push_str(&other.as_os_str().to_string_lossy()),
        }
    }
    if shown.is_empty() { ".".to_owned() } else { shown }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_beside_a_spec_is_found_in_the_program_too() {
        let of = |name: &str| Origin::Embedded(embedded().iter().find(|spec| spec.name == name).unwrap());
        let forward = of("aws/alb/forward");
        assert_eq!(forward.beside("health-check.yaml"), Some(of("aws/alb/health-check")));
        assert_eq!(forward.beside("./../api-gateway/lambda.yaml"), Some(of("aws/api-gateway/lambda")));
        for path in ["health-check", "other.yaml", "../../../aws/alb/forward.yaml", "/etc/passwd", ""] {
            assert_eq!(forward.beside(path), None, "{path}");
        }
        assert!(forward.is_trusted() && forward.read().unwrap().starts_with(b"title:"));
        let file = Origin::File("specs/a/b.yaml".into());
        assert_eq!(file.beside("../c.yaml").map(|o| o.shown()).as_deref(), Some("specs/c.yaml"));
        assert_eq!(file.beside("../../../c.yaml").map(|o| o.shown()).as_deref(), Some("../c.yaml"));
        assert!(!file.is_trusted());
    }

    #[test]
    fn a_path_is_within_a_folder_by_its_names() {
        for (path, folder) in [
            ("specs/a.yaml", "specs"),
            ("specs/a/../b.yaml", "specs"),
            ("./specs/a/b.yaml", "specs"),
            ("a.yaml", "."),
            ("a.yaml", ""),
            ("../a.yaml", ".."),
            ("a.yaml", ".."),
            ("../a.yaml", "../.."),
            ("/x/specs/a.yaml", "/x/specs"),
        ] {
            assert!(is_within(Path::new(path), Path::new(folder)), "{path} {folder}");
        }
        for (path, folder) in [
            ("specs/../a.yaml", "specs"),
            ("other/a.yaml", "specs"),
            ("specs-of-mine/a.yaml", "specs"),
            ("../a.yaml", "."),
            ("../../a.yaml", ".."),
            ("/etc/a.yaml", "."),
            ("/x/a.yaml", "/x/specs"),
            ("../specs/a.yaml", "specs"),
        ] {
            assert!(!is_within(Path::new(path), Path::new(folder)), "{path} {folder}");
        }
    }
}
