//! The arguments of `probe`: where curl has an option, it is curl's.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::ValueEnum;

use super::super::check::JudgeArgs;
use super::super::live::LiveArgs;
use crate::live::duration;
use crate::live::probe::{ProxyVersion, Resolve, field};

/// Send requests, and check what comes back
///
/// The request is sent just as it is asked for: fields in their order and case, repeats apart. What both sides say is recorded and
/// checked against the hops that the client sees. Where the answer is an echo (`hopspec listen --echo` at the far end), the request
/// as it arrived there is checked, too: two hops from one place.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct Args {
    /// Where to: `http://` is taken where no scheme stands
    #[arg(value_name = "URL")]
    pub(super) url: String,

    /// The method [default: GET, or POST with --data]
    #[arg(short = 'X', long = "request", value_name = "METHOD", help_heading = "Request")]
    pub(super) method: Option<String>,

    /// A field: `Name: value`, `Name;` with no value, `Name:` to leave one out that is sent otherwise; repeatable
    #[arg(short = 'H', long = "header", value_name = "FIELD", value_parser = field, help_heading = "Request")]
    pub(super) fields: Vec<(String, Option<String>)>,

    /// Send no field but those of --header
    #[arg(long, help_heading = "Request")]
    pub(super) bare: bool,

    /// The body, or `@FILE`; with Content-Length and, as curl has it, a form's Content-Type
    #[arg(short, long, value_name = "DATA", help_heading = "Request")]
    pub(super) data: Option<String>,

    /// Ask for the head alone (HEAD)
    #[arg(short = 'I', long, conflicts_with_all = ["method", "data"], help_heading = "Request")]
    pub(super) head: bool,

    /// The field User-Agent
    #[arg(short = 'A', long, value_name = "NAME", help_heading = "Request")]
    pub(super) user_agent: Option<String>,

    /// What stands in the start line in place of the URL's path and query
    #[arg(long, value_name = "TARGET", help_heading = "Request")]
    pub(super) request_target: Option<String>,

    /// Send HTTP/1.0
    #[arg(short = '0', long = "http1.0", conflicts_with_all = ["http2", "http2_prior_knowledge"], help_heading = "Request")]
    pub(super) http1_0: bool,

    /// Send HTTP/1.1, which is the default
    #[arg(long = "http1.1", conflicts_with_all = ["http1_0", "http2", "http2_prior_knowledge"], help_heading = "Request")]
    pub(super) http1_1: bool,

    /// Send HTTP/2, agreed on in TLS
    #[arg(long, help_heading = "Request")]
    pub(super) http2: bool,

    /// Send HTTP/2 at once, without TLS
    #[arg(long, conflicts_with = "http2", help_heading = "Request")]
    pub(super) http2_prior_knowledge: bool,

    /// Send it so many times
    #[arg(short = 'n', long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..), help_heading = "Request")]
    pub(super) times: u32,

    /// Send each on a connection of its own
    #[arg(long, help_heading = "Request")]
    pub(super) apart: bool,

    /// Try again until so many tries in a row were met; with --for, until the time is over
    ///
    /// Each try is judged by itself, and the last one is reported: for what takes a while until it is everywhere.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), conflicts_with_all = ["until_observed", "fail_fast"], help_heading = "Request")]
    pub(super) until_met: Option<u32>,

    /// How long to wait before the next try
    #[arg(long, value_name = "TIME", default_value = "1s", value_parser = duration, help_heading = "Request")]
    pub(super) pause: Duration,

    /// `HOST:PORT:ADDR`: this address is the host's; repeatable
    #[arg(long, value_name = "HOST:PORT:ADDR", help_heading = "Connection")]
    pub(super) resolve: Vec<Resolve>,

    /// The name that TLS asks for, in place of the URL's host
    #[arg(long, value_name = "NAME", help_heading = "Connection")]
    pub(super) sni: Option<String>,

    /// Trust whoever answers
    #[arg(short = 'k', long, help_heading = "Connection")]
    pub(super) insecure: bool,

    /// Trust what the certificates in this PEM file vouch for, and not the system's
    #[arg(long, value_name = "FILE", conflicts_with = "insecure", help_heading = "Connection")]
    pub(super) cacert: Option<PathBuf>,

    /// Send a header of the PROXY protocol first
    #[arg(long, value_name = "VERSION", value_enum, help_heading = "Connection")]
    pub(super) proxy_protocol: Option<ProxyArg>,

    /// With --proxy-protocol: the client's address in it
    #[arg(long, value_name = "IP", requires = "proxy_protocol", help_heading = "Connection")]
    pub(super) proxy_client: Option<IpAddr>,

    /// How long connecting, and each answer, may take
    #[arg(short = 'm', long, value_name = "TIME", default_value = "30s", value_parser = duration, help_heading = "Connection")]
    pub(super) timeout: Duration,

    #[command(flatten)]
    pub(super) judge: JudgeArgs,

    #[command(flatten)]
    pub(super) live: LiveArgs,
}

/// `--proxy-protocol`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ProxyArg {
    /// A line of text
    V1,
    /// Bytes
    V2,
}

impl From<ProxyArg> for ProxyVersion {
    fn from(arg: ProxyArg) -> Self {
        match arg {
            ProxyArg::V1 => Self::V1,
            ProxyArg::V2 => Self::V2,
        }
    }
}

const EXAMPLES: &str = "\
Exit codes (the first that applies of 2, 4, 1, 3, 0):
  0  something was judged, and there is no finding at or above --fail-on
  1  findings at or above --fail-on
  2  usage, or an invalid spec
  3  nothing was judged, or a required hop was not observed
  4  a request has no answer, or a file cannot be read or written

Examples:
  hopspec probe -s aws/api-gateway/lambda-proxy https://a1b2c3.execute-api.eu-west-1.amazonaws.com/prod/
  hopspec probe -s specs/alb.yaml http://alb.example.com/ -H 'X-Forwarded-For: 198.51.100.7' --write alb.pcapng
  hopspec probe -s specs/alb.yaml --until-met 3 --for 5m https://staging.example.com/health
  hopspec probe -s proxies/nginx http://127.0.0.1:8080/   with `hopspec listen --echo` behind nginx: both hops";
