//! What a spec says, after loading: everything named, everything placed, nothing left to parse.

use std::sync::Arc;

use super::{ConnectionPart, Expr, GivenValue, JsonStep, NamedType, Place, Severity, Source, Spanned, Template, Value};

/// One spec file.
#[derive(Debug, Clone)]
pub struct Spec {
    /// Its name in reports: the path below the `specs` folder without `.yaml`, `aws/alb/health-check`.
    pub name: String,
    /// The file.
    pub source: Source,
    /// `title`
    pub title: Option<String>,
    /// `about`, Markdown
    pub about: Option<String>,
    /// `references`
    pub references: Vec<Reference>,
    /// `params`
    pub params: Vec<Param>,
    /// `types` of this file, in order, each with the place of its name
    pub types: Vec<Spanned<Arc<NamedType>>>,
    /// The files that it includes, by name in reports, directly or through others
    pub includes: Vec<String>,
    /// `captures`: evidence beside that at the spec's own path
    pub captures: Vec<Evidence>,
    /// `hops`, in order
    pub hops: Vec<Hop>,
    /// `checks` over several hops, each a [`Claim::Check`]
    pub checks: Vec<Expectation>,
}

/// Where a fact comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reference {
    /// `title`
    pub title: Option<String>,
    /// `url`
    pub url: Option<String>,
    /// `observed`: a date
    pub observed: Option<String>,
    /// `region`
    pub region: Option<String>,
    /// `grade`: `observed`, `documented` or `inferred`
    pub grade: Option<String>,
}

/// An entry of `captures`.
#[derive(Debug, Clone)]
pub struct Evidence {
    /// Its file, or a folder whose captures belong together; relative to the spec file.
    pub path: Spanned<String>,
    /// `params`: what this evidence says of the system that it was recorded in
    pub params: Vec<GivenValue>,
    /// `hop`: the only hop of the spec that it shows
    pub hop: Option<Spanned<String>>,
    /// `about`
    pub about: Option<String>,
}

/// A param.
#[derive(Debug, Clone)]
pub struct Param {
    /// Its name.
    pub name: Spanned<String>,
    /// `about`
    pub about: Option<String>,
    /// `default`
    pub default: Option<Template>,
    /// `optional: true`: what names it is not judged while it has no value
    pub optional: bool,
    /// The matcher keys beside: what a value must be.
    pub constraint: Value,
}

/// One hop: a connection between two neighbouring nodes.
#[derive(Debug, Clone)]
pub struct Hop {
    /// Its name, unique in the file.
    pub name: Spanned<String>,
    /// `from`
    pub from: Option<String>,
    /// `to`
    pub to: Option<String>,
    /// `about`
    pub about: Option<String>,
    /// `select`: which exchanges are its own; `None` takes every one
    pub select: Option<Select>,
    /// `when`: its exchanges are judged only where this holds
    pub when: Option<Spanned<Expr>>,
    /// `count`: how many exchanges must be seen
    pub count: Option<Spanned<Bounds>>,
    /// `follows`: the hop before it on the way of a request
    pub follows: Option<Spanned<String>>,
    /// `join`: what an exchange has in common with that of the same request on the hop before
    pub join: Option<Spanned<Expr>>,
    /// `echoed_in`: the hop whose responses hold this one's requests
    pub echoed_in: Option<Spanned<String>>,
    /// `request`
    pub request: MessageSpec,
    /// `response`
    pub response: MessageSpec,
    /// `checks`, each a [`Claim::Check`]
    pub checks: Vec<Expectation>,
    /// `variants`: ways that exclude each other within their group; those of one group stand together
    pub variants: Vec<Variant>,
    /// Where the `variants` key stands.
    pub variants_place: Option<Place>,
}

/// A number of things: `3`, or `{ at_least: 1, at_most: 4 }`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// At least so many.
    pub at_least: u64,
    /// At most so many.
    pub at_most: Option<u64>,
}

/// One way in which a system may be configured.
#[derive(Debug, Clone)]
pub struct Variant {
    /// Its name, unique in the hop.
    pub name: Spanned<String>,
    /// Which of the groups of `variants` it is of, counted from 0.
    pub group: usize,
    /// What it adds to the request.
    pub request: MessageSpec,
    /// What it adds to the response.
    pub response: MessageSpec,
}

/// Request or response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// The request.
    Request,
    /// The final response.
    Response,
}

impl Side {
    /// `request` or `response`
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Response => "response",
        }
    }
}

/// What is expected of one message, in the order of the file.
#[derive(Debug, Clone, Default)]
pub struct MessageSpec {
    /// The expectations.
    pub expectations: Vec<Expectation>,
}

/// One claim.
#[derive(Debug, Clone)]
pub struct Expectation {
    /// What is claimed.
    pub claim: Claim,
    /// Where its key stands (the field's name, `method`, an entry of `absent` …).
    pub key: Place,
    /// Where its value stands; the key where it has none.
    pub place: Place,
    /// How grave a violation is.
    pub severity: Severity,
    /// `why`
    pub why: Option<String>,
    /// Index into [`Spec::references`].
    pub reference: Option<usize>,
}

/// What an expectation claims.
#[derive(Debug, Clone)]
pub enum Claim {
    /// A part of the message is as the value says.
    Part {
        /// Which part.
        part: Part,
        /// What is expected.
        value: Value,
    },
    /// `absent`: no line of this name. `*` stands for any characters.
    Absent(String),
    /// `others: warning|error`: no field but those that the hop (with its variant) names.
    Others,
    /// `others: warning|error` beside `body.json`: no member of the outermost object but those that the hop names.
    BodyOthers,
    /// `order`: the relative order of these.
    Order(Vec<OrderItem>),
    /// `name_case: exact|lower` for all names but those that say it of themselves.
    NameCase(NameCase),
    /// `name_case: exact|lower` of one field.
    FieldNameCase(String, NameCase),
    /// A member of `checks`.
    Check(Check),
    /// `preserved`, `appended`: a part of the message is what the hop that it came over made of it.
    Related {
        /// Which part.
        part: Part,
        /// How it comes from what it was.
        relation: Relation,
        /// `when` beside it: else it is not judged.
        when: Option<Box<Spanned<Expr>>>,
    },
    /// `removed`: what was there under this name before is there no longer. `*` stands for any characters.
    Removed(String),
    /// `others: preserved`: all fields but those that the hop names are as they were.
    OthersPreserved,
}

impl Claim {
    /// Whether it is about what became of a message since the hop before.
    #[must_use]
    pub fn is_relation(&self) -> bool {
        matches!(self, Self::Related { .. } | Self::Removed(_) | Self::OthersPreserved)
    }
}

/// How a part of a message comes from what it was on the hop before.
#[derive(Debug, Clone)]
pub enum Relation {
    /// `preserved: true`: the same field lines.
    Preserved,
    /// `appended`: the members that were there, and then one that this says.
    Appended(Value),
}

/// What must be true of an exchange as a whole.
#[derive(Debug, Clone)]
pub struct Check {
    /// `id`, unique in the hop
    pub id: String,
    /// `that`: what must hold
    pub that: Spanned<Expr>,
    /// `when`: else it is not judged
    pub when: Option<Spanned<Expr>>,
    /// `for_each`: `that` must hold for each member, and sees it as `key` and `value`
    pub for_each: Option<Spanned<Expr>>,
}

impl Check {
    /// The hops that it names, in the order of its text; none where it is of one hop.
    #[must_use]
    pub fn hops(&self) -> Vec<&str> {
        let mut hops: Vec<&str> = Vec::new();
        // What is deferred is of one exchange.
        for expression in self.expressions().filter(|e| !matches!(e.value, Expr::Deferred(_))) {
            super::walk::expr(&expression.value, &mut |expr| {
                if let Expr::OfHop { hop, .. } = expr
                    && !hops.contains(&hop.as_str())
                {
                    hops.push(hop);
                }
            });
        }
        hops
    }

    /// Its expressions, each with its place.
    pub fn expressions(&self) -> impl Iterator<Item = &Spanned<Expr>> {
        std::iter::once(&self.that).chain(&self.when).chain(&self.for_each)
    }
}

/// An entry of `order`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrderItem {
    /// A field name.
    Name(String),
    /// `others`: all that are not named.
    Others,
}

/// How names are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameCase {
    /// As the spec writes them.
    Exact,
    /// All lower case.
    Lower,
}

/// A part of a message.
#[derive(Debug, Clone)]
pub enum Part {
    /// `method`
    Method,
    /// `target`
    Target,
    /// `path`
    Path,
    /// `query`: one name, percent-decoded
    Query(String),
    /// `version`
    Version,
    /// `status`
    Status,
    /// `reason`
    Reason,
    /// `headers`: one name, as the spec writes it
    Field(String),
    /// `wire`: the lines of one field as they stand on the wire, name and white space too
    Line {
        /// The field's name.
        name: String,
        /// Nothing else is expected of the field: that it is missing is told here.
        alone: bool,
    },
    /// `cookies`: one name
    Cookie(String),
    /// `set_cookies`: the value of one cookie that is set
    SetCookie(String),
    /// `set_cookies`: one attribute of a cookie
    SetCookieAttribute {
        /// The cookie's name.
        cookie: Box<str>,
        /// The attribute's name, as the spec writes it.
        attribute: Box<str>,
        /// `false` in its place: it must not be there, whatever the value says.
        absent: bool,
    },
    /// `trailers`: one name
    Trailer(String),
    /// `body.json`: one path
    BodyJson {
        /// As typed: `headers["X.Y"]`, `Records[0].cf`.
        path: String,
        /// Parsed.
        steps: Vec<JsonStep>,
    },
    /// `event`: one path of the Lambda event that the exchange was read from
    Event {
        /// As typed: `headers["X.Y"]`, `Records[0].cf`.
        path: String,
        /// Parsed.
        steps: Vec<JsonStep>,
    },
    /// `body.text`
    BodyText,
    /// `body.sha256`
    BodySha256,
    /// `body.length`
    BodyLength,
    /// `client`, `proxy`: of the connection, whose messages all show it
    Connection(ConnectionPart),
}

impl Part {
    /// The field in whose lines it stands; `None` for what is no part of the header section.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        match self {
            Self::Field(name) | Self::Line { name, .. } => Some(name),
            Self::Cookie(_) => Some("Cookie"),
            Self::SetCookie(_) | Self::SetCookieAttribute { .. } => Some("Set-Cookie"),
            _ => None,
        }
    }
}

/// `others`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tolerance {
    /// They may be there.
    #[default]
    Allow,
    /// Each is a warning.
    Warning,
    /// Each is an error.
    Error,
}

/// `select`
#[derive(Debug, Clone)]
pub enum Select {
    /// Entries of one mapping, and `all`.
    All(Vec<Select>),
    /// `any`
    Any(Vec<Select>),
    /// `not`
    Not(Box<Select>),
    /// One matcher.
    Atom {
        /// What it looks at.
        on: SelectOn,
        /// What it must be.
        value: Box<Value>,
        /// Where its key stands.
        key: Place,
    },
}

/// What a `select` entry looks at.
#[derive(Debug, Clone)]
pub enum SelectOn {
    /// A part of a message; `absent` is a part with a `not: { present: true }`.
    Message(Side, Part),
    /// `absent`: no field whose name fits this pattern with `*`.
    Absent(Side, String),
    /// `src` or `dst` as text
    Endpoint {
        /// `dst` rather than `src`
        dst: bool,
    },
    /// `src.ip`, `dst.ip`
    Ip {
        /// `dst` rather than `src`
        dst: bool,
    },
    /// `src.port`, `dst.port`
    Port {
        /// `dst` rather than `src`
        dst: bool,
    },
    /// `connection`: `empty`
    Connection,
    /// `source`: `wire`, `har`, `text`, `event`
    Source,
}
