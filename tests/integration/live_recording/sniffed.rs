//! `--live`: what comes by at an interface, beside tcpdump; how a run ends, and what it leaves.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::namespace::{Namespace, is_there, output, possible, wait_until};
use crate::program::{Program, Run};

const SPEC: &str = "hops:
  client-to-server:
    from: client
    to: server
    select: { dst: { port: 8080 } }
    request:
      headers: { User-Agent: { prefix: curl/ } }
    response:
      status: 404
";

/// A run that goes on.
struct Live {
    child: Child,
    folder: PathBuf,
    name: &'static str,
}

impl Live {
    /// Runs the program in a namespace, and waits until it sniffs.
    fn start(name: &'static str, program: &Program, namespace: &Namespace, args: &[&str]) -> Self {
        Self::with(name, program, namespace, args, |_| {})
    }

    fn with(name: &'static str, program: &Program, namespace: &Namespace, args: &[&str], more: impl Fn(&mut Command)) -> Self {
        let folder = program.path("");
        let mut command = namespace.command(env!("CARGO_BIN_EXE_hopspec"));
        command.args(args).current_dir(&folder);
        let file = |ending: &str| File::create(folder.join(format!("{name}.{ending}"))).unwrap();
        command.stdout(file("out")).stderr(file("err"));
        more(&mut command);
        let mut live = Self { child: command.spawn().unwrap(), folder, name };
        wait_until("it sniffs", || live.said("err").contains("note: sniffing ") || live.child.try_wait().unwrap().is_some());
        live
    }

    fn said(&self, ending: &str) -> String {
        fs::read_to_string(self.folder.join(format!("{}.{ending}", self.name))).unwrap()
    }

    fn signal(&self, signal: &str) {
        output("kill", &[signal, &self.child.id().to_string()]);
    }

    /// Waits for its end.
    fn end(mut self) -> Run {
        wait_until(&format!("the end of {}", self.name), || self.child.try_wait().unwrap().is_some());
        let status = self.child.wait().unwrap();
        Run { code: status.code().unwrap_or(-1), stdout: self.said("out"), stderr: self.said("err") }
    }

    /// Ends it as Ctrl-C does.
    fn interrupt(self) -> Run {
        self.signal("-INT");
        self.end()
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        let _ended_before = self.child.kill();
        let _ended_before = self.child.wait();
    }
}

/// A namespace with a server at port 8080 that finds nothing.
fn site(test: &str, program: &Program) -> Option<Namespace> {
    if !possible(test, &["curl", "python3"]) {
        return None;
    }
    let mut namespace = Namespace::new(test);
    fs::create_dir(program.path("served")).unwrap();
    let served = program.path("served");
    let serve = ["-m", "http.server", "8080", "--bind", "::", "--directory", served.to_str().unwrap()];
    namespace.start("python3", &serve, &program.path("server.log"));
    wait_until("the server listens", || curl(&namespace, "http://127.0.0.1:8080/"));
    Some(namespace)
}

/// Whether a server answers.
fn curl(namespace: &Namespace, url: &str) -> bool {
    namespace.run("curl", &["-sS", "-m", "3", "-o", "/dev/null", url]).status.success()
}

/// Messages, without what two recordings of them do not share.
fn messages(shown: &str) -> Vec<Value> {
    let message = |line: &str| {
        let mut message: Value = serde_json::from_str(line).unwrap();
        for key in ["capture", "packet", "time", "stream"] {
            message.as_object_mut().unwrap().remove(key).unwrap();
        }
        message
    };
    shown.lines().map(message).collect()
}

fn targets(shown: &str) -> Vec<String> {
    let requests = messages(shown).into_iter().filter(|message| message["kind"] == "request");
    requests.map(|message| message["target"].as_str().unwrap().to_owned()).collect()
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn the_same_messages_as_tcpdump_and_none_twice() {
    let program = Program::new();
    let Some(mut namespace) = site("sniff", &program) else { return };
    let (log, capture) = (program.path("tcpdump.log"), program.path("beside.pcap"));
    let to = capture.to_str().unwrap();
    let record = ["-i", "lo", "--immediate-mode", "-B", "16384", "-U", "-n", "-Z", "root", "-w", to, "tcp port 8080"];
    namespace.start("tcpdump", &record, &log);
    wait_until("tcpdump listens", || fs::read_to_string(&log).is_ok_and(|said| said.contains("listening on")));
    let show = ["show", "--format", "jsonl", "--live"];
    let lo = Live::start("lo", &program, &namespace, &[&show[..], &["lo", "--port", "8080", "--port", "81"]].concat());
    let any = Live::start("any", &program, &namespace, &[&show[..], &["any"]].concat());
    let host = Live::start("host", &program, &namespace, &[&show[..], &["lo", "--host", "::1", "--host", "10.0.0.1"]].concat());
    let other = Live::start("other", &program, &namespace, &[&show[..], &["lo", "--port", "8081"]].concat());
    for number in 0..10 {
        assert!(curl(&namespace, &format!("http://127.0.0.1:8080/{number}")));
        assert!(curl(&namespace, &format!("http://[::1]:8080/six/{number}")));
    }
    wait_until("each message is shown when it comes", || lo.said("out").lines().count() == 40);
    let (lo, any, host, other) = (lo.interrupt(), any.interrupt(), host.interrupt(), other.interrupt());
    namespace.interrupt_last();
    let beside = program.run(&["show", "--format", "jsonl", "beside.pcap"]).code(0);
    let beside = messages(&beside.stdout);
    assert_eq!(beside.len(), 40);
    let lo = lo.code(0).says("note: sniffing lo, port 8080, 81").says("the kernel dropped none");
    assert_eq!(messages(&lo.stdout), beside);
    assert_eq!(messages(&any.code(0).stdout), beside);
    let six: Vec<String> = (0..10).map(|number| format!("/six/{number}")).collect();
    assert_eq!(targets(&host.code(0).stdout), six);
    let other = other.code(3).says("0 packets of lo");
    assert_eq!(other.stdout, "");
}

#[test]
fn what_passes_two_interfaces_counts_once() {
    let program = Program::new();
    let Some(server) = site("sniff-two", &program) else { return };
    let client = Namespace::new("sniff-client");
    let ip = |namespace: &Namespace, line: &str| {
        let made = namespace.run("ip", &line.split(' ').collect::<Vec<_>>());
        assert!(made.status.success(), "ip {line}: {made:?}");
    };
    let show = ["show", "--format", "jsonl", "--port", "8080", "--live"];
    // Before any of the interfaces is there.
    let any = Live::start("any", &program, &server, &[&show[..], &["any", "--write", "any.pcapng"]].concat());
    // client: out ─ veth ─ in, a port of the bridge `net` with the server's address
    ip(&server, &format!("link add in type veth peer name out netns {}", client.name()));
    for line in ["link add net type bridge", "link set in master net", "addr add 10.99.0.2/24 dev net", "link set in up"] {
        ip(&server, line);
    }
    let down = Live::start("down", &program, &server, &["show", "--live", "net"]);
    down.interrupt().code(3).says("note: net is down: nothing is heard there until `ip link set net up`");
    for line in ["addr add 10.99.0.1/24 dev out", "link set out up"] {
        ip(&client, line);
    }
    ip(&server, "link set net up");
    wait_until("the network is there", || curl(&client, "http://10.99.0.2:8080/first"));
    let two = Live::start("two", &program, &server, &[&show[..], &["net", "--live", "lo"]].concat());
    let one = Live::start("one", &program, &server, &[&show[..], &["net"]].concat());
    assert!(curl(&client, "http://10.99.0.2:8080/veth") && curl(&server, "http://127.0.0.1:8080/lo"));
    // The same in VLAN 7: the bridge has packets with a tag, the device of the VLAN without.
    let tagged = server.run("ip", &"link add link net name net.7 type vlan id 7".split(' ').collect::<Vec<_>>()).status.success();
    if tagged {
        ip(&client, "link add link out name out.7 type vlan id 7");
        for (namespace, device, address) in [(&server, "net.7", "10.99.7.2/24"), (&client, "out.7", "10.99.7.1/24")] {
            ip(namespace, &format!("addr add {address} dev {device}"));
            ip(namespace, &format!("link set {device} up"));
        }
        wait_until("the VLAN is there", || curl(&client, "http://10.99.7.2:8080/tagged"));
    } else {
        eprintln!("SKIPPED: this kernel knows no VLAN");
    }
    wait_until("all is shown", || any.said("out").lines().count() >= if tagged { 8 } else { 6 });
    let (any, two, one) = (any.interrupt().code(0), two.interrupt().code(0), one.interrupt().code(0));
    let with_tagged = |targets: &[&'static str]| [targets, &["/tagged"][..usize::from(tagged)]].concat();
    assert_eq!(targets(&any.stdout), with_tagged(&["/first", "/veth", "/lo"]));
    assert_eq!(targets(&two.stdout), with_tagged(&["/veth", "/lo"]));
    assert_eq!(targets(&one.stdout), with_tagged(&["/veth"]));
    // It was there twice.
    let report = json(&program.run(&["check", "--format", "json", "any.pcapng"]).stdout);
    let kinds: Vec<_> = report["captures"][0]["anomalies"].as_array().unwrap().iter().map(|a| a["kind"].clone()).collect();
    assert!(kinds.contains(&"duplicate-packet".into()), "{kinds:?}");
}

#[test]
fn it_ends_by_itself_once_all_was_observed() {
    let program = Program::new().file("spec.yaml", SPEC);
    let Some(namespace) = site("sniff-until", &program) else { return };
    let args = ["check", "--live", "lo", "-s", "spec.yaml", "--until-observed", "--write", "kept.pcapng", "--format", "json"];
    let live = Live::start("live", &program, &namespace, &args);
    assert!(curl(&namespace, "http://127.0.0.1:8080/x"));
    let seen = Instant::now();
    let run = live.end().code(0).says("every required hop was observed").says("the kernel dropped none");
    assert!(seen.elapsed() < Duration::from_secs(1), "{:?}", seen.elapsed());
    let live = json(&run.stdout);
    let kept = json(&program.run(&["check", "-s", "spec.yaml", "--format", "json", "kept.pcapng"]).code(0).stdout);
    assert_eq!(live["specs"], kept["specs"]);
    assert_eq!((&live["verdict"], &live["findings"]), (&"met".into(), &kept["findings"]));
    assert_eq!(live["captures"], kept["captures"], "the file is what was judged, and is named");
}

#[test]
fn tls_is_opened_with_secrets_that_are_written_meanwhile() {
    let program = Program::new().file("spec.yaml", SPEC.replace("8080", "8443").replace("404", "200"));
    let Some(mut namespace) = site("sniff-tls", &program) else { return };
    let listening = program.path("listening");
    namespace.start(env!("CARGO_BIN_EXE_hopspec"), &["listen", "127.0.0.1:8443", "--tls"], &listening);
    wait_until("the target listens", || fs::read_to_string(&listening).is_ok_and(|said| said.contains("listening on")));
    let request = |path: &str| {
        let mut curl = namespace.command("curl");
        curl.args(["-q", "-sS", "-k", "-m", "10", "-o", "/dev/null"]).arg(format!("https://127.0.0.1:8443{path}"));
        assert!(curl.env("SSLKEYLOGFILE", program.path("keys.log")).status().unwrap().success());
    };
    let args = ["check", "--live", "lo", "-s", "spec.yaml", "--keylog", "keys.log", "--format", "json"];
    let until = [&args[..], &["--until-observed", "--write", "kept.pcapng"]].concat();
    let live = Live::start("live", &program, &namespace, &until);
    request("/first");
    let seen = Instant::now();
    let run = live.end().code(0).says("every required hop was observed");
    assert!(seen.elapsed() < Duration::from_secs(1), "{:?}", seen.elapsed());
    // The file has the secrets, and what stood in the log before does not open what comes later.
    let kept = json(&program.run(&["check", "-s", "spec.yaml", "--format", "json", "kept.pcapng"]).code(0).stdout);
    assert_eq!(json(&run.stdout)["specs"], kept["specs"]);
    let live = Live::start("again", &program, &namespace, &["show", "--live", "lo", "--keylog", "keys.log", "--format", "jsonl"]);
    request("/second");
    wait_until("it is shown", || live.said("out").lines().count() == 2);
    // What comes just before the end is opened, too.
    request("/third");
    assert_eq!(targets(&live.interrupt().code(0).stdout), ["/second", "/third"]);
    // Nothing is written: it is not opened, and the run says why.
    let live = Live::start("none", &program, &namespace, &["check", "--live", "lo", "-s", "spec.yaml", "--keylog", "none.log"]);
    request("/fourth");
    live.interrupt().code(3).says("nothing was added to the key log none.log while it was sniffed");
    fs::write(program.path("no.log"), "-----BEGIN CERTIFICATE-----\n").unwrap();
    Live::start("wrong", &program, &namespace, &["show", "--live", "lo", "--keylog", "no.log"])
        .end()
        .code(4)
        .says("is no TLS key log");
    // Nor is the log written over.
    let held = fs::read(program.path("keys.log")).unwrap();
    for command in [&["show", "--live", "lo"][..], &["check", "--live", "lo", "-s", "spec.yaml"]] {
        let over = [command, &["--keylog", "keys.log", "--write", "./keys.log"]].concat();
        Live::start("over", &program, &namespace, &over).end().code(2).says("keys.log is read by this run");
        assert_eq!(fs::read(program.path("keys.log")).unwrap(), held);
    }
}

/// A TCP segment with a request in a packet of Ethernet, as a mirror sends it behind the header of VXLAN (RFC 7348 §5).
fn mirrored(port: u16, target: &str) -> Vec<u8> {
    let request = format!("GET {target} HTTP/1.1\r\nHost: a\r\n\r\n");
    let length = u16::try_from(40 + request.len()).unwrap().to_be_bytes();
    let [client, server] = [41_000_u16, port].map(u16::to_be_bytes);
    let vxlan = [8, 0, 0, 0, 0, 0, 7, 0];
    let ethernet = [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0];
    let ip = [0x45, 0, length[0], length[1], 0, 1, 0, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2];
    let tcp = [0, 0, 0, 1, 0, 0, 0, 1, 0x50, 0x18, 1, 0, 0, 0, 0, 0];
    [&vxlan[..], &ethernet, &ip, &client, &server, &tcp, request.as_bytes()].concat()
}

#[test]
fn what_is_mirrored_is_narrowed_by_what_is_in_it() {
    let program = Program::new();
    let Some(namespace) = site("sniff-mirror", &program) else { return };
    let show = ["show", "--format", "jsonl", "--live", "lo"];
    let all = Live::start("all", &program, &namespace, &show);
    let one = Live::start("one", &program, &namespace, &[&show[..], &["--port", "8000", "--write", "one.pcapng"]].concat());
    let host = Live::start("host", &program, &namespace, &[&show[..], &["--host", "10.0.0.9"]].concat());
    for (port, target) in [(8000, "/wanted"), (9000, "/other")] {
        let hex: String = mirrored(port, target).iter().map(|byte| format!("{byte:02x}")).collect();
        let send = "import socket, sys; socket.socket(2, 2).sendto(bytes.fromhex(sys.argv[1]), ('127.0.0.1', 4789))";
        assert!(namespace.run("python3", &["-c", send, &hex]).status.success());
    }
    // Of connections that began before, messages are shown when there is no more to wait for.
    let (all, one, host) = (all.interrupt().code(0), one.interrupt().code(0), host.interrupt().code(3));
    assert_eq!(targets(&all.stdout), ["/wanted", "/other"]);
    assert_eq!(targets(&one.stdout), ["/wanted"]);
    assert_eq!(host.stdout, "");
    // What is judged is what is in the file.
    assert_eq!(targets(&program.run(&["show", "--format", "jsonl", "one.pcapng"]).code(0).stdout), ["/wanted"]);
}

#[test]
fn its_time_and_an_interrupt_leave_the_report() {
    let program = Program::new().file("spec.yaml", SPEC.replace("404", "200"));
    let Some(namespace) = site("sniff-ends", &program) else { return };
    let live = Live::start("interrupt", &program, &namespace, &["check", "--live", "lo", "-s", "spec.yaml"]);
    assert!(curl(&namespace, "http://127.0.0.1:8080/x"));
    // What came before is judged, however soon somebody presses Ctrl-C.
    let run = live.interrupt().code(1).says("note: interrupted");
    assert!(run.stdout.contains("error[message-line-mismatch]") && run.stdout.contains("live:lo, packet "), "{}", run.stdout);
    assert!(!run.stdout.contains("hopspec show"), "there is nothing to be shown again: {}", run.stdout);
    let live = Live::start("time", &program, &namespace, &["check", "--live", "lo", "-s", "spec.yaml", "--for", "1s"]);
    assert!(curl(&namespace, "http://127.0.0.1:8080/x"));
    live.end().code(1).says("the time of --for is over");
    let live = Live::start("fast", &program, &namespace, &["check", "--live", "lo", "-s", "spec.yaml", "--fail-fast"]);
    assert!(curl(&namespace, "http://127.0.0.1:8080/x"));
    live.end().code(1).says("something was found");
}

#[test]
fn the_file_is_whole_when_the_process_is_killed() {
    let program = Program::new().file("spec.yaml", SPEC);
    let Some(namespace) = site("sniff-killed", &program) else { return };
    let args = ["check", "--live", "lo", "--port", "8080", "-s", "spec.yaml", "--write", "kept.pcapng"];
    let live = Live::start("live", &program, &namespace, &args);
    assert!(curl(&namespace, "http://127.0.0.1:8080/x"));
    wait_until("the response is kept", || {
        let kept = fs::read(program.path("kept.pcapng")).unwrap();
        kept.windows(9).any(|window| window == b"HTTP/1.0 ")
    });
    live.signal("-KILL");
    live.end();
    let run = program.run(&["check", "-s", "spec.yaml", "--format", "json", "kept.pcapng"]).code(0);
    let report = json(&run.stdout);
    assert_eq!((&report["verdict"], &report["findings"]), (&"met".into(), &serde_json::json!([])), "{report:#}");
}

#[test]
fn what_the_kernel_dropped_is_told() {
    let program = Program::new().file("spec.yaml", SPEC);
    let Some(namespace) = site("sniff-dropped", &program) else { return };
    // More than any buffer keeps while the program stands still; nothing but zeros, so that it takes no room.
    File::create(program.path("served/long")).unwrap().set_len(512 << 20).unwrap();
    let args = ["check", "--live", "lo", "--port", "8080", "-s", "spec.yaml", "--format", "json"];
    let live = Live::start("live", &program, &namespace, &args);
    assert!(curl(&namespace, "http://127.0.0.1:8080/x"));
    live.signal("-STOP");
    let long = ["-sS", "-m", "60", "-o", "/dev/null", "http://127.0.0.1:8080/long"];
    assert!(namespace.run("curl", &long).status.success());
    live.signal("-CONT");
    let run = live.interrupt().says("of which the kernel dropped ").says(" %): ");
    let report = json(&run.stdout);
    let anomalies = report["captures"][0]["anomalies"].as_array().unwrap();
    let dropped = anomalies.iter().find(|anomaly| anomaly["kind"] == "packets-dropped").expect("the anomaly");
    assert!(run.stderr.contains(&format!("the kernel dropped {} (", dropped["count"])), "{}", run.stderr);
    let findings = report["findings"].as_array().unwrap();
    assert!(findings.iter().any(|finding| finding["rule"] == "capture-gap"), "{findings:#?}");
}

#[test]
fn it_ends_where_nobody_reads() {
    let program = Program::new();
    let Some(namespace) = site("sniff-unread", &program) else { return };
    let live = Live::with("live", &program, &namespace, &["show", "--live", "lo", "--port", "8080"], |command| {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        command.stdout(writer);
    });
    assert!(curl(&namespace, "http://127.0.0.1:8080/x"));
    live.end().code(0);
}

#[test]
fn without_the_capability_the_way_is_told() {
    if !possible("sniff-capability", &["setpriv"]) || !is_there("setpriv") {
        return;
    }
    let program = Program::new().file("kept.pcapng", "old");
    let mut command = super::namespace::command("setpriv");
    command.args(["--bounding-set=-net_raw", "--inh-caps=-net_raw", env!("CARGO_BIN_EXE_hopspec")]);
    command.args(["check", "--live", "lo", "--port", "80", "--write", "kept.pcapng"]).current_dir(program.path(""));
    let run = program.told(&command.stdout(Stdio::piped()).output().unwrap());
    let run = run.code(4).reports_nothing().says("sudo setcap cap_net_raw+ep \"$(command -v hopspec)\"");
    run.says("`sudo tcpdump -i lo -s 0 --immediate-mode -B 65536 -U -w - 'tcp port 80' | hopspec check -`");
    assert_eq!(fs::read(program.path("kept.pcapng")).unwrap(), b"old", "what was kept before is not touched");
}
