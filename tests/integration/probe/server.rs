//! A server that answers what a test wants, and keeps what it was sent.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// What was sent over one connection, a request each.
pub(super) type Sent = Arc<Mutex<Vec<Vec<Vec<u8>>>>>;

/// An answer to the request of this number, counted from 0 over all connections; nothing closes the connection.
type Answer = dyn Fn(usize, &[u8], [SocketAddr; 2]) -> Vec<u8> + Send + Sync;

pub(super) struct Server {
    pub(super) address: SocketAddr,
    pub(super) sent: Sent,
}

impl Server {
    pub(super) fn new(answer: impl Fn(usize, &[u8], [SocketAddr; 2]) -> Vec<u8> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let sent = Sent::default();
        let (kept, answer, number) =
            (Arc::clone(&sent), Arc::<Answer>::from(Box::new(answer) as Box<Answer>), Arc::new(Mutex::new(0)));
        thread::spawn(move || {
            for socket in listener.incoming().flatten() {
                let (kept, answer, number) = (Arc::clone(&kept), Arc::clone(&answer), Arc::clone(&number));
                thread::spawn(move || serve(socket, &kept, &*answer, &number));
            }
        });
        Self { address, sent }
    }

    pub(super) fn answering(answer: &'static str) -> Self {
        Self::new(move |_, _, _| answer.as_bytes().to_vec())
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// All requests of all connections.
    pub(super) fn requests(&self) -> Vec<String> {
        let sent = self.sent.lock().unwrap();
        sent.iter().flatten().map(|request| String::from_utf8_lossy(request).into_owned()).collect()
    }
}

fn serve(mut socket: TcpStream, sent: &Sent, answer: &Answer, number: &Mutex<usize>) {
    let ends = [socket.peer_addr().unwrap(), socket.local_addr().unwrap()];
    socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let at = {
        let mut sent = sent.lock().unwrap();
        sent.push(Vec::new());
        sent.len() - 1
    };
    let (mut held, mut buffer) = (Vec::new(), [0; 4096]);
    loop {
        while let Some(end) = request_end(&held) {
            let request: Vec<u8> = held.drain(..end).collect();
            sent.lock().unwrap()[at].push(request.clone());
            let this = {
                let mut number = number.lock().unwrap();
                *number += 1;
                *number - 1
            };
            let answered = answer(this, &request, ends);
            if answered.is_empty() || socket.write_all(&answered).is_err() {
                return;
            }
        }
        match socket.read(&mut buffer) {
            Ok(0) | Err(_) => return,
            Ok(read) => held.extend_from_slice(&buffer[..read]),
        }
    }
}

/// Where the first request ends, once it is whole.
fn request_end(held: &[u8]) -> Option<usize> {
    let head = held.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let text = String::from_utf8_lossy(&held[..head]).to_ascii_lowercase();
    if text.contains("transfer-encoding: chunked") {
        return held.windows(5).position(|five| five == b"0\r\n\r\n").map(|at| at + 5);
    }
    let length = text.split("\r\ncontent-length: ").nth(1).and_then(|rest| rest.split("\r\n").next()?.parse::<usize>().ok());
    let end = head + length.unwrap_or(0);
    (held.len() >= end).then_some(end)
}
