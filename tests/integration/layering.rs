//! The house: data goes one way, and every file says what it is.

use std::fs;
use std::path::{Path, PathBuf};

/// Layers from the bottom; those of one entry stand beside each other. A layer may use those below it.
const LAYERS: &[&[&str]] = &[
    &["anomaly", "secret", "exit", "json", "volatile"],
    &["capture"],
    &["wire"],
    &["flow", "proxy_protocol"],
    &["tls"],
    &["http"],
    &["source", "hop"],
    &["spec"],
    &["finding"],
    &["check"],
    &["report"],
    &["learn"],
    &["live"],
    &["cli", "harness"],
];

/// Layers that stand beside the way of the data: they may use the bottom only.
const BESIDE: &[&str] = &["spec"];

const LONGEST_FILE: usize = 600;

fn rank(layer: &str) -> Option<usize> {
    LAYERS.iter().position(|names| names.contains(&layer))
}

fn allowed(from: &str, to: &str) -> bool {
    match (rank(from), rank(to)) {
        _ if from == to => true,
        (Some(_), Some(to)) if BESIDE.contains(&from) => to == 0,
        (Some(from), Some(to)) => to < from,
        _ => false,
    }
}

/// The source without comments. Texts in quotes may hold `//`, too: that only hides the rest of such a line.
fn code(text: &str) -> String {
    text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

fn identifier(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// The top-level modules that a source names by `crate::…` or `crate::{…, …}`.
fn named(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, path) in code.match_indices("crate::") {
        if code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '$') {
            continue;
        }
        let rest = code[at + path.len()..].trim_start();
        match rest.strip_prefix('{') {
            None => found.push(identifier(rest)),
            Some(group) => found.extend(heads_of_group(group)),
        }
    }
    found
}

/// The first names of `a::b, c::{d, e}, f}`.
fn heads_of_group(group: &str) -> Vec<String> {
    let (mut depth, mut heads, mut start) = (0_usize, Vec::new(), true);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => start = true,
            c if start && !c.is_whitespace() => {
                heads.push(identifier(&group[at..]));
                start = false;
            }
            _ => {}
        }
    }
    heads
}

/// Top-level modules reached by climbing: `super::super::http` in `src/flow/x.rs`.
fn climbed(code: &str, depth: usize) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("super::") {
        if code[..at].ends_with("super::") {
            continue;
        }
        let mut rest = &code[at..];
        let mut levels = 0;
        while let Some(higher) = rest.strip_prefix("super::") {
            (rest, levels) = (higher, levels + 1);
        }
        // A module in the file, as of tests, is one deeper: a name that is no layer is no arrow.
        let name = identifier(rest);
        if levels >= depth && rank(&name).is_some() {
            found.push(name);
        }
    }
    found
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Every source file: its path below `src` with forward slashes, and its text.
fn sources() -> Vec<(String, String)> {
    fn walk(folder: &Path, found: &mut Vec<(String, String)>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let name = path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
                found.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    let mut found = Vec::new();
    walk(&root(), &mut found);
    found.sort();
    assert!(found.len() > 30, "{} files in src", found.len());
    found
}

/// The layer of a file and how deep its module is: `flow/sink.rs` is `flow`, 2.
fn place(file: &str) -> (String, usize) {
    let parts: Vec<_> = file.trim_end_matches(".rs").trim_end_matches("/mod").split('/').collect();
    (parts.first().copied().unwrap_or_default().to_owned(), parts.len())
}

#[test]
fn no_arrow_points_upward() {
    let mut wrong = Vec::new();
    for (file, text) in sources() {
        let (layer, depth) = place(&file);
        if ["lib", "main"].contains(&layer.as_str()) {
            continue;
        }
        assert!(rank(&layer).is_some(), "src/{file} is in no layer that this test knows: add it to the order");
        let code = code(&text);
        for target in named(&code).into_iter().chain(climbed(&code, depth)) {
            if !allowed(&layer, &target) {
                wrong.push(format!("src/{file}: {layer} uses {target}, which is above it"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn mod_files_hold_no_code() {
    for (file, text) in sources().iter().filter(|(file, _)| file.ends_with("mod.rs")) {
        let bad = other_than_modules(text);
        assert!(bad.is_empty(), "src/{file} holds more than docs, `mod` and `use`: {bad:?}");
    }
}

/// The lines of a `mod.rs` that should stand in a file of their own.
fn other_than_modules(text: &str) -> Vec<String> {
    let code = code(text);
    let mut statements: Vec<String> = Vec::new();
    for statement in code.split(';') {
        let mut rest = statement.trim();
        // Attributes such as `#[cfg(test)]` may stand before a module.
        while let Some(end) = rest.strip_prefix("#[").and_then(|_| rest.find(']')) {
            rest = rest[end + 1..].trim_start();
        }
        let public = ["pub(crate) ", "pub(super) ", "pub "].iter().find_map(|p| rest.strip_prefix(p));
        let public = public.or_else(|| rest.strip_prefix("pub(in ").and_then(|r| r.split_once(") ").map(|(_, r)| r)));
        let item = public.unwrap_or(rest);
        if !rest.is_empty() && !item.starts_with("mod ") && !item.starts_with("use ") {
            statements.push(rest.to_owned());
        }
    }
    statements
}

#[test]
fn every_file_says_what_it_is_and_is_short() {
    for (file, text) in sources() {
        assert!(text.starts_with("//! "), "src/{file} does not open with `//!`");
        let lines = text.lines().count();
        assert!(lines <= LONGEST_FILE, "src/{file} has {lines} lines, more than {LONGEST_FILE}: split it");
    }
}

#[test]
fn main_stays_small() {
    let text = fs::read_to_string(root().join("main.rs")).unwrap();
    assert!(text.lines().count() <= 60);
}

mod of_this_test {
    use super::{allowed, climbed, code, named, other_than_modules, place};

    #[test]
    fn it_sees_arrows() {
        let text = "use crate::http::{Body, Head};\nuse crate::{\n  wire::{A, B},\n  spec::C,\n};\n// crate::cli\nfn f() { crate::check::g($crate::x!()) }";
        assert_eq!(named(&code(text)), ["http", "wire", "spec", "check"]);
        assert_eq!(climbed("use super::super::http::Body; use super::flow;", 2), ["http"]);
        assert_eq!(climbed("use super::*; use super::super::Body;", 2), Vec::<String>::new());
        assert_eq!((place("flow/mod.rs"), place("exit.rs")), (("flow".to_owned(), 1), ("exit".to_owned(), 1)));
    }

    #[test]
    fn it_knows_up_from_down() {
        assert!(allowed("http", "anomaly") && allowed("check", "spec") && allowed("flow", "flow"));
        assert!(!allowed("flow", "http") && !allowed("spec", "http") && !allowed("anomaly", "secret"));
        assert!(!allowed("http", "nowhere"));
    }

    #[test]
    fn it_sees_code_in_mod_files() {
        let good = "//! Docs.\n\n#[cfg(test)]\nmod a;\npub(crate) mod b;\npub use a::{A,\n B};\npub(in super::x) use b::C;\n";
        assert_eq!(other_than_modules(good), Vec::<String>::new());
        assert_eq!(other_than_modules("mod a;\npub fn f() {}\n"), ["pub fn f() {}"]);
        assert_eq!(other_than_modules("pub const N: u8 = 1;").len(), 1);
    }
}
