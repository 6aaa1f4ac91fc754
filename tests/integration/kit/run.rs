//! The real program, run on captures that the kit made.

use std::path::{Path, PathBuf};
use std::process::Command;

/// What a run of the program gave.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// The project's folder, where `specs` and `captures` are.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Runs the program in the project's folder.
pub(crate) fn hopspec(arguments: &[&str]) -> Run {
    let output = Command::new(env!("CARGO_BIN_EXE_hopspec"))
        .args(arguments)
        .current_dir(root())
        .env("NO_COLOR", "1")
        .output()
        .expect("the program was built");
    Run {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).expect("reports are UTF-8"),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Checks a capture in memory, with a JSON report. `arguments` come before the capture.
pub(crate) fn check(capture: &[u8], ending: &str, arguments: &[&str]) -> Run {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path: PathBuf = folder.path().join(format!("capture.{ending}"));
    std::fs::write(&path, capture).expect("a temporary file");
    let mut all = vec!["check", "--format", "json"];
    all.extend_from_slice(arguments);
    all.push(path.to_str().expect("a path in UTF-8"));
    hopspec(&all)
}

impl Run {
    /// The JSON report.
    pub(crate) fn report(&self) -> serde_json::Value {
        crate::schema::assert_report(&self.stdout)
    }

    /// How many exchanges this spec's hop was given; 0 where the report does not know them.
    pub(crate) fn exchanges(&self, spec: &str, hop: &str) -> u64 {
        let report = self.report();
        report["specs"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|s| s["file"].as_str().is_some_and(|file| file.ends_with(&format!("{spec}.yaml"))))
            .flat_map(|s| s["hops"].as_array().into_iter().flatten())
            .filter(|h| h["hop"] == hop)
            .filter_map(|h| h["exchanges"].as_u64())
            .sum()
    }

    /// The variant by which this spec's first hop was judged.
    pub(crate) fn variant(&self, spec: &str) -> String {
        let report = self.report();
        let specs = report["specs"].as_array().into_iter().flatten();
        let mut own = specs.filter(|s| s["file"].as_str().is_some_and(|file| file.ends_with(&format!("{spec}.yaml"))));
        own.next().and_then(|s| s["hops"][0]["variant"].as_str().map(str::to_owned)).unwrap_or_default()
    }

    /// The findings of severity error, as (spec file, subject).
    pub(crate) fn errors(&self) -> Vec<(String, String)> {
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let report = self.report();
        let findings = report["findings"].as_array().into_iter().flatten();
        findings.filter(|f| f["severity"] == "error").map(|f| (text(&f["spec"]["file"]), text(&f["subject"]))).collect()
    }

    /// Whether a finding of severity error in this spec names this subject.
    pub(crate) fn names(&self, spec: &str, subject: &str) -> bool {
        self.errors().iter().any(|(file, s)| file.ends_with(&format!("{spec}.yaml")) && s == subject)
    }
}
