//! Keys from secrets, and plain text from records. Without the feature `tls` no record is opened, and that is said.

#[cfg(feature = "tls")]
mod aead;
#[cfg(feature = "tls")]
mod block;
#[cfg(feature = "tls")]
mod derive;
#[cfg(feature = "tls")]
mod opener;
#[cfg(not(feature = "tls"))]
mod without;

#[cfg(feature = "tls")]
pub(super) use opener::Opener;
#[cfg(not(feature = "tls"))]
pub(super) use without::Opener;
