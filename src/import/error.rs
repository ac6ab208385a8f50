//! Why a file cannot be brought in.

/// Why a file cannot be brought in; a sentence with the mend.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The system does not give the bytes.
    #[error("it cannot be read ({0})")]
    Read(std::io::Error),
    /// It is no JSON where JSON is due.
    #[error("line {line} is not the JSON that was expected: {why}")]
    Json {
        /// The line.
        line: u64,
        /// What is wrong.
        why: String,
    },
    /// It is larger than anything that is read.
    #[error("it has more than {most} MiB, which is more than pleach reads; split it")]
    Large {
        /// The bound.
        most: u64,
    },
    /// There is nothing in it.
    #[error("there is no record in it")]
    Empty,
    /// No format is known that looks like it.
    #[error(
        "it is in no format that pleach knows (its first record has {fields}); docs/import.md lists \
         the formats, and one {{\"id\", \"parent_id\", \"text\"}} a line always works"
    )]
    Unknown {
        /// The names that the first record has.
        fields: String,
    },
    /// It is a problem file.
    #[error("it holds problems and no trees; grow them with `pleach grow FILE`")]
    Problems,
    /// It is in a format that is known, but a record does not fit.
    #[error("it looks like {format}, but {why}")]
    Shape {
        /// The format.
        format: &'static str,
        /// What does not fit.
        why: String,
    },
    /// It holds more than one import takes.
    #[error("it holds more than {most} {what}, which is more than one import takes; split it")]
    TooMuch {
        /// What there is too much of.
        what: &'static str,
        /// The bound.
        most: usize,
    },
    /// The archive cannot be read.
    #[error("the archive cannot be read ({0}); make it anew with `inspect log dump` as JSON")]
    Archive(String),
}
