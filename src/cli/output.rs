//! Where reports go. A reader that closed its end early is no error: the report counts as written.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// A report that could not be written.
#[derive(Debug, thiserror::Error)]
#[error("{target} cannot be written: {why}")]
pub(super) struct OutputError {
    /// Where it should have gone.
    target: String,
    /// Why not, in plain words where they are known.
    why: String,
}

/// A place for a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    /// Standard output.
    Stdout,
    /// A file, made new.
    File(PathBuf),
}

impl Target {
    /// Whether both are one place: a file has many names.
    pub(super) fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Stdout, Self::Stdout) => true,
            (Self::File(one), Self::File(other)) => one == other || identity(one) == identity(other),
            _ => false,
        }
    }

    /// Whether it is this file.
    pub(super) fn is_file(&self, path: &Path) -> bool {
        matches!(self, Self::File(file) if identity(file) == identity(path))
    }

    /// Whether it could be written, as far as that can be told without leaving a trace: the report comes at the end of a
    /// long run. Pipes and devices are not touched, since opening one is seen at its other end.
    ///
    /// # Errors
    /// Where the file cannot be made or written.
    pub(super) fn try_out(&self) -> Result<(), OutputError> {
        let Self::File(path) = self else { return Ok(()) };
        let tried = match fs::metadata(path) {
            Ok(there) if there.is_file() || there.is_dir() => OpenOptions::new().write(true).open(path).map(drop),
            Ok(_) => Ok(()),
            Err(_) => OpenOptions::new().write(true).create_new(true).open(path).and_then(|file| {
                drop(file);
                fs::remove_file(path)
            }),
        };
        tried.map_err(|source| OutputError { target: name(path), why: why(path, &source) })
    }

    /// Makes the file new, for what is written bit by bit.
    ///
    /// # Errors
    /// Where it cannot be made.
    #[cfg(feature = "live")]
    pub(super) fn create(&self) -> Result<File, OutputError> {
        match self {
            Self::Stdout => Err(OutputError { target: "standard output".to_owned(), why: "reports go there".to_owned() }),
            Self::File(path) => File::create(path).map_err(|source| OutputError { target: name(path), why: why(path, &source) }),
        }
    }

    /// Writes all of a report.
    ///
    /// # Errors
    /// Where the file cannot be made or written, or standard output fails for another reason than a closed pipe.
    pub(super) fn write(&self, text: &str) -> Result<(), OutputError> {
        match self {
            Self::Stdout => {
                let mut out = stdout();
                out.write_all(text.as_bytes())
                    .and_then(|()| out.flush())
                    .or_else(closed_is_fine)
                    .map_err(|error| on_stdout(&error))
            }
            Self::File(path) => {
                let written = File::create(path).and_then(|mut file| file.write_all(text.as_bytes()));
                written.map_err(|source| OutputError { target: name(path), why: why(path, &source) })
            }
        }
    }
}

/// Standard output as it takes escape sequences: they are translated on old Windows consoles.
pub(super) fn stdout() -> impl Write {
    anstream::AutoStream::always(io::stdout().lock())
}

/// An error of standard output.
pub(super) fn on_stdout(source: &io::Error) -> OutputError {
    OutputError { target: "standard output".to_owned(), why: source.to_string() }
}

/// What the system said, in words that say what to do.
fn why(path: &Path, error: &io::Error) -> String {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.exists());
    match (folder, error.kind()) {
        (Some(folder), ErrorKind::NotFound) => format!("there is no folder {}; make it first", name(folder)),
        _ if path.is_dir() => "it is a folder; name a file".to_owned(),
        (_, ErrorKind::NotADirectory) => "a part of its path is a file".to_owned(),
        (_, ErrorKind::PermissionDenied) => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}

/// A path as the system knows it; as written where there is no such thing.
fn identity(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        match (fs::canonicalize(folder), path.file_name()) {
            (Ok(folder), Some(name)) => folder.join(name),
            _ => path.to_path_buf(),
        }
    })
}

fn closed_is_fine(error: io::Error) -> io::Result<()> {
    if error.kind() == ErrorKind::BrokenPipe { Ok(()) } else { Err(error) }
}

fn name(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}
