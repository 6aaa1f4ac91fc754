//! Runs the real program in a folder of its own, with nothing of the developer's environment.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// Variables that would change what the program prints.
const SCRUBBED: [&str; 9] =
    ["CI", "NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "RUST_LOG", "RUST_BACKTRACE", "TERM"];

/// A folder in which the program runs.
pub(crate) struct Program {
    folder: TempDir,
}

/// What a run gave. Paths of the folder are `[FOLDER]`.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Program {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// Writes a file, with the folders above it.
    pub(crate) fn file(self, path: &str, content: impl AsRef<[u8]>) -> Self {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
        self
    }

    /// A path in the folder.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// The command, ready to run with other ends.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hopspec"));
        command.args(args).current_dir(self.folder.path()).stdin(Stdio::null());
        for name in SCRUBBED {
            command.env_remove(name);
        }
        for (name, _) in std::env::vars_os() {
            if ["HOPSPEC_", "GITHUB_"].iter().any(|start| name.to_string_lossy().starts_with(start)) {
                command.env_remove(name);
            }
        }
        command
    }

    /// Runs it to its end. A JSON report that it prints is held against the schema.
    pub(crate) fn run(&self, args: &[&str]) -> Run {
        let run = self.told(&self.command(args).output().unwrap());
        if args.contains(&"check") && args.contains(&"json") && !run.stdout.is_empty() {
            crate::schema::assert_report(&run.stdout);
        }
        run
    }

    /// What a run gave, as text.
    pub(crate) fn told(&self, output: &Output) -> Run {
        let text = |bytes: &[u8]| hide(&String::from_utf8_lossy(bytes), self.folder.path());
        Run { code: output.status.code().unwrap_or(-1), stdout: text(&output.stdout), stderr: text(&output.stderr) }
    }
}

fn hide(text: &str, folder: &Path) -> String {
    let canonical = fs::canonicalize(folder).unwrap();
    [folder, &canonical].iter().fold(text.replace("\r\n", "\n"), |text, path| text.replace(&*path.to_string_lossy(), "[FOLDER]"))
}

impl Run {
    /// Asserts the exit code, and that nothing panicked.
    #[track_caller]
    pub(crate) fn code(self, expected: i32) -> Self {
        assert!(!self.stderr.contains("panicked"), "{}", self.stderr);
        assert_eq!(self.code, expected, "exit code\nstdout: {}\nstderr: {}", self.stdout, self.stderr);
        self
    }

    /// Asserts that standard error says something.
    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Self {
        assert!(self.stderr.contains(text), "{text:?} is not said\nstderr: {}", self.stderr);
        self
    }

    /// Asserts that standard output holds nothing: it is for reports.
    #[track_caller]
    pub(crate) fn reports_nothing(self) -> Self {
        assert_eq!(self.stdout, "", "stdout");
        self
    }
}
