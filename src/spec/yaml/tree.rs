//! From events to a tree, with every alias expanded within the bounds.

use super::events::{DEEPEST, Events, MOST_NODES, Unreadable, What, too_deep, too_many};
use super::{Kind, Node, Scalar, Style, Typed};
use crate::spec::Place;
use crate::spec::problem::Problem;

/// The tree of a document, and what in it no spec may have.
#[derive(Debug)]
pub(super) struct Tree {
    pub(super) root: Node,
    /// Tags and merge keys.
    pub(super) problems: Vec<Problem>,
}

/// Builds the tree; `None` for a text without a document.
pub(super) fn build(events: &Events<'_>, text: &str) -> Result<Option<Tree>, Unreadable> {
    if events.list.is_empty() {
        return Ok(None);
    }
    let mut builder = Builder { events, text, nodes: 0, open: Vec::new(), problems: Vec::new() };
    let (root, _) = builder.node(0)?;
    Ok(Some(Tree { root, problems: builder.problems }))
}

struct Builder<'e, 't> {
    events: &'e Events<'t>,
    text: &'t str,
    nodes: usize,
    /// The events of the containers around the current node: as many as it is deep.
    open: Vec<usize>,
    problems: Vec<Problem>,
}

impl Builder<'_, '_> {
    /// The node at an event, and the index behind it. Recursion ends at [`DEEPEST`].
    fn node(&mut self, index: usize) -> Result<(Node, usize), Unreadable> {
        let Some(item) = self.events.list.get(index) else {
            return Err(broken(Place::default()));
        };
        let (place, tagged) = (item.place, item.tagged);
        self.nodes += 1;
        if self.nodes > MOST_NODES {
            return Err(too_many(place));
        }
        if self.open.len() > DEEPEST {
            return Err(too_deep(place));
        }
        if tagged {
            self.problems.push(
                Problem::new(place, "a spec has no YAML tags (`!name`)")
                    .help("leave the tag away; a text that begins with `!` stands in quotes"),
            );
        }
        let (place, kind, next) = match &item.what {
            What::Scalar(text, style) => {
                let scalar = Scalar { text: text.clone().into_owned(), style: *style, typed: Typed::Text };
                (place, Kind::Scalar(scalar), index + 1)
            }
            What::Alias(id) => {
                let Some(anchor) = self.events.anchors.get(id).copied() else {
                    return Err(broken(place));
                };
                if self.open.contains(&anchor) {
                    let problem = Problem::new(place, "this alias stands inside of what it names, which would never end");
                    return Err(Unreadable::Limit(problem.help("write the value out")));
                }
                let (node, _) = self.node(anchor)?;
                return Ok((Node { place, ..node }, index + 1));
            }
            What::Sequence => {
                self.open.push(index);
                let (members, next) = self.members(index + 1)?;
                self.open.pop();
                let place = self.around(place, next, members.first(), members.last());
                (place, Kind::Sequence(members), next)
            }
            What::Mapping => {
                self.open.push(index);
                let (entries, next) = self.entries(index + 1)?;
                self.open.pop();
                let last = entries.last().map(|(key, value)| if value.place.end > key.place.end { value } else { key });
                let place = self.around(place, next, entries.first().map(|(key, _)| key), last);
                (place, Kind::Mapping(entries), next)
            }
            What::End => return Err(broken(place)),
        };
        Ok((Node { place, tagged, kind }, next))
    }

    fn members(&mut self, mut index: usize) -> Result<(Vec<Node>, usize), Unreadable> {
        let mut members = Vec::new();
        while !self.ends(index) {
            let (node, next) = self.node(index)?;
            members.push(node);
            index = next;
        }
        Ok((members, index + 1))
    }

    fn entries(&mut self, mut index: usize) -> Result<(Vec<(Node, Node)>, usize), Unreadable> {
        let mut entries = Vec::new();
        while !self.ends(index) {
            let (key, behind) = self.node(index)?;
            let (value, next) = self.node(behind)?;
            if key.scalar().is_some_and(|s| s.style == Style::Plain && s.text == "<<") {
                self.problems.push(
                    Problem::new(key.place, "a spec has no merge keys (`<<`)")
                        .help("write the keys out, or use an alias for a whole value"),
                );
            }
            entries.push((key, value));
            index = next;
        }
        Ok((entries, index + 1))
    }

    fn ends(&self, index: usize) -> bool {
        matches!(self.events.list.get(index).map(|item| &item.what), Some(What::End))
    }

    /// The place of a container: of a flow one from bracket to bracket, of a block one from its first key to its last value.
    fn around(&self, start: Place, behind: usize, first: Option<&Node>, last: Option<&Node>) -> Place {
        let opening = self.text.get(start.start as usize..start.end as usize).unwrap_or_default();
        if opening.ends_with(['{', '[']) {
            let end = behind.checked_sub(1).and_then(|end| self.events.list.get(end)).map_or(start.end, |end| end.place.end);
            return Place { start: start.end.saturating_sub(1), end: end.max(start.end) };
        }
        match (first, last) {
            (Some(first), Some(last)) => Place { start: first.place.start, end: last.place.end.max(first.place.end) },
            _ => start,
        }
    }
}

fn broken(place: Place) -> Unreadable {
    Unreadable::Syntax(Problem::new(place, "the YAML reader gave no whole value here"), place.start)
}
