//! `include`: the files whose `types` a spec may use, and those that these include.
//!
//! Paths are hostile, too: a spec must not make the program read, and in an error message print, what lies elsewhere on
//! the machine. They are relative, name YAML files, and stay in the folder of specs. How many files, and what of each, is
//! bounded.

use std::collections::HashMap;
use std::io;
use std::path::Path;

use super::Source;
use super::load::source_of;
use super::origin::{Origin, is_within};
use super::problem::Problem;
use super::yaml::{self, Kind, Node};

/// So many files may stand behind one spec.
const MOST_FILES: usize = 16;

/// Where a spec stands, so that paths in it mean something.
#[derive(Debug, Clone, Copy)]
pub(super) struct Base<'b> {
    /// The spec itself.
    pub(super) origin: &'b Origin,
    /// The folder that no path may leave; specs of the program cannot leave it.
    pub(super) folder: &'b Path,
}

/// A file with types: the spec itself, or one that is included.
#[derive(Debug)]
pub(super) struct TypeFile {
    pub(super) source: Source,
    /// Its tree; `None` of the spec itself, whose tree the caller has, and of what could not be read.
    pub(super) root: Option<Node>,
    /// The files that it includes, by number.
    pub(super) includes: Vec<usize>,
    pub(super) problems: Vec<Problem>,
    /// Something of it, or that it includes, could not be read: it may hold any type.
    pub(super) incomplete: bool,
}

/// Reads all files that stand behind a spec; the spec itself is the first.
pub(super) fn gather(root: &Node, source: &Source, base: Option<Base<'_>>) -> Vec<TypeFile> {
    let Some(base) = base else {
        let mut file = TypeFile::new(source.clone(), None);
        if let Some(member) = paths(root).first() {
            let problem = Problem::new(member.place, "this spec stands in no folder from which it could include");
            file.problems.push(problem.help("load it from a file, or write the types out"));
            file.incomplete = true;
        }
        return vec![file];
    };
    let mut gathered = Gathered {
        base,
        by_name: HashMap::from([(base.origin.flat().shown(), 0)]),
        files: vec![TypeFile::new(source.clone(), None)],
        origins: vec![base.origin.flat()],
    };
    let mut at = 0;
    while at < gathered.files.len() {
        let tree = gathered.files.get_mut(at).and_then(|file| file.root.take());
        if let Some(tree) = if at == 0 { Some(root) } else { tree.as_ref() } {
            for member in paths(tree) {
                match gathered.include(at, member) {
                    Ok(file) => gathered.files.get_mut(at).into_iter().for_each(|from| from.includes.push(file)),
                    Err(problem) => gathered.files.get_mut(at).into_iter().for_each(|from| {
                        from.problems.push(problem.clone());
                        from.incomplete = true;
                    }),
                }
            }
        }
        if let Some(file) = gathered.files.get_mut(at) {
            file.root = tree;
        }
        at += 1;
    }
    gathered.files
}

impl TypeFile {
    fn new(source: Source, root: Option<Node>) -> Self {
        Self { source, root, includes: Vec::new(), problems: Vec::new(), incomplete: false }
    }
}

/// What stands under `include`: one path or a list of them.
fn paths(root: &Node) -> &[Node] {
    match entry(root, "include").map(|node| (&node.kind, node)) {
        Some((Kind::Sequence(members), _)) => members,
        Some((_, node)) => std::slice::from_ref(node),
        None => &[],
    }
}

/// The value of a key at the top of a file.
pub(super) fn entry<'n>(root: &'n Node, name: &str) -> Option<&'n Node> {
    let Kind::Mapping(entries) = &root.kind else { return None };
    entries.iter().find(|(key, _)| key.scalar().is_some_and(|key| key.text == name)).map(|(_, node)| node)
}

struct Gathered<'b> {
    base: Base<'b>,
    files: Vec<TypeFile>,
    origins: Vec<Origin>,
    by_name: HashMap<String, usize>,
}

impl Gathered<'_> {
    /// The number of the file that a path in another names; it is read where it was not yet.
    fn include(&mut self, from: usize, member: &Node) -> Result<usize, Problem> {
        let wrong = |message: String| Problem::new(member.place, message);
        let relative = "a path is relative to the file that says it: `../types.yaml`";
        let Some(path) = member.scalar().filter(|_| !member.is_null()).map(|scalar| scalar.text.as_str()) else {
            return Err(wrong(format!("a path under `include` is a text, and here stands {}", member.what())));
        };
        if path.starts_with('/') || path.contains(['\\', ':', '\0']) {
            return Err(wrong(format!("`{path}` is no relative path with forward slashes")).help(relative));
        }
        if !path.ends_with(".yaml") && !path.ends_with(".yml") {
            return Err(wrong(format!("`{path}` is no YAML file by its name")).help("its name ends in `.yaml` or `.yml`"));
        }
        let beside = self.origins.get(from).and_then(|origin| origin.beside(path));
        let Some(origin) = beside else {
            return Err(wrong(format!("there is no `{path}` beside this spec in the program")).help(relative));
        };
        let shown = origin.shown();
        if let Origin::File(file) = &origin
            && !is_within(file, self.base.folder)
        {
            let problem = wrong(format!("{shown} lies outside of the folder of this spec"));
            let folder = Origin::File(self.base.folder.to_owned()).shown();
            return Err(problem
                .label(format!("the folder is {folder}"))
                .help("put the types of several specs into their folder"));
        }
        if let Some(known) = self.by_name.get(&shown) {
            return Ok(*known);
        }
        if self.files.len() > MOST_FILES {
            return Err(wrong(format!("more than {MOST_FILES} files are included")).help("put their types into fewer files"));
        }
        let bytes = origin.read().map_err(|e| match e.kind() {
            io::ErrorKind::NotFound => wrong(format!("there is no file {shown}")).help(relative),
            _ => wrong(format!("{shown} cannot be read: {e}")),
        })?;
        let file = type_file(&shown, &bytes, origin.is_trusted());
        if file.problems.is_empty()
            && file.root.as_ref().is_none_or(|root| entry(root, "types").or(entry(root, "include")).is_none())
        {
            return Err(wrong(format!("{shown} has no `types`")).help("`include` names files whose `types` are used"));
        }
        let number = self.files.len();
        self.by_name.insert(shown, number);
        self.files.push(file);
        self.origins.push(origin);
        Ok(number)
    }
}

/// A file as far as it can be read.
fn type_file(shown: &str, bytes: &[u8], trusted: bool) -> TypeFile {
    let mut source = match source_of(shown, bytes) {
        Ok(source) => source,
        Err(wrong) => {
            let (source, problem) = *wrong;
            return TypeFile { problems: vec![problem], incomplete: true, ..TypeFile::new(source, None) };
        }
    };
    source.trusted = trusted;
    let yaml::Parsed { root, problems, repaired, unreadable } = yaml::parse(&source.text);
    // Where repairs were made, what else is wrong in it may follow from them: it is told when they are gone.
    let readable = !unreadable && repaired.is_empty();
    let root = root.filter(|_| readable);
    TypeFile { problems, incomplete: !readable, ..TypeFile::new(source, root) }
}
