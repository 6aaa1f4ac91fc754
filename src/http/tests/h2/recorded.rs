//! Recordings cut at every byte, and without each of their packets: no panic, no wrong pair, no message that never was.

use std::path::PathBuf;

use super::super::listener::Listener;
use crate::http::CaptureId;
use crate::source::{Input, read};

fn recording(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/captures/h2c").join(name)
}

/// What a file tells; nothing where it is no capture.
fn told(bytes: &[u8]) -> Listener {
    let mut listener = Listener::default();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cut.pcap");
    std::fs::write(&file, bytes).unwrap();
    let _ = read(&Input::File(file), CaptureId(0), &mut listener);
    listener
}

/// The file's header and its packets.
fn packets(file: &[u8]) -> (&[u8], Vec<&[u8]>) {
    let (header, mut rest) = file.split_at(24);
    let mut packets = Vec::new();
    while rest.len() >= 16 {
        let length = u32::from_le_bytes([rest[8], rest[9], rest[10], rest[11]]) as usize;
        let (packet, behind) = rest.split_at(16 + length);
        packets.push(packet);
        rest = behind;
    }
    (header, packets)
}

#[test]
fn every_cut_tells_a_part_of_the_whole() {
    for name in ["curl-h2c-upgrade.pcap", "nghttp-trailer.pcap", "nghttp-multi.pcap"] {
        let file = std::fs::read(recording(name)).unwrap();
        let whole = told(&file);
        for end in 0..file.len() {
            let part = told(&file[..end]);
            for (part, whole) in part.messages.iter().zip(&whole.messages) {
                if part.flags.is_empty() {
                    assert_eq!((&part.line, &part.fields, &part.answers), (&whole.line, &whole.fields, &whole.answers), "{end}");
                }
            }
            assert!(part.messages.len() <= whole.messages.len(), "{name} {end}");
        }
    }
}

/// A packet that is lost makes fields unknown; what is told as known was said.
#[test]
fn every_lost_packet_makes_no_value_up() {
    for name in ["grpc-health.pcap", "nghttp-multi.pcap", "h2load.pcap", "haproxy-h2c-to-h1.pcap"] {
        let file = std::fs::read(recording(name)).unwrap();
        let whole = told(&file);
        let (header, packets) = packets(&file);
        for lost in 0..packets.len() {
            let kept = packets.iter().enumerate().filter(|(at, _)| *at != lost).map(|(_, packet)| *packet);
            let part = told(&[&[header], &kept.collect::<Vec<_>>()[..]].concat().concat());
            assert!(part.messages.len() <= whole.messages.len(), "{name} {lost}");
            for message in &part.messages {
                let known = |(name, value): &&(String, String)| !format!("{name}{value}").contains("<unknown>");
                let said = whole.messages.iter().any(|whole| {
                    whole.src == message.src && message.fields.iter().filter(known).all(|field| whole.fields.contains(field))
                });
                assert!(said, "{name} without packet {}: {message:#?}", lost + 1);
            }
        }
    }
}
