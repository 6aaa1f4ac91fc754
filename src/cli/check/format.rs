//! Which report goes where.

use std::path::PathBuf;
use std::str::FromStr;

use super::super::output::Target;

/// A format of reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Text,
    Json,
    Github,
}

impl Format {
    /// Every format with its name.
    const ALL: [(&str, Self); 3] = [("text", Self::Text), ("json", Self::Json), ("github", Self::Github)];
}

/// `json` or `json=report.json`
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FormatArg {
    format: Format,
    file: Option<PathBuf>,
}

impl FromStr for FormatArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (format, file) = text.split_once('=').map_or((text, None), |(format, file)| (format, Some(file)));
        let Some((_, format)) = Format::ALL.iter().copied().find(|(name, _)| *name == format) else {
            let expected = "expected `text`, `json`, `github`, or one of them with a file, as in `json=report.json`";
            return Err(expected.to_owned());
        };
        match file {
            Some("") => Err(format!("expected a file behind `=`, as in `{text}report`")),
            file => Ok(Self { format, file: file.map(PathBuf::from) }),
        }
    }
}

/// Every report with its place: formats without a file share `--output`, or standard output, which takes one only.
/// Where no format asks for standard output, the text goes there.
pub(super) fn targets(formats: &[FormatArg], output: Option<&PathBuf>) -> Result<Vec<(Format, Target)>, String> {
    let shared = output.map_or(Target::Stdout, |file| Target::File(file.clone()));
    let mut targets: Vec<(Format, Target)> = Vec::new();
    for FormatArg { format, file } in formats {
        let target = file.as_ref().map_or_else(|| shared.clone(), |file| Target::File(file.clone()));
        if targets.iter().any(|(known, taken)| known == format && taken.is(&target)) {
            continue;
        }
        if targets.iter().any(|(_, taken)| taken.is(&target)) {
            return Err(match target {
                Target::Stdout => {
                    "two formats would both go to standard output: give one a file, as in `--format json=report.json`".to_owned()
                }
                Target::File(file) => format!("two formats would both go to {}: give each a file of its own", file.display()),
            });
        }
        targets.push((*format, target));
    }
    if !targets.iter().any(|(_, target)| target.is(&shared)) {
        targets.push((Format::Text, shared));
    }
    Ok(targets)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(formats: &[&str], output: Option<&str>) -> Result<Vec<(Format, Target)>, String> {
        let formats = formats.iter().map(|f| f.parse()).collect::<Result<Vec<_>, _>>()?;
        targets(&formats, output.map(PathBuf::from).as_ref())
    }

    fn file(name: &str) -> Target {
        Target::File(name.into())
    }

    #[test]
    fn one_run_serves_the_log_and_the_file() {
        assert_eq!(of(&[], None), Ok(vec![(Format::Text, Target::Stdout)]));
        assert_eq!(of(&["json"], None), Ok(vec![(Format::Json, Target::Stdout)]));
        assert_eq!(of(&["json=r.json"], None), Ok(vec![(Format::Json, file("r.json")), (Format::Text, Target::Stdout)]));
        assert_eq!(of(&["text", "json=r"], None), Ok(vec![(Format::Text, Target::Stdout), (Format::Json, file("r"))]));
        assert_eq!(of(&["json"], Some("r")), Ok(vec![(Format::Json, file("r"))]));
        assert_eq!(
            of(&["github", "json=r.json", "text=r.txt"], None),
            Ok(vec![(Format::Github, Target::Stdout), (Format::Json, file("r.json")), (Format::Text, file("r.txt"))])
        );
        // `--output` belongs to the one without a file.
        assert_eq!(of(&["json=r.json"], Some("r")), Ok(vec![(Format::Json, file("r.json")), (Format::Text, file("r"))]));
    }

    #[test]
    fn one_place_takes_one_report() {
        assert!(of(&["text", "json"], None).unwrap_err().contains("standard output"));
        assert!(of(&["text", "json"], Some("r")).is_err());
        assert!(of(&["text=r", "json=r"], None).is_err());
        assert!(of(&["text=r", "json=./r"], None).is_err(), "one file by two names");
        assert!(of(&["github", "json"], None).is_err());
        assert_eq!(of(&["json", "json"], None).map(|t| t.len()), Ok(1));
    }

    #[test]
    fn formats_are_known_by_name() {
        assert!("yaml".parse::<FormatArg>().is_err());
        assert!("json=".parse::<FormatArg>().is_err());
        assert!("jsonl".parse::<FormatArg>().is_err());
    }
}
