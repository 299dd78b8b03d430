//! The standard deviation of an estimate, from what validation samples missed by.

use imputome_core::{Error, Result, Weights};

use crate::panels::{ByShare, Entry};

/// Share of a gene's own misses in its spread; ours, as for the weights of the blend.
const OWN: f64 = 0.5;

/// Standard deviations by gene and share of genes shown, as multiples of a base: the standard
/// deviation that the factor model gives, or 1 where there is no factor model.
#[derive(Clone, Debug, PartialEq)]
pub struct Spread {
    by_share: ByShare,
    /// Multiple of each gene, shape `[genes]`.
    by_gene: Vec<f32>,
}

/// Squared misses over one panel, as multiples of the base.
#[derive(Clone, Debug)]
pub struct Misses {
    shown: f64,
    squares: Vec<f64>,
    entries: Vec<f64>,
}

impl Misses {
    /// Nothing yet, for a panel that shows a share of all genes.
    pub fn new(shown: f64, genes: usize) -> Self {
        let (squares, entries) = (vec![0.0; genes], vec![0.0; genes]);
        Self {
            shown,
            squares,
            entries,
        }
    }

    /// Adds a hidden entry with its estimate and base.
    pub fn add(&mut self, entry: Entry, estimate: f64, base: f64) {
        self.squares[entry.gene] += ((entry.truth - estimate) / base).powi(2);
        self.entries[entry.gene] += 1.0;
    }

    fn mean_square(&self) -> f64 {
        ratio(self.squares.iter().sum(), self.entries.iter().sum())
    }
}

impl Spread {
    /// Root mean square misses: one for each share, and a factor for each gene, shrunk to 1.
    pub fn learn(panels: &[Misses]) -> Self {
        let points = panels.iter().map(|p| (p.shown, p.mean_square().sqrt()));
        let by_share = ByShare::new(points.collect());
        let genes = panels[0].squares.len();
        let by_gene = (0..genes)
            .map(|g| factor_of_gene(panels, g).sqrt() as f32)
            .collect();
        Self { by_share, by_gene }
    }

    /// Standard deviation for a gene of a sample that shows this share of all genes.
    pub fn at(&self, shown: f64, gene: usize, base: f32) -> f32 {
        self.by_share.at(shown) as f32 * self.by_gene[gene] * base
    }

    /// As named tensors and facts.
    pub fn weights(&self) -> Weights {
        Weights::new()
            .with_tensor("genes", &[self.by_gene.len()], self.by_gene.clone())
            .with_fact("shares", &self.by_share)
    }

    /// Back from [`Spread::weights`].
    pub fn restore(weights: &Weights, genes: usize) -> Result<Self> {
        let by_share: ByShare = weights.fact("shares")?;
        let by_gene = weights.tensor("genes", &[genes])?.to_vec();
        if !by_share.is_sound() || by_gene.iter().any(|&factor| factor < 0.0) {
            return Err(Error::Weights(
                "the spread holds values it cannot have".into(),
            ));
        }
        Ok(Self { by_share, by_gene })
    }
}

/// Mean square of a gene's misses over what is typical for their shares, shrunk towards 1.
fn factor_of_gene(panels: &[Misses], gene: usize) -> f64 {
    let relative = panels
        .iter()
        .map(|p| ratio(p.squares[gene], p.mean_square()));
    let entries = panels.iter().map(|p| p.entries[gene]).sum::<f64>();
    if entries == 0.0 {
        return 1.0;
    }
    OWN * relative.sum::<f64>() / entries + (1.0 - OWN)
}

fn ratio(sum: f64, count: f64) -> f64 {
    if count > 0.0 { sum / count } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spread_is_the_root_mean_square_miss_of_share_and_gene() {
        let mut misses = Misses::new(0.5, 2);
        for (gene, miss) in [(0, 1.0), (0, -1.0), (1, 3.0), (1, -3.0)] {
            misses.add(
                Entry {
                    sample: 0,
                    gene,
                    truth: miss,
                },
                0.0,
                1.0,
            );
        }
        let spread = Spread::learn(&[misses]);
        // Mean square 5; genes 0.2 and 1.8 of it, halfway to 1: 0.6 and 1.4.
        for (gene, expected) in [(0, 3.0_f32), (1, 7.0)] {
            assert!((spread.at(0.5, gene, 1.0) - expected.sqrt()).abs() < 1e-5);
        }
        assert_eq!(Spread::restore(&spread.weights(), 2).unwrap(), spread);
    }
}
