//! Reads recordings of packets: a file, or the files that a recording was cut into, whose flows go on from one to the next.

use std::sync::Arc;

use super::expand::Named;
use super::packets::Following;
use super::{Embedded, Input, ReadOptions, SourceError, Summary, Undecoded, read};
use crate::anomaly::Anomalies;
use crate::capture::{Opened, PacketReader, open};
use crate::flow::FlowTable;
use crate::http::{CaptureId, HttpStreams, MessageSink, Unread};
use crate::tls::{KeyLog, ShutFlows, TlsStreams};

/// Reads the files of a recording as one stream of time, and gives what was read of each. `begin` is asked for the number
/// of each before it is read. A file that does not go on where the one before ended, or that is no capture, is read by itself.
pub fn read_recording<S: MessageSink>(
    parts: &[Named],
    options: &ReadOptions,
    sink: &mut S,
    mut begin: impl FnMut(&mut S, usize) -> CaptureId,
) -> Vec<Result<Summary, SourceError>> {
    let mut read = Vec::with_capacity(parts.len());
    while let Some((first, rest)) = parts.get(read.len()..).and_then(<[Named]>::split_first) {
        let id = begin(sink, read.len());
        let packets = if rest.is_empty() { None } else { packets_of(&first.input) };
        match packets {
            Some(reader) => {
                let number = read.len();
                let parts = &mut |sink: &mut S, part: usize| begin(sink, number.saturating_add(part));
                read.extend(follow(&first.input, reader, options, id, rest, sink, parts));
            }
            None => read.push(read::read_with(&first.input, options, id, sink)),
        }
    }
    read
}

/// Reads a capture by itself.
pub(super) fn read_one<S: MessageSink>(
    input: &Input,
    reader: PacketReader,
    options: &ReadOptions,
    id: CaptureId,
    sink: &mut S,
) -> Result<Summary, SourceError> {
    let read = follow(input, reader, options, id, &[], sink, &mut |_, _| id).pop();
    read.unwrap_or(Ok(Summary::default()))
}

/// Follows a file and those of `rest` that go on from it.
fn follow<S: MessageSink>(
    first: &Input,
    mut reader: PacketReader,
    options: &ReadOptions,
    id: CaptureId,
    rest: &[Named],
    sink: &mut S,
    begin: &mut dyn FnMut(&mut S, usize) -> CaptureId,
) -> Vec<Result<Summary, SourceError>> {
    let mut read = Vec::new();
    let http = HttpStreams::with_limits(id, sink, options.limits.http);
    let mut flows =
        FlowTable::with_limits(TlsStreams::with_limits(http, Arc::clone(&options.keys), options.limits.tls), options.limits.flow);
    let mut following = Following::new(options.limits.wire);
    let mut input = first;
    loop {
        let (mut anomalies, flows_before) = (Anomalies::default(), flows.count());
        following.follow(&mut reader, &mut flows, &mut anomalies, TlsStreams::embed);
        let next = rest.get(read.len()).filter(|part| part.goes_on.is_some_and(|began| following.goes_on(began)));
        let next = next.and_then(|part| Some((&part.input, packets_of(&part.input)?)));
        if next.is_none() {
            following.finish(&mut flows);
        }
        let tls = flows.sink_mut();
        let part = tls.inner_mut().take_part();
        let mut shut = tls.take_shut();
        let undecoded = part.undecoded.into_iter().map(|(content, port, unread)| {
            let shut = if content == "TLS" { shut.remove(&port) } else { None };
            let ShutFlows { names, why, .. } = shut.unwrap_or_default();
            let Unread { flows, sent, received } = unread;
            Undecoded { content, port, flows, sent, received, names, why }
        });
        let undecoded = undecoded.collect();
        // Which of a recording's secrets are used is known in the end.
        let embedded = if next.is_none() { embedded(tls.embedded()) } else { None };
        anomalies.merge(&part.anomalies);
        read.push(match reader.failure() {
            Some(error) => Err(input.failed(error)),
            None => Ok(Summary {
                packets: reader.packets(),
                flows: flows.count().saturating_sub(flows_before),
                requests: part.requests,
                responses: part.responses,
                anomalies,
                events: false,
                undecoded,
                embedded,
            }),
        });
        let Some((part, packets)) = next else { return read };
        let http = flows.sink_mut().inner_mut();
        let id = begin(http.told(), read.len());
        http.goes_on(id, following.packets());
        (input, reader) = (part, packets);
    }
}

/// What is to be said of the secrets that captures held themselves.
fn embedded(secrets: &KeyLog) -> Option<Embedded> {
    let problems = secrets.problems();
    let embedded = Embedded { connections: secrets.connections() as u64, used: secrets.used(), problems };
    (embedded.connections > 0 || !embedded.problems.is_empty()).then_some(embedded)
}

/// The packets of an input; `None` where it has none, which is said when it is read by itself.
fn packets_of(input: &Input) -> Option<PacketReader> {
    if matches!(input, Input::Stdin | Input::Stream(_)) {
        return None;
    }
    match open(input.open().ok()?) {
        Ok(Opened::Packets(reader)) => Some(reader),
        Ok(Opened::Other(_)) | Err(_) => None,
    }
}
