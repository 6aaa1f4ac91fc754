//! Spec files: YAML in, a model with places out, or every error at once.
//!
//! Stands beside the way of the data: knows nothing of captures. Specs are hostile bytes too: size, depth, number of
//! nodes and alias expansion are bounded.

mod condition;
mod connection;
mod deferred;
mod embedded;
mod error;
mod expression;
mod field_name;
mod find;
mod formula;
mod given;
mod include;
mod interpreted;
mod lint;
mod load;
mod model;
mod named;
mod near;
mod origin;
mod pattern;
mod place;
mod problem;
mod read;
mod value;
pub(crate) mod walk;
mod written;
mod yaml;

#[cfg(test)]
mod tests;

pub use condition::{ConditionError, condition};
pub(crate) use connection::CLIENT;
pub use connection::{ConnectionPart, EndPart, ProxyPart, TlsPart};
pub use deferred::Deferred;
pub use embedded::{Embedded, embedded};
pub use error::SpecError;
pub use expression::{Expr, Function, MessagePath, Piece, Template};
pub(crate) use field_name::glob;
pub use find::{FindError, Found, SpecFile, load, load_embedded, name_at};
pub use formula::{Formula, Gives, Loop, Name, OfLine, Operator, Question, Within};
pub use given::{GivenError, GivenFile, GivenValue, read_given};
pub use interpreted::{Chain, ExprPart, Interpreted, Operand, Program, operator};
pub use lint::warnings;
pub use load::{Loaded, MOST_BYTES, parse, parse_named};
pub use model::{
    Bounds, Check, Claim, Evidence, Expectation, Hop, MessageSpec, NameCase, OrderItem, Param, Part, Reference, Relation, Select,
    SelectOn, Side, Spec, Tolerance, Variant,
};
pub use named::NamedType;
pub(crate) use near::nearest;
pub use origin::Origin;
pub use pattern::Pattern;
pub use place::{Place, Source, Spanned};
pub use value::{
    Clause, ClauseKind, Form, JsonClause, JsonMember, JsonStep, ListClause, MembersClause, Meta, PairsClause, Severity, TypeName,
    Value,
};
