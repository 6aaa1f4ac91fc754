//! What a live source hears becomes a capture: pcapng, block by block, to whoever judges it and to the file of `--write`.

mod blocks;
mod keys;
mod recorder;
mod source;
mod taped;
mod wire;

#[cfg(test)]
mod tests;

pub use keys::RecordedKeys;
pub(super) use recorder::now;
pub use recorder::{Interface, Recorder};
pub use source::{Batch, Source};
pub use taped::Taped;
pub use wire::{Side, Wire};
