//! The systems that the shipped specs describe, elsewhere: other accounts, regions, addresses and ids, over every kind of
//! capture. What is right is met by the right spec; what is wrong in one thing is found and named.

use crate::kit::{
    Api, Call, Carrier, Conversation, Format, Hop, Link, Message, Run, Site, check, check_bare, hopspec, interleaved, packets,
    root, write_file, wrong_table,
};
use std::net::SocketAddr;
use std::path::PathBuf;

/// A capture of conversations, as bytes and its file's ending.
fn capture(conversations: &[Conversation], carrier: Carrier, format: Format) -> (Vec<u8>, &'static str) {
    (write_file(&packets(&interleaved(conversations), carrier), carrier.link, format), format.ending())
}

/// The plain kind, checked against all shipped specs.
fn check_plain(conversations: &[Conversation], arguments: &[&str]) -> Run {
    let (bytes, ending) = capture(conversations, Carrier::ETHERNET, Format::ALL[0]);
    let mut all = vec!["-s", "specs"];
    all.extend_from_slice(arguments);
    check(&bytes, ending, &all)
}

/// Whether a spec may take this hop's traffic: its own, and a request that API Gateway sends through a load balancer is one
/// that the load balancer forwards.
fn may_take(spec: Hop, traffic: Hop) -> bool {
    spec == traffic || (spec == Hop::Forward && matches!(traffic, Hop::HttpViaAlb | Hop::HttpProxyViaAlb))
}

/// The hop of the other integration, which must not take this one's traffic even where one thing is wrong.
fn counterpart(hop: Hop) -> Option<Hop> {
    match hop {
        Hop::HttpViaAlb => Some(Hop::HttpProxyViaAlb),
        Hop::HttpProxyViaAlb => Some(Hop::HttpViaAlb),
        Hop::Lambda => Some(Hop::LambdaProxy),
        Hop::LambdaProxy => Some(Hop::Lambda),
        Hop::HealthCheck | Hop::Forward | Hop::S3 => None,
    }
}

#[test]
fn the_same_systems_elsewhere_meet_their_specs() {
    let carriers: Vec<Carrier> =
        Link::ALL.into_iter().flat_map(|link| [None, Some(7_654_321)].map(|vxlan| Carrier { link, vxlan })).collect();
    for number in 0..42 {
        let site = Site::numbered(number);
        let carrier = carriers[number as usize % carriers.len()];
        let format = Format::ALL[number as usize % Format::ALL.len()];
        for hop in Hop::ALL {
            let (bytes, ending) = capture(&[site.traffic(hop).conversation(2)], carrier, format);
            let run = check_bare(&bytes, ending);
            let what = format!("site {number}, {hop:?}, {carrier:?}, {format:?}: {run:#?}");
            assert_eq!(run.code, 0, "{what}");
            assert_eq!(run.exchanges(hop.spec(), hop.name()), 2, "{what}");
            for other in Hop::ALL.into_iter().filter(|other| !may_take(*other, hop)) {
                assert_eq!(run.exchanges(other.spec(), other.name()), 0, "{other:?} took {what}");
            }
        }
    }
}

#[test]
fn each_hop_takes_its_own_out_of_one_capture() {
    let site = Site::numbered(3);
    let all: Vec<Conversation> = (1..)
        .zip(Hop::ALL)
        .map(|(i, hop)| {
            let mut traffic = site.traffic(hop);
            traffic.client.set_port(20_000 + i);
            traffic.conversation(usize::from(i)).later(u64::from(i) * 500_000)
        })
        .collect();
    let run = check_plain(&all, &[]);
    assert_eq!(run.code, 0, "{run:#?}");
    let taken = Hop::ALL.map(|hop| run.exchanges(hop.spec(), hop.name()));
    // Forward takes its own two, and those three and four that API Gateway sent.
    assert_eq!(taken, [1, 9, 3, 4, 5, 6, 7], "{run:#?}");
}

#[test]
fn one_thing_wrong_is_found_and_named() {
    let mut missed = Vec::new();
    for wrong in wrong_table() {
        for number in 0..3 {
            let site = Site::numbered(number);
            let mut traffic = site.traffic(wrong.hop);
            (wrong.edit)(&mut traffic, &site);
            let run = check_plain(&[traffic.conversation(1)], &[]);
            let (hop, what, subject) = (wrong.hop, wrong.what, wrong.subject);
            if let Some(other) = counterpart(hop).filter(|other| run.exchanges(other.spec(), other.name()) > 0) {
                missed.push(format!("{hop:?}: {what}: taken by {other:?} (site {number})"));
            }
            if run.code != 1 || !run.names(hop.spec(), subject) {
                missed.push(format!("{hop:?}: {what}: no `{subject}` (site {number}), exit {}, {:?}", run.code, run.errors()));
            }
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn one_wrong_among_many_right_is_found() {
    let site = Site::numbered(4);
    let right = site.traffic(Hop::Forward);
    let mut wrong = right.clone();
    wrong.request.repeat("X-Forwarded-Proto");
    let conversation = right.conversation(9).exchange(&wrong.request, &wrong.response).exchange(&right.request, &right.response);
    let run = check_plain(&[conversation], &[]);
    assert_eq!(run.code, 1, "{run:#?}");
    assert_eq!(run.report()["findings"][0]["count"], 1, "{run:#?}");
}

#[test]
fn params_stand_for_what_the_packets_do_not_show() {
    // A container behind NAT: the packet goes to the container, Host names the host's port.
    let mut site = Site::numbered(0);
    site.target = SocketAddr::from(([172, 17, 0, 2], 8_000));
    let mut nat = site.traffic(Hop::HealthCheck);
    nat.request.set("Host", "10.0.0.7:31080");
    let conversation = [nat.conversation(1)];
    assert!(check_plain(&conversation, &[]).names("aws/alb/health-check", "request.header.Host"));
    assert_eq!(check_plain(&conversation, &["--param", "target=10.0.0.7:31080"]).code, 0);
    assert!(
        check_plain(&conversation, &["--param", "target=10.0.0.8:31080"]).names("aws/alb/health-check", "request.header.Host")
    );

    let path = site.traffic(Hop::HealthCheck).conversation(1);
    assert!(check_plain(&[path], &["--param", "health_path=/not-asked-for"]).names("aws/alb/health-check", "request.target"),);

    let via = [site.traffic(Hop::HttpViaAlb).conversation(1)];
    assert_eq!(check_plain(&via, &["--param", "client_ip=192.0.2.1"]).code, 0);
    let client_ip = format!("client_ip={}", site.egress);
    assert!(check_plain(&via, &["--param", &client_ip]).names("aws/api-gateway/http-via-alb", "request.header.X-Forwarded-For"));
    // Without the param, what else is said of the field still counts.
    assert_eq!(check_plain(&via, &["--param", &format!("alb_host={}", site.alb_host)]).code, 0);
    assert!(
        check_plain(&via, &["--param", "alb_host=other.example.com"])
            .names("aws/api-gateway/http-via-alb", "request.header.Host"),
    );

    let forward = [site.traffic(Hop::Forward).conversation(1)];
    let port = format!("listener_port={}", site.listener.1);
    assert_eq!(check_plain(&forward, &["--param", &port]).code, 0);
    assert!(check_plain(&forward, &["--param", "listener_port=444"]).names("aws/alb/forward", "request.header.X-Forwarded-Port"),);
}

#[test]
fn a_missing_api_id_is_found_where_a_host_says_whose_the_request_is() {
    let site = Site::numbered(4);
    let mut proxy = site.traffic(Hop::HttpProxyViaAlb);
    let (spec, name) = (Hop::HttpProxyViaAlb.spec(), Hop::HttpProxyViaAlb.name());
    let host = format!("api_only_host={}", site.alb_host);
    let client = format!("client_ip={}", site.client.ip());
    assert_eq!(check_plain(&[proxy.conversation(1)], &["--param", &host, "--param", &client]).code, 0);
    let other = check_plain(&[proxy.conversation(1)], &["--param", "client_ip=192.0.2.9"]);
    assert!(other.names(spec, "request.header.X-Forwarded-For"), "{other:#?}");

    proxy.request.remove("x-amzn-apigateway-api-id");
    // It looks like any forwarded request, and is one.
    let run = check_plain(&[proxy.conversation(1)], &[]);
    assert_eq!((run.code, run.exchanges(spec, name)), (0, 0), "{run:#?}");
    let run = check_plain(&[proxy.conversation(1)], &["--param", &host]);
    assert!(run.names(spec, "request.header.x-amzn-apigateway-api-id"), "{run:#?}");
}

#[test]
fn a_host_without_a_port_is_one_on_default_ports_only() {
    for (number, port, code) in [(1, 80, 0), (1, 443, 0), (1, 8_000, 1), (1, 8_080, 1), (2, 80, 0), (2, 443, 0), (2, 8_000, 1)] {
        let mut site = Site::numbered(number);
        site.target.set_port(port);
        let mut traffic = site.traffic(Hop::HealthCheck);
        let ip = site.target.ip();
        traffic.request.set("Host", if ip.is_ipv6() { format!("[{ip}]") } else { ip.to_string() });
        let run = check_plain(&[traffic.conversation(1)], &[]);
        assert_eq!(run.code, code, "port {port}: {run:#?}");
        assert_eq!(run.exchanges("aws/alb/health-check", "alb-to-target"), 1, "port {port}");
        assert_eq!(run.names("aws/alb/health-check", "request.header.Host"), code == 1, "port {port}: {run:#?}");
    }
}

#[test]
fn forwarded_for_is_appended_preserved_or_removed() {
    let site = Site::numbered(6);
    for (forwarded_for, code) in [
        (Some("203.0.113.9"), 0),
        (Some("192.0.2.1, 203.0.113.9"), 0),
        (Some("203.0.113.9:50123"), 0),
        (Some("2001:db8::9"), 0),
        (Some("[2001:db8::9]:50123"), 0),
        (None, 0),
        (Some("localhost"), 1),
        (Some("203.0.113.9,, 203.0.113.10"), 0),
    ] {
        let mut traffic = site.traffic(Hop::Forward);
        match forwarded_for {
            Some(value) => traffic.request.set("X-Forwarded-For", value),
            None => traffic.request.remove("X-Forwarded-For"),
        }
        let run = check_plain(&[traffic.conversation(1)], &[]);
        assert_eq!(run.code, code, "{forwarded_for:?}: {run:#?}");
    }
}

#[test]
fn the_note_as_published_is_met_as_far_as_its_masks_allow() {
    for hop in Hop::ALL.into_iter().filter(|hop| hop.is_in_the_note()) {
        let note = format!("captures/{}.note.txt", hop.spec());
        let run = hopspec(&["check", "--format", "json", "-s", "specs", &note]);
        let report = run.report();
        assert_eq!(run.exchanges(hop.spec(), hop.name()), 1, "{hop:?}: {run:#?}");
        assert!(run.errors().is_empty(), "{hop:?}: {run:#?}");
        assert_ne!(run.code, 1, "{hop:?}: {run:#?}");
        let counts = |key: &str| -> u64 {
            let specs = report["specs"].as_array().into_iter().flatten();
            let hops = specs.flat_map(|s| s["hops"].as_array().into_iter().flatten());
            hops.flat_map(|h| h["expectations"].as_array().into_iter().flatten()).filter_map(|e| e[key].as_u64()).sum()
        };
        assert_eq!(counts("violated"), 0, "{hop:?}: {run:#?}");
        assert!(counts("met") >= 3, "{hop:?}: {run:#?}");
        assert_eq!(counts("inconclusive") > 0, hop != Hop::Lambda, "{hop:?}: {run:#?}");
        for finding in report["findings"].as_array().into_iter().flatten() {
            assert!(
                finding["message"].as_str().is_some_and(|m| ["mask", "no addresses"].iter().any(|why| m.contains(why))),
                "no reason in {finding}"
            );
        }
    }
}

/// The note as it was published, prose and all, where it is shared.
#[test]
fn the_whole_note_is_read_and_violates_nothing() {
    let Some(folder) = crate::corpus::shared().map(|shared| shared.join("note")).filter(|folder| folder.is_dir()) else {
        eprintln!("SKIPPED: the note is not there");
        return;
    };
    for file in crate::shipped::files(&folder) {
        let run = hopspec(&["check", "--format", "json", "-s", "specs", file.to_str().expect("a path in UTF-8")]);
        assert_eq!(run.code, 0, "{run:#?}");
        // Two requests of clients, one of them through API Gateway, a health check, and both of Lambda's responses.
        for (hop, exchanges) in
            [(Hop::HealthCheck, 1), (Hop::Forward, 2), (Hop::HttpViaAlb, 1), (Hop::Lambda, 1), (Hop::LambdaProxy, 1)]
        {
            assert_eq!(run.exchanges(hop.spec(), hop.name()), exchanges, "{hop:?}: {run:#?}");
        }
        for finding in run.report()["findings"].as_array().into_iter().flatten() {
            let message = finding["message"].as_str().unwrap_or_default();
            assert_eq!(finding["rule"], "evidence-inconclusive", "{finding:#}");
            assert!(["mask", "no addresses"].iter().any(|why| message.contains(why)), "no reason in {finding:#}");
        }
    }
}

/// Each configuration of an API and each call of S3 is judged by its own variant.
#[test]
fn each_way_of_configuration_has_its_variant() {
    for (api, variant) in [(Api::Regional, "regional"), (Api::CustomDomain, "regional"), (Api::EdgeOptimised, "edge-optimised")] {
        let site = Site { api, ..Site::numbered(5) };
        let run = check_plain(&[site.traffic(Hop::LambdaProxy).conversation(1)], &[]);
        assert_eq!(run.variant(Hop::LambdaProxy.spec()), variant, "{api:?}: {run:#?}");
    }
    for (call, variant) in [(Call::Put, "signed"), (Call::Chunked, "signed"), (Call::Presigned, "presigned")] {
        let site = Site { call, ..Site::numbered(5) };
        let run = check_plain(&[site.traffic(Hop::S3).conversation(1)], &[]);
        assert_eq!(run.variant(Hop::S3.spec()), variant, "{call:?}: {run:#?}");
    }
}

/// An edge-optimised API whose `sourceIp` is CloudFront, as code that takes the last member would have it.
#[test]
fn the_last_address_is_not_the_client_of_an_edge_optimised_api() {
    let site = Site { api: Api::EdgeOptimised, ..Site::numbered(3) };
    let mut traffic = site.traffic(Hop::LambdaProxy);
    traffic.response.edit_json(|event| event["requestContext"]["identity"]["sourceIp"] = site.egress.to_string().into());
    let run = check_plain(&[traffic.conversation(1)], &[]);
    assert!(run.names(Hop::LambdaProxy.spec(), "response.body.json.requestContext.identity.sourceIp"), "{run:#?}");
    // And a client's own invention is not that of a regional one.
    let site = Site { api: Api::Regional, came_in: vec!["192.0.2.7".parse().expect("an address")], ..site };
    let mut traffic = site.traffic(Hop::LambdaProxy);
    traffic.response.edit_json(|event| event["requestContext"]["identity"]["sourceIp"] = "192.0.2.7".into());
    let run = check_plain(&[traffic.conversation(1)], &[]);
    assert!(run.names(Hop::LambdaProxy.spec(), "response.body.json.requestContext.identity.sourceIp"), "{run:#?}");
}

/// Events that look alike: of HTTP APIs, function URLs and load balancers.
#[test]
fn the_events_of_others_belong_to_no_hop() {
    let site = Site::numbered(0);
    let others = [
        r#"{"version": "2.0", "rawPath": "/", "headers": {}, "requestContext": {"http": {"method": "GET"}}, "body": null}"#,
        r#"{"httpMethod": "GET", "path": "/", "headers": {}, "requestContext": {"elb": {"targetGroupArn": "arn"}}, "body": ""}"#,
        r#"{"headers": {}, "requestContext": {"connectionId": "abc=", "eventType": "CONNECT"}, "isBase64Encoded": false}"#,
        r#"{"message": "Internal server error"}"#,
    ];
    for body in others {
        let mut traffic = site.traffic(Hop::LambdaProxy);
        traffic.response.set_body(body);
        let run = check_plain(&[traffic.conversation(1)], &[]);
        for hop in [Hop::Lambda, Hop::LambdaProxy] {
            assert_eq!(run.exchanges(hop.spec(), hop.name()), 0, "{hop:?} took {body}: {run:#?}");
        }
    }
}

#[test]
fn the_health_checks_of_others_belong_to_no_hop() {
    let (node, target) = (SocketAddr::from(([10, 0, 1, 5], 40_000)), SocketAddr::from(([10, 0, 10, 7], 8_000)));
    let get = |start: &str, fields: &[(&str, &str)]| {
        fields.iter().fold(Message::new(start), |message, (name, value)| message.with(*name, *value))
    };
    let others = [
        ("haproxy", get("OPTIONS / HTTP/1.0", &[])),
        ("haproxy with fields", get("GET /up HTTP/1.1", &[("host", "10.0.10.7:8000"), ("connection", "close")])),
        ("envoy", get("GET /up HTTP/1.1", &[("host", "cluster"), ("user-agent", "Envoy/HC")])),
        ("Google", get("GET / HTTP/1.1", &[("Host", "10.0.10.7"), ("User-Agent", "GoogleHC/1.0"), ("Connection", "Keep-alive")])),
        (
            "Kubernetes",
            get(
                "GET /healthz HTTP/1.1",
                &[
                    ("Host", "10.0.10.7:8000"),
                    ("User-Agent", "kube-probe/1.31"),
                    ("Accept", "*/*"),
                    ("Connection", "close"),
                    ("Accept-Encoding", "gzip"),
                ],
            ),
        ),
        (
            "Classic Load Balancer",
            get(
                "GET / HTTP/1.1",
                &[
                    ("host", "10.0.10.7:8000"),
                    ("User-Agent", "ELB-HealthChecker/1.0"),
                    ("Accept", "*/*"),
                    ("Connection", "keep-alive"),
                ],
            ),
        ),
        (
            "Network Load Balancer",
            get("GET / HTTP/1.1", &[("Host", "10.0.1.5:80"), ("User-Agent", "ELB-HealthChecker/2.0"), ("Connection", "close")]),
        ),
        ("Varnish", get("GET /up HTTP/1.1", &[("Host", "10.0.10.7"), ("Connection", "close")])),
        (
            "Go",
            get(
                "GET /up HTTP/1.1",
                &[("Host", "10.0.10.7:8000"), ("User-Agent", "Go-http-client/1.1"), ("Accept-Encoding", "gzip")],
            ),
        ),
    ];
    for (who, request) in others {
        let response = Message::new("HTTP/1.1 200 OK").with("Content-Length", "0");
        let run = check_plain(&[Conversation::new(node, target).exchange(&request, &response)], &[]);
        for hop in Hop::ALL {
            assert_eq!(run.exchanges(hop.spec(), hop.name()), 0, "{hop:?} took that of {who}: {run:#?}");
        }
        assert_eq!(run.report()["unselected"]["exchanges"], 1, "{who}: {run:#?}");
    }
}

#[test]
fn the_check_of_a_load_balancer_in_front_is_a_forwarded_request() {
    let site = Site::numbered(1);
    let mut traffic = site.traffic(Hop::Forward);
    traffic.request.set("User-Agent", "ELB-HealthChecker/2.0");
    traffic.request.add("Accept-Encoding", "gzip, compressed");
    traffic.request.set("Host", "10.7.7.7");
    let run = check_plain(&[traffic.conversation(1)], &[]);
    assert_eq!(run.code, 0, "{run:#?}");
    assert_eq!(run.exchanges("aws/alb/forward", "alb-to-target"), 1, "{run:#?}");
    assert_eq!(run.exchanges("aws/alb/health-check", "alb-to-target"), 0, "{run:#?}");
}

#[test]
fn the_port_of_a_listener_stands_in_host_where_it_is_not_the_default_one() {
    let mut site = Site::numbered(0);
    site.listener = ("http", 8_080);
    let mut via = site.traffic(Hop::HttpViaAlb);
    let host = format!("{}:8080", site.alb_host);
    via.request.set("Host", &host);
    assert_eq!(check_plain(&[via.conversation(1)], &[]).code, 0);
    assert_eq!(check_plain(&[via.conversation(1)], &["--param", &format!("alb_host={host}")]).code, 0);
    for wrong in [format!("{}:8081", site.alb_host), "10.0.0.7:8080".to_owned(), "[2001:db8::7]:8080".to_owned()] {
        via.request.set("Host", &wrong);
        let run = check_plain(&[via.conversation(1)], &[]);
        assert!(run.names("aws/api-gateway/http-via-alb", "request.header.Host"), "{wrong}: {run:#?}");
    }
}

#[test]
fn what_other_proxies_and_clients_send_violates_nothing() {
    let shared = std::env::var_os("HOPSPEC_SHARED").map_or_else(|| root().join("../shared"), PathBuf::from);
    for folder in ["captures/local/proxies", "captures/local/s3"] {
        let path = shared.join(folder);
        if !path.exists() {
            eprintln!("skipped: {folder} is not there");
            continue;
        }
        let run = hopspec(&["check", "--format", "json", "-s", "specs", path.to_str().expect("a path in UTF-8")]);
        assert!(run.errors().is_empty(), "{run:#?}");
        for hop in Hop::ALL {
            let taken = run.exchanges(hop.spec(), hop.name()) > 0;
            assert_eq!(taken, hop == Hop::S3 && folder.ends_with("s3"), "{hop:?}, traffic of {folder}: {run:#?}");
        }
    }
}

#[test]
fn the_evidence_of_every_shipped_spec_is_met() {
    let run = hopspec(&["check", "--strict", "--format", "json"]);
    let report = run.report();
    for hop in Hop::ALL {
        assert!(run.exchanges(hop.spec(), hop.name()) > 1, "{hop:?}: {run:#?}");
    }
    assert!(run.errors().is_empty(), "{run:#?}");
    assert_eq!(report["specs"].as_array().map(Vec::len), Some(Hop::ALL.len() + crate::proxies::specs().len()), "{run:#?}");
}
