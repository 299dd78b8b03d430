//! A tensor of weights with what training keeps beside it.

use faer::{MatMut, MatRef};
use rayon::prelude::*;

use crate::adam::{AdamStep, Moving};
use crate::blocks::{Factors, TILE_COLUMNS, block_rows, column_panels};
use crate::weights::{State, Tensor, Weights};

/// What happens to a gradient.
#[derive(Debug, Clone, Copy)]
pub(super) enum Learning {
    /// Applied at once.
    Now(AdamStep),
    /// Added to those accumulated.
    Accumulate,
    /// Applied together with those accumulated.
    Apply(AdamStep),
}

/// A tensor of weights, its moments, and its accumulated gradient once there is one.
#[derive(Debug)]
pub(super) struct Parameter {
    pub(super) name: String,
    pub(super) shape: Vec<usize>,
    pub(super) values: Vec<f32>,
    first: Vec<f32>,
    second: Vec<f32>,
    gradient: Option<Vec<f32>>,
}

/// A stretch of a parameter that one task owns.
#[derive(Debug)]
struct Stretch<'a> {
    moving: Moving<'a>,
    accumulated: Option<&'a mut [f32]>,
}

impl Parameter {
    pub(super) fn new(name: String, shape: Vec<usize>, values: Vec<f32>) -> Self {
        let (first, second) = (vec![0.0; values.len()], vec![0.0; values.len()]);
        Self {
            name,
            shape,
            values,
            first,
            second,
            gradient: None,
        }
    }

    /// Learns from the whole gradient.
    pub(super) fn learn(&mut self, gradient: &[f32], learning: Learning) {
        self.hold_gradient(learning);
        let whole = self.stretches(gradient.len()).pop();
        whole
            .expect("a parameter holds at least one value")
            .learn(0, gradient, learning);
    }

    /// Learns a kernel's gradient from its factors, visiting each block of rows once: its share in the gradient of
    /// the input (with the weights as they were), its own gradient, then the update, while it is in cache.
    ///
    /// `input_gradient` `[samples, ins]` is added to for the rows that `wanted` selects.
    pub(super) fn learn_product(
        &mut self,
        factors: Factors<'_>,
        input_gradient: &mut [f32],
        wanted: &(impl Fn(usize, usize) -> bool + Sync),
        learning: Learning,
    ) {
        self.hold_gradient(learning);
        let rows = block_rows(factors.outs);
        let input_gradient =
            MatMut::from_row_major_slice_mut(input_gradient, factors.samples, factors.ins);
        let blocks = self.stretches(rows * factors.outs);
        let tasks: Vec<_> = blocks
            .into_iter()
            .zip(column_panels(input_gradient, rows))
            .collect();
        tasks
            .into_par_iter()
            .for_each(|(block, (row, input_gradient))| {
                let input_gradient =
                    wanted(row, row + input_gradient.ncols()).then_some(input_gradient);
                block.learn_product(factors, row, input_gradient, learning);
            });
    }

    fn hold_gradient(&mut self, learning: Learning) {
        if matches!(learning, Learning::Accumulate) && self.gradient.is_none() {
            self.gradient = Some(vec![0.0; self.values.len()]);
        }
    }

    /// The parameter cut into stretches of `length` values.
    fn stretches(&mut self, length: usize) -> Vec<Stretch<'_>> {
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
    fn learn_product(
        mut self,
        factors: Factors<'_>,
        row: usize,
        mut input_gradient: Option<MatMut<'_, f32>>,
        learning: Learning,
    ) {
        let outs = factors.outs;
        let rows = self.moving.values.len() / outs;
        let mut tile = vec![0.0; rows * TILE_COLUMNS.min(outs)];
        for column in (0..outs).step_by(TILE_COLUMNS) {
            let columns = TILE_COLUMNS.min(outs - column);
            if let Some(input_gradient) = &mut input_gradient {
                let weights = MatRef::from_row_major_slice(&*self.moving.values, rows, outs);
                let weights = weights.subcols(column, columns);
                factors.add_input_gradient(column, weights, input_gradient.as_mut());
            }
            let tile = &mut tile[..rows * columns];
            let matrix = MatMut::from_row_major_slice_mut(tile, rows, columns);
            factors.tile_gradient([row, column], matrix);
            for (row, gradient) in tile.chunks(columns).enumerate() {
                self.learn(row * outs + column, gradient, learning);
            }
        }
    }

    /// Learns the gradient of the values from position `start`.
    fn learn(&mut self, start: usize, gradient: &[f32], learning: Learning) {
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

impl Parameter {
    pub(super) fn tensor(&self, data: &[f32]) -> Tensor {
        Tensor {
            shape: self.shape.clone(),
            data: data.to_vec(),
        }
    }

    pub(super) fn save(&self, state: &mut State, pending: bool) {
        state
            .first_moments
            .insert(self.name.clone(), self.tensor(&self.first));
        state
            .second_moments
            .insert(self.name.clone(), self.tensor(&self.second));
        if let (true, Some(gradient)) = (pending, &self.gradient) {
            state
                .gradients
                .insert(self.name.clone(), self.tensor(gradient));
        }
    }

    /// Takes values that have been checked.
    pub(super) fn take(&mut self, weights: &Weights) {
        self.values.copy_from_slice(&weights[&self.name].data);
    }

    pub(super) fn restore(&mut self, state: &State) {
        self.first
            .copy_from_slice(&state.first_moments[&self.name].data);
        self.second
            .copy_from_slice(&state.second_moments[&self.name].data);
        self.gradient = state
            .gradients
            .get(&self.name)
            .map(|gradient| gradient.data.clone());
    }
}
