//! The arguments that all commands share.

use clap::{Parser, Subcommand, ValueEnum};

use super::{check, explain, learn, lint, show};
#[cfg(feature = "live")]
use super::{listen, probe};

/// Check HTTP header fields of recorded traffic, hop by hop, against YAML specs.
#[derive(Debug, Parser)]
#[command(name = "hopspec", version, max_term_width = 100, propagate_version = false, arg_required_else_help = true)]
#[command(after_help = "Specs are looked for in ./specs (else the shipped ones serve), their captures in ./captures.\n\
    `hopspec check` without arguments checks every spec against its own captures.")]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) command: Command,

    /// When to colour the output
    ///
    /// `auto` colours on a terminal, and heeds NO_COLOR, CLICOLOR and CLICOLOR_FORCE.
    #[arg(long, value_name = "WHEN", value_enum, default_value_t, global = true, help_heading = "Output")]
    pub(super) color: Color,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    Check(check::Args),
    #[cfg(feature = "live")]
    Listen(listen::Args),
    #[cfg(feature = "live")]
    Probe(probe::Args),
    Show(show::Args),
    Learn(learn::Args),
    Lint(lint::Args),
    Explain(explain::Args),
}

/// `--color`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum Color {
    /// On a terminal
    #[default]
    Auto,
    /// Always, in files too
    Always,
    /// Never
    Never,
}

impl Color {
    /// Whether standard output gets colours.
    pub(super) fn on_stdout(self) -> bool {
        match self {
            Self::Auto => anstream::AutoStream::choice(&std::io::stdout()) != anstream::ColorChoice::Never,
            Self::Always => true,
            Self::Never => false,
        }
    }

    /// Whether standard error gets colours.
    pub(super) fn on_stderr(self) -> bool {
        match self {
            Self::Auto => anstream::AutoStream::choice(&std::io::stderr()) != anstream::ColorChoice::Never,
            Self::Always => true,
            Self::Never => false,
        }
    }

    /// Whether a file gets colours.
    pub(super) fn in_files(self) -> bool {
        self == Self::Always
    }
}
