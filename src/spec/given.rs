//! Files of values for params: YAML or JSON, a name and a value each. Hostile as specs are, and bounded as they are.

use std::path::Path;

use super::load::source_of;
use super::origin::Origin;
use super::problem::into_errors;
use super::{Source, Spanned, SpecError, read, yaml};

/// A value that is given to a param, with the places of both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenValue {
    /// The param's name.
    pub name: Spanned<String>,
    /// Its value, as typed.
    pub value: Spanned<String>,
}

/// A file of values for params.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenFile {
    /// The file.
    pub source: Source,
    /// What it gives, each name once.
    pub values: Vec<GivenValue>,
}

/// Why a file of params gives nothing.
#[derive(Debug, thiserror::Error)]
pub enum GivenError {
    /// Nothing stands there.
    #[error("{0}: there is no such file")]
    Missing(String),
    /// It cannot be read.
    #[error("{0}: cannot be read: {1}")]
    Unreadable(String, std::io::Error),
    /// It is wrong; every mistake with its place.
    #[error("{} in a file of params", if .0.len() == 1 { "1 error".to_owned() } else { format!("{} errors", .0.len()) })]
    Wrong(Vec<SpecError>),
}

/// Reads a file of values for params.
///
/// # Errors
/// [`GivenError`]: it is not there, cannot be read, or is no mapping of names and texts.
pub fn read_given(path: &Path) -> Result<GivenFile, GivenError> {
    let origin = Origin::File(path.to_owned());
    let file = origin.shown();
    let bytes = origin.read().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => GivenError::Missing(file.clone()),
        _ => GivenError::Unreadable(file.clone(), error),
    })?;
    let wrong = |source: &Source, problems| GivenError::Wrong(into_errors(source, problems));
    let source = source_of(&file, &bytes).map_err(|refused| wrong(&refused.0, vec![refused.1]))?;
    let parsed = yaml::parse(&source.text);
    let mut problems = parsed.problems;
    let (values, more) = parsed.root.map(|root| read::given(&root, &source)).unwrap_or_default();
    problems.extend(more);
    if problems.is_empty() { Ok(GivenFile { source, values }) } else { Err(wrong(&source, problems)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(text: &str) -> Result<Vec<(String, String)>, Vec<String>> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("params.yaml");
        std::fs::write(&path, text).unwrap();
        match read_given(&path) {
            Ok(file) => Ok(file.values.into_iter().map(|v| (v.name.value, v.value.value)).collect()),
            Err(GivenError::Wrong(errors)) => {
                let told = |e: SpecError| {
                    let (line, column) = e.source.line_column(e.place.start);
                    format!("{line}:{column}: {}", e.message)
                };
                Err(errors.into_iter().map(told).collect())
            }
            Err(other) => panic!("{other}"),
        }
    }

    fn pairs(pairs: &[(&str, &str)]) -> Result<Vec<(String, String)>, Vec<String>> {
        Ok(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn yaml_and_json_give_texts_as_typed() {
        assert_eq!(
            given("a: 1.10\nb: 0x1F\nc: 'x y'\nd: true # so\n"),
            pairs(&[("a", "1.10"), ("b", "0x1F"), ("c", "x y"), ("d", "true")])
        );
        assert_eq!(
            given("{\n\t\"a\": \"x\\/y\u{e9}\",\n\t\"b\": 80,\n\t\"c\": \"\"\n}\n"),
            pairs(&[("a", "x/y\u{e9}"), ("b", "80"), ("c", "")])
        );
        assert_eq!(given("\u{feff}a: b\r\n"), pairs(&[("a", "b")]));
        assert_eq!(given(""), pairs(&[]));
        assert_eq!(given("{}"), pairs(&[]));
        assert_eq!(given("# nothing yet\n"), pairs(&[]));
    }

    #[test]
    fn mistakes_have_their_place() {
        let wrong = |text: &str| given(text).unwrap_err();
        assert_eq!(wrong("a: b\nc: [1]\n"), ["2:4: a param's value is a text, and here stands a list"]);
        assert_eq!(wrong("a: b\na: c\n"), ["2:1: `a` stands twice in a file of params"]);
        assert_eq!(wrong("a:\n"), ["1:1: `a` has no value"]);
        assert_eq!(wrong("- a\n"), ["1:3: a file of params is a mapping, and here stands a list"]);
        assert_eq!(wrong("{\"a\": null}"), ["1:7: `a` has the value `null`"]);
        assert!(wrong("a: [\n")[0].contains("not valid YAML"), "{:?}", wrong("a: [\n"));
        assert_eq!(wrong("a: &x b\nc: *y\n").len(), 1, "an alias of nothing");
    }

    #[test]
    fn what_is_not_there_is_said() {
        assert!(matches!(read_given(Path::new("no/such/file.yaml")), Err(GivenError::Missing(_))));
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(read_given(folder.path()), Err(GivenError::Unreadable(..))));
        let path = folder.path().join("large.yaml");
        std::fs::write(&path, vec![b'#'; super::super::MOST_BYTES + 1]).unwrap();
        assert!(matches!(read_given(&path), Err(GivenError::Wrong(_))));
        std::fs::write(&path, b"a: \xff").unwrap();
        assert!(matches!(read_given(&path), Err(GivenError::Wrong(_))));
    }
}
