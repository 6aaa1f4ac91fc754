//! Listens, answers and judges until something ends the run.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::super::args::Color;
use super::super::capture::CaptureArg;
use super::super::check::Prepared;
use super::super::live::{Begun, begin, judge, may_write};
use super::super::talk::Talk;
use super::args::Args;
use crate::exit;
use crate::live::listen::{Answer, Certificate, Limits, Listener, Secured};
use crate::live::{Recorder, Told};
use crate::source::{Input, Stream};

const COMMENT: &str = "recorded by `hopspec listen` at its sockets: bytes, times and addresses are theirs, the segments are made";

/// `hopspec listen`
pub(crate) fn run(args: &Args, color: Color, talk: Talk) -> u8 {
    match listen(args, color, talk) {
        Ok(code) | Err(code) => code,
    }
}

fn listen(args: &Args, color: Color, talk: Talk) -> Result<u8, u8> {
    let failed = |why: String| {
        talk.error(why);
        exit::UNREADABLE
    };
    // What it will judge is a stream; until there is one, standard input stands for it.
    let heard = CaptureArg::new(Path::new("-"));
    let body = args.body.as_deref().and_then(|body| body.strip_prefix('@')).map(PathBuf::from);
    let besides = body.into_iter().chain(args.cert.clone()).chain(args.key.clone()).collect();
    let mut prepared = Prepared::new(&args.judge, vec![heard], None, besides, talk)?;
    may_write(&prepared, &args.live, talk)?;
    let answer = answer(args).map_err(failed)?;
    let secured = secured(args).map_err(failed)?;
    let scheme = if secured.is_some() { "https" } else { "http" };
    let listener = Listener::bind(&args.address).map_err(failed)?;
    let Begun { stop, file, name, .. } = begin(&prepared, &args.live, "listen", talk)?;
    let (recorder, reader) = Recorder::new(file, COMMENT, &stop);
    prepared.request.captures = vec![Input::Stream(Stream::new(&name, "what is heard", reader))];
    let at = listener.address();
    let running = listener.run(answer, secured, Limits::default(), recorder).map_err(failed)?;
    talk.print(&format!("listening on {scheme}://{at}\n"));
    let code = judge(&prepared, &args.live, &stop, Told::Exchanges, color, talk);
    running.settle();
    if let Some(refused) = running.refused().told() {
        talk.note(format_args!("refused: {refused}"));
    }
    if let Some(error) = running.failure() {
        talk.error(format_args!("--write: what was heard could not be kept: {error}"));
        return Ok(if code == exit::USAGE { code } else { exit::UNREADABLE });
    }
    Ok(code)
}

fn answer(args: &Args) -> Result<Answer, String> {
    let (body, text) = match args.body.as_deref() {
        None => (Vec::new(), true),
        Some(body) => match body.strip_prefix('@') {
            Some(path) => (std::fs::read(path).map_err(|error| format!("--body {path}: {error}"))?, false),
            None => (body.as_bytes().to_vec(), true),
        },
    };
    Ok(Answer {
        status: args.status,
        fields: args.fields.clone(),
        body: Arc::from(body),
        text,
        delay: args.delay.unwrap_or_default(),
        chunked: args.chunked,
        close: args.close,
        echo: args.echo,
    })
}

fn secured(args: &Args) -> Result<Option<Secured>, String> {
    let certificate = match (&args.cert, &args.key) {
        (Some(cert), Some(key)) => Certificate::Files(cert, key),
        _ if args.tls => Certificate::SelfMade(&args.address),
        _ => return Ok(None),
    };
    Secured::new(certificate).map(Some)
}
