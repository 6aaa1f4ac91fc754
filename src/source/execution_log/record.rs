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

/// What a statement does not say anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    /// It is new.
    No,
    /// The same was said before.
    Same,
    /// Something else was said before: this is about another request, which has the same id.
    Other,
}

/// What is said of a message.
#[derive(Debug, Default)]
pub(super) struct Note {
    /// Where its fields stand, else the first that is said of it.
    pub(super) place: Option<Place>,
    /// Its fields, as a map.
    pub(super) fields: Option<Vec<u8>>,
    pub(super) body: Option<Vec<u8>>,
    /// The body is all that a message of CloudWatch holds behind its sentence: nobody wrote something behind it.
    pub(super) exact: bool,
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
    /// The log says that it was answered.
    received: bool,
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
        let Some(body) = self.body.as_mut().filter(|_| !self.exact) else { return };
        let Some(end) = json_end(body) else { return };
        let before = memchr::memchr_iter(b'\n', body.get(..end).unwrap_or_default()).count();
        let first = self.body_line.saturating_add(u32::try_from(before).unwrap_or(u32::MAX));
        for (line, text) in (first..).zip(body.get(end..).unwrap_or_default().split(|byte| *byte == b'\n')) {
            ignored.add(line, text);
        }
        body.truncate(end);
    }
}

impl Call {
    fn is_answered(&self) -> bool {
        self.response.place.is_some()
    }
}

impl Record<'_> {
    /// Takes down what a line says; what the next one may go on with. `exact` says that the line is a message of CloudWatch.
    pub(super) fn take(&mut self, statement: &Statement<'_>, place: Place, exact: bool) -> Part {
        if self.calls_again(statement) {
            self.calls.push(Call::default());
        }
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
                let call = self.call();
                (call.uri, call.request.place) = (Some(uri.to_vec()), Some(place));
            }
            Statement::Sending(uri) => {
                let call = self.call();
                call.uri.get_or_insert_with(|| uri.to_vec());
                call.request.place.get_or_insert(place);
            }
            Statement::Received(status) => {
                let call = self.call();
                (call.status, call.received) = (*status, true);
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
                (note.body, note.body_line, note.exact) = (Some(body.to_vec()), place.line, exact);
                note.place.get_or_insert(place);
                return Part::Body(*whose);
            }
            Statement::Begins(_) | Statement::Other => {}
        }
        Part::Nothing
    }

    /// Whether what a statement says of the client's messages was said before. Calls are counted, and begin anew.
    pub(super) fn knows(&self, statement: &Statement<'_>) -> Known {
        let known = |known: Option<bool>| match known {
            None => Known::No,
            Some(true) => Known::Same,
            Some(false) => Known::Other,
        };
        let text = |of: &Option<Vec<u8>>, text: &[u8]| known(of.as_deref().map(|of| of == text));
        match statement {
            Statement::Method { method, path } => known(self.method.as_ref().map(|of| of == method && self.path == *path)),
            Statement::Query(map) => text(&self.query, map),
            Statement::Completed(status) => known(self.completed.then(|| self.status == *status)),
            Statement::Fields(Whose::MethodRequest, map) => text(&self.request.fields, map),
            Statement::Fields(Whose::MethodResponse, map) => text(&self.response.fields, map),
            Statement::Body(Whose::MethodRequest, body) => text(&self.request.body, body),
            Statement::Body(Whose::MethodResponse, body) => text(&self.response.body, body),
            _ => Known::No,
        }
    }

    /// Whether a statement begins another call.
    pub(super) fn calls_again(&self, statement: &Statement<'_>) -> bool {
        let last = self.calls.last();
        let is = |of: fn(&Call) -> bool| last.is_some_and(of);
        match statement {
            Statement::Uri(_) => true,
            Statement::Sending(_) => is(Call::is_answered),
            Statement::Received(_) => is(|call| call.received),
            Statement::Fields(Whose::EndpointRequest, _) => is(|call| call.request.fields.is_some() || call.is_answered()),
            Statement::Fields(Whose::EndpointResponse, _) => is(|call| call.response.fields.is_some()),
            Statement::Body(Whose::EndpointRequest, _) => is(|call| call.request.body.is_some() || call.is_answered()),
            Statement::Body(Whose::EndpointResponse, _) => is(|call| call.response.body.is_some()),
            _ => false,
        }
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
