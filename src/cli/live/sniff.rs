//! What is sniffed, from the options to what is said in the end.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::Receiver;
use std::time::Duration;

use super::super::talk::Talk;
use super::SniffArgs;
use crate::exit;
use crate::live::{Ended, GrowingKeyLog, Recorder, Scope, Sniffed, Sniffer, Stop};
use crate::report::{count, escape};
use crate::source::{self, Input, LIVE, Limits, Stream};

/// Interfaces and what is wanted of them are named so far in the capture.
const COMMENT: &str = "sniffed by hopspec --live";
/// The sniffer has its last word within this time.
const LAST_WORD: Duration = Duration::from_secs(5);

/// What is to be sniffed, ready to begin.
pub(in super::super) struct Opened {
    scope: Scope,
    sniffer: Sniffer,
    logs: Vec<GrowingKeyLog>,
}

/// Opens what is to be sniffed, before anything else is touched. `beside` is what is to be read, too; `logs` are key logs, of which
/// what is added from now on counts.
///
/// # Errors
/// The exit code, where it cannot be sniffed, which was said.
pub(in super::super) fn open(
    args: &SniffArgs,
    beside: Option<&Path>,
    (logs, limits): (&[PathBuf], &Limits),
    talk: Talk,
) -> Result<Opened, u8> {
    // Said here: `conflicts_with` would make clap forget that --port and the like ask for --live.
    if let Some(read) = beside {
        talk.error(format_args!("--live is in place of captures, and {} is one: give one of the two", read.display()));
        return Err(exit::USAGE);
    }
    // Secrets from before are of connections whose handshakes are not heard. A file that is there must be a key log all the same.
    let there: Vec<PathBuf> = logs.iter().filter(|path| path.is_file() || path.is_dir()).cloned().collect();
    if let Err(error) = source::key_logs(&there, limits) {
        talk.error(format_args!("--keylog {error}"));
        return Err(exit::UNREADABLE);
    }
    let logs: Vec<GrowingKeyLog> = logs.iter().map(|path| GrowingKeyLog::from_now(path)).collect();
    let scope = Scope { interfaces: args.interfaces.clone(), ports: args.port.clone(), hosts: args.host.clone() };
    let sniffer = Sniffer::open(&scope).map_err(|error| {
        let code = if error.is_usage() { exit::USAGE } else { exit::UNREADABLE };
        talk.error(error);
        code
    })?;
    for name in sniffer.quiet() {
        talk.note(format_args!("{name} is down: nothing is heard there until `ip link set {name} up`"));
    }
    Ok(Opened { scope, sniffer: sniffer.with_keys(logs.clone()), logs })
}

/// A sniffer at work.
pub(in super::super) struct Sniffing {
    recorder: Recorder,
    told: Receiver<io::Result<Sniffed>>,
    name: String,
    kept: Option<String>,
    logs: Vec<GrowingKeyLog>,
}

impl Sniffing {
    /// Starts it; the input is what it hears. `file` is that of `--write`, which lies at `path`.
    ///
    /// # Errors
    /// The exit code, where the system gives no thread, which was said.
    pub(in super::super) fn start(
        Opened { scope, sniffer, logs }: Opened,
        file: Option<File>,
        path: Option<&Path>,
        stop: &Stop,
        talk: Talk,
    ) -> Result<(Input, Self), u8> {
        let name = scope.named();
        let (recorder, reader) = Recorder::new(file, COMMENT, stop);
        let told = sniffer.start(&recorder).map_err(|error| {
            talk.error(format_args!("{name} cannot be sniffed: {error}"));
            exit::UNREADABLE
        })?;
        talk.note(format_args!("sniffing {}", said(&scope)));
        let kept = path.map(|path| Input::File(path.to_owned()).name());
        let of_report = kept.clone().unwrap_or_else(|| format!("{LIVE}{name}"));
        let stream = Stream::new(&of_report, &name, reader);
        Ok((Input::Stream(stream), Self { recorder, told, name, kept, logs }))
    }

    /// Ends it, and says what became of it. The exit code, where that is not the judge's.
    pub(in super::super) fn finish(self, talk: Talk) -> Option<u8> {
        self.recorder.stop().end(Ended::Done);
        for log in &self.logs {
            let name = log.path().display();
            match log.grew() {
                Ok(true) => {}
                Ok(false) => talk.note(format_args!(
                    "nothing was added to the key log {name} while it was sniffed: TLS is opened where the client, or the server, \
                     writes its secrets there (SSLKEYLOGFILE)"
                )),
                Err(error) => talk.note(format_args!("the key log {name} cannot be read, and opened nothing since: {error}")),
            }
        }
        let mut code = None;
        match self.told.recv_timeout(LAST_WORD) {
            Ok(Ok(sniffed)) => talk.note(summary(&self.name, sniffed)),
            Ok(Err(error)) => {
                talk.error(format_args!("{} could not be sniffed to the end: {error}", self.name));
                code = Some(exit::UNREADABLE);
            }
            Err(_) => {
                talk.note(format_args!("how many packets of {} were dropped is not known", self.name));
                // It still holds the recorder.
                return None;
            }
        }
        if let (Some(error), Some(kept)) = (self.recorder.failure(), &self.kept) {
            talk.error(format_args!("{kept} holds not all that was heard: {error}"));
            code = Some(exit::UNREADABLE);
        }
        code
    }
}

/// What is sniffed, in words.
fn said(scope: &Scope) -> String {
    let mut said = escape(&scope.named()).into_owned();
    let each = |values: Vec<String>| values.join(", ");
    if !scope.ports.is_empty() {
        said.push_str(&format!(", port {}", each(scope.ports.iter().map(ToString::to_string).collect())));
    }
    if !scope.hosts.is_empty() {
        said.push_str(&format!(", host {}", each(scope.hosts.iter().map(ToString::to_string).collect())));
    }
    said
}

/// How many packets came, and how many of them were lost before they could be read.
fn summary(name: &str, sniffed: Sniffed) -> String {
    let packets = count(sniffed.received, "packet");
    if sniffed.dropped == 0 {
        return format!("{packets} of {name}, the kernel dropped none");
    }
    let dropped = sniffed.dropped.saturating_mul(10_000).checked_div(sniffed.received).unwrap_or_default();
    let (whole, part) = (dropped / 100, dropped % 100);
    let advice = sniffed.advice();
    format!("{packets} of {name}, of which the kernel dropped {} ({whole}.{part:02} %): {advice}", sniffed.dropped)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_dropped_is_told() {
        let told = |received, dropped, buffer| summary("lo", Sniffed { received, dropped, buffer });
        assert_eq!(told(1, 0, 0), "1 packet of lo, the kernel dropped none");
        let some = told(200_000, 100, 1 << 30);
        assert!(some.starts_with("200000 packets of lo, of which the kernel dropped 100 (0.05 %): narrow it"), "{some}");
        assert!(told(2, 1, 400_000).contains("(50.00 %): the kernel's buffer is small"));
        assert!(told(0, 1, 0).contains("(0.00 %)"));
    }
}
