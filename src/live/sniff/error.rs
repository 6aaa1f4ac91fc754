//! Why it cannot be sniffed, and what to do.

use std::io;

use super::Scope;

/// Why it cannot be sniffed. Each says the way out.
#[derive(Debug, thiserror::Error)]
pub enum SniffError {
    /// The process may not.
    #[error(
        "sniffing needs the capability CAP_NET_RAW. Give it to the program once, with `sudo setcap cap_net_raw+ep \"$(command -v \
         hopspec)\"`, or run it by sudo; or let tcpdump record: `{tcpdump} | hopspec check -`"
    )]
    NotAllowed {
        /// tcpdump's command.
        tcpdump: String,
    },
    /// Another system than Linux.
    #[error("--live knows Linux only; elsewhere let tcpdump record: `{tcpdump} | hopspec check -`")]
    NotHere {
        /// tcpdump's command.
        tcpdump: String,
    },
    /// No interface has this name.
    #[error("there is no interface `{name}`: there are {known}, and `any` for all of them")]
    UnknownInterface {
        /// The name.
        name: String,
        /// The names that exist.
        known: String,
    },
    /// The kernel does not take the filter.
    #[error("the kernel does not take so many ports and addresses as one filter ({why}): name fewer")]
    TooMany {
        /// What it said.
        why: String,
    },
    /// The system failed.
    #[error("{what}: {source}; tcpdump may know a way: `{tcpdump} | hopspec check -`")]
    System {
        /// What was tried.
        what: &'static str,
        /// What it said.
        source: io::Error,
        /// tcpdump's command.
        tcpdump: String,
    },
}

impl SniffError {
    /// Whether the arguments are wrong, and not the system.
    #[must_use]
    pub fn is_usage(&self) -> bool {
        matches!(self, Self::NotHere { .. } | Self::UnknownInterface { .. } | Self::TooMany { .. })
    }

    /// What the system said of opening a socket.
    #[cfg(target_os = "linux")]
    pub(super) fn opening(scope: &Scope, source: io::Error) -> Self {
        let tcpdump = scope.for_tcpdump();
        if source.kind() == io::ErrorKind::PermissionDenied {
            return Self::NotAllowed { tcpdump };
        }
        Self::System { what: "this system gives no packet socket", source, tcpdump }
    }

    /// What it said of anything else.
    #[cfg(target_os = "linux")]
    pub(super) fn system(what: &'static str, scope: &Scope, source: io::Error) -> Self {
        Self::System { what, source, tcpdump: scope.for_tcpdump() }
    }

    /// On other systems.
    #[cfg(not(target_os = "linux"))]
    pub(super) fn elsewhere(scope: &Scope) -> Self {
        Self::NotHere { tcpdump: scope.for_tcpdump() }
    }
}
