//! Lambda events: what a function was handed of an HTTP request, and what it returned, as somebody logged it.
//!
//! A service (API Gateway, a load balancer, a function URL, VPC Lattice, CloudFront) makes JSON of a request and hands that to
//! a function. Each event is read as the request that the function received; the whole JSON stays beside it
//! ([`Body::event`](crate::http::Body::event)). A JSON map has no order, some services join lines that repeat, and most tell
//! no version: that is their [`Fidelity`](crate::http::Fidelity).
//!
//! Events come as JSON (one, an array, lines), or within logs: exports of CloudWatch Logs as JSON and CSV, lines of a log
//! with JSON or a Python dict behind what the runtime writes before it. Any bytes are fine; an event has at most
//! 8 MiB, and every byte of a text is looked at a fixed number of times.

mod body;
#[cfg(test)]
mod doubts;
mod edge;
mod export;
mod extent;
mod fields;
mod head;
mod log;
mod node;
mod python;
mod read;
mod reading;
mod request;
mod response;
mod shape;
mod target;
#[cfg(test)]
mod tests;
mod time;

pub(super) use log::is_event;
pub(super) use read::{read, read_echo, read_log};
