//! The documentation is true: its specs load, its commands print what it shows, its tables hold every name there is.
//!
//! In `README.md`, `docs/*.md` and `docs/rules/*.md`:
//! - A block ```` ```yaml ```` is a whole spec. ```` ```yaml fragment WHERE ```` stands in a spec made around it: `headers`
//!   and `request` in the request of a hop, `hop` in a hop.
//! - A block whose info has a file name (```` ```yaml api.yaml ````) is that file for the commands behind it on the page.
//! - In a block ```` ```console ```` each line `$ hopspec …` is run in a folder with the shipped specs and captures and a
//!   `staging.pcap` with a wrong User-Agent, `cut.pcap` (the same without its end), `snaplen.pcap`, `fragments.pcap` and `proxied.pcap`. What follows is its output, standard error last; `; echo $?` adds the exit code.
//!   A line `…` stands for any lines, `[..]` for anything in a line.
//! - A block ```` ```text stable CAPTURE ```` is what `hopspec::text` gives for this capture of the project.
//! - A table row of three cells whose first is a matcher says what it accepts and what it catches; each code span of the
//!   other cells is a field line.

use std::collections::HashSet;
use std::fs;

use hopspec::anomaly::AnomalyKind;
use hopspec::finding::Rule;
use hopspec::spec::TypeName;

use crate::kit::root;
use crate::program::Program;
use crate::shipped::files;

struct Block {
    info: String,
    text: String,
    at: String,
}

/// The pages: their paths and texts.
fn pages() -> Vec<(String, String)> {
    let mut paths: Vec<String> = vec!["README.md".to_owned()];
    let entries = fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    paths.extend(entries.filter(|name| name.ends_with(".md")).map(|name| format!("docs/{name}")));
    paths.extend(Rule::ALL.iter().map(|rule| format!("docs/rules/{}.md", rule.id())));
    paths.sort();
    let read = |path: String| (fs::read_to_string(root().join(&path)).unwrap(), path);
    paths.into_iter().map(read).map(|(text, path)| (path, text)).collect()
}

/// The fenced blocks of a page.
fn blocks(path: &str, text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut open = false;
    for (number, line) in text.lines().enumerate() {
        match (line.strip_prefix("```"), open) {
            (Some(info), false) => {
                blocks.push(Block { info: info.to_owned(), text: String::new(), at: format!("{path}:{}", number + 1) });
            }
            (None, true) => {
                let block = blocks.last_mut().unwrap();
                block.text.push_str(line);
                block.text.push('\n');
            }
            _ => {}
        }
        open ^= line.starts_with("```");
    }
    assert!(!open, "{path}: a block has no end");
    blocks
}

fn all_blocks() -> Vec<Block> {
    pages().iter().flat_map(|(path, text)| blocks(path, text)).collect()
}

/// A block as a whole spec.
fn spec_of(block: &Block) -> String {
    let (around, indent) = match block.info.strip_prefix("yaml fragment ") {
        None => return block.text.clone(),
        Some("hop") => ("hops:\n  h:\n", 4),
        Some("request") => ("hops:\n  h:\n    request:\n", 6),
        Some("headers") => ("hops:\n  h:\n    request:\n      headers:\n", 8),
        Some(other) => panic!("{}: no fragment `{other}` is known", block.at),
    };
    let lines = block.text.lines().map(|line| format!("{:indent$}{line}\n", ""));
    format!("{around}{}", lines.collect::<String>())
}

#[test]
fn every_yaml_block_is_a_spec_that_loads() {
    let mut program = Program::new();
    let mut number = 0;
    for block in all_blocks().iter().filter(|block| block.info.split(' ').next() == Some("yaml")) {
        program = program.file(&format!("docs/{}.yaml", block.at.replace(['/', ':'], "-")), spec_of(block));
        number += 1;
    }
    let run = program.run(&["lint", "-s", "docs"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert_eq!(run.stdout.lines().filter(|line| line.starts_with("ok ")).count(), number, "{}", run.stdout);
}

/// The folder in which a command runs, with the files of the blocks before it.
fn folder(blocks: &[Block]) -> Program {
    let mut program = Program::new();
    for path in ["specs", "captures"].into_iter().flat_map(|folder| files(&root().join(folder))) {
        let name = path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
        program = program.file(&name, fs::read(&path).unwrap());
    }
    let mut staging = fs::read(root().join("captures/aws/api-gateway/http-via-alb/keep-alive.pcap")).unwrap();
    let (right, wrong) = (b"AmazonAPIGateway_a1b2c3d4e5", b"AmazonAPIGateway_zzzzzzzzzz");
    while let Some(at) = staging.windows(right.len()).position(|bytes| bytes == right) {
        staging[at..at + wrong.len()].copy_from_slice(wrong);
    }
    program = program.file("cut.pcap", &staging[..staging.len() - 30]).file("staging.pcap", staging);
    let recorded = |fixture: &str| fs::read(root().join("tests/fixtures/captures").join(fixture)).unwrap();
    program = program.file("snaplen.pcap", recorded("misc-snaplen200.pcap"));
    program = program.file("proxied.pcap", recorded("proxies/haproxy-send-proxy-v1.pcap"));
    // The fourth packet, a fragment, is lost.
    let mut fragments = recorded("netns/vxlan-small-mtu-ipfrag.pcap");
    let length = |file: &[u8], at: usize| 16 + u32::from_le_bytes(file[at + 8..at + 12].try_into().unwrap()) as usize;
    let at = (0..3).fold(24, |at, _| at + length(&fragments, at));
    fragments.drain(at..at + length(&fragments, at));
    program = program.file("fragments.pcap", fragments);
    for block in blocks {
        if let Some(name) = block.info.split(' ').nth(1).filter(|name| name.contains('.')) {
            program = program.file(name, &block.text);
        }
    }
    program
}

/// Whether a line is as shown, where `[..]` stands for anything.
fn line_fits(shown: &str, line: &str) -> bool {
    let mut parts = shown.trim_end().split("[..]");
    let Some(mut rest) = line.trim_end().strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        match (parts.peek(), rest.find(part)) {
            (None, _) => return rest.ends_with(part),
            (Some(_), Some(at)) => rest = &rest[at + part.len()..],
            (Some(_), None) => return false,
        }
    }
    true
}

/// Whether lines are as shown, where a line `…` stands for any lines.
fn fits(shown: &[&str], lines: &[&str]) -> bool {
    match shown {
        [] => lines.is_empty(),
        ["…", rest @ ..] => (0..=lines.len()).any(|at| fits(rest, &lines[at..])),
        [first, rest @ ..] => lines.first().is_some_and(|line| line_fits(first, line)) && fits(rest, &lines[1..]),
    }
}

/// A command as shown, and what it should print.
fn commands(block: &Block) -> Vec<(String, Vec<&str>)> {
    let mut commands: Vec<(String, Vec<&str>)> = Vec::new();
    for line in block.text.lines() {
        match (line.strip_prefix("$ "), commands.last_mut()) {
            (Some(command), _) => commands.push((command.to_owned(), Vec::new())),
            (None, Some((_, output))) => output.push(line),
            (None, None) => {}
        }
    }
    commands.retain(|(command, _)| command.starts_with("hopspec "));
    commands
}

#[test]
fn every_command_prints_what_is_shown() {
    let (mut number, mut wrong) = (0, Vec::new());
    for (path, text) in pages() {
        let blocks = blocks(&path, &text);
        for (at, block) in blocks.iter().enumerate().filter(|(_, block)| block.info == "console") {
            for (command, shown) in commands(block) {
                let program = folder(&blocks[..at]);
                let (words, code) = command.strip_suffix("; echo $?").map_or((command.as_str(), false), |words| (words, true));
                let run = program.run(&words.split_whitespace().skip(1).collect::<Vec<_>>());
                let code = if code { format!("{}\n", run.code) } else { String::new() };
                let output = format!("{}{}{code}", run.stdout, run.stderr);
                let lines: Vec<&str> = output.lines().collect();
                if !fits(&shown, &lines) {
                    wrong.push(format!("{}: `{command}` prints\n{output}and not\n{}", block.at, shown.join("\n")));
                }
                number += 1;
            }
        }
    }
    assert!(number >= 3, "{number} commands");
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn every_stable_text_is_as_shown() {
    let mut number = 0;
    for block in all_blocks() {
        let Some(capture) = block.info.strip_prefix("text stable ") else { continue };
        let text = hopspec::text(root().join(capture)).unwrap_or_else(|error| panic!("{}: {error}", block.at));
        assert_eq!(text, block.text, "{}", block.at);
        number += 1;
    }
    assert!(number > 0);
}

/// The code spans of a cell.
fn spans(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Matchers with the field lines that they accept and catch, of the tables of the language's page.
fn matchers() -> Vec<(String, Vec<String>, Vec<String>)> {
    let text = fs::read_to_string(root().join("docs/spec-language.md")).unwrap();
    let row = |line: &str| {
        let line = line.replace("\\|", "\u{1}");
        let cells: Vec<Vec<String>> = line.strip_prefix("| ")?.trim_end_matches(" |").split(" | ").map(spans).collect();
        let [matcher, accepted, caught] = cells.as_slice() else { return None };
        let matcher = matcher.first().filter(|_| !accepted.is_empty() && !caught.is_empty())?;
        let lines = |cell: &[String]| cell.iter().map(|line| line.replace('\u{1}', "|")).collect();
        Some((matcher.replace('\u{1}', "|"), lines(accepted), lines(caught)))
    };
    text.lines().filter_map(row).collect()
}

#[test]
fn every_matcher_of_the_reference_accepts_and_catches() {
    let matchers = matchers();
    assert!(matchers.len() > 50, "{} rows", matchers.len());
    let mut spec = "hops:\n".to_owned();
    for (number, (matcher, ..)) in matchers.iter().enumerate() {
        spec.push_str(&format!("  h{number}:\n    select: {{ request: {{ path: /{number} }} }}\n"));
        spec.push_str(&format!("    request:\n      headers:\n        X: {matcher}\n"));
    }
    for (accepts, verdict) in [(true, "met"), (false, "violated")] {
        let mut text = String::new();
        for (number, (_, accepted, caught)) in matchers.iter().enumerate() {
            let lines = if accepts { accepted } else { caught };
            text.push_str(&format!("GET /{number} HTTP/1.1\r\n"));
            lines.iter().for_each(|line| text.push_str(&format!("X: {line}\r\n")));
            text.push_str("\r\n");
        }
        let program = Program::new().file("table.yaml", &spec).file("table.txt", text);
        let run = program.run(&["check", "--format", "json", "-s", "table.yaml", "table.txt"]);
        let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap_or_else(|e| panic!("{e}: {run:?}"));
        for (number, (matcher, accepted, caught)) in matchers.iter().enumerate() {
            let lines = if accepts { accepted } else { caught };
            assert_eq!(report["specs"][0]["hops"][number]["verdict"], verdict, "`{matcher}` against {lines:?}");
        }
    }
}

#[test]
fn every_name_is_in_its_table() {
    let page = |path: &str| fs::read_to_string(root().join(path)).unwrap();
    let (language, reports) = (page("docs/spec-language.md"), page("docs/reports.md"));
    for (name, _) in TypeName::ALL {
        assert!(language.contains(&format!("| `{{ is: {name} }}` |")), "docs/spec-language.md has no row for the type {name}");
    }
    for rule in Rule::ALL {
        assert!(reports.contains(&format!("| `{}` |", rule.id())), "docs/reports.md has no row for the rule {}", rule.id());
    }
    for kind in AnomalyKind::ALL {
        assert!(reports.contains(&format!("| `{kind}` |")), "docs/reports.md has no row for the anomaly {kind}");
    }
}

#[test]
fn every_link_to_a_file_leads_somewhere() {
    let others =
        ["ARCHITECTURE.md", "CONTRIBUTING.md"].map(|path| (path.to_owned(), fs::read_to_string(root().join(path)).unwrap()));
    for (path, text) in pages().into_iter().chain(others) {
        let folder = root().join(&path).parent().unwrap().to_owned();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = link.split('#').next().unwrap_or_default();
            let inside = !file.is_empty() && !file.contains("://") && !file.contains(' ');
            assert!(!inside || folder.join(file).exists(), "{path}: there is no {link}");
        }
    }
}

#[test]
fn every_name_in_the_architecture_is_in_the_code() {
    let source = root().join("src");
    let sources: Vec<String> = files(&source).iter().map(|path| fs::read_to_string(path).unwrap_or_default()).collect();
    let mut words: HashSet<&str> = HashSet::new();
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    sources.iter().for_each(|text| words.extend(text.split(|c| !is_word(c))));
    let page = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let outside_of_blocks: String = page.split("```").step_by(2).collect();
    for name in spans(&outside_of_blocks) {
        if name.contains('/') && !name.starts_with('.') {
            let path = name.split("::").next().unwrap_or_default();
            assert!(source.join(path).exists() || root().join(path).exists(), "ARCHITECTURE.md: there is no {path}");
        }
        let last = name.rsplit("::").next().unwrap_or_default();
        if !last.is_empty() && last.chars().all(is_word) {
            assert!(words.contains(last), "ARCHITECTURE.md: `{name}` is not in the code");
        }
    }
    // What is bounded, and the file that says so.
    for row in page.lines().filter(|line| line.starts_with("| ")) {
        let (paths, names): (Vec<_>, Vec<_>) = spans(row).into_iter().partition(|span| span.ends_with(".rs"));
        let texts: String = paths.iter().map(|path| fs::read_to_string(source.join(path)).unwrap_or_default()).collect();
        for name in names.iter().filter(|name| name.len() > 3 && name.chars().all(|c| c.is_ascii_uppercase() || c == '_')) {
            assert!(texts.contains(&format!("const {name}")), "ARCHITECTURE.md: `{name}` is not in {paths:?}");
        }
    }
}

mod of_this_test {
    use super::{fits, line_fits, spans};

    #[test]
    fn what_is_left_out_is_left_out_and_nothing_else() {
        assert!(fits(&["a", "…", "b"], &["a", "x", "y", "b"]) && fits(&["…"], &[]));
        assert!(!fits(&["a"], &["a", "b"]) && !fits(&["…", "a"], &["a", "b"]));
        assert!(line_fits("a [..] c", "a b c") && line_fits("a[..]", "a") && line_fits("a", "a  "));
        assert!(!line_fits("a [..] c", "a b d") && !line_fits("a", "ab"));
        assert_eq!(spans("`a, b` and `c`"), ["a, b", "c"]);
    }
}
