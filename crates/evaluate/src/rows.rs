//! The rows of a trial on one scale: as in the table, or as a normalization leaves them.

use imputome_core::prepare::Normalizer;
use imputome_core::{Dataset, Holdout, Result};

/// What a trial is made of, all on one scale.
pub(crate) struct Rows {
    /// Complete training rows; nothing in place.
    pub(crate) train: Option<Dataset>,
    /// The same with values deleted, for the baselines of the published protocol.
    pub(crate) incomplete: Option<Dataset>,
    /// What is to be filled, with its truth.
    pub(crate) tests: Vec<Holdout>,
}

impl Rows {
    /// What may be learned from.
    pub(crate) fn seen(&self) -> &Dataset {
        self.train.as_ref().unwrap_or(self.tests[0].visible())
    }

    /// The same as `normalizer` leaves it, truth too.
    pub(crate) fn normalized(&self, normalizer: &Normalizer) -> Result<Self> {
        let tests = self.tests.iter().map(|test| {
            let visible = test.visible();
            let before_hiding = Dataset {
                values: test.truth().clone(),
                measured: visible.measured.or(test.held_out()),
                ..visible.clone()
            };
            Holdout::new(&normalizer.apply(&before_hiding)?, test.held_out().clone())
        });
        let learned_from = |rows: &Option<Dataset>| {
            let rows = rows.as_ref().map(|rows| normalizer.apply(rows));
            rows.transpose()
        };
        Ok(Self {
            tests: tests.collect::<Result<_>>()?,
            train: learned_from(&self.train)?,
            incomplete: learned_from(&self.incomplete)?,
        })
    }
}

/// What the user should know of the normalization.
pub(crate) fn remarks(rows: &Rows, normalizer: Option<&Normalizer>) -> Vec<String> {
    let Some(normalizer) = normalizer else {
        return Vec::new();
    };
    let genes: Vec<usize> = (0..rows.seen().n_genes()).collect();
    let mut remarks = normalizer.remarks_on_training();
    for test in &rows.tests {
        for remark in normalizer.remarks_on(&genes, test.visible()) {
            if !remarks.contains(&remark) {
                remarks.push(remark);
            }
        }
    }
    remarks
}
