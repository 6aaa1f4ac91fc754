//! What a hop's `select` cannot find: a select says what identifies a hop, not what is checked, so it must still find the
//! exchange where any one expectation is violated. Where it does not, that finding can never be made.

use super::clauses::{is_absence, may_be_missing, may_speak_of_absence, misses, part_in_words, same_part};
use super::{idle, implied};
use crate::spec::problem::Problem;
use crate::spec::{Claim, Expectation, Form, Hop, Part, Select, SelectOn, Side, Value, glob};

/// So many entries of a select are held against expectations: a file could give a square of them.
const MOST: usize = 1_000_000;

/// The expectations of a hop that its own select demands.
pub(super) fn hop(hop: &Hop, problems: &mut Vec<Problem>) {
    let Some(select) = &hop.select else { return };
    let most = MOST / size(select).max(1);
    let sides = [(Side::Request, &hop.request), (Side::Response, &hop.response)];
    let expectations = sides.into_iter().flat_map(|(side, message)| message.expectations.iter().map(move |e| (side, e)));
    for (side, expectation) in expectations.take(most) {
        problems.extend(demanded(select, side, expectation, &hop.name.value));
    }
}

/// How an expectation may be violated.
#[derive(Debug, Clone, Copy)]
enum Broken<'e> {
    /// The part is not there.
    Missing(&'e Part),
    /// It is there and has another value.
    Wrong(&'e Part, &'e Value),
    /// A field is there whose name is this or fits it.
    Present(&'e str),
}

/// What can never be said of an expectation, if anything.
fn demanded(select: &Select, side: Side, expectation: &Expectation, hop: &str) -> Option<Problem> {
    let lost = |broken| !can_be(select, side, broken, true);
    let (said, never) = match &expectation.claim {
        Claim::Part { part, value } => {
            let name = part_in_words(part);
            let may_miss = may_be_missing(part) && !value.meta.optional;
            let says = !matches!(&value.form, Form::Matcher(clauses) if clauses.iter().all(|c| idle::is_idle(c, Some(part))));
            let missing = may_miss && lost(Broken::Missing(part));
            let wrong = says && lost(Broken::Wrong(part, value));
            let is = |how: &str| format!("a {} in which {name} is {how}", side.name());
            const NOTHING: &str = "nothing can violate this";
            match (missing, wrong) {
                (true, true) => (is("missing or wrong"), NOTHING),
                // What takes any value can be missing alone, and what is always there, or optional, can be wrong alone.
                (true, false) => (is("missing"), if says { "nothing can say that it is missing" } else { NOTHING }),
                (false, true) => (is("wrong"), if may_miss { "nothing can say that it is wrong" } else { NOTHING }),
                (false, false) => return None,
            }
        }
        Claim::Absent(name) if lost(Broken::Present(name)) => {
            (format!("a {} with `{name}`", side.name()), "nothing can violate this")
        }
        _ => return None,
    };
    let problem = Problem::new(expectation.key, format!("the `select` of hop `{hop}` does not find {said}"));
    Some(problem.label(never).help("add another sign of the hop under `any`, or leave this one out of the select"))
}

/// Whether a select can come out so, whatever else the exchange is, where an expectation is broken.
fn can_be(select: &Select, side: Side, broken: Broken<'_>, wanted: bool) -> bool {
    let part = |part: &Select, wanted| can_be(part, side, broken, wanted);
    match select {
        Select::All(parts) if wanted => parts.iter().all(|p| part(p, true)),
        Select::All(parts) => parts.iter().any(|p| part(p, false)),
        Select::Any(parts) if wanted => parts.iter().any(|p| part(p, true)),
        Select::Any(parts) => parts.iter().all(|p| part(p, false)),
        Select::Not(inner) => part(inner, !wanted),
        Select::Atom { on, value, .. } => atom_can_be(on, value, side, broken, wanted),
    }
}

fn atom_can_be(on: &SelectOn, value: &Value, side: Side, broken: Broken<'_>, wanted: bool) -> bool {
    let absence = may_speak_of_absence(value);
    match (on, broken) {
        (SelectOn::Message(of, part), Broken::Missing(missing)) if *of == side && misses(part, missing) => !wanted || absence,
        (SelectOn::Message(of, part), Broken::Wrong(wrong, expected)) if *of == side && same_part(part, wrong) => {
            !wanted || absence || !implied::implies(value, expected)
        }
        (SelectOn::Message(of, Part::Field(name)), Broken::Present(there)) if *of == side && name.eq_ignore_ascii_case(there) => {
            !wanted || !is_absence(value)
        }
        (SelectOn::Absent(of, pattern), Broken::Present(there)) if *of == side && glob(pattern.as_bytes(), there.as_bytes()) => {
            !wanted
        }
        _ => true,
    }
}

/// How many entries a select has.
fn size(select: &Select) -> usize {
    match select {
        Select::All(parts) | Select::Any(parts) => parts.iter().map(size).sum(),
        Select::Not(inner) => size(inner),
        Select::Atom { .. } => 1,
    }
}

#[cfg(test)]
mod tests {
    use crate::spec::{Loaded, parse, warnings};

    /// What the select does not find, in short.
    fn lost(select: &str) -> Vec<String> {
        let spec = format!(
            "hops:\n  h:\n    select: {select}\n    request:\n      method: GET\n      headers: {{ A: 1, B: {{ prefix: ab }}, C: {{ optional: true, is: ip }}, P: {{ present: true }}, Cookie: {{ wire: 'Cookie: a=b' }} }}\n      absent: [V, W-*]\n    response: {{ status: {{ at_least: 200, at_most: 299 }}, headers: {{ A: '${{src}}' }} }}\n"
        );
        let Ok(Loaded::Spec(spec)) = parse("a.yaml", "a", spec.as_bytes()) else { panic!("no spec: {spec}") };
        let told = |message: &str| message.strip_prefix("the `select` of hop `h` does not find a ").unwrap().to_owned();
        warnings(&spec, false).into_iter().map(|w| format!("{}; {}", told(&w.message), w.label)).collect()
    }

    #[test]
    fn a_select_must_do_without_any_one_field() {
        const MISSING: &str = "nothing can say that it is missing";
        for (select, expected) in [
            ("{ request: { headers: { a: { present: true } } } }", &[format!("request in which `A` is missing; {MISSING}")][..]),
            ("{ request: { headers: { B: { prefix: a } } } }", &[format!("request in which `B` is missing; {MISSING}")]),
            (
                "{ request: { headers: { P: { present: true } } } }",
                &["request in which `P` is missing; nothing can violate this".to_owned()],
            ),
            ("{ any: [{ request: { headers: { A: 1 } } }, { request: { headers: { B: 2 } } }] }", &[]),
            ("{ request: { headers: { C: { is: hex }, D: 1 } } }", &[]),
            ("{ not: { request: { headers: { A: 1 } } } }", &[]),
            (
                "{ not: { not: { request: { headers: { A: { is: integer } } } } } }",
                &[format!("request in which `A` is missing; {MISSING}")],
            ),
            ("{ request: { absent: [A] } }", &[]),
            ("{ request: { headers: { A: { lines: { length: 0 } } } } }", &[]),
            ("{ request: { path: / }, dst: { port: 80 } }", &[]),
            (
                "{ request: { cookies: { a: { present: true } } } }",
                &["request in which the line of `Cookie` is missing; nothing can say that it is missing".to_owned()],
            ),
        ] {
            assert_eq!(lost(select), expected, "{select}");
        }
    }

    #[test]
    fn a_select_must_do_without_the_right_value() {
        const NEVER: &str = "nothing can violate this";
        for (select, expected) in [
            ("{ request: { method: GET } }", &[format!("request in which the method is wrong; {NEVER}")][..]),
            ("{ request: { method: { one_of: [GET, HEAD] } } }", &[]),
            ("{ request: { headers: { A: 1 } } }", &[format!("request in which `A` is missing or wrong; {NEVER}")]),
            (
                "{ request: { headers: { A: 2 } } }",
                &["request in which `A` is missing; nothing can say that it is missing".to_owned()],
            ),
            (
                "{ request: { headers: { B: { prefix: abc, suffix: d } } } }",
                &[format!("request in which `B` is missing or wrong; {NEVER}")],
            ),
            (
                "{ request: { headers: { C: { is: ip } } } }",
                &["request in which `C` is wrong; nothing can violate this".to_owned()],
            ),
            (
                "{ response: { status: { one_of: ['200', '204'] } } }",
                &[format!("response in which the status is wrong; {NEVER}")],
            ),
            ("{ response: { status: { at_least: 200 } } }", &[]),
            (
                "{ response: { status: { at_least: 201, at_most: 250 } } }",
                &[format!("response in which the status is wrong; {NEVER}")],
            ),
            ("{ response: { headers: { A: '${src}' } } }", &[format!("response in which `A` is missing or wrong; {NEVER}")]),
            (
                "{ any: [{ request: { method: GET, path: /a } }, { request: { method: GET, path: /b } }] }",
                &[format!("request in which the method is wrong; {NEVER}")],
            ),
            ("{ any: [{ request: { method: GET } }, { request: { path: /b } }] }", &[]),
            ("{ not: { request: { method: { not: GET } } } }", &[]),
            ("{ request: { absent: [v] } }", &[format!("request with `V`; {NEVER}")]),
            ("{ request: { absent: ['*'] } }", &[format!("request with `V`; {NEVER}"), format!("request with `W-*`; {NEVER}")]),
            ("{ request: { headers: { V: { present: true } } } }", &[]),
        ] {
            assert_eq!(lost(select), expected, "{select}");
        }
    }
}
