//! The arguments of live runs.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use crate::live::duration;

/// When a live run ends, and what it keeps.
#[derive(Debug, clap::Args)]
pub(in super::super) struct LiveArgs {
    /// End after this time: `60s`, `5m`, `1h 30m`
    #[arg(long = "for", value_name = "TIME", value_parser = duration, help_heading = "Live")]
    pub(in super::super) time: Option<Duration>,

    /// End as soon as every hop that must be seen was seen as often as its spec asks
    #[arg(long, help_heading = "Live")]
    pub(in super::super) until_observed: bool,

    /// End at the first finding at or above --fail-on
    #[arg(long, help_heading = "Live")]
    pub(in super::super) fail_fast: bool,

    /// Keep what is heard in a file that `check` reads; it is whole even when the process is killed
    ///
    /// Packets that were sniffed, or the exact bytes of our own connections with addresses and times, as pcapng. What is there is
    /// written over. It holds what was sent: credentials, and the keys of TLS connections.
    #[arg(long, value_name = "FILE", help_heading = "Live")]
    pub(in super::super) write: Option<PathBuf>,
}

impl LiveArgs {
    /// The first of these options that is given.
    pub(in super::super) fn given(&self) -> Option<&'static str> {
        [
            (self.time.is_some(), "--for"),
            (self.until_observed, "--until-observed"),
            (self.fail_fast, "--fail-fast"),
            (self.write.is_some(), "--write"),
        ]
        .into_iter()
        .find_map(|(given, name)| given.then_some(name))
    }
}

/// Where it is sniffed.
#[derive(Debug, clap::Args)]
pub(in super::super) struct SniffArgs {
    /// Sniff this interface instead of reading captures, or `any`; repeatable (Linux, needs CAP_NET_RAW)
    ///
    /// The capability is given to the program once, with `sudo setcap cap_net_raw+ep "$(command -v hopspec)"`; or run it by sudo.
    /// On other systems tcpdump records: `sudo tcpdump -i any -s 0 -U -w - | hopspec check -`.
    #[arg(long = "live", value_name = "IFACE", help_heading = "Live")]
    pub(in super::super) interfaces: Vec<String>,

    /// With --live: only packets from or to this TCP port; repeatable
    #[arg(long, value_name = "PORT", requires = "interfaces", value_parser = clap::value_parser!(u16).range(1..), help_heading = "Live")]
    pub(in super::super) port: Vec<u16>,

    /// With --live: only packets from or to this address; repeatable
    #[arg(long, value_name = "IP", requires = "interfaces", help_heading = "Live")]
    pub(in super::super) host: Vec<IpAddr>,
}

/// When what is sniffed only to be shown ends, and whether it is kept.
#[derive(Debug, clap::Args)]
pub(in super::super) struct SpanArgs {
    /// With --live: end after this time: `60s`, `5m`, `1h 30m`
    #[arg(long = "for", value_name = "TIME", value_parser = duration, requires = "interfaces", help_heading = "Live")]
    pub(in super::super) time: Option<Duration>,

    /// With --live: keep what is heard in a file that `check` reads; it is whole even when the process is killed
    ///
    /// What is there is written over. It holds what was sent, credentials too.
    #[arg(long, value_name = "FILE", requires = "interfaces", help_heading = "Live")]
    pub(in super::super) write: Option<PathBuf>,
}
