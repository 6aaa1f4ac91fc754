//! Writes the draft: keys in the order of the spec language, fields in the order in which they came first.

use super::claim::{field, written};
use super::field::Field;
use super::hop::{Hop, Hops};
use super::message::Messages;
use super::remark;
use super::select::Demand;
use super::start_line;
use crate::check::{yaml_prose, yaml_text};
use crate::report::count;
use crate::spec::Side;

/// Lines are wrapped before this column.
const WIDTH: usize = 120;
/// Why a field that is always there is optional.
const THERE: &str = "the select asks for it";
/// Captures that are named one by one.
const MOST_NAMED: usize = 20;
/// A shorter order, or of fewer messages, is chance.
const OFTEN: u64 = 2;

/// A capture that the draft comes from.
#[derive(Debug, Clone)]
pub(super) struct From {
    /// Its name, without the folders above it.
    pub(super) name: String,
    /// The day of its first exchange.
    pub(super) day: Option<String>,
}

/// How much of what is known is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Detail {
    /// What was seen beside what is expected, in comments.
    pub(super) remarks: bool,
    /// So many fields of a message.
    pub(super) fields: usize,
}

impl Detail {
    /// All of it, then less and less.
    pub(super) const STEPS: [Self; 5] = [
        Self { remarks: true, fields: usize::MAX },
        Self { remarks: false, fields: usize::MAX },
        Self { remarks: false, fields: 32 },
        Self { remarks: false, fields: 8 },
        Self { remarks: false, fields: 0 },
    ];

    /// What is left out, as a sentence.
    pub(super) fn left_out(self) -> Option<String> {
        const WHY: &str = "since a spec has at most 1 MiB";
        match self {
            Self { remarks: true, .. } => None,
            Self { fields: usize::MAX, .. } => Some(format!("The draft does not say what else was seen, {WHY}")),
            Self { fields, .. } => Some(format!(
                "The draft does not say what else was seen, nor more than {} of a message, {WHY}",
                count(fields as u64, "field")
            )),
        }
    }
}

/// The draft.
pub(super) fn spec(hops: &Hops, captures: &[From], detail: Detail) -> String {
    let mut out = String::new();
    let names: Vec<&str> = captures.iter().take(MOST_NAMED).map(|capture| capture.name.as_str()).collect();
    let more = captures.len().saturating_sub(names.len());
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let title = format!("Draft of what {}{more} showed", names.join(", "));
    line(
        &mut out,
        0,
        &format!("title: {}", yaml_prose(&title, 400).unwrap_or_else(|| "Draft of what captures showed".to_owned())),
    );
    line(&mut out, 0, "about: |");
    for text in about(hops) {
        line(&mut out, 1, &text);
    }
    if let Some(left_out) = detail.left_out() {
        line(&mut out, 0, "");
        line(&mut out, 1, &format!("{left_out}."));
    }
    line(&mut out, 0, "references:");
    for capture in captures.iter().take(MOST_NAMED) {
        let name = yaml_prose(&capture.name, 400).unwrap_or_else(|| "a capture".to_owned());
        let day = capture.day.as_ref().map(|day| format!(", observed: {day}")).unwrap_or_default();
        line(&mut out, 1, &format!("- {{ title: {name}{day}, grade: observed }}"));
    }
    line(&mut out, 0, "");
    line(&mut out, 0, "hops:");
    for (number, hop) in hops.hops.iter().enumerate() {
        if number > 0 {
            line(&mut out, 0, "");
        }
        self::hop(&mut out, hop, detail);
    }
    out
}

fn about(hops: &Hops) -> Vec<String> {
    let exchanges: u64 = hops.hops.iter().map(|hop| hop.group.exchanges).sum();
    let (exchanges, kinds) = (count(exchanges.saturating_add(hops.left_over), "exchange"), count(hops.hops.len() as u64, "kind"));
    let mut lines = vec![
        format!("Drafted by `hopspec learn` from {exchanges} of {kinds}."),
        "A value that was the same in at least two exchanges is expected as it was; of values that differ, what they have in"
            .to_owned(),
        "common; what was seen only once must be there, whatever it is. Comments say what else was seen. A draft knows no more"
            .to_owned(),
        "than its capture: take away what is chance there, and say `why` of what is not.".to_owned(),
    ];
    if hops.left_over > 0 {
        let (number, is) = (count(hops.left_over, "exchange"), if hops.left_over == 1 { "shows" } else { "show" });
        lines.push(String::new());
        lines.push(format!("{number} {is} no sign of a kind: the request is not in the capture, or it is cut or masked there."));
    }
    lines
}

fn hop(out: &mut String, hop: &Hop, detail: Detail) {
    line(out, 1, &format!("{}:", yaml_text(&hop.name, 100).unwrap_or_default()));
    let text = |text: &str| yaml_prose(text, 200).unwrap_or_else(|| "server".to_owned());
    line(out, 2, &format!("from: {}", text(&hop.from)));
    line(out, 2, &format!("to: {}", text(&hop.to)));
    let (exchanges, answered) = (hop.group.exchanges, hop.group.response.count);
    let times = match hop.group.times {
        Some((first, last)) if second(first) == second(last) => format!(", {}", second(first)),
        Some((first, last)) => format!(", {} to {}", second(first), second(last)),
        None => String::new(),
    };
    let answered = match answered {
        0 => ", none with a response".to_owned(),
        n if n < exchanges => format!(", {n} with a response"),
        _ => String::new(),
    };
    line(out, 2, &format!("# {}{times}{answered}", count(exchanges, "exchange")));
    if !hop.select.lines.is_empty() {
        line(out, 2, "select:");
        hop.select.lines.iter().for_each(|select| line(out, 3, select));
    }
    message(out, Side::Request, &hop.group.request, &hop.select.demands, detail);
    message(out, Side::Response, &hop.group.response, &[], detail);
}

/// A time to the second.
fn second(time: crate::capture::Timestamp) -> String {
    let text = time.to_string();
    format!("{}Z", text.get(..19).unwrap_or_default())
}

/// The day of a time.
pub(super) fn day(time: crate::capture::Timestamp) -> String {
    time.to_string().get(..10).unwrap_or_default().to_owned()
}

fn message(out: &mut String, side: Side, messages: &Messages, demands: &[Demand], detail: Detail) {
    let mut lines: Vec<(usize, String)> = Vec::new();
    lines.extend(start_line::lines(side, messages, demands).into_iter().map(|text| (3, text)));
    let mut fields: Vec<(usize, String)> = Vec::new();
    let mut said_any = false;
    let noun = side.name();
    for of in messages.fields.iter().take(detail.fields) {
        let Some(name) = yaml_text(&of.name, 200) else { continue };
        let said = field(of, messages.count, messages.partial, demands);
        let mut remark = remark::of(of, messages.count, noun, said.as_ref());
        if said.is_some() && is_demanded(of, demands) {
            remark = Some(remark.map_or_else(|| THERE.to_owned(), |remark| format!("{THERE}; {remark}")));
        }
        let remark = remark.filter(|_| detail.remarks).map(|remark| format!("  # {remark}")).unwrap_or_default();
        if said.is_none() && !detail.remarks {
            continue;
        }
        said_any |= said.is_some();
        fields.push((
            4,
            match said {
                Some(keys) => format!("{name}: {}{remark}", written(&keys)),
                None => format!("# {}: {}", of.name, why_nothing(of, demands, &remark)),
            },
        ));
    }
    if messages.unlearned > 0 {
        fields.push((
            4,
            format!(
                "# {} more: without a name that a spec can write, or beyond what is kept",
                count(messages.unlearned, "field line")
            ),
        ));
    }
    if said_any {
        lines.push((3, "headers:".to_owned()));
        lines.extend(fields);
    } else {
        lines.extend(fields.into_iter().map(|(_, text)| (3, text)));
    }
    if messages.count >= OFTEN {
        // Of fields that are not always there, some never stood beside each other.
        let always = |name: &&String| {
            let field = messages.fields.iter().take(detail.fields).find(|field| field.name.eq_ignore_ascii_case(name));
            field.is_some_and(|field| field.messages == messages.count)
        };
        // In an order the word `others` stands for the rest.
        let written = |name: &&String| always(name) && *name != "others";
        let names: Vec<String> = messages.order.names().iter().filter(written).filter_map(|name| yaml_text(name, 200)).collect();
        if names.len() > 1 {
            lines.extend(wrapped("order", &names).into_iter().map(|text| (3, text)));
        }
        let one_case = messages.fields.iter().all(|field| field.one_case);
        if messages.cased >= OFTEN && one_case && said_any {
            lines.push((3, "name_case: exact".to_owned()));
        }
    }
    // A mapping of comments alone is none.
    if !lines.iter().any(|(_, text)| !text.starts_with('#')) {
        lines.iter().for_each(|(_, text)| line(out, 2, text));
        return;
    }
    line(out, 2, &format!("{noun}:"));
    lines.iter().for_each(|(indent, text)| line(out, *indent, text));
}

/// Whether the select finds no message without this field.
fn is_demanded(of: &Field, demands: &[Demand]) -> bool {
    demands.iter().any(|demand| match demand {
        Demand::Whole(name) | Demand::Begin(name, _) | Demand::There(name) => name.eq_ignore_ascii_case(&of.name),
        Demand::Method | Demand::Path => false,
    })
}

/// Why nothing is said of a field.
fn why_nothing(of: &Field, demands: &[Demand], remark: &str) -> String {
    let remark = remark.trim_start().trim_start_matches("# ");
    match (is_demanded(of, demands), remark.is_empty()) {
        (true, true) => "the select says it".to_owned(),
        (true, false) => format!("the select says it; {remark}"),
        (false, _) => remark.to_owned(),
    }
}

/// `key: [a, b, …]` on as many lines as it takes.
fn wrapped(key: &str, names: &[String]) -> Vec<String> {
    let mut lines = Vec::new();
    let mut now = format!("{key}: [");
    for (at, name) in names.iter().enumerate() {
        let end = if at.saturating_add(1) == names.len() { "]" } else { "," };
        if now.len() + name.len() + 2 > WIDTH - 6 {
            lines.push(std::mem::replace(&mut now, "  ".to_owned()));
        } else if at > 0 {
            now.push(' ');
        }
        now.push_str(name);
        now.push_str(end);
    }
    lines.push(now);
    lines
}

fn line(out: &mut String, indent: usize, text: &str) {
    if !text.is_empty() {
        out.extend(std::iter::repeat_n("  ", indent));
        out.push_str(text);
    }
    out.push('\n');
}
