//! What the engine asks of a card: memory, products, kernels.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::OnceLock;

use crate::error::EngineError;

/// The source of the kernels, CUDA C++ without any header.
pub const KERNELS: &str = include_str!("kernels.cu");

/// A card, as the engine sees it. Its work is done in the order in which it is asked for.
///
/// An engine over another kind of card, or over none as in tests, is an implementation of this.
pub trait Card: fmt::Debug + Send + Sync + 'static {
    /// Numbers in the memory of the card; freed when dropped.
    type Numbers: fmt::Debug + Send + Sync;
    /// Words of 32 bits in the memory of the card; freed when dropped.
    type Words: fmt::Debug + Send + Sync;

    /// Room for `length` numbers, which may hold anything.
    fn room(&self, length: usize) -> Result<Self::Numbers, EngineError>;

    /// Words brought to the card.
    fn words(&self, words: &[u32]) -> Result<Self::Words, EngineError>;

    /// Brings `values` to the first places of `numbers`.
    fn write(&self, values: &[f32], numbers: &mut Self::Numbers) -> Result<(), EngineError>;

    /// Brings the first places of `numbers` back, once all work asked for before is done.
    fn read(&self, numbers: &Self::Numbers, values: &mut [f32]) -> Result<(), EngineError>;

    /// A product of matrices.
    fn multiply(
        &self,
        product: Product,
        left: &Self::Numbers,
        right: &Self::Numbers,
        result: &mut Self::Numbers,
    ) -> Result<(), EngineError>;

    /// Runs a kernel of [`KERNELS`](super::KERNELS).
    fn launch(&self, launch: Launch<'_, Self::Numbers, Self::Words>) -> Result<(), EngineError>;
}

/// Which factor of a product is stored the other way round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transposed {
    /// Neither: `left` `[rows, inner]`, `right` `[inner, columns]`.
    Neither,
    /// `left` is `[inner, rows]`.
    Left,
    /// `right` is `[columns, inner]`.
    Right,
}

/// A product of matrices that are stored row by row; the result is `[rows, columns]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Product {
    /// Rows of the result.
    pub rows: usize,
    /// Columns of the result.
    pub columns: usize,
    /// Length of the sums.
    pub inner: usize,
    /// Which factor is stored the other way round.
    pub transposed: Transposed,
    /// First number of the right factor within its memory.
    pub right_start: usize,
    /// Whether the result is added to what is there.
    pub result: Existing,
}

/// What happens to the numbers that a result meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// They are replaced.
    Replaced,
    /// The result is added to them.
    AddedTo,
}

/// The same product as BLAS has it, which stores matrices column by column: `C = op(A) op(B) + beta C`, where `A` is
/// the right factor and `B` the left one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ColumnMajor {
    /// Whether `op(A)` transposes.
    pub transpose_a: bool,
    /// Whether `op(B)` transposes.
    pub transpose_b: bool,
    /// Rows of `C`.
    pub m: i32,
    /// Columns of `C`.
    pub n: i32,
    /// Columns of `op(A)`.
    pub k: i32,
    /// Distance between columns of `A`.
    pub lda: i32,
    /// Distance between columns of `B`.
    pub ldb: i32,
    /// Distance between columns of `C`.
    pub ldc: i32,
    /// 0 or 1.
    pub beta: f32,
}

impl Product {
    /// The product as BLAS has it. A matrix stored row by row is its transpose stored column by column, so the
    /// product asked for is `C' = R' L'` with both factors in place.
    ///
    /// # Panics
    /// Where a dimension is beyond `i32`; the engine refuses such networks and batches before.
    pub fn column_major(self) -> ColumnMajor {
        let [rows, columns, inner] = [self.rows, self.columns, self.inner]
            .map(|length| i32::try_from(length).expect("dimensions are checked before"));
        let (transpose_a, transpose_b) = (
            self.transposed == Transposed::Right,
            self.transposed == Transposed::Left,
        );
        ColumnMajor {
            transpose_a,
            transpose_b,
            m: columns,
            n: rows,
            k: inner,
            lda: if transpose_a { inner } else { columns },
            ldb: if transpose_b { rows } else { inner },
            ldc: columns,
            beta: f32::from(u8::from(self.result == Existing::AddedTo)),
        }
    }

    /// How many numbers of the left factor, the right factor and the result it touches, from the start of each.
    pub fn extents(self) -> [usize; 3] {
        [
            self.rows * self.inner,
            self.right_start + self.inner * self.columns,
            self.rows * self.columns,
        ]
    }
}

/// A kernel with its arguments, which the engine has checked against each other; nobody else makes one.
#[derive(Debug)]
pub struct Launch<'a, N, W> {
    kernel: &'static str,
    threads: u32,
    arguments: Vec<Argument<'a, N, W>>,
}

/// An argument of a kernel; those in memory with how many of their first places the kernel touches.
#[derive(Debug)]
pub enum Argument<'a, N, W> {
    /// Numbers that are read.
    Reads(&'a N, usize),
    /// Numbers that are written.
    Writes(&'a mut N, usize),
    /// Words that are read.
    Words(&'a W, usize),
    /// A count or a code.
    Count(u32),
    /// A number.
    Value(f32),
}

impl<'a, N, W> Launch<'a, N, W> {
    /// # Panics
    /// Where the arguments are not those of the kernel's source.
    pub(super) fn new(
        kernel: &'static str,
        threads: u32,
        arguments: Vec<Argument<'a, N, W>>,
    ) -> Self {
        let given = arguments.iter().map(Argument::declared);
        assert!(
            given.eq(signatures()[kernel].iter().copied()),
            "kernel `{kernel}` takes other arguments"
        );
        Self {
            kernel,
            threads,
            arguments,
        }
    }

    /// Name of the kernel.
    pub fn kernel(&self) -> &'static str {
        self.kernel
    }

    /// Threads that have work; more may run.
    pub fn threads(&self) -> u32 {
        self.threads
    }

    /// The arguments, in order.
    pub fn into_arguments(self) -> Vec<Argument<'a, N, W>> {
        self.arguments
    }
}

impl<N, W> Argument<'_, N, W> {
    /// How the source declares such an argument.
    fn declared(&self) -> &'static str {
        match self {
            Self::Reads(..) => "const float *",
            Self::Writes(..) => "float *",
            Self::Words(..) => "const unsigned *",
            Self::Count(_) => "unsigned ",
            Self::Value(_) => "float ",
        }
    }
}

/// The kernels of the source with the types of their arguments.
pub(super) fn signatures() -> &'static BTreeMap<&'static str, Vec<&'static str>> {
    static SIGNATURES: OnceLock<BTreeMap<&'static str, Vec<&'static str>>> = OnceLock::new();
    SIGNATURES.get_or_init(|| {
        let kernels = KERNELS.split("__global__ void ").skip(1);
        kernels
            .map(|kernel| {
                let (name, rest) = kernel.split_once('(').expect("a kernel takes arguments");
                let (arguments, _) = rest.split_once(')').expect("a kernel takes arguments");
                (name, arguments.split(',').map(declared_type).collect())
            })
            .collect()
    })
}

/// The type of an argument as declared, without its name.
fn declared_type(argument: &'static str) -> &'static str {
    let argument = argument.trim();
    let name = argument.rfind([' ', '*']).expect("a type and a name");
    &argument[..=name]
}
