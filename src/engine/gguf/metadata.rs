//! The metadata of a model: names with values, of which only the needed ones are kept.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::io::{Read, Seek};

use super::problem::{Problem, damaged, quoted};
use super::reader::Reader;

const KEY_BYTES: u64 = 256;
const STRING_BYTES: u64 = 1 << 20;
const TEMPLATE_BYTES: u64 = 256 << 10;
/// Some converters put the whole `tokenizer.json` into the file.
const EMBEDDED_FILE_BYTES: u64 = 64 << 20;
const ELEMENTS: u64 = 20_000_000;
const TOKENS: u64 = 4_000_000;
const TEMPLATE: &str = "tokenizer.chat_template";
/// The strings that are kept.
const KEPT: &[&str] =
    &["general.architecture", "general.type", "general.name", "general.license", TEMPLATE];

/// A value of the metadata. Strings that nobody asks for are not kept.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Integer(i128),
    Float(f64),
    Text(Vec<u8>),
    Array { element: u32, length: u64 },
    Other,
}

/// The metadata of a model.
#[derive(Debug, Default)]
pub(super) struct Metadata {
    values: HashMap<String, Value>,
    /// How many tokens the vocabulary has.
    pub(super) vocabulary: usize,
    tokens: Tokens,
}

/// The texts of a vocabulary, one after another.
#[derive(Debug, Default)]
struct Tokens {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Tokens {
    fn push(&mut self, token: &[u8]) {
        self.bytes.extend_from_slice(token);
        self.ends.push(self.bytes.len());
    }

    fn get(&self, index: usize) -> Option<&[u8]> {
        let start = if index == 0 { 0 } else { *self.ends.get(index - 1)? };
        self.bytes.get(start..*self.ends.get(index)?)
    }
}

/// The type numbers of GGUF values.
mod kind {
    pub(super) const BOOL: u32 = 7;
    pub(super) const STRING: u32 = 8;
    pub(super) const ARRAY: u32 = 9;
}

impl Metadata {
    pub(super) fn read<R: Read + Seek>(reader: &mut Reader<R>) -> Result<Self, Problem> {
        let mut metadata = Self::default();
        let mut key = Vec::new();
        for _ in 0..reader.entries {
            reader.string(&mut key, KEY_BYTES, "a metadata name")?;
            let Ok(name) = std::str::from_utf8(&key) else {
                return Err(damaged(format!("the metadata name {} is not text", quoted(&key))));
            };
            let value = metadata.value(reader, name)?;
            if metadata.values.insert(name.to_owned(), value).is_some() {
                return Err(damaged(format!("it has {} twice", quoted(&key))));
            }
        }
        Ok(metadata)
    }

    fn value<R: Read + Seek>(
        &mut self,
        reader: &mut Reader<R>,
        name: &str,
    ) -> Result<Value, Problem> {
        let what = quoted(name.as_bytes());
        Ok(match reader.u32()? {
            0 => Value::Integer(reader.bits(1)?.into()),
            1 => Value::Integer(i8::from_le_bytes([low_byte(reader.bits(1)?)]).into()),
            2 => Value::Integer(reader.bits(2)?.into()),
            #[expect(clippy::cast_possible_truncation, reason = "just two bytes were read")]
            3 => Value::Integer((reader.bits(2)? as u16).cast_signed().into()),
            4 => Value::Integer(reader.u32()?.into()),
            5 => Value::Integer(reader.u32()?.cast_signed().into()),
            6 => Value::Float(f32::from_bits(reader.u32()?).into()),
            kind::BOOL => match reader.bits(1)? {
                0 | 1 => Value::Other,
                _ => return Err(damaged(format!("{what} is neither true nor false"))),
            },
            kind::STRING if KEPT.contains(&name) => {
                let most = if name == TEMPLATE { TEMPLATE_BYTES } else { STRING_BYTES };
                let mut text = Vec::new();
                reader.string(&mut text, most, &what)?;
                Value::Text(text)
            }
            kind::STRING => {
                let is_file = name == "tokenizer.huggingface.json";
                let most = if is_file { EMBEDDED_FILE_BYTES } else { STRING_BYTES };
                reader.skip_string(most, &what)?;
                Value::Other
            }
            kind::ARRAY => self.array(reader, name, &what)?,
            10 => Value::Integer(reader.u64()?.into()),
            11 => Value::Integer(reader.u64()?.cast_signed().into()),
            12 => Value::Float(f64::from_bits(reader.u64()?)),
            other => return Err(damaged(format!("{what} has the unknown type {other}"))),
        })
    }

    fn array<R: Read + Seek>(
        &mut self,
        reader: &mut Reader<R>,
        name: &str,
        what: &str,
    ) -> Result<Value, Problem> {
        let (element, length) = (reader.u32()?, reader.u64()?);
        if length > ELEMENTS {
            return Err(damaged(format!("{what} claims {length} elements")));
        }
        match element {
            0 | 1 | kind::BOOL => reader.skip(length)?,
            2 | 3 => reader.skip(length * 2)?,
            4..=6 => reader.skip(length * 4)?,
            10..=12 => reader.skip(length * 8)?,
            kind::STRING if name == "tokenizer.ggml.tokens" => {
                self.vocabulary = self.read_tokens(reader, length)?;
            }
            kind::STRING => {
                for _ in 0..length {
                    reader.skip_string(STRING_BYTES, what)?;
                }
            }
            _ => return Err(damaged(format!("{what} has elements of the type {element}"))),
        }
        Ok(Value::Array { element, length })
    }

    /// Reads the vocabulary; a token that is there twice would make llama.cpp abort.
    fn read_tokens<R: Read + Seek>(
        &mut self,
        reader: &mut Reader<R>,
        length: u64,
    ) -> Result<usize, Problem> {
        if length > TOKENS {
            return Err(damaged(format!("its vocabulary claims {length} tokens")));
        }
        // Two tokens share a hash by chance in one of a million vocabularies of four million tokens.
        let (hasher, mut seen) = (RandomState::new(), HashSet::new());
        let mut token = Vec::new();
        for index in 0..length {
            reader.string(&mut token, STRING_BYTES, "a token")?;
            // llama.cpp reads tokens up to a zero byte, and gives names to empty ones.
            let end = token.iter().position(|byte| *byte == 0).unwrap_or(token.len());
            token.truncate(end);
            self.tokens.push(&token);
            if token.is_empty() {
                token.extend_from_slice(format!("[EMPTY_{index}]").as_bytes());
            }
            if !seen.insert(hasher.hash_one(&token)) {
                return Err(damaged(format!(
                    "its vocabulary has the token {} twice",
                    quoted(&token)
                )));
            }
        }
        Ok(seen.len())
    }

    pub(super) fn get(&self, key: &str) -> Option<&Value> {
        self.values.get(key)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.values.iter().map(|(key, value)| (key.as_str(), value))
    }

    /// Returns a number that is there and not negative.
    pub(super) fn unsigned(&self, key: &str) -> Option<u64> {
        match self.get(key) {
            Some(Value::Integer(value)) => u64::try_from(*value).ok(),
            _ => None,
        }
    }

    /// Returns the text of the token whose number stands under a name.
    pub(super) fn token(&self, key: &str) -> Option<String> {
        let index = usize::try_from(self.unsigned(key)?).ok()?;
        self.tokens.get(index).map(|text| String::from_utf8_lossy(text).into_owned())
    }

    /// Takes a text out of the metadata; what is not UTF-8 in it becomes U+FFFD.
    pub(super) fn take_text(&mut self, key: &str) -> Option<String> {
        match self.values.remove(key) {
            Some(Value::Text(text)) => Some(String::from_utf8_lossy(&text).into_owned()),
            _ => None,
        }
    }
}

fn low_byte(bits: u64) -> u8 {
    let [low, ..] = bits.to_le_bytes();
    low
}
