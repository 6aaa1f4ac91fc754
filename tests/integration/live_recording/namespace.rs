//! A network namespace of a test, with the programs in it: both end with the test, however it ends.

use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// Where the system's tools are, before those that somebody put in front of them.
pub(super) fn search_path() -> String {
    format!("/usr/sbin:/usr/bin:/sbin:/bin:{}", std::env::var("PATH").unwrap_or_default())
}

pub(super) fn command(program: &str) -> Command {
    let mut command = Command::new(program);
    command.env("PATH", search_path()).env("LC_ALL", "C").stdin(Stdio::null());
    command
}

pub(super) fn output(program: &str, arguments: &[&str]) -> Output {
    command(program).args(arguments).output().unwrap_or_else(|e| panic!("{program}: {e}"))
}

pub(super) fn is_there(tool: &str) -> bool {
    search_path().split(':').any(|folder| Path::new(folder).join(tool).is_file())
}

/// Whether namespaces can be made here, with these tools; said loudly where not.
pub(super) fn possible(test: &str, tools: &[&str]) -> bool {
    let lacks = if !cfg!(target_os = "linux") {
        "Linux".to_owned()
    } else if let Some(tool) = ["ip", "tcpdump", "id", "kill"].iter().chain(tools).find(|tool| !is_there(tool)) {
        (*tool).to_owned()
    } else if output("id", &["-u"]).stdout != b"0\n" {
        "root".to_owned()
    } else {
        let name = format!("hopspec{}-try-{test}", std::process::id());
        let made = output("ip", &["netns", "add", &name]);
        output("ip", &["netns", "delete", &name]);
        if made.status.success() {
            return true;
        }
        format!("network namespaces ({})", String::from_utf8_lossy(&made.stderr).trim())
    };
    eprintln!("SKIPPED: {test} records live and needs {lacks}");
    false
}

/// Asks again until it is so, for ten seconds at most.
#[track_caller]
pub(super) fn wait_until(what: &str, mut so: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !so() {
        assert!(begin.elapsed() < Duration::from_secs(10), "{what}: not within 10 seconds");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Waits for the end of a program, which is killed with all that it started where it takes too long.
pub(super) fn bounded(mut command: Command, most: Duration, out: &Path) -> (bool, String) {
    let both = File::create(out).unwrap();
    command.process_group(0).stdout(both.try_clone().unwrap()).stderr(both);
    let mut child = command.spawn().unwrap();
    let begin = Instant::now();
    let ended = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status.success();
        }
        if begin.elapsed() > most {
            let group = format!("-{}", child.id());
            // First so that it can clean up.
            output("kill", &["-TERM", "--", &group]);
            let asked = Instant::now();
            while child.try_wait().unwrap().is_none() && asked.elapsed() < Duration::from_secs(5) {
                std::thread::sleep(Duration::from_millis(20));
            }
            output("kill", &["-KILL", "--", &group]);
            child.wait().unwrap();
            break false;
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    (ended, fs::read_to_string(out).unwrap_or_default())
}

/// A namespace with nothing but its loopback.
pub(super) struct Namespace {
    name: String,
    children: Vec<Child>,
}

impl Namespace {
    pub(super) fn new(test: &str) -> Self {
        let name = format!("hopspec{}-{test}", std::process::id());
        let namespace = Self { name, children: Vec::new() };
        let made = output("ip", &["netns", "add", &namespace.name]);
        assert!(made.status.success(), "{made:?}");
        assert!(output("ip", &["-n", &namespace.name, "link", "set", "lo", "up"]).status.success());
        namespace
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// A command in it.
    pub(super) fn command(&self, program: &str) -> Command {
        let mut command = command("ip");
        command.args(["netns", "exec", &self.name, program]);
        command
    }

    /// Runs a program to its end.
    pub(super) fn run(&self, program: &str, arguments: &[&str]) -> Output {
        self.command(program).args(arguments).output().unwrap()
    }

    /// Starts a program that goes on; what it says goes to a file.
    pub(super) fn start(&mut self, program: &str, arguments: &[&str], says: &Path) {
        let both = File::create(says).unwrap();
        let mut command = self.command(program);
        let child = command.args(arguments).stdout(both.try_clone().unwrap()).stderr(both).spawn().unwrap();
        self.children.push(child);
    }

    /// Ends the program that was started last, as Ctrl-C would.
    pub(super) fn interrupt_last(&mut self) {
        let mut child = self.children.pop().unwrap();
        output("kill", &["-INT", &child.id().to_string()]);
        wait_until("the program's end", || child.try_wait().unwrap().is_some());
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        for child in &mut self.children {
            let _ended_before = child.kill();
        }
        // And what these have started.
        for id in String::from_utf8_lossy(&output("ip", &["netns", "pids", &self.name]).stdout).split_whitespace() {
            output("kill", &["-KILL", id]);
        }
        for child in &mut self.children {
            let _ended_before = child.wait();
        }
        output("ip", &["netns", "delete", &self.name]);
    }
}

#[test]
fn what_takes_too_long_is_ended_with_all_that_it_started() {
    if !is_there("kill") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut slow = command("sh");
    slow.args(["-c", "sleep 60 & echo $!; trap 'echo cleaned; exit 1' TERM; wait"]);
    let (ended, said) = bounded(slow, Duration::from_millis(300), &folder.path().join("log"));
    let (id, rest) = said.split_once('\n').unwrap();
    assert_eq!((ended, rest), (false, "cleaned\n"));
    wait_until("the end of its child", || !output("kill", &["-0", id]).status.success());
}
