//! TLS connections that were not opened: for which servers, why, and what to do.

use std::collections::BTreeMap;

use crate::report::{count, escape};
use crate::source::Undecoded;
use crate::tls::Shut as Why;

/// So many names and reasons are told; the rest is counted.
const MOST: usize = 3;
/// The longest name that is told whole.
const LONGEST: usize = 100;

/// What is known of them, over all captures.
#[derive(Default)]
pub(super) struct Shut {
    names: BTreeMap<String, u64>,
    why: BTreeMap<String, u64>,
    without_keys: u64,
    without_line: u64,
}

impl Shut {
    pub(super) fn add(&mut self, flows: &Undecoded) {
        for (name, of) in &flows.names {
            add(&mut self.names, name.clone(), *of);
        }
        for (why, of) in &flows.why {
            match why {
                Why::NoKeys => self.without_keys = self.without_keys.saturating_add(*of),
                Why::NoLine => self.without_line = self.without_line.saturating_add(*of),
                _ => {}
            }
            add(&mut self.why, why.to_string(), *of);
        }
    }

    /// What the line that counts them ends with.
    pub(super) fn headline(&self) -> &'static str {
        if self.why.is_empty() || (self.why.len() == 1 && self.without_keys > 0) { "without keys" } else { "that was not opened" }
    }

    /// What stands behind that line.
    pub(super) fn detail(&self) -> String {
        let mut out = String::new();
        if !self.names.is_empty() {
            out.push_str(&format!(" (for {})", most(&self.names, "more name", |name, of| format!("{name} ×{of}"))));
        }
        if !self.why.is_empty() && self.headline() != "without keys" {
            out.push_str(&format!(", because {}", most(&self.why, "more reason", |why, of| format!("{why} ×{of}"))));
        }
        if self.without_keys > 0 {
            out.push_str("; to open it, record with SSLKEYLOGFILE=keys.log set for the client and give --keylog keys.log");
        } else if self.without_line > 0 {
            out.push_str("; to open it, take the key log of the run that was recorded, of every client in it");
        }
        out
    }
}

fn add(to: &mut BTreeMap<String, u64>, key: String, of: u64) {
    let known = to.entry(key).or_default();
    *known = known.saturating_add(of);
}

/// The most frequent, and how many others there are.
fn most(of: &BTreeMap<String, u64>, others: &str, tell: impl Fn(&str, u64) -> String) -> String {
    let mut by_count: Vec<_> = of.iter().map(|(name, count)| (std::cmp::Reverse(*count), name)).collect();
    by_count.sort_unstable();
    let told = by_count.iter().take(MOST).map(|(count, name)| {
        let name: String = escape(name).chars().take(LONGEST).collect();
        tell(&name, count.0)
    });
    let told = told.collect::<Vec<_>>().join(", ");
    match by_count.len().saturating_sub(MOST) {
        0 => told,
        n => format!("{told} and {}", count(n as u64, others)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flows(names: &[(&str, u64)], why: &[(Why, u64)]) -> Undecoded {
        let names = names.iter().map(|(name, of)| ((*name).to_owned(), *of)).collect();
        Undecoded { content: "TLS", port: 443, flows: 9, names, why: why.iter().cloned().collect(), ..Undecoded::default() }
    }

    fn told(flows: &Undecoded) -> String {
        let mut shut = Shut::default();
        shut.add(flows);
        format!("{}{}", shut.headline(), shut.detail())
    }

    #[test]
    fn names_reasons_and_what_to_do_are_told() {
        let many = flows(&[("a.example", 1), ("b.example", 5), ("c.example", 1), ("d\u{1b}[31m", 1)], &[(Why::NoKeys, 9)]);
        assert_eq!(
            told(&many),
            "without keys (for b.example ×5, a.example ×1, c.example ×1 and 1 more name); to open it, record with \
             SSLKEYLOGFILE=keys.log set for the client and give --keylog keys.log"
        );
        let mixed = flows(&[], &[(Why::NoLine, 1), (Why::BeganBefore, 2)]);
        assert_eq!(
            told(&mixed),
            "that was not opened, because the capture begins within the connection ×2, the key log has no line for its client \
             random ×1; to open it, take the key log of the run that was recorded, of every client in it"
        );
        assert_eq!(told(&flows(&[], &[])), "without keys", "nothing more is known of them");
        let odd = told(&flows(&[("d\u{1b}[31m", 1)], &[(Why::NoKeys, 1)]));
        assert!(!odd.contains('\u{1b}'), "{odd:?}");
    }
}
