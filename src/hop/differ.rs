//! Whether lines differ where one side does not show all of them.

/// Whether the lines of a name are others on both sides of a node, whatever those are that a cut head does not show.
#[must_use]
pub fn differ(was: &[&[u8]], is: &[&[u8]], was_cut: bool, is_cut: bool) -> bool {
    match (was_cut, is_cut) {
        (false, false) => was != is,
        (true, false) => !is_part(was, is),
        (false, true) => !is_part(is, was),
        (true, true) => false,
    }
}

/// Whether all of the first stand in the second, in their order.
#[must_use]
pub fn is_part(some: &[&[u8]], all: &[&[u8]]) -> bool {
    let mut rest = all.iter();
    some.iter().all(|one| rest.any(|other| one == other))
}
