//! What a log says of one request.

use super::gathering::Ignored;
use super::json::Invocation;
use super::statement::{Statement, Whose};
use crate::capture::Timestamp;
use crate::source::text::json_end;

/// Where in the log, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) line: u32,
    pub(super) time: Option<Timestamp>,
}

/// What is said of a message.
#[derive(Debug, Default)]
pub(super) struct Note {
    /// Where its fields stand, else the first that is said of it.
    pub(super) place: Option<Place>,
    /// Its fields, as a map.
    pub(super) fields: Option<Vec<u8>>,
    pub(super) body: Option<Vec<u8>>,
    /// The line in which that begins.
    body_line: u32,
}

/// A call of an integration, or of an authorizer.
#[derive(Debug, Default)]
pub(super) struct Call {
    pub(super) uri: Option<Vec<u8>>,
    pub(super) request: Note,
    pub(super) response: Note,
    pub(super) status: Option<u16>,
}

/// What is said of a request.
#[derive(Debug, Default)]
pub(super) struct Record<'t> {
    pub(super) id: Vec<u8>,
    pub(super) method: Option<Vec<u8>>,
    pub(super) path: Vec<u8>,
    pub(super) query: Option<Vec<u8>>,
    pub(super) request: Note,
    pub(super) calls: Vec<Call>,
    pub(super) response: Note,
    pub(super) status: Option<u16>,
    pub(super) completed: bool,
    /// What the answer of a test invocation says beside its log.
    pub(super) answer: Option<Invocation<'t>>,
}

/// Which text a line goes on with.
#[derive(Debug, Clone, Copy)]
pub(super) enum Part {
    Fields(Whose),
    Body(Whose),
    Nothing,
}

impl Note {
    /// Cuts off what a text goes on with behind a body of JSON.
    pub(super) fn cut_prose(&mut self, ignored: &mut Ignored) {
        let Some(body) = &mut self.body else { return };
        let Some(end) = json_end(body) else { return };
        let before = memchr::memchr_iter(b'\n', body.get(..end).unwrap_or_default()).count();
        let first = self.body_line.saturating_add(u32::try_from(before).unwrap_or(u32::MAX));
        for (line, text) in (first..).zip(body.get(end..).unwrap_or_default().split(|byte| *byte == b'\n')) {
            ignored.add(line, text);
        }
        body.truncate(end);
    }
}

impl Record<'_> {
    /// Takes down what a line says; what the next one may go on with.
    pub(super) fn take(&mut self, statement: &Statement<'_>, place: Place) -> Part {
        match statement {
            Statement::Method { method, path } => {
                (self.method, self.path) = (Some(method.to_vec()), path.to_vec());
                self.request.place.get_or_insert(place);
            }
            Statement::Query(map) => {
                self.query = Some(map.to_vec());
                self.request.place.get_or_insert(place);
            }
            Statement::Uri(uri) => {
                self.calls.push(Call { uri: Some(uri.to_vec()), ..Call::default() });
                self.call().request.place = Some(place);
            }
            Statement::Sending(uri) => {
                let call = self.call();
                call.uri.get_or_insert_with(|| uri.to_vec());
                call.request.place.get_or_insert(place);
            }
            Statement::Received(status) => {
                let call = self.call();
                call.status = *status;
                call.response.place.get_or_insert(place);
            }
            Statement::Completed(status) => {
                self.status = *status;
                self.completed = true;
                self.response.place.get_or_insert(place);
            }
            Statement::Fields(whose, map) => {
                let note = self.note(*whose);
                note.fields = Some(map.to_vec());
                note.place = Some(place);
                return Part::Fields(*whose);
            }
            Statement::Body(whose, body) => {
                let note = self.note(*whose);
                (note.body, note.body_line) = (Some(body.to_vec()), place.line);
                note.place.get_or_insert(place);
                return Part::Body(*whose);
            }
            Statement::Begins(_) | Statement::Other => {}
        }
        Part::Nothing
    }

    fn note(&mut self, whose: Whose) -> &mut Note {
        match whose {
            Whose::MethodRequest => &mut self.request,
            Whose::EndpointRequest => &mut self.call().request,
            Whose::EndpointResponse => &mut self.call().response,
            Whose::MethodResponse => &mut self.response,
        }
    }

    /// The call that was begun last. Excerpts of logs may lack its beginning.
    fn call(&mut self) -> &mut Call {
        if self.calls.is_empty() {
            self.calls.push(Call::default());
        }
        let last = self.calls.len() - 1;
        &mut self.calls[last]
    }

    pub(super) fn notes(&mut self) -> impl Iterator<Item = &mut Note> {
        let calls = self.calls.iter_mut().flat_map(|call| [&mut call.request, &mut call.response]);
        [&mut self.request, &mut self.response].into_iter().chain(calls)
    }

    pub(super) fn text(&mut self, part: Part) -> Option<&mut Vec<u8>> {
        match part {
            Part::Fields(whose) => self.note(whose).fields.as_mut(),
            Part::Body(whose) => self.note(whose).body.as_mut(),
            Part::Nothing => None,
        }
    }
}
