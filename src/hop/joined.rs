//! What belongs together, by what, and why not.

use super::IdKind;

/// By what two exchanges were found to be of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// The same id.
    Id(IdKind),
    /// Method, target and body, and the time where several have the same.
    Look,
    /// Method and time alone: one lies within the other, and in no other.
    Time,
}

impl By {
    /// In words: `method, target and body`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Id(kind) => kind.name(),
            Self::Look => "method, target and body",
            Self::Time => "method and time",
        }
    }
}

/// Why an exchange belongs to none of the hop before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unjoined {
    /// None has an id of it, or its method, target and body at its time.
    NoneFits,
    /// So many fit alike.
    Several(usize),
    /// So many fit alike that not all were looked at.
    Crowd,
    /// It may belong to one that was given up for lack of room.
    GivenUp,
    /// What joins it is not there.
    Lack(String),
}

impl Unjoined {
    pub(super) fn of_several(many: Option<usize>) -> Self {
        many.map_or(Self::Crowd, Self::Several)
    }
}

/// An exchange with the one of the hop before, by number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joined {
    /// The exchange nearer to the server.
    pub inner: u64,
    /// The one that it belongs to, and by what; or why to none.
    pub outer: Result<(u64, By), Unjoined>,
    /// The inner one lies within the outer one, or has its id: others that may come change nothing, but for those that run
    /// now.
    pub sure: bool,
}
