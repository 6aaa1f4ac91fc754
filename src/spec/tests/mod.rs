//! The language as a whole: what loads, what does not and where, and what hostile files cost.

mod captures;
mod cookies;
mod expressions;
mod hostile;
mod lint;
mod mistakes;
mod model;
mod places;
mod shared;
mod shown;
mod structures;
mod types;
mod variants;
mod wire;
mod yaml;

use shown::{mistakes, mistakes_of_fields, request, spec};
