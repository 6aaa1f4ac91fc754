//! The same recordings in other files: nanoseconds, gzip, cut packets, several captures in one.

use super::heard::{Heard, Message, hear};
use super::recording;
use crate::kit::hopspec;

fn flows(heard: &Heard) -> Vec<String> {
    heard.flows.iter().map(|flow| format!("{flow:?}")).collect()
}

/// What `show` prints of a file, but for the file's name.
fn shown(file: &str) -> String {
    let path = recording(file);
    let run = hopspec(&["show", "--format", "jsonl", path.to_str().unwrap()]);
    assert_eq!(run.code, 0, "{file}: {}", run.stderr);
    run.stdout.replace(path.to_str().unwrap(), "FILE")
}

#[test]
fn nanoseconds_and_gzip_change_nothing() {
    let original = hear(&recording("proxies/envoy.pcap"));
    for file in ["misc-nsec.pcap", "misc-envoy.pcap.gz"] {
        let heard = hear(&recording(file));
        assert_eq!(flows(&heard), flows(&original), "{file}");
        assert_eq!((heard.anomalies(), heard.undecoded()), (original.anomalies(), original.undecoded()), "{file}");
        assert_eq!(heard.summary.packets, original.summary.packets, "{file}");
        // Numbers of packets and times, too.
        assert_eq!(shown(file), shown("proxies/envoy.pcap"), "{file}");
    }
}

/// Whether this is the other message, cut: its lines in order, the last of them begun.
fn is_beginning(cut: &Message, whole: &Message) -> bool {
    let Some((last, before)) = cut.lines.split_last() else { return false };
    let count = before.len();
    whole.lines.starts_with(before) && whole.lines.get(count).is_some_and(|line| line.starts_with(last.as_str()))
}

#[test]
fn a_snap_length_cuts_heads_and_says_so() {
    let (heard, original) = (hear(&recording("misc-snaplen200.pcap")), hear(&recording("proxies/nginx-typical.pcap")));
    assert_eq!(heard.flows.len(), original.flows.len());
    let mut cut = 0;
    for (flow, whole) in heard.flows.iter().zip(&original.flows) {
        assert_eq!((flow.client, flow.server), (whole.client, whole.server));
        for (these, those) in [(&flow.requests, &whole.requests), (&flow.responses, &whole.responses)] {
            assert_eq!(these.len(), those.len());
            for (message, whole) in these.iter().zip(those) {
                assert_eq!((&message.lines[0], &message.asks), (&whole.lines[0], &whole.asks));
                if message.cut {
                    cut += 1;
                    assert!(is_beginning(message, whole), "{message:?}");
                    assert_eq!(message.complete, Some(false));
                } else {
                    assert_eq!((&message.lines, &message.fields), (&whole.lines, &whole.fields));
                }
            }
        }
        // Whatever was cut, nothing is paired that did not belong together.
        let lines = |pairs: &[(Option<Message>, Option<Message>)]| {
            pairs
                .iter()
                .filter_map(|(a, b)| Some((a.as_ref()?.lines[0].clone(), b.as_ref()?.lines[0].clone())))
                .collect::<Vec<_>>()
        };
        let (here, there) = (lines(&flow.exchanges), lines(&whole.exchanges));
        assert!(here.iter().all(|pair| there.contains(pair)), "{here:?} of {there:?}");
    }
    assert_eq!(cut, 17);
    assert_eq!(heard.anomalies(), [("packet-cut", 18), ("stream-gap", 18), ("head-incomplete", 17)]);
}

#[test]
fn a_merged_file_holds_all_of_its_captures() {
    let heard = hear(&recording("misc-merged.pcapng"));
    let parts =
        ["proxies/nginx-default.pcap", "h2c/curl-prior-knowledge.pcap", "netns/any-sll2.pcap"].map(|part| hear(&recording(part)));
    let all: Vec<_> = parts.iter().flat_map(flows).collect();
    assert_eq!(flows(&heard), all);
    assert_eq!(heard.anomalies(), [("duplicate-packet", 6)]);
    let mut undecoded: Vec<_> = parts.iter().flat_map(Heard::undecoded).collect();
    undecoded.sort_unstable();
    let mut here = heard.undecoded();
    here.sort_unstable();
    assert_eq!(here, undecoded);
}
