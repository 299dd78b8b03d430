//! A proportional hazards model of several covariates (Cox 1972,
//! doi:10.1111/j.2517-6161.1972.tb00899.x).

use imputome_core::{Error, Result};
use imputome_numerics::Cholesky;
use ndarray::{Array1, Array2, ArrayView2, Axis};

use super::partial_likelihood::PartialLikelihood;
use super::tails::{chi_square_upper, normal_two_sided};
use super::{FollowUp, RiskSets, Ties};

/// Steps at most; ours.
const MOST_STEPS: usize = 60;
/// Halvings of a step at most; ours.
const MOST_HALVINGS: usize = 40;
/// A step shorter than this, in standard errors, ends the search; ours, as for one gene.
const LAST_STEP: f64 = 1e-10;
/// A log hazard this far from the others means that the likelihood has no maximum: ours, a hazard
/// ratio of 10¹³.
const FURTHEST: f64 = 30.0;
/// Part of a covariate's variance that the others must leave unexplained: ours, far above the
/// rounding of the Gram matrix.
const LEAST_OWN_PART: f64 = 1e-10;

/// A fitted model.
#[derive(Clone, Debug, PartialEq)]
pub struct CoxModel {
    /// Change of the log hazard per unit of each covariate.
    pub coefficients: Vec<f64>,
    /// Their standard errors, from the observed information.
    pub standard_errors: Vec<f64>,
    /// Wald's test of each coefficient being 0, two-sided.
    pub p_values: Vec<f64>,
    /// Partial log-likelihood.
    pub log_likelihood: f64,
    /// The same with all coefficients 0.
    pub null_log_likelihood: f64,
    /// Samples in the model.
    pub samples: usize,
    /// Events among them.
    pub events: usize,
}

impl CoxModel {
    /// Log hazard of each row, shape `[samples]`, but for a constant; higher is sooner.
    pub fn risks(&self, covariates: ArrayView2<'_, f64>) -> Vec<f64> {
        covariates
            .dot(&Array1::from_vec(self.coefficients.clone()))
            .to_vec()
    }

    /// Twice what the covariates add to the log-likelihood.
    pub fn likelihood_ratio(&self) -> f64 {
        2.0 * (self.log_likelihood - self.null_log_likelihood)
    }

    /// Chance of as large a [`likelihood_ratio`](Self::likelihood_ratio) when no covariate matters.
    pub fn likelihood_ratio_p_value(&self) -> f64 {
        chi_square_upper(self.likelihood_ratio(), self.coefficients.len())
    }
}

/// Fits a model of `covariates`, shape `[samples, covariates]`, by Newton's method.
///
/// Refused: values that are not finite, no events, covariates that are constant or follow from
/// the others, and covariates that separate the events so that the likelihood has no maximum.
pub fn cox(follow_up: &FollowUp, covariates: ArrayView2<'_, f64>, ties: Ties) -> Result<CoxModel> {
    follow_up.expect_samples("the covariates", covariates.nrows())?;
    if follow_up.n_events() == 0 {
        return Err(Error::Unusable(
            "no sample had the event; a hazards model needs some".into(),
        ));
    }
    let sets = RiskSets::new(follow_up, ties);
    let ordered = covariates.select(Axis(0), sets.order());
    let (scores, deviations) = standardized(ordered)?;
    let mut search = Search::new(&sets, scores);
    let covariance = search.run()?;
    let standard_errors: Vec<f64> = covariance
        .diag()
        .iter()
        .zip(&deviations)
        .map(|(variance, deviation)| variance.sqrt() / deviation)
        .collect();
    let coefficients = (&search.coefficients / &deviations).to_vec();
    let z = coefficients.iter().zip(&standard_errors);
    Ok(CoxModel {
        p_values: z.map(|(b, error)| normal_two_sided(b / error)).collect(),
        coefficients,
        standard_errors,
        log_likelihood: search.log_likelihood,
        null_log_likelihood: search.null_log_likelihood,
        samples: sets.n_samples(),
        events: sets.n_events(),
    })
}

/// Columns with mean 0 and standard deviation 1, and what that was.
fn standardized(mut columns: Array2<f64>) -> Result<(Array2<f64>, Array1<f64>)> {
    if let Some(((_, column), _)) = columns.indexed_iter().find(|(_, v)| !v.is_finite()) {
        return Err(Error::Unusable(format!(
            "covariate {} of the hazards model has a value that is not a finite number; leave its \
             sample out",
            column + 1
        )));
    }
    let mut deviations = Array1::zeros(columns.ncols());
    let n = columns.nrows() as f64;
    for (mut column, deviation) in columns.columns_mut().into_iter().zip(&mut deviations) {
        let mean = column.sum() / n;
        column -= mean;
        *deviation = (column.dot(&column) / n).sqrt();
        column /= *deviation;
    }
    let gram = columns.t().dot(&columns) / n;
    let independent = !gram.iter().any(|entry| entry.is_nan())
        && Cholesky::of(gram).is_some_and(|factor| {
            let own_parts = factor.triangle().diag().mapv(|root| root * root);
            own_parts.iter().all(|part| *part > LEAST_OWN_PART)
        });
    if independent {
        return Ok((columns, deviations));
    }
    Err(Error::Unusable(
        "a covariate of the hazards model is constant or follows from the others; leave it out"
            .into(),
    ))
}

struct Search<'a> {
    likelihood: PartialLikelihood<'a>,
    /// Covariates in the order of the risk sets.
    scores: Array2<f64>,
    coefficients: Array1<f64>,
    log_likelihood: f64,
    null_log_likelihood: f64,
}

impl<'a> Search<'a> {
    fn new(sets: &'a RiskSets, scores: Array2<f64>) -> Self {
        let mut likelihood = PartialLikelihood::new(sets);
        let null_log_likelihood = likelihood.move_to(&vec![0.0; scores.nrows()]);
        Self {
            likelihood,
            coefficients: Array1::zeros(scores.ncols()),
            scores,
            log_likelihood: null_log_likelihood,
            null_log_likelihood,
        }
    }

    /// Goes to the maximum and gives the covariance of the coefficients there.
    fn run(&mut self) -> Result<Array2<f64>> {
        for _ in 0..MOST_STEPS {
            let (slopes, information) = self.derivatives();
            let factor = Cholesky::of(information).ok_or_else(without_maximum)?;
            let mut step = slopes.clone().insert_axis(Axis(1));
            factor.solve(step.view_mut());
            let step = step.remove_axis(Axis(1));
            if slopes.dot(&step).max(0.0).sqrt() < LAST_STEP {
                return Ok(factor.inverse());
            }
            self.advance(step)?;
        }
        Err(without_maximum())
    }

    fn derivatives(&self) -> (Array1<f64>, Array2<f64>) {
        let (n, p) = self.scores.dim();
        let mut slopes = vec![0.0; n];
        self.likelihood.gradient(&mut slopes);
        let slopes = self.scores.t().dot(&Array1::from_vec(slopes));
        let mut bent = Array2::zeros((p, n));
        for (column, mut row) in self.scores.columns().into_iter().zip(bent.rows_mut()) {
            let row = row.as_slice_mut().expect("row-major by construction");
            self.likelihood.curvature(&column.to_vec(), row);
        }
        let information = bent.dot(&self.scores);
        (slopes, information)
    }

    fn advance(&mut self, mut step: Array1<f64>) -> Result<()> {
        // Differences of a likelihood of this size below it are rounding.
        let rounding = 1e-12 * self.log_likelihood.abs();
        for _ in 0..MOST_HALVINGS {
            let coefficients = &self.coefficients + &step;
            let predictor = self.scores.dot(&coefficients).to_vec();
            let found = self.likelihood.move_to(&predictor);
            if found >= self.log_likelihood - rounding {
                if predictor.iter().any(|value| value.abs() > FURTHEST) {
                    return Err(without_maximum());
                }
                (self.coefficients, self.log_likelihood) = (coefficients, found);
                return Ok(());
            }
            step /= 2.0;
        }
        Err(without_maximum())
    }
}

fn without_maximum() -> Error {
    Error::Unusable(
        "the hazards model has no finite solution: covariates separate the samples with events \
         from the others; leave some covariates out, or use a penalty"
            .into(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::survival::CoxOutcome;
    use ndarray::array;

    fn follow_up() -> FollowUp {
        FollowUp::new(
            vec![1.0, 2.0, 2.0, 4.0, 5.0, 6.0],
            vec![true, true, true, false, true, false],
        )
        .unwrap()
    }

    #[test]
    fn a_model_of_one_covariate_is_that_of_a_gene() {
        let values = [0.3, 0.9, 0.2, 0.1, 0.5, 0.7];
        let column = Array2::from_shape_vec((6, 1), values.to_vec()).unwrap();
        for ties in [Ties::Efron, Ties::Breslow] {
            let follow_up = follow_up();
            let model = cox(&follow_up, column.view(), ties).unwrap();
            let gene = RiskSets::new(&follow_up, ties).fit(&follow_up, &values);
            let CoxOutcome::Fitted(gene) = gene else {
                panic!("{gene:?}")
            };
            // Two searches that end within 1e-10 standard errors.
            assert!((model.coefficients[0] - gene.coefficient).abs() < 1e-9);
            assert!((model.standard_errors[0] - gene.standard_error).abs() < 1e-9);
            assert!((model.log_likelihood - gene.log_likelihood).abs() < 1e-12);
        }
    }

    #[test]
    fn covariates_that_follow_from_others_are_refused() {
        let twice = Array2::from_shape_fn((6, 2), |(s, c)| ((s * s) % 5 * (c + 1)) as f64);
        let refused = cox(&follow_up(), twice.view(), Ties::Efron).unwrap_err();
        assert!(refused.to_string().contains("follows from the others"));
        let constant = Array2::ones((6, 1));
        assert!(cox(&follow_up(), constant.view(), Ties::Efron).is_err());
    }

    #[test]
    fn covariates_that_separate_the_events_are_refused() {
        let separating = array![
            [9.0, 0.1],
            [8.0, 0.3],
            [8.0, 0.2],
            [1.0, 0.5],
            [7.0, 0.1],
            [2.0, 0.4]
        ];
        let refused = cox(&follow_up(), separating.view(), Ties::Efron).unwrap_err();
        assert!(
            refused.to_string().contains("no finite solution"),
            "{refused}"
        );
    }

    #[test]
    fn gaps_and_samples_without_events_are_refused() {
        let mut gap = Array2::from_shape_fn((6, 1), |(s, _)| s as f64);
        let none = FollowUp::new(vec![1.0; 6], vec![false; 6]).unwrap();
        assert!(cox(&none, gap.view(), Ties::Efron).is_err());
        gap[(3, 0)] = f64::NAN;
        let refused = cox(&follow_up(), gap.view(), Ties::Efron).unwrap_err();
        assert!(refused.to_string().contains("covariate 1"));
    }
}
