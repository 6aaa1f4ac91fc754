//! The `name=value` parts of a field that is known to have them.

use super::limits::Budget;
use super::values::Values;
use crate::check::pairs;

/// Fields whose values are parts: a trace header of AWS X-Ray
/// (<https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader>).
const FIELDS: [&str; 1] = ["X-Amzn-Trace-Id"];
/// A value with more parts is something else.
const MOST: usize = 8;

/// The parts of all values of a field.
#[derive(Debug, Clone)]
pub(super) struct Parts {
    /// By name, in the order in which they came first.
    pub(super) parts: Vec<(String, Values)>,
    /// How many values there were.
    pub(super) seen: u64,
    /// Every value so far has parts.
    all: bool,
}

impl Parts {
    /// Of a field of this name; none where it is not known to have parts.
    pub(super) fn of(name: &str) -> Option<Self> {
        let known = FIELDS.iter().any(|known| known.eq_ignore_ascii_case(name));
        known.then_some(Self { parts: Vec::new(), seen: 0, all: true })
    }

    /// Another value; `clear` where no part of it is masked.
    pub(super) fn add(&mut self, value: &[u8], clear: bool, budget: &mut Budget) {
        self.seen = self.seen.saturating_add(1);
        if !self.all {
            return;
        }
        let found = pairs(value, ';');
        let name = |name: &[u8]| name.iter().all(|b| b.is_ascii_alphanumeric()) && !name.is_empty() && name.len() < 32;
        let once = |at: usize, name: &[u8]| found.iter().skip(at.saturating_add(1)).all(|(n, _)| !n.eq_ignore_ascii_case(name));
        let whole = || found.iter().enumerate().all(|(at, (n, value))| name(n) && !value.is_empty() && once(at, n));
        // The number first: names are held against each other.
        self.all = clear && (1..=MOST).contains(&found.len()) && whole();
        if !self.all {
            self.parts = Vec::new();
            return;
        }
        for (name, value) in found {
            let name = String::from_utf8_lossy(name);
            self.with(&name, |values| values.add(&name, value, false, budget));
        }
        self.all = self.parts.len() <= MOST;
    }

    /// Gives the values of a name to `to`.
    fn with(&mut self, name: &str, to: impl FnOnce(&mut Values)) {
        match self.parts.iter_mut().find(|(known, _)| known.eq_ignore_ascii_case(name)) {
            Some((_, values)) => to(values),
            None => {
                let mut values = Values::default();
                to(&mut values);
                self.parts.push((name.to_owned(), values));
            }
        }
    }

    /// Takes those of another kind of exchange to these.
    pub(super) fn merge(&mut self, other: Self) {
        self.all &= other.all;
        self.seen = self.seen.saturating_add(other.seen);
        if !self.all {
            self.parts = Vec::new();
            return;
        }
        for (name, values) in other.parts {
            self.with(&name, |known| known.merge(values));
        }
        self.all = self.parts.len() <= MOST;
    }

    /// The parts, where every value has them.
    pub(super) fn found(&self) -> Option<&[(String, Values)]> {
        (self.all && !self.parts.is_empty()).then_some(self.parts.as_slice())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[&str]) -> Option<Vec<(String, u64)>> {
        let mut parts = Parts::of("x-amzn-trace-id").unwrap();
        values.iter().for_each(|value| parts.add(value.as_bytes(), true, &mut Budget::default()));
        Some(parts.found()?.iter().map(|(name, values)| (name.clone(), values.seen())).collect())
    }

    #[test]
    fn parts_have_names() {
        assert_eq!(
            of(&["Root=1;Sampled=0", "Self=2;root=3"]).unwrap(),
            [("Root".into(), 2), ("Sampled".into(), 1), ("Self".into(), 1)]
        );
        assert!(Parts::of("Host").is_none());
    }

    #[test]
    fn many_parts_cost_no_square() {
        let long = (0..100_000).map(|n| format!("a{n:x}=1")).collect::<Vec<_>>().join(";");
        let start = std::time::Instant::now();
        assert_eq!(of(&[&long, &long]), None);
        assert!(start.elapsed() < std::time::Duration::from_secs(5), "{:?}", start.elapsed());
    }

    #[test]
    fn parts_with_the_names_of_secrets_are_none_to_show() {
        let mut parts = Parts::of("X-Amzn-Trace-Id").unwrap();
        parts.add(b"Root=1-5ee5f641-b7ceb780f01cd2f07af9b4d0;token=abc;Session=def", true, &mut Budget::default());
        let shown: Vec<&str> = parts.found().unwrap().iter().map(|(_, values)| values.shown()[0].shown.as_str()).collect();
        assert_eq!(shown, ["1-5ee5f641-b7ceb780f01cd2f07af9b4d0", "<secret>", "<secret>"]);
    }

    #[test]
    fn values_without_parts_have_none() {
        for value in ["abc", "Root=1;Root=2", "Root=", "", "a b=c"] {
            assert_eq!(of(&["Root=1", value]), None, "{value}");
        }
    }
}
