//! A fixed batch in memory: what a step reads, without the cost of reading it.

use imputome_engine::{Batch, Input, InputValues};

use crate::numbers::uniform;
use crate::workloads::{COVARIATES, GENES, Kind, Workload};

/// The samples of every step.
pub(crate) struct Samples {
    inputs: Vec<Values>,
    target: Vec<f32>,
    weight: Option<Vec<f32>>,
}

enum Values {
    Dense(Vec<f32>),
    Levels(Vec<u32>),
}

impl Samples {
    pub(crate) fn make(workload: &Workload) -> Self {
        let samples = workload.samples;
        match workload.kind {
            Kind::Masked => Self::masked(samples),
            Kind::Embedded => Self::embedded(samples, &workload.spec.inputs),
            Kind::Translated => Self::shaped(workload, |uniform| uniform),
            Kind::Counts => Self::shaped(workload, count),
        }
    }

    /// One input and a target, both of this shape.
    fn shaped(workload: &Workload, shape: fn(f32) -> f32) -> Self {
        let input = &workload.spec.inputs[0];
        let samples = workload.samples;
        let values = drawn(input.name(), samples * input.width(), shape);
        Self {
            inputs: vec![Values::Dense(values)],
            target: drawn("target", samples * workload.spec.output_width(), shape),
            weight: None,
        }
    }

    fn masked(samples: usize) -> Self {
        let (values, mask) = pseudo_masked(samples);
        let covariates = drawn("covariates", samples * COVARIATES, |u| u);
        let rows = values.chunks(GENES).zip(mask.chunks(GENES));
        let table = rows
            .zip(covariates.chunks(COVARIATES))
            .flat_map(|((values, mask), covariates)| {
                let visible = values.iter().zip(mask).map(|(value, mask)| value * mask);
                visible
                    .chain(covariates.iter().copied())
                    .chain(mask.iter().copied())
            })
            .collect();
        Self {
            inputs: vec![Values::Dense(table)],
            target: values,
            weight: Some(hidden(&mask)),
        }
    }

    fn embedded(samples: usize, inputs: &[Input]) -> Self {
        let (values, mask) = pseudo_masked(samples);
        let inputs = inputs.iter().map(|input| match *input {
            Input::Embedding { levels, .. } => Values::Levels(
                (0..samples)
                    .map(|sample| (sample % levels) as u32)
                    .collect(),
            ),
            Input::Dense { width: 1, .. } => Values::Dense(
                (0..samples)
                    .map(|sample| sample as f32 / samples as f32)
                    .collect(),
            ),
            Input::Dense { ref name, .. } if name == "mask" => Values::Dense(mask.clone()),
            Input::Dense { .. } => Values::Dense(
                values
                    .iter()
                    .zip(&mask)
                    .map(|(value, mask)| value * mask)
                    .collect(),
            ),
        });
        Self {
            inputs: inputs.collect(),
            weight: Some(hidden(&mask)),
            target: values,
        }
    }

    pub(crate) fn inputs(&self) -> Vec<InputValues<'_>> {
        let borrowed = self.inputs.iter().map(|values| match values {
            Values::Dense(values) => InputValues::Dense(values),
            Values::Levels(levels) => InputValues::Levels(levels),
        });
        borrowed.collect()
    }

    pub(crate) fn batch<'a>(&'a self, samples: usize, inputs: &'a [InputValues<'a>]) -> Batch<'a> {
        let batch = Batch::new(samples, inputs).target(&self.target);
        match &self.weight {
            Some(weight) => batch.weight(weight),
            None => batch,
        }
    }
}

/// Standardized values and a mask that shows half of them.
fn pseudo_masked(samples: usize) -> (Vec<f32>, Vec<f32>) {
    // Uniform with variance 1.
    let values = drawn("values", samples * GENES, |u| {
        (2.0 * u - 1.0) * 3_f32.sqrt()
    });
    let mask = drawn("mask", samples * GENES, |u| f32::from(u < 0.5));
    (values, mask)
}

fn hidden(mask: &[f32]) -> Vec<f32> {
    mask.iter().map(|mask| 1.0 - mask).collect()
}

/// Half of them zero, the others up to 2: counts as logarithms.
fn count(uniform: f32) -> f32 {
    (4.0 * uniform - 2.0).max(0.0)
}

fn drawn(name: &str, length: usize, shape: impl Fn(f32) -> f32) -> Vec<f32> {
    let uniform = uniform(name);
    (0..length)
        .map(|position| shape(uniform(position)))
        .collect()
}
