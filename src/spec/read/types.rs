//! `types`: matchers with names, of a file and of those that it includes.
//!
//! Types may use each other, in whatever order they stand. What that costs is bounded: how deep they are nested in each
//! other, and how much stands behind one.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::reader::{Entry, Keys, Reader};
use super::spot::Spot;
use crate::spec::include::{TypeFile, entry};
use crate::spec::named::Definition;
use crate::spec::near::{did_you_mean, one_of};
use crate::spec::problem::Problem;
use crate::spec::walk;
use crate::spec::yaml::{Kind, Node};
use crate::spec::{ClauseKind, Expr, Form, NamedType, Place, Spanned, TypeName, Value};

/// Values, lists and mappings that may stand behind one type, those of the types that it uses counted as often.
const MOST: usize = 1000;
/// How deep they may be nested.
const DEEPEST: usize = 32;
/// So many types of a file are named where one is not known.
const MOST_NAMED: usize = 20;

/// The types that a file may use.
#[derive(Debug, Default)]
pub(in crate::spec) struct Known {
    by_name: BTreeMap<String, Arc<NamedType>>,
    /// Something could not be read in which further types may stand.
    incomplete: bool,
    /// Those that the file itself gives, in order.
    pub(super) own: Vec<Spanned<Arc<NamedType>>>,
}

/// One type of one file.
struct Declared<'n> {
    file: usize,
    key: Place,
    node: &'n Node,
    named: Arc<NamedType>,
    /// The types that it uses, as often as it names them.
    uses: Vec<String>,
}

/// Reads the types of a spec and of what it includes; mistakes are noted with their files. Gives what the spec may use.
pub(in crate::spec) fn types(root: &Node, files: &mut [TypeFile]) -> Known {
    let trees: Vec<Option<Node>> = files.iter_mut().map(|file| file.root.take()).collect();
    let mut declared = Vec::new();
    for (number, file) in files.iter_mut().enumerate() {
        let tree = if number == 0 { Some(root) } else { trees.get(number).and_then(Option::as_ref) };
        if let Some(node) = tree.and_then(|tree| entry(tree, "types")) {
            declare(number, node, file, &mut declared);
        }
    }
    let unique = only_once(&declared, files);
    let mut definitions = Vec::new();
    for number in 0..files.len() {
        let known = known(number, &declared, files);
        let Some(file) = files.get_mut(number) else { continue };
        let source = file.source.clone();
        let mut reader = Reader { types: known, ..Reader::new(&source) };
        for one in declared.iter_mut().filter(|one| one.file == number) {
            definitions.push((Arc::clone(&one.named), reader.definition(one.node)));
            one.uses = std::mem::take(&mut reader.uses);
        }
        file.problems.append(&mut reader.problems);
    }
    // Two types of one name leave open which of them is used.
    if unique {
        bounded(&declared, files);
    }
    if files.iter().all(|file| file.problems.is_empty()) {
        for (named, definition) in definitions {
            definition.into_iter().for_each(|definition| named.define(definition));
        }
    }
    let own = declared.iter().filter(|one| one.file == 0).map(|one| Spanned::new(Arc::clone(&one.named), one.key)).collect();
    Known { own, ..known(0, &declared, files) }
}

/// Takes the names of a file's types.
fn declare<'n>(number: usize, node: &'n Node, file: &mut TypeFile, to: &mut Vec<Declared<'n>>) {
    let source = file.source.clone();
    let mut reader = Reader::new(&source);
    for entry in reader.entries(node, "`types`", Keys::Exact).unwrap_or_default() {
        reader.check_type_name(entry);
        let named = Arc::new(NamedType::new(entry.name.to_owned()));
        to.push(Declared { file: number, key: entry.key, node: entry.node, named, uses: Vec::new() });
    }
    file.problems.append(&mut reader.problems);
}

/// Reports types of one name in several files. Within one file it is a repeated key.
fn only_once(declared: &[Declared<'_>], files: &mut [TypeFile]) -> bool {
    let mut first: HashMap<&str, &Declared<'_>> = HashMap::new();
    let mut unique = true;
    for one in declared {
        let Some(other) = first.get(one.named.name.as_str()) else {
            first.insert(&one.named.name, one);
            continue;
        };
        if other.file == one.file {
            continue;
        }
        unique = false;
        let Some(there) = files.get(one.file).map(|file| &file.source) else { continue };
        let label = format!("the other stands in {}, line {}", there.file, there.line_column(one.key.start).0);
        let problem = Problem::new(other.key, format!("two types have the name `{}`", one.named.name)).label(label);
        if let Some(file) = files.get_mut(other.file) {
            file.problems.push(problem.help("rename one of them, or leave one of the files away"));
        }
    }
    unique
}

/// What a file may use: its own types, and those of all that it includes.
fn known(number: usize, declared: &[Declared<'_>], files: &[TypeFile]) -> Known {
    let mut reached = vec![false; files.len()];
    let mut open = vec![number];
    let mut known = Known::default();
    while let Some(next) = open.pop() {
        let (Some(seen), Some(file)) = (reached.get_mut(next), files.get(next)) else { continue };
        if !std::mem::replace(seen, true) {
            known.incomplete |= file.incomplete;
            open.extend(&file.includes);
        }
    }
    let visible = declared.iter().filter(|one| reached.get(one.file) == Some(&true));
    known.by_name = visible.map(|one| (one.named.name.clone(), Arc::clone(&one.named))).collect();
    known
}

/// Reports types that depend on themselves, and those that cost too much.
fn bounded(declared: &[Declared<'_>], files: &mut [TypeFile]) {
    let by_name: HashMap<&str, usize> = declared.iter().enumerate().map(|(at, one)| (one.named.name.as_str(), at)).collect();
    let uses: Vec<Vec<usize>> =
        declared.iter().map(|one| one.uses.iter().filter_map(|name| by_name.get(name.as_str()).copied()).collect()).collect();
    let mut used_by: Vec<Vec<usize>> = vec![Vec::new(); declared.len()];
    for (at, used) in uses.iter().enumerate().flat_map(|(at, uses)| uses.iter().map(move |used| (at, *used))) {
        used_by.get_mut(used).into_iter().for_each(|by| by.push(at));
    }
    // Types of which all that they use is known are taken away, until only cycles are left, and what hangs on them.
    let mut open: Vec<usize> = uses.iter().map(Vec::len).collect();
    let own: Vec<(usize, usize)> = declared.iter().map(|one| measure(one.node)).collect();
    let mut cost = own.clone();
    let mut free: Vec<usize> = (0..declared.len()).filter(|at| open.get(*at) == Some(&0)).collect();
    let mut left: Vec<bool> = vec![true; declared.len()];
    let mut too_much = None;
    while let Some(at) = free.pop() {
        left.get_mut(at).into_iter().for_each(|left| *left = false);
        let (size, depth) = cost.get(at).copied().unwrap_or_default();
        if size > MOST || depth > DEEPEST {
            too_much.get_or_insert(at);
        }
        for by in used_by.get(at).into_iter().flatten() {
            if let Some(cost) = cost.get_mut(*by) {
                let own = own.get(*by).map_or(0, |(_, depth)| *depth);
                *cost = (cost.0.saturating_add(size), cost.1.max(own.saturating_add(depth)));
            }
            if let Some(open) = open.get_mut(*by) {
                *open = open.saturating_sub(1);
                if *open == 0 {
                    free.push(*by);
                }
            }
        }
    }
    let mut report = |at: usize, message: String, help: String| {
        let Some(one) = declared.get(at) else { return };
        if let Some(file) = files.get_mut(one.file) {
            file.problems.push(Problem::new(one.key, message).help(help));
        }
    };
    let name = |at: usize| declared.get(at).map(|one| one.named.name.as_str()).unwrap_or_default();
    if let Some(at) = too_much {
        let help = format!("at most {MOST} values and lists may stand behind one, {DEEPEST} deep; write it more simply");
        report(at, format!("the type `{}` is built of too much", name(at)), help);
    }
    let is_left = |at: usize| left.get(at) == Some(&true);
    let Some(mut at) = (0..declared.len()).find(|at| is_left(*at)) else { return };
    let mut way = Vec::new();
    while !way.contains(&at) && way.len() < MOST {
        way.push(at);
        match uses.get(at).into_iter().flatten().find(|used| is_left(**used)) {
            Some(next) => at = *next,
            None => return,
        }
    }
    let from = way.iter().position(|step| *step == at).unwrap_or(0);
    let round: Vec<usize> = way.into_iter().skip(from).collect();
    let mut shown: Vec<String> = round.iter().take(8).map(|at| format!("`{}`", name(*at))).collect();
    shown.extend((round.len() > 8).then(|| "…".to_owned()));
    shown.push(format!("`{}`", name(at)));
    let help = "one of them must stand without the others".to_owned();
    report(at, format!("the type `{}` depends on itself: {}", name(at), shown.join(" → ")), help);
}

/// How many values, lists and mappings, and how deep. YAML bounds the depth.
fn measure(node: &Node) -> (usize, usize) {
    let over = |nodes: &mut dyn Iterator<Item = &Node>| {
        let (mut size, mut depth) = (1_usize, 0);
        for (more, deep) in nodes.map(measure) {
            size = size.saturating_add(more);
            depth = depth.max(deep);
        }
        (size, depth + 1)
    };
    match &node.kind {
        Kind::Scalar(_) => (1, 0),
        Kind::Sequence(members) => over(&mut members.iter()),
        Kind::Mapping(entries) => over(&mut entries.iter().map(|(_, value)| value)),
    }
}

impl Reader<'_> {
    /// What a type says, if it can be read.
    fn definition(&mut self, node: &Node) -> Option<Definition> {
        if !matches!(node.kind, Kind::Mapping(_)) {
            let problem = Problem::new(node.place, format!("a type is a matcher, and here stands {}", node.what()));
            self.report(
                problem.help("`{ regex: '[a-z0-9]{10}' }`; of one text `{ equals: text }`, of several `{ one_of: [a, b] }`"),
            );
            return None;
        }
        let mut about = None;
        let mut matcher = Vec::new();
        for entry in self.entries(node, "a type", Keys::Exact)? {
            match entry.name {
                "about" => about = self.text(entry.node, "`about`"),
                "why" => self.report(
                    Problem::new(entry.key, "`why` belongs to an expectation").help("what a type is, is said under `about`"),
                ),
                _ => matcher.push(entry),
            }
        }
        if matcher.is_empty() {
            self.report(Problem::new(node.place, "this type says nothing of a value").help("`{ regex: '[a-z0-9]{10}' }`"));
            return None;
        }
        let (clauses, meta) = self.matcher(&matcher, node, Spot::param());
        let value = Value { place: node.place, form: Form::Matcher(clauses), meta };
        self.names_of_type(&value);
        Some(Definition { about, value })
    }

    /// A type means the same wherever it is used, so that it depends on nothing but the value and the connection.
    fn names_of_type(&mut self, value: &Value) {
        walk::value(value, &mut |met| {
            let walk::Met::Template(template) = met else { return };
            let mut named = None;
            walk::names(template, &mut |name| named = Some(name.to_owned()));
            let mut looks = false;
            walk::exprs(template, &mut |expr| looks |= matches!(expr, Expr::Message { .. } | Expr::Time | Expr::Event));
            let help = "a type means the same wherever it is used; it may name `src` and `dst`";
            if let Some(name) = named {
                self.report(
                    Problem::new(template.place, format!("a type names no params and no bound names: `{name}`")).help(help),
                );
            } else if looks {
                self.report(Problem::new(template.place, "a type cannot look at messages").help(help));
            }
        });
    }

    fn check_type_name(&mut self, entry: Entry<'_>) {
        let shaped = entry.name.starts_with(|c: char| c.is_ascii_lowercase())
            && entry.name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if TypeName::ALL.iter().any(|(name, _)| *name == entry.name) {
            let problem = Problem::new(entry.key, format!("`{}` is a type of the language", entry.name));
            self.report(problem.help("choose another name"));
        } else if !shaped {
            let problem = Problem::new(entry.key, format!("`{}` is not the name of a type", entry.name));
            self.report(problem.help("a name is lower case: `api-id`, `target2`"));
        }
    }

    /// `is: name`
    pub(super) fn of_type(&mut self, node: &Node) -> Option<ClauseKind> {
        let text = self.text(node, "`is`")?;
        if let Some((_, found)) = TypeName::ALL.iter().find(|(name, _)| *name == text) {
            return Some(ClauseKind::Is(*found));
        }
        if let Some(named) = self.types.by_name.get(&text).map(Arc::clone) {
            self.uses.push(text);
            return Some(ClauseKind::Type(named));
        }
        if self.types.incomplete {
            // It may stand in what could not be read, which is told.
            return None;
        }
        let own = self.types.by_name.keys().map(String::as_str);
        let names = TypeName::ALL.iter().map(|(name, _)| *name);
        let near = did_you_mean(&text, own.clone().chain(names.clone()));
        let expected = one_of(own.take(MOST_NAMED).chain(names));
        self.report(if text == "sigv4" {
            Problem::new(node.place, "the type `sigv4` is not supported yet")
        } else {
            Problem::new(node.place, format!("unknown type `{text}`")).label(format!("expected {expected}")).maybe_help(near)
        });
        None
    }
}
