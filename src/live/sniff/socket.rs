//! A packet socket of Linux (packet(7)): what the kernel gives of each packet, in batches.

use std::io::{self, IoSliceMut};
use std::os::fd::{AsRawFd, OwnedFd};

use nix::cmsg_space;
use nix::errno::Errno;
use nix::getsockopt_impl;
use nix::libc;
use nix::sys::socket::{
    AddressFamily, ControlMessageOwned, LinkAddr, MsgFlags, MultiHeaders, SockFlag, SockProtocol, SockType, getsockopt, recvmmsg,
    setsockopt, socket, sockopt,
};
use nix::sys::time::TimeSpec;
use socket2::{SockFilter, SockRef};

use super::assembler::Instruction;
use super::{Scope, SniffError, Sniffed, filter};
use crate::live::stop::LOOK;

/// What the kernel keeps until it is read, if it may be so much.
const ROOM: usize = 64 << 20;
/// A packet is as long as one that the kernel has put together (GRO) or not yet taken apart (TSO) may be.
const LONGEST: usize = 256 << 10;
/// So many packets are taken at once.
const BATCH: usize = 64;

/// `PACKET_STATISTICS` (packet(7)): what came since it was asked last.
#[derive(Debug, Clone, Copy)]
struct Statistics;
getsockopt_impl!(
    Statistics,
    libc::SOL_PACKET,
    libc::PACKET_STATISTICS,
    libc::tpacket_stats,
    sockopt::GetStruct<libc::tpacket_stats>
);

/// A packet from its network layer on.
#[derive(Debug)]
pub(super) struct Heard<'b> {
    /// Nanoseconds since 1970; `None` where the kernel did not say.
    pub(super) time: Option<u64>,
    /// Number of the interface.
    pub(super) interface: u32,
    /// EtherType.
    pub(super) protocol: u16,
    /// Kind of the interface (`ARPHRD_…`).
    pub(super) hardware: u16,
    /// To us, to others, from us (`PACKET_…`).
    pub(super) direction: u8,
    /// Its sender's address on the link.
    pub(super) sender: [u8; 6],
    pub(super) sender_length: u8,
    pub(super) bytes: &'b [u8],
    /// So many bytes it had.
    pub(super) length: usize,
}

/// The socket, with the memory that packets are read into.
#[derive(Debug)]
pub(super) struct PacketSocket {
    fd: OwnedFd,
    /// Pages that no packet reached are not there.
    memory: Vec<u8>,
    sniffed: Sniffed,
}

impl PacketSocket {
    /// A socket that hears nothing yet.
    pub(super) fn open(scope: &Scope) -> Result<Self, SniffError> {
        let flags = SockFlag::SOCK_CLOEXEC;
        let fd = socket(AddressFamily::Packet, SockType::Datagram, flags, SockProtocol::EthAll)
            .map_err(|error| SniffError::opening(scope, error.into()))?;
        let failed = |what: &'static str| move |error: Errno| SniffError::system(what, scope, error.into());
        let mut this = Self { fd, memory: Vec::new(), sniffed: Sniffed::default() };
        // From its first moment on a socket hears everything. What came before a filter is read away behind one that lets
        // nothing pass, so that the next one is the first that lets packets in.
        this.filter(&filter::nothing()).map_err(|error| SniffError::system("the kernel takes no filter", scope, error))?;
        setsockopt(&this.fd, sockopt::ReceiveTimestampns, &true).map_err(failed("the kernel tells no times"))?;
        if setsockopt(&this.fd, sockopt::RcvBufForce, &ROOM).is_err() {
            // Without CAP_NET_ADMIN as much as the system's limit.
            setsockopt(&this.fd, sockopt::RcvBuf, &ROOM).map_err(failed("the kernel gives no buffer"))?;
        }
        this.sniffed.buffer = getsockopt(&this.fd, sockopt::RcvBuf).unwrap_or_default();
        let wait = SockRef::from(&this.fd).set_read_timeout(Some(LOOK));
        wait.map_err(|error| SniffError::system("the kernel waits for ever", scope, error))?;
        this.memory = vec![0; BATCH.saturating_mul(LONGEST)];
        let drained = |error| SniffError::system("packets cannot be read", scope, error);
        while this.receive(false, |_| {}).map_err(drained)? > 0 {}
        getsockopt(&this.fd, Statistics).map_err(failed("the kernel does not count"))?;
        Ok(this)
    }

    /// Lets only these packets in from now on.
    pub(super) fn filter(&self, program: &[Instruction]) -> io::Result<()> {
        let program: Vec<SockFilter> = program.iter().map(|one| SockFilter::new(one.code, one.jt, one.jf, one.k)).collect();
        SockRef::from(&self.fd).attach_filter(&program)
    }

    /// Takes packets that are there; where there are none, waits for some for a moment if it is to. How many came.
    pub(super) fn receive(&mut self, wait: bool, mut each: impl FnMut(&Heard<'_>)) -> io::Result<usize> {
        // The kernel writes into the headers how much it used of them, so they are made anew.
        let mut headers = MultiHeaders::<LinkAddr>::preallocate(BATCH, Some(cmsg_space!(TimeSpec)));
        let mut slots: Vec<[IoSliceMut<'_>; 1]> = self.memory.chunks_mut(LONGEST).map(|slot| [IoSliceMut::new(slot)]).collect();
        let how = if wait { MsgFlags::MSG_WAITFORONE } else { MsgFlags::MSG_DONTWAIT };
        let received = match recvmmsg(self.fd.as_raw_fd(), &mut headers, slots.iter_mut(), how | MsgFlags::MSG_TRUNC, None) {
            Ok(received) => received,
            Err(Errno::EAGAIN | Errno::EINTR) => return Ok(0),
            Err(error) => return Err(error.into()),
        };
        let mut count = 0_usize;
        for message in received {
            count = count.saturating_add(1);
            let Some(from) = message.address else { continue };
            let time = message.cmsgs().ok().and_then(|mut said| {
                said.find_map(|one| match one {
                    ControlMessageOwned::ScmTimestampns(time) => nanoseconds(time),
                    _ => None,
                })
            });
            each(&Heard {
                time,
                interface: u32::try_from(from.ifindex()).unwrap_or_default(),
                protocol: u16::from_be(from.protocol()),
                hardware: from.hatype(),
                direction: from.pkttype(),
                sender: from.addr().unwrap_or_default(),
                sender_length: u8::try_from(from.halen().min(6)).unwrap_or_default(),
                bytes: message.iovs().next().unwrap_or_default(),
                length: message.bytes,
            });
        }
        Ok(count)
    }

    /// What came since the filter was set.
    pub(super) fn sniffed(&mut self) -> Sniffed {
        if let Ok(since) = getsockopt(&self.fd, Statistics) {
            self.sniffed.received = self.sniffed.received.saturating_add(u64::from(since.tp_packets));
            self.sniffed.dropped = self.sniffed.dropped.saturating_add(u64::from(since.tp_drops));
        }
        self.sniffed
    }
}

fn nanoseconds(time: TimeSpec) -> Option<u64> {
    let seconds = u64::try_from(time.tv_sec()).ok()?;
    seconds.checked_mul(1_000_000_000)?.checked_add(u64::try_from(time.tv_nsec()).ok()?)
}
