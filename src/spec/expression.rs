//! Templates and the compiled part of the expression language.
//!
//! Expressions are CEL. Names, paths, `header()`, the functions for headers and concatenation are compiled into operations
//! of our own; operators and macros are left to the interpreter ([`Interpreted`]).

use std::sync::Arc;

use super::model::Side;
use super::{ConnectionPart, Deferred, Interpreted, Place};

/// A text with holes: `AmazonAPIGateway_${api_id}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// Its pieces in order. A text without holes is one literal, the empty text none.
    pub pieces: Vec<Piece>,
    /// Where it stands.
    pub place: Place,
}

impl Template {
    /// The text, where there is no hole.
    #[must_use]
    pub fn literal(&self) -> Option<&str> {
        match self.pieces.as_slice() {
            [] => Some(""),
            [Piece::Literal(text)] => Some(text),
            _ => None,
        }
    }

    /// The expression, where the whole text is one hole.
    #[must_use]
    pub fn whole_hole(&self) -> Option<&Expr> {
        match self.pieces.as_slice() {
            [Piece::Hole(expr, _)] => Some(expr),
            _ => None,
        }
    }
}

/// A piece of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Text as typed (`$${` is `${` here).
    Literal(String),
    /// `${…}`, with the place of the whole hole.
    Hole(Expr, Place),
}

/// An expression. Names are resolved when the spec loads: a [`Expr::Name`] is a param or a bound name of the hop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expr {
    /// A param or a bound name.
    Name(String),
    /// A text.
    Text(String),
    /// An integer.
    Int(i64),
    /// `src` or `dst` of the exchange's request (client and server side of the connection); as text `ip:port`.
    Endpoint {
        /// `dst` rather than `src`.
        dst: bool,
    },
    /// `src.ip`, `dst.ip`
    EndpointIp {
        /// `dst` rather than `src`.
        dst: bool,
    },
    /// `src.port`, `dst.port`
    EndpointPort {
        /// `dst` rather than `src`.
        dst: bool,
    },
    /// `time`: when the head was complete; in whole seconds since 1970 under `epoch()`, as text in RFC 3339.
    Time,
    /// `event`: the Lambda event that the exchange was read from.
    Event,
    /// `client.ip`, `proxy.src.ip`: what the connection says
    Connection(ConnectionPart),
    /// `request.method`, `response.status`, `request.header("Name")`, …
    Message {
        /// Of which message; `header("Name")` alone is of the message in which the template stands.
        side: Side,
        /// What of it.
        path: MessagePath,
    },
    /// A function on a value: `x.pair("Root")`, `x.members()[0]`.
    Call {
        /// The value it is called on.
        on: Box<Expr>,
        /// Which function.
        function: Function,
        /// Its arguments.
        arguments: Vec<Expr>,
    },
    /// `x[0]`, `x["name"]`, `x.name` on what `json()` or `members()` gave; negative counts from the end.
    Index {
        /// The value.
        on: Box<Expr>,
        /// The index: an `Int` or a `Text`.
        index: Box<Expr>,
    },
    /// `"a" + x`
    Concat(Vec<Expr>),
    /// `hop("name").request.method`: of the exchange of another hop that belongs to the same request.
    OfHop {
        /// The hop's name.
        hop: String,
        /// What of its exchange.
        on: Box<Expr>,
    },
    /// Operators, macros and the functions of CEL.
    Interpreted(Arc<Interpreted>),
    /// Any of these, parsed when it is first asked.
    Deferred(Arc<Deferred>),
}

impl Expr {
    /// The expression itself, parsed if it was not yet.
    #[must_use]
    pub fn parsed(&self) -> &Self {
        match self {
            Self::Deferred(deferred) => deferred.expr(),
            other => other,
        }
    }
}

/// What of a message.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum MessagePath {
    /// `method`
    Method,
    /// `target`
    Target,
    /// `path`: the target without its query.
    Path,
    /// `query`: the target's query without `?`.
    Query,
    /// `version`
    Version,
    /// `status`, an integer.
    Status,
    /// `header("Name")`: the value of its one line.
    Header(String),
    /// `has_header("Name")`: whether any line has this name.
    HasHeader(String),
    /// `headers`: the field lines in order, each with `name` and `value`.
    Headers,
    /// `body`: the text of the whole body.
    Body,
    /// `json`: the body as JSON.
    Json,
}

macro_rules! functions {
    ($($(#[$doc:meta])* $variant:ident = $name:literal($arguments:literal);)*) => {
        /// The functions of the design that are compiled.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Function { $($(#[$doc])* $variant,)* }

        impl Function {
            /// Every function with its name.
            pub const ALL: &'static [(Function, &'static str)] = &[$((Function::$variant, $name),)*];

            /// Its name in specs.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Function::$variant => $name,)* }
            }

            /// How many arguments it takes, beside what it is called on.
            #[must_use]
            pub fn arguments(self) -> usize {
                match self { $(Function::$variant => $arguments,)* }
            }
        }
    };
}

functions! {
    /// `pair("Root")`: the value of a `name=value` part, separated by `;`.
    Pair = "pair"(1);
    /// `members()`: the members of a comma-separated list.
    Members = "members"(0);
    /// `epoch()`: seconds since 1970 of a date, or of an X-Ray id.
    Epoch = "epoch"(0);
    /// `lower()`: ASCII lower case.
    Lower = "lower"(0);
    /// `host()`: the host of `host:port` or of a URL.
    Host = "host"(0);
    /// `port()`: the port of `host:port`, an integer.
    Port = "port"(0);
    /// `without_default_port()`: `host:port` without `:80` and `:443`, as clients write Host (RFC 9110 §4.2.3).
    WithoutDefaultPort = "without_default_port"(0);
    /// `sha256()`: hex digest.
    Sha256 = "sha256"(0);
    /// `md5()`: hex digest.
    Md5 = "md5"(0);
    /// `base64()`: decoded.
    Base64 = "base64"(0);
    /// `json()`: parsed.
    Json = "json"(0);
    /// `jwt()`: `{header, payload}` of a JSON Web Token.
    Jwt = "jwt"(0);
    /// `sigv4()`: what an Authorization value or a presigned target says of its signature.
    Sigv4 = "sigv4"(0);
    /// `cookie("n")`: the value of a cookie of a Cookie field.
    Cookie = "cookie"(1);
}
