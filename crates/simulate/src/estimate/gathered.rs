//! Sums over cells that everything is found from, in one pass.

use imputome_core::{Counts, Error, Result};

use super::{median, moments};

/// Sums over the cells passed by.
#[derive(Clone, Debug)]
pub(super) struct Gathered {
    genes: usize,
    /// Molecules of each cell that has any.
    totals: Vec<f64>,
    halves: [Half; 2],
}

/// Sums over every other cell.
#[derive(Clone, Debug)]
struct Half {
    /// Over all cells.
    all: Sizes,
    /// For each gene, over the cells where it is not zero.
    seen: Vec<Sums>,
}

/// Sums over cells of powers of their molecules.
#[derive(Clone, Copy, Debug, Default)]
struct Sizes {
    cells: f64,
    first: f64,
    three_halves: f64,
    second: f64,
}

#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    sizes: Sizes,
    counts: f64,
    squares: f64,
    /// Of counts times the cell's molecules.
    products: f64,
}

/// A gene in some of the cells, its mean that of a cell with the mean number of molecules.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spread {
    /// Mean count.
    pub(super) mean: f64,
    /// Variance beyond that of molecules drawn at random, over the square of the mean: the squared
    /// coefficient of biological variation.
    pub(super) dispersion: f64,
    /// Over cells of mean m: the sum of m^1.5 over that of m^2.
    pub(super) three_halves: f64,
    /// The sum of m over that of m^2.
    pub(super) first: f64,
}

/// Which cells a gene is looked at in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cells {
    /// All of them.
    All,
    /// Those where it is not zero.
    Seen,
}

impl Sizes {
    fn add(&mut self, total: f64) {
        self.cells += 1.0;
        self.first += total;
        self.three_halves += total.powf(1.5);
        self.second += total * total;
    }

    fn and(self, other: Self) -> Self {
        Self {
            cells: self.cells + other.cells,
            first: self.first + other.first,
            three_halves: self.three_halves + other.three_halves,
            second: self.second + other.second,
        }
    }
}

impl Sums {
    fn and(self, other: Self) -> Self {
        Self {
            sizes: self.sizes.and(other.sizes),
            counts: self.counts + other.counts,
            squares: self.squares + other.squares,
            products: self.products + other.products,
        }
    }

    /// With the cells of `sizes`, counts scaled to a cell of `typical` molecules.
    fn spread(&self, sizes: &Sizes, typical: f64) -> Spread {
        let share = self.counts / sizes.first;
        // Sum of (count - mean)^2 - count over cells, mean = share times the cell's molecules.
        let beyond =
            self.squares - 2.0 * share * self.products + share * share * sizes.second - self.counts;
        let squares = share * share * sizes.second;
        Spread {
            mean: share * typical,
            dispersion: beyond / squares,
            three_halves: share.powf(1.5) * sizes.three_halves / squares,
            first: share * sizes.first / squares,
        }
    }
}

impl Gathered {
    pub(super) fn new(genes: usize) -> Self {
        let half = Half {
            all: Sizes::default(),
            seen: vec![Sums::default(); genes],
        };
        Self {
            genes,
            totals: Vec::new(),
            halves: [half.clone(), half],
        }
    }

    pub(super) fn add(&mut self, window: &Counts) -> Result<()> {
        if window.n_genes() != self.genes {
            return Err(Error::Shape {
                what: "genes of a window".into(),
                expected: self.genes.to_string(),
                found: window.n_genes().to_string(),
            });
        }
        for (c, total) in window.cell_totals().into_iter().enumerate() {
            let (genes, counts) = window.row(c);
            if counts.iter().any(|&count| count < 0.0) {
                return Err(Error::Unusable(format!(
                    "cell {:?} has values below 0, and settings of a simulation are found in counts",
                    &window.cells()[c]
                )));
            }
            if total <= 0.0 {
                continue;
            }
            let half = &mut self.halves[self.totals.len() % 2];
            self.totals.push(total);
            half.all.add(total);
            for (&gene, &count) in genes.iter().zip(counts) {
                let count = f64::from(count);
                let sums = &mut half.seen[gene as usize];
                sums.sizes.add(total);
                sums.counts += count;
                sums.squares += count * count;
                sums.products += count * total;
            }
        }
        Ok(())
    }

    pub(super) fn genes(&self) -> usize {
        self.genes
    }

    pub(super) fn cells(&self) -> usize {
        self.totals.len()
    }

    /// Mean and deviation of the logarithm of the molecules of a cell.
    pub(super) fn library(&self) -> (f64, f64) {
        let logarithms: Vec<f64> = self.totals.iter().map(|total| total.ln()).collect();
        moments(&logarithms)
    }

    /// Mean of each gene with a count, as in a cell with the median number of molecules.
    pub(super) fn means(&self) -> Vec<f64> {
        let typical = median(self.totals.clone());
        let all = self.sizes();
        let sums = (0..self.genes).map(|gene| self.sums(gene).counts);
        sums.filter(|&counts| counts > 0.0)
            .map(|counts| counts / all.first * typical)
            .collect()
    }

    /// Share of zeros among the genes with a count.
    pub(super) fn zeros(&self) -> f64 {
        let seen: Vec<f64> = (0..self.genes)
            .map(|gene| self.sums(gene).sizes.cells)
            .filter(|&cells| cells > 0.0)
            .collect();
        1.0 - seen.iter().sum::<f64>() / (seen.len() * self.cells()).max(1) as f64
    }

    /// Each gene with a count in all cells and in either half: its spread, and the share of cells where it is zero.
    pub(super) fn spreads(&self, cells: Cells) -> Vec<(Spread, [Spread; 2], f64)> {
        let all = self.sizes();
        let typical = all.first / all.cells;
        let spread = |sums: Sums, everywhere: &Sizes| {
            let sizes = match cells {
                Cells::All => *everywhere,
                Cells::Seen => sums.sizes,
            };
            sums.spread(&sizes, typical)
        };
        (0..self.genes)
            .filter(|&gene| self.halves.iter().all(|half| half.seen[gene].counts > 0.0))
            .map(|gene| {
                let sums = self.sums(gene);
                let halves = [0, 1].map(|h| {
                    let half = &self.halves[h];
                    spread(half.seen[gene], &half.all)
                });
                let zeros = 1.0 - sums.sizes.cells / all.cells;
                (spread(sums, &all), halves, zeros)
            })
            .collect()
    }

    fn sizes(&self) -> Sizes {
        self.halves[0].all.and(self.halves[1].all)
    }

    fn sums(&self, gene: usize) -> Sums {
        self.halves[0].seen[gene].and(self.halves[1].seen[gene])
    }
}
