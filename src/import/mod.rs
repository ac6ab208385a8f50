//! Bringing in trees that other programs wrote.
//!
//! Responsible for recognising a file by what is in it (never by its name), for one reader a format,
//! and for the report of what was kept and dropped. Every reader is bounded in depth, counts and
//! sizes, and reads one record at a time where the format allows it.
//!
//! Not responsible for files and folders: bytes come in, operations go out.
//!
//! To add a format: a file with `looks` and a reader, a line in [`FORMATS`], a fixture and a fuzz
//! target. The report's word for a format is its name in `docs/import.md`.

mod chains;
mod error;
mod flat;
mod forest;
mod inspect;
mod json;
mod loom;
mod miniloom;
mod moatless;
mod nested;
mod openr;
mod pairs;
mod prm800k;
mod report;
mod rstar;
mod scale;
mod solver;
mod tot;
mod treelog;

use std::io::{BufReader, Read, Seek, SeekFrom};

pub use error::Error;
pub use forest::Imported;
pub use report::Report;
pub use tot::VOTES;

use forest::Forest;
use json::{Json, Limits, Records};

/// The most records that a format which needs them all at once may have.
const MOST_RECORDS: usize = 2_000_000;

/// How a format is read.
#[derive(Clone, Copy)]
enum Reader {
    /// Each record by itself.
    Each(fn(&Json, &mut Forest) -> Result<(), Error>),
    /// All records together.
    All(fn(&[Json], &mut Forest) -> Result<(), Error>),
    /// This program's own log, which is read as it stands.
    Log,
}

/// A format.
struct Format {
    name: &'static str,
    looks: fn(&Json) -> bool,
    reader: Reader,
}

const fn each(
    name: &'static str,
    looks: fn(&Json) -> bool,
    read: fn(&Json, &mut Forest) -> Result<(), Error>,
) -> Format {
    Format { name, looks, reader: Reader::Each(read) }
}

const fn all(
    name: &'static str,
    looks: fn(&Json) -> bool,
    read: fn(&[Json], &mut Forest) -> Result<(), Error>,
) -> Format {
    Format { name, looks, reader: Reader::All(read) }
}

/// All formats; the first that a file's first record looks like is taken, so the narrow ones come
/// before the wide ones.
static FORMATS: &[Format] = &[
    Format { name: "pleach log", looks: looks_like_log, reader: Reader::Log },
    each("llm-reasoners TreeLog", treelog::looks, treelog::read),
    each("Tree of Thoughts", tot::looks, tot::read),
    each("OpenR tree", openr::looks, openr::read),
    each("OpenR search", openr::looks_like_search, openr::search),
    each("PRM800K", prm800k::looks, prm800k::read),
    each("Math-Shepherd", chains::looks_like_shepherd, chains::shepherd),
    each("stepwise", chains::looks_stepwise, chains::stepwise),
    each("ProcessBench", chains::looks_like_processbench, chains::processbench),
    each("preference pairs", pairs::looks, pairs::read),
    each("rStar-Math", rstar::looks, rstar::read),
    all("SWE-Search", moatless::looks, moatless::read),
    each("Inspect", inspect::looks, inspect::read),
    each("miniloom", miniloom::looks, miniloom::read),
    each("logitloom", loom::is_logitloom, loom::logitloom),
    each("pyloom", loom::is_pyloom, loom::pyloom),
    each("loom", loom::is_keyed, loom::keyed),
    each("basemode-loom", loom::is_listed, loom::listed),
    each("nested MCTS", nested::looks, nested::read),
    all("nodes", flat::looks, flat::read),
];

/// The name of an archive of samples.
const ARCHIVE: &str = "Inspect archive";

/// What an import is told.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options<'a> {
    /// The format, by its name, where it is not to be recognised.
    pub format: Option<&'a str>,
    /// Whether all trees of a file become one, each problem a child of the root.
    pub together: bool,
    /// The time that the operations carry, in milliseconds since 1970-01-01 UTC.
    pub now: u64,
}

/// Returns the names of the formats that are recognised.
pub fn formats() -> impl Iterator<Item = &'static str> {
    FORMATS.iter().map(|format| format.name).chain([ARCHIVE])
}

/// Brings in the trees of a file.
///
/// # Errors
/// Returns what the file is not, where it is broken, or which bound it passes.
pub fn import(
    mut input: impl Read + Seek,
    options: Options<'_>,
) -> Result<(Vec<Imported>, Report), Error> {
    let mut start = [0; 4];
    let length = read_start(&mut input, &mut start)?;
    input.seek(SeekFrom::Start(0)).map_err(Error::Read)?;
    if options.format.map_or(&start[..length] == inspect::MAGIC, |name| name == ARCHIVE) {
        let mut forest = Forest::new(ARCHIVE, options.together, options.now);
        inspect::archive(input, &mut forest)?;
        return forest.finish();
    }
    let mut records = Records::new(&mut input, Limits::USUAL);
    let first = records.next()?.ok_or(Error::Empty)?;
    let is_wanted = |format: &&Format| match options.format {
        Some(name) => format.name == name,
        None => (format.looks)(&first),
    };
    let format = FORMATS.iter().find(is_wanted);
    let Some(format) = format else {
        if first.text("problem").is_some() {
            return Err(Error::Problems);
        }
        let names: Vec<_> = first.names().take(12).map(|name| format!("{name:?}")).collect();
        let fields = if names.is_empty() { "no names".to_owned() } else { names.join(", ") };
        return Err(Error::Unknown { fields });
    };
    let mut forest = Forest::new(format.name, options.together, options.now);
    match format.reader {
        Reader::Each(read) => {
            read(&first, &mut forest)?;
            while let Some(record) = records.next()? {
                if options.format.is_none() && !(format.looks)(&record) {
                    forest.drop("records that look otherwise than the first");
                    continue;
                }
                read(&record, &mut forest)?;
            }
        }
        Reader::All(read) => {
            let mut all = vec![first];
            while let Some(record) = records.next()? {
                if all.len() >= MOST_RECORDS {
                    return Err(Error::TooMuch { what: "records", most: MOST_RECORDS });
                }
                all.push(record);
            }
            read(&all, &mut forest)?;
        }
        Reader::Log => {
            input.seek(SeekFrom::Start(0)).map_err(Error::Read)?;
            let limited = BufReader::new(input.take(Limits::USUAL.bytes));
            let log = crate::session::read_jsonl(limited);
            let log = log.map_err(|error| forest.shape(&error.to_string()))?;
            log.into_iter().try_for_each(|operation| forest.take(operation))?;
        }
    }
    forest.finish()
}

fn read_start(input: &mut impl Read, start: &mut [u8]) -> Result<usize, Error> {
    let mut length = 0;
    while length < start.len() {
        match input.read(&mut start[length..]) {
            Ok(0) => break,
            Ok(more) => length += more,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Error::Read(error)),
        }
    }
    Ok(length)
}

/// Returns whether a record is an operation of this program.
fn looks_like_log(first: &Json) -> bool {
    ["sequence", "time", "actor", "kind"].iter().all(|name| first.get(name).is_some())
}
