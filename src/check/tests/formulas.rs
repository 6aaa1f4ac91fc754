//! What formulas work out by themselves is what the interpreter says.

use proptest::prelude::*;

use super::super::interpret::{INTERPRETED, WITHOUT_FORMULAS};
use super::super::plan::Plan;
use super::settled::{Pair, counts, plan};
use crate::anomaly::AnomalyKind;
use crate::finding::Counts;
use crate::http::{CaptureId, Fidelity, Origin, Provenance, parse_head};
use crate::spec::{self, Loaded};

/// The same with the interpreter alone.
pub(super) fn without_formulas<T>(what: impl FnOnce() -> T) -> T {
    /// A test that fails goes on with formulas, too.
    struct With;
    impl Drop for With {
        fn drop(&mut self) {
            WITHOUT_FORMULAS.set(false);
        }
    }
    WITHOUT_FORMULAS.set(true);
    let _with = With;
    what()
}

/// Writes expressions that mean something, as a row of choices says.
struct Writer<'c> {
    choices: std::slice::Iter<'c, u8>,
    /// The members of the macros around, and whether they are field lines.
    members: Vec<(String, bool)>,
}

impl Writer<'_> {
    fn of(choices: &[u8]) -> String {
        Writer { choices: choices.iter(), members: Vec::new() }.truth()
    }

    /// One of so many; the first, which leads no further, where no choice is left.
    fn one_of(&mut self, number: u8) -> u8 {
        self.choices.next().map_or(0, |choice| choice % number)
    }

    fn pick(&mut self, from: &[&str]) -> String {
        let at = self.one_of(u8::try_from(from.len()).expect("few"));
        from[usize::from(at)].to_owned()
    }

    fn literal(&mut self) -> String {
        self.pick(&[r#""a""#, r#""Via""#, r#""via""#, r#""A1""#, r#""é""#, r#""""#, r#""a1 é""#, r#""12""#, r#""a, b""#])
    }

    fn truth(&mut self) -> String {
        match self.one_of(17) {
            0 => self.pick(&["true", "false"]),
            1 => format!("({} && {})", self.truth(), self.truth()),
            2 => format!("({} || {})", self.truth(), self.truth()),
            3 => format!("!({})", self.truth()),
            4 => format!("({} {} {})", self.text(), self.comparison(), self.text()),
            5 => format!("({} {} {})", self.int(), self.comparison(), self.int()),
            6 => format!("({} in {})", self.text(), self.list()),
            7 => format!("{}.{}({})", self.text(), self.pick(&["startsWith", "endsWith", "contains"]), self.text()),
            8 => format!("{}.matches({})", self.text(), self.pick(&[r#""^a+$""#, r#""[0-9]""#, r#""(?i)via""#, r#""é""#])),
            9 | 10 => self.over_lines("exists"),
            11 => self.over_lines("all"),
            12 => self.over_lines("exists_one"),
            13 => self.over_list(),
            14 => format!("({} ? {} : {})", self.truth(), self.truth(), self.truth()),
            15 => format!("({} == {})", self.list(), self.list()),
            _ => format!("{}.has_header({})", self.pick(&["request", "response"]), self.pick(&[r#""Via""#, r#""x""#])),
        }
    }

    fn comparison(&mut self) -> String {
        self.pick(&["==", "!=", "<", "<=", ">", ">="])
    }

    fn text(&mut self) -> String {
        match self.one_of(11) {
            0 => self.literal(),
            1 => self.pick(&["request.method", "request.target", "src.ip"]),
            2 => self.pick(&[r#"request.header("Via")"#, r#"response.header("A1")"#, r#"request.header("b")"#]),
            3 => format!("{}.lower()", self.text()),
            4 => format!("({} + {})", self.text(), self.text()),
            5 => format!("({} ? {} : {})", self.truth(), self.text(), self.text()),
            6 => format!("{}[{}]", self.list(), self.int()),
            7 => format!("string({})", self.int()),
            8 => format!("{}.{}", self.text(), self.pick(&[r#"pair("a")"#, "sha256()", "host()"])),
            _ => match self.members.len() {
                0 => self.literal(),
                open => {
                    let which = usize::from(self.one_of(3)) % open;
                    let (name, is_line) = self.members[which].clone();
                    if is_line { format!("{name}.{}", self.pick(&["name", "value"])) } else { name }
                }
            },
        }
    }

    fn int(&mut self) -> String {
        match self.one_of(9) {
            0 => self.pick(&["0", "1", "2", "-1", "200", "9223372036854775807"]),
            1 => format!("{}.size()", self.text()),
            2 => format!("{}.size()", self.list()),
            3 => self.pick(&["response.status", "dst.port"]),
            4 => format!("({} {} {})", self.int(), self.pick(&["+", "-", "*", "/", "%"]), self.int()),
            5 => format!("int({})", self.text()),
            6 => format!("{}.headers.size()", self.pick(&["request", "response"])),
            7 => format!("{}.size()", self.over_lines("filter")),
            _ => format!("-{}", self.int()),
        }
    }

    /// A list of texts.
    fn list(&mut self) -> String {
        match self.one_of(6) {
            0 => self.pick(&["[]", r#"["a", "b"]"#]),
            1 => format!("[{}, {}]", self.text(), self.text()),
            2 => format!("{}.members()", self.text()),
            3 => format!("({} + {})", self.list(), self.list()),
            4 => self.looped(false, "filter"),
            _ => {
                let side = self.pick(&["request", "response"]);
                let name = self.enter(true);
                let text = self.text();
                self.members.pop();
                format!("{side}.headers.map({name}, {text})")
            }
        }
    }

    fn enter(&mut self, is_line: bool) -> String {
        let name = format!("h{}", self.members.len());
        self.members.push((name.clone(), is_line));
        name
    }

    fn over_lines(&mut self, macro_: &str) -> String {
        self.looped(true, macro_)
    }

    fn over_list(&mut self) -> String {
        let macro_ = self.pick(&["exists", "all", "exists_one"]);
        self.looped(false, &macro_)
    }

    fn looped(&mut self, is_line: bool, macro_: &str) -> String {
        let over = if is_line {
            format!("{}.headers", self.pick(&["request", "response"]))
        } else if self.members.len() > 1 {
            r#"["a", "via"]"#.to_owned()
        } else {
            self.list()
        };
        let name = self.enter(is_line);
        let test = self.truth();
        self.members.pop();
        format!("{over}.{macro_}({name}, {test})")
    }
}

fn message(start: &'static str) -> impl Strategy<Value = Vec<u8>> {
    let name = prop_oneof![Just("Via"), Just("via"), Just("A1"), Just("b")];
    let value =
        proptest::sample::select(vec![b"a".as_slice(), b"A1", b"", b"via", "é".as_bytes(), b"\xe9", "a1 é".as_bytes(), b"A1***"]);
    proptest::collection::vec((name, value), 0..5).prop_map(move |lines| {
        let mut head = start.as_bytes().to_vec();
        for (name, value) in lines {
            head.extend_from_slice(name.as_bytes());
            head.extend_from_slice(b": ");
            head.extend_from_slice(value);
            head.extend_from_slice(b"\r\n");
        }
        head
    })
}

/// What a head is known by.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Known {
    Whole,
    /// It is cut behind its last line.
    Cut,
    /// Masks stand in it.
    Masked,
    /// Its source leaves out credentials.
    WithoutSecrets,
}

fn known() -> impl Strategy<Value = Known> {
    prop_oneof![8 => Just(Known::Whole), 1 => Just(Known::Cut), 1 => Just(Known::Masked), 1 => Just(Known::WithoutSecrets)]
}

fn parsed(mut bytes: Vec<u8>, known: Known) -> crate::http::HeadBuf {
    if known != Known::Cut {
        bytes.extend_from_slice(b"\r\n");
    }
    let at = Provenance { capture: CaptureId(0), origin: Origin::Line(1) };
    let (masks, secrets) = (known == Known::Masked, known != Known::WithoutSecrets);
    let mut head = parse_head(&bytes, at, Fidelity { masks, secrets, ..Fidelity::WIRE });
    if known == Known::Cut {
        head.head.flags.insert(AnomalyKind::HeadIncomplete);
    }
    head
}

/// A plan of one check; nothing where the condition means nothing after all, or is too large.
fn plan_of(that: &str) -> Option<Plan> {
    let text = format!("hops:\n  h:\n    checks:\n      - id: c\n        that: '{}'\n", that.replace('\'', "''"));
    match spec::parse("specs/t.yaml", "t", text.as_bytes()) {
        Ok(Loaded::Spec(spec)) => Some(Plan::compile(&[(std::sync::Arc::new(*spec), true)], &[])),
        _ => None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn formulas_say_what_the_interpreter_says(
        choices in proptest::collection::vec(any::<u8>(), 1..60), request in message("GET / HTTP/1.1\r\n"), response in message("HTTP/1.1 200 OK\r\n"),
        of_request in known(), of_response in known(), answered in proptest::bool::weighted(0.9),
    ) {
        let pair: Pair = (Some(parsed(request, of_request)), answered.then(|| parsed(response, of_response)), None);
        let that = Writer::of(&choices);
        let Some(plan) = plan_of(&that) else { return Ok(()) };
        let said = || counts(&plan, &[pair.clone(), pair.clone()]);
        prop_assert_eq!(said(), without_formulas(said), "{}", that);
    }
}

#[test]
fn what_is_written_is_read_and_mostly_answered_without_the_interpreter() {
    let pair = || -> Pair {
        let request = parsed(b"GET / HTTP/1.1\r\nVia: a\r\nb: via, A1\r\n".to_vec(), Known::Whole);
        (Some(request), Some(parsed(b"HTTP/1.1 200 OK\r\nA1: 12\r\n".to_vec(), Known::Whole)), None)
    };
    let (mut read, mut interpreted) = (0_usize, 0_usize);
    let mut state = 1_u64;
    for _ in 0..500 {
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            state.to_be_bytes()[0]
        };
        let choices: Vec<u8> = (0..40).map(|_| next()).collect();
        if let Some(plan) = plan_of(&Writer::of(&choices)) {
            INTERPRETED.set(0);
            counts(&plan, &[pair()]);
            read += 1;
            interpreted += usize::from(INTERPRETED.get() > 0);
        }
    }
    assert!(read > 300, "{read} of 500 mean something");
    // Where a field is not there, or a number no number, the interpreter says why.
    assert!(interpreted * 2 < read, "{interpreted} of {read} were the interpreter's");
}

#[test]
fn a_line_is_found_and_missed() {
    let made = |lines: &str| parsed(format!("GET / HTTP/1.1\r\n{lines}").into_bytes(), Known::Whole);
    let met = |that: &str, lines: &str| {
        let spec = format!("hops:\n  h:\n    checks:\n      - {{ id: c, that: '{that}' }}\n");
        let [ref of_hop] = counts(&plan(&spec), &[(Some(made(lines)), None, None)])[..] else { panic!("one hop") };
        match of_hop[..] {
            [Counts { met: 1, violated: 0, inconclusive: 0 }] => true,
            [Counts { met: 0, violated: 1, inconclusive: 0 }] => false,
            ref other => panic!("{other:?}"),
        }
    };
    let via = r#"request.headers.exists(h, h.name.lower() == "via" && h.value.startsWith("1.1 "))"#;
    assert!(met(via, "VIA: 1.1 edge\r\n"));
    assert!(!met(via, "Via: 2 edge\r\nX: 1.1 edge\r\n"));
    assert!(met(&format!("!{via}"), "X: 1.1 edge\r\n"));
    let short = r#"request.headers.all(h, h.name in ["Host", "X"] || h.value.matches("^[0-9]+$"))"#;
    assert!(met(short, "Host: a\r\nX: b\r\nY: 12\r\n"));
    assert!(!met(short, "Host: a\r\nY: 1b\r\n"));
    assert!(met(short, ""), "nothing is otherwise where there is nothing");
}
