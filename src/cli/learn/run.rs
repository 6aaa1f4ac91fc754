//! Learns, and writes the draft.

use std::fs;
use std::path::Path;

use super::super::capture::input;
use super::super::output::Target;
use super::super::talk::Talk;
use super::args::Args;
use crate::exit;
use crate::learn::{LearnError, LearnRequest, learn};
use crate::report::{count, escape};
use crate::source::{Input, ReadOptions};

/// `hopspec learn`
pub(crate) fn run(args: &Args, talk: Talk) -> u8 {
    if args.captures.iter().filter(|path| path.as_os_str() == "-").count() > 1 {
        talk.error("`-` is given twice, but standard input can be read only once");
        return exit::USAGE;
    }
    let target = args.output.clone().map_or(Target::Stdout, Target::File);
    if let Some(path) = &args.output
        && holds_something(path)
    {
        let file = Input::File(path.clone()).name();
        talk.error(format_args!(
            "{file} is there already, and a draft would be written over it; name another file, or remove it"
        ));
        return exit::USAGE;
    }
    if let Err(error) = target.try_out() {
        talk.error(error);
        return exit::UNREADABLE;
    }
    let request = LearnRequest {
        captures: args.captures.iter().map(|path| input(path)).collect(),
        keylogs: args.keylog.clone(),
        reading: ReadOptions { limits: args.limits.limits(), ..ReadOptions::default() },
    };
    let learned = match learn(&request) {
        Ok(learned) => learned,
        Err(error) => {
            talk.error(&error);
            return match error {
                LearnError::Usage(_) => exit::USAGE,
                LearnError::Unreadable(_) | LearnError::Unwritable(_) => exit::UNREADABLE,
                LearnError::Nothing(_) => exit::NOTHING_JUDGED,
            };
        }
    };
    learned.unreadable.iter().for_each(|error| talk.error(error));
    learned.notes.iter().for_each(|note| talk.note(escape(note)));
    if learned.left_over > 0 {
        let (exchanges, belong) =
            (count(learned.left_over, "exchange"), if learned.left_over == 1 { "belongs" } else { "belong" });
        talk.note(format_args!(
            "{exchanges} {belong} to no hop of the draft: no sign of a kind is in the capture, or it is cut or masked"
        ));
    }
    let unreadable = !learned.unreadable.is_empty();
    let Some(spec) = learned.spec else {
        if !unreadable {
            talk.error("there is no exchange to learn from; `hopspec show` says what the captures hold");
        }
        return if unreadable { exit::UNREADABLE } else { exit::NOTHING_JUDGED };
    };
    if let Err(error) = target.write(&spec) {
        talk.error(error);
        return exit::UNREADABLE;
    }
    if unreadable { exit::UNREADABLE } else { exit::MET }
}

/// Whether a file is there that somebody may miss. Pipes and devices are none.
fn holds_something(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|there| there.is_file() && there.len() > 0)
}
