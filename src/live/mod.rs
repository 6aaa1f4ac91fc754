//! Live sources: what is sniffed at an interface, what a listener and a client hear.
//!
//! Beside the command line, at the end of the way: a live source makes the bytes of a capture (pcapng) while it runs, and these
//! go the way of any other capture. So what is judged live is what would be judged of the file, and `--write` keeps just
//! these bytes. [`Recorder`] is where they are made, [`Stop`] what ends a run, [`Watcher`] says what happens while it runs.
//!
//! Peers are hostile: every queue here is bounded, and whoever waits for one never holds another back.

mod backlog;
mod duration;
mod growing;
mod interrupt;
pub mod listen;
pub mod probe;
mod pump;
mod queue;
mod record;
mod sniff;
mod stop;
mod watcher;

pub use duration::duration;
pub use growing::GrowingKeyLog;
pub use interrupt::interrupt;
pub use pump::{Unkept, pump};
use record::now;
pub use record::{Batch, Interface, RecordedKeys, Recorder, Side, Source, Taped, Wire};
pub use sniff::{Scope, SniffError, Sniffed, Sniffer};
pub(crate) use stop::LOOK;
pub use stop::{Ended, Stop};
pub use watcher::{Told, Watcher, ending};
