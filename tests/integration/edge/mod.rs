//! What goes wrong at two in the morning: for each a row with its exit code (DESIGN §4) and what the program says, as a
//! whole, so that whoever changes a sentence reads it where it is printed.

mod captures;
mod order;
mod outputs;
mod site;
mod specs;

pub(crate) use site::{connection, good, pcap, site};
