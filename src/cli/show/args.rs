//! The arguments of `show`.

use std::path::PathBuf;

use clap::ValueEnum;

use super::super::check::param;
use super::super::limits::LimitArgs;
#[cfg(feature = "live")]
use super::super::live::{SniffArgs, SpanArgs};

/// Print the messages of captures
///
/// Messages stand in the order of the packets that completed their heads.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Exit codes:
  0  something was shown
  2  usage, or an invalid spec
  3  there is no message, or none of those asked for
  4  a named file is no capture or cannot be read

Examples:
  hopspec show staging.pcap --packet 41
  hopspec show --journeys both-hops.pcap
  hopspec show --journeys client=laptop.har target=target.pcap
  hopspec show --format jsonl staging.pcap | jq -r 'select(.kind == \"request\").target'
  tcpdump -U -w - port 80 | hopspec show -
  sudo hopspec show --live any --port 80")]
pub(crate) struct Args {
    /// Captures: pcap, pcapng or text files, folders of them, or `-` for a stream; HOP=PATH with --journeys
    #[cfg_attr(feature = "live", arg(value_name = "CAPTURE", required_unless_present = "interfaces"))]
    #[cfg_attr(not(feature = "live"), arg(value_name = "CAPTURE", required = true))]
    pub(super) captures: Vec<PathBuf>,

    /// Only the message whose head this packet completed (counted from 1, as in Wireshark)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..), help_heading = "What is shown")]
    pub(super) packet: Option<u64>,

    /// Only exchanges that belong to no hop of the specs
    #[arg(long, conflicts_with = "packet", help_heading = "What is shown")]
    pub(super) unselected: bool,

    /// The way of each request over its hops, with what each node did to it
    ///
    /// Exchanges belong together by trace id (`Root` of X-Amzn-Trace-Id, traceparent) or request id, else by method, target and
    /// body, and by time. Both hops are in one capture, or each hop has captures of its own: `client=a.pcap target=b.pcap`, from
    /// the client on.
    #[arg(long, conflicts_with_all = ["packet", "unselected", "format"], help_heading = "What is shown")]
    pub(super) journeys: bool,

    /// With --unselected: a spec file, a folder of them, or the name of shipped ones; repeatable [default: ./specs]
    #[arg(short, long = "spec", value_name = "PATH", requires = "unselected", help_heading = "What is shown")]
    pub(super) specs: Vec<PathBuf>,

    /// With --unselected: a value for a param of the specs; repeatable
    #[arg(long = "param", value_name = "K=V", value_parser = param, requires = "unselected", help_heading = "What is shown")]
    pub(super) params: Vec<(String, String)>,

    /// With --unselected: a file of values for params, YAML or JSON; repeatable
    #[arg(long = "params", value_name = "FILE", requires = "unselected", help_heading = "What is shown")]
    pub(super) param_files: Vec<PathBuf>,

    /// TLS secrets in the format of SSLKEYLOGFILE, to open TLS connections with; repeatable
    ///
    /// curl, browsers, OpenSSL and Python write such a file where the variable SSLKEYLOGFILE names it. hopspec does not look at
    /// the variable. Secrets in a pcapng file are used by themselves. `check --live` and `show --live`
    /// take what is added to the file meanwhile.
    #[arg(long, value_name = "FILE", help_heading = "What is shown")]
    pub(super) keylog: Vec<PathBuf>,

    /// Text for people, or one JSON object a line
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t, help_heading = "Output")]
    pub(super) format: ShowFormat,

    /// Only count: one line with the numbers of packets, flows, requests, responses and anomalies
    #[arg(long, conflicts_with_all = ["format", "packet", "unselected", "journeys"], help_heading = "Output")]
    pub(super) count: bool,

    /// Show secrets: credentials, cookies, tokens, signatures in URLs
    #[arg(long, help_heading = "Output")]
    pub(super) show_secrets: bool,

    #[command(flatten)]
    pub(super) limits: LimitArgs,

    #[cfg(feature = "live")]
    #[command(flatten)]
    pub(super) sniff: SniffArgs,

    #[cfg(feature = "live")]
    #[command(flatten)]
    pub(super) span: SpanArgs,
}

/// `--format`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum ShowFormat {
    /// Start line, field lines, an empty line
    #[default]
    Text,
    /// One message a line, as JSON
    Jsonl,
}
