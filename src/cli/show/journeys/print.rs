//! The way of a request as text: down to the server with the request, and back with the response.

use std::io::{self, Write};

use super::super::form::{Masks, decode};
use super::aligned::Aligned;
use super::gather::Print;
use super::way::Way;
use crate::hop::{Leg, Unjoined};
use crate::http::{Exchange, HeadRef, Origin, Provenance};
use crate::proxy_protocol::ProxyHeader;
use crate::report::{Paint, Tone, count, escape, value};

/// Writes ways.
#[derive(Debug)]
pub(in super::super) struct Printer {
    aligned: Aligned,
    /// The names of the captures by their numbers, and of the hops that they show.
    pub(in super::super) captures: Vec<(String, Option<String>)>,
    number: u64,
}

/// A step on the way back.
struct Step<'w, 'l> {
    way: &'w Way<'l>,
    hop: String,
}

impl Printer {
    pub(in super::super) fn new(masks: Masks, paint: Paint) -> Self {
        Self { aligned: Aligned { masks, paint }, captures: Vec::new(), number: 0 }
    }

    /// `hop 2  10.0.0.1:4711 → 10.0.0.2:80, t.pcap packet 9, 0.4 ms later`
    fn place(&self, hop: &str, head: &HeadRef<'_>, leg: &Leg, since: Option<u64>) -> String {
        let at = head.head.at;
        let ends = leg.ends().map(|(client, server)| format!("{client} → {server}, ")).unwrap_or_default();
        let time = match at.origin {
            Origin::Packet { time, .. } => since.map_or_else(|| format!(", {time}"), |since| later(since, time.nanoseconds)),
            _ => String::new(),
        };
        format!("{hop}  {ends}{}{time}", self.at(at))
    }

    fn at(&self, at: Provenance) -> String {
        let name = self.captures.get(at.capture.0 as usize).map(|(name, _)| name.as_str()).unwrap_or_default();
        let name = escape(name);
        match at.origin {
            Origin::Packet { packet, .. } => format!("{name} packet {packet}"),
            Origin::Line(line) | Origin::Log { line, .. } => format!("{name}:{line}"),
            Origin::Entry { number, .. } => format!("{name} entry {number}"),
        }
    }

    fn hop_name(&self, leg: &Leg, depth: usize) -> String {
        let named = leg.capture().and_then(|capture| self.captures.get(capture.0 as usize)?.1.as_deref());
        named.map_or_else(|| format!("hop {}", depth + 1), |name| escape(name).into_owned())
    }

    /// Why a way goes no further back, or is of one exchange only. Where hops are found out, the first exchange of a way is of
    /// the first hop that is seen.
    fn alone(&self, way: &Way<'_>) -> Option<String> {
        let is_named =
            way.leg.capture().and_then(|capture| self.captures.get(capture.0 as usize)).is_some_and(|(_, hop)| hop.is_some());
        if !is_named && !way.inner.is_empty() {
            return None;
        }
        let has_clock = way.leg.ends().is_some();
        Some(match &way.by {
            Some(Ok(_)) => return None,
            None if way.inner.is_empty() => "no exchange of the hop behind it belongs to it".to_owned(),
            None => return None,
            Some(Err(Unjoined::Several(several))) => {
                format!("it may belong to each of {several} exchanges, which have what it has and ran at its time")
            }
            Some(Err(Unjoined::Crowd)) => {
                "it may belong to each of many exchanges, which have what it has and ran at its time".to_owned()
            }
            Some(Err(Unjoined::GivenUp)) => "it may belong to an exchange that was told before all others were read".to_owned(),
            Some(Err(Unjoined::NoneFits | Unjoined::Lack(_))) if is_named => {
                "no exchange of the hop before has an id of it, or its method, target and body at its time".to_owned()
            }
            Some(Err(Unjoined::NoneFits | Unjoined::Lack(_))) if has_clock => {
                "no exchange of another connection has an id of it, or its method and target while it ran".to_owned()
            }
            Some(Err(Unjoined::NoneFits | Unjoined::Lack(_))) => {
                "it is not of packets, and of which hop it is must be said: client=FILE target=FILE".to_owned()
            }
        })
    }

    fn lines(&self, out: &mut dyn Write, lines: &[String]) -> io::Result<()> {
        lines.iter().try_for_each(|line| writeln!(out, "    {line}"))
    }

    /// The requests, on the way to the server.
    fn down<'w, 'l>(
        &self,
        out: &mut dyn Write,
        way: &'w Way<'l>,
        before: Option<&Way<'_>>,
        depth: usize,
        back: &mut Vec<Step<'w, 'l>>,
    ) -> io::Result<()> {
        let hop = self.hop_name(way.leg, depth);
        let exchange = way.leg.exchange();
        let outer = before.map(|before| before.leg.exchange());
        let Some(first) = exchange.first() else { return Ok(()) };
        let since = before.and_then(|before| same_clock(before.leg, way.leg)).map(|time| time.nanoseconds);
        let mut place = self.place(&hop, &first.head, way.leg, since);
        if let (Some(_), Some(Ok(by))) = (before, &way.by) {
            place.push_str(&format!(", known by {}", by.name()));
        }
        writeln!(out, "  {}", self.aligned.paint.paint(Tone::Faint, &place))?;
        if let Some(header) = said(&exchange) {
            let known = before.is_none() || outer.as_ref().is_some_and(|outer| said(outer).is_some());
            self.lines(out, &[self.aligned.proxy_header(header, known)])?;
        }
        match (exchange.request, outer.and_then(|outer| outer.request)) {
            (Some(request), Some(before)) => self.lines(out, &self.aligned.against(&before, &request))?,
            (Some(request), None) => self.lines(out, &self.aligned.whole(&request))?,
            (None, _) => writeln!(out, "    the request is not in the capture")?,
        }
        for inner in &way.inner {
            self.down(out, inner, Some(way), depth.saturating_add(1), back)?;
        }
        back.push(Step { way, hop });
        Ok(())
    }

    /// The response of a step, against those of the hop behind it: what came last is what was passed on.
    fn up(&self, out: &mut dyn Write, step: &Step<'_, '_>) -> io::Result<()> {
        let Some(response) = step.way.leg.exchange().response else {
            return writeln!(
                out,
                "  {}",
                self.aligned.paint.paint(Tone::Faint, &format!("{}  no response in the capture", step.hop))
            );
        };
        let leg = step.way.leg;
        // What came back later, by the same clock, was not passed on.
        let late = |inner: &Leg| inner.capture() == leg.capture() && inner.end() > leg.end();
        let answered = || step.way.inner.iter().filter(|inner| inner.leg.exchange().response.is_some());
        let in_time: Vec<_> = answered().filter(|inner| !late(inner.leg)).collect();
        let alike = in_time.iter().filter(|inner| in_time.len() == 1 || inner.leg.looks_like(leg));
        let last = alike.max_by_key(|inner| inner.leg.end());
        let since = step.way.leg.begin().map(|time| time.nanoseconds);
        let at = response.head.head.at;
        let time = match (at.origin, since) {
            (Origin::Packet { time, .. }, Some(since)) => later(since, time.nanoseconds),
            _ => String::new(),
        };
        let early = in_time.is_empty() && answered().next().is_some();
        let remark = match (last, early) {
            (None, true) => ", before the answer behind it came",
            (None, false) if !in_time.is_empty() => ", several answered",
            _ => "",
        };
        let place = format!("{}  back, {}{time}{remark}", step.hop, self.at(at));
        writeln!(out, "  {}", self.aligned.paint.paint(Tone::Faint, &place))?;
        match last.and_then(|inner| inner.leg.exchange().response) {
            Some(inner) => self.lines(out, &self.aligned.against(&inner, &response)),
            None if early => self.lines(out, &self.aligned.made(&response)),
            None => self.lines(out, &self.aligned.whole(&response)),
        }
    }
}

impl Print for Printer {
    fn way(&mut self, way: &Way<'_>, out: &mut dyn Write) -> io::Result<()> {
        self.number = self.number.saturating_add(1);
        if self.number > 1 {
            writeln!(out)?;
        }
        let title = match way.leg.exchange().request {
            Some(request) => {
                let part = |bytes: &[u8]| decode(bytes, &mut false).into_owned();
                let target = part(request.head.target().unwrap_or_default());
                let method = part(request.head.method().unwrap_or_default());
                format!("{} {}", value(&method), value(&self.aligned.masks.target(&target)))
            }
            None => "a response without its request".to_owned(),
        };
        let (hops, exchanges) = (way.hops(), way.numbers().count());
        let beside = if exchanges > hops { format!(" in {}", count(exchanges as u64, "exchange")) } else { String::new() };
        let title = format!("journey {}: {title}, {}{beside}", self.number, count(hops as u64, "hop"));
        writeln!(out, "{}", self.aligned.paint.paint(Tone::Strong, &title))?;
        if let Some(alone) = self.alone(way) {
            writeln!(out, "  {}", self.aligned.paint.paint(Tone::Odd, &format!("alone: {alone}")))?;
        }
        let mut back = Vec::new();
        self.down(out, way, None, 0, &mut back)?;
        back.iter().try_for_each(|step| self.up(out, step))
    }
}

/// What a proxy said on the connection before the first message.
fn said<'e>(exchange: &Exchange<'e>) -> Option<&'e ProxyHeader> {
    exchange.connection?.proxy.as_deref()
}

/// When the exchange before began, where both times are of one clock.
fn same_clock(before: &Leg, leg: &Leg) -> Option<crate::capture::Timestamp> {
    before.begin().filter(|_| before.capture() == leg.capture())
}

/// `, 0.4 ms later`
fn later(since: u64, time: u64) -> String {
    let micros = time.saturating_sub(since) / 1000;
    format!(", {}.{} ms later", micros / 1000, micros % 1000 / 100)
}
