//! The arguments of `lint`.

use std::path::PathBuf;

/// Check specs alone, without traffic
///
/// Prints every error of every spec with its line, or a line for each spec that is fine. Warns of expectations that nothing
/// could violate, of a `select` that loses what it should show, and of what nothing uses.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Exit codes:
  0  every spec is fine; with --strict: and there is no warning
  1  with --strict: there is a warning
  2  usage, or an invalid spec
  3  there is no spec
  4  a spec cannot be read")]
pub(crate) struct Args {
    /// A spec file, a folder of them, or the name of shipped ones; repeatable [default: ./specs]
    #[arg(short, long = "spec", value_name = "PATH")]
    pub(super) specs: Vec<PathBuf>,
    /// Warnings are findings, too: exit 1
    #[arg(long)]
    pub(super) strict: bool,
}
