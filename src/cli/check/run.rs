//! Runs a check and writes its reports.

use super::super::args::Color;
use super::super::output::{OutputError, Target};
use super::super::talk::Talk;
use super::args::Args;
use super::format::{self, Format};
use super::repository::Repository;
use crate::check::{self, CheckError, CheckRequest};
use crate::exit;
use crate::finding::Outcome;
use crate::report::{self, GithubOptions, TextOptions, Verbosity};
use crate::source::Input;

/// `hopspec check`
pub(crate) fn run(args: &Args, color: Color, talk: Talk) -> u8 {
    let targets = match format::targets(&args.formats, args.output.as_ref()) {
        Ok(targets) => targets,
        Err(message) => {
            talk.error(message);
            return exit::USAGE;
        }
    };
    if args.captures.iter().filter(|path| path.as_os_str() == "-").count() > 1 {
        talk.error("`-` is given twice, but standard input can be read only once");
        return exit::USAGE;
    }
    if let Some(read) = args
        .captures
        .iter()
        .chain(&args.specs)
        .chain(&args.keylog)
        .find(|path| path.is_file() && targets.iter().any(|(_, target)| target.is_file(path)))
    {
        let file = Input::File(read.clone()).name();
        talk.error(format_args!("{file} is read by this run, and the report would be written over it; name another file"));
        return exit::USAGE;
    }
    let unwritable: Vec<_> = targets.iter().filter_map(|(_, target)| target.try_out().err()).collect();
    if !unwritable.is_empty() {
        return refuse_targets(&unwritable, args, talk);
    }
    if args.keylog.is_some() {
        talk.note("--keylog is not used yet: flows of TLS are listed and not decoded");
    }
    match check::check(&request(args)) {
        Ok(outcome) => write(&outcome, &targets, args, color, talk),
        Err(error) => refuse(&error, talk),
    }
}

/// Reports that cannot be written end a run before it reads captures. Invalid specs come before that (see [`exit`]).
fn refuse_targets(unwritable: &[OutputError], args: &Args, talk: Talk) -> u8 {
    if let Err(error @ (CheckError::Usage(_) | CheckError::Specs(_))) = check::plan(&args.specs, &args.params) {
        return refuse(&error, talk);
    }
    unwritable.iter().for_each(|error| talk.error(error));
    exit::UNREADABLE
}

fn request(args: &Args) -> CheckRequest {
    CheckRequest {
        specs: args.specs.clone(),
        spec_texts: Vec::new(),
        captures: args.captures.iter().map(|path| input(path)).collect(),
        captures_dir: args.captures_dir.clone(),
        params: args.params.clone(),
        fail_on: args.fail_on.into(),
        strict: args.strict,
        show_secrets: args.show_secrets,
    }
}

/// A path, or `-` for standard input.
pub(in super::super) fn input(path: &std::path::Path) -> Input {
    if path.as_os_str() == "-" { Input::Stdin } else { Input::File(path.to_owned()) }
}

fn write(outcome: &Outcome, targets: &[(Format, Target)], args: &Args, color: Color, talk: Talk) -> u8 {
    let mut code = outcome.exit_code;
    for unreadable in &outcome.unreadable {
        talk.error(unreadable);
    }
    let repository = Repository::here();
    for (format, target) in targets {
        let color = if *target == Target::Stdout { color.on_stdout() } else { color.in_files() };
        let text = match format {
            Format::Json => report::json(outcome),
            Format::Text => report::text(outcome, &options(args, color)),
            Format::Github => report::github(outcome, &GithubOptions { path: &|file| repository.path(file) }),
        };
        if let Err(error) = target.write(&text) {
            talk.error(error);
            code = exit::UNREADABLE;
        }
    }
    code
}

fn options(args: &Args, color: bool) -> TextOptions {
    let verbosity = match (args.quiet, args.verbose) {
        (true, _) => Verbosity::Quiet,
        (_, true) => Verbosity::Verbose,
        _ => Verbosity::Normal,
    };
    let specs = args.specs.iter().map(|path| Input::File(path.clone()).name()).collect();
    TextOptions { color, verbosity, specs }
}

/// Says why there is no outcome.
pub(in super::super) fn refuse(error: &CheckError, talk: Talk) -> u8 {
    match error {
        CheckError::Usage(message) => {
            talk.error(message);
            exit::USAGE
        }
        CheckError::Specs(errors) => {
            talk.print(&report::spec_errors(errors, talk.color()));
            exit::USAGE
        }
        CheckError::Unreadable(message) => {
            talk.error(message);
            exit::UNREADABLE
        }
        CheckError::Nothing(message) => {
            talk.error(message);
            exit::NOTHING_JUDGED
        }
    }
}
