//! A finding: what is wrong, where the spec says so, and where the capture shows it.

use super::{Block, Rule, Suggestion};
use crate::capture::Timestamp;
use crate::spec::Severity;
use crate::wire::Endpoint;
use std::sync::Arc;

/// One finding: all exchanges in which one rule broke at one place of a spec.
#[derive(Debug, Clone)]
pub struct Finding {
    /// Which rule.
    pub rule: Rule,
    /// How grave.
    pub severity: Severity,
    /// Where the spec says what was expected; `None` for findings about captures.
    pub spec: Option<SpecPlace>,
    /// The hop's name.
    pub hop: Option<String>,
    /// What it is about, as in the machine format: `request.header.User-Agent`, `hop`, `capture`.
    pub subject: String,
    /// One sentence that stands alone, without a full stop.
    pub message: String,
    /// What was expected, short.
    pub expected: Option<String>,
    /// What was there, of the first exchange; `None` where nothing was there.
    pub actual: Option<String>,
    /// In how many exchanges.
    pub count: u64,
    /// Of how many exchanges of the hop that were judged in this.
    pub of: u64,
    /// Up to three different values, each with its first evidence; the first is the finding's evidence.
    pub samples: Vec<Sample>,
    /// The names that the expected value was made from.
    pub bound: Vec<Bound>,
    /// What the parts of a failed check were.
    pub parts: Vec<Part>,
    /// What is about the way between two hops: the message on both sides of the node.
    pub crossing: Option<Box<Crossing>>,
    /// The expectation's `why`.
    pub why: Option<String>,
    /// Further remarks: a near miss, why something is inconclusive, what other variants expect.
    pub notes: Vec<String>,
    /// The message as expected and as seen. Findings of one exchange share one block; it is shown once.
    pub block: Option<Arc<Block>>,
    /// The change of the spec that would accept what was seen, where one is known to be right.
    pub suggestion: Option<Suggestion>,
}

impl Finding {
    /// A finding of one sentence, seen once, without places.
    #[must_use]
    pub fn new(rule: Rule, severity: Severity, subject: &str, message: String) -> Self {
        Self {
            rule,
            severity,
            spec: None,
            hop: None,
            subject: subject.to_owned(),
            message,
            expected: None,
            actual: None,
            count: 1,
            of: 1,
            samples: Vec::new(),
            bound: Vec::new(),
            parts: Vec::new(),
            crossing: None,
            why: None,
            notes: Vec::new(),
            block: None,
            suggestion: None,
        }
    }
}

/// A place in a spec file, ready for an excerpt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpecPlace {
    /// The file, with forward slashes.
    pub file: String,
    /// Counted from 1.
    pub line: u32,
    /// Counted from 1, in characters.
    pub column: u32,
    /// First byte in the file.
    pub start: u32,
    /// Behind the last byte.
    pub end: u32,
    /// The file's text.
    pub text: Arc<str>,
}

/// One of the values seen.
#[derive(Debug, Clone)]
pub struct Sample {
    /// What was there; `None` for nothing.
    pub actual: Option<String>,
    /// What was expected there, where that differs from exchange to exchange.
    pub expected: Option<String>,
    /// Where it was seen first.
    pub evidence: Evidence,
    /// In how many exchanges this very value was seen.
    pub count: u64,
}

/// A place in a capture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// The capture's path as given, with forward slashes.
    pub capture: String,
    /// Where in it.
    pub place: EvidencePlace,
}

impl Evidence {
    /// In a sentence: `a.pcap, packet 41`.
    #[must_use]
    pub fn short(&self) -> String {
        match self.place {
            EvidencePlace::Packet { packet, .. } | EvidencePlace::Capture { packet: Some(packet) } => {
                format!("{}, packet {packet}", self.capture)
            }
            EvidencePlace::Line(line) => format!("{}, line {line}", self.capture),
            EvidencePlace::Entry(number) => format!("{}, entry {number}", self.capture),
            EvidencePlace::Capture { packet: None } => self.capture.clone(),
        }
    }
}

/// Packet, line or entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EvidencePlace {
    /// A packet that completed a head.
    Packet {
        /// Counted from 1.
        packet: u64,
        /// The flow, counted from 0.
        stream: u32,
        /// When.
        time: Timestamp,
        /// Sender.
        src: Endpoint,
        /// Receiver.
        dst: Endpoint,
    },
    /// A line of a text, counted from 1.
    Line(u32),
    /// An entry of a HAR, counted from 1.
    Entry(u32),
    /// The capture as a whole, or a packet that belongs to no message.
    Capture {
        /// The packet, where one can be named.
        packet: Option<u64>,
    },
}

/// A part of a condition, and what it was in the finding's first exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// As the spec writes it.
    pub text: String,
    /// Its value: a text in quotes, a number, JSON; masked where it comes from a secret.
    pub value: String,
}

/// A field or part on both sides of a node, in the finding's first exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crossing {
    /// As it left the one hop.
    pub left: Side,
    /// As it arrived on the other.
    pub arrived: Side,
}

/// One side of a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    /// The hop's name.
    pub hop: String,
    /// The value, masked where it is a secret, of several lines with line ends between; `None` where nothing was there, and where
    /// the evidence does not show it.
    pub value: Option<String>,
    /// Where the message stands.
    pub evidence: Evidence,
}

/// A name in a template, and its value in the finding's first exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound {
    /// The name as in `${…}`.
    pub name: String,
    /// Its value, masked where it comes from a secret.
    pub value: String,
    /// Where it comes from: `x-amzn-apigateway-api-id of the same request`, `--param`, `the default`.
    pub from: String,
}
