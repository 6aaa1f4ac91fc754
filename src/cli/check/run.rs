//! Runs a check and writes its reports.

use super::super::args::Color;
use super::super::capture::CaptureArg;
use super::super::talk::Talk;
use super::args::Args;
use super::prepared::Prepared;
use crate::check;
use crate::exit;
use crate::source::Input;

/// `hopspec check`
pub(crate) fn run(args: &Args, color: Color, talk: Talk) -> u8 {
    let captures: Vec<CaptureArg> = args.captures.iter().map(|argument| CaptureArg::new(argument)).collect();
    let streams = captures.iter().filter(|capture| capture.input == Input::Stdin).count();
    if streams > 1 {
        talk.error("`-` is given twice, but standard input can be read only once");
        return exit::USAGE;
    }
    let prepared = match Prepared::new(&args.judge, captures, args.captures_dir.clone(), Vec::new(), talk) {
        Ok(prepared) => prepared,
        Err(code) => return code,
    };
    #[cfg(feature = "live")]
    if streams == 1 || !args.sniff.interfaces.is_empty() {
        return super::live::run(args, prepared, color, talk);
    }
    #[cfg(feature = "live")]
    if let Some(option) = args.live.given() {
        talk.error(format_args!("{option} is for what comes while it is judged: a stream (`-`), or an interface with --live"));
        return exit::USAGE;
    }
    prepared.finish(check::check(&prepared.request), color, talk)
}
