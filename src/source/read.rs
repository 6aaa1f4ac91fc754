//! Opens a source, finds out what it is, and reads it to its end.

use std::io::Read;
use std::sync::Arc;

use super::appearance::{READS, describe, describe_bytes, is_binary, is_other};
use super::{Embedded, Input, ReadOptions, SourceError, Summary, Undecoded, packets, text};
use crate::anomaly::Anomalies;
use crate::capture::{CaptureError, Opened, PacketReader, open};
use crate::flow::FlowTable;
use crate::http::{CaptureId, HttpStreams, MessageSink, Unread, read_bytes};
use crate::tls::{ShutFlows, TlsStreams};

/// The longest text that is read, in bytes; it is held in memory.
const MOST_TEXT: u64 = 64 << 20;
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
        return self::bytes(input, bytes, id, sink);
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
        Ok(Opened::Packets(reader)) => packets(input, reader, options, id, sink),
        Ok(Opened::Other(reader)) => {
            let text = text_of(input, reader)?;
            if is_other(&text) {
                return Err(no_capture(input, describe(&text)));
            }
            let summary = text::read(&text, id, sink);
            if summary.requests + summary.responses == 0 {
                return Err(no_capture(input, describe(&text)));
            }
            Ok(summary)
        }
        Err(CaptureError::Io { source }) => Err(failure(input, &source)),
        Err(error) => Err(no_capture(input, error.to_string())),
    }
}

fn packets<S: MessageSink>(
    input: &Input,
    mut reader: PacketReader,
    options: &ReadOptions,
    id: CaptureId,
    sink: &mut S,
) -> Result<Summary, SourceError> {
    let mut anomalies = Anomalies::default();
    let mut flows = FlowTable::new(TlsStreams::new(HttpStreams::new(id, sink), Arc::clone(&options.keys)));
    packets::follow(&mut reader, &mut flows, &mut anomalies, TlsStreams::embed);
    if let Some(error) = reader.failure() {
        return Err(input.failed(error));
    }
    let count = flows.count();
    let tls = flows.into_sink();
    let http = tls.inner();
    anomalies.merge(http.anomalies());
    let undecoded = http.undecoded().map(|(content, port, unread)| {
        let shut = tls.shut().get(&port).filter(|_| content == "TLS").cloned();
        let ShutFlows { names, why, .. } = shut.unwrap_or_default();
        let Unread { flows, sent, received } = unread;
        Undecoded { content, port, flows, sent, received, names, why }
    });
    let secrets = tls.embedded();
    let problems = secrets.problems();
    let embedded = Embedded { connections: secrets.connections() as u64, used: secrets.used(), problems };
    Ok(Summary {
        packets: reader.packets(),
        flows: count,
        requests: http.requests(),
        responses: http.responses(),
        anomalies,
        undecoded: undecoded.collect(),
        embedded: (embedded.connections > 0 || !embedded.problems.is_empty()).then_some(embedded),
    })
}

/// Messages of the wire without packets. Bytes that are none are refused, as a text without messages is.
fn bytes<S: MessageSink>(input: &Input, bytes: &[u8], id: CaptureId, sink: &mut S) -> Result<Summary, SourceError> {
    let read = read_bytes(bytes, id, sink);
    if read.requests + read.responses == 0 {
        return Err(no_capture(input, describe_bytes(bytes)));
    }
    let undecoded = read.behind.map(|content| Undecoded { content, flows: 1, ..Undecoded::default() }).into_iter().collect();
    let (requests, responses, anomalies) = (read.requests, read.responses, read.anomalies);
    Ok(Summary { requests, responses, anomalies, undecoded, ..Summary::default() })
}

/// The whole of what is no capture, where it can be a text.
fn text_of(input: &Input, mut reader: Box<dyn Read>) -> Result<Vec<u8>, SourceError> {
    let mut text = Vec::new();
    for most in [BEGINNING, MOST_TEXT - BEGINNING + 1] {
        reader.by_ref().take(most).read_to_end(&mut text).map_err(|error| failure(input, &error))?;
        if is_binary(&text) {
            return Err(no_capture(input, describe(&text)));
        }
    }
    if text.len() as u64 > MOST_TEXT {
        let why = format!("is no capture, and longer than the {} MiB that are read of a text; {READS}", MOST_TEXT >> 20);
        return Err(no_capture(input, why));
    }
    Ok(text)
}

/// The system's error, or that of the decompressor, which has no number.
fn failure(input: &Input, error: &std::io::Error) -> SourceError {
    if error.raw_os_error().is_some() {
        input.failed(error)
    } else {
        no_capture(input, format!("is gzip that is cut or damaged: {error}; copy it again"))
    }
}

fn no_capture(input: &Input, why: String) -> SourceError {
    SourceError::NotACapture { file: input.spoken(), why }
}
