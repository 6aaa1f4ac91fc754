//! What may stand before everything else: a header of the PROXY protocol, before TLS, too.

use std::io::{self, Read as _};
use std::time::{Duration, Instant};

use crate::live::{LOOK, Stop, Taped};
use crate::proxy_protocol::{Opening, opening};

/// Reads the header; nothing where there is none. What stands behind it is still to be read.
///
/// # Errors
/// The connection broke, the run is over, or the header takes too long: the first byte may take `idle`, the rest `time`.
pub(super) fn proxy_header(taped: &mut Taped, stop: &Stop, idle: Duration, time: Duration) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut until = Instant::now().checked_add(idle);
    let mut chunk = [0; 4096];
    loop {
        match opening(&bytes) {
            Opening::More => {}
            Opening::Header(_, length) => {
                taped.put_back(bytes.get(length..).unwrap_or_default());
                bytes.truncate(length);
                return Ok(bytes);
            }
            Opening::Other | Opening::Malformed(_) => {
                taped.put_back(&bytes);
                return Ok(Vec::new());
            }
        }
        if stop.ended().is_some() || until.is_some_and(|until| Instant::now() >= until) {
            return Err(io::ErrorKind::TimedOut.into());
        }
        taped.socket().set_read_timeout(Some(LOOK))?;
        match taped.read(&mut chunk) {
            Ok(0) => {
                taped.put_back(&bytes);
                return Ok(Vec::new());
            }
            Ok(read) => {
                if bytes.is_empty() {
                    until = Instant::now().checked_add(time);
                }
                bytes.extend_from_slice(chunk.get(..read).unwrap_or_default());
            }
            Err(error) if is_wait(&error) => {}
            Err(error) => return Err(error),
        }
    }
}

/// Whether TLS begins with the next byte (RFC 8446 §5.1: a handshake); nothing where no byte comes.
///
/// # Errors
/// As [`proxy_header`].
pub(super) fn is_tls(taped: &mut Taped, stop: &Stop, idle: Duration) -> io::Result<Option<bool>> {
    let until = Instant::now().checked_add(idle);
    let mut first = [0];
    loop {
        if stop.ended().is_some() || until.is_some_and(|until| Instant::now() >= until) {
            return Err(io::ErrorKind::TimedOut.into());
        }
        taped.socket().set_read_timeout(Some(LOOK))?;
        match taped.read(&mut first) {
            Ok(0) => return Ok(None),
            Ok(_) => {
                taped.put_back(&first);
                return Ok(Some(first == [0x16]));
            }
            Err(error) if is_wait(&error) => {}
            Err(error) => return Err(error),
        }
    }
}

/// Nothing came in time, or the system wants to be asked again.
pub(super) fn is_wait(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted)
}
