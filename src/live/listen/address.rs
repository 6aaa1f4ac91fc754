//! Where it listens, as people write it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, ToSocketAddrs};
use std::str::FromStr;

/// Where nothing else is said.
const PORT: u16 = 8000;

/// An address to listen at. Without a host it is this machine alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    host: String,
    port: u16,
}

impl Default for Address {
    fn default() -> Self {
        Self { host: Ipv4Addr::LOCALHOST.to_string(), port: PORT }
    }
}

impl FromStr for Address {
    type Err = String;

    /// `8000`, `:8000`, `0.0.0.0:8000`, `[::]:8000`, `::1`, `localhost:8000`
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("expected an address, as `127.0.0.1:8000`, `[::]:8000`, `:8000` or `8000`, and not `{text}`");
        let this = Self::default();
        if text.parse::<IpAddr>().is_ok() {
            return Ok(Self { host: text.to_owned(), ..this });
        }
        if let Some(inner) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            let ip: IpAddr = inner.parse().map_err(|_| wrong())?;
            return Ok(Self { host: ip.to_string(), ..this });
        }
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) => (host, Some(port)),
            None if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) => ("", Some(text)),
            None => (text, None),
        };
        let port = port.map_or(Ok(PORT), |port| port.parse().map_err(|_| wrong()))?;
        let host = match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
            Some(ip) => ip.parse::<IpAddr>().map_err(|_| wrong())?.to_string(),
            None if host.contains([':', '[', ']', '/', ' ']) || text.is_empty() => return Err(wrong()),
            None if host.is_empty() => this.host,
            None => host.to_owned(),
        };
        Ok(Self { host, port })
    }
}

impl Address {
    /// The name or address of the host.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The sockets that it means.
    ///
    /// # Errors
    /// A name that is not known.
    pub(super) fn sockets(&self) -> Result<Vec<SocketAddr>, String> {
        let found = (self.host.as_str(), self.port).to_socket_addrs();
        found.map(Iterator::collect).map_err(|error| format!("{}: {error}", self.host))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_as_people_write_them() {
        for (text, host, port) in [
            ("8000", "127.0.0.1", 8000),
            (":0", "127.0.0.1", 0),
            ("0.0.0.0:80", "0.0.0.0", 80),
            ("0.0.0.0", "0.0.0.0", 8000),
            ("[::]:8443", "::", 8443),
            ("[::1]", "::1", 8000),
            ("::1", "::1", 8000),
            ("localhost:1", "localhost", 1),
            ("localhost", "localhost", 8000),
        ] {
            assert_eq!(text.parse(), Ok(Address { host: host.to_owned(), port }), "{text}");
        }
        for wrong in ["", "a:b", "70000", ":", "1.2.3.4:", "[::", "http://localhost:80", "::1:80:x"] {
            assert!(wrong.parse::<Address>().is_err(), "{wrong}");
        }
    }
}
