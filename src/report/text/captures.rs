//! The captures with what was read of them, and every anomaly.

use crate::finding::Outcome;
use crate::report::escape::value;
use crate::report::paint::{Paint, Tone};
use crate::report::{count, escape};

/// A line a capture, a line an anomaly.
pub(super) fn lines(outcome: &Outcome, paint: Paint) -> String {
    let mut out = String::new();
    for capture in &outcome.captures {
        let read = &capture.summary;
        let numbers = [(read.packets, "packet"), (read.flows, "flow"), (read.requests, "request"), (read.responses, "response")];
        let numbers = numbers.map(|(n, noun)| count(n, noun)).join(", ");
        out.push_str(&format!("{}: {numbers}\n", paint.paint(Tone::Strong, &escape(&capture.file))));
        for (kind, anomaly) in read.anomalies.iter() {
            let first = anomaly.first_packet.map(|packet| format!(", first in packet {packet}")).unwrap_or_default();
            let detail = if anomaly.detail.is_empty() { String::new() } else { format!(": {}", value(&anomaly.detail)) };
            out.push_str(&format!("  {kind} ×{}{first}{detail}\n", anomaly.count));
        }
    }
    out
}
