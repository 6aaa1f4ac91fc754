//! Every JSON report of the program, held against its schema.

use std::sync::OnceLock;

use boon::{Compiler, SchemaIndex, Schemas};
use serde_json::Value;

use crate::kit::root;
use crate::program::Program;

/// The report, once it was held against the schema.
#[track_caller]
pub(crate) fn assert_report(text: &str) -> Value {
    static SCHEMA: OnceLock<(Schemas, SchemaIndex)> = OnceLock::new();
    let (schemas, index) = SCHEMA.get_or_init(|| {
        let file = root().join("docs/schema/hopspec-report-1.json");
        let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
        let index = compiler.compile(file.to_str().unwrap(), &mut schemas).unwrap_or_else(|e| panic!("{e:#}"));
        (schemas, index)
    });
    let report: Value = serde_json::from_str(text).unwrap_or_else(|e| panic!("no JSON: {e}\n{text}"));
    if let Err(error) = schemas.validate(&report, *index) {
        panic!("{error:#}\n{report:#}");
    }
    report
}

/// Reports of outcomes that other tests do not meet: unread, cut, masked, empty and undecoded captures, and odd specs.
#[test]
fn reports_of_every_kind_are_as_the_schema_says() {
    use crate::edge::{connection, good, pcap, site};
    let mut radio = good();
    radio[20..24].copy_from_slice(&127_u32.to_le_bytes());
    let mut tls = connection().says([&[22, 3, 1, 0, 80, 1, 0, 0, 76, 3, 3][..], &[7; 74]].concat());
    tls.server.set_port(443);
    let odd = "title: \"\\x01\\u2028\"\nhops:\n  a: { select: { request: { method: POST } }, count: { at_least: 2 }, response: { status: 200 } }\n  b:\n    count: 0\n";
    let program: Program = site()
        .file("cut.pcap", &good()[..good().len() - 30])
        .file("zero.pcap", &good()[..24])
        .file("radio.pcap", radio)
        .file("tls.pcap", pcap(&[tls]))
        .file("masked.txt", "GET /health HTTP/1.1\nHost: xxx.xxx.xxx.xxx:8000\nUser-Agent: ELB-HealthChecker/2.0\n\nwords\n")
        .file("more/odd.yaml", odd);
    for (args, code) in [
        (&["good.pcap"][..], 0),
        (&["bad.pcap"], 1),
        (&["bad.pcap", "--show-secrets", "-v"], 1),
        (&["cut.pcap"], 0),
        (&["zero.pcap"], 3),
        (&["radio.pcap"], 3),
        (&["tls.pcap"], 3),
        (&["masked.txt"], 0),
        (&["masked.txt", "--strict"], 1),
        (&["missing.pcap"], 4),
        (&["bad.pcap", "missing.pcap"], 4),
        (&["zero.pcap", "-s", "specs/health.yaml"], 3),
        (&["good.pcap", "-s", "more"], 1),
        (&["."], 1),
        (&[], 3),
        (&["--strict"], 1),
    ] {
        let run = program.run(&[&["check", "--format", "json"], args].concat()).code(code);
        let report = assert_report(&run.stdout);
        assert_eq!(report["exit_code"], code, "{args:?}");
    }
}

#[test]
fn a_report_in_a_file_is_the_same() {
    let program = crate::edge::site();
    let printed = program.run(&["check", "bad.pcap", "--format", "json"]).code(1).stdout;
    program.run(&["check", "bad.pcap", "--format", "json=r.json"]).code(1);
    assert_eq!(std::fs::read_to_string(program.path("r.json")).unwrap(), printed);
    assert_report(&printed);
}

#[test]
fn it_catches_what_is_no_report() {
    for bad in ["{}", r#"{"format": "hopspec-report/1"}"#] {
        assert!(std::panic::catch_unwind(|| assert_report(bad)).is_err(), "{bad}");
    }
}
