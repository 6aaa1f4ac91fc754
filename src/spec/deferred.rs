//! An expression of a spec in the program, parsed when it is first asked.
//!
//! The project's tests parse every one of them, so nothing is found later than it would be; and a run that meets no exchange
//! of the spec does not pay for its checks.

use std::sync::OnceLock;

use super::read::deferred;
use super::{Expr, Side};

/// An expression that is not parsed yet.
#[derive(Debug)]
pub struct Deferred {
    /// As typed.
    pub text: String,
    /// The message it stands in.
    pub(super) side: Option<Side>,
    /// It may name `key` and `value`.
    pub(super) members: bool,
    parsed: OnceLock<Expr>,
}

impl Deferred {
    /// An expression that the project's tests know to be one.
    pub(super) fn new(text: String, side: Option<Side>, members: bool) -> Self {
        Self { text, side, members, parsed: OnceLock::new() }
    }

    /// The expression.
    #[must_use]
    pub fn expr(&self) -> &Expr {
        // What is none after all has no value: a name that nothing gives.
        self.parsed.get_or_init(|| deferred(&self.text, self.side, self.members).unwrap_or_else(|| Expr::Name(self.text.clone())))
    }

    /// The words in it: all names that it may use, and more.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|word| !word.is_empty())
    }

    /// The messages whose bodies it may read.
    pub fn bodies(&self) -> impl Iterator<Item = Side> + use<> {
        let reads = self.words().any(|word| matches!(word, "body" | "json"));
        let of = |side: Side| reads && self.words().any(|word| word == side.name());
        let (request, response) = (of(Side::Request), of(Side::Response));
        let sides = [(request, Side::Request), (response, Side::Response)];
        sides.into_iter().filter_map(|(reads, side)| reads.then_some(side))
    }
}

impl PartialEq for Deferred {
    /// The text decides, where it stands in the same place.
    fn eq(&self, other: &Self) -> bool {
        (&self.text, self.side, self.members) == (&other.text, other.side, other.members)
    }
}

impl Eq for Deferred {}

#[cfg(test)]
mod tests {
    use super::super::load::{Loaded, Manner, load_text};
    use super::super::{Claim, Expr, MessagePath, Side, embedded, walk};

    #[test]
    fn what_is_deferred_is_an_expression_and_says_at_least_what_it_reads() {
        let mut deferred = 0;
        for spec in embedded() {
            let manner = Manner { named: true, trusted: true };
            let Ok(Loaded::Spec(loaded)) = load_text(spec.name, spec.name, spec.text.as_bytes(), manner, None) else {
                panic!("{}", spec.name)
            };
            for check in loaded.hops.iter().flat_map(|hop| &hop.checks) {
                let Claim::Check(check) = &check.claim else { panic!("a check") };
                for expression in check.expressions() {
                    let Expr::Deferred(of) = &expression.value else { continue };
                    deferred += 1;
                    assert!(super::deferred(&of.text, of.side, of.members).is_some(), "{}: {}", spec.name, of.text);
                    walk::expr(of.expr(), &mut |expr| match expr {
                        Expr::Name(name) => assert!(of.words().any(|word| word == name), "{name} in {}", of.text),
                        Expr::Message { side, path: MessagePath::Body | MessagePath::Json } => {
                            assert!(of.bodies().any(|known| known == *side), "the body in {}", of.text);
                        }
                        _ => {}
                    });
                }
            }
        }
        assert!(deferred > 20, "{deferred}");
    }

    #[test]
    fn bodies_are_told_by_their_messages() {
        let bodies = |text: &str| super::Deferred::new(text.to_owned(), None, false).bodies().collect::<Vec<_>>();
        assert_eq!(bodies("response.json.a == request.method"), [Side::Request, Side::Response]);
        assert_eq!(bodies("response.json.a == 1"), [Side::Response]);
        assert_eq!(bodies("request.method == \"GET\""), []);
    }
}
