//! The ridge and the rounds of EM, chosen by masked validation.

use imputome_core::{Curve, Result, Run};
use rand::Rng;

use super::conditional::Wanted;
use super::em::{Constants, Moments};
use crate::low_rank::columns::Columns;
use crate::low_rank::table::{Hidden, Table};
use crate::low_rank::validation::{Trial, Validation};

/// Ridges tried, in variances of a gene: ours, steps of about √2.
const RIDGES: [f64; 13] = [
    0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.14, 0.2, 0.28, 0.4, 0.56, 0.8, 1.0,
];
/// The ridge of the first rounds: ours, from the middle of the range that real tables ask for.
pub(super) const FIRST_RIDGE: f64 = 0.05;
/// Share by which a round must lower the error to count as better: ours.
const WORTH: f64 = 2e-3;
/// Rounds in a row that do not lower the error before they end: ours.
const PATIENCE: usize = 2;
/// Rounds after the ridge is known, from where validation ended: ours.
const LAST_ROUNDS: usize = 2;

/// What validation chose.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    pub(super) ridge: f64,
    /// Rounds still to go on all entries.
    pub(super) rounds: usize,
    /// Where to go on from; nothing for the beginning.
    pub(super) moments: Option<Moments>,
    /// What standard deviations are multiplied by, so that they agree with validation errors.
    pub(super) spread_factor: f64,
    pub(super) curves: Vec<Curve>,
}

/// How the ridge and the rounds are tried.
#[derive(Clone, Copy, Debug)]
pub(super) struct Search<'a> {
    pub(super) constants: &'a Constants,
    /// The ridge, where it is not to be chosen.
    pub(super) ridge: Option<f64>,
    /// Rounds at most.
    pub(super) rounds: usize,
    /// Share of a row's genes out of sight in validation, its own gaps included.
    pub(super) hidden: f64,
}

/// Learns from what is left in sight and judges on hidden entries.
pub(super) fn choose(
    search: &Search<'_>,
    table: &mut Table,
    groups: &[String],
    random: &mut impl Rng,
    run: &Run,
) -> Result<Choice> {
    let trial = Trial::set_up(table, groups, search.hidden, random)?;
    let columns = trial.learning.as_ref().unwrap_or(table).columns();
    let found = search.follow(&columns, &trial.validation, run);
    table.show(&trial.still_hidden);
    let (learned, mut choice) = found?;
    if trial.learning.is_none() {
        choice.rounds = LAST_ROUNDS.min(learned.rounds);
        choice.moments = Some(learned.moments);
    }
    Ok(choice)
}

/// Where the rounds stood when they helped last.
struct Learned {
    moments: Moments,
    rounds: usize,
    /// Error by round.
    points: Vec<(f64, f64)>,
}

impl Search<'_> {
    /// Rounds until they no longer help, then the ridge downhill.
    fn follow(
        &self,
        columns: &Columns,
        validation: &Validation,
        run: &Run,
    ) -> Result<(Learned, Choice)> {
        let first = self.ridge.unwrap_or(FIRST_RIDGE);
        let learned = self.rounds(columns, validation, first, run)?;
        let moments = &learned.moments;
        let (ridge, by_ridge) = match self.ridge {
            Some(ridge) => (ridge, Vec::new()),
            // The filling of gaps has the first ridge in it, so that a smaller one would count
            // as known what is not.
            None if columns.measured.is_empty() => downhill(moments, validation, RIDGES[0], run)?,
            None => downhill(moments, validation, FIRST_RIDGE, run)?,
        };
        let curve = |step: &str, points: Vec<(f64, f64)>| Curve {
            name: "validation error".into(),
            step: step.into(),
            points,
        };
        let choice = Choice {
            ridge,
            rounds: learned.rounds,
            moments: None,
            spread_factor: self.spread_factor(moments, validation, ridge, run)?,
            curves: vec![
                curve("round", learned.points.clone()),
                curve("ridge", by_ridge),
            ],
        };
        Ok((learned, choice))
    }

    fn rounds(
        &self,
        columns: &Columns,
        validation: &Validation,
        ridge: f64,
        run: &Run,
    ) -> Result<Learned> {
        let mut moments = Moments::start(columns);
        let mut points: Vec<(f64, f64)> = Vec::new();
        let mut best: Option<(Moments, usize, f64)> = None;
        run.progress()
            .begin("choosing by masked validation", self.rounds as u64);
        for round in 1..=self.rounds {
            moments.improve(columns, ridge, 1, self.constants, run)?;
            let error = error(&moments, validation, ridge, run)?;
            points.push((round as f64, error));
            let note = format!("validation error {error:.4}");
            run.progress().advance(round as u64, &note);
            match &best {
                Some((_, _, least)) if error > least * (1.0 - WORTH) => {}
                _ => best = Some((moments.clone(), round, error)),
            }
            if best.as_ref().is_some_and(|best| round - best.1 >= PATIENCE) {
                break;
            }
        }
        run.progress().end();
        let (moments, rounds, _) = best.expect("there is a first round");
        Ok(Learned {
            moments,
            rounds,
            points,
        })
    }

    /// Root of the mean of squared errors over their expected variances.
    fn spread_factor(
        &self,
        moments: &Moments,
        validation: &Validation,
        ridge: f64,
        run: &Run,
    ) -> Result<f64> {
        let visible = moments.centered(&validation.visible);
        let filled = moments
            .gaussian(ridge, run)?
            .fill(&visible, Wanted::Variances, run)?;
        let ratio = |entry: &Hidden| {
            let at = (entry.row, entry.column);
            let estimate = filled.values[at] + moments.center[entry.column];
            let distance = filled.distances[entry.row];
            let weight = self.constants.weight(distance, visible.counts[entry.row]);
            let variance = filled.variances[at].max(f64::MIN_POSITIVE) / weight;
            (f64::from(entry.truth) - estimate).powi(2) / variance
        };
        let ratios = validation.hidden.iter().map(ratio);
        let factor = (ratios.sum::<f64>() / validation.hidden.len().max(1) as f64).sqrt();
        Ok(if factor > 0.0 && factor.is_finite() {
            factor
        } else {
            1.0
        })
    }
}

/// The best of [`RIDGES`] no smaller than `smallest` and the errors met, downhill from the first
/// ridge.
fn downhill(
    moments: &Moments,
    validation: &Validation,
    smallest: f64,
    run: &Run,
) -> Result<(f64, Vec<(f64, f64)>)> {
    let start = RIDGES.iter().position(|&ridge| ridge >= FIRST_RIDGE);
    let mut best = start.unwrap_or(0);
    let mut least = error(moments, validation, RIDGES[best], run)?;
    let mut points = vec![(RIDGES[best], least)];
    for step in [1, -1] {
        while let Some(next) = best
            .checked_add_signed(step)
            .filter(|&at| at < RIDGES.len() && RIDGES[at] >= smallest)
        {
            let error = error(moments, validation, RIDGES[next], run)?;
            points.push((RIDGES[next], error));
            if error >= least {
                break;
            }
            (best, least) = (next, error);
        }
    }
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    points.dedup_by(|a, b| a.0 == b.0);
    Ok((RIDGES[best], points))
}

fn error(moments: &Moments, validation: &Validation, ridge: f64, run: &Run) -> Result<f64> {
    run.proceed()?;
    let visible = moments.centered(&validation.visible);
    let filled = moments
        .gaussian(ridge, run)?
        .fill(&visible, Wanted::Means, run)?;
    Ok(validation.mean_square(&(filled.values + &moments.center)))
}
