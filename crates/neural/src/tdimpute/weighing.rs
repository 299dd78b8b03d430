//! How much networks count beside a regression, and how far both together are off.

use imputome_core::{Error, Result, Weights};
use ndarray::Array2;
use serde::{Deserialize, Serialize};

/// Weight of what is shared when a gene's own is learned: as much as one average gene brings.
/// Ours: halfway between one weight for all genes and one for each.
const SHRINKAGE: f64 = 1.0;

/// Share of a gene's own misses in its spread; ours, the same halfway.
const OWN: f64 = 0.5;

/// Share of a network's mean squared miss that is left of it at least, whatever the variance between networks;
/// ours, that of the mean of four which have nothing in common.
const LEAST: f32 = 0.25;

/// Estimates of samples that neither path has seen.
#[derive(Debug)]
pub(super) struct Estimates {
    /// Expression, shape `[samples, genes]`.
    pub(super) truth: Array2<f32>,
    /// Where it was measured, same shape.
    pub(super) measured: Array2<bool>,
    /// By a network, same shape.
    pub(super) by_network: Array2<f32>,
    /// By the regression, same shape.
    pub(super) by_regression: Option<Array2<f32>>,
}

/// Weights of the networks and deviations of the truth about both paths together, by gene.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Weighing {
    /// Weight of the networks, in `[0, 1]`; the regression has the rest. Shape `[genes]`.
    share: Vec<f32>,
    /// Root of the mean squared miss of a single network with the regression, shape `[genes]`.
    miss: Vec<f32>,
    /// Mean variance between networks, same shape; 0 where there is one.
    between: Vec<f32>,
    /// Root mean squared miss of each path and of both over all entries.
    errors: Errors,
}

/// Root mean squared misses over all samples left out.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Errors {
    /// Of the networks.
    pub(super) networks: f64,
    /// Of the regression, where there is one.
    pub(super) regression: Option<f64>,
    /// Of both together.
    pub(super) both: f64,
}

/// Sums of the least squares fit of `truth - regression` on `network - regression`.
#[derive(Clone, Copy, Default)]
struct Fit {
    products: f64,
    squares: f64,
}

/// Sums of squared misses.
#[derive(Clone, Copy, Default)]
struct Misses {
    networks: f64,
    regression: f64,
    both: f64,
    entries: f64,
}

impl Weighing {
    /// The weights that fit samples left out best, each gene's a shrunken step away from the
    /// shared one, and what both paths together miss by; `between` is the variance between
    /// networks, shape `[samples, genes]`.
    pub(super) fn learn(judged: &[Estimates], between: &Array2<f32>) -> Self {
        let genes = between.ncols();
        let share = shares(judged, genes);
        let mut misses = vec![Misses::default(); genes];
        for part in judged {
            for at in part.entries() {
                let (network, regression) = part.at(at);
                let both = regression + f64::from(share[at.1]) * (network - regression);
                let truth = f64::from(part.truth[at]);
                misses[at.1].add([network - truth, regression - truth, both - truth]);
            }
        }
        let all = misses
            .iter()
            .fold(Misses::default(), |all, gene| all.plus(gene));
        let has_regression = judged.iter().any(|part| part.by_regression.is_some());
        Self {
            share,
            miss: misses
                .iter()
                .map(|gene| gene.shrunken(&all) as f32)
                .collect(),
            between: halfway(between),
            errors: Errors {
                networks: all.root(all.networks),
                regression: has_regression.then(|| all.root(all.regression)),
                both: all.root(all.both),
            },
        }
    }

    /// Weight of the networks for a gene.
    pub(super) fn share(&self, gene: usize) -> f32 {
        self.share[gene]
    }

    /// Deviation of the truth about the estimate of a gene, where networks have this variance.
    ///
    /// The mean of networks is off by less than each of them, in squares by the variance between
    /// them (Krogh and Vedelsby 1995, "Neural network ensembles, cross validation, and active
    /// learning"); networks that disagree more than is usual know less.
    pub(super) fn deviation(&self, gene: usize, variance: f32) -> f32 {
        let (share, own) = (self.share[gene], self.miss[gene].powi(2));
        let more = share * share * (variance - 2.0 * self.between[gene]);
        (own + more).max(LEAST * own).sqrt()
    }

    /// Mean weight of the networks over genes.
    pub(super) fn mean_share(&self) -> f64 {
        let sum: f64 = self.share.iter().map(|&share| f64::from(share)).sum();
        sum / self.share.len().max(1) as f64
    }

    /// What either path and both miss by.
    pub(super) fn errors(&self) -> Errors {
        self.errors
    }

    /// As named tensors and facts.
    pub(super) fn weights(&self) -> Weights {
        let genes = self.share.len();
        Weights::new()
            .with_tensor("share", &[genes], self.share.clone())
            .with_tensor("miss", &[genes], self.miss.clone())
            .with_tensor("between", &[genes], self.between.clone())
            .with_fact("errors", &self.errors)
    }

    /// Back from [`Weighing::weights`].
    pub(super) fn restore(weights: &Weights, genes: usize) -> Result<Self> {
        let share = weights.tensor("share", &[genes])?.to_vec();
        let miss = weights.tensor("miss", &[genes])?.to_vec();
        let between = weights.tensor("between", &[genes])?.to_vec();
        let negative = miss.iter().chain(&between).any(|&v| v < 0.0);
        if share.iter().any(|s| !(0.0..=1.0).contains(s)) || negative {
            let problem = "the weighing of both paths holds values it cannot have";
            return Err(Error::Weights(problem.into()));
        }
        let errors = weights.fact("errors")?;
        Ok(Self {
            share,
            miss,
            between,
            errors,
        })
    }
}

impl Estimates {
    /// Measured entries, sample by sample.
    fn entries(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        let measured = self.measured.indexed_iter();
        measured
            .filter(|(_, measured)| **measured)
            .map(|(at, _)| at)
    }

    /// Estimates of an entry by network and regression; by the network twice where there is no
    /// regression.
    fn at(&self, at: (usize, usize)) -> (f64, f64) {
        let network = f64::from(self.by_network[at]);
        let regression = self.by_regression.as_ref();
        (
            network,
            regression.map_or(network, |table| table[at].into()),
        )
    }
}

impl Misses {
    fn add(&mut self, [networks, regression, both]: [f64; 3]) {
        self.networks += networks * networks;
        self.regression += regression * regression;
        self.both += both * both;
        self.entries += 1.0;
    }

    fn plus(self, other: &Self) -> Self {
        Self {
            networks: self.networks + other.networks,
            regression: self.regression + other.regression,
            both: self.both + other.both,
            entries: self.entries + other.entries,
        }
    }

    fn root(&self, squares: f64) -> f64 {
        (squares / self.entries.max(1.0)).sqrt()
    }

    /// Root mean squared miss of a gene, its square halfway to that of all genes.
    fn shrunken(&self, all: &Self) -> f64 {
        let shared = all.root(all.both).powi(2);
        match self.entries > 0.0 {
            true => (OWN * self.both / self.entries + (1.0 - OWN) * shared).sqrt(),
            false => shared.sqrt(),
        }
    }
}

/// Mean of each column, halfway to that of all.
fn halfway(table: &Array2<f32>) -> Vec<f32> {
    let mean = |values: ndarray::ArrayView1<f32>| {
        let sum: f64 = values.iter().map(|&value| f64::from(value)).sum();
        sum / values.len().max(1) as f64
    };
    let means: Vec<f64> = table.columns().into_iter().map(mean).collect();
    let all = means.iter().sum::<f64>() / means.len().max(1) as f64;
    let halfway = |own: &f64| (OWN * own + (1.0 - OWN) * all) as f32;
    means.iter().map(halfway).collect()
}

fn shares(judged: &[Estimates], genes: usize) -> Vec<f32> {
    let mut fits = vec![Fit::default(); genes];
    for part in judged {
        for at in part.entries() {
            let (network, regression) = part.at(at);
            let difference = network - regression;
            fits[at.1].products += difference * (f64::from(part.truth[at]) - regression);
            fits[at.1].squares += difference * difference;
        }
    }
    let products: f64 = fits.iter().map(|fit| fit.products).sum();
    let squares: f64 = fits.iter().map(|fit| fit.squares).sum();
    if squares <= 0.0 {
        // Both say the same.
        return vec![1.0; genes];
    }
    let shared = products / squares;
    let typical = SHRINKAGE * squares / genes as f64;
    let of_gene = |fit: &Fit| {
        let step = (fit.products - shared * fit.squares) / (fit.squares + typical);
        (shared + step).clamp(0.0, 1.0) as f32
    };
    fits.iter().map(of_gene).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ten samples of two genes; the network says 1, the regression 0.
    fn judged(truth: [f32; 2]) -> Estimates {
        Estimates {
            truth: Array2::from_shape_fn((10, 2), |(_, gene)| truth[gene]),
            measured: Array2::from_elem((10, 2), true),
            by_network: Array2::ones((10, 2)),
            by_regression: Some(Array2::zeros((10, 2))),
        }
    }

    #[test]
    fn a_gene_told_better_by_the_network_leans_to_it_halfway_from_the_shared_weight() {
        let weighing = Weighing::learn(&[judged([0.2, 0.6])], &Array2::zeros((1, 2)));
        // Shared weight 0.4; each gene's own is 0.2 away, halved by the shrinkage. f32 rounding.
        assert!((weighing.share(0) - 0.3).abs() < 1e-6);
        assert!((weighing.share(1) - 0.5).abs() < 1e-6);
        assert_eq!(Weighing::restore(&weighing.weights(), 2).unwrap(), weighing);
    }

    #[test]
    fn the_spread_is_the_root_mean_square_miss_halfway_to_that_of_all_genes() {
        let part = Estimates {
            by_regression: None,
            ..judged([1.0, 3.0])
        };
        let weighing = Weighing::learn(&[part], &Array2::zeros((1, 2)));
        // Squared misses 0 and 4, all genes 2; halfway 1 and 3.
        assert!((weighing.deviation(0, 0.0) - 1.0).abs() < 1e-6);
        assert!((weighing.deviation(1, 0.0) - 3.0_f32.sqrt()).abs() < 1e-6);
        assert_eq!(weighing.errors().regression, None);
    }

    #[test]
    fn the_mean_of_networks_misses_by_less_than_each_and_by_more_where_they_disagree() {
        let part = Estimates {
            by_regression: None,
            ..judged([2.0, 2.0])
        };
        let weighing = Weighing::learn(&[part], &Array2::from_elem((4, 2), 0.2));
        // Squared misses 1, of which the usual variance 0.2 is averaged away; none is 0.2 less.
        let squares = [0.2, 0.0, 0.5].map(|variance| weighing.deviation(0, variance).powi(2));
        for (found, expected) in squares.iter().zip([0.8, 0.6, 1.1]) {
            assert!((found - expected).abs() < 1e-6);
        }
    }

    #[test]
    fn entries_that_were_not_measured_teach_nothing() {
        let mut part = judged([0.5, 0.5]);
        part.truth[(0, 0)] = 1e30;
        part.measured[(0, 0)] = false;
        let weighing = Weighing::learn(&[part], &Array2::zeros((1, 2)));
        assert!((weighing.share(0) - 0.5).abs() < 1e-6);
    }
}
