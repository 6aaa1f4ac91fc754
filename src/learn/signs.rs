//! Signs in a request, as a select writes them.

use super::kind::{Asker, Probe};
use super::limits::LONGEST_LITERAL;
use super::select::{Demand, prefix};
use crate::check::yaml_text;

/// A longer line is written on several.
const LONGEST_LINE: usize = 96;

/// What a request must be, all of it.
#[derive(Debug, Default)]
pub(super) struct Signs {
    start: Vec<String>,
    /// Names, and values as YAML.
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) absent: Vec<&'static str>,
}

impl Signs {
    /// Adds those of an asker; of a probe only where there are others. Gives what they demand.
    pub(super) fn of_asker(&mut self, asker: &Asker, others: bool) -> Vec<Demand> {
        match asker {
            Asker::Known(at) => prefix(*at).map(|prefix| self.agent(prefix)).into_iter().collect(),
            Asker::Probe(probe) if others => self.probe(probe),
            Asker::Probe(_) | Asker::Client | Asker::Unclear | Asker::NoRequest => Vec::new(),
        }
    }

    fn agent(&mut self, prefix: &str) -> Demand {
        self.headers.push(("User-Agent", format!("{{ prefix: {} }}", text(prefix))));
        Demand::Begin("User-Agent", prefix.to_owned())
    }

    fn probe(&mut self, probe: &Probe) -> Vec<Demand> {
        self.start.extend([format!("method: {}", probe.method), format!("path: {}", text(&probe.path))]);
        let mut demands = vec![Demand::Method, Demand::Path];
        match &probe.agent {
            None => self.absent.push("User-Agent"),
            Some(agent) => {
                self.headers.push(("Host", "{ one_of: ['${dst}', '${dst.ip}'] }".to_owned()));
                demands.push(Demand::Whole("Host"));
                demands.push(self.agent(agent));
            }
        }
        demands
    }

    /// What is to be said of the request, on one line where it fits; nothing where there is no sign.
    pub(super) fn lines(&self) -> Vec<String> {
        let Some(line) = self.line() else { return Vec::new() };
        if line.len() <= LONGEST_LINE {
            return vec![line];
        }
        let mut lines = vec!["request:".to_owned()];
        lines.extend(self.start.iter().map(|part| format!("  {part}")));
        if !self.headers.is_empty() {
            lines.push("  headers:".to_owned());
            lines.extend(self.headers.iter().map(|(name, value)| format!("    {name}: {value}")));
        }
        if !self.absent.is_empty() {
            lines.push(format!("  absent: [{}]", self.absent.join(", ")));
        }
        lines
    }

    /// `request: { … }`
    fn line(&self) -> Option<String> {
        let mut parts = self.start.clone();
        if !self.headers.is_empty() {
            let headers: Vec<String> = self.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
            parts.push(format!("headers: {{ {} }}", headers.join(", ")));
        }
        if !self.absent.is_empty() {
            parts.push(format!("absent: [{}]", self.absent.join(", ")));
        }
        (!parts.is_empty()).then(|| format!("request: {{ {} }}", parts.join(", ")))
    }
}

fn text(text: &str) -> String {
    yaml_text(text, LONGEST_LITERAL).unwrap_or_default()
}
