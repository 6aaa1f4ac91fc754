//! Holds a tree of the quick reader against that of the careful ones.

use crate::spec::yaml::repair::parse_carefully;
use crate::spec::yaml::{Kind, Node};

/// Fails where the careful readers read the text differently, or not at all.
#[track_caller]
pub(in crate::spec::yaml) fn assert_is_careful(text: &str, root: &Node) {
    let careful = parse_carefully(text, false);
    assert!(careful.problems.is_empty(), "{text}\n{:?}", careful.problems);
    if let Some(other) = careful.root.as_ref().map_or(Some(String::new()), |careful| difference(root, careful)) {
        assert!(text.is_empty(), "{other} in\n{text}");
    }
}

/// Where two trees differ first.
fn difference(a: &Node, b: &Node) -> Option<String> {
    let inner = match (&a.kind, &b.kind) {
        (Kind::Mapping(a), Kind::Mapping(b)) if a.len() == b.len() => {
            a.iter().zip(b).find_map(|(a, b)| difference(&a.0, &b.0).or_else(|| difference(&a.1, &b.1)))
        }
        (Kind::Sequence(a), Kind::Sequence(b)) if a.len() == b.len() => a.iter().zip(b).find_map(|(a, b)| difference(a, b)),
        _ => None,
    };
    inner.or_else(|| (a != b).then(|| format!("{a:?}\n{b:?}")))
}
