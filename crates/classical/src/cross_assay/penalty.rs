//! Which penalty a gene gets: by what leaving out each sample would cost.

use imputome_numerics::product;
use ndarray::{Array2, Axis};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::components::Components;
use super::errors::{Errors, SMALLEST};
use super::targets::Centered;

/// Penalties tried by generalized cross-validation, as powers of ten of the mean squared length
/// of samples: ours, beyond them nothing or everything is shrunk away.
const COARSE: std::ops::RangeInclusive<i32> = -40..=40;
/// Steps of [`COARSE`] in a power of ten.
const COARSE_STEPS: f64 = 10.0;
/// Penalties whose errors are computed, in powers of ten beside what generalized cross-validation
/// takes: ours, half a power is close enough for a parabola between them, and genes that nothing
/// is known of want more.
const OFFSETS: [f64; 10] = [-1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0];
/// Samples that the error of all genes counts for, beside that of one gene with its own: ours, within a
/// permille of the best on 20 to 400 samples of BRCA and LGG, see the method page.
const SAMPLES_OF_ALL_GENES: f64 = 300.0;

/// Whether genes share a penalty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Penalties {
    /// One for each gene, by its own error and that of all genes, the more so the fewer samples.
    #[default]
    Leaning,
    /// One for each gene by its own error.
    PerGene,
    /// One for all.
    Shared,
}

/// The penalties of a fit and how they were found.
#[derive(Clone, Debug)]
pub struct PenaltyChoice {
    /// Shape `[genes]`, in the unit of squared singular values.
    pub penalties: Vec<f64>,
    /// How far each gene follows the source cohort, shape `[genes]`; empty without one.
    pub source_weights: Vec<f64>,
    /// Mean squared length of standardized samples: the unit in which penalties are told.
    pub unit: f64,
    /// Penalties tried, in that unit, and the mean error of genes, as a share of their variance,
    /// with each sample left out.
    pub tried: Vec<(f64, f64)>,
}

impl PenaltyChoice {
    /// The same penalty for every gene.
    pub(crate) fn fixed(components: &Components, table: &Centered, share: f64) -> Self {
        let unit = unit(components, table);
        Self {
            penalties: vec![share * unit; table.means.len()],
            source_weights: Vec::new(),
            unit,
            tried: Vec::new(),
        }
    }

    /// The middle penalty of the genes, in the unit of [`PenaltyChoice::tried`].
    pub fn median_penalty(&self) -> f64 {
        middle(self.penalties.clone()) / self.unit
    }
}

pub(crate) fn middle(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

/// What another cohort says of the training samples.
pub(crate) struct Source {
    /// Centered, shape `[samples, genes]`.
    pub(crate) values: Array2<f32>,
    effects: Array2<f32>,
}

impl Source {
    pub(crate) fn of(components: &Components, values: Array2<f32>) -> Self {
        let mean = values.mean_axis(Axis(0)).expect("there are samples");
        let values = values - &mean;
        let effects = product(components.left.t(), values.view());
        Self { values, effects }
    }
}

/// Chooses by leave-one-out errors about the penalty that generalized cross-validation takes for
/// all genes together.
pub(crate) fn choose(
    components: &Components,
    table: &Centered,
    source: Option<&Source>,
    penalties: Penalties,
) -> PenaltyChoice {
    let unit = unit(components, table);
    let effects = product(components.left.t(), table.values.view());
    let center = by_generalized_cross_validation(components, table, &effects, unit);
    let tried: Vec<f64> = OFFSETS.iter().map(|o| center * 10.0_f64.powf(*o)).collect();
    let genes = table.means.len();
    let losses: Vec<Losses> = tried
        .iter()
        .map(|&penalty| Losses::at(components, table, &effects, source, &vec![penalty; genes]))
        .collect();
    let mut choice = PenaltyChoice {
        penalties: pick(&tried, &losses, table, penalties),
        source_weights: Vec::new(),
        unit,
        tried: tried
            .iter()
            .zip(&losses)
            .map(|(penalty, losses)| (penalty / unit, losses.mean(table)))
            .collect(),
    };
    if source.is_some() {
        let losses = Losses::at(components, table, &effects, source, &choice.penalties);
        choice.source_weights = losses.source_weights(table);
    }
    choice
}

/// How much the error of all genes counts beside that of one.
fn leaning(table: &Centered) -> f64 {
    SAMPLES_OF_ALL_GENES / table.values.nrows().max(1) as f64
}

/// The mean squared length of standardized samples.
fn unit(components: &Components, table: &Centered) -> f64 {
    let sum = components.squares.sum() / table.values.nrows().max(1) as f64;
    if sum > 0.0 { sum } else { 1.0 }
}

/// Golub, Heath and Wahba 1979, doi:10.1080/00401706.1979.10489751, over genes in units of their
/// variance, so that one curve serves all.
fn by_generalized_cross_validation(
    components: &Components,
    table: &Centered,
    effects: &Array2<f32>,
    unit: f64,
) -> f64 {
    let n = table.values.nrows() as f64;
    let mut explained = vec![0.0; components.len()];
    for (explained, row) in explained.iter_mut().zip(effects.rows()) {
        let squares = row.iter().zip(&table.variances);
        *explained = squares
            .filter(|(_, variance)| **variance > 0.0)
            .map(|(&effect, variance)| f64::from(effect).powi(2) / variance)
            .sum();
    }
    let genes = table.variances.iter().filter(|v| **v > 0.0).count();
    let beyond = (n * genes as f64 - explained.iter().sum::<f64>()).max(0.0);
    let error = |power: i32| {
        let penalty = unit * 10.0_f64.powf(f64::from(power) / COARSE_STEPS);
        let kept = components.squares.iter().map(|s| s / (s + penalty));
        let (mut left, mut freedom) = (beyond, n - 1.0);
        for (kept, explained) in kept.zip(&explained) {
            left += (1.0 - kept).powi(2) * explained;
            freedom -= kept;
        }
        (left / freedom.max(SMALLEST).powi(2), penalty)
    };
    let errors = COARSE.map(error);
    let best = errors.min_by(|a, b| a.0.total_cmp(&b.0));
    best.expect("several penalties are tried").1
}

/// Sums over measured entries of products of leave-one-out errors, shape `[genes]` each.
struct Losses {
    own: Vec<f64>,
    /// Own errors by those of the source, and the source's squared; empty without one.
    shared: Vec<f64>,
    source: Vec<f64>,
    counts: Vec<f64>,
}

impl Losses {
    fn at(
        components: &Components,
        table: &Centered,
        effects: &Array2<f32>,
        source: Option<&Source>,
        penalties: &[f64],
    ) -> Self {
        let own = Errors::of(components, &table.values, effects, penalties).left_out;
        let other = source.map(|source| {
            Errors::of(components, &source.values, &source.effects, penalties).left_out
        });
        let genes = table.means.len();
        let nothing = || vec![0.0; genes];
        let (mut own_sums, mut shared, mut squares) = (nothing(), nothing(), nothing());
        let mut counts = nothing();
        for ((sample, gene), &error) in own.indexed_iter() {
            if !table.is_measured(sample, gene) {
                continue;
            }
            let error = f64::from(error);
            own_sums[gene] += error * error;
            counts[gene] += 1.0;
            if let Some(other) = &other {
                let told = f64::from(other[(sample, gene)]);
                shared[gene] += error * told;
                squares[gene] += told * told;
            }
        }
        if other.is_none() {
            (shared, squares) = (Vec::new(), Vec::new());
        }
        Self {
            own: own_sums,
            shared,
            source: squares,
            counts,
        }
    }

    /// How far genes follow the source for the least error, each leaning to what serves all.
    fn source_weights(&self, table: &Centered) -> Vec<f64> {
        let of_variance = |sums: &[f64]| -> f64 {
            let sums = sums.iter().zip(&table.variances);
            sums.filter(|(_, v)| **v > 0.0)
                .map(|(sum, v)| sum / v)
                .sum()
        };
        let all = of_variance(&self.source);
        let common = if all > 0.0 {
            (of_variance(&self.shared) / all).max(0.0)
        } else {
            0.0
        };
        let leaning = leaning(table);
        let weigh = |(shared, source): (&f64, &f64)| {
            if *source > 0.0 {
                ((shared / source + leaning * common) / (1.0 + leaning)).max(0.0)
            } else {
                0.0
            }
        };
        self.shared.iter().zip(&self.source).map(weigh).collect()
    }

    /// Mean squared error of each gene as a share of its variance.
    fn shares(&self, table: &Centered) -> Vec<f64> {
        let weights = self.source_weights(table);
        let share = |gene: usize| {
            let mut sum = self.own[gene];
            if let Some(weight) = weights.get(gene) {
                sum += weight * (weight * self.source[gene] - 2.0 * self.shared[gene]);
            }
            let variance = table.variances[gene];
            if variance > 0.0 {
                (sum / self.counts[gene].max(1.0) / variance).max(SMALLEST)
            } else {
                1.0
            }
        };
        (0..self.own.len()).map(share).collect()
    }

    fn mean(&self, table: &Centered) -> f64 {
        let shares = self.shares(table);
        shares.iter().sum::<f64>() / shares.len().max(1) as f64
    }
}

fn pick(tried: &[f64], losses: &[Losses], table: &Centered, penalties: Penalties) -> Vec<f64> {
    let shares: Vec<Vec<f64>> = losses.iter().map(|losses| losses.shares(table)).collect();
    let of_all: Vec<f64> = losses
        .iter()
        .map(|losses| losses.mean(table).ln())
        .collect();
    let (own, all) = match penalties {
        Penalties::Leaning => (1.0, leaning(table)),
        Penalties::PerGene => (1.0, 0.0),
        Penalties::Shared => (0.0, 1.0),
    };
    let penalty = |gene: usize| {
        let of_gene = shares.iter().map(|shares| shares[gene].ln());
        let errors: Vec<f64> = of_gene
            .zip(&of_all)
            .map(|(one, everyone)| own * one + all * everyone)
            .collect();
        let powers = tried.iter().map(|penalty| penalty.ln()).collect::<Vec<_>>();
        lowest(&powers, &errors).exp()
    };
    (0..table.means.len()).map(penalty).collect()
}

/// Where the parabola through the lowest of `errors` and its neighbors is lowest; `at` has equal
/// steps.
fn lowest(at: &[f64], errors: &[f64]) -> f64 {
    let best = (0..errors.len()).min_by(|&a, &b| errors[a].total_cmp(&errors[b]));
    let best = best.expect("several penalties are tried");
    if best == 0 || best + 1 == errors.len() {
        return at[best];
    }
    let (below, above) = (
        errors[best - 1] - errors[best],
        errors[best + 1] - errors[best],
    );
    let bend = below + above;
    if bend > 0.0 {
        at[best] + 0.5 * (at[best + 1] - at[best]) * (below - above) / bend
    } else {
        at[best]
    }
}
