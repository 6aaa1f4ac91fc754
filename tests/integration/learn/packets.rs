//! Drafts of packets made in memory: several ports, a proxy between, health checks, responses alone.

use std::net::SocketAddr;
use std::path::Path;

use hopspec::check::{CheckRequest, check};
use hopspec::finding::Outcome;
use hopspec::learn::{LearnRequest, Learned, learn};
use hopspec::source::Input;
use hopspec::spec::{Loaded, Severity, parse, warnings};
use proptest::prelude::*;

use crate::kit::{Carrier, Conversation, Format, Message, interleaved, packets, write_file};

/// A capture of connections.
fn pcap(conversations: &[Conversation]) -> Vec<u8> {
    let carrier = Carrier::ETHERNET;
    let format = Format::Pcap { big_endian: false, nanoseconds: false };
    write_file(&packets(&interleaved(conversations), carrier), carrier.link, format)
}

fn ok() -> Message {
    Message::new("HTTP/1.1 200 OK").with("Server", "app").with_body("ok")
}

fn get(path: &str) -> Message {
    Message::new(format!("GET {path} HTTP/1.1"))
}

fn address(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

/// A connection of one exchange, the `number`th of a capture.
fn talk(number: u64, client: &str, server: &str, request: &Message) -> Conversation {
    let port = 40_000 + u16::try_from(number).unwrap();
    let client = SocketAddr::new(client.parse().unwrap(), port);
    Conversation::new(client, address(server)).exchange(request, &ok()).later(number * 1_000_000_000)
}

/// Learns, and holds the draft against the capture.
#[track_caller]
fn held(bytes: &[u8]) -> Learned {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.pcap");
    std::fs::write(&path, bytes).unwrap();
    let learned = learn(&LearnRequest { captures: vec![Input::File(path.clone())], ..LearnRequest::default() }).unwrap();
    if let Some(spec) = &learned.spec {
        holds(&path, spec, &learned);
    }
    learned
}

#[track_caller]
fn holds(path: &Path, spec: &str, learned: &Learned) {
    let Ok(Loaded::Spec(read)) = parse("a.yaml", "a", spec.as_bytes()) else { panic!("{spec}") };
    assert_eq!(warnings(&read, false).len(), 0, "{:#?}\n{spec}", warnings(&read, false));
    let captures = vec![Input::File(path.to_owned())];
    let outcome: Outcome =
        check(&CheckRequest { spec_texts: vec![spec.to_owned()], captures, ..CheckRequest::default() }).unwrap();
    let wrong: Vec<_> = outcome.findings.iter().filter(|finding| finding.severity == Severity::Error).collect();
    assert!(wrong.is_empty(), "{wrong:#?}\n{spec}");
    let hops: Vec<u64> = outcome.specs.iter().flat_map(|spec| &spec.hops).map(|hop| hop.exchanges).collect();
    assert!(hops.iter().all(|exchanges| *exchanges > 0), "{hops:?}\n{spec}");
    assert_eq!(hops.iter().sum::<u64>() + outcome.unselected.exchanges, learned.exchanges, "{spec}");
    assert!(outcome.unselected.exchanges <= learned.left_over, "{spec}");
}

/// The names of the hops of a draft.
fn names(learned: &Learned) -> Vec<String> {
    let spec = learned.spec.as_deref().unwrap();
    let is_hop = |line: &&str| line.starts_with("  ") && !line.starts_with("   ") && line.ends_with(':');
    spec.lines().filter(is_hop).map(|line| line.trim().trim_end_matches(':').to_owned()).collect()
}

#[test]
fn a_proxy_between_makes_two_hops_of_one_port() {
    let request = get("/").with("Host", "a.example").with("User-Agent", "curl/8.0");
    let forwarded = request.clone().with("X-Forwarded-For", "192.0.2.9").with("Via", "1.1 p");
    let conversations: Vec<Conversation> = (0..3)
        .flat_map(|n| [talk(2 * n, "192.0.2.9", "10.0.0.5:80", &request), talk(2 * n + 1, "10.0.0.5", "10.0.1.7:80", &forwarded)])
        .collect();
    let learned = held(&pcap(&conversations));
    assert_eq!(names(&learned), ["port-80", "port-80-forwarded"]);
    let spec = learned.spec.unwrap();
    assert!(spec.contains("request: { absent: [X-Forwarded-For, Via] }"), "{spec}");
    // Without a proxy that is a client of its own port, who brings such a field is a client like others.
    let several: Vec<Conversation> =
        (0..4).map(|n| talk(n, "192.0.2.9", "10.0.0.5:80", if n % 2 == 0 { &request } else { &forwarded })).collect();
    assert_eq!(names(&held(&pcap(&several))), ["port-80"]);
}

#[test]
fn health_checks_stand_apart() {
    let client = get("/").with("Host", "a.example").with("User-Agent", "curl/8.0");
    let bare = get("/healthz").with("Host", "10.0.1.7:8000");
    let own = get("/ping").with("Host", "10.0.1.7:8000").with("User-Agent", "Go-http-client/1.1");
    let alb = get("/").with("Host", "10.0.1.7:8000").with("User-Agent", "ELB-HealthChecker/2.0");
    let requests = [&client, &bare, &own, &alb];
    let all: Vec<Conversation> = (0..16).map(|n| talk(n, "10.0.0.5", "10.0.1.7:8000", requests[n as usize % 4])).collect();
    let learned = held(&pcap(&all));
    assert_eq!(names(&learned), ["port-8000", "port-8000-probe", "port-8000-probe-2", "port-8000-elb-health-check"]);
    // Twice is not again and again.
    let few: Vec<Conversation> = (0..4).map(|n| talk(n, "10.0.0.5", "10.0.1.7:8000", requests[n as usize % 2])).collect();
    assert_eq!(names(&held(&pcap(&few))), ["port-8000"]);
    // Nor is it a probe that somebody asks with cookies, too.
    let cookie = bare.clone().with("Cookie", "a=b");
    let mixed: Vec<Conversation> =
        (0..8).map(|n| talk(n, "10.0.0.5", "10.0.1.7:8000", [&bare, &bare, &bare, &cookie][n as usize % 4])).collect();
    assert_eq!(names(&held(&pcap(&mixed))), ["port-8000"]);
}

#[test]
fn a_probe_is_found_among_many_other_requests() {
    let once = |n: u64| get(&format!("/page-{n}"));
    let probe = get("/healthz").with("Host", "10.0.1.7:8000");
    let request = |n: u64| if n % 4 == 3 { probe.clone() } else { once(n) };
    let all: Vec<Conversation> = (0..80).map(|n| talk(n, "10.0.0.5", "10.0.1.7:8000", &request(n))).collect();
    let learned = held(&pcap(&all));
    assert_eq!(names(&learned), ["port-8000", "port-8000-probe"]);
    assert!(learned.spec.unwrap().contains("    # 20 exchanges, "));
}

/// A select takes any line of a field that is repeated, so kinds are told apart by any line, too.
#[test]
fn repeated_agents_and_hosts_are_judged_by_any_line() {
    let client = get("/x").with("Host", "shop.example").with("User-Agent", "Mozilla/5.0");
    let own = |agent: &str| get("/hc").with("Host", "10.0.1.7:8000").with("User-Agent", agent);
    let go = own("Go-http-client/1.1");
    let (alb, kube) = (own("ELB-HealthChecker/2.0"), own("kube-probe/1.2"));
    let drafted = |requests: &[&Message]| {
        let talk = |(n, request): (usize, &&Message)| talk(n as u64, "10.0.0.5", "10.0.1.7:8000", request);
        held(&pcap(&requests.iter().enumerate().map(talk).collect::<Vec<_>>()))
    };
    let two_agents = go.clone().with("User-Agent", "zzz/1").with("X-Odd", "1");
    let names_of = |odd: &Message| names(&drafted(&[&client, &go, &go, &client, &go, odd, &client]));
    assert_eq!(names_of(&two_agents), ["port-8000", "port-8000-probe"]);
    assert_eq!(names_of(&go.clone().with("Host", "shop.example")), ["port-8000", "port-8000-probe"]);
    assert_eq!(
        names_of(
            &get("/hc")
                .with("Host", "shop.example")
                .with("Host", "10.0.1.7:8000")
                .with("User-Agent", "zzz")
                .with("User-Agent", "Go-http-client/1.1")
        ),
        ["port-8000", "port-8000-probe"]
    );
    let both = alb.clone().with("User-Agent", "kube-probe/1.2");
    let learned = drafted(&[&client, &alb, &kube, &alb, &kube, &both, &client]);
    assert_eq!(names(&learned), ["port-8000", "port-8000-elb-health-check", "port-8000-kubernetes-probe"]);
    let spec = learned.spec.unwrap();
    let not = "      not: { request: { headers: { User-Agent: { prefix: ELB-HealthChecker/ } } } }\n";
    assert_eq!(spec.matches(not).count(), 1, "{spec}");
    // A service that is known and names itself as a probe, too, is no probe's.
    drafted(&[&client, &go, &go, &go, &alb, &alb, &go.clone().with("User-Agent", "ELB-HealthChecker/2.0")]);
}

/// What one kind had no room for is not said of it when it becomes one with another kind.
#[test]
fn fields_beyond_the_bound_of_one_kind_are_not_told_of_both() {
    let many = (0..126).fold(get("/").with("Host", "a").with("Via", "x"), |of, n| of.with(format!("F-{n}"), "v"));
    let many = many.with("X-Z", "two");
    let few = get("/").with("Host", "a").with("X-Z", "one");
    for order in [[&many, &few, &few, &few], [&few, &few, &many, &few]] {
        let all: Vec<Conversation> =
            order.iter().enumerate().map(|(n, request)| talk(n as u64, "10.0.0.5", "10.0.1.7:8000", request)).collect();
        let spec = held(&pcap(&all)).spec.unwrap();
        assert!(!spec.contains("X-Z") && spec.contains("4 field lines more"), "{spec}");
    }
}

#[test]
fn many_ports_are_bounded() {
    let request = get("/").with("Host", "a.example").with("User-Agent", "curl/8.0");
    let all: Vec<Conversation> = (0..40).map(|n| talk(n, "10.0.0.5", &format!("10.0.1.7:{}", 8000 + n % 20), &request)).collect();
    let learned = held(&pcap(&all));
    assert_eq!(learned.hops, 17);
    assert!(names(&learned).contains(&"other-ports".to_owned()));
}

#[test]
fn responses_alone_are_left_over_where_only_requests_tell_kinds_apart() {
    let client = get("/").with("Host", "a.example").with("User-Agent", "curl/8.0");
    let alb = get("/").with("Host", "10.0.1.7:8000").with("User-Agent", "ELB-HealthChecker/2.0");
    let alone = |n: u64| {
        Conversation::new(address("10.0.0.5:50000"), address("10.0.1.7:8000")).answers(ok().bytes()).later(n * 1_000_000_000)
    };
    let talks = |requests: [&Message; 2]| {
        (0..4).map(move |n| talk(n, "10.0.0.5", "10.0.1.7:8000", requests[n as usize % 2])).collect::<Vec<_>>()
    };
    let mut all = talks([&client, &alb]);
    all.push(alone(9));
    let learned = held(&pcap(&all));
    assert_eq!((learned.left_over, learned.hops), (1, 2));
    assert!(learned.spec.unwrap().contains("1 exchange shows no sign of a kind"));
    let mut one = talks([&client, &client]);
    one.push(alone(9));
    assert_eq!(held(&pcap(&one)).left_over, 0);
}

#[test]
fn heads_may_be_cut_anywhere() {
    let alb = get("/").with("User-Agent", "ELB-HealthChecker/2.0").with("Host", "10.0.1.7:80");
    let client = get("/${x}").with("Host", "a.example").with("User-Agent", "curl/8.0");
    let own = get("/ping").with("Host", "10.0.1.7:80").with("User-Agent", "Go-http-client/1.1");
    let passed = |request: &Message| request.clone().with("X-Forwarded-For", "192.0.2.9");
    let requests = [alb.clone(), passed(&alb), client.clone(), passed(&client), own, get("/healthz")];
    let talks = |n: u64| {
        let (client, server) = [("192.0.2.9", "10.0.0.5:80"), ("10.0.0.5", "10.0.1.7:80")][n as usize % 2];
        talk(n, client, server, &requests[n as usize / 2 % 6])
    };
    let all = packets(&interleaved(&(0..48).map(talks).collect::<Vec<_>>()), Carrier::ETHERNET);
    for cut in 70..220 {
        let packets: Vec<_> = all.iter().cloned().map(|packet| packet.snapped(cut)).collect();
        held(&write_file(&packets, Carrier::ETHERNET.link, Format::Pcap { big_endian: false, nanoseconds: false }));
    }
}

fn field() -> impl Strategy<Value = (String, String)> {
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    prop_oneof![
        Just(pair("Host", "a.example")),
        Just(pair("Host", "10.0.1.7:80")),
        Just(pair("Host", "10.0.1.7")),
        Just(pair("User-Agent", "curl/8.0")),
        Just(pair("User-Agent", "Go-http-client/1.1")),
        Just(pair("User-Agent", "x")),
        Just(pair("User-Agent", "ELB-HealthChecker/2.0")),
        Just(pair("User-Agent", "AmazonAPIGateway_a1b2c3d4e5")),
        Just(pair("User-Agent", "kube-probe/1.2")),
        Just(pair("User-Agent", "zzz/1")),
        Just(pair("X-Forwarded-For", "192.0.2.9")),
        Just(pair("Via", "1.1 p")),
        Just(pair("Cookie", "a=b")),
        Just(pair("Authorization", "Bearer abc")),
        Just(pair("Accept", "*/*")),
        Just(pair("X-Id", "b66fce5c-943e-46cd-b965-dc98eef6c8c1")),
    ]
}

fn request() -> impl Strategy<Value = Message> {
    let target = prop::sample::select(vec!["/", "/healthz", "/healthz?a=b", "/${x}", "*"]);
    let method = prop::sample::select(vec!["GET", "GET", "OPTIONS", "POST"]);
    (method, target, prop::collection::vec(field(), 0..4)).prop_map(|(method, target, fields)| {
        let mut message = Message::new(format!("{method} {target} HTTP/1.1"));
        for (name, value) in fields {
            message.add(&name, value);
        }
        message
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_capture_meets_what_was_learned_of_it(
        requests in prop::collection::vec(request(), 1..5),
        talks in prop::collection::vec((0..5_usize, 0..3_usize, 0..3_usize, 0..8_u8), 1..24),
        cut in prop::option::of(70..200_usize),
    ) {
        let clients = ["192.0.2.9", "10.0.0.5", "10.0.1.7"];
        let servers = ["10.0.1.7:80", "10.0.0.5:80", "10.0.1.7:8000"];
        let conversations: Vec<Conversation> = talks.iter().enumerate().map(|(n, (request, client, server, how))| {
            let number = u64::try_from(n).unwrap();
            let request = &requests[request % requests.len()];
            let mut talk = talk(number, clients[*client], servers[*server], request);
            match how {
                0 => talk.turns.retain(|turn| turn.speaker == crate::kit::Speaker::Server),
                1 => talk.turns.retain(|turn| turn.speaker == crate::kit::Speaker::Client),
                _ => {}
            }
            talk
        }).collect();
        let carrier = Carrier::ETHERNET;
        let mut packets = packets(&interleaved(&conversations), carrier);
        if let Some(cut) = cut {
            packets = packets.into_iter().map(|packet| packet.snapped(cut)).collect();
        }
        held(&write_file(&packets, carrier.link, Format::Pcap { big_endian: false, nanoseconds: false }));
    }
}
