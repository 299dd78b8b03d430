//! The penalty or the rank, chosen by masked validation along a path with warm starts.

use imputome_core::prepare::split_groups;
use imputome_core::{Curve, Dataset, Result, Run};
use imputome_numerics::product;
use ndarray::Array1;
use rand::seq::SliceRandom;
use rand::{Rng, RngExt};

use super::spectrum::{Loadings, Patience, Shrinkage, Spectrum};
use super::table::{Hidden, Table};
use crate::low_rank::columns::Columns;
use crate::low_rank::model::{Covariances, Doubt, Model};

/// Rows that validation looks at, at most: ours, a few thousand entries tell penalties apart.
const MOST_ROWS: usize = 128;
/// Share of groups whose rows are set aside where nothing is missing: ours.
const SHARE_SET_ASIDE: f64 = 0.2;
/// Share of measured entries above which a table counts as one without gaps, whose rows are not
/// themselves to be filled: ours.
const COMPLETE: f64 = 0.95;
/// Smallest share of a validation row's measured genes hidden: ours.
const LEAST_HIDDEN: f64 = 0.2;
/// Fewest groups that can be split: ours.
const FEWEST: usize = 10;
/// Largest error counted, in standard deviations: ours, so that outlying samples do not decide.
const LARGEST_ERROR: f64 = 3.0;
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

/// True when there is enough to split.
pub(super) fn is_possible(train: &Dataset) -> bool {
    let mut groups = train.group_of_samples();
    groups.sort_unstable();
    groups.dedup();
    groups.len() >= FEWEST && train.n_genes() > 1
}

/// Follows the path on what is left in sight and judges each step on hidden entries.
///
/// Rows of a table without gaps are set aside whole, for what will be filled are other rows; in
/// a table with gaps some entries are hidden, and its rows go on teaching.
pub(super) fn choose(
    search: &Search<'_>,
    table: &mut Table,
    groups: &[String],
    random: &mut impl Rng,
    run: &Run,
) -> Result<Choice> {
    let share = table.share();
    let out_of_sight = ((search.hidden - (1.0 - share)) / share).max(LEAST_HIDDEN);
    if share < COMPLETE {
        let mut rows: Vec<usize> = (0..table.n_samples()).collect();
        rows.shuffle(random);
        rows.truncate(MOST_ROWS);
        rows.sort_unstable();
        let hidden = hide(table, &rows, out_of_sight, random);
        let validation = Validation::new(table, &rows, &hidden);
        let choice = follow(search, table, &validation, random, run);
        table.show(&hidden);
        return choice;
    }
    let apart = SHARE_SET_ASIDE.min(2.0 * MOST_ROWS as f64 / table.n_samples() as f64);
    let parts = split_groups(groups, &[1.0 - apart, apart], random)?;
    let learning = table.select(&parts[0]);
    let rows = &parts[1][..parts[1].len().min(MOST_ROWS)];
    let hidden = hide(table, rows, out_of_sight, random);
    let validation = Validation::new(table, rows, &hidden);
    table.show(&hidden);
    let choice = follow(search, &learning, &validation, random, run)?;
    Ok(Choice {
        fit: None,
        ..choice
    })
}

fn hide(table: &mut Table, rows: &[usize], share: f64, random: &mut impl Rng) -> Vec<Hidden> {
    let mut hidden = Vec::new();
    for &row in rows {
        for gene in table.measured_genes(row) {
            if random.random_bool(share.min(1.0)) {
                hidden.push(table.hide(row, gene));
            }
        }
    }
    hidden
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
        let error = validation.error(&loadings, search.row_factor);
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
        row_factor: validation.row_factor(&loadings, search.row_factor),
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

/// Rows some of whose entries are hidden.
struct Validation {
    visible: Columns,
    /// With the row of `visible`.
    hidden: Vec<Hidden>,
}

impl Validation {
    /// The given rows of a table in which `hidden` is hidden.
    fn new(table: &Table, rows: &[usize], hidden: &[Hidden]) -> Self {
        let visible = table.select(rows).columns();
        let mut position = vec![0; table.n_samples()];
        for (at, &origin) in visible.origin.iter().enumerate() {
            position[rows[origin]] = at;
        }
        let hidden = hidden.iter().map(|&entry| Hidden {
            row: position[entry.row],
            ..entry
        });
        Self {
            hidden: hidden.collect(),
            visible,
        }
    }

    /// Mean squared error of hidden entries, each no more than [`LARGEST_ERROR`] squared.
    fn error(&self, loadings: &Loadings, row_factor: f64) -> f64 {
        let model = row_model(loadings, row_factor);
        let posterior = model.posterior(&self.visible, Covariances::NotWanted);
        let estimates = product(posterior.scores.view(), model.loadings.t());
        let square = |entry: &Hidden| {
            let error = f64::from(entry.truth) - estimates[(entry.row, entry.column)];
            error.abs().min(LARGEST_ERROR).powi(2)
        };
        self.hidden.iter().map(square).sum::<f64>() / self.hidden.len().max(1) as f64
    }

    /// Downhill over [`ROW_FACTORS`] from `first`.
    fn row_factor(&self, loadings: &Loadings, first: f64) -> f64 {
        let start = ROW_FACTORS.iter().position(|&factor| factor >= first);
        let mut best = start.unwrap_or(0);
        let mut least = self.error(loadings, ROW_FACTORS[best]);
        for step in [1, -1] {
            while let Some(&factor) = best
                .checked_add_signed(step)
                .and_then(|next| ROW_FACTORS.get(next))
            {
                let error = self.error(loadings, factor);
                if error >= least {
                    break;
                }
                (best, least) = (best.wrapping_add_signed(step), error);
            }
        }
        ROW_FACTORS[best]
    }
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
