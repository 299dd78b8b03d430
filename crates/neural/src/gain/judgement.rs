//! How far estimates are off, learned from validation samples.
//!
//! Ours. The draws of a generator differ by far less than their mean misses the truth, since the
//! squared error teaches it to pass the noise over; their spread is told, and scaled to the misses.

use imputome_core::{Curve, Dataset, Result, Run, Weights};

use super::generator::{Generator, Reading};
use crate::panels::Panel;
use crate::preparation::Preparation;
use crate::spread::{Misses, Spread};

/// What validation samples taught.
#[derive(Debug)]
pub(super) struct Judgement {
    spread: Spread,
    /// Root mean square over entries of the standard deviation over draws; 0 for one draw.
    typical: f32,
    /// Mean squared error on hidden validation entries by share of genes shown.
    error: Curve,
    /// Share of hidden validation entries within one standard deviation of the draws alone.
    covered_by_draws: f64,
}

impl Judgement {
    /// Hides entries of the validation rows and sees what the generator makes of them.
    pub(super) fn learn(
        generator: &Generator,
        prepared: &Preparation,
        train: &Dataset,
        run: &Run,
    ) -> Result<Self> {
        let validation = train.select_samples(&prepared.validation);
        let mut judged = Vec::new();
        for panel in Panel::of(generator.game.method(), &validation, run)? {
            let reading = generator.read(panel.holdout.visible(), run)?;
            judged.push((panel, reading));
        }
        let typical = typical(&judged);
        Ok(Self {
            spread: learn_spread(&judged, typical),
            typical,
            error: error(&judged),
            covered_by_draws: covered_by_draws(&judged),
        })
    }

    /// Standard deviation of the estimate of a gene in a sample that shows this share of all
    /// genes, given the standard deviation over draws.
    pub(super) fn spread(&self, shown: f64, gene: usize, deviation: f32) -> f32 {
        self.spread.at(shown, gene, base(deviation, self.typical))
    }

    /// Mean squared error on hidden validation entries by share of genes shown.
    pub(super) fn error(&self) -> &Curve {
        &self.error
    }

    /// Share of hidden validation entries within one standard deviation of the draws alone.
    pub(super) fn covered_by_draws(&self) -> f64 {
        self.covered_by_draws
    }

    /// As named tensors and facts.
    pub(super) fn to_weights(&self) -> Weights {
        let all = Weights::new().nested("spread", self.spread.weights());
        all.with_fact("spread.draws", &self.typical)
    }

    /// Back from [`Judgement::to_weights`].
    pub(super) fn restore(weights: &Weights, genes: usize) -> Result<Self> {
        Ok(Self {
            spread: Spread::restore(&weights.under("spread"), genes)?,
            typical: weights.fact("spread.draws")?,
            error: Curve::default(),
            covered_by_draws: 0.0,
        })
    }
}

/// What a spread is a multiple of: 1 for an entry whose draws differ as much as is typical, less
/// where they differ less. Ours: half of it is the same for all entries.
fn base(deviation: f32, typical: f32) -> f32 {
    if typical > 0.0 {
        (0.5 + 0.5 * (deviation / typical).powi(2)).sqrt()
    } else {
        1.0
    }
}

fn typical(judged: &[(Panel, Reading)]) -> f32 {
    let (mut squares, mut entries) = (0.0, 0.0);
    for (panel, reading) in judged {
        for entry in panel.hidden() {
            squares += f64::from(reading.deviations[(entry.sample, entry.gene)]).powi(2);
            entries += 1.0;
        }
    }
    (squares / f64::max(entries, 1.0)).sqrt() as f32
}

fn learn_spread(judged: &[(Panel, Reading)], typical: f32) -> Spread {
    let misses = judged.iter().map(|(panel, reading)| {
        let mut misses = Misses::new(panel.shown, reading.estimates.ncols());
        for entry in panel.hidden() {
            let at = (entry.sample, entry.gene);
            let base = base(reading.deviations[at], typical);
            misses.add(entry, reading.estimates[at].into(), base.into());
        }
        misses
    });
    Spread::learn(&misses.collect::<Vec<_>>())
}

fn error(judged: &[(Panel, Reading)]) -> Curve {
    let point = |(panel, reading): &(Panel, Reading)| {
        let miss = |entry: crate::panels::Entry| {
            entry.truth - f64::from(reading.estimates[(entry.sample, entry.gene)])
        };
        let squares: f64 = panel.hidden().map(|entry| miss(entry).powi(2)).sum();
        (
            panel.shown,
            squares / f64::max(panel.hidden().count() as f64, 1.0),
        )
    };
    Curve {
        name: "validation error".into(),
        step: "share of genes shown".into(),
        points: judged.iter().map(point).collect(),
    }
}

fn covered_by_draws(judged: &[(Panel, Reading)]) -> f64 {
    let (mut within, mut entries) = (0.0, 0.0);
    for (panel, reading) in judged {
        for entry in panel.hidden() {
            let at = (entry.sample, entry.gene);
            let miss = entry.truth - f64::from(reading.estimates[at]);
            within += f64::from(u8::from(miss.abs() <= reading.deviations[at].into()));
            entries += 1.0;
        }
    }
    within / f64::max(entries, 1.0)
}
