//! Through the program: what a network or a recorder does to packets does not change the messages that are read.

use crate::kit::{
    Carrier, Conversation, Format, Hop, Packet, Segment, Site, duplicated, hopspec, interleaved, overlapped, packets, shuffled,
    split, write_file,
};
use proptest::collection::vec;
use proptest::prelude::*;

/// The messages of a capture as `show --format jsonl` prints them, without what names packets and times.
fn messages(packets: &[Packet], cut: Option<usize>) -> Vec<String> {
    let mut bytes = write_file(packets, Carrier::ETHERNET.link, Format::ALL[0]);
    bytes.truncate(cut.unwrap_or(bytes.len()));
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("capture.pcap");
    std::fs::write(&path, bytes).expect("a temporary file");
    let run = hopspec(&["show", "--format", "jsonl", path.to_str().expect("a path in UTF-8")]);
    // 3: nothing was there, of which a short cut leaves nothing else.
    assert!(run.code == 0 || (run.code == 3 && run.stdout.is_empty()), "{run:#?}");
    let mut messages: Vec<String> = run.stdout.lines().map(shape).collect();
    // Messages of several flows may complete in another order; those of one flow are told apart by their content.
    messages.sort();
    messages
}

fn shape(line: &str) -> String {
    let mut message: serde_json::Value = serde_json::from_str(line).expect("a line of JSON");
    let object = message.as_object_mut().expect("an object");
    for key in ["capture", "packet", "time", "stream", "anomalies"] {
        object.remove(key);
    }
    message.to_string()
}

/// Three connections at the same time, cut into small segments, with requests that can be told apart.
fn conversations(mss: usize) -> Vec<Segment> {
    let all: Vec<Conversation> = (0..3u16)
        .map(|i| {
            let mut traffic = Site::numbered(u64::from(i)).traffic([Hop::Forward, Hop::Lambda, Hop::HttpViaAlb][usize::from(i)]);
            traffic.client.set_port(30_000 + i);
            let conversation = Conversation::new(traffic.client, traffic.server).with_mss(mss).later(u64::from(i) * 300_000);
            (0..4).fold(conversation, |conversation, n| {
                let (mut request, mut response) = (traffic.request.clone(), traffic.response.clone());
                request.add("X-Number", n.to_string());
                response.add("X-Number", n.to_string());
                conversation.exchange(&request, &response)
            })
        })
        .collect();
    interleaved(&all)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn disordered_captures_hold_the_same_messages(
        mss in 40usize..700,
        window in 1usize..9,
        keys in vec(any::<u8>(), 0..400),
        again in vec(any::<usize>(), 0..20),
        distance in 0usize..6,
        anew in vec(any::<usize>(), 0..10),
        back in 1usize..200,
        cuts in vec(any::<usize>(), 0..10),
        at in 1usize..100,
    ) {
        let plain = conversations(mss);
        let expected = messages(&packets(&plain, Carrier::ETHERNET), None);
        prop_assert_eq!(expected.len(), 3 * 4 * 2);
        let disordered = shuffled(&duplicated(&overlapped(&split(&plain, &cuts, at), &anew, back), &again, distance), window, &keys);
        prop_assert_eq!(messages(&packets(&disordered, Carrier::ETHERNET), None), expected);
    }

    #[test]
    fn a_capture_that_is_cut_holds_the_messages_before_the_cut(cut in 24usize..20_000) {
        let plain = packets(&conversations(500), Carrier::ETHERNET);
        let all = messages(&plain, None);
        let cut = messages(&plain, Some(cut));
        prop_assert!(cut.len() <= all.len());
        // A message whose body was cut is shown as incomplete; every other is one of the whole capture's.
        for message in cut.iter().filter(|m| m.contains("\"body_complete\":true")) {
            prop_assert!(all.contains(message), "{message}");
        }
    }
}
