//! Follows the output of `curl -v` line by line and gives out its messages.

use std::collections::VecDeque;

use super::super::line::Line;
use super::super::piece::{Item, Piece, Speaker};
use super::super::recognise::{command, is_fence, is_field_line, is_recorder, is_request_line, is_start_line, is_status_line};
use super::mark::{Mark, take};
use super::notes::{Note, tells};
use super::request::Head;
use super::response::{Response, Stop, Told};
use crate::http::Fidelity;

/// What became of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::source::text) enum Heard {
    /// It is curl's, or of a body.
    Taken,
    /// The same; a message of somebody else may begin here.
    Marked,
    /// It is not curl's.
    Foreign,
    /// It is curl's, but nobody can say of which transfer.
    Unclear,
    /// Neither this line nor any since the one that was marked.
    Back,
}

/// Where in the output of curl a line stands.
#[derive(Debug)]
enum Phase {
    /// Between transfers, or before the first.
    Outside,
    /// Behind a note: others follow.
    Talking,
    /// In the head of a request. libcurl marks its first line only: then it is `bare`.
    Sending { head: Head, bare: Option<bool> },
    /// Behind the head of a request.
    Sent,
    /// In the head of a response.
    Receiving { head: Head },
    /// Behind the head of a response.
    Body,
}

/// The state between two lines.
#[derive(Debug)]
pub(in crate::source::text) struct Transcript {
    /// Nothing but what curl writes: it is the first thing in the text.
    pure: bool,
    /// Several transfers run at once: bodies cannot be told apart.
    parallel: bool,
    phase: Phase,
    /// The request whose head is whole, until it is known whether it sends a body.
    request: Option<Head>,
    /// The response whose body may still come.
    response: Option<Response>,
    /// The method of the last request.
    method: Vec<u8>,
    /// Requests without a response, since something was over.
    waiting: u32,
    /// Lines of prose that were taken for a body.
    pub(in crate::source::text) prose: u64,
}

type Items = VecDeque<Item>;

impl Transcript {
    /// For a text that holds the output of curl; `pure` where that is how it begins.
    pub(in crate::source::text) fn new(pure: bool) -> Self {
        Self {
            pure,
            parallel: false,
            phase: Phase::Outside,
            request: None,
            response: None,
            method: Vec::new(),
            waiting: 0,
            prose: 0,
        }
    }

    /// Hears the next line.
    pub(in crate::source::text) fn hear(&mut self, line: &Line<'_>, items: &mut Items) -> Heard {
        if let Phase::Sending { head, bare } = &mut self.phase
            && *bare != Some(false)
        {
            // libcurl's own way: the lines behind the first have no mark, and an empty one ends them.
            let own = is_field_line(line.text.trim_ascii_start()) || (*bare == Some(true) && !line.is_blank());
            if own && take(line.text).mark.is_none() {
                *bare = Some(true);
                head.push(line.text.trim_ascii_start());
                return Heard::Taken;
            }
            if *bare == Some(true) && line.is_blank() {
                self.end_head(true, items);
                return Heard::Taken;
            }
            *bare = Some(false);
        }
        let marked = take(line.text);
        // What is written before a mark ends the head that was read: a line of a head cannot go on behind it.
        let goes_on = |mark: &Mark<'_>| match mark {
            Mark::Sent(text) => !is_request_line(text.trim_ascii_end()),
            Mark::Received(text) => !is_status_line(text.trim_ascii_end()),
            _ => false,
        };
        let stands = |mark: &Mark<'_>| marked.before.is_empty() || !goes_on(mark);
        match marked.mark.filter(|mark| self.accepts(mark) && stands(mark)) {
            Some(mark) => {
                if !marked.before.is_empty() {
                    self.write(marked.before, items);
                }
                if let Some(back) = self.finish_where_due(&mark, items) {
                    return back;
                }
                self.mark(mark, line, marked.transfer, items);
                Heard::Taken
            }
            None => self.unmarked(line, items),
        }
    }

    /// A message of somebody else was found in lines that are not curl's: what stands before it is given out first.
    pub(in crate::source::text) fn give_way(&mut self, items: &mut Items) {
        self.end_head(false, items);
        self.close(Stop::Block, items);
        self.leave(items);
    }

    /// The text is over. `Back` where there is more to read behind what was marked.
    pub(in crate::source::text) fn end(&mut self, items: &mut Items) -> Heard {
        self.end_head(false, items);
        let stop = if self.pure { Stop::Sure } else { Stop::Block };
        self.close(stop, items)
    }

    /// Whether a mark is one where it stands: bodies and prose hold stars and angle brackets, too.
    fn accepts(&self, mark: &Mark<'_>) -> bool {
        let in_head = matches!(self.phase, Phase::Sending { .. } | Phase::Receiving { .. });
        let in_body = matches!(self.phase, Phase::Body) && self.response.as_ref().is_some_and(Response::has_body);
        match mark {
            Mark::Sent(line) => matches!(self.phase, Phase::Sending { .. }) || is_request_line(line.trim_ascii_end()),
            Mark::Received(line) => matches!(self.phase, Phase::Receiving { .. }) || is_status_line(line.trim_ascii_end()),
            Mark::Note(note) => {
                let sure = tells(note) != Note::Unknown;
                sure || in_head || (!in_body && (self.pure || !matches!(self.phase, Phase::Outside)))
            }
            Mark::Warning(text) => self.pure && (!in_body || text.starts_with(b"Binary output")),
            Mark::DataReceived | Mark::DataSent | Mark::Failed | Mark::Progress { .. } => true,
        }
    }

    /// A start line ends the body before it.
    fn finish_where_due(&mut self, mark: &Mark<'_>, items: &mut Items) -> Option<Heard> {
        let begins = match mark {
            Mark::Sent(line) => !matches!(self.phase, Phase::Sending { .. }) || is_request_line(line.trim_ascii_end()),
            Mark::Received(line) => !matches!(self.phase, Phase::Receiving { .. }) || is_status_line(line.trim_ascii_end()),
            _ => false,
        };
        if !begins {
            return None;
        }
        self.end_head(false, items);
        if matches!(mark, Mark::Sent(_)) {
            self.response.iter_mut().for_each(Response::is_followed);
        }
        // A body that a note ended is whole, whatever stands in it.
        (self.close(Stop::Sure, items) == Heard::Back).then_some(Heard::Back)
    }

    fn mark(&mut self, mark: Mark<'_>, line: &Line<'_>, transfer: Option<u32>, items: &mut Items) {
        match mark {
            Mark::Sent(text) => match &mut self.phase {
                Phase::Sending { .. } if text.trim_ascii().is_empty() => self.end_head(true, items),
                Phase::Sending { head, .. } => head.push(text.trim_ascii_end()),
                _ => {
                    self.parallel |= self.waiting > 0;
                    self.phase = Phase::Sending { head: Head::new(line, text, transfer), bare: None };
                }
            },
            Mark::Received(text) => match &mut self.phase {
                Phase::Receiving { .. } if text.trim_ascii().is_empty() => self.end_head(true, items),
                Phase::Receiving { head } => head.push(text.trim_ascii_end()),
                _ => {
                    self.flush_request(items);
                    self.phase = Phase::Receiving { head: Head::new(line, text, transfer) };
                }
            },
            Mark::Note(note) => self.note(note, items),
            Mark::Failed => self.failed(items),
            Mark::DataSent => {
                if let Some(request) = &mut self.request {
                    request.uploads = true;
                }
                self.end_interim(items);
            }
            Mark::Warning(text) if text.starts_with(b"Binary output") => {
                if let Some(response) = &mut self.response {
                    response.hide();
                }
            }
            Mark::Progress { parallel: true, .. } => self.parallel = true,
            Mark::Warning(_) | Mark::Progress { sure: false, .. } => self.doubt(),
            Mark::DataReceived => {
                if let Some(response) = &mut self.response {
                    response.held_back = true;
                }
            }
            Mark::Progress { .. } => {}
        }
    }

    fn note(&mut self, note: &[u8], items: &mut Items) {
        match tells(note) {
            Note::End => {
                // curl says so behind the empty line of a head: without one it was cut.
                self.end_head(false, items);
                match &mut self.response {
                    Some(response) => response.over = true,
                    None => self.over(items),
                }
                if matches!(self.phase, Phase::Outside) {
                    self.phase = Phase::Talking;
                }
            }
            Note::Broken => self.failed(items),
            Note::Ignored => {
                if let Some(response) = &mut self.response {
                    response.hide();
                }
            }
            Note::Known | Note::Plain | Note::Unknown => {
                if tells(note) != Note::Known {
                    self.doubt();
                }
                if matches!(self.phase, Phase::Outside) {
                    self.phase = Phase::Talking;
                }
            }
        }
    }

    /// What was taken for curl's may be of a body.
    fn doubt(&mut self) {
        if matches!(self.phase, Phase::Body) {
            self.response.iter_mut().for_each(Response::doubt);
        }
    }

    /// The transfer failed: the body is not whole, or the request has no response.
    fn failed(&mut self, items: &mut Items) {
        if matches!(self.phase, Phase::Sending { .. } | Phase::Receiving { .. }) {
            self.end_head(false, items);
        }
        match &mut self.response {
            Some(response) => response.fail(),
            None => self.over(items),
        }
    }

    /// Nothing answers the requests that wait.
    fn over(&mut self, items: &mut Items) {
        if self.waiting > 0 {
            self.flush_request(items);
            self.waiting = 0;
            items.push_back(Item::Over);
        }
        self.phase = Phase::Talking;
    }

    /// A line without a mark, or with one that is none here.
    fn unmarked(&mut self, line: &Line<'_>, items: &mut Items) -> Heard {
        let begins = is_start_line(line.text.trim_ascii_start());
        let written = matches!(self.phase, Phase::Body) && self.response.as_ref().is_some_and(Response::is_written);
        let outside = (is_fence(line.text) && !(self.pure && written)) || command(line.text).is_some() || is_recorder(line.text);
        if outside {
            self.end_head(false, items);
            let back = self.close(if self.pure { Stop::Sure } else { Stop::Block }, items);
            self.leave(items);
            return if back == Heard::Back { Heard::Back } else { Heard::Foreign };
        }
        match &self.phase {
            Phase::Receiving { head } => {
                if line.is_blank() {
                    return Heard::Taken;
                }
                // `curl -iv` at a terminal: each line twice, the second as it is.
                let last = head.bytes.trim_ascii_end().rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
                if Response::is_same(line.text, last) {
                    return Heard::Taken;
                }
                self.end_head(false, items);
            }
            Phase::Sending { .. } | Phase::Sent => {
                self.end_head(false, items);
                // What is written while a request waits is of another transfer.
                self.parallel |= self.pure && !line.is_blank() && !begins;
                return Heard::Foreign;
            }
            Phase::Outside => return Heard::Foreign,
            Phase::Talking => {
                if !self.pure {
                    self.phase = Phase::Outside;
                }
                return Heard::Foreign;
            }
            Phase::Body => {}
        }
        let Some(response) = &mut self.response else { return Heard::Foreign };
        if response.repeats(line.text) {
            return Heard::Taken;
        }
        if !response.is_written() || self.parallel {
            if self.parallel {
                if !line.is_blank() {
                    response.hide();
                }
                return Heard::Unclear;
            }
            return Heard::Foreign;
        }
        let whole = line.whole.strip_prefix(response.indent.as_slice()).unwrap_or(line.whole);
        if self.pure || !response.over {
            let mut heard = Heard::Taken;
            if begins && !self.pure && response.start_at.is_none() {
                response.start_at = Some(response.length());
                heard = Heard::Marked;
            }
            response.push(whole);
            return heard;
        }
        // Behind the transfer's end in a text with other things in it: what was held back, then those things.
        // What stands right behind the end is a body, whatever it looks like: some servers answer with the request.
        if begins && response.late > 0 {
            self.close(Stop::Block, items);
            self.leave(items);
            return Heard::Foreign;
        }
        if line.is_blank() && !response.is_open() {
            let stop = if response.is_at_its_end() { Stop::Sure } else { Stop::Blank };
            self.close(stop, items);
            self.leave(items);
            return Heard::Foreign;
        }
        // At a terminal only a last line without its end is held back.
        if !response.held_back && response.late > 0 && !response.is_open() {
            self.close(Stop::Blank, items);
            self.leave(items);
            return Heard::Foreign;
        }
        response.late = response.late.saturating_add(1);
        if response.push(whole) {
            self.close(Stop::Json, items);
            self.leave(items);
        }
        Heard::Taken
    }

    /// Bytes of a body before a mark in the same line.
    fn write(&mut self, bytes: &[u8], items: &mut Items) {
        if matches!(self.phase, Phase::Receiving { .. }) {
            self.end_head(false, items);
        }
        if matches!(self.phase, Phase::Sent) {
            self.parallel |= self.pure;
        }
        if let Some(response) = self.response.as_mut().filter(|response| response.is_written()) {
            let indent = response.indent.as_slice();
            let bytes = bytes.strip_prefix(indent).unwrap_or(bytes).to_vec();
            if self.parallel {
                response.hide();
            } else {
                response.push(&bytes);
            }
        }
    }

    /// The head that is read is over; `whole` where its empty line came.
    fn end_head(&mut self, whole: bool, items: &mut Items) {
        match std::mem::replace(&mut self.phase, Phase::Outside) {
            Phase::Sending { mut head, bare: _ } => {
                if whole {
                    head.push(b"");
                }
                self.method = head.bytes.split(|byte| *byte == b' ').next().unwrap_or_default().to_vec();
                self.waiting = self.waiting.saturating_add(1);
                self.flush_request(items);
                self.request = Some(head);
                self.phase = Phase::Sent;
            }
            Phase::Receiving { mut head } => {
                // Older versions leave the empty line behind an interim response away.
                if whole || head.announced.interim {
                    head.push(b"");
                }
                self.response = Some(Response::new(head, &self.method));
                self.phase = Phase::Body;
            }
            other => self.phase = other,
        }
    }

    /// Bytes are sent behind an interim response whose empty line was left away.
    fn end_interim(&mut self, items: &mut Items) {
        if let Phase::Receiving { head } = &self.phase
            && head.announced.interim
        {
            self.end_head(false, items);
        }
    }

    /// Gives out the request.
    fn flush_request(&mut self, items: &mut Items) {
        if let Some(request) = self.request.take() {
            items.push_back(Item::Message(request.piece(&self.method)));
        }
    }

    /// Gives out the response. `Back` where its body has no sure end and a message of somebody else stands in it.
    fn close(&mut self, stop: Stop, items: &mut Items) -> Heard {
        self.flush_request(items);
        let Some(mut response) = self.response.take() else { return Heard::Taken };
        let mut heard = Heard::Taken;
        let mut stop = stop;
        if !self.pure && !response.over {
            if let Some(length) = response.start_at {
                response.truncate(length);
                heard = Heard::Back;
            }
            stop = Stop::Block;
            self.prose += response.cut_prose();
        }
        let interim = response.is_interim();
        let (line, speaker) = (response.line, Speaker::Curl(response.transfer));
        let Told { head, body, lost } = response.shown(stop, self.pure);
        if !interim {
            self.waiting = self.waiting.saturating_sub(1);
        }
        items.push_back(Item::Message(Piece { line, head, body, lost, speaker, fidelity: Fidelity::CURL }));
        self.phase = Phase::Outside;
        heard
    }

    /// Behind a prompt, a fence or a body nothing answers what was asked before.
    fn leave(&mut self, items: &mut Items) {
        self.flush_request(items);
        if self.waiting > 0 {
            items.push_back(Item::Over);
        }
        self.waiting = 0;
        self.parallel = false;
        self.phase = Phase::Outside;
    }
}
