//! Whether the metadata of a model make sense together.
//!
//! llama.cpp aborts on some values, and computes nonsense with others.

use super::metadata::{Metadata, Value};
use super::problem::{Problem, damaged, quoted};

/// The most layers that llama.cpp has room for (`LLAMA_MAX_LAYERS`).
const LAYERS: u64 = 512;
/// The most experts that llama.cpp has room for (`LLAMA_MAX_EXPERTS`).
const EXPERTS: u64 = 1024;
/// The longest sensible context, a dozen times that of any model.
const CONTEXT: u64 = 1 << 27;
/// How "no such token" is written.
const NO_TOKEN: [i128; 2] = [-1, u32::MAX as i128];

/// Returns the architecture of a language model.
pub(super) fn architecture(metadata: &Metadata) -> Result<String, Problem> {
    let other = |what: &str| Err(Problem::NotALanguageModel(what.into()));
    if let Some(Value::Text(kind)) = metadata.get("general.type") {
        match kind.as_slice() {
            b"adapter" => return other("a LoRA adapter"),
            b"mmproj" => return other("a vision or audio projector"),
            b"imatrix" => return other("an importance matrix"),
            b"vocab" => return other("a vocabulary"),
            _ => {}
        }
    }
    let Some(Value::Text(name)) = metadata.get("general.architecture") else {
        return Err(damaged("it does not name its architecture"));
    };
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    match name.as_slice() {
        b"clip" => other("a vision or audio projector"),
        b"controlvector" => other("a control vector"),
        word if !word.is_empty() && word.len() <= 64 && word.iter().all(is_word) => {
            Ok(String::from_utf8_lossy(word).into_owned())
        }
        word => Err(damaged(format!("its architecture is called {}", quoted(word)))),
    }
}

/// Checks the numbers that shape the network; returns how many layers it has.
pub(super) fn hyperparameters(metadata: &Metadata, architecture: &str) -> Result<u32, Problem> {
    let number = |key: &str| match metadata.get(&format!("{architecture}.{key}")) {
        Some(Value::Integer(value)) => Some(*value),
        _ => None,
    };
    let within = |key: &str, most: u64| match number(key) {
        Some(value) if !(1..=i128::from(most)).contains(&value) => {
            Err(damaged(format!("its {key} is {value}")))
        }
        value => Ok(value),
    };
    let Some(layers) = within("block_count", LAYERS)? else {
        return Err(damaged("it does not say how many layers it has (block_count)"));
    };
    within("context_length", CONTEXT)?;
    within("embedding_length", 1 << 24)?;
    // Networks without attention write zero heads.
    if !["mamba", "rwkv"].iter().any(|kind| architecture.contains(kind)) {
        let heads = within("attention.head_count", 1 << 16)?;
        let shared = within("attention.head_count_kv", 1 << 16)?;
        if let (Some(heads), Some(shared)) = (heads, shared)
            && shared > heads
        {
            return Err(damaged(format!("it has {heads} heads, but {shared} for keys")));
        }
    }
    let experts = number("expert_count").unwrap_or(0);
    let used = number("expert_used_count").unwrap_or(0);
    if !(0..=i128::from(EXPERTS)).contains(&experts) || !(0..=experts).contains(&used) {
        return Err(damaged(format!("it uses {used} of {experts} experts")));
    }
    for (key, value) in metadata.iter() {
        let Value::Float(value) = value else { continue };
        let positive = key.ends_with("epsilon") || key.ends_with("freq_base");
        if !value.is_finite() || (positive && *value <= 0.0) {
            return Err(damaged(format!("its {} is {value}", quoted(key.as_bytes()))));
        }
    }
    u32::try_from(layers).map_err(|_| damaged("it has too many layers"))
}

/// Checks that there is a vocabulary and that what speaks of it agrees with it.
pub(super) fn vocabulary(metadata: &Metadata) -> Result<(), Problem> {
    let tokens = metadata.vocabulary as u64;
    if tokens == 0 {
        return Err(damaged("it has no vocabulary"));
    }
    // llama.cpp reads as many of these as there are tokens, whatever their number.
    for (key, kinds) in [("scores", [6, 6]), ("token_type", [4, 5])] {
        match metadata.get(&format!("tokenizer.ggml.{key}")) {
            None => {}
            Some(Value::Array { element, length })
                if kinds.contains(element) && *length == tokens => {}
            Some(Value::Array { element, length }) if kinds.contains(element) => {
                return Err(damaged(format!("it has {length} {key} for {tokens} tokens")));
            }
            Some(_) => return Err(damaged(format!("its {key} have the wrong type"))),
        }
    }
    if let Some(value) = metadata.get("tokenizer.ggml.merges")
        && !matches!(value, Value::Array { element: 8, .. })
    {
        return Err(damaged("its merges have the wrong type"));
    }
    for (key, value) in metadata.iter() {
        // Many a model names a padding token that it does not have; nobody uses it.
        let is_id = key.starts_with("tokenizer.ggml.")
            && key.ends_with("_token_id")
            && !key.ends_with("padding_token_id");
        let Value::Integer(id) = value else { continue };
        if is_id && !NO_TOKEN.contains(id) && !(0..i128::from(tokens)).contains(id) {
            let key = quoted(key.as_bytes());
            return Err(damaged(format!("its {key} is {id}, but it has {tokens} tokens")));
        }
    }
    Ok(())
}
