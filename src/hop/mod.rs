//! The way of a request over several hops: which exchanges are of one request, and what became of its messages between.
//!
//! Beside `source`: exchanges come from there. A [`Leg`] is an exchange that waits for those of the other hops; [`Legs`] finds
//! out which belong together, and [`changes`] says what a node did to a message. Hostile input: legs own copies, so whoever
//! keeps them bounds them by [`Leg::weight`]; what is looked through for one leg is bounded, too.

mod candidates;
mod change;
mod differ;
mod found;
mod gone;
mod id;
mod joined;
mod leg;
mod legs;
mod order;
mod pick;
mod running;
#[cfg(test)]
mod tests;
mod weights;

pub use change::{Change, Changes, How, Lines, Padding, changes};
pub use differ::{differ, is_part};
pub use id::{Id, IdKind, ids};
pub use joined::{By, Joined, Unjoined};
pub use leg::Leg;
pub use legs::Legs;
pub use running::Running;
pub use weights::Connections;
