//! The model: llama.cpp loaded, asked about itself, and turned into tokens and back.
//!
//! Responsible for loading a GGUF and for everything that needs the vocabulary. Not
//! responsible for decoding (`decoder.rs`). Runs in the worker process only, because llama.cpp
//! aborts the process on some inputs that no check of ours can foresee.

use std::io::Write;
use std::path::Path;

use llama_cpp_2::llama_backend::LlamaBackend;
use llama_cpp_2::model::LlamaModel;
use llama_cpp_2::model::params::LlamaModelParams;
use llama_cpp_2::token::LlamaToken;
use llama_cpp_2::{LlamaBackendDeviceType, list_llama_ggml_backend_devices};

use super::deadline;
use super::gguf;
use super::process::physical_memory;
use super::protocol::{Content, ModelInfo, ModelOptions, Part, Prompt, Reading};
use super::template::{ChatTemplate, Piece};
use crate::assets;

/// A loaded model with its chat template.
pub struct Model {
    pub llama: LlamaModel,
    pub info: ModelInfo,
    template: ChatTemplate,
}

/// A prompt in tokens.
pub struct Encoded {
    pub tokens: Vec<i32>,
    /// How many tokens at the end are not of the path: what a question about it costs.
    pub question: u32,
}

impl Model {
    /// Loads a model. `progress` is told the share that is done, in `[0, 1]`.
    ///
    /// # Errors
    /// Returns a sentence that says what is wrong with the file and the mend.
    pub fn load(
        backend: &LlamaBackend,
        options: &ModelOptions,
        progress: impl FnMut(f32) + 'static,
    ) -> Result<Self, String> {
        if let Some(path) = &options.file {
            let header = gguf::inspect(path).map_err(|error| error.to_string())?;
            let fingerprint = fingerprint_of_file(path)
                .map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
            let map = is_better_mapped(path);
            return Self::load_path(backend, path, &header, fingerprint, options, map, progress);
        }
        // llama.cpp loads from paths only, so the embedded bytes visit the disk for a moment.
        let header = gguf::inspect_bytes("the embedded model", assets::MODEL)
            .map_err(|error| error.to_string())?;
        let spill = || -> std::io::Result<tempfile::NamedTempFile> {
            let mut file = tempfile::Builder::new().prefix("pleach-").suffix(".gguf").tempfile()?;
            file.write_all(assets::MODEL)?;
            Ok(file)
        };
        let file = spill().map_err(|error| {
            format!(
                "the embedded model needs {} MiB in {}, which failed ({error}); set TMPDIR to a folder with room",
                assets::MODEL.len().div_ceil(1 << 20),
                std::env::temp_dir().display()
            )
        })?;
        let fingerprint = fingerprint(assets::MODEL.len() as u64, assets::MODEL, assets::MODEL);
        Self::load_path(backend, file.path(), &header, fingerprint, options, false, progress)
    }

    fn load_path(
        backend: &LlamaBackend,
        path: &Path,
        header: &gguf::Gguf,
        fingerprint: String,
        options: &ModelOptions,
        map: bool,
        mut progress: impl FnMut(f32) + 'static,
    ) -> Result<Self, String> {
        let source = options.template.clone().or_else(|| header.chat_template.clone());
        let Some(source) = source else {
            return Err(format!(
                "{} has no chat template, so it cannot be told who speaks; pass one with --chat-template FILE, or take an instruction-tuned model",
                path.display()
            ));
        };
        let mut parameters =
            LlamaModelParams::default().with_use_mmap(map).with_progress_callback(move |share| {
                progress(share);
                true
            });
        if let Some(layers) = options.gpu_layers {
            parameters = parameters.with_n_gpu_layers(layers);
        }
        let llama = LlamaModel::load_from_file(backend, path, &parameters).map_err(|_| {
            format!(
                "llama.cpp cannot load {}: its architecture ({}) may be too new for this build, or the file is damaged; try another GGUF",
                path.display(),
                header.architecture
            )
        })?;
        let piece = |token: LlamaToken| {
            let known = (0..llama.n_vocab()).contains(&token.0);
            let bytes =
                if known { llama.vocab().token_to_piece(token, true, None) } else { Vec::new() };
            String::from_utf8_lossy(&bytes).into_owned()
        };
        let template = ChatTemplate {
            bos: piece(llama.vocab().bos()),
            eos: piece(llama.vocab().eos()),
            source,
        };
        // One that fails shall do so now, not after a problem has been typed.
        deadline::render_in_time(|| {
            template.render(&Prompt::continuing("?", Vec::new())).map(drop)
        })?;
        let info = ModelInfo {
            name: header.name.clone().unwrap_or_else(|| header.architecture.clone()),
            architecture: header.architecture.clone(),
            parameters: llama.n_params(),
            context: llama.n_ctx_train(),
            fingerprint,
            template: blake3::hash(template.source.as_bytes()).to_hex().to_string(),
            quantisation: header.quantisation.map(str::to_owned),
            reads_ten: llama.vocab().tokenize(b"10", false, false).len() == 1,
        };
        Ok(Self { llama, info, template })
    }

    /// Turns a prompt into tokens. Markup may hold special tokens; content never does.
    ///
    /// # Errors
    /// Returns a sentence if the chat template does not take the prompt, or if a token is not
    /// of this model.
    pub fn encode(&self, prompt: &Prompt) -> Result<Encoded, String> {
        let vocabulary = self.llama.vocab();
        let mut tokens: Vec<i32> = Vec::new();
        if vocabulary.should_add_bos() {
            tokens.push(vocabulary.bos().0);
        }
        let mut path_end = 0;
        let pieces = deadline::render_in_time(|| self.template.render(prompt))?;
        let last = pieces.len() - 1;
        for (index, piece) in pieces.into_iter().enumerate() {
            match &piece {
                Piece::Markup(text) => {
                    let more = vocabulary.tokenize(text.as_bytes(), false, true);
                    // Many templates print the begin-of-sequence token themselves.
                    let twice = tokens.len() == 1
                        && vocabulary.should_add_bos()
                        && more.first() == Some(&vocabulary.bos());
                    tokens.extend(more.iter().skip(usize::from(twice)).map(|token| token.0));
                }
                Piece::Content(content) => self.encode_content(content, &mut tokens)?,
            }
            let is_path = matches!(piece, Piece::Content(Content::Tokens(_) | Content::Parts(_)));
            if is_path && index < last {
                path_end = tokens.len();
            }
        }
        let question = u32::try_from(tokens.len() - path_end).unwrap_or(u32::MAX);
        Ok(Encoded { tokens, question })
    }

    /// Turns what is said in a turn into tokens, behind others. Nothing in it is special.
    ///
    /// # Errors
    /// Returns a sentence if a token is not of this model.
    pub fn encode_content(&self, content: &Content, tokens: &mut Vec<i32>) -> Result<(), String> {
        match content {
            Content::Text(text) => self.extend_by_text(tokens, text),
            Content::Tokens(path) => self.extend_by_tokens(tokens, path)?,
            Content::Parts(parts) => {
                for part in parts {
                    match part {
                        Part::Text(text) => self.extend_by_text(tokens, text),
                        Part::Tokens(path) => self.extend_by_tokens(tokens, path)?,
                    }
                }
            }
        }
        Ok(())
    }

    fn extend_by_text(&self, tokens: &mut Vec<i32>, text: &str) {
        let more = self.llama.vocab().tokenize(text.as_bytes(), false, false);
        tokens.extend(more.iter().map(|token| token.0));
    }

    fn extend_by_tokens(&self, tokens: &mut Vec<i32>, path: &[i32]) -> Result<(), String> {
        if let Some(token) = path.iter().find(|token| !(0..self.llama.n_vocab()).contains(*token)) {
            return Err(format!(
                "token {token} is not in this model's vocabulary; the session was grown with another model, so open it with that one"
            ));
        }
        tokens.extend(path);
        Ok(())
    }

    /// Returns whether every token keeps its own cell for ever, so that any prefix of a sequence
    /// can be gone on with. Sliding windows overwrite cells, and recurrent layers have a state
    /// instead of cells.
    pub fn keeps_every_cell(&self) -> bool {
        let window = format!("{}.attention.sliding_window", self.info.architecture);
        let slides = self.llama.meta_val_str(&window).is_ok_and(|value| value != "0");
        !slides && !self.llama.is_recurrent() && !self.llama.is_hybrid()
    }

    /// Returns the bytes that a token of this model stands for.
    pub fn bytes(&self, token: i32) -> Vec<u8> {
        self.llama.vocab().token_to_piece(LlamaToken(token), false, None)
    }

    /// Returns whether a token ends the model's turn.
    pub fn ends_turn(&self, token: i32) -> bool {
        self.llama.vocab().is_eog(LlamaToken(token))
    }

    /// Turns a text into tokens.
    pub fn tokenize(&self, text: &str, reading: Reading) -> Vec<i32> {
        let vocabulary = self.llama.vocab();
        let found = vocabulary.tokenize(text.as_bytes(), false, reading != Reading::Content);
        let mut tokens: Vec<_> = found.iter().map(|token| token.0).collect();
        let begin = vocabulary.bos().0;
        // Many templates print the begin-of-sequence token themselves.
        if reading == Reading::Start
            && vocabulary.should_add_bos()
            && tokens.first() != Some(&begin)
        {
            tokens.insert(0, begin);
        }
        tokens
    }

    /// Returns the single tokens that spell a label, bare or after a space.
    pub fn label_tokens(&self, label: &str) -> Vec<usize> {
        let mut forms: Vec<usize> = [label.to_owned(), format!(" {label}")]
            .iter()
            .map(|form| self.llama.vocab().tokenize(form.as_bytes(), false, false))
            .filter(|tokens| tokens.len() == 1)
            .filter_map(|tokens| usize::try_from(tokens[0].0).ok())
            .collect();
        forms.dedup();
        forms
    }
}

/// Returns the graphics processors that this build can use, each with its memory.
#[must_use]
pub fn gpus() -> Vec<String> {
    let devices = list_llama_ggml_backend_devices().into_iter().filter(|device| {
        use LlamaBackendDeviceType::{Gpu, IntegratedGpu};
        matches!(device.device_type, Gpu | IntegratedGpu)
    });
    let told = devices.map(|device| {
        let memory = device.memory_total >> 20;
        format!("{} ({}, {memory} MiB)", device.description, device.backend)
    });
    told.collect()
}

/// Returns whether the weights of a file stay in the file's own pages instead of memory of the worker.
/// Those are small pages, which cost a step some 6 to 20 % on a processor (`docs/benchmarks.md`), but
/// they can be dropped, and two workers share them; so a file that fills a good part of the machine
/// stays where it is. Other systems than Linux have no large pages to win.
fn is_better_mapped(path: &Path) -> bool {
    let large = |bytes: u64| physical_memory().is_none_or(|memory| bytes > memory / 4);
    !cfg!(target_os = "linux") || path.metadata().map_or(true, |file| large(file.len()))
}

fn fingerprint_of_file(path: &Path) -> std::io::Result<String> {
    use std::io::{Read, Seek, SeekFrom};
    let mut file = std::fs::File::open(path)?;
    let length = file.metadata()?.len();
    let mut first = Vec::new();
    Read::by_ref(&mut file).take(1 << 20).read_to_end(&mut first)?;
    file.seek(SeekFrom::Start(length.saturating_sub(1 << 20)))?;
    let mut last = Vec::new();
    file.take(1 << 20).read_to_end(&mut last)?;
    Ok(fingerprint(length, &first, &last))
}

fn fingerprint(length: u64, start: &[u8], end: &[u8]) -> String {
    let mib = 1 << 20;
    let mut hasher = blake3::Hasher::new();
    hasher.update(&length.to_le_bytes());
    hasher.update(&start[..start.len().min(mib)]);
    hasher.update(&end[end.len().saturating_sub(mib)..]);
    hasher.finalize().to_hex().to_string()
}
