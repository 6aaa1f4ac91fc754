//! One test a hop: names, outcomes, what is read and when. The output is what libtest-mimic writes for `cargo test`.

use std::fs;
use std::path::PathBuf;
#[cfg(unix)]
use std::{path::Path, process::Command, sync::mpsc, thread, time::Duration};

use libtest_mimic::Arguments;
use tempfile::TempDir;

use super::super::Check;
use super::super::suite::{is_picked, several_filters, trials};

const TWO_HOPS: &str = "
hops:
  in:
    select: { request: { path: /in } }
    request: { headers: { Host: a.example.com } }
  out:
    select: { request: { path: /out } }
    request: { headers: { Host: a.example.com } }
";
const BOTH: &str = "GET /in HTTP/1.1\nHost: a.example.com\n\nGET /out HTTP/1.1\nHost: a.example.com\n\n";

/// A folder with specs and captures.
struct Site(TempDir);

impl Site {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn file(self, name: &str, text: &str) -> Self {
        fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        fs::write(self.path(name), text).unwrap();
        self
    }

    #[cfg(unix)]
    /// A file whose reading is seen: it can be read once, and only while somebody writes it.
    fn fifo(self, name: &str) -> Self {
        fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        assert!(Command::new("mkfifo").arg(self.path(name)).status().unwrap().success());
        self
    }

    fn check(&self) -> Check {
        Check::specs(self.path("specs"))
    }

    fn names(&self) -> Vec<String> {
        trials(self.check(), false, false).iter().map(|trial| trial.name().to_owned()).collect()
    }

    /// What a test binary prints for these arguments, and whether it fails.
    fn run(&self, check: Check, flag_skips: bool, arguments: &[&str]) -> (String, bool) {
        let log = self.path("log");
        let all = ["specs", "--logfile", log.to_str().unwrap()].into_iter().chain(arguments.iter().copied());
        let arguments = Arguments::from_iter(all);
        let failed = libtest_mimic::run(&arguments, trials(check, false, flag_skips)).has_failed();
        (fs::read_to_string(log).unwrap().replace(self.0.path().to_str().unwrap(), "[SITE]"), failed)
    }
}

fn assert_has(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "{part}\n{text}");
    }
}

#[test]
fn every_hop_passes_fails_or_is_ignored_by_itself() {
    let site = Site::new()
        .file("specs/a/good.yaml", TWO_HOPS)
        .file("captures/a/good.txt", BOTH)
        .file("specs/a/wrong.yaml", TWO_HOPS)
        .file("captures/a/wrong.txt", &BOTH.replace("/out HTTP/1.1\nHost: a", "/out HTTP/1.1\nHost: b"))
        .file("specs/half.yaml", TWO_HOPS)
        .file("captures/half.txt", "GET /in HTTP/1.1\nHost: a.example.com\n\n")
        .file("specs/new.yaml", TWO_HOPS);
    let names = site.names();
    assert_eq!(
        names,
        ["a/good::in", "a/good::out", "a/wrong::in", "a/wrong::out", "half::in", "half::out", "new::in", "new::out"]
    );
    let (log, failed) = site.run(site.check(), false, &["--test-threads", "4"]);
    assert!(failed);
    assert_has(
        &log,
        &[
            "test a/good::in   ... ok",
            "test a/good::out  ... ok",
            "test a/wrong::in  ... ok",
            "test a/wrong::out ... FAILED",
            "test half::in     ... ok",
            "test half::out    ... FAILED",
            "test new::in      ... ignored (spec `new` has no evidence: no capture [SITE]/captures/new.* or in [SITE]/captures/new/)",
            "test result: FAILED. 4 passed; 2 failed; 2 ignored; 0 measured; 0 filtered out",
            // The whole finding, and nothing of the other hop.
            "---- a/wrong::out ----\nerror[field-value-mismatch]: `Host` is not what hop `out` must carry\n",
            "--> [SITE]/specs/a/wrong.yaml:8:33\n",
            "[SITE]/captures/a/wrong.txt:4\n",
            "      GET /out HTTP/1.1\n    - Host: a.example.com\n    + Host: b.example.com\n",
            "violated      a/wrong › out   1 exchange in 1 capture, 1 expectation, 1 violated\n",
            // Evidence without the hop.
            "---- half::out ----\nerror[hop-not-observed]: no exchange of hop `out` is in the captures\n",
            "nearest: 1 exchange misses",
            "not judged: the captures hold no exchange of any hop",
        ],
    );
    assert!(!log.contains("› in"), "{log}");
}

#[test]
fn the_options_of_libtest_pick_tests() {
    let site = Site::new().file("specs/a/b.yaml", TWO_HOPS).file("captures/a/b.txt", BOTH).file("specs/c.yaml", TWO_HOPS);
    let run = |arguments: &[&str]| site.run(site.check(), false, arguments).0;
    assert_has(&run(&["--list"]), &["a/b::in: test\na/b::out: test\nc::in: test\nc::out: test\n"]);
    assert_has(&run(&["a/b"]), &["2 passed; 0 failed; 0 ignored; 0 measured; 2 filtered out"]);
    assert_has(&run(&["--exact", "a/b::in", "--nocapture"]), &["1 passed", "3 filtered out"]);
    assert_has(&run(&["--skip", "out"]), &["test a/b::in ... ok", "test c::in   ... ignored", "2 filtered out"]);
    assert_has(&run(&["--ignored"]), &["0 passed", "4 filtered out"]);
    // nextest learns from its list what is ignored, and asks for it with `--ignored`.
    let flagged = |arguments: &[&str]| site.run(site.check(), true, arguments).0;
    assert_eq!(flagged(&["--list", "--format", "terse", "--ignored"]), "c::in: test\nc::out: test\n");
    assert_has(&flagged(&["--exact", "a/b::out", "--nocapture"]), &["1 passed"]);
    assert_has(&flagged(&["--exact", "c::in", "--nocapture", "--ignored"]), &["ignored (spec `c` has no evidence"]);
}

#[test]
fn a_spec_that_does_not_load_is_one_failing_test() {
    let site = Site::new()
        .file("specs/a/bad.yaml", "hops:\n  h:\n    requst: { method: GET }\n    request: { headers: { Age: { is: nmber } } }\n")
        .file("specs/a/bad.yml", "hops: [")
        .file("specs/good.yaml", TWO_HOPS)
        .file("captures/good.txt", BOTH);
    let names = site.names();
    let last = site.path("specs/a/bad.yml").to_string_lossy().replace('\\', "/");
    assert_eq!(names.iter().filter(|name| *name == "a/bad").count(), 1, "{names:?}");
    assert!(names.contains(&last), "two tests never have one name: {names:?}");
    let (log, failed) = site.run(site.check(), false, &["a/bad"]);
    assert!(failed);
    assert_has(
        &log,
        &["---- a/bad ----\nerror: unknown key `requst`", "--> [SITE]/specs/a/bad.yaml:3:5", "nmber", "2 errors in 1 spec"],
    );
    assert_has(&site.run(site.check(), false, &["good"]).0, &["2 passed; 0 failed"]);
}

#[test]
fn no_spec_is_a_failing_test() {
    let empty = Site::new().file("specs/readme.md", "none");
    let (log, failed) = empty.run(empty.check(), false, &[]);
    assert!(failed);
    assert_has(&log, &["test specs ... FAILED", "no spec in [SITE]/specs: no YAML file there; write one"]);
    let none = Site::new();
    let (log, failed) = none.run(none.check(), false, &[]);
    assert!(failed);
    assert_has(&log, &["[SITE]/specs: there is no such file or folder"]);
}

#[test]
fn params_and_strictness_hold_for_every_test() {
    let site = Site::new()
        .file(
            "specs/a.yaml",
            "params: { host: { about: its name } }\nhops:\n  h: { request: { headers: { Host: \"${host}\" } } }\n",
        )
        .file("captures/a.txt", "GET / HTTP/1.1\nHost: a\n\n")
        .file("specs/b.yaml", TWO_HOPS);
    assert_has(&site.run(site.check().param("host", "b"), false, &["a::h"]).0, &["expected `b`", "1 failed"]);
    assert_has(&site.run(site.check().param("hots", "b"), false, &["a::h"]).0, &["did you mean `host`?", "1 failed"]);
    let (log, failed) = site.run(site.check().strict(), true, &["b::"]);
    assert!(failed, "evidence is required");
    assert_has(&log, &["error[spec-without-evidence]", "2 failed; 0 ignored"]);
}

#[test]
fn captures_that_are_named_serve_every_spec() {
    let site = Site::new()
        .file("specs/a.yaml", TWO_HOPS)
        .file("specs/b.yaml", "hops:\n  none: { select: { request: { path: /none } }, request: { method: GET } }\n")
        .file("elsewhere/t.txt", BOTH);
    let check = || site.check().capture(site.path("elsewhere"));
    let (log, failed) = site.run(check(), true, &[]);
    assert!(!failed, "{log}");
    assert_has(
        &log,
        &["2 passed", "test b::none ... ignored (no exchange of hop `none` is in the captures; nearest: 2 exchanges miss"],
    );
    let (log, failed) = site.run(site.check().capture(site.path("nowhere.pcap")), false, &["a::in"]);
    assert!(failed);
    assert_has(&log, &["error: [SITE]/nowhere.pcap: there is no such file"]);
}

/// A link that leads nowhere is there, and cannot be read.
#[cfg(unix)]
#[test]
fn evidence_that_cannot_be_read_is_no_missing_evidence() {
    let site = Site::new().file("specs/a.yaml", TWO_HOPS).file("captures/a/keep", "");
    fs::remove_file(site.path("captures/a/keep")).unwrap();
    std::os::unix::fs::symlink("nowhere", site.path("captures/a/t.pcap")).unwrap();
    let (log, failed) = site.run(site.check(), false, &["a::in"]);
    assert!(failed, "{log}");
    assert_has(&log, &["evidence was passed over: [SITE]/captures/a/t.pcap: there is no such file"]);
}

/// Runs what must not wait for a capture.
#[cfg(unix)]
fn in_time<T: Send + 'static>(what: &str, work: impl FnOnce() -> T + Send + 'static) -> T {
    let (done, wait) = mpsc::channel();
    thread::spawn(move || done.send(work()));
    wait.recv_timeout(Duration::from_secs(20)).unwrap_or_else(|_| panic!("{what} reads a capture"))
}

#[cfg(unix)]
fn write_once(path: &Path, text: &'static str) -> thread::JoinHandle<()> {
    let path = path.to_owned();
    thread::spawn(move || fs::write(path, text).unwrap())
}

#[cfg(unix)]
#[test]
fn listing_reads_no_capture() {
    for flag_skips in [false, true] {
        let site = Site::new().file("specs/a.yaml", TWO_HOPS).fifo("captures/a/t.pcap").fifo("captures/a.txt");
        let list = move |arguments: &'static [&'static str]| {
            let (log, _) = site.run(site.check(), flag_skips, arguments);
            (site, log)
        };
        let (site, log) = in_time("--list", move || list(&["--list"]));
        assert_eq!(log, "a::in: test\na::out: test\n");
        let terse = in_time("--list --ignored", move || {
            site.run(site.check(), flag_skips, &["--list", "--format", "terse", "--ignored"]).0
        });
        assert_eq!(terse, "", "what has evidence is not ignored, whatever is in it");
    }
}

#[cfg(unix)]
#[test]
fn a_capture_is_read_once_however_many_hops_ask_at_once() {
    let hops: String =
        (0..40).map(|n| format!("  h{n}: {{ select: {{ request: {{ path: /in }} }}, request: {{ method: GET }} }}\n")).collect();
    let site = Site::new().file("specs/a.yaml", &format!("hops:\n{hops}")).fifo("captures/a.txt");
    // A second reader would wait for ever: nobody writes again.
    let writer = write_once(&site.path("captures/a.txt"), BOTH);
    let (log, failed) = in_time("a second hop", move || site.run(site.check(), false, &["--test-threads", "8"]));
    assert!(!failed, "{log}");
    assert_has(&log, &["40 passed; 0 failed"]);
    writer.join().unwrap();
}

#[test]
fn what_threads_share_may_be_shared() {
    fn shared<T: Send + Sync>() {}
    shared::<crate::check::Suite>();
}

#[test]
fn the_tests_of_this_project_are_named_after_spec_and_hop() {
    let names: Vec<String> = trials("specs".into(), false, false).iter().map(|trial| trial.name().to_owned()).collect();
    assert!(names.contains(&"aws/alb/health-check::alb-to-target".to_owned()), "{names:?}");
    let kinds = trials("specs".into(), false, false).iter().all(|trial| trial.kind().is_empty());
    assert!(kinds, "a kind would stand in nextest's names");
}

#[test]
fn checks_over_several_hops_are_a_test_of_their_own() {
    let spec = "
checks:
  - id: same-agent
    that: hop(\"in\").request.header(\"User-Agent\") == hop(\"out\").request.header(\"User-Agent\")
hops:
  in: { select: { request: { path: /in } }, request: { method: GET } }
  out: { select: { request: { path: /out } }, request: { method: GET } }
";
    let both = "GET /in HTTP/1.1\nX-Request-Id: 1\nUser-Agent: a\n\nGET /out HTTP/1.1\nX-Request-Id: 1\nUser-Agent: a\n\n";
    let site = Site::new().file("specs/good.yaml", spec).file("captures/good.txt", both);
    let site = site.file("specs/wrong.yaml", spec).file("captures/wrong.txt", &both.replacen("Agent: a", "Agent: b", 1));
    let site = site.file("specs/apart.yaml", spec).file("captures/apart.txt", &both.replacen("Id: 1", "Id: 2", 1));
    let site = site.file("specs/new.yaml", spec);
    let (log, failed) = site.run(site.check(), false, &[]);
    assert!(failed);
    assert_has(
        &log,
        &[
            "test apart::checks ... FAILED",
            "test apart::in     ... ok",
            "test good::checks  ... ok",
            "test good::in      ... ok",
            "test good::out     ... ok",
            "test new::checks   ... ignored (spec `new` has no evidence",
            "test wrong::checks ... FAILED",
            "test wrong::in     ... ok",
            "test wrong::out    ... ok",
            "---- wrong::checks ----\nerror[check-failed]: ",
            "--> [SITE]/specs/wrong.yaml:4:11\n",
            "---- apart::checks ----\n",
            "no exchange of hop `out` belongs to the same request",
            "not judged: the evidence of ",
        ],
    );
}

#[test]
fn several_filters_pick_what_any_of_them_picks() {
    let split = |line: &str| {
        let (rest, filters) = several_filters(line.split(' ').map(str::to_owned).collect());
        (rest.join(" "), filters.join(" "))
    };
    let told = |rest: &str, filters: &str| (rest.to_owned(), filters.to_owned());
    assert_eq!(split("specs"), told("specs", ""));
    assert_eq!(split("specs a --nocapture"), told("specs a --nocapture", ""), "one is libtest-mimic's own business");
    assert_eq!(split("specs a --skip c b --exact"), told("specs --skip c --exact", "a b"));
    assert_eq!(split("specs --test-threads 4 a --color=never b"), told("specs --test-threads 4 --color=never", "a b"));
    let filters = ["alb".to_owned(), "x::y".to_owned()];
    assert!(is_picked("aws/alb/z::h", &filters, false) && is_picked("x::y", &filters, true) && is_picked("any", &[], true));
    assert!(!is_picked("aws/alb/z::h", &filters, true) && !is_picked("x::z", &filters, false));
}
