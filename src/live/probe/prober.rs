//! Sends requests one behind the other, and records what both sides say.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::ClientConfig;

use super::connect::{Line, Resolve, Way};
use super::echo::Echo;
use super::frames::Frames;
use super::heard::{Answer, Heard};
use super::proxy::ProxyVersion;
use super::tls;
use super::{Ask, HttpVersion, Target, Trust};
use crate::flow::Direction;
use crate::http::{Dialogue, Limits};
use crate::live::{Interface, Recorder, Side, Wire, now};

/// So many requests without an answer are told one by one.
const MOST_FAILURES: usize = 10;

/// How each answer of HTTP/1 begins.
const START: &[u8] = b"HTTP/";

/// Raw IP packets (<https://www.tcpdump.org/linktypes.html>).
const RAW: u16 = 101;

/// What is sent, and how.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Where to.
    pub target: Target,
    /// What.
    pub ask: Ask,
    /// How often.
    pub times: u32,
    /// Each on a connection of its own.
    pub apart: bool,
    /// Names whose addresses are given.
    pub resolve: Vec<Resolve>,
    /// The name that TLS asks for, in place of the URL's.
    pub sni: Option<String>,
    /// Which servers are trusted.
    pub trust: Trust,
    /// The PROXY protocol before each connection, and the client that it names.
    pub proxy: Option<(ProxyVersion, Option<IpAddr>)>,
    /// How long connecting, and how long each request may take.
    pub timeout: Duration,
    /// What the far end says that it received is recorded as a connection of its own.
    pub tells_echoes: bool,
}

/// What became of the requests of a plan.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sent {
    /// Why requests have no answer: a sentence each, and one for many.
    pub failures: Vec<String>,
    /// How many echoes could not be recorded as what the far end received, and why the first could not.
    pub lost_echoes: Option<(u64, &'static str)>,
    /// Why the file of `--write` does not hold all.
    pub unkept: Option<String>,
}

/// Sends what a plan says.
pub struct Prober {
    plan: Plan,
    recorder: Recorder,
    tls: Option<Arc<ClientConfig>>,
    socket: Interface,
    echo: Option<Interface>,
    lost_echoes: Option<(u64, &'static str)>,
}

impl Prober {
    /// A client that has not connected.
    ///
    /// # Errors
    /// What it is to trust cannot be read.
    pub fn new(plan: Plan, recorder: Recorder) -> Result<Self, String> {
        let tls = plan.target.tls.then(|| tls::config(&plan.trust, plan.ask.version, &recorder)).transpose()?;
        let socket = recorder.interface(RAW, "probe");
        Ok(Self { plan, recorder, tls, socket, echo: None, lost_echoes: None })
    }

    /// Sends all of the plan, unless the run ends before.
    #[must_use]
    pub fn run(mut self) -> Sent {
        let mut left = self.plan.times;
        let (mut failures, mut more) = (Vec::new(), 0_u64);
        while left > 0 && self.recorder.stop().ended().is_none() {
            let Err(why) = self.connection(&mut left) else { continue };
            left = left.saturating_sub(1);
            match failures.len() {
                // Who ends a run does not wait for what still runs.
                _ if self.recorder.stop().ended().is_some() => {}
                few if few < MOST_FAILURES => failures.push(why),
                _ => more += 1,
            }
        }
        if more > 0 {
            failures.push(format!("{more} more requests have no answer"));
        }
        let unkept = self.recorder.failure().map(|error| error.to_string());
        Sent { failures, lost_echoes: self.lost_echoes, unkept }
    }

    /// Requests over one connection, as long as it takes them; `left` counts those that have an answer.
    ///
    /// # Errors
    /// Why a request has none. It is not counted.
    fn connection(&mut self, left: &mut u32) -> Result<(), String> {
        let way = Way {
            target: self.plan.target.clone(),
            resolve: self.plan.resolve.clone(),
            sni: self.plan.sni.clone(),
            proxy: self.plan.proxy,
            timeout: self.plan.timeout,
        };
        let mut line = way.connect(&self.recorder, self.socket, self.tls.clone())?;
        let in_frames = self.plan.ask.version == HttpVersion::Http2;
        if in_frames && self.plan.target.tls && line.protocol() != Some(b"h2") {
            return Err("the server speaks no HTTP/2: it did not agree on `h2` in TLS".to_owned());
        }
        let mut frames = in_frames.then(Frames::new);
        let mut heard = Heard::default();
        let [client, server] = line.ends().map_err(|error| broke(&error))?;
        let mut dialogue = Dialogue::between(client, server, Limits::default(), &mut heard);
        loop {
            let (asked, Answer { goes_on, body }) = self.request(&mut line, &mut dialogue, frames.as_mut())?;
            *left = left.saturating_sub(1);
            if self.plan.tells_echoes {
                match Echo::of(&body) {
                    Ok(Some(echo)) => self.echo(&echo, asked),
                    Ok(None) => {}
                    Err(why) => self.lost_echoes.get_or_insert((0, why)).0 += 1,
                }
            }
            line.taped().release();
            let goes_on = goes_on && !self.plan.apart && frames.as_ref().is_none_or(|frames| frames.over.is_none());
            if *left == 0 || !goes_on || self.recorder.stop().ended().is_some() {
                line.close();
                return Ok(());
            }
        }
    }

    /// One request, when it was sent (in nanoseconds since 1970), and its answer.
    fn request(
        &self,
        line: &mut Line,
        dialogue: &mut Dialogue<'_, Heard>,
        mut frames: Option<&mut Frames>,
    ) -> Result<(u64, Answer), String> {
        let bytes = match &mut frames {
            Some(frames) => {
                frames.ask(&self.plan.ask, &self.plan.target);
                frames.take()
            }
            None => self.plan.ask.bytes(&self.plan.target),
        };
        *dialogue.told() = Heard::default();
        let sent = line.write_all(&bytes).and_then(|()| line.flush());
        let asked = now();
        // An echo tells of what was between request and answer: there it is recorded.
        if self.plan.tells_echoes {
            line.taped().keep();
        }
        dialogue.said(Direction::Forward, &bytes);
        match (self.answer(line, dialogue, frames), sent) {
            (Ok(answer), _) => Ok((asked, answer)),
            // A server may answer and close before it read all.
            (Err(_), Err(error)) => Err(format!("the request could not be sent: {error}")),
            (Err(why), Ok(())) => Err(why),
        }
    }

    /// Reads until the answer is whole.
    fn answer(
        &self,
        line: &mut Line,
        dialogue: &mut Dialogue<'_, Heard>,
        mut frames: Option<&mut Frames>,
    ) -> Result<Answer, String> {
        let (began, mut buffer) = (Instant::now(), vec![0; 64 << 10]);
        let mut first: Vec<u8> = Vec::new();
        loop {
            if let Some(answer) = dialogue.told().answer.take() {
                return Ok(answer);
            }
            if dialogue.is_other() || frames.is_none() && !START.starts_with(&first) {
                return Err("the answer is no HTTP".to_owned());
            }
            if let Some(why) = frames.as_mut().and_then(|frames| frames.over.clone()) {
                return Err(why);
            }
            if began.elapsed() > self.plan.timeout {
                let some = if dialogue.told().any { "only a part of an answer" } else { "no answer" };
                return Err(format!("{some} within {:?} (--timeout)", self.plan.timeout));
            }
            if self.recorder.stop().ended().is_some() {
                return Err("the run ended before the answer was there".to_owned());
            }
            match line.read(&mut buffer) {
                Ok(0) => return closed(dialogue),
                Ok(read) => {
                    let said = buffer.get(..read).unwrap_or_default();
                    first.extend(said.iter().take(START.len().saturating_sub(first.len())));
                    dialogue.said(Direction::Backward, said);
                    if dialogue.told().may_echo == Some(false) {
                        line.taped().release();
                    }
                    if let Some(frames) = &mut frames {
                        frames.hear(said);
                        let more = frames.take();
                        line.write_all(&more).and_then(|()| line.flush()).map_err(|error| broke(&error))?;
                        dialogue.said(Direction::Forward, &more);
                    }
                }
                Err(error) if waits(&error) => {}
                // A server that ends TLS without saying so has closed the connection.
                Err(error) if error.kind() == ErrorKind::UnexpectedEof => return closed(dialogue),
                Err(error) => return Err(broke(&error)),
            }
        }
    }

    /// Records what the far end received as a connection of its own.
    fn echo(&mut self, echo: &Echo, asked: u64) {
        let interface = match self.echo {
            Some(interface) => interface,
            None => *self.echo.insert(self.recorder.interface(RAW, "echo: what the far end says that it received")),
        };
        let mut wire = Wire::told(self.recorder.clone(), interface, echo.src, echo.dst, asked);
        wire.said(Side::Client, &echo.bytes);
    }
}

fn broke(error: &io::Error) -> String {
    format!("the connection broke: {error}")
}

/// The server said all that it says.
fn closed(dialogue: &mut Dialogue<'_, Heard>) -> Result<Answer, String> {
    dialogue.over(Direction::Backward);
    match dialogue.told().answer.take() {
        Some(answer) => Ok(Answer { goes_on: false, ..answer }),
        None if dialogue.told().any => Err("the server closed the connection within its answer".to_owned()),
        None => Err("the server closed the connection without an answer".to_owned()),
    }
}

fn waits(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted)
}
