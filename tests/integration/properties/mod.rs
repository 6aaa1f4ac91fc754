//! Whole captures, generated: what a network, a recorder or a disk does to them does not change the messages that are read,
//! and what is lost takes nothing else with it.

mod cut;
mod disordered;
mod lossy;
mod seen;
mod traffic;
