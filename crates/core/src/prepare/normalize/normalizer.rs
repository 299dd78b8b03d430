//! What training rows taught about the scale of each gene.

use ndarray::{Array2, ArrayView2, Axis};
use rayon::prelude::*;

use super::levels::BLOCK;
use super::normal_scores::NormalScores;
use super::standard_scores::StandardScores;
use super::{Levels, Normalization, Transform};
use crate::{Covariates, Dataset, Error, Imputation, Result, Scale, Weights};

/// Share of measured values outside of the training values that calls for a remark. Ours: of
/// few training values chance leaves some outside, of another scale nearly all.
const OUTSIDE_SHARE: f64 = 0.5;

/// What training rows taught about the scale of each gene in each level.
///
/// Genes are told by their position among those of the training table.
#[derive(Clone, Debug, PartialEq)]
pub struct Normalizer {
    normalization: Normalization,
    levels: Levels,
    maps: Maps,
}

#[derive(Clone, Debug, PartialEq)]
enum Maps {
    NormalScores(NormalScores),
    StandardScores(StandardScores),
    /// With the lowest training value, below which no estimate is brought back: an abundance is
    /// not negative.
    Logarithms(f32),
}

impl Normalizer {
    /// Learns from the measured entries of `train`.
    pub(super) fn learn(normalization: &Normalization, train: &Dataset) -> Result<Self> {
        let levels = Levels::of(train, normalization.within.as_deref());
        let level_of = levels.of_samples(&train.covariates);
        let maps = match normalization.transform {
            Transform::InverseNormal => {
                Maps::NormalScores(NormalScores::learn(train, &level_of, levels.len()))
            }
            Transform::Zscore => {
                Maps::StandardScores(StandardScores::learn(train, &level_of, levels.len()))
            }
            Transform::None | Transform::Log1p => {
                expect_logarithms(train)?;
                Maps::Logarithms(lowest(train))
            }
        };
        Ok(Self {
            normalization: normalization.clone(),
            levels,
            maps,
        })
    }

    /// What was asked for.
    pub fn normalization(&self) -> &Normalization {
        &self.normalization
    }

    /// A table over the genes of the training table, on the normalized scale; gaps stay gaps.
    ///
    /// Refused as by [`Normalizer::apply_to`].
    pub fn apply(&self, data: &Dataset) -> Result<Dataset> {
        self.apply_to(&(0..data.n_genes()).collect::<Vec<_>>(), data)
    }

    /// A table on the normalized scale whose columns are `genes` of the training table, shape
    /// `[columns]`; gaps stay gaps.
    ///
    /// Refused when the table lacks the covariate of the levels, or has values that have no
    /// logarithm where that is asked for.
    pub fn apply_to(&self, genes: &[usize], data: &Dataset) -> Result<Dataset> {
        self.normalization.expect_levels(&data.covariates)?;
        if self.normalization.transform == Transform::Log1p {
            expect_logarithms(data)?;
        }
        let level_of = self.levels.of_samples(&data.covariates);
        let mut normalized = data.clone();
        let measured = &data.measured.0;
        replace(
            (genes, &level_of),
            &mut normalized.values,
            measured,
            |level, gene, value, measured| {
                if measured {
                    self.score(level, gene, value) as f32
                } else {
                    value
                }
            },
        );
        normalized.scale = self.normalization.scale(data.scale);
        Ok(normalized)
    }

    /// Brings estimates back to the scale of the table: `genes` are those of their columns,
    /// `covariates` those of their samples.
    ///
    /// A spread becomes half the distance between the values at one spread above and one below
    /// the estimate.
    pub fn undo(&self, genes: &[usize], covariates: &Covariates, imputation: &mut Imputation) {
        let level_of = self.levels.of_samples(covariates);
        let places = (genes, level_of.as_slice());
        let estimates = &mut imputation.estimates;
        if let Some(spread) = &mut imputation.spread {
            replace(places, spread, estimates, |level, gene, one, score| {
                let value = |score| self.value(level, gene, score);
                let (score, one) = (f64::from(score), f64::from(one));
                ((value(score + one) - value(score - one)) / 2.0) as f32
            });
        }
        let nothing = Array2::from_elem(estimates.dim(), ());
        replace(places, estimates, &nothing, |level, gene, score, ()| {
            self.value(level, gene, f64::from(score)) as f32
        });
    }

    /// What the user should know of the training rows.
    pub fn remarks_on_training(&self) -> Vec<String> {
        self.levels.remark_on_training().into_iter().collect()
    }

    /// What the user should know of a table brought to scores, with columns as in
    /// [`Normalizer::apply_to`].
    pub fn remarks_on(&self, genes: &[usize], data: &Dataset) -> Vec<String> {
        let mut remarks = self.levels.remarks_on(&data.covariates);
        let outside = self.share_outside(genes, data);
        if outside > OUTSIDE_SHARE {
            remarks.push(format!(
                "{:.0} % of the measured values lie outside of the training values of their gene: is this table on the same scale and from comparable samples?",
                100.0 * outside
            ));
        }
        remarks
    }

    /// What [`Normalizer::from_weights`] needs.
    pub fn to_weights(&self) -> Weights {
        let maps = match &self.maps {
            Maps::NormalScores(scores) => scores.weights(),
            Maps::StandardScores(scores) => scores.weights(),
            Maps::Logarithms(lowest) => Weights::new().with_fact("lowest", lowest),
        };
        maps.with_fact("normalization", &self.normalization)
            .with_fact("levels", &self.levels)
    }

    /// What was stored, for a training table of `genes` genes. Refused when parts are missing,
    /// disagree or are not finite.
    pub fn from_weights(weights: &Weights, genes: usize) -> Result<Self> {
        let normalization: Normalization = weights.fact("normalization")?;
        normalization.check()?;
        let levels: Levels = weights.fact("levels")?;
        levels.check()?;
        let maps = match normalization.transform {
            Transform::InverseNormal => {
                Maps::NormalScores(NormalScores::restore(weights, genes, levels.len())?)
            }
            Transform::Zscore => {
                Maps::StandardScores(StandardScores::restore(weights, genes, levels.len())?)
            }
            Transform::Log1p => Maps::Logarithms(weights.fact("lowest")?),
            Transform::None => {
                return Err(Error::Weights("normalization: none is stored".into()));
            }
        };
        Ok(Self {
            normalization,
            levels,
            maps,
        })
    }

    fn score(&self, level: usize, gene: usize, value: f32) -> f64 {
        match &self.maps {
            Maps::NormalScores(scores) => scores.score(level, gene, value),
            Maps::StandardScores(scores) => scores.score(level, gene, value),
            Maps::Logarithms(_) => f64::from(value).ln_1p(),
        }
    }

    /// The value that has a score; not a number where the score is not finite.
    fn value(&self, level: usize, gene: usize, score: f64) -> f64 {
        if !score.is_finite() {
            return f64::NAN;
        }
        match &self.maps {
            Maps::NormalScores(scores) => scores.value(level, gene, score),
            Maps::StandardScores(scores) => scores.value(level, gene, score),
            Maps::Logarithms(lowest) => {
                let value = score.exp_m1().min(f64::from(f32::MAX));
                value.max(f64::from(*lowest))
            }
        }
    }

    fn share_outside(&self, genes: &[usize], data: &Dataset) -> f64 {
        let Maps::NormalScores(scores) = &self.maps else {
            return 0.0;
        };
        let level_of = self.levels.of_samples(&data.covariates);
        let values = data.values.axis_chunks_iter(Axis(1), BLOCK).into_par_iter();
        let measured = data.measured.0.axis_chunks_iter(Axis(1), BLOCK);
        let blocks = values
            .zip(measured.into_par_iter())
            .zip(genes.par_chunks(BLOCK));
        let count =
            |((values, measured), genes): ((ArrayView2<f32>, ArrayView2<bool>), &[usize])| {
                let entries = values.indexed_iter().zip(measured);
                let outside = entries.filter(|(((s, g), value), measured)| {
                    **measured && scores.is_outside(level_of[*s], genes[*g], **value)
                });
                outside.count()
            };
        let outside: usize = blocks.map(count).sum();
        outside as f64 / data.measured.count().max(1) as f64
    }
}

/// Puts `new(level, gene, value, beside)` in place of each value; `places` are the genes of the
/// columns and the levels of the rows. A block of columns at a time, whose maps stay at hand.
fn replace<T: Copy + Sync>(
    (genes, level_of): (&[usize], &[usize]),
    values: &mut Array2<f32>,
    beside: &Array2<T>,
    new: impl Fn(usize, usize, f32, T) -> f32 + Sync,
) {
    let values = values.axis_chunks_iter_mut(Axis(1), BLOCK).into_par_iter();
    let beside = beside.axis_chunks_iter(Axis(1), BLOCK).into_par_iter();
    let blocks = values.zip(beside).zip(genes.par_chunks(BLOCK));
    blocks.for_each(|((mut values, beside), genes)| {
        let rows = values.rows_mut().into_iter().zip(beside.rows());
        for ((mut values, beside), &level) in rows.zip(level_of) {
            for ((value, &beside), &gene) in values.iter_mut().zip(beside).zip(genes) {
                *value = new(level, gene, *value, beside);
            }
        }
    });
}

/// Refuses values that are logarithms already or have none.
fn expect_logarithms(data: &Dataset) -> Result<()> {
    if matches!(data.scale, Scale::Log | Scale::Standardized) {
        return Err(Error::Refused(format!(
            "normalization log1p wants counts or linear abundance, and the table holds {} values; leave it out, or state the scale (--scale tpm) if it was recognized wrongly",
            data.scale
        )));
    }
    for ((s, g), &value) in data.values.indexed_iter() {
        if data.measured.get(s, g) && value <= -1.0 {
            return Err(Error::Refused(format!(
                "normalization log1p wants values above -1, found {value} in sample {:?}, gene {:?}; counts and abundances are at least 0",
                &data.samples[s], &data.genes[g]
            )));
        }
    }
    Ok(())
}

fn lowest(data: &Dataset) -> f32 {
    let entries = data.values.iter().zip(&data.measured.0);
    let measured = entries
        .filter(|(_, measured)| **measured)
        .map(|(value, _)| *value);
    measured.min_by(f32::total_cmp).unwrap_or(0.0)
}

#[cfg(test)]
mod tests;
