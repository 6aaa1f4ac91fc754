//! The arguments of `learn`.

use std::path::PathBuf;

use super::super::limits::LimitArgs;

/// Draft a spec from captures
///
/// Writes a hop for each kind of exchange: kinds are told apart by the server's port (in texts by Host), by services that
/// name themselves and probes that ask for the same again and again, and by whether a proxy passed the request on. What was
/// the same in at least two exchanges is expected as it was; of what differs, the type, the values, the beginning or the end
/// that all have in common. Dates, ids, lengths and secrets are never written down. The spec is met by the captures that it
/// was learned from; read it, and take away what is chance.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Exit codes:
  0  a draft was written
  2  usage
  3  there is no exchange to learn from
  4  a named file is no capture or cannot be read, or the draft cannot be written

Examples:
  hopspec learn staging.pcap                               a draft on standard output
  hopspec learn staging.pcap --output specs/my/app.yaml    into a file that is not there yet
  hopspec check -s specs/my/app.yaml staging.pcap          and what it says of its capture
  tcpdump -U -w - port 80 | hopspec learn -                from a stream, to its end")]
pub(crate) struct Args {
    /// Captures: pcap, pcapng or text files, folders of them, or `-` for a stream
    #[arg(value_name = "CAPTURE", required = true)]
    pub(super) captures: Vec<PathBuf>,

    /// TLS secrets in the format of SSLKEYLOGFILE, to open TLS connections with; repeatable
    ///
    /// curl, browsers, OpenSSL and Python write such a file where the variable SSLKEYLOGFILE names it. hopspec does not look at
    /// the variable. Secrets in a pcapng file are used by themselves.
    #[arg(long, value_name = "FILE", help_heading = "What is learned from")]
    pub(super) keylog: Vec<PathBuf>,

    /// Write to a file what would go to standard output; one that holds something is not written over
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(super) output: Option<PathBuf>,

    #[command(flatten)]
    pub(super) limits: LimitArgs,
}
