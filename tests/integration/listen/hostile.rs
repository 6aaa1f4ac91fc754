//! Clients that mean no good, and the honest one beside them.

use std::io::Write as _;
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::{SPEC, Target, get};

/// What one of them does; those that send little by little come back.
fn hostile(target: &Target, kind: usize) -> Option<TcpStream> {
    let mut socket = target.connect();
    match kind {
        0 => drop(socket.write_all(b"GET / HTTP/1.1\r\nHost: a\r\nX: ")),
        1 => {
            let _ = socket.write_all(b"GET / HTTP/1.1\r\nX: ");
            std::thread::spawn(move || (0..1000).all(|_| socket.write_all(&[b'a'; 10_000]).is_ok()));
            return None;
        }
        2 => drop(socket.write_all(b"G")),
        3 => {
            let garbage: Vec<u8> = (0..3000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
            drop(socket.write_all(&garbage));
        }
        4 => drop(socket.write_all(b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03hello, is this TLS?")),
        5 => {
            let _ = socket.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0\xff\xff\xff\x01\x04\0\0\0\x01");
        }
        6 => drop(socket.shutdown(Shutdown::Write)),
        _ => drop(socket.write_all(b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffffff\r\n")),
    }
    Some(socket)
}

#[test]
fn two_hundred_of_them_do_not_hold_up_an_honest_client() {
    let target = Target::new(SPEC, &[]);
    let sockets: Vec<_> = (0..200).filter_map(|n| hostile(&target, n % 8)).collect();
    let over = Arc::new(AtomicBool::new(false));
    let drip = std::thread::spawn({
        let over = Arc::clone(&over);
        move || {
            while !over.load(Ordering::Relaxed) {
                for mut socket in &sockets {
                    let _ = socket.write_all(b"E");
                }
                std::thread::sleep(Duration::from_millis(200));
            }
        }
    });
    for n in 0..5 {
        let began = Instant::now();
        let said = target.asked(get(&format!("/honest/{n}"), "1"));
        assert!(said.starts_with("HTTP/1.1 200 OK\r\n"), "{said}");
        assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    }
    #[cfg(target_os = "linux")]
    {
        let most = target.most_memory();
        assert!(most < 64 << 10, "{most} KiB");
    }
    let began = Instant::now();
    let run = target.interrupt();
    assert!(began.elapsed() < Duration::from_secs(20));
    over.store(true, Ordering::Relaxed);
    drip.join().unwrap();
    assert!(!run.stderr.contains("panicked"), "{}", run.stderr);
    assert_eq!(run.stderr.lines().filter(|line| line.contains(" /honest/") && line.contains(" 200  met ")).count(), 5);
    assert!(run.stderr.contains("note: refused: "), "{}", run.stderr);
}
