//! `hopspec listen` and clients of every kind: what is answered, what is said of each request, and what is left of it in the end.

mod answers;
mod clients;
mod hostile;
mod judged;
mod spoken;
pub(crate) mod target;

use target::Target;

const SPEC: &str = "hops:\n  in:\n    select: { request: { path: { prefix: / } } }\n    request: { headers: { X-A: '1' } }\n";

fn get(path: &str, value: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: a\r\nX-A: {value}\r\nConnection: close\r\n\r\n")
}
