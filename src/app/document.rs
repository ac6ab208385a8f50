//! A person's TOML file with its lines: what every configuration file is read through.
//!
//! Responsible for saying where in a file something stands. Not responsible for opening files.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A TOML file that was read.
pub struct Document<'text> {
    /// Its tables and values, with where they stand.
    pub table: DeTable<'text>,
    name: &'text str,
    text: &'text str,
}

impl<'text> Document<'text> {
    /// Reads a file.
    ///
    /// # Errors
    /// Returns a sentence with the file and the line if it is not TOML.
    pub fn read(name: &'text str, text: &'text str) -> Result<Self, String> {
        match DeTable::parse(text) {
            Ok(table) => Ok(Self { table: table.into_inner(), name, text }),
            Err(error) => {
                let line = line(text, &error.span().unwrap_or_default());
                Err(format!("{name}:{line}: this is not TOML: {}.", error.message()))
            }
        }
    }

    /// Returns the file's name and the line of something in it, as `config.toml:3`.
    #[must_use]
    pub fn at(&self, span: &Range<usize>) -> String {
        format!("{}:{}", self.name, line(self.text, span))
    }

    /// Returns the keys and values of the top, as text with where the key stands.
    pub fn entries(&self) -> impl Iterator<Item = (&str, Range<usize>, &Spanned<DeValue<'text>>)> {
        entries(&self.table)
    }
}

/// Returns the keys and values of a table, and where the keys stand.
pub fn entries<'a, 'text>(
    table: &'a DeTable<'text>,
) -> impl Iterator<Item = (&'a str, Range<usize>, &'a Spanned<DeValue<'text>>)> {
    table.iter().map(|(key, value)| (key.get_ref().as_ref(), key.span(), value))
}

fn line(text: &str, span: &Range<usize>) -> usize {
    text.get(..span.start).unwrap_or(text).matches('\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_has_its_file_and_line() {
        let error = Document::read("config.toml", "a = 1\nb = \n").err().unwrap();
        assert!(error.starts_with("config.toml:2: this is not TOML"), "{error}");
        let document = Document::read("config.toml", "a = 1\n[b]\nc = 2\n").unwrap();
        let lines: Vec<_> = document.entries().map(|(_, span, _)| document.at(&span)).collect();
        assert_eq!(lines, ["config.toml:1", "config.toml:2"]);
    }
}
