//! Which names stand in another place than before: the fewest that must be moved for the others to keep their order.

/// Of names with their places before, in the order behind: those that moved, each with the name that it stands behind now.
///
/// O(n log n).
pub(super) fn moved<'a>(names: &[(usize, &'a [u8])]) -> Vec<(&'a [u8], Option<&'a [u8]>)> {
    let kept = longest_rising(names);
    let before = |at: usize| at.checked_sub(1).and_then(|at| names.get(at)).map(|(_, name)| *name);
    names.iter().enumerate().zip(kept).filter(|(_, kept)| !kept).map(|((at, (_, name)), _)| (*name, before(at))).collect()
}

/// Marks the members of a longest subsequence whose places rise.
fn longest_rising(names: &[(usize, &[u8])]) -> Vec<bool> {
    // For each length the member that ends such a subsequence at the lowest place, and before each member the one before.
    let mut ends: Vec<usize> = Vec::new();
    let mut previous: Vec<Option<usize>> = Vec::with_capacity(names.len());
    let place = |at: usize| names.get(at).map_or(usize::MAX, |(place, _)| *place);
    for at in 0..names.len() {
        let length = ends.partition_point(|end| place(*end) < place(at));
        previous.push(length.checked_sub(1).and_then(|shorter| ends.get(shorter)).copied());
        match ends.get_mut(length) {
            Some(end) => *end = at,
            None => ends.push(at),
        }
    }
    let mut kept = vec![false; names.len()];
    let mut at = ends.last().copied();
    while let Some(here) = at {
        if let Some(kept) = kept.get_mut(here) {
            *kept = true;
        }
        at = previous.get(here).copied().flatten();
    }
    kept
}
