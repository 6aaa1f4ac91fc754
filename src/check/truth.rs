//! Four-valued truth: what a comparison can say of evidence.

/// What a comparison says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Truth {
    /// It holds.
    Yes,
    /// It does not.
    No,
    /// The evidence cannot show it.
    Unknown,
    /// There is nothing to judge: it names an optional param that has no value.
    Skip,
}

impl Truth {
    /// A plain answer.
    pub(super) fn of(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }

    /// The opposite. What is unknown stays unknown.
    pub(super) fn negated(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
            other => other,
        }
    }

    /// All of them: `No` if one is, else `Unknown` if one is. Nothing to judge is left out; nothing but that is `Skip`.
    pub(super) fn all(parts: impl IntoIterator<Item = Truth>) -> Self {
        let mut result = Self::Skip;
        for part in parts {
            match (part, result) {
                (Self::No, _) => return Self::No,
                (Self::Unknown, _) => result = Self::Unknown,
                (Self::Yes, Self::Skip) => result = Self::Yes,
                _ => {}
            }
        }
        result
    }

    /// Any of them: `Yes` if one is, else `Unknown` if one is.
    pub(super) fn any(parts: impl IntoIterator<Item = Truth>) -> Self {
        let mut result = Self::Skip;
        for part in parts {
            match (part, result) {
                (Self::Yes, _) => return Self::Yes,
                (Self::Unknown, _) => result = Self::Unknown,
                (Self::No, Self::Skip) => result = Self::No,
                _ => {}
            }
        }
        result
    }
}

#[cfg(test)]
mod tests {
    use super::Truth::{self, No, Skip, Unknown, Yes};

    #[test]
    fn unknown_is_never_yes() {
        assert_eq!(Truth::all([Yes, Unknown]), Unknown);
        assert_eq!(Truth::all([Unknown, No]), No);
        assert_eq!(Truth::any([No, Unknown]), Unknown);
        assert_eq!(Truth::any([Unknown, Yes]), Yes);
        assert_eq!(Unknown.negated(), Unknown);
    }

    #[test]
    fn nothing_to_judge_decides_nothing() {
        assert_eq!(Truth::all([Skip, Yes]), Yes);
        assert_eq!(Truth::any([Skip, No]), No);
        assert_eq!(Truth::all([]), Skip);
        assert_eq!(Skip.negated(), Skip);
    }
}
