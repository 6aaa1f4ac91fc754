//! The HTTP layer, fed with streams of bytes.

mod anomalies;
mod bodies;
mod connections;
mod corpus;
mod cuts;
mod h2;
mod heads;
mod limits;
mod listener;
mod packets;
mod pairing;
mod resync;
