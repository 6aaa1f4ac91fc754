//! Drafts of captures of the project, and of texts made for the purpose.

mod captures;
mod drafts;
mod driver;
mod looks;
mod mutated;
mod properties;
