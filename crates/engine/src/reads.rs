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
    /// The piece of `part`, which starts at column `start` of what the branch reads, that this stretch fills, and
    /// the column of the stretch from which it does.
    pub(crate) fn overlap<'a>(
        &self,
        start: usize,
        part: &'a mut [f32],
    ) -> Option<(usize, &'a mut [f32])> {
        let (first, end) = (
            start.max(self.start),
            (start + part.len()).min(self.start + self.width),
        );
        (first < end).then(|| (first - self.start, &mut part[first - start..end - start]))
    }

    /// Copies what the branch reads of one sample, from column `from` of the stretch on.
    pub(crate) fn copy_part(&self, values: &[f32], sample: usize, from: usize, part: &mut [f32]) {
        let values = &values[sample * self.input_width..][..self.input_width];
        match &self.columns {
            None => part.copy_from_slice(&values[from..from + part.len()]),
            Some(columns) => part
                .iter_mut()
                .zip(&columns[from..])
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
