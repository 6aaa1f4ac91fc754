//! What no traffic could violate, because every value is right.

use regex_syntax::hir::{Class, Hir, HirKind};

use super::clauses::{expectations, inner, may_be_missing, of};
use crate::spec::problem::Problem;
use crate::spec::{
    Bounds, Claim, Clause, ClauseKind, Form, Hop, ListClause, MembersClause, Part, Pattern, Side, Spec, Template, Tolerance,
    Value, glob, walk,
};

/// So many patterns of `absent` are held against the other names of their message.
const MOST_PATTERNS: usize = 64;

/// The expectations of a hop.
pub(super) fn hop(spec: &Spec, hop: &Hop, problems: &mut Vec<Problem>) {
    if let Some(count) = &hop.count
        && says_nothing(count.value)
    {
        let problem = Problem::new(count.place, "any number of exchanges is right");
        problems.push(problem.help("leave `count` away; `0` says that this traffic must not be seen"));
    }
    // What `others` would not allow is named by an expectation that may say nothing of it.
    let others = |side, of: fn(&Claim) -> bool| expectations(hop).any(|(at, e)| at == side && of(&e.claim));
    let names = [Side::Request, Side::Response].map(|side| {
        (others(side, |claim| matches!(claim, Claim::Others)), others(side, |claim| matches!(claim, Claim::BodyOthers)))
    });
    for (side, expectation) in expectations(hop) {
        if let Claim::Part { part, value } = &expectation.claim {
            let (fields, members) = names.get(side as usize).copied().unwrap_or_default();
            let allows = (fields && part.field().is_some()) || (members && matches!(part, Part::BodyJson { .. }));
            if !(allows && value.meta.optional && is_open_lines(value, part)) {
                look(value, Some(part), problems);
            }
        }
    }
    let mut select = |value: &'_ Value| look(value, None, problems);
    hop.select.iter().for_each(|s| walk::select(s, &mut select));
    covered(spec, hop, problems);
}

/// The types of a file.
pub(super) fn types(spec: &Spec, problems: &mut Vec<Problem>) {
    spec.types.iter().filter_map(|named| named.value.value()).for_each(|value| look(value, None, problems));
}

/// Notes the clauses of a value that fit everything; the outermost of those in each other.
fn look(value: &Value, part: Option<&Part>, problems: &mut Vec<Problem>) {
    for clause in of(value) {
        // What fits everything fits nothing when it is turned round; that shows at once, since nothing is met.
        if matches!(clause.kind, ClauseKind::Not(_)) {
            continue;
        }
        if let ClauseKind::Any(values) = &clause.kind
            && let Some(open) = values.iter().find(|value| is_open(value, part))
        {
            let problem = Problem::new(open.place, "this fits every value, and so does `any` with it");
            problems.push(problem.help("say more of this one, or leave the whole of `any` away"));
            continue;
        }
        if is_idle(clause, part) {
            problems.push(Problem::new(whole(clause), "this fits every value").help(help(clause, value, part)));
            continue;
        }
        let within = if matches!(clause.kind, ClauseKind::All(_)) { part } else { None };
        inner(clause).into_iter().for_each(|value| look(value, within, problems));
    }
}

fn help(clause: &Clause, value: &Value, part: Option<&Part>) -> &'static str {
    match (&clause.kind, part) {
        (ClauseKind::AtLeast(_) | ClauseKind::AtMost(_), Some(Part::Status)) => {
            "a status is a number from 100 to 999: leave this away, or narrow it"
        }
        (_, Some(part)) if may_be_missing(part) && of(value).len() == 1 && value.meta.optional => {
            "leave the expectation away: whether the field is there or not, nothing violates it"
        }
        (_, Some(part)) if may_be_missing(part) && of(value).len() == 1 => {
            "write `{ present: true }` if it must be there, whatever it is"
        }
        _ => "leave it away, or say more",
    }
}

/// From the key of a clause to the end of its value.
fn whole(clause: &Clause) -> crate::spec::Place {
    crate::spec::Place { start: clause.key.start, end: clause.place.end.max(clause.key.end) }
}

/// Whether every value is as this one says.
fn is_open(value: &Value, part: Option<&Part>) -> bool {
    matches!(&value.form, Form::Matcher(clauses) if clauses.iter().all(|clause| is_idle(clause, part)))
}

/// The same of several lines, each of which is right.
fn is_open_lines(value: &Value, part: &Part) -> bool {
    is_open(value, Some(part)) || {
        let each = |clause: &Clause| match &clause.kind {
            ClauseKind::Lines(MembersClause {
                each: Some(each),
                length: None,
                first: None,
                last: None,
                includes,
                equals: None,
            }) => includes.is_empty() && is_open(each, Some(part)),
            _ => false,
        };
        of(value).iter().all(each)
    }
}

/// Whether a clause fits every value of a part.
pub(super) fn is_idle(clause: &Clause, part: Option<&Part>) -> bool {
    let empty = |template: &Template| template.literal() == Some("");
    match &clause.kind {
        ClauseKind::Prefix(text) | ClauseKind::Suffix(text) | ClauseKind::Contains(text) => empty(text),
        ClauseKind::Regex(pattern) => fits_all(pattern),
        ClauseKind::AtLeast(least) => match part {
            Some(Part::Status) => *least <= 100,
            Some(Part::BodyLength) => *least <= 0,
            _ => false,
        },
        ClauseKind::AtMost(most) => matches!(part, Some(Part::Status)) && *most >= 999,
        ClauseKind::List(ListClause { members, at, separator: _ }) => {
            at.is_empty() && only_length(members).is_some_and(says_nothing)
        }
        ClauseKind::Lines(members) => only_length(members).is_some_and(says_nothing),
        ClauseKind::Pairs(pairs) => {
            pairs.others == Tolerance::Allow && pairs.pairs.iter().all(|(_, value)| value.meta.optional && is_open(value, None))
        }
        ClauseKind::All(values) => values.iter().all(|value| is_open(value, part)),
        ClauseKind::Any(values) => values.iter().any(|value| is_open(value, part)),
        ClauseKind::Type(named) => named.value().is_some_and(|value| is_open(value, part)),
        _ => false,
    }
}

fn only_length(members: &MembersClause) -> Option<Bounds> {
    let MembersClause { length, first, last, each, includes, equals } = members;
    let others = first.is_some() || last.is_some() || each.is_some() || !includes.is_empty() || equals.is_some();
    length.filter(|_| !others)
}

fn says_nothing(bounds: Bounds) -> bool {
    bounds.at_least == 0 && bounds.at_most.is_none()
}

/// Whether a pattern matches every value of a field: `.*`, however it is written.
fn fits_all(pattern: &Pattern) -> bool {
    let parsed = regex_syntax::ParserBuilder::new().utf8(false).unicode(!pattern.text.is_ascii()).build().parse(&pattern.text);
    parsed.is_ok_and(|hir| repeats_all(&hir))
}

fn repeats_all(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Capture(capture) => repeats_all(&capture.sub),
        HirKind::Repetition(repetition) => {
            repetition.min == 0 && repetition.max.is_none() && (is_all(&repetition.sub) || repeats_all(&repetition.sub))
        }
        HirKind::Concat(parts) => {
            parts.iter().all(|part| matches!(part.kind(), HirKind::Look(_)) || repeats_all(part)) && parts.iter().any(repeats_all)
        }
        HirKind::Alternation(parts) => parts.iter().any(repeats_all),
        _ => false,
    }
}

/// Whether a class has every byte or character but the ends of lines, which stand in no field.
fn is_all(hir: &Hir) -> bool {
    let is_end = |byte: u32| byte == u32::from(b'\n') || byte == u32::from(b'\r');
    match hir.kind() {
        HirKind::Capture(capture) => is_all(&capture.sub),
        HirKind::Class(Class::Bytes(class)) => {
            let mut others = class.clone();
            others.negate();
            others.ranges().iter().all(|range| (range.start()..=range.end()).all(|byte| is_end(byte.into())))
        }
        HirKind::Class(Class::Unicode(class)) => {
            let mut others = class.clone();
            others.negate();
            let short = |range: &regex_syntax::hir::ClassUnicodeRange| range.len() <= 2;
            let ends = |range: &regex_syntax::hir::ClassUnicodeRange| is_end(range.start().into()) && is_end(range.end().into());
            others.ranges().iter().all(|range| short(range) && ends(range))
        }
        _ => false,
    }
}

/// Names of `absent` that a pattern of the same message has already.
fn covered(spec: &Spec, hop: &Hop, problems: &mut Vec<Problem>) {
    for side in [Side::Request, Side::Response] {
        let of_side = |message: Side| message == side;
        let absent: Vec<_> = expectations(hop)
            .filter(|(of, _)| of_side(*of))
            .filter_map(|(_, e)| if let Claim::Absent(name) = &e.claim { Some((name.as_str(), e.key)) } else { None })
            .collect();
        let own = match side {
            Side::Request => &hop.request,
            Side::Response => &hop.response,
        };
        let patterns = own.expectations.iter().filter_map(|e| match &e.claim {
            Claim::Absent(name) if name.contains('*') => Some((name.as_str(), e.key)),
            _ => None,
        });
        for (pattern, at) in patterns.take(MOST_PATTERNS) {
            let line = spec.source.line_column(at.start).0;
            for (name, place) in absent.iter().filter(|(_, place)| *place != at) {
                // A pattern that fits another's text fits all that the other fits.
                if glob(pattern.as_bytes(), name.as_bytes()) {
                    let problem = Problem::new(*place, format!("`{pattern}` in line {line} says this already"));
                    problems.push(problem.help("leave one of them away"));
                }
            }
        }
    }
}
