//! `captures`: evidence that a spec names itself, with what is known of the system that it was recorded in.

use super::reader::{Keys, Reader};
use crate::spec::near::did_you_mean;
use crate::spec::problem::Problem;
use crate::spec::yaml::{Kind, Node};
use crate::spec::{Evidence, Spanned, Spec};

/// So many entries are read: each may be a file that is opened and judged.
const MOST: usize = 1000;

impl Reader<'_> {
    /// `captures: [path, { path, params, hop, about }]`
    pub(super) fn captures(&mut self, node: &Node) -> Vec<Evidence> {
        let members = self.members(node, "`captures`").unwrap_or_default();
        if let Some(over) = members.get(MOST) {
            self.report(Problem::new(over.place, format!("more than {MOST} captures")).help("name a folder of them"));
        }
        members.iter().take(MOST).filter_map(|member| self.capture(member)).collect()
    }

    fn capture(&mut self, node: &Node) -> Option<Evidence> {
        let mut evidence = Evidence { path: Spanned::new(String::new(), node.place), params: Vec::new(), hop: None, about: None };
        if let Kind::Scalar(_) = &node.kind {
            evidence.path.value = self.path(node)?;
            return Some(evidence);
        }
        let mut path = None;
        for entry in self.entries(node, "an entry of `captures`", Keys::Exact)? {
            let spanned = |text: String| Spanned::new(text, entry.node.place);
            match entry.name {
                "path" => path = Some(self.path(entry.node).map(spanned)),
                "params" => evidence.params = self.given(entry.node, "`params`"),
                "hop" => evidence.hop = self.text(entry.node, "`hop`").map(spanned),
                "about" => evidence.about = self.text(entry.node, "`about`"),
                _ => self.unknown_key(entry, "an entry of `captures`", &["path", "params", "hop", "about"], None),
            }
        }
        if path.is_none() {
            let problem = Problem::new(node.place, "an entry of `captures` has no `path`");
            self.report(problem.help("write `path: ../captures/file.pcap`, relative to this file"));
        }
        Some(Evidence { path: path??, ..evidence })
    }

    fn path(&mut self, node: &Node) -> Option<String> {
        let path = self.text(node, "the path of a capture")?;
        if path.is_empty() || path.contains('\0') {
            self.report(Problem::new(node.place, "this is no path").help("write it relative to this file, with `/`"));
            return None;
        }
        Some(path)
    }

    /// Checks that what entries give and name is there.
    pub(super) fn names_of_captures(&mut self, spec: &Spec) {
        for evidence in &spec.captures {
            for given in &evidence.params {
                if !spec.params.iter().any(|param| param.name.value == given.name.value) {
                    let known = spec.params.iter().map(|param| param.name.value.as_str());
                    let help =
                        did_you_mean(&given.name.value, known).unwrap_or_else(|| "give it under `params` of the file".to_owned());
                    self.report(
                        Problem::new(given.name.place, format!("this spec has no param `{}`", given.name.value)).help(help),
                    );
                }
            }
            if let Some(hop) = &evidence.hop
                && !spec.hops.iter().any(|known| known.name.value == hop.value)
            {
                let known = spec.hops.iter().map(|hop| hop.name.value.as_str());
                let help = did_you_mean(&hop.value, known);
                self.report(Problem::new(hop.place, format!("this spec has no hop `{}`", hop.value)).maybe_help(help));
            }
        }
    }
}
