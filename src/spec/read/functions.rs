//! The functions of the expression language, and what is known of types at load.

use crate::spec::Function;

/// What an expression is known to be when the spec loads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    Text,
    Int,
    Double,
    Bool,
    Null,
    /// A point in time.
    Time,
    Duration,
    /// A list of texts: no text.
    List,
    /// A list of integers.
    Ints,
    /// A list of anything.
    Values,
    /// Field lines.
    Headers,
    /// One field line, with `name` and `value`.
    Field,
    /// Something in JSON: known at run time only.
    Json,
}

impl Type {
    pub(super) fn what(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::Int => "a number",
            Self::Double => "a decimal number",
            Self::Bool => "true or false",
            Self::Null => "null",
            Self::Time => "a point in time",
            Self::Duration => "a duration",
            Self::List | Self::Ints | Self::Values => "a list",
            Self::Headers => "a list of field lines",
            Self::Field => "a field line",
            Self::Json => "JSON",
        }
    }

    /// Whether a text can be made of it in a template.
    pub(super) fn has_text(self) -> bool {
        matches!(self, Self::Text | Self::Int | Self::Double | Self::Time | Self::Duration | Self::Json)
    }
}

/// A function that is called on a text.
#[derive(Debug)]
pub(super) struct Method {
    pub(super) name: &'static str,
    pub(super) function: Function,
    pub(super) arguments: usize,
    pub(super) gives: Type,
    pub(super) example: &'static str,
}

const fn method(name: &'static str, function: Function, arguments: usize, gives: Type, example: &'static str) -> Method {
    Method { name, function, arguments, gives, example }
}

/// Every function that is compiled.
pub(super) const METHODS: &[Method] = &[
    method("pair", Function::Pair, 1, Type::Text, "pair(\"Root\")"),
    method("members", Function::Members, 0, Type::List, "members()"),
    method("epoch", Function::Epoch, 0, Type::Int, "epoch()"),
    method("lower", Function::Lower, 0, Type::Text, "lower()"),
    method("host", Function::Host, 0, Type::Text, "host()"),
    method("port", Function::Port, 0, Type::Int, "port()"),
    method("without_default_port", Function::WithoutDefaultPort, 0, Type::Text, "without_default_port()"),
    method("sha256", Function::Sha256, 0, Type::Text, "sha256()"),
    method("md5", Function::Md5, 0, Type::Text, "md5()"),
    method("base64", Function::Base64, 0, Type::Text, "base64()"),
    method("json", Function::Json, 0, Type::Json, "json()"),
    method("jwt", Function::Jwt, 0, Type::Json, "jwt()"),
    method("sigv4", Function::Sigv4, 0, Type::Json, "sigv4()"),
    method("cookie", Function::Cookie, 1, Type::Text, "cookie(\"session\")"),
];
