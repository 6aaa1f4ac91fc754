//! A connection to where the URL says, or where somebody says that it leads.

use std::io::{self, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream, ToSocketAddrs};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, StreamOwned};

use super::Target;
use super::proxy::{self, ProxyVersion};
use crate::live::{Interface, Recorder, Side, Taped, Wire};
use crate::wire::Endpoint;

/// How long one read of a socket waits before the stop is looked at.
const SLICE: Duration = Duration::from_millis(50);

/// `HOST:PORT:ADDR`, as curl's `--resolve` has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolve {
    host: String,
    port: u16,
    ip: IpAddr,
}

impl FromStr for Resolve {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = || format!("expected HOST:PORT:ADDR, as in `api.example.com:443:10.0.2.7`, and not `{text}`");
        let mut parts = text.splitn(3, ':');
        let (Some(host), Some(port), Some(ip)) = (parts.next(), parts.next(), parts.next()) else { return Err(expected()) };
        let ip = ip.trim_start_matches('[').trim_end_matches(']');
        match (port.parse(), ip.parse()) {
            (Ok(port), Ok(ip)) if !host.is_empty() => Ok(Self { host: host.to_owned(), port, ip }),
            _ => Err(expected()),
        }
    }
}

/// How to connect.
#[derive(Debug, Clone)]
pub(super) struct Way {
    pub(super) target: Target,
    pub(super) resolve: Vec<Resolve>,
    pub(super) sni: Option<String>,
    pub(super) proxy: Option<(ProxyVersion, Option<IpAddr>)>,
    pub(super) timeout: Duration,
}

/// A connection, recorded.
pub(super) enum Line {
    Plain(Taped),
    Tls(Box<StreamOwned<ClientConnection, Taped>>),
}

impl Way {
    /// Connects, sends what a proxy says first, and shakes hands.
    ///
    /// # Errors
    /// Why not, and what to look at.
    pub(super) fn connect(
        &self,
        recorder: &Recorder,
        interface: Interface,
        tls: Option<Arc<ClientConfig>>,
    ) -> Result<Line, String> {
        let socket = self.socket()?;
        let failed = |error: io::Error| format!("{}: {error}", self.target.host);
        let (own, peer) = (socket.local_addr().map_err(failed)?, socket.peer_addr().map_err(failed)?);
        socket.set_nodelay(true).and_then(|()| socket.set_read_timeout(Some(self.timeout))).map_err(failed)?;
        socket.set_write_timeout(Some(self.timeout)).map_err(failed)?;
        let mut taped = Taped::new(socket, Wire::open(recorder.clone(), interface, own, peer), Side::Client);
        if let Some((version, client)) = self.proxy {
            let src = client.map_or(own, |ip| SocketAddr::new(ip, own.port()));
            taped.write_all(&proxy::header(version, src, peer)).map_err(failed)?;
        }
        let Some(config) = tls else {
            taped.socket().set_read_timeout(Some(SLICE)).map_err(failed)?;
            return Ok(Line::Plain(taped));
        };
        let name = self.sni.as_deref().unwrap_or(&self.target.host);
        let name = ServerName::try_from(name.to_owned()).map_err(|_| format!("`{name}` is no name that TLS can ask for"))?;
        // The secrets stand before what they open, and a client has the last of them only when it has read all that opens with them.
        taped.keep();
        let mut connection = ClientConnection::new(config, name).map_err(|error| error.to_string())?;
        while connection.is_handshaking() {
            connection.complete_io(&mut taped).map_err(|error| self.not_shaken(&error))?;
        }
        taped.release();
        taped.socket().set_read_timeout(Some(SLICE)).map_err(failed)?;
        Ok(Line::Tls(Box::new(StreamOwned::new(connection, taped))))
    }

    fn not_shaken(&self, error: &io::Error) -> String {
        let said = error.to_string();
        let hint = if said.contains("certificate") {
            "; name whom to trust with --cacert, or trust whoever answers with --insecure"
        } else if said.contains("InvalidContentType") || said.contains("corrupt message") {
            "; the port may speak no TLS: try http://"
        } else {
            ""
        };
        format!("TLS with {}:{} failed: {said}{hint}", self.target.host, self.target.port)
    }

    fn socket(&self) -> Result<TcpStream, String> {
        let Target { host, port, .. } = &self.target;
        let known = self.resolve.iter().filter(|known| known.port == *port && known.host.eq_ignore_ascii_case(host));
        let known: Vec<SocketAddr> = known.map(|known| SocketAddr::new(known.ip, known.port)).collect();
        let addresses = if known.is_empty() {
            let found = (host.as_str(), *port).to_socket_addrs();
            found.map_err(|error| format!("{host} has no address: {error}; --resolve {host}:{port}:ADDR says one"))?.collect()
        } else {
            known
        };
        let mut last = format!("{host} has no address");
        for address in addresses {
            match TcpStream::connect_timeout(&address, self.timeout) {
                Ok(socket) => return Ok(socket),
                Err(error) => last = format!("{address} does not take connections: {error}"),
            }
        }
        Err(last)
    }
}

impl Line {
    /// What both agreed on by ALPN.
    pub(super) fn protocol(&self) -> Option<&[u8]> {
        match self {
            Self::Plain(_) => None,
            Self::Tls(stream) => stream.conn.alpn_protocol(),
        }
    }

    /// Where it is recorded.
    pub(super) fn taped(&mut self) -> &mut Taped {
        match self {
            Self::Plain(taped) => taped,
            Self::Tls(stream) => &mut stream.sock,
        }
    }

    /// The client's end and the server's.
    ///
    /// # Errors
    /// The system knows of no connection any more.
    pub(super) fn ends(&self) -> io::Result<[Endpoint; 2]> {
        let socket = match self {
            Self::Plain(taped) => taped.socket(),
            Self::Tls(stream) => stream.sock.socket(),
        };
        let end = |address: SocketAddr| Endpoint { ip: address.ip().to_canonical(), port: address.port() };
        Ok([end(socket.local_addr()?), end(socket.peer_addr()?)])
    }

    /// We say no more.
    pub(super) fn close(&mut self) {
        match self {
            Self::Plain(taped) => taped.shut(),
            Self::Tls(stream) => {
                stream.conn.send_close_notify();
                let _ = stream.flush();
                stream.sock.shut();
            }
        }
    }
}

impl Read for Line {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(taped) => taped.read(into),
            Self::Tls(stream) => stream.read(into),
        }
    }
}

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(taped) => taped.write(bytes),
            Self::Tls(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(taped) => taped.flush(),
            Self::Tls(stream) => stream.flush(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resolve_is_what_curl_takes() {
        let known: Resolve = "api.example.com:443:10.0.2.7".parse().unwrap();
        assert_eq!((known.host.as_str(), known.port, known.ip.to_string().as_str()), ("api.example.com", 443, "10.0.2.7"));
        assert_eq!("a:80:[::1]".parse::<Resolve>().unwrap().ip.to_string(), "::1");
        for wrong in ["", "a", "a:80", "a:x:10.0.0.1", ":80:10.0.0.1", "a:80:b"] {
            assert!(wrong.parse::<Resolve>().is_err(), "{wrong}");
        }
    }
}
