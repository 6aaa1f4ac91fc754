//! The event pass: the first document's events with places, bounded before anything else reads the text.
//!
//! Hostile input ends here: the number of events and the depth are bounded while they come in.

use std::borrow::Cow;
use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle};

use super::Style;
use super::offsets::Offsets;
use crate::spec::Place;
use crate::spec::problem::Problem;

/// Nodes of a document, after the expansion of aliases.
pub(super) const MOST_NODES: usize = 100_000;
/// Depth of nesting.
pub(super) const DEEPEST: usize = 64;

/// The events of the first document.
#[derive(Debug, Default)]
pub(super) struct Events<'t> {
    pub(super) list: Vec<Item<'t>>,
    /// Where the event of an anchor stands in `list`.
    pub(super) anchors: HashMap<usize, usize>,
    /// Where a second document begins.
    pub(super) second: Option<Place>,
}

#[derive(Debug)]
pub(super) struct Item<'t> {
    pub(super) place: Place,
    pub(super) tagged: bool,
    pub(super) what: What<'t>,
}

#[derive(Debug)]
pub(super) enum What<'t> {
    Scalar(Cow<'t, str>, Style),
    Alias(usize),
    Sequence,
    Mapping,
    End,
}

/// Why a text has no tree.
#[derive(Debug)]
pub(super) enum Unreadable {
    /// It is no YAML; with the byte at which the parser gave up.
    Syntax(Problem, u32),
    /// It is too much.
    Limit(Problem),
}

/// Reads the events of the first document; none for a text without any.
pub(super) fn read(text: &str) -> Result<Events<'_>, Unreadable> {
    let offsets = Offsets::new(text);
    let mut events = Events::default();
    let mut depth = 0_usize;
    let mut documents = 0;
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|e| {
            let at = offsets.byte(e.marker().index());
            let width = text
                .get(at as usize..)
                .and_then(|rest| rest.chars().next())
                .filter(|c| !c.is_control())
                .map_or(0, char::len_utf8);
            let end = at.saturating_add(u32::try_from(width).unwrap_or(0));
            Unreadable::Syntax(Problem::new(Place { start: at, end }, e.info()), at)
        })?;
        let place = exact(&event, text, offsets.place(span.start.index(), span.end.index()));
        if matches!(event, Event::DocumentStart(_)) {
            documents += 1;
            if documents > 1 {
                events.second = Some(place);
                return Ok(events);
            }
        }
        match event {
            Event::SequenceStart(..) | Event::MappingStart(..) => depth += 1,
            Event::SequenceEnd | Event::MappingEnd => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEEPEST {
            return Err(too_deep(place));
        }
        events.push(event, place);
        // Every container has an end event, so that twice the nodes is a bound for the events of a legal document.
        if events.list.len() > 2 * MOST_NODES {
            return Err(too_many(place));
        }
    }
    Ok(events)
}

impl<'t> Events<'t> {
    fn push(&mut self, event: Event<'t>, place: Place) {
        let (what, anchor, tagged) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                // The span of a scalar that is not there covers what stands around it.
                let missing = text.is_empty() && style == ScalarStyle::Plain;
                let place = if missing { Place { start: place.start, end: place.start } } else { place };
                return self.add(Item { place, tagged: tag.is_some(), what: What::Scalar(text, style_of(style)) }, anchor);
            }
            Event::SequenceStart(anchor, tag) => (What::Sequence, anchor, tag.is_some()),
            Event::MappingStart(anchor, tag) => (What::Mapping, anchor, tag.is_some()),
            Event::Alias(id) => (What::Alias(id), 0, false),
            Event::SequenceEnd | Event::MappingEnd => (What::End, 0, false),
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentStart(_) | Event::DocumentEnd => return,
        };
        self.add(Item { place, tagged, what }, anchor);
    }

    fn add(&mut self, item: Item<'t>, anchor: usize) {
        if anchor != 0 {
            self.anchors.insert(anchor, self.list.len());
        }
        self.list.push(item);
    }
}

/// The place of the thing itself. The event parser counts in what follows a quote or a bracket up to the next token, comments
/// too, and the anchor and tag before a bracket. A container in block style has an empty place here.
fn exact(event: &Event<'_>, text: &str, place: Place) -> Place {
    let inside = text.get(place.start as usize..place.end as usize).unwrap_or_default();
    let cut = |from: usize, length: usize| {
        let number = |n| u32::try_from(n).unwrap_or(u32::MAX);
        let start = place.start.saturating_add(number(from));
        Place { start, end: start.saturating_add(number(length)) }
    };
    // A tag stays: it is what is wrong there.
    let named = |anchor: usize, tagged: bool| if anchor != 0 && !tagged { opening(inside) } else { 0 };
    match event {
        Event::Scalar(_, style @ (ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted), anchor, tag) => {
            let from = named(*anchor, tag.is_some());
            let quote = if *style == ScalarStyle::SingleQuoted { '\'' } else { '"' };
            cut(from, quoted_length(inside.get(from..).unwrap_or_default(), quote))
        }
        Event::Scalar(_, ScalarStyle::Plain, anchor, tag) => {
            let from = named(*anchor, tag.is_some());
            cut(from, inside.len() - from)
        }
        // The text of a block begins behind the line of its `|`.
        Event::Scalar(_, ScalarStyle::Literal | ScalarStyle::Folded, anchor, tag) if named(*anchor, tag.is_some()) > 0 => {
            let text = inside.split_once('\n').map_or("", |(_, text)| text.trim_start());
            cut(inside.len() - text.len(), text.len())
        }
        Event::SequenceStart(..) | Event::MappingStart(..) => {
            let opening = opening(inside);
            if inside.get(opening..).is_some_and(|rest| rest.starts_with(['{', '['])) { cut(opening, 1) } else { cut(0, 0) }
        }
        Event::SequenceEnd | Event::MappingEnd => cut(0, usize::from(inside.starts_with(['}', ']']))),
        _ => place,
    }
}

/// The length of a quoted text with its quotes.
fn quoted_length(text: &str, quote: char) -> usize {
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((i, c)) = chars.next() {
        if c == '\\' && quote == '"' {
            chars.next();
        } else if c == quote && chars.next_if(|(_, next)| quote == '\'' && *next == quote).is_none() {
            return i + 1;
        }
    }
    text.len()
}

/// Where the text begins behind anchors, tags and comments.
fn opening(text: &str) -> usize {
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        let behind = match rest.chars().next() {
            Some('&' | '!') => rest.find(|c: char| c.is_whitespace() || matches!(c, '{' | '[')),
            Some('#') => rest.find('\n'),
            _ => None,
        };
        match behind {
            Some(behind) => rest = rest.get(behind..).unwrap_or_default(),
            None => return text.len() - rest.len(),
        }
    }
}

fn style_of(style: ScalarStyle) -> Style {
    match style {
        ScalarStyle::Plain => Style::Plain,
        ScalarStyle::SingleQuoted => Style::Single,
        ScalarStyle::DoubleQuoted => Style::Double,
        ScalarStyle::Literal | ScalarStyle::Folded => Style::Block,
    }
}

/// The error for a document that is nested too deeply.
pub(super) fn too_deep(place: Place) -> Unreadable {
    let message = format!("nested more than {DEEPEST} levels deep");
    Unreadable::Limit(Problem::new(place, message).help("a spec that people can read needs fewer"))
}

/// The error for a document of too many nodes.
pub(super) fn too_many(place: Place) -> Unreadable {
    let message = format!("more than {MOST_NODES} keys and values, with every alias (`*name`) expanded");
    Unreadable::Limit(Problem::new(place, message).help("write several smaller specs, or fewer aliases"))
}
