//! From captures to a draft.

use std::path::PathBuf;
use std::sync::Arc;

use super::hop::{Hops, Mixed};
use super::learner::Learner;
use super::write;
use crate::anomaly::AnomalyKind;
use crate::report::count;
use crate::source::{self, Input, ReadOptions, SourceError, Summary};
use crate::spec::{self, Loaded};

/// What to learn from.
#[derive(Debug, Clone, Default)]
pub struct LearnRequest {
    /// Captures: files, folders and [`Input::Stdin`].
    pub captures: Vec<Input>,
    /// `--keylog FILE`: TLS connections are opened with what these hold.
    pub keylogs: Vec<PathBuf>,
    /// How captures are read. Its keys are taken from `keylogs`.
    pub reading: ReadOptions,
}

/// What was learned.
#[derive(Debug, Clone, Default)]
pub struct Learned {
    /// The draft: a spec that lints, and that the captures meet. None where there was no exchange.
    pub spec: Option<String>,
    /// Exchanges that were seen.
    pub exchanges: u64,
    /// Hops that the spec has.
    pub hops: usize,
    /// Exchanges that no hop selects: they show no sign of their kind.
    pub left_over: u64,
    /// Captures, or parts of folders, that cannot be read, each a sentence.
    pub unreadable: Vec<String>,
    /// What is worth knowing beside, each a sentence.
    pub notes: Vec<String>,
}

/// Why there is no draft.
#[derive(Debug, thiserror::Error)]
pub enum LearnError {
    /// The captures are not for one draft.
    #[error("{0}")]
    Usage(String),
    /// A key log cannot be read.
    #[error("{0}")]
    Unreadable(String),
    /// No capture is in the folders that are named.
    #[error("{0}")]
    Nothing(String),
    /// No spec can hold what was learned.
    #[error("{0}")]
    Unwritable(String),
}

/// Drafts a spec from captures: a hop for each kind of exchange, with what its exchanges have in common.
///
/// Every capture is read once, as a stream; what is kept of it is bounded. A source that cannot be read does not stop the
/// others: it is in [`Learned::unreadable`].
///
/// # Errors
/// [`LearnError`]
pub fn learn(request: &LearnRequest) -> Result<Learned, LearnError> {
    let mut reading = request.reading.clone();
    let keys = source::key_logs(&request.keylogs, &reading.limits)
        .map_err(|error| LearnError::Unreadable(format!("--keylog {error}")))?;
    reading.keys = Arc::new(keys);
    let expanded = source::expand(&request.captures);
    let mut learned = Learned { unreadable: expanded.unreadable.iter().map(ToString::to_string).collect(), ..Learned::default() };
    if expanded.inputs.is_empty() && learned.unreadable.is_empty() {
        return Err(LearnError::Nothing(source::no_capture_in(&request.captures, expanded.skipped)));
    }
    let mut learner = Learner::default();
    let (mut skipped, mut embedded) = (expanded.skipped, Vec::new());
    for parts in expanded.recordings() {
        let name = |at: usize| parts.get(at).map(|part| file_name(&part.input)).unwrap_or_default();
        let read = source::read_recording(parts, &reading, &mut learner, |learner, at| learner.capture(name(at)));
        for (part, read) in parts.iter().zip(read) {
            match read {
                Ok(summary) => {
                    let file = part.input.name();
                    learned.notes.extend(losses(&file, &summary));
                    embedded.extend(summary.embedded.map(|secrets| (file, secrets)));
                }
                Err(SourceError::NotACapture { .. }) if !part.named => skipped = skipped.saturating_add(1),
                Err(error) => learned.unreadable.push(error.to_string()),
            }
        }
    }
    match skipped {
        0 => {}
        1 => learned.notes.push("1 file is no capture and was passed over".to_owned()),
        n => learned.notes.push(format!("{n} files are no captures and were passed over")),
    }
    let secrets = embedded.iter().map(|(name, secrets)| (name.as_str(), secrets));
    learned.notes.extend(source::key_log_remarks(&reading.keys, secrets));
    learned.exchanges = learner.exchanges();
    if learned.exchanges == 0 {
        return Ok(learned);
    }
    let hops = Hops::of(&mut learner.groups).map_err(|Mixed(source)| {
        LearnError::Usage(format!(
            "packets and text of the source `{source}` were read, which no select can tell apart; learn from each by itself"
        ))
    })?;
    let (spec, left_out) = readable(&hops, &learner.captures())?;
    learned.spec = Some(spec);
    learned.notes.extend(left_out);
    learned.hops = hops.hops.len();
    learned.left_over = hops.left_over;
    Ok(learned)
}

/// The draft, with as much in it as a spec can hold, and what had to be left out.
fn readable(hops: &Hops, captures: &[write::From]) -> Result<(String, Option<String>), LearnError> {
    let mut why = String::new();
    for detail in write::Detail::STEPS {
        let text = write::spec(hops, captures, detail);
        match spec::parse("draft.yaml", "draft", text.as_bytes()) {
            Ok(Loaded::Spec(_)) => return Ok((text, detail.left_out())),
            Ok(_) => {}
            Err(problems) => why = problems.first().map(|problem| format!(": {problem}")).unwrap_or_default(),
        }
    }
    Err(LearnError::Unwritable(format!("what was learned fits no spec{why}; learn from fewer captures at a time")))
}

/// The name of a file without the folders above it: those are of no interest to others.
fn file_name(input: &Input) -> String {
    match input {
        Input::File(path) => path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned(),
        Input::Stdin => "standard input".to_owned(),
        Input::Stream(_) => input.name(),
        Input::Bytes(_) => source::BYTES.to_owned(),
    }
}

/// What was lost of a capture: a draft is of what is left.
fn losses(file: &str, summary: &Summary) -> Option<String> {
    let lost: Vec<String> = summary
        .anomalies
        .iter()
        .filter(|(kind, _)| AnomalyKind::is_loss(*kind))
        .map(|(kind, anomaly)| format!("{kind} ×{}", anomaly.count))
        .collect();
    let tls: u64 = summary.undecoded.iter().filter(|of| of.content == "TLS").map(|of| of.flows).sum();
    let tls = (tls > 0).then(|| format!("{} of TLS without keys", count(tls, "flow")));
    let lost: Vec<String> = lost.into_iter().chain(tls).collect();
    (!lost.is_empty()).then(|| format!("{file} holds more than was learned from: {}", lost.join(", ")))
}
