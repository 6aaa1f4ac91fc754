//! What clients do to a listener, and how long it bears that.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use super::*;
use crate::live::{Ended, Recorder, Stop};

/// A listener with short times, which nobody judges.
struct Target {
    at: SocketAddr,
    running: Running,
    stop: Stop,
}

impl Target {
    fn new(answer: Answer, limits: Limits) -> Self {
        let stop = Stop::after(None);
        let (recorder, mut reader) = Recorder::new(None, "a test", &stop);
        std::thread::spawn(move || std::io::copy(&mut reader, &mut std::io::sink()));
        let listener = Listener::bind(&"127.0.0.1:0".parse().unwrap()).unwrap();
        let at = listener.address();
        Self { at, running: listener.run(answer, None, limits, recorder).unwrap(), stop }
    }

    fn connect(&self) -> TcpStream {
        let socket = TcpStream::connect(self.at).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        socket
    }

    /// All that comes back for these bytes until the connection ends.
    fn said(&self, bytes: &[u8]) -> String {
        let mut socket = self.connect();
        socket.write_all(bytes).unwrap();
        let mut back = Vec::new();
        let _ = socket.read_to_end(&mut back);
        String::from_utf8_lossy(&back).into_owned()
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        self.stop.end(Ended::Done);
    }
}

fn short() -> Limits {
    let time = Duration::from_millis(300);
    Limits { head: 4096, head_time: time, idle: time, body_pause: time, crowded: time, ..Limits::default() }
}

#[test]
fn who_is_too_slow_is_told_so() {
    let target = Target::new(Answer::default(), short());
    assert!(target.said(b"GET / HTTP/1.1\r\nHost: a\r\n").starts_with("HTTP/1.1 408 "), "half a head");
    assert!(target.said(b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nab").starts_with("HTTP/1.1 408 "), "half a body");
    assert_eq!(target.said(b""), "", "nothing at all");
    assert_eq!(target.running.refused().told().unwrap(), "2 connections that were too slow (408)");
}

#[test]
fn a_byte_now_and_then_is_no_head() {
    let target = Target::new(Answer::default(), short());
    let mut socket = target.connect();
    let began = Instant::now();
    for byte in b"GET / HTTP/1.1\r\n".iter().cycle() {
        if socket.write_all(&[*byte]).is_err() || began.elapsed() > Duration::from_secs(20) {
            break;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(began.elapsed() < Duration::from_secs(20), "it is closed");
}

#[test]
fn what_is_too_large_or_no_http_is_refused() {
    let target = Target::new(Answer::default(), Limits { head: 4096, ..Limits::default() });
    let large = format!("GET / HTTP/1.1\r\nX: {}\r\n\r\n", "a".repeat(30_000));
    // The connection may break before the answer is read, since the client does not stop; the listener counts.
    let _ = target.said(large.as_bytes());
    for (bytes, status) in [
        (&b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03"[..], "400"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "400"),
        (b"GET /\r\n\r\n", "400"),
        (b"POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400"),
        (b"CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", "405"),
    ] {
        let said = target.said(bytes);
        assert!(said.starts_with(&format!("HTTP/1.1 {status} ")) && said.contains("Connection: close\r\n"), "{bytes:?}: {said}");
    }
    assert_eq!(
        target.running.refused().told().unwrap(),
        "5 connections with what is no request (400), 1 head that was too large (431)"
    );
}

#[test]
fn pipelined_requests_are_answered_in_their_order() {
    let answer = Answer { echo: true, delay: Duration::from_millis(20), ..Answer::default() };
    let target = Target::new(answer, Limits { waiting: 3, ..Limits::default() });
    let requests: String = (0..20).map(|n| format!("GET /{n} HTTP/1.1\r\nHost: a\r\n\r\n")).collect();
    let said = target.said(format!("{requests}GET /last HTTP/1.0\r\n\r\n").as_bytes());
    let targets: Vec<_> = said.split("\"target\":\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    let expected: Vec<_> = (0..20).map(|n| format!("/{n}")).chain(["/last".to_owned()]).collect();
    assert_eq!(targets, expected);
}

#[test]
fn more_connections_than_there_may_be_wait() {
    let target = Target::new(Answer::default(), Limits { connections: 2, ..short() });
    let idle: Vec<_> = (0..2).map(|_| target.connect()).collect();
    // It is served once those that do nothing are closed.
    let said = target.said(b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n");
    assert!(said.starts_with("HTTP/1.1 200 OK\r\n"), "{said}");
    drop(idle);
    assert!(target.running.refused().told().unwrap().contains("had to wait"));
}

#[test]
fn bodies_are_kept_within_a_room_that_all_share() {
    let answer = Answer { echo: true, close: true, ..Answer::default() };
    let target = Target::new(answer, Limits { echo: 8, echo_in_all: 12, ..Limits::default() });
    let request = b"POST / HTTP/1.1\r\nContent-Length: 20\r\n\r\n01234567890123456789";
    let said = target.said(request);
    assert!(said.contains(r#""body_base64":"MDEyMzQ1Njc=","body_length":20,"body_complete":true,"body_cut":true"#), "{said}");
    // One whose body is to come has its share, once it was told to go on.
    let mut waits = target.connect();
    waits.write_all(b"POST / HTTP/1.1\r\nContent-Length: 20\r\nExpect: 100-continue\r\n\r\n").unwrap();
    waits.read_exact(&mut [0; 25]).unwrap();
    let said = target.said(request);
    assert!(said.contains(r#""body_base64":"MDEyMw==""#), "the other one has the rest of the room: {said}");
    waits.write_all(b"01234567890123456789").unwrap();
    let mut back = String::new();
    waits.read_to_string(&mut back).unwrap();
    assert!(back.contains("MDEyMzQ1Njc="), "{back}");
}

#[test]
fn responses_are_framed_as_their_version_and_status_ask() {
    let body = Answer { body: (*b"hello").into(), chunked: true, ..Answer::default() };
    let target = Target::new(body.clone(), Limits::default());
    let said = target.said(b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n");
    assert!(said.contains("Transfer-Encoding: chunked\r\n") && said.ends_with("\r\n\r\n5\r\nhello\r\n0\r\n\r\n"), "{said}");
    let said = target.said(b"GET / HTTP/1.0\r\n\r\n");
    assert!(said.contains("Content-Length: 5\r\n") && said.ends_with("\r\n\r\nhello") && !said.contains("chunked"), "{said}");
    let said = target.said(b"HEAD / HTTP/1.1\r\nConnection: close\r\n\r\n");
    assert!(said.ends_with("\r\n\r\n") && said.contains("chunked"), "{said}");
    let fields = vec![("date".to_owned(), "never".to_owned()), ("X-Empty".to_owned(), String::new())];
    let target = Target::new(Answer { status: 204, fields, close: true, ..body }, Limits::default());
    assert_eq!(
        target.said(b"GET / HTTP/1.1\r\n\r\n"),
        "HTTP/1.1 204 No Content\r\ndate: never\r\nX-Empty:\r\nContent-Type: text/plain; charset=utf-8\r\nServer: hopspec\r\nConnection: close\r\n\r\n"
    );
}

#[test]
fn windows_of_http_2_are_heeded() {
    use crate::http::FrameWriter;
    let target = Target::new(Answer { body: vec![b'x'; 1000].into(), ..Answer::default() }, Limits::default());
    let mut frames = FrameWriter::default();
    frames.settings(&[(4, 10)]);
    let request = [(":method", &b"GET"[..]), (":path", b"/"), (":scheme", b"http"), (":authority", b"a")];
    frames.headers(1, request.into_iter(), true);
    let mut socket = target.connect();
    socket.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").unwrap();
    socket.write_all(&frames.take()).unwrap();
    // Frames of DATA, until their bytes are so many.
    let data = |socket: &mut TcpStream, most: usize| {
        let (mut lengths, mut ended) = (Vec::new(), false);
        while lengths.iter().sum::<usize>() < most {
            let mut header = [0; 9];
            socket.read_exact(&mut header).unwrap();
            let mut payload = vec![0; usize::from(header[1]) << 8 | usize::from(header[2])];
            socket.read_exact(&mut payload).unwrap();
            if header[3] == 0 {
                lengths.push(payload.len());
                ended = header[4] & 1 == 1;
            }
        }
        (lengths, ended)
    };
    assert_eq!(data(&mut socket, 10), (vec![10], false));
    frames.window(1, 500);
    socket.write_all(&frames.take()).unwrap();
    assert_eq!(data(&mut socket, 500), (vec![500], false));
    frames.window(1, 5000);
    socket.write_all(&frames.take()).unwrap();
    assert_eq!(data(&mut socket, 490), (vec![490], true));
}
