//! `show --journeys`: the way of each request, hop under hop, with what became of it between.
//!
//! Exchanges are gathered ([`gather`](Gather)) until all captures are read, or until too much waits; then [`hop`](crate::hop)
//! says which belong together (`way`), and each way is written (`print`, `aligned`).

mod aligned;
mod gather;
mod print;
mod way;

pub(super) use gather::Gather;
pub(super) use print::Printer;
