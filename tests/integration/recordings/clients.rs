//! Real clients of S3, with real signatures: read as sent, and as the spec of S3 says.

use super::compare::requests;
use super::heard::hear;
use super::recording;
use super::truth::{Connection, recorded};
use crate::kit::hopspec;

const CLIENTS: [(&str, usize, usize); 2] = [("s3-sdk-js-v3", 5, 5), ("s3-presigned-curl", 4, 6)];

#[test]
fn what_s3_clients_send_is_read_as_sent() {
    for (name, sent, answered) in CLIENTS {
        let (heard, mut wrong) = (hear(&recording(&format!("s3/{name}.pcap"))), Vec::new());
        let connections = Connection::all(&recorded(&recording(&format!("s3/{name}.jsonl"))));
        requests(&heard, &connections, &mut wrong);
        assert!(wrong.is_empty(), "{name}: {}", wrong.join("\n"));
        assert_eq!((heard.flows.len(), connections.len()), (sent, sent), "{name}");
        assert_eq!(heard.flows.iter().map(|flow| flow.responses.len()).sum::<usize>(), answered, "{name}: with 100 Continue");
        assert!(heard.flows.iter().all(|flow| matches!(&flow.exchanges[..], [(Some(_), Some(_))])), "{name}");
        assert_eq!(heard.anomalies(), [], "{name}");
    }
}

/// They were answered by an emulator, so that their requests alone are judged.
#[test]
fn what_s3_clients_send_meets_the_spec_of_s3() {
    // One request of curl is presigned as S3 once was; another lacks the hash, which is a warning.
    for ((name, sent, _), (ours, warned)) in CLIENTS.into_iter().zip([(5, 0), (3, 1)]) {
        let capture = recording(&format!("s3/{name}.pcap"));
        let run = hopspec(&["check", "--format", "json", "-s", "specs", capture.to_str().unwrap()]);
        assert_eq!(run.code, 0, "{name}: {}", run.stderr);
        assert_eq!(run.exchanges("aws/s3/rest", "client"), ours, "{name}");
        let report = run.report();
        assert_eq!(report["unselected"]["exchanges"], sent as u64 - ours, "{name}");
        let findings: Vec<_> = report["findings"].as_array().unwrap().iter().map(|f| (&f["severity"], &f["subject"])).collect();
        assert_eq!(findings.len(), warned, "{name}: {findings:#?}");
        for (severity, subject) in findings {
            assert_eq!((severity, subject), (&"warning".into(), &"check.x-amz-content-sha256-is-there".into()), "{name}");
        }
    }
}

/// Signatures and keys are in the requests, and in nothing that is printed of them.
#[test]
fn signatures_are_not_printed() {
    for (name, ..) in CLIENTS {
        let capture = recording(&format!("s3/{name}.pcap"));
        let capture = capture.to_str().unwrap();
        let raw: String = recorded(&recording(&format!("s3/{name}.jsonl"))).into_iter().map(|request| request.raw).collect();
        let secrets: Vec<_> = raw
            .split("Signature=")
            .skip(1)
            .map(|rest| rest.split(['&', ' ', '\r']).next().unwrap())
            .chain(["AKIAIOSFODNN7EXAMPLE"])
            .collect();
        assert!(secrets.len() > 4, "{secrets:?}");
        for arguments in
            [&["show"][..], &["show", "--format", "jsonl"], &["check", "-s", "specs"], &["show", "--unselected", "-s", "specs"]]
        {
            let run = hopspec(&[arguments, &[capture]].concat());
            let printed = run.stdout + &run.stderr;
            assert!(!printed.is_empty() && secrets.iter().all(|secret| !printed.contains(secret)), "{arguments:?}\n{printed}");
        }
        let shown = hopspec(&["show", "--show-secrets", capture]).stdout;
        assert!(secrets.iter().all(|secret| shown.contains(secret)), "{name}");
    }
}
