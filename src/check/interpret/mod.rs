//! The interpreted part of expressions: formulas, and `cel` where they have no answer, over values that the compiled part took
//! from traffic.
//!
//! Nothing here is true for want of evidence. A part without a value is a variable that is not there, and `cel` gives an
//! error for it unless the rest decides alone (`false && x`). Values of different types are never compared. Hostile specs
//! and traffic meet a budget of steps and bytes, beyond which the answer is that there is none.

mod budget;
mod compare;
mod formula;
mod library;
mod run;
mod seen;
mod value;

pub(super) use budget::begin;
pub(super) use run::{Evaluation, truth};
#[cfg(test)]
pub(super) use run::{INTERPRETED, WITHOUT_FORMULAS};
pub(super) use value::{from_cel, members};
