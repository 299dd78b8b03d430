//! Which entries of a table: measured, visible or held out.
//!
//! *Measured*: the assay gave a value. *Held out*: measured, but hidden so that an estimate can
//! be judged. *Visible*: measured and not held out; all that a method may see.

use ndarray::{Array2, ArrayView1};
use serde::{Deserialize, Serialize};

use crate::{Dataset, Error, Result};

/// One yes or no per entry, shape `[samples, genes]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mask(pub Array2<bool>);

impl Mask {
    /// A mask with every entry set to `value`.
    pub fn filled(samples: usize, genes: usize, value: bool) -> Self {
        Self(Array2::from_elem((samples, genes), value))
    }

    /// `(samples, genes)`.
    pub fn shape(&self) -> (usize, usize) {
        self.0.dim()
    }

    /// The entry of sample `s`, gene `g`.
    pub fn get(&self, s: usize, g: usize) -> bool {
        self.0[(s, g)]
    }

    /// One sample's entries, shape `[genes]`.
    pub fn row(&self, s: usize) -> ArrayView1<'_, bool> {
        self.0.row(s)
    }

    /// One gene's entries, shape `[samples]`.
    pub fn column(&self, g: usize) -> ArrayView1<'_, bool> {
        self.0.column(g)
    }

    /// How many entries are set.
    pub fn count(&self) -> usize {
        self.0.iter().filter(|&&set| set).count()
    }

    /// How many entries are set in each column, shape `[genes]`.
    pub fn count_by_gene(&self) -> Vec<usize> {
        let mut counts = vec![0; self.0.ncols()];
        for row in self.0.rows() {
            for (count, &set) in counts.iter_mut().zip(row) {
                *count += usize::from(set);
            }
        }
        counts
    }

    /// How many entries are set in each row, shape `[samples]`.
    pub fn count_by_sample(&self) -> Vec<usize> {
        self.0
            .rows()
            .into_iter()
            .map(|row| row.iter().filter(|&&set| set).count())
            .collect()
    }

    /// Entries set here or in `other`.
    pub fn or(&self, other: &Self) -> Self {
        Self(
            ndarray::Zip::from(&self.0)
                .and(&other.0)
                .map_collect(|&a, &b| a || b),
        )
    }

    /// Entries set here and not in `other`.
    pub fn without(&self, other: &Self) -> Self {
        Self(
            ndarray::Zip::from(&self.0)
                .and(&other.0)
                .map_collect(|&a, &b| a && !b),
        )
    }
}

/// A dataset some of whose measured entries are hidden, and the truth about them.
///
/// Methods are shown [`Holdout::visible`] alone: its hidden values are gone, not just flagged.
#[derive(Clone, Debug)]
pub struct Holdout {
    visible: Dataset,
    held_out: Mask,
    truth: Array2<f32>,
}

impl Holdout {
    /// Hides the entries of `held_out`. Refused when an entry to hide was never measured or the
    /// shapes differ.
    pub fn new(data: &Dataset, held_out: Mask) -> Result<Self> {
        if held_out.shape() != data.measured.shape() {
            return Err(Error::Shape {
                what: "mask of entries to hold out".into(),
                expected: format!("{:?}", data.measured.shape()),
                found: format!("{:?}", held_out.shape()),
            });
        }
        if held_out.without(&data.measured).count() > 0 {
            return Err(Error::Unusable(
                "an entry to hold out was never measured, so there is no truth to judge by".into(),
            ));
        }
        let truth = data.values.clone();
        let mut visible = data.clone();
        visible.measured = data.measured.without(&held_out);
        ndarray::Zip::from(&mut visible.values)
            .and(&held_out.0)
            .for_each(|value, &hidden| {
                if hidden {
                    *value = f32::NAN;
                }
            });
        Ok(Self {
            visible,
            held_out,
            truth,
        })
    }

    /// What a method may see.
    pub fn visible(&self) -> &Dataset {
        &self.visible
    }

    /// The entries hidden.
    pub fn held_out(&self) -> &Mask {
        &self.held_out
    }

    /// The table before hiding, shape `[samples, genes]`; meaningful at held-out entries.
    pub fn truth(&self) -> &Array2<f32> {
        &self.truth
    }
}
