//! One proportional hazards model per gene.
//!
//! Newton's method on the partial likelihood, from 0, with the gene in standard scores and half
//! steps where a whole one would lose likelihood. Sorting and risk sets are made once for all
//! genes; an iteration is a few passes over the samples.

use imputome_core::{Result, Run};
use rayon::prelude::*;

use super::partial_likelihood::PartialLikelihood;
use super::tails::normal_two_sided;
use super::{FollowUp, GeneTable, RiskSets, Ties};

/// Genes taken from the table at a time: ours, a cache line of f32.
const BLOCK: usize = 16;
/// Steps at most; ours. A concave function of one variable needs about five.
const MOST_STEPS: usize = 60;
/// Halvings of a step at most; ours, below which a step is rounding.
const MOST_HALVINGS: usize = 40;
/// A step shorter than this share of the standard error ends the search: ours, ten digits.
const LAST_STEP: f64 = 1e-10;

/// A model of one variable.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CoxEstimate {
    /// Change of the log hazard per unit of the gene.
    pub coefficient: f64,
    /// Its standard error, from the observed information.
    pub standard_error: f64,
    /// Wald's test of a coefficient of 0, two-sided.
    pub p_value: f64,
    /// Partial log-likelihood.
    pub log_likelihood: f64,
    /// The same at a coefficient of 0.
    pub null_log_likelihood: f64,
    /// Samples in the model: those with a value of the gene.
    pub samples: usize,
    /// Events among them.
    pub events: usize,
}

impl CoxEstimate {
    /// The coefficient in standard errors.
    pub fn z(&self) -> f64 {
        self.coefficient / self.standard_error
    }
}

/// What came of a model of one gene.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum CoxOutcome {
    /// A model.
    Fitted(CoxEstimate),
    /// None: no sample with a value of the gene had the event.
    NoEvents,
    /// None: the gene is the same for all who were at risk whenever an event came.
    Constant,
    /// None: every event came to the highest value at risk, so that the likelihood grows with the
    /// coefficient and has no maximum. R's `coxph` warns and gives a coefficient that means nothing.
    SeparatedUpward,
    /// None: every event came to the lowest value at risk.
    SeparatedDownward,
    /// None: the search found no maximum, as values far out make numbers too large.
    NotConverged,
}

impl CoxOutcome {
    /// The model, where there is one.
    pub fn estimate(&self) -> Option<&CoxEstimate> {
        match self {
            Self::Fitted(estimate) => Some(estimate),
            _ => None,
        }
    }

    /// The p value of Wald's test, where there is a model.
    pub fn p_value(&self) -> Option<f64> {
        self.estimate().map(|estimate| estimate.p_value)
    }
}

/// A model of each gene alone, shape `[genes]`: the hazard of the event by the gene's expression.
/// Each is of the samples with a value of the gene.
///
/// The same for any number of threads. Refused: a table of other samples than the follow-up.
pub fn univariate_cox(
    follow_up: &FollowUp,
    genes: GeneTable<'_>,
    ties: Ties,
    run: &Run,
) -> Result<Vec<CoxOutcome>> {
    follow_up.expect_samples("the expression table", genes.n_samples())?;
    let sets = RiskSets::new(follow_up, ties);
    let blocks: Result<Vec<Vec<CoxOutcome>>> = run.on_threads(|| {
        (0..genes.n_genes())
            .into_par_iter()
            .step_by(BLOCK)
            .map(|first| {
                run.proceed()?;
                let n = BLOCK.min(genes.n_genes() - first);
                let columns = genes.columns(sets.order(), first, n);
                let fit = |column| of_column(&sets, follow_up, column);
                Ok(columns.into_iter().map(fit).collect())
            })
            .collect()
    });
    Ok(blocks?.concat())
}

impl RiskSets {
    /// A model of one variable, `values` of shape `[samples]` in the order of the follow-up; gaps are
    /// NaN, and the model is of the other samples.
    pub fn fit(&self, follow_up: &FollowUp, values: &[f64]) -> CoxOutcome {
        let column = self.order().iter().map(|&s| values[s]).collect();
        of_column(self, follow_up, column)
    }
}

/// A model of values in the order of the risk sets; NaN for gaps.
fn of_column(sets: &RiskSets, follow_up: &FollowUp, mut column: Vec<f64>) -> CoxOutcome {
    if !column.iter().any(|value| value.is_nan()) {
        return fit(sets, &mut column);
    }
    let mut kept = vec![false; follow_up.n_samples()];
    for (&sample, value) in sets.order().iter().zip(&column) {
        kept[sample] = !value.is_nan();
    }
    column.retain(|value| !value.is_nan());
    fit(&sets.keeping(follow_up, &kept), &mut column)
}

fn fit(sets: &RiskSets, values: &mut [f64]) -> CoxOutcome {
    if sets.n_events() == 0 {
        return CoxOutcome::NoEvents;
    }
    if let Some(outcome) = without_maximum(sets, values) {
        return outcome;
    }
    let deviation = standardize(values);
    let mut search = Search::new(sets, values);
    match search.run() {
        None => CoxOutcome::NotConverged,
        Some(information) => {
            let z = search.coefficient * information.sqrt();
            CoxOutcome::Fitted(CoxEstimate {
                coefficient: search.coefficient / deviation,
                standard_error: (information.sqrt() * deviation).recip(),
                p_value: normal_two_sided(z),
                log_likelihood: search.log_likelihood,
                null_log_likelihood: search.null_log_likelihood,
                samples: sets.n_samples(),
                events: sets.n_events(),
            })
        }
    }
}

/// The likelihood has a maximum unless every event has the highest value of its risk set, or
/// every event the lowest: its slope far out is the sum of differences from those.
fn without_maximum(sets: &RiskSets, values: &[f64]) -> Option<CoxOutcome> {
    let (mut lowest, mut highest) = (f64::INFINITY, f64::NEG_INFINITY);
    let (mut all_lowest, mut all_highest) = (true, true);
    let mut position = values.len();
    for time in sets.event_times().iter().rev() {
        for value in &values[time.start..position] {
            lowest = lowest.min(*value);
            highest = highest.max(*value);
        }
        position = time.start;
        for value in &values[time.start..][..time.events] {
            all_lowest &= *value == lowest;
            all_highest &= *value == highest;
        }
    }
    match (all_lowest, all_highest) {
        (true, true) => Some(CoxOutcome::Constant),
        (false, true) => Some(CoxOutcome::SeparatedUpward),
        (true, false) => Some(CoxOutcome::SeparatedDownward),
        (false, false) => None,
    }
}

/// Brings values that differ to mean 0 and standard deviation 1, and gives what that was.
fn standardize(values: &mut [f64]) -> f64 {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let square: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    let deviation = (square / n).sqrt();
    for value in values {
        *value = (*value - mean) / deviation;
    }
    deviation
}

struct Search<'a> {
    likelihood: PartialLikelihood<'a>,
    values: &'a [f64],
    predictor: Vec<f64>,
    slopes: Vec<f64>,
    coefficient: f64,
    log_likelihood: f64,
    null_log_likelihood: f64,
}

impl<'a> Search<'a> {
    fn new(sets: &'a RiskSets, values: &'a [f64]) -> Self {
        let predictor = vec![0.0; values.len()];
        let mut likelihood = PartialLikelihood::new(sets);
        let null_log_likelihood = likelihood.move_to(&predictor);
        Self {
            likelihood,
            values,
            slopes: predictor.clone(),
            predictor,
            coefficient: 0.0,
            log_likelihood: null_log_likelihood,
            null_log_likelihood,
        }
    }

    /// Goes to the maximum and gives the information there; nothing when it is not reached.
    fn run(&mut self) -> Option<f64> {
        for _ in 0..MOST_STEPS {
            let (slope, information) = self.derivatives();
            if !(information > 0.0 && slope.is_finite()) {
                return None;
            }
            let step = slope / information;
            if step.abs() * information.sqrt() < LAST_STEP {
                return Some(information);
            }
            self.advance(step)?;
        }
        None
    }

    fn derivatives(&mut self) -> (f64, f64) {
        self.likelihood.gradient(&mut self.slopes);
        let slope = dot(&self.slopes, self.values);
        self.likelihood.curvature(self.values, &mut self.slopes);
        (slope, dot(&self.slopes, self.values))
    }

    /// Takes the step, or the first of its halves that does not lose likelihood.
    fn advance(&mut self, mut step: f64) -> Option<()> {
        // Differences of a likelihood of this size below it are rounding.
        let rounding = 1e-12 * self.log_likelihood.abs();
        for _ in 0..MOST_HALVINGS {
            let coefficient = self.coefficient + step;
            for (predicted, value) in self.predictor.iter_mut().zip(self.values) {
                *predicted = coefficient * value;
            }
            let found = self.likelihood.move_to(&self.predictor);
            if found >= self.log_likelihood - rounding {
                (self.coefficient, self.log_likelihood) = (coefficient, found);
                return Some(());
            }
            step /= 2.0;
        }
        None
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array2;

    fn follow_up() -> FollowUp {
        FollowUp::new(
            vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
            vec![true, true, false, true, true, false],
        )
        .unwrap()
    }

    fn outcome(values: [f64; 6]) -> CoxOutcome {
        let follow_up = follow_up();
        RiskSets::new(&follow_up, Ties::Efron).fit(&follow_up, &values)
    }

    #[test]
    fn a_gene_that_tells_nothing_apart_is_constant() {
        assert_eq!(outcome([3.0; 6]), CoxOutcome::Constant);
    }

    #[test]
    fn a_gene_that_names_every_next_event_has_no_maximum() {
        let falling = [9.0, 8.0, 1.0, 7.0, 6.0, 5.0];
        assert_eq!(outcome(falling), CoxOutcome::SeparatedUpward);
        assert_eq!(outcome(falling.map(|v| -v)), CoxOutcome::SeparatedDownward);
        // A gene present in the first to die alone is separated as well.
        let first = [1.0, 0.0, 0.0, 0.0, 0.0, 0.0];
        assert_eq!(outcome(first), CoxOutcome::SeparatedUpward);
        assert_eq!(outcome(first).p_value(), None);
    }

    #[test]
    fn a_gene_nearly_separated_has_a_maximum_far_out() {
        let found = outcome([9.0, 8.0, 1.0, 7.0, 6.0, 6.001]);
        let estimate = found.estimate().unwrap();
        assert!(estimate.coefficient > 1.0 && estimate.standard_error.is_finite());
    }

    #[test]
    fn a_gap_leaves_its_sample_out() {
        let gap = f64::NAN;
        let with_gap = outcome([0.3, 0.9, gap, 0.1, 0.5, 0.7]);
        let times = vec![1.0, 2.0, 4.0, 5.0, 6.0];
        let fewer = FollowUp::new(times, vec![true, true, true, true, false]).unwrap();
        let without = RiskSets::new(&fewer, Ties::Efron).fit(&fewer, &[0.3, 0.9, 0.1, 0.5, 0.7]);
        assert_eq!(with_gap, without);
        assert_eq!(with_gap.estimate().unwrap().samples, 5);
        assert_eq!(
            outcome([gap, gap, 1.0, gap, gap, 2.0]),
            CoxOutcome::NoEvents
        );
        assert_eq!(outcome([gap; 6]), CoxOutcome::NoEvents);
    }

    #[test]
    fn the_unit_of_a_gene_changes_its_coefficient_alone() {
        let values = [0.3, 0.9, 0.2, 0.1, 0.5, 0.7];
        let one = outcome(values);
        let thousand = outcome(values.map(|v| 1000.0 * v + 5e4));
        let (one, thousand) = (one.estimate().unwrap(), thousand.estimate().unwrap());
        // Five digits of the values are lost to the shift.
        assert!((one.coefficient / 1000.0 / thousand.coefficient - 1.0).abs() < 1e-10);
        assert!((one.p_value - thousand.p_value).abs() < 1e-10);
    }

    #[test]
    fn models_are_the_same_bytes_for_any_number_of_threads() {
        let times: Vec<f64> = (0..60).map(|s| f64::from((s * 17) % 23)).collect();
        let events = (0..60).map(|s| s % 3 != 0).collect();
        let follow_up = FollowUp::new(times, events).unwrap();
        let table = Array2::from_shape_fn((60, 50), |(s, g)| {
            let value = ((s * (g + 3) + g * g) % 19) as f32;
            if (s + g) % 11 == 0 { f32::NAN } else { value }
        });
        let on = |threads| {
            let run = Run::new(0, threads).unwrap();
            let genes = GeneTable::complete(table.view());
            univariate_cox(&follow_up, genes, Ties::Efron, &run).unwrap()
        };
        assert_eq!(on(1), on(3));
        assert_eq!(on(1).len(), 50);
    }

    #[test]
    fn a_table_of_other_samples_is_refused() {
        let table = Array2::zeros((3, 2));
        let run = Run::new(0, 1).unwrap();
        let genes = GeneTable::complete(table.view());
        let refused = univariate_cox(&follow_up(), genes, Ties::Efron, &run).unwrap_err();
        assert!(refused.to_string().contains("expected 6, found 3"));
    }
}
