//! The instructions that the kernels are built from, chosen when the program runs.
//!
//! All instruction sets here multiply and add with one rounding, and the kernels sum in one order for each number,
//! so that all of them give the same bytes.

/// Numbers that one instruction handles together; a value of the type shows that the processor has the instructions.
pub(in crate::fused) trait Lanes: Copy + Send + Sync {
    /// A register of numbers.
    type Vector: Copy;

    /// Numbers in a register.
    const LANES: usize;

    /// Registers that a tile of 4 rows may take up in a row: 4 where there are 32 of them, 2 where there are 16.
    const VECTORS: usize;

    /// Runs a kernel, compiled for these instructions.
    fn run<K: Kernel>(self, kernel: K) -> K::Output;

    /// The same number everywhere.
    fn splat(self, value: f32) -> Self::Vector;

    /// The first numbers of a slice that holds at least as many.
    fn load(self, values: &[f32]) -> Self::Vector;

    /// Writes the first numbers of a slice that holds at least as many.
    fn store(self, values: &mut [f32], vector: Self::Vector);

    /// `a * b + c`, rounded once.
    fn multiply_add(self, a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector;

    fn add(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    fn subtract(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    fn multiply(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    fn divide(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    fn square_root(self, a: Self::Vector) -> Self::Vector;

    /// Asks for the cache line at `position` from the start of the slice, inside or outside of it, so that it is there
    /// when it is needed.
    fn prefetch(self, values: &[f32], position: isize);
}

/// Work over vectors of any width.
///
/// `run` and all that it calls must be `#[inline(always)]`, and closures over vectors avoided: only then is everything
/// compiled for the instructions.
pub(in crate::fused) trait Kernel {
    type Output;

    fn run<L: Lanes>(self, lanes: L) -> Self::Output;
}

/// The widest instructions of this processor that the kernels know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::fused) enum Instructions {
    #[cfg(target_arch = "x86_64")]
    Avx512(x86::Avx512),
    #[cfg(target_arch = "x86_64")]
    Avx2(x86::Avx2),
    #[cfg(target_arch = "aarch64")]
    Neon(neon::Neon),
}

impl Instructions {
    /// Those of this processor, the widest first; empty where none are known.
    pub(in crate::fused) fn available() -> Vec<Self> {
        #[cfg(target_arch = "x86_64")]
        {
            let wide = x86::Avx512::detect().map(Self::Avx512);
            wide.into_iter()
                .chain(x86::Avx2::detect().map(Self::Avx2))
                .collect()
        }
        #[cfg(target_arch = "aarch64")]
        {
            neon::Neon::detect().map(Self::Neon).into_iter().collect()
        }
        #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
        {
            Vec::new()
        }
    }

    /// What they are called.
    pub(in crate::fused) fn name(self) -> &'static str {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(_) => "AVX-512",
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(_) => "AVX2",
            #[cfg(target_arch = "aarch64")]
            Self::Neon(_) => "NEON",
        }
    }

    /// Runs a kernel with these instructions.
    pub(in crate::fused) fn run<K: Kernel>(self, kernel: K) -> K::Output {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(lanes) => lanes.run(kernel),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(lanes) => lanes.run(kernel),
            #[cfg(target_arch = "aarch64")]
            Self::Neon(lanes) => lanes.run(kernel),
        }
    }
}

#[cfg(target_arch = "aarch64")]
#[path = "neon.rs"]
mod neon;
#[cfg(target_arch = "x86_64")]
#[path = "x86.rs"]
mod x86;
