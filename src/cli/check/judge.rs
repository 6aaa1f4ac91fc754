//! The arguments of whatever holds traffic against specs: `check`, `listen`, `probe`.

use std::path::PathBuf;

use clap::ValueEnum;

use super::super::limits::LimitArgs;
use super::format::FormatArg;
use crate::check::FailOn;
use crate::spec::{self, Expr};

/// What is checked, and what is written of it.
#[derive(Debug, clap::Args)]
pub(in super::super) struct JudgeArgs {
    /// A spec file, a folder of them, or the name of shipped ones; repeatable [default: ./specs]
    ///
    /// `aws/alb/forward` is a shipped spec, `aws/alb` a folder of them; a path that exists wins. Where there is no ./specs,
    /// all shipped specs are taken. The hops of a spec that is named must be seen, those of a folder may be missing.
    #[arg(short, long = "spec", value_name = "PATH", help_heading = "What is checked")]
    pub(super) specs: Vec<PathBuf>,

    /// Only hops of this name, which must be seen; repeatable
    #[arg(long = "hop", value_name = "NAME", help_heading = "What is checked")]
    pub(super) hops: Vec<String>,

    /// Only exchanges of which this holds: `src.ip == "10.0.1.5"`, `time >= timestamp("2026-11-20T08:00:00Z")`
    ///
    /// An expression of the spec language over one exchange (`src`, `dst`, `time`, `request`, `response`). What it leaves
    /// out is counted, and so are exchanges of which it cannot be said.
    #[arg(long = "where", value_name = "EXPR", value_parser = condition, help_heading = "What is checked")]
    pub(super) only: Option<Expr>,

    /// Only this variant, in hops that have one of the name; repeatable
    #[arg(long = "variant", value_name = "NAME", help_heading = "What is checked")]
    pub(super) variants: Vec<String>,

    /// A value for a param of the specs; repeatable
    ///
    /// It counts before the variable HOPSPEC_PARAM_<K>, and that before --params, what the specs say of their own captures,
    /// and a param's default.
    #[arg(long = "param", value_name = "K=V", value_parser = param, help_heading = "What is checked")]
    pub(super) params: Vec<(String, String)>,

    /// A file of values for params, YAML or JSON: `name: value`; repeatable, the last that has a name counts
    #[arg(long = "params", value_name = "FILE", help_heading = "What is checked")]
    pub(super) param_files: Vec<PathBuf>,

    /// TLS secrets in the format of SSLKEYLOGFILE, to open TLS connections with; repeatable
    ///
    /// curl, browsers, OpenSSL and Python write such a file where the variable SSLKEYLOGFILE names it. hopspec does not look at
    /// the variable. Secrets in a pcapng file are used by themselves. `check --live` and `show --live`
    /// take what is added to the file meanwhile.
    #[arg(long, value_name = "FILE", help_heading = "What is checked")]
    pub(super) keylog: Vec<PathBuf>,

    /// The report's format, `text`, `json` or `github`, or `json=FILE` into a file; repeatable [default: text]
    ///
    /// One run serves the log and the file: `--format json=report.json` writes the file, and the text to
    /// standard output unless another format is asked for there. `github` are annotations for GitHub Actions.
    #[arg(long = "format", value_name = "FORMAT[=FILE]", help_heading = "Output")]
    pub(super) formats: Vec<FormatArg>,

    /// Write to a file what would go to standard output
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(super) output: Option<PathBuf>,

    /// Show secrets: credentials, cookies, tokens, signatures in URLs
    #[arg(long, help_heading = "Output")]
    pub(super) show_secrets: bool,

    /// Findings and the last line only
    #[arg(short, long, conflicts_with = "verbose", help_heading = "Output")]
    pub(super) quiet: bool,

    /// Every expectation, every capture with its anomalies
    #[arg(short, long, help_heading = "Output")]
    pub(super) verbose: bool,

    #[command(flatten)]
    pub(super) limits: LimitArgs,

    /// From which severity on findings lead to exit code 1
    #[arg(long, value_name = "LEVEL", value_enum, default_value_t = FailOnArg::Error, help_heading = "Exit code")]
    pub(super) fail_on: FailOnArg,

    /// Fail on what is inconclusive, and on specs without evidence
    #[arg(long, help_heading = "Exit code")]
    pub(super) strict: bool,
}

/// `--fail-on`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum FailOnArg {
    /// Errors
    Error,
    /// Warnings and errors
    Warning,
    /// What the evidence cannot show, too
    Inconclusive,
}

impl From<FailOnArg> for FailOn {
    fn from(arg: FailOnArg) -> Self {
        match arg {
            FailOnArg::Error => Self::Error,
            FailOnArg::Warning => Self::Warning,
            FailOnArg::Inconclusive => Self::Inconclusive,
        }
    }
}

/// A condition, or what is wrong with it and where.
fn condition(text: &str) -> Result<Expr, String> {
    spec::condition(text).map_err(|error| {
        let before = text.get(..error.range.start).unwrap_or_default().chars().count();
        let marked = text.get(error.range.clone()).unwrap_or_default().chars().count().max(1);
        let mut lines = vec![error.message, format!("  {text}"), format!("  {}{}", " ".repeat(before), "^".repeat(marked))];
        lines.extend(error.help);
        lines.join("\n")
    })
}

/// Splits `K=V`; the value may hold further `=` and may be empty.
pub(crate) fn param(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => Ok((name.trim().to_owned(), value.to_owned())),
        _ => Err("expected NAME=VALUE, as in `alb_host=alb.example.com`".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::param;

    #[test]
    fn a_param_has_a_name_and_a_value() {
        assert_eq!(param("a=b=c"), Ok(("a".to_owned(), "b=c".to_owned())));
        assert_eq!(param("a="), Ok(("a".to_owned(), String::new())));
        assert!(param("a").is_err());
        assert!(param("=b").is_err());
    }
}
