//! Holds the quick reader against the careful ones: in every test that reads YAML, and in the fuzz targets.

use super::super::repair::parse_carefully;
use super::super::{Kind, Node};

/// Fails where the careful readers read the text differently, or not at all.
#[track_caller]
pub(in super::super) fn assert_careful(text: &str, root: &Node) {
    let careful = parse_carefully(text);
    assert!(careful.problems.is_empty(), "{text}\n{:?}", careful.problems);
    let other = careful.root.as_ref().map_or(Some(String::new()), |careful| difference(root, careful));
    assert_eq!(other, None, "in\n{text}");
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
