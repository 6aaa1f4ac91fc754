//! One test a hop, for a test target with `harness = false`: [`harness!`](crate::harness!).
//!
//! Trials come from the specs alone, so that listing reads no capture and names do not depend on traffic. Under `cargo test`
//! threads share one [`Suite`]; nextest runs a process a test, each of which reads the captures of one spec.

use std::io::IsTerminal;
use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, ColorSetting, Completion, Failed, Trial};

use super::builder::Check;
use super::checked::{of_error, of_outcome};
use super::root::enter;
use crate::check::{HopVerdict, Suite};
use crate::report::TextOptions;
use crate::source::Input;

/// The whole of a test target with `harness = false`: one test a hop.
///
/// ```no_run
/// // tests/specs.rs
/// hopspec::harness!("specs");
/// ```
///
/// A test is named after spec and hop, `aws/alb/forward::alb-to-target`; a spec that does not load is one failing test,
/// named after its file. A hop is judged by its own evidence (for `specs/a/b.yaml` what is in `captures/a/b.*` and
/// `captures/a/b/`); without any its test is ignored, with the reason. More is said with a [`Check`], in the place of the
/// path:
///
/// ```no_run
/// hopspec::harness!(hopspec::Check::specs("specs").param("alb_host", "api.example.com").strict());
/// ```
#[macro_export]
macro_rules! harness {
    ($specs:expr $(,)?) => {
        fn main() -> ::std::process::ExitCode {
            $crate::harness::run(::core::env!("CARGO_MANIFEST_DIR"), $specs)
        }
    };
}

/// Runs the tests of specs with the arguments of the process: what [`harness!`](crate::harness!) makes its `main` of.
/// `root` is the root of the crate that is tested.
#[must_use]
pub fn run(root: &str, check: impl Into<Check>) -> ExitCode {
    enter(root);
    let arguments = Arguments::from_args();
    let trials = trials(check.into(), color(&arguments), skips_are_flagged());
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// nextest learns from the list alone which tests are ignored: one that is skipped while it runs would count as passed.
/// `cargo test` shows the reason of one that is skipped while it runs.
fn skips_are_flagged() -> bool {
    std::env::var_os("NEXTEST").is_some()
}

/// As libtest does: colours on a terminal, unless somebody does not want them.
fn color(arguments: &Arguments) -> bool {
    match arguments.color {
        Some(ColorSetting::Always) => true,
        Some(ColorSetting::Never) => false,
        Some(ColorSetting::Auto) | None => std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none(),
    }
}

/// A test for each hop of each spec, `aws/alb/forward::alb-to-target`, and one for each file that is no spec although it
/// should be, `aws/alb/broken`.
pub(super) fn trials(check: Check, color: bool, flag_skips: bool) -> Vec<Trial> {
    let specs = check.request.specs.iter().map(|path| Input::File(path.clone()).name()).collect();
    let options = Arc::new(TextOptions { color, specs, ..TextOptions::default() });
    let strict = check.request.strict;
    let suite = Arc::new(Suite::load(check.request));
    let broken = suite.broken().iter().map(|broken| {
        let text = of_error(&broken.error, color);
        Trial::test(&broken.name, move || Err(Failed::from(text)))
    });
    let hops = suite.specs().flat_map(|spec| {
        let skipped = flag_skips && !strict && !suite.has_evidence(&spec.name);
        // A spec's checks over several hops become `NAME::checks` here.
        spec.hops.iter().map(move |hop| (spec.name.clone(), hop.name.value.clone(), skipped))
    });
    let hops = hops.map(|(spec, hop, skipped)| {
        let (suite, options) = (Arc::clone(&suite), Arc::clone(&options));
        let name = format!("{spec}::{hop}");
        Trial::ignorable_test(name, move || judge(&suite, &spec, &hop, &options)).with_ignored_flag(skipped)
    });
    let mut trials: Vec<Trial> = broken.chain(hops).collect();
    trials.sort_by(|a, b| a.name().cmp(b.name()));
    trials
}

/// One test: met, skipped with the reason, or failed with the report on this hop.
fn judge(suite: &Suite, spec: &str, hop: &str, options: &TextOptions) -> Result<Completion, Failed> {
    match suite.hop(spec, hop) {
        Ok(HopVerdict::Met) => Ok(Completion::Completed),
        Ok(HopVerdict::Skipped(reason)) => Ok(Completion::ignored_with(reason)),
        Ok(HopVerdict::Failed(outcome)) => Err(of_outcome(&outcome, options).into()),
        Err(error) => Err(of_error(error, options.color).into()),
    }
}
