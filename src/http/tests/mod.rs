//! The HTTP layer, fed with streams of bytes.

mod anomalies;
mod bodies;
mod connections;
mod corpus;
mod cuts;
mod heads;
mod listener;
mod packets;
mod pairing;
mod resync;
