//! `check` of what comes while it is judged: a stream on standard input, or an interface.

use super::super::args::Color;
use super::super::live::{Begun, begin, judge};
use super::super::talk::Talk;
use super::args::Args;
use super::prepared::Prepared;
use crate::exit;
use crate::live::{Told, pump};
use crate::source::{Input, Stream};

/// Judges while it comes.
pub(super) fn run(args: &Args, mut prepared: Prepared, color: Color, talk: Talk) -> u8 {
    let Begun { stop, file, .. } = match begin(&prepared, &args.live, "stream", talk) {
        Ok(begun) => begun,
        Err(code) => return code,
    };
    if !args.sniff.interfaces.is_empty() {
        talk.error("--live is not there yet");
        return exit::USAGE;
    }
    let stream = match pump(std::io::stdin(), file, &stop) {
        Ok(stream) => Stream::new("-", "standard input", stream),
        Err(error) => {
            talk.error(format_args!("standard input cannot be read: {error}"));
            return exit::UNREADABLE;
        }
    };
    let request = &mut prepared.request;
    let inputs = request.captures.iter_mut().chain(request.bound.iter_mut().map(|(_, input)| input));
    inputs.filter(|input| **input == Input::Stdin).for_each(|input| *input = Input::Stream(stream.clone()));
    judge(&prepared, &args.live, &stop, Told::Findings, color, talk)
}
