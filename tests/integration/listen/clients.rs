//! Clients that people have: an SDK of AWS, and many of them at once. Curl is in `spoken`.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::process::{Command, Stdio};

use super::{SPEC, Target, get};
use crate::program::Run;

/// Puts, gets, lists and deletes an object, and gets it by a link; the first argument is the port, the second a field to leave out.
const BOTO: &str = r#"
import sys, boto3, urllib.request
from botocore.config import Config

client = boto3.client("s3", endpoint_url="http://127.0.0.1:" + sys.argv[1], region_name="eu-central-1",
    aws_access_key_id="AKIAIOSFODNN7EXAMPLE", aws_secret_access_key="made",
    config=Config(s3={"addressing_style": "path"}, proxies={}, retries={"max_attempts": 0}))
if len(sys.argv) > 2:
    client.meta.events.register("before-send.s3", lambda request, **_: request.headers.__delitem__(sys.argv[2]))
client.put_object(Bucket="bucket", Key="a b/c.txt", Body=b"hello" * 1000)
client.get_object(Bucket="bucket", Key="a b/c.txt")["Body"].read()
client.list_objects_v2(Bucket="bucket")
client.delete_object(Bucket="bucket", Key="a b/c.txt")
link = client.generate_presigned_url("get_object", Params={"Bucket": "bucket", "Key": "c.txt"})
urllib.request.build_opener(urllib.request.ProxyHandler({})).open(link).read()
"#;

/// What the spec of S3 says of that client; `None` where boto3 is not installed.
fn boto(without: &[&str]) -> Option<Run> {
    let python =
        |args: &[&str]| Command::new("python3").args(args).env("AWS_EC2_METADATA_DISABLED", "true").stdin(Stdio::null()).output();
    if !python(&["-c", "import boto3"]).is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: boto3 is not installed");
        return None;
    }
    // The field by which the spec knows S3 behind an address; without S3's ids the response is not judged.
    let spec = fs::read_to_string("specs/aws/s3/rest.yaml").unwrap();
    let target = Target::new(&spec, &["-H", "Server: AmazonS3"]);
    let output = python(&[&["-c", BOTO, &target.port.to_string()], without].concat()).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(target.interrupt())
}

#[test]
fn boto3_speaks_to_s3_as_the_spec_says() {
    let Some(right) = boto(&[]) else { return };
    assert_eq!(right.code, 0, "{}\n{}", right.stdout, right.stderr);
    for line in ["PUT /bucket/a%20b/c.txt 200  met ", "GET /bucket/a%20b/c.txt 200  met ", "DELETE /bucket/a%20b/c.txt 200  met "]
    {
        assert!(right.stderr.contains(line), "{line}: {}", right.stderr);
    }
    assert!(right.stdout.contains("s › client   5 exchanges, "), "{}", right.stdout);
    let Some(wrong) = boto(&["X-Amz-Content-SHA256"]) else { return };
    assert_eq!(wrong.code, 1, "{}\n{}", wrong.stdout, wrong.stderr);
    assert!(wrong.stdout.contains("`x-amz-content-sha256-is-there`"), "{}", wrong.stdout);
}

/// Asks and reads the answer, which has no body. Whether it was 200.
fn served(socket: &mut BufReader<TcpStream>, request: &str) -> bool {
    socket.get_mut().write_all(request.as_bytes()).unwrap();
    let mut first = String::new();
    let mut line = String::new();
    while line != "\r\n" {
        line.clear();
        assert_ne!(socket.read_line(&mut line).unwrap(), 0, "the answer ends in its head: {first}");
        if first.is_empty() {
            first.clone_from(&line);
        }
    }
    first == "HTTP/1.1 200 OK\r\n"
}

/// Ten thousand requests over connections that are kept, beside a thousand connections of one request: as many as were
/// answered are on record, and each was judged by itself.
#[test]
fn none_of_eleven_thousand_requests_is_lost() {
    let target = Target::new(SPEC, &["--write", "kept.pcapng", "--format", "json"]);
    let connect = || BufReader::new(target.connect());
    let answered: usize = std::thread::scope(|scope| {
        let kept = (0..40).map(|client| {
            scope.spawn(move || {
                let mut socket = connect();
                // Every tenth says what the spec does not.
                let request = |n: usize| {
                    let value = if n % 10 == 3 { "2" } else { "1" };
                    format!("GET /kept/{client}/{n} HTTP/1.1\r\nHost: a\r\nX-A: {value}\r\n\r\n")
                };
                (0..250).filter(|n| served(&mut socket, &request(*n))).count()
            })
        });
        let alone = (0..20).map(|client| {
            scope.spawn(move || (0..50).filter(|n| served(&mut connect(), &get(&format!("/alone/{client}/{n}"), "1"))).count())
        });
        let all: Vec<_> = kept.collect::<Vec<_>>().into_iter().chain(alone.collect::<Vec<_>>()).collect();
        all.into_iter().map(|client| client.join().unwrap()).sum()
    });
    assert_eq!(answered, 11_000);
    let mut target = target;
    let run = target.interrupted().code(1);
    let verdicts = |verdict: &str| run.stderr.lines().filter(|line| line.contains(&format!(" 200  {verdict} "))).count();
    assert_eq!((verdicts("met"), verdicts("violated")), (10_000, 1_000));
    let live: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(live["specs"][0]["hops"][0]["exchanges"], 11_000);
    assert_eq!(live["captures"][0]["flows"], 1_040);
    let again = target.program().run(&["check", "-s", "s.yaml", "kept.pcapng", "--format", "json"]).code(1);
    let again: serde_json::Value = serde_json::from_str(&again.stdout).unwrap();
    assert_eq!(live["specs"][0]["hops"], again["specs"][0]["hops"]);
}

/// Connections that are kept, all at once, to a process that has so few files.
#[cfg(unix)]
fn kept_at_once(limits: &str) -> Run {
    let target = Target::limited(limits, SPEC);
    let request = "GET / HTTP/1.1\r\nHost: a\r\nX-A: 1\r\n\r\n";
    let mut sockets: Vec<_> = (0..90).map(|_| BufReader::new(target.connect())).collect();
    for socket in &mut sockets {
        assert!(served(socket, request));
    }
    target.interrupt().code(0)
}

#[test]
#[cfg(unix)]
fn files_for_connections_are_asked_for_and_shared_where_there_are_no_more() {
    let run = kept_at_once("ulimit -Sn 64");
    assert!(run.stdout.contains("90 exchanges") && !run.stderr.contains("had to wait"), "{}{}", run.stdout, run.stderr);
    // Those that say nothing more give way to those that wait.
    let run = kept_at_once("ulimit -n 64");
    assert!(run.stdout.contains("90 exchanges") && run.stderr.contains("had to wait for"), "{}{}", run.stdout, run.stderr);
}
