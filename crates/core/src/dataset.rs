//! An expression table with its gaps.

use ndarray::{Array2, Axis, ShapeBuilder};
use serde::{Deserialize, Serialize};

use crate::{Companion, Covariates, Error, Mask, Names, Result, Scale};

/// An expression table, what is known of its rows and columns, and its gaps.
///
/// Rows are samples (bulk profiles or single cells), columns are genes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Dataset {
    /// Expression, shape `[samples, genes]`, in the unit of `scale`. What stands at a gap has
    /// no meaning and is never read.
    pub values: Array2<f32>,
    /// True where the assay gave a value (or, in a holdout, where it is visible). Same shape.
    pub measured: Mask,
    /// Row names, unique.
    pub samples: Names,
    /// Column names, unique.
    pub genes: Names,
    /// Tissue, sex, age and the like: one row per sample.
    pub covariates: Covariates,
    /// The donor (or other unit that no split may tear apart) of each sample, shape `[samples]`.
    pub groups: Option<Vec<String>>,
    /// What one unit of `values` means.
    pub scale: Scale,
    /// Other assays of the same samples, such as methylation: one row per sample each.
    pub companions: Vec<Companion>,
}

impl Dataset {
    /// A table without covariates or groups; values that are not finite are gaps.
    ///
    /// Refused when names and table differ in size.
    pub fn new(values: Array2<f32>, samples: Names, genes: Names) -> Result<Self> {
        let expected = (samples.len(), genes.len());
        if values.dim() != expected {
            return Err(Error::Shape {
                what: "table of samples by genes".into(),
                expected: format!("{expected:?}"),
                found: format!("{:?}", values.dim()),
            });
        }
        let measured = Mask(values.mapv(f32::is_finite));
        let covariates = Covariates::none(samples.len());
        Ok(Self {
            values,
            measured,
            samples,
            genes,
            covariates,
            groups: None,
            scale: Scale::Unknown,
            companions: Vec::new(),
        })
    }

    /// The same table with covariates. Refused when they describe another number of samples.
    pub fn with_covariates(mut self, covariates: Covariates) -> Result<Self> {
        expect_rows("covariates", self.n_samples(), covariates.n_samples())?;
        self.covariates = covariates;
        Ok(self)
    }

    /// The same table with a group per sample. Refused when their number differs.
    pub fn with_groups(mut self, groups: Vec<String>) -> Result<Self> {
        expect_rows("groups", self.n_samples(), groups.len())?;
        self.groups = Some(groups);
        Ok(self)
    }

    /// The same table with companion assays. Refused when one describes another number of samples.
    pub fn with_companions(mut self, companions: Vec<Companion>) -> Result<Self> {
        for companion in &companions {
            let what = format!("rows of companion {:?}", companion.name);
            expect_rows(&what, self.n_samples(), companion.values.nrows())?;
        }
        self.companions = companions;
        Ok(self)
    }

    /// Number of rows.
    pub fn n_samples(&self) -> usize {
        self.values.nrows()
    }

    /// Number of columns.
    pub fn n_genes(&self) -> usize {
        self.values.ncols()
    }

    /// The value of sample `s`, gene `g`, or nothing where there is a gap.
    pub fn entry(&self, s: usize, g: usize) -> Option<f32> {
        self.measured.get(s, g).then(|| self.values[(s, g)])
    }

    /// The measured values of one gene with their rows, in row order.
    pub fn measured_of_gene(&self, g: usize) -> impl Iterator<Item = (usize, f32)> + '_ {
        let values = self.values.column(g);
        let measured = self.measured.0.column(g);
        values
            .into_iter()
            .zip(measured)
            .enumerate()
            .filter(|(_, (_, measured))| **measured)
            .map(|(s, (value, _))| (s, *value))
    }

    /// The group of each sample; a sample is its own group where none were given.
    pub fn group_of_samples(&self) -> Vec<String> {
        match &self.groups {
            Some(groups) => groups.clone(),
            None => self.samples.as_slice().to_vec(),
        }
    }

    /// The given rows, in that order. Positions must not repeat.
    pub fn select_samples(&self, positions: &[usize]) -> Self {
        Self {
            values: self.values.select(Axis(0), positions),
            measured: Mask(self.measured.0.select(Axis(0), positions)),
            samples: self.samples.select(positions),
            genes: self.genes.clone(),
            covariates: self.covariates.select(positions),
            groups: self
                .groups
                .as_ref()
                .map(|g| positions.iter().map(|&p| g[p].clone()).collect()),
            scale: self.scale,
            companions: self
                .companions
                .iter()
                .map(|c| c.select_samples(positions))
                .collect(),
        }
    }

    /// The given columns, in that order. Positions must not repeat.
    pub fn select_genes(&self, positions: &[usize]) -> Self {
        Self {
            values: self.values.select(Axis(1), positions),
            measured: Mask(self.measured.0.select(Axis(1), positions)),
            samples: self.samples.clone(),
            genes: self.genes.select(positions),
            covariates: self.covariates.clone(),
            groups: self.groups.clone(),
            scale: self.scale,
            companions: self.companions.clone(),
        }
    }

    /// The given columns, positions ascending, each gene's entries one after another in memory as
    /// in [`Dataset::select_genes`]; where they lie so already they are kept in place.
    pub fn into_genes(self, positions: &[usize]) -> Self {
        let all = positions.len() == self.n_genes();
        Self {
            values: into_columns(self.values, positions),
            measured: Mask(into_columns(self.measured.0, positions)),
            genes: if all {
                self.genes
            } else {
                self.genes.select(positions)
            },
            ..self
        }
    }

    /// The companion assay that `method` learns from: a prepared table has one at most.
    ///
    /// Refused when there is none.
    pub fn companion(&self, method: &str) -> Result<&Companion> {
        self.companions.first().ok_or_else(|| Error::NoCompanion {
            method: method.into(),
        })
    }

    /// True when any gene was measured in sample `s`.
    pub fn expressed(&self, s: usize) -> bool {
        self.measured.row(s).iter().any(|&measured| measured)
    }

    /// Rows with some expression measured and every companion present, in order.
    pub fn paired_samples(&self) -> Vec<usize> {
        (0..self.n_samples())
            .filter(|&s| self.expressed(s) && self.companions.iter().all(|c| c.present(s)))
            .collect()
    }

    /// Refuses a table whose genes are not exactly `known`, in that order.
    pub fn expect_genes(&self, method: &str, known: &[String]) -> Result<()> {
        if self.genes.as_slice() == known {
            return Ok(());
        }
        let position = self
            .genes
            .iter()
            .zip(known)
            .take_while(|(a, b)| a == b)
            .count();
        let name = |names: &[String]| {
            names
                .get(position)
                .cloned()
                .unwrap_or_else(|| "(end)".into())
        };
        Err(Error::GenesDiffer {
            method: method.into(),
            known: known.len(),
            position: position + 1,
            expected: name(known),
            found: name(self.genes.as_slice()),
        })
    }
}

/// The given columns, ascending, one after another in memory.
fn into_columns<T: Copy>(table: Array2<T>, positions: &[usize]) -> Array2<T> {
    if !table.t().is_standard_layout() {
        return table.select(Axis(1), positions);
    }
    if positions.len() == table.ncols() {
        return table;
    }
    let rows = table.nrows();
    let (mut entries, start) = table.into_raw_vec_and_offset();
    let start = start.unwrap_or(0);
    for (to, &from) in positions.iter().enumerate() {
        let from = start + from * rows;
        entries.copy_within(from..from + rows, to * rows);
    }
    entries.truncate(positions.len() * rows);
    Array2::from_shape_vec((rows, positions.len()).f(), entries).expect("whole columns are kept")
}

fn expect_rows(what: &str, expected: usize, found: usize) -> Result<()> {
    if expected == found {
        return Ok(());
    }
    Err(Error::Shape {
        what: format!("{what} per sample"),
        expected: expected.to_string(),
        found: found.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn genes_are_kept_in_place_as_they_are_selected() {
        let names = |kind, n| Names::new(kind, (0..n).map(|i: usize| i.to_string()).collect());
        let values = Array2::from_shape_fn((3, 5), |(s, g)| match (s + g) % 4 {
            0 => f32::NAN,
            _ => (10 * s + g) as f32,
        });
        let (samples, genes) = (names("sample", 3).unwrap(), names("gene", 5).unwrap());
        let by_rows = Dataset::new(values, samples, genes).unwrap();
        let by_genes = by_rows.select_genes(&[0, 1, 2, 3, 4]);
        for positions in [vec![0, 1, 2, 3, 4], vec![1, 3], vec![4], vec![]] {
            let expected = by_rows.select_genes(&positions);
            for table in [&by_rows, &by_genes] {
                let kept = table.clone().into_genes(&positions);
                assert_eq!(kept.measured, expected.measured);
                assert_eq!(kept.genes, expected.genes);
                assert_eq!(kept.values.strides(), expected.values.strides());
                let bits = |table: &Dataset| table.values.mapv(f32::to_bits);
                assert_eq!(bits(&kept), bits(&expected));
            }
        }
    }
}
