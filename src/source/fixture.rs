//! Packets for tests: raw IPv4 between a client and a server.

/// Who sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// `10.0.1.5:49152`
    Client,
    /// `10.0.2.7:8080`
    Server,
}

/// A packet from the client: protocol, flags and fragment offset, what it carries.
pub(super) fn ipv4(protocol: u8, fragment: u16, payload: &[u8]) -> Vec<u8> {
    let [high, low] = (20 + payload.len() as u16).to_be_bytes();
    let [flags, offset] = fragment.to_be_bytes();
    let head = [0x45, 0, high, low, 0, 1, flags, offset, 64, protocol, 0, 0, 10, 0, 1, 5, 10, 0, 2, 7];
    [&head[..], payload].concat()
}

/// A segment that carries this from its sequence number on.
pub(super) fn tcp(side: Side, seq: u32, payload: &[u8]) -> Vec<u8> {
    let head = [&[0xc0, 0, 0x1f, 0x90][..], &seq.to_be_bytes(), &[0; 4], &[0x50, 0x18, 0xff, 0xff, 0, 0, 0, 0]].concat();
    let mut packet = ipv4(6, 0, &[&head[..], payload].concat());
    if side == Side::Server {
        packet[12..20].rotate_left(4);
        packet[20..24].rotate_left(2);
    }
    packet
}
