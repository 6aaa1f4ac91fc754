//! The arguments of `check`.

use std::path::PathBuf;

#[cfg(feature = "live")]
use super::super::live::{LiveArgs, SniffArgs};
use super::judge::JudgeArgs;

/// Check captures against specs
///
/// Without a capture, every spec is checked against its own evidence: for specs/a/b.yaml the files
/// captures/a/b.* and captures/a/b/*.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXIT_CODES)]
pub(crate) struct Args {
    /// Captures: pcap, pcapng or text files, folders of them, `-` for a stream; HOP=PATH for one hop's
    ///
    /// `client=edge.pcap` says where a capture was recorded: its exchanges are judged by hops of the name `client` only, and
    /// these must be seen. A file whose name holds `=` is written `./a=b.pcap`.
    #[arg(value_name = "CAPTURE")]
    pub(super) captures: Vec<PathBuf>,

    /// Where the specs' own captures lie, instead of the folder `captures` beside `specs`
    #[arg(long = "captures", value_name = "DIR", conflicts_with = "captures", help_heading = "What is checked")]
    pub(super) captures_dir: Option<PathBuf>,

    #[command(flatten)]
    pub(super) judge: JudgeArgs,

    #[cfg(feature = "live")]
    #[command(flatten)]
    pub(super) sniff: SniffArgs,

    #[cfg(feature = "live")]
    #[command(flatten)]
    pub(super) live: LiveArgs,
}

const EXIT_CODES: &str = "\
Exit codes (the first that applies of 2, 4, 1, 3, 0):
  0  something was judged, and there is no finding at or above --fail-on
  1  findings at or above --fail-on
  2  usage, or an invalid spec
  3  nothing was judged, or a required hop was not observed
  4  a named file is no capture or cannot be read, or a report cannot be written

Examples:
  hopspec check                              every spec against its own captures
  hopspec check staging.pcap                 a capture against ./specs, or the shipped specs
  hopspec check -s aws/alb t.pcapng          against some shipped specs
  tcpdump -U -w - | hopspec check -          a stream, to its end
  sudo hopspec check --live eth0 --port 80   what comes by at an interface, until Ctrl-C
  hopspec check --format json=report.json    a log and a file from one run
  hopspec check --format github              annotations on a pull request";
