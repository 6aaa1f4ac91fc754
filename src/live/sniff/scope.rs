//! What is sniffed, and what became of it.

use std::net::IpAddr;

/// The name that stands for every interface, and for those that come later.
const ANY: &str = "any";

/// Where it is sniffed, and which packets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// Names of interfaces, or `any`.
    pub interfaces: Vec<String>,
    /// Only packets from or to one of these TCP ports; all if there is none.
    pub ports: Vec<u16>,
    /// Only packets from or to one of these addresses; all if there is none.
    pub hosts: Vec<IpAddr>,
}

impl Scope {
    /// Whether every interface is meant.
    #[must_use]
    pub fn is_any(&self) -> bool {
        self.interfaces.iter().any(|name| name == ANY)
    }

    /// The interfaces in a sentence and in reports.
    #[must_use]
    pub fn named(&self) -> String {
        if self.is_any() { ANY.to_owned() } else { self.interfaces.join(",") }
    }

    /// The same for tcpdump, which knows one interface only.
    pub(super) fn for_tcpdump(&self) -> String {
        let interface = match self.interfaces.as_slice() {
            [one] => one,
            _ => ANY,
        };
        let either = |kind: &str, values: Vec<String>| {
            let each: Vec<String> = values.iter().map(|value| format!("{kind} {value}")).collect();
            if each.len() > 1 { format!("({})", each.join(" or ")) } else { each.concat() }
        };
        let ports = either("tcp port", self.ports.iter().map(ToString::to_string).collect());
        let hosts = either("host", self.hosts.iter().map(ToString::to_string).collect());
        let expression: Vec<String> = [ports, hosts].into_iter().filter(|part| !part.is_empty()).collect();
        let expression = if expression.is_empty() { String::new() } else { format!(" '{}'", expression.join(" and ")) };
        format!("sudo tcpdump -i {interface} -s 0 --immediate-mode -B 65536 -U -w -{expression}")
    }
}

/// What a sniffer took in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sniffed {
    /// Packets of the scope that came by.
    pub received: u64,
    /// So many of these the kernel dropped, since they came faster than they were read.
    pub dropped: u64,
    /// Bytes that the kernel keeps until they are read.
    pub buffer: usize,
}

impl Sniffed {
    /// With less room than this, packets are dropped while the machine is busy for a moment.
    const ROOM: usize = 8 << 20;

    /// What to do where packets were dropped.
    #[must_use]
    pub fn advice(&self) -> &'static str {
        if self.buffer < Self::ROOM {
            "the kernel's buffer is small: give the program cap_net_admin beside cap_net_raw, or raise net.core.rmem_max to 67108864"
        } else {
            "narrow it with --port or --host, or record with tcpdump and check the file"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tcpdump_is_told_the_same() {
        let scope = |interfaces: &[&str], ports: &[u16], hosts: &[&str]| Scope {
            interfaces: interfaces.iter().map(ToString::to_string).collect(),
            ports: ports.to_vec(),
            hosts: hosts.iter().map(|host| host.parse().unwrap()).collect(),
        };
        let told =
            |scope: Scope| scope.for_tcpdump().replace("sudo tcpdump -i ", "").replace(" -s 0 --immediate-mode -B 65536 -U", "");
        assert_eq!(told(scope(&["lo"], &[], &[])), "lo -w -");
        assert_eq!(told(scope(&["lo"], &[80], &[])), "lo -w - 'tcp port 80'");
        assert_eq!(
            told(scope(&["lo", "eth0"], &[80, 81], &["::1", "10.0.0.1"])),
            "any -w - '(tcp port 80 or tcp port 81) and (host ::1 or host 10.0.0.1)'"
        );
    }
}
