//! Blocks of pcapng (draft-ietf-opsawg-pcapng): little-endian, times in nanoseconds.

/// The key log of TLS secrets (§4.7).
const KEY_LOG: u32 = 0x544c_534b;

/// Section Header Block (§4.1): who wrote it and what the packets are.
pub(super) fn section(comment: &str) -> Vec<u8> {
    let mut body = Vec::new();
    body.extend(0x1a2b_3c4d_u32.to_le_bytes());
    body.extend(1_u16.to_le_bytes());
    body.extend(0_u16.to_le_bytes());
    // The length of the section is not known.
    body.extend(u64::MAX.to_le_bytes());
    option(&mut body, 1, comment.as_bytes());
    option(&mut body, 4, concat!("hopspec ", env!("CARGO_PKG_VERSION")).as_bytes());
    end_of_options(&mut body);
    block(0x0a0d_0d0a, &body)
}

/// Interface Description Block (§4.2).
pub(super) fn interface(link: u16, name: &str) -> Vec<u8> {
    let mut body = Vec::new();
    body.extend(link.to_le_bytes());
    body.extend(0_u16.to_le_bytes());
    // No limit of the length of packets.
    body.extend(0_u32.to_le_bytes());
    option(&mut body, 2, name.as_bytes());
    // Nanoseconds.
    option(&mut body, 9, &[9]);
    end_of_options(&mut body);
    block(1, &body)
}

/// Enhanced Packet Block (§4.3). `time` is in nanoseconds since 1970, `length` what the packet had on the wire.
pub(super) fn packet(out: &mut Vec<u8>, interface: u32, time: u64, parts: &[&[u8]], length: usize) {
    let size = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
    let captured = parts.iter().fold(0_usize, |sum, part| sum.saturating_add(part.len()));
    let padded = captured.next_multiple_of(4);
    let total = size(padded.saturating_add(32));
    let [high, low] = halves(time);
    for number in [6, total, interface, high, low, size(captured), size(length.max(captured))] {
        out.extend(number.to_le_bytes());
    }
    parts.iter().for_each(|part| out.extend_from_slice(part));
    out.resize(out.len().saturating_add(padded.saturating_sub(captured)), 0);
    out.extend(total.to_le_bytes());
}

/// Decryption Secrets Block (§4.7) with lines of a key log.
pub(super) fn secrets(lines: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    body.extend(KEY_LOG.to_le_bytes());
    body.extend(u32::try_from(lines.len()).unwrap_or(u32::MAX).to_le_bytes());
    body.extend_from_slice(lines);
    block(10, &body)
}

/// Interface Statistics Block (§4.6): packets received, and those that the system dropped.
pub(super) fn statistics(interface: u32, time: u64, received: u64, dropped: u64) -> Vec<u8> {
    let mut body = Vec::new();
    let [high, low] = halves(time);
    for number in [interface, high, low] {
        body.extend(number.to_le_bytes());
    }
    option(&mut body, 4, &received.to_le_bytes());
    option(&mut body, 7, &dropped.to_le_bytes());
    end_of_options(&mut body);
    block(5, &body)
}

fn halves(time: u64) -> [u32; 2] {
    [(time >> 32) as u32, (time & 0xffff_ffff) as u32]
}

fn option(body: &mut Vec<u8>, code: u16, value: &[u8]) {
    let value = value.get(..value.len().min(usize::from(u16::MAX))).unwrap_or_default();
    body.extend(code.to_le_bytes());
    body.extend(u16::try_from(value.len()).unwrap_or(u16::MAX).to_le_bytes());
    body.extend_from_slice(value);
    body.resize(body.len().next_multiple_of(4), 0);
}

fn end_of_options(body: &mut Vec<u8>) {
    body.extend(0_u32.to_le_bytes());
}

fn block(kind: u32, body: &[u8]) -> Vec<u8> {
    let padded = body.len().next_multiple_of(4);
    let total = u32::try_from(padded.saturating_add(12)).unwrap_or(u32::MAX).to_le_bytes();
    let mut block = Vec::with_capacity(padded.saturating_add(12));
    block.extend(kind.to_le_bytes());
    block.extend(total);
    block.extend_from_slice(body);
    block.resize(padded.saturating_add(8), 0);
    block.extend(total);
    block
}
