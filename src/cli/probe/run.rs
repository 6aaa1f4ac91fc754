//! Sends, judges, and tries again where that is asked for.

use std::fs::{self, File};
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use super::super::args::Color;
use super::super::check::{Prepared, refuse};
use super::super::live::{Begun, begin, judge, judged, may_write};
use super::super::talk::Talk;
use super::args::Args;
use crate::exit;
use crate::finding::Outcome;
use crate::live::probe::{Ask, HttpVersion, Plan, Prober, Sent, Target, Trust};
use crate::live::{Recorder, Stop, Told};
use crate::report::count;
use crate::source::{Input, LIVE, Stream};

const COMMENT: &str = "recorded by `hopspec probe` at its sockets: bytes, times and addresses are theirs, the segments are made";

/// How long a request may go on behind the end of the run, and how often it is looked at.
const PATIENCE: Duration = Duration::from_millis(500);
const LOOK: Duration = Duration::from_millis(5);

/// `hopspec probe`
pub(crate) fn run(args: &Args, color: Color, talk: Talk) -> u8 {
    let data = args.data.as_deref().and_then(|data| data.strip_prefix('@')).map(PathBuf::from);
    let besides = data.into_iter().chain(args.cacert.clone()).collect();
    let mut prepared = match Prepared::new(&args.judge, Vec::new(), None, besides, talk) {
        Ok(prepared) => prepared,
        Err(code) => return code,
    };
    if let Err(code) = may_write(&prepared, &args.live, talk) {
        return code;
    }
    let mut plan = match plan(args) {
        Ok(plan) => plan,
        Err((code, why)) => {
            talk.error(why);
            return code;
        }
    };
    let Begun { stop, file, name, foreseen } = match begin(&prepared, &args.live, "probe", talk) {
        Ok(begun) => begun,
        Err(code) => return code,
    };
    // Where a spec says which hop is echoed, the echo is judged where it stands.
    plan.tells_echoes = !foreseen.reads_echoes;
    // Tries stand one behind the other in the file, and packets of each are counted from 1.
    let name = if args.until_met.is_some() { format!("{LIVE}probe") } else { name };
    let tried = |prepared: &mut Prepared| send(&plan, prepared, (file.as_ref(), &name), &stop);
    match args.until_met {
        None => match tried(&mut prepared) {
            Ok(sent) => {
                let code = judge(&prepared, &args.live, &stop, Told::Exchanges, color, talk);
                told(&sent_of(sent, &stop), code, talk)
            }
            Err(why) => unsent(&why, talk),
        },
        Some(wanted) => {
            let mut tries = Tries { wanted, in_a_row: 0, all: 0, last: None };
            loop {
                let sent = match tried(&mut prepared) {
                    Ok(sent) => sent,
                    Err(why) => return unsent(&why, talk),
                };
                match judged(&prepared, &args.live, &stop, Told::Exchanges, talk) {
                    Ok(outcome) => tries.add(outcome, sent_of(sent, &stop), stop.ended().is_some()),
                    Err(error) => return refuse(&error, talk),
                }
                if tries.in_a_row >= wanted || pause(&stop, args.pause) {
                    return tries.end(&prepared, color, talk);
                }
            }
        }
    }
}

fn unsent(why: &str, talk: Talk) -> u8 {
    talk.error(why);
    exit::UNREADABLE
}

/// Tries until so many in a row were met.
struct Tries {
    wanted: u32,
    in_a_row: u32,
    all: u32,
    /// The last try that tells something.
    last: Option<(Outcome, Sent)>,
}

impl Tries {
    fn add(&mut self, outcome: Outcome, sent: Sent, ended: bool) {
        self.all = self.all.saturating_add(1);
        let met = sent.failures.is_empty() && outcome.exit_code == exit::MET;
        self.in_a_row = if met { self.in_a_row.saturating_add(1) } else { 0 };
        // A try that the end of the run cut short tells nothing.
        if !ended || self.last.is_none() || outcome.unselected.exchanges + judged_of(&outcome) > 0 {
            self.last = Some((outcome, sent));
        }
    }

    /// Reports the last try.
    fn end(self, prepared: &Prepared, color: Color, talk: Talk) -> u8 {
        let Self { wanted, in_a_row, all, last } = self;
        let Some((outcome, sent)) = last else { return exit::NOTHING_JUDGED };
        talk.note(format_args!("{in_a_row} of {wanted} tries in a row were met, after {all} in all; the report is of the last"));
        let code = prepared.finish(Ok(outcome), color, talk);
        match told(&sent, code, talk) {
            // The last tries were met, and too few of them.
            exit::MET if in_a_row < wanted => exit::NOTHING_JUDGED,
            code => code,
        }
    }
}

/// Exchanges of any hop.
fn judged_of(outcome: &Outcome) -> u64 {
    outcome.specs.iter().flat_map(|spec| &spec.hops).map(|hop| hop.exchanges).sum()
}

/// Sends in a thread of its own, and puts what is recorded where the judge reads.
fn send(
    plan: &Plan,
    prepared: &mut Prepared,
    (file, name): (Option<&File>, &str),
    stop: &Stop,
) -> Result<thread::JoinHandle<Sent>, String> {
    let file = file.map(File::try_clone).transpose().map_err(|error| format!("--write: {error}"))?;
    let (recorder, reader) = Recorder::new(file, COMMENT, stop);
    let prober = Prober::new(plan.clone(), recorder)?;
    prepared.request.captures = vec![Input::Stream(Stream::new(name, "what was sent and answered", reader))];
    let sending = thread::Builder::new().name("probe".to_owned()).spawn(move || prober.run());
    sending.map_err(|error| format!("there is no thread to send from: {error}"))
}

/// What became of the requests. Behind the end of the run nobody waits for a server that does not answer.
fn sent_of(sent: thread::JoinHandle<Sent>, stop: &Stop) -> Sent {
    let mut left = PATIENCE;
    while !sent.is_finished() {
        if stop.ended().is_some() {
            if left.is_zero() {
                return Sent::default();
            }
            left = left.saturating_sub(LOOK);
        }
        thread::sleep(LOOK);
    }
    sent.join().unwrap_or_default()
}

/// Requests without an answer are told, and lead to exit 4; echoes that show no hop are told.
fn told(sent: &Sent, code: u8, talk: Talk) -> u8 {
    if let Some((lost, why)) = sent.lost_echoes {
        let what = count(lost, "answer");
        talk.note(format_args!(
            "{what} echoed a request that is not judged as a hop of its own: {why}; `echoed_in` in a spec judges it where it stands"
        ));
    }
    sent.failures.iter().for_each(|why| talk.error(why));
    if let Some(why) = &sent.unkept {
        talk.error(format_args!("--write: what was sent and answered could not be kept: {why}"));
    }
    let all_well = sent.failures.is_empty() && sent.unkept.is_none();
    if all_well || code == exit::USAGE { code } else { exit::UNREADABLE }
}

/// Waits before the next try. Whether the run ended meanwhile.
fn pause(stop: &Stop, pause: Duration) -> bool {
    let began = Instant::now();
    while began.elapsed() < pause {
        if stop.ended().is_some() {
            return true;
        }
        thread::sleep(stop.wait().min(pause.saturating_sub(began.elapsed())));
    }
    false
}

/// What is sent, and how; or the exit code, and what is wrong.
fn plan(args: &Args) -> Result<Plan, (u8, String)> {
    let target = Target::parse(&args.url).map_err(|why| (exit::USAGE, why))?;
    let version = match () {
        () if args.http2 || args.http2_prior_knowledge => HttpVersion::Http2,
        () if args.http1_0 => HttpVersion::Http10,
        () => HttpVersion::Http11,
    };
    if args.http2 && !target.tls {
        let why = "--http2 is agreed on in TLS, and this URL is http://; --http2-prior-knowledge speaks it at once";
        return Err((exit::USAGE, why.to_owned()));
    }
    let body = match args.data.as_deref() {
        None => None,
        Some(data) => Some(match data.strip_prefix('@') {
            Some(path) => fs::read(path).map_err(|error| (exit::UNREADABLE, format!("--data {path}: {error}")))?,
            None => data.as_bytes().to_vec(),
        }),
    };
    let method = match &args.method {
        Some(method) => method.clone(),
        None if args.head => "HEAD".to_owned(),
        None if body.is_some() => "POST".to_owned(),
        None => "GET".to_owned(),
    };
    let mut fields = args.fields.clone();
    if let Some(agent) = &args.user_agent {
        fields.insert(0, ("User-Agent".to_owned(), Some(agent.clone())));
    }
    let trust = match &args.cacert {
        Some(path) => Trust::File(path.clone()),
        None if args.insecure => Trust::Anyone,
        None => Trust::System,
    };
    Ok(Plan {
        target,
        ask: Ask { method, request_target: args.request_target.clone(), version, fields, bare: args.bare, body },
        times: args.times,
        apart: args.apart,
        resolve: args.resolve.clone(),
        sni: args.sni.clone(),
        trust,
        proxy: args.proxy_protocol.map(|version| (version.into(), args.proxy_client)),
        timeout: args.timeout,
        tells_echoes: true,
    })
}
