//! Hostile bytes: captures that are cut at every byte, and captures with one byte changed at every place, are read without a
//! panic, without a hang and within bounded memory.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use hopspec::http::{Body, BodyWant, CaptureId, Exchange, HeadRef, MessageId, MessageSink};
use hopspec::source::read_from;

use crate::corpus::shared;
use crate::kit::{Carrier, Conversation, Format, packets, root, segments, write_file};
use crate::shipped::files;

/// Wants everything, so that nothing is skipped, and keeps nothing.
#[derive(Default)]
struct Curious(u64);

impl MessageSink for Curious {
    fn head(
        &mut self,
        _: MessageId,
        _: &HeadRef<'_>,
        _: Option<&HeadRef<'_>>,
        _: Option<&hopspec::http::Connection>,
    ) -> BodyWant {
        self.0 += 1;
        BodyWant { keep: 1 << 16, sha256: true }
    }

    fn message(&mut self, _: MessageId, _: &Body) {}

    fn exchange(&mut self, _: &Exchange<'_>) {}
}

/// Reads bytes as a capture; how many messages they hold. That it is none is no matter.
fn read(bytes: Vec<u8>) -> u64 {
    let mut sink = Curious::default();
    let _ = read_from(Box::new(std::io::Cursor::new(bytes)), CaptureId(0), &mut sink);
    sink.0
}

/// The bytes cut before this place, and with this byte changed.
fn wronged(bytes: &[u8], at: usize) -> [Vec<u8>; 2] {
    let mut changed = bytes.to_vec();
    // Some flag, some length, some end of a line: every bit is turned somewhere, and none nowhere.
    changed[at] ^= u8::try_from(at.wrapping_mul(0x9E37_79B9) >> 13 & 0xFF).unwrap().max(1);
    [bytes[..at].to_vec(), changed]
}

/// Wrongs a capture at every place, or at so many places as there is time for; panics where that panics or hangs.
fn wrong_everywhere(name: &str, bytes: Vec<u8>, places: usize, patience: Duration) -> usize {
    let step = bytes.len().div_ceil(places.max(1)).max(1);
    let (at, (done, over)) = (Arc::new(AtomicUsize::new(0)), mpsc::channel());
    let here = Arc::clone(&at);
    let worker = std::thread::spawn(move || {
        let mut reads = 0;
        for place in (0..bytes.len()).step_by(step) {
            here.store(place, Ordering::Relaxed);
            for bytes in wronged(&bytes, place) {
                read(bytes);
                reads += 1;
            }
        }
        let _ = done.send(reads);
    });
    match over.recv_timeout(patience) {
        Ok(reads) => reads,
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("{name} hangs when it is wronged at byte {}", at.load(Ordering::Relaxed)),
        Err(mpsc::RecvTimeoutError::Disconnected) => {
            assert!(worker.join().is_ok(), "{name} panics when it is wronged at byte {}", at.load(Ordering::Relaxed));
            unreachable!("the worker neither told nor panicked")
        }
    }
}

/// The most memory that this process ever had, in MiB, where the system says so.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kib| kib >> 10)
}

/// Small captures of several kinds: recorded ones, and one of our own in pcapng.
fn small() -> Vec<(String, Vec<u8>)> {
    let recorded = ["netns/veth-plain.pcap", "netns/any-sll1.pcap", "netns/synth-qinq.pcap", "netns/vxlan-mirror-on-lo.pcap"];
    let folder = root().join("tests/fixtures/captures");
    let mut all: Vec<_> = recorded.iter().map(|name| ((*name).to_owned(), std::fs::read(folder.join(name)).unwrap())).collect();
    let talk = Conversation::new("10.0.0.1:40000".parse().unwrap(), "10.0.0.2:80".parse().unwrap())
        .says("POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nT: v\r\n\r\n")
        .answers("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nX: a\r\n b\r\n\r\nabc")
        .with_mss(60);
    let packets = packets(&segments(&talk), Carrier::ETHERNET);
    for format in [Format::PcapngSections, Format::Pcapng { big_endian: true, resolution: Some(9) }, Format::Gzip] {
        all.push((format!("{format:?}"), write_file(&packets, Carrier::ETHERNET.link, format)));
    }
    all
}

#[test]
fn a_small_capture_may_be_wrong_at_every_byte() {
    let begin = Instant::now();
    let mut reads = 0;
    for (name, bytes) in small() {
        assert!(read(bytes.clone()) >= 2, "{name} holds messages while nothing is wrong with it");
        reads += wrong_everywhere(&name, bytes, usize::MAX, Duration::from_secs(60));
    }
    assert!(reads > 10_000, "{reads} reads");
    eprintln!("{reads} wronged captures in {:?}", begin.elapsed());
}

/// `cargo test --release --all-features --test integration -- --ignored wrong_anywhere`; `HOPSPEC_PLACES` says how many
/// places of each capture are tried.
#[test]
#[ignore = "takes minutes: every capture at hand, at thousands of places"]
fn any_capture_may_be_wrong_anywhere() {
    let Some(shared) = shared() else { return };
    let places = std::env::var("HOPSPEC_PLACES").ok().and_then(|text| text.parse().ok()).unwrap_or(2000);
    let is_capture = |path: &Path| path.to_str().is_some_and(|path| path.contains(".pcap") && !path.ends_with(".keylog"));
    let mut captures: Vec<PathBuf> = ["captures/corpus", "captures/local"].iter().flat_map(|f| files(&shared.join(f))).collect();
    captures.retain(|path| is_capture(path));
    let (mut reads, begin) = (0, Instant::now());
    for capture in &captures {
        let bytes = std::fs::read(capture).unwrap();
        // A large capture takes as much time as a small one.
        let places = places.min(((1 << 30) / bytes.len().max(1)).max(20));
        reads += wrong_everywhere(&capture.display().to_string(), bytes, places, Duration::from_secs(600));
    }
    let peak = peak();
    eprintln!("{reads} wronged captures of {} in {:?}, {peak:?} MiB at most", captures.len(), begin.elapsed());
    assert!(peak.is_none_or(|mib| mib < 256), "{peak:?} MiB");
}
