//! All warnings of a spec, in the order of their places.

use super::{idle, select, unused};
use crate::spec::problem::into_warnings;
use crate::spec::{Spec, SpecError};

/// What is odd in a spec, with places and what to do; in the shape of errors, though the spec may be used.
///
/// `included` says that another spec includes the file, so that its types are for others.
#[must_use]
pub fn warnings(spec: &Spec, included: bool) -> Vec<SpecError> {
    let mut problems = Vec::new();
    unused::params(spec, &mut problems);
    if !included && !spec.hops.is_empty() {
        unused::types(spec, &mut problems);
    }
    for hop in &spec.hops {
        unused::bound(hop, &mut problems);
        idle::hop(spec, hop, &mut problems);
        select::hop(hop, &mut problems);
    }
    idle::types(spec, &mut problems);
    into_warnings(&spec.source, problems)
}
