//! Places: where a command works and where a key has a meaning.

/// A place: a screen, or what lies over it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// The start screen.
    Start,
    /// The workbench.
    Workbench,
    /// The workbench while it shows the past; what means nothing here means what it does there.
    Replay,
    /// The field in which a problem is typed.
    Field,
    /// The `:` line.
    Line,
    /// A list to choose from, such as the palette.
    List,
    /// Text to be read: the messages, the search's log.
    Reader,
    /// The export screen.
    Export,
    /// The help.
    Help,
    /// The splice screen.
    Splice,
    /// The compare screen.
    Compare,
    /// A rewrite that came back from the editor.
    Rewrite,
    /// Two trees side by side.
    Diff,
    /// The question whether to quit.
    Quit,
}

impl Place {
    /// All places, screens first.
    pub const ALL: &[Self] = &[
        Self::Start,
        Self::Workbench,
        Self::Replay,
        Self::Field,
        Self::Line,
        Self::List,
        Self::Reader,
        Self::Export,
        Self::Help,
        Self::Splice,
        Self::Compare,
        Self::Rewrite,
        Self::Diff,
        Self::Quit,
    ];
    /// The places where keys that mean nothing else are typed into a field.
    pub const TEXT: &[Self] = &[Self::Field, Self::Line, Self::List, Self::Help];

    /// Returns its name, as keymap files and the manual have it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Workbench => "workbench",
            Self::Replay => "replay",
            Self::Field => "field",
            Self::Line => "line",
            Self::List => "list",
            Self::Reader => "reader",
            Self::Export => "export",
            Self::Help => "help",
            Self::Splice => "splice",
            Self::Compare => "compare",
            Self::Rewrite => "rewrite",
            Self::Diff => "diff",
            Self::Quit => "quit",
        }
    }
}
