//! `show` of what comes by at interfaces.

use std::path::PathBuf;

use super::super::args::Color;
use super::super::live::{Sniffing, interruptible, open, written_over};
use super::super::output::Target;
use super::super::talk::Talk;
use super::args::Args;
use super::run::{OfHop, shown};
use crate::exit;
use crate::live::Ended;

/// Shows messages as they come, until the time is over, somebody presses Ctrl-C, or nobody reads any more.
pub(super) fn run(args: &Args, color: Color, talk: Talk) -> u8 {
    if args.journeys {
        talk.error("--journeys shows whole journeys and --live does not know its end: keep it with --write FILE, and show that");
        return exit::USAGE;
    }
    let keys = (args.keylog.as_slice(), &args.limits.limits());
    let started = open(&args.sniff, args.captures.first().map(PathBuf::as_path), keys, talk).and_then(|opened| {
        let path = args.span.write.as_deref();
        let target = path.map(|path| Target::File(path.to_owned()));
        if let Some(read) = args.keylog.iter().find(|read| target.as_ref().is_some_and(|target| target.is_file(read))) {
            talk.error(written_over(read));
            return Err(exit::USAGE);
        }
        let file = target.map(|target| target.create()).transpose().map_err(|error| {
            talk.error(error);
            exit::UNREADABLE
        })?;
        let stop = interruptible(args.span.time, talk);
        let (input, sniffing) = Sniffing::start(opened, file, path, &stop, talk)?;
        Ok((input, sniffing, stop))
    });
    let (input, sniffing, stop) = match started {
        Ok(started) => started,
        Err(code) => return code,
    };
    let code = shown(args, &[], &[OfHop::unknown(input)], Box::new(move || stop.end(Ended::Done)), color, talk);
    sniffing.finish(talk).unwrap_or(code)
}
