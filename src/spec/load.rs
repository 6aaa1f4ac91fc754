//! From the bytes of a spec file to the model, or all its errors.

use super::include::{self, Base};
use super::problem::{Problem, into_errors};
use super::yaml::{self, Kind, Node};
use super::{Place, Source, Spec, SpecError, read};

/// The largest spec file, in bytes.
pub const MOST_BYTES: usize = 1 << 20;

/// What a YAML file turned out to be.
#[derive(Debug)]
pub enum Loaded {
    /// A spec.
    Spec(Box<Spec>),
    /// YAML without `hops`, `types` and `checks`: of another tool.
    NotASpec,
}

/// Loads a spec from its bytes, as one of the files of a folder. `file` is its path for places, `name` its name in reports
/// (`aws/alb/forward`).
///
/// YAML of another tool is none of ours, whatever is wrong with it: a file that cannot be read as YAML is an error only
/// where a line of it begins with `hops:`. A file that was named is read by [`parse_named`].
///
/// # Errors
/// Every error of the file, in the order of their places.
pub fn parse(file: &str, name: &str, bytes: &[u8]) -> Result<Loaded, Vec<SpecError>> {
    load_text(file, name, bytes, Manner::default(), None)
}

/// Loads a spec from its bytes, as a file that the user named: what cannot be read as YAML is always an error.
///
/// # Errors
/// Every error of the file, in the order of their places.
pub fn parse_named(file: &str, name: &str, bytes: &[u8]) -> Result<Loaded, Vec<SpecError>> {
    load_text(file, name, bytes, Manner { named: true, trusted: false }, None)
}

/// How a text is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Manner {
    /// The user named it: what cannot be read as YAML is always an error.
    pub(super) named: bool,
    /// It is part of the program, and the project's tests have found what may be wrong with it: what only finds mistakes may
    /// be left out.
    pub(super) trusted: bool,
}

/// Loads a spec from its bytes; `base` says what its `include` may read.
pub(super) fn load_text(
    file: &str,
    name: &str,
    bytes: &[u8],
    manner: Manner,
    base: Option<Base<'_>>,
) -> Result<Loaded, Vec<SpecError>> {
    let ours = manner.named || bytes.split(|b| *b == b'\n').any(|line| without_mark(line).starts_with(b"hops:"));
    let unreadable = |source: &Source, problems| if ours { Err(into_errors(source, problems)) } else { Ok(Loaded::NotASpec) };
    let mut source = match source_of(file, bytes) {
        Ok(source) => source,
        Err(refused) => return unreadable(&refused.0, vec![refused.1]),
    };
    source.trusted = manner.trusted;
    let yaml::Parsed { root, mut problems, repaired, unreadable: no_tree } = yaml::parse(&source.text);
    if no_tree {
        return unreadable(&source, problems);
    }
    let Some(root) = root.filter(is_spec) else {
        // Repairs were made, and what came out is no spec: then the text was no YAML either.
        return if repaired.is_empty() { Ok(Loaded::NotASpec) } else { unreadable(&source, problems) };
    };
    let mut files = include::gather(&root, &source, base);
    let types = read::types(&root, &mut files);
    let (mut spec, mut more) = read::file(&root, name, &source, types);
    spec.includes = files.iter().skip(1).map(|file| file.source.file.clone()).collect();
    let mut files = files.into_iter();
    more.extend(files.next().into_iter().flat_map(|file| file.problems));
    let follows = |place: Place| repaired.iter().any(|r| place.start < r.end && r.start < place.end);
    problems.extend(more.into_iter().filter(|problem| !follows(problem.place)));
    let mut errors = into_errors(&source, problems);
    errors.extend(files.flat_map(|file| into_errors(&file.source, file.problems)));
    if errors.is_empty() { Ok(Loaded::Spec(Box::new(spec))) } else { Err(errors) }
}

fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)
}

/// The text of a file, without byte order mark; or why it has none, with what of it can be shown.
pub(super) fn source_of(file: &str, whole: &[u8]) -> Result<Source, Box<(Source, Problem)>> {
    let bytes = without_mark(whole);
    if bytes.len() > MOST_BYTES {
        let problem = Problem::new(Place::default(), "the file is longer than 1 MiB, the most that is read")
            .help("write several smaller ones");
        return Err(Box::new((Source::new(file.to_owned(), ""), problem)));
    }
    std::str::from_utf8(bytes).map(|text| Source::new(file.to_owned(), text)).map_err(|e| {
        let lossy = String::from_utf8_lossy(bytes.get(..e.valid_up_to()).unwrap_or_default());
        let at = u32::try_from(lossy.len()).unwrap_or(u32::MAX);
        let mark = whole.len() - bytes.len();
        let problem = Problem::new(Place { start: at, end: at }, format!("not UTF-8 at byte {}", e.valid_up_to() + mark));
        Box::new((Source::new(file.to_owned(), &lossy), problem.help("save the file as UTF-8")))
    })
}

/// What makes a YAML file a spec: one of three keys at the top.
fn is_spec(root: &Node) -> bool {
    match &root.kind {
        Kind::Mapping(entries) => {
            entries.iter().any(|(key, _)| key.scalar().is_some_and(|k| matches!(k.text.as_str(), "hops" | "types" | "checks")))
        }
        Kind::Scalar(_) | Kind::Sequence(_) => false,
    }
}
