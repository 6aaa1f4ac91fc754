//! HTTP/2: connections as an encoder that is not ours writes them.

mod connections;
mod gaps;
mod limits;
mod malformed;
mod parked;
mod property;
mod wire;
