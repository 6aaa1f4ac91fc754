//! What a live source hears becomes a capture: pcapng, block by block, to whoever judges it and to the file of `--write`.

mod blocks;
mod keys;
mod recorder;
mod taped;
mod wire;

#[cfg(test)]
mod tests;

pub use keys::RecordedKeys;
pub use recorder::{Interface, Recorder};
pub use taped::Taped;
pub use wire::{Side, Wire};
