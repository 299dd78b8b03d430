//! A card of NVIDIA's, through its driver, cuBLAS and NVRTC, all found at run time.
//!
//! The only place of the engine that calls foreign code. Everything that reaches a kernel comes from a [`Launch`],
//! which only this crate makes, after its checks.

#![expect(
    unsafe_code,
    reason = "kernels and cuBLAS are foreign code; each block says why it is sound"
)]

use std::ffi::c_void;
use std::ptr::from_ref;
use std::sync::{Arc, PoisonError};

use cudarc::cublas::{result::CublasError, result::gemm_ex, sys as cublas};
use cudarc::driver::{
    CudaSlice, CudaView, CudaViewMut, DevicePtr, DevicePtrMut, LaunchConfig, PushKernelArg,
    sys as driver,
};
use cudarc::nvrtc::sys as nvrtc;

use super::card::{Argument, Card, ColumnMajor, Launch, Product};
use super::opening::{Opened, refuse};
use crate::error::EngineError;

/// Threads of a block; a multiple of the 32 that run together, and fits every card.
const BLOCK: u32 = 256;

/// CUDA 12.0, in the driver's own count: the oldest whose functions the bindings are made for.
const OLDEST_DRIVER: i32 = 12_000;

/// How products are computed on a card; everything else is `f32`, sums over samples and of losses `f64`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Precision {
    /// 32-bit factors and sums.
    #[default]
    F32,
    /// Factors rounded to TF32 (10 bits of fraction), 32-bit sums.
    Tf32,
    /// Factors rounded to bfloat16 (7 bits of fraction), 32-bit sums.
    Bf16,
}

/// A card of NVIDIA's.
#[derive(Debug, Clone)]
pub struct NvidiaCard {
    opened: Arc<Opened>,
    precision: Precision,
}

/// Memory of a card.
#[derive(Debug)]
pub struct Memory<T>(CudaSlice<T>);

/// An argument as the launch takes it.
#[derive(Debug)]
enum Held<'a> {
    Reads(CudaView<'a, f32>),
    Writes(CudaViewMut<'a, f32>),
    Words(CudaView<'a, u32>),
    Count(u32),
    Value(f32),
}

impl NvidiaCard {
    /// Opens card number `ordinal`, from 0; one opened before is opened at once.
    pub fn open(ordinal: usize, precision: Precision) -> Result<Self, EngineError> {
        let opened = Opened::get(ordinal)?;
        Ok(Self { opened, precision })
    }

    /// Name of the card, such as `NVIDIA A100-SXM4-40GB`.
    pub fn name(&self) -> &str {
        &self.opened.name
    }
}

/// Refuses where a library is absent; the bindings would panic.
pub(super) fn expect_libraries(ordinal: usize) -> Result<(), EngineError> {
    // SAFETY: each only tries to load a library by its names and tells whether it could; the libraries looked for are
    // those of NVIDIA's, whose initializers do nothing that another thread could see.
    let present = unsafe {
        [
            (driver::is_culib_present(), "no NVIDIA driver", "libcuda.so"),
            (nvrtc::is_culib_present(), "no NVRTC", "libnvrtc.so"),
            (cublas::is_culib_present(), "no cuBLAS", "libcublas.so"),
        ]
    };
    match present.iter().find(|(present, ..)| !present) {
        None => Ok(()),
        Some((_, what, library)) => Err(refuse(
            ordinal,
            &format!("{what} was found"),
            &format!(
                "looked for {library} where the system looks for libraries; \
                 install it, or name its folder in LD_LIBRARY_PATH"
            ),
        )),
    }
}

/// Refuses a driver older than the functions that the bindings call.
pub(super) fn expect_driver(ordinal: usize) -> Result<(), EngineError> {
    let mut version = 0;
    // SAFETY: the driver is present; the function writes one integer through the pointer, which is valid.
    let status = unsafe { driver::cuDriverGetVersion(&raw mut version) };
    if status == driver::CUresult::CUDA_SUCCESS && version >= OLDEST_DRIVER {
        return Ok(());
    }
    let (major, minor) = (version / 1000, version % 1000 / 10);
    let found = format!("it knows CUDA {major}.{minor}; expected 12.0 or later");
    Err(refuse(ordinal, "the driver is too old", &found))
}

impl NvidiaCard {
    /// The product over views that hold as many numbers as it touches.
    fn gemm(
        &self,
        call: ColumnMajor,
        a: &CudaView<'_, f32>,
        b: &CudaView<'_, f32>,
        c: &mut CudaViewMut<'_, f32>,
    ) -> Result<(), CublasError> {
        let blas = self.opened.blas.lock();
        let blas = blas.unwrap_or_else(PoisonError::into_inner);
        let (stream, one) = (&self.opened.stream, 1.0_f32);
        let (a, _reading_a) = a.device_ptr(stream);
        let (b, _reading_b) = b.device_ptr(stream);
        let (c, _writing_c) = c.device_ptr_mut(stream);
        let float = cublas::cudaDataType_t::CUDA_R_32F;
        // SAFETY: the three views hold as many numbers as the product touches (`Product::extents`, whose agreement
        // with the leading dimensions is tested); they live until the call is on the stream, and what frees them
        // goes to the same stream. The handle is whole and locked; both factors are read from the host at once.
        unsafe {
            gemm_ex(
                *blas.handle(),
                operation(call.transpose_a),
                operation(call.transpose_b),
                call.m,
                call.n,
                call.k,
                from_ref(&one).cast::<c_void>(),
                a as *const c_void,
                float,
                call.lda,
                b as *const c_void,
                float,
                call.ldb,
                from_ref(&call.beta).cast::<c_void>(),
                c as *mut c_void,
                float,
                call.ldc,
                self.precision.compute_type(),
                cublas::cublasGemmAlgo_t::CUBLAS_GEMM_DEFAULT,
            )
        }
    }
}

impl Card for NvidiaCard {
    type Numbers = Memory<f32>;
    type Words = Memory<u32>;

    fn room(&self, length: usize) -> Result<Memory<f32>, EngineError> {
        let numbers = self.opened.stream.alloc_zeros(length);
        numbers
            .map(Memory)
            .map_err(|error| self.opened.failed(error))
    }

    fn words(&self, words: &[u32]) -> Result<Memory<u32>, EngineError> {
        let words = self.opened.stream.clone_htod(words);
        words.map(Memory).map_err(|error| self.opened.failed(error))
    }

    fn write(&self, values: &[f32], numbers: &mut Memory<f32>) -> Result<(), EngineError> {
        let written = self.opened.stream.memcpy_htod(values, &mut numbers.0);
        written.map_err(|error| self.opened.failed(error))
    }

    fn read(&self, numbers: &Memory<f32>, values: &mut [f32]) -> Result<(), EngineError> {
        let first = numbers.0.slice(..values.len());
        let read = self.opened.stream.memcpy_dtoh(&first, values);
        read.map_err(|error| self.opened.failed(error))
    }

    fn multiply(
        &self,
        product: Product,
        left: &Memory<f32>,
        right: &Memory<f32>,
        result: &mut Memory<f32>,
    ) -> Result<(), EngineError> {
        let [left_extent, right_extent, extent] = product.extents();
        let left = left.0.slice(..left_extent);
        let right = right.0.slice(product.right_start..right_extent);
        let mut result = result.0.slice_mut(..extent);
        let bound = self.opened.stream.context().bind_to_thread();
        bound.map_err(|error| self.opened.failed(error))?;
        let done = self.gemm(product.column_major(), &right, &left, &mut result);
        done.map_err(|error| refuse(self.opened.ordinal, "a product failed", &error))
    }

    fn launch(&self, launch: Launch<'_, Memory<f32>, Memory<u32>>) -> Result<(), EngineError> {
        let function = &self.opened.kernels[launch.kernel()];
        let shape = LaunchConfig {
            grid_dim: (launch.threads().div_ceil(BLOCK), 1, 1),
            block_dim: (BLOCK, 1, 1),
            shared_mem_bytes: 0,
        };
        let mut held: Vec<Held<'_>> = launch.into_arguments().into_iter().map(hold).collect();
        let mut builder = self.opened.stream.launch_builder(function);
        for argument in &mut held {
            match argument {
                Held::Reads(view) => builder.arg(&*view),
                Held::Writes(view) => builder.arg(view),
                Held::Words(view) => builder.arg(&*view),
                Held::Count(count) => builder.arg(&*count),
                Held::Value(value) => builder.arg(&*value),
            };
        }
        // SAFETY: number and kinds of the arguments are those of the kernel's source (`Launch::new` compares them);
        // each view is as long as the engine says that the kernel reaches, which the tests hold the kernels to under
        // a memory checker; a kernel writes through no `const` pointer. Views outlive the call, and what frees their
        // memory goes to the same stream.
        let launched = unsafe { builder.launch(shape) };
        launched
            .map(drop)
            .map_err(|error| self.opened.failed(error))
    }
}

fn hold<'a>(argument: Argument<'a, Memory<f32>, Memory<u32>>) -> Held<'a> {
    match argument {
        Argument::Reads(numbers, length) => Held::Reads(numbers.0.slice(..length)),
        Argument::Writes(numbers, length) => Held::Writes(numbers.0.slice_mut(..length)),
        Argument::Words(words, length) => Held::Words(words.0.slice(..length)),
        Argument::Count(count) => Held::Count(count),
        Argument::Value(value) => Held::Value(value),
    }
}

fn operation(transpose: bool) -> cublas::cublasOperation_t {
    if transpose {
        cublas::cublasOperation_t::CUBLAS_OP_T
    } else {
        cublas::cublasOperation_t::CUBLAS_OP_N
    }
}

impl Precision {
    fn compute_type(self) -> cublas::cublasComputeType_t {
        match self {
            Self::F32 => cublas::cublasComputeType_t::CUBLAS_COMPUTE_32F,
            Self::Tf32 => cublas::cublasComputeType_t::CUBLAS_COMPUTE_32F_FAST_TF32,
            Self::Bf16 => cublas::cublasComputeType_t::CUBLAS_COMPUTE_32F_FAST_16BF,
        }
    }
}

impl<T> Drop for Memory<T> {
    fn drop(&mut self) {
        // Memory is freed by the thread that drops it, which may not have seen the card yet; where this fails, so
        // did everything before.
        let _ = self.0.context().bind_to_thread();
    }
}
