//! HTTP/2 cut at every byte, and without each of its packets: no panic, no wrong pair, no value that was never sent.

use super::heard::{Flow, Heard, Message, hear};
use super::recording;
use crate::program::Program;

fn told(bytes: &[u8]) -> Heard {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("part.pcap");
    std::fs::write(&file, bytes).unwrap();
    hear(&file)
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

fn flow<'h>(heard: &'h Heard, like: &Flow) -> &'h Flow {
    heard.flows.iter().find(|flow| (flow.client, flow.server) == (like.client, like.server)).expect("a flow of the whole")
}

/// Whether all that is told as known was said by one of these messages.
fn was_said(part: &Message, whole: &[Message]) -> bool {
    let known: Vec<_> = part.fields.iter().filter(|(name, value)| !format!("{name}{value}").contains("<unknown>")).collect();
    whole.iter().any(|whole| known.iter().all(|field| whole.fields.contains(field)))
}

#[test]
fn every_cut_tells_a_part_of_the_whole() {
    for name in ["curl-h2c-upgrade.pcap", "nghttp-trailer.pcap"] {
        let file = std::fs::read(recording("h2c").join(name)).unwrap();
        let whole = told(&file);
        for end in 24..file.len() {
            for part in told(&file[..end]).flows {
                let whole = flow(&whole, &part);
                for (part, whole) in [(&part.requests, &whole.requests), (&part.responses, &whole.responses)] {
                    assert!(part.len() <= whole.len(), "{name} {end}");
                    for (part, whole) in part.iter().zip(whole) {
                        let fields = if part.cut { &whole.fields[..part.fields.len()] } else { &whole.fields[..] };
                        assert_eq!(part.fields, fields, "{name} {end}");
                    }
                }
            }
        }
    }
}

/// A capture that begins later: what refers to its beginning is inconclusive, and said to be so.
#[test]
fn fields_from_before_the_capture_are_inconclusive() {
    let file = std::fs::read(recording("h2c/h2load.pcap")).unwrap();
    let (header, packets) = packets(&file);
    let spec = "hops:\n  h:\n    request:\n      method: GET\n      path: /index.html\n      headers: { User-Agent: { prefix: h2load } }\n      absent: [X-Debug]\n";
    let run = |from: usize| {
        let bytes = [&[header], &packets[from..]].concat().concat();
        let program = Program::new().file("a.yaml", spec).file("a.pcap", bytes);
        program.run(&["check", "-s", "a.yaml", "--format", "json", "a.pcap"])
    };
    assert_eq!(run(0).code, 0);
    let late = run(40);
    // What stands in the frames themselves is judged as ever.
    assert_eq!(late.code, 0, "{}", late.stdout);
    let report: serde_json::Value = serde_json::from_str(&late.stdout).unwrap();
    let verdict = |subject: &str| {
        let all = report["specs"][0]["hops"][0]["expectations"].as_array().unwrap();
        all.iter().find(|e| e["subject"] == subject).unwrap()["verdict"].clone()
    };
    for subject in ["request.header.User-Agent", "request.header.X-Debug"] {
        assert_eq!(verdict(subject), "inconclusive", "{subject}");
    }
    assert_eq!((verdict("request.method"), verdict("request.path")), ("met".into(), "met".into()));
    let rules: Vec<_> = report["findings"].as_array().unwrap().iter().map(|finding| finding["rule"].as_str().unwrap()).collect();
    assert!(rules.contains(&"capture-undecodable") && !rules.contains(&"field-missing"), "{rules:?}");
}

#[test]
fn every_lost_packet_makes_no_value_up() {
    for name in ["grpc-health.pcap", "nghttp-multi.pcap", "h2load.pcap", "haproxy-h2c-to-h1.pcap", "nghttp-continuation.pcap"] {
        let file = std::fs::read(recording("h2c").join(name)).unwrap();
        let whole = told(&file);
        let (header, packets) = packets(&file);
        for lost in 0..packets.len() {
            let kept = packets.iter().enumerate().filter(|(at, _)| *at != lost).map(|(_, packet)| *packet);
            for part in told(&[&[header], &kept.collect::<Vec<_>>()[..]].concat().concat()).flows {
                let whole = flow(&whole, &part);
                for (part, whole) in [(&part.requests, &whole.requests), (&part.responses, &whole.responses)] {
                    assert!(part.len() <= whole.len(), "{name} without packet {}", lost + 1);
                    let made_up = part.iter().find(|message| !was_said(message, whole));
                    assert!(made_up.is_none(), "{name} without packet {}: {made_up:#?}", lost + 1);
                }
                for (request, response) in &part.exchanges {
                    let (Some(request), Some(response)) = (request, response) else { continue };
                    let together = whole.exchanges.iter().any(|(a, b)| {
                        let (Some(a), Some(b)) = (a, b) else { return false };
                        was_said(request, std::slice::from_ref(a)) && was_said(response, std::slice::from_ref(b))
                    });
                    assert!(together, "{name} without packet {}: {request:#?} {response:#?}", lost + 1);
                }
            }
        }
    }
}
