//! Expressions that are more than paths and functions: parsed by the crate `cel`, their types checked here, their paths
//! taken out and compiled.
//!
//! `cel` alone would find out at run time what can be known at load: a name that nothing gives, a function with another
//! number of arguments, a port compared with a text. It would also say `false` where values of two types are compared.
//! Here both are mistakes with a place. Bounded: the length of an expression, its depth, its nodes, its nested macros.

mod formula;
mod functions;
mod lower;
mod operators;
mod parse;
mod unparse;

pub(super) use functions::{is_function, names as function_names};
pub(super) use lower::interpreted;
