//! Gene medians within each level of a covariate, tissue by default.
//!
//! A gap gets the median of its gene over the measured training samples of the same level. Where
//! a level has no measured value of the gene, or a sample's level is not known or was not among
//! the training samples, it gets the gene's median over all training samples.
//!
//! Source: Vinas et al. 2021, doi:10.3389/fgene.2021.624128, "median imputation".
//! Differs from it: gaps take no part in the medians.
//!
//! Cost: one pass over the table.

use std::collections::BTreeMap;

use imputome_core::{
    Covariates, Dataset, FittedImputer, GeneByGene, Imputation, Imputer, MethodCard, Result,
    RowsTogether, Run, Scale, Setting, Summary, TableShape, Weights, settings,
};
use imputome_numerics::median;
use ndarray::{Array1, Array2, ArrayView1, Axis};
use rayon::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

static CARD: MethodCard = MethodCard {
    name: "median",
    title: "Gene median per tissue",
    idea: "Every gap gets the median of its gene over measured training samples of the same tissue.",
    source: "Vinas et al. 2021, doi:10.3389/fgene.2021.624128 (median imputation, a baseline there)",
    differs: "gaps take no part in the medians; the level can be that of any categorical covariate",
    needs: "a categorical covariate (tissue by default); without it, the median over all samples",
    cost: "one pass over the table; memory of one row per level",
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

/// Settings of the gene median per level.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Median {
    /// Categorical covariate whose levels get a median each.
    ///
    /// Taken by its exact name, else by its name in other letter case. A table without it gets
    /// the median over all samples, and a remark says so.
    pub by: String,
}

impl Default for Median {
    fn default() -> Self {
        Self {
            by: "tissue".into(),
        }
    }
}

/// Gene medians learned from training samples, overall and per level.
#[derive(Clone, Debug, PartialEq)]
pub struct FittedMedian {
    genes: Vec<String>,
    /// The covariate asked for; its name as found where the table had it.
    by: String,
    overall: Array1<f32>,
    levels: Vec<String>,
    /// Shape `[levels, genes]`; the overall median where a level has no measured value.
    per_level: Array2<f32>,
    remarks: Vec<String>,
}

impl Imputer for Median {
    fn card(&self) -> &'static MethodCard {
        &CARD
    }

    fn settings(&self) -> Vec<Setting> {
        settings::describe(self)
    }

    fn memory(&self, shape: TableShape) -> u64 {
        let rows = shape.samples + shape.covariate_columns + 2;
        (4 * rows * shape.genes) as u64
    }

    fn fit(&self, train: &Dataset, run: &Run) -> Result<Box<dyn FittedImputer>> {
        self.check()?;
        run.proceed()?;
        Ok(Box::new(self.learn(train, run)))
    }

    fn gene_by_gene(&self) -> Option<Box<dyn GeneByGene>> {
        Some(Box::new(self.learning()))
    }

    fn restore(&self, weights: &Weights) -> Result<Box<dyn FittedImputer>> {
        Ok(Box::new(restored_medians(weights)?))
    }
}

impl Median {
    /// Medians of the measured entries of `train`.
    pub(super) fn learn(&self, train: &Dataset, run: &Run) -> FittedMedian {
        let mut learning = self.learning();
        learning.add(train, run);
        learning.medians()
    }

    /// The same, from some genes at a time.
    pub(super) fn learning(&self) -> Learning {
        Learning {
            settings: self.clone(),
            rows_of_level: None,
            by: self.by.clone(),
            genes: Vec::new(),
            columns: Vec::new(),
        }
    }
}

/// Learning of medians.
#[derive(Debug)]
pub(super) struct Learning {
    settings: Median,
    by: String,
    /// Samples of each level; nothing before they were seen, and none where there is no such covariate.
    rows_of_level: Option<BTreeMap<String, Vec<usize>>>,
    genes: Vec<String>,
    columns: Vec<GeneMedians>,
}

impl Learning {
    /// Learns further genes of the same samples.
    pub(super) fn add(&mut self, train: &Dataset, run: &Run) {
        self.by = covariate_name(&self.settings.by, &train.covariates);
        let levels = train.covariates.categorical(&self.by);
        self.rows_of_level = levels.map(rows_of_level);
        let rows: Vec<&Vec<usize>> = self
            .rows_of_level
            .iter()
            .flat_map(BTreeMap::values)
            .collect();
        let columns: Vec<GeneMedians> = run.on_threads(|| {
            (0..train.n_genes())
                .into_par_iter()
                .map(|g| gene_medians(train, g, &rows))
                .collect()
        });
        self.columns.extend(columns);
        self.genes.extend(train.genes.iter().map(String::from));
    }

    /// The medians of all of them.
    pub(super) fn medians(self) -> FittedMedian {
        let columns = &self.columns;
        let mut remarks = Vec::new();
        if self.rows_of_level.is_none() {
            remarks.push(format!(
                "no categorical covariate {:?}: medians are over all samples",
                self.settings.by
            ));
        }
        let levels: Vec<String> = self
            .rows_of_level
            .into_iter()
            .flatten()
            .map(|(l, _)| l)
            .collect();
        remarks.extend(remark_on_unmeasured(&levels, columns));
        FittedMedian {
            by: self.by,
            overall: columns.iter().map(|c| c.overall).collect(),
            per_level: Array2::from_shape_fn((levels.len(), columns.len()), |(l, g)| {
                columns[g].per_level[l].unwrap_or(columns[g].overall)
            }),
            genes: self.genes,
            levels,
            remarks,
        }
    }
}

impl GeneByGene for Learning {
    fn learn(&mut self, genes: &Dataset, run: &Run) -> Result<()> {
        run.proceed()?;
        self.add(genes, run);
        Ok(())
    }

    fn finish(self: Box<Self>) -> Box<dyn FittedImputer> {
        Box::new(self.medians())
    }
}

impl FittedImputer for FittedMedian {
    fn rows_together(&self) -> RowsTogether {
        RowsTogether::One
    }

    fn impute(&self, data: &Dataset, run: &Run) -> Result<Imputation> {
        run.proceed()?;
        data.expect_genes(CARD.name, &self.genes)?;
        let by = covariate_name(&self.by, &data.covariates);
        let level_of_sample = data.covariates.categorical(&by).unwrap_or_default();
        let mut estimates = Array2::zeros((data.n_samples(), self.genes.len()));
        let mut without: BTreeMap<String, usize> = BTreeMap::new();
        for (s, mut row) in estimates.axis_iter_mut(Axis(0)).enumerate() {
            let level = level_of_sample.get(s).and_then(Option::as_deref);
            row.assign(&self.row_for(level, &mut without));
        }
        let mut imputation = Imputation::of(estimates);
        imputation.remarks = without
            .iter()
            .map(|(level, n)| format!("{level}: {n} samples get medians over all training samples"))
            .collect();
        Ok(imputation)
    }

    fn weights(&self) -> Weights {
        let shape = [self.levels.len(), self.genes.len()];
        Weights::new()
            .with_tensor("overall", &shape[1..], self.overall.to_vec())
            .with_tensor(
                "per_level",
                &shape,
                self.per_level.iter().copied().collect(),
            )
            .with_fact("genes", &self.genes)
            .with_fact("levels", &self.levels)
            .with_fact("by", &self.by)
            .with_fact("remarks", &self.remarks)
    }

    fn summary(&self) -> Summary {
        Summary {
            remarks: self.remarks.clone(),
            ..Summary::default()
        }
    }
}

impl FittedMedian {
    /// The medians for a sample of this level; counts in `without` why it gets the overall ones.
    fn row_for(
        &self,
        level: Option<&str>,
        without: &mut BTreeMap<String, usize>,
    ) -> ArrayView1<'_, f32> {
        if self.levels.is_empty() {
            return self.overall.view();
        }
        let reason = match level {
            None => format!("{} not known", self.by),
            Some(level) => match self.levels.binary_search_by(|l| l.as_str().cmp(level)) {
                Ok(known) => return self.per_level.row(known),
                Err(_) => format!("{} {level:?} not among the training samples", self.by),
            },
        };
        *without.entry(reason).or_default() += 1;
        self.overall.view()
    }
}

/// Rebuilds what [`FittedMedian`] stored.
pub(super) fn restored_medians(weights: &Weights) -> Result<FittedMedian> {
    let genes: Vec<String> = weights.fact("genes")?;
    let levels: Vec<String> = weights.fact("levels")?;
    let shape = (levels.len(), genes.len());
    let overall = weights.tensor("overall", &[genes.len()])?.to_vec();
    let per_level = weights.tensor("per_level", &[shape.0, shape.1])?.to_vec();
    Ok(FittedMedian {
        by: weights.fact("by")?,
        overall: Array1::from_vec(overall),
        per_level: Array2::from_shape_vec(shape, per_level).expect("shape was checked"),
        remarks: weights.fact("remarks")?,
        genes,
        levels,
    })
}

/// The samples of each level.
fn rows_of_level(level_of_sample: &[Option<String>]) -> BTreeMap<String, Vec<usize>> {
    let mut rows: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (row, level) in level_of_sample.iter().enumerate() {
        if let Some(level) = level {
            rows.entry(level.clone()).or_default().push(row);
        }
    }
    rows
}

#[derive(Debug)]
struct GeneMedians {
    overall: f32,
    per_level: Vec<Option<f32>>,
}

fn gene_medians(train: &Dataset, g: usize, rows_of_level: &[&Vec<usize>]) -> GeneMedians {
    let mut all: Vec<f32> = train.measured_of_gene(g).map(|(_, value)| value).collect();
    let per_level = rows_of_level
        .iter()
        .map(|rows| {
            let mut values: Vec<f32> = rows.iter().filter_map(|&s| train.entry(s, g)).collect();
            median(&mut values)
        })
        .collect();
    GeneMedians {
        // 0 is the training mean of a standardized gene.
        overall: median(&mut all).unwrap_or(0.0),
        per_level,
    }
}

/// The name under which the covariate asked for stands in the table, or as asked for.
pub(super) fn covariate_name(asked: &str, covariates: &Covariates) -> String {
    let has = |name: &str| covariates.categorical(name).is_some();
    if has(asked) {
        return asked.into();
    }
    covariates
        .columns()
        .iter()
        .map(|column| column.name.as_str())
        .find(|name| name.eq_ignore_ascii_case(asked) && has(name))
        .unwrap_or(asked)
        .into()
}

fn remark_on_unmeasured(levels: &[String], columns: &[GeneMedians]) -> Vec<String> {
    let unmeasured = |l: usize| columns.iter().filter(|c| c.per_level[l].is_none()).count();
    levels
        .iter()
        .enumerate()
        .map(|(l, level)| (level, unmeasured(l)))
        .filter(|(_, genes)| *genes > 0)
        .map(|(level, genes)| {
            format!("{level}: {genes} genes never measured there get medians over all samples")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use imputome_core::{Covariate, CovariateValues, Names};
    use ndarray::array;

    const GAP: f32 = f32::NAN;

    fn table(values: Array2<f32>, tissues: &[&str]) -> Dataset {
        let named = |kind: &'static str, n: usize| {
            Names::new(kind, (0..n).map(|i| format!("{kind}{i}")).collect()).unwrap()
        };
        let (samples, genes) = values.dim();
        let levels = tissues
            .iter()
            .map(|t| (!t.is_empty()).then(|| t.to_string()))
            .collect();
        let column = Covariate {
            name: "tissue".into(),
            values: CovariateValues::Categorical(levels),
        };
        Dataset::new(values, named("sample", samples), named("gene", genes))
            .unwrap()
            .with_covariates(Covariates::new(samples, vec![column]).unwrap())
            .unwrap()
    }

    fn training() -> Dataset {
        let values = array![[1.0, GAP], [2.0, GAP], [9.0, GAP], [10.0, 4.0], [20.0, 8.0],];
        table(values, &["Lung", "Lung", "Lung", "Liver", "Liver"])
    }

    #[test]
    fn a_gap_gets_the_median_of_its_tissue() {
        let run = Run::new(0, 1).unwrap();
        let fitted = Median::default().fit(&training(), &run).unwrap();
        let estimates = fitted.impute(&training(), &run).unwrap().estimates;
        assert_eq!(estimates[(0, 0)], 2.0);
        assert_eq!(estimates[(4, 0)], 15.0);
    }

    #[test]
    fn a_gene_never_measured_in_a_tissue_gets_its_overall_median_and_a_remark() {
        let run = Run::new(0, 1).unwrap();
        let fitted = Median::default().fit(&training(), &run).unwrap();
        assert_eq!(
            fitted.impute(&training(), &run).unwrap().estimates[(0, 1)],
            6.0
        );
        assert_eq!(
            fitted.summary().remarks,
            ["Lung: 1 genes never measured there get medians over all samples"]
        );
    }

    #[test]
    fn an_unseen_and_an_unknown_tissue_get_overall_medians_and_a_remark_each() {
        let run = Run::new(0, 1).unwrap();
        let fitted = Median::default().fit(&training(), &run).unwrap();
        let new = table(array![[GAP, GAP], [GAP, GAP]], &["Brain", ""]);
        let imputation = fitted.impute(&new, &run).unwrap();
        assert_eq!(imputation.estimates, array![[9.0, 6.0], [9.0, 6.0]]);
        assert_eq!(
            imputation.remarks,
            [
                "tissue \"Brain\" not among the training samples: 1 samples get medians over all training samples",
                "tissue not known: 1 samples get medians over all training samples",
            ]
        );
    }

    #[test]
    fn a_covariate_of_another_letter_case_is_taken() {
        let run = Run::new(0, 1).unwrap();
        let shouted = Median {
            by: "TISSUE".into(),
        };
        let fitted = shouted.fit(&training(), &run).unwrap();
        assert_eq!(
            fitted.impute(&training(), &run).unwrap().estimates[(0, 0)],
            2.0
        );
    }

    #[test]
    fn a_restored_model_is_the_fitted_one() {
        let run = Run::new(0, 1).unwrap();
        let fitted = Median::default().fit(&training(), &run).unwrap();
        let restored = Median::default().restore(&fitted.weights()).unwrap();
        assert_eq!(restored.weights(), fitted.weights());
    }
}
