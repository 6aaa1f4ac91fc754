//! Parts of a start line that a source does not tell: most Lambda events have no version, and names and values of a query
//! in place of how it was written.

use super::plan::Aspect;
use crate::http::{HeadRef, StartLine};
use crate::spec::MessagePath;

const VERSION: &str = "the event does not tell the HTTP version";
const METHOD: &str = "the event does not tell the method";
const TARGET: &str = "the event does not tell the request target";
const QUERY: &str = "the event tells names and values of the query, not how they were written";
const REASON: &str = "the event does not tell the reason phrase";

/// Why what an aspect looks at is not known.
pub(super) fn aspect(aspect: &Aspect, head: &HeadRef<'_>) -> Option<&'static str> {
    if head.head.fidelity.start_line {
        return None;
    }
    match aspect {
        Aspect::Method => path(&MessagePath::Method, head),
        Aspect::Target => path(&MessagePath::Target, head),
        Aspect::Path | Aspect::Query(_) => path(&MessagePath::Path, head),
        Aspect::Version => path(&MessagePath::Version, head),
        Aspect::Reason => (head.reason() == Some(b"")).then_some(REASON),
        Aspect::Status => path(&MessagePath::Status, head),
        _ => None,
    }
}

/// Why a part of a message is not known.
pub(super) fn path(path: &MessagePath, head: &HeadRef<'_>) -> Option<&'static str> {
    if head.head.fidelity.start_line {
        return None;
    }
    let target = head.target();
    match path {
        MessagePath::Method => (head.method() == Some(b"")).then_some(METHOD),
        MessagePath::Target | MessagePath::Query if target.is_some_and(|target| target.contains(&b'?')) => Some(QUERY),
        MessagePath::Target | MessagePath::Path | MessagePath::Query => (target == Some(b"")).then_some(TARGET),
        MessagePath::Version => head.version().is_empty().then_some(VERSION),
        MessagePath::Status => {
            matches!(head.head.start, StartLine::Response { status: 0, .. }).then_some("the event does not tell the status")
        }
        _ => None,
    }
}
