//! Holds what was heard against what was told. What differs is added to a list, so that one run says everything.

use super::heard::{Flow, Heard, Message};
use super::truth::{Connection, ORIGINS_BODY, Told};

/// What differs between a message and what was told of it. Of a message that is not `whole`, the receiver stopped reading
/// within the body.
pub(super) fn differs(heard: &Message, told: &Told, whole: bool) -> Option<String> {
    let words: Vec<_> = told.lines[0].split(' ').collect();
    let asks = (!words[0].starts_with("HTTP/")).then(|| (words[0].to_owned(), words[1].to_owned()));
    let body = if whole {
        (&heard.body, heard.complete, &heard.trailers) == (&told.body, Some(told.whole), &told.trailers)
    } else {
        heard.body.starts_with(&told.body)
    };
    let head = heard.lines == told.lines && heard.fields == told.fields() && heard.asks == asks && !heard.cut;
    (!head || !body).then(|| format!("heard {heard:#?}\ntold {told:#?}"))
}

/// The flow that an origin, or whoever else, saw as this connection.
pub(super) fn flow<'h>(heard: &'h Heard, connection: &Connection) -> Option<&'h Flow> {
    heard.flows.iter().find(|flow| flow.client == connection.peer && flow.server.port() == connection.port)
}

/// The requests on these connections, and no others on them.
pub(super) fn requests(heard: &Heard, connections: &[Connection], wrong: &mut Vec<String>) {
    for connection in connections {
        let Some(flow) = flow(heard, connection) else {
            wrong.push(format!("nothing was heard of {}", connection.peer));
            continue;
        };
        let told = connection.requests();
        if flow.requests.len() != told.len() {
            wrong.push(format!("{}: {} of {} requests", connection.peer, flow.requests.len(), told.len()));
        }
        wrong.extend(flow.requests.iter().zip(&told).filter_map(|(heard, told)| differs(heard, told, true)));
    }
}

/// What the recording origin answered on these connections, each response with the request whose turn it is.
pub(super) fn responses(heard: &Heard, connections: &[Connection], wrong: &mut Vec<String>) {
    for (connection, flow) in connections.iter().filter_map(|connection| Some((connection, flow(heard, connection)?))) {
        let told = connection.responses();
        let lines: Vec<_> = flow.responses.iter().map(|response| response.lines.clone()).collect();
        // A proxy hangs up before the origin has answered what it took for a request and was none.
        let least = if connection.begins_with_proxy_2() { flow.requests.len() } else { told.len() };
        if !told.starts_with(&lines) || lines.len() < least {
            let starts = |all: &[Vec<String>]| all.iter().map(|lines| lines[0].clone()).collect::<Vec<_>>();
            wrong.push(format!("{}: heard {:?}\ntold {:?}", connection.peer, starts(&lines), starts(&told)));
        }
        let finals = flow.responses.iter().filter(|response| !response.lines[0].starts_with("HTTP/1.1 1"));
        let turns: Vec<_> = flow.requests.iter().zip(finals).collect();
        let pairs: Vec<_> = flow.exchanges.iter().filter_map(|(a, b)| a.as_ref().zip(b.as_ref())).collect();
        if pairs != turns {
            wrong.push(format!("{}: {} pairs in {} turns", flow.client, pairs.len(), turns.len()));
        }
        wrong.extend(pairs.iter().filter(|(_, response)| response.body != ORIGINS_BODY).map(|(_, r)| format!("{r:#?}")));
    }
}

#[test]
fn whatever_differs_is_found() {
    let raw =
        "POST /a HTTP/1.1\r\nHost: x\r\nX-A:  1 \r\nX-A: 2\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nT: 1\r\n\r\n";
    let told = Told::of(raw);
    let same = Message {
        lines: told.lines.clone(),
        asks: Some(("POST".to_owned(), "/a".to_owned())),
        fields: told.fields(),
        body: "abc".to_owned(),
        complete: Some(true),
        trailers: vec![("T".to_owned(), "1".to_owned())],
        cut: false,
    };
    assert_eq!(differs(&same, &told, true), None);
    let changes: [fn(&mut Message); 9] = [
        |m| m.lines[0] = m.lines[0].replace("/a", "/b"),
        |m| m.lines[1] = m.lines[1].to_lowercase(),
        |m| m.lines.swap(2, 3),
        |m| m.fields[1].1 = " 1 ".to_owned(),
        |m| drop(m.fields.pop()),
        |m| m.body.push('d'),
        |m| m.complete = Some(false),
        |m| m.trailers.clear(),
        |m| m.cut = true,
    ];
    for (number, change) in changes.iter().enumerate() {
        let mut other = same.clone();
        change(&mut other);
        assert!(differs(&other, &told, true).is_some(), "change {number}");
    }
}
