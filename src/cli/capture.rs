//! A capture on the command line: a path, `-`, or `HOP=PATH`.

use std::path::{Path, PathBuf};

use crate::source::Input;

/// What an argument names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::cli) struct CaptureArg {
    /// The hop of `HOP=PATH`: the only one that the capture shows.
    pub(in crate::cli) hop: Option<String>,
    pub(in crate::cli) input: Input,
}

impl CaptureArg {
    /// Reads an argument. What stands before the first `=` is a hop unless it cannot be one: a path with a `/` or `\` there
    /// is a path, so that any file can be named as `./a=b`.
    pub(in crate::cli) fn new(argument: &Path) -> Self {
        let plain = || Self { hop: None, input: input(argument) };
        let Some((hop, path)) = argument.to_str().and_then(|text| text.split_once('=')) else { return plain() };
        let named = |c: char| !(c.is_whitespace() || c.is_control() || matches!(c, '/' | '\\' | '›' | '$'));
        if hop.is_empty() || path.is_empty() || !hop.chars().all(named) {
            return plain();
        }
        Self { hop: Some(hop.to_owned()), input: input(&PathBuf::from(path)) }
    }
}

/// A path, or `-` for standard input.
pub(in crate::cli) fn input(path: &Path) -> Input {
    if path.as_os_str() == "-" { Input::Stdin } else { Input::File(path.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hop_stands_before_the_path() {
        let of = |text: &str| {
            let CaptureArg { hop, input } = CaptureArg::new(Path::new(text));
            (hop, input.name())
        };
        let hop = |hop: &str, path: &str| (Some(hop.to_owned()), path.to_owned());
        assert_eq!(of("client=a.pcap"), hop("client", "a.pcap"));
        assert_eq!(of("alb-to-target=b/c=d.pcap"), hop("alb-to-target", "b/c=d.pcap"));
        assert_eq!(of("client=-"), hop("client", "-"));
        for path in ["a.pcap", "-", "./a=b", "a/b=c", r"a\b=c", "=a", "a=", "a b=c", "$a=b"] {
            let name = if cfg!(windows) { path.replace('\\', "/") } else { path.to_owned() };
            assert_eq!(of(path), (None, name), "{path}");
        }
    }
}
