//! The arguments of `explain`.

/// Tell what a rule means, with an example and how to fix it
///
/// The rule is what stands in brackets behind `error`, `warning` or `note`. Without one, all rules are listed.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Exit codes:
  0  the page was printed
  2  there is no such rule")]
pub(crate) struct Args {
    /// A rule, as `field-missing`
    #[arg(value_name = "RULE")]
    pub(super) rule: Option<String>,
}
