//! Reads a query: a recursive descent over its pieces.
//!
//! ```text
//! any   = all { "|" all }
//! all   = not { "&" not }
//! not   = "!" not | "(" any ")" | asks
//! asks  = figure compares (number | "none") | words ("~" | "!~") (text | pattern)
//!       | words ("=" | "!=") text | choice ("=" | "!=") word | "below" node | "above" node
//!       | node | property
//! ```

use std::ops::Range;

use super::lexer::{Comparison, Kind, Lexeme, lex};
use super::lineage::Lineage;
use super::pattern::Pattern;
use super::predicate::{Figure, Predicate, Property, Words};
use super::{Expression, Named, Query, QueryError};
use crate::tree::NodeId;

/// How deep parentheses and negations may nest.
const DEEPEST: u32 = 64;

/// Properties that are asked for by a choice, as in `label = good`, and its words.
const CHOICES: [(&str, &[&str]); 3] = [
    ("label", &["good", "neutral", "bad"]),
    ("state", &["growing", "open", "answered", "duplicate", "interrupted"]),
    ("source", &["sampled", "written", "signal", "spliced"]),
];

/// Words that look at where a node hangs.
const LINEAGES: [(&str, Lineage); 2] =
    [("pruned", Lineage::Pruned), ("downstream", Lineage::Downstream)];

/// Reads a query.
pub(super) fn parse(text: &str) -> Result<Query, QueryError> {
    let mut parser =
        Parser { lexemes: lex(text)?, at: 0, depth: 0, lineages: Vec::new(), named: Vec::new() };
    if parser.peek() == &Kind::End {
        return parser.wrong("a query is empty; write one such as value<0.2 & visits>3");
    }
    let expression = parser.any()?;
    match parser.peek() {
        Kind::End => {}
        Kind::Close => return parser.wrong("this parenthesis was never opened"),
        _ => return parser.wrong("write & or | between two conditions"),
    }
    let Parser { lineages, named, .. } = parser;
    Ok(Query { text: text.to_owned(), expression, lineages, named })
}

struct Parser {
    lexemes: Vec<Lexeme>,
    at: usize,
    depth: u32,
    lineages: Vec<Lineage>,
    named: Vec<(Range<usize>, Named)>,
}

impl Parser {
    /// The next piece; the last one is the end, which is never passed.
    fn lexeme(&self) -> &Lexeme {
        &self.lexemes[self.at.min(self.lexemes.len() - 1)]
    }

    fn peek(&self) -> &Kind {
        &self.lexeme().kind
    }

    fn take(&mut self) -> Lexeme {
        let lexeme = self.lexeme().clone();
        self.at += 1;
        lexeme
    }

    fn take_if(&mut self, kind: &Kind) -> bool {
        let found = self.peek() == kind;
        self.at += usize::from(found);
        found
    }

    /// An error about the next piece.
    fn wrong<T>(&self, message: impl Into<String>) -> Result<T, QueryError> {
        Err(QueryError { span: self.lexeme().span.clone(), message: message.into() })
    }

    fn any(&mut self) -> Result<Expression, QueryError> {
        let mut parts = vec![self.all()?];
        while self.take_if(&Kind::Or) {
            parts.push(self.all()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Expression::Any(parts) })
    }

    fn all(&mut self) -> Result<Expression, QueryError> {
        let mut parts = vec![self.not()?];
        while self.take_if(&Kind::And) {
            parts.push(self.not()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Expression::All(parts) })
    }

    fn not(&mut self) -> Result<Expression, QueryError> {
        if self.depth == DEEPEST {
            return self.wrong("parentheses nest too deep here; write the query flatter");
        }
        self.depth += 1;
        let read = match self.peek() {
            Kind::Not => {
                self.take();
                self.not().map(|inner| Expression::Not(Box::new(inner)))
            }
            Kind::Open => {
                let open = self.take().span;
                let inner = self.any()?;
                if !self.take_if(&Kind::Close) {
                    let message = "this parenthesis is never closed".to_owned();
                    return Err(QueryError { span: open, message });
                }
                Ok(inner)
            }
            _ => self.asks(),
        };
        self.depth -= 1;
        read
    }

    fn asks(&mut self) -> Result<Expression, QueryError> {
        let Lexeme { kind, span } = self.lexeme().clone();
        match kind {
            Kind::Node(number) => {
                let node = self.node(number);
                Ok(Expression::Predicate(Predicate::Is(node)))
            }
            Kind::Word(word) => self.word(&word, span),
            // An evaluator whose name is no word may stand in quotes.
            Kind::Text(name) => {
                self.take();
                if !matches!(self.peek(), Kind::Compare(_)) {
                    return Err(QueryError {
                        span,
                        message: "say where to look, as in text ~ \"...\"".to_owned(),
                    });
                }
                self.named.push((span, Named::Evaluator(name.clone())));
                self.figure(Figure::Evaluator(name))
            }
            Kind::End => self.wrong("a condition is missing at the end"),
            _ => self.wrong("a condition belongs here, such as value<0.2 or flagged"),
        }
    }

    fn node(&mut self, number: u32) -> NodeId {
        let node = NodeId(number);
        let span = self.take().span;
        self.named.push((span, Named::Node(node)));
        node
    }

    fn word(&mut self, word: &str, span: Range<usize>) -> Result<Expression, QueryError> {
        let named = |names: &[(&str, Lineage)]| {
            names.iter().find(|(name, _)| *name == word).map(|(_, found)| *found)
        };
        self.take();
        if let Some((_, figure)) = Figure::NAMED.iter().find(|(name, _)| *name == word) {
            return self.figure(figure.clone());
        }
        if let Some((_, words)) = Words::NAMED.iter().find(|(name, _)| *name == word) {
            return self.words(*words, word);
        }
        if let Some((_, choices)) = CHOICES.iter().find(|(name, _)| *name == word) {
            return self.choice(word, choices);
        }
        if word == "below" || word == "above" {
            let Kind::Node(number) = *self.peek() else {
                return self.wrong(format!("{word} needs a node, such as {word} #12"));
            };
            let node = self.node(number);
            let below = word == "below";
            return Ok(self.lineage(if below {
                Lineage::Below(node)
            } else {
                Lineage::Above(node)
            }));
        }
        if let Some(lineage) = named(&LINEAGES) {
            return Ok(self.lineage(lineage));
        }
        if let Some((_, property)) = Property::NAMED.iter().find(|(name, _)| *name == word) {
            return Ok(Expression::Predicate(Predicate::Has(*property)));
        }
        let compared = matches!(self.peek(), Kind::Compare(_));
        let like = nearest(word, compared);
        if compared && like.is_none() {
            self.named.push((span, Named::Evaluator(word.to_owned())));
            return self.figure(Figure::Evaluator(word.to_owned()));
        }
        let mend = match like {
            Some(like) => format!("did you mean {like}?"),
            None => "docs/queries.md lists the words".to_owned(),
        };
        Err(QueryError { span, message: format!("{word} is no word of queries; {mend}") })
    }

    fn lineage(&mut self, lineage: Lineage) -> Expression {
        self.lineages.push(lineage);
        Expression::Lineage(self.lineages.len() - 1)
    }

    fn figure(&mut self, figure: Figure) -> Result<Expression, QueryError> {
        let Kind::Compare(comparison) = *self.peek() else {
            return self.wrong("a figure is compared with a number, as in value<0.2");
        };
        self.take();
        let equal = comparison == Comparison::Equal;
        match self.peek().clone() {
            Kind::Number(number) => {
                self.take();
                Ok(Expression::Predicate(Predicate::Compares(figure, comparison, number)))
            }
            Kind::Word(word) if word == "none" && (equal || comparison == Comparison::Unequal) => {
                self.take();
                Ok(negated_unless(equal, Predicate::Absent(figure)))
            }
            _ => self.wrong("a number belongs here, such as 0.5, or none after = and !="),
        }
    }

    fn words(&mut self, words: Words, name: &str) -> Result<Expression, QueryError> {
        let sign = self.take();
        let right = self.lexeme().clone();
        let (positive, predicate) = match (sign.kind, right.kind) {
            (Kind::Like(positive), Kind::Text(text) | Kind::Word(text)) => {
                (positive, Predicate::Like(words, pattern(&regex::escape(&text), &right.span)?))
            }
            (Kind::Like(positive), Kind::Pattern(text)) => {
                (positive, Predicate::Like(words, pattern(&text, &right.span)?))
            }
            (
                Kind::Compare(comparison @ (Comparison::Equal | Comparison::Unequal)),
                Kind::Text(text) | Kind::Word(text),
            ) => (comparison == Comparison::Equal, Predicate::Reads(words, text)),
            (Kind::Compare(Comparison::Equal | Comparison::Unequal) | Kind::Like(_), _) => {
                return self.wrong("a text in quotes belongs here");
            }
            _ => {
                let message = format!("{name} is compared by ~ or =, as in {name} ~ \"...\"");
                return Err(QueryError { span: sign.span, message });
            }
        };
        self.take();
        Ok(negated_unless(positive, predicate))
    }

    fn choice(&mut self, name: &str, choices: &[&str]) -> Result<Expression, QueryError> {
        let sign = self.take();
        let positive = match sign.kind {
            Kind::Compare(Comparison::Equal) => true,
            Kind::Compare(Comparison::Unequal) => false,
            _ => {
                let message = format!("{name} is compared by = or !=, as in {name}={}", choices[0]);
                return Err(QueryError { span: sign.span, message });
            }
        };
        let property = match self.peek() {
            Kind::Word(word) if name == "label" && word == "none" => Some(Property::Labelled(None)),
            Kind::Word(word) if choices.contains(&word.as_str()) => Property::NAMED
                .iter()
                .find(|(known, _)| known == word)
                .map(|(_, property)| *property),
            _ => None,
        };
        let Some(property) = property else {
            let none = if name == "label" { " or none" } else { "" };
            return self.wrong(format!("{name} is {}{none}", choices.join(", ")));
        };
        self.take();
        Ok(negated_unless(positive, Predicate::Has(property)))
    }
}

fn negated_unless(positive: bool, predicate: Predicate) -> Expression {
    let asked = Expression::Predicate(predicate);
    if positive { asked } else { Expression::Not(Box::new(asked)) }
}

fn pattern(text: &str, span: &Range<usize>) -> Result<Pattern, QueryError> {
    Pattern::new(text).map_err(|error| {
        let message = match error {
            regex::Error::CompiledTooBig(_) => "this pattern is too large".to_owned(),
            error => {
                let reason = error.to_string();
                let reason = reason.lines().last().unwrap_or_default().trim();
                format!("this pattern cannot be read: {}", reason.trim_start_matches("error: "))
            }
        };
        QueryError { span: span.clone(), message }
    })
}

/// The word of the language that a word was probably meant to be, if one is near; only what can be
/// compared with something where it is compared, since names of evaluators are free.
fn nearest(word: &str, compared: bool) -> Option<&'static str> {
    let known = Figure::NAMED.iter().map(|(name, _)| *name);
    let known = known.chain(Words::NAMED.iter().map(|(name, _)| *name));
    let known = known.chain(CHOICES.iter().map(|(name, _)| *name));
    let alone = Property::NAMED.iter().map(|(name, _)| *name);
    let alone = alone.chain(LINEAGES.iter().map(|(name, _)| *name)).chain(["below", "above"]);
    let near = known
        .chain(alone.filter(|_| !compared))
        .map(|name| (distance(word, name), name))
        .min_by_key(|(far, _)| *far)?;
    (near.0 <= 2 && near.0 * 2 < word.chars().count()).then_some(near.1)
}

/// How many characters must be added, left out or replaced (Levenshtein).
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (index, from) in left.chars().enumerate() {
        let mut corner = row[0];
        row[0] = index + 1;
        for (at, to) in right.iter().enumerate() {
            let replaced = corner + usize::from(from != *to);
            corner = row[at + 1];
            row[at + 1] = replaced.min(row[at] + 1).min(corner + 1);
        }
    }
    row[right.len()]
}
