//! The packets that were put together last, to know their fragments again: where packets are seen twice, each fragment is.

use std::collections::VecDeque;
use std::rc::Rc;

use super::datagram::Datagram;
use super::part::Fragment;

/// So many packets are remembered; copies come at once.
const REMEMBERED: usize = 16;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Recent {
    whole: VecDeque<Rc<Datagram>>,
}

impl Recent {
    pub(super) fn push(&mut self, datagram: &Rc<Datagram>) {
        if self.whole.len() >= REMEMBERED {
            self.whole.pop_front();
        }
        self.whole.push_back(Rc::clone(datagram));
    }

    /// Whether a fragment brings nothing but what is in its packet already.
    pub(super) fn knows(&self, fragment: &Fragment<'_>) -> bool {
        self.whole.iter().any(|datagram| {
            let start = fragment.offset as usize;
            let end = start.saturating_add(fragment.rest.wire);
            let known = datagram.bytes.get(start.min(datagram.bytes.len())..).unwrap_or_default();
            datagram.key == fragment.key
                && end <= datagram.wire
                && fragment.last == (end == datagram.wire)
                && known.iter().zip(fragment.rest.bytes).all(|(a, b)| a == b)
        })
    }
}
