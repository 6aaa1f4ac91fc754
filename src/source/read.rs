//! Opens a source, finds out what it is, and reads it to its end.

use std::io::{Cursor, Read};

use super::appearance::{READS, describe, describe_bytes, is_binary};
use super::remade::Retelling;
use super::{
    Input, ReadOptions, SourceError, Summary, conversation, dotted, dump, echoed, event, execution_log, har, nghttp, recording,
    text, trace, tshark,
};
use crate::anomaly::Anomalies;
use crate::capture::{CaptureError, Opened, open};
use crate::http::{AnySink, CaptureId, Fidelity, MessageSink, read_bytes};

/// How much of a file without packets is looked at before the rest of it is read.
const BEGINNING: u64 = 64 << 10;

/// Reads a source and tells the sink of every message and exchange.
///
/// # Errors
/// [`SourceError`] where it cannot be opened, or its beginning is neither a capture nor a text with HTTP messages.
pub fn read<S: MessageSink>(input: &Input, id: CaptureId, sink: &mut S) -> Result<Summary, SourceError> {
    read_with(input, &ReadOptions::default(), id, sink)
}

/// Reads a source as these options say.
///
/// # Errors
/// As [`read`].
pub fn read_with<S: MessageSink>(
    input: &Input,
    options: &ReadOptions,
    id: CaptureId,
    sink: &mut S,
) -> Result<Summary, SourceError> {
    if let Input::Bytes(bytes) = input {
        return self::bytes(input, bytes, options, id, sink);
    }
    opened(input, input.open()?, options, id, sink)
}

/// Reads a source that comes from elsewhere than a file: a test's bytes, a download. Errors speak of standard input.
///
/// # Errors
/// As [`read`].
pub fn read_from<S: MessageSink>(reader: Box<dyn Read>, id: CaptureId, sink: &mut S) -> Result<Summary, SourceError> {
    opened(&Input::Stdin, reader, &ReadOptions::default(), id, sink)
}

fn opened<S: MessageSink>(
    input: &Input,
    reader: Box<dyn Read>,
    options: &ReadOptions,
    id: CaptureId,
    sink: &mut S,
) -> Result<Summary, SourceError> {
    match open(reader) {
        Ok(Opened::Packets(reader)) => recording::read_one(input, reader, options, id, sink),
        Ok(Opened::Other(reader)) => {
            // Texts are short beside captures.
            let sink = &mut AnySink(sink);
            let text = text_of(input, reader, options.limits.text as u64)?;
            if dump::is_dump(&text) {
                return dumped(input, &text, options, id, sink);
            }
            if tshark::is_tshark(&text) {
                return printed(input, &text, options, id, sink);
            }
            if dotted::is_dotted(&text) {
                return shown(input, &text, options, id, sink);
            }
            let summary = if conversation::begins(&text) {
                conversation::read(&text, options.limits.http, id, sink)
            } else if trace::is_trace(&text) {
                trace::read(&text, options.limits.http, id, sink)
            } else if nghttp::is_nghttp(&text) {
                nghttp::read(&text, options.limits.http, id, sink)
            } else if har::is_har(&text) {
                har::read(&text, id, sink).map_err(|why| no_capture(input, format!("{why}; export it again")))?
            } else if let Some(read) = echoed::read(&text, id, sink) {
                let anomalies = read.map_err(|why| no_capture(input, why))?;
                Summary { requests: 1, anomalies, ..Summary::default() }
            } else if let Some(summary) = execution_log::read(&text, id, sink) {
                summary
            } else if let Some(read) = event::read(&text, id, sink) {
                read.map_err(|why| no_capture(input, why))?
            } else {
                let summary = text::read(&text, id, sink);
                let is_empty = summary.requests + summary.responses == 0;
                match if is_empty { event::read_log(&text, id, sink) } else { None } {
                    Some(read) => read.map_err(|why| no_capture(input, why))?,
                    None => summary,
                }
            };
            if summary.requests + summary.responses == 0 {
                return Err(no_capture(input, describe(&text)));
            }
            Ok(summary)
        }
        Err(CaptureError::Io { source }) => Err(failure(input, &source)),
        Err(error) => Err(no_capture(input, error.to_string())),
    }
}

/// Packets that were printed as hex digits.
fn dumped<S: MessageSink>(
    input: &Input,
    text: &[u8],
    options: &ReadOptions,
    id: CaptureId,
    sink: &mut S,
) -> Result<Summary, SourceError> {
    let (file, odd) = dump::capture(text);
    let mut summary = remade(input, file, options, id, sink)?;
    add(&mut summary.anomalies, &odd);
    Ok(summary)
}

/// Packets that were printed as text.
fn shown<S: MessageSink>(
    input: &Input,
    text: &[u8],
    options: &ReadOptions,
    id: CaptureId,
    sink: &mut S,
) -> Result<Summary, SourceError> {
    let Some(dotted::Shown { mut capture, anomalies, undecoded }) = dotted::capture(text) else {
        return Err(no_capture(input, describe(text)));
    };
    let file = capture.file();
    let mut sink = Retelling::new(&capture.places, Some(Fidelity::DOTS), sink);
    let mut summary = remade(input, file, options, id, &mut sink)?;
    summary.anomalies = capture.renumbered(&summary.anomalies);
    add(&mut summary.anomalies, &anomalies);
    summary.undecoded.extend(undecoded);
    Ok(summary)
}

/// Packets that tshark took apart.
fn printed<S: MessageSink>(
    input: &Input,
    text: &[u8],
    options: &ReadOptions,
    id: CaptureId,
    sink: &mut S,
) -> Result<Summary, SourceError> {
    let mut printed = tshark::packets(text).map_err(|why| no_capture(input, format!("{why}; print it again")))?;
    if printed.is_empty() {
        let why = "is what tshark prints, without the bytes of TCP segments and without messages; print it with \
                   `tshark -T json` and neither -e nor -j, or give the capture itself";
        return Err(no_capture(input, why.to_owned()));
    }
    let file = printed.capture.file();
    let mut retelling = Retelling::new(&printed.capture.places, None, sink);
    let mut summary = remade(input, file, options, id, &mut retelling)?;
    summary.packets = printed.count;
    summary.anomalies = printed.capture.renumbered(&summary.anomalies);
    add(&mut summary.anomalies, &printed.anomalies);
    Ok(printed.tell(summary, options.limits.http, id, sink))
}

/// A capture that was put together again.
fn remade<S: MessageSink>(
    input: &Input,
    file: Vec<u8>,
    options: &ReadOptions,
    id: CaptureId,
    sink: &mut S,
) -> Result<Summary, SourceError> {
    match open(Box::new(Cursor::new(file))) {
        Ok(Opened::Packets(reader)) => recording::read_one(input, reader, options, id, sink),
        // It was made a capture before.
        _ => Err(no_capture(input, "holds no packets".to_owned())),
    }
}

fn add(anomalies: &mut Anomalies, more: &Anomalies) {
    for (kind, noted) in more.iter() {
        anomalies.note_many(kind, noted.count, noted.first_packet, || noted.detail.clone());
    }
}

/// Messages of the wire without packets. Bytes that are none are refused, as a text without messages is.
fn bytes<S: MessageSink>(
    input: &Input,
    bytes: &[u8],
    options: &ReadOptions,
    id: CaptureId,
    sink: &mut S,
) -> Result<Summary, SourceError> {
    let read = read_bytes(bytes, options.limits.http, id, sink);
    if read.requests + read.responses == 0 {
        return Err(no_capture(input, describe_bytes(bytes)));
    }
    Ok(read.into())
}

/// The whole of what is no capture, where it can be a text.
fn text_of(input: &Input, mut reader: Box<dyn Read>, longest: u64) -> Result<Vec<u8>, SourceError> {
    let mut text = Vec::new();
    for most in [BEGINNING, longest.saturating_sub(BEGINNING).saturating_add(1)] {
        reader.by_ref().take(most).read_to_end(&mut text).map_err(|error| failure(input, &error))?;
        if is_binary(&text) {
            return Err(no_capture(input, describe(&text)));
        }
    }
    if text.len() as u64 > longest {
        let why = format!(
            "is no capture, and longer than the {longest} bytes that are read of a text (`text` is the limit's name); {READS}"
        );
        return Err(no_capture(input, why));
    }
    Ok(text)
}

/// The system's error, or that of the decompressor, which has no number.
fn failure(input: &Input, error: &std::io::Error) -> SourceError {
    if error.raw_os_error().is_some() {
        input.failed(error)
    } else {
        no_capture(input, format!("is compressed data that is cut or damaged: {error}; copy it again"))
    }
}

fn no_capture(input: &Input, why: String) -> SourceError {
    SourceError::NotACapture { file: input.spoken(), why }
}

/// Tells the sink of the request that a body echoes: that of `hopspec listen --echo`, or the Lambda events that it holds; of nothing
/// where it holds none. Gives back what is odd about them, with why some of them could not be read, if so.
///
/// # Errors
/// It holds what is known for an event, and that cannot be read or holds no message: why.
pub fn read_events<S: MessageSink>(body: &[u8], id: CaptureId, sink: &mut S) -> Result<(Anomalies, Option<String>), String> {
    if let Some(read) = echoed::read(body, id, sink) {
        return read.map(|odd| (odd, None));
    }
    match event::read_echo(body, id, sink) {
        Some(read) => read.map(|(summary, broken)| (summary.anomalies, broken)),
        None => Ok((Anomalies::default(), None)),
    }
}
