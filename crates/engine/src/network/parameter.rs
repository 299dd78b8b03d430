//! A tensor of weights with what training keeps beside it.

use rayon::prelude::*;

use super::arrangement::Arrangement;
use crate::adam::{AdamStep, Moving};
use crate::memory::Memory;
use crate::weights::{State, Tensor, Weights};

/// What happens to a gradient.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Learning {
    /// Applied at once.
    Now(AdamStep),
    /// Added to those accumulated.
    Accumulate,
    /// Applied together with those accumulated.
    Apply(AdamStep),
}

/// A tensor of weights, its moments, and its accumulated gradient once there is one.
#[derive(Debug)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    pub(crate) shape: Vec<usize>,
    arrangement: Arrangement,
    pub(crate) values: Memory,
    first: Memory,
    second: Memory,
    gradient: Option<Memory>,
}

/// A stretch of a parameter that one task owns.
#[derive(Debug)]
pub(crate) struct Stretch<'a> {
    pub(crate) moving: Moving<'a>,
    pub(crate) accumulated: Option<&'a mut [f32]>,
}

impl Parameter {
    /// A vector that holds `value` everywhere.
    pub(crate) fn vector(name: String, length: usize, value: f32) -> Self {
        let mut vector = Self::zeros(name, vec![length], Arrangement::Rows);
        vector.values.fill(value);
        vector
    }

    /// A matrix of which `fill(number, row)` writes every row.
    pub(crate) fn matrix(
        name: String,
        shape: [usize; 2],
        arrangement: Arrangement,
        fill: impl Fn(usize, &mut [f32]) + Sync,
    ) -> Self {
        let mut matrix = Self::zeros(name, shape.to_vec(), arrangement);
        let [rows, columns] = shape;
        let per_stripe = arrangement.rows_of_stripe();
        let stripes = matrix.values.par_chunks_mut(arrangement.stripe(columns));
        stripes.enumerate().for_each(|(stripe, values)| {
            let mut row = vec![0.0; columns];
            let first = stripe * per_stripe;
            for number in first..rows.min(first + per_stripe) {
                fill(number, &mut row);
                arrangement.put(values, number - first, &row);
            }
        });
        matrix
    }

    fn zeros(name: String, shape: Vec<usize>, arrangement: Arrangement) -> Self {
        let length = arrangement.length(sides(&shape));
        Self {
            name,
            shape,
            arrangement,
            values: Memory::zeros(length),
            first: Memory::zeros(length),
            second: Memory::zeros(length),
            gradient: None,
        }
    }

    /// Numbers of the tensor.
    pub(crate) fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// Numbers of a stripe of the matrix.
    pub(crate) fn stripe(&self) -> usize {
        self.arrangement.stripe(sides(&self.shape)[1])
    }

    /// Learns from the whole gradient.
    pub(crate) fn learn(&mut self, gradient: &[f32], learning: Learning) {
        let whole = self.stretches(gradient.len(), learning).pop();
        whole
            .expect("a parameter holds at least one value")
            .learn(0, gradient, learning);
    }

    /// The parameter, ready to learn, cut into stretches of `length` numbers.
    pub(crate) fn stretches(&mut self, length: usize, learning: Learning) -> Vec<Stretch<'_>> {
        match learning {
            // Nothing waits, or the step would have been refused.
            Learning::Now(_) => self.gradient = None,
            Learning::Accumulate if self.gradient.is_none() => {
                self.gradient = Some(Memory::zeros(self.values.len()));
            }
            Learning::Accumulate | Learning::Apply(_) => {}
        }
        let values = self.values.chunks_mut(length);
        let moments = self
            .first
            .chunks_mut(length)
            .zip(self.second.chunks_mut(length));
        let gradient = self.gradient.as_deref_mut().unwrap_or_default();
        let mut accumulated = gradient.chunks_mut(length);
        values
            .zip(moments)
            .map(|(values, (first, second))| Stretch {
                moving: Moving {
                    values,
                    first,
                    second,
                },
                accumulated: accumulated.next(),
            })
            .collect()
    }
}

impl Stretch<'_> {
    /// Learns the gradient of the values from position `start`.
    pub(crate) fn learn(&mut self, start: usize, gradient: &[f32], learning: Learning) {
        let range = start..start + gradient.len();
        let moving = Moving {
            values: &mut self.moving.values[range.clone()],
            first: &mut self.moving.first[range.clone()],
            second: &mut self.moving.second[range.clone()],
        };
        match (learning, self.accumulated.as_deref_mut()) {
            (Learning::Now(step), _) | (Learning::Apply(step), None) => {
                step.apply(moving, gradient)
            }
            (Learning::Accumulate, Some(accumulated)) => add(&mut accumulated[range], gradient),
            (Learning::Apply(step), Some(accumulated)) => {
                let accumulated = &mut accumulated[range];
                add(accumulated, gradient);
                step.apply(moving, accumulated);
                accumulated.fill(0.0);
            }
            (Learning::Accumulate, None) => unreachable!("the gradient is held before learning"),
        }
    }
}

fn add(sums: &mut [f32], terms: &[f32]) {
    sums.iter_mut()
        .zip(terms)
        .for_each(|(sum, term)| *sum += term);
}

/// Rows and columns of a tensor; a vector is one row.
fn sides(shape: &[usize]) -> [usize; 2] {
    match *shape {
        [rows, columns] => [rows, columns],
        _ => [1, shape.iter().product()],
    }
}

impl Parameter {
    /// The weights as every engine exports them.
    pub(crate) fn tensor(&self) -> Tensor {
        self.exported(&self.values)
    }

    fn exported(&self, stored: &[f32]) -> Tensor {
        Tensor {
            shape: self.shape.clone(),
            data: self.arrangement.rows(stored, sides(&self.shape)),
        }
    }

    pub(crate) fn save(&self, state: &mut State, pending: bool) {
        let moments = [
            (&mut state.first_moments, &self.first),
            (&mut state.second_moments, &self.second),
        ];
        for (tensors, stored) in moments {
            tensors.insert(self.name.clone(), self.exported(stored));
        }
        if let (true, Some(gradient)) = (pending, &self.gradient) {
            let gradient = self.exported(gradient);
            state.gradients.insert(self.name.clone(), gradient);
        }
    }

    /// Takes values that were checked.
    pub(crate) fn take(&mut self, weights: &Weights) {
        self.arrangement.store(
            &weights[&self.name].data,
            sides(&self.shape)[1],
            &mut self.values,
        );
    }

    /// Takes moments and gradients that were checked.
    pub(crate) fn restore(&mut self, state: &State) {
        let (arrangement, columns) = (self.arrangement, sides(&self.shape)[1]);
        let store = |tensor: &Tensor, stored: &mut [f32]| {
            arrangement.store(&tensor.data, columns, stored);
        };
        store(&state.first_moments[&self.name], &mut self.first);
        store(&state.second_moments[&self.name], &mut self.second);
        self.gradient = state.gradients.get(&self.name).map(|tensor| {
            let mut gradient = Memory::zeros(self.values.len());
            store(tensor, &mut gradient);
            gradient
        });
    }
}
