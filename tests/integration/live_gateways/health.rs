//! Gateways that ask whether their origin is well, where `hopspec listen` is the origin: each finds what it expects, and the
//! run ends by itself once its checks were seen.

use std::fs;

use super::running::{free_port, gateway};
use crate::listen::target::Target;
use crate::program::Run;

/// A gateway that checks `ORIGIN`.
struct Checker {
    program: &'static str,
    arguments: &'static [&'static str],
    configuration: &'static str,
    /// A change of the configuration, and what the report then names.
    wrong: (&'static str, &'static str, &'static str),
    spec: &'static str,
    params: &'static [&'static str],
}

const HAPROXY: Checker = Checker {
    program: "haproxy",
    arguments: &["-db", "-f", "FOLDER/config.yaml"],
    configuration: "global\n maxconn 50\ndefaults\n mode http\n timeout connect 2s\n timeout client 5s\n timeout server 5s\n\
        frontend front\n bind 127.0.0.1:FRONT\n default_backend back\n\
        backend back\n option httpchk\n http-check send meth GET uri /health ver HTTP/1.1 hdr Host health.example\n\
        \x20server s 127.0.0.1:ORIGIN check inter 200 send-proxy-v2 check-send-proxy\n",
    wrong: ("hdr Host health.example", "hdr Host health.example hdr X-Forwarded-For 192.0.2.1", "`x-forwarded-for`"),
    spec: "specs/proxies/haproxy.yaml",
    params: &["health_path=/health"],
};

const CADDY: Checker = Checker {
    program: "caddy",
    arguments: &["run", "--config", "FOLDER/config.yaml", "--adapter", "caddyfile"],
    configuration: "{\n admin off\n auto_https off\n persist_config off\n default_bind 127.0.0.1\n}\n\
        http://:FRONT {\n reverse_proxy 127.0.0.1:ORIGIN {\n health_uri /health\n health_interval 200ms\n # changed here\n }\n}\n",
    wrong: ("# changed here", "health_headers {\n Host other.example\n }", "`Host`"),
    spec: "specs/proxies/caddy.yaml",
    params: &[],
};

const ENVOY: Checker = Checker {
    program: "envoy",
    arguments: &["-c", "FOLDER/config.yaml", "--disable-hot-restart", "--concurrency", "1", "-l", "warn"],
    configuration: r#"static_resources:
  listeners:
  - address: { socket_address: { address: 127.0.0.1, port_value: FRONT } }
    filter_chains:
    - filters:
      - name: envoy.filters.network.tcp_proxy
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy
          stat_prefix: front
          cluster: origin
  clusters:
  - name: origin
    health_checks:
    - timeout: 1s
      interval: 0.2s
      no_traffic_interval: 0.2s
      unhealthy_threshold: 1
      healthy_threshold: 1
      http_health_check: { path: /health }
    load_assignment:
      cluster_name: origin
      endpoints: [{ lb_endpoints: [{ endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: ORIGIN } } } }] }]
"#,
    wrong: (
        "{ path: /health }",
        "{ path: /health, request_headers_to_add: [{ header: { key: x-more, value: a } }] }",
        "`x-more`",
    ),
    spec: "specs/proxies/envoy.yaml",
    params: &[],
};

/// What a listener says of three checks; `None` where the gateway is not installed.
fn checked(by: &Checker, configuration: &str) -> Option<Run> {
    let spec = fs::read_to_string(by.spec).unwrap().replace("  health-check:\n", "  health-check:\n    count: { at_least: 3 }\n");
    let port = free_port();
    let origin = format!("origin=127.0.0.1:{port}");
    let mut arguments = vec!["--hop", "health-check", "--until-observed", "--for", "60s", "--param", &origin];
    arguments.extend(by.params.iter().flat_map(|param| ["--param", param]));
    let target = Target::at(port, &spec, &arguments);
    let folder = tempfile::tempdir().unwrap();
    let _running = gateway(by.program, by.arguments, configuration, folder.path(), [free_port(), target.port])?;
    Some(target.ended())
}

fn judged(by: &Checker) {
    let Some(right) = checked(by, by.configuration) else { return };
    assert_eq!(right.code, 0, "{}\n{}", right.stdout, right.stderr);
    assert!(right.stderr.contains("every required hop was observed"), "{}", right.stderr);
    let met = right.stderr.lines().filter(|line| line.contains("GET /health 200  met s › health-check")).count();
    assert!(met >= 3, "{}", right.stderr);
    let (part, other, named) = by.wrong;
    let configuration = by.configuration.replace(part, other);
    assert_ne!(configuration, by.configuration);
    let Some(wrong) = checked(by, &configuration) else { return };
    assert_eq!(wrong.code, 1, "{}\n{}", wrong.stdout, wrong.stderr);
    assert!(wrong.stdout.contains(named), "{}", wrong.stdout);
}

#[test]
fn haproxy_asks_whether_listen_is_well() {
    judged(&HAPROXY);
    // By version 1 of the PROXY protocol, which does not say for whom it speaks.
    let version_1 = HAPROXY.configuration.replace("send-proxy-v2 ", "");
    let Some(right) = checked(&HAPROXY, &version_1) else { return };
    assert_eq!(right.code, 0, "{}\n{}", right.stdout, right.stderr);
}

#[test]
fn caddy_asks_whether_listen_is_well() {
    judged(&CADDY);
}

#[test]
fn envoy_asks_whether_listen_is_well() {
    judged(&ENVOY);
}
