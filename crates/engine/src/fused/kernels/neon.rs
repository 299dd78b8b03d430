//! NEON of 64-bit ARM.
#![expect(
    unsafe_code,
    reason = "instructions that not every processor has are unsafe to call"
)]

use std::arch::aarch64::{
    float32x4_t, vaddq_f32, vdivq_f32, vdupq_n_f32, vfmaq_f32, vld1q_f32, vmulq_f32, vsqrtq_f32,
    vst1q_f32, vsubq_f32,
};

use super::{Kernel, Lanes};

/// Shows that the processor has NEON; only [`detect`](Self::detect) makes one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::fused) struct Neon(());

impl Neon {
    pub(super) fn detect() -> Option<Self> {
        std::arch::is_aarch64_feature_detected!("neon").then_some(Self(()))
    }
}

// Safety of every block: `self` exists only where `detect` found the instructions; pointers come from arrays of exactly
// the length that is read or written.
impl Lanes for Neon {
    type Vector = float32x4_t;

    const LANES: usize = 4;
    const VECTORS: usize = 4;

    fn run<K: Kernel>(self, kernel: K) -> K::Output {
        #[target_feature(enable = "neon")]
        fn run<K: Kernel>(lanes: Neon, kernel: K) -> K::Output {
            kernel.run(lanes)
        }
        // SAFETY: `self` shows that the processor has the instructions.
        unsafe { run(self, kernel) }
    }

    #[inline(always)]
    fn splat(self, value: f32) -> float32x4_t {
        // SAFETY: `self` shows that the processor has the instructions.
        unsafe { vdupq_n_f32(value) }
    }

    #[inline(always)]
    fn load(self, values: &[f32]) -> float32x4_t {
        let values: &[f32; 4] = values.first_chunk().expect("a full vector");
        // SAFETY: as above; an array of this length is read.
        unsafe { vld1q_f32(values.as_ptr()) }
    }

    #[inline(always)]
    fn store(self, values: &mut [f32], vector: float32x4_t) {
        let values: &mut [f32; 4] = values.first_chunk_mut().expect("a full vector");
        // SAFETY: as above; an array of this length is written.
        unsafe { vst1q_f32(values.as_mut_ptr(), vector) }
    }

    #[inline(always)]
    fn multiply_add(self, a: float32x4_t, b: float32x4_t, c: float32x4_t) -> float32x4_t {
        // SAFETY: `self` shows that the processor has the instructions.
        unsafe { vfmaq_f32(c, a, b) }
    }

    #[inline(always)]
    fn add(self, a: float32x4_t, b: float32x4_t) -> float32x4_t {
        // SAFETY: `self` shows that the processor has the instructions.
        unsafe { vaddq_f32(a, b) }
    }

    #[inline(always)]
    fn subtract(self, a: float32x4_t, b: float32x4_t) -> float32x4_t {
        // SAFETY: `self` shows that the processor has the instructions.
        unsafe { vsubq_f32(a, b) }
    }

    #[inline(always)]
    fn multiply(self, a: float32x4_t, b: float32x4_t) -> float32x4_t {
        // SAFETY: `self` shows that the processor has the instructions.
        unsafe { vmulq_f32(a, b) }
    }

    #[inline(always)]
    fn divide(self, a: float32x4_t, b: float32x4_t) -> float32x4_t {
        // SAFETY: `self` shows that the processor has the instructions.
        unsafe { vdivq_f32(a, b) }
    }

    #[inline(always)]
    fn square_root(self, a: float32x4_t) -> float32x4_t {
        // SAFETY: `self` shows that the processor has the instructions.
        unsafe { vsqrtq_f32(a) }
    }

    #[inline(always)]
    fn prefetch(self, _values: &[f32], _position: isize) {
        // No stable intrinsic asks for a cache line here; the processor's own prefetcher does the work.
    }
}
