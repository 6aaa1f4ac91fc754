//! What is known to hold from the exchange before is judged and counted as if it were judged anew.

use std::sync::Arc;

use proptest::prelude::*;

use super::super::plan::Plan;
use super::super::run::Run;
use crate::capture::Timestamp;
use crate::finding::Counts;
use crate::http::{
    Body, CaptureId, Connection, Exchange, Fidelity, HeadBuf, Message, MessageSink as _, Origin, Provenance, parse_head,
};
use crate::proxy_protocol::{Addresses, ProxyHeader};
use crate::spec::{self, Loaded};
use crate::wire::Endpoint;

const SPEC: &str = "
hops:
  all:
    client: { ip: 192.0.2.1 }
    proxy: { src: { ip: { cidr: 192.0.2.0/24 } } }
    request:
      version: HTTP/1.1
      method: { one_of: [GET, POST] }
      query: { a: { optional: true, is: integer } }
      headers:
        Host: '${dst}'
        X-From: { optional: true, equals: '${src.ip}' }
        X-Id: { optional: true, regex: '[0-9]+' }
        X-List: { optional: true, lines: { each: { is: integer } } }
        X-Same: '${request.header(\"X-Id\")}'
      cookies: { theme: { optional: true, one_of: [dark, light] } }
      absent: [X-Never, 'X-Bad-*']
      order: [Host, X-Id]
      name_case: exact
    response:
      status: 200
      headers: { Server: { prefix: nginx }, Date: { optional: true, is: http-date } }
      others: allow
  some:
    select: { dst: { port: 9000 } }
    request: { headers: { X-Id: { present: true } }, others: error }
";

pub(super) fn plan(spec: &str) -> Plan {
    let Ok(Loaded::Spec(spec)) = spec::parse("specs/t.yaml", "t", spec.as_bytes()) else { panic!("a spec") };
    Plan::compile(&[(Arc::new(*spec), true)], &[])
}

/// Request, response, and who the connection is said to be for.
pub(super) type Pair = (Option<HeadBuf>, Option<HeadBuf>, Option<u8>);

/// A connection that began with a PROXY protocol header, or without.
fn connection(client: Option<u8>) -> Connection {
    let end = |ip: [u8; 4]| Endpoint { ip: ip.into(), port: 1000 };
    let addresses = client.map(|last| Addresses::Ip { src: end([192, 0, 2, last]), dst: end([10, 0, 0, 2]) });
    let header = addresses.map(|addresses| Box::new(ProxyHeader { version: 1, addresses, ..ProxyHeader::default() }));
    Connection { from_start: true, proxy: header, ..Connection::default() }
}

/// What is counted of exchanges in one run.
pub(super) fn counts(plan: &Plan, exchanges: &[Pair]) -> Vec<Vec<Counts>> {
    let mut run = Run::new(plan, false);
    run.capture("made".to_owned());
    let body = Body::of_length(0, Some(true));
    for (request, response, client) in exchanges {
        let connection = connection(*client);
        let exchange = Exchange {
            request: request.as_ref().map(|head| Message { head: head.as_ref(), body: &body }),
            response: response.as_ref().map(|head| Message { head: head.as_ref(), body: &body }),
            connection: Some(&connection),
        };
        run.exchange(&exchange);
    }
    run.into_parts().0.into_iter().map(|hop| hop.counts).collect()
}

fn head(text: &str, src: Endpoint, dst: Endpoint) -> HeadBuf {
    let origin = Origin::Packet { packet: 1, stream: 0, time: Timestamp::default(), src, dst };
    parse_head(text.as_bytes(), Provenance { capture: CaptureId(0), origin }, Fidelity::WIRE)
}

pub(super) fn exchange() -> impl Strategy<Value = Pair> {
    let line = prop_oneof![
        6 => Just("Host: 10.0.0.2:9000\r\n"), 2 => Just("Host: 10.0.0.2:80\r\n"), 4 => Just("X-Id: 1\r\n"), 3 => Just("X-Id: 2\r\n"),
        1 => Just("X-Id: 77\r\n"), 1 => Just("x-id: 1\r\n"), 2 => Just("X-Id: a\r\n"), 2 => Just("X-From: 10.0.0.1\r\n"),
        2 => Just("X-List: 1\r\n"), 1 => Just("X-List: b\r\n"), 2 => Just("Cookie: theme=dark\r\n"), 1 => Just("Cookie: theme=mild\r\n"),
        2 => Just("X-Same: 1\r\n"), 1 => Just("X-Never: 1\r\n"), 1 => Just("X-Bad-1: 1\r\n"), 1 => Just("X-Fold: a\r\n b\r\n"),
    ];
    let start = prop_oneof![
        4 => Just("GET /?a=1 HTTP/1.1\r\n"), 1 => Just("GET /?a=b HTTP/1.1\r\n"), 1 => Just("PUT / HTTP/1.1\r\n"), 1 => Just("GET / HTTP/1.0\r\n"),
    ];
    let status = prop_oneof![6 => Just("HTTP/1.1 200 OK\r\n"), 1 => Just("HTTP/1.1 404 Not Found\r\n")];
    let answer = prop_oneof![
        6 => Just("Server: nginx\r\n"), 2 => Just("Server: other\r\n"), 2 => Just("Date: Sun, 14 Jun 2020 10:04:49 GMT\r\n"), 1 => Just("Date: x\r\n"),
    ];
    let lines = proptest::collection::vec(line, 0..5);
    let answers = proptest::collection::vec(answer, 0..3);
    (start, lines, status, answers, 1..3u8, prop_oneof![Just(9000u16), Just(80)], 0..12u8, proptest::option::of(1..3u8)).prop_map(
        |(start, lines, status, answers, client, port, missing, proxied)| {
            let src = Endpoint { ip: std::net::Ipv4Addr::new(10, 0, 0, client).into(), port: 40000 };
            let dst = Endpoint { ip: std::net::Ipv4Addr::new(10, 0, 0, 2).into(), port };
            let request = (missing != 0).then(|| head(&format!("{start}{}\r\n", lines.concat()), src, dst));
            let response = (missing != 1).then(|| head(&format!("{status}{}\r\n", answers.concat()), dst, src));
            (request, response, proxied)
        },
    )
}

/// What is counted of all in one run is the sum of what is counted of each in a run of its own.
pub(super) fn one_run_is_many(plan: &Plan, exchanges: &[Pair]) {
    let mut sum = counts(plan, &exchanges[..1]);
    for one in &exchanges[1..] {
        for (hop, more) in sum.iter_mut().zip(counts(plan, std::slice::from_ref(one))) {
            for (counts, more) in hop.iter_mut().zip(more) {
                counts.met += more.met;
                counts.violated += more.violated;
                counts.inconclusive += more.inconclusive;
            }
        }
    }
    assert_eq!(counts(plan, exchanges), sum);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn one_run_counts_as_many_do(
        kinds in proptest::collection::vec(exchange(), 1..6), sequence in proptest::collection::vec(0..6usize, 1..40),
    ) {
        let exchanges: Vec<Pair> = sequence.iter().map(|at| kinds[at % kinds.len()].clone()).collect();
        one_run_is_many(&plan(SPEC), &exchanges);
    }
}
