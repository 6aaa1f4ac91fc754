//! The arguments of `listen`.

use std::path::PathBuf;
use std::time::Duration;

use super::super::check::JudgeArgs;
use super::super::live::LiveArgs;
use crate::live::duration;
use crate::live::listen::Address;

/// Be the target: answer every request, and check what arrives
///
/// Every request is answered with the same status, fields and body, whatever it asks for, so health checks find what they expect.
/// HTTP/1.0, HTTP/1.1 and HTTP/2 (with prior knowledge, or agreed on in TLS) are spoken, behind headers of the PROXY protocol, too.
/// What both sides say is recorded with addresses and times and checked as it comes: a line a request with its verdict, what is
/// violated below it, and in the end the report of `check`. Ctrl-C ends it.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct Args {
    /// Where to listen: `8000`, `0.0.0.0:8000`, `[::]:8000`; port 0 takes a free one [default: 127.0.0.1:8000]
    ///
    /// Without a host only this machine can connect. `0.0.0.0` and `[::]` are all addresses of this machine.
    #[arg(value_name = "ADDR", hide_default_value = true, default_value = "127.0.0.1:8000")]
    pub(super) address: Address,

    /// The status code
    #[arg(long, value_name = "CODE", default_value_t = 200, value_parser = clap::value_parser!(u16).range(200..=599), help_heading = "Answer")]
    pub(super) status: u16,

    /// A field, which takes the place of one that would be sent otherwise; repeatable
    #[arg(short = 'H', long = "header", value_name = "FIELD", value_parser = field, help_heading = "Answer")]
    pub(super) fields: Vec<(String, String)>,

    /// The body, or `@FILE`
    #[arg(long, value_name = "TEXT", help_heading = "Answer")]
    pub(super) body: Option<String>,

    /// Answer with the request as it was received: JSON with its exact bytes
    ///
    /// So a client sees both ends, and `echoed_in: NAME.response.body` of a spec judges what arrived from what came back. Whoever asks
    /// gets what they sent, their credentials too. The format `hopspec-echo/1` is described in docs/live.md.
    #[arg(long, conflicts_with = "body", help_heading = "Answer")]
    pub(super) echo: bool,

    /// How long to wait with each answer: `500ms`, `2s`
    #[arg(long, value_name = "TIME", value_parser = duration, help_heading = "Answer")]
    pub(super) delay: Option<Duration>,

    /// Send the body in chunks, where the version has them
    #[arg(long, help_heading = "Answer")]
    pub(super) chunked: bool,

    /// End the connection behind each answer
    #[arg(long, help_heading = "Answer")]
    pub(super) close: bool,

    /// Speak TLS, with a certificate made for this run where none is given
    #[arg(long, help_heading = "TLS")]
    pub(super) tls: bool,

    /// Speak TLS with this certificate and those behind it (PEM)
    #[arg(long, value_name = "FILE", requires = "key", help_heading = "TLS")]
    pub(super) cert: Option<PathBuf>,

    /// The key of the certificate (PEM)
    #[arg(long, value_name = "FILE", requires = "cert", help_heading = "TLS")]
    pub(super) key: Option<PathBuf>,

    #[command(flatten)]
    pub(super) judge: JudgeArgs,

    #[command(flatten)]
    pub(super) live: LiveArgs,
}

/// Reads `Name: value`.
fn field(text: &str) -> Result<(String, String), String> {
    let wrong = || format!("expected a field, as `Cache-Control: no-store`, and not `{text}`");
    let (name, value) = text.split_once(':').ok_or_else(wrong)?;
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if name.is_empty() || !name.bytes().all(token) || value.bytes().any(|byte| matches!(byte, b'\r' | b'\n' | 0)) {
        return Err(wrong());
    }
    Ok((name.to_owned(), value.trim().to_owned()))
}

const EXAMPLES: &str = "\
Exit codes (the first that applies of 2, 4, 1, 3, 0):
  0  something was judged, and there is no finding at or above --fail-on
  1  findings at or above --fail-on
  2  usage, or an invalid spec
  3  nothing was judged, or a required hop was not observed
  4  the address cannot be used, or a file cannot be read or written

Examples:
  hopspec listen 0.0.0.0:8000 -s aws/alb/health-check --until-observed --for 5m
  hopspec listen :8000 --echo                            behind a proxy: the client sees what arrived
  hopspec listen :8443 --tls --write target.pcapng       keeps what arrives, with the keys that open it
  hopspec listen :8000 --status 503 --delay 2s -H 'Retry-After: 5'";

#[cfg(test)]
mod tests {
    use super::field;

    #[test]
    fn fields_as_people_write_them() {
        assert_eq!(field("X-A: b: c "), Ok(("X-A".to_owned(), "b: c".to_owned())));
        assert_eq!(field("x:"), Ok(("x".to_owned(), String::new())));
        for wrong in ["", "a", ": b", "a b: c", "a: b\r\nc: d"] {
            assert!(field(wrong).is_err(), "{wrong:?}");
        }
    }
}
