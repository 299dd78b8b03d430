//! Counts are hidden: set to zero, and kept to judge by.

use imputome_core::{Counts, Result, Run};
use rand::{Rng, RngExt};

use super::DropoutCurve;

/// Which counts are hidden.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum CellHiding {
    /// A share of all counts that are not zero, in `(0, 1)`, each as likely as any other.
    Evenly(f64),
    /// So many cells of each gene, those with less of it more likely: with the chance that the
    /// curve of zeros gives to their count (Arisdakessian et al. 2019, "Accuracy comparison"; the
    /// paper hides ten).
    CellsPerGene(usize),
    /// So many genes of each cell that has 50 or more, by the density of a logistic distribution at
    /// the logarithm of their count, as the paper's program (ten); the distribution is that of the
    /// curve of zeros and not the program's fit to a pool of unlike numbers.
    GenesPerCell(usize),
}

/// Fewest genes of a cell from which the paper's program hides.
const FEWEST_GENES: usize = 50;

/// A count that was hidden.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HiddenCount {
    /// Row.
    pub cell: usize,
    /// Column.
    pub gene: usize,
    /// What was measured, above 0.
    pub count: f32,
}

/// A table with counts hidden.
#[derive(Clone, Debug)]
pub struct HeldOutCounts {
    /// The table, what is hidden being zero.
    pub visible: Counts,
    /// What is hidden, by cells and genes in order.
    pub hidden: Vec<HiddenCount>,
}

/// Hides counts; the same ones for the same seed. The last count of a gene is never hidden.
///
/// Refused: tables too small for a curve of zeros where one is asked for.
pub fn hide(counts: &Counts, how: CellHiding, run: &Run) -> Result<HeldOutCounts> {
    let mut random = run.stream("cells/hiding");
    let chosen = match how {
        CellHiding::Evenly(share) => evenly(counts, share, &mut random),
        CellHiding::CellsPerGene(cells) => {
            per_gene(counts, cells, DropoutCurve::of(counts)?, &mut random)
        }
        CellHiding::GenesPerCell(genes) => {
            per_cell(counts, genes, LogisticDensity::of(counts)?, &mut random)
        }
    };
    Ok(without(counts, chosen))
}

/// Positions among the stored entries.
fn evenly(counts: &Counts, share: f64, random: &mut impl Rng) -> Vec<usize> {
    let all = counts.n_entries();
    let wanted = (share * all as f64) as usize;
    sample(&vec![1.0; all], wanted, random)
}

fn per_gene(
    counts: &Counts,
    cells: usize,
    curve: DropoutCurve,
    random: &mut impl Rng,
) -> Vec<usize> {
    let mut of_gene: Vec<Vec<usize>> = vec![Vec::new(); counts.n_genes()];
    for (at, gene) in columns(counts).enumerate() {
        of_gene[gene].push(at);
    }
    let mut chosen = Vec::new();
    for entries in &of_gene {
        let weight = |&at: &usize| curve.at(f64::from(counts.values()[at]).ln());
        let weights: Vec<f64> = entries.iter().map(weight).collect();
        chosen.extend(
            sample(&weights, cells, random)
                .into_iter()
                .map(|i| entries[i]),
        );
    }
    chosen
}

fn per_cell(
    counts: &Counts,
    genes: usize,
    density: LogisticDensity,
    random: &mut impl Rng,
) -> Vec<usize> {
    let mut chosen = Vec::new();
    let mut first = 0;
    for c in 0..counts.n_cells() {
        let (_, values) = counts.row(c);
        if values.len() >= FEWEST_GENES {
            let weight = |&value: &f32| density.at(f64::from(value).ln());
            let weights: Vec<f64> = values.iter().map(weight).collect();
            chosen.extend(
                sample(&weights, genes, random)
                    .into_iter()
                    .map(|i| first + i),
            );
        }
        first += values.len();
    }
    chosen
}

/// Gene of each stored entry, row by row.
fn columns(counts: &Counts) -> impl Iterator<Item = usize> {
    (0..counts.n_cells()).flat_map(|c| counts.row(c).0.iter().map(|&gene| gene as usize))
}

/// Draws positions without replacement, each with a chance by its weight: those with the largest
/// `ln(u) / weight` (Efraimidis and Spirakis 2006, doi:10.1016/j.ipl.2005.11.003).
fn sample(weights: &[f64], wanted: usize, random: &mut impl Rng) -> Vec<usize> {
    let mut keys: Vec<(f64, usize)> = weights
        .iter()
        .enumerate()
        .map(|(at, &weight)| {
            // In (0, 1]: the logarithm stays finite.
            let u: f64 = 1.0 - random.random::<f64>();
            (u.ln() / weight.max(f64::MIN_POSITIVE), at)
        })
        .collect();
    let wanted = wanted.min(keys.len());
    if wanted == 0 {
        return Vec::new();
    }
    keys.select_nth_unstable_by(wanted - 1, |a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    keys.truncate(wanted);
    keys.into_iter().map(|(_, at)| at).collect()
}

fn without(counts: &Counts, mut chosen: Vec<usize>) -> HeldOutCounts {
    chosen.sort_unstable();
    let mut left = vec![0usize; counts.n_genes()];
    columns(counts).for_each(|gene| left[gene] += 1);
    let mut values = counts.values().to_vec();
    let mut hidden = Vec::with_capacity(chosen.len());
    let mut chosen = chosen.into_iter().peekable();
    let mut at = 0;
    for cell in 0..counts.n_cells() {
        for &gene in counts.row(cell).0 {
            let gene = gene as usize;
            if chosen.next_if_eq(&at).is_some() && left[gene] > 1 {
                left[gene] -= 1;
                let count = std::mem::replace(&mut values[at], 0.0);
                hidden.push(HiddenCount { cell, gene, count });
            }
            at += 1;
        }
    }
    HeldOutCounts {
        visible: counts
            .with_values(values)
            .expect("finite values of the same table"),
        hidden,
    }
}

/// A logistic distribution, as the paper's program fits one.
#[derive(Clone, Copy, Debug)]
struct LogisticDensity {
    location: f64,
    scale: f64,
}

impl LogisticDensity {
    /// The distribution with the location and scale of the genes' logarithms of means; the
    /// program's fit by likelihood to a pool of unlike numbers is not followed.
    fn of(counts: &Counts) -> Result<Self> {
        let curve = DropoutCurve::of(counts)?;
        Ok(Self {
            location: curve.midpoint,
            scale: 1.0 / curve.shape.abs().max(f64::MIN_POSITIVE),
        })
    }

    fn at(&self, value: f64) -> f64 {
        let falling = (-(value - self.location).abs() / self.scale).exp();
        falling / (self.scale * (1.0 + falling).powi(2))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use imputome_core::Names;
    use ndarray::Array2;

    /// Gene g holds counts of about g + 1 in most of 80 cells.
    fn counts() -> Counts {
        let table = Array2::from_shape_fn((80, 60), |(c, g)| {
            let present = (c * 7 + g * 3) % 10 < 4 + g / 10;
            if present {
                (1 + g / 4 + c % 5) as f32
            } else {
                0.0
            }
        });
        let names = |kind, n: usize| Names::new(kind, (0..n).map(|i| i.to_string()).collect());
        Counts::from_table(
            names("cell", 80).unwrap(),
            names("gene", 60).unwrap(),
            table.view(),
        )
        .unwrap()
    }

    fn hidden(how: CellHiding) -> HeldOutCounts {
        hide(&counts(), how, &Run::new(5, 1).unwrap()).unwrap()
    }

    #[test]
    fn what_is_hidden_was_there_and_is_zero_now() {
        let counts = counts();
        for how in [
            CellHiding::Evenly(0.1),
            CellHiding::CellsPerGene(10),
            CellHiding::GenesPerCell(10),
        ] {
            let found = hidden(how);
            for entry in &found.hidden {
                assert_eq!(counts.get(entry.cell, entry.gene), entry.count);
                assert_eq!(found.visible.get(entry.cell, entry.gene), 0.0);
            }
            let kept = found.visible.n_entries() + found.hidden.len();
            assert_eq!(kept, counts.n_entries());
        }
    }

    #[test]
    fn each_way_hides_as_many_as_asked_for() {
        let entries = counts().n_entries();
        assert_eq!(hidden(CellHiding::Evenly(0.1)).hidden.len(), entries / 10);
        assert_eq!(hidden(CellHiding::CellsPerGene(10)).hidden.len(), 600);
        // No cell of this table has 50 genes.
        assert_eq!(hidden(CellHiding::GenesPerCell(10)).hidden.len(), 0);
    }

    #[test]
    fn cells_with_less_of_a_gene_are_hidden_more_often() {
        let counts = counts();
        let mean = |values: Vec<f32>| values.iter().sum::<f32>() / values.len() as f32;
        let of_gene = 58;
        let all = (0..80).map(|c| counts.get(c, of_gene)).filter(|&v| v > 0.0);
        let mut chosen = Vec::new();
        for seed in 0..40 {
            let run = Run::new(seed, 1).unwrap();
            let found = hide(&counts, CellHiding::CellsPerGene(5), &run).unwrap();
            let of_this = found.hidden.iter().filter(|entry| entry.gene == of_gene);
            chosen.extend(of_this.map(|entry| entry.count));
        }
        assert!(mean(chosen) < mean(all.collect()));
    }

    #[test]
    fn the_last_count_of_a_gene_stays() {
        let found = hidden(CellHiding::CellsPerGene(1_000));
        let mut left = [0; 60];
        columns(&found.visible).for_each(|gene| left[gene] += 1);
        assert_eq!(left, [1; 60]);
    }
}
