//! MPLS (RFC 3032): a stack of labels, behind which nothing says what follows.

use crate::wire::network::Network;
use crate::wire::rest::Rest;
use crate::wire::{Decoded, WireError, ip, link};

const LAYER: &str = "MPLS label";

/// What stands behind the last label. By its first four bits it is IP, or a pseudowire: a control word (RFC 4385 §3)
/// begins with 0. A frame of a pseudowire without one may begin as IP does (RFC 4928), and is one where it makes no IP.
pub(in crate::wire) fn mpls(rest: Rest<'_>) -> Result<Decoded<'_>, WireError> {
    let mut rest = rest.within(Network::Same, LAYER)?;
    loop {
        let label: &[u8; 4] = rest.head(LAYER)?;
        rest = rest.behind(4, LAYER)?;
        if label[2] & 0x01 != 0 {
            break;
        }
    }
    match rest.head::<1>("packet behind MPLS labels")?[0] >> 4 {
        4 | 6 => match ip::ip(rest) {
            Err(_) if is_frame(&rest) => link::ethernet(rest),
            outcome => outcome,
        },
        0 if !is_frame(&rest) => link::ethernet(rest.behind(4, "pseudowire control word")?),
        0 => link::ethernet(rest),
        1 => Ok(Decoded::Other("an MPLS control channel")),
        _ if is_frame(&rest) => link::ethernet(rest),
        _ => Ok(Decoded::Other("MPLS of another protocol")),
    }
}

/// Whether an EtherType stands where it does in an Ethernet frame.
fn is_frame(rest: &Rest<'_>) -> bool {
    matches!(rest.bytes.get(12..14), Some([0x08, 0x00 | 0x06] | [0x86, 0xdd] | [0x81, 0x00] | [0x88, 0x47 | 0xa8]))
}
