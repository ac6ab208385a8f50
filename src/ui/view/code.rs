//! Code in a text: which parts are keywords, names, strings, numbers and comments.
//!
//! Responsible for asking syntect; the colours are the theme's. The syntaxes are loaded when the
//! first block of code is shown.

use std::ops::Range;
use std::sync::OnceLock;

use syntect::parsing::{ParseState, Scope, ScopeStack, SyntaxSet};

/// The longest line that is looked at: grammars take their time on long ones.
const LONGEST: usize = 2000;

/// What the scopes of grammars are called in themes, the more telling first.
const NAMES: [(&str, &str); 9] = [
    ("comment", "code.comment"),
    ("string", "code.text"),
    ("constant", "code.number"),
    ("keyword", "code.keyword"),
    ("storage", "code.keyword"),
    ("entity.name", "code.name"),
    ("support", "code.name"),
    ("variable.function", "code.name"),
    ("meta.function-call", "code.name"),
];

struct Grammars {
    syntaxes: SyntaxSet,
    names: Vec<(Scope, &'static str)>,
}

fn grammars() -> &'static Grammars {
    static GRAMMARS: OnceLock<Grammars> = OnceLock::new();
    GRAMMARS.get_or_init(|| {
        let names = NAMES.iter().filter_map(|(scope, name)| Some((Scope::new(scope).ok()?, *name)));
        Grammars { syntaxes: two_face::syntax::extra_newlines(), names: names.collect() }
    })
}

/// Returns the parts of a block of code that have a scope of their own.
pub fn scopes(code: &str, language: &str) -> Vec<(Range<usize>, &'static str)> {
    let Grammars { syntaxes, names } = grammars();
    let Some(syntax) = syntaxes.find_syntax_by_token(language) else { return Vec::new() };
    let mut state = ParseState::new(syntax);
    let mut stack = ScopeStack::new();
    let mut parts = Vec::new();
    let mut start = 0;
    for line in code.split_inclusive('\n') {
        // A grammar that gives up leaves the rest as it is.
        let Some(changes) =
            (line.len() <= LONGEST).then(|| state.parse_line(line, syntaxes).ok()).flatten()
        else {
            break;
        };
        let mut at = 0;
        let ends = changes.iter().map(|(end, _)| *end).skip(1).chain([line.len()]);
        let first = changes.first().map_or(line.len(), |(end, _)| *end);
        push(&mut parts, start + at..start + first, &stack, names);
        at = first;
        for ((_, change), end) in changes.iter().zip(ends) {
            if stack.apply(change).is_err() {
                return parts;
            }
            push(&mut parts, start + at..start + end, &stack, names);
            at = end;
        }
        start += line.len();
    }
    parts
}

fn push(
    parts: &mut Vec<(Range<usize>, &'static str)>,
    range: Range<usize>,
    stack: &ScopeStack,
    names: &[(Scope, &'static str)],
) {
    if range.is_empty() {
        return;
    }
    let name_of = |scope: &Scope| names.iter().find(|(known, _)| known.is_prefix_of(*scope));
    if let Some((_, name)) = stack.as_slice().iter().rev().find_map(name_of) {
        parts.push((range, name));
    }
}
