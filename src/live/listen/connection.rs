//! One connection: what comes is read, requests are answered when they are due, and nothing takes longer than it may.

use std::collections::VecDeque;
use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::channel::Channel;
use super::echo::echo;
use super::frames::Frames;
use super::inbox::Inbox;
use super::listener::Shared;
use super::opening::{is_tls, is_wait, proxy_header};
use super::refused::Refused;
use super::reply::{Reply, Sending};
use super::request::{Refusal, Request};
use crate::flow::Direction;
use crate::http::{Dialogue, Limits, Standing};
use crate::live::{LOOK, Side, Taped, Wire};
use crate::wire::Endpoint;

/// So much is read, and written, at once.
const CHUNK: usize = 16 << 10;
/// Who waits for nothing else looks whether the run is over this often.
const TICK: Duration = Duration::from_millis(500);
/// A client that was refused may go on so long, and so far, so that it reads why before the connection breaks.
const LINGER: Duration = Duration::from_secs(1);
const MOST_LINGERING: usize = 64 << 10;

/// How a connection goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    On,
    Close,
}

/// Serves a connection to its end.
pub(super) fn serve(shared: &Shared, socket: TcpStream, ends: [SocketAddr; 2]) {
    let [client, server] = ends.map(|end| SocketAddr::new(end.ip().to_canonical(), end.port()));
    let _ = socket.set_nodelay(true);
    let wire = Wire::open(shared.recorder.clone(), shared.interface, client, server);
    let mut taped = Taped::new(socket, wire, Side::Server);
    let limits = &shared.limits;
    let http = Limits { head: limits.head, held_in_all: limits.head.saturating_mul(4), ..Limits::default() };
    let mut inbox = Inbox::new(if shared.answer.echo { limits.echo } else { 0 }, shared.room.clone());
    let endpoint = |end: SocketAddr| Endpoint { ip: end.ip(), port: end.port() };
    let mut dialogue = Dialogue::between(endpoint(client), endpoint(server), http, &mut inbox);
    let Ok(header) = proxy_header(&mut taped, &shared.stop, shared.idle(), shared.head_time()) else { return };
    dialogue.said(Direction::Forward, &header);
    let secured = match &shared.secured {
        None => None,
        Some(config) => match is_tls(&mut taped, &shared.stop, shared.idle()) {
            Ok(tls) => Some(config).filter(|_| tls != Some(false)),
            Err(_) => return,
        },
    };
    let in_clear = shared.secured.is_some() && secured.is_none();
    let Ok(channel) = Channel::open(taped, secured) else { return };
    let now = Instant::now();
    let frames = Frames::default();
    let serving = Serving {
        shared,
        channel,
        dialogue,
        frames,
        in_clear,
        ends: [client, server],
        began: now,
        idle: now,
        head: None,
        heard: now,
        over: false,
    };
    serving.run();
}

struct Serving<'s> {
    shared: &'s Shared,
    channel: Channel,
    dialogue: Dialogue<'s, Inbox>,
    frames: Frames,
    /// The client does not speak TLS, though it is spoken here.
    in_clear: bool,
    /// Client and server.
    ends: [SocketAddr; 2],
    began: Instant,
    /// Since when there was no request, or since when one was answered.
    idle: Instant,
    /// When the head began that is not whole.
    head: Option<Instant>,
    /// When something came, or was taken, last.
    heard: Instant,
    /// The client says no more.
    over: bool,
}

impl Serving<'_> {
    fn run(mut self) {
        let mut chunk = vec![0; CHUNK];
        loop {
            if self.shared.stop.ended().is_some() {
                return;
            }
            match self.answer() {
                Ok(Next::On) => {}
                Ok(Next::Close) => return self.close(&mut chunk),
                Err(_) => return self.channel.reset(),
            }
            let now = Instant::now();
            let until = self.deadline(now);
            if now >= until {
                return self.too_slow(&mut chunk);
            }
            let due = self.inbox().requests.iter().filter_map(|request| request.due).min();
            let wait = due.unwrap_or(until).min(until).saturating_duration_since(now).clamp(Duration::from_millis(1), TICK);
            let full = !self.frames.begun() && self.inbox().requests.len() >= self.shared.limits.waiting;
            if full || self.over {
                std::thread::sleep(wait.min(LOOK));
                continue;
            }
            if self.channel.socket().set_read_timeout(Some(wait)).is_err() {
                return;
            }
            let shaking = self.channel.is_handshaking();
            match self.channel.read(&mut chunk) {
                Ok(0) => self.ends(),
                Ok(read) => self.hear(chunk.get(..read).unwrap_or_default()),
                Err(error) if is_wait(&error) => {}
                // Behind TLS an end that is not announced is one all the same.
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof && !shaking => self.ends(),
                Err(_) => {
                    if shaking {
                        Refused::add(&self.shared.refused.handshakes);
                        return self.close(&mut chunk);
                    }
                    return;
                }
            }
        }
    }

    fn inbox(&mut self) -> &mut Inbox {
        self.dialogue.told()
    }

    /// The client said something.
    fn hear(&mut self, bytes: &[u8]) {
        let now = Instant::now();
        self.heard = now;
        self.dialogue.said(Direction::Forward, bytes);
        self.frames.heard(bytes, self.dialogue.told());
        self.plan(now);
        let within = self.dialogue.standing(Direction::Forward) == Standing::Head;
        self.head = within.then(|| self.head.unwrap_or(now));
    }

    /// The client says no more. What it said before is still answered.
    fn ends(&mut self) {
        self.over = true;
        self.dialogue.over(Direction::Forward);
        self.plan(Instant::now());
    }

    /// Says when requests are answered that are over, or that will not be.
    fn plan(&mut self, now: Instant) {
        let delay = self.shared.answer.delay;
        for request in self.inbox().requests.iter_mut().filter(|request| request.due.is_none()) {
            if request.refusal().is_some() {
                request.due = Some(now);
            } else if request.body.is_some() {
                request.due = Some(now.checked_add(delay).unwrap_or(now));
            }
        }
    }

    /// Answers what is due.
    fn answer(&mut self) -> io::Result<Next> {
        if self.frames.begun() {
            return self.answer_in_frames();
        }
        loop {
            let now = Instant::now();
            let over = self.over;
            let standing = self.dialogue.standing(Direction::Forward);
            let Some(first) = self.inbox().requests.front_mut() else { break self.without_request(standing) };
            if first.due.is_some_and(|due| due <= now) {
                let Some(first) = self.inbox().requests.pop_front() else { continue };
                if self.answer_one(&first)? == Next::Close {
                    return Ok(Next::Close);
                }
                self.idle = Instant::now();
                continue;
            }
            let goes_on = !first.continued && first.due.is_none() && !over && first.expects_continue();
            if goes_on {
                first.continued = true;
                self.send(b"HTTP/1.1 100 Continue\r\n\r\n")?;
            }
            break Ok(Next::On);
        }
    }

    /// Nobody waits for an answer.
    fn without_request(&mut self, standing: Standing) -> io::Result<Next> {
        if self.over {
            return Ok(Next::Close);
        }
        if matches!(standing, Standing::Other | Standing::Frames) {
            Refused::add(&self.shared.refused.malformed);
            self.refuse((400, "this is no HTTP request"))?;
            return Ok(Next::Close);
        }
        Ok(Next::On)
    }

    /// The reply to a request that is over.
    fn reply_to(&self, request: &Request) -> (Reply, bool) {
        let answer = &self.shared.answer;
        let in_clear = self.in_clear.then_some((400, "TLS is spoken here: ask with https"));
        match request.refusal().or(in_clear) {
            Some(refusal) => {
                self.count(refusal);
                (Reply::refusing(refusal), true)
            }
            None => {
                let [client, server] = self.ends;
                (answer.reply(answer.echo.then(|| echo(request, client, server))), false)
            }
        }
    }

    /// Answers in HTTP/1.
    fn answer_one(&mut self, request: &Request) -> io::Result<Next> {
        let _busy = self.shared.busy();
        let (reply, refused) = self.reply_to(request);
        let asked = reply.fields.iter().any(|(name, value)| name.eq_ignore_ascii_case("connection") && value.contains("close"));
        let close = refused || asked || self.shared.answer.close || !request.persists();
        let body = Arc::clone(&reply.body);
        let (head, sending) = reply.head(Some(request), close);
        self.send_with(head, &body, sending)?;
        Ok(if close { Next::Close } else { Next::On })
    }

    fn answer_in_frames(&mut self) -> io::Result<Next> {
        let _busy = self.shared.busy();
        if let Some(code) = self.frames.fault() {
            Refused::add(&self.shared.refused.malformed);
            self.frames.go_away(code);
            self.send_frames()?;
            return Ok(Next::Close);
        }
        let now = Instant::now();
        let requests = std::mem::take(&mut self.inbox().requests);
        let mut waiting = VecDeque::with_capacity(requests.len());
        for mut request in requests {
            if request.due.is_some_and(|due| due <= now) {
                let (reply, _) = self.reply_to(&request);
                self.frames.reply(&request, reply);
                self.idle = now;
                // What waits to be written is bounded: it goes out before more is made.
                self.send_frames()?;
                continue;
            }
            if let (Some(stream), true, false, None) =
                (request.stream(), request.expects_continue(), request.continued, request.due)
            {
                request.continued = true;
                self.frames.go_on(stream);
            }
            waiting.push_back(request);
        }
        self.inbox().requests = waiting;
        self.send_frames()?;
        let done = self.inbox().requests.is_empty() && !self.frames.is_sending();
        let leaves = self.shared.answer.close && self.idle > self.began;
        if done && (self.over || leaves || self.frames.is_leaving()) {
            self.frames.go_away(0);
            self.send_frames()?;
            return Ok(Next::Close);
        }
        Ok(Next::On)
    }

    fn send_frames(&mut self) -> io::Result<()> {
        loop {
            let bytes = self.frames.take();
            if bytes.is_empty() {
                return Ok(());
            }
            self.send(&bytes)?;
        }
    }

    /// Answers a client of which no request is known.
    fn refuse(&mut self, refusal: Refusal) -> io::Result<()> {
        let _busy = self.shared.busy();
        let reply = Reply::refusing(refusal);
        let body = Arc::clone(&reply.body);
        let (head, sending) = reply.head(None, true);
        self.send_with(head, &body, sending)
    }

    fn count(&self, (status, _): Refusal) {
        let refused = &self.shared.refused;
        let counter: &AtomicU64 = if status == 431 { &refused.too_large } else { &refused.malformed };
        Refused::add(counter);
    }

    fn send_with(&mut self, mut head: Vec<u8>, body: &[u8], sending: Sending) -> io::Result<()> {
        // What is short goes out in one piece.
        let (with, rest) = match sending {
            Sending::Nothing => (&[][..], &[][..]),
            Sending::Plain => body.split_at_checked(CHUNK).unwrap_or((body, &[])),
            Sending::Chunked => (&[][..], body),
        };
        head.extend_from_slice(with);
        if sending != Sending::Chunked {
            self.send(&head)?;
            return self.send(rest);
        }
        for part in rest.chunks(CHUNK) {
            head.extend_from_slice(format!("{:x}\r\n", part.len()).as_bytes());
            head.extend_from_slice(part);
            head.extend_from_slice(b"\r\n");
            self.send(&head)?;
            head.clear();
        }
        head.extend_from_slice(b"0\r\n\r\n");
        self.send(&head)
    }

    /// Writes all of it, as long as the client takes some of it now and then.
    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        let began = Instant::now();
        let mut moved = began;
        self.channel.socket().set_write_timeout(Some(TICK))?;
        for part in bytes.chunks(CHUNK) {
            let mut rest = part;
            loop {
                let written = if rest.is_empty() { self.channel.flush().map(|()| 0) } else { self.channel.write(rest) };
                match written {
                    Ok(0) if rest.is_empty() => break,
                    Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                    Ok(written) => {
                        moved = Instant::now();
                        rest = rest.get(written..).unwrap_or_default();
                    }
                    Err(error) if is_wait(&error) => {
                        let limits = &self.shared.limits;
                        if moved.elapsed() >= limits.answer_time || began.elapsed() >= limits.body_time {
                            Refused::add(&self.shared.refused.slow);
                            return Err(error);
                        }
                    }
                    Err(error) => return Err(error),
                }
            }
            self.dialogue.said(Direction::Backward, part);
        }
        self.heard = Instant::now();
        Ok(())
    }

    /// Until when the client must do what it does.
    fn deadline(&mut self, now: Instant) -> Instant {
        let after = |from: Instant, time: Duration| from.checked_add(time).unwrap_or(now + TICK);
        let shared = self.shared;
        let limits = &shared.limits;
        if self.channel.is_handshaking() {
            return after(self.began, shared.head_time());
        }
        let heard = self.heard;
        if let Some(running) = self.inbox().requests.iter().find(|request| request.body.is_none()) {
            return after(heard, limits.body_pause).min(after(running.began, limits.body_time));
        }
        if self.frames.is_sending() {
            return after(heard, limits.answer_time);
        }
        if !self.inbox().requests.is_empty() {
            // Who waits for an answer is not late.
            return after(now, TICK);
        }
        match self.head {
            Some(began) => after(began, shared.head_time()),
            None => after(self.idle, shared.idle()),
        }
    }

    /// The time is over.
    fn too_slow(mut self, chunk: &mut [u8]) {
        if self.channel.is_handshaking() {
            Refused::add(&self.shared.refused.slow);
            return self.channel.reset();
        }
        let runs = self.inbox().requests.iter().any(|request| request.body.is_none());
        if self.head.is_some() || runs || self.frames.is_sending() {
            Refused::add(&self.shared.refused.slow);
        }
        let said = if self.frames.begun() {
            self.frames.go_away(0);
            self.send_frames()
        } else if self.head.is_some() || runs {
            self.refuse((408, "the request takes too long"))
        } else {
            Ok(())
        };
        match said {
            Ok(()) => self.close(chunk),
            Err(_) => self.channel.reset(),
        }
    }

    /// Says goodbye, and waits a moment for the client to do so: a connection that is closed with bytes unread is broken, and the
    /// client may not read the answer.
    fn close(mut self, chunk: &mut [u8]) {
        self.channel.shut();
        let until = Instant::now() + LINGER;
        let mut left = MOST_LINGERING;
        while !self.over && left > 0 && Instant::now() < until && self.shared.stop.ended().is_none() {
            if self.channel.socket().set_read_timeout(Some(LOOK)).is_err() {
                return;
            }
            match self.channel.drain(chunk) {
                Ok(0) => return,
                Ok(read) => left = left.saturating_sub(read),
                Err(error) if is_wait(&error) => {}
                Err(_) => return,
            }
        }
    }
}

/// Answers that are being written.
#[derive(Debug)]
pub(super) struct Busy<'s>(&'s AtomicUsize);

impl<'s> Busy<'s> {
    pub(super) fn new(count: &'s AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Self(count)
    }
}

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}
