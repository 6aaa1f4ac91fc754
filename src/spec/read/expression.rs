//! The compiled part of CEL: names, paths, `header()`, the functions of the design, indexes and `+` between texts.
//!
//! What is more than that is answered with a [`Mistake`] that says so (`more`), and goes to the interpreter (`cel`).
//!
//! Bounded: an expression is at most [`DEEPEST`] calls, indexes and parentheses deep, so that nothing that walks it later
//! can overflow a stack.

use std::ops::Range;

use super::cel;
use super::functions::{METHODS, Method, Type};
use super::lexer::{Token, tokens};
use crate::spec::connection::{CLIENT, ROOTS};
use crate::spec::near::{did_you_mean, one_of};
use crate::spec::{ConnectionPart, Expr, Function, MessagePath, Side};

pub(super) const DEEPEST: usize = 32;
/// What an exchange has.
const EXCHANGE: &[&str] = &["src", "dst", "client", "proxy", "tls", "time", "request", "response", "event"];

/// What is wrong in an expression, with the range in its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mistake {
    pub(super) range: Range<usize>,
    pub(super) message: String,
    pub(super) help: Vec<String>,
    /// It may be no mistake at all, but more than what is compiled.
    pub(super) more: bool,
}

impl Mistake {
    pub(super) fn new(range: Range<usize>, message: impl Into<String>) -> Self {
        Self { range, message: message.into(), help: Vec::new(), more: false }
    }

    /// What the interpreter may know.
    pub(super) fn or_more(self) -> Self {
        Self { more: true, ..self }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    pub(super) fn maybe_help(mut self, help: Option<String>) -> Self {
        self.help.extend(help);
        self
    }

    fn more(range: Range<usize>) -> Self {
        Self::new(range, "a value is expected here").or_more()
    }
}

/// Where an expression stands, and so what it may look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stand {
    /// In a message: `header("Name")` is of it.
    Message(Side),
    /// In a hop, or in no spec: one exchange.
    Exchange,
    /// Over several hops: `hop("name").request`.
    Hops,
}

impl Stand {
    /// The message, or none in one exchange; nothing over several hops.
    pub(super) fn side(self) -> Option<Option<Side>> {
        match self {
            Self::Message(side) => Some(Some(side)),
            Self::Exchange => Some(None),
            Self::Hops => None,
        }
    }
}

impl From<Option<Side>> for Stand {
    fn from(side: Option<Side>) -> Self {
        side.map_or(Self::Exchange, Self::Message)
    }
}

pub(super) type Parsed = Result<(Expr, Type), Mistake>;

/// Parses an expression that stands in a message of this side (`None`: in no message), and its type.
pub(super) fn parse(text: &str, side: Option<Side>) -> Parsed {
    parse_at(text, side.into())
}

fn parse_at(text: &str, stand: Stand) -> Parsed {
    if text.trim().is_empty() {
        return Err(
            Mistake::new(0..text.len(), "`${}` is empty").help("name a param, a bound name, or write `$${` for the text `${`")
        );
    }
    match compiled(text, stand) {
        Err(mistake) if mistake.more => cel::interpreted(text, stand, &[]),
        parsed => parsed,
    }
}

/// An expression that may name values of its own, as the `key` and `value` of a `for_each`.
pub(super) fn parse_with(text: &str, stand: Stand, locals: &[(&str, Type)]) -> Parsed {
    if locals.is_empty() {
        return parse_at(text, stand);
    }
    let names_local = |tokens: &[(Token, Range<usize>)]| {
        tokens.iter().any(|(token, _)| matches!(token, Token::Word(word) if locals.iter().any(|(local, _)| local == word)))
    };
    match tokens(text) {
        Ok(tokens) if !names_local(&tokens) => parse_at(text, stand),
        _ => cel::interpreted(text, stand, locals),
    }
}

/// Parses what is compiled: no operator but `+` between texts, no macro.
pub(super) fn compiled(text: &str, stand: Stand) -> Parsed {
    let tokens = tokens(text)?;
    let mut parser = Parser { tokens, at: 0, end: text.len(), stand, depth: 0 };
    let parsed = parser.concatenation()?;
    match parser.peek() {
        None => Ok(parsed),
        Some(_) => Err(Mistake::new(parser.range(), "nothing more is expected here").or_more()),
    }
}

struct Parser {
    tokens: Vec<(Token, Range<usize>)>,
    at: usize,
    end: usize,
    stand: Stand,
    depth: usize,
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at).map(|(token, _)| token)
    }

    /// The range of the next token; the end of the text behind the last.
    fn range(&self) -> Range<usize> {
        self.tokens.get(self.at).map_or(self.end..self.end, |(_, range)| range.clone())
    }

    fn take(&mut self, mark: char) -> bool {
        let found = self.peek() == Some(&Token::Mark(mark));
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, mark: char) -> Result<(), Mistake> {
        if self.take(mark) { Ok(()) } else { Err(Mistake::new(self.range(), format!("`{mark}` is expected here")).or_more()) }
    }

    fn deeper(&mut self) -> Result<(), Mistake> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(Mistake::new(
                self.range(),
                format!("more than {DEEPEST} calls, indexes and parentheses in one expression"),
            ));
        }
        Ok(())
    }

    fn concatenation(&mut self) -> Parsed {
        let start = self.range();
        let (first, of) = self.operand()?;
        if self.peek() != Some(&Token::Mark('+')) {
            return Ok((first, of));
        }
        text_operand(start, of)?;
        let mut operands = vec![first];
        while self.take('+') {
            let start = self.range();
            let (operand, of) = self.operand()?;
            text_operand(start, of)?;
            operands.push(operand);
        }
        Ok((Expr::Concat(operands), Type::Text))
    }

    /// A value, and what is called on it.
    fn operand(&mut self) -> Parsed {
        let start = self.range().start;
        let (mut expr, mut of) = self.primary()?;
        loop {
            if self.take('.') {
                (expr, of) = self.member(expr, of, start)?;
            } else if self.take('[') {
                (expr, of) = self.index(expr, of)?;
            } else {
                return Ok((expr, of));
            }
        }
    }

    fn primary(&mut self) -> Parsed {
        let range = self.range();
        let Some((token, _)) = self.tokens.get(self.at).cloned() else {
            return Err(Mistake::more(range));
        };
        self.at += 1;
        match token {
            Token::Text(text) => Ok((Expr::Text(text), Type::Text)),
            Token::Int(int) => Ok((Expr::Int(int), Type::Int)),
            Token::Mark('(') => {
                self.deeper()?;
                let inner = self.concatenation()?;
                self.expect(')')?;
                Ok(inner)
            }
            Token::Operator(sign) if sign == "-" && matches!(self.peek(), Some(Token::Int(_))) => {
                let Some((Token::Int(int), _)) = self.tokens.get(self.at).cloned() else {
                    return Err(Mistake::more(range));
                };
                self.at += 1;
                Ok((Expr::Int(-int), Type::Int))
            }
            Token::Operator(_) | Token::Mark(_) => Err(Mistake::more(range)),
            Token::Word(word) => self.word(word, range),
        }
    }

    fn word(&mut self, word: String, range: Range<usize>) -> Parsed {
        if self.take('(') {
            return match word.as_str() {
                "header" | "has_header" => {
                    let Stand::Message(side) = self.stand else {
                        let mistake = Mistake::new(range, format!("`{word}()` belongs to a message, and none is here"));
                        return Err(mistake.help(format!("write `request.{word}(\"Name\")` or `response.{word}(\"Name\")`")));
                    };
                    let (path, of) = self.header_call(&word)?;
                    Ok((Expr::Message { side, path }, of))
                }
                "hop" => self.of_hop(range),
                name => Err(self.unknown_function(name, range)),
            };
        }
        if self.stand == Stand::Hops && EXCHANGE.contains(&word.as_str()) {
            let mistake = Mistake::new(range, format!("`{word}` is of one hop, and here are several"));
            return Err(mistake.help(format!("write `hop(\"name\").{word}`")));
        }
        self.of_exchange(word, range)
    }

    /// `hop("name").request`, and what else an exchange has.
    fn of_hop(&mut self, range: Range<usize>) -> Parsed {
        let at = self.range();
        let Some(Token::Text(hop)) = self.peek().cloned() else {
            return Err(Mistake::new(at, "`hop` takes the name of a hop, as a text").help("hop(\"client-to-alb\")"));
        };
        self.at += 1;
        self.expect(')')?;
        self.deeper()?;
        let of = self.take('.').then(|| self.peek().cloned()).flatten();
        let Some(Token::Word(word)) = of.filter(|of| matches!(of, Token::Word(word) if EXCHANGE.contains(&word.as_str()))) else {
            let mistake = Mistake::new(range, "say what of the hop's exchange");
            return Err(mistake.help(format!("{} may follow, as in `hop(\"{hop}\").request`", one_of(EXCHANGE.iter().copied()))));
        };
        let range = self.range();
        self.at += 1;
        // What stands behind is of that hop, wherever this stands.
        let stand = std::mem::replace(&mut self.stand, Stand::Hops);
        let on = self.of_exchange(word, range);
        self.stand = stand;
        let (on, of) = on?;
        Ok((Expr::OfHop { hop, on: Box::new(on) }, of))
    }

    fn of_exchange(&mut self, word: String, range: Range<usize>) -> Parsed {
        match word.as_str() {
            "src" | "dst" => self.endpoint(word == "dst"),
            "time" => Ok((Expr::Time, Type::Time)),
            "request" => self.message(Side::Request, range),
            "response" => self.message(Side::Response, range),
            root if ROOTS.contains(&root) => self.connection(word, range),
            "event" => Ok((Expr::Event, Type::Json)),
            "true" | "false" | "null" => Err(Mistake::more(range)),
            _ => Ok((Expr::Name(word), Type::Text)),
        }
    }

    fn endpoint(&mut self, dst: bool) -> Parsed {
        let part = match (self.peek(), self.tokens.get(self.at + 1)) {
            (Some(Token::Mark('.')), Some((Token::Word(word), _))) => word.clone(),
            _ => return Ok((Expr::Endpoint { dst }, Type::Text)),
        };
        let called = matches!(self.tokens.get(self.at + 2), Some((Token::Mark('('), _)));
        match part.as_str() {
            "ip" | "port" if !called => self.at += 2,
            _ => return Ok((Expr::Endpoint { dst }, Type::Text)),
        }
        Ok(if part == "ip" { (Expr::EndpointIp { dst }, Type::Text) } else { (Expr::EndpointPort { dst }, Type::Int) })
    }

    /// A path of what the connection says; a TLV without a name stands in brackets, as in `proxy.tlv["0xE5"]`.
    fn connection(&mut self, root: String, range: Range<usize>) -> Parsed {
        let (mut path, mut end) = (root, range.end);
        while let (Some(Token::Mark(mark @ ('.' | '['))), Some((Token::Word(word) | Token::Text(word), at))) =
            (self.peek(), self.tokens.get(self.at + 1))
        {
            let further = format!("{path}.{word}");
            let is_known = ConnectionPart::parse(&further).is_some() || !ConnectionPart::behind(&further).is_empty();
            if !is_known || matches!(self.tokens.get(self.at + 2), Some((Token::Mark('('), _))) {
                break;
            }
            (path, end) = (further, at.end);
            let bracket = *mark == '[';
            self.at += 2;
            if bracket {
                self.expect(']')?;
            }
        }
        match ConnectionPart::parse(&path) {
            // What a spec itself calls so comes first.
            Some(_) if path == CLIENT && self.stand != Stand::Hops => Ok((Expr::Name(path), Type::Text)),
            Some(part) => Ok((Expr::Connection(part), if part.is_number() { Type::Int } else { Type::Text })),
            None => {
                let behind = ConnectionPart::behind(&path);
                let next = match (self.peek(), self.tokens.get(self.at + 1)) {
                    (Some(Token::Mark('.' | '[')), Some((Token::Word(word) | Token::Text(word), at))) => Some((word.clone(), at)),
                    _ => None,
                };
                let (message, at) = match &next {
                    Some((word, at)) => (format!("`{path}` has no `{word}`"), range.start..at.end),
                    None => (format!("say what of `{path}`"), range.start..end),
                };
                let near = next.and_then(|(word, _)| did_you_mean(&word, behind.iter().copied()));
                let help = format!("{} may follow", one_of(behind));
                Err(Mistake::new(at, message).maybe_help(near).help(help))
            }
        }
    }

    /// `request.` or `response.` and what of it.
    fn message(&mut self, side: Side, range: Range<usize>) -> Parsed {
        const REQUEST: &[&str] =
            &["method", "target", "path", "query", "version", "header", "has_header", "headers", "body", "json"];
        const RESPONSE: &[&str] = &["version", "status", "header", "has_header", "headers", "body", "json"];
        let known = if side == Side::Request { REQUEST } else { RESPONSE };
        let Some(Token::Word(part)) = self.take('.').then(|| self.peek().cloned()).flatten() else {
            let mistake = Mistake::new(range, format!("say what of the {}", side.name()));
            return Err(mistake.help(format!("{} may follow, as in `{}.version`", one_of(known.iter().copied()), side.name())));
        };
        let at = self.range();
        self.at += 1;
        let path = match (side, part.as_str()) {
            (Side::Request, "method") => (MessagePath::Method, Type::Text),
            (Side::Request, "target") => (MessagePath::Target, Type::Text),
            (Side::Request, "path") => (MessagePath::Path, Type::Text),
            (Side::Request, "query") => (MessagePath::Query, Type::Text),
            (_, "version") => (MessagePath::Version, Type::Text),
            (Side::Response, "status") => (MessagePath::Status, Type::Int),
            (_, "body") => (MessagePath::Body, Type::Text),
            (_, "json") => (MessagePath::Json, Type::Json),
            (_, "headers") => (MessagePath::Headers, Type::Headers),
            (_, "header" | "has_header") => {
                self.expect('(')?;
                self.header_call(&part)?
            }
            (_, part) => {
                let mistake = Mistake::new(at, format!("a {} has no `{part}`", side.name()));
                return Err(mistake.maybe_help(did_you_mean(part, known.iter().copied())).help(one_of(known.iter().copied())));
            }
        };
        Ok((Expr::Message { side, path: path.0 }, path.1))
    }

    /// What stands between the parentheses of `header(` or `has_header(`, and the closing one.
    fn header_call(&mut self, function: &str) -> Result<(MessagePath, Type), Mistake> {
        let range = self.range();
        let Some(Token::Text(name)) = self.peek().cloned() else {
            let mistake = Mistake::new(range, format!("`{function}` takes one field name, as a text"));
            return Err(mistake.help(format!("{function}(\"User-Agent\")")));
        };
        if !crate::spec::field_name::is_token(&name) {
            return Err(
                Mistake::new(range, format!("`{name}` is no field name")).help("a field name is a token of RFC 9110 §5.6.2")
            );
        }
        self.at += 1;
        self.expect(')')?;
        Ok(if function == "header" {
            (MessagePath::Header(name), Type::Text)
        } else {
            (MessagePath::HasHeader(name), Type::Bool)
        })
    }

    /// What follows a `.`
    fn member(&mut self, on: Expr, of: Type, start: usize) -> Parsed {
        let range = self.range();
        let Some(Token::Word(word)) = self.peek().cloned() else {
            return Err(Mistake::new(range, "a name is expected behind `.`").or_more());
        };
        self.at += 1;
        self.deeper()?;
        if !self.take('(') {
            if of == Type::Json {
                return Ok((Expr::Index { on: Box::new(on), index: Box::new(Expr::Text(word)) }, Type::Json));
            }
            let known = METHODS.iter().find(|m| m.name == word);
            let help = known.map(|m| format!("`{}` is a function: write `.{}`", m.name, m.example));
            let mistake = Mistake::new(start..range.end, format!("{} has no `{word}`", of.what()));
            return Err(mistake.maybe_help(help.or_else(|| did_you_mean(&word, METHODS.iter().map(|m| m.name)))));
        }
        let Some(method) = METHODS.iter().find(|m| m.name == word) else {
            return Err(self.unknown_function(&word, range));
        };
        let dated = of == Type::Time && method.function == Function::Epoch;
        if !matches!(of, Type::Text | Type::Json) && !dated {
            let mistake = Mistake::new(range, format!("`{word}` is for texts, and here stands {}", of.what()));
            return Err(if of == Type::List {
                mistake.help("pick a member: `members()[0]`, the last is `members()[-1]`")
            } else {
                mistake
            });
        }
        let arguments = self.arguments(method, range)?;
        Ok((Expr::Call { on: Box::new(on), function: method.function, arguments }, method.gives))
    }

    fn arguments(&mut self, method: &Method, range: Range<usize>) -> Result<Vec<Expr>, Mistake> {
        let mut arguments = Vec::new();
        if !self.take(')') {
            loop {
                let start = self.range();
                let (argument, of) = self.concatenation()?;
                if !matches!(self.peek(), Some(Token::Mark(',' | ')'))) {
                    return Err(Mistake::more(self.range()));
                }
                if !matches!(of, Type::Text | Type::Json) {
                    return Err(Mistake::new(start, format!("`{}` takes a text, and here stands {}", method.name, of.what())));
                }
                arguments.push(argument);
                if !self.take(',') {
                    break;
                }
            }
            self.expect(')')?;
        }
        if arguments.len() != method.arguments {
            let takes = if method.arguments == 0 { "no argument" } else { "one argument" };
            let message = format!("`{}` takes {takes}, not {}", method.name, arguments.len());
            return Err(Mistake::new(range, message).help(format!("write `.{}`", method.example)));
        }
        Ok(arguments)
    }

    fn index(&mut self, on: Expr, of: Type) -> Parsed {
        self.deeper()?;
        let range = self.range();
        let (index, _) = self.operand()?;
        self.expect(']')?;
        let gives = match (of, &index) {
            (Type::List, Expr::Int(_)) => Type::Text,
            (Type::Json, Expr::Int(_) | Expr::Text(_)) => Type::Json,
            (Type::List, _) => return Err(Mistake::new(range, "a member of a list is picked by its number").help("members()[0]")),
            (Type::Json, _) => return Err(Mistake::new(range, "an index is a number or a text in quotes")),
            (Type::Headers, Expr::Int(_)) => return Err(Mistake::more(range)),
            (Type::Headers, _) => {
                let mistake = Mistake::new(range, "`headers` is a list of field lines, since a name may stand on several");
                return Err(mistake.help("the value of one is `header(\"Name\")`"));
            }
            _ => {
                let mistake = Mistake::new(range, format!("{} has no members to pick from", of.what()));
                return Err(mistake.help("`members()` splits a list, `json()` reads JSON"));
            }
        };
        Ok((Expr::Index { on: Box::new(on), index: Box::new(index) }, gives))
    }

    fn unknown_function(&self, name: &str, range: Range<usize>) -> Mistake {
        if cel::is_function(name) {
            return Mistake::more(range);
        }
        if let Some(method) = METHODS.iter().find(|m| m.name == name) {
            return Mistake::new(range, format!("`{name}` is called on a value")).help(format!("write `x.{}`", method.example));
        }
        unknown_function(name, range)
    }
}

/// A function that nothing knows: the nearest, or those for headers.
pub(super) fn unknown_function(name: &str, range: Range<usize>) -> Mistake {
    let ours = METHODS.iter().map(|m| m.name).chain(["header", "has_header"]);
    let near = did_you_mean(name, ours.clone().chain(cel::function_names()));
    let mistake = Mistake::new(range, format!("unknown function `{name}`"));
    match near {
        Some(near) => mistake.help(near),
        None => mistake.help(format!("functions for headers: {}; the others are CEL's", one_of(ours))),
    }
}

/// `+` joins texts; with numbers CEL would add.
fn text_operand(range: Range<usize>, of: Type) -> Result<(), Mistake> {
    match of {
        Type::Text => Ok(()),
        _ => Err(Mistake::more(range)),
    }
}
