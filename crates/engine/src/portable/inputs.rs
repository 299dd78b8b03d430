//! The inputs of a network: gathered for each branch, and their gradients taken apart again.

use super::parameter::{Learning, Parameter};
use crate::batch::{Batch, InputValues, UNKNOWN_LEVEL};
use crate::blocks::column_sums;
use crate::error::EngineError;
use crate::spec::{Branch, Input, Source, Spec};

/// The tables of the embeddings, one place for each input.
#[derive(Debug)]
pub(super) struct Inputs {
    pub(super) tables: Vec<Option<Parameter>>,
}

/// A stretch of what a branch reads.
#[derive(Debug)]
pub(super) struct Read {
    input: usize,
    /// First column within what the branch reads.
    start: usize,
    width: usize,
    /// Width of the whole input.
    input_width: usize,
    /// Columns of the input, where not all.
    columns: Option<Vec<u32>>,
    embedding: bool,
}

impl Read {
    /// What a branch of a valid network reads, and how wide it is.
    pub(super) fn of_branch(spec: &Spec, branch: &Branch) -> (Vec<Self>, usize) {
        let mut start = 0;
        let mut reads = Vec::new();
        for source in &branch.reads {
            let named = |input: &Input| input.name() == source.input();
            let input = spec
                .inputs
                .iter()
                .position(named)
                .expect("the network is valid");
            let columns = match source {
                Source::Input(_) => None,
                Source::Columns { columns, .. } => Some(columns.clone()),
            };
            let input_width = spec.inputs[input].width();
            let width = columns.as_ref().map_or(input_width, Vec::len);
            let embedding = matches!(spec.inputs[input], Input::Embedding { .. });
            reads.push(Self {
                input,
                start,
                width,
                input_width,
                columns,
                embedding,
            });
            start += width;
        }
        (reads, start)
    }

    /// Whether any of the columns from `start` to before `end` come from an embedding.
    pub(super) fn learns_in(&self, start: usize, end: usize) -> bool {
        self.embedding && self.start < end && start < self.start + self.width
    }
}

impl Inputs {
    /// What a branch reads, shape `[samples, width]`.
    pub(super) fn gather(&self, reads: &[Read], batch: &Batch<'_>) -> Vec<f32> {
        let width: usize = reads.iter().map(|read| read.width).sum();
        let mut gathered = vec![0.0; batch.samples * width];
        for read in reads {
            let table = self.tables[read.input].as_ref();
            let mean = table.map(mean_row).unwrap_or_default();
            for (sample, row) in gathered.chunks_mut(width).enumerate() {
                let row = &mut row[read.start..read.start + read.width];
                match (batch.inputs[read.input], table) {
                    (InputValues::Levels(levels), Some(table)) => {
                        row.copy_from_slice(level_row(table, levels[sample]).unwrap_or(&mean));
                    }
                    (InputValues::Dense(values), _) => read.copy(values, sample, row),
                    (InputValues::Levels(_), None) => unreachable!("the batch is checked"),
                }
            }
        }
        gathered
    }

    /// Teaches the tables, given for each branch what it reads and the gradient with respect to that.
    pub(super) fn learn(
        &mut self,
        branches: &[(&[Read], Vec<f32>)],
        batch: &Batch<'_>,
        learning: Learning,
    ) {
        for (input, table) in self.tables.iter_mut().enumerate() {
            let (Some(table), InputValues::Levels(levels)) = (table, batch.inputs[input]) else {
                continue;
            };
            let mut sums = vec![0.0; table.values.len()];
            for (reads, gradient) in branches {
                let width = gradient.len() / batch.samples;
                for read in reads.iter().filter(|read| read.input == input) {
                    for (row, &level) in gradient.chunks(width).zip(levels) {
                        scatter(&mut sums, level, &row[read.start..read.start + read.width]);
                    }
                }
            }
            let gradient: Vec<f32> = sums.iter().map(|&sum| sum as f32).collect();
            table.learn(&gradient, learning);
        }
    }
}

impl Read {
    /// Copies what the branch reads of one sample into its place in `row`.
    fn copy(&self, values: &[f32], sample: usize, row: &mut [f32]) {
        let values = &values[sample * self.input_width..][..self.input_width];
        match &self.columns {
            None => row.copy_from_slice(values),
            Some(columns) => row
                .iter_mut()
                .zip(columns)
                .for_each(|(value, &column)| *value = values[column as usize]),
        }
    }

    /// Adds the gradient with respect to what a branch reads to that with respect to each dense input.
    pub(super) fn add_to_inputs(&self, gradient: &[f32], samples: usize, inputs: &mut [Vec<f32>]) {
        if self.embedding {
            return;
        }
        let rows = gradient.chunks(gradient.len() / samples);
        let sums = inputs[self.input].chunks_mut(self.input_width);
        for (row, sums) in rows.zip(sums) {
            let row = &row[self.start..self.start + self.width];
            match &self.columns {
                None => sums
                    .iter_mut()
                    .zip(row)
                    .for_each(|(sum, term)| *sum += term),
                Some(columns) => columns
                    .iter()
                    .zip(row)
                    .for_each(|(&column, term)| sums[column as usize] += term),
            }
        }
    }
}

/// Mean of all rows of a table.
fn mean_row(table: &Parameter) -> Vec<f32> {
    let (levels, dim) = (table.shape[0], table.shape[1]);
    let sums = column_sums(&table.values, dim, |_, value| f64::from(value));
    sums.iter()
        .map(|sum| (sum / levels as f64) as f32)
        .collect()
}

fn level_row(table: &Parameter, level: u32) -> Option<&[f32]> {
    let dim = table.shape[1];
    (level != UNKNOWN_LEVEL).then(|| &table.values[level as usize * dim..][..dim])
}

/// Adds the gradient of one sample to the row of its level, or to all rows alike where the level is unknown.
fn scatter(sums: &mut [f64], level: u32, gradient: &[f32]) {
    let dim = gradient.len();
    let levels = sums.len() / dim;
    let (rows, share) = match level {
        UNKNOWN_LEVEL => (sums, 1.0 / levels as f64),
        level => (&mut sums[level as usize * dim..][..dim], 1.0),
    };
    for row in rows.chunks_mut(dim) {
        row.iter_mut()
            .zip(gradient)
            .for_each(|(sum, &term)| *sum += share * f64::from(term));
    }
}

/// Refuses a batch that does not fit the network; its target is checked where a loss asks for it.
pub(super) fn check_inputs(spec: &Spec, batch: &Batch<'_>) -> Result<(), EngineError> {
    check_size("the batch", "samples", batch.samples.max(1), batch.samples)?;
    check_size("the batch", "inputs", spec.inputs.len(), batch.inputs.len())?;
    spec.inputs
        .iter()
        .zip(batch.inputs)
        .try_for_each(|(input, values)| check_input(input, *values, batch.samples))
}

fn check_input(input: &Input, values: InputValues<'_>, samples: usize) -> Result<(), EngineError> {
    let name = || format!("input `{}`", input.name());
    let kind = |expected, found| {
        Err(EngineError::InputKind {
            input: input.name().to_owned(),
            expected,
            found,
        })
    };
    match (input, values) {
        (Input::Dense { width, .. }, InputValues::Dense(values)) => {
            check_size(&name(), "values", samples * width, values.len())
        }
        (Input::Embedding { levels, .. }, InputValues::Levels(given)) => {
            check_size(&name(), "levels", samples, given.len())?;
            let outside = |level: &u32| *level != UNKNOWN_LEVEL && *level as usize >= *levels;
            match given.iter().position(outside) {
                None => Ok(()),
                Some(sample) => Err(EngineError::Level {
                    input: input.name().to_owned(),
                    sample,
                    level: given[sample],
                    levels: *levels,
                }),
            }
        }
        (Input::Dense { .. }, InputValues::Levels(_)) => kind("numbers", "levels"),
        (Input::Embedding { .. }, InputValues::Dense(_)) => kind("levels", "numbers"),
    }
}

/// Refuses a buffer of another size.
pub(super) fn check_size(
    what: &str,
    unit: &'static str,
    expected: usize,
    found: usize,
) -> Result<(), EngineError> {
    if expected == found {
        return Ok(());
    }
    Err(EngineError::Size {
        what: what.to_owned(),
        unit,
        expected,
        found,
    })
}
