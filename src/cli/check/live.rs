//! `check` of what comes while it is judged: a stream on standard input, or an interface.

use std::path::PathBuf;
use std::sync::PoisonError;

use super::super::args::Color;
use super::super::live::{self, Begun, Sniffing, begin, judge};
use super::super::talk::Talk;
use super::args::Args;
use super::prepared::Prepared;
use crate::exit;
use crate::live::{Told, pump};
use crate::source::{Input, Stream};

/// Judges while it comes.
pub(super) fn run(args: &Args, prepared: Prepared, color: Color, talk: Talk) -> u8 {
    if args.sniff.interfaces.is_empty() { piped(args, prepared, color, talk) } else { sniffed(args, prepared, color, talk) }
}

/// What comes on standard input.
fn piped(args: &Args, mut prepared: Prepared, color: Color, talk: Talk) -> u8 {
    let Begun { stop, file, .. } = match begin(&prepared, &args.live, "stream", talk) {
        Ok(begun) => begun,
        Err(code) => return code,
    };
    let (stream, unkept) = match pump(std::io::stdin(), file, &stop) {
        Ok((stream, unkept)) => (Stream::new("-", "standard input", stream), unkept),
        Err(error) => {
            talk.error(format_args!("standard input cannot be read: {error}"));
            return exit::UNREADABLE;
        }
    };
    let request = &mut prepared.request;
    let inputs = request.captures.iter_mut().chain(request.bound.iter_mut().map(|(_, input)| input));
    inputs.filter(|input| **input == Input::Stdin).for_each(|input| *input = Input::Stream(stream.clone()));
    let code = judge(&prepared, &args.live, &stop, Told::Findings, color, talk);
    match unkept.lock().unwrap_or_else(PoisonError::into_inner).take() {
        Some(error) => {
            talk.error(format_args!("--write: what was read could not be kept: {error}"));
            if code == exit::USAGE { code } else { exit::UNREADABLE }
        }
        None => code,
    }
}

/// What comes by at interfaces.
fn sniffed(args: &Args, mut prepared: Prepared, color: Color, talk: Talk) -> u8 {
    let beside = args.captures.first().or(args.captures_dir.as_ref()).map(PathBuf::as_path);
    let logs = std::mem::take(&mut prepared.request.keylogs);
    let keys = (logs.as_slice(), &prepared.request.reading.limits);
    let sniffing = live::open(&args.sniff, beside, keys, talk).and_then(|opened| {
        let Begun { stop, file, .. } = begin(&prepared, &args.live, "sniff", talk)?;
        let (input, sniffing) = Sniffing::start(opened, file, args.live.write.as_deref(), &stop, talk)?;
        Ok((input, sniffing, stop))
    });
    let (input, sniffing, stop) = match sniffing {
        Ok(sniffing) => sniffing,
        Err(code) => return code,
    };
    prepared.request.captures = vec![input];
    let code = judge(&prepared, &args.live, &stop, Told::Findings, color, talk);
    match sniffing.finish(talk) {
        Some(worse) if code != exit::USAGE => worse,
        _ => code,
    }
}
