//! What of some samples a network is shown.

use crate::masks::{Draw, PseudoMasks};
use crate::samples::Samples;

/// What of some samples is shown and what is asked for, shape `[samples, genes]` each.
#[derive(Debug, Default)]
pub(crate) struct View {
    /// Values, 0 where not shown.
    pub(crate) values: Vec<f32>,
    /// 1 where shown, 0 elsewhere.
    pub(crate) shown: Vec<f32>,
    /// 1 where measured and not shown, 0 elsewhere.
    pub(crate) hidden: Vec<f32>,
}

impl View {
    /// Masks for `batch`, the samples that stand in the given rows of the table.
    pub(crate) fn draw(masks: &PseudoMasks, step: u32, rows: &[usize], batch: &Samples) -> Self {
        let n = batch.values.len();
        let mut view = Self {
            values: batch.values.clone(),
            shown: vec![0.0; n],
            hidden: vec![0.0; n],
        };
        let genes = batch.genes;
        let shown = view
            .shown
            .chunks_mut(genes)
            .zip(view.hidden.chunks_mut(genes));
        let measured = batch.measured.chunks(genes);
        for (((shown, hidden), measured), &row) in shown.zip(measured).zip(rows) {
            let at = Draw {
                step,
                sample: row as u32,
            };
            masks.draw(at, measured, shown, hidden);
        }
        for (value, shown) in view.values.iter_mut().zip(&view.shown) {
            *value *= shown;
        }
        view
    }
}
