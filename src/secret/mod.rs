//! Which values are secrets, and how they are masked.
//!
//! Stands at the bottom: findings are masked when they are made, listings when they are printed. A mask keeps what is
//! harmless and useful (the authentication scheme, cookie names, attributes, parameter names) and errs on the side of
//! masking: a value that cannot be taken apart is masked whole. Linear in the text, whatever the traffic sends.

mod field;
mod json;
mod target;
mod token;

pub use field::{MASK, behind_scheme, is_secret, mask_field, mask_line};
pub use json::{is_secret_key, mask_json};
pub use target::{is_secret_parameter, mask_target};
