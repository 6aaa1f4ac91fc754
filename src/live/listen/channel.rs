//! The bytes of HTTP on a connection: as they are on the wire, or behind TLS, which stands above the tape.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;

use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::live::Taped;

#[derive(Debug)]
pub(super) enum Channel {
    Plain(Taped),
    Secured(Box<StreamOwned<ServerConnection, Taped>>),
}

impl Channel {
    pub(super) fn open(mut taped: Taped, secured: Option<&Arc<ServerConfig>>) -> io::Result<Self> {
        let Some(config) = secured else { return Ok(Self::Plain(taped)) };
        taped.hold();
        let connection = ServerConnection::new(Arc::clone(config)).map_err(io::Error::other)?;
        Ok(Self::Secured(Box::new(StreamOwned::new(connection, taped))))
    }

    fn taped(&mut self) -> &mut Taped {
        match self {
            Self::Plain(taped) => taped,
            Self::Secured(stream) => &mut stream.sock,
        }
    }

    pub(super) fn socket(&self) -> &TcpStream {
        match self {
            Self::Plain(taped) => taped.socket(),
            Self::Secured(stream) => stream.sock.socket(),
        }
    }

    /// TLS is not yet agreed on.
    pub(super) fn is_handshaking(&self) -> bool {
        matches!(self, Self::Secured(stream) if stream.conn.is_handshaking())
    }

    /// We say no more.
    pub(super) fn shut(&mut self) {
        if let Self::Secured(stream) = self {
            stream.conn.send_close_notify();
            let _ = stream.conn.write_tls(&mut stream.sock);
        }
        self.taped().shut();
    }

    /// The connection is broken off.
    pub(super) fn reset(&mut self) {
        self.taped().reset();
    }

    /// Reads bytes of the wire that nobody wants any more.
    pub(super) fn drain(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.taped().read(into)
    }
}

impl Read for Channel {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(taped) => taped.read(into),
            Self::Secured(stream) => {
                let read = stream.read(into);
                stream.sock.settle();
                read
            }
        }
    }
}

impl Write for Channel {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(taped) => taped.write(bytes),
            Self::Secured(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(taped) => taped.flush(),
            Self::Secured(stream) => stream.flush(),
        }
    }
}
