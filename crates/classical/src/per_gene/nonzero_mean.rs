//! Gene means over entries that are not zero.
//!
//! Every entry of a gene gets the mean of `ln(1 + count)` over the training cells where the gene was
//! counted at all, back as a count.
//!
//! Source: ours. Errors on hidden entries that are not zero, by which imputation of single cells is
//! judged, flatter whoever predicts this; so it stands beside every such figure.
//!
//! Cost: one pass over the table.

use imputome_core::{
    Counts, Dataset, Error, FittedImputer, GeneByGene, Imputer, MethodCard, Result, Run, Scale,
    Setting, TableShape, Weights, settings,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::mean::{FittedMean, Learning};

static CARD: MethodCard = MethodCard {
    name: "nonzero-mean",
    title: "Gene mean of non-zeros",
    idea: "Every gap gets the mean of its gene over the training cells where the gene is not zero, taken of ln(1 + count).",
    source: "ours: the baseline that errors on hidden non-zero entries of single cells must be read beside",
    differs: "nothing",
    needs: "counts, or other values that are not negative",
    cost: "one pass over the table; memory of one row",
    inductive: true,
    spread: false,
    scales: &[Scale::Unknown, Scale::Counts, Scale::Tpm],
    presets: &[],
};

/// Settings of the gene mean of non-zeros: it has none.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NonzeroMean {}

impl Imputer for NonzeroMean {
    fn card(&self) -> &'static MethodCard {
        &CARD
    }

    fn settings(&self) -> Vec<Setting> {
        settings::describe(self)
    }

    fn prepared(&self) -> imputome_core::Prepared {
        imputome_core::Prepared::AsGiven
    }

    fn memory(&self, shape: TableShape) -> u64 {
        // The estimates, and a sum and a count per gene.
        (4 * shape.samples * shape.genes + 20 * shape.genes) as u64
    }

    fn fit(&self, train: &Dataset, run: &Run) -> Result<Box<dyn FittedImputer>> {
        self.check()?;
        Learning::new(CARD.name, nonzero_means).whole(train, run)
    }

    fn gene_by_gene(&self) -> Option<Box<dyn GeneByGene>> {
        Some(Box::new(Learning::new(CARD.name, nonzero_means)))
    }

    fn restore(&self, weights: &Weights) -> Result<Box<dyn FittedImputer>> {
        Ok(Box::new(FittedMean::restore(CARD.name, weights)?))
    }
}

impl NonzeroMean {
    /// Mean of `ln(1 + count)` over the cells where each gene is not zero, back as a count, `[genes]`;
    /// 0 for a gene that is zero everywhere. Refused where a value is negative.
    pub fn means(counts: &Counts) -> Result<Vec<f32>> {
        let mut sums = vec![(0.0_f64, 0_u32); counts.n_genes()];
        for cell in 0..counts.n_cells() {
            let (genes, values) = counts.row(cell);
            for (&gene, &value) in genes.iter().zip(values) {
                add(&mut sums[gene as usize], value)?;
            }
        }
        Ok(sums.into_iter().map(mean).collect())
    }
}

/// Mean of `ln(1 + value)` over each gene's measured entries that are not zero, back as a value,
/// shape `[genes]`; 0 for a gene that is nowhere else. Refused where a value is negative.
fn nonzero_means(data: &Dataset) -> Result<Vec<f32>> {
    let mut sums = vec![(0.0_f64, 0_u32); data.n_genes()];
    for (values, measured) in data.values.rows().into_iter().zip(data.measured.0.rows()) {
        for ((sum, &value), &measured) in sums.iter_mut().zip(values).zip(measured) {
            if measured && value != 0.0 {
                add(sum, value)?;
            }
        }
    }
    Ok(sums.into_iter().map(mean).collect())
}

fn add((sum, entries): &mut (f64, u32), value: f32) -> Result<()> {
    if value < 0.0 {
        return Err(Error::Refused(format!(
            "{} takes counts, and the table holds {value}; give values that are not centered or scaled",
            CARD.name
        )));
    }
    *sum += f64::from(value).ln_1p();
    *entries += 1;
    Ok(())
}

fn mean((sum, entries): (f64, u32)) -> f32 {
    (sum / f64::from(entries.max(1))).exp_m1() as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use imputome_core::Names;
    use ndarray::{Array2, array};

    fn table(values: Array2<f32>) -> Dataset {
        let names = |kind, n| {
            Names::new(kind, (0..n).map(|i: usize| format!("{kind}{i}")).collect()).unwrap()
        };
        let (cells, genes) = values.dim();
        Dataset::new(values, names("sample", cells), names("gene", genes)).unwrap()
    }

    fn run() -> Run {
        Run::new(0, 1).unwrap()
    }

    #[test]
    fn zeros_and_gaps_do_not_count_and_means_are_of_logarithms() {
        let data = table(array![[0.0, f32::NAN], [3.0, 0.0], [15.0, 0.0]]);
        let fitted = NonzeroMean {}.fit(&data, &run()).unwrap();
        let estimates = fitted.impute(&data, &run()).unwrap().estimates;
        // exp((ln 4 + ln 16) / 2) - 1 = 7, up to the rounding of exp and ln.
        assert!((estimates[(0, 0)] - 7.0).abs() < 1e-5);
        assert_eq!(estimates[(0, 1)], 0.0);
        let restored = NonzeroMean {}.restore(&fitted.weights()).unwrap();
        assert_eq!(restored.impute(&data, &run()).unwrap().estimates, estimates);
    }

    #[test]
    fn negative_values_are_refused() {
        let data = table(array![[-0.5], [2.0]]);
        let error = NonzeroMean {}.fit(&data, &run()).unwrap_err();
        assert!(error.to_string().contains("takes counts"), "{error}");
    }
}
