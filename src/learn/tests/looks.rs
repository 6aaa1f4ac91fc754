//! How drafts look: read them as those who get them do.

use super::driver::{file, learned};

#[track_caller]
fn draft(path: &str) -> String {
    learned(&file(path)).spec.unwrap()
}

#[test]
fn a_health_check() {
    insta::assert_snapshot!(draft("captures/aws/alb/health-check/instance-port-8000.pcap"));
}

#[test]
fn requests_that_a_load_balancer_forwards() {
    insta::assert_snapshot!(draft("captures/aws/alb/forward/keep-alive.pcap"));
}

#[test]
fn both_sides_of_a_proxy() {
    insta::assert_snapshot!(draft("tests/fixtures/captures/proxies/nginx-typical.pcap"));
}

#[test]
fn a_proxy_that_checks_its_server() {
    insta::assert_snapshot!(draft("tests/fixtures/captures/proxies/caddy.pcap"));
}
