//! Which specs a run is about: those that the user names, those of `./specs`, or those of the program.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::CheckError;
use super::evidence::Mirror;
use crate::source::Input;
use crate::spec::{self, FindError, Found, Origin, Spec, SpecFile};

/// The specs of a run.
pub(super) struct Loaded {
    pub(super) specs: Vec<LoadedSpec>,
    /// YAML files of the folders that are no specs.
    pub(super) not_specs: u64,
    /// What is worth knowing about the choice, each a sentence.
    pub(super) notes: Vec<String>,
    /// Nobody named the specs of the program: why they were taken.
    pub(super) shipped_because: Option<String>,
}

/// A spec with what its file tells.
#[derive(Debug)]
pub(super) struct LoadedSpec {
    pub(super) spec: Arc<Spec>,
    /// Where its text comes from.
    pub(super) origin: Origin,
    /// The `specs` folder that it stands in.
    pub(super) root: Option<PathBuf>,
    /// Its file was named, so that its hops must be seen.
    pub(super) named: bool,
}

impl Loaded {
    pub(super) fn models(&self) -> Vec<&Spec> {
        self.specs.iter().map(|file| &*file.spec).collect()
    }
}

impl LoadedSpec {
    pub(super) fn new(file: SpecFile) -> Self {
        Self { spec: Arc::new(file.spec), origin: file.origin, root: file.root, named: file.named }
    }

    /// Where its evidence lies; outside of any folder `specs` that is known only with `--captures`.
    pub(super) fn mirror(&self, captures_given: bool) -> Option<Mirror> {
        let specs = self.root.clone().or_else(|| captures_given.then(PathBuf::new))?;
        Some(Mirror { specs, below: PathBuf::from(&self.spec.name) })
    }

    /// Whether it is part of the program: no evidence lies beside it.
    pub(super) fn is_embedded(&self) -> bool {
        matches!(self.origin, Origin::Embedded(_))
    }
}

/// Loads the specs at the paths and of the names, and those that are at hand as texts. Where neither is given those of
/// `./specs`, and where that holds none, those of the program.
///
/// # Errors
/// What is wrong with the names, then with the specs, then with files that cannot be read; or that there is no spec.
pub(super) fn load(paths: &[PathBuf], texts: &[String]) -> Result<Loaded, CheckError> {
    let mut loaded = match (paths, texts) {
        ([], [_, ..]) => Loaded { specs: Vec::new(), not_specs: 0, notes: Vec::new(), shipped_because: None },
        _ => at(paths)?,
    };
    for (number, text) in (1..).zip(texts) {
        let name = if texts.len() == 1 { "inline".to_owned() } else { format!("inline-{number}") };
        let file = format!("{name}.yaml");
        match spec::parse_named(&file, &name, text.as_bytes()).map_err(CheckError::Specs)? {
            spec::Loaded::Spec(spec) => {
                let (spec, origin) = (Arc::new(*spec), Origin::File(PathBuf::from(&file)));
                loaded.specs.push(LoadedSpec { spec, origin, root: None, named: true });
            }
            spec::Loaded::NotASpec => {
                return Err(CheckError::Usage(format!("{file}: not a spec: it has none of `hops`, `types` and `checks`")));
            }
        }
    }
    Ok(loaded)
}

fn at(paths: &[PathBuf]) -> Result<Loaded, CheckError> {
    let (mut found, shipped_because) = find(paths)?;
    // As for exit codes: usage and invalid specs come before what cannot be read.
    let unread = |failure: &&FindError| matches!(failure, FindError::Unreadable(..));
    if let Some(failure) = found.failures.iter().find(|failure| !unread(failure)) {
        return Err(CheckError::Usage(failure.to_string()));
    }
    if !found.errors.is_empty() {
        return Err(CheckError::Specs(found.errors));
    }
    if let Some(failure) = found.failures.first() {
        return Err(CheckError::Unreadable(failure.to_string()));
    }
    if found.specs.is_empty() {
        return Err(CheckError::Nothing(format!("{}, or name specs with -s", no_spec(paths, found.not_specs))));
    }
    // A file of types is there for others to include; it has nothing to judge, and no evidence.
    let files: Vec<String> = found.specs.iter().map(|file| file.origin.shown()).collect();
    found.specs.retain(|file| !file.spec.hops.is_empty());
    if found.specs.is_empty() {
        return Err(CheckError::Nothing(format!(
            "no hop in {}: types alone judge nothing; name a spec that has `hops` with -s",
            files.join(", ")
        )));
    }
    let (not_specs, notes) = (found.not_specs as u64, found.notes);
    Ok(Loaded { specs: found.specs.into_iter().map(LoadedSpec::new).collect(), not_specs, notes, shipped_because })
}

/// What stands at these paths and has these names; by default of `./specs` or of the program, and why of that.
///
/// # Errors
/// [`CheckError::Usage`] where a path is a capture.
pub(super) fn find(paths: &[PathBuf]) -> Result<(Found, Option<String>), CheckError> {
    if let Some(path) = paths.iter().find(|path| is_capture(path)) {
        let file = Input::File(path.clone()).name();
        return Err(CheckError::Usage(format!("{file} is a capture, and -s names specs; name captures without -s")));
    }
    let (mut found, shipped_because) = if paths.is_empty() { default() } else { (spec::load(paths), None) };
    found
        .notes
        .extend(shipped_because.as_ref().map(|why| format!("{why}: the shipped specs of aws/ were taken; -s names others")));
    Ok((found, shipped_because))
}

/// The sentence that there is no spec at these paths.
pub(super) fn no_spec(paths: &[PathBuf], others: usize) -> String {
    let named: Vec<String> = paths.iter().map(|p| p.to_string_lossy().replace('\\', "/")).collect();
    format!("no spec in {}: {} there; write one (it has `hops`)", named.join(", "), yaml_files(others))
}

/// The specs of `./specs`, or those of the program and why.
fn default() -> (Found, Option<String>) {
    let folder = Path::new("specs");
    let own = if folder.is_dir() { spec::load(&[folder.to_owned()]) } else { Found::default() };
    if !(own.specs.is_empty() && own.errors.is_empty() && own.failures.is_empty()) {
        return (own, None);
    }
    let why = match own.not_specs {
        0 if !folder.is_dir() => "there is no ./specs".to_owned(),
        others => format!("./specs holds no spec ({})", yaml_files(others)),
    };
    (spec::load_embedded(), Some(why))
}

/// `1 YAML file that is no spec`
fn yaml_files(others: usize) -> String {
    match others {
        0 => "no YAML file".to_owned(),
        1 => "1 YAML file that is no spec".to_owned(),
        n => format!("{n} YAML files that are no specs"),
    }
}

/// Whether a file begins as captures do.
fn is_capture(path: &Path) -> bool {
    let mut magic = [0; 4];
    let begin = std::fs::File::open(path).and_then(|mut file| std::io::Read::read_exact(&mut file, &mut magic));
    begin.is_ok() && crate::capture::is_magic(magic)
}
