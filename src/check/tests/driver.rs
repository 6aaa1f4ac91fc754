//! Checks messages given as bytes: the wire or a text, without files.

use std::sync::Arc;

use super::super::kinds::Held;
use super::super::outcome::{self, FailOn};
use super::super::plan::Plan;
use super::super::run::Run;
use crate::anomaly::AnomalyKind;
use crate::capture::Timestamp;
use crate::finding::{CaptureOutcome, Outcome, Verdict};
use crate::http::{
    Body, Exchange, Fidelity, HeadBuf, Message, MessageId, MessageKind, MessageSink as _, Origin, Provenance, head_of, parse_head,
};
use crate::source::Summary;
use crate::spec::{self, Loaded, Spec};
use crate::wire::Endpoint;

/// A message with its body, where it is there.
type Said = Option<(HeadBuf, Vec<u8>)>;

/// A spec, params and exchanges.
#[derive(Clone)]
pub(super) struct Check {
    spec: Arc<Spec>,
    params: Vec<(String, String)>,
    show_secrets: bool,
    exchanges: Vec<(Said, Said)>,
    /// The connection of the next messages.
    stream: u32,
    /// Trailers of every response, and whether its body ends.
    trailers: (Vec<(String, String)>, Option<bool>),
}

impl Check {
    pub(super) fn new(spec: &str) -> Self {
        let loaded = spec::parse("specs/t.yaml", "t", spec.as_bytes());
        let spec = match loaded {
            Ok(Loaded::Spec(spec)) => Arc::new(*spec),
            Ok(Loaded::NotASpec) => panic!("not a spec: {spec}"),
            Err(errors) => panic!("{spec}\n{}", errors.iter().map(|e| e.message.clone()).collect::<Vec<_>>().join("\n")),
        };
        Self {
            spec,
            params: Vec::new(),
            show_secrets: false,
            exchanges: Vec::new(),
            stream: 0,
            trailers: (Vec::new(), Some(true)),
        }
    }

    /// Trailers of the responses, and whether their bodies end in the capture.
    pub(super) fn trailers(mut self, trailers: &[(&str, &str)], complete: Option<bool>) -> Self {
        self.trailers = (trailers.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect(), complete);
        self
    }

    /// The same exchanges against another spec.
    pub(super) fn against(self, spec: &str) -> Self {
        Self { spec: Self::new(spec).spec, ..self }
    }

    pub(super) fn params(mut self, params: &[(&str, &str)]) -> Self {
        self.params = params.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        self
    }

    pub(super) fn show_secrets(mut self) -> Self {
        self.show_secrets = true;
        self
    }

    /// A request from 10.0.1.5:41022 to 10.0.2.7:8000, in a packet.
    pub(super) fn request(mut self, head: &str) -> Self {
        let at = self.packet(true);
        self.exchanges.push((Some((parse_head(head.as_bytes(), at, Fidelity::WIRE), Vec::new())), None));
        self
    }

    /// The same, of any bytes.
    pub(super) fn bytes(mut self, head: &[u8]) -> Self {
        let at = self.packet(true);
        self.exchanges.push((Some((parse_head(head, at, Fidelity::WIRE), Vec::new())), None));
        self
    }

    /// The response to the request before.
    pub(super) fn response(mut self, head: &str, body: &[u8]) -> Self {
        let at = self.packet(false);
        let head = parse_head(head.as_bytes(), at, Fidelity::WIRE);
        self.exchanges.last_mut().expect("a request first").1 = Some((head, body.to_vec()));
        self
    }

    /// A request of HTTP/2, with the pseudo-header fields.
    pub(super) fn frames(mut self, fields: &[(&str, &str)]) -> Self {
        let head = head_of(fields, MessageKind::Request, self.packet(true));
        self.exchanges.push((Some((head, Vec::new())), None));
        self
    }

    /// The response to it.
    pub(super) fn frames_answer(mut self, fields: &[(&str, &str)]) -> Self {
        let head = head_of(fields, MessageKind::Response, self.packet(false));
        self.exchanges.last_mut().expect("a request first").1 = Some((head, Vec::new()));
        self
    }

    /// A request whose head is cut in the capture.
    pub(super) fn cut_request(mut self, head: &str) -> Self {
        self = self.request(head);
        if let Some((Some((head, _)), _)) = self.exchanges.last_mut() {
            head.head.flags.insert(AnomalyKind::HeadIncomplete);
        }
        self
    }

    /// A request in a HAR.
    pub(super) fn har(mut self, head: &str) -> Self {
        let number = self.exchanges.len() as u32 + 1;
        let at = Provenance { capture: crate::http::CaptureId(0), origin: Origin::Entry { number, time: None, server: None } };
        self.exchanges.push((Some((parse_head(head.as_bytes(), at, Fidelity::HAR), Vec::new())), None));
        self
    }

    /// A request in a text.
    pub(super) fn text(mut self, head: &str) -> Self {
        let line = self.exchanges.len() as u32 * 100 + 1;
        let at = Provenance { capture: crate::http::CaptureId(0), origin: Origin::Line(line) };
        self.exchanges.push((Some((parse_head(head.as_bytes(), at, Fidelity::TEXT), Vec::new())), None));
        self
    }

    /// The next messages are of another connection.
    pub(super) fn stream(self, stream: u32) -> Self {
        Self { stream, ..self }
    }

    /// Whatever a reader tells of a text, beside the exchanges.
    pub(super) fn read(&self, text: &str) -> Outcome {
        let plan = Plan::compile(&[(Arc::clone(&self.spec), true)], &self.params);
        let mut run = Run::new(&plan, self.show_secrets);
        let mut summaries = Vec::new();
        for part in text.split("\n---\n") {
            let id = run.capture("t.json".to_owned());
            let read = crate::source::read_from(Box::new(std::io::Cursor::new(part.to_owned())), id, &mut run);
            summaries.push(CaptureOutcome { file: "t.json".to_owned(), summary: read.expect("a text with messages") });
        }
        let (tallies, mut findings, _) = run.into_parts();
        let (specs, hop_findings) = outcome::specs(&plan, &tallies, Held::of(&summaries), None);
        findings.extend(hop_findings);
        let exit_code = outcome::exit_code(false, &findings, &specs, FailOn::Error);
        Outcome {
            verdict: Verdict::over(specs.iter().map(|s| s.verdict)),
            exit_code,
            specs,
            findings,
            ..super::super::request::blank()
        }
    }

    fn packet(&self, request: bool) -> Provenance {
        let end = |ip: [u8; 4], port| Endpoint { ip: ip.into(), port };
        let (client, server) = (end([10, 0, 1, 5], 41022), end([10, 0, 2, 7], 8000));
        let (src, dst) = if request { (client, server) } else { (server, client) };
        let packet = self.exchanges.len() as u64 + 1;
        let time = Timestamp::from_nanoseconds(1_592_129_089_000_000_000);
        Provenance { capture: crate::http::CaptureId(0), origin: Origin::Packet { packet, stream: self.stream, time, src, dst } }
    }

    pub(super) fn run(&self) -> Outcome {
        let plan = Plan::compile(&[(Arc::clone(&self.spec), true)], &self.params);
        let mut run = Run::new(&plan, self.show_secrets);
        run.capture("t.pcap".to_owned());
        for (request, response) in &self.exchanges {
            let wanted = |run: &mut Run<'_>, message: &Said, request: Option<&HeadBuf>| {
                let Some((head, bytes)) = message else { return Body::default() };
                let want = run.head(MessageId(0), &head.as_ref(), request.map(HeadBuf::as_ref).as_ref(), None);
                let mut body = Body::of_length(bytes.len() as u64, Some(true));
                if want.sha256 {
                    body = body.with_sha256(<sha2::Sha256 as sha2::Digest>::digest(bytes).into());
                }
                if want.keep > 0 { body.with_kept(bytes.clone()) } else { body }
            };
            let request_body = wanted(&mut run, request, None);
            let mut response_body = wanted(&mut run, response, request.as_ref().map(|(head, _)| head));
            response_body.complete = self.trailers.1;
            for (name, value) in &self.trailers.0 {
                response_body.trailers_mut().push(name.as_bytes(), value.as_bytes());
            }
            let exchange = Exchange {
                request: request.as_ref().map(|(h, _)| Message { head: h.as_ref(), body: &request_body }),
                response: response.as_ref().map(|(h, _)| Message { head: h.as_ref(), body: &response_body }),
                connection: None,
            };
            run.exchange(&exchange);
        }
        let mut captures = vec![CaptureOutcome { file: "t.pcap".to_owned(), summary: Summary::default() }];
        outcome::add_echoed(&mut captures, run.take_echoed());
        let (tallies, mut findings, state) = run.into_parts();
        let (specs, hop_findings) = outcome::specs(&plan, &tallies, state.exchanges > 0, None);
        findings.extend(hop_findings);
        let exit_code = outcome::exit_code(false, &findings, &specs, FailOn::Error);
        Outcome {
            verdict: Verdict::over(specs.iter().map(|s| s.verdict)),
            exit_code,
            specs,
            findings,
            captures,
            unselected: outcome::unselected(&state),
            skipped_specs: 0,
            skipped_captures: 0,
            unreadable: Vec::new(),
            notes: outcome::given_up(&state).into_iter().collect(),
        }
    }

    /// The verdict on the expectation with this subject.
    pub(super) fn verdict(&self, subject: &str) -> Verdict {
        let outcome = self.run();
        let hop = &outcome.specs[0].hops[0];
        let found = hop.expectations.iter().find(|e| e.subject == subject);
        found.unwrap_or_else(|| panic!("no expectation {subject} in {:?}", hop.expectations)).verdict
    }
}

/// The verdict of a spec on one request.
pub(super) fn verdict(spec: &str, request: &str, subject: &str) -> Verdict {
    Check::new(spec).request(request).verdict(subject)
}
