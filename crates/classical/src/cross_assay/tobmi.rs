//! Expression from the samples whose companion assay is most alike.
//!
//! A sample gets the mean of its nearest training samples by the companion, weighed by the inverse
//! of their distance.
//!
//! Source: Dong et al. 2019 (TOBMI), doi:10.1093/bioinformatics/bty796.
//! Differs from it: gaps in a neighbor's expression are left out of the mean; a sample is no
//! neighbor of itself.
//!
//! Cost: samples x training samples x features to find neighbors, in matrix products.

use imputome_core::{
    CompanionUse, Dataset, FittedImputer, Imputation, Imputer, MethodCard, Result, Run, Scale,
    Setting, Summary, TableShape, Weights, settings,
};
use imputome_numerics::GappyTable;
use ndarray::{Array2, ArrayView1, ArrayView2, Axis, s};
use rayon::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::paired::{Absent, Known, Paired, estimate};

static CARD: MethodCard = MethodCard {
    name: "tobmi",
    title: "Nearest samples by a companion assay",
    idea: "A sample gets the mean of the samples whose other assay is most alike.",
    source: "Dong et al. 2019, doi:10.1093/bioinformatics/bty796",
    differs: "gaps in a neighbor's expression are left out of the mean; a training sample is no neighbor of itself",
    needs: "a companion assay of the same samples, its features on one scale; makes no use of covariates or of the genes that a sample has measured",
    cost: "samples x training samples x (features + genes) time; memory of the training tables",
    inductive: true,
    spread: false,
    scales: &[Scale::Unknown, Scale::Log, Scale::Standardized],
    presets: &[],
};

/// Added to distances, so that twins do not divide by nothing: ours.
const SMALLEST_DISTANCE: f64 = 1e-9;
/// Samples told at a time: ours, bounds memory to this many rows of distances per thread.
const BLOCK_ROWS: usize = 64;

/// Settings of the nearest samples by a companion assay.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Tobmi {
    /// Neighbors averaged, or none for the root of the number of paired samples, as the source.
    #[schemars(range(min = 1))]
    pub neighbors: Option<usize>,
}

/// Training samples to be neighbors.
#[derive(Clone, Debug)]
struct FittedTobmi {
    neighbors: usize,
    genes: Vec<String>,
    features: Vec<String>,
    /// Names of the paired samples, sorted, in the order of the tables.
    samples: Vec<String>,
    /// Shape `[samples, features]`, complete.
    companion: GappyTable,
    /// Shape `[samples, genes]`, 0 at gaps.
    expression: Array2<f32>,
    /// 1 where measured, else 0, same shape.
    measured: Array2<f32>,
    /// Mean of each feature.
    centers: Vec<f32>,
    absent: Absent,
    remarks: Vec<String>,
}

impl Imputer for Tobmi {
    fn card(&self) -> &'static MethodCard {
        &CARD
    }

    fn settings(&self) -> Vec<Setting> {
        settings::describe(self)
    }

    fn companions(&self) -> CompanionUse {
        CompanionUse::Required
    }

    fn memory(&self, shape: TableShape) -> u64 {
        let companion = 4 * 4 * shape.samples * shape.companion_features;
        (companion + 4 * 4 * shape.samples * shape.genes + 4 * 64 * BLOCK_ROWS * shape.samples)
            as u64
    }

    fn fit(&self, train: &Dataset, run: &Run) -> Result<Box<dyn FittedImputer>> {
        self.check()?;
        run.proceed()?;
        let paired = Paired::of(train, CARD.name)?;
        let root = (paired.rows.len() as f64).sqrt().floor() as usize;
        let targets = paired.targets();
        let shown = ndarray::Zip::from(targets.values)
            .and(targets.measured)
            .map_collect(|&value, &measured| if measured { value } else { 0.0 });
        let samples = paired.rows.iter().map(|&s| train.samples[s].to_string());
        let centers = paired.features.mean_axis(Axis(0)).expect("several samples");
        Ok(Box::new(FittedTobmi {
            neighbors: self.neighbors.unwrap_or(root),
            genes: train.genes.as_slice().to_vec(),
            samples: samples.collect(),
            companion: complete(&paired.features),
            expression: shown,
            measured: targets.measured.mapv(|m| f32::from(u8::from(m))),
            centers: centers.to_vec(),
            absent: Absent::of(train),
            features: paired.feature_names,
            remarks: paired.remarks,
        }))
    }

    fn restore(&self, weights: &Weights) -> Result<Box<dyn FittedImputer>> {
        let genes: Vec<String> = weights.fact("genes")?;
        let features: Vec<String> = weights.fact("features")?;
        let samples: Vec<String> = weights.fact("samples")?;
        let table = |name: &str, columns: usize| -> Result<Array2<f32>> {
            let shape = (samples.len(), columns);
            let values = weights.tensor(name, &[shape.0, shape.1])?.to_vec();
            Ok(Array2::from_shape_vec(shape, values).expect("shape was checked"))
        };
        let list = |name: &str, n: usize| weights.tensor(name, &[n]).map(<[f32]>::to_vec);
        Ok(Box::new(FittedTobmi {
            neighbors: weights.fact("neighbors")?,
            companion: complete(&table("companion", features.len())?),
            expression: table("expression", genes.len())?,
            measured: table("measured", genes.len())?,
            centers: list("centers", features.len())?,
            absent: Absent {
                means: list("absent.means", genes.len())?,
                deviations: vec![1.0; genes.len()],
            },
            remarks: weights.fact("remarks")?,
            genes,
            features,
            samples,
        }))
    }
}

fn complete(values: &Array2<f32>) -> GappyTable {
    let all = Array2::from_elem(values.dim(), true);
    GappyTable::new(values.view(), all.view())
}

impl FittedImputer for FittedTobmi {
    fn impute(&self, data: &Dataset, run: &Run) -> Result<Imputation> {
        run.proceed()?;
        let known = Known {
            method: CARD.name,
            genes: &self.genes,
            features: &self.features,
            centers: &self.centers,
            absent: &self.absent,
        };
        estimate(data, &known, |features, rows| {
            let names: Vec<&str> = rows.iter().map(|&row| &data.samples[row]).collect();
            (run.on_threads(|| self.told(features, &names)), None)
        })
    }

    fn weights(&self) -> Weights {
        let (samples, genes) = self.expression.dim();
        let features = self.features.len();
        let flat = |table: ArrayView2<'_, f32>| table.iter().copied().collect::<Vec<f32>>();
        Weights::new()
            .with_tensor(
                "companion",
                &[samples, features],
                flat(self.companion.values()),
            )
            .with_tensor(
                "expression",
                &[samples, genes],
                flat(self.expression.view()),
            )
            .with_tensor("measured", &[samples, genes], flat(self.measured.view()))
            .with_tensor("centers", &[features], self.centers.clone())
            .with_tensor("absent.means", &[genes], self.absent.means.clone())
            .with_fact("neighbors", &self.neighbors)
            .with_fact("genes", &self.genes)
            .with_fact("features", &self.features)
            .with_fact("samples", &self.samples)
            .with_fact("remarks", &self.remarks)
    }

    fn summary(&self) -> Summary {
        Summary {
            curves: Vec::new(),
            chosen: vec![
                ("paired samples".into(), self.samples.len().to_string()),
                ("neighbors".into(), self.neighbors.to_string()),
            ],
            remarks: self.remarks.clone(),
        }
    }
}

impl FittedTobmi {
    fn told(&self, features: ArrayView2<'_, f32>, names: &[&str]) -> Array2<f32> {
        let mut estimates = Array2::zeros((features.nrows(), self.genes.len()));
        estimates
            .axis_chunks_iter_mut(Axis(0), BLOCK_ROWS)
            .into_par_iter()
            .enumerate()
            .for_each(|(block, mut rows)| {
                let first = block * BLOCK_ROWS;
                let end = first + rows.nrows();
                let queries = complete(&features.slice(s![first..end, ..]).to_owned());
                let squares = queries.squared_distances_to(&self.companion);
                for (row, mut estimates) in rows.rows_mut().into_iter().enumerate() {
                    let own = names[first + row];
                    let weights = self.weights_of(&queries, row, squares.row(row), own);
                    estimates.assign(&self.mean(&weights));
                }
            });
        estimates
    }

    /// The nearest training samples and their weights.
    fn weights_of(
        &self,
        queries: &GappyTable,
        row: usize,
        squares: ArrayView1<'_, f32>,
        own: &str,
    ) -> Vec<(usize, f64)> {
        let mut nearest: Vec<usize> = (0..self.samples.len())
            .filter(|&sample| self.samples[sample] != own)
            .collect();
        nearest.sort_by(|&a, &b| squares[a].total_cmp(&squares[b]).then(a.cmp(&b)));
        let weigh = |sample: usize| {
            let distance = queries.refined_distance(row, &self.companion, sample, squares[sample]);
            (sample, (distance + SMALLEST_DISTANCE).recip())
        };
        nearest
            .into_iter()
            .take(self.neighbors)
            .map(weigh)
            .collect()
    }

    /// The weighted mean of each gene over those that measured it.
    fn mean(&self, weights: &[(usize, f64)]) -> ndarray::Array1<f32> {
        let mut sums = vec![(0.0_f64, 0.0_f64); self.genes.len()];
        for &(sample, weight) in weights {
            let values = self.expression.row(sample);
            let measured = self.measured.row(sample);
            for ((sum, &value), &measured) in sums.iter_mut().zip(values).zip(measured) {
                let weight = weight * f64::from(measured);
                sum.0 += weight * f64::from(value);
                sum.1 += weight;
            }
        }
        let mean = |(&(sum, weight), &absent): (&(f64, f64), &f32)| {
            if weight > 0.0 {
                (sum / weight) as f32
            } else {
                absent
            }
        };
        sums.iter().zip(&self.absent.means).map(mean).collect()
    }
}
