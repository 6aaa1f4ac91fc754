//! The message as expected and as seen, line by line, for the aligned difference.

/// One message. A report aligns the two sides and shows the difference.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Block {
    /// The lines of the message as the spec wants it: as seen, but with what is wrong put right.
    pub expected: Vec<BlockLine>,
    /// The lines of the message as seen.
    pub actual: Vec<BlockLine>,
    /// How many lines of a long message were left out: at its end, and of those that are missing.
    pub left_out: usize,
}

/// A line of a block.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BlockLine {
    /// Start line or field line, decoded, secrets masked.
    pub text: String,
    /// A remark behind it: `must not be there`, `did you mean …`. Empty for most.
    pub remark: String,
}
