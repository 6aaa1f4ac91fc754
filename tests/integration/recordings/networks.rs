//! The same traffic as networks carry it: other link types, tags and tunnels, and packets repeated, re-ordered and lost.

use super::compare::{requests, responses};
use super::heard::{Heard, hear};
use super::recording;
use super::truth::{Connection, recorded};
use crate::kit::hopspec;

fn network(name: &str) -> Heard {
    hear(&recording(&format!("netns/{name}")))
}

/// What the origin saw of connections from these ports.
fn told(ports: &[u16]) -> Vec<Connection> {
    let mut all = Connection::all(&recorded(&recording("netns/recorded.jsonl.gz")));
    all.retain(|connection| ports.contains(&connection.peer.port()));
    assert_eq!(all.len(), ports.len());
    all
}

#[test]
fn every_carrier_brings_what_the_origin_saw() {
    let segmented = [35_122, 35_128, 35_142, 35_148];
    for (name, ports, flows) in [
        ("veth-plain.pcap", &[60_826][..], 1),
        ("synth-vlan7.pcap", &[60_826], 1),
        ("synth-qinq.pcap", &[60_826], 1),
        ("vxlan-mirror-on-lo.pcap", &[60_826], 1),
        ("any-sll1.pcap", &[52_796], 1),
        ("vxlan-outer-4789.pcap", &[58_224], 1),
        // Recorded on every interface of a VXLAN endpoint: each packet comes once in the tunnel and once out of it.
        ("any-sll2.pcap", &[58_236], 1),
        ("geneve-gwlb-on-lo.pcap", &[60_826], 1),
        // The tunnel's packets were too long for the network and came in fragments.
        ("vxlan-small-mtu-ipfrag.pcap", &[33_438], 1),
        ("veth-multiseg.pcap.gz", &segmented, 4),
        ("synth-reordered.pcap.gz", &segmented, 4),
        ("synth-dup-retrans.pcap.gz", &segmented, 4),
    ] {
        let (heard, mut wrong) = (network(name), Vec::new());
        requests(&heard, &told(ports), &mut wrong);
        responses(&heard, &told(ports), &mut wrong);
        assert!(wrong.is_empty(), "{name}: {}", wrong.join("\n"));
        assert_eq!(heard.flows.len(), flows, "{name}");
    }
}

#[test]
fn ipv6_brings_what_the_client_sent() {
    let (heard, mut wrong) = (network("veth-ipv6.pcap"), Vec::new());
    requests(&heard, &Connection::all(&recorded(&recording("netns/veth-ipv6.jsonl"))), &mut wrong);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(heard.flows.len() == 1 && heard.flows[0].client.is_ipv6());
    assert_eq!(heard.flows[0].exchanges.len(), 1);
    assert_eq!(heard.anomalies(), []);
}

#[test]
fn a_copy_holds_the_messages_of_its_original() {
    for (copy, original, odd) in [
        ("synth-vlan7.pcap", "veth-plain.pcap", &[][..]),
        ("synth-qinq.pcap", "veth-plain.pcap", &[]),
        ("vxlan-mirror-on-lo.pcap", "veth-plain.pcap", &[]),
        ("geneve-gwlb-on-lo.pcap", "veth-plain.pcap", &[]),
        // One segment before the beginning of its flow: nothing is left to put in order.
        ("synth-reordered.pcap.gz", "veth-multiseg.pcap.gz", &[]),
        ("synth-dup-retrans.pcap.gz", "veth-multiseg.pcap.gz", &[("duplicate-packet", 4)]),
    ] {
        let (copied, original) = (network(copy), network(original));
        let flow = |heard: &Heard| {
            let flows = heard.flows.iter();
            flows.map(|f| (f.client, f.server, f.requests.clone(), f.responses.clone(), f.exchanges.clone())).collect::<Vec<_>>()
        };
        assert_eq!(flow(&copied), flow(&original), "{copy}");
        assert_eq!(copied.anomalies(), odd, "{copy}");
        assert_eq!(original.anomalies(), [], "{copy}");
    }
    let twice = network("any-sll2.pcap");
    assert_eq!(twice.messages().len(), 1, "the tunnel's packets and what came out of it are one flow");
    assert_eq!(twice.anomalies(), [("duplicate-packet", 6)]);
}

/// Lost: the one segment with the whole second request.
#[test]
fn a_missing_segment_is_named_and_costs_one_request() {
    let (heard, whole) = (network("synth-missing-segment.pcap.gz"), network("veth-multiseg.pcap.gz"));
    let mut expected = whole.messages();
    expected[1].0.clear();
    assert_eq!(heard.messages(), expected);
    assert_eq!(heard.anomalies(), [("stream-gap", 1), ("response-without-request", 1)]);
    let told = heard.summary.anomalies.iter().map(|(_, anomaly)| anomaly.detail.clone()).collect::<Vec<_>>();
    assert_eq!(told, ["6102 bytes are not in the capture", "\"HTTP/1.1 200 OK\""]);
    assert_eq!(heard.flows[1].exchanges, [(None, Some(whole.flows[1].responses[0].clone()))]);
}

/// Fragments are no anomaly where all of them came.
#[test]
fn fragments_that_are_all_there_are_not_mentioned() {
    let heard = network("vxlan-small-mtu-ipfrag.pcap");
    assert_eq!((heard.anomalies(), heard.summary.packets), (vec![], 18));
    assert_eq!(heard.flows[0].exchanges.len(), 1);
}

/// curl, which calls itself a health checker: on every carrier the spec sees that it is none, by the same fields.
#[test]
fn curl_is_no_health_checker_on_any_carrier() {
    for name in [
        "veth-plain",
        "synth-vlan7",
        "synth-qinq",
        "vxlan-mirror-on-lo",
        "any-sll1",
        "any-sll2",
        "vxlan-outer-4789",
        "veth-ipv6",
        "geneve-gwlb-on-lo",
    ] {
        let capture = recording(&format!("netns/{name}.pcap"));
        let run = hopspec(&["check", "--format", "json", "-s", "specs", capture.to_str().unwrap()]);
        assert_eq!(run.code, 1, "{name}: {}", run.stderr);
        let spec = "specs/aws/alb/health-check.yaml";
        let errors = ["Connection", "Accept-Encoding", "Accept"];
        assert_eq!(run.errors(), errors.map(|field| (spec.to_owned(), format!("request.header.{field}"))), "{name}");
    }
}
