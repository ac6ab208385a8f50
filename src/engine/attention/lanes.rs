//! Eight numbers at once (AVX2): what the products need beyond the processor's own operations.

use std::arch::x86_64::{__m256, _mm256_cvtph_ps};

use bytemuck::cast;
use half::f16;

use crate::engine::exponential::exponential;

/// Eight numbers.
pub type Lanes = __m256;
pub const LANES: usize = 8;

/// Turns 16-bit numbers into 32-bit ones.
#[target_feature(enable = "avx2,f16c,fma")]
#[inline]
pub fn widen(numbers: [f16; LANES]) -> Lanes {
    _mm256_cvtph_ps(cast(numbers.map(f16::to_bits)))
}

/// Adds the eight numbers.
#[target_feature(enable = "avx2,f16c,fma")]
#[inline]
pub fn sum(lanes: Lanes) -> f32 {
    let numbers: [f32; LANES] = cast(lanes);
    let pair = |at: usize| numbers[at] + numbers[at + 4];
    (pair(0) + pair(2)) + (pair(1) + pair(3))
}

/// Replaces numbers that are at most 0 by their exponentials.
#[target_feature(enable = "avx2,f16c,fma")]
pub fn exponentials(numbers: &mut [f32]) {
    for number in numbers {
        *number = exponential(*number);
    }
}
