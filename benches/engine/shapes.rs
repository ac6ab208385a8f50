//! Models with random weights in the shapes of real ones: they cost what those cost, and say
//! nothing. Weights are 8-bit blocks (`Q8_0`). And the embedded model without an end of a turn.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

struct Shape {
    name: &'static str,
    architecture: &'static str,
    vocabulary: usize,
    width: u64,
    layers: u64,
    heads: u32,
    shared: u32,
    inner: u64,
    biases: bool,
}

const SHAPES: [Shape; 2] = [
    Shape {
        name: "smollm2-135m-shape",
        architecture: "llama",
        vocabulary: 49_152,
        width: 576,
        layers: 30,
        heads: 9,
        shared: 3,
        inner: 1536,
        biases: false,
    },
    Shape {
        name: "qwen2.5-0.5b-shape",
        architecture: "qwen2",
        vocabulary: 151_936,
        width: 896,
        layers: 24,
        heads: 14,
        shared: 2,
        inner: 4864,
        biases: true,
    },
];

/// Writes all shapes into a folder, unless they are there.
pub fn write_all(folder: &Path) {
    std::fs::create_dir_all(folder).expect("the folder");
    for shape in &SHAPES {
        let path = folder.join(format!("{}.gguf", shape.name));
        if !path.exists() {
            let unfinished = path.with_extension("unfinished");
            write(shape, &unfinished).expect("room for the model");
            std::fs::rename(&unfinished, &path).expect("the folder");
        }
        println!("{}", path.display());
    }
}

/// Writes the embedded model so that its turns have no end, for it ends one after a few steps, and what
/// it is compared with goes on. Another token of the same length stands for the end, which is none.
pub fn write_endless(path: &Path) {
    let mut bytes = pleach::assets::MODEL.to_vec();
    let places = |bytes: &[u8], wanted: &[u8]| -> Vec<usize> {
        let windows = bytes.windows(wanted.len()).enumerate();
        windows.filter(|(_, window)| *window == wanted).map(|(at, _)| at).collect()
    };
    for at in places(&bytes, b"<|im_end|>") {
        bytes[at..at + 10].copy_from_slice(b"<|im_out|>");
    }
    for key in ["tokenizer.ggml.eos_token_id", "tokenizer.ggml.eot_token_id"] {
        for at in places(&bytes, key.as_bytes()) {
            // Behind the key its type, a number of four bytes, and the number: now that of a byte 0.
            bytes[at + key.len() + 4..][..4].fill(0);
        }
    }
    std::fs::write(path, bytes).expect("room for the model");
}

fn string(text: &str) -> Vec<u8> {
    [&(text.len() as u64).to_le_bytes(), text.as_bytes()].concat()
}

fn entry(key: &str, kind: u32, value: &[u8]) -> Vec<u8> {
    [&string(key)[..], &kind.to_le_bytes(), value].concat()
}

fn text(key: &str, value: &str) -> Vec<u8> {
    entry(key, 8, &string(value))
}

fn number(key: &str, value: u64) -> Vec<u8> {
    entry(key, 4, &u32::try_from(value).unwrap().to_le_bytes())
}

fn float(key: &str, value: f32) -> Vec<u8> {
    entry(key, 6, &value.to_le_bytes())
}

fn texts(key: &str, values: &[String]) -> Vec<u8> {
    let mut value = [&8u32.to_le_bytes()[..], &(values.len() as u64).to_le_bytes()].concat();
    for text in values {
        value.extend(string(text));
    }
    entry(key, 9, &value)
}

/// A tensor: name, shape, and whether it is a matrix of weights.
type Tensor = (String, Vec<u64>, bool);

fn tensors(shape: &Shape) -> Vec<Tensor> {
    let (width, inner) = (shape.width, shape.inner);
    let keys = width / u64::from(shape.heads) * u64::from(shape.shared);
    let mut all: Vec<Tensor> = vec![
        ("token_embd.weight".into(), vec![width, shape.vocabulary as u64], true),
        ("output_norm.weight".into(), vec![width], false),
    ];
    for layer in 0..shape.layers {
        let mut add = |name: &str, shape: Vec<u64>, weights| {
            all.push((format!("blk.{layer}.{name}"), shape, weights));
        };
        add("attn_norm.weight", vec![width], false);
        add("attn_q.weight", vec![width, width], true);
        add("attn_k.weight", vec![width, keys], true);
        add("attn_v.weight", vec![width, keys], true);
        add("attn_output.weight", vec![width, width], true);
        add("ffn_norm.weight", vec![width], false);
        add("ffn_gate.weight", vec![width, inner], true);
        add("ffn_up.weight", vec![width, inner], true);
        add("ffn_down.weight", vec![inner, width], true);
        if shape.biases {
            add("attn_q.bias", vec![width], false);
            add("attn_k.bias", vec![keys], false);
            add("attn_v.bias", vec![keys], false);
        }
    }
    all
}

fn write(shape: &Shape, path: &Path) -> std::io::Result<()> {
    let key = |name: &str| format!("{}.{name}", shape.architecture);
    let tokens: Vec<String> = (0..shape.vocabulary).map(|token| format!("t{token}")).collect();
    let entries = [
        text("general.architecture", shape.architecture),
        text("general.name", shape.name),
        number("general.file_type", 7),
        number(&key("context_length"), 8192),
        number(&key("embedding_length"), shape.width),
        number(&key("block_count"), shape.layers),
        number(&key("feed_forward_length"), shape.inner),
        number(&key("attention.head_count"), u64::from(shape.heads)),
        number(&key("attention.head_count_kv"), u64::from(shape.shared)),
        float(&key("attention.layer_norm_rms_epsilon"), 1e-5),
        float(&key("rope.freq_base"), 100_000.0),
        text("tokenizer.ggml.model", "gpt2"),
        text("tokenizer.ggml.pre", if shape.biases { "qwen2" } else { "smollm" }),
        texts("tokenizer.ggml.tokens", &tokens),
        texts("tokenizer.ggml.merges", &["t 0".to_owned()]),
        number("tokenizer.ggml.eos_token_id", 0),
        number("tokenizer.ggml.bos_token_id", 0),
    ];
    let tensors = tensors(shape);
    let mut head = b"GGUF".to_vec();
    head.extend(3u32.to_le_bytes());
    head.extend((tensors.len() as u64).to_le_bytes());
    head.extend((entries.len() as u64).to_le_bytes());
    head.extend(entries.concat());
    let bytes = |(_, lengths, weights): &Tensor| {
        let elements: u64 = lengths.iter().product();
        if *weights { elements / 32 * 34 } else { elements * 4 }
    };
    let mut offset = 0u64;
    for tensor in &tensors {
        head.extend(string(&tensor.0));
        head.extend(u32::try_from(tensor.1.len()).unwrap().to_le_bytes());
        for length in &tensor.1 {
            head.extend(length.to_le_bytes());
        }
        head.extend(if tensor.2 { 8u32 } else { 0 }.to_le_bytes());
        head.extend(offset.to_le_bytes());
        offset += bytes(tensor).next_multiple_of(32);
    }
    head.resize(head.len().next_multiple_of(32), 0);
    let mut file = BufWriter::new(File::create(path)?);
    file.write_all(&head)?;
    let mut state = 1u64;
    for tensor in &tensors {
        let mut left = bytes(tensor);
        let padding = left.next_multiple_of(32) - left;
        if tensor.2 {
            // A scale of about 2^-12 and 32 random bytes: weights of a few hundredths.
            while left > 0 {
                file.write_all(&[0x00, 0x0c])?;
                for _ in 0..4 {
                    state ^= state << 13;
                    state ^= state >> 7;
                    state ^= state << 17;
                    file.write_all(&state.to_le_bytes())?;
                }
                left -= 34;
            }
        } else {
            let value = if tensor.0.ends_with("bias") { 0.0f32 } else { 1.0 };
            for _ in 0..left / 4 {
                file.write_all(&value.to_le_bytes())?;
            }
        }
        file.write_all(&[0; 32][..usize::try_from(padding).unwrap()])?;
    }
    file.flush()
}
