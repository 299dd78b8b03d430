//! The loss of a group as the steps of a training.

use imputome_core::Result;
use imputome_engine::losses::{self, MeanSquaredError};
use imputome_engine::{Batch, InputValues, Model, Objective, Update};

use super::cells::LogCells;
use super::passes::Passes;
use super::scores::InputScale;
use super::settings::{DeepImpute, EntryWeight};
use super::subnets::Subnet;
use crate::training::{Task, refused};

/// Cells predicted at once while a network is judged; ours.
const AT_ONCE: usize = 256;

/// The training of one network.
#[derive(Debug)]
pub(super) struct SubnetTask<'a> {
    settings: &'a DeepImpute,
    cells: &'a LogCells,
    /// Where each gene of the table stands in the network.
    places: Vec<Place>,
    scale: &'a InputScale,
    targets: usize,
    passes: Passes,
    validation: &'a [usize],
}

/// Where a gene stands in a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Nowhere,
    Predictor(u32),
    Target(u32),
}

/// Matrices of some cells, row by row.
#[derive(Debug)]
pub(super) struct Matrices {
    /// `[cells, predictors]`.
    pub(super) inputs: Vec<f32>,
    /// `[cells, targets]`.
    pub(super) targets: Vec<f32>,
    /// `[cells, targets]`.
    pub(super) weights: Vec<f32>,
}

impl<'a> SubnetTask<'a> {
    /// The task of a network that learns by `passes` and is stopped by the cells `validation`.
    pub(super) fn new(
        settings: &'a DeepImpute,
        (cells, genes): (&'a LogCells, usize),
        (subnet, scale): (&Subnet, &'a InputScale),
        (passes, validation): (Passes, &'a [usize]),
    ) -> Self {
        let mut places = vec![Place::Nowhere; genes];
        for (at, &gene) in (0..).zip(&subnet.predictors) {
            places[gene] = Place::Predictor(at);
        }
        for (at, &gene) in (0..).zip(&subnet.targets) {
            places[gene] = Place::Target(at);
        }
        Self {
            settings,
            cells,
            places,
            scale,
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
        let mut inputs = self.scale.zeros().repeat(rows.len());
        let mut targets = vec![0.0; rows.len() * self.targets];
        let mut weights = vec![self.settings.zero_weight as f32; targets.len()];
        let width = self.scale.zeros().len();
        for (number, &row) in rows.iter().enumerate() {
            for (gene, log) in self.cells.row(row) {
                match self.places[gene] {
                    Place::Nowhere => {}
                    Place::Predictor(at) => {
                        let at = at as usize;
                        inputs[number * width + at] = self.scale.score(at, log);
                    }
                    Place::Target(at) => {
                        let at = number * self.targets + at as usize;
                        targets[at] = log;
                        weights[at] = match self.settings.weight {
                            EntryWeight::Value => log,
                            EntryWeight::One => 1.0,
                        };
                    }
                }
            }
        }
        Matrices {
            inputs,
            targets,
            weights,
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
