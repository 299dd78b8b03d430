//! Gene means.
//!
//! Every entry of a gene gets the mean of the gene's measured training entries.
//!
//! Source: the oldest baseline there is, and the reference that R2 is counted from.
//!
//! Cost: one pass over the table.

use imputome_core::{
    Dataset, FittedImputer, GeneByGene, Imputation, Imputer, MethodCard, Result, RowsTogether, Run,
    Scale, Setting, Summary, TableShape, Weights, settings,
};
use ndarray::{Array1, Array2};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

static CARD: MethodCard = MethodCard {
    name: "mean",
    title: "Gene mean",
    idea: "Every gap gets the mean of its gene over the measured training samples.",
    source: "the oldest baseline there is; the reference that R2 is counted from",
    differs: "nothing",
    needs: "nothing beside the table",
    cost: "one pass over the table; memory of one row",
    inductive: true,
    spread: false,
    scales: &[
        Scale::Unknown,
        Scale::Counts,
        Scale::Tpm,
        Scale::Log,
        Scale::Standardized,
    ],
    presets: &[],
};

/// Settings of the gene mean: it has none.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Mean {}

/// One number per gene, learned from training samples and estimated everywhere.
#[derive(Clone, Debug, PartialEq)]
pub struct FittedMean {
    /// Name of the method that learned them.
    pub(super) method: &'static str,
    pub(super) genes: Vec<String>,
    pub(super) means: Vec<f32>,
}

impl FittedMean {
    /// What an earlier fit of `method` learned.
    pub(super) fn restore(method: &'static str, weights: &Weights) -> Result<Self> {
        let genes: Vec<String> = weights.fact("genes")?;
        let means = weights.tensor("means", &[genes.len()])?.to_vec();
        Ok(Self {
            method,
            genes,
            means,
        })
    }
}

/// Learning of one number per gene.
pub(super) struct Learning {
    learned: FittedMean,
    means: fn(&Dataset) -> Result<Vec<f32>>,
}

impl Learning {
    /// By `means`, the number of each gene of a table.
    pub(super) fn new(method: &'static str, means: fn(&Dataset) -> Result<Vec<f32>>) -> Self {
        let learned = FittedMean {
            method,
            genes: Vec::new(),
            means: Vec::new(),
        };
        Self { learned, means }
    }

    /// From all genes at once.
    pub(super) fn whole(mut self, train: &Dataset, run: &Run) -> Result<Box<dyn FittedImputer>> {
        self.learn(train, run)?;
        Ok(Box::new(self.learned))
    }
}

impl GeneByGene for Learning {
    fn learn(&mut self, genes: &Dataset, run: &Run) -> Result<()> {
        run.proceed()?;
        let names = genes.genes.iter().map(String::from);
        self.learned.genes.extend(names);
        self.learned.means.extend((self.means)(genes)?);
        Ok(())
    }

    fn finish(self: Box<Self>) -> Box<dyn FittedImputer> {
        Box::new(self.learned)
    }
}

impl Imputer for Mean {
    fn card(&self) -> &'static MethodCard {
        &CARD
    }

    fn settings(&self) -> Vec<Setting> {
        settings::describe(self)
    }

    fn memory(&self, shape: TableShape) -> u64 {
        // The estimates, and a sum and a count per gene.
        (4 * shape.samples * shape.genes + 20 * shape.genes) as u64
    }

    fn fit(&self, train: &Dataset, run: &Run) -> Result<Box<dyn FittedImputer>> {
        self.check()?;
        Learning::new(CARD.name, |genes| Ok(gene_means(genes))).whole(train, run)
    }

    fn gene_by_gene(&self) -> Option<Box<dyn GeneByGene>> {
        let learning = Learning::new(CARD.name, |genes| Ok(gene_means(genes)));
        Some(Box::new(learning))
    }

    fn restore(&self, weights: &Weights) -> Result<Box<dyn FittedImputer>> {
        Ok(Box::new(FittedMean::restore(CARD.name, weights)?))
    }
}

impl FittedImputer for FittedMean {
    fn rows_together(&self) -> RowsTogether {
        RowsTogether::One
    }

    fn impute(&self, data: &Dataset, run: &Run) -> Result<Imputation> {
        run.proceed()?;
        data.expect_genes(self.method, &self.genes)?;
        let row = Array1::from_vec(self.means.clone());
        let estimates: Array2<f32> = row
            .broadcast((data.n_samples(), self.genes.len()))
            .expect("one mean per gene")
            .to_owned();
        Ok(Imputation::of(estimates))
    }

    fn weights(&self) -> Weights {
        Weights::new()
            .with_tensor("means", &[self.means.len()], self.means.clone())
            .with_fact("genes", &self.genes)
    }

    fn summary(&self) -> Summary {
        Summary::default()
    }
}

/// Mean of each gene's measured entries, shape `[genes]`; 0 for a gene never measured.
pub(crate) fn gene_means(data: &Dataset) -> Vec<f32> {
    let mut sums = vec![(0.0_f64, 0_u32); data.n_genes()];
    for (values, measured) in data.values.rows().into_iter().zip(data.measured.0.rows()) {
        for ((sum, &value), &measured) in sums.iter_mut().zip(values).zip(measured) {
            if measured {
                sum.0 += f64::from(value);
                sum.1 += 1;
            }
        }
    }
    sums.into_iter()
        .map(|(sum, n)| (sum / f64::from(n.max(1))) as f32)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use imputome_core::Names;
    use ndarray::array;

    fn table() -> Dataset {
        let names = |n: &[&str]| n.iter().map(|s| s.to_string()).collect();
        Dataset::new(
            array![[1.0, f32::NAN], [3.0, 5.0], [f32::NAN, 6.0]],
            Names::new("sample", names(&["a", "b", "c"])).unwrap(),
            Names::new("gene", names(&["x", "y"])).unwrap(),
        )
        .unwrap()
    }

    #[test]
    fn a_gap_gets_the_mean_of_measured_entries() {
        let run = Run::new(0, 1).unwrap();
        let fitted = Mean {}.fit(&table(), &run).unwrap();
        let filled = fitted.impute(&table(), &run).unwrap().fill(&table());
        assert_eq!(filled, array![[1.0, 5.5], [3.0, 5.0], [2.0, 6.0]]);
    }

    #[test]
    fn a_restored_model_is_the_fitted_one() {
        let run = Run::new(0, 1).unwrap();
        let fitted = Mean {}.fit(&table(), &run).unwrap();
        let restored = Mean {}.restore(&fitted.weights()).unwrap();
        assert_eq!(
            restored.impute(&table(), &run).unwrap().estimates,
            fitted.impute(&table(), &run).unwrap().estimates
        );
    }

    #[test]
    fn the_genes_of_another_table_are_refused_by_name() {
        let run = Run::new(0, 1).unwrap();
        let fitted = Mean {}.fit(&table(), &run).unwrap();
        let error = fitted
            .impute(&table().select_genes(&[1, 0]), &run)
            .expect_err("genes in another order");
        assert!(error.to_string().contains("expected \"x\", found \"y\""));
    }
}
