//! The real program as the target of a test.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::program::{Program, Run};

/// Longer than anything takes that does not hang.
pub(crate) const HANGS: Duration = Duration::from_secs(60);

/// A listener that runs. It is ended where a test gives up.
pub(crate) struct Target {
    program: Program,
    child: Child,
    said: Arc<Mutex<String>>,
    stderr: Option<JoinHandle<()>>,
    stdout: Option<JoinHandle<String>>,
    pub(crate) port: u16,
}

impl Target {
    /// Listens at a free port with a spec.
    pub(crate) fn new(spec: &str, args: &[&str]) -> Self {
        Self::at(0, spec, args)
    }

    /// Listens at this port with a spec.
    pub(crate) fn at(port: u16, spec: &str, args: &[&str]) -> Self {
        Self::started(port, spec, args, Program::command)
    }

    /// Listens at a free port as a process whose limits a line of a shell sets before (`ulimit -n 64`).
    #[cfg(unix)]
    pub(crate) fn limited(limits: &str, spec: &str) -> Self {
        Self::started(0, spec, &[], |program, args| {
            let whole = program.command(args);
            let mut shell = Command::new("sh");
            shell.args(["-c", &format!("{limits} && exec \"$0\" \"$@\"")]).arg(whole.get_program()).args(whole.get_args());
            shell.current_dir(program.path("")).stdin(Stdio::null());
            shell
        })
    }

    fn started(port: u16, spec: &str, args: &[&str], command: impl Fn(&Program, &[&str]) -> Command) -> Self {
        let program = Program::new().file("s.yaml", spec);
        let port = format!(":{port}");
        let all = [&["listen", &port, "-s", "s.yaml"], args].concat();
        let mut child = command(&program, &all).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let mut stdout = child.stdout.take().unwrap();
        let mut first = String::new();
        stderr.read_line(&mut first).unwrap();
        let port = first.trim().rsplit(':').next().and_then(|port| port.parse().ok());
        let Some(port) = port.filter(|_| first.starts_with("listening on http")) else {
            let mut rest = String::new();
            stderr.read_to_string(&mut rest).unwrap();
            panic!("{first}{rest}");
        };
        let said = Arc::new(Mutex::new(String::new()));
        let also = Arc::clone(&said);
        let stderr = std::thread::spawn(move || {
            for line in stderr.lines() {
                let mut said = also.lock().unwrap();
                said.push_str(&line.unwrap());
                said.push('\n');
            }
        });
        let stdout = std::thread::spawn(move || {
            let mut report = String::new();
            stdout.read_to_string(&mut report).unwrap();
            report
        });
        Self { program, child, said, stderr: Some(stderr), stdout: Some(stdout), port }
    }

    pub(crate) fn program(&self) -> &Program {
        &self.program
    }

    /// The memory that it took at most, in KiB.
    #[cfg(target_os = "linux")]
    pub(crate) fn most_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.trim().trim_end_matches("kB").trim().parse().unwrap()
    }

    pub(crate) fn connect(&self) -> TcpStream {
        let socket = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        socket.set_read_timeout(Some(HANGS)).unwrap();
        socket.set_write_timeout(Some(HANGS)).unwrap();
        socket
    }

    /// All that comes back for these bytes until the connection ends.
    pub(crate) fn asked(&self, bytes: impl AsRef<[u8]>) -> String {
        let mut socket = self.connect();
        socket.write_all(bytes.as_ref()).unwrap();
        let mut back = Vec::new();
        socket.read_to_end(&mut back).unwrap();
        String::from_utf8_lossy(&back).into_owned()
    }

    /// What curl writes for this path; `None` where it is not installed, or cannot do what is asked.
    pub(crate) fn curl(&self, scheme: &str, path: &str, args: &[&str]) -> Option<String> {
        let url = format!("{scheme}://localhost:{}{path}", self.port);
        let output = Command::new("curl").args(["-q", "-sS", "-k", "-4", "-m", "60"]).args(args).arg(url).output().ok()?;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        if said.contains("option") && !output.status.success() {
            return None;
        }
        assert!(output.status.success(), "curl {args:?}: {said}");
        Some(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Kills it as nothing can be that has a last word.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Presses Ctrl-C.
    pub(crate) fn interrupt(mut self) -> Run {
        self.interrupted()
    }

    /// The same, while its folder stays.
    pub(crate) fn interrupted(&mut self) -> Run {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
        self.wait()
    }

    /// Waits for its end.
    pub(crate) fn ended(mut self) -> Run {
        self.wait()
    }

    fn wait(&mut self) -> Run {
        let began = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(began.elapsed() < HANGS, "it does not end; so far: {}", self.said.lock().unwrap());
            std::thread::sleep(Duration::from_millis(10));
        };
        self.stderr.take().unwrap().join().unwrap();
        let stdout = self.stdout.take().unwrap().join().unwrap();
        let stderr = std::mem::take(&mut *self.said.lock().unwrap());
        Run { code: status.code().unwrap_or(-1), stdout, stderr }
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
