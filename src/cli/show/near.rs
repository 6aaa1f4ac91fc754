//! `--packet N`: the messages whose head that packet completed, and which are near where there is none.

use crate::http::{HeadRef, Origin};
use crate::report::{escape, shorten};
use crate::secret;

/// Looks for one packet.
#[derive(Debug)]
pub(super) struct Near {
    packet: u64,
    before: Option<(u64, String)>,
    after: Option<(u64, String)>,
}

impl Near {
    pub(super) fn new(packet: u64) -> Self {
        Self { packet, before: None, after: None }
    }

    /// Whether this is a message that is looked for; remembers the nearest of the others.
    pub(super) fn is_it(&mut self, head: &HeadRef<'_>) -> bool {
        let Origin::Packet { packet, .. } = head.head.at.origin else { return false };
        let nearer = match packet.cmp(&self.packet) {
            std::cmp::Ordering::Equal => return true,
            std::cmp::Ordering::Less if self.before.as_ref().is_none_or(|(known, _)| *known < packet) => &mut self.before,
            std::cmp::Ordering::Greater if self.after.as_ref().is_none_or(|(known, _)| *known > packet) => &mut self.after,
            _ => return false,
        };
        // Every message before the packet passes here: the name is made once it is asked for by reusing the text.
        let (known, text) = nearer.get_or_insert_with(Default::default);
        *known = packet;
        text.clear();
        text.push_str(&String::from_utf8_lossy(head.start_line().get(..200).unwrap_or(head.start_line())));
        false
    }

    /// What to say where the packet completed no head.
    pub(super) fn hint(&self, capture: &str) -> String {
        let named = |near: &Option<(u64, String)>| {
            near.as_ref().map(|(packet, line)| format!("{packet} ({})", escape(&shorten(&secret::mask_target(line)))))
        };
        let nearest = match (named(&self.before), named(&self.after)) {
            (None, None) => "it holds no message with packets".to_owned(),
            (Some(one), None) | (None, Some(one)) => format!("the nearest is packet {one}"),
            (Some(before), Some(after)) => format!("the nearest are packets {before} and {after}"),
        };
        format!("packet {} of {capture} completed no head; {nearest}", self.packet)
    }
}
