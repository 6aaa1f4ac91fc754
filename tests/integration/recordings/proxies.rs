//! Real proxies: on both hops hopspec reads what the client sent and what the origin received, and nothing else.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::heard::{Flow, Heard, Message, hear};
use super::recording;
use super::truth::{Connection, ORIGINS_BODY, Recorded, Told, last_packet, received, recorded};
use crate::shipped::files;

/// What differs between a message and what was told of it.
fn differs(heard: &Message, told: &Told, whole: bool) -> Option<String> {
    let asks = told.lines[0].split(' ').collect::<Vec<_>>();
    let asks = (!asks[0].starts_with("HTTP/")).then(|| (asks[0].to_owned(), asks[1].to_owned()));
    let body = if whole { heard.body == told.body } else { heard.body.starts_with(&told.body) };
    let same = heard.lines == told.lines
        && heard.fields == told.fields()
        && heard.asks == asks
        && body
        && (!whole || (heard.complete == Some(told.whole) && heard.trailers == told.trailers))
        && !heard.cut;
    (!same).then(|| format!("heard {heard:#?}\ntold {told:#?}"))
}

/// The proxies with a recording in this folder, by name.
fn names(folder: &Path) -> Vec<String> {
    let captures = files(folder).into_iter().filter(|path| path.extension().is_some_and(|ending| ending == "pcap"));
    captures.map(|path| path.file_stem().unwrap().to_string_lossy().into_owned()).collect()
}

fn flow<'h>(heard: &'h Heard, connection: &Connection) -> Option<&'h Flow> {
    heard.flows.iter().find(|flow| flow.client == connection.peer && flow.server.port() == connection.port)
}

/// The hop proxy → origin.
fn at_the_origin(heard: &Heard, truth: &[Recorded], wrong: &mut Vec<String>) {
    let connections = Connection::all(truth);
    assert!(!connections.is_empty());
    for connection in &connections {
        let Some(flow) = flow(heard, connection) else {
            wrong.push(format!("nothing was heard of {}", connection.peer));
            continue;
        };
        let requests = connection.requests();
        if flow.requests.len() != requests.len() {
            wrong.push(format!("{}: {} of {} requests", connection.peer, flow.requests.len(), requests.len()));
        }
        wrong.extend(flow.requests.iter().zip(&requests).filter_map(|(heard, told)| differs(heard, told, true)));
        // A proxy hangs up before the origin has answered what it took for a request and was none.
        let responses = connection.responses();
        let heard: Vec<_> = flow.responses.iter().map(|response| response.lines.clone()).collect();
        let extra = connection.raw[0] == "\r\n\r\n";
        if !responses.starts_with(&heard) || heard.len() < if extra { requests.len() } else { responses.len() } {
            let starts = |all: &[Vec<String>]| all.iter().map(|lines| lines[0].clone()).collect::<Vec<_>>();
            wrong.push(format!("{}: heard {:?}\ntold {:?}", connection.peer, starts(&heard), starts(&responses)));
        }
        paired(flow, wrong);
    }
    let port = connections[0].port;
    let more = heard.flows.iter().filter(|flow| flow.server.port() == port).count();
    if more != connections.len() {
        wrong.push(format!("messages on {more} connections, where the origin saw {}", connections.len()));
    }
}

/// Every request has the final response that came in its turn, with the origin's body.
fn paired(flow: &Flow, wrong: &mut Vec<String>) {
    let finals = flow.responses.iter().filter(|r| !r.lines[0].starts_with("HTTP/1.1 1"));
    let turns: Vec<_> = flow.requests.iter().zip(finals).collect();
    let pairs: Vec<_> = flow.exchanges.iter().filter_map(|(a, b)| a.as_ref().zip(b.as_ref())).collect();
    if pairs != turns {
        wrong.push(format!("{}: {} pairs, {} turns, {} requests", flow.client, pairs.len(), turns.len(), flow.requests.len()));
    }
    wrong.extend(pairs.iter().filter(|(_, response)| response.body != ORIGINS_BODY).map(|(_, r)| format!("{r:#?}")));
}

/// The hop client → proxy: five connections with one request each, in this order.
fn at_the_client(heard: &Heard, client: &Path, wrong: &mut Vec<String>) {
    let json = |path: &Path| -> Value { serde_json::from_slice(&fs::read(path).unwrap()).unwrap() };
    let (sent, seen) = (json(&recording("proxies/recorded/sent.json")), json(client));
    let front: Vec<&Flow> =
        heard.flows.iter().filter(|flow| (18_000..18_100).contains(&flow.server.port()) && !flow.requests.is_empty()).collect();
    if front.len() != 5 {
        wrong.push(format!("{} of 5 requests of the client", front.len()));
    }
    for (flow, name) in front.iter().zip(["GET", "MIN", "POST", "POSTCL", "HTTP10"]) {
        let [request] = &flow.requests[..] else {
            wrong.push(format!("{name}: {:#?}", flow.requests));
            continue;
        };
        wrong.extend(differs(request, &Told::of(sent[name].as_str().unwrap()), true));
        let responses = received(seen["client_sees"][name].as_str().unwrap());
        if flow.responses.len() != responses.len() {
            wrong.push(format!("{name}: heard {:#?}\ntold {responses:#?}", flow.responses));
        }
        // The client stops reading once it has seen the body's text.
        wrong.extend(flow.responses.iter().zip(&responses).filter_map(|(heard, told)| differs(heard, told, false)));
        let pair = (Some(request.clone()), flow.responses.last().cloned());
        if flow.exchanges != [pair] {
            wrong.push(format!("{name}: {:#?}", flow.exchanges));
        }
    }
}

/// Both hops of every proxy in a folder.
fn both_hops(folder: &Path) -> usize {
    let mut all = Vec::new();
    let names = names(folder);
    for name in &names {
        let beside = folder.join("recorded");
        let heard = hear(&folder.join(format!("{name}.pcap")));
        let mut wrong = Vec::new();
        let truth = beside.join(format!("{name}.jsonl"));
        if truth.is_file() {
            // tcpdump was ended before it had written its buffer: the last health checks may be missing.
            let last = last_packet(&folder.join(format!("{name}.pcap")));
            let truth: Vec<_> = recorded(&truth).into_iter().filter(|r| r.time <= last).collect();
            at_the_origin(&heard, &truth, &mut wrong);
        }
        let client = beside.join(format!("{name}.client.json"));
        if client.is_file() {
            at_the_client(&heard, &client, &mut wrong);
        }
        all.extend(wrong.into_iter().map(|wrong| format!("{name}: {wrong}")));
    }
    assert!(all.is_empty(), "{}", all.join("\n\n"));
    names.len()
}

#[test]
fn both_hops_of_every_proxy_are_as_client_and_origin_say() {
    assert_eq!(both_hops(&recording("proxies")), 17);
}
