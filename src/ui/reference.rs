//! The reference pages of the book, made from the program's own tables.
//!
//! Responsible for `docs/book/src/reference`: commands and keys, settings, themes; `make docs`
//! writes them.

use std::fmt::Write;

use super::theme::{BUILT_IN, SCOPES};
use crate::app::Keymap;
use crate::app::command::{self, Place};
use crate::app::config::SETTINGS;

/// Returns the pages: their names and texts.
#[must_use]
pub fn pages() -> Vec<(&'static str, String)> {
    vec![("commands.md", commands()), ("settings.md", settings()), ("themes.md", themes())]
}

const MADE: &str =
    "<!-- Made from the program's tables by `make docs`; changes here are lost. -->\n";

fn commands() -> String {
    let mut text = format!(
        "{MADE}# Commands and keys\n\nEvery command can be run by its keys, from the palette (`<space><space>`, or `<a-x>` \
         where text is typed), on the `:` line by its name, in a keymap file, and by `pleach script`. Arguments in square brackets may be left out. \
         A place is a table of `keymap.toml`.\n"
    );
    let keymap = Keymap::default();
    for place in Place::ALL {
        let _ = write!(
            text,
            "\n## {}\n\n| command | keys | what it does |\n|---|---|---|\n",
            place.name()
        );
        let here = command::at(*place);
        for command in here {
            let keys = keymap.keys_of(*place, command);
            let keys = keys.iter().map(|keys| code(keys)).collect::<Vec<_>>().join(" ");
            let _ = writeln!(text, "| {} | {keys} | {} |", code(&command.usage()), command.does);
        }
    }
    text
}

/// Code in a cell of a table, where a bar would end the cell.
fn code(text: &str) -> String {
    format!("`{}`", text.replace('|', "\\|"))
}

fn settings() -> String {
    let mut text = format!(
        "{MADE}# Settings\n\n`config.toml` in the folder that `pleach config path` names; `pleach config default` prints \
         it with comments, `pleach config check` names what is wrong. `:set SETTING VALUE` changes one until the program \
         ends.\n\n| setting | default | values | what it does |\n|---|---|---|---|\n"
    );
    for setting in SETTINGS {
        let values = setting.values.iter().map(|value| code(value)).collect::<Vec<_>>().join(" ");
        let _ = writeln!(
            text,
            "| {} | {} | {values} | {} |",
            code(setting.name),
            code(setting.default),
            setting.does
        );
    }
    text
}

fn themes() -> String {
    let names: Vec<_> = BUILT_IN.iter().map(|(name, _)| code(name)).collect();
    let mut text = format!(
        "{MADE}# Themes\n\nThese come with the program: {}. A file `themes/NAME.toml` in the folder of the settings is one \
         more. It gives scopes their styles: words such as `\"red bold on black\"`. `inherits = \"NAME\"` builds on \
         another theme, and a `[palette]` gives colours names.\n\n| scope | what it is used for |\n|---|---|\n",
        names.join(", ")
    );
    for (scope, does) in SCOPES {
        let _ = writeln!(text, "| {} | {does} |", code(scope));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_pages_are_what_the_tables_say() {
        let folder =
            std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/book/src/reference");
        for (name, page) in pages() {
            let committed = std::fs::read_to_string(folder.join(name)).unwrap_or_default();
            let differs = committed.lines().zip(page.lines()).find(|(old, new)| old != new);
            assert!(
                committed == page,
                "docs/book/src/reference/{name} is stale (it has {differs:?}); mend it with\n\n    \
                 cargo run -- reference docs/book/src/reference\n"
            );
        }
    }
}
