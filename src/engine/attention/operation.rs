//! The attention's place in llama.cpp's graph.
//!
//! Responsible for finding the attention of a step before it is computed, and for putting ours in
//! its place: llama.cpp shows every operation of a graph to a callback, and knows operations whose
//! work is a function of its user. Not responsible for the arithmetic.
//!
//! The engine's one module with `unsafe` code: what llama.cpp hands over are pointers.

#![allow(unsafe_code)] // see above; each block says why it is sound

use std::cell::RefCell;
use std::ffi::{c_int, c_void};
use std::ptr;
use std::slice;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use llama_cpp_2::context::params::LlamaContextParams;
use llama_cpp_sys_2::{
    GGML_OP_CUSTOM, GGML_OP_FLASH_ATTN_EXT, GGML_TYPE_F16, GGML_TYPE_F32, ggml_custom_4d,
    ggml_free, ggml_init, ggml_init_params, ggml_tensor, ggml_tensor_overhead, ggml_type,
    llama_context_params,
};

use super::kernel::{self, Scratch, WIDEST};
use super::{Layer, Strided};

/// Beyond as many rows llama.cpp's own attention reads cells once for all; and a group has 64 bits.
const MOST_TOKENS: i64 = 63;
/// Where the scale stands among the parameters of our operation: behind those of llama.cpp.
const SCALE: usize = 15;
/// As many threads as there are.
const ALL_THREADS: c_int = -1;

/// How many attentions of a layer this process has computed.
static CALLS: AtomicU64 = AtomicU64::new(0);

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// Returns how many attentions of a layer were computed here instead of in llama.cpp.
#[must_use]
pub fn calls() -> u64 {
    CALLS.load(Ordering::Relaxed)
}

/// Has a context use our attention where it can. The layers of the model must be on the processor.
#[must_use]
pub fn take_over(mut parameters: LlamaContextParams) -> LlamaContextParams {
    const {
        assert!(size_of::<LlamaContextParams>() == size_of::<llama_context_params>());
    }
    if is_possible() {
        // SAFETY: `LlamaContextParams` (its version is fixed in Cargo.toml) has one field, of this
        // type; both have the same size, so the field is at its start.
        let inner = unsafe { &mut *(&raw mut parameters).cast::<llama_context_params>() };
        inner.cb_eval = Some(replace);
    }
    parameters
}

fn is_possible() -> bool {
    is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("f16c")
        && is_x86_feature_detected!("fma")
}

/// Sees every operation before a graph is computed, and makes an attention that suits ours.
/// Returns that no result has to be shown, so that the graph is computed in one piece.
unsafe extern "C" fn replace(tensor: *mut ggml_tensor, ask: bool, _: *mut c_void) -> bool {
    if ask {
        // SAFETY: llama.cpp hands over a tensor of its graph, which nothing else uses now.
        let tensor = unsafe { &mut *tensor };
        if tensor.op == GGML_OP_FLASH_ATTN_EXT
            && let Some(scale) = scale_if_it_suits(tensor)
        {
            tensor.op = GGML_OP_CUSTOM;
            tensor.op_params = *parameters();
            tensor.op_params[SCALE] = scale.to_bits().cast_signed();
        }
    }
    false
}

/// The parameters of an operation that calls [`compute`], as llama.cpp writes them.
fn parameters() -> &'static [i32; 16] {
    static PARAMETERS: OnceLock<[i32; 16]> = OnceLock::new();
    // SAFETY: a context of its own, in which one operation without operands has room; it is
    // read before it is freed.
    PARAMETERS.get_or_init(|| unsafe {
        let context = ggml_init(ggml_init_params {
            mem_size: 2 * ggml_tensor_overhead(),
            mem_buffer: ptr::null_mut(),
            no_alloc: true,
        });
        let mut none = ptr::null_mut();
        let operation = ggml_custom_4d(
            context,
            GGML_TYPE_F32,
            1,
            1,
            1,
            1,
            &raw mut none,
            0,
            Some(compute),
            ALL_THREADS,
            ptr::null_mut(),
        );
        let parameters = (*operation).op_params;
        ggml_free(context);
        parameters
    })
}

/// The queries, keys, values and mask of an attention.
fn operands(attention: &ggml_tensor) -> Option<[&ggml_tensor; 4]> {
    let [q, k, v, mask, ..] = attention.src;
    // SAFETY: llama.cpp's operands are null or tensors that live as long as their graph.
    unsafe { Some([q.as_ref()?, k.as_ref()?, v.as_ref()?, mask.as_ref()?]) }
}

/// Returns the scale of an attention that ours can compute.
fn scale_if_it_suits(attention: &ggml_tensor) -> Option<f32> {
    let [q, k, v, mask] = operands(attention)?;
    let number = |at: usize| f32::from_bits(attention.op_params[at].cast_unsigned());
    let (scale, bias, cap, sinks) = (number(0), number(1), number(2), attention.src[4]);
    let plain = bias == 0.0 && cap == 0.0 && sinks.is_null();
    let [width, tokens, heads, _] = q.ne;
    let [_, cells, shared, _] = k.ne;
    let sized = (2..=MOST_TOKENS).contains(&tokens)
        && width % 8 == 0
        && length(q, 0) <= WIDEST
        && (1..=heads).contains(&shared)
        && heads % shared == 0
        && q.ne[3] == 1
        && k.ne == [width, cells, shared, 1]
        && v.ne == k.ne
        && mask.ne[0] == cells
        && mask.ne[1] >= tokens
        && mask.ne[2..] == [1, 1]
        && attention.ne == [width, heads, tokens, 1];
    let stored = is_rows_of(GGML_TYPE_F32, 4, q)
        && is_rows_of(GGML_TYPE_F32, 4, attention)
        && [k, v, mask].iter().all(|tensor| is_rows_of(GGML_TYPE_F16, 2, tensor));
    (plain && sized && stored).then_some(scale)
}

/// Returns whether the numbers of a row follow each other, and every row begins at a whole number.
fn is_rows_of(kind: ggml_type, size: usize, tensor: &ggml_tensor) -> bool {
    tensor.type_ == kind && tensor.nb[0] == size && tensor.nb.iter().all(|step| step % size == 0)
}

/// Computes a part of an attention: one of as many as there are threads.
unsafe extern "C" fn compute(
    attention: *mut ggml_tensor,
    part: c_int,
    parts: c_int,
    _: *mut c_void,
) {
    // SAFETY: llama.cpp hands over the operation that it computes. All threads read it.
    let attention = unsafe { &*attention };
    let (Some([q, k, v, mask]), Ok(part), Ok(parts)) =
        (operands(attention), usize::try_from(part), usize::try_from(parts))
    else {
        return;
    };
    // SAFETY: the shapes were looked at in `scale_if_it_suits`; what is read was computed before,
    // and no thread writes it now.
    let layer = unsafe {
        Layer {
            tokens: length(q, 1),
            heads: length(q, 2),
            shared: length(k, 2),
            width: length(q, 0),
            cells: length(k, 1),
            scale: f32::from_bits(attention.op_params[SCALE].cast_unsigned()),
            queries: strided(q),
            keys: strided(k),
            values: strided(v),
            mask: strided(mask),
        }
    };
    let mut write = |token: usize, head: usize, result: &[f32]| {
        let place = token * attention.nb[2] + head * attention.nb[1];
        // SAFETY: the place of this token and head in the result, as wide as the result of the
        // kernel; each is handed over by one part only.
        unsafe {
            let place = attention.data.byte_add(place).cast::<f32>();
            place.copy_from_nonoverlapping(result.as_ptr(), result.len());
        }
    };
    SCRATCH.with_borrow_mut(|scratch| attend(&layer, (part, parts), scratch, &mut write));
    if part == 0 {
        CALLS.fetch_add(1, Ordering::Relaxed);
    }
}

/// Computes one of `parts` equal parts of a layer, as [`kernel::attend`].
pub(super) fn attend(
    layer: &Layer<'_>,
    part: (usize, usize),
    scratch: &mut Scratch,
    write: &mut dyn FnMut(usize, usize, &[f32]),
) {
    assert!(is_possible(), "`take_over` asked the processor");
    // SAFETY: the processor has what the kernel is compiled for.
    unsafe { kernel::attend(layer, part, scratch, write) }
}

fn length(tensor: &ggml_tensor, dimension: usize) -> usize {
    usize::try_from(tensor.ne[dimension]).unwrap_or(0)
}

/// The vectors of a tensor: by its second dimension, and by its third.
///
/// # Safety
/// The numbers must be of type `T`, all of them in memory, and not written as long as they are read.
unsafe fn strided<T>(tensor: &ggml_tensor) -> Strided<'_, T> {
    let step = |dimension: usize| tensor.nb[dimension] / size_of::<T>();
    let last: usize =
        (0..3).map(|dimension| (length(tensor, dimension) - 1) * step(dimension)).sum();
    // SAFETY: from the first number to the last of a tensor without gaps of its own memory.
    let numbers = unsafe { slice::from_raw_parts(tensor.data.cast::<T>(), last + 1) };
    Strided { numbers, step: step(1), head: step(2) }
}
