//! curl → a real proxy → its origin, recorded by tcpdump and checked: a spec that is met, and one that is violated.

use std::fs;
use std::path::PathBuf;

use super::namespace::{Namespace, is_there, possible, wait_until};
use crate::program::Program;

/// A proxy with an origin of its own, and what its specs say.
struct Proxy {
    name: &'static str,
    /// `FOLDER` is where it may write.
    config: &'static str,
    arguments: &'static [&'static str],
    /// Lines of a spec for the hop behind it: what it makes of curl's request.
    met: &'static str,
    /// One that it does not meet, and what the finding is about.
    violated: (&'static str, &'static str, &'static str),
}

const NGINX: Proxy = Proxy {
    name: "nginx",
    config: "daemon off;\nmaster_process off;\npid FOLDER/pid;\nerror_log stderr;\nevents {}\nhttp {\n\
        access_log off;\nclient_body_temp_path FOLDER/body;\nproxy_temp_path FOLDER/proxy;\n\
        fastcgi_temp_path FOLDER/f;\nuwsgi_temp_path FOLDER/u;\nscgi_temp_path FOLDER/s;\n\
        server {\nlisten 127.0.0.1:8080;\nlocation / {\nproxy_pass http://127.0.0.10:8081;\nproxy_set_header Host $host;\n\
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;\nproxy_set_header X-Forwarded-Proto $scheme;\n}\n}\n\
        server {\nlisten 127.0.0.10:8081;\nlocation / {\nreturn 200 ok;\n}\n}\n}\n",
    arguments: &["-e", "stderr", "-p", "FOLDER", "-c", "FOLDER/config"],
    met: "      version: HTTP/1.0
      headers:
        Host: 127.0.0.1
        X-Forwarded-For: 127.0.0.1
        X-Forwarded-Proto: http
        Connection: close
        User-Agent: { prefix: curl/ }
        X-CaSe: One
        X-Twice: [a, b]
      name_case: exact
      order: [Host, X-Forwarded-For, X-Forwarded-Proto, Connection, User-Agent, X-CaSe, X-Twice]
",
    violated: ("      headers: { X-Forwarded-Proto: https }\n", "field-value-mismatch", "request.header.X-Forwarded-Proto"),
};

const HAPROXY: Proxy = Proxy {
    name: "haproxy",
    config: "global\n maxconn 50\ndefaults\n mode http\n timeout connect 2s\n timeout client 5s\n timeout server 5s\n\
        frontend front\n bind 127.0.0.1:8080\n option forwardfor\n default_backend back\n\
        backend back\n server s 127.0.0.10:8081\n\
        frontend origin\n bind 127.0.0.10:8081\n http-request return status 200 content-type text/plain string ok\n",
    arguments: &["-db", "-f", "FOLDER/config"],
    met: "      version: HTTP/1.1
      headers:
        Host: 127.0.0.1:8080
        X-Forwarded-For: 127.0.0.1
        User-Agent: { prefix: curl/ }
        X-Case: One
        X-Twice: [a, b]
      absent: [X-Forwarded-Proto, Via]
      order: [Host, User-Agent, Accept, X-Case, X-Twice, others, X-Forwarded-For]
      name_case: lower
",
    violated: ("      headers: { X-CaSe: One }\n      name_case: exact\n", "field-name-case", "request.header.X-CaSe"),
};

fn spec(request: &str) -> String {
    format!(
        "hops:
  proxy-to-origin:
    from: proxy
    to: origin
    select: {{ dst: {{ port: 8081 }} }}
    request:
{request}    response:
      status: 200
"
    )
}

/// Makes curl ask twice, and records both hops; gives the capture's path.
fn recorded(proxy: &Proxy, program: &Program) -> PathBuf {
    let folder = program.path("");
    let folder = folder.to_str().unwrap().trim_end_matches('/');
    fs::write(program.path("config"), proxy.config.replace("FOLDER", folder)).unwrap();
    let arguments: Vec<String> = proxy.arguments.iter().map(|argument| argument.replace("FOLDER", folder)).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (says, log) = (program.path("proxy.log"), program.path("tcpdump.log"));

    let mut namespace = Namespace::new(proxy.name);
    namespace.start(proxy.name, &arguments, &says);
    wait_until(&format!("{} listens", proxy.name), || {
        namespace.run("curl", &["-fsS", "-m", "2", "-o", "/dev/null", "http://127.0.0.1:8080/"]).status.success()
    });
    let capture = program.path("live.pcap");
    // In immediate mode each packet takes the room of the longest: the usual 2 MiB are room for eight.
    let filter = "tcp and (port 8080 or port 8081)";
    let to = capture.to_str().unwrap();
    namespace.start(
        "tcpdump",
        &["-i", "lo", "--immediate-mode", "-B", "16384", "-U", "-n", "-Z", "root", "-w", to, filter],
        &log,
    );
    wait_until("tcpdump listens", || fs::read_to_string(&log).is_ok_and(|said| said.contains("listening on")));

    let url = "http://127.0.0.1:8080/a%2Fb?q=1";
    let own = ["-fsS", "-m", "5", "-H", "X-CaSe: One", "-H", "X-Twice: a", "-H", "X-Twice: b", url];
    for more in [&[][..], &["-d", "name=value"]] {
        let asked = namespace.run("curl", &[&own[..], more].concat());
        let said = fs::read_to_string(&says).unwrap();
        assert!(asked.status.success() && asked.stdout == b"ok", "{asked:?}\n{said}");
    }
    // Both hops' last packets: the end of the two connections of each request.
    std::thread::sleep(std::time::Duration::from_millis(200));
    namespace.interrupt_last();
    let said = fs::read_to_string(&log).unwrap();
    assert!(said.contains("0 packets dropped by kernel"), "{said}");
    capture
}

fn checked(proxy: &Proxy) {
    if !possible(proxy.name, &["curl"]) {
        return;
    }
    if !is_there(proxy.name) {
        eprintln!("SKIPPED: {0} records live and needs {0}", proxy.name);
        return;
    }
    let (violated, rule, subject) = proxy.violated;
    let program = Program::new().file("specs/met.yaml", spec(proxy.met)).file("specs/violated.yaml", spec(violated));
    recorded(proxy, &program);

    let shown = program.run(&["show", "--format", "jsonl", "live.pcap"]).code(0);
    let lines: Vec<serde_json::Value> = shown.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let targets = lines.iter().filter(|m| m["kind"] == "request" && m["target"] == "/a%2Fb?q=1");
    assert_eq!(targets.count(), 4, "two requests on two hops: {}", shown.stdout);
    let whole = lines.iter().filter(|m| m["body_complete"] == true && m["anomalies"].as_array().is_none_or(Vec::is_empty));
    assert_eq!(whole.count(), 8, "and their responses: {}", shown.stdout);

    let report = |spec: &str, code: i32| -> serde_json::Value {
        let run = program.run(&["check", "--format", "json", "-s", spec, "live.pcap"]).code(code);
        serde_json::from_str(&run.stdout).unwrap()
    };
    let met = report("specs/met.yaml", 0);
    assert_eq!((&met["verdict"], &met["specs"][0]["hops"][0]["exchanges"]), (&"met".into(), &2.into()), "{met:#}");
    assert_eq!(met["findings"], serde_json::json!([]));
    let violated = report("specs/violated.yaml", 1);
    let findings = violated["findings"].as_array().unwrap();
    let found: Vec<_> = findings.iter().map(|f| (f["rule"].as_str().unwrap(), f["subject"].as_str().unwrap())).collect();
    assert_eq!(found, [(rule, subject)]);
    assert_eq!(findings[0]["count"], 2);
}

#[test]
fn curl_through_nginx_is_checked() {
    checked(&NGINX);
}

#[test]
fn curl_through_haproxy_is_checked() {
    checked(&HAPROXY);
}
