//! Types that specs name themselves, under `types`.

use std::sync::OnceLock;

use super::Value;

/// A matcher with a name, used as `is: name`. All that use it share it.
#[derive(Debug)]
pub struct NamedType {
    /// Its name.
    pub name: String,
    definition: OnceLock<Definition>,
}

/// What a type says. It is given once all types are read and none depends on itself.
#[derive(Debug)]
pub(super) struct Definition {
    pub(super) about: Option<String>,
    pub(super) value: Value,
}

impl NamedType {
    /// A type of which the name is known so far.
    pub(super) fn new(name: String) -> Self {
        Self { name, definition: OnceLock::new() }
    }

    /// Says what it is. The first definition stays.
    pub(super) fn define(&self, definition: Definition) {
        self.definition.set(definition).ok();
    }

    /// The matcher; there is one in every spec that loads.
    #[must_use]
    pub fn value(&self) -> Option<&Value> {
        self.definition.get().map(|definition| &definition.value)
    }

    /// `about`
    #[must_use]
    pub fn about(&self) -> Option<&str> {
        self.definition.get()?.about.as_deref()
    }
}
