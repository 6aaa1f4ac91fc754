//! Finds what is volatile in a text, and puts placeholders in its place.

use hashbrown::HashMap;
use regex::Captures;

use super::numbers::Numbers;
use crate::secret::MASK;
use crate::volatile::{NEVER, Scope, Sign, TABLE, Volatile, address, compiled, stands_alone};

/// Shorter ids are found anywhere by chance, and only replaced where they stand by themselves.
const SHORTEST_ID: usize = 8;
/// The kind of multipart boundaries.
const BOUNDARY: &str = "boundary";
/// So many ids are looked for elsewhere.
const MOST_IDS: usize = 100_000;

/// What is known of a capture, and the placeholders that were given.
#[derive(Debug, Default)]
pub(super) struct Finder {
    pub(super) numbers: Numbers,
    /// Ids of fields and shapes, which are replaced wherever they stand as a word.
    ids: HashMap<String, &'static str, foldhash::fast::RandomState>,
}

/// What is done with what was found.
enum Pass {
    /// Ids are noted.
    Learn,
    /// Placeholders are written.
    Write,
}

impl Finder {
    /// Notes the ids in a field value.
    pub(super) fn learn_field(&mut self, name: &str, value: &str) {
        self.field(name, value, &Pass::Learn);
    }

    /// Notes the ids in any text.
    pub(super) fn learn(&mut self, text: &str) {
        self.anywhere(text, &Pass::Learn);
    }

    /// A field value with placeholders.
    pub(super) fn write_field(&mut self, name: &str, value: &str) -> String {
        self.field(name, value, &Pass::Write)
    }

    /// Any text with placeholders.
    pub(super) fn write(&mut self, text: &str) -> String {
        self.anywhere(text, &Pass::Write)
    }

    fn field(&mut self, name: &str, value: &str, pass: &Pass) -> String {
        let is = |names: &[&str]| names.iter().any(|known| known.eq_ignore_ascii_case(name));
        if value.is_empty() || is(&NEVER) || value == MASK {
            return value.to_owned();
        }
        let whole = TABLE.iter().find(|row| matches!(row.sign, Sign::Field(names) if is(names)));
        if let Some(row) = whole {
            return self.replaced(row, value, pass);
        }
        let mut found: Vec<(usize, usize, &Volatile)> = Vec::new();
        for (_, regex, row) in compiled().parts.iter().filter(|(names, ..)| is(names)) {
            let groups = regex.captures_iter(value).filter_map(|captures| captures.get(1));
            found.extend(groups.map(|group| (group.start(), group.end(), *row)));
        }
        found.sort_unstable_by_key(|(start, ..)| *start);
        let (mut out, mut done) = (String::new(), 0);
        for (start, end, row) in found {
            if start < done {
                continue;
            }
            out.push_str(&self.anywhere(value.get(done..start).unwrap_or_default(), pass));
            out.push_str(&self.replaced(row, value.get(start..end).unwrap_or_default(), pass));
            done = end;
        }
        out.push_str(&self.anywhere(value.get(done..).unwrap_or_default(), pass));
        out
    }

    /// A value that is volatile as a whole.
    fn replaced(&mut self, row: &Volatile, value: &str, pass: &Pass) -> String {
        // Other shapes say nothing: many ids are as long as a digest, or are a number that could be a time.
        let telling = match row.kind {
            "id" => shape_of(value).filter(|(kind, _)| matches!(*kind, "uuid" | "xray-id")),
            "etag" => shape_of(value).filter(|(kind, _)| matches!(*kind, "uuid" | "hash")),
            _ => None,
        };
        let known = self.ids.get(value).map(|kind| (*kind, Scope::Capture));
        let (kind, scope) = known.or(telling).unwrap_or((row.kind, row.scope));
        match pass {
            Pass::Learn => {
                self.note_id(kind, scope, value);
                String::new()
            }
            // What stands in the body, and is known from there on, is its random part.
            Pass::Write if kind == BOUNDARY => self.anywhere(value, pass),
            Pass::Write => self.numbers.of(kind, scope, value),
        }
    }

    fn note_id(&mut self, kind: &'static str, scope: Scope, value: &str) {
        let words = value.split(|c: char| !c.is_ascii_alphanumeric());
        let id = if kind == BOUNDARY { words.max_by_key(|word| word.len()).unwrap_or_default() } else { value };
        if scope == Scope::Capture && is_random(id) && self.ids.len() < MOST_IDS {
            self.ids.entry(id.to_owned()).or_insert(kind);
        }
    }

    fn anywhere(&mut self, text: &str, pass: &Pass) -> String {
        let Some(regex) = &compiled().anywhere else { return text.to_owned() };
        let (mut out, mut done) = (String::new(), 0);
        for captures in regex.captures_iter(text) {
            let Some((first, row)) = compiled().row_of(&captures) else { continue };
            let (Some(all), Some(group)) = (captures.get(0), captures.get(first)) else { continue };
            self.words(text.get(done..group.start()).unwrap_or_default(), pass, &mut out);
            done = all.end();
            match row.sign {
                Sign::Address(_) | Sign::Port(_) if matches!(pass, Pass::Learn) => {}
                Sign::Address(_) => self.address(text, &captures, first, &mut out),
                Sign::Port(_) => match group.as_str().parse() {
                    Ok(port) => out.push_str(&self.numbers.port(None, port)),
                    Err(_) => out.push_str(group.as_str()),
                },
                _ => {
                    let replaced = self.replaced(row, group.as_str(), pass);
                    out.push_str(&replaced);
                    self.words(text.get(group.end()..all.end()).unwrap_or_default(), pass, &mut out);
                }
            }
        }
        self.words(text.get(done..).unwrap_or_default(), pass, &mut out);
        out
    }

    /// An address, with its port where that has a group; as it stands where it is none after all.
    fn address(&mut self, text: &str, captures: &Captures<'_>, first: usize, out: &mut String) {
        let (Some(all), Some(group)) = (captures.get(0), captures.get(first)) else { return };
        let Some(ip) = address(group.as_str()).filter(|_| stands_alone(text, group.start(), group.end())) else {
            out.push_str(text.get(group.start()..all.end()).unwrap_or_default());
            return;
        };
        out.push_str(&self.numbers.ip(ip));
        let port = captures.get(first + 1).and_then(|port| Some((port, port.as_str().parse::<u16>().ok()?)));
        match port {
            Some((at, port)) => {
                out.push_str(text.get(group.end()..at.start()).unwrap_or_default());
                out.push_str(&self.numbers.port(Some(ip), port));
            }
            None => out.push_str(text.get(group.end()..all.end()).unwrap_or_default()),
        }
    }

    /// Text without a shape: known ids may stand in it, as a whole word or as a part between dots, slashes and the like.
    fn words(&mut self, text: &str, pass: &Pass, out: &mut String) {
        if matches!(pass, Pass::Learn) {
            return;
        }
        if self.ids.is_empty() {
            out.push_str(text);
            return;
        }
        self.words_of(text, &[b"-_=+/~.:", b"-_=", b""], out);
    }

    fn words_of(&mut self, text: &str, joints: &[&[u8]], out: &mut String) {
        let Some((joint, finer)) = joints.split_first() else {
            out.push_str(text);
            return;
        };
        let in_word = |c: char| c.is_ascii_alphanumeric() || u8::try_from(c).is_ok_and(|byte| joint.contains(&byte));
        let mut rest = text;
        while !rest.is_empty() {
            let length = rest.find(|c| !in_word(c)).unwrap_or(rest.len());
            let (word, behind) = rest.split_at(length);
            match self.ids.get(word) {
                Some(kind) => {
                    let kind = *kind;
                    out.push_str(&self.numbers.of(kind, Scope::Capture, word));
                }
                None if word.len() >= SHORTEST_ID => self.words_of(word, finer, out),
                None => out.push_str(word),
            }
            let other = behind.find(in_word).unwrap_or(behind.len());
            let (between, behind) = behind.split_at(other);
            out.push_str(between);
            rest = behind;
        }
    }
}

/// The kind of a value that has a telling shape as a whole.
fn shape_of(value: &str) -> Option<(&'static str, Scope)> {
    let captures = compiled().anywhere.as_ref()?.captures(value)?;
    let (first, row) = compiled().row_of(&captures)?;
    let whole = captures.get(first)?.as_str() == value;
    (whole && matches!(row.sign, Sign::Shape(_))).then_some((row.kind, row.scope))
}

/// Whether this may be looked for elsewhere: a word that nobody writes by chance.
fn is_random(id: &str) -> bool {
    let has = |what: fn(&u8) -> bool| id.as_bytes().iter().any(what);
    id.len() >= 16 || (id.len() >= SHORTEST_ID && has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic))
}
