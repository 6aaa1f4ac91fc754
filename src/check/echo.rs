//! Hops that other hops' bodies echo: a function that answers with the event that it was handed shows from outside what it was
//! handed.

use super::came::Came;
use super::content::content;
use super::hop::{self as judging, Open, Verdicts};
use super::judge::Case;
use super::judged::Judged;
use super::links::params_of;
use super::looked::Looked;
use super::params::Params;
use super::plan::Plan;
use super::run::State;
use super::selection;
use crate::anomaly::Anomalies;
use crate::hop::Leg;
use crate::http::{Body, BodyWant, Connection, Exchange, HeadRef, MessageId, MessageSink, Origin, Provenance};
use crate::source;
use std::sync::Arc;

/// Exchanges that a body holds.
#[derive(Debug, Default)]
struct Echoed(Vec<Leg>);

impl MessageSink for Echoed {
    fn head(&mut self, _: MessageId, _: &HeadRef<'_>, _: Option<&HeadRef<'_>>, _: Option<&Connection>) -> BodyWant {
        BodyWant { keep: super::plan::BODY_LIMIT, sha256: true }
    }

    fn message(&mut self, _: MessageId, _: &Body) {}

    fn exchange(&mut self, exchange: &Exchange<'_>) {
        if exchange.request.is_some() {
            self.0.push(Leg::of(exchange, Vec::new(), exchange.connection.cloned().map(Arc::new)));
        }
    }
}

impl State {
    /// Judges the exchanges that the response of a hop echoes, of every hop that says so. The place of each is that of the
    /// response.
    pub(super) fn echo(&mut self, plan: &Plan, outer: usize, looked: &Looked<'_>, set: usize) {
        for (at, hop) in plan.hops.iter().enumerate().filter(|(_, hop)| hop.echoed_in == Some(outer) && hop.judged) {
            let (Some(params), Some(response)) = (params_of(plan, at, set), looked.exchange.response) else { continue };
            let mut echoed = Echoed::default();
            let read = content(&response).map_err(|why| format!("the body that echoes it cannot be read: {why}"));
            // What is no event echoes nothing.
            let read = read.and_then(|body| source::read_events(&body, response.head.head.at.capture, &mut echoed));
            match read {
                Ok((odd, broken)) => {
                    self.odd(&response.head.head.at, &odd);
                    if let Some(why) = broken {
                        self.unread(plan, at, looked, params, &format!("an event that echoes it cannot be read: {why}"));
                    }
                }
                Err(why) => self.unread(plan, at, looked, params, &why),
            }
            for leg in echoed.0 {
                let leg = leg.placed(response.head.head.at);
                let exchange = leg.exchange();
                let mut index = std::mem::take(&mut self.late);
                selection::look(plan, &mut index.own, &exchange);
                let looked = Looked::new(&exchange, &index.own).after(Came { hop: plan.name_of(outer), what: Some(Ok(looked)) });
                if let Some(tally) = self.hops.get_mut(at) {
                    tally.exchanges += 1;
                    let verdicts = judging::judge(hop, params, tally, &looked);
                    self.book(plan, at, &verdicts, params);
                    self.join(plan, at, &verdicts, params);
                }
                self.late = index;
            }
        }
    }

    /// What is odd about an echoed event is odd about the capture.
    fn odd(&mut self, at: &Provenance, odd: &Anomalies) {
        let packet = match at.origin {
            Origin::Packet { packet, .. } => Some(packet),
            Origin::Line(_) | Origin::Entry { .. } | Origin::Log { .. } => None,
        };
        for (kind, anomaly) in odd.iter() {
            let of_capture = self.echoed.entry(at.capture).or_default();
            of_capture.note_many(kind, anomaly.count, packet, || format!("echoed in a response: {}", anomaly.detail));
        }
    }

    /// A response may echo an exchange, and what it echoes cannot be known: that is as open as all that is expected of it. It is
    /// told of the exchange that echoes it.
    fn unread(&mut self, plan: &Plan, at: usize, looked: &Looked<'_>, params: &Params, why: &str) {
        let (Some(hop), Some(tally)) = (plan.hops.get(at), self.hops.get_mut(at)) else { return };
        tally.exchanges += 1;
        let open: Open = (0..hop.own).map(|own| (own, Judged::Inconclusive(why.to_owned()))).collect();
        open.iter().for_each(|(own, judged)| tally.count(*own, judged));
        let case = Case::new(looked, std::iter::empty());
        self.book(plan, at, &Verdicts { case, open, variant_notes: Vec::new(), judged: false }, params);
    }
}
