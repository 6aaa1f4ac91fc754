//! Spec files: YAML in, a model with places out, or every error at once.
//!
//! Stands beside the way of the data: knows nothing of captures. Specs are hostile bytes too: size, depth, number of
//! nodes and alias expansion are bounded.

mod error;
mod expression;
mod load;
mod model;
mod place;
mod value;

pub use error::SpecError;
pub use expression::{Expr, Function, MessagePath, Piece, Template};
pub use load::{Loaded, parse};
pub use model::{
    Bounds, Claim, Expectation, Hop, MessageSpec, NameCase, OrderItem, Param, Part, Reference, Select, SelectOn, Side, Spec,
    Tolerance, Variant,
};
pub use place::{Place, Source, Spanned};
pub use value::{
    Clause, ClauseKind, Form, JsonClause, JsonMember, JsonStep, LinesClause, ListClause, Meta, PairsClause, Pattern, Severity,
    TypeName, Value,
};
