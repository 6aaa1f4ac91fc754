//! Finding specs: from the paths and names that a user gives to specs with names.
//!
//! A path that exists wins; what does not exist may be the name of a spec in the program. Folders are walked in the order of
//! names, so that what is found does not depend on the file system.

use std::collections::{BTreeMap, HashSet};
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use super::embedded::{self, Embedded, Named};
use super::include::Base;
use super::load::{Loaded, Manner, load_text};
use super::near::nearest;
use super::origin::{Origin, slashes};
use super::{Place, Spec, SpecError};

/// Threads that read specs.
const MOST_THREADS: usize = 4;
/// Less than so many bytes in all is read by one.
const ALONE: usize = 256 << 10;

/// What stands at the given paths.
#[derive(Debug, Default)]
pub struct Found {
    /// The specs, by name.
    pub specs: Vec<SpecFile>,
    /// YAML files in the folders that are no specs.
    pub not_specs: usize,
    /// Every mistake of every spec that does not load.
    pub errors: Vec<SpecError>,
    /// Paths that could not be used at all.
    pub failures: Vec<FindError>,
    /// What is worth knowing about the paths, each a sentence.
    pub notes: Vec<String>,
}

/// A spec with its file.
#[derive(Debug)]
pub struct SpecFile {
    /// The spec.
    pub spec: Spec,
    /// Where its text comes from.
    pub origin: Origin,
    /// The `specs` folder that it stands in; its evidence stands in the folder `captures` beside that, at the spec's name.
    pub root: Option<PathBuf>,
    /// The spec itself was given, not a folder around it.
    pub named: bool,
}

/// Why a path gives no spec.
#[derive(Debug, thiserror::Error)]
pub enum FindError {
    /// Nothing stands there, and no spec of the program has that name.
    #[error("{}: there is no such file or folder{}", slashes(.0), near_miss(.0))]
    Missing(PathBuf),
    /// It cannot be read.
    #[error("{}: cannot be read: {}", slashes(.0), .1)]
    Unreadable(PathBuf, std::io::Error),
    /// A file was named, and is YAML of another tool.
    #[error("{}: not a spec: it has none of `hops`, `types` and `checks` at the top", slashes(.0))]
    NotASpec(PathBuf),
    /// Two files have one name.
    #[error("{first} and {second}: two specs of the name `{name}`; {}", if *.shipped { "name one of them only" } else { "rename one of them" })]
    SameName {
        /// The name.
        name: String,
        /// The file that has it first.
        first: String,
        /// The other.
        second: String,
        /// One of them is part of the program, so that it cannot be renamed.
        shipped: bool,
    },
}

/// The end of a sentence about a path that is not there: where else was looked, and what may have been meant.
fn near_miss(path: &Path) -> String {
    let below = Path::new("specs").join(path);
    let mut meant: Vec<PathBuf> =
        [path, below.as_path()].iter().flat_map(|p| [".yaml", ".yml"].map(|end| with_ending(p, end))).collect();
    meant.push(below);
    let beside = path
        .parent()
        .and_then(|folder| std::fs::read_dir(if folder.as_os_str().is_empty() { Path::new(".") } else { folder }).ok());
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let mut names: Vec<_> = beside.into_iter().flatten().filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
    names.sort();
    meant.extend(nearest(&name, names.iter().map(String::as_str)).map(|name| path.with_file_name(name)));
    let there = meant.iter().find(|path| path.exists()).map(|path| slashes(path));
    let text = path.to_string_lossy();
    let looked = if is_name(&text) { ", and no shipped spec of this name" } else { "" };
    match there.or_else(|| embedded::near(&text).map(str::to_owned)) {
        Some(near) => format!("{looked}; did you mean {near}?"),
        None if is_name(&text) => format!("{looked}; shipped are the specs of {}", embedded::folders().join(", ")),
        None => String::new(),
    }
}

/// Whether a text can be the name of a spec in the program: a path that says where it begins or ends is none.
fn is_name(text: &str) -> bool {
    let explicit = text.starts_with(['.', '/', '\\', '~']) || Path::new(text).is_absolute();
    !text.is_empty() && !explicit && !text.ends_with(".yml") && !text.starts_with("specs/")
}

/// A path with an ending behind its own.
fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut longer = path.as_os_str().to_owned();
    longer.push(ending);
    longer.into()
}

/// Loads every spec that is named: files, folders with all that is below them, and specs and folders of the program. What is
/// reached twice counts once.
#[must_use]
pub fn load(paths: &[PathBuf]) -> Found {
    let mut found = Found::default();
    let mut files: BTreeMap<Key, Candidate> = BTreeMap::new();
    for path in paths {
        candidates(path, &mut files, &mut found);
    }
    read_all(files, &mut found);
    found
}

/// Loads the specs of the program that find their traffic in any capture, as a folder of them.
#[must_use]
pub fn load_embedded() -> Found {
    let mut found = Found::default();
    let mut files = BTreeMap::new();
    for spec in embedded::embedded().iter().filter(|spec| spec.finds_its_traffic()) {
        add_embedded(spec, false, &mut files);
    }
    read_all(files, &mut found);
    found
}

fn read_all(files: BTreeMap<Key, Candidate>, found: &mut Found) {
    let mut files: Vec<Candidate> = files.into_values().collect();
    files.sort_by(|a, b| (&a.name, a.origin.shown()).cmp(&(&b.name, b.origin.shown())));
    let mut told = HashSet::new();
    let read = read_each(&files);
    for (file, read) in files.into_iter().zip(read) {
        take(file, read, found, &mut told);
    }
}

/// What a file holds, or why it cannot be read.
type Read = std::io::Result<Result<Loaded, Vec<SpecError>>>;

/// Reads files, each on its own, on as many threads as the machine has where they are long: threads, with memory of their own,
/// cost more than they save where reading all takes a few milliseconds.
fn read_each(files: &[Candidate]) -> Vec<Read> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS).min(files.len());
    let lengths: Vec<usize> = files.iter().map(|file| file.origin.length()).collect();
    if threads < 2 || lengths.iter().fold(0, |sum: usize, length| sum.saturating_add(*length)) < ALONE {
        return files.iter().map(read).collect();
    }
    // The longest first: the last that is begun is waited for alone.
    let mut turns: Vec<usize> = (0..files.len()).collect();
    turns.sort_by_key(|at| std::cmp::Reverse(lengths.get(*at).copied()));
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        while let Some(at) = turns.get(next.fetch_add(1, Ordering::Relaxed)) {
            done.extend(files.get(*at).map(|file| (*at, read(file))));
        }
        done
    };
    let mut all: Vec<(usize, Read)> = std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mut all = work();
        for other in others {
            match other.join() {
                Ok(done) => all.extend(done),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        all
    });
    all.sort_by_key(|(at, _)| *at);
    all.into_iter().map(|(_, read)| read).collect()
}

fn read(file: &Candidate) -> Read {
    let Candidate { origin, name, folder, named, .. } = file;
    let bytes = origin.read()?;
    let manner = Manner { named: *named, trusted: origin.is_trusted() };
    Ok(load_text(&origin.shown(), name, &bytes, manner, Some(Base { origin, folder })))
}

/// What makes two candidates one: the path without symbolic links, or the name in the program.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Path(PathBuf),
    Name(&'static str),
}

/// What may be a spec.
#[derive(Debug)]
struct Candidate {
    origin: Origin,
    name: String,
    root: Option<PathBuf>,
    /// What it includes lies in this folder: `root`, else the folder that was given, else its own.
    folder: PathBuf,
    named: bool,
}

fn add_embedded(spec: &'static Embedded, named: bool, files: &mut BTreeMap<Key, Candidate>) {
    let candidate =
        Candidate { origin: Origin::Embedded(spec), name: spec.name.to_owned(), root: None, folder: PathBuf::new(), named };
    files.entry(Key::Name(spec.name)).or_insert(candidate).named |= named;
}

/// Collects the YAML files at a path.
fn candidates(path: &Path, files: &mut BTreeMap<Key, Candidate>, found: &mut Found) {
    let mut add = |file: &Path, folder: Option<&Path>| {
        let real = std::fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
        let named = folder.is_none();
        let (name, root) = name_of(file, folder);
        let around = folder.or(file.parent()).map(Path::to_owned).unwrap_or_default();
        let folder = root.clone().unwrap_or(around);
        let candidate = Candidate { origin: Origin::File(file.to_owned()), name, root, folder, named };
        files.entry(Key::Path(real)).or_insert(candidate).named |= named;
    };
    match std::fs::metadata(path) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => match path.to_str().and_then(embedded::named) {
            Some(Named::Spec(spec)) => {
                // Who keeps changed copies of the shipped specs must see which of the two is meant.
                let own = Path::new("specs").join(spec.file());
                if own.exists() {
                    let (name, own) = (spec.name, slashes(&own));
                    found.notes.push(format!("`{name}` is the shipped spec; {own} is not read unless it is named by its path"));
                }
                add_embedded(spec, true, files);
            }
            Some(Named::Folder(specs)) => specs.into_iter().for_each(|spec| add_embedded(spec, false, files)),
            None => found.failures.push(FindError::Missing(path.to_owned())),
        },
        Err(e) => found.failures.push(FindError::Unreadable(path.to_owned(), e)),
        Ok(of) if !of.is_dir() => add(path, None),
        Ok(_) => {
            for entry in walkdir::WalkDir::new(path).follow_links(true).sort_by_file_name() {
                match entry {
                    Ok(entry) => {
                        let yaml = entry.path().extension().is_some_and(|e| e == "yaml" || e == "yml");
                        if yaml && entry.file_type().is_file() {
                            add(entry.path(), Some(path));
                        }
                    }
                    // A link that leads back up gives nothing new; all else must not be passed over in silence.
                    Err(e) if e.loop_ancestor().is_some() => {}
                    Err(e) => {
                        let at = e.path().unwrap_or(path).to_owned();
                        let why = e.into_io_error().unwrap_or_else(|| std::io::ErrorKind::Other.into());
                        found.failures.push(FindError::Unreadable(at, why));
                    }
                }
            }
        }
    }
}

fn take(file: Candidate, read: Read, found: &mut Found, told: &mut HashSet<(String, Place, String)>) {
    let Candidate { origin, name, root, folder: _, named } = file;
    let path = || PathBuf::from(origin.shown());
    let loaded = match read {
        Ok(loaded) => loaded,
        Err(e) => return found.failures.push(FindError::Unreadable(path(), e)),
    };
    match loaded {
        Ok(Loaded::Spec(spec)) => {
            if let Some(first) = found.specs.iter().rev().find(|other| other.spec.name == spec.name) {
                let (first_file, second) = (first.origin.shown(), origin.shown());
                let shipped = first.origin.is_trusted() || origin.is_trusted();
                found.failures.push(FindError::SameName { name, first: first_file, second, shipped });
                return;
            }
            found.specs.push(SpecFile { spec: *spec, origin, root, named });
        }
        Ok(Loaded::NotASpec) if named => found.failures.push(FindError::NotASpec(path())),
        Ok(Loaded::NotASpec) => found.not_specs += 1,
        // What is wrong with a file that several specs include is told once.
        Err(errors) => {
            let new = |e: &SpecError| told.insert((e.source.file.clone(), e.place, e.message.clone()));
            found.errors.extend(errors.into_iter().filter(new));
        }
    }
}

/// The name of a spec file, and the `specs` folder that it stands in.
///
/// The name is the path below the nearest `specs` folder; without one the path below the folder that was given, or the
/// file's own name; always without the ending and with forward slashes.
fn name_of(file: &Path, folder: Option<&Path>) -> (String, Option<PathBuf>) {
    let stem = file.with_extension("");
    if let Some((name, root)) = below_specs(&stem) {
        return (name, Some(root));
    }
    // The working directory may lie inside of `specs`.
    if let (Ok(absolute), Ok(current)) = (std::path::absolute(&stem), std::env::current_dir())
        && let Some((name, root)) = below_specs(&absolute)
        && let Ok(below) = current.strip_prefix(&root)
    {
        let up: PathBuf = below.components().map(|_| Component::ParentDir).collect();
        let root = if up.as_os_str().is_empty() { PathBuf::from(".") } else { up };
        return (name, Some(root));
    }
    let inside = folder.and_then(|folder| stem.strip_prefix(folder).ok()).map(Path::to_owned);
    let name = inside.unwrap_or_else(|| stem.file_name().map(PathBuf::from).unwrap_or_default());
    (slashes(&name), None)
}

/// The name that the file of a spec gives it, also where the spec does not load; `given` are the paths that were given.
#[must_use]
pub fn name_at(file: &Path, given: &[PathBuf]) -> String {
    if let (false, Some(Named::Spec(spec))) = (file.exists(), file.to_str().and_then(embedded::named)) {
        return spec.name.to_owned();
    }
    let folder = given.iter().find(|folder| folder.as_path() != file && file.starts_with(folder));
    name_of(file, folder.map(PathBuf::as_path)).0
}

/// The path below the last folder `specs`, and that folder.
fn below_specs(stem: &Path) -> Option<(String, PathBuf)> {
    let parent = stem.parent()?;
    let root = parent.ancestors().find(|folder| folder.file_name().is_some_and(|name| name == "specs"))?;
    let below = stem.strip_prefix(root).ok()?;
    Some((slashes(below), root.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    const SPEC: &str = "hops:\n  a:\n    request:\n      method: GET\n";

    fn write(folder: &Path, name: &str, text: &str) -> PathBuf {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    fn names(found: &Found) -> Vec<&str> {
        found.specs.iter().map(|s| s.spec.name.as_str()).collect()
    }

    #[test]
    fn names_are_paths_below_specs_or_below_the_folder() {
        let at = |file: &str, folder: Option<&str>| name_of(Path::new(file), folder.map(Path::new));
        assert_eq!(at("x/specs/a/b.yaml", None), ("a/b".into(), Some("x/specs".into())));
        assert_eq!(at("specs/y/specs/b.yml", Some("specs")), ("b".into(), Some("specs/y/specs".into())));
        assert_eq!(at("mine/a/b.yaml", Some("mine")), ("a/b".into(), None));
        assert_eq!(at("mine/a/b.yaml", None), ("b".into(), None));
        assert_eq!(at("x/a.b.yaml", None), ("a.b".into(), None));
        let given = ["mine".into(), "x/a.yaml".into()];
        let named = |file: &str| name_at(Path::new(file), &given);
        assert_eq!((named("mine/a/b.yaml"), named("x/a.yaml"), named("y/specs/c.yaml")), ("a/b".into(), "a".into(), "c".into()));
    }

    #[test]
    fn a_folder_gives_its_specs_by_name_and_counts_the_rest() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "specs/b.yaml", SPEC);
        write(folder.path(), "specs/a/c.yml", SPEC);
        write(folder.path(), "specs/other.yaml", "on: push\njobs: !x {}\n");
        write(folder.path(), "specs/broken.yaml", "a: [\n");
        write(folder.path(), "specs/a.txt", SPEC);
        let found = load(&[folder.path().join("specs")]);
        assert_eq!(names(&found), ["a/c", "b"]);
        assert_eq!((found.not_specs, found.errors.len(), found.failures.len()), (2, 0, 0));
        assert_eq!(found.specs[0].root.as_deref(), Some(folder.path().join("specs").as_path()));
        assert!(!found.specs[0].named);
    }

    #[test]
    fn much_is_read_by_several_and_found_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let comment = format!("# {}\n", "x".repeat(98)).repeat(ALONE / 100 / 20 + 1);
        let text = |at: usize| if at == 7 { "hops:\n  a: [\n".to_owned() } else { format!("{comment}{SPEC}") };
        let files: Vec<_> = (0..21).map(|at| write(folder.path(), &format!("{at:02}.yaml"), &text(at))).collect();
        let few: Vec<_> =
            files.iter().flat_map(|file| load(std::slice::from_ref(file)).specs).map(|spec| spec.spec.name).collect();
        let found = load(&[folder.path().to_owned()]);
        assert_eq!((names(&found).len(), found.not_specs + found.errors.len()), (20, 1));
        assert_eq!(names(&found), few);
    }

    #[test]
    fn errors_of_all_files_come_together() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "a.yaml", "hops:\n  a: { requst: 1 }\n");
        write(folder.path(), "b.yaml", "hops:\n  b: [\n");
        let found = load(&[folder.path().to_owned()]);
        assert_eq!(found.errors.len(), 2);
        assert!(found.errors[0].to_string().ends_with("a.yaml:2:8: unknown key `requst` in a hop"), "{}", found.errors[0]);
    }

    #[test]
    fn what_was_named_must_be_a_spec_and_be_there() {
        let folder = tempfile::tempdir().unwrap();
        let spec = write(folder.path(), "a.yaml", SPEC);
        let other = write(folder.path(), "other.yaml", "on: push\n");
        let broken = write(folder.path(), "broken.yaml", "a: [\n");
        let found = load(&[spec, folder.path().to_owned(), other, broken, folder.path().join("none")]);
        assert_eq!(names(&found), ["a"]);
        assert!(found.specs[0].named, "named and found in a folder is named");
        assert_eq!(found.errors.len(), 1, "a named file that is no YAML");
        assert!(matches!(&found.failures[..], [FindError::Missing(_), FindError::NotASpec(_)]), "{:?}", found.failures);
    }

    #[test]
    fn one_name_for_two_specs_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "a.yaml", SPEC);
        write(folder.path(), "a.yml", SPEC);
        let found = load(&[folder.path().to_owned()]);
        assert_eq!(names(&found), ["a"]);
        assert!(matches!(&found.failures[..], [FindError::SameName { name, .. }] if name == "a"));
    }

    #[test]
    fn a_folder_without_specs_gives_none() {
        let folder = tempfile::tempdir().unwrap();
        let found = load(&[folder.path().to_owned()]);
        assert!(found.specs.is_empty() && found.failures.is_empty());
    }

    #[test]
    fn specs_of_the_program_have_names() {
        let found = load(&["aws/alb".into(), "aws/alb/forward".into(), "aws/api-gateway/lambda.yaml".into()]);
        assert!(found.failures.is_empty() && found.errors.is_empty(), "{found:?}");
        let told: Vec<_> = found.specs.iter().map(|s| (s.spec.name.as_str(), s.spec.source.file.as_str(), s.named)).collect();
        assert_eq!(
            told,
            [
                ("aws/alb/forward", "aws/alb/forward.yaml", true),
                ("aws/alb/health-check", "aws/alb/health-check.yaml", false),
                ("aws/api-gateway/lambda", "aws/api-gateway/lambda.yaml", true),
            ]
        );
        let all = load_embedded();
        let known = embedded::embedded().iter().filter(|spec| spec.name.starts_with("aws/"));
        assert_eq!(names(&all), known.map(|spec| spec.name).collect::<Vec<_>>());
        assert!(all.errors.is_empty() && all.failures.is_empty() && all.specs.iter().all(|s| !s.named && s.root.is_none()));
    }

    #[test]
    fn a_name_that_is_none_says_what_was_meant() {
        let told = |path: &str| load(&[path.into()]).failures[0].to_string();
        let nothing = "there is no such file or folder";
        assert_eq!(
            told("aws/alb/forwrd"),
            format!("aws/alb/forwrd: {nothing}, and no shipped spec of this name; did you mean aws/alb/forward?")
        );
        assert!(
            told("unlike/anything").contains("no shipped spec of this name; shipped are the specs of aws/alb, aws/api-gateway")
        );
        assert_eq!(told("./unlike.yaml"), format!("unlike.yaml: {nothing}"));
    }
}
