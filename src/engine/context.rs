//! The context of a model: its settings, and what a step of it costs.
//!
//! Responsible for which options suit which model and machine, and for measuring. Not
//! responsible for what is decoded.

use std::num::NonZeroU32;
use std::time::Instant;

use llama_cpp_2::context::LlamaContext;
use llama_cpp_2::context::params::{KvCacheType, LlamaContextParams};
use llama_cpp_2::llama_backend::LlamaBackend;
use llama_cpp_2::llama_batch::LlamaBatch;
use llama_cpp_2::token::LlamaToken;
use llama_cpp_sys_2::{LLAMA_FLASH_ATTN_TYPE_DISABLED, LLAMA_FLASH_ATTN_TYPE_ENABLED};

use super::attention;
use super::llama::{Model, gpus};
use super::pace::{MEASURED, Pace};
use super::process::{physical_memory, processor_seconds};
use super::protocol::{CacheType, ModelOptions};

/// The most branches that are decoded at once.
pub const ACTIVE: usize = 63;
/// Lanes: those of branches, and as many as are worth keeping of what was decoded before.
pub const LANES: u32 = 96;
/// The most rows of a batch.
pub const BATCH: usize = 256;
/// Cells of the key-value cache unless told otherwise.
const CONTEXT: u32 = 8192;
/// Models below this many parameters decode faster on one thread than on several.
const SMALL: u64 = 100_000_000;
/// The seconds of processor time that measuring may take.
const PATIENCE: f64 = 0.4;

/// Makes a context.
///
/// # Errors
/// Returns a sentence if there is not enough memory.
pub fn new<'model>(
    backend: &LlamaBackend,
    model: &'model Model,
    options: &ModelOptions,
) -> Result<LlamaContext<'model>, String> {
    let cells = options.context.unwrap_or(CONTEXT).clamp(256, 1 << 22);
    let threads = i32::try_from(threads(model, options)).unwrap_or(1);
    // Without flash attention llama.cpp takes 16-bit values only.
    let flash = options.flash_attention.unwrap_or(true) || options.cache_type != CacheType::F16;
    let cache_type = match options.cache_type {
        CacheType::F16 => KvCacheType::F16,
        CacheType::Q8 => KvCacheType::Q8_0,
    };
    let batch = u32::try_from(BATCH).unwrap_or(256);
    let parameters = LlamaContextParams::default()
        .with_n_ctx(NonZeroU32::new(cells))
        .with_n_batch(batch)
        .with_n_ubatch(batch)
        .with_n_seq_max(LANES + 1)
        .with_kv_unified(true)
        .with_type_k(cache_type)
        .with_type_v(cache_type)
        .with_flash_attention_policy(if flash {
            LLAMA_FLASH_ATTN_TYPE_ENABLED
        } else {
            LLAMA_FLASH_ATTN_TYPE_DISABLED
        })
        .with_n_threads(threads)
        .with_n_threads_batch(threads);
    let parameters = if gpus().is_empty() { attention::take_over(parameters) } else { parameters };
    model.llama.new_context(backend, parameters).map_err(|_| {
        format!(
            "there is not enough memory for a context of {cells} tokens; pass a smaller one with --context"
        )
    })
}

/// Returns how many threads to decode with.
pub fn threads(model: &Model, options: &ModelOptions) -> u32 {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    match options.threads {
        Some(threads) => threads.clamp(1, 512),
        None if model.info.parameters < SMALL => 1,
        None => u32::try_from(cores).unwrap_or(1),
    }
}

/// Returns the bytes of host memory that may hold what does not fit into the context: an eighth
/// of the machine's, if not told otherwise.
pub fn host_memory(options: &ModelOptions) -> usize {
    let default = || physical_memory().unwrap_or(4 << 30) / 8;
    let bytes = options.cache.map_or_else(default, |mebibytes| u64::from(mebibytes) << 20);
    usize::try_from(bytes).unwrap_or(usize::MAX)
}

/// Measures what steps cost by their rows, on an empty cache, which is left empty.
pub fn measure(context: &mut LlamaContext<'_>, batch: &mut LlamaBatch<'_>) -> Pace {
    let begin = processor_seconds();
    let mut measured = Vec::new();
    // The first step of a context does work that no later one does.
    time(context, batch, 1);
    for rows in MEASURED {
        if !measured.is_empty() && processor_seconds() - begin > PATIENCE {
            break;
        }
        let mut best = f64::INFINITY;
        for _ in 0..2 {
            best = best.min(time(context, batch, rows));
        }
        measured.push((rows, best));
    }
    empty(context);
    Pace::new(&measured, ACTIVE)
}

/// Takes all cells away from all sequences; the cells' contents may stay as they are.
fn empty(context: &mut LlamaContext<'_>) {
    let _ = context.clear_kv_cache_seq(None, None, None);
}

/// The time of a step. On a processor it is processor time, which company on the machine hardly
/// changes; a graphics processor is waited for.
fn time(context: &mut LlamaContext<'_>, batch: &mut LlamaBatch<'_>, rows: usize) -> f64 {
    empty(context);
    batch.clear();
    for sequence in (0..).take(rows) {
        let _ = batch.add(LlamaToken(0), 0, &[sequence], true);
    }
    let (began, before) = (Instant::now(), processor_seconds());
    let failed = context.decode(batch).is_err();
    context.synchronize();
    let accelerated = cfg!(any(feature = "cuda", feature = "vulkan", feature = "metal"));
    match (failed, accelerated) {
        (true, _) => f64::INFINITY,
        (false, true) => began.elapsed().as_secs_f64(),
        (false, false) => processor_seconds() - before,
    }
}
