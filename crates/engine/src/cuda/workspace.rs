//! Memory of a card that is used again, and the calls of its kernels, each checked.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use super::card::{Argument, Card, Existing, Launch, Product, Transposed};
use crate::error::EngineError;

/// A card with the memory that its network has used and will use again.
pub(super) struct Workspace<C: Card> {
    card: Arc<C>,
    free: Mutex<BTreeMap<usize, Vec<C::Numbers>>>,
}

/// Numbers on a card; their memory goes back to the workspace when dropped.
pub(super) struct Array<C: Card> {
    numbers: Option<C::Numbers>,
    length: usize,
    workspace: Arc<Workspace<C>>,
}

/// An argument of a kernel over whole arrays.
type Given<'a, C> = Argument<'a, <C as Card>::Numbers, <C as Card>::Words>;

impl<C: Card> Workspace<C> {
    pub(super) fn new(card: Arc<C>) -> Arc<Self> {
        Arc::new(Self {
            card,
            free: Mutex::default(),
        })
    }

    /// Room for `length` numbers, which hold anything.
    pub(super) fn room(self: &Arc<Self>, length: usize) -> Result<Array<C>, EngineError> {
        expect_size(length)?;
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let used = free.get_mut(&length).and_then(Vec::pop);
        drop(free);
        let numbers = match used {
            Some(numbers) => numbers,
            None => self.card.room(length)?,
        };
        Ok(Array {
            numbers: Some(numbers),
            length,
            workspace: Arc::clone(self),
        })
    }

    /// `length` zeros.
    pub(super) fn zeros(self: &Arc<Self>, length: usize) -> Result<Array<C>, EngineError> {
        let mut array = self.room(length)?;
        array.fill(0.0)?;
        Ok(array)
    }

    /// The numbers given.
    pub(super) fn numbers(self: &Arc<Self>, values: &[f32]) -> Result<Array<C>, EngineError> {
        let mut array = self.room(values.len())?;
        array.write(values)?;
        Ok(array)
    }

    /// The words given.
    pub(super) fn words(&self, words: &[u32]) -> Result<C::Words, EngineError> {
        self.card.words(words)
    }

    /// Runs a kernel with a thread for each of `threads` entries.
    pub(super) fn launch(
        &self,
        kernel: &'static str,
        threads: usize,
        arguments: Vec<Given<'_, C>>,
    ) -> Result<(), EngineError> {
        let launch = Launch::new(kernel, expect_size(threads)?, arguments);
        self.card.launch(launch)
    }
}

impl<C: Card> Array<C> {
    pub(super) fn len(&self) -> usize {
        self.length
    }

    pub(super) fn workspace(&self) -> &Arc<Workspace<C>> {
        &self.workspace
    }

    fn held(&self) -> &C::Numbers {
        self.numbers.as_ref().expect("held until dropped")
    }

    fn held_mut(&mut self) -> &mut C::Numbers {
        self.numbers.as_mut().expect("held until dropped")
    }

    /// As an argument that is read.
    pub(super) fn reads(&self) -> Given<'_, C> {
        Argument::Reads(self.held(), self.length)
    }

    /// As an argument that is written.
    pub(super) fn writes(&mut self) -> Given<'_, C> {
        let length = self.length;
        Argument::Writes(self.held_mut(), length)
    }

    /// Takes `values`, one for each number.
    pub(super) fn write(&mut self, values: &[f32]) -> Result<(), EngineError> {
        assert_eq!(values.len(), self.length, "one value for each number");
        let card = Arc::clone(&self.workspace.card);
        card.write(values, self.held_mut())
    }

    /// Gives its numbers.
    pub(super) fn read(&self) -> Result<Vec<f32>, EngineError> {
        let mut values = vec![0.0; self.length];
        self.read_into(&mut values)?;
        Ok(values)
    }

    /// Gives its numbers, one for each place of `values`.
    pub(super) fn read_into(&self, values: &mut [f32]) -> Result<(), EngineError> {
        assert_eq!(values.len(), self.length, "one place for each number");
        self.workspace.card.read(self.held(), values)
    }

    /// Every number becomes `value`.
    pub(super) fn fill(&mut self, value: f32) -> Result<(), EngineError> {
        let (workspace, entries) = (Arc::clone(&self.workspace), self.length);
        let arguments = vec![self.writes(), Argument::Value(value), count(entries)];
        workspace.launch("fill", entries, arguments)
    }

    /// Adds `terms`, one for each number.
    pub(super) fn add(&mut self, terms: &Self) -> Result<(), EngineError> {
        assert_eq!(terms.length, self.length, "one term for each number");
        let (workspace, entries) = (Arc::clone(&self.workspace), self.length);
        let arguments = vec![self.writes(), terms.reads(), count(entries)];
        workspace.launch("add", entries, arguments)
    }

    /// Takes a product, whose result has its length.
    pub(super) fn take_product(
        &mut self,
        product: Product,
        left: &Self,
        right: &Self,
    ) -> Result<(), EngineError> {
        let [left_extent, right_extent, extent] = product.extents();
        assert!(left_extent <= left.length && right_extent <= right.length);
        assert_eq!(extent, self.length, "the result fills its array");
        let card = Arc::clone(&self.workspace.card);
        card.multiply(product, left.held(), right.held(), self.held_mut())
    }
}

impl Product {
    /// `input` `[samples, ins]` times kernel `[ins, outs]`.
    pub(super) fn forward([samples, ins, outs]: [usize; 3]) -> Self {
        Self {
            rows: samples,
            columns: outs,
            inner: ins,
            transposed: Transposed::Neither,
            right_start: 0,
            result: Existing::Replaced,
        }
    }

    /// Gradient of the kernel, from `input` and the gradient of the product.
    pub(super) fn kernel_gradient([samples, ins, outs]: [usize; 3]) -> Self {
        Self {
            rows: ins,
            columns: outs,
            inner: samples,
            transposed: Transposed::Left,
            right_start: 0,
            result: Existing::Replaced,
        }
    }

    /// Gradient of the columns of the input from `start` to `start + columns`, from the gradient of the product
    /// and the kernel.
    pub(super) fn input_gradient(
        [samples, start, columns, outs]: [usize; 4],
        result: Existing,
    ) -> Self {
        Self {
            rows: samples,
            columns,
            inner: outs,
            transposed: Transposed::Right,
            right_start: start * outs,
            result,
        }
    }
}

/// A count as an argument.
pub(super) fn count<'a, N, W>(count: usize) -> Argument<'a, N, W> {
    Argument::Count(u32::try_from(count).expect("sizes are checked when memory is taken"))
}

/// Kernels and cuBLAS count with signed 32-bit numbers.
fn expect_size(length: usize) -> Result<u32, EngineError> {
    match i32::try_from(length) {
        Ok(_) => Ok(length as u32),
        Err(_) => Err(EngineError::Size {
            what: "an array on the card".to_owned(),
            unit: "numbers",
            expected: i32::MAX as usize,
            found: length,
        }),
    }
}

impl<C: Card> Drop for Array<C> {
    fn drop(&mut self) {
        let free = &self.workspace.free;
        let mut free = free.lock().unwrap_or_else(PoisonError::into_inner);
        free.entry(self.length)
            .or_default()
            .extend(self.numbers.take());
    }
}

impl<C: Card> fmt::Debug for Workspace<C> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Workspace({:?})", self.card)
    }
}

impl<C: Card> fmt::Debug for Array<C> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Array({})", self.length)
    }
}
