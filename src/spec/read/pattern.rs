//! Regular expressions and networks: parsed when the spec loads, compiled when they are first needed.

use regex_syntax::ParserBuilder;

use super::reader::Reader;
use crate::spec::Pattern;
use crate::spec::problem::Problem;
use crate::spec::yaml::Node;

impl Reader<'_> {
    /// `regex`: parsed here, so that its mistakes are found at load.
    pub(super) fn pattern(&mut self, node: &Node) -> Option<Pattern> {
        let text = self.text(node, "`regex`")?;
        let ground = self.ground(node);
        if let Some(at) = text.find("${") {
            let end = text.get(at..).and_then(|rest| rest.find('}')).map_or(text.len(), |end| at + end + 1);
            self.report(
                Problem::new(ground.place(at, end), "a regex takes no `${…}`")
                    .help("compare the parts: `prefix`, `suffix`, `contains`, or `all` of several"),
            );
            return None;
        }
        // A pattern of the program was parsed by the project's tests.
        let checked = if self.source.trusted { Ok(()) } else { parse(&text) };
        if let Err(error) = checked {
            let (kind, span) = match &*error {
                regex_syntax::Error::Parse(e) => (e.kind().to_string(), *e.span()),
                regex_syntax::Error::Translate(e) => (e.kind().to_string(), *e.span()),
                other => (other.to_string(), regex_syntax::ast::Span::splat(regex_syntax::ast::Position::new(0, 1, 1))),
            };
            let (start, end) = (span.start.offset, span.end.offset.max(span.start.offset + 1));
            self.report(
                Problem::new(ground.place(start, end.min(text.len().max(start))), format!("bad regex: {kind}"))
                    .label(format!("at column {} of the pattern", span.start.column))
                    .help("the syntax is that of https://docs.rs/regex; the pattern stands for the whole value"),
            );
            return None;
        }
        // It will stand in a group between anchors, which a comment (`(?x) … # …`) would swallow.
        if !self.source.trusted && text.contains("(?") && parse(&format!("^(?:{text})$")).is_err() {
            self.report(
                Problem::new(node.place, "bad regex: it ends in a comment")
                    .help("end the comment with a line break, or leave it away"),
            );
            return None;
        }
        Some(Pattern::new(text))
    }

    /// `cidr`: one network or a list of them.
    pub(super) fn networks(&mut self, node: &Node) -> Option<Vec<ipnet::IpNet>> {
        let mut networks = Vec::new();
        for member in Self::one_or_many(node) {
            let Some(text) = self.text(member, "`cidr`") else {
                continue;
            };
            match text.parse() {
                Ok(network) => networks.push(network),
                Err(_) => {
                    let address: Option<std::net::IpAddr> = text.parse().ok();
                    let whole =
                        |ip: std::net::IpAddr| format!("for this one address write {ip}/{}", if ip.is_ipv4() { 32 } else { 128 });
                    self.report(
                        Problem::new(member.place, format!("`{text}` is no network in CIDR notation"))
                            .label("expected `10.0.0.0/8` or `2001:db8::/32`")
                            .maybe_help(address.map(whole)),
                    );
                }
            }
        }
        Some(networks)
    }
}

/// Parses as [`Pattern`] will: over bytes, without Unicode where the pattern needs none.
fn parse(text: &str) -> Result<(), Box<regex_syntax::Error>> {
    let with = |unicode: bool, text: &str| {
        ParserBuilder::new().unicode(unicode).utf8(false).build().parse(text).map(drop).map_err(Box::new)
    };
    if text.is_ascii() { with(false, text).or_else(|_| with(true, text)) } else { with(true, text) }
}
