//! Would every shipped expectation notice? Generic over all specs: the evidence of each is changed in the one thing that an
//! expectation is about (removed, altered, repeated, added, put elsewhere), and the finding is asserted, not only the exit
//! code: an exchange that is no longer selected would be no finding at all. Changes that are legal are named, with why.

use crate::kit::{
    Carrier, Format, Link, Message, Run, Spoken, Traffic, check, interleaved, packets, read_exchanges, root, write_file,
};
use crate::shipped::{files, shipped};
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
];

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
    files(&folder).iter().flat_map(|file| read_exchanges(file)).collect()
}

fn run(spec: &Spec, traffic: &Traffic) -> Run {
    check(&pcap(traffic), "pcap", &["-s", &format!("specs/{}.yaml", spec.name)])
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
    for spec in shipped() {
        let all = evidence(&spec);
        assert!(!all.is_empty(), "{} has no evidence in a folder", spec.name);
        for spoken in all {
            let run = run(&spec, &spoken.traffic());
            assert_eq!(run.code, 0, "{}: {run:#?}", spec.name);
        }
    }
}

#[test]
fn every_shipped_expectation_notices_what_breaks_it() {
    let mut missed = Vec::new();
    let mut used = vec![false; LEGAL.len()];
    for spec in shipped() {
        let evidence: Vec<Traffic> = evidence(&spec).iter().map(Spoken::traffic).collect();
        for hop in &spec.hops {
            for (variant, side, expectation) in expectations(hop).filter(|(.., e)| e.severity == Severity::Error) {
                let (subject, changes) = changes(side, expectation);
                for change in changes {
                    let what = format!("{} {variant}: {subject}: {change:?}", spec.name);
                    let Some(changed) = evidence.iter().find_map(|traffic| apply(change, side, expectation, traffic)) else {
                        missed.push(format!("{what}: no evidence has it"));
                        continue;
                    };
                    let run = run(&spec, &changed);
                    if run.exchanges(&spec.name, &hop.name.value) == 0 {
                        missed.push(format!("{what}: no longer selected"));
                        continue;
                    }
                    let found = run.errors().iter().any(|(_, found)| match &expectation.claim {
                        Claim::NameCase(_) => found.starts_with(&subject),
                        _ => found.eq_ignore_ascii_case(&subject),
                    });
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
