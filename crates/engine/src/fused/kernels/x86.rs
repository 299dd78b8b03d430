//! AVX-512, and AVX2 with fused multiply-add.
#![expect(
    unsafe_code,
    reason = "instructions that not every processor has are unsafe to call"
)]

use std::arch::x86_64::{
    __m256, __m512, _MM_HINT_T1, _mm_prefetch, _mm256_add_ps, _mm256_div_ps, _mm256_fmadd_ps,
    _mm256_loadu_ps, _mm256_mul_ps, _mm256_set1_ps, _mm256_sqrt_ps, _mm256_storeu_ps,
    _mm256_sub_ps, _mm512_add_ps, _mm512_div_ps, _mm512_fmadd_ps, _mm512_loadu_ps, _mm512_mul_ps,
    _mm512_set1_ps, _mm512_sqrt_ps, _mm512_storeu_ps, _mm512_sub_ps,
};

use super::{Kernel, Lanes};

/// Shows that the processor has AVX-512; only [`detect`](Self::detect) makes one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::fused) struct Avx512(());

/// Shows that the processor has AVX2 and FMA; only [`detect`](Self::detect) makes one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::fused) struct Avx2(());

impl Avx512 {
    pub(super) fn detect() -> Option<Self> {
        is_x86_feature_detected!("avx512f").then_some(Self(()))
    }
}

impl Avx2 {
    pub(super) fn detect() -> Option<Self> {
        let found = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
        found.then_some(Self(()))
    }
}

/// Implements [`Lanes`] for one instruction set.
///
/// Safety of every block: `self` exists only where [`detect`] found the instructions; pointers come from arrays of
/// exactly the length that is read or written; a prefetch never faults, whatever its address.
macro_rules! lanes {
    ($set:ident, $features:literal, $vector:ty, $lanes:literal, $vectors:literal, $splat:ident, $load:ident,
     $store:ident, $fma:ident, $add:ident, $sub:ident, $mul:ident, $div:ident, $sqrt:ident) => {
        impl Lanes for $set {
            type Vector = $vector;

            const LANES: usize = $lanes;
            const VECTORS: usize = $vectors;

            fn run<K: Kernel>(self, kernel: K) -> K::Output {
                #[target_feature(enable = $features)]
                fn run<K: Kernel>(lanes: $set, kernel: K) -> K::Output {
                    kernel.run(lanes)
                }
                // SAFETY: `self` shows that the processor has the instructions.
                unsafe { run(self, kernel) }
            }

            #[inline(always)]
            fn splat(self, value: f32) -> $vector {
                // SAFETY: `self` shows that the processor has the instructions.
                unsafe { $splat(value) }
            }

            #[inline(always)]
            fn load(self, values: &[f32]) -> $vector {
                let values: &[f32; $lanes] = values.first_chunk().expect("a full vector");
                // SAFETY: as above; an array of this length is read.
                unsafe { $load(values.as_ptr()) }
            }

            #[inline(always)]
            fn store(self, values: &mut [f32], vector: $vector) {
                let values: &mut [f32; $lanes] = values.first_chunk_mut().expect("a full vector");
                // SAFETY: as above; an array of this length is written.
                unsafe { $store(values.as_mut_ptr(), vector) }
            }

            #[inline(always)]
            fn multiply_add(self, a: $vector, b: $vector, c: $vector) -> $vector {
                // SAFETY: `self` shows that the processor has the instructions.
                unsafe { $fma(a, b, c) }
            }

            #[inline(always)]
            fn add(self, a: $vector, b: $vector) -> $vector {
                // SAFETY: `self` shows that the processor has the instructions.
                unsafe { $add(a, b) }
            }

            #[inline(always)]
            fn subtract(self, a: $vector, b: $vector) -> $vector {
                // SAFETY: `self` shows that the processor has the instructions.
                unsafe { $sub(a, b) }
            }

            #[inline(always)]
            fn multiply(self, a: $vector, b: $vector) -> $vector {
                // SAFETY: `self` shows that the processor has the instructions.
                unsafe { $mul(a, b) }
            }

            #[inline(always)]
            fn divide(self, a: $vector, b: $vector) -> $vector {
                // SAFETY: `self` shows that the processor has the instructions.
                unsafe { $div(a, b) }
            }

            #[inline(always)]
            fn square_root(self, a: $vector) -> $vector {
                // SAFETY: `self` shows that the processor has the instructions.
                unsafe { $sqrt(a) }
            }

            #[inline(always)]
            fn prefetch(self, values: &[f32], position: isize) {
                let address = values.as_ptr().wrapping_offset(position);
                // SAFETY: a prefetch never faults, whatever its address; it reads nothing into the program.
                unsafe { _mm_prefetch::<_MM_HINT_T1>(address.cast()) }
            }
        }
    };
}

lanes!(
    Avx512,
    "avx512f",
    __m512,
    16,
    4,
    _mm512_set1_ps,
    _mm512_loadu_ps,
    _mm512_storeu_ps,
    _mm512_fmadd_ps,
    _mm512_add_ps,
    _mm512_sub_ps,
    _mm512_mul_ps,
    _mm512_div_ps,
    _mm512_sqrt_ps
);

lanes!(
    Avx2,
    "avx2,fma",
    __m256,
    8,
    2,
    _mm256_set1_ps,
    _mm256_loadu_ps,
    _mm256_storeu_ps,
    _mm256_fmadd_ps,
    _mm256_add_ps,
    _mm256_sub_ps,
    _mm256_mul_ps,
    _mm256_div_ps,
    _mm256_sqrt_ps
);
