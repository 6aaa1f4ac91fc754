//! A socket whose bytes are recorded as they pass.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};

use super::recorder::now;
use super::{Side, Wire};

/// So many bytes are kept back.
const MOST_KEPT: usize = 16 << 20;

/// A TCP connection, recorded. TLS stands above it, so that what is recorded is what was on the wire.
#[derive(Debug)]
pub struct Taped {
    socket: TcpStream,
    wire: Wire,
    /// Which side we are.
    own: Side,
    /// Bytes that were read, and are to be read again.
    again: Vec<u8>,
    /// Bytes that wait, for the secrets which open them or for what is to stand before them: when they passed, and who said them.
    held: Vec<(u64, Side, Vec<u8>)>,
    holds: bool,
    /// They wait until they are released.
    keeps: bool,
    /// The other side says no more.
    ended: bool,
    /// So many bytes of what is written next are recorded.
    told: usize,
}

impl Taped {
    /// Records a connection on which we are this side.
    #[must_use]
    pub fn new(socket: TcpStream, wire: Wire, own: Side) -> Self {
        Self { socket, wire, own, again: Vec::new(), held: Vec::new(), holds: false, keeps: false, ended: false, told: 0 }
    }

    /// From here on TLS is spoken: what is read is recorded when the next bytes are read or written, behind the secrets that it
    /// gave.
    pub fn hold(&mut self) {
        self.holds = true;
    }

    /// Records what waits for its secrets.
    pub fn settle(&mut self) {
        let held: usize = self.held.iter().map(|(.., bytes)| bytes.len()).sum();
        if self.keeps && held <= MOST_KEPT {
            return;
        }
        for (time, side, bytes) in std::mem::take(&mut self.held) {
            self.wire.said_at(side, &bytes, time);
        }
    }

    /// From here on what both sides say is recorded once it is released, in its order and with its times: something may have to
    /// stand before it. No more than some megabytes wait.
    pub fn keep(&mut self) {
        self.keeps = true;
    }

    /// Records what was kept.
    pub fn release(&mut self) {
        self.keeps = false;
        self.settle();
        if self.ended {
            self.wire.shut(self.peer());
        }
    }

    /// Puts bytes back that were read: they come again, and are not recorded twice.
    pub fn put_back(&mut self, bytes: &[u8]) {
        self.again.splice(..0, bytes.iter().copied());
    }

    /// The socket.
    #[must_use]
    pub fn socket(&self) -> &TcpStream {
        &self.socket
    }

    /// We say no more.
    pub fn shut(&mut self) {
        self.release();
        let _ = self.socket.shutdown(Shutdown::Write);
        self.wire.shut(self.own);
    }

    /// We break the connection off.
    pub fn reset(&mut self) {
        self.release();
        let _ = self.socket.shutdown(Shutdown::Both);
        self.wire.reset(self.own);
    }

    fn peer(&self) -> Side {
        match self.own {
            Side::Client => Side::Server,
            Side::Server => Side::Client,
        }
    }
}

impl Read for Taped {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.settle();
        if !self.again.is_empty() {
            let read = self.again.len().min(into.len());
            if let Some(into) = into.get_mut(..read) {
                into.copy_from_slice(&self.again[..read]);
            }
            self.again.drain(..read);
            return Ok(read);
        }
        let peer = self.peer();
        match self.socket.read(into) {
            Ok(0) if into.is_empty() => Ok(0),
            Ok(0) => {
                self.ended = true;
                if !self.keeps {
                    self.wire.shut(peer);
                }
                Ok(0)
            }
            Ok(read) => {
                let bytes = into.get(..read).unwrap_or_default();
                if self.holds || self.keeps {
                    self.held.push((now(), peer, bytes.to_vec()));
                } else {
                    self.wire.said(peer, bytes);
                }
                Ok(read)
            }
            Err(error) => {
                if matches!(error.kind(), io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted) {
                    self.release();
                    self.wire.reset(peer);
                }
                Err(error)
            }
        }
    }
}

impl Write for Taped {
    /// What is written is recorded before it is sent, since the other side may answer before the next line of this runs.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.settle();
        if let Some(new) = bytes.get(self.told..).filter(|new| !new.is_empty()) {
            if self.keeps {
                self.held.push((now(), self.own, new.to_vec()));
            } else {
                self.wire.said(self.own, new);
            }
            self.told = bytes.len();
        }
        let written = self.socket.write(bytes)?;
        // The rest is offered again.
        self.told = self.told.saturating_sub(written);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.socket.flush()
    }
}

impl Drop for Taped {
    fn drop(&mut self) {
        self.release();
    }
}
