//! A value of a spec: a scalar, a list or a matcher.

use std::sync::Arc;

use super::{Bounds, Expr, NameCase, NamedType, Pattern, Place, Spanned, Template};

/// How grave a violation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Probably wrong.
    Warning,
    /// Wrong.
    #[default]
    Error,
}

impl Severity {
    /// `note`, `warning`, `error`
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// What a value in a spec says of a value in traffic.
#[derive(Debug, Clone)]
pub struct Value {
    /// Where the value stands.
    pub place: Place,
    /// What it compares.
    pub form: Form,
    /// What else it says.
    pub meta: Meta,
}

impl Value {
    /// `{ present: true }`, or nothing but meta keys: whatever is there is right.
    #[must_use]
    pub fn takes_anything(&self) -> bool {
        matches!(&self.form, Form::Matcher(clauses) if clauses.is_empty())
    }

    /// Whether it is about a list, which several lines make together.
    #[must_use]
    pub fn is_list(&self) -> bool {
        matches!(&self.form, Form::Matcher(clauses) if clauses.iter().any(Clause::is_list))
    }

    /// Whether it says how many lines there are, or what each of them is.
    #[must_use]
    pub fn counts_lines(&self) -> bool {
        match &self.form {
            Form::List(_) => true,
            Form::Matcher(clauses) => clauses.iter().any(|clause| match &clause.kind {
                ClauseKind::Lines(_) => true,
                ClauseKind::All(values) | ClauseKind::Any(values) => values.iter().any(Self::counts_lines),
                ClauseKind::Not(value) => value.counts_lines(),
                _ => false,
            }),
            _ => false,
        }
    }
}

/// The three forms of a value, and those of JSON.
#[derive(Debug, Clone)]
pub enum Form {
    /// Exactly one field line, equal to this text.
    Scalar(Template),
    /// Under `json`: equal in type and value. Text is a `Scalar` there too, and means a JSON string.
    Typed(serde_json::Value),
    /// Under `json`: an array of exactly these, some of which have holes.
    JsonArray(Vec<Value>),
    /// Within a JSON array: an object of exactly these members, some of which have holes.
    JsonObject(Vec<(String, Value)>),
    /// Exactly these field lines, in this order.
    List(Vec<Template>),
    /// All clauses hold.
    Matcher(Vec<Clause>),
}

/// The meta keys of a matcher, and those that say how many lines it is about.
#[derive(Debug, Clone, Default)]
pub struct Meta {
    /// `present: true`: any number of lines, at least one. (`present: false` is refused: `absent` says it.)
    pub present: bool,
    /// `optional: true`: if it is there, it must match.
    pub optional: bool,
    /// `ignore_case: true`: texts are compared without ASCII case.
    pub ignore_case: bool,
    /// `bind: name`, a name for the value within the exchange.
    pub bind: Option<Spanned<String>>,
    /// `name_case` of one field: what the message says for all is not meant for this name. `any` is `None` inside.
    pub name_case: Option<Spanned<Option<NameCase>>>,
    /// `when`: else it is not judged.
    pub when: Option<Box<Spanned<Expr>>>,
    /// `severity`
    pub severity: Option<Severity>,
    /// `why`
    pub why: Option<String>,
    /// `reference`: index into [`super::Spec::references`].
    pub reference: Option<usize>,
}

/// One key of a matcher.
#[derive(Debug, Clone)]
pub struct Clause {
    /// Where its key stands.
    pub key: Place,
    /// Where its value stands.
    pub place: Place,
    /// What it says.
    pub kind: ClauseKind,
}

impl Clause {
    /// Whether it is about a list, which several lines make together.
    #[must_use]
    pub fn is_list(&self) -> bool {
        match &self.kind {
            ClauseKind::List(_) => true,
            ClauseKind::Type(named) => named.value().is_some_and(Value::is_list),
            _ => false,
        }
    }
}

/// The keys that compare.
#[derive(Debug, Clone)]
pub enum ClauseKind {
    /// `equals`
    Equals(Template),
    /// `prefix`
    Prefix(Template),
    /// `suffix`
    Suffix(Template),
    /// `contains`
    Contains(Template),
    /// `regex`, over the whole value
    Regex(Pattern),
    /// `one_of`
    OneOf(Vec<Template>),
    /// `is`, of a type of the language
    Is(TypeName),
    /// `is`, of a type that a spec gives
    Type(Arc<NamedType>),
    /// `cidr`: in one of them
    Cidr(Vec<ipnet::IpNet>),
    /// `at_least`
    AtLeast(i64),
    /// `at_most`
    AtMost(i64),
    /// `list`
    List(ListClause),
    /// `pairs`
    Pairs(PairsClause),
    /// `json`: the value is JSON text
    Json(JsonClause),
    /// `jwt`: the value is a JSON Web Token; paths begin with `header` or `payload`
    Jwt(JsonClause),
    /// `lines`
    Lines(MembersClause),
    /// `all`
    All(Vec<Value>),
    /// `any`
    Any(Vec<Value>),
    /// `not`
    Not(Box<Value>),
}

/// The types of `is:`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TypeName {
    /// `ip`
    Ip,
    /// `ipv4`
    Ipv4,
    /// `ipv6`
    Ipv6,
    /// `private-ip`: RFC 1918, RFC 4193, and the shared space of RFC 6598
    PrivateIp,
    /// `public-ip`: globally reachable
    PublicIp,
    /// `ip-port`
    IpPort,
    /// `port`
    Port,
    /// `integer`
    Integer,
    /// `host`: a DNS name or an address, with or without a port
    Host,
    /// `dns-name`: at least two labels, no address, no port
    DnsName,
    /// `uuid`
    Uuid,
    /// `http-date`: IMF-fixdate (RFC 9110 §5.6.7)
    HttpDate,
    /// `iso-date`: RFC 3339, and the basic form `20200614T100449Z`
    IsoDate,
    /// `hex`
    Hex,
    /// `base64`
    Base64,
    /// `base64url` (RFC 4648 §5)
    Base64url,
    /// `url`: absolute (RFC 3986)
    Url,
    /// `jwt`
    Jwt,
    /// `etag` (RFC 9110 §8.8.3)
    Etag,
    /// `media-type` (RFC 9110 §8.3.1)
    MediaType,
    /// `xray-id`: `1-8hex-24hex`
    XrayId,
    /// `sigv4`: an Authorization value of AWS Signature Version 4 or 4A
    Sigv4,
    /// `arn`: the name of a resource at AWS
    Arn,
}

impl TypeName {
    /// Every type with its name.
    pub const ALL: &'static [(&'static str, TypeName)] = &[
        ("ip", Self::Ip),
        ("ipv4", Self::Ipv4),
        ("ipv6", Self::Ipv6),
        ("private-ip", Self::PrivateIp),
        ("public-ip", Self::PublicIp),
        ("ip-port", Self::IpPort),
        ("port", Self::Port),
        ("integer", Self::Integer),
        ("host", Self::Host),
        ("dns-name", Self::DnsName),
        ("uuid", Self::Uuid),
        ("http-date", Self::HttpDate),
        ("iso-date", Self::IsoDate),
        ("hex", Self::Hex),
        ("base64", Self::Base64),
        ("base64url", Self::Base64url),
        ("url", Self::Url),
        ("jwt", Self::Jwt),
        ("etag", Self::Etag),
        ("media-type", Self::MediaType),
        ("xray-id", Self::XrayId),
        ("sigv4", Self::Sigv4),
        ("arn", Self::Arn),
    ];

    /// Its name in specs.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, t)| *t == self).map_or("", |(name, _)| name)
    }
}

/// What is said of several values in a row: members of a list, or the field lines of one name (`lines: { … }`).
#[derive(Debug, Clone, Default)]
pub struct MembersClause {
    /// `length`: a number, or `{ at_least, at_most }`
    pub length: Option<Bounds>,
    /// `first`
    pub first: Option<Box<Value>>,
    /// `last`
    pub last: Option<Box<Value>>,
    /// `each`
    pub each: Option<Box<Value>>,
    /// `includes`: some member matches
    pub includes: Vec<Value>,
    /// `equals`: exactly these
    pub equals: Option<Vec<Value>>,
}

/// `list: { length, first, last, at, each, includes, equals, separator }`: members of a list in one value.
#[derive(Debug, Clone, Default)]
pub struct ListClause {
    /// What is said of lines, too.
    pub members: MembersClause,
    /// `at`: by index, negative from the end
    pub at: Vec<(i64, Value)>,
    /// `separator`; a comma by default
    pub separator: Option<char>,
}

/// `pairs: { Name: value }` with `separator` and `others` beside it.
#[derive(Debug, Clone)]
pub struct PairsClause {
    /// Name (compared without case), its place, and what is expected of its value.
    pub pairs: Vec<(Spanned<String>, Value)>,
    /// `;` by default
    pub separator: char,
    /// What of other names.
    pub others: super::Tolerance,
}

/// `json: { path: value }` with `others` beside it.
#[derive(Debug, Clone)]
pub struct JsonClause {
    /// The members expected.
    pub members: Vec<JsonMember>,
    /// What of other members of the objects named.
    pub others: super::Tolerance,
}

/// One path of a `json` mapping.
#[derive(Debug, Clone)]
pub struct JsonMember {
    /// As typed: `headers["X.Y"]`, `Records[0].cf`
    pub path: Spanned<String>,
    /// Parsed.
    pub steps: Vec<JsonStep>,
    /// What is expected there.
    pub value: Value,
}

/// One step of a JSON path.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum JsonStep {
    /// A member of an object.
    Key(String),
    /// An element of an array; negative from the end.
    Index(i64),
}
