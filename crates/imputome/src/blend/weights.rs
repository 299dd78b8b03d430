//! Weights of the parts by gene and share of genes shown.

use imputome_core::{Error, Result, Weights};

use super::evidence::{Evidence, PanelEvidence};
use super::simplex::Products;

/// Weights of the parts: none negative, 1 in sum for every gene and share.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct PartWeights {
    genes: usize,
    parts: usize,
    /// Shares of all genes shown for which weights are known, rising.
    shares: Vec<f64>,
    /// Shape `[shares, genes, parts]`.
    values: Vec<f32>,
}

impl PartWeights {
    /// All weight on a single part.
    pub(super) fn of_one(genes: usize) -> Self {
        Self {
            genes,
            parts: 1,
            shares: vec![1.0],
            values: vec![1.0; genes],
        }
    }

    /// The weights with which the parts missed least on the given halves, those of a gene pulled towards those of all genes with
    /// the strength of `pull` average genes.
    pub(super) fn learn(evidence: &Evidence, halves: &[usize], pull: f64) -> Self {
        let shared: Vec<Products> = evidence
            .panels
            .iter()
            .map(|p| mean_of_genes(p, halves, evidence))
            .collect();
        let mut values = Vec::with_capacity(shared.len() * evidence.genes * evidence.parts);
        for target in &shared {
            for gene in 0..evidence.genes {
                let mut products = Products::none(evidence.parts);
                products.add(target, pull);
                for (panel, shared) in evidence.panels.iter().zip(&shared) {
                    let factor =
                        ratio(target.trace(), shared.trace()) / evidence.panels.len() as f64;
                    halves
                        .iter()
                        .for_each(|&half| products.add(&panel.products[half][gene], factor));
                }
                values.extend(
                    products
                        .best_weights()
                        .into_iter()
                        .map(|weight| weight as f32),
                );
            }
        }
        Self {
            genes: evidence.genes,
            parts: evidence.parts,
            shares: evidence.panels.iter().map(|panel| panel.shown).collect(),
            values,
        }
    }

    /// Mean squared miss on one half, panels counting alike.
    pub(super) fn mean_square(&self, evidence: &Evidence, half: usize) -> f64 {
        let of_panel = |(at, panel): (usize, &PanelEvidence)| {
            let of_gene = |(gene, products): (usize, &Products)| {
                let weights: Vec<f64> = self.row(at, gene).iter().map(|&w| f64::from(w)).collect();
                products.square_of_blend(&weights)
            };
            let squares: f64 = panel.products[half].iter().enumerate().map(of_gene).sum();
            squares / panel.entries[half]
        };
        evidence
            .panels
            .iter()
            .enumerate()
            .map(of_panel)
            .sum::<f64>()
            / evidence.panels.len() as f64
    }

    /// Weights of a sample that shows this share of all genes, shape `[genes, parts]`: on straight lines between known shares,
    /// level beyond them.
    pub(super) fn at(&self, shown: f64) -> Vec<f32> {
        let size = self.genes * self.parts;
        let table = |at: usize| &self.values[at * size..(at + 1) * size];
        match self.shares.iter().position(|&share| share >= shown) {
            Some(0) => table(0).to_vec(),
            None => table(self.shares.len() - 1).to_vec(),
            Some(next) => {
                let (low, high) = (self.shares[next - 1], self.shares[next]);
                let upper = ((shown - low) / (high - low)) as f32;
                let pairs = table(next - 1).iter().zip(table(next));
                pairs.map(|(a, b)| (1.0 - upper) * a + upper * b).collect()
            }
        }
    }

    /// Mean weight of each part over genes and shares.
    pub(super) fn mean(&self) -> Vec<f64> {
        let by_share = self.by_share();
        let mean = |part: usize| {
            by_share
                .iter()
                .map(|(_, weights)| weights[part])
                .sum::<f64>()
                / by_share.len() as f64
        };
        (0..self.parts).map(mean).collect()
    }

    /// Mean weight of each part over genes, by share.
    pub(super) fn by_share(&self) -> Vec<(f64, Vec<f64>)> {
        let mean = |at: usize, part: usize| {
            let sum: f64 = (0..self.genes)
                .map(|gene| f64::from(self.row(at, gene)[part]))
                .sum();
            sum / self.genes as f64
        };
        let of_share = |(at, &share)| (share, (0..self.parts).map(|part| mean(at, part)).collect());
        self.shares.iter().enumerate().map(of_share).collect()
    }

    /// As named tensors and facts.
    pub(super) fn weights(&self) -> Weights {
        let shape = [self.shares.len(), self.genes, self.parts];
        Weights::new()
            .with_tensor("parts", &shape, self.values.clone())
            .with_fact("shares", &self.shares)
    }

    /// Back from [`PartWeights::weights`].
    pub(super) fn restore(weights: &Weights, genes: usize, parts: usize) -> Result<Self> {
        let shares: Vec<f64> = weights.fact("shares")?;
        let values = weights
            .tensor("parts", &[shares.len(), genes, parts])?
            .to_vec();
        let rising = shares.windows(2).all(|pair| pair[0] <= pair[1]);
        let legal = values.iter().all(|weight| (0.0..=1.0).contains(weight));
        if shares.is_empty() || !rising || !legal {
            return Err(Error::Weights(
                "the weights of the parts are not those of a blend".into(),
            ));
        }
        Ok(Self {
            genes,
            parts,
            shares,
            values,
        })
    }

    /// Weights of a gene at the known share `at`.
    pub(super) fn row(&self, at: usize, gene: usize) -> &[f32] {
        let begin = (at * self.genes + gene) * self.parts;
        &self.values[begin..begin + self.parts]
    }
}

/// Products of misses of the average gene.
fn mean_of_genes(panel: &PanelEvidence, halves: &[usize], evidence: &Evidence) -> Products {
    let mut mean = Products::none(evidence.parts);
    for &half in halves {
        for products in &panel.products[half] {
            mean.add(products, 1.0 / evidence.genes as f64);
        }
    }
    mean
}

fn ratio(a: f64, b: f64) -> f64 {
    if b > 0.0 { a / b } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two parts, two genes, one half: at each share the first part misses gene 0 by its share and gene 1 by 1, the second part the
    /// other way about and to the other side.
    fn evidence(shares: &[f64]) -> Evidence {
        let of = |misses: [f64; 2]| {
            let mut products = Products::none(2);
            products.add_misses(&misses);
            products
        };
        let panel = |&shown: &f64| PanelEvidence {
            shown,
            entries: [2.0, 0.0],
            products: [
                vec![of([shown, -1.0]), of([1.0, -shown])],
                vec![Products::none(2); 2],
            ],
        };
        Evidence {
            genes: 2,
            parts: 2,
            panels: shares.iter().map(panel).collect(),
        }
    }

    #[test]
    fn a_gene_leans_to_the_part_that_misses_it_less_and_is_pulled_to_what_all_share() {
        let weight =
            |pull: f64| f64::from(PartWeights::learn(&evidence(&[0.5]), &[0], pull).row(0, 0)[0]);
        // Alone, gene 0 is met exactly by 1 / (1 + 0.5); all genes together by a half.
        assert!((weight(0.0) - 2.0 / 3.0).abs() < 1e-6);
        assert!((weight(1e6) - 0.5).abs() < 1e-4);
        assert!(weight(1.0) > 0.5 && weight(1.0) < 2.0 / 3.0);
    }

    #[test]
    fn weights_lie_on_lines_between_shares_and_sum_to_one() {
        let weights = PartWeights::learn(&evidence(&[0.2, 0.8]), &[0], 0.1);
        let (low, high) = (weights.row(0, 0)[0], weights.row(1, 0)[0]);
        assert!((weights.at(0.5)[0] - (low + high) / 2.0).abs() < 1e-6);
        assert_eq!((weights.at(0.1)[0], weights.at(1.0)[0]), (low, high));
        for shown in [0.0, 0.3, 0.9] {
            for gene in weights.at(shown).chunks(2) {
                assert!((gene.iter().sum::<f32>() - 1.0).abs() < 1e-6);
            }
        }
    }

    #[test]
    fn restored_weights_are_the_same_and_others_are_refused() {
        let weights = PartWeights::learn(&evidence(&[0.2, 0.8]), &[0], 0.1);
        let stored = weights.weights();
        assert_eq!(PartWeights::restore(&stored, 2, 2).unwrap(), weights);
        let mut broken = stored;
        broken.tensors.get_mut("parts").unwrap().values[0] = -0.5;
        assert!(PartWeights::restore(&broken, 2, 2).is_err());
    }
}
