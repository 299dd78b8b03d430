//! Learn on one study, fill others: Figure 4 and Table 3 of the PMI paper.
//!
//! One fit serves every cohort, hidden share and repeat. Values of two studies are on different
//! scales, so every gene is brought to mean 0 and standard deviation 1 on either side before the
//! method sees it, and R2 is taken about that 0: a score above it beats the cohort's own mean.

use imputome_core::prepare::hide_at_random;
use imputome_core::{Dataset, Error, Holdout, Imputation, Result, Run, Scale};
use ndarray::Array1;
use serde::{Deserialize, Serialize};

use crate::enough::FEWEST_HELD_OUT;
use crate::experiment::Scenario;
use crate::reference::Reference;
use crate::trials::{Test, Trial};

/// Where the mean and the spread that standardize a cohort come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standardization {
    /// The caller has done it, with what was learned from training rows.
    Given,
    /// From the entries left visible alone.
    Visible,
    /// From all entries of the cohort, hidden ones included, as the paper's code does it.
    Whole,
}

impl Standardization {
    /// The word used in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Given => "training",
            Self::Visible => "visible",
            Self::Whole => "whole",
        }
    }
}

/// Samples to be filled by what was learned elsewhere.
#[derive(Clone, Debug)]
pub struct Cohort {
    /// What tables call it, such as `TCGA ACC`.
    pub name: String,
    /// Its samples, with the genes and covariates of the training rows.
    pub data: Dataset,
    /// How its genes are brought to the scale of the training rows.
    pub standardization: Standardization,
}

/// What is learned from, what is filled, and how often.
#[derive(Clone, Debug)]
pub struct CrossStudy {
    /// Training rows, standardized.
    pub train: Dataset,
    /// What is filled.
    pub cohorts: Vec<Cohort>,
    /// Shares of measured entries to hide, each in `(0, 1)`.
    pub hidden_shares: Vec<f64>,
    /// Masks drawn for each cohort and share.
    pub repeats: usize,
    /// Seed of the masks.
    pub seed: u64,
}

/// R2 of a gene in a cohort.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CohortScore {
    /// Label of the method.
    pub method: String,
    /// Name of the cohort.
    pub cohort: String,
    /// Where its standardization came from.
    pub standardization: String,
    /// Share of entries hidden.
    pub hidden: f64,
    /// The gene.
    pub gene: String,
    /// Held-out entries, over all masks.
    pub entries: usize,
    /// 1 - SSE / SST over them, SST about 0.
    pub r2: f64,
}

impl CrossStudy {
    /// The one trial: its tests are cohorts by shares by repeats, in that order.
    ///
    /// Refused when a cohort's genes are not those of the training rows, or nothing is to be done.
    pub fn trial(&self) -> Result<Trial> {
        if self.cohorts.is_empty() || self.hidden_shares.is_empty() || self.repeats == 0 {
            return Err(Error::Unusable(
                "a cross-study needs a cohort, a hidden share and a repeat at least".into(),
            ));
        }
        let random = Run::new(self.seed, 1)?;
        let mut tests = Vec::new();
        for cohort in &self.cohorts {
            cohort
                .data
                .expect_genes("a cross-study", self.train.genes.as_slice())?;
            for &hidden in &self.hidden_shares {
                for repeat in 1..=self.repeats {
                    // All shares of a repeat draw from one stream, as in an evaluation.
                    let name = format!("cross-study/{}/repeat={repeat}/mask", cohort.name);
                    let holdout = cohort.hide(hidden, &mut random.stream(&name))?;
                    tests.push(Test {
                        hidden,
                        holdout,
                        original: None,
                        judged: Vec::new(),
                        examples: Vec::new(),
                    });
                }
            }
        }
        Ok(Trial {
            index: 0,
            scenario: Scenario::Inductive,
            repeat: 1,
            tests,
            reference: Reference::of(&self.train, None),
            train: Some(self.train.clone()),
            incomplete_train: None,
            remarks: Vec::new(),
            undo: None,
            levels: None,
            hiding: crate::Hiding::Random,
            reference_share: 0.5,
        })
    }

    /// R2 of every gene with enough held-out entries, in each cohort at each share.
    pub fn judge(
        &self,
        label: &str,
        trial: &Trial,
        imputations: &[Imputation],
    ) -> Result<Vec<CohortScore>> {
        if imputations.len() != trial.tests.len() {
            return Err(Error::Shape {
                what: "estimates, one table per test".into(),
                expected: trial.tests.len().to_string(),
                found: imputations.len().to_string(),
            });
        }
        let mut scores = Vec::new();
        let mut of_repeats = trial
            .tests
            .chunks(self.repeats)
            .zip(imputations.chunks(self.repeats));
        for cohort in &self.cohorts {
            for &hidden in &self.hidden_shares {
                let (tests, found) = of_repeats.next().expect("a chunk per cohort and share");
                let sums = errors(self.train.n_genes(), tests, found)?;
                let genes = sums.iter().zip(self.train.genes.iter());
                scores.extend(genes.filter(|(sums, _)| sums.judged()).map(|(sums, gene)| {
                    CohortScore {
                        method: label.into(),
                        cohort: cohort.name.clone(),
                        standardization: cohort.standardization.name().into(),
                        hidden,
                        gene: gene.into(),
                        entries: sums.entries,
                        r2: 1.0 - sums.error / sums.total,
                    }
                }));
            }
        }
        Ok(scores)
    }
}

/// Squares of a gene over its held-out entries.
#[derive(Clone, Copy, Debug, Default)]
struct Squares {
    entries: usize,
    error: f64,
    total: f64,
}

impl Squares {
    fn judged(&self) -> bool {
        self.entries >= FEWEST_HELD_OUT && self.total > 0.0
    }
}

fn errors(genes: usize, tests: &[Test], found: &[Imputation]) -> Result<Vec<Squares>> {
    let mut squares = vec![Squares::default(); genes];
    for (test, imputation) in tests.iter().zip(found) {
        let truth = test.holdout.truth();
        if imputation.estimates.dim() != truth.dim() {
            return Err(Error::Shape {
                what: "estimates (samples, genes)".into(),
                expected: format!("{:?}", truth.dim()),
                found: format!("{:?}", imputation.estimates.dim()),
            });
        }
        for ((s, g), &held_out) in test.holdout.held_out().0.indexed_iter() {
            if held_out {
                let truth = f64::from(truth[(s, g)]);
                let gene = &mut squares[g];
                gene.entries += 1;
                gene.error += (truth - f64::from(imputation.estimates[(s, g)])).powi(2);
                gene.total += truth.powi(2);
            }
        }
    }
    Ok(squares)
}

impl Cohort {
    fn hide(&self, share: f64, random: &mut impl rand::Rng) -> Result<Holdout> {
        let holdout = hide_at_random(&self.data, share, random)?;
        let seen = match self.standardization {
            Standardization::Given => return Ok(holdout),
            Standardization::Whole => &self.data,
            Standardization::Visible => holdout.visible(),
        };
        let scaled = Moments::of(seen).standardize(&self.data);
        Holdout::new(&scaled, holdout.held_out().clone())
    }
}

/// Mean and standard deviation of each gene, steadied where few values are seen.
#[derive(Clone, Debug)]
pub struct Moments {
    means: Array1<f64>,
    deviations: Array1<f64>,
}

/// How many values the pooled spread of all genes counts for beside a gene's own. Ours: the
/// spread of two or three values is off by half of itself, that of twenty hardly moves.
const POOLED_WEIGHT: f64 = 3.0;

impl Moments {
    /// Of the measured entries of `data`. A gene never measured has the mean and the spread of
    /// all genes together.
    pub fn of(data: &Dataset) -> Self {
        let genes = data.n_genes();
        let column = |g: usize| data.measured_of_gene(g).map(|(_, value)| f64::from(value));
        let counts: Vec<f64> = (0..genes).map(|g| column(g).count() as f64).collect();
        let total: f64 = (0..genes).map(|g| column(g).sum::<f64>()).sum();
        let overall = total / counts.iter().sum::<f64>().max(1.0);
        let means: Array1<f64> = (0..genes)
            .map(|g| {
                if counts[g] > 0.0 {
                    column(g).sum::<f64>() / counts[g]
                } else {
                    overall
                }
            })
            .collect();
        let squares: Vec<f64> = (0..genes)
            .map(|g| column(g).map(|value| (value - means[g]).powi(2)).sum())
            .collect();
        let freedom: f64 = counts.iter().map(|n| (n - 1.0).max(0.0)).sum();
        let pooled = squares.iter().sum::<f64>() / freedom.max(1.0);
        let deviations = (0..genes)
            .map(|g| {
                let own = (counts[g] - 1.0).max(0.0);
                ((squares[g] + POOLED_WEIGHT * pooled) / (own + POOLED_WEIGHT)).sqrt()
            })
            .collect();
        Self { means, deviations }
    }

    /// The table in units of these deviations from these means.
    pub fn standardize(&self, data: &Dataset) -> Dataset {
        let mut data = data.clone();
        data.scale = Scale::Standardized;
        for mut row in data.values.rows_mut() {
            for ((value, mean), deviation) in row.iter_mut().zip(&self.means).zip(&self.deviations)
            {
                *value = ((f64::from(*value) - mean) / deviation.max(f64::MIN_POSITIVE)) as f32;
            }
        }
        data
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use imputome_core::Names;
    use ndarray::Array2;

    fn cohort(samples: usize, shift: f32) -> Dataset {
        let names = |kind: &str, n: usize| (0..n).map(|i| format!("{kind}{i}")).collect::<Vec<_>>();
        let values = Array2::from_shape_fn((samples, 3), |(s, g)| {
            shift + g as f32 * 4.0 + ((s * (g + 2)) % 7) as f32
        });
        Dataset::new(
            values,
            Names::new("sample", names("S", samples)).unwrap(),
            Names::new("gene", names("G", 3)).unwrap(),
        )
        .unwrap()
    }

    fn study(standardization: Standardization) -> CrossStudy {
        let train = cohort(30, 0.0);
        CrossStudy {
            train: Moments::of(&train).standardize(&train),
            cohorts: vec![Cohort {
                name: "other".into(),
                data: cohort(20, 100.0),
                standardization,
            }],
            hidden_shares: vec![0.3, 0.6],
            repeats: 2,
            seed: 1,
        }
    }

    #[test]
    fn truth_as_estimate_scores_one_and_the_cohorts_mean_scores_zero() {
        let study = study(Standardization::Whole);
        let trial = study.trial().unwrap();
        let answers = |value: fn(&Test) -> Array2<f32>| -> Vec<Imputation> {
            let tests = trial.tests.iter();
            tests
                .map(|test| Imputation {
                    estimates: value(test),
                    spread: None,
                    remarks: Vec::new(),
                })
                .collect()
        };
        let scores = study
            .judge(
                "truth",
                &trial,
                &answers(|test| test.holdout.truth().clone()),
            )
            .unwrap();
        assert_eq!(scores.len(), 2 * 3);
        assert!(scores.iter().all(|score| score.r2 == 1.0));
        let zeros = answers(|test| Array2::zeros(test.holdout.truth().dim()));
        assert!(
            study
                .judge("mean", &trial, &zeros)
                .unwrap()
                .iter()
                .all(|score| score.r2 == 0.0)
        );
    }

    #[test]
    fn what_is_hidden_does_not_move_a_cohort_standardized_by_what_is_visible() {
        let study = study(Standardization::Visible);
        let mut other = study.clone();
        let trial = study.trial().unwrap();
        let hidden = trial.tests[0].holdout.held_out();
        let (s, g) = hidden
            .0
            .indexed_iter()
            .find(|(_, h)| **h)
            .map(|(at, _)| at)
            .unwrap();
        other.cohorts[0].data.values[(s, g)] += 1e3;
        let moved = other.trial().unwrap();
        let visible = |trial: &Trial| {
            trial.tests[0]
                .holdout
                .visible()
                .values
                .mapv(|v| v.to_bits())
        };
        assert_eq!(visible(&trial), visible(&moved));
    }

    #[test]
    fn a_gene_seen_once_has_its_value_as_mean_and_the_pooled_spread() {
        let mut data = cohort(20, 0.0);
        data.measured.0.column_mut(1).fill(false);
        data.measured.0[(4, 1)] = true;
        let moments = Moments::of(&data);
        assert_eq!(moments.means[1], f64::from(data.values[(4, 1)]));
        let others = [0, 2].map(|g| moments.deviations[g]);
        assert!(
            others.iter().any(|d| *d <= moments.deviations[1])
                && others.iter().any(|d| *d >= moments.deviations[1])
        );
    }

    #[test]
    fn a_cohort_with_other_genes_is_refused() {
        let mut study = study(Standardization::Whole);
        study.cohorts[0].data = study.cohorts[0].data.select_genes(&[0, 2]);
        assert!(study.trial().is_err());
    }
}
