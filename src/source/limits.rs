//! Limits by name: every bound of reading that somebody may want to move, with its unit and what it bounds.
//!
//! A new one is a field of its layer's limits and a row of `rows!` here; help, errors and the table in the documentation
//! follow from the row.

#![cfg_attr(not(test), warn(clippy::indexing_slicing, clippy::arithmetic_side_effects, clippy::cast_possible_truncation))]

use crate::{flow, http, tls, wire};

/// How much of a source is held while it is read, whatever it sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Of packets.
    pub wire: wire::Limits,
    /// Of TCP connections.
    pub flow: flow::Limits,
    /// Of TLS connections.
    pub tls: tls::Limits,
    /// Of HTTP messages.
    pub http: http::Limits,
    /// Bytes of a text, which is held in memory.
    pub text: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            wire: wire::Limits::default(),
            flow: flow::Limits::default(),
            tls: tls::Limits::default(),
            http: http::Limits::default(),
            text: 64 << 20,
        }
    }
}

/// What a limit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LimitUnit {
    /// Things: `k` is a thousand.
    Count,
    /// Bytes: `k` is 1024.
    Bytes,
    /// Seconds of capture time.
    Seconds,
}

/// A limit that has a name.
#[derive(Debug)]
pub struct Limit {
    /// As in `NAME=VALUE`.
    pub name: &'static str,
    /// What its number counts.
    pub unit: LimitUnit,
    /// The smallest value that makes sense.
    pub least: u64,
    /// What is bounded, and what happens at the bound.
    pub about: &'static str,
    get: fn(&Limits) -> u64,
    set: fn(&mut Limits, u64),
}

macro_rules! rows {
    ($($name:literal $unit:ident $least:expr, $($field:ident).+, $about:literal;)*) => {
        /// Every limit that has a name, in the order of the layers.
        pub const LIMITS: &[Limit] = &[$(Limit {
            name: $name,
            unit: LimitUnit::$unit,
            least: $least,
            about: $about,
            get: |limits| number(limits.$($field).+),
            set: |limits, value| put(value, &mut limits.$($field).+),
        },)*];
    };
}

rows! {
    "fragments-in-all" Bytes 0, wire.fragments.bytes, "IP fragments that wait for others (fragment-limit)";
    "fragments" Count 1, wire.fragments.pieces, "fragments of a packet (fragment-limit)";
    "fragment-age" Seconds 1, wire.fragments.age, "how long a fragment waits for others (ip-fragment)";
    "tunnels" Count 0, wire.tunnels, "tunnels in one another, at most 64 (undecodable-packet)";
    "flows" Count 1, flow.flows, "live connections; those quiet longest are closed (flow-limit)";
    "flow-idle" Seconds 1, flow.idle, "how long a connection may be quiet (flow-idle)";
    "early" Bytes 0, flow.stream_bytes, "segments of a stream that came early (reassembly-limit)";
    "early-in-all" Bytes 0, flow.total_bytes, "the same of all streams";
    "memory" Bytes 0, flow.memory, "connections with all that is held of them (flow-limit, others)";
    "tls-waiting" Bytes 0, tls.waiting, "TLS of a direction, until it can be opened (tls-limit)";
    "tls-in-all" Bytes 0, tls.waiting_in_all, "the same of all, with what is known of each";
    "tls-connections" Count 1, tls.connections, "live TLS connections that are followed (tls-limit)";
    "tls-secrets" Count 1, tls.secrets, "connections of a key log whose secrets are kept (said of it)";
    "proxy-values" Count 0, http.proxy.values, "values of a PROXY header (malformed-proxy-header)";
    "proxy-bytes" Bytes 0, http.proxy.bytes, "the same in bytes";
    "proxy-in-all" Bytes 0, http.proxy.in_all, "values of the PROXY headers of all connections (head-limit)";
    "head" Bytes 64, http.head, "a head that comes in pieces; a longer one is cut (head-limit)";
    "fields" Count 96, http.fields, "field lines of a head; others are not told (head-limit)";
    "trailers" Bytes 64, http.trailers, "a trailer section (head-limit) or chunk line (malformed-chunk)";
    "pipeline" Count 1, http.pipeline, "waiting requests of a connection (pipeline-limit)";
    "held-in-all" Bytes 0, http.held_in_all, "heads that are held, of all (pipeline-limit, head-limit)";
    "bodies-in-all" Bytes 0, http.bodies_in_all, "bodies that specs ask for; longer ones are inconclusive";
    "h2-streams" Count 1, http.h2.streams, "streams of an HTTP/2 connection that run (h2-limit)";
    "h2-table" Bytes 4096, http.h2.table, "a dynamic table of HTTP/2 (h2-limit)";
    "h2-in-all" Bytes 0, http.h2.in_all, "all HTTP/2 connections with their tables (h2-limit)";
    "text" Bytes 1, text, "a text, which is held in memory; a longer one is refused";
}

fn number<T: TryInto<u64>>(value: T) -> u64 {
    value.try_into().unwrap_or(u64::MAX)
}

/// What does not fit is the largest that does.
fn put<T: TryFrom<u64>>(value: u64, field: &mut T) {
    let largest = [number(usize::MAX), u64::from(u32::MAX), u64::from(u8::MAX)];
    if let Some(value) = std::iter::once(value).chain(largest).find_map(|value| T::try_from(value).ok()) {
        *field = value;
    }
}

impl Limit {
    /// The limit of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        LIMITS.iter().find(|limit| limit.name == name)
    }

    /// Its value as it is written: the longest suffix that leaves it whole.
    #[must_use]
    pub fn shown(&self, limits: &Limits) -> String {
        let value = (self.get)(limits);
        let suffixes = self.unit.suffixes().iter().rev();
        let whole = suffixes.copied().find(|&(_, factor)| value >= factor && value.is_multiple_of(factor));
        match whole {
            Some((suffix, factor)) => format!("{}{suffix}", value.checked_div(factor).unwrap_or(value)),
            None => value.to_string(),
        }
    }

    /// Reads a value: a number, with `k`, `M` or `G` behind it, or of seconds `s`, `m` or `h`.
    ///
    /// # Errors
    /// What was expected.
    pub fn read(&self, text: &str) -> Result<u64, String> {
        let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
        let suffix = text.get(digits.len()..).unwrap_or_default();
        let factor = match suffix {
            "" => Some(1),
            suffix => self.unit.suffixes().iter().find(|(known, _)| *known == suffix).map(|&(_, factor)| factor),
        };
        let value = digits.parse::<u64>().ok().zip(factor).and_then(|(number, factor)| number.checked_mul(factor));
        match value {
            Some(value) if value >= self.least => Ok(value),
            Some(_) => Err(format!("`{}` is at least {}", self.name, self.least)),
            None => Err(format!("expected {} for `{}`, as in `{}={}`", self.unit.words(), self.name, self.name, self.example())),
        }
    }

    fn example(&self) -> String {
        self.shown(&Limits::default())
    }
}

impl LimitUnit {
    fn suffixes(self) -> &'static [(&'static str, u64)] {
        match self {
            Self::Count => &[("k", 1000), ("M", 1_000_000), ("G", 1_000_000_000)],
            Self::Bytes => &[("k", 1 << 10), ("M", 1 << 20), ("G", 1 << 30)],
            Self::Seconds => &[("s", 1), ("m", 60), ("h", 3600)],
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Count => "a number",
            Self::Bytes => "a number of bytes",
            Self::Seconds => "a time in seconds",
        }
    }
}

impl Limits {
    /// Sets the limit of a name.
    pub fn set(&mut self, limit: &Limit, value: u64) {
        (limit.set)(self, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_limit_is_read_and_set_by_its_name() {
        for limit in LIMITS {
            let mut limits = Limits::default();
            let shown = limit.shown(&limits);
            assert_eq!(limit.read(&shown), Ok((limit.get)(&limits)), "{}", limit.name);
            assert!((limit.get)(&limits) >= limit.least, "{}", limit.name);
            limits.set(limit, limit.least + 1);
            assert_eq!((limit.get)(&limits), limit.least + 1, "{}", limit.name);
            assert_ne!(limits, Limits::default(), "{}", limit.name);
            assert!(
                !limit.about.ends_with('.')
                    && limit.name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
            );
        }
        let mut names: Vec<_> = LIMITS.iter().map(|limit| limit.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), LIMITS.len());
    }

    #[test]
    fn what_does_not_fit_is_no_limit() {
        for limit in LIMITS {
            let mut limits = Limits::default();
            limits.set(limit, u64::MAX);
            assert!((limit.get)(&limits) > (limit.get)(&Limits::default()), "{}", limit.name);
        }
    }

    #[test]
    fn suffixes_belong_to_the_unit() {
        let read = |name: &str, text: &str| Limit::named(name).expect("one").read(text);
        assert_eq!((read("flows", "200k"), read("flows", "7")), (Ok(200_000), Ok(7)));
        assert_eq!((read("head", "2k"), read("early", "1M")), (Ok(2048), Ok(1 << 20)));
        assert_eq!((read("flow-idle", "90"), read("flow-idle", "2h")), (Ok(90), Ok(7200)));
        for (name, text) in [("flows", "0"), ("fields", "10")] {
            assert!(read(name, text).unwrap_err().contains("at least"), "{name}={text}");
        }
        for (name, text) in [
            ("flows", ""),
            ("flows", "k"),
            ("flows", "1h"),
            ("head", "-1"),
            ("head", "1 k"),
            ("head", "99999999999G"),
            ("head", "1kk"),
        ] {
            assert!(read(name, text).unwrap_err().starts_with("expected "), "{name}={text}");
        }
        assert!(Limit::named("flow").is_none());
    }
}
