//! A hazards model of more genes than samples, held back by a ridge penalty that
//! cross-validation chooses.
//!
//! Minimizes `-log L / n + penalty / 2 · Σ b²` over the coefficients `b` of genes in standard
//! scores (Verweij and van Houwelingen 1994, doi:10.1002/sim.4780132307), which is the scale of
//! `glmnet`'s penalties (Simon et al. 2011, doi:10.18637/jss.v039.i05). The solution is a sum of
//! samples, so that the search runs in as many directions as there are samples; genes are met
//! when their Gram matrix is made and when their coefficients are read off.

use imputome_core::{Error, Result, Run};
use ndarray::{Array1, Array2, ArrayView2, Axis};
use rayon::prelude::*;

use super::penalized_search::PenalizedSearch;
use super::sample_space::{spanned, standardized};
use super::{FollowUp, RiskSets, Ties};

/// `glmnet` begins its path for a ridge where a penalty with this share of lasso would leave no
/// gene in (Simon et al. 2011, section 2.3).
const LASSO_SHARE: f64 = 1e-3;

/// Gain in log-likelihood, expected of a step, after which a search on the path ends: ours. What is
/// left, its square, does not change which penalty is best.
const GAIN_ON_PATH: f64 = 1e-6;
/// The same for the model returned: ours.
const GAIN_AT_END: f64 = 1e-13;

/// How the penalty is chosen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RidgeSettings {
    /// Penalties tried, evenly spaced on a logarithmic scale. 100, as `glmnet`.
    pub penalties: usize,
    /// Smallest penalty as a share of the largest; by default 0.01 with more genes than samples
    /// and 0.0001 otherwise, as `glmnet`.
    pub smallest_share: Option<f64>,
    /// What is done with events at the same time. Breslow's way, as `glmnet`.
    pub ties: Ties,
}

impl Default for RidgeSettings {
    fn default() -> Self {
        Self {
            penalties: 100,
            smallest_share: None,
            ties: Ties::Breslow,
        }
    }
}

/// How a penalty did in cross-validation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PenaltyScore {
    /// The penalty.
    pub penalty: f64,
    /// Partial-likelihood deviance per event of samples not fitted on: of all samples less that
    /// of those fitted on, summed over folds (van Houwelingen et al. 2006, doi:10.1002/sim.2353;
    /// `cv.glmnet` with `grouped = TRUE`).
    pub deviance: f64,
}

/// A fitted ridge model.
#[derive(Clone, Debug, PartialEq)]
pub struct RidgeCox {
    /// Change of the log hazard per unit of each gene, shape `[genes]`; 0 for a gene that does not
    /// vary.
    pub coefficients: Vec<f64>,
    /// The penalty chosen: that of least deviance.
    pub penalty: f64,
    /// All penalties tried, from the largest.
    pub path: Vec<PenaltyScore>,
}

impl RidgeCox {
    /// Log hazard of each row, shape `[samples]`, but for a constant; higher is sooner.
    pub fn risks(&self, genes: ArrayView2<'_, f32>) -> Vec<f64> {
        let of_row = |row: ndarray::ArrayView1<'_, f32>| {
            let terms = row.iter().zip(&self.coefficients);
            terms.map(|(&value, b)| f64::from(value) * b).sum()
        };
        genes.rows().into_iter().map(of_row).collect()
    }
}

/// Fits a ridge model of `genes`, shape `[samples, genes]`, choosing the penalty by leaving out one
/// fold after the other; `folds` numbers the fold of each sample from 0.
///
/// The same for any number of threads. Genes are standardized once, by all samples; `cv.glmnet`
/// does so again within each fold. Refused: gaps, no gene that varies, a fold without which no
/// event is left.
pub fn ridge_cox(
    follow_up: &FollowUp,
    genes: ArrayView2<'_, f32>,
    folds: &[usize],
    settings: &RidgeSettings,
    run: &Run,
) -> Result<RidgeCox> {
    follow_up.expect_samples("the expression table", genes.nrows())?;
    follow_up.expect_samples("the folds", folds.len())?;
    let problem = Problem::new(follow_up, genes, settings, run)?;
    let deviances = run.on_threads(|| problem.cross_validated(folds, run))?;
    let events = follow_up.n_events() as f64;
    let path: Vec<PenaltyScore> = problem
        .penalties
        .iter()
        .zip(deviances)
        .map(|(&penalty, deviance)| PenaltyScore {
            penalty,
            deviance: deviance / events,
        })
        .collect();
    let best = path
        .iter()
        .min_by(|a, b| a.deviance.total_cmp(&b.deviance))
        .expect("a path has penalties");
    Ok(RidgeCox {
        coefficients: problem.coefficients(best.penalty)?,
        penalty: best.penalty,
        path,
    })
}

/// The model at one penalty, its path that penalty without a score. Refused as [`ridge_cox`] does.
pub fn ridge_cox_at(
    follow_up: &FollowUp,
    genes: ArrayView2<'_, f32>,
    penalty: f64,
    ties: Ties,
    run: &Run,
) -> Result<RidgeCox> {
    follow_up.expect_samples("the expression table", genes.nrows())?;
    let settings = RidgeSettings {
        ties,
        ..RidgeSettings::default()
    };
    let problem = Problem::new(follow_up, genes, &settings, run)?;
    Ok(RidgeCox {
        coefficients: problem.coefficients(penalty)?,
        penalty,
        path: Vec::new(),
    })
}

struct Problem<'a> {
    follow_up: &'a FollowUp,
    ties: Ties,
    /// Genes in standard scores, shape `[samples, genes]`; 0 for a gene that does not vary.
    scores: Array2<f64>,
    /// Standard deviation of each gene.
    deviations: Vec<f64>,
    /// Samples in the directions they span, shape `[samples, rank]`: `directions · root`.
    places: Array2<f64>,
    /// Unit vectors, shape `[samples, rank]`.
    directions: Array2<f64>,
    roots: Array1<f64>,
    penalties: Vec<f64>,
}

impl<'a> Problem<'a> {
    fn new(
        follow_up: &'a FollowUp,
        genes: ArrayView2<'_, f32>,
        settings: &RidgeSettings,
        run: &Run,
    ) -> Result<Self> {
        if follow_up.n_events() == 0 {
            return Err(without_events());
        }
        let (scores, deviations) = standardized(genes)?;
        let (directions, roots) = run.on_threads(|| spanned(&scores))?;
        let mut problem = Self {
            follow_up,
            ties: settings.ties,
            places: &directions * &roots,
            scores,
            deviations,
            directions,
            roots,
            penalties: Vec::new(),
        };
        problem.penalties = problem.path(settings);
        Ok(problem)
    }

    /// From the penalty at which every coefficient is next to 0, downward.
    fn path(&self, settings: &RidgeSettings) -> Vec<f64> {
        let sets = RiskSets::new(self.follow_up, self.ties);
        let slopes = PenalizedSearch::slopes_at_zero(&sets);
        let mut by_sample = Array1::zeros(slopes.len());
        for (&sample, slope) in sets.order().iter().zip(slopes) {
            by_sample[sample] = slope;
        }
        let (n, p) = self.scores.dim();
        let by_gene = self.scores.t().dot(&by_sample) / n as f64;
        let steepest = by_gene.fold(0.0_f64, |most, slope| most.max(slope.abs()));
        // A table on which no gene has any slope still has a path.
        let largest = steepest.max(f64::MIN_POSITIVE.sqrt()) / LASSO_SHARE;
        let fewest = if n < p { 1e-2 } else { 1e-4 };
        let share = settings.smallest_share.unwrap_or(fewest);
        let last = settings.penalties.max(2) - 1;
        (0..=last)
            .map(|at| largest * share.powf(at as f64 / last as f64))
            .collect()
    }

    /// Deviance left over at each penalty, summed over folds in their order.
    fn cross_validated(&self, folds: &[usize], run: &Run) -> Result<Vec<f64>> {
        let n_folds = folds.iter().max().map_or(0, |most| most + 1);
        let by_fold: Result<Vec<Vec<f64>>> = (0..n_folds)
            .into_par_iter()
            .map(|fold| {
                run.proceed()?;
                self.left_out(folds, fold)
            })
            .collect();
        let mut sums = vec![0.0; self.penalties.len()];
        for deviances in by_fold? {
            for (sum, deviance) in sums.iter_mut().zip(deviances) {
                *sum += deviance;
            }
        }
        Ok(sums)
    }

    fn left_out(&self, folds: &[usize], fold: usize) -> Result<Vec<f64>> {
        let fitted: Vec<usize> = (0..folds.len()).filter(|&s| folds[s] != fold).collect();
        let of_fitted = self.follow_up.select(&fitted);
        if of_fitted.n_events() == 0 {
            return Err(without_events());
        }
        let rest: Vec<usize> = (0..folds.len()).filter(|&s| folds[s] == fold).collect();
        let sets = RiskSets::new(&of_fitted, self.ties);
        let all = RiskSets::new(self.follow_up, self.ties);
        let mut search = PenalizedSearch::new(&sets, self.places.select(Axis(0), &fitted).view());
        let unseen = self.places.select(Axis(0), &rest);
        let mut predictor = vec![0.0; folds.len()];
        let mut deviances = Vec::with_capacity(self.penalties.len());
        for &penalty in &self.penalties {
            search.run(penalty, GAIN_ON_PATH)?;
            for (&at, value) in sets.order().iter().zip(search.predictor()) {
                predictor[fitted[at]] = *value;
            }
            for (&sample, value) in rest.iter().zip(&unseen.dot(search.coefficients())) {
                predictor[sample] = *value;
            }
            let whole = PenalizedSearch::log_likelihood_of(&all, &predictor);
            deviances.push(-2.0 * (whole - search.log_likelihood()));
        }
        Ok(deviances)
    }

    /// Per unit of each gene, fitted on all samples.
    fn coefficients(&self, penalty: f64) -> Result<Vec<f64>> {
        let sets = RiskSets::new(self.follow_up, self.ties);
        let mut search = PenalizedSearch::new(&sets, self.places.view());
        search.run(penalty, GAIN_AT_END)?;
        let by_sample = self.directions.dot(&(search.coefficients() / &self.roots));
        let by_gene = self.scores.t().dot(&by_sample);
        let parts = by_gene.iter().zip(&self.deviations);
        let per_unit = |(b, deviation): (&f64, &f64)| {
            if *deviation > 0.0 { b / deviation } else { 0.0 }
        };
        Ok(parts.map(per_unit).collect())
    }
}

fn without_events() -> Error {
    Error::Unusable(
        "no sample to fit on had the event; take fewer folds, or samples followed for longer"
            .into(),
    )
}

#[cfg(test)]
mod tests {
    use super::super::partial_likelihood::PartialLikelihood;
    use super::*;

    fn cohort() -> (FollowUp, Array2<f32>) {
        let genes = Array2::from_shape_fn((40, 90), |(s, g)| {
            (((s + 1) * (g + 3) * 7919 + s * s * 31 + g * 17) % 101) as f32 / 25.0
        });
        let risk = |s: usize| genes[(s, 0)] + genes[(s, 1)] - genes[(s, 2)];
        let times = (0..40).map(|s| f64::from((20.0 - 3.0 * risk(s)).max(0.5).round()));
        let events = (0..40).map(|s| s % 4 != 3).collect();
        (FollowUp::new(times.collect(), events).unwrap(), genes)
    }

    fn folds() -> Vec<usize> {
        (0..40).map(|s| (s * 7) % 5).collect()
    }

    #[test]
    fn a_large_penalty_leaves_no_coefficient_and_a_small_one_the_largest() {
        let (follow_up, genes) = cohort();
        let run = Run::new(0, 1).unwrap();
        let size = |penalty| {
            let model =
                ridge_cox_at(&follow_up, genes.view(), penalty, Ties::Breslow, &run).unwrap();
            model.coefficients.iter().map(|b| b * b).sum::<f64>()
        };
        assert!(size(1e6) < 1e-10);
        assert!(size(1.0) > 10.0 * size(100.0));
    }

    #[test]
    fn at_the_solution_slope_and_penalty_are_in_balance() {
        let (follow_up, genes) = cohort();
        let run = Run::new(0, 1).unwrap();
        let (scores, deviations) = standardized(genes.view()).unwrap();
        for ties in [Ties::Breslow, Ties::Efron] {
            let model = ridge_cox_at(&follow_up, genes.view(), 0.5, ties, &run).unwrap();
            let sets = RiskSets::new(&follow_up, ties);
            let risks = model.risks(genes.view());
            let ordered: Vec<f64> = sets.order().iter().map(|&s| risks[s]).collect();
            let mut likelihood = PartialLikelihood::new(&sets);
            likelihood.move_to(&ordered);
            let mut slopes = vec![0.0; 40];
            likelihood.gradient(&mut slopes);
            for (g, deviation) in deviations.iter().enumerate() {
                let column = scores.column(g);
                let terms = sets.order().iter().zip(&slopes);
                let slope: f64 = terms.map(|(&s, slope)| slope * column[s]).sum();
                let held_back = 0.5 * 40.0 * model.coefficients[g] * deviation;
                // The search ends 1e-6 short of the balance at most.
                assert!((slope - held_back).abs() < 1e-6, "{slope} {held_back}");
            }
        }
    }

    #[test]
    fn the_penalty_chosen_has_the_least_deviance_whatever_the_threads() {
        let (follow_up, genes) = cohort();
        let fit = |threads| {
            let run = Run::new(0, threads).unwrap();
            let settings = RidgeSettings::default();
            ridge_cox(&follow_up, genes.view(), &folds(), &settings, &run).unwrap()
        };
        let model = fit(1);
        assert_eq!(model, fit(3));
        assert_eq!(model.path.len(), 100);
        let least = model.path.iter().map(|score| score.deviance);
        let least = least.fold(f64::INFINITY, f64::min);
        let chosen = model.path.iter().find(|s| s.penalty == model.penalty);
        assert_eq!(chosen.unwrap().deviance, least);
        // Three genes of ninety matter, so that some of the path predicts.
        assert!(least < model.path[0].deviance);
    }

    #[test]
    fn a_gene_that_does_not_vary_has_no_coefficient() {
        let (follow_up, mut genes) = cohort();
        genes.column_mut(4).fill(3.3);
        let run = Run::new(0, 1).unwrap();
        let model = ridge_cox_at(&follow_up, genes.view(), 1.0, Ties::Breslow, &run).unwrap();
        assert_eq!(model.coefficients[4], 0.0);
        genes.fill(3.3);
        assert!(ridge_cox_at(&follow_up, genes.view(), 1.0, Ties::Breslow, &run).is_err());
    }

    #[test]
    fn gaps_and_folds_that_hold_every_event_are_refused() {
        let (follow_up, mut genes) = cohort();
        let run = Run::new(0, 1).unwrap();
        let by_event: Vec<usize> = follow_up.events().iter().map(|&e| usize::from(e)).collect();
        let settings = RidgeSettings::default();
        assert!(ridge_cox(&follow_up, genes.view(), &by_event, &settings, &run).is_err());
        genes[(3, 7)] = f32::NAN;
        let refused = ridge_cox(&follow_up, genes.view(), &folds(), &settings, &run).unwrap_err();
        assert!(refused.to_string().contains("gene 8"));
    }
}
