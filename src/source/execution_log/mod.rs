//! Execution logs of API Gateway (REST APIs), and what a test invocation writes: four messages of a request in
//! one log. The method request and the method response are what the client sent and gets, the endpoint request and response
//! what API Gateway sends its integration and is answered.
//!
//! A log is a note of what was sent: fields stand in a map without order or repeats, long lines are cut (`[TRUNCATED]`),
//! credentials are masked, and of start lines there is little. So its [`Fidelity`](crate::http::Fidelity) is the lowest of
//! all, and what it does not say is `…`. Any bytes are fine; the text is bounded, and time is linear in its length.

mod borders;
mod entries;
mod fields;
mod gathering;
mod json;
mod line;
mod message;
mod order;
mod read;
mod record;
mod statement;
#[cfg(test)]
mod tests;
mod time;

pub(super) use read::read;
