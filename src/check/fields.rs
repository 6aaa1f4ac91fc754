//! The fields of a head by their names, looked up once: what became of each is asked of both sides of a node.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::http::HeadRef;

/// A name with its lines.
pub(super) struct Field<'e> {
    /// As first written.
    pub(super) name: &'e [u8],
    /// One a line. In HTTP/2 a Cookie on several lines is one value (RFC 9113 §8.2.3).
    pub(super) values: Vec<Cow<'e, [u8]>>,
    /// The numbers of the lines.
    pub(super) lines: Vec<usize>,
    /// One of the lines may go on where the capture of the head ends.
    pub(super) open: bool,
}

impl<'e> Field<'e> {
    pub(super) fn values(&self) -> Vec<&[u8]> {
        self.values.iter().map(AsRef::as_ref).collect()
    }

    pub(super) fn joined(&self) -> Vec<u8> {
        self.values().join(b"\n".as_slice())
    }
}

/// The fields of a head, looked up once.
pub(super) struct Fields<'e> {
    pub(super) all: Vec<Field<'e>>,
    /// By their names in lower case.
    by_name: HashMap<Vec<u8>, usize>,
}

impl<'e> Fields<'e> {
    pub(super) fn of(head: &HeadRef<'e>) -> Self {
        let (mut all, mut by_name): (Vec<Field<'e>>, HashMap<Vec<u8>, usize>) = (Vec::new(), HashMap::new());
        for (at, line) in head.lines.iter().enumerate().filter(|(_, line)| head.is_field(line)) {
            let (name, value) = (line.name.of(head.raw), Cow::Borrowed(line.value.of(head.raw)));
            let next = all.len();
            let known = *by_name.entry(name.to_ascii_lowercase()).or_insert(next);
            let open = head.is_open_line(line);
            match all.get_mut(known) {
                Some(field) => {
                    field.values.push(value);
                    field.lines.push(at);
                    field.open |= open;
                }
                None => all.push(Field { name, values: vec![value], lines: vec![at], open }),
            }
        }
        if head.head.h2_stream.is_some()
            && let Some(cookie) = by_name.get(b"cookie".as_slice()).and_then(|at| all.get_mut(*at))
            && cookie.values.len() > 1
        {
            cookie.values = vec![Cow::Owned(cookie.values().join(b"; ".as_slice()))];
        }
        Self { all, by_name }
    }

    pub(super) fn get(&self, name: &[u8]) -> Option<&Field<'e>> {
        self.all.get(*self.by_name.get(&name.to_ascii_lowercase())?)
    }
}
