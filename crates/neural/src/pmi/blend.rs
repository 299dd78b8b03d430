//! How much the network counts beside the factor model, learned from validation samples.

use imputome_core::{Error, Result, Weights};

use crate::panels::{ByShare, Entry};

/// Weight of the shared value when a gene's own is learned: as much as one average gene brings.
/// Ours: halfway between one weight for all genes and one for each.
const SHRINKAGE: f64 = 1.0;

/// Weight of the network by gene and share of genes shown; the factor model has the rest.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Blend {
    by_share: ByShare,
    /// What each gene adds to the weight of its share, shape `[genes]`.
    by_gene: Vec<f32>,
}

/// Sums of the least squares fit of `truth - factor` on `network - factor`, over one panel.
#[derive(Clone, Debug)]
pub(super) struct Evidence {
    shown: f64,
    products: Vec<f64>,
    squares: Vec<f64>,
}

impl Evidence {
    /// Nothing yet, for a panel that shows a share of all genes.
    pub(super) fn new(shown: f64, genes: usize) -> Self {
        let (products, squares) = (vec![0.0; genes], vec![0.0; genes]);
        Self {
            shown,
            products,
            squares,
        }
    }

    /// Adds a hidden entry with both estimates.
    pub(super) fn add(&mut self, entry: Entry, network: f64, factor: f64) {
        let difference = network - factor;
        self.products[entry.gene] += difference * (entry.truth - factor);
        self.squares[entry.gene] += difference * difference;
    }
}

impl Blend {
    /// The weights that fit validation samples best: one for each share, and for each gene a
    /// shrunken step away from it.
    pub(super) fn learn(panels: &[Evidence]) -> Self {
        let genes = panels[0].products.len();
        let sum = |values: &[f64]| values.iter().sum::<f64>();
        let weight = |products: f64, squares: f64| {
            if squares > 0.0 {
                (products / squares).clamp(0.0, 1.0)
            } else {
                0.5
            }
        };
        let points = panels
            .iter()
            .map(|p| (p.shown, weight(sum(&p.products), sum(&p.squares))));
        let by_share = ByShare::new(points.collect());
        let by_gene = (0..genes)
            .map(|g| step_of_gene(panels, &by_share, g) as f32)
            .collect();
        Self { by_share, by_gene }
    }

    /// Weight of the network for a gene of a sample that shows this share of all genes.
    pub(super) fn weight(&self, shown: f64, gene: usize) -> f64 {
        (self.by_share.at(shown) + f64::from(self.by_gene[gene])).clamp(0.0, 1.0)
    }

    /// Weight of the network by share, for the summary.
    pub(super) fn by_share(&self) -> &[(f64, f64)] {
        self.by_share.points()
    }

    /// As named tensors and facts.
    pub(super) fn weights(&self) -> Weights {
        Weights::new()
            .with_tensor("genes", &[self.by_gene.len()], self.by_gene.clone())
            .with_fact("shares", &self.by_share)
    }

    /// Back from [`Blend::weights`].
    pub(super) fn restore(weights: &Weights, genes: usize) -> Result<Self> {
        let by_share: ByShare = weights.fact("shares")?;
        if !by_share.is_sound() {
            return Err(Error::Weights("fact \"shares\" holds no numbers".into()));
        }
        let by_gene = weights.tensor("genes", &[genes])?.to_vec();
        Ok(Self { by_share, by_gene })
    }
}

/// Least squares step of a gene away from the weights of the shares, shrunk towards none.
fn step_of_gene(panels: &[Evidence], by_share: &ByShare, gene: usize) -> f64 {
    let genes = panels[0].products.len() as f64;
    let typical = panels.iter().flat_map(|p| &p.squares).sum::<f64>() / genes;
    let (mut left, mut squares) = (0.0, SHRINKAGE * typical);
    for panel in panels {
        left += panel.products[gene] - by_share.at(panel.shown) * panel.squares[gene];
        squares += panel.squares[gene];
    }
    if squares > 0.0 { left / squares } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Truth a given share of the way from factor (0) to network (1), for each gene.
    fn evidence(shown: f64, weights: &[f64]) -> Evidence {
        let mut evidence = Evidence::new(shown, weights.len());
        for (gene, &truth) in weights.iter().enumerate() {
            for sample in 0..10 {
                evidence.add(
                    Entry {
                        sample,
                        gene,
                        truth,
                    },
                    1.0,
                    0.0,
                );
            }
        }
        evidence
    }

    #[test]
    fn a_gene_told_better_by_the_network_leans_to_it_halfway_from_the_shared_weight() {
        let blend = Blend::learn(&[evidence(0.5, &[0.2, 0.6])]);
        // Shared weight 0.4; each gene's own is 0.2 away, halved by the shrinkage.
        assert!((blend.weight(0.5, 0) - 0.3).abs() < 1e-6);
        assert!((blend.weight(0.5, 1) - 0.5).abs() < 1e-6);
    }

    #[test]
    fn weights_follow_the_share_shown_and_never_leave_zero_to_one() {
        let blend = Blend::learn(&[evidence(0.1, &[-3.0, -3.0]), evidence(0.9, &[4.0, 4.0])]);
        assert_eq!(blend.by_share(), [(0.1, 0.0), (0.9, 1.0)]);
        assert!((0..=10).all(|s| (0.0..=1.0).contains(&blend.weight(f64::from(s) / 10.0, 1))));
    }

    #[test]
    fn restored_weights_are_the_same() {
        let blend = Blend::learn(&[evidence(0.5, &[0.2, 0.6])]);
        assert_eq!(Blend::restore(&blend.weights(), 2).unwrap(), blend);
    }
}
