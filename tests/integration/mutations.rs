//! Would every shipped expectation notice? Generic over all specs: the evidence of each is changed in the one thing that an
//! expectation is about (removed, altered, repeated, added, put elsewhere), and the finding is asserted, not only the exit
//! code: an exchange that is no longer selected would be no finding at all. Changes that are legal are named, with why. Of the
//! specs of AWS; those of proxies are about two hops, and another proxy's capture is what breaks them (`proxies`).

use crate::events::is_of_events;
use crate::kit::{
    Carrier, Format, Link, Message, Run, Spoken, Traffic, check, interleaved, packets, read_exchanges, root, write_file,
    wrong_table,
};
use crate::shipped::{files, shipped_aws};
use hopspec::spec::{Claim, Expectation, Hop, JsonStep, OrderItem, Part, Severity, Side, Spec};

/// What is done to the evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    Remove,
    Alter,
    Repeat,
    Add,
    Move,
    Lower,
}

/// A change that an expectation allows.
#[derive(Debug)]
struct Legal {
    spec: &'static str,
    /// Of this variant's expectation only; `""` of every one.
    variant: &'static str,
    subject: &'static str,
    change: Change,
    why: &'static str,
}

const fn legal(spec: &'static str, variant: &'static str, subject: &'static str, change: Change, why: &'static str) -> Legal {
    Legal { spec, variant, subject, change, why }
}

const LEGAL: &[Legal] = &[
    legal(
        "aws/alb/health-check",
        "",
        "request.target",
        Change::Alter,
        "a target group may have any path; it is judged where the param `health_path` says which",
    ),
    legal("aws/alb/forward", "", "request.header.X-Forwarded-For", Change::Remove, "none is the variant `remove`"),
    legal(
        "aws/alb/forward",
        "append",
        "request.order",
        Change::Move,
        "where a client's own line stands is not known, so that it is the variant `preserve`",
    ),
    legal(
        "aws/alb/forward",
        "",
        "request.header.X-Forwarded-For",
        Change::Repeat,
        "lines of a list are one list (RFC 9110 §5.3), and a client may have sent the first of them",
    ),
    legal(
        "aws/api-gateway/http-proxy-via-alb",
        "",
        "request.header.X-Forwarded-For",
        Change::Repeat,
        "lines of a list are one list (RFC 9110 §5.3), and a client may have sent the first of them",
    ),
    legal(
        "aws/api-gateway/http-proxy-via-alb",
        "",
        "request.header.User-Agent",
        Change::Alter,
        "it is the client's, whatever it says; that API Gateway's stands there is found (kit/wrong)",
    ),
    legal(
        "aws/api-gateway/lambda-proxy",
        "",
        "response.body.json.resource",
        Change::Alter,
        "an API may have any; that `resourcePath` is another is found by a check",
    ),
    legal(
        "aws/api-gateway/lambda-proxy",
        "",
        "response.body.json.path",
        Change::Alter,
        "with `requestContext.path` it is judged",
    ),
    legal(
        "aws/api-gateway/lambda-proxy",
        "regional",
        "response.body.json.headers",
        Change::Alter,
        "it says of them only what a regional API never has; all else is said of each",
    ),
    legal(
        "aws/s3/rest",
        "",
        "request.header.x-amz-content-sha256",
        Change::Remove,
        "a presigned request and one for a public object have none; with Authorization a check warns",
    ),
    legal("aws/s3/rest", "", "request.header.x-amz-decoded-content-length", Change::Remove, "a check finds it"),
    legal("aws/s3/rest", "", "response.header.ETag", Change::Remove, "only objects have one"),
    legal("aws/s3/rest", "public", "request.target", Change::Alter, "any object may be asked for"),
];

/// What the program must be told, so that a change does not take away the only sign of the hop.
const TOLD: &[(&str, &str, Change, &str)] = &[(
    "aws/api-gateway/http-proxy-via-alb",
    "request.header.x-amzn-apigateway-api-id",
    Change::Remove,
    "api_only_host=notes-alb-104729351.ap-northeast-1.elb.amazonaws.com",
)];

/// The name of a subject as the machine formats have it, and the changes that can break the expectation.
pub(crate) fn changes(side: Side, expectation: &Expectation) -> (String, Vec<Change>) {
    use Change::{Add, Alter, Lower, Move, Remove, Repeat};
    let side = side.name();
    match &expectation.claim {
        Claim::Part { part, value } => {
            // Whatever is there is right, however often.
            let any = value.meta.present;
            match part {
                Part::Field(name) => {
                    let of_field = if any { vec![Remove] } else { vec![Remove, Alter, Repeat] };
                    (format!("{side}.header.{name}"), of_field)
                }
                Part::BodyJson { path, .. } => {
                    (format!("{side}.body.json.{path}"), if any { vec![Remove] } else { vec![Remove, Alter] })
                }
                Part::Query(name) => (format!("{side}.query.{name}"), vec![Remove, Alter]),
                Part::Method => (format!("{side}.method"), vec![Alter]),
                Part::Target => (format!("{side}.target"), vec![Alter]),
                Part::Path => (format!("{side}.path"), vec![Alter]),
                Part::Version => (format!("{side}.version"), vec![Alter]),
                Part::Status => (format!("{side}.status"), vec![Alter]),
                other => panic!("{other:?} has no change yet: teach this test"),
            }
        }
        Claim::Absent(name) => (format!("{side}.header.{}", name.replace('*', "Added")), vec![Add]),
        Claim::Others => (format!("{side}.header.X-Added"), vec![Add]),
        Claim::BodyOthers => (format!("{side}.body.json.added"), vec![Add]),
        Claim::Order(_) => (format!("{side}.order"), vec![Move]),
        Claim::NameCase(_) => (format!("{side}.header."), vec![Lower]),
        Claim::FieldNameCase(name, _) => (format!("{side}.header.{name}"), vec![Lower]),
        Claim::Check(check) => panic!("`{}` is of the hop, not of a message", check.id),
        Claim::Related { .. } | Claim::Removed(_) | Claim::OthersPreserved => {
            panic!("{:?} is about two messages, and this test changes one", expectation.claim)
        }
    }
}

/// Makes the change; `None` where this exchange has not what it is about.
pub(crate) fn apply(change: Change, side: Side, expectation: &Expectation, to: &Traffic) -> Option<Traffic> {
    let mut traffic = to.clone();
    let message = match side {
        Side::Request => &mut traffic.request,
        Side::Response => &mut traffic.response,
    };
    match (&expectation.claim, change) {
        (Claim::Part { part: Part::Field(name), .. }, change) => {
            let value = message.value(name)?.to_owned();
            match change {
                Change::Remove => message.remove(name),
                Change::Alter => message.set(name, format!("{value} altered")),
                Change::Repeat => message.repeat(name),
                _ => return None,
            }
        }
        (Claim::Part { part: Part::Query(name), .. }, change) => alter_query(message, name, change)?,
        (Claim::Part { part: Part::BodyJson { steps, .. }, .. }, change) => alter_json(message, steps, change)?,
        (Claim::Part { part, .. }, Change::Alter) => message.start = altered_start(&message.start, part)?,
        (Claim::Absent(name), Change::Add) => message.add(&name.replace('*', "Added"), "added"),
        (Claim::BodyOthers, Change::Add) => {
            let mut body: serde_json::Value = serde_json::from_slice(&message.body).ok()?;
            body.as_object_mut()?.insert("added".to_owned(), 1.into());
            message.set_body(body.to_string());
        }
        (Claim::Others, Change::Add) => message.add("X-Added", "added"),
        (Claim::Order(items), Change::Move) => {
            let named = |item: &OrderItem| match item {
                OrderItem::Name(name) => message.position(name),
                OrderItem::Others => None,
            };
            let places: Vec<usize> = items.iter().filter_map(named).collect();
            let (first, last) = (*places.first()?, *places.last()?);
            (first != last).then_some(())?;
            let line = message.fields.remove(first);
            message.fields.insert(last, line);
        }
        (Claim::NameCase(_) | Claim::FieldNameCase(..), Change::Lower) => message.lower_names(),
        _ => return None,
    }
    Some(traffic)
}

/// Takes a name out of the query of the target, or writes something behind its value.
fn alter_query(message: &mut Message, name: &str, change: Change) -> Option<()> {
    let (before, query) = message.start.split_once('?')?;
    let (query, version) = query.split_once(' ')?;
    let is_it = |part: &&str| part.split('=').next() == Some(name);
    query.split('&').find(is_it)?;
    let parts: Vec<String> = match change {
        Change::Remove => query.split('&').filter(|part| !is_it(part)).map(str::to_owned).collect(),
        Change::Alter => {
            query.split('&').map(|part| if is_it(&part) { format!("{part}%20altered") } else { part.to_owned() }).collect()
        }
        _ => return None,
    };
    message.start = format!("{before}?{} {version}", parts.join("&"));
    Some(())
}

fn altered_start(start: &str, part: &Part) -> Option<String> {
    let mut words: Vec<String> = start.splitn(3, ' ').map(str::to_owned).collect();
    let word = match part {
        Part::Method => words.get_mut(0)?,
        Part::Target | Part::Path => words.get_mut(1)?,
        Part::Status => {
            let status = words.get_mut(1)?;
            "599".clone_into(status);
            return Some(words.join(" "));
        }
        Part::Version => {
            let altered = words.iter_mut().find(|word| word.starts_with("HTTP/"))?;
            "HTTP/1.0".clone_into(altered);
            return Some(words.join(" "));
        }
        _ => return None,
    };
    word.push_str("ALTERED");
    Some(words.join(" "))
}

fn alter_json(message: &mut Message, steps: &[JsonStep], change: Change) -> Option<()> {
    let mut body: serde_json::Value = serde_json::from_slice(&message.body).ok()?;
    let (JsonStep::Key(last), before) = steps.split_last()? else { return None };
    let parent = before.iter().try_fold(&mut body, |json, step| match step {
        JsonStep::Key(key) => json.get_mut(key),
        JsonStep::Index(index) => json.get_mut(usize::try_from(*index).ok()?),
    })?;
    let member = parent.get_mut(last)?;
    match change {
        Change::Alter => *member = format!("{} altered", member.as_str().unwrap_or_default()).into(),
        Change::Remove => {
            parent.as_object_mut()?.shift_remove(last);
        }
        _ => return None,
    }
    message.set_body(body.to_string());
    Some(())
}

/// The exchanges of a spec's evidence.
pub(crate) fn evidence(spec: &Spec) -> Vec<Spoken> {
    let folder = root().join("captures").join(&spec.name);
    // Events, and what was logged beside them, are changed where they are JSON (events.rs).
    let packed = |file: &&std::path::PathBuf| file.extension().is_some_and(|ending| ending == "pcap");
    files(&folder).iter().filter(packed).flat_map(|file| read_exchanges(file)).collect()
}

fn run(spec: &Spec, traffic: &Traffic, told: Option<&str>) -> Run {
    let path = format!("specs/{}.yaml", spec.name);
    let mut arguments = vec!["-s", &path];
    arguments.extend(told.into_iter().flat_map(|param| ["--param", param]));
    check(&pcap(traffic), "pcap", &arguments)
}

/// The traffic as a capture.
pub(crate) fn pcap(traffic: &Traffic) -> Vec<u8> {
    write_file(
        &packets(&interleaved(&[traffic.conversation(1)]), Carrier::ETHERNET),
        Link::Ethernet,
        Format::Pcap { big_endian: false, nanoseconds: false },
    )
}

/// The expectations of a hop and of its variants, with the variant's name.
pub(crate) fn expectations(hop: &Hop) -> impl Iterator<Item = (&str, Side, &Expectation)> {
    let own = [("", &hop.request, &hop.response)];
    own.into_iter()
        .chain(hop.variants.iter().map(|v| (v.name.value.as_str(), &v.request, &v.response)))
        .flat_map(|(variant, request, response)| [(variant, Side::Request, request), (variant, Side::Response, response)])
        .flat_map(|(variant, side, message)| message.expectations.iter().map(move |e| (variant, side, e)))
}

#[test]
fn the_evidence_is_met_when_it_is_only_packed_anew() {
    for spec in shipped_aws() {
        let all = evidence(&spec);
        assert!(!all.is_empty(), "{} has no evidence in a folder", spec.name);
        for spoken in all {
            let run = run(&spec, &spoken.traffic(), None);
            assert_eq!(run.code, 0, "{}: {run:#?}", spec.name);
        }
    }
}

#[test]
fn every_shipped_expectation_notices_what_breaks_it() {
    let mut missed = Vec::new();
    let mut used = vec![false; LEGAL.len()];
    for spec in shipped_aws() {
        let evidence: Vec<Traffic> = evidence(&spec).iter().map(Spoken::traffic).collect();
        for hop in spec.hops.iter().filter(|hop| !is_of_events(hop)) {
            for (variant, side, expectation) in expectations(hop).filter(|(.., e)| e.severity == Severity::Error) {
                let (subject, changes) = changes(side, expectation);
                for change in changes {
                    let what = format!("{} {variant}: {subject}: {change:?}", spec.name);
                    let changed: Vec<Traffic> =
                        evidence.iter().filter_map(|traffic| apply(change, side, expectation, traffic)).collect();
                    if changed.is_empty() {
                        missed.push(format!("{what}: no evidence has it"));
                        continue;
                    }
                    let is_told =
                        |(of, about, by, _): &&(&str, &str, Change, &str)| *of == spec.name && *about == subject && *by == change;
                    let told = TOLD.iter().find(is_told).map(|(.., param)| *param);
                    let names_it = |run: &Run| {
                        run.errors().iter().any(|(_, found)| match &expectation.claim {
                            Claim::NameCase(_) => found.starts_with(&subject),
                            _ => found.eq_ignore_ascii_case(&subject),
                        })
                    };
                    // What one way of configuration breaks may be right in another: some evidence must show it.
                    let mut last = None;
                    for traffic in &changed {
                        let run = run(&spec, traffic, told);
                        let found = names_it(&run);
                        last = Some((run, found));
                        if found {
                            break;
                        }
                    }
                    let Some((run, found)) = last else { continue };
                    if run.exchanges(&spec.name, &hop.name.value) == 0 {
                        missed.push(format!("{what}: no longer selected"));
                        continue;
                    }
                    let legal = LEGAL.iter().position(|row| {
                        let of = row.variant.is_empty() || row.variant == variant;
                        of && row.spec == spec.name && row.subject == subject && row.change == change
                    });
                    match (legal, found) {
                        (Some(row), false) => used[row] = true,
                        (Some(row), true) => missed.push(format!("{what}: a finding, though legal: {}", LEGAL[row].why)),
                        (None, true) => {}
                        (None, false) => missed.push(format!("{what}: no finding, but {:?} and exit {}", run.errors(), run.code)),
                    }
                }
            }
        }
    }
    for (row, _) in LEGAL.iter().zip(used).filter(|(_, used)| !used) {
        missed.push(format!("{row:?} is a legal change that no expectation meets"));
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

/// A check is about several things at once, so what breaks it is a case of its own (kit/wrong).
#[test]
fn every_shipped_check_has_a_case_that_breaks_it() {
    let cases = wrong_table();
    for spec in shipped_aws() {
        let hops = spec.hops.iter().filter(|hop| !is_of_events(hop));
        for expectation in hops.flat_map(|hop| &hop.checks).filter(|e| e.severity == Severity::Error) {
            let Claim::Check(check) = &expectation.claim else { continue };
            let subject = format!("check.{}", check.id);
            assert!(cases.iter().any(|case| case.hop.spec() == spec.name && case.subject == subject), "{}: {subject}", spec.name);
        }
    }
}
