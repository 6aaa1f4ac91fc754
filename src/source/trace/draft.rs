//! Follows the events of a trace, and puts the messages together that they are of.

use std::collections::BTreeMap;

use super::event::{Event, Kind};
use crate::source::shown::Announced;
use crate::source::text::{CurlNote, tells};

/// A message that is put together.
#[derive(Debug, Default)]
pub(super) struct Draft {
    /// The line where its first block begins.
    pub(super) line: u32,
    pub(super) request: bool,
    pub(super) head: Vec<u8>,
    /// What stands behind the head.
    pub(super) data: Vec<u8>,
    /// Its head, or what stands behind it, is shown as text.
    pub(super) dotted: bool,
    /// Bytes of its head are not there, or may be those of another message.
    pub(super) head_cut: bool,
    /// The same of what stands behind it.
    pub(super) data_cut: bool,
    /// Of a response: the draft of the request that it answers.
    pub(super) asked: Option<usize>,
    /// Its transfer went on to something else: no more can come.
    pub(super) ended: bool,
    /// Its transfer failed: more would have come.
    broken: bool,
    /// Other transfers run at once, and the trace does not say which is which.
    pub(super) tangled: bool,
}

impl Draft {
    /// Whether its head is whole.
    fn is_whole(&self) -> bool {
        self.head.ends_with(b"\r\n\r\n") || self.head.ends_with(b"\n\n")
    }
}

/// A transfer: the messages that run.
#[derive(Debug, Clone, Copy, Default)]
struct Talk {
    /// The last request.
    request: Option<usize>,
    /// The last response.
    response: Option<usize>,
    /// Requests that no final response answers yet.
    waiting: usize,
}

/// Puts the messages of a trace together.
#[derive(Debug, Default)]
pub(super) struct Drafting {
    /// In the order of their beginnings.
    pub(super) drafts: Vec<Draft>,
    /// Blocks that are of no message: how many, and the line of the first.
    pub(super) astray: Option<(u64, u32)>,
    talks: BTreeMap<Option<u32>, Talk>,
    /// Several transfers run at once, and the trace does not say which is which.
    tangled: bool,
}

impl Drafting {
    /// Hears the next event.
    pub(super) fn hear(&mut self, event: Event<'_>) {
        match event.kind {
            Kind::SentHead => self.sent(event),
            Kind::SentData => {
                let request = self.talk(event.transfer).request;
                self.data(request, event);
            }
            Kind::ReceivedHead => self.received(event),
            Kind::ReceivedData => {
                let response = self.talk(event.transfer).response;
                self.data(response, event);
            }
            Kind::Note => self.noted(&event),
            Kind::Record => {}
        }
    }

    fn talk(&mut self, transfer: Option<u32>) -> &mut Talk {
        self.talks.entry(transfer).or_default()
    }

    fn draft(&mut self, at: Option<usize>) -> Option<&mut Draft> {
        self.drafts.get_mut(at?)
    }

    fn begin(&mut self, event: Event<'_>, request: bool, asked: Option<usize>) -> usize {
        let Event { line, bytes: mut head, dotted, cut, .. } = event;
        let (head_cut, data_cut) = (cut, self.tangled);
        // Old versions may send head and body at once.
        let end = memchr::memmem::find(&head, b"\r\n\r\n").map_or(head.len(), |at| at + 4);
        let data = head.split_off(end);
        let tangled = self.tangled;
        self.drafts.push(Draft {
            line,
            request,
            head,
            data,
            dotted,
            head_cut,
            data_cut,
            asked,
            ended: false,
            broken: false,
            tangled,
        });
        self.drafts.len() - 1
    }

    /// Bytes of a request's head.
    fn sent(&mut self, event: Event<'_>) {
        let transfer = event.transfer;
        let (last, response, waiting) = {
            let talk = self.talk(transfer);
            (talk.request, talk.response, talk.waiting)
        };
        if let Some(open) = self.draft(last).filter(|draft| !draft.is_whole() && draft.data.is_empty()) {
            open.head.extend(event.bytes);
            open.head_cut |= event.cut;
            return;
        }
        self.end(response);
        if waiting > 0 && transfer.is_none() {
            self.tangled = true;
            self.draft(last).into_iter().for_each(|draft| draft.data_cut = true);
        }
        let at = self.begin(event, true, None);
        let talk = self.talk(transfer);
        talk.request = Some(at);
        talk.waiting = if transfer.is_none() { talk.waiting + 1 } else { 1 };
    }

    /// A line of a response's head.
    fn received(&mut self, event: Event<'_>) {
        let transfer = event.transfer;
        let Talk { request, response, waiting } = *self.talk(transfer);
        let at = if event.bytes.starts_with(b"HTTP/") {
            let tangled = self.tangled && self.draft(response).is_some_and(|draft| !draft.is_whole());
            if tangled {
                // Whose line is which?
                self.draft(response).into_iter().for_each(|draft| draft.head_cut = true);
            }
            // Of an interim response curl may not show the empty line.
            let interim = |draft: &&mut Draft| !draft.is_whole() && Announced::by(&draft.head).interim;
            if let Some(interim) = self.draft(response).filter(interim) {
                interim.head.extend(b"\r\n");
            }
            self.end(response);
            let at = self.begin(event, false, request.filter(|_| waiting == 1 && !self.tangled));
            self.draft(Some(at)).into_iter().for_each(|draft| draft.head_cut |= tangled);
            self.talk(transfer).response = Some(at);
            Some(at)
        } else {
            // Behind a body stand trailers.
            let open = response.filter(|at| self.drafts.get(*at).is_some_and(|draft| !draft.is_whole()));
            match self.draft(open) {
                Some(draft) => {
                    draft.head.extend(event.bytes);
                    draft.head_cut |= event.cut;
                    draft.dotted |= event.dotted;
                }
                None if response.is_none() => self.astray(event.line),
                None => {}
            }
            open
        };
        let answered = self.draft(at).is_some_and(|draft| draft.is_whole() && !Announced::by(&draft.head).interim);
        if answered {
            let talk = self.talk(transfer);
            talk.waiting = talk.waiting.saturating_sub(1);
        }
    }

    /// Bytes behind a head.
    fn data(&mut self, at: Option<usize>, event: Event<'_>) {
        let Some(draft) = self.draft(at) else { return self.astray(event.line) };
        draft.data.extend(event.bytes);
        draft.data_cut |= event.cut;
        draft.dotted |= event.dotted;
    }

    /// Counts a block that is of no message: what it continues is not in the trace.
    fn astray(&mut self, line: u32) {
        self.astray.get_or_insert((0, line)).0 += 1;
    }

    fn noted(&mut self, event: &Event<'_>) {
        let Talk { response, waiting, .. } = *self.talk(event.transfer);
        match tells(event.note) {
            CurlNote::End => {
                let open = self.draft(response).is_some_and(|draft| !draft.ended && !draft.broken);
                self.end(response);
                if !open || waiting == 1 {
                    // Nothing answers any more: the transfer failed, perhaps in words that are not known.
                    self.talk(event.transfer).waiting = 0;
                }
            }
            CurlNote::Broken => {
                if let Some(draft) = self.draft(response).filter(|draft| !draft.ended) {
                    draft.broken = true;
                }
                let talk = self.talk(event.transfer);
                talk.waiting = talk.waiting.saturating_sub(1);
            }
            // It is shown all the same, or its framing says that it is missing.
            CurlNote::Ignored | CurlNote::Known | CurlNote::Plain | CurlNote::Unknown => {}
        }
    }

    fn end(&mut self, at: Option<usize>) {
        self.draft(at).into_iter().for_each(|draft| draft.ended = !draft.broken);
    }
}
