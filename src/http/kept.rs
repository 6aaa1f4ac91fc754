//! Bytes of a body that somebody wants, within a room that all bodies share.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The first bytes of a body. They take room until they are dropped; where there is none left, no more are taken, and
/// [`Body::whole`](super::Body::whole) says that the body is not whole.
#[derive(Debug, Default)]
pub struct Kept {
    bytes: Vec<u8>,
    room: Option<Room>,
}

/// The room that the kept bodies of one capture share.
#[derive(Debug, Clone)]
pub(super) struct Room(Arc<AtomicUsize>);

impl Room {
    pub(super) fn new(bytes: usize) -> Self {
        Self(Arc::new(AtomicUsize::new(bytes)))
    }
}

impl Kept {
    /// Nothing yet, in this room.
    pub(super) fn within(room: &Room) -> Self {
        Self { bytes: Vec::new(), room: Some(room.clone()) }
    }

    /// Takes bytes, up to `most` in all and as far as there is room.
    pub(super) fn take(&mut self, data: &[u8], most: usize) {
        let wanted = most.saturating_sub(self.bytes.len()).min(data.len());
        let fits = match &self.room {
            Some(Room(room)) => {
                let fits = room.load(Ordering::Relaxed).min(wanted);
                room.fetch_sub(fits, Ordering::Relaxed);
                fits
            }
            None => wanted,
        };
        self.bytes.extend_from_slice(data.get(..fits).unwrap_or_default());
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        if let Some(Room(room)) = &self.room {
            room.fetch_add(self.bytes.len(), Ordering::Relaxed);
        }
    }
}

impl Clone for Kept {
    /// A copy that takes no room: it is somebody else's.
    fn clone(&self) -> Self {
        Self { bytes: self.bytes.clone(), room: None }
    }
}

impl Deref for Kept {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

impl From<Vec<u8>> for Kept {
    fn from(bytes: Vec<u8>) -> Self {
        Self { bytes, room: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_share_a_room_and_give_it_back() {
        let room = Room::new(10);
        let mut first = Kept::within(&room);
        first.take(b"12345678", 6);
        assert_eq!(&*first, b"123456");
        let mut second = Kept::within(&room);
        second.take(b"abcdef", 100);
        assert_eq!(&*second, b"abcd");
        let copy = first.clone();
        drop(first);
        second.take(b"ghijklmnop", 100);
        assert_eq!(&*second, b"abcdghijkl");
        assert_eq!(&*copy, b"123456");
        drop(copy);
        drop(second);
        assert_eq!(room.0.load(Ordering::Relaxed), 10);
    }
}
