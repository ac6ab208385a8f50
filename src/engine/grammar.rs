//! A grammar that a branch's text must follow.
//!
//! Responsible for compiling GBNF and for telling which tokens it allows next. Not responsible
//! for drawing. llama.cpp's grammars abort the process on a token that they do not allow and on
//! deep nesting, so tokens are accepted here only after they were allowed, and a source is
//! looked at before it is compiled.

use llama_cpp_2::sampling::LlamaSampler;
use llama_cpp_2::token::LlamaToken;
use llama_cpp_2::token::data::LlamaTokenData;
use llama_cpp_2::token::data_array::LlamaTokenDataArray;

use super::llama::Model;
use super::sample::Allow;

/// The longest grammar, in bytes.
const LONGEST: usize = 16 << 10;
/// The deepest nesting of brackets.
const DEEPEST: usize = 32;

/// How far a branch has come in its grammar.
pub struct Grammar<'model> {
    model: &'model Model,
    sampler: LlamaSampler,
}

impl<'model> Grammar<'model> {
    /// Compiles a grammar.
    ///
    /// # Errors
    /// Returns a sentence if it is no GBNF with a `root` rule, or too long or deep.
    pub fn new(model: &'model Model, source: &str) -> Result<Self, String> {
        check(source)?;
        let sampler = LlamaSampler::grammar(&model.llama, source, "root").map_err(|_| {
            "the grammar is not GBNF with a root rule; see grammars/README.md of llama.cpp"
                .to_owned()
        })?;
        Ok(Self { model, sampler })
    }

    /// Goes on by a token, which must be one that is allowed.
    pub fn accept(&mut self, token: i32) {
        // The end of the turn is where the grammar ends too.
        if !self.model.ends_turn(token) {
            self.sampler.accept(LlamaToken(token));
        }
    }
}

impl Allow for Grammar<'_> {
    fn retain(&mut self, candidates: &mut Vec<(usize, f32)>) {
        let data = candidates.iter().filter_map(|(token, logit)| {
            Some(LlamaTokenData::new(LlamaToken(i32::try_from(*token).ok()?), *logit, 0.0))
        });
        let mut array = LlamaTokenDataArray::from_iter(data, false);
        self.sampler.apply(&mut array);
        *candidates = array
            .data
            .iter()
            .filter(|data| data.logit() > f32::NEG_INFINITY)
            .filter_map(|data| Some((usize::try_from(data.id().0).ok()?, data.logit())))
            .collect();
    }
}

fn check(source: &str) -> Result<(), String> {
    if source.len() > LONGEST || source.contains('\0') {
        return Err(format!("the grammar is longer than {LONGEST} bytes or holds a NUL"));
    }
    let mut depth = 0usize;
    for character in source.chars() {
        match character {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEEPEST {
            return Err(format!("the grammar nests more than {DEEPEST} brackets; use rules"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_overflow_the_parser_is_refused() {
        assert!(check("root ::= (\"a\" | \"b\")+").is_ok());
        assert!(check(&format!("root ::= {}", "(".repeat(40))).is_err());
        assert!(check(&"x".repeat(LONGEST + 1)).is_err());
        assert!(check("root ::= \"\0\"").is_err());
    }
}
