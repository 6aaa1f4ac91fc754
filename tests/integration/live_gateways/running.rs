//! A real gateway as a process of a test.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command};
use std::thread;
use std::time::Duration;

/// A process that ends with the test.
pub(super) struct Ends(Child);

impl Drop for Ends {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub(super) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Starts a gateway with this configuration, in which `FRONT`, `ORIGIN` and `FOLDER` are filled in; `None` where it is not installed.
pub(super) fn gateway(program: &str, arguments: &[&str], configuration: &str, folder: &Path, ports: [u16; 2]) -> Option<Ends> {
    if !std::env::split_paths(&std::env::var_os("PATH")?).chain(["/usr/sbin".into()]).any(|path| path.join(program).is_file()) {
        eprintln!("skipped: {program} is not installed");
        return None;
    }
    let fill = |text: &str| {
        let folder = folder.to_str().unwrap();
        text.replace("FRONT", &ports[0].to_string()).replace("ORIGIN", &ports[1].to_string()).replace("FOLDER", folder)
    };
    fs::write(folder.join("config.yaml"), fill(configuration)).unwrap();
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
