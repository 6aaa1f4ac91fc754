//! The functions of CEL that specs may call, with what they take and give. Those for headers are in `read/functions.rs`.

use super::super::functions::Type;

/// What a function of CEL takes: the value it is called on first.
#[derive(Debug)]
pub(super) struct CelFunction {
    pub(super) name: &'static str,
    /// It may be written `x.name(…)`.
    pub(super) method: bool,
    /// It may be written `name(x, …)`.
    pub(super) global: bool,
    /// The kinds of each argument, that which it is called on first.
    pub(super) takes: &'static [&'static [Type]],
    pub(super) gives: Type,
    pub(super) example: &'static str,
}

const TEXT: &[Type] = &[Type::Text];
const TIME: &[Type] = &[Type::Time];

const fn of_text(name: &'static str, example: &'static str) -> CelFunction {
    CelFunction { name, method: true, global: false, takes: &[TEXT, TEXT], gives: Type::Bool, example }
}

const fn conversion(name: &'static str, takes: &'static [&'static [Type]], gives: Type, example: &'static str) -> CelFunction {
    CelFunction { name, method: false, global: true, takes, gives, example }
}

const fn of_time(name: &'static str, example: &'static str) -> CelFunction {
    CelFunction { name, method: true, global: false, takes: &[TIME], gives: Type::Int, example }
}

/// The functions, in the order of the documentation.
pub(super) const FUNCTIONS: &[CelFunction] = &[
    of_text("contains", "contains(\"b\")"),
    of_text("startsWith", "startsWith(\"a\")"),
    of_text("endsWith", "endsWith(\"c\")"),
    of_text("matches", "matches(\"^[a-z]+$\")"),
    CelFunction {
        name: "size",
        method: true,
        global: true,
        takes: &[&[Type::Text, Type::List, Type::Ints, Type::Values, Type::Headers]],
        gives: Type::Int,
        example: "size()",
    },
    conversion("int", &[&[Type::Text, Type::Int, Type::Double, Type::Time]], Type::Int, "int(x)"),
    conversion("double", &[&[Type::Text, Type::Int, Type::Double]], Type::Double, "double(x)"),
    conversion(
        "string",
        &[&[Type::Text, Type::Int, Type::Double, Type::Bool, Type::Time, Type::Duration]],
        Type::Text,
        "string(x)",
    ),
    conversion("timestamp", &[&[Type::Text, Type::Int, Type::Time]], Type::Time, "timestamp(\"2026-11-20T08:11:02Z\")"),
    conversion("duration", &[&[Type::Text, Type::Duration]], Type::Duration, "duration(\"5s\")"),
    of_time("getFullYear", "getFullYear()"),
    of_time("getMonth", "getMonth()"),
    of_time("getDate", "getDate()"),
    of_time("getDayOfMonth", "getDayOfMonth()"),
    of_time("getDayOfWeek", "getDayOfWeek()"),
    of_time("getDayOfYear", "getDayOfYear()"),
    of_time("getHours", "getHours()"),
    of_time("getMinutes", "getMinutes()"),
    of_time("getSeconds", "getSeconds()"),
];

/// The macros, which `cel` expands.
const MACROS: &[&str] = &["has", "all", "exists", "exists_one", "map", "filter"];

/// Whether CEL has a function or macro of this name.
pub(in super::super) fn is_function(name: &str) -> bool {
    names().any(|known| known == name)
}

/// The names of functions and macros.
pub(in super::super) fn names() -> impl Iterator<Item = &'static str> + Clone {
    FUNCTIONS.iter().map(|function| function.name).chain(MACROS.iter().copied())
}
