//! A real gateway between `hopspec probe` and `hopspec listen --echo`: both hops judged from one place, by the specs of
//! `specs/proxies`; and gateways that ask whether `hopspec listen` is well. Where a gateway is not installed the test says that
//! it skips.

mod gateways;
mod health;
mod running;

use self::gateways::{APACHE, CADDY, ENVOY, Gateway, HAPROXY, NGINX};
use self::running::{free_port, gateway};
use crate::kit::{Run, hopspec};
use crate::listen::target::Target;

fn probed(between: &Gateway, configuration: &str) -> Option<Run> {
    let folder = tempfile::tempdir().unwrap();
    let echoing = Target::new("hops:\n  any:\n    request: { path: { prefix: / } }\n", &["--echo"]);
    let (front, origin) = (free_port(), echoing.port);
    let _running = gateway(between.program, between.arguments, configuration, folder.path(), [front, origin])?;
    let (front, origin) = (format!("127.0.0.1:{front}"), format!("127.0.0.1:{origin}"));
    let (url, front, origin) = (format!("http://{front}/a%2Fb?q=1"), format!("front={front}"), format!("origin={origin}"));
    let mut arguments = vec!["probe", &url, "-n", "3", "-s", between.spec, "--param", &front, "--param", &origin];
    arguments.extend(["--hop", "client-to-proxy", "--hop", "proxy-to-origin"]);
    arguments.extend(between.variants.iter().flat_map(|name| ["--variant", name]));
    arguments.extend(["-H", "X-CaSe: One", "-H", "Cookie: a=1"]);
    Some(hopspec(&arguments))
}

fn judged(gateway: &Gateway) {
    let Some(right) = probed(gateway, gateway.configuration) else { return };
    assert_eq!(right.code, 0, "{}\n{}", right.stdout, right.stderr);
    assert_eq!(right.stdout.matches("   3 exchanges, ").count(), 2, "both hops: {}", right.stdout);
    assert!(!right.stdout.contains("belongs to it"), "{}", right.stdout);
    for (part, other, field) in gateway.wrong {
        let configuration = gateway.configuration.replace(part, other);
        assert_ne!(configuration, gateway.configuration);
        let Some(wrong) = probed(gateway, &configuration) else { return };
        assert_eq!(wrong.code, 1, "{part}: {}\n{}", wrong.stdout, wrong.stderr);
        assert!(wrong.stdout.contains(&format!("`{field}`")), "{part}: {}", wrong.stdout);
    }
}

#[test]
fn nginx_between_probe_and_listen() {
    judged(&NGINX);
}

#[test]
fn apache_between_probe_and_listen() {
    judged(&APACHE);
}

#[test]
fn haproxy_between_probe_and_listen() {
    judged(&HAPROXY);
}

#[test]
fn caddy_between_probe_and_listen() {
    judged(&CADDY);
}

#[test]
fn envoy_between_probe_and_listen() {
    judged(&ENVOY);
}
