//! A live run from its options to its exit code.

use std::fs::File;
use std::path::Path;
use std::time::Duration;

use super::super::args::Color;
use super::super::check::{Prepared, refuse};
use super::super::output::Target;
use super::super::talk::Talk;
use super::LiveArgs;
use crate::check::{self, CheckError, FailOn, Foreseen};
use crate::exit;
use crate::finding::Outcome;
use crate::live::{Stop, Told, Watcher, ending, interrupt};
use crate::source::{Input, LIVE};

/// A live run that may begin.
pub(in super::super) struct Begun {
    pub(in super::super) stop: Stop,
    /// The file of `--write`.
    pub(in super::super) file: Option<File>,
    /// What is heard, in reports: the file that keeps it, or what hears it behind [`LIVE`].
    pub(in super::super) name: String,
    /// What the specs ask for.
    pub(in super::super) foreseen: Foreseen,
}

/// Everything that can be wrong before anything is heard: specs, options, the file. Its time begins here.
///
/// # Errors
/// The exit code, where something is wrong, which was said.
pub(in super::super) fn begin(prepared: &Prepared, live: &LiveArgs, heard_by: &str, talk: Talk) -> Result<Begun, u8> {
    let foreseen = check::foreseen(&prepared.request).map_err(|error| refuse(&error, talk))?;
    if live.until_observed && !foreseen.requires_any {
        talk.error(
            "--until-observed waits for the hops that must be seen, and no hop must be: name a spec's file with -s, or a hop with --hop",
        );
        return Err(exit::USAGE);
    }
    may_write(prepared, live, talk)?;
    let file = match &live.write {
        None => None,
        Some(path) => Some(Target::File(path.clone()).create().map_err(|error| {
            talk.error(error);
            exit::UNREADABLE
        })?),
    };
    let name = live.write.as_ref().map_or_else(|| format!("{LIVE}{heard_by}"), |path| Input::File(path.clone()).name());
    Ok(Begun { stop: interruptible(live.time, talk), file, name, foreseen })
}

/// Whether the file of `--write` is the run's alone. What reads files of its own before a run begins asks before that.
///
/// # Errors
/// The exit code, where it is not, which was said.
pub(in super::super) fn may_write(prepared: &Prepared, live: &LiveArgs, talk: Talk) -> Result<(), u8> {
    let Some(path) = &live.write else { return Ok(()) };
    let target = Target::File(path.clone());
    if prepared.writes(&target) {
        talk.error(format_args!("--write and a report would both go to {}: give each a file of its own", path.display()));
        return Err(exit::USAGE);
    }
    if let Some(read) = prepared.read_as(&target) {
        talk.error(written_over(read));
        return Err(exit::USAGE);
    }
    Ok(())
}

/// Why the file of `--write` is not this one.
pub(in super::super) fn written_over(read: &Path) -> String {
    format!("{} is read by this run, and --write would write over it; name another file", read.display())
}

/// What ends a run: its time, if it has one, and Ctrl-C.
pub(in super::super) fn interruptible(time: Option<Duration>, talk: Talk) -> Stop {
    let stop = Stop::after(time);
    if let Err(why) = interrupt(&stop) {
        talk.note(format_args!("Ctrl-C ends this run without a report: {why}"));
    }
    stop
}

/// Judges what the inputs of a run tell while it comes, and writes the reports.
pub(in super::super) fn judge(prepared: &Prepared, live: &LiveArgs, stop: &Stop, told: Told, color: Color, talk: Talk) -> u8 {
    let outcome = judged(prepared, live, stop, told, talk);
    if let Some(why) = ending(stop.ended()) {
        talk.note(why);
    }
    prepared.finish(outcome, color, talk)
}

/// Judges what the inputs of a run tell while it comes.
///
/// # Errors
/// As [`check::check`].
pub(in super::super) fn judged(
    prepared: &Prepared,
    live: &LiveArgs,
    stop: &Stop,
    told: Told,
    talk: Talk,
) -> Result<Outcome, CheckError> {
    let request = &prepared.request;
    let fail_on = if request.strict { FailOn::Inconclusive } else { request.fail_on };
    let mut watcher = Watcher::new(stop, told, talk.color(), |text| talk.print(text))
        .until_observed(live.until_observed)
        .fail_fast(live.fail_fast.then_some(fail_on))
        .show_secrets(request.show_secrets);
    check::check_watched(request, &mut watcher)
}
