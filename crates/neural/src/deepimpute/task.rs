//! The loss of a group as the steps of a training.

use imputome_core::Result;
use imputome_engine::losses::{self, MeanSquaredError};
use imputome_engine::{Batch, InputValues, Model, Objective, Update};

use super::base::Base;
use super::cells::LogCells;
use super::passes::Passes;
use super::scores::InputScale;
use super::settings::{DeepImpute, EntryWeight, Inputs};
use super::subnets::Subnet;
use crate::training::{Task, refused};

/// Cells predicted at once while a network is judged; ours.
const AT_ONCE: usize = 256;

/// The training of one network.
#[derive(Debug)]
pub(super) struct SubnetTask<'a> {
    settings: &'a DeepImpute,
    /// What is not zero of the genes of the network, predictors first, then targets: a pass over all genes of
    /// the table in every step would take longer than the network's own work.
    cells: LogCells,
    predictors: usize,
    reads: Reads<'a>,
    targets: usize,
    passes: Passes,
    validation: &'a [usize],
}

/// What a network and what stands beside it read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reads<'a> {
    /// How predictors reach the network.
    pub(super) scale: &'a InputScale,
    /// Where cells stand along the directions, `[cells, width]`; empty where nothing needs it.
    pub(super) scores: &'a [f32],
    pub(super) width: usize,
    pub(super) base: &'a Base,
}

/// Matrices of some cells, row by row.
#[derive(Debug)]
pub(super) struct Matrices {
    /// `[cells, inputs]`.
    pub(super) inputs: Vec<f32>,
    /// What stands beside the network, `[cells, targets]`.
    pub(super) base: Vec<f32>,
    /// What that leaves over, `[cells, targets]`.
    pub(super) targets: Vec<f32>,
    /// `[cells, targets]`.
    pub(super) weights: Vec<f32>,
}

impl<'a> SubnetTask<'a> {
    /// The task of a network that learns by `passes` and is stopped by the cells `validation`.
    pub(super) fn new(
        settings: &'a DeepImpute,
        (cells, genes): (&'a LogCells, usize),
        (subnet, reads): (&Subnet, Reads<'a>),
        (passes, validation): (Passes, &'a [usize]),
    ) -> Self {
        let mut numbers = vec![u32::MAX; genes];
        let read = subnet.predictors.iter().chain(&subnet.targets);
        for (number, &gene) in (0..).zip(read) {
            numbers[gene] = number;
        }
        Self {
            settings,
            cells: cells.renumbered(&numbers),
            predictors: subnet.predictors.len(),
            reads,
            targets: subnet.targets.len(),
            passes,
            validation,
        }
    }

    /// Steps of this many epochs.
    pub(super) fn steps(&self, epochs: usize) -> usize {
        self.passes.steps(epochs)
    }

    /// Some cells as the network reads and learns them.
    fn matrices(&self, rows: &[usize]) -> Matrices {
        let Reads {
            scale,
            scores,
            width,
            base,
        } = self.reads;
        let scores: Vec<f32> = match scores {
            [] => Vec::new(),
            _ => rows
                .iter()
                .flat_map(|&row| &scores[row * width..(row + 1) * width])
                .copied()
                .collect(),
        };
        let mut beside = vec![0.0; rows.len() * self.targets];
        base.estimate(&scores, &mut beside);
        let mut matrices = Matrices {
            targets: beside.iter().map(|base| -base).collect(),
            weights: vec![self.settings.zero_weight as f32; beside.len()],
            base: beside,
            inputs: match self.settings.inputs {
                Inputs::Directions => scores,
                Inputs::Logs | Inputs::Standardized => scale.zeros().repeat(rows.len()),
            },
        };
        for (number, &row) in rows.iter().enumerate() {
            self.enter(number, row, &mut matrices);
        }
        matrices
    }

    /// Enters what is not zero in cell `row` into row `number`.
    fn enter(&self, number: usize, row: usize, matrices: &mut Matrices) {
        let scale = self.reads.scale;
        for (place, log) in self.cells.row(row) {
            if place < self.predictors {
                matrices.inputs[number * scale.zeros().len() + place] = scale.score(place, log);
            } else {
                let at = number * self.targets + place - self.predictors;
                matrices.targets[at] = log - matrices.base[at];
                matrices.weights[at] = match self.settings.weight {
                    EntryWeight::Value => log,
                    EntryWeight::One => 1.0,
                };
            }
        }
    }

    /// Gives `judge` what the network makes of the cells to stop by, some at a time.
    pub(super) fn on_validation(
        &self,
        model: &dyn Model,
        mut judge: impl FnMut(&[f32], &Matrices),
    ) -> Result<()> {
        for rows in self.validation.chunks(AT_ONCE) {
            let matrices = self.matrices(rows);
            let inputs = [InputValues::Dense(&matrices.inputs)];
            let mut output = vec![0.0; matrices.targets.len()];
            let batch = Batch::new(rows.len(), &inputs);
            model.predict(&batch, &mut output).map_err(refused)?;
            judge(&output, &matrices);
        }
        Ok(())
    }
}

impl Task for SubnetTask<'_> {
    fn step(&mut self, model: &mut dyn Model, step: u32) -> Result<f32> {
        let rows = self.passes.draw(step);
        let matrices = self.matrices(&rows);
        let inputs = [InputValues::Dense(&matrices.inputs)];
        let batch = Batch::new(rows.len(), &inputs)
            .target(&matrices.targets)
            .weight(&matrices.weights);
        let loss = MeanSquaredError::over_entries();
        let objective = Objective::Loss(&loss);
        model.step(&batch, objective, Update::Now).map_err(refused)
    }

    fn validation_loss(&mut self, model: &dyn Model) -> Result<Option<f64>> {
        let loss = MeanSquaredError::over_entries();
        let (mut sum, mut cells) = (0.0, 0.0);
        self.on_validation(model, |output, matrices| {
            let (width, part) = (self.targets, (output.len() / self.targets) as f64);
            let weights = Some(matrices.weights.as_slice());
            sum += part * losses::evaluate(&loss, width, output, &matrices.targets, weights);
            cells += part;
        })?;
        Ok((cells > 0.0).then(|| sum / cells))
    }
}
