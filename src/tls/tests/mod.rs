//! Records, hellos and whole connections that are made here, and what comes out of them.

#[cfg(feature = "tls")]
mod changed;
#[cfg(feature = "tls")]
mod crowd;
mod hellos;
#[cfg(feature = "tls")]
mod limits;
#[cfg(feature = "tls")]
mod listener;
#[cfg(feature = "tls")]
mod lost;
#[cfg(feature = "tls")]
mod opened;
#[cfg(feature = "tls")]
mod shut;
#[cfg(feature = "tls")]
mod talk;

pub(in crate::tls) use hellos::{client_hello, hex, server_hello};
