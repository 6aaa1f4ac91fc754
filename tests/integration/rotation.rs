//! Recordings that their program cut into files: the messages of one stream of time, each in the file that holds it.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::kit::{hopspec, root};

/// The file header of a little-endian pcap, and its records.
fn records(path: &Path) -> (Vec<u8>, Vec<Vec<u8>>) {
    let bytes = fs::read(path).unwrap();
    let (header, mut rest) = bytes.split_at(24);
    let mut records = Vec::new();
    while rest.len() >= 16 {
        let length = 16 + u32::from_le_bytes(rest[8..12].try_into().unwrap()) as usize;
        let (record, behind) = rest.split_at(length);
        records.push(record.to_vec());
        rest = behind;
    }
    (header.to_vec(), records)
}

/// Writes the recording in files of so many packets under these names, and tells before which packet each begins.
fn cut(recording: &Path, folder: &Path, many: usize, name: impl Fn(usize) -> String) -> Vec<(String, u64)> {
    let (header, records) = records(recording);
    let parts = records.chunks(many).enumerate().map(|(number, part)| {
        let name = name(number);
        fs::write(folder.join(&name), [header.clone(), part.concat()].concat()).unwrap();
        (name, (number * many) as u64)
    });
    parts.collect()
}

/// The messages, by the numbers of packets of the whole.
fn messages(arguments: &[&str], parts: &[(String, u64)]) -> Vec<Value> {
    let run = hopspec(&[&["show", "--format", "jsonl", "--show-secrets"], arguments].concat());
    assert_eq!(run.code, 0, "{}", run.stderr);
    let lines = run.stdout.lines().map(|line| {
        let mut message: Value = serde_json::from_str(line).unwrap();
        let capture = message["capture"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
        let before = parts.iter().find(|(name, _)| *name == capture).map_or(0, |(_, before)| *before);
        message["packet"] = json!(message["packet"].as_u64().unwrap() + before);
        message["capture"] = json!("");
        message
    });
    lines.collect()
}

fn recording(name: &str) -> std::path::PathBuf {
    root().join("tests/fixtures/captures").join(name)
}

#[test]
fn a_recording_in_files_holds_the_messages_of_the_whole() {
    let original = recording("proxies/nginx-typical.pcap");
    let whole = messages(&[original.to_str().unwrap()], &[]);
    assert!(whole.len() >= 20);
    let names: [&dyn Fn(usize) -> String; 4] = [
        &|number| if number == 0 { "x.pcap".to_owned() } else { format!("x.pcap{number}") },
        &|number| format!("x.pcap{number:02}"),
        &|number| format!("x_{:05}_202011300{number:01}0000.pcap", number + 1),
        &|number| format!("x-2020-11-30_{number:02}:00.pcap"),
    ];
    for (many, name) in [9, 20, 33, 60].into_iter().zip(names) {
        let folder = tempfile::tempdir().unwrap();
        let parts = cut(&original, folder.path(), many, name);
        assert!(parts.len() > 1);
        assert_eq!(messages(&[folder.path().to_str().unwrap()], &parts), whole, "{many} packets a file, in a folder");
        // Named one by one, in any order.
        let paths: Vec<String> =
            parts.iter().rev().map(|(name, _)| folder.path().join(name).to_str().unwrap().to_owned()).collect();
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        assert_eq!(messages(&paths, &parts), whole, "{many} packets a file, by name");
    }
}

#[test]
fn each_file_has_its_row_and_findings_their_place_in_it() {
    let original = recording("proxies/nginx-typical.pcap");
    let folder = tempfile::tempdir().unwrap();
    let parts = cut(&original, folder.path(), 30, |number| format!("x.pcap{number}"));
    let spec = folder.path().join("spec.yaml");
    fs::write(&spec, "hops:\n  h:\n    from: a\n    to: b\n    request: { headers: { X-Never: { present: true } } }\n").unwrap();
    let report = |captures: &str| {
        let run = hopspec(&["check", "--format", "json", "-s", spec.to_str().unwrap(), captures]);
        run.report()
    };
    fs::create_dir(folder.path().join("whole")).unwrap();
    fs::copy(&original, folder.path().join("whole/x.pcap")).unwrap();
    let whole = report(folder.path().join("whole").to_str().unwrap());
    fs::create_dir(folder.path().join("cut")).unwrap();
    for (name, _) in &parts {
        fs::rename(folder.path().join(name), folder.path().join("cut").join(name)).unwrap();
    }
    let cut = report(folder.path().join("cut").to_str().unwrap());
    let rows = |report: &Value, key: &str| -> Vec<u64> {
        report["captures"].as_array().unwrap().iter().map(|row| row[key].as_u64().unwrap()).collect()
    };
    for key in ["packets", "flows", "requests", "responses"] {
        assert_eq!(rows(&cut, key).iter().sum::<u64>(), rows(&whole, key)[0], "{key}");
    }
    assert_eq!(rows(&cut, "packets"), [30, 30, 19]);
    let places = |report: &Value| -> Vec<(u64, Value)> {
        let evidence = report["findings"][0]["evidence"].as_array().unwrap();
        let place = |seen: &Value| {
            let name = seen["capture"].as_str().unwrap();
            let before = parts.iter().find(|(part, _)| name.ends_with(part.as_str())).map_or(0, |(_, before)| *before);
            (seen["packet"].as_u64().unwrap() + before, seen["stream"].clone())
        };
        evidence.iter().map(place).collect()
    };
    assert_eq!(places(&cut), places(&whole));
    assert_eq!(cut["findings"][0]["count"], whole["findings"][0]["count"]);
}

#[test]
fn other_files_stay_apart() {
    let original = recording("proxies/nginx-typical.pcap");
    let folder = tempfile::tempdir().unwrap();
    // The same names as above, but two recordings of the same time; and two parts with names of their own.
    fs::copy(&original, folder.path().join("x.pcap")).unwrap();
    fs::copy(&original, folder.path().join("x.pcap1")).unwrap();
    let both = messages(&[folder.path().to_str().unwrap()], &[]);
    let one = messages(&[original.to_str().unwrap()], &[]);
    assert_eq!(both, [one.clone(), one].concat());
    let folder = tempfile::tempdir().unwrap();
    let parts = cut(&original, folder.path(), 40, |number| format!("part{number}.pcap"));
    let run = hopspec(&["show", "--count", folder.path().to_str().unwrap()]);
    let joined = hopspec(&["show", "--count", original.to_str().unwrap()]);
    assert_ne!(run.stdout, joined.stdout, "{parts:?}");
}
