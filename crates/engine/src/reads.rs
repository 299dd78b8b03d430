//! What a branch reads of the inputs.

use crate::spec::{Branch, Input, Source, Spec};

/// A stretch of what a branch reads.
#[derive(Debug)]
pub(crate) struct Read {
    /// Number of the input, from 0.
    pub(crate) input: usize,
    /// First column within what the branch reads.
    pub(crate) start: usize,
    pub(crate) width: usize,
    /// Width of the whole input.
    pub(crate) input_width: usize,
    /// Columns of the input, where not all.
    pub(crate) columns: Option<Vec<u32>>,
    pub(crate) embedding: bool,
}

impl Read {
    /// What a branch of a valid network reads, and how wide it is.
    pub(crate) fn of_branch(spec: &Spec, branch: &Branch) -> (Vec<Self>, usize) {
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
    pub(crate) fn learns_in(&self, start: usize, end: usize) -> bool {
        self.embedding && self.start < end && start < self.start + self.width
    }
}

impl Read {
    /// Copies what the branch reads of one sample into its place in `row`.
    pub(crate) fn copy(&self, values: &[f32], sample: usize, row: &mut [f32]) {
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
    fn add_to_inputs(&self, gradient: &[f32], samples: usize, inputs: &mut [Vec<f32>]) {
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

/// Gradient with respect to every input, `[samples, width]` and empty for an embedding, given for each branch what it
/// reads and the gradient with respect to that.
pub(crate) fn input_gradients<'a>(
    spec: &Spec,
    branches: impl Iterator<Item = (&'a [Read], &'a Vec<f32>)>,
    samples: usize,
) -> Vec<Vec<f32>> {
    let zeros = |input: &Input| match input {
        Input::Dense { width, .. } => vec![0.0; samples * width],
        Input::Embedding { .. } => Vec::new(),
    };
    let mut inputs: Vec<Vec<f32>> = spec.inputs.iter().map(zeros).collect();
    for (reads, gradient) in branches {
        for read in reads {
            read.add_to_inputs(gradient, samples, &mut inputs);
        }
    }
    inputs
}
