//! The text around a question and its answer, as the model's own chat template prints it.
//!
//! Responsible for formats that want strings or tokens: a mask inside of an answer cannot be
//! told to every trainer in messages, because most close an answer and open a new one there.

use serde::{Deserialize, Serialize};

use crate::assets;
use crate::engine::gguf::{self, Gguf};
use crate::engine::protocol::{Content, ModelOptions, Prompt, Role, Turn};
use crate::engine::template::{ChatTemplate, Piece};

/// What a chat template prints around a question and its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rendering {
    /// Before the question; begins with the begin-of-sequence token where the template prints it.
    pub before: String,
    /// Between the question and its answer.
    pub between: String,
    /// After the answer: what the model says to end its turn.
    pub end: String,
    /// The begin-of-sequence token, where the template prints it.
    bos: String,
    /// BLAKE3 of the template, in hexadecimal.
    pub template: String,
}

impl Rendering {
    /// Asks the template of a model: the one that is given, or that of its file. A stranger's may want time
    /// and memory without end; `renderer` keeps that away from this process.
    ///
    /// # Errors
    /// Returns a sentence if the file is no model, or if there is no template or it fails.
    pub fn of_model(options: &ModelOptions) -> Result<Self, String> {
        let header = match &options.file {
            Some(file) => gguf::inspect(file),
            None => gguf::inspect_bytes("the embedded model", assets::MODEL),
        };
        let Gguf { chat_template, bos, eos, .. } = header.map_err(|error| error.to_string())?;
        let source = options.template.clone().or(chat_template);
        let source =
            source.ok_or("the model has no chat template; pass one with --chat-template FILE")?;
        let (bos, eos) = (bos.unwrap_or_default(), eos.unwrap_or_default());
        Self::of(&ChatTemplate { source, bos, eos })
    }

    /// Asks a template.
    ///
    /// # Errors
    /// Returns a sentence if the template fails, or loses or repeats a turn.
    pub fn of(template: &ChatTemplate) -> Result<Self, String> {
        let prompt = Prompt::continuing("", Vec::new());
        let open = template.render(&prompt)?;
        let turn = |role| Turn { role, content: Content::Text(String::new()) };
        let turns = [turn(Role::User), turn(Role::Assistant)];
        let closed = template.render_closed(&turns)?;
        let markup = |pieces: &[Piece], index: usize| match pieces.get(index) {
            Some(Piece::Markup(text)) => text.clone(),
            _ => String::new(),
        };
        let before = markup(&open, 0);
        let bos =
            if before.starts_with(&template.bos) { template.bos.clone() } else { String::new() };
        Ok(Self {
            before,
            between: markup(&open, 2),
            // White space after the mark belongs to the turn that follows.
            end: markup(&closed, 4).trim_end().to_owned(),
            bos,
            template: blake3::hash(template.source.as_bytes()).to_hex().to_string(),
        })
    }

    /// Returns everything before the answer.
    #[must_use]
    pub fn prompt(&self, question: &str) -> String {
        format!("{}{question}{}", self.before, self.between)
    }

    /// Returns everything before the answer, without the token that tokenizers add themselves.
    #[must_use]
    pub fn prompt_without_bos(&self, question: &str) -> String {
        format!("{}{question}{}", &self.before[self.bos.len()..], self.between)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_cut_around_question_and_answer() {
        let source = "{{ bos_token }}{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n<think>\n{% endif %}";
        let template =
            ChatTemplate { source: source.into(), bos: "<s>".into(), eos: "</s>".into() };
        let rendering = Rendering::of(&template).unwrap();
        assert_eq!(
            rendering.prompt("q"),
            "<s><|im_start|>user\nq<|im_end|>\n<|im_start|>assistant\n<think>\n"
        );
        assert_eq!(rendering.prompt_without_bos("q"), rendering.prompt("q")[3..]);
        assert_eq!(rendering.end, "<|im_end|>");
    }

    #[test]
    fn a_template_that_fails_says_so() {
        let template = ChatTemplate {
            source: "{{ raise_exception('no') }}".into(),
            bos: String::new(),
            eos: String::new(),
        };
        assert!(Rendering::of(&template).unwrap_err().contains("--chat-template"));
    }
}
