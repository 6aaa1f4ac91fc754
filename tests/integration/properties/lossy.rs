//! Segments that the capture does not hold take no more with them than they must.

use proptest::collection::vec;
use proptest::prelude::*;

use super::seen::{Seen, see};
use super::traffic::{Direction, Sent, plan, segments, traffic};
use crate::kit::{Carrier, Conversation, Format, Link, Segment, lost, packets, write_file};
use hopspec::anomaly::AnomalyKind;

/// The ranges of each stream that are not in the capture.
fn holes(conversations: &[Conversation], whole: &[Segment], kept: &[Segment]) -> Vec<(Direction, std::ops::Range<usize>)> {
    let first = |segment: &Segment| {
        conversations
            .iter()
            .find_map(|c| match (segment.src, segment.dst) {
                (src, dst) if (src, dst) == (c.client, c.server) => Some(c.first_seq[0]),
                (src, dst) if (src, dst) == (c.server, c.client) => Some(c.first_seq[1]),
                _ => None,
            })
            .unwrap()
    };
    whole
        .iter()
        .filter(|segment| !segment.payload.is_empty() && !kept.contains(segment))
        .map(|segment| {
            let start = segment.seq.wrapping_sub(first(segment)).wrapping_sub(1) as usize;
            ((segment.src, segment.dst), start..start + segment.payload.len())
        })
        .collect()
}

/// Whether two ranges have a byte in common.
fn overlap(a: &std::ops::Range<usize>, b: &std::ops::Range<usize>) -> bool {
    a.start < b.end && b.start < a.end
}

fn find<'a>(seen: &'a [Seen], sent: &Sent) -> Option<&'a Seen> {
    seen.iter().find(|seen| seen.told.fields.first() == sent.told.fields.first() && seen.told.line == sent.told.line)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn what_is_there_is_found_and_what_is_not_is_told(plans in vec(plan(false), 1..4), which in vec(any::<usize>(), 1..5)) {
        let (conversations, sent) = traffic(&plans);
        let whole = segments(&conversations);
        let kept = lost(&whole, &which);
        let holes = holes(&conversations, &whole, &kept);
        let (summary, seen) = see(&write_file(&packets(&kept, Carrier::ETHERNET), Link::Ethernet, Format::ALL[0]));
        let summary = summary.expect("a capture");
        // One byte at the end of a stream may as well have been its FIN.
        let told = summary.anomalies.count(AnomalyKind::StreamGap) > 0 || holes.iter().all(|(_, hole)| hole.len() == 1);
        prop_assert!(told, "{:?} {:?}", holes, summary.anomalies);
        let seen = seen.streams();
        for (direction, sent) in &sent {
            let holes: Vec<_> = holes.iter().filter(|(of, _)| of == direction).map(|(_, hole)| hole).collect();
            let all = seen.get(direction).map_or(&[][..], Vec::as_slice);
            for message in sent {
                let head = message.bytes.start..message.head;
                if holes.iter().any(|hole| overlap(hole, &head)) {
                    continue;
                }
                let found = find(all, message);
                let Some(found) = found else {
                    return Err(TestCaseError::fail(format!("{message:?} is not found; lost {holes:?}; seen {all:?}")));
                };
                prop_assert_eq!(&found.told.fields, &message.told.fields);
                if !holes.iter().any(|hole| overlap(hole, &message.bytes)) {
                    prop_assert_eq!(&found.told, &message.told, "lost {:?}", holes);
                }
            }
            // Nothing is made up of what stands before and behind a hole.
            for seen in all.iter().filter(|seen| !seen.cut) {
                let known = sent.iter().any(|sent| sent.told.line == seen.told.line && sent.told.fields == seen.told.fields);
                prop_assert!(known, "{:?} was never sent; lost {:?}", seen, holes);
            }
        }
    }
}
