//! A writer of small GGUF files, good and bad, for the tests.

/// A value of the metadata as its bytes, type number first.
pub(super) type Bytes = Vec<u8>;

/// A tensor of the list: name, shape, type, and where it is if not where it should be.
pub(super) struct Tensor {
    pub(super) name: String,
    pub(super) shape: Vec<u64>,
    pub(super) kind: u32,
    pub(super) offset: Option<u64>,
}

/// A GGUF file in the making.
pub(super) struct Sample {
    pub(super) version: u32,
    pub(super) entries: Vec<(String, Bytes)>,
    pub(super) tensors: Vec<Tensor>,
    pub(super) counts: Option<(u64, u64)>,
}

fn typed(kind: u32, bytes: &[u8]) -> Bytes {
    [&kind.to_le_bytes(), bytes].concat()
}

pub(super) fn text(value: &str) -> Bytes {
    typed(8, &string(value.as_bytes()))
}

pub(super) fn number(value: u32) -> Bytes {
    typed(4, &value.to_le_bytes())
}

pub(super) fn long(value: u64) -> Bytes {
    typed(10, &value.to_le_bytes())
}

pub(super) fn float(value: f32) -> Bytes {
    typed(6, &value.to_le_bytes())
}

pub(super) fn array(element: u32, length: u64, bytes: &[u8]) -> Bytes {
    typed(9, &[&element.to_le_bytes()[..], &length.to_le_bytes(), bytes].concat())
}

pub(super) fn texts(values: &[&[u8]]) -> Bytes {
    let bytes: Vec<u8> = values.iter().flat_map(|value| string(value)).collect();
    array(8, values.len() as u64, &bytes)
}

fn string(value: &[u8]) -> Bytes {
    [&(value.len() as u64).to_le_bytes(), value].concat()
}

impl Sample {
    /// A small model with nothing wrong.
    pub(super) fn good() -> Self {
        let entries: [(&str, Bytes); 17] = [
            ("general.architecture", text("llama")),
            ("general.name", text("Tiny")),
            ("general.license", text("mit")),
            ("general.file_type", number(15)),
            ("llama.context_length", number(512)),
            ("llama.embedding_length", number(32)),
            ("llama.block_count", number(2)),
            ("llama.attention.head_count", number(4)),
            ("llama.attention.head_count_kv", number(2)),
            ("llama.attention.layer_norm_rms_epsilon", float(1e-5)),
            ("llama.rope.freq_base", float(10_000.0)),
            ("tokenizer.ggml.model", text("gpt2")),
            ("tokenizer.ggml.tokens", texts(&[b"a", b"b", b"", b"\x1b", b""])),
            ("tokenizer.ggml.token_type", array(5, 5, &[1; 20])),
            ("tokenizer.ggml.merges", texts(&[b"a b"])),
            ("tokenizer.ggml.eos_token_id", number(4)),
            ("tokenizer.chat_template", text("{{ messages }}")),
        ];
        let tensor = |name: &str, shape: &[u64], kind| Tensor {
            name: name.into(),
            shape: shape.into(),
            kind,
            offset: None,
        };
        Self {
            version: 3,
            entries: entries.map(|(key, value)| (key.into(), value)).into(),
            tensors: vec![
                tensor("token_embd.weight", &[32, 5], 8),
                tensor("output_norm.weight", &[32], 0),
                tensor("output.weight", &[32, 5], 1),
            ],
            counts: None,
        }
    }

    /// The same with another value, or one more.
    pub(super) fn with(mut self, key: &str, value: Bytes) -> Self {
        self.entries.retain(|(name, _)| name != key);
        self.entries.push((key.into(), value));
        self
    }

    pub(super) fn without(mut self, key: &str) -> Self {
        self.entries.retain(|(name, _)| name != key);
        self
    }

    pub(super) fn tensor(mut self, index: usize, change: impl FnOnce(&mut Tensor)) -> Self {
        change(&mut self.tensors[index]);
        self
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut file = b"GGUF".to_vec();
        let counts = (self.tensors.len() as u64, self.entries.len() as u64);
        let (tensors, entries) = self.counts.unwrap_or(counts);
        file.extend(self.version.to_le_bytes());
        file.extend(tensors.to_le_bytes());
        file.extend(entries.to_le_bytes());
        for (key, value) in &self.entries {
            file.extend(string(key.as_bytes()));
            file.extend(value);
        }
        let mut data = 0_u64;
        for tensor in &self.tensors {
            file.extend(string(tensor.name.as_bytes()));
            file.extend(u32::try_from(tensor.shape.len()).unwrap().to_le_bytes());
            tensor.shape.iter().for_each(|length| file.extend(length.to_le_bytes()));
            file.extend(tensor.kind.to_le_bytes());
            file.extend(tensor.offset.unwrap_or(data).to_le_bytes());
            let elements = tensor.shape.iter().fold(1_u64, |all, each| all.saturating_mul(*each));
            let (weights, size) = super::quantisation::block(tensor.kind).unwrap_or((1, 1));
            data += (elements / weights).saturating_mul(size).min(1 << 16).next_multiple_of(32);
        }
        file.resize(file.len().next_multiple_of(32) + usize::try_from(data).unwrap(), 0);
        file
    }
}
