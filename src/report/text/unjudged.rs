//! What was not judged, said as plainly as what was.

use std::collections::BTreeMap;

use super::options::TextOptions;
use super::shut::Shut;
use crate::finding::Outcome;
use crate::report::escape::value;
use crate::report::paint::{Paint, Tone};
use crate::report::place::shell_word;
use crate::report::{count, escape};
use crate::source::{Undecoded, is_kept};

/// So many groups of exchanges, ports or files are named; the rest is counted.
const MOST: usize = 3;

/// Exchanges of no hop, flows without HTTP, files that were passed over, and what the check remarks.
pub(super) fn lines(outcome: &Outcome, options: &TextOptions, paint: Paint) -> String {
    let mut out = unselected(outcome, options, paint);
    let flows = outcome.captures.iter().flat_map(|capture| &capture.summary.undecoded);
    for line in undecoded(flows) {
        out.push_str(&line);
        out.push('\n');
    }
    for (number, one, many) in [
        (outcome.skipped_captures, "file is no capture and was passed over", "files are no captures and were passed over"),
        (outcome.skipped_specs, "YAML file is no spec and was passed over", "YAML files are no specs and were passed over"),
    ] {
        match number {
            0 => {}
            1 => out.push_str(&format!("1 {one}\n")),
            n => out.push_str(&format!("{n} {many}\n")),
        }
    }
    for note in &outcome.notes {
        out.push_str(&format!("{}: {}\n", paint.paint(Tone::Unknown, "note"), escape(note)));
    }
    out
}

fn unselected(outcome: &Outcome, options: &TextOptions, paint: Paint) -> String {
    let unselected = &outcome.unselected;
    if unselected.exchanges == 0 {
        return String::new();
    }
    let groups: Vec<_> =
        unselected.groups.iter().take(MOST).map(|group| format!("{} ×{}", value(&group.line), group.count)).collect();
    let named: u64 = unselected.groups.iter().take(MOST).map(|group| group.count).sum();
    let others = match unselected.exchanges.saturating_sub(named) {
        0 => String::new(),
        n => format!(", {n} more"),
    };
    let verb = if unselected.exchanges == 1 { "belongs" } else { "belong" };
    // Bytes that a test holds, and what was live, are no file to look into.
    let command = match outcome.captures.as_slice() {
        [one] if !is_kept(&one.file) => String::new(),
        _ => format!("   {}", paint.paint(Tone::Faint, &format!("({})", command(outcome, options)))),
    };
    format!("{} {verb} to no hop: {}{others}{command}\n", count(unselected.exchanges, "exchange"), groups.join(", "))
}

/// How to list them.
fn command(outcome: &Outcome, options: &TextOptions) -> String {
    let captures = match outcome.captures.as_slice() {
        [] => "CAPTURE".to_owned(),
        few if few.len() <= MOST => few.iter().map(|c| shell_word(&c.file)).collect::<Vec<_>>().join(" "),
        _ => "CAPTURE…".to_owned(),
    };
    let specs: String = options.specs.iter().map(|spec| format!(" -s {}", shell_word(spec))).collect();
    format!("hopspec show {captures} --unselected{specs}")
}

/// A line a kind of flows that hold no HTTP/1: `9 flows on :443 are TLS without keys`; and what can be said of TLS.
pub fn undecoded<'a>(flows: impl IntoIterator<Item = &'a Undecoded>) -> Vec<String> {
    let mut kinds: BTreeMap<&str, (BTreeMap<u16, u64>, [u64; 2])> = BTreeMap::new();
    let mut shut = Shut::default();
    for group in flows {
        let (ports, [sent, received]) = kinds.entry(group.content).or_default();
        *sent = sent.saturating_add(group.sent);
        *received = received.saturating_add(group.received);
        let known = ports.entry(group.port).or_default();
        *known = known.saturating_add(group.flows);
        shut.add(group);
    }
    let told = |(content, (ports, bytes)): (&str, (BTreeMap<u16, u64>, [u64; 2]))| {
        let line = undecoded_line(content, &ports, bytes, &shut);
        if content == "TLS" { format!("{line}{}", shut.detail()) } else { line }
    };
    kinds.into_iter().map(told).collect()
}

fn undecoded_line(content: &str, ports: &BTreeMap<u16, u64>, [sent, received]: [u64; 2], shut: &Shut) -> String {
    let flows = ports.values().fold(0_u64, |sum, n| sum.saturating_add(*n));
    let mut by_flows: Vec<_> = ports.iter().map(|(port, flows)| (std::cmp::Reverse(*flows), *port)).collect();
    by_flows.sort_unstable();
    if by_flows.len() > 1 {
        // Those of more ports than are told apart.
        by_flows.retain(|(_, port)| *port != 0);
    }
    let named: Vec<_> = by_flows.iter().take(MOST).map(|(_, port)| format!(":{port}")).collect();
    let others = match by_flows.len().saturating_sub(MOST) {
        0 => String::new(),
        n => format!(" and {}", count(n as u64, "more port")),
    };
    let one = flows == 1;
    let what = match content {
        "TLS" => format!("{} TLS {}", if one { "is" } else { "are" }, shut.headline()),
        "HTTP/2" => format!("{} HTTP/2 without a message", if one { "is" } else { "are" }),
        "no bytes" => format!("{} no bytes", if one { "carries" } else { "carry" }),
        "CONNECT tunnel" => if one { "is a CONNECT tunnel" } else { "are CONNECT tunnels" }.to_owned(),
        "TLS in a CONNECT tunnel" => if one { "is TLS in a CONNECT tunnel" } else { "are TLS in CONNECT tunnels" }.to_owned(),
        "upgraded" => format!("{} on with another protocol behind an upgrade", if one { "goes" } else { "go" }),
        "WebSocket" => format!(
            "{} on with WebSocket behind {} handshake",
            if one { "goes" } else { "go" },
            if one { "its" } else { "their" }
        ),
        "other" => format!("{} not HTTP", if one { "is" } else { "are" }),
        content => format!("{} {}", if one { "is" } else { "are" }, escape(content)),
    };
    let bytes = match sent.saturating_add(received) {
        0 => String::new(),
        _ => format!(": {} from clients, {received} from servers, which are not decoded", count(sent, "byte")),
    };
    format!("{} on {}{others} {what}{bytes}", count(flows, "flow"), named.join(", "))
}
