//! Nearest-neighbor imputation.
//!
//! An entry of sample `s`, gene `g` becomes the weighted mean of `g` over the training samples
//! nearest to `s` among those where `g` was measured. Distance counts only genes measured in
//! both samples and is rescaled by their share, so that sparse pairs do not look close.
//!
//! Source: Troyanskaya et al. 2001, doi:10.1093/bioinformatics/17.6.520.
//! Differs from it: neighbors are samples rather than genes, so that a fitted model can meet new
//! samples. Checked against `KNNImputer` of scikit-learn 1.9.1, entry by entry.
//!
//! Cost: samples x training samples x genes time, in matrix products; one training table and a
//! block of distances of memory.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use imputome_core::{
    Dataset, Error, FittedImputer, Imputation, Imputer, MethodCard, Result, Run, Scale, Setting,
    Summary, TableShape, Weights, settings,
};
use imputome_numerics::GappyTable;
use ndarray::{Array2, ArrayView1, ArrayViewMut2, Axis, s};
use rayon::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::votes::{Nearest, Votes, Weight};
use crate::per_gene::mean::gene_means;

static CARD: MethodCard = MethodCard {
    name: "knn",
    title: "Nearest neighbors",
    idea: "Every gap gets the mean of its gene over the training samples most alike.",
    source: "Troyanskaya et al. 2001, doi:10.1093/bioinformatics/17.6.520",
    differs: "neighbors are samples rather than genes, so that a fitted model can meet new samples",
    needs: "nothing beside the table; makes no use of covariates",
    cost: "samples x training samples x genes time, in matrix products; memory of the training table",
    inductive: true,
    spread: false,
    scales: &[Scale::Unknown, Scale::Log, Scale::Standardized],
    presets: &[],
};

/// Rows imputed at a time: ours, bounds memory to this many rows of distances per thread.
const BLOCK_ROWS: usize = 64;
/// Training samples sorted at first, in neighbors: ours, serves genes with a third measured.
const CANDIDATES_PER_NEIGHBOR: usize = 4;

/// How a neighbor's distance weighs its vote.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NeighborWeights {
    /// All neighbors alike.
    Uniform,
    /// By the inverse of their distance; neighbors at distance 0 leave the others none.
    #[default]
    Distance,
}

/// Settings of nearest-neighbor imputation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Knn {
    /// Neighbors averaged per gap.
    #[schemars(range(min = 1))]
    pub neighbors: usize,
    /// How a neighbor's distance weighs its vote.
    pub weights: NeighborWeights,
}

impl Default for Knn {
    fn default() -> Self {
        // Within the 10 to 20 that the source finds stable; measured on GTEx, see the method page.
        Self {
            neighbors: 12,
            weights: NeighborWeights::Distance,
        }
    }
}

/// Training samples to be neighbors.
#[derive(Clone, Debug)]
pub struct FittedKnn {
    settings: Knn,
    genes: Vec<String>,
    /// Names of the training samples, sorted, in the order of the table.
    samples: Vec<String>,
    table: GappyTable,
    /// Mean of each gene, where no neighbor can be told.
    means: Vec<f32>,
}

impl Imputer for Knn {
    fn card(&self) -> &'static MethodCard {
        &CARD
    }

    fn settings(&self) -> Vec<Setting> {
        settings::describe(self)
    }

    fn memory(&self, shape: TableShape) -> u64 {
        // Values, squares and mask of both sides, the estimates, and blocks of distances.
        let tables = 4 * 8 * shape.samples * shape.genes;
        let blocks = 4 * 4 * 64 * BLOCK_ROWS * shape.samples;
        (tables + blocks) as u64
    }

    fn fit(&self, train: &Dataset, run: &Run) -> Result<Box<dyn FittedImputer>> {
        self.check()?;
        run.proceed()?;
        // In the order of their names, samples are the same neighbors whatever their order was.
        let mut order: Vec<usize> = (0..train.n_samples()).collect();
        order.sort_by_key(|&s| &train.samples[s]);
        let train = train.select_samples(&order);
        Ok(Box::new(FittedKnn {
            settings: self.clone(),
            genes: train.genes.as_slice().to_vec(),
            samples: train.samples.as_slice().to_vec(),
            table: GappyTable::new(train.values.view(), train.measured.0.view()),
            means: gene_means(&train),
        }))
    }

    fn restore(&self, weights: &Weights) -> Result<Box<dyn FittedImputer>> {
        let genes: Vec<String> = weights.fact("genes")?;
        let samples: Vec<String> = weights.fact("samples")?;
        if !samples.is_sorted() {
            return Err(Error::Weights("names of samples must be sorted".into()));
        }
        let shape = [samples.len(), genes.len()];
        let table = |name| -> Result<Array2<f32>> {
            let values = weights.tensor(name, &shape)?.to_vec();
            Ok(Array2::from_shape_vec((shape[0], shape[1]), values).expect("shape was checked"))
        };
        let measured = table("measured")?.mapv(|m| m > 0.0);
        Ok(Box::new(FittedKnn {
            settings: weights.fact("settings")?,
            table: GappyTable::new(table("values")?.view(), measured.view()),
            means: weights.tensor("means", &[genes.len()])?.to_vec(),
            genes,
            samples,
        }))
    }
}

impl FittedImputer for FittedKnn {
    fn impute(&self, data: &Dataset, run: &Run) -> Result<Imputation> {
        run.proceed()?;
        data.expect_genes(CARD.name, &self.genes)?;
        let mut estimates = Array2::zeros(data.values.dim());
        let blocks = data.n_samples().div_ceil(BLOCK_ROWS);
        run.progress().begin("finding neighbors", blocks as u64);
        let done = AtomicU64::new(0);
        run.on_threads(|| {
            estimates
                .axis_chunks_iter_mut(Axis(0), BLOCK_ROWS)
                .into_par_iter()
                .enumerate()
                .try_for_each(|(block, mut rows)| {
                    run.proceed()?;
                    let first = block * BLOCK_ROWS;
                    let queries = Queries::new(data, first..first + rows.nrows());
                    self.impute_block(&queries, &mut rows);
                    let done = 1 + done.fetch_add(1, Ordering::Relaxed);
                    run.progress().advance(done, "");
                    Ok(())
                })
        })?;
        run.progress().end();
        Ok(Imputation::of(estimates))
    }

    fn weights(&self) -> Weights {
        let shape = [self.samples.len(), self.genes.len()];
        let measured = (0..shape[0]).flat_map(|row| {
            (0..shape[1]).map(move |g| f32::from(u8::from(self.table.is_measured(row, g))))
        });
        Weights::new()
            .with_tensor(
                "values",
                &shape,
                self.table.values().iter().copied().collect(),
            )
            .with_tensor("measured", &shape, measured.collect())
            .with_tensor("means", &shape[1..], self.means.clone())
            .with_fact("genes", &self.genes)
            .with_fact("samples", &self.samples)
            .with_fact("settings", &self.settings)
    }

    fn summary(&self) -> Summary {
        Summary::default()
    }
}

impl FittedKnn {
    fn impute_block(&self, queries: &Queries, estimates: &mut ArrayViewMut2<'_, f32>) {
        let distances = queries.table.squared_distances_to(&self.table);
        for (row, mut estimates) in estimates.rows_mut().into_iter().enumerate() {
            let votes = self.collect_votes(queries, row, distances.row(row));
            for (gene, estimate) in estimates.iter_mut().enumerate() {
                *estimate = votes.mean(gene).unwrap_or(self.means[gene]);
            }
        }
    }

    /// Votes of the nearest training samples, nearest first, until every gene has enough.
    fn collect_votes(&self, queries: &Queries, row: usize, squares: ArrayView1<'_, f32>) -> Votes {
        let mut votes = Votes::new(self.settings.neighbors, self.genes.len());
        let everything = vec![1.0; self.genes.len()];
        // A sample's own training row says nothing about its measured entries.
        let own = self
            .samples
            .binary_search_by(|s| s.as_str().cmp(queries.names[row]))
            .ok();
        for candidate in Nearest::new(squares, CANDIDATES_PER_NEIGHBOR * self.settings.neighbors) {
            if votes.are_complete() {
                break;
            }
            let weight = match self.settings.weights {
                NeighborWeights::Uniform => Weight::Of(1.0),
                NeighborWeights::Distance => {
                    let square = squares[candidate];
                    let table = &queries.table;
                    Weight::at(table.refined_distance(row, &self.table, candidate, square))
                }
            };
            let values = self.table.values().slice_move(s![candidate, ..]);
            let values = values.as_slice().expect("row-major by construction");
            if own == Some(candidate) {
                votes.add(values, &self.open_to_own(queries, row, candidate), weight);
            } else if let Some(measured) = self.table.measured_row(candidate) {
                let measured = measured.to_slice().expect("row-major by construction");
                votes.add(values, measured, weight);
            } else {
                votes.add(values, &everything, weight);
            }
        }
        votes
    }

    /// What a sample's own training row may vote on: genes measured there and not in the query.
    fn open_to_own(&self, queries: &Queries, row: usize, candidate: usize) -> Vec<f32> {
        let is_open = |gene: usize| {
            self.table.is_measured(candidate, gene) && !queries.table.is_measured(row, gene)
        };
        (0..self.genes.len())
            .map(|gene| f32::from(u8::from(is_open(gene))))
            .collect()
    }
}

/// Samples to impute.
struct Queries<'a> {
    table: GappyTable,
    names: Vec<&'a str>,
}

impl<'a> Queries<'a> {
    fn new(data: &'a Dataset, rows: Range<usize>) -> Self {
        let values = data.values.slice(s![rows.clone(), ..]);
        let measured = data.measured.0.slice(s![rows.clone(), ..]);
        Self {
            table: GappyTable::new(values, measured),
            names: rows.map(|row| &data.samples[row]).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use imputome_core::Names;
    use serde_json::Value;

    fn dataset(table: &Value, prefix: &str) -> Dataset {
        let rows = table.as_array().unwrap();
        let genes = rows[0].as_array().unwrap().len();
        // Gaps are poisoned: what stands there must not matter.
        let values = rows.iter().flat_map(|row| row.as_array().unwrap());
        let measured: Vec<bool> = values.clone().map(|v| !v.is_null()).collect();
        let values: Vec<f32> = values
            .map(|v| v.as_f64().map_or(1e30, |v| v as f32))
            .collect();
        let names = |kind: &'static str, prefix: &str, n: usize| {
            Names::new(kind, (0..n).map(|i| format!("{prefix}{i:03}")).collect()).unwrap()
        };
        let mut data = Dataset::new(
            Array2::from_shape_vec((rows.len(), genes), values).unwrap(),
            names("sample", prefix, rows.len()),
            names("gene", "g", genes),
        )
        .unwrap();
        data.measured.0 = Array2::from_shape_vec((rows.len(), genes), measured).unwrap();
        data
    }

    fn fixture() -> Value {
        serde_json::from_str(include_str!(
            "../../../../fixtures/classical/knn_sklearn.json"
        ))
        .unwrap()
    }

    fn knn_of(case: &Value) -> Knn {
        Knn {
            neighbors: case["neighbors"].as_u64().unwrap() as usize,
            weights: serde_json::from_value(case["weights"].clone()).unwrap(),
        }
    }

    fn largest_difference(filled: &Array2<f32>, expected: &Value) -> f64 {
        let expected = expected.as_array().unwrap().iter();
        let expected = expected.flat_map(|row| row.as_array().unwrap());
        let difference = |(a, b): (&f32, &Value)| (f64::from(*a) - b.as_f64().unwrap()).abs();
        filled
            .iter()
            .zip(expected)
            .map(difference)
            .fold(0.0, f64::max)
    }

    #[test]
    fn filled_tables_are_those_of_scikit_learn() {
        let (fixture, run) = (fixture(), Run::new(0, 2).unwrap());
        let test = dataset(&fixture["test"], "new");
        for case in fixture["cases"].as_array().unwrap() {
            let train = dataset(&fixture["tables"][case["train"].as_str().unwrap()], "old");
            let fitted = knn_of(case).fit(&train, &run).unwrap();
            for (data, expected) in [(&test, "inductive"), (&train, "in_place")] {
                let filled = fitted.impute(data, &run).unwrap().fill(data);
                // Means of numbers of order one held in f32.
                let difference = largest_difference(&filled, &case[expected]);
                assert!(difference < 1e-5, "{case} {expected}: {difference}");
            }
        }
    }

    #[test]
    fn a_measured_entry_is_estimated_without_its_own_row() {
        let (fixture, run) = (fixture(), Run::new(0, 1).unwrap());
        let train = dataset(&fixture["tables"]["complete"], "old");
        let fitted = Knn::default().fit(&train, &run).unwrap();
        let estimates = fitted.impute(&train, &run).unwrap().estimates;
        assert!(estimates.iter().zip(&train.values).all(|(a, b)| a != b));
    }

    #[test]
    fn a_restored_model_is_the_fitted_one() {
        let (fixture, run) = (fixture(), Run::new(0, 1).unwrap());
        let train = dataset(&fixture["tables"]["gaps"], "old");
        let fitted = Knn::default().fit(&train, &run).unwrap();
        let restored = Knn::default().restore(&fitted.weights()).unwrap();
        let test = dataset(&fixture["test"], "new");
        assert_eq!(
            restored.impute(&test, &run).unwrap().estimates,
            fitted.impute(&test, &run).unwrap().estimates
        );
    }

    #[test]
    fn estimates_are_the_same_bytes_for_any_number_of_threads_and_order() {
        let fixture = fixture();
        let train = dataset(&fixture["tables"]["gaps"], "old");
        let reversed: Vec<usize> = (0..train.n_samples()).rev().collect();
        let estimates = |threads: usize, train: &Dataset| {
            let run = Run::new(0, threads).unwrap();
            let fitted = Knn::default().fit(train, &run).unwrap();
            fitted.impute(train, &run).unwrap().estimates
        };
        let expected = estimates(1, &train);
        assert_eq!(estimates(2, &train), expected);
        let backwards = estimates(1, &train.select_samples(&reversed));
        assert_eq!(backwards.select(Axis(0), &reversed), expected);
    }
}
