//! Cuts a query into words, numbers, texts and signs, each with the bytes that it stands on.

use std::iter::Peekable;
use std::ops::Range;
use std::str::CharIndices;

use super::QueryError;

/// A piece of a query.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Lexeme {
    pub kind: Kind,
    pub span: Range<usize>,
}

/// What a piece is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    Word(String),
    Number(f64),
    /// What stood in quotes.
    Text(String),
    /// What stood between slashes.
    Pattern(String),
    /// `#12`.
    Node(u32),
    Open,
    Close,
    And,
    Or,
    Not,
    Compare(Comparison),
    /// `~`, or `!~`.
    Like(bool),
    /// The end of the query.
    End,
}

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Less,
    AtMost,
    More,
    AtLeast,
    Equal,
    Unequal,
}

impl Comparison {
    pub(super) fn holds(self, left: f64, right: f64) -> bool {
        match self {
            Self::Less => left < right,
            Self::AtMost => left <= right,
            Self::More => left > right,
            Self::AtLeast => left >= right,
            Self::Equal => left == right,
            Self::Unequal => left != right,
        }
    }
}

/// Cuts a query into pieces; the last is always [`Kind::End`].
pub(super) fn lex(text: &str) -> Result<Vec<Lexeme>, QueryError> {
    let mut lexer = Lexer { text, rest: text.char_indices().peekable() };
    let mut lexemes = Vec::new();
    loop {
        let lexeme = lexer.next()?;
        let end = lexeme.kind == Kind::End;
        lexemes.push(lexeme);
        if end {
            return Ok(lexemes);
        }
    }
}

struct Lexer<'text> {
    text: &'text str,
    rest: Peekable<CharIndices<'text>>,
}

impl Lexer<'_> {
    fn next(&mut self) -> Result<Lexeme, QueryError> {
        while self.take_if(char::is_whitespace) {}
        let Some((start, first)) = self.rest.next() else {
            let end = self.text.len();
            return Ok(Lexeme { kind: Kind::End, span: end..end });
        };
        let kind = match first {
            '(' => Kind::Open,
            ')' => Kind::Close,
            '&' => {
                self.take_if(|next| next == '&');
                Kind::And
            }
            '|' => {
                self.take_if(|next| next == '|');
                Kind::Or
            }
            '!' if self.take_if(|next| next == '=') => Kind::Compare(Comparison::Unequal),
            '!' if self.take_if(|next| next == '~') => Kind::Like(false),
            '!' => Kind::Not,
            '~' => Kind::Like(true),
            '<' if self.take_if(|next| next == '=') => Kind::Compare(Comparison::AtMost),
            '<' => Kind::Compare(Comparison::Less),
            '>' if self.take_if(|next| next == '=') => Kind::Compare(Comparison::AtLeast),
            '>' => Kind::Compare(Comparison::More),
            '=' => {
                self.take_if(|next| next == '=');
                Kind::Compare(Comparison::Equal)
            }
            '"' | '\'' => Kind::Text(self.quoted(start, first, "quote")?),
            '/' => Kind::Pattern(self.quoted(start, first, "slash")?),
            '#' => self.node(start)?,
            '0'..='9' | '.' | '-' | '+' => self.number(start)?,
            first if is_word(first) => {
                while self.take_if(is_word) {}
                match &self.text[start..self.position()] {
                    "and" => Kind::And,
                    "or" => Kind::Or,
                    "not" => Kind::Not,
                    word => Kind::Word(word.to_owned()),
                }
            }
            other => {
                let message = format!("{other:?} means nothing here; put texts in quotes");
                return Err(QueryError { span: start..self.position(), message });
            }
        };
        Ok(Lexeme { kind, span: start..self.position() })
    }

    fn position(&mut self) -> usize {
        self.rest.peek().map_or(self.text.len(), |(at, _)| *at)
    }

    fn take_if(&mut self, wanted: impl Fn(char) -> bool) -> bool {
        self.rest.next_if(|(_, next)| wanted(*next)).is_some()
    }

    /// Reads on to the closing mark. A backslash keeps the mark, or itself, as it is; before
    /// anything else it stays, so that patterns can be written as usual.
    fn quoted(&mut self, start: usize, mark: char, name: &str) -> Result<String, QueryError> {
        let mut content = String::new();
        while let Some((_, next)) = self.rest.next() {
            if next == mark {
                return Ok(content);
            }
            let escapes = next == '\\';
            match self.rest.next_if(|(_, after)| escapes && (*after == mark || *after == '\\')) {
                // A pattern needs its own backslashes.
                Some((_, '\\')) if mark == '/' => content.push_str("\\\\"),
                Some((_, after)) => content.push(after),
                None => content.push(next),
            }
        }
        let message = format!("this {name} is never closed");
        Err(QueryError { span: start..start + 1, message })
    }

    fn node(&mut self, start: usize) -> Result<Kind, QueryError> {
        while self.take_if(|next| next.is_ascii_digit()) {}
        let end = self.position();
        self.text[start + 1..end].parse().map(Kind::Node).map_err(|_| QueryError {
            span: start..end,
            message: "a node is written as # and its number, such as #12".to_owned(),
        })
    }

    fn number(&mut self, start: usize) -> Result<Kind, QueryError> {
        while self.take_if(|next| next.is_ascii_alphanumeric() || next == '.') {}
        let end = self.position();
        let written = &self.text[start..end];
        let plain = written.chars().all(|each| each.is_ascii_digit() || "+-.eE".contains(each));
        match written.parse::<f64>() {
            Ok(number) if plain && number.is_finite() => Ok(Kind::Number(number)),
            _ => Err(QueryError {
                span: start..end,
                message: format!("{written} is no number; write one such as 0.5"),
            }),
        }
    }
}

/// Whether a character may stand in a word; names of evaluators have dots and the like.
fn is_word(character: char) -> bool {
    character.is_alphanumeric() || "_-.:@".contains(character)
}
