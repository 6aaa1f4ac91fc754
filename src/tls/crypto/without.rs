//! The library without the feature `tls`: no keys, so no record is opened.

use crate::tls::record::{ContentType, Header};
use crate::tls::suite::Suite;

/// Never made.
pub(in crate::tls) enum Opener {}

impl Opener {
    /// Whether records can be opened at all.
    pub(in crate::tls) const BUILT: bool = false;

    pub(in crate::tls) fn held(&self) -> usize {
        match *self {}
    }

    pub(in crate::tls) fn tls13(_: &Suite, _: u16, _: &[u8]) -> Option<Self> {
        None
    }

    pub(in crate::tls) fn tls12(_: &Suite, _: &[u8], _: [&[u8; 32]; 2], _: bool) -> Option<[Self; 2]> {
        None
    }

    pub(in crate::tls) fn open(&self, _: u64, _: &Header, _: &[u8], _: &mut Vec<u8>) -> Option<ContentType> {
        match *self {}
    }

    pub(in crate::tls) fn next(&self) -> Option<Self> {
        match *self {}
    }

    pub(in crate::tls) fn overhead(&self) -> Option<u64> {
        match *self {}
    }
}
