//! A stream that somebody else makes, as `tcpdump -w -` does: read beside the judge, so that the run can end while nothing comes.

use std::io::{self, Read, Write};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use super::Stop;
use super::queue::Queue;

const CHUNK: usize = 256 << 10;
/// So many chunks wait for the judge.
const MOST_WAITING: usize = 16;

/// Why a copy does not hold all; nothing while it does.
pub type Unkept = Arc<Mutex<Option<io::Error>>>;

/// The same bytes, which end where the stream does or the run is over; `copy` gets them, too. Where it takes no more, the stream is
/// read on, and why is kept.
///
/// # Errors
/// Where the system gives no thread.
pub fn pump(
    stream: impl Read + Send + 'static,
    copy: Option<impl Write + Send + 'static>,
    stop: &Stop,
) -> io::Result<(Box<dyn Read + Send>, Unkept)> {
    let (judge, chunks) = sync_channel(MOST_WAITING);
    // Who reads a stream that says nothing waits for ever: it ends with the process.
    let until = stop.clone();
    let unkept = Unkept::default();
    let told = Arc::clone(&unkept);
    thread::Builder::new().name("stream".to_owned()).spawn(move || carry(stream, copy, &judge, (&until, &told)))?;
    Ok((Box::new(Queue::new(chunks, stop)), unkept))
}

fn carry(
    mut stream: impl Read,
    mut copy: Option<impl Write>,
    judge: &SyncSender<io::Result<Vec<u8>>>,
    (stop, unkept): (&Stop, &Unkept),
) {
    let mut chunk = vec![0; CHUNK];
    loop {
        let read = match stream.read(&mut chunk) {
            Ok(0) => return,
            Ok(read) => chunk.get(..read).unwrap_or_default(),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => {
                let _ = judge.send(Err(error));
                return;
            }
        };
        if let Some(Err(error)) = copy.as_mut().map(|copy| copy.write_all(read)) {
            *unkept.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
            copy = None;
        }
        if stop.ended().is_some() || judge.send(Ok(read.to_vec())).is_err() {
            return;
        }
    }
}
