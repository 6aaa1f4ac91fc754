//! What a text report is asked to say.

/// How much a text report says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Verbosity {
    /// Findings and the last line.
    Quiet,
    /// Hops and what was not judged, too.
    #[default]
    Normal,
    /// Everything: expectations one by one, captures with their anomalies, every inconclusive expectation in full.
    Verbose,
}

/// How a text report looks.
#[derive(Debug, Clone, Default)]
pub struct TextOptions {
    /// With colours (ANSI escape sequences).
    pub color: bool,
    /// How much it says.
    pub verbosity: Verbosity,
    /// The specs as the user named them, for commands that the report proposes; empty for the default ones.
    pub specs: Vec<String>,
}
