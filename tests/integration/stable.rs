//! `hopspec::text`: the same traffic, recorded twice, gives the same text; other traffic does not.

use std::net::{IpAddr, SocketAddr};

use crate::kit::{Carrier, Conversation, Format, Hop, Link, Site, Traffic, interleaved, packets, write_file};

/// The text of conversations as a capture of this kind.
fn text(conversations: &[Conversation], carrier: Carrier, format: Format) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(format!("c.{}", format.ending()));
    std::fs::write(&path, write_file(&packets(&interleaved(conversations), carrier), carrier.link, format)).unwrap();
    hopspec::text(path).unwrap()
}

/// The same deployment in another account, with other addresses, ids and times.
fn elsewhere(site: &Site, other: &Site) -> Site {
    let moved = |end: SocketAddr, ip: IpAddr, port: u16| SocketAddr::new(if end.is_ipv6() { end.ip() } else { ip }, port);
    let v4 = |last: u8| IpAddr::from([198, 18, last, 77]);
    // The number of a load balancer is an id, its name and region are chosen.
    let digits: String = site.alb_host.chars().map(|c| if c.is_ascii_digit() { '7' } else { c }).collect();
    let alb_host = match site.alb_host.split_once('.') {
        Some((name, rest)) => format!("{}.{rest}", digits.get(..name.len()).unwrap()),
        None => digits,
    };
    Site {
        node: moved(site.node, v4(1), 61_001),
        target: moved(site.target, v4(2), site.target.port()),
        client: moved(site.client, v4(3), 50_999),
        came_in: (10..).zip(&site.came_in).map(|(last, _)| v4(last)).collect(),
        egress: v4(4),
        gateway: moved(site.gateway, v4(5), site.gateway.port()),
        alb_host,
        api_id: other.api_id.clone(),
        root: other.root.clone(),
        own: other.own.clone(),
        request_id: other.request_id.clone(),
        apigw_id: other.apigw_id.clone(),
        ..site.clone()
    }
}

/// Some of each hop, one after the other.
fn conversations(site: &Site, later: u64) -> Vec<Conversation> {
    let traffic = |hop| -> Traffic { site.traffic(hop) };
    let each = (0..).zip(Hop::ALL).map(|(at, hop): (u64, Hop)| {
        let mut traffic = traffic(hop);
        traffic.client.set_port(traffic.client.port().wrapping_add(u16::try_from(at).unwrap()).max(1024));
        traffic.conversation(2).later(later + at * 1_000_000_000)
    });
    each.collect()
}

#[test]
fn the_same_traffic_elsewhere_gives_the_same_text() {
    let carriers =
        [Carrier::ETHERNET, Carrier { link: Link::Sll2, vxlan: None }, Carrier { link: Link::Ethernet, vxlan: Some(7) }];
    for number in 0..24 {
        let site = Site::numbered(number);
        let other = elsewhere(&site, &Site::numbered(number + 1000));
        let one = text(&conversations(&site, 0), Carrier::ETHERNET, Format::ALL[0]);
        let again = text(
            &conversations(&other, 86_400_000_000_000 * 3 + number * 7_777_777),
            carriers[number as usize % 3],
            Format::ALL[number as usize % Format::ALL.len()],
        );
        assert_same(&one, &again, number);
        for value in [&site.api_id, &site.root, &site.own, &site.request_id, &site.apigw_id, &site.node.ip().to_string()] {
            assert!(!one.contains(value.as_str()), "{value} is in\n{one}");
        }
        assert_eq!(one, text(&conversations(&site, 0), Carrier::ETHERNET, Format::ALL[0]), "deterministic");
    }
}

fn assert_same(one: &str, other: &str, number: u64) {
    let differs = one.lines().zip(other.lines()).find(|(a, b)| a != b);
    assert_eq!(differs, None, "site {number}\n{one}");
    assert_eq!(one.len(), other.len(), "site {number}");
}

#[test]
fn other_traffic_gives_another_text() {
    let site = Site::numbered(0);
    let of = |site: &Site| text(&conversations(site, 0), Carrier::ETHERNET, Format::ALL[0]);
    let before = of(&site);
    for changed in [
        Site { path: "/other".to_owned(), ..site.clone() },
        Site { listener: ("http", 8080), ..site.clone() },
        Site { own: site.root.clone(), ..site.clone() },
        Site { target: SocketAddr::new(site.target.ip(), 8123), ..site.clone() },
        Site { came_in: vec![IpAddr::from([203, 0, 113, 9]); 3], ..site },
    ] {
        assert_ne!(before, of(&changed), "{changed:?}");
    }
}
