//! From the arguments of whatever judges to a request, and from the outcome to reports.

#[cfg(feature = "live")]
use std::path::Path;
use std::path::PathBuf;

use super::super::args::Color;
use super::super::capture::CaptureArg;
use super::super::environment::param_variables;
use super::super::output::{OutputError, Target};
use super::super::talk::Talk;
use super::format::{self, Format};
use super::judge::JudgeArgs;
use super::repository::Repository;
use crate::check::{self, CheckError, CheckRequest};
use crate::exit;
use crate::finding::Outcome;
use crate::report::{self, GithubOptions, TextOptions, Verbosity};
use crate::source::{Input, ReadOptions};

/// A run that may begin.
pub(in super::super) struct Prepared {
    pub(in super::super) request: CheckRequest,
    targets: Vec<(Format, Target)>,
    options: TextOptions,
    /// Files that the run reads.
    #[cfg(feature = "live")]
    reads: Vec<PathBuf>,
}

impl Prepared {
    /// Everything that can be wrong with the arguments, before captures are read. `besides` are files that the run reads beside
    /// those that every run may read: nothing is written over them.
    ///
    /// # Errors
    /// The exit code, where something is wrong, which was said.
    pub(in super::super) fn new(
        args: &JudgeArgs,
        captures: Vec<CaptureArg>,
        captures_dir: Option<PathBuf>,
        besides: Vec<PathBuf>,
        talk: Talk,
    ) -> Result<Self, u8> {
        let usage = |message: String| {
            talk.error(message);
            exit::USAGE
        };
        let targets = format::targets(&args.formats, args.output.as_ref()).map_err(usage)?;
        let environment = param_variables().map_err(usage)?;
        let files = captures.iter().filter_map(|capture| match &capture.input {
            Input::File(path) => Some(path),
            _ => None,
        });
        let files = files.chain(&args.specs).chain(&args.param_files).chain(&args.keylog).cloned();
        let reads: Vec<PathBuf> = files.chain(besides).collect();
        if let Some(read) = reads.iter().find(|path| path.is_file() && targets.iter().any(|(_, target)| target.is_file(path))) {
            let file = Input::File(read.clone()).name();
            return Err(usage(format!("{file} is read by this run, and the report would be written over it; name another file")));
        }
        let request = request(args, captures, captures_dir, environment);
        let unwritable: Vec<_> = targets.iter().filter_map(|(_, target)| target.try_out().err()).collect();
        if !unwritable.is_empty() {
            return Err(refuse_targets(&unwritable, &request, talk));
        }
        Ok(Self {
            request,
            targets,
            options: options(args),
            #[cfg(feature = "live")]
            reads,
        })
    }

    /// The file that the run reads, if it is this one.
    #[cfg(feature = "live")]
    pub(in super::super) fn read_as(&self, target: &Target) -> Option<&Path> {
        self.reads.iter().map(PathBuf::as_path).find(|path| target.is_file(path))
    }

    /// Whether a report goes there.
    #[cfg(feature = "live")]
    pub(in super::super) fn writes(&self, target: &Target) -> bool {
        self.targets.iter().any(|(_, taken)| taken.is(target))
    }

    /// Writes the reports, or says why there is no outcome. The exit code.
    pub(in super::super) fn finish(&self, outcome: Result<Outcome, CheckError>, color: Color, talk: Talk) -> u8 {
        match outcome {
            Ok(outcome) => self.write(&outcome, color, talk),
            Err(error) => refuse(&error, talk),
        }
    }

    fn write(&self, outcome: &Outcome, color: Color, talk: Talk) -> u8 {
        let mut code = outcome.exit_code;
        for unreadable in &outcome.unreadable {
            talk.error(unreadable);
        }
        let repository = Repository::here();
        for (format, target) in &self.targets {
            let color = if *target == Target::Stdout { color.on_stdout() } else { color.in_files() };
            let text = match format {
                Format::Json => report::json(outcome),
                Format::Text => report::text(outcome, &TextOptions { color, ..self.options.clone() }),
                Format::Github => report::github(outcome, &GithubOptions { path: &|file| repository.path(file) }),
            };
            if let Err(error) = target.write(&text) {
                talk.error(error);
                code = exit::UNREADABLE;
            }
        }
        code
    }
}

/// Reports that cannot be written end a run before it reads captures. Invalid specs come before that (see [`exit`]).
fn refuse_targets(unwritable: &[OutputError], request: &CheckRequest, talk: Talk) -> u8 {
    if let Err(error @ (CheckError::Usage(_) | CheckError::Specs(_) | CheckError::Params(_))) = check::plan(request) {
        return refuse(&error, talk);
    }
    unwritable.iter().for_each(|error| talk.error(error));
    exit::UNREADABLE
}

fn request(
    args: &JudgeArgs,
    captures: Vec<CaptureArg>,
    captures_dir: Option<PathBuf>,
    environment: Vec<(String, String)>,
) -> CheckRequest {
    let (bound, free): (Vec<_>, Vec<_>) = captures.into_iter().partition(|capture| capture.hop.is_some());
    CheckRequest {
        specs: args.specs.clone(),
        spec_texts: Vec::new(),
        captures: free.into_iter().map(|capture| capture.input).collect(),
        bound: bound.into_iter().filter_map(|capture| Some((capture.hop?, capture.input))).collect(),
        captures_dir,
        params: args.params.clone(),
        environment,
        param_files: args.param_files.clone(),
        hops: args.hops.clone(),
        only: args.only.clone(),
        variants: args.variants.clone(),
        fail_on: args.fail_on.into(),
        strict: args.strict,
        show_secrets: args.show_secrets,
        keylogs: args.keylog.clone(),
        reading: ReadOptions { limits: args.limits.limits(), ..ReadOptions::default() },
    }
}

fn options(args: &JudgeArgs) -> TextOptions {
    let verbosity = match (args.quiet, args.verbose) {
        (true, _) => Verbosity::Quiet,
        (_, true) => Verbosity::Verbose,
        _ => Verbosity::Normal,
    };
    let specs = args.specs.iter().map(|path| Input::File(path.clone()).name()).collect();
    TextOptions { color: false, verbosity, specs }
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
        CheckError::Params(errors) => {
            talk.print(&report::param_errors(errors, talk.color()));
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
