//! The number of factors, chosen by masked validation.

use imputome_core::prepare::{hide_at_random, split_groups};
use imputome_core::{Curve, Dataset, Holdout, Result, Run};
use imputome_numerics::product;

use super::Factor;
use super::em::{Constants, Em};
use super::start::Start;
use crate::low_rank::columns::{Columns, CovariateColumns};
use crate::low_rank::model::{Covariances, Model, Posterior};

/// Candidates for the number of factors, tried upwards: ours, steps of a quarter to a half.
const LADDER: [usize; 20] = [
    1, 2, 4, 7, 10, 15, 20, 30, 40, 50, 60, 80, 100, 125, 150, 200, 250, 300, 400, 500,
];
/// What noise variances are multiplied by: ours. Maximum likelihood takes noise for smaller
/// than it is, the more so the more factors share the samples.
const NOISE_FACTORS: [f64; 3] = [1.0, 1.4, 2.0];
/// The one of them with which a fit is looked at under way.
const LOOK_NOISE_FACTOR: f64 = NOISE_FACTORS[1];
/// A candidate must lower the error by this share to count as better: ours, cheaper wins ties.
const WORTH_MORE_FACTORS: f64 = 2e-2;
/// Candidates in a row that are not better before the search ends: ours.
const PATIENCE: usize = 2;
/// Shares of groups to learn from and to validate on: ours.
const SHARES: [f64; 2] = [0.8, 0.2];
/// Rounds before the first look at the validation error: ours.
const FIRST_LOOK: usize = 2;
/// Change of log-likelihood per entry below which a candidate's fit ends: ours.
const TOLERANCE: f64 = 1e-3;

/// What validation chose.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    pub(super) factors: usize,
    /// Rounds of EM at most.
    pub(super) rounds: usize,
    /// What noise variances are multiplied by.
    pub(super) noise_factor: f64,
    /// What standard deviations are multiplied by, so that they agree with validation errors.
    pub(super) spread_factor: f64,
    /// Mean squared error of hidden entries by number of factors.
    pub(super) curve: Option<Curve>,
}

/// Fits candidates on four fifths of the groups and measures them on hidden entries of the rest.
pub(super) fn choose(settings: &Factor, train: &Dataset, run: &Run) -> Result<Choice> {
    let random = &mut run.stream("factor/choice");
    let parts = split_groups(&train.group_of_samples(), &SHARES, random)?;
    let learning = train.select_samples(&parts[0]);
    let held_out = hide_at_random(&train.select_samples(&parts[1]), settings.hidden, random)?;
    let ladder = candidates(settings, learning.n_samples(), learning.n_genes());
    let covariates = CovariateColumns::fit(&learning.covariates, settings.covariate_weight);
    let (columns, _) = covariates.encode(&learning);
    let constants = settings.constants(columns.n_columns());
    let most = ladder.last().copied().unwrap_or(1);
    let start = Start::new(columns, train.n_genes(), most, &constants, random);
    let validation = Validation::new(&held_out, &covariates, &start, &constants);
    climb(settings, &start, &validation, &ladder, run)
}

/// Fewest factors first, until more of them no longer help.
fn climb(
    settings: &Factor,
    start: &Start,
    validation: &Validation,
    ladder: &[usize],
    run: &Run,
) -> Result<Choice> {
    let constants = settings.constants(start.columns.n_columns());
    let mut points = Vec::new();
    let mut best: Option<Candidate> = None;
    let mut failures = 0;
    run.progress()
        .begin("choosing the number of factors", ladder.len() as u64);
    for (done, &factors) in ladder.iter().enumerate() {
        let em = Em::new(start.columns.clone(), start.model(factors), constants);
        let candidate = validation.fit(em, settings.rounds, run)?;
        let error = candidate.error;
        points.push((factors as f64, error));
        let note = format!("{factors} factors: validation error {error:.4}");
        run.progress().advance(done as u64 + 1, &note);
        let worth = best.as_ref().map(|b| b.error * (1.0 - WORTH_MORE_FACTORS));
        if worth.is_none_or(|worth| error < worth) {
            (best, failures) = (Some(candidate), 0);
        } else {
            failures += 1;
        }
        if failures == PATIENCE {
            break;
        }
    }
    run.progress().end();
    let best = best.expect("the ladder has a first step");
    Ok(Choice {
        factors: best.model.n_factors(),
        rounds: best.rounds,
        noise_factor: best.noise_factor,
        spread_factor: validation.spread_factor(&best, &constants),
        curve: Some(Curve {
            name: "validation error".into(),
            step: "factors".into(),
            points,
        }),
    })
}

/// A fit judged by validation.
struct Candidate {
    model: Model,
    center: Vec<f64>,
    rounds: usize,
    noise_factor: f64,
    /// Weighted mean squared error of hidden entries.
    error: f64,
}

/// Candidates that the table can bear: fewer than samples and than genes.
fn candidates(settings: &Factor, samples: usize, genes: usize) -> Vec<usize> {
    if let Some(factors) = settings.factors {
        return vec![settings.most_factors(factors, samples, genes)];
    }
    let most = settings.most_factors(usize::MAX, samples, genes);
    LADDER
        .into_iter()
        .filter(|&factors| factors <= most)
        .collect()
}

/// Validation samples some of whose entries are hidden.
struct Validation {
    /// What may be seen, standardized as the training columns are.
    visible: Columns,
    /// Hidden entries: row of `visible`, column, standardized truth.
    hidden: Vec<(usize, usize, f64)>,
    genes: usize,
    /// Weight of each row, so that outlying samples do not decide.
    weights: Vec<f64>,
}

impl Validation {
    fn new(
        held_out: &Holdout,
        covariates: &CovariateColumns,
        start: &Start,
        constants: &Constants,
    ) -> Self {
        let (mut visible, _) = covariates.encode(held_out.visible());
        visible.standardize(&start.center, &start.scale);
        let mut hidden = Vec::new();
        for (row, &origin) in visible.origin.iter().enumerate() {
            for (gene, _) in held_out
                .held_out()
                .row(origin)
                .iter()
                .enumerate()
                .filter(|(_, h)| **h)
            {
                let truth = f64::from(held_out.truth()[(origin, gene)]);
                hidden.push((row, gene, (truth - start.center[gene]) / start.scale[gene]));
            }
        }
        let distances = visible.square_sums(&start.gene_weights());
        let weights = distances
            .iter()
            .zip(&visible.counts)
            .map(|(&distance, &count)| constants.weight(distance, count))
            .collect();
        Self {
            visible,
            hidden,
            genes: held_out.visible().n_genes(),
            weights,
        }
    }

    /// Goes on with a fit for as long as that lowers the error of hidden entries, which is
    /// looked at after 2, 4, 8, ... rounds: where samples are few, later rounds overfit.
    fn fit(&self, mut em: Em, most_rounds: usize, run: &Run) -> Result<Candidate> {
        let (mut done, mut next) = (0, FIRST_LOOK.min(most_rounds));
        let mut best: Option<(Em, usize, f64)> = None;
        loop {
            let is_converged = em.run(next - done, TOLERANCE, run)?;
            done = next;
            let error = self.error(&em, &self.centered(&em.center), LOOK_NOISE_FACTOR);
            let is_over = is_converged || done == most_rounds;
            match best {
                Some((best, rounds, least)) if error > least => {
                    return Ok(self.judge(best, rounds));
                }
                _ if is_over => return Ok(self.judge(em, most_rounds)),
                _ => best = Some((em.clone(), done, error)),
            }
            next = (2 * done).min(most_rounds);
        }
    }

    /// The error of a fit with the factor for noise variances that serves it best.
    fn judge(&self, em: Em, rounds: usize) -> Candidate {
        let visible = self.centered(&em.center);
        let (noise_factor, error) = NOISE_FACTORS
            .iter()
            .map(|&factor| (factor, self.error(&em, &visible, factor)))
            .min_by(|a, b| a.1.total_cmp(&b.1))
            .expect("there are noise factors");
        Candidate {
            model: em.model,
            center: em.center,
            rounds,
            noise_factor,
            error,
        }
    }

    /// Weighted mean squared error of hidden entries.
    fn error(&self, em: &Em, visible: &Columns, noise_factor: f64) -> f64 {
        let model = em.model.with_noise_times(noise_factor);
        let posterior = model.posterior(visible, Covariances::NotWanted);
        self.weighted_mean(&self.squared_errors(&model, &em.center, &posterior))
    }

    /// Root of the mean of squared errors over their expected variances.
    fn spread_factor(&self, best: &Candidate, constants: &Constants) -> f64 {
        let model = best.model.with_noise_times(best.noise_factor);
        let visible = self.centered(&best.center);
        let posterior = model.posterior(&visible, Covariances::Wanted);
        let variances = posterior.variances(&model, 0..self.genes);
        let mut ratios = self.squared_errors(&model, &best.center, &posterior);
        for (ratio, &(row, gene, _)) in ratios.iter_mut().zip(&self.hidden) {
            let variance = f64::from(variances[(row, gene)]) + model.noise[gene];
            let weight = constants.weight(posterior.distances[row], visible.counts[row]);
            *ratio *= weight / variance;
        }
        let factor = self.weighted_mean(&ratios).sqrt();
        if factor > 0.0 && factor.is_finite() {
            factor
        } else {
            1.0
        }
    }

    fn centered(&self, center: &[f64]) -> Columns {
        let mut visible = self.visible.clone();
        visible.standardize(center, &vec![1.0; center.len()]);
        visible
    }

    /// Squared error of each hidden entry.
    fn squared_errors(&self, model: &Model, center: &[f64], posterior: &Posterior) -> Vec<f64> {
        let estimates = product(posterior.scores.view(), model.loadings.t());
        let residual = |&(row, gene, truth): &(usize, usize, f64)| {
            truth - center[gene] - estimates[(row, gene)]
        };
        self.hidden
            .iter()
            .map(|entry| residual(entry).powi(2))
            .collect()
    }

    /// Mean over hidden entries by the weights of their samples; 0 without any.
    fn weighted_mean(&self, values: &[f64]) -> f64 {
        let weight = |(row, _, _): &(usize, usize, f64)| self.weights[*row];
        let total: f64 = self.hidden.iter().map(weight).sum();
        let weighted = self.hidden.iter().map(weight).zip(values);
        weighted.map(|(weight, value)| weight * value).sum::<f64>() / total.max(f64::MIN_POSITIVE)
    }
}
