//! The penalty or the rank, chosen by masked validation along a path with warm starts.

use imputome_core::{Curve, Result, Run};
use imputome_numerics::product;
use ndarray::Array1;
use rand::Rng;

use super::spectrum::{Loadings, Patience, Shrinkage, Spectrum};
use crate::low_rank::model::{Covariances, Doubt, Model};
use crate::low_rank::table::Table;
use crate::low_rank::validation::{Trial, Validation};

/// What the penalty of a row's scores is multiplied by: ours. Rows with more gaps than those
/// learned from want less shrinkage, few loadings poorly known want more.
const ROW_FACTORS: [f64; 11] = [0.1, 0.25, 0.35, 0.5, 0.7, 1.0, 1.4, 2.0, 3.0, 4.0, 6.0];
/// Share by which a step must lower the error to count as better: ours, the smoother or cheaper
/// one wins ties.
const WORTH: f64 = 5e-3;
/// Steps of the path in a row that do not lower the error before it ends: ours.
const PATIENCE: usize = 2;

/// What validation chose.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    /// The path up to what was chosen.
    pub(super) path: Vec<Shrinkage>,
    /// What the penalty of a row's scores is multiplied by.
    pub(super) row_factor: f64,
    /// The fit that was judged best, where its rows are those of the whole table.
    pub(super) fit: Option<Spectrum>,
    /// Mean squared error of hidden entries along the path.
    pub(super) points: Vec<(f64, f64)>,
}

/// How a path is tried.
#[derive(Clone, Copy)]
pub(super) struct Search<'a> {
    /// Number of directions at most.
    pub(super) most_rank: usize,
    /// Share of a row's genes out of sight in validation, its own gaps included.
    pub(super) hidden: f64,
    pub(super) patience: Patience,
    /// Every shrinkage to try, in order, given the largest singular value.
    pub(super) path: &'a (dyn Fn(f64) -> Vec<Shrinkage> + Sync),
    /// What the penalty of a row's scores is multiplied by while the path is followed.
    pub(super) row_factor: f64,
    /// True for a path of one end, of which the last step is taken.
    pub(super) is_decided: bool,
}

/// Follows the path on what is left in sight and judges each step on hidden entries.
pub(super) fn choose(
    search: &Search<'_>,
    table: &mut Table,
    groups: &[String],
    random: &mut impl Rng,
    run: &Run,
) -> Result<Choice> {
    let trial = Trial::set_up(table, groups, search.hidden, random)?;
    let learning = trial.learning.as_ref().unwrap_or(table);
    let choice = follow(search, learning, &trial.validation, random, run);
    table.show(&trial.still_hidden);
    let has_all_rows = trial.learning.is_none();
    choice.map(|choice| Choice {
        fit: choice.fit.filter(|_| has_all_rows),
        ..choice
    })
}

/// Warm starts along the path until the error rises.
fn follow(
    search: &Search<'_>,
    table: &Table,
    validation: &Validation,
    random: &mut impl Rng,
    run: &Run,
) -> Result<Choice> {
    let mut spectrum = Spectrum::start(table, search.most_rank, random);
    let path = (search.path)(spectrum.largest());
    let mut points = Vec::new();
    let mut best: Option<(usize, f64, Spectrum)> = None;
    run.progress()
        .begin("choosing by masked validation", path.len() as u64);
    for (step, &shrinkage) in path.iter().enumerate() {
        spectrum.settle(table, shrinkage, search.patience, run)?;
        let loadings = spectrum.loadings(table, shrinkage);
        let error = error(validation, &loadings, search.row_factor);
        points.push((shrinkage.number(), error));
        let note = format!("validation error {error:.4}");
        run.progress().advance(step as u64 + 1, &note);
        let worth = best.as_ref().map(|best| best.1 * (1.0 - WORTH));
        let is_better = |error: f64| worth.is_none_or(|worth| error < worth);
        if search.is_decided || is_better(error) {
            best = Some((step, error, spectrum.clone()));
        } else if best.as_ref().is_some_and(|best| step - best.0 >= PATIENCE) {
            break;
        }
    }
    run.progress().end();
    let (step, _, spectrum) = best.expect("a path has a first step");
    let loadings = spectrum.loadings(table, path[step]);
    Ok(Choice {
        row_factor: row_factor(validation, &loadings, search.row_factor),
        path: path[..=step].to_vec(),
        fit: Some(spectrum),
        points,
    })
}

/// The validation curve as it is told.
pub(super) fn curve(step: &str, points: &[(f64, f64)]) -> Curve {
    Curve {
        name: "validation error".into(),
        step: step.into(),
        points: points.to_vec(),
    }
}

/// Mean squared error of hidden entries of projected rows.
fn error(validation: &Validation, loadings: &Loadings, row_factor: f64) -> f64 {
    let model = row_model(loadings, row_factor);
    let posterior = model.posterior(&validation.visible, Covariances::NotWanted);
    validation.mean_square(&product(posterior.scores.view(), model.loadings.t()))
}

/// Downhill over [`ROW_FACTORS`] from `first`.
fn row_factor(validation: &Validation, loadings: &Loadings, first: f64) -> f64 {
    let start = ROW_FACTORS.iter().position(|&factor| factor >= first);
    let mut best = start.unwrap_or(0);
    let mut least = error(validation, loadings, ROW_FACTORS[best]);
    for step in [1, -1] {
        while let Some(&factor) = best
            .checked_add_signed(step)
            .and_then(|next| ROW_FACTORS.get(next))
        {
            let error = error(validation, loadings, factor);
            if error >= least {
                break;
            }
            (best, least) = (best.wrapping_add_signed(step), error);
        }
    }
    ROW_FACTORS[best]
}

/// Scores of a row given loadings: a ridge regression on what the row has measured, as the
/// posterior mean of standard normal scores under noise of variance `penalty`.
pub(super) fn row_model(loadings: &Loadings, row_factor: f64) -> Model {
    let (columns, rank) = loadings.matrix.dim();
    // Ours: a table without anything left unexplained still has to be solvable.
    let noise = (loadings.penalty * row_factor).max(1e-6);
    Model {
        loadings: loadings.matrix.as_standard_layout().into_owned(),
        noise: Array1::from_elem(columns, noise),
        doubt: Doubt::none(columns, rank),
    }
}
