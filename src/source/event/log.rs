//! JSON and Python dicts within the lines of a log, behind whatever stands before them.

use std::borrow::Cow;

use memchr::memmem;
use serde_json::value::RawValue;

use super::shape::{OWN_WORDS, WORDS};
use super::{extent, node, python};

/// What stands in a text.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece<'t> {
    /// An object, as JSON.
    Object(Cow<'t, str>),
    /// Something that begins as an event and cannot be read; why.
    Broken(String),
    /// A line with none.
    Plain,
}

/// Beginnings of lines that the runtime itself writes.
const PLATFORM: [&[u8]; 8] = [
    b"START RequestId: ",
    b"END RequestId: ",
    b"REPORT RequestId: ",
    b"INIT_START ",
    b"INIT_REPORT ",
    b"RESTORE_",
    b"EXTENSION\tName: ",
    b"TELEMETRY\tName: ",
];

/// A text is looked at so far for the marks of a log.
const BEGINNING: usize = 1 << 20;

/// What Python writes of an event that is more than JSON.
const PYTHON: &str =
    "a dict that Python printed with objects of other types in it, or on many lines (pprint); log json.dumps(event)";
/// What Node writes of an event that is logged as it is.
const NODE: &str = "an event that Node printed as an object, which leaves out what lies deep; log JSON.stringify(event)";

/// Whether a text is the log of a function.
pub(in crate::source) fn is_log(text: &[u8]) -> bool {
    let beginning = text.get(..text.len().min(BEGINNING)).unwrap_or_default();
    ["START RequestId: ", "REPORT RequestId: "].iter().any(|mark| memmem::find(beginning, mark.as_bytes()).is_some())
}

/// Whether the runtime wrote this line. Exports put a time and the log stream before it.
pub(super) fn is_platform(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    let marked = |text: &[u8]| PLATFORM.iter().any(|mark| text.starts_with(mark));
    // Words in the midst of a line that somebody logged are no marks.
    let mut rest = line;
    for _ in 0..4 {
        if rest.is_empty() || marked(rest) {
            return true;
        }
        let Some(end) = rest.iter().take(128).position(u8::is_ascii_whitespace) else { return false };
        let word = rest.get(..end).unwrap_or_default();
        // A time, or the name of a stream.
        if !word.iter().any(u8::is_ascii_digit) {
            return false;
        }
        rest = rest.get(end..).unwrap_or_default().trim_ascii_start();
    }
    false
}

/// Whether the runtime wrote this, as JSON: `{"time": …, "type": "platform.start", "record": …}`.
pub(super) fn is_platform_json(raw: &[u8]) -> bool {
    memmem::find(raw, b"\"platform.").is_some() && memmem::find(raw, b"\"record\"").is_some()
}

/// Shows the pieces of a text, each with the line where it begins, counted from 1. Every byte is parsed at most twice: what
/// cannot be parsed is left behind, with all that may be a part of it.
pub(super) fn pieces<'t>(text: &'t [u8], see: &mut dyn FnMut(u32, Piece<'t>)) {
    let (mut at, mut line) = (0, 1_u32);
    // Whether something was found in this line before, and where it ends in the text: looked for once a line.
    let (mut found, mut line_end) = (false, None);
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let known = line_end.filter(|end| *end >= at);
        let end = known.unwrap_or_else(|| at + memchr::memchr(b'\n', rest).unwrap_or(rest.len()));
        line_end = Some(end);
        let end = end - at;
        let here = rest.get(..end).unwrap_or_default();
        match begin(here, rest) {
            Some((open, Begin::Json)) => {
                let from = rest.get(open..).unwrap_or_default();
                let mut values = serde_json::Deserializer::from_slice(from).into_iter::<&RawValue>();
                match values.next() {
                    Some(Ok(value)) => {
                        see(line, Piece::Object(Cow::Borrowed(value.get())));
                        found = true;
                        line = line.saturating_add(lines(value.get().as_bytes()));
                        at += open + values.byte_offset().max(1);
                        continue;
                    }
                    Some(Err(error)) => {
                        let length = extent::broken(from, error.line().saturating_sub(1));
                        let part = from.get(..length).unwrap_or_default();
                        see(line, if is_event(part) { Piece::Broken(without_place(&error, line)) } else { Piece::Plain });
                        line = line.saturating_add(lines(part));
                        at += open + length.max(1);
                        // The rest of a line that went wrong says nothing more.
                        found = true;
                        continue;
                    }
                    None => {}
                }
            }
            Some((open, Begin::Python)) => {
                let from = rest.get(open..).unwrap_or_default();
                if let Some((json, length)) = python::json(from) {
                    see(line, Piece::Object(Cow::Owned(json)));
                    found = true;
                    line = line.saturating_add(lines(from.get(..length).unwrap_or_default()));
                    at += open + length.max(1);
                    continue;
                }
                let length = extent::printed(from);
                let part = from.get(..length).unwrap_or_default();
                see(line, if is_event(part) { Piece::Broken(format!("line {line}: {PYTHON}")) } else { Piece::Plain });
                line = line.saturating_add(lines(part));
                at += open + length.max(1);
                found = true;
                continue;
            }
            Some((open, Begin::Node)) => {
                let from = rest.get(open..).unwrap_or_default();
                let length = extent::printed(from);
                let part = from.get(..length).unwrap_or_default();
                see(line, if node::is_event(part) { Piece::Broken(format!("line {line}: {NODE}")) } else { Piece::Plain });
                line = line.saturating_add(lines(part));
                at += open + length.max(1);
                found = true;
                continue;
            }
            None if found || is_platform(here) => {}
            None => see(line, Piece::Plain),
        }
        (found, line_end) = (false, None);
        at += end + 1;
        line = line.saturating_add(1);
    }
}

enum Begin {
    Json,
    Python,
    Node,
}

/// Where an object begins in a line, and in which writing. Right behind a quote it is the text of something else.
fn begin(line: &[u8], rest: &[u8]) -> Option<(usize, Begin)> {
    let after = |at: usize| {
        let behind = rest.get(at + 1..)?;
        behind.iter().take(256).find(|byte| !byte.is_ascii_whitespace())
    };
    let quoted = |at: usize| at.checked_sub(1).and_then(|before| line.get(before)).is_some_and(|byte| b"'`".contains(byte));
    memchr::memchr_iter(b'{', line).filter(|at| !quoted(*at)).find_map(|at| match after(at)? {
        b'"' => Some((at, Begin::Json)),
        b'\'' if !node::begins(rest.get(at..)?) => Some((at, Begin::Python)),
        _ => node::begins(rest.get(at..)?).then_some((at, Begin::Node)),
    })
}

/// Whether a text may hold an event.
pub(super) fn may_hold(text: &[u8]) -> bool {
    WORDS.iter().any(|word| memmem::find(text, word).is_some())
}

/// Whether a text that cannot be read was an event.
pub(in crate::source) fn is_event(text: &[u8]) -> bool {
    OWN_WORDS.iter().any(|word| memmem::find(text, word).is_some())
}

fn lines(text: &[u8]) -> u32 {
    u32::try_from(memchr::memchr_iter(b'\n', text).count()).unwrap_or(u32::MAX)
}

/// What is wrong, and where in the whole text.
fn without_place(error: &serde_json::Error, begins: u32) -> String {
    let said = error.to_string();
    let said = said.rsplit_once(" at line ").map_or(said.as_str(), |(said, _)| said).to_owned();
    let line = u32::try_from(error.line()).unwrap_or(u32::MAX).saturating_sub(1).saturating_add(begins);
    format!("line {line}: {said}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        let mut found = Vec::new();
        pieces(text.as_bytes(), &mut |line, piece| {
            found.push(match piece {
                Piece::Object(json) => format!("{line} {json}"),
                Piece::Broken(why) => format!("{line} broken: {why}"),
                Piece::Plain => format!("{line} plain"),
            });
        });
        found
    }

    #[test]
    fn objects_stand_behind_anything() {
        let text = "START RequestId: a Version: $LATEST\n2020-06-14T10:04:49.612Z\tid\tINFO\t{\"a\": 1} behind\n\
                    [INFO] {not json} {\"b\": {\n  \"c\": 2}}{\"d\": 3}\nEvent: {'e': None}\nwords\n\nREPORT RequestId: a\n";
        assert_eq!(shown(text), ["2 {\"a\": 1}", "3 {\"b\": {\n  \"c\": 2}}", "4 {\"d\": 3}", "5 {\"e\": null}", "6 plain"]);
    }

    #[test]
    fn what_is_broken_says_where() {
        let text = "{\"httpMethod\": \"GET\",\n \"accountId\": xxxxxxxxxxxx,\n \"b\": 1}\n{\"a\": 1}\n";
        assert_eq!(shown(text)[0], "1 broken: line 2: expected value");
        assert_eq!(shown(text).last().map(String::as_str), Some("4 {\"a\": 1}"));
        assert!(shown("{\"statusCode\": 2")[0].starts_with("1 broken: line 1: EOF"));
        assert_eq!(shown("{\"a\": x}"), ["1 plain"]);
        assert!(shown("x {'httpMethod': <object>}")[0].contains("Python"));
        assert!(shown("INFO {\n  resource: '/',\n  path: '/'\n}")[0].contains("JSON.stringify"));
    }

    #[test]
    fn many_objects_in_one_line_take_linear_time() {
        let lines = ["{\n", "{\"a\": [\n", "{\"a\": x\n", "{'a': x\n", "{ a: [\n", "{\n  a: '\n", "\"{\"\n"];
        for object in ["{\"a\": 1} ", "{'a': 1} ", "{\"a\": x ", "{'a': x ", "{ ", "{ a: "].into_iter().chain(lines) {
            let mut found = 0;
            pieces(object.repeat(200_000).as_bytes(), &mut |_, _| found += 1);
            assert!(found >= 1, "{object}");
        }
    }

    #[test]
    fn marks_of_a_log() {
        assert!(is_log(b"x\n2020\tSTART RequestId: a Version: $LATEST\n") && !is_log(b"GET / HTTP/1.1\n"));
        assert!(is_platform(b"2020-06-14T10:04:49 INIT_START Runtime Version: python") && !is_platform(b"my own line"));
    }

    proptest::proptest! {
        #[test]
        fn any_text_ends_and_lines_rise(text in "([{}\\[\\]\"':,\\\\ \n]|httpMethod|None|1){0,64}") {
            let mut last = 0;
            pieces(text.as_bytes(), &mut |line, _| {
                assert!(line >= last);
                last = line;
            });
            assert!(last as usize <= text.lines().count() + 1);
        }
    }
}
