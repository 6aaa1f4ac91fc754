//! A header, taken apart.

use std::fmt;

use crate::wire::Endpoint;

/// A header of the PROXY protocol.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProxyHeader {
    /// 1 (a line of text) or 2 (binary).
    pub version: u8,
    /// Who opened the connection for whom. Version 1 knows `PROXY` only.
    pub command: Command,
    /// Over what the client's connection runs.
    pub family: Family,
    /// The two ends of the client's connection.
    pub addresses: Addresses,
    /// What stands behind the addresses in version 2, in order.
    pub tlvs: Vec<Tlv>,
    /// The checksum over the header, where it has one (`PP2_TYPE_CRC32C`).
    pub checksum: Option<Checksum>,
    /// What is wrong in it, first: what stands behind that place is not known.
    pub fault: Option<Fault>,
}

/// Who opened the connection for whom (§2.2).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Command {
    /// The proxy speaks for itself, as in a health check: the addresses say nothing.
    Local,
    /// The proxy speaks for a client.
    #[default]
    Proxy,
}

impl Command {
    /// As the specification writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Local => "LOCAL",
            Self::Proxy => "PROXY",
        }
    }
}

/// Address family and transport of the client's connection (§2.1, §2.2).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Family {
    /// `UNKNOWN` in version 1, `AF_UNSPEC` or `UNSPEC` in version 2.
    #[default]
    Unknown,
    /// TCP over IPv4
    Tcp4,
    /// TCP over IPv6
    Tcp6,
    /// UDP over IPv4
    Udp4,
    /// UDP over IPv6
    Udp6,
    /// A stream of a UNIX socket
    UnixStream,
    /// Datagrams of a UNIX socket
    UnixDatagram,
}

impl Family {
    /// As version 1 writes it, and in the same way what only version 2 knows.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Unknown => "UNKNOWN",
            Self::Tcp4 => "TCP4",
            Self::Tcp6 => "TCP6",
            Self::Udp4 => "UDP4",
            Self::Udp6 => "UDP6",
            Self::UnixStream => "UNIX-STREAM",
            Self::UnixDatagram => "UNIX-DATAGRAM",
        }
    }
}

/// The two ends of the client's connection.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Addresses {
    /// It has none.
    #[default]
    None,
    /// Address and port.
    Ip {
        /// The client's end.
        src: Endpoint,
        /// The proxy's end.
        dst: Endpoint,
    },
    /// Paths of UNIX sockets, without the zeros behind them.
    Unix {
        /// The client's end.
        src: Vec<u8>,
        /// The proxy's end.
        dst: Vec<u8>,
    },
}

/// A type-length-value of version 2 (§2.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tlv {
    /// Its type.
    pub kind: u8,
    /// Its value.
    pub value: Vec<u8>,
}

/// A checksum (CRC-32C, §2.2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checksum {
    /// What the header says.
    pub given: u32,
    /// What its bytes give.
    pub computed: u32,
}

/// What is wrong in a header, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The byte of the header where it is, counted from 0.
    pub at: usize,
    /// What was needed and what was there.
    pub what: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "byte {}: {}", self.at, self.what)
    }
}

impl ProxyHeader {
    /// The client's end of the connection that the proxy speaks for; none where it speaks for itself or does not say.
    #[must_use]
    pub fn client(&self) -> Option<Endpoint> {
        match (self.command, &self.addresses) {
            (Command::Proxy, Addresses::Ip { src, .. }) => Some(*src),
            _ => None,
        }
    }

    /// What it takes of memory.
    #[must_use]
    pub fn size(&self) -> usize {
        // Beside the bytes of each place, what the allocator adds.
        let place = |bytes: usize| if bytes == 0 { 0 } else { bytes.saturating_add(16) };
        let paths = match &self.addresses {
            Addresses::Unix { src, dst } => place(src.capacity()).saturating_add(place(dst.capacity())),
            _ => 0,
        };
        let fault = self.fault.as_ref().map_or(0, |fault| place(fault.what.capacity()));
        let own = place(size_of::<Self>()).saturating_add(place(self.tlvs.capacity().saturating_mul(size_of::<Tlv>())));
        let values = self.tlvs.iter().fold(0_usize, |sum, tlv| sum.saturating_add(place(tlv.value.capacity())));
        own.saturating_add(paths).saturating_add(fault).saturating_add(values)
    }

    /// The proxy's end of that connection.
    #[must_use]
    pub fn server(&self) -> Option<Endpoint> {
        match (self.command, &self.addresses) {
            (Command::Proxy, Addresses::Ip { dst, .. }) => Some(*dst),
            _ => None,
        }
    }
}
