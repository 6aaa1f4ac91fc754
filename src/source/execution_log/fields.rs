//! `{a=b, c=d}` as fields: taken apart where it is certain, and said where it is not.

use super::borders::{Border, border, holds_no_comma};

/// What stands for a part of a value that is not known. Masks are read as such in all that is written down.
pub(super) const UNKNOWN: &str = "…";

/// What is longer is no name.
const LONGEST_NAME: usize = 256;

/// What a map says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Fields {
    /// Names and values. A value that may go on in a way that is not known ends in [`UNKNOWN`].
    pub(super) lines: Vec<(Vec<u8>, Vec<u8>)>,
    /// Its end is not there: more fields may have stood in it.
    pub(super) cut: bool,
    /// How many borders are not certain, with the first of them in words.
    pub(super) unclear: usize,
    /// The first that is not certain, in words without values.
    pub(super) why: Option<String>,
}

/// A field that is being read.
struct Open {
    name: Vec<u8>,
    value: Vec<u8>,
    /// The rest belongs to it, or not.
    unclear: bool,
}

/// Reads a map. What is none is cut from its beginning on.
pub(super) fn fields(text: &[u8]) -> Fields {
    let text = text.trim_ascii();
    let (text, truncated) = truncated(text);
    let Some(inside) = text.strip_prefix(b"{") else {
        return Fields { cut: true, ..Fields::default() };
    };
    let (inside, cut) = match inside.strip_suffix(b"}").filter(|_| !truncated) {
        Some(inside) => (inside, false),
        None => (inside, true),
    };
    let mut found = Fields { cut, ..Fields::default() };
    let inside = inside.trim_ascii_start();
    // Cut behind the comma: the value is over, if it holds none itself.
    let (inside, at_comma) = match inside.trim_ascii_end().strip_suffix(b",").filter(|_| cut) {
        Some(inside) => (inside, true),
        None => (inside, false),
    };
    if inside.trim_ascii().is_empty() {
        return found;
    }
    let mut open: Option<Open> = None;
    let mut pieces = pieces(inside).peekable();
    while let Some(piece) = pieces.next() {
        let last = pieces.peek().is_none();
        match (named(piece), &mut open) {
            (Some((name, value)), None) => open = Some(Open::new(name, value)),
            (Some((name, value)), Some(known)) => match border(&known.name, &known.value, name) {
                Border::Field => {
                    found.push(open.take());
                    open = Some(Open::new(name, value));
                }
                Border::Value => known.go_on(piece),
                Border::Unclear => {
                    found.unclear(&known.name, name);
                    known.unclear = true;
                }
            },
            // Cut within a name, or within a value that goes on.
            (None, Some(known)) if last && cut => {
                known.unclear |= !holds_no_comma(&known.name.to_ascii_lowercase());
                found.push(open.take());
            }
            (None, Some(known)) => known.go_on(piece),
            (None, None) => {
                // It begins in a way that no map of fields does.
                found.cut = true;
                return found;
            }
        }
    }
    if let Some(mut known) = open {
        known.unclear |= cut && !(at_comma && holds_no_comma(&known.name.to_ascii_lowercase()));
        found.push(Some(known));
    }
    found.without_repeats()
}

/// The text without the words for what was cut off.
pub(super) fn truncated(text: &[u8]) -> (&[u8], bool) {
    match text.trim_ascii_end().strip_suffix(b"[TRUNCATED]") {
        Some(text) => (text.strip_suffix(b" ").unwrap_or(text), true),
        None => (text, false),
    }
}

/// What stands between `, `.
fn pieces(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        match memchr::memmem::find(text, b", ") {
            Some(at) => {
                rest = text.get(at + 2..);
                text.get(..at)
            }
            None => rest.take(),
        }
    })
}

/// `name=value`, where the name can be a field's (RFC 9110 §5.6.2).
fn named(piece: &[u8]) -> Option<(&[u8], &[u8])> {
    let (name, value) = piece.split_at_checked(memchr::memchr(b'=', piece)?)?;
    let is_name = !name.is_empty()
        && name.len() <= LONGEST_NAME
        && name.iter().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(b));
    is_name.then_some((name, value.get(1..)?))
}

impl Open {
    fn new(name: &[u8], value: &[u8]) -> Self {
        Self { name: name.to_vec(), value: value.to_vec(), unclear: false }
    }

    /// More of its value, unless it is not certain whether that is its own.
    fn go_on(&mut self, piece: &[u8]) {
        if !self.unclear {
            self.value.extend(b", ");
            self.value.extend(piece);
        }
    }
}

impl Fields {
    fn push(&mut self, open: Option<Open>) {
        let Some(Open { name, mut value, unclear }) = open else { return };
        if unclear {
            value.extend(UNKNOWN.as_bytes());
        }
        self.lines.push((name, value));
    }

    fn unclear(&mut self, before: &[u8], name: &[u8]) {
        self.unclear += 1;
        let show = |text: &[u8]| String::from_utf8_lossy(text.get(..text.len().min(60)).unwrap_or_default()).into_owned();
        self.why.get_or_insert_with(|| {
            format!("whether `, {}=` begins a field or goes on with the value of `{}` is not certain", show(name), show(before))
        });
    }

    /// A map has each name once. Where one is there twice, at least one of them is a part of the value before it: neither is
    /// known, and where those values end is not.
    fn without_repeats(mut self) -> Self {
        let mut seen = std::collections::HashMap::<Vec<u8>, usize>::new();
        let mut kept: Vec<(Vec<u8>, Vec<u8>)> = Vec::with_capacity(self.lines.len());
        for (name, value) in std::mem::take(&mut self.lines) {
            match seen.get(&name.to_ascii_lowercase()).copied() {
                Some(first) => {
                    let last = kept.last().map(|(name, _)| name.clone()).unwrap_or_default();
                    self.unclear(&last, &name);
                    open_end(kept.last_mut());
                    open_end(first.checked_sub(1).and_then(|before| kept.get_mut(before)));
                    if let Some((_, value)) = kept.get_mut(first) {
                        *value = UNKNOWN.as_bytes().to_vec();
                    }
                }
                None => {
                    seen.insert(name.to_ascii_lowercase(), kept.len());
                    kept.push((name, value));
                }
            }
        }
        Self { lines: kept, ..self }
    }
}

fn open_end(line: Option<&mut (Vec<u8>, Vec<u8>)>) {
    if let Some((_, value)) = line.filter(|(_, value)| !value.ends_with(UNKNOWN.as_bytes())) {
        value.extend(UNKNOWN.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn holds(text: &str, lines: &[&str], cut: bool, unclear: usize) {
        let found = fields(text.as_bytes());
        let shown: Vec<String> =
            found.lines.iter().map(|(n, v)| format!("{}: {}", String::from_utf8_lossy(n), String::from_utf8_lossy(v))).collect();
        assert_eq!(shown, lines, "{text}");
        assert_eq!((found.cut, found.unclear, found.why.is_some()), (cut, unclear, unclear > 0), "{text}: {:?}", found.why);
    }

    #[test]
    fn maps_that_are_certain() {
        holds("{}", &[], false, 0);
        holds(" { } ", &[], false, 0);
        holds("{a=b}", &["a: b"], false, 0);
        holds("{a=}", &["a: "], false, 0);
        holds("{ Host=a.example, tenant=5}", &["Host: a.example", "tenant: 5"], false, 0);
        holds(
            "{Accept=*/*, User-Agent=Mozilla/5.0 (X11) (KHTML, like Gecko), Host=a, Accept-Encoding=gzip, deflate, br, b=c}",
            &[
                "Accept: */*",
                "User-Agent: Mozilla/5.0 (X11) (KHTML, like Gecko)",
                "Host: a",
                "Accept-Encoding: gzip, deflate, br",
                "b: c",
            ],
            false,
            0,
        );
        holds(
            "{Date=Sun, 14 Jun 2020 10:04:49 GMT, Cache-Control=private, max-age=0, X-Amzn-Trace-Id=Root=1-2-3;Sampled=0, Location=}",
            &[
                "Date: Sun, 14 Jun 2020 10:04:49 GMT",
                "Cache-Control: private, max-age=0",
                "X-Amzn-Trace-Id: Root=1-2-3;Sampled=0",
                "Location: ",
            ],
            false,
            0,
        );
        holds("{Authorization=********0629eb, b=c}", &["Authorization: ********0629eb", "b: c"], false, 0);
        holds("{a={\"b\": 1}}", &["a: {\"b\": 1}"], false, 0);
    }

    #[test]
    fn what_is_not_certain_is_not_guessed() {
        holds("{X-Mine=a=1, b=2, c=3, Host=d}", &["X-Mine: a=1…", "Host: d"], false, 2);
        holds("{User-Agent=a, b, c=1, d}", &["User-Agent: a, b…"], false, 1);
        // A map has each name once.
        holds("{Via=1.1 a, User-Agent=x, Host=b, Via=1.1 c}", &["Via: …", "User-Agent: x", "Host: b…"], false, 1);
        holds("{User-Agent=x, Host=evil, Accept=a, host=b}", &["User-Agent: x…", "Host: …", "Accept: a…"], false, 1);
    }

    #[test]
    fn what_is_cut_is_open() {
        holds("{Host=a, Token=abc [TRUNCATED]", &["Host: a", "Token: abc…"], true, 0);
        holds("{Host=a, X-Forwarded-Port=443, X-Amzn-Trace- [TRUNCATED]", &["Host: a", "X-Forwarded-Port: 443"], true, 0);
        holds("{Accept=a, b, X-Amzn-Tr [TRUNCATED]", &["Accept: a, b…"], true, 0);
        holds("{Host=a,[TRUNCATED]", &["Host: a"], true, 0);
        holds("{Host=a, [TRUNCATED]", &["Host: a"], true, 0);
        holds("{Accept=a, [TRUNCATED]", &["Accept: a…"], true, 0);
        holds("{Host=a.exam", &["Host: a.exam…"], true, 0);
        holds("{Ho [TRUNCATED]", &[], true, 0);
        holds("[TRUNCATED]", &[], true, 0);
        holds("", &[], true, 0);
        holds("{nothing of the kind}", &[], true, 0);
    }

    #[test]
    fn long_lines_cost_no_more_than_their_length() {
        let name = "n".repeat(1 << 20);
        for before in [format!("{name}=1"), format!("X={name}"), format!("X=****{name} y"), format!("Accept={name}\"")] {
            let begin = std::time::Instant::now();
            fields(format!("{{X-Mine=a, {before}{}}}", ", b=2".repeat(1 << 17)).as_bytes());
            assert!(begin.elapsed().as_secs() < 10, "{} {:?}", before.len(), begin.elapsed());
        }
    }

    #[test]
    fn what_is_not_certain_is_said_without_values() {
        let why = fields(b"{X-Mine=secret=1, b=secret}").why.unwrap_or_default();
        assert_eq!(why, "whether `, b=` begins a field or goes on with the value of `X-Mine` is not certain");
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "[{}]?[a-zA-Z=, ;\"*\\[\\]{}-]{0,80}( \\[TRUNCATED\\])?") {
            let found = fields(text.as_bytes());
            let written: usize = found.lines.iter().map(|(name, value)| name.len() + value.len()).sum();
            prop_assert!(written <= text.len() + found.lines.len() * UNKNOWN.len() * 2);
        }

        /// Names that only fields have are found, whatever their values are.
        #[test]
        fn known_names_are_found(values in proptest::collection::vec("[a-z;/.]{0,12}(, [a-z;/.]{1,8})?", 1..8)) {
            const NAMES: [&str; 8] = ["Host", "X-A", "User-Agent", "Via", "X-B", "Server", "Accept", "X-C"];
            let lines: Vec<String> = NAMES.iter().zip(&values).map(|(name, value)| format!("{name}={value}")).collect();
            let found = fields(format!("{{{}}}", lines.join(", ")).as_bytes());
            let read: Vec<String> = found.lines.iter().map(|(n, v)| format!("{}={}", String::from_utf8_lossy(n), String::from_utf8_lossy(v))).collect();
            prop_assert_eq!(read, lines);
            prop_assert_eq!((found.cut, found.unclear), (false, 0));
        }
    }
}
