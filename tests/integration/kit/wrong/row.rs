//! One thing wrong in the traffic of a site, and the subject that a finding of severity error must then name.

use crate::kit::{Hop, Site, Traffic};

/// One thing wrong.
pub(crate) struct Wrong {
    pub(crate) hop: Hop,
    /// In words, for the failure of a test.
    pub(crate) what: &'static str,
    /// What the finding must be about.
    pub(crate) subject: &'static str,
    /// Makes it wrong.
    pub(crate) edit: fn(&mut Traffic, &Site),
}

macro_rules! table {
    ($($hop:ident { $($what:literal, $subject:literal, $edit:expr;)* })*) => {
        pub(super) fn rows() -> Vec<Wrong> {
            vec![$($(Wrong { hop: Hop::$hop, what: $what, subject: $subject, edit: $edit },)*)*]
        }
    };
}

pub(super) use table;
