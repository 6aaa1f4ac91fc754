//! What is run between probe and listen, and how each is made wrong.

/// A gateway that passes requests on from `FRONT` to `ORIGIN`.
pub(super) struct Gateway {
    pub(super) program: &'static str,
    pub(super) arguments: &'static [&'static str],
    pub(super) configuration: &'static str,
    /// A change of the configuration, and the field that the report must name.
    pub(super) wrong: &'static [(&'static str, &'static str, &'static str)],
    pub(super) spec: &'static str,
    pub(super) variants: &'static [&'static str],
}

/// With the fields that its documentation has people set.
pub(super) const NGINX: Gateway = Gateway {
    program: "nginx",
    arguments: &["-e", "stderr", "-p", "FOLDER", "-c", "FOLDER/config.yaml"],
    configuration: "daemon off;\nmaster_process off;\npid FOLDER/pid;\nerror_log stderr;\nevents {}\nhttp {\naccess_log off;\n\
        client_body_temp_path FOLDER/b;\nproxy_temp_path FOLDER/p;\nfastcgi_temp_path FOLDER/f;\nuwsgi_temp_path FOLDER/u;\n\
        scgi_temp_path FOLDER/s;\nserver {\nlisten 127.0.0.1:FRONT;\nlocation / {\nproxy_pass http://127.0.0.1:ORIGIN;\n\
        proxy_http_version 1.1;\nproxy_set_header Connection \"\";\nproxy_set_header Host $host;\n\
        proxy_set_header X-Real-IP $remote_addr;\nproxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;\n\
        proxy_set_header X-Forwarded-Proto $scheme;\n}\n}\n}\n",
    wrong: &[
        ("proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;", "", "X-Forwarded-For"),
        ("proxy_set_header Host $host;", "", "Host"),
    ],
    spec: "specs/proxies/nginx.yaml",
    variants: &["typical", "no-request-id"],
};

pub(super) const HAPROXY: Gateway = Gateway {
    program: "haproxy",
    arguments: &["-db", "-f", "FOLDER/config.yaml"],
    configuration: "global\n maxconn 50\ndefaults\n mode http\n timeout connect 2s\n timeout client 5s\n timeout server 5s\n\
        frontend front\n bind 127.0.0.1:FRONT\n option forwardfor\n default_backend back\n\
        backend back\n server s 127.0.0.1:ORIGIN\n",
    wrong: &[
        (" option forwardfor\n", "", "X-Forwarded-For"),
        (" default_backend", " http-request set-header Host wrong\n default_backend", "Host"),
    ],
    spec: "specs/proxies/haproxy.yaml",
    variants: &["forwardfor"],
};

/// As Debian installs it.
pub(super) const APACHE: Gateway = Gateway {
    program: "apache2",
    arguments: &["-X", "-d", "FOLDER", "-f", "FOLDER/config.yaml"],
    configuration: "ServerRoot FOLDER\nPidFile FOLDER/pid\nListen 127.0.0.1:FRONT\nServerName gateway.example\nErrorLog FOLDER/errors\n\
        LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so\n\
        LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so\n\
        LoadModule proxy_module /usr/lib/apache2/modules/mod_proxy.so\n\
        LoadModule proxy_http_module /usr/lib/apache2/modules/mod_proxy_http.so\n\
        ProxyPreserveHost On\nProxyVia On\nProxyAddHeaders On\nAllowEncodedSlashes NoDecode\n\
        ProxyPass / http://127.0.0.1:ORIGIN/ nocanon\n",
    wrong: &[
        ("ProxyAddHeaders On", "ProxyAddHeaders Off", "X-Forwarded-For"),
        ("ProxyPreserveHost On", "ProxyPreserveHost Off", "Host"),
    ],
    spec: "specs/proxies/apache.yaml",
    variants: &["preserve-host", "via"],
};

/// It speaks as of 2.11; what Debian 12 has (2.6) adds no Via.
pub(super) const CADDY: Gateway = Gateway {
    program: "caddy",
    arguments: &["run", "--config", "FOLDER/config.yaml", "--adapter", "caddyfile"],
    configuration: "{\n admin off\n auto_https off\n persist_config off\n default_bind 127.0.0.1\n}\n\
        http://:FRONT {\n reverse_proxy 127.0.0.1:ORIGIN {\n # changed here\n }\n}\n",
    wrong: &[
        ("# changed here", "header_up -X-Forwarded-For", "X-Forwarded-For"),
        ("# changed here", "header_up Host {upstream_hostport}", "Host"),
    ],
    spec: "specs/proxies/caddy.yaml",
    variants: &[],
};

/// At the edge.
pub(super) const ENVOY: Gateway = Gateway {
    program: "envoy",
    arguments: &["-c", "FOLDER/config.yaml", "--disable-hot-restart", "--concurrency", "1", "-l", "warn"],
    configuration: r#"static_resources:
  listeners:
  - address: { socket_address: { address: 127.0.0.1, port_value: FRONT } }
    filter_chains:
    - filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: front
          use_remote_address: true
          route_config:
            virtual_hosts: [{ name: all, domains: ["*"], routes: [{ match: { prefix: "/" }, route: { cluster: origin } }] }]
          http_filters:
          - name: envoy.filters.http.router
            typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router }
  clusters:
  - name: origin
    load_assignment:
      cluster_name: origin
      endpoints: [{ lb_endpoints: [{ endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: ORIGIN } } } }] }]
"#,
    wrong: &[
        ("          use_remote_address: true\n", "", "X-Forwarded-For"),
        ("route: { cluster: origin }", "route: { cluster: origin, host_rewrite_literal: wrong }", "Host"),
    ],
    spec: "specs/proxies/envoy.yaml",
    variants: &["edge"],
};
