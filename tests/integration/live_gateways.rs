//! A real gateway between `hopspec probe` and `hopspec listen --echo`: both hops judged from one place, by the specs of
//! `specs/proxies`. Where a gateway is not installed the test says that it skips.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command};
use std::thread;
use std::time::Duration;

use crate::kit::{Run, hopspec};
use crate::listen::target::Target;

/// A process that ends with the test.
struct Ends(Child);

impl Drop for Ends {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Starts a gateway with this configuration, in which `FRONT`, `ORIGIN` and `FOLDER` are filled in; `None` where it is not installed.
fn gateway(program: &str, arguments: &[&str], configuration: &str, folder: &Path, ports: [u16; 2]) -> Option<Ends> {
    if !std::env::split_paths(&std::env::var_os("PATH")?).chain(["/usr/sbin".into()]).any(|path| path.join(program).is_file()) {
        eprintln!("skipped: {program} is not installed");
        return None;
    }
    let fill = |text: &str| {
        let folder = folder.to_str().unwrap();
        text.replace("FRONT", &ports[0].to_string()).replace("ORIGIN", &ports[1].to_string()).replace("FOLDER", folder)
    };
    fs::write(folder.join("config"), fill(configuration)).unwrap();
    let path = format!("{}:/usr/sbin", std::env::var("PATH").unwrap_or_default());
    let log = fs::File::create(folder.join("log")).unwrap();
    let mut command = Command::new(program);
    command.args(arguments.iter().map(|argument| fill(argument))).env("PATH", path);
    let child = command.stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap();
    let ends = Ends(child);
    for _ in 0..400 {
        if TcpStream::connect(("127.0.0.1", ports[0])).is_ok() {
            return Some(ends);
        }
        thread::sleep(Duration::from_millis(50));
    }
    panic!("{program} does not listen: {}", fs::read_to_string(folder.join("log")).unwrap());
}

struct Gateway {
    program: &'static str,
    arguments: &'static [&'static str],
    configuration: &'static str,
    /// A change of the configuration, and the field that the report must name.
    wrong: &'static [(&'static str, &'static str, &'static str)],
    spec: &'static str,
    variants: &'static [&'static str],
}

const NGINX: Gateway = Gateway {
    program: "nginx",
    arguments: &["-e", "stderr", "-p", "FOLDER", "-c", "FOLDER/config"],
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

const HAPROXY: Gateway = Gateway {
    program: "haproxy",
    arguments: &["-db", "-f", "FOLDER/config"],
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
const APACHE: Gateway = Gateway {
    program: "apache2",
    arguments: &["-X", "-d", "FOLDER", "-f", "FOLDER/config"],
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

fn probed(gateway: &Gateway, configuration: &str) -> Option<Run> {
    let folder = tempfile::tempdir().unwrap();
    let echoing = Target::new("hops:\n  any:\n    request: { path: { prefix: / } }\n", &["--echo"]);
    let (front, origin) = (free_port(), echoing.port);
    let _running = self::gateway(gateway.program, gateway.arguments, configuration, folder.path(), [front, origin])?;
    let (front, origin) = (format!("127.0.0.1:{front}"), format!("127.0.0.1:{origin}"));
    let (url, front, origin) = (format!("http://{front}/a%2Fb?q=1"), format!("front={front}"), format!("origin={origin}"));
    let mut arguments = vec!["probe", &url, "-n", "3", "-s", gateway.spec, "--param", &front, "--param", &origin];
    arguments.extend(["--hop", "client-to-proxy", "--hop", "proxy-to-origin"]);
    arguments.extend(gateway.variants.iter().flat_map(|name| ["--variant", name]));
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
