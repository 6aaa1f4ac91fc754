//! The socket, and a thread for each connection.

use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rustls::ServerConfig;
use socket2::{Domain, Protocol, Socket, Type};

use super::connection::{Busy, serve};
use super::limits::Room;
use super::{Address, Answer, Limits, Refused, Secured};
use crate::live::{Interface, LOOK, Recorder, Stop};

/// Connections that the system keeps until they are accepted.
const BACKLOG: i32 = 1024;
/// Enough for a handshake of TLS and a head, however the program is built.
const STACK: usize = 256 << 10;
/// How long the end waits for answers that are being written.
const LAST_ANSWERS: Duration = Duration::from_millis(500);
/// Files that are no connections, with room to spare.
#[cfg(unix)]
const OTHER_FILES: u64 = 64;
/// Raw IP packets.
const RAW: u16 = 101;

/// A socket that clients may connect to.
#[derive(Debug)]
pub struct Listener {
    socket: TcpListener,
    address: SocketAddr,
}

/// What all connections share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) answer: Answer,
    pub(super) limits: Limits,
    pub(super) secured: Option<Arc<ServerConfig>>,
    pub(super) recorder: Recorder,
    pub(super) interface: Interface,
    pub(super) stop: Stop,
    pub(super) room: Room,
    pub(super) refused: Refused,
    /// Answers that are being written.
    busy: AtomicUsize,
    /// Connections that are open.
    open: Mutex<usize>,
    closed: Condvar,
    /// The system gives no more connections, though the limit is not reached.
    scarce: AtomicBool,
}

impl Shared {
    /// As long as it lives an answer is being written.
    pub(super) fn busy(&self) -> Busy<'_> {
        Busy::new(&self.busy)
    }

    fn crowded(&self, time: Duration) -> Duration {
        let open = *self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open > self.limits.connections / 2 || self.scarce.load(Ordering::Relaxed) {
            time.min(self.limits.crowded)
        } else {
            time
        }
    }

    /// How long a head, or a handshake, may take now.
    pub(super) fn head_time(&self) -> Duration {
        self.crowded(self.limits.head_time)
    }

    /// How long a connection may be without a request now.
    pub(super) fn idle(&self) -> Duration {
        self.crowded(self.limits.idle)
    }

    /// Waits until another connection may be open. Whether the run goes on.
    fn enter(&self) -> bool {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let mut counted = false;
        while *open >= self.limits.connections {
            if !std::mem::replace(&mut counted, true) {
                Refused::add(&self.refused.crowded);
            }
            let (again, _) = self.closed.wait_timeout(open, LOOK).unwrap_or_else(PoisonError::into_inner);
            open = again;
            if self.stop.ended().is_some() {
                return false;
            }
        }
        *open += 1;
        true
    }

    fn leave(&self) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        *open = open.saturating_sub(1);
        self.closed.notify_one();
    }
}

impl Listener {
    /// Listens at an address; what connects now waits.
    ///
    /// # Errors
    /// The address is not known, in use, or not ours.
    pub fn bind(address: &Address) -> Result<Self, String> {
        let mut last = format!("{} has no address", address.host());
        for at in address.sockets()? {
            match listen(at) {
                Ok(socket) => {
                    let address = socket.local_addr().map_err(|error| error.to_string())?;
                    return Ok(Self { socket, address });
                }
                Err(error) => last = format!("{at}: {}", why(&error)),
            }
        }
        Err(format!("cannot listen at {last}"))
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers whoever connects, until the recorder's run is over.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn run(self, answer: Answer, secured: Option<Secured>, limits: Limits, recorder: Recorder) -> Result<Running, String> {
        let interface = recorder.interface(RAW, "sockets of hopspec listen");
        let shared = Arc::new(Shared {
            answer,
            limits,
            secured: secured.map(|secured| secured.recorded(&recorder)),
            interface,
            stop: recorder.stop().clone(),
            recorder,
            room: Room::new(limits.echo_in_all),
            refused: Refused::default(),
            busy: AtomicUsize::new(0),
            open: Mutex::new(0),
            closed: Condvar::new(),
            scarce: AtomicBool::new(false),
        });
        more_files(limits.connections);
        let running = Running { shared: Arc::clone(&shared), address: self.address };
        let accepting = thread::Builder::new().name("listen".to_owned()).spawn(move || accept(&self.socket, &shared));
        accepting.map(|_| running).map_err(|error| format!("there is no thread to listen in: {error}"))
    }
}

/// A listener that answers.
#[derive(Debug)]
pub struct Running {
    shared: Arc<Shared>,
    address: SocketAddr,
}

impl Running {
    /// Who was refused.
    #[must_use]
    pub fn refused(&self) -> &Refused {
        &self.shared.refused
    }

    /// Waits a moment for answers that are being written: what was judged has reached its client.
    pub fn settle(&self) {
        let until = Instant::now() + LAST_ANSWERS;
        while self.shared.busy.load(Ordering::SeqCst) > 0 && Instant::now() < until {
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Why what was recorded could not be written, if so.
    #[must_use]
    pub fn failure(&self) -> Option<io::Error> {
        self.shared.recorder.failure()
    }
}

impl Drop for Running {
    /// Wakes who waits for a connection, so that it sees that the run is over and gives the address back.
    fn drop(&mut self) {
        let mut at = self.address;
        if at.ip().is_unspecified() {
            at.set_ip(match at {
                SocketAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
                SocketAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
            });
        }
        if self.shared.stop.ended().is_some() {
            let _ = TcpStream::connect_timeout(&at, LOOK);
        }
    }
}

fn listen(at: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(at), Type::STREAM, Some(Protocol::TCP))?;
    // Elsewhere this would let two programs have one address.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    if at.is_ipv6() && at.ip().is_unspecified() {
        // `[::]` is every address, of IPv4, too.
        let _ = socket.set_only_v6(false);
    }
    socket.bind(&at.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

fn why(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::AddrInUse => "another program listens there; name another port, or 0 for one that is free".to_owned(),
        io::ErrorKind::AddrNotAvailable => "this machine does not have the address".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied; ports below 1024 are not for everybody".to_owned(),
        _ => error.to_string(),
    }
}

/// Asks for a file for each connection and some more: 256 are what macOS gives a process that does not ask, and 1024 many Linuxes.
fn more_files(connections: usize) {
    #[cfg(unix)]
    if let Ok((soft, _)) = rlimit::getrlimit(rlimit::Resource::NOFILE) {
        let wanted = u64::try_from(connections).unwrap_or(u64::MAX).saturating_add(OTHER_FILES);
        if soft < wanted {
            // Where it is refused, fewer connections are open at a time.
            let _ = rlimit::increase_nofile_limit(wanted);
        }
    }
    #[cfg(not(unix))]
    let _ = connections;
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    while shared.enter() {
        let accepted = listener.accept();
        if shared.stop.ended().is_some() {
            return;
        }
        match accepted {
            Ok((socket, client)) => {
                shared.scarce.store(false, Ordering::Relaxed);
                let ours = Arc::clone(shared);
                let thread = thread::Builder::new().name("connection".to_owned()).stack_size(STACK);
                let spawned = thread.spawn(move || {
                    if let Ok(server) = socket.local_addr() {
                        serve(&ours, socket, [client, server]);
                    }
                    ours.leave();
                });
                if spawned.is_err() {
                    shared.leave();
                    thread::sleep(LOOK);
                }
            }
            Err(error) => {
                shared.leave();
                // Who went away before is no trouble; where the system has no more files, one is free once somebody is done.
                if !matches!(error.kind(), io::ErrorKind::ConnectionAborted | io::ErrorKind::Interrupted) {
                    if !shared.scarce.swap(true, Ordering::Relaxed) {
                        Refused::add(&shared.refused.crowded);
                    }
                    thread::sleep(LOOK);
                }
            }
        }
    }
}
