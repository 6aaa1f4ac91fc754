//! Which types an operator takes, and what it gives.
//!
//! JSON is known at run time only and goes with everything here; there, what does not fit is inconclusive.

use cel::common::ast::operators;

use super::super::functions::Type::{
    self, Bool, Double, Duration, Field, Headers, Int, Ints, Json, List, Null, Text, Time, Values,
};

/// What an operator between two values gives; `None` where it means nothing between these.
pub(super) fn between(operator: &str, a: Type, b: Type) -> Option<Type> {
    match operator {
        operators::EQUALS | operators::NOT_EQUALS => comparable(a, b).then_some(Bool),
        operators::LESS | operators::LESS_EQUALS | operators::GREATER | operators::GREATER_EQUALS => {
            let ordered = |of| matches!(of, Int | Double | Text | Time | Duration | Json);
            (ordered(a) && ordered(b) && comparable(a, b)).then_some(Bool)
        }
        operators::IN => match b {
            Json => Some(Bool),
            _ => comparable(a, member(b)?).then_some(Bool),
        },
        operators::ADD => match (a, b) {
            (Time, Duration) | (Duration, Time) => Some(Time),
            (List, List) => Some(List),
            (Ints, Ints) => Some(Ints),
            (List | Ints | Values | Json, List | Ints | Values | Json) if (a, b) != (Json, Json) => Some(Values),
            _ => same(a, b, &[Text, Int, Double, Duration]),
        },
        operators::SUBSTRACT => match (a, b) {
            (Time, Time) => Some(Duration),
            (Time, Duration) => Some(Time),
            _ => same(a, b, &[Int, Double, Duration]),
        },
        operators::MULTIPLY | operators::DIVIDE => same(a, b, &[Int, Double]),
        operators::MODULO => same(a, b, &[Int]),
        _ => None,
    }
}

/// Both of one of these types, or JSON that may be.
fn same(a: Type, b: Type, of: &[Type]) -> Option<Type> {
    match (a, b) {
        (Json, Json) => Some(Json),
        (Json, known) | (known, Json) => of.contains(&known).then_some(known),
        _ => (a == b && of.contains(&a)).then_some(a),
    }
}

/// Whether two values can be equal at all.
fn comparable(a: Type, b: Type) -> bool {
    match (a, b) {
        (Json, _) | (_, Json) => true,
        (Int | Double, Int | Double) => true,
        (Values, List | Ints | Values) | (List | Ints, Values) => true,
        (Null, Null) => false,
        _ => a == b,
    }
}

/// What a list holds; `None` for what is no list.
pub(super) fn member(of: Type) -> Option<Type> {
    Some(match of {
        List => Text,
        Ints => Int,
        Values | Json => Json,
        Headers => Field,
        _ => return None,
    })
}

/// The list that holds values of these types.
pub(super) fn list_of(members: &[Type]) -> Type {
    match members {
        [] => Values,
        all if all.iter().all(|of| *of == Text) => List,
        all if all.iter().all(|of| *of == Int) => Ints,
        _ => Values,
    }
}

/// What `condition ? a : b` gives.
pub(super) fn either(a: Type, b: Type) -> Option<Type> {
    match (a, b) {
        (Json, _) | (_, Json) => Some(Json),
        _ => (a == b).then_some(a),
    }
}

/// How two types can be brought together.
pub(super) fn conversion(a: Type, b: Type) -> Option<&'static str> {
    match (a, b) {
        (Text, Int) | (Int, Text) => Some("convert one of them: `int(…)` reads a number, `string(…)` writes one"),
        (Text, Time) | (Time, Text) => Some("`timestamp(\"2026-11-20T08:11:02Z\")` is a point in time"),
        (Int, Time) | (Time, Int) => Some("`….epoch()` is the time in seconds since 1970"),
        (Int, Double) | (Double, Int) => Some("convert one of them: `double(…)` or `int(…)`"),
        (Null, _) | (_, Null) => Some("a field that is missing is not null: ask `has_header(\"Name\")`"),
        _ => None,
    }
}
