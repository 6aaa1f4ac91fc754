//! What a test asks for: the same as the arguments of `hopspec check`.

use std::path::{Path, PathBuf};

use super::checked::{Checked, NotChecked};
use super::root::from_root;
use crate::check::{self, CheckRequest, FailOn};
use crate::source::Input;

/// What to check, put together step by step. Paths are relative to the root of the crate whose tests run.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// hopspec::Check::specs("specs/aws/alb/health-check.yaml")
///     .capture("captures/aws/alb/health-check/ip-port-8000.pcap")
///     .run()?
///     .assert_met();
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Default)]
#[must_use = "nothing is checked before `run`"]
pub struct Check {
    pub(super) request: CheckRequest,
}

impl Check {
    /// Checks the specs of a file, or of a folder with all that is below it. More are added with [`Check::and_specs`].
    pub fn specs(path: impl AsRef<Path>) -> Self {
        Self::default().and_specs(path)
    }

    /// Checks one spec that is written in the test itself, as YAML. Reports call it `inline.yaml`.
    pub fn yaml(spec: impl Into<String>) -> Self {
        let mut check = Self::default();
        check.request.spec_texts.push(spec.into());
        check
    }

    /// Checks these specs, too.
    pub fn and_specs(mut self, path: impl AsRef<Path>) -> Self {
        self.request.specs.push(path.as_ref().to_owned());
        self
    }

    /// Checks this capture, or those of this folder, instead of the specs' own evidence; several times for several.
    pub fn capture(self, path: impl AsRef<Path>) -> Self {
        self.input(Input::File(path.as_ref().to_owned()))
    }

    /// Checks messages that the test holds as bytes: see [`check_bytes`](super::check_bytes).
    pub fn bytes(self, bytes: impl AsRef<[u8]>) -> Self {
        self.input(Input::Bytes(bytes.as_ref().into()))
    }

    /// Looks for the specs' own evidence in this folder, instead of the folder `captures` beside `specs`.
    pub fn evidence(mut self, folder: impl AsRef<Path>) -> Self {
        self.request.captures_dir = Some(folder.as_ref().to_owned());
        self
    }

    /// Opens TLS connections of the captures with the secrets in this file (`SSLKEYLOGFILE` format); feature `tls`.
    pub fn keylog(mut self, path: impl AsRef<Path>) -> Self {
        self.request.keylogs.push(path.as_ref().to_owned());
        self
    }

    /// Gives a param of the specs a value; the last of a name counts.
    pub fn param(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.request.params.push((name.into(), value.into()));
        self
    }

    /// Fails from this severity of findings on; [`FailOn::Error`] where it is not said.
    pub fn fail_on(mut self, severity: FailOn) -> Self {
        self.request.fail_on = severity;
        self
    }

    /// Fails on warnings, on what the evidence cannot show, and on specs without evidence.
    pub fn strict(mut self) -> Self {
        self.request.strict = true;
        self
    }

    /// Checks.
    ///
    /// # Errors
    /// [`NotChecked`]: specs that do not load, no spec, a param that no spec knows.
    pub fn run(self) -> Result<Checked, NotChecked> {
        let specs = self.request.specs.iter().map(|path| Input::File(path.clone()).name()).collect();
        let outcome = check::check(&self.placed().request).map_err(NotChecked::new)?;
        Ok(Checked::new(outcome, specs))
    }

    fn input(mut self, input: Input) -> Self {
        self.request.captures.push(input);
        self
    }

    /// The same with its paths as they are found from here.
    fn placed(mut self) -> Self {
        let request = &mut self.request;
        let place = |path: &mut PathBuf| *path = from_root(path);
        request.specs.iter_mut().chain(&mut request.captures_dir).chain(&mut request.keylogs).for_each(place);
        for input in &mut request.captures {
            if let Input::File(path) = input {
                place(path);
            }
        }
        self
    }
}

/// A path of specs.
impl From<&str> for Check {
    fn from(specs: &str) -> Self {
        Self::specs(specs)
    }
}

/// Checks specs against their own evidence, as `hopspec check -s PATH` does.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// hopspec::check("specs")?.assert_met();
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// [`NotChecked`]: specs that do not load, or no spec.
pub fn check(specs: impl AsRef<Path>) -> Result<Checked, NotChecked> {
    Check::specs(specs).run()
}
