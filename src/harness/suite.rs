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
use crate::spec::Spec;

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
    let (arguments, filters) = several_filters(std::env::args().collect());
    let arguments = Arguments::from_iter(arguments);
    let mut trials = trials(check.into(), color(&arguments), skips_are_flagged());
    trials.retain(|trial| is_picked(trial.name(), &filters, arguments.exact));
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// Options of libtest whose value may be the next argument.
const WITH_VALUE: [&str; 6] = ["--test-threads", "--logfile", "--skip", "--color", "--format", "-Z"];

/// libtest takes several filters, libtest-mimic one: where there are several, they are taken out of the arguments.
pub(super) fn several_filters(arguments: Vec<String>) -> (Vec<String>, Vec<String>) {
    let (mut rest, mut filters) = (Vec::new(), Vec::new());
    let mut is_value = true; // The first is the name of the program.
    for argument in &arguments {
        if is_value || argument.starts_with('-') {
            is_value = WITH_VALUE.contains(&argument.as_str());
            rest.push(argument.clone());
        } else {
            filters.push(argument.clone());
        }
    }
    if filters.len() > 1 { (rest, filters) } else { (arguments, Vec::new()) }
}

/// Whether one of several filters picks a test.
pub(super) fn is_picked(name: &str, filters: &[String], exact: bool) -> bool {
    filters.is_empty() || filters.iter().any(|filter| if exact { name == filter } else { name.contains(filter.as_str()) })
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

/// A test for each hop of each spec, `aws/alb/forward::alb-to-target`, one for its checks over several hops,
/// `aws/alb/forward::checks`, and one for each file that is no spec although it
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
    let parts = suite.specs().flat_map(|spec| {
        let skipped = flag_skips && !strict && !suite.has_evidence(&spec.name);
        let hops = spec.hops.iter().map(|hop| Some(hop.name.value.clone()));
        let checks = (!spec.checks.is_empty()).then_some(None);
        hops.chain(checks).map(move |hop| (spec, hop, skipped))
    });
    let parts = parts.map(|(spec, hop, skipped)| {
        let (suite, options) = (Arc::clone(&suite), Arc::clone(&options));
        let name = format!("{}::{}", spec.name, hop.as_deref().unwrap_or_else(|| checks_of(spec)));
        let spec = spec.name.clone();
        Trial::ignorable_test(name, move || judge(&suite, &spec, hop.as_deref(), &options)).with_ignored_flag(skipped)
    });
    let mut trials: Vec<Trial> = broken.chain(parts).collect();
    trials.sort_by(|a, b| a.name().cmp(b.name()));
    trials
}

/// The test of a spec's checks over several hops; a hop may have that name already.
fn checks_of(spec: &Spec) -> &'static str {
    if spec.hops.iter().any(|hop| hop.name.value == "checks") { "checks over several hops" } else { "checks" }
}

/// One test: met, skipped with the reason, or failed with the report on this hop, or on the checks over several.
fn judge(suite: &Suite, spec: &str, hop: Option<&str>, options: &TextOptions) -> Result<Completion, Failed> {
    let verdict = hop.map_or_else(|| suite.checks(spec), |hop| suite.hop(spec, hop));
    match verdict {
        Ok(HopVerdict::Met) => Ok(Completion::Completed),
        Ok(HopVerdict::Skipped(reason)) => Ok(Completion::ignored_with(reason)),
        Ok(HopVerdict::Failed(outcome)) => Err(of_outcome(&outcome, options).into()),
        Err(error) => Err(of_error(error, options.color).into()),
    }
}
