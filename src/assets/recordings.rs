//! The sessions that come with the program.

/// A session that comes with the program, grown by it with the embedded model of its day
/// (`scripts/sample-sessions`).
#[derive(Debug, Clone, Copy)]
pub struct Recording {
    /// The name of its file, without the ending.
    pub name: &'static str,
    /// What it is, in a few words.
    pub title: &'static str,
    /// What to look at, in a sentence.
    pub look: &'static str,
    /// The session's file.
    pub bytes: &'static [u8],
}

macro_rules! recording {
    ($name:literal, $title:literal, $look:literal) => {
        Recording {
            name: $name,
            title: $title,
            look: $look,
            bytes: include_bytes!(concat!("../../sessions/", $name, ".pleach")),
        }
    };
}

/// The sessions that the start screen offers.
pub static RECORDINGS: &[Recording] = &[
    recording!(
        "solved-tree",
        "A solved tree",
        "ga goes to the right answer; r, 0 and . replay it."
    ),
    recording!("debate", "A debate", "gD reads what five agents argue, and who changes sides."),
    recording!(
        "spliced-correction",
        "A spliced correction",
        "/Wait finds the words that turn a wrong path round."
    ),
    recording!(
        "labelled-path",
        "A labelled path",
        "/64 - 28 finds the first error; its note says what is wrong."
    ),
    recording!("long-search", "A long search", "r, 0 and s replay how it looks in vain for 24."),
];
