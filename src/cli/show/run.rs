//! Reads the captures and writes what is asked for.

use std::io::{self, BufWriter, ErrorKind, IsTerminal as _, LineWriter, Write};
use std::path::PathBuf;
use std::sync::Arc;

use super::super::args::Color;
use super::super::capture::CaptureArg;
use super::super::check::refuse;
use super::super::output::{self, Target, on_stdout};
use super::super::talk::Talk;
use super::args::{Args, ShowFormat};
use super::counts::{Counts, Uninterested};
use super::form::{Form, Masks};
use super::journeys::{Gather, Printer};
use super::jsonl::Jsonl;
use super::listing::{Listing, Which};
use super::near::Near;
use super::order::Ordered;
use super::text::Text;
use super::unselected;
use crate::anomaly::{Anomaly, AnomalyKind};
use crate::exit;
use crate::http::{CaptureId, MessageSink};
use crate::report::{NO_PACKET, Paint, count, undecoded};
use crate::source::{self, Embedded, Expanded, Input, Named, ReadOptions, SourceError, Summary, expand};

/// `hopspec show`
pub(crate) fn run(args: &Args, color: Color, talk: Talk) -> u8 {
    #[cfg(feature = "live")]
    if !args.sniff.interfaces.is_empty() {
        return super::live::run(args, color, talk);
    }
    if args.captures.iter().filter(|path| path.as_os_str() == "-").count() > 1 {
        talk.error("`-` is given twice, but standard input can be read only once");
        return exit::USAGE;
    }
    match hops(args) {
        Ok(hops) => shown(args, &args.keylog, &hops, Box::new(|| {}), color, talk),
        Err(error) => {
            talk.error(error);
            exit::USAGE
        }
    }
}

/// Shows what is asked for of these captures, which these key logs open. `unread` hears of it where nobody reads any more what is
/// shown.
pub(super) fn shown(args: &Args, logs: &[PathBuf], hops: &[OfHop], unread: Box<dyn Fn()>, color: Color, talk: Talk) -> u8 {
    let keys = match source::key_logs(logs, &args.limits.limits()) {
        Ok(keys) => Arc::new(keys),
        Err(error) => {
            talk.error(format_args!("--keylog {error}"));
            return exit::UNREADABLE;
        }
    };
    let inputs: Vec<Input> = hops.iter().flat_map(|hop| hop.inputs.clone()).collect();
    let each: Vec<(Option<&str>, Expanded)> = hops.iter().map(|hop| (hop.name.as_deref(), expand(&hop.inputs))).collect();
    let skipped = each.iter().map(|(_, captures)| captures.skipped).sum();
    let unreadable: Vec<_> = each.iter().flat_map(|(_, captures)| &captures.unreadable).collect();
    for error in &unreadable {
        talk.error(error);
    }
    if each.iter().all(|(_, captures)| captures.inputs.is_empty()) && unreadable.is_empty() {
        talk.error(source::no_capture_in(&inputs, skipped));
        return exit::NOTHING_JUDGED;
    }
    let reading = Reading {
        options: ReadOptions { limits: args.limits.limits(), keys },
        embedded: Vec::new(),
        total: Counts::default(),
        number: 0,
        skipped,
        unreadable: !unreadable.is_empty(),
        unread,
    };
    let masks = Masks { show_secrets: args.show_secrets };
    if args.journeys {
        return journeys(&each, Printer::new(masks, Paint { on: color.on_stdout() }), reading, talk);
    }
    let Some((_, captures)) = each.into_iter().next() else { return exit::NOTHING_JUDGED };
    match args.format {
        _ if args.count => counted(&captures, reading, talk),
        ShowFormat::Text => listed(args, &captures, Text::new(masks, Paint { on: color.on_stdout() }), reading, talk),
        ShowFormat::Jsonl => listed(args, &captures, Jsonl::new(masks), reading, talk),
    }
}

/// Captures of one hop, or of any.
pub(super) struct OfHop {
    name: Option<String>,
    inputs: Vec<Input>,
}

impl OfHop {
    /// A capture of which nobody says where it was recorded.
    #[cfg(feature = "live")]
    pub(super) fn unknown(input: Input) -> Self {
        Self { name: None, inputs: vec![input] }
    }
}

/// The captures by hop, from the client on: hops stand in the order in which they are named first.
///
/// # Errors
/// A sentence on `HOP=PATH` where hops mean nothing.
fn hops(args: &Args) -> Result<Vec<OfHop>, String> {
    let mut hops: Vec<OfHop> = Vec::new();
    for CaptureArg { hop, input } in args.captures.iter().map(|argument| CaptureArg::new(argument)) {
        if let (Some(name), false) = (&hop, args.journeys) {
            return Err(format!(
                "`{name}=…` names a hop, and without --journeys nothing is shown by hop; a file of that name is `./{name}=…`"
            ));
        }
        match hops.iter_mut().find(|known| known.name == hop) {
            Some(known) => known.inputs.push(input),
            None => hops.push(OfHop { name: hop, inputs: vec![input] }),
        }
    }
    Ok(hops)
}

/// What became of all captures.
struct Reading {
    options: ReadOptions,
    /// The TLS secrets in captures.
    embedded: Vec<(String, Embedded)>,
    total: Counts,
    /// How many captures were begun.
    number: u32,
    skipped: u64,
    unreadable: bool,
    unread: Box<dyn Fn()>,
}

impl Reading {
    /// Reads a recording and gives what was read of each of its files; `None` where one cannot be read, which was said or
    /// counted. `begin` hears of each before it is read.
    fn read<S: MessageSink>(
        &mut self,
        parts: &[Named],
        sink: &mut S,
        talk: Talk,
        mut begin: impl FnMut(&mut S, usize),
    ) -> Vec<Option<Summary>> {
        let number = &mut self.number;
        let read = source::read_recording(parts, &self.options, sink, |sink, at| {
            begin(sink, at);
            *number = number.saturating_add(1);
            CaptureId(number.saturating_sub(1))
        });
        parts.iter().zip(read).map(|(part, read)| self.told(part, read, talk)).collect()
    }

    fn told(&mut self, capture: &Named, read: Result<Summary, SourceError>, talk: Talk) -> Option<Summary> {
        match read {
            Ok(summary) => {
                self.total.add(&summary);
                self.embedded.extend(summary.embedded.clone().map(|secrets| (capture.input.name(), secrets)));
                Some(summary)
            }
            Err(SourceError::NotACapture { .. }) if !capture.named => {
                self.skipped += 1;
                None
            }
            Err(error) => {
                talk.error(error);
                self.unreadable = true;
                None
            }
        }
    }

    /// The exit code, once everything else was said.
    fn end(&self, shown: bool, talk: Talk) -> u8 {
        match self.skipped {
            0 => {}
            1 => talk.note("1 file is no capture and was passed over"),
            n => talk.note(format_args!("{n} files are no captures and were passed over")),
        }
        let embedded = self.embedded.iter().map(|(name, secrets)| (name.as_str(), secrets));
        for remark in source::key_log_remarks(&self.options.keys, embedded) {
            talk.note(crate::report::escape(&remark));
        }
        match (self.unreadable, shown) {
            (true, _) => exit::UNREADABLE,
            (false, true) => exit::MET,
            (false, false) => exit::NOTHING_JUDGED,
        }
    }
}

fn counted(captures: &Expanded, mut reading: Reading, talk: Talk) -> u8 {
    for parts in captures.recordings() {
        reading.read(parts, &mut Uninterested, talk, |_, _| {});
    }
    if let Err(error) = Target::Stdout.write(&format!("{}\n", reading.total)) {
        talk.error(error);
        return exit::UNREADABLE;
    }
    reading.end(reading.total.messages() > 0, talk)
}

fn journeys(each: &[(Option<&str>, Expanded)], printer: Printer, mut reading: Reading, talk: Talk) -> u8 {
    let mut gather = Gather::new(BufWriter::with_capacity(1 << 16, output::stdout()), printer);
    let mut hints = Vec::new();
    let named = each.iter().filter_map(|(hop, _)| *hop);
    let levels: Vec<&str> = named.collect();
    for (hop, captures) in each {
        let level = hop.and_then(|hop| levels.iter().position(|known| *known == hop)).and_then(|at| u32::try_from(at).ok());
        for parts in captures.recordings() {
            let summaries = reading.read(parts, &mut gather, talk, |gather, at| {
                gather.level(level);
                let name = parts.get(at).map(|part| part.input.name()).unwrap_or_default();
                gather.printer().captures.push((name, hop.map(str::to_owned)));
            });
            for (part, summary) in parts.iter().zip(summaries) {
                let (name, Some(summary)) = (part.input.name(), summary) else { continue };
                if summary.requests.saturating_add(summary.responses) == 0 {
                    hints.push(nothing(&name, &summary));
                }
                let lost = anomalies(&summary, AnomalyKind::is_loss);
                if !lost.is_empty() {
                    hints.push(format!("{name} may hold more than is shown: {}", lost.join(", ")));
                }
            }
        }
    }
    let (written, early, finished) = gather.finish();
    if let Err(error) = finished
        && error.kind() != ErrorKind::BrokenPipe
    {
        talk.error(on_stdout(&error));
        return exit::UNREADABLE;
    }
    hints.iter().for_each(|hint| talk.note(hint));
    let unnamed = each.iter().any(|(hop, captures)| hop.is_none() && captures.recordings().next().is_some());
    if unnamed && each.iter().map(|(_, captures)| captures.recordings().count()).sum::<usize>() > 1 {
        talk.note("captures of several hops are joined where each says its hop, from the client on: client=a.pcap target=b.pcap");
    }
    if early > 0 {
        let exchanges = count(early, "exchange");
        talk.note(format_args!(
            "{exchanges} did not wait for all others, since more than 48 MiB were there: of their journeys hops may be missing; \
             show fewer captures at a time"
        ));
    }
    reading.end(written > 0, talk)
}

fn listed<F: Form>(args: &Args, captures: &Expanded, form: F, mut reading: Reading, talk: Talk) -> u8 {
    let which = match (args.packet, args.unselected) {
        (Some(packet), _) => Which::Packet(Near::new(packet)),
        (None, false) => Which::All,
        (None, true) => match unselected::selector(args, talk) {
            Ok(selector) => Which::Unselected(selector),
            Err(error) => return refuse(&error, talk),
        },
    };
    // Who watches a stream wants every message when it comes, on a terminal and behind a pipe.
    let stream = captures.inputs.iter().any(|capture| matches!(capture.input, Input::Stdin | Input::Stream(_)));
    let out: Box<dyn Write> = if stream || io::stdout().is_terminal() {
        let unread = std::mem::replace(&mut reading.unread, Box::new(|| {}));
        Box::new(LineWriter::new(Listened { out: output::stdout(), unread }))
    } else {
        Box::new(BufWriter::with_capacity(1 << 16, output::stdout()))
    };
    let mut listing = Listing::new(Ordered::new(out, form), which);
    let (mut hints, mut losses) = (Vec::new(), Vec::new());
    for parts in captures.recordings() {
        let summaries = reading.read(parts, &mut listing, talk, |listing, at| {
            let name = parts.get(at).map(|part| part.input.name()).unwrap_or_default();
            listing.capture(&name, at > 0, args.packet.map(|packet| Which::Packet(Near::new(packet))));
        });
        let behind = parts.len().saturating_sub(1);
        for ((at, part), summary) in parts.iter().enumerate().zip(summaries) {
            let (name, Some(summary)) = (part.input.name(), summary) else { continue };
            let hint = listing.hint(behind.saturating_sub(at), &name).unwrap_or_else(|| nothing(&name, &summary));
            hints.push((hint, summary.requests.saturating_add(summary.responses)));
            let lost = anomalies(&summary, AnomalyKind::is_loss);
            if !lost.is_empty() {
                losses.push(format!("{name} may hold more than is shown: {}", lost.join(", ")));
            }
        }
    }
    let (written, finished) = listing.finish();
    if let Err(error) = finished
        && error.kind() != ErrorKind::BrokenPipe
    {
        talk.error(on_stdout(&error));
        return exit::UNREADABLE;
    }
    if written == 0 {
        tell_nothing(args, &hints, talk);
    } else if args.packet.is_none() {
        losses.iter().for_each(|lost| talk.note(lost));
    }
    reading.end(written > 0, talk)
}

/// Standard output, which tells where nobody reads it any more: what is live would go on for ever.
struct Listened<W> {
    out: W,
    unread: Box<dyn Fn()>,
}

impl<W> Listened<W> {
    fn told<T>(&self, done: io::Result<T>) -> io::Result<T> {
        if done.as_ref().is_err_and(|error| error.kind() != ErrorKind::Interrupted) {
            (self.unread)();
        }
        done
    }
}

impl<W: Write> Write for Listened<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes);
        self.told(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = self.out.flush();
        self.told(flushed)
    }
}

/// Says for each capture why nothing of it was shown.
fn tell_nothing(args: &Args, hints: &[(String, u64)], talk: Talk) {
    for (hint, messages) in hints {
        if !args.unselected || *messages == 0 {
            talk.note(hint);
        }
    }
    if args.unselected && hints.iter().any(|(_, messages)| *messages > 0) {
        talk.note("every exchange belongs to a hop");
    }
}

/// Anomalies of some kinds, each with its count and its first detail.
fn anomalies(summary: &Summary, which: impl Fn(AnomalyKind) -> bool) -> Vec<String> {
    let told = |(kind, anomaly): (AnomalyKind, &Anomaly)| {
        let detail = if anomaly.detail.is_empty() { String::new() } else { format!(" ({})", anomaly.detail) };
        format!("{kind} ×{}{detail}", anomaly.count)
    };
    summary.anomalies.iter().filter(|(kind, _)| which(*kind)).map(told).collect()
}

/// Why a capture shows no message.
fn nothing(name: &str, summary: &Summary) -> String {
    let why: Vec<String> = undecoded(&summary.undecoded).into_iter().chain(anomalies(summary, |_| true)).collect();
    let why = if why.is_empty() { String::new() } else { format!(": {}", why.join(", ")) };
    if summary.packets == 0 {
        return if why.is_empty() { format!("{name} is {NO_PACKET}") } else { format!("{name} holds no whole packet{why}") };
    }
    let (packets, flows) = (count(summary.packets, "packet"), count(summary.flows, "flow"));
    format!("{name} holds no HTTP message in {packets} of {flows}{why}")
}
