//! The thread that takes packets from the kernel and records them.

use std::io;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use super::held::Held;
use super::narrow::Narrow;
use super::socket::{Heard, PacketSocket};
use super::{Scope, SniffError, Sniffed, filter, interfaces};
use crate::live::record::{Interface, Source, now};
use crate::live::{Ended, GrowingKeyLog, Recorder};

/// LINKTYPE_LINUX_SLL2 (<https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL2.html>)
const COOKED: u16 = 276;
/// Its header.
const HEADER: usize = 20;
/// So often it is looked whether packets were dropped, so that the file says so where the process is killed.
const COUNTED: Duration = Duration::from_secs(1);

/// Hears packets of a scope from when it is opened on; they wait until it is started.
#[derive(Debug)]
pub struct Sniffer {
    socket: PacketSocket,
    scope: Scope,
    /// `None` for all.
    chosen: Option<Vec<interfaces::Known>>,
    logs: Vec<GrowingKeyLog>,
}

impl Sniffer {
    /// Opens what is to be sniffed.
    ///
    /// # Errors
    /// Where there is no such interface, where the process may not, or the system fails: each says what to do.
    pub fn open(scope: &Scope) -> Result<Self, SniffError> {
        let chosen = interfaces::chosen(scope)?;
        let socket = PacketSocket::open(scope)?;
        let numbers: Option<Vec<u32>> = chosen.as_ref().map(|chosen| chosen.iter().map(|one| one.number).collect());
        let too_many = |why: String| SniffError::TooMany { why };
        let program = filter::program(numbers.as_deref(), &scope.ports, &scope.hosts);
        let program = program.ok_or_else(|| too_many(format!("it takes {} instructions", filter::MOST)))?;
        socket.filter(&program).map_err(|error| too_many(error.to_string()))?;
        Ok(Self { socket, scope: scope.clone(), chosen, logs: Vec::new() })
    }

    /// Secrets that are written to these from now on open what is heard. Packets wait a moment for them.
    #[must_use]
    pub fn with_keys(mut self, logs: Vec<GrowingKeyLog>) -> Self {
        self.logs = logs;
        self
    }

    /// The interfaces at which nothing can be heard, since they are down.
    #[must_use]
    pub fn quiet(&self) -> Vec<String> {
        interfaces::down(&self.scope.interfaces)
    }

    /// Records what is heard until the run is over. What came before its end is still recorded, and then it is told what
    /// became of all.
    ///
    /// # Errors
    /// Where the system gives no thread.
    pub fn start(self, recorder: &Recorder) -> io::Result<Receiver<io::Result<Sniffed>>> {
        let (tell, told) = channel();
        let mut sniffing = Sniffing::new(self, recorder.source());
        let stop = recorder.stop().clone();
        thread::Builder::new().name("sniffer".to_owned()).spawn(move || {
            let told = sniffing.run(|| stop.ended());
            // Where the system failed, nobody waits for more.
            stop.end(Ended::Done);
            let _ = tell.send(told);
        })?;
        Ok(told)
    }
}

/// A sniffer that runs.
struct Sniffing {
    socket: PacketSocket,
    source: Source,
    /// Numbers of the system with those of the capture.
    known: Vec<(u32, Interface)>,
    /// Others are recorded, too, once they are heard.
    any: bool,
    /// Where not all packets are wanted.
    narrow: Option<Narrow>,
    /// Packets that wait for secrets, where some may come.
    held: Option<Held>,
    told: Sniffed,
}

impl Sniffing {
    fn new(sniffer: Sniffer, source: Source) -> Self {
        let any = sniffer.chosen.is_none();
        let chosen = sniffer.chosen.unwrap_or_default();
        let known = chosen.iter().map(|one| (one.number, source.interface(COOKED, &one.name))).collect();
        let narrow = Narrow::to(&sniffer.scope);
        let held = (!sniffer.logs.is_empty()).then(|| Held::new(sniffer.logs));
        Self { socket: sniffer.socket, source, known, any, narrow, held, told: Sniffed::default() }
    }

    fn run(&mut self, ended: impl Fn() -> Option<Ended>) -> io::Result<Sniffed> {
        let mut counted = Instant::now();
        let why = loop {
            let received = self.batch(true);
            if let Some(why) = ended() {
                break why;
            }
            received?;
            if let Some(held) = &mut self.held {
                held.release(&self.source);
            }
            if counted.elapsed() >= COUNTED {
                counted = Instant::now();
                self.count(false);
            }
        };
        self.socket.filter(&filter::nothing())?;
        // Who has seen enough does not wait for more.
        if !matches!(why, Ended::Observed | Ended::Found) {
            while self.batch(false)? > 0 {}
            if let Some(held) = &mut self.held {
                held.finish(&self.source);
            }
        }
        self.count(true);
        Ok(self.told)
    }

    /// Records what is there.
    fn batch(&mut self, wait: bool) -> io::Result<usize> {
        let (source, known, any, narrow) = (&self.source, &mut self.known, self.any, &mut self.narrow);
        let mut packets = source.batch();
        let count = self.socket.receive(wait, |heard| {
            let of_capture = match known.iter().find(|(number, _)| *number == heard.interface) {
                Some((_, of_capture)) => *of_capture,
                None if any => {
                    let of_capture = source.interface(COOKED, &interfaces::name(heard.interface));
                    known.push((heard.interface, of_capture));
                    of_capture
                }
                None => return,
            };
            let header = header(heard);
            if narrow.as_mut().is_some_and(|narrow| !narrow.admits(&header, heard.bytes)) {
                return;
            }
            let time = heard.time.unwrap_or_else(now);
            packets.packet(of_capture, time, &[&header, heard.bytes], heard.length.saturating_add(HEADER));
        })?;
        match &mut self.held {
            Some(held) => held.hold(packets.blocks()),
            None => packets.record(),
        }
        Ok(count)
    }

    /// Records what was received and dropped; there is one number for all interfaces, which stands at the first.
    fn count(&mut self, last: bool) {
        let sniffed = self.socket.sniffed();
        if (last || sniffed.dropped > self.told.dropped)
            && let Some((_, first)) = self.known.first()
        {
            self.source.statistics(*first, sniffed.received, sniffed.dropped);
        }
        self.told = sniffed;
    }
}

/// The header of a cooked capture, version 2.
fn header(heard: &Heard<'_>) -> [u8; HEADER] {
    let [protocol, hardware] = [heard.protocol, heard.hardware].map(u16::to_be_bytes);
    let interface = heard.interface.to_be_bytes();
    let sender = heard.sender;
    [
        protocol[0],
        protocol[1],
        0,
        0,
        interface[0],
        interface[1],
        interface[2],
        interface[3],
        hardware[0],
        hardware[1],
        heard.direction,
        heard.sender_length,
        sender[0],
        sender[1],
        sender[2],
        sender[3],
        sender[4],
        sender[5],
        0,
        0,
    ]
}
