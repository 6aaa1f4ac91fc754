//! Who speaks, as far as a User-Agent tells.

use crate::check::{before_mask, is_masked};
use crate::http::HeadRef;

/// A service that names itself, and has a kind of exchange of its own.
#[derive(Debug)]
pub(super) struct Known {
    /// How its User-Agent begins. None of these begins with another.
    pub(super) prefix: &'static str,
    /// In names of hops.
    pub(super) name: &'static str,
    /// In `from`.
    pub(super) node: &'static str,
}

const fn known(prefix: &'static str, name: &'static str, node: &'static str) -> Known {
    Known { prefix, name, node }
}

/// Those that are known. Sources: the pages of their makers on health checks, and `docs/sources.md` of what was recorded.
pub(super) const KNOWN: [Known; 10] = [
    known("ELB-HealthChecker/", "elb-health-check", "Elastic Load Balancing (health check)"),
    known("Amazon-Route53-Health-Check-Service", "route-53-health-check", "Route 53 (health check)"),
    known("AmazonAPIGateway_", "api-gateway", "API Gateway"),
    known("Amazon CloudFront", "cloudfront", "CloudFront"),
    known("GoogleHC/", "google-health-check", "Google Cloud load balancer (health check)"),
    known("kube-probe/", "kubernetes-probe", "kubelet (probe)"),
    known("Envoy/HC", "envoy-health-check", "Envoy (health check)"),
    known("Consul Health Check", "consul-health-check", "Consul (health check)"),
    known("Edge Health Probe", "azure-front-door-probe", "Azure Front Door (health probe)"),
    known("Load Balancer Agent", "azure-probe", "Azure load balancer (health probe)"),
];

/// Who a request says that it is of: every line of User-Agent, since a select takes any of them.
#[derive(Debug, Default)]
pub(super) struct Agents<'h> {
    /// Of [`KNOWN`], by their numbers, the first of that list first.
    pub(super) known: Vec<usize>,
    /// The others.
    pub(super) others: Vec<&'h [u8]>,
    /// One may be anybody: it is masked, or cut, or may be lost.
    pub(super) unclear: bool,
}

impl<'h> Agents<'h> {
    /// Who speaks in a request.
    pub(super) fn of(head: &HeadRef<'h>) -> Self {
        let masks = head.head.fidelity.masks;
        let mut found = Self::default();
        let is_agent = |name: &[u8]| name.eq_ignore_ascii_case(b"user-agent");
        for line in head.lines.iter().filter(|line| head.is_field(line) && is_agent(line.name.of(head.raw))) {
            let value = line.value.of(head.raw);
            let clear = if masks { before_mask(value) } else { value };
            if head.is_open_line(line) {
                // What goes on behind the capture's end decides no select, whatever other lines say.
                return Self { unclear: true, ..Self::default() };
            }
            if let Some(at) = KNOWN.iter().position(|known| clear.starts_with(known.prefix.as_bytes())) {
                if !found.known.contains(&at) {
                    found.known.push(at);
                }
            } else if masks && is_masked(value) {
                found.unclear = true;
            } else {
                found.others.push(value);
            }
        }
        found.known.sort_unstable();
        found.unclear |= found.is_none() && head.head.flags.is_partial();
        found
    }

    /// Nobody is named.
    pub(super) fn is_none(&self) -> bool {
        self.known.is_empty() && self.others.is_empty() && !self.unclear
    }
}

/// How the User-Agents of a family begin: up to the first slash. Of two families neither begins with the other, or they are one.
pub(super) fn family(agent: &[u8]) -> Option<&str> {
    let slash = agent.iter().position(|b| *b == b'/')?;
    std::str::from_utf8(agent.get(..=slash)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_known_agent_begins_with_another() {
        for (at, one) in KNOWN.iter().enumerate() {
            for other in KNOWN.iter().skip(at + 1) {
                assert!(!one.prefix.starts_with(other.prefix) && !other.prefix.starts_with(one.prefix));
                assert_ne!(one.name, other.name);
            }
        }
    }

    #[test]
    fn a_family_ends_with_its_slash() {
        assert_eq!(family(b"Go-http-client/1.1"), Some("Go-http-client/"));
        assert_eq!(family(b"probe"), None);
    }
}
