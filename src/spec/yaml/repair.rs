//! From text to tree; and where the text is no YAML, what a look at the line can tell.
//!
//! Three slips are so common that they are recognised by the character at which the parser gives up: an unquoted `*/*`, an
//! unquoted `${x}` inside `{ }` or `[ ]`, and a value that begins with `@`, `%` or a backtick. Each is told, and a copy in
//! which harmless characters of the same length stand there is read on, so that the other mistakes of the file are found too.

use super::events::{Unreadable, read};
use super::tree::{Tree, build};
use super::{Node, quick, typed};
use crate::spec::Place;
use crate::spec::problem::Problem;

/// How many bytes may be read again for the sake of further mistakes.
const MOST_REREAD: usize = 4 << 20;

/// A text as far as it could be read.
#[derive(Debug)]
pub(in crate::spec) struct Parsed {
    /// The tree, if there is one; with problems it is good for finding more of them, not for use.
    pub(in crate::spec) root: Option<Node>,
    /// What is wrong with it as YAML.
    pub(in crate::spec) problems: Vec<Problem>,
    /// Where harmless text was put: what else is wrong there follows from that.
    pub(in crate::spec) repaired: Vec<Place>,
    /// No tree: it is no YAML, or too much.
    pub(in crate::spec) unreadable: bool,
}

/// Reads a text, which must be without byte order mark.
pub(in crate::spec) fn parse(text: &str) -> Parsed {
    let Some(root) = quick::read(text) else { return parse_carefully(text) };
    #[cfg(any(test, fuzzing))]
    quick::assert_careful(text, &root);
    Parsed { root: Some(root), problems: Vec::new(), repaired: Vec::new(), unreadable: false }
}

/// The same by the two readers that know all of YAML.
pub(super) fn parse_carefully(text: &str) -> Parsed {
    let mut repaired = Vec::new();
    let mut problems = Vec::new();
    let mut copy: Option<String> = None;
    let mut reread = 0_usize;
    loop {
        let now = copy.as_deref().unwrap_or(text);
        match document(now) {
            Ok(Some(tree)) => {
                problems.extend(tree.problems);
                return Parsed { root: Some(tree.root), problems, repaired, unreadable: false };
            }
            Ok(None) => return Parsed { root: None, problems, repaired, unreadable: false },
            Err(Unreadable::Limit(problem)) => {
                problems.push(problem);
                return Parsed { root: None, problems, repaired, unreadable: true };
            }
            Err(Unreadable::Syntax(problem, at)) => {
                reread = reread.saturating_add(now.len());
                let slip = slip(now, at as usize).filter(|_| reread <= MOST_REREAD);
                let Some(slip) = slip else {
                    problems.push(explained(problem, now));
                    return Parsed { root: None, problems, repaired, unreadable: true };
                };
                copy = Some(slip.replaced(now));
                repaired.push(slip.place);
                problems.push(slip.problem);
            }
        }
    }
}

fn document(text: &str) -> Result<Option<Tree>, Unreadable> {
    let events = read(text)?;
    let Some(mut tree) = build(&events, text)? else {
        return Ok(None);
    };
    if let Some(place) = events.second {
        let problem = Problem::new(place, "a second YAML document begins here; a spec file has one");
        tree.problems.push(problem.help("put each spec into a file of its own"));
    }
    typed::fill(&mut tree.root, text).map_err(|problem| {
        let at = problem.place.start;
        Unreadable::Syntax(problem, at)
    })?;
    Ok(Some(tree))
}

/// A slip that is understood.
struct Slip {
    place: Place,
    problem: Problem,
    /// Which characters are replaced in `place`.
    what: SlipKind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum SlipKind {
    /// The first character.
    First,
    /// Brackets and commas.
    Hole,
}

impl Slip {
    fn replaced(&self, text: &str) -> String {
        let range = self.place.start as usize..self.place.end as usize;
        let old = text.get(range.clone()).unwrap_or_default();
        let new: String = match self.what {
            SlipKind::First => std::iter::once('x').chain(old.chars().skip(1)).collect(),
            SlipKind::Hole => old.chars().map(harmless).collect(),
        };
        let mut copy = text.to_owned();
        if new.len() == old.len() && text.get(range.clone()).is_some() {
            copy.replace_range(range, &new);
        }
        copy
    }
}

fn harmless(c: char) -> char {
    match c {
        '{' | '[' => '(',
        '}' | ']' => ')',
        ',' | '#' | ':' => ';',
        c => c,
    }
}

fn slip(text: &str, at: usize) -> Option<Slip> {
    let (before, after) = text.split_at_checked(at)?;
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = before.get(line_start..)?;
    let rest = after.lines().next().unwrap_or_default();
    let in_flow = line.contains(['{', '[']);
    match after.chars().next()? {
        first @ ('*' | '@' | '`' | '%') if !line.is_empty() => {
            let end = if in_flow { rest.find([',', '}', ']']).unwrap_or(rest.len()) } else { rest.len() };
            let value = rest.get(..end)?;
            let value = value.split(" #").next().unwrap_or(value).trim_end();
            let means = match first {
                '*' => "begins an alias in YAML",
                '%' => "begins a directive in YAML",
                _ => "cannot begin a value in YAML",
            };
            let place = place(at, at + value.len());
            let named = if first == '`' { "a backtick".to_owned() } else { format!("`{first}`") };
            let problem = Problem::new(place, format!("`{value}` must stand in quotes: {named} {means}"))
                .label("not in quotes")
                .help(format!("write {}", quoted(value)));
            Some(Slip { place, problem, what: SlipKind::First })
        }
        '{' if before.ends_with('$') => {
            let start = value_start(text, line_start, at);
            let end = hole_end(text, at)?;
            let value = text.get(start..end)?.trim_end();
            let place = place(start, start + value.len());
            let problem = Problem::new(place, format!("`{value}` must stand in quotes inside of `{{ }}` or `[ ]`"))
                .label("YAML takes the braces for its own")
                .help(format!("write {}", quoted(value)));
            Some(Slip { place, problem, what: SlipKind::Hole })
        }
        _ => None,
    }
}

/// Where the plain scalar begins whose hole begins at `at`.
fn value_start(text: &str, line_start: usize, at: usize) -> usize {
    let line = text.get(line_start..at).unwrap_or_default();
    let behind = |(i, c): (usize, char)| matches!(c, ' ' | '\t' | ',' | '{' | '[').then_some(i + c.len_utf8());
    line_start + line.char_indices().rev().find_map(behind).unwrap_or(0)
}

/// Where the value ends: behind its last hole on the line, at the next `,`, `}` or `]` outside of one.
fn hole_end(text: &str, at: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (i, c) in text.get(at..)?.char_indices() {
        match c {
            '\n' => return (depth == 0).then_some(at + i),
            '{' => depth += 1,
            '}' | ']' | ',' if depth == 0 => return Some(at + i),
            '}' => depth -= 1,
            _ => {}
        }
    }
    (depth == 0).then_some(text.len())
}

fn quoted(value: &str) -> String {
    if value.contains('"') { format!("'{}'", value.replace('\'', "''")) } else { format!("\"{value}\"") }
}

fn place(start: usize, end: usize) -> Place {
    let number = |n| u32::try_from(n).unwrap_or(u32::MAX);
    Place { start: number(start), end: number(end) }
}

/// The parser's words, with what the line can tell.
fn explained(problem: Problem, text: &str) -> Problem {
    let at = (problem.place.start as usize).min(text.len());
    let before = text.get(..at).unwrap_or_default();
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
    let indent = line.get(..line.len() - line.trim_start().len()).unwrap_or_default();
    let info = problem.message.clone();
    let help = if indent.contains('\t') || info.contains("tab") {
        Some("YAML is indented by spaces, never by tabs")
    } else if info.contains("escape") {
        Some("in double quotes `\\` begins an escape; a regex stands best in single quotes")
    } else if info.contains("mapping values are not allowed") || info.contains("':'") {
        Some("a value that contains `: ` must stand in quotes")
    } else if info.contains("document start") || info.contains("indentation") {
        Some("the indentation does not fit the lines above")
    } else if line.contains("${") {
        Some("a `${…}` inside of `{ }` or `[ ]` must stand in quotes")
    } else {
        None
    };
    Problem { message: format!("not valid YAML: {info}"), ..problem }.maybe_help(help.map(str::to_owned))
}
