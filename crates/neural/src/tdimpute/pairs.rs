//! Samples that have both assays.

use imputome_core::{Dataset, Error, Result};
use ndarray::ArrayView2;

use super::NAME;
use super::scales::Scales;

/// Paired samples below which there is nothing to learn; ours: a fifth left out leaves one more
/// than ridge regression asks for.
const FEWEST: usize = 8;

/// Samples with their companion, and expression where it was measured.
#[derive(Clone, Debug)]
pub(super) struct Pairs<'a> {
    /// Shape `[samples, features]`.
    pub(super) features: ArrayView2<'a, f32>,
    /// Shape `[samples, genes]`.
    pub(super) values: ArrayView2<'a, f32>,
    /// Same shape as `values`.
    pub(super) measured: ArrayView2<'a, bool>,
    /// Rows with expression and companion.
    pub(super) rows: Vec<usize>,
    /// Whether any entry of these rows is a gap.
    gaps: bool,
}

/// Some samples as the network takes them, row by row.
#[derive(Clone, Debug, Default)]
pub(super) struct Matrices {
    /// Shape `[samples, features]`.
    pub(super) features: Vec<f32>,
    /// Shape `[samples, genes]`, 0 at gaps.
    pub(super) targets: Vec<f32>,
    /// 1 where measured and 0 at gaps, same shape; nothing where there are no gaps.
    pub(super) weights: Option<Vec<f32>>,
}

impl<'a> Pairs<'a> {
    /// The pairs of a table. Refused where they are too few.
    pub(super) fn of(data: &'a Dataset) -> Result<Self> {
        let companion = data.companion(NAME)?;
        let rows = data.paired_samples();
        if rows.len() < FEWEST {
            return Err(Error::TooLittle {
                method: NAME.into(),
                what: format!("samples with both expression and {}", companion.name),
                needed: FEWEST,
                found: rows.len(),
                advice: "give more samples that have both, or a model fitted on another cohort"
                    .into(),
            });
        }
        let gaps = rows
            .iter()
            .any(|&s| data.measured.0.row(s).iter().any(|&m| !m));
        Ok(Self {
            features: companion.values.view(),
            values: data.values.view(),
            measured: data.measured.0.view(),
            rows,
            gaps,
        })
    }

    /// Some rows of the table as the network takes them.
    pub(super) fn select(&self, rows: &[usize], scales: &Scales) -> Matrices {
        let mut matrices = Matrices::default();
        for &row in rows {
            scales.add_features(self.features.row(row), &mut matrices.features);
            let measured = self.measured.row(row);
            scales.add_targets(self.values.row(row), measured, &mut matrices.targets);
            if self.gaps {
                let weights = matrices.weights.get_or_insert_default();
                weights.extend(
                    measured
                        .iter()
                        .map(|&measured| f32::from(u8::from(measured))),
                );
            }
        }
        matrices
    }
}
