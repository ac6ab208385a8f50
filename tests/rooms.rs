//! The shape of the house: which room may use which, what the pure rooms must not know, and
//! how long a file may be.
//!
//! Responsible for reading the paths in `src`, outside of comments and strings. A path is seen
//! as it is written, so a re-export under another name could carry one room into another.

// Helpers of tests stand outside of `#[test]`, where `allow-unwrap-in-tests` does not reach.
#![allow(clippy::expect_used)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The rooms from the inside out: a room may use itself and the rooms before it.
const ROOMS: [&str; 16] = [
    "text",
    "tree",
    "reasoning",
    "assets",
    "engine",
    "evaluate",
    "search",
    "aggregate",
    "monitor",
    "curate",
    "session",
    "import",
    "export",
    "app",
    "ui",
    "cli",
];

/// What a room must not name, and why.
const FORBIDDEN: [(&str, &str, &[&str]); 2] = [
    (
        "tree",
        "the tree is pure: no I/O, clock, randomness or threads",
        &[
            "SystemTime",
            "Instant",
            "std::fs",
            "std::io",
            "std::net",
            "std::env",
            "std::process",
            "std::thread",
            "rand",
            "getrandom",
        ],
    ),
    (
        "app",
        "the app knows no terminal; what touches one belongs to ui",
        &["crossterm", "ratatui", "std::thread", "std::fs"],
    ),
];

/// The doors through which text leaves for a terminal, a title or a clipboard, and what opens
/// onto the machine itself: which files alone may use them. Everything that passes them is made
/// safe in those files.
const DOORS: [(&str, &[&str]); 13] = [
    (
        "io::stdout",
        &[
            "src/cli/output.rs",
            "src/cli/reader.rs",
            "src/engine/worker.rs",
            "src/export/renderer.rs",
            "src/ui/clipboard.rs",
            "src/ui/plain.rs",
            "src/ui/run.rs",
            "src/ui/terminal.rs",
        ],
    ),
    ("io::stderr", &["src/cli/output.rs", "src/cli/worker.rs", "src/ui/crash.rs"]),
    ("STDOUT_FILENO", &["src/ui/signals.rs"]),
    ("STDERR_FILENO", &["src/ui/signals.rs"]),
    ("render_widget", &["src/ui/view/overlay.rs"]),
    ("render_stateful_widget", &[]),
    // ratatui's own wrapping panics on some texts (ratatui#2679).
    ("Paragraph", &["src/text/wrap.rs"]),
    ("Print", &["src/ui/terminal.rs"]),
    ("PrintStyledContent", &[]),
    ("SetTitle", &[]),
    ("CopyToClipboard", &["src/ui/clipboard.rs"]),
    ("arboard", &["src/ui/clipboard.rs"]),
    ("unsafe", &["src/engine/attention/operation.rs", "src/ui/signals.rs"]),
];

/// The most lines that a file may have.
const LONGEST: usize = 600;

#[test]
fn a_room_uses_only_rooms_above_it() {
    let mut complaints = Vec::new();
    for file in sources() {
        let Some(room) = file.room() else { continue };
        let Some(place) = place(&room) else { continue };
        for path in file.paths() {
            let Some(used) = path.room(file.depth()) else { continue };
            let Some(other) = self::place(&used) else {
                complaints.push(format!(
                    "{}:{}: crate::{used} is no room; name the room that it comes from",
                    file.name, path.line
                ));
                continue;
            };
            if other > place {
                complaints.push(format!(
                    "{}:{}: the room {room} uses {used}, which lies further out",
                    file.name, path.line
                ));
            }
        }
    }
    assert_none(&complaints, &format!("the rooms, from the inside out: {}", ROOMS.join(", ")));
}

#[test]
fn every_module_of_the_crate_is_a_room() {
    let rooms: BTreeSet<_> = sources().iter().filter_map(Source::room).collect();
    let complaints: Vec<_> = rooms
        .into_iter()
        .filter(|room| place(room).is_none())
        .map(|room| format!("src/{room} is no room"))
        .collect();
    assert_none(&complaints, "give it a place in ROOMS of tests/rooms.rs and in ARCHITECTURE.md");
}

/// The package in `fuzz` takes rooms as source files and is built by no test.
#[test]
fn what_is_fuzzed_uses_only_rooms_that_are_fuzzed_too() {
    let package = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/src/lib.rs");
    let package = fs::read_to_string(package).expect("the package is there");
    let has = |room: &str| package.lines().any(|line| line == format!("pub mod {room};"));
    let mut complaints = Vec::new();
    for file in sources() {
        let Some(room) = file.room().filter(|room| has(room)) else { continue };
        let used = file.paths().into_iter().filter_map(|path| path.room(file.depth()));
        for used in used.filter(|used| place(used).is_some() && !has(used) && used != "engine") {
            complaints.push(format!("{}: fuzz takes {room} and not {used}", file.name));
        }
    }
    assert_none(&complaints, "take it in fuzz/src/lib.rs");
}

#[test]
fn pure_rooms_do_not_name_the_world() {
    let mut complaints = Vec::new();
    for file in sources() {
        for (room, why, names) in FORBIDDEN {
            if file.room().as_deref() != Some(room) {
                continue;
            }
            for path in file.paths() {
                if let Some(name) = names.iter().find(|name| path.names(name)) {
                    let line = path.line;
                    complaints.push(format!("{}:{line}: {room} names {name}: {why}", file.name));
                }
            }
        }
    }
    assert_none(&complaints, "let the value come in from outside, as an argument or an operation");
}

#[test]
fn text_leaves_only_by_its_doors() {
    let mut complaints = Vec::new();
    for file in sources().iter().filter(|file| !file.name.ends_with("tests.rs")) {
        let names: Vec<_> = pieces(&file.text)
            .into_iter()
            .filter_map(|(line, piece)| match piece {
                Piece::Name(name) => Some((line, name)),
                _ => None,
            })
            .collect();
        let paths = file.paths();
        for (door, keepers) in
            DOORS.iter().filter(|(_, files)| !files.contains(&file.name.as_str()))
        {
            let by_name = names.iter().filter(|(_, name)| name == door).map(|(line, _)| *line);
            let by_path = paths.iter().filter(|path| door.contains("::") && path.names(door));
            for line in by_name.chain(by_path.map(|path| path.line)) {
                let keepers = keepers.join(", ");
                complaints.push(format!("{}:{line}: {door} belongs to {keepers}", file.name));
            }
        }
    }
    assert_none(
        &complaints,
        "go through ui::view::put, cli::Output or ui::Clipboard, which make text safe",
    );
}

#[test]
fn no_file_is_too_long_to_read() {
    let complaints: Vec<_> = sources()
        .iter()
        .map(|file| (file, file.text.lines().count()))
        .filter(|(_, lines)| *lines > LONGEST)
        .map(|(file, lines)| format!("{} has {lines} lines", file.name))
        .collect();
    assert_none(&complaints, &format!("the most is {LONGEST}: find the second thing that it does"));
}

fn assert_none(complaints: &[String], mend: &str) {
    assert!(complaints.is_empty(), "\n{}\n({mend})\n", complaints.join("\n"));
}

fn place(room: &str) -> Option<usize> {
    ROOMS.iter().position(|known| *known == room)
}

/// A file of `src`.
struct Source {
    /// Its path from the root of the repository, with `/`.
    name: String,
    text: String,
}

/// A path of at least two names, as `use` groups spell it when they are written out.
#[derive(Debug, PartialEq)]
struct Named {
    line: usize,
    segments: Vec<String>,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![root.join("src")];
    let mut files: Vec<PathBuf> = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("src can be listed") {
            let path = entry.expect("src can be listed").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    assert!(files.len() > 1, "there is no source under {}", root.display());
    files
        .into_iter()
        .map(|path| {
            let name = path.strip_prefix(root).expect("it lies under the root");
            let name = name.to_string_lossy().replace('\\', "/");
            Source { name, text: fs::read_to_string(&path).expect("the source is text") }
        })
        .collect()
}

impl Source {
    /// Returns the room that the file belongs to; `lib.rs` and `main.rs` belong to none.
    fn room(&self) -> Option<String> {
        let inside = self.name.strip_prefix("src/")?;
        let first = inside.split('/').next()?;
        let room = first.strip_suffix(".rs").unwrap_or(first);
        (!["lib", "main"].contains(&room)).then(|| room.to_owned())
    }

    /// Returns how many `super` lead from the file's module to the crate.
    fn depth(&self) -> usize {
        let folders = self.name.matches('/').count();
        if self.name.ends_with("/mod.rs") { folders - 1 } else { folders }
    }

    fn paths(&self) -> Vec<Named> {
        paths(&self.text)
    }
}

impl Named {
    /// Returns the module of the crate that the path leads into, if it starts at the crate.
    fn room(&self, depth: usize) -> Option<String> {
        let ups = self.segments.iter().take_while(|segment| *segment == "super").count();
        if ups > 0 && ups >= depth {
            // Perhaps an inner module is meant, so only the names of rooms count here.
            let next = self.segments.get(ups)?;
            return place(next).map(|_| next.clone());
        }
        let first = self.segments.first()?;
        if first != "crate" && first != "pleach" {
            return None;
        }
        let next = self.segments.get(1)?;
        (next != "*" && !next.ends_with('!')).then(|| next.clone())
    }

    /// Returns whether the path has these names in it, one after another.
    fn names(&self, names: &str) -> bool {
        format!("::{}::", self.segments.join("::")).contains(&format!("::{names}::"))
    }
}

/// A piece of code that matters to paths.
#[derive(Debug, Clone, PartialEq)]
enum Piece {
    Name(String),
    /// `::`
    Colons,
    Open,
    Close,
    Other,
}

/// Returns the paths of a source text, groups written out.
fn paths(text: &str) -> Vec<Named> {
    let pieces = pieces(text);
    let mut found = Vec::new();
    let mut at = 0;
    while at < pieces.len() {
        at = match &pieces[at].1 {
            Piece::Name(_) => read_path(&pieces, at, &[], &mut found),
            _ => at + 1,
        };
    }
    found
}

/// Reads the path that begins at a name, and returns where to go on.
fn read_path(
    pieces: &[(usize, Piece)],
    mut at: usize,
    before: &[String],
    found: &mut Vec<Named>,
) -> usize {
    let mut segments = before.to_vec();
    let line = pieces[at].0;
    while let Some((_, Piece::Name(name))) = pieces.get(at) {
        segments.push(name.clone());
        at += 1;
        if pieces.get(at).map(|piece| &piece.1) != Some(&Piece::Colons) {
            break;
        }
        at += 1;
        if pieces.get(at).map(|piece| &piece.1) == Some(&Piece::Open) {
            return read_group(pieces, at + 1, &segments, found);
        }
    }
    if segments.len() > 1 {
        found.push(Named { line, segments });
    }
    at
}

/// Reads what stands between the braces of a `use`.
fn read_group(
    pieces: &[(usize, Piece)],
    mut at: usize,
    before: &[String],
    found: &mut Vec<Named>,
) -> usize {
    while let Some((_, piece)) = pieces.get(at) {
        at = match piece {
            Piece::Close => return at + 1,
            // The new name of `as`, which is no path.
            Piece::Name(name) if name == "as" => at + 2,
            Piece::Name(_) => read_path(pieces, at, before, found),
            _ => at + 1,
        };
    }
    at
}

/// Cuts code into pieces with their lines, without comments, strings and characters.
fn pieces(text: &str) -> Vec<(usize, Piece)> {
    let mut pieces = Vec::new();
    let mut line = 1;
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (length, piece) = if let Some(length) = skipped(rest) {
            (length, None)
        } else if first.is_alphabetic() || first == '_' {
            let length = name_length(rest);
            let mut name = rest[..length].to_owned();
            if rest[length..].starts_with('!') {
                name.push('!');
            }
            (length, Some(Piece::Name(name)))
        } else if rest.starts_with("::") {
            (2, Some(Piece::Colons))
        } else {
            let piece = match first {
                '{' => Some(Piece::Open),
                '}' => Some(Piece::Close),
                '*' => Some(Piece::Name("*".to_owned())),
                _ if first.is_whitespace() => None,
                _ => Some(Piece::Other),
            };
            (first.len_utf8(), piece)
        };
        if let Some(piece) = piece {
            pieces.push((line, piece));
        }
        line += rest[..length].matches('\n').count();
        rest = &rest[length..];
    }
    pieces
}

fn name_length(text: &str) -> usize {
    text.find(|character: char| !character.is_alphanumeric() && character != '_')
        .unwrap_or(text.len())
}

/// Returns the length of the comment, string or character that the text begins with.
fn skipped(text: &str) -> Option<usize> {
    if text.starts_with("//") {
        return Some(text.find('\n').unwrap_or(text.len()));
    }
    if text.starts_with("/*") {
        return Some(block_comment(text));
    }
    let prefix = ["br", "cr", "b", "c", "r", ""]
        .into_iter()
        .find(|prefix| text.strip_prefix(prefix).is_some_and(|rest| opens(rest, prefix)))?;
    let rest = &text[prefix.len()..];
    let length = match rest.chars().next()? {
        '\'' => return character(rest).map(|length| prefix.len() + length),
        _ if prefix.ends_with('r') => raw_string(rest),
        _ => quoted(rest),
    };
    Some(prefix.len() + length)
}

/// Returns whether a string or character begins here, after its prefix.
fn opens(rest: &str, prefix: &str) -> bool {
    if prefix.ends_with('r') {
        return rest.trim_start_matches('#').starts_with('"');
    }
    rest.starts_with('"') || (["", "b"].contains(&prefix) && rest.starts_with('\''))
}

fn block_comment(text: &str) -> usize {
    let (mut depth, mut at) = (0usize, 0);
    while at < text.len() {
        if text[at..].starts_with("/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if text[at..].starts_with("*/") {
            (depth, at) = (depth - 1, at + 2);
            if depth == 0 {
                return at;
            }
        } else {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

fn quoted(text: &str) -> usize {
    let mut escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

fn raw_string(text: &str) -> usize {
    let hashes = text.find('"').unwrap_or(0);
    let end = format!("\"{}", "#".repeat(hashes));
    let start = hashes + 1;
    text[start..].find(&end).map_or(text.len(), |at| start + at + end.len())
}

/// Returns the length of a character literal; `None` for a lifetime.
fn character(text: &str) -> Option<usize> {
    let mut characters = text.char_indices().skip(1);
    let (_, first) = characters.next()?;
    if first == '\\' {
        characters.next()?;
        return characters.find(|(_, character)| *character == '\'').map(|(at, _)| at + 1);
    }
    characters.next().filter(|(_, character)| *character == '\'').map(|(at, _)| at + 1)
}

#[test]
fn groups_are_written_out() {
    let read = |text: &str| {
        paths(text).iter().map(|path| path.segments.join(" ")).collect::<Vec<_>>().join(", ")
    };
    assert_eq!(
        read("use crate::tree::{self, Node as N, b::{C, D}};\nlet x = 1;"),
        ["crate tree self", "crate tree Node", "crate tree b C", "crate tree b D"].join(", ")
    );
    assert_eq!(read("use crate::{text, ui::Pane};"), "crate text, crate ui Pane");
    assert_eq!(
        read("fn f(x: Vec<crate::ui::Pane>) -> crate::cli::T {}"),
        "crate ui Pane, crate cli T"
    );
    assert_eq!(read("use std::time::*;"), "std time *");
    assert_eq!(read("crate::shout!(a::b)"), "crate shout!, a b");
}

#[test]
fn comments_strings_and_characters_are_passed_over() {
    let text = r###"
        // crate::ui
        /* crate::ui /* crate::ui */ crate::ui */
        //! [`x`](crate::ui::x)
        let a = "crate::ui \" crate::ui"; let b = r#"crate::ui " crate::ui"#;
        let c = b"crate::ui"; let d = br##"crate::ui"# crate::ui"##; let e = '"'; let f = '\'';
        fn g<'a>(x: &'a str) -> '"' { crate::tree::Node }
    "###;
    let found = paths(text);
    let expected = ["crate", "tree", "Node"].map(str::to_owned).to_vec();
    assert_eq!(found, [Named { line: 7, segments: expected }]);
}

#[test]
fn paths_lead_into_rooms() {
    let room = |text: &str, depth| paths(text)[0].room(depth);
    assert_eq!(room("use crate::tree::Node;", 1).as_deref(), Some("tree"));
    assert_eq!(room("use super::super::ui::Pane;", 2).as_deref(), Some("ui"));
    assert_eq!(room("use super::ui::Pane;", 2), None);
    assert_eq!(room("use super::node::Node;", 1), None);
    assert_eq!(room("use std::fs;", 1), None);
    assert_eq!(room("crate::shout!()", 1), None);
}

#[test]
fn names_are_whole() {
    let names = |text: &str, name: &str| paths(text).iter().any(|path| path.names(name));
    assert!(names("use std::{fs, time::Instant};", "std::fs"));
    assert!(names("use std::{fs, time::Instant};", "Instant"));
    assert!(names("rand::random::<u8>()", "rand"));
    assert!(!names("operand::rand_seed()", "rand"));
}
