//! The objective of a step: on the card where its losses are common ones, else on the processor.

use std::sync::Arc;

use super::card::{Argument, Card};
use super::workspace::{Array, Workspace, count};
use crate::batch::Batch;
use crate::error::EngineError;
use crate::losses::{Loss, Sums, Term};
use crate::model::{HeadLoss, Objective};
use crate::objective::evaluate as evaluate_on_processor;

/// Sums that one sample is cut into, so that thousands of threads have work in a batch of some dozens of samples;
/// ours.
const LANES: usize = 128;

/// A loss over some columns of the output.
#[derive(Debug, Clone, Copy)]
struct Part<'a> {
    loss: &'a dyn Loss,
    term: Term,
    scale: f32,
    start: usize,
    columns: usize,
}

/// A batch's output with what it should be, on the card.
#[derive(Debug)]
struct Aimed<'a, C: Card> {
    output: &'a Array<C>,
    target: Array<C>,
    weight: Option<Array<C>>,
    samples: usize,
    width: usize,
}

/// Value of the objective and gradient of the output `[samples, width]`, for a checked batch.
pub(super) fn evaluate<C: Card>(
    objective: Objective<'_>,
    batch: &Batch<'_>,
    output: &Array<C>,
    heads: &[usize],
) -> Result<(f64, Array<C>), EngineError> {
    let workspace = output.workspace();
    if let Some(parts) = parts(&objective, heads) {
        let aimed = Aimed {
            output,
            target: workspace.numbers(batch.target)?,
            weight: batch
                .weight
                .map(|weight| workspace.numbers(weight))
                .transpose()?,
            samples: batch.samples,
            width: heads.iter().sum(),
        };
        return aimed.evaluate(&parts);
    }
    let output = output.read()?;
    let mut gradient = vec![0.0; output.len()];
    let matrices = (output.as_slice(), gradient.as_mut_slice());
    let pool = crate::threads::pool(1)?;
    let value = evaluate_on_processor(objective, batch, matrices, heads, &pool);
    Ok((value, workspace.numbers(&gradient)?))
}

/// The losses over their columns, where all are common ones.
fn parts<'a>(objective: &Objective<'a>, heads: &[usize]) -> Option<Vec<Part<'a>>> {
    let whole;
    let (losses, columns): (&[HeadLoss<'a>], Vec<usize>) = match objective {
        Objective::Gradient(_) => return None,
        Objective::Heads(losses) => (losses, heads.to_vec()),
        Objective::Loss(loss) => {
            whole = [HeadLoss {
                loss: *loss,
                scale: 1.0,
            }];
            (&whole, vec![heads.iter().sum()])
        }
    };
    let mut start = 0;
    let parts = losses.iter().zip(columns).map(|(head, columns)| {
        start += columns;
        head.loss.term().map(|term| Part {
            loss: head.loss,
            term,
            scale: head.scale,
            start: start - columns,
            columns,
        })
    });
    parts.collect()
}

impl<C: Card> Aimed<'_, C> {
    fn workspace(&self) -> &Arc<Workspace<C>> {
        self.output.workspace()
    }

    fn evaluate(&self, parts: &[Part<'_>]) -> Result<(f64, Array<C>), EngineError> {
        let mut gradient = self.workspace().room(self.output.len())?;
        let mut value = 0.0;
        for part in parts {
            let sums = self.sums(part)?;
            value += f64::from(part.scale) * part.loss.value(&sums);
            let factors: Vec<f32> = part.loss.factors(&sums).iter().map(|&f| f as f32).collect();
            self.gradient(part, &self.workspace().numbers(&factors)?, &mut gradient)?;
        }
        Ok((value, gradient))
    }

    /// Weights and whether there are any; the target stands in where there are none.
    fn weight(&self) -> [Argument<'_, C::Numbers, C::Words>; 2] {
        let weight = self.weight.as_ref().unwrap_or(&self.target);
        [
            weight.reads(),
            Argument::Count(u32::from(self.weight.is_some())),
        ]
    }

    /// Sums over the entries of every sample.
    fn sums(&self, part: &Part<'_>) -> Result<Vec<Sums>, EngineError> {
        let workspace = self.workspace();
        let [weight, weighted] = self.weight();
        let mut lanes = workspace.room(4 * self.samples * LANES)?;
        let arguments = vec![
            self.output.reads(),
            self.target.reads(),
            weight,
            weighted,
            lanes.writes(),
            Argument::Count(part.term as u32),
            count(self.width),
            count(part.start),
            count(part.columns),
            count(LANES),
            count(self.samples),
        ];
        workspace.launch("loss_lanes", self.samples * LANES, arguments)?;
        let mut rows = workspace.room(4 * self.samples)?;
        let arguments = vec![
            lanes.reads(),
            rows.writes(),
            count(LANES),
            count(self.samples),
        ];
        workspace.launch("loss_rows", self.samples, arguments)?;
        let sums = rows.read()?;
        let whole = |halves: &[f32]| f64::from(halves[0]) + f64::from(halves[1]);
        let sums = sums.chunks(4).map(|halves| Sums {
            loss: whole(&halves[..2]),
            weight: whole(&halves[2..]),
            entries: part.columns,
        });
        Ok(sums.collect())
    }

    fn gradient(
        &self,
        part: &Part<'_>,
        factors: &Array<C>,
        gradient: &mut Array<C>,
    ) -> Result<(), EngineError> {
        assert_eq!(factors.len(), self.samples, "a factor for each sample");
        let [weight, weighted] = self.weight();
        let arguments = vec![
            self.output.reads(),
            self.target.reads(),
            weight,
            weighted,
            factors.reads(),
            gradient.writes(),
            Argument::Count(part.term as u32),
            Argument::Value(part.scale),
            count(self.width),
            count(part.start),
            count(part.columns),
            count(self.samples),
        ];
        self.workspace()
            .launch("loss_gradient", self.samples * part.columns, arguments)
    }
}
