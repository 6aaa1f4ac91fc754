//! What is said while a live run goes on, and when it has seen enough.

use std::time::{Duration, Instant};

use super::record::now;
use super::{Ended, Stop};
use crate::check::{FailOn, Watch, Watched};
use crate::finding::Verdict;
use crate::http::{Exchange, Origin, Provenance};
use crate::report::{Paint, Tone, escape, text_of_findings};
use crate::secret;

/// A recording that is read within this time says everything at its end.
const QUIET: Duration = Duration::from_secs(1);
/// What was recorded so short a time ago happens now, as far as two clocks may differ.
const FRESH: Duration = Duration::from_secs(10);
/// A target is told so far.
const MOST_OF_TARGET: usize = 200;

/// What is told while a run goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// A line for each exchange, and what is found below it.
    Exchanges,
    /// What is found, where it happens now, or takes longer than a moment to read.
    Findings,
    /// Nothing.
    Nothing,
}

/// Tells of a run while it goes on, and ends it once it has seen enough.
pub struct Watcher<'t> {
    stop: Stop,
    until_observed: bool,
    fail_fast: Option<FailOn>,
    told: Told,
    paint: Paint,
    show_secrets: bool,
    tell: Box<dyn FnMut(&str) + 't>,
    began: Instant,
    /// What is told once the run takes longer than a moment; `None` once it does.
    held: Option<String>,
}

impl<'t> Watcher<'t> {
    /// One that ends the run by `stop`, and says what it says by `tell`.
    #[must_use]
    pub fn new(stop: &Stop, told: Told, color: bool, tell: impl FnMut(&str) + 't) -> Self {
        Self {
            stop: stop.clone(),
            until_observed: false,
            fail_fast: None,
            told,
            paint: Paint { on: color },
            show_secrets: false,
            tell: Box::new(tell),
            began: Instant::now(),
            held: (told == Told::Findings).then(String::new),
        }
    }

    /// `--until-observed`: ends the run once every required hop was seen as often as its spec asks.
    #[must_use]
    pub fn until_observed(self, until_observed: bool) -> Self {
        Self { until_observed, ..self }
    }

    /// `--fail-fast`: ends the run at the first finding that leads to exit 1.
    #[must_use]
    pub fn fail_fast(self, fail_fast: Option<FailOn>) -> Self {
        Self { fail_fast, ..self }
    }

    /// `--show-secrets`
    #[must_use]
    pub fn show_secrets(self, show_secrets: bool) -> Self {
        Self { show_secrets, ..self }
    }

    fn say(&mut self, text: &str, happens_now: bool) {
        if let Some(held) = &mut self.held {
            held.push_str(text);
            if (self.began.elapsed() >= QUIET || happens_now)
                && let Some(all) = self.held.take()
            {
                (self.tell)(&all);
            }
        } else if !text.is_empty() {
            (self.tell)(text);
        }
    }

    /// The line of an exchange, and what was found in it.
    fn told(&self, watched: &Watched<'_>) -> String {
        let mut out = String::new();
        if self.told == Told::Exchanges {
            out.push_str(&self.line(watched));
            out.push('\n');
        }
        // What only could not be decided is for the report.
        let found = watched.findings.iter().filter(|found| found.finding.rule != crate::finding::Rule::EvidenceInconclusive);
        let (first, again): (Vec<_>, Vec<_>) = found.partition(|found| found.first);
        let first: Vec<_> = first.into_iter().map(|found| &found.finding).collect();
        let findings = text_of_findings(&first, self.paint.on);
        if !findings.is_empty() {
            out.push_str(&findings);
            out.push('\n');
        }
        if self.told == Told::Exchanges {
            for found in again {
                let finding = &found.finding;
                let rule = self.paint.paint(Tone::Bad, &format!("{}[{}]", finding.severity.name(), finding.rule.id()));
                out.push_str(&format!("  again: {rule} {} ({}×)\n", escape(&finding.subject), finding.count));
            }
        }
        out
    }

    fn line(&self, watched: &Watched<'_>) -> String {
        let mut line = said(watched.exchange, self.show_secrets);
        if watched.hops.is_empty() {
            line.push_str(&format!("  {}", self.paint.paint(Tone::Unknown, "of no hop")));
        }
        for hop in &watched.hops {
            let (tone, verdict) = match hop.verdict {
                Some(Verdict::Met) => (Tone::Good, "met"),
                Some(Verdict::Violated) => (Tone::Bad, "violated"),
                Some(Verdict::Inconclusive) => (Tone::Unknown, "inconclusive"),
                Some(Verdict::NotObserved) => (Tone::Unknown, "not judged"),
                None => (Tone::Unknown, "waits for the hop before"),
            };
            let name = escape(hop.spec).into_owned();
            line.push_str(&format!("  {} {name} › {}", self.paint.paint(tone, verdict), escape(hop.hop)));
        }
        line
    }
}

impl Watch for Watcher<'_> {
    fn exchange(&mut self, watched: &Watched<'_>) {
        if self.told != Told::Nothing {
            let told = self.told(watched);
            self.say(&told, !told.is_empty() && is_fresh(watched.exchange));
        }
        if let Some(fail_on) = self.fail_fast
            && watched.findings.iter().any(|found| fail_on.fails(&found.finding))
        {
            self.stop.end(Ended::Found);
        }
        if self.until_observed && watched.observed {
            self.stop.end(Ended::Observed);
        }
    }
}

/// An exchange in one line: when, who, what was asked and answered.
fn said(exchange: &Exchange<'_>, show_secrets: bool) -> String {
    let mut line = exchange.first().map(|message| when(&message.head.head.at)).unwrap_or_default();
    if let Some(request) = &exchange.request {
        let method = String::from_utf8_lossy(request.head.method().unwrap_or_default()).into_owned();
        let target = String::from_utf8_lossy(request.head.target().unwrap_or_default()).into_owned();
        let target = if show_secrets { target } else { secret::mask_target(&target).into_owned() };
        let mut shown: String = target.chars().take(MOST_OF_TARGET).collect();
        if shown.len() < target.len() {
            shown.push('…');
        }
        line.push_str(&format!("{} {}", escape(&method), escape(&shown)));
    } else {
        line.push_str("a response without its request");
    }
    match &exchange.response {
        Some(response) => line.push_str(&format!(" {}", response.head.status().unwrap_or_default())),
        None => line.push_str(" without a response"),
    }
    line
}

/// Whether an exchange was recorded just now: then nobody waits for what is found in it.
fn is_fresh(exchange: &Exchange<'_>) -> bool {
    let Some(Origin::Packet { time, .. }) = exchange.first().map(|message| message.head.head.at.origin) else { return false };
    u128::from(now().abs_diff(time.nanoseconds)) < FRESH.as_nanos()
}

/// When a message came and from whom.
fn when(at: &Provenance) -> String {
    match at.origin {
        Origin::Packet { time, src, dst, .. } => {
            let time = time.to_string();
            let of_day = time.split_once('T').map_or(time.as_str(), |(_, of_day)| of_day);
            let of_day = of_day.get(..12).unwrap_or(of_day);
            format!("{of_day} {src} → {dst} ")
        }
        Origin::Line(_) | Origin::Entry { .. } | Origin::Log { .. } => String::new(),
    }
}

/// What a run that ended before its captures did says of that.
#[must_use]
pub fn ending(ended: Option<Ended>) -> Option<&'static str> {
    match ended? {
        Ended::Time => Some("the time of --for is over"),
        Ended::Observed => Some("every required hop was observed (--until-observed)"),
        Ended::Found => Some("something was found (--fail-fast)"),
        Ended::Interrupted => Some("interrupted"),
        Ended::Done => None,
    }
}
