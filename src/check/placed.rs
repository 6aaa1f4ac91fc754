//! Places of findings: in a spec, in a capture.

use std::sync::Arc;

use crate::finding::{Evidence, EvidencePlace, SpecPlace};
use crate::http::{Origin, Provenance};
use crate::spec::{Place, Spec};

/// A place of the model, ready for reports.
pub(super) fn spec_place(spec: &Spec, place: Place) -> SpecPlace {
    let (line, column) = spec.source.line_column(place.start);
    SpecPlace {
        file: spec.source.file.clone(),
        line,
        column,
        start: place.start,
        end: place.end,
        text: Arc::clone(&spec.source.text),
    }
}

/// Where a head was seen, ready for reports.
pub(super) fn evidence(captures: &[String], at: &Provenance) -> Evidence {
    let capture = captures.get(at.capture.0 as usize).cloned().unwrap_or_default();
    let place = match at.origin {
        Origin::Packet { packet, stream, time, src, dst } => EvidencePlace::Packet { packet, stream, time, src, dst },
        Origin::Line(line) | Origin::Log { line, .. } => EvidencePlace::Line(line),
        Origin::Entry { number, .. } => EvidencePlace::Entry(number),
    };
    Evidence { capture, place }
}
