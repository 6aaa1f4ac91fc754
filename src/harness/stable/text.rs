//! The text itself: exchanges one behind the other, with placeholders, and what was not read at the end.

use std::path::Path;

use super::finder::Finder;
use super::seen::{Content, Field, Listener, Said, Seen};
use crate::harness::root::from_root;
use crate::http::CaptureId;
use crate::report::escape;
use crate::source::{self, Input, SourceError, Summary};
use crate::volatile::Scope;

/// So many characters of a body are shown.
const MOST_OF_BODY: usize = 16 << 10;

/// A capture as text that is the same when the same traffic is recorded again, for snapshots (`insta`).
///
/// Every exchange is there, in the order of the requests: lines as on the wire, bodies that are text, between whom it went.
/// What differs between recordings is a placeholder, the same one where the same value comes again: `<ip:1>`, `<port:1>`,
/// `<uuid:1>`, `AmazonAPIGateway_<id:1>`. Times (`<date:1>`, `<epoch:1>`) are compared within one message only, since
/// whether two messages fell into one second is chance. Secrets are `<secret>`. What could not be decoded is named at the
/// end. The path is relative to the root of the crate whose tests run.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let text = hopspec::text("captures/aws/alb/health-check/ip-port-8000.pcap")?;
/// assert!(text.contains("Host: <ip:2>:8000\n"), "{text}");
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// [`SourceError`] where the file cannot be read or is no capture.
pub fn text(capture: impl AsRef<Path>) -> Result<String, SourceError> {
    of_input(&Input::File(from_root(capture.as_ref())))
}

/// The text of any input.
pub(super) fn of_input(input: &Input) -> Result<String, SourceError> {
    let mut listener = Listener::default();
    let summary = source::read(input, CaptureId(0), &mut listener)?;
    let (seen, left_out) = listener.finish();
    let mut writer = Writer::default();
    writer.learn(&seen);
    for (number, seen) in (1..).zip(&seen) {
        writer.exchange(number, seen);
    }
    writer.rest(&summary, left_out);
    Ok(writer.out)
}

#[derive(Debug, Default)]
struct Writer {
    finder: Finder,
    out: String,
}

impl Writer {
    /// Looks at everything before anything is written: an id may stand in a text before the field that tells it.
    fn learn(&mut self, seen: &[Seen]) {
        let ends: Vec<_> = seen.iter().filter_map(|seen| seen.ends).collect();
        self.finder.numbers.learn_ends(&ends);
        for said in seen.iter().flat_map(|seen| seen.request.iter().chain(&seen.interim).chain(&seen.response)) {
            self.finder.learn(&said.start);
            for field in said.fields.iter().chain(&said.trailers) {
                self.finder.learn_field(&field.name, &field.value);
            }
            if let Content::Text { text, .. } = &said.body {
                self.finder.learn(text);
            }
        }
    }

    fn exchange(&mut self, number: u64, seen: &Seen) {
        if !self.out.is_empty() {
            self.out.push('\n');
        }
        let between = seen.ends.map(|(client, server)| {
            let numbers = &mut self.finder.numbers;
            format!(": {} → {}", numbers.end(client, true), numbers.end(server, false))
        });
        self.line(&format!("# {number}{}", between.unwrap_or_default()));
        match &seen.request {
            Some(request) => self.message(request),
            None => self.line("# its request is not in the capture"),
        }
        for interim in &seen.interim {
            self.line("");
            self.message(interim);
        }
        self.line("");
        match &seen.response {
            Some(response) => self.message(response),
            None => self.line("# its response is not in the capture"),
        }
    }

    fn message(&mut self, said: &Said) {
        self.finder.numbers.message();
        let start = self.finder.write(&said.start);
        self.line(&start);
        let mut length = None;
        for field in &said.fields {
            let begin = self.out.len();
            self.field("", field);
            if field.name.eq_ignore_ascii_case("Content-Length") {
                length = Some((begin..self.out.len(), field));
            }
        }
        // A length is as volatile as what it measures.
        let mut volatile = said.is_encoded();
        match &said.body {
            Content::Text { text, of, whole } => {
                let written = self.finder.write(text);
                volatile |= written != *text;
                self.line("");
                self.body(&written, text.len() as u64, *of, *whole);
            }
            Content::Bytes { length, encoded, whole } => {
                let length = if *encoded { "encoded".to_owned() } else { crate::report::count(*length, "byte") };
                self.line("");
                self.line(&format!("# body: {length}{}", if *whole { "" } else { ", incomplete" }));
            }
            Content::Nothing => {}
        }
        if let Some((line, field)) = length.filter(|_| volatile) {
            let length = self.finder.numbers.of("length", Scope::Message, &field.value);
            self.out.replace_range(line, &format!("{}{length}\n", escape(&field.before)));
        }
        for trailer in &said.trailers {
            self.field("# trailer: ", trailer);
        }
        if !said.odd.is_empty() {
            self.line(&format!("# odd: {}", said.odd.join(", ")));
        }
    }

    fn field(&mut self, prefix: &str, field: &Field) {
        let value = self.finder.write_field(&field.name, &field.value);
        self.line(&format!("{prefix}{}{value}{}", field.before, field.behind));
    }

    fn body(&mut self, written: &str, kept: u64, of: u64, whole: bool) {
        let shown = match written.char_indices().nth(MOST_OF_BODY) {
            Some((end, _)) => written.get(..end).unwrap_or_default(),
            None => written,
        };
        let shown_all = shown.len() == written.len() && kept >= of;
        for line in shown.strip_suffix('\n').unwrap_or(shown).split('\n') {
            self.line(line.strip_suffix('\r').unwrap_or(line));
        }
        match (shown_all, whole) {
            (_, false) => self.line("# … the body is incomplete"),
            (false, true) => self.line("# … the body goes on"),
            (true, true) => {}
        }
    }

    /// What was not read.
    fn rest(&mut self, summary: &Summary, left_out: u64) {
        let mut lines = Vec::new();
        if left_out > 0 {
            lines.push("# more exchanges are in the capture than are kept".to_owned());
        }
        for undecoded in &summary.undecoded {
            let port = self.finder.numbers.port(None, undecoded.port);
            lines.push(format!("# not decoded: {} on port {port}", undecoded.content));
        }
        let lost: Vec<_> = summary.anomalies.iter().filter(|(kind, _)| kind.is_loss()).map(|(kind, _)| kind.name()).collect();
        if !lost.is_empty() {
            lines.push(format!("# lost: {}", lost.join(", ")));
        }
        lines.dedup();
        if !lines.is_empty() && !self.out.is_empty() {
            self.out.push('\n');
        }
        lines.iter().for_each(|line| self.line(line));
    }

    fn line(&mut self, line: &str) {
        self.out.push_str(escape(line).trim_end());
        self.out.push('\n');
    }
}
