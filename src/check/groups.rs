//! Groups of variants in the plan: which stand together, what they allow, and how often each way to combine them was taken.

use std::ops::Range;

use super::plan::{Aspect, PlanExpectation, PlanHop};
use crate::spec::{Hop, JsonStep, Side};

impl PlanHop {
    /// Which group of variants an expectation is of.
    pub(super) fn group_of(&self, expectation: usize) -> Option<usize> {
        let variant = self.expectations.get(expectation)?.variant?;
        self.groups.iter().position(|group| group.contains(&variant))
    }

    /// In how many ways a variant of each group can be taken.
    pub(super) fn combinations(&self) -> usize {
        if self.groups.is_empty() { 0 } else { self.groups.iter().map(ExactSizeIterator::len).product() }
    }

    /// The name of one of these ways: `append`, `append + regional`. Counted as the digits of a number, the first group
    /// leading.
    pub(super) fn combination(&self, mut number: usize) -> String {
        let mut names = Vec::new();
        for group in self.groups.iter().rev() {
            let variant = group.start + number % group.len().max(1);
            number /= group.len().max(1);
            names.extend(self.variants.get(variant).map(|(name, _)| name.as_str()));
        }
        names.reverse();
        names.join(" + ")
    }
}

/// The groups of a hop's variants, as ranges of them.
pub(super) fn groups(hop: &Hop) -> Vec<Range<usize>> {
    let mut start = 0;
    hop.variants
        .chunk_by(|a, b| a.group == b.group)
        .map(|group| {
            let range = start..start + group.len();
            start = range.end;
            range
        })
        .collect()
}

/// `others` allows what the hop, the variant at hand and those of other groups name: expectations on fields (or members of
/// the body), and `absent` that has a finding of its own. The hop's own `others` also allows what any variant names: the
/// variants say when.
pub(super) fn know_others(expectations: &mut [PlanExpectation], groups: &[Range<usize>]) {
    // Two variants of one group are never there together.
    let exclude = |a: Option<usize>, b: Option<usize>| {
        let (Some(a), Some(b)) = (a, b) else { return false };
        a != b && groups.iter().any(|group| group.contains(&a) && group.contains(&b))
    };
    let (mut fields, mut members, mut patterns) = (Vec::new(), Vec::new(), Vec::new());
    for e in &*expectations {
        match &e.aspect {
            Aspect::Removed { id: None, pattern } => patterns.push((e.side, e.variant, pattern.clone())),
            Aspect::Absent { id: Some(id), .. } | Aspect::Removed { id: Some(id), .. } => fields.push((e.side, e.variant, *id)),
            Aspect::BodyJson(steps) => {
                if let Some(JsonStep::Key(key)) = steps.first() {
                    members.push((e.side, e.variant, key.clone()));
                }
            }
            aspect => fields.extend(aspect.field_id().map(|id| (e.side, e.variant, id))),
        }
    }
    for e in expectations {
        let there = |(side, variant): (Side, Option<usize>)| side == e.side && !exclude(e.variant, variant);
        if let Aspect::OthersPreserved { gone, .. } = &mut e.aspect {
            *gone = patterns.iter().filter(|(side, of, _)| there((*side, *of))).map(|(.., pattern)| pattern.clone()).collect();
        }
        match &mut e.aspect {
            Aspect::Others { known } | Aspect::OthersPreserved { known, .. } => {
                *known = fields.iter().filter(|(side, of, _)| there((*side, *of))).map(|(.., id)| *id).collect();
            }
            Aspect::BodyOthers { known } => {
                *known = members.iter().filter(|(side, of, _)| there((*side, *of))).map(|(.., key)| key.clone()).collect();
            }
            _ => {}
        }
    }
}
