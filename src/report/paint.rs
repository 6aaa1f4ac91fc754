//! Colour, or none. One palette, so that no report looks like two programs.

use annotate_snippets::renderer::{AnsiColor, Effects, Renderer, Style};

/// What a piece of text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    /// Met.
    Good,
    /// Violated, and errors.
    Bad,
    /// Warnings, and what was not observed.
    Odd,
    /// What could not be decided, and notes.
    Unknown,
    /// A line that was expected.
    Expected,
    /// A line that was seen.
    Seen,
    /// The characters that differ in a line that was expected.
    ExpectedMark,
    /// The characters that differ in a line that was seen.
    SeenMark,
    /// What stands beside.
    Faint,
    /// What matters.
    Strong,
}

impl Tone {
    fn style(self) -> Style {
        match self {
            Self::Good => AnsiColor::Green.on_default().effects(Effects::BOLD),
            Self::Bad => AnsiColor::BrightRed.on_default().effects(Effects::BOLD),
            Self::Odd => AnsiColor::Yellow.on_default().effects(Effects::BOLD),
            Self::Unknown => AnsiColor::Cyan.on_default().effects(Effects::BOLD),
            Self::Expected => AnsiColor::Red.on_default(),
            Self::Seen => AnsiColor::Green.on_default(),
            Self::ExpectedMark => AnsiColor::Red.on_default().effects(Effects::BOLD.insert(Effects::UNDERLINE)),
            Self::SeenMark => AnsiColor::Green.on_default().effects(Effects::BOLD.insert(Effects::UNDERLINE)),
            Self::Faint => Style::new().effects(Effects::DIMMED),
            Self::Strong => Style::new().effects(Effects::BOLD),
        }
    }
}

/// Writes text with or without colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Paint {
    /// Whether there is colour.
    pub(crate) on: bool,
}

impl Paint {
    /// The text in its tone.
    pub(crate) fn paint(self, tone: Tone, text: &str) -> String {
        if !self.on || text.is_empty() {
            return text.to_owned();
        }
        let style = tone.style();
        format!("{style}{text}{style:#}")
    }

    /// The renderer of excerpts in the same mode.
    pub(crate) fn renderer(self) -> Renderer {
        if self.on { Renderer::styled() } else { Renderer::plain() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_colour_there_is_no_escape() {
        assert_eq!(Paint { on: false }.paint(Tone::Bad, "x"), "x");
        assert_eq!(Paint { on: true }.paint(Tone::Seen, "x"), "\x1b[32mx\x1b[0m");
        assert_eq!(Paint { on: true }.paint(Tone::Seen, ""), "");
    }
}
