//! The language as a whole: what loads, what does not and where, and what hostile files cost.

mod shared;
