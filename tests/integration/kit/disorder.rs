//! What networks and recorders do to segments. Times stay in the order of the capture; what each does to one segment is a
//! choice by number, so that a property test can shrink it.

use super::Segment;

/// Packets change places with others of the same window: within each run of `window` packets they are put in the order of
/// their keys (missing keys count as 0). Opening and closing segments keep their places, for a FIN that comes early or a
/// SYN that comes late is another story.
pub(crate) fn shuffled(segments: &[Segment], window: usize, keys: &[u8]) -> Vec<Segment> {
    let mut out = segments.to_vec();
    let keyed: Vec<usize> = (0..out.len()).filter(|i| !out[*i].syn && !out[*i].fin && !out[*i].rst).collect();
    for places in keyed.chunks(window.max(1)) {
        let mut order = places.to_vec();
        order.sort_by_key(|i| keys.get(*i).copied().unwrap_or(0));
        for (place, from) in places.iter().zip(order) {
            out[*place] = Segment { time: segments[*place].time, ..segments[from].clone() };
        }
    }
    out
}

/// The segments with these numbers (modulo how many there are) are captured a second time, `distance` packets later.
pub(crate) fn duplicated(segments: &[Segment], which: &[usize], distance: usize) -> Vec<Segment> {
    let mut out = segments.to_vec();
    let mut which: Vec<usize> = which.iter().map(|i| i % segments.len().max(1)).collect();
    which.sort_unstable();
    which.dedup();
    for i in which.into_iter().rev() {
        let Some(copy) = segments.get(i).cloned() else { continue };
        let place = (i + 1 + distance).min(out.len());
        let time = out[place - 1].time + 1;
        out.insert(place, Segment { time, ..copy });
    }
    out
}

/// The data segments with these numbers (counted among data segments, modulo) begin up to `back` bytes earlier: they send
/// again what was sent before, as a sender does that packs anew.
pub(crate) fn overlapped(segments: &[Segment], which: &[usize], back: usize) -> Vec<Segment> {
    let mut out = segments.to_vec();
    let data = data_places(segments);
    for i in which.iter().filter_map(|i| data.get(i % data.len().max(1))) {
        let segment = &segments[*i];
        let before: Vec<u8> = segments[..*i]
            .iter()
            .filter(|s| s.src == segment.src && s.dst == segment.dst)
            .flat_map(|s| s.payload.iter().copied())
            .collect();
        let again = before.len().min(back);
        let mut payload = before[before.len() - again..].to_vec();
        payload.extend_from_slice(&segment.payload);
        let seq = segment.seq.wrapping_sub(u32::try_from(again).expect("a stream is short"));
        out[*i] = Segment { seq, payload, ..segment.clone() };
    }
    out
}

/// The data segments with these numbers (modulo) come as two, cut behind `at` bytes (modulo their length).
pub(crate) fn split(segments: &[Segment], which: &[usize], at: usize) -> Vec<Segment> {
    let data = data_places(segments);
    let which: Vec<usize> = which.iter().filter_map(|i| data.get(i % data.len().max(1))).copied().collect();
    let mut out = Vec::new();
    for (i, segment) in segments.iter().enumerate() {
        let cut = at % segment.payload.len().max(1);
        if which.contains(&i) && cut > 0 {
            let (head, tail) = segment.payload.split_at(cut);
            out.push(Segment { payload: head.to_vec(), ..segment.clone() });
            let seq = segment.seq.wrapping_add(u32::try_from(cut).expect("a segment is short"));
            out.push(Segment { seq, time: segment.time + 1, payload: tail.to_vec(), ..segment.clone() });
        } else {
            out.push(segment.clone());
        }
    }
    out
}

/// The data segments with these numbers (modulo) are not in the capture.
pub(crate) fn lost(segments: &[Segment], which: &[usize]) -> Vec<Segment> {
    let data = data_places(segments);
    let gone: Vec<usize> = which.iter().filter_map(|i| data.get(i % data.len().max(1))).copied().collect();
    segments.iter().enumerate().filter(|(i, _)| !gone.contains(i)).map(|(_, segment)| segment.clone()).collect()
}

fn data_places(segments: &[Segment]) -> Vec<usize> {
    (0..segments.len()).filter(|i| !segments[*i].payload.is_empty()).collect()
}
