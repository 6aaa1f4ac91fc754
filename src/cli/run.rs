//! From the arguments to an exit code.

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use super::args::{Cli, Command};
use super::talk::Talk;
use super::{check, explain, learn, lint, show};
#[cfg(feature = "live")]
use super::{listen, probe};
use crate::exit;

/// Reads the arguments of the process, does what they say, and returns how it went (see [`exit`]).
#[must_use]
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version come here too. That nobody reads them any more is no error.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { exit::USAGE } else { exit::MET });
        }
    };
    let talk = Talk::new(cli.color.on_stderr());
    ExitCode::from(match &cli.command {
        Command::Check(args) => check::run(args, cli.color, talk),
        #[cfg(feature = "live")]
        Command::Listen(args) => listen::run(args, cli.color, talk),
        #[cfg(feature = "live")]
        Command::Probe(args) => probe::run(args, cli.color, talk),
        Command::Show(args) => show::run(args, cli.color, talk),
        Command::Learn(args) => learn::run(args, talk),
        Command::Lint(args) => lint::run(args, cli.color, talk),
        Command::Explain(args) => explain::run(args, talk),
    })
}

/// The definition of the command line, for tests and documentation.
#[must_use]
pub fn command() -> clap::Command {
    Cli::command()
}

#[cfg(test)]
mod tests {
    use super::command;

    fn walk(command: &clap::Command, path: &str, check: &mut impl FnMut(&clap::Command, &str)) {
        check(command, path);
        for sub in command.get_subcommands() {
            walk(sub, &format!("{path} {}", sub.get_name()), check);
        }
    }

    #[test]
    fn every_option_is_explained() {
        let mut command = command();
        command.build();
        command.clone().debug_assert();
        let mut options = 0;
        walk(&command, "hopspec", &mut |command, path| {
            if path.contains(" help") {
                return;
            }
            assert!(command.get_about().is_some(), "{path} has no help");
            for arg in command.get_arguments() {
                let id = arg.get_id();
                options += 1;
                let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
                assert!(!help.is_empty() && !help.ends_with('.'), "{path} {id}: {help:?} is no line of help");
                if arg.get_action().takes_values() {
                    let names = arg.get_value_names().unwrap_or_default();
                    assert!(
                        names.iter().all(|n| n.chars().all(|c| c.is_ascii_uppercase() || "=-:[]".contains(c))),
                        "{path} {id}"
                    );
                    assert!(!names.is_empty(), "{path} {id} has no value name");
                }
            }
        });
        assert!(options > 20, "{options} options seen");
    }

    fn help(path: &[&str], long: bool) -> String {
        let mut command = command().term_width(100);
        command.build();
        let mut command = path.iter().fold(command, |c, name| c.find_subcommand(name).unwrap().clone());
        if long { command.render_long_help().to_string() } else { command.render_help().to_string() }
    }

    #[test]
    fn help_of_the_program() {
        insta::assert_snapshot!(help(&[], false));
    }

    #[test]
    fn help_of_check() {
        insta::assert_snapshot!(help(&["check"], false));
    }

    #[test]
    fn long_help_of_check() {
        insta::assert_snapshot!(help(&["check"], true));
    }

    #[cfg(feature = "live")]
    #[test]
    fn long_help_of_listen() {
        insta::assert_snapshot!(help(&["listen"], true));
    }

    #[test]
    #[cfg(feature = "live")]
    fn long_help_of_probe() {
        insta::assert_snapshot!(help(&["probe"], true));
    }

    #[test]
    fn long_help_of_show() {
        insta::assert_snapshot!(help(&["show"], true));
    }

    #[test]
    fn long_help_of_learn() {
        insta::assert_snapshot!(help(&["learn"], true));
    }

    #[test]
    fn long_help_of_explain() {
        insta::assert_snapshot!(help(&["explain"], true));
    }

    #[test]
    fn long_help_of_lint() {
        insta::assert_snapshot!(help(&["lint"], true));
    }
}
