//! The networks: as the papers have them, at the sizes of their data.

use std::error::Error;

use imputome_engine::losses::{
    Average, Loss, MeanSquaredError, RootMeanSquaredError, ValueWeightedSquaredError,
};
use imputome_engine::{
    Activation, Adam, Branch, Dense, Head, HeadLoss, Input, Objective, Source, Spec,
};

/// Genes of GTEx that the Pseudo-Mask Imputer was published with.
pub(crate) const GENES: usize = 12_557;
/// Numbers beside values and mask in `w1`, such as covariates.
pub(crate) const COVARIATES: usize = 66;
const NETWORKS: usize = 8;
/// Genes in the table that the networks choose their columns from.
const TABLE: usize = 4_096;
const PREDICTORS: usize = 1_024;
const TARGETS: usize = 512;

/// As [`MeanSquaredError::per_sample`] has it.
static PER_SAMPLE: MeanSquaredError = MeanSquaredError {
    average: Average::PerSample { offset: 1e-7 },
};

/// What the values of a workload look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Values, half of them hidden, the mask and covariates in one table.
    Masked,
    /// The same with embeddings, each part an input of its own.
    Embedded,
    /// One omics layer in, another out.
    Translated,
    /// Counts as logarithms.
    Counts,
}

/// A network, its optimizer and its loss.
pub(crate) struct Workload {
    pub(crate) kind: Kind,
    pub(crate) spec: Spec,
    pub(crate) adam: Adam,
    pub(crate) samples: usize,
    losses: Vec<HeadLoss<'static>>,
}

impl Workload {
    pub(crate) fn named(name: &str, batch: Option<usize>) -> Result<Self, Box<dyn Error>> {
        let (kind, spec, samples) = match name {
            "w1" => (Kind::Masked, masked(), 64),
            "w2" => (Kind::Translated, translated([27_717, 19_027]), 128),
            "cohort" => (Kind::Translated, translated([2_000, 1_000]), 16),
            "w3" => (Kind::Counts, counts(), 64),
            "pmi" => (Kind::Embedded, embedded(), 32),
            other => {
                return Err(
                    format!("no workload `{other}`; expected w1, w2, w3, pmi, cohort").into(),
                );
            }
        };
        let loss: &'static dyn Loss = match kind {
            Kind::Masked | Kind::Embedded => &PER_SAMPLE,
            Kind::Translated => &RootMeanSquaredError,
            Kind::Counts => &ValueWeightedSquaredError,
        };
        let losses = vec![HeadLoss { loss, scale: 1.0 }; spec.branches.len()];
        let adam = Adam {
            learning_rate: 1e-4,
            ..Adam::default()
        };
        let samples = batch.unwrap_or(samples);
        Ok(Self {
            kind,
            spec,
            adam,
            samples,
            losses,
        })
    }

    /// One loss for each branch; the objective is their sum.
    pub(crate) fn objective(&self) -> Objective<'_> {
        match &self.losses[..] {
            [only] => Objective::Loss(only.loss),
            several => Objective::Heads(several),
        }
    }

    pub(crate) fn forget_dropout(&mut self) {
        let blocks = self.spec.branches.iter_mut().flat_map(|b| &mut b.blocks);
        blocks.for_each(|block| block.dropout = 0.0);
    }
}

/// A Pseudo-Mask Imputer of two hidden layers.
fn masked() -> Spec {
    let inputs = vec![Input::dense("table", 2 * GENES + COVARIATES)];
    Spec::sequential(inputs, vec![pmi_block(1_024); 2], Dense::linear(GENES))
}

/// The Pseudo-Mask Imputer (Viñas et al. 2021), configuration `inductive_imputation` of the released code.
fn embedded() -> Spec {
    let inputs = vec![
        Input::dense("values", GENES),
        Input::dense("age", 1),
        Input::embedding("sex", 2, 2),
        Input::embedding("cohort", 3, 2),
        Input::embedding("tissue", 49, 8),
        Input::dense("mask", GENES),
    ];
    Spec::sequential(inputs, vec![pmi_block(3_072)], Dense::linear(GENES))
}

fn pmi_block(width: usize) -> Dense {
    Dense::linear(width)
        .normalized()
        .activation(Activation::Relu)
        .dropout(0.2)
}

/// TDimpute (Zhou et al. 2020): methylation sites in, genes out; as published, or on the genes of a small study.
fn translated([sites, genes]: [usize; 2]) -> Spec {
    let sigmoid = |width| Dense::linear(width).activation(Activation::Sigmoid);
    let inputs = vec![Input::dense("sites", sites)];
    Spec::sequential(inputs, vec![sigmoid(4_000)], sigmoid(genes))
}

/// Eight networks of DeepImpute (Arisdakessian et al. 2019).
fn counts() -> Spec {
    let hidden = Dense::linear(256).activation(Activation::Relu).dropout(0.2);
    let output = Dense::linear(TARGETS).activation(Activation::Softplus);
    let branches = (0..NETWORKS).map(|network| Branch {
        name: format!("network{network}"),
        reads: vec![Source::Columns {
            input: "genes".to_owned(),
            columns: predictors(network),
        }],
        blocks: vec![hidden.clone()],
        heads: vec![Head {
            name: "output".to_owned(),
            block: output.clone(),
        }],
    });
    Spec {
        inputs: vec![Input::dense("genes", TABLE)],
        branches: branches.collect(),
    }
}

/// Scattered columns, none twice: 5 has no divisor in common with the width of the table.
fn predictors(network: usize) -> Vec<u32> {
    (0..PREDICTORS)
        .map(|number| ((network * 509 + number * 5) % TABLE) as u32)
        .collect()
}

/// Operations on matrices for one sample of a step: forward, gradient of the weights, and gradient of what a layer
/// reads, except for the first, whose inputs need none.
pub(crate) fn matrix_flops(spec: &Spec) -> f64 {
    let mut total = 0;
    for branch in &spec.branches {
        let reads = branch.reads.iter();
        let mut width = reads.map(|source| read_width(spec, source)).sum::<usize>();
        let mut products = 2;
        for block in &branch.blocks {
            total += 2 * products * width * block.width;
            (width, products) = (block.width, 3);
        }
        for head in &branch.heads {
            total += 2 * products * width * head.block.width;
        }
    }
    total as f64
}

fn read_width(spec: &Spec, source: &Source) -> usize {
    match source {
        Source::Columns { columns, .. } => columns.len(),
        Source::Input(name) => {
            let read = spec.inputs.iter().find(|input| input.name() == name);
            read.map_or(0, Input::width)
        }
    }
}
