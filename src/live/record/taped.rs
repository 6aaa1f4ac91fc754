//! A socket whose bytes are recorded as they pass.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};

use super::{Side, Wire};

/// A TCP connection, recorded. TLS stands above it, so that what is recorded is what was on the wire.
#[derive(Debug)]
pub struct Taped {
    socket: TcpStream,
    wire: Wire,
    /// Which side we are.
    own: Side,
}

impl Taped {
    /// Records a connection on which we are this side.
    #[must_use]
    pub fn new(socket: TcpStream, wire: Wire, own: Side) -> Self {
        Self { socket, wire, own }
    }

    /// The socket.
    #[must_use]
    pub fn socket(&self) -> &TcpStream {
        &self.socket
    }

    /// We say no more.
    pub fn shut(&mut self) {
        let _ = self.socket.shutdown(Shutdown::Write);
        self.wire.shut(self.own);
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
        let peer = self.peer();
        match self.socket.read(into) {
            Ok(0) if into.is_empty() => Ok(0),
            Ok(0) => {
                self.wire.shut(peer);
                Ok(0)
            }
            Ok(read) => {
                self.wire.said(peer, into.get(..read).unwrap_or_default());
                Ok(read)
            }
            Err(error) => {
                if matches!(error.kind(), io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted) {
                    self.wire.reset(peer);
                }
                Err(error)
            }
        }
    }
}

impl Write for Taped {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.socket.write(bytes)?;
        self.wire.said(self.own, bytes.get(..written).unwrap_or_default());
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.socket.flush()
    }
}
