//! Ends of connections as text, fast: few addresses talk to each other at one time.

use std::io::Write as _;
use std::net::IpAddr;

use super::json_text::number;
use crate::wire::Endpoint;

/// How many addresses are remembered.
const MOST: usize = 4;

/// The last addresses, and their texts with all that stands before the port.
#[derive(Debug, Default)]
pub(super) struct Addresses {
    known: Vec<(IpAddr, Vec<u8>)>,
    next: usize,
}

impl Addresses {
    /// Writes an end of a connection as [`Endpoint`] displays itself.
    pub(super) fn write(&mut self, out: &mut Vec<u8>, endpoint: Endpoint) {
        match self.known.iter().find(|(ip, _)| *ip == endpoint.ip) {
            Some((_, text)) => {
                out.extend_from_slice(text);
                number(out, endpoint.port.into());
            }
            None => self.learn(out, endpoint),
        }
    }

    #[cold]
    fn learn(&mut self, out: &mut Vec<u8>, endpoint: Endpoint) {
        let begin = out.len();
        // Writing to memory cannot fail.
        let _ = write!(out, "{endpoint}");
        let whole = out.get(begin..).unwrap_or_default();
        let port = memchr::memrchr(b':', whole).map_or(whole.len(), |at| at + 1);
        let known = (endpoint.ip, whole.get(..port).unwrap_or_default().to_vec());
        match self.known.get_mut(self.next) {
            Some(oldest) => *oldest = known,
            None => self.known.push(known),
        }
        self.next = (self.next + 1) % MOST;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{any, proptest};

    proptest! {
        #[test]
        fn it_writes_what_the_end_displays(ends in proptest::collection::vec((any::<IpAddr>(), 0_u8..8, any::<u16>()), 1..20)) {
            let mut addresses = Addresses::default();
            for (ip, last, port) in ends {
                for ip in [ip, IpAddr::from([10, 0, 0, last])] {
                    let (endpoint, mut out) = (Endpoint { ip, port }, b"x".to_vec());
                    addresses.write(&mut out, endpoint);
                    assert_eq!(String::from_utf8(out).unwrap(), format!("x{endpoint}"));
                }
            }
        }
    }
}
