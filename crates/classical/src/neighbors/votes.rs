//! Training samples, nearest first, and their votes on each gene.

use ndarray::ArrayView1;
use pulp::Arch;

/// Training samples by distance, those that share no gene left out; sorted as far as asked for.
pub(super) struct Nearest<'a> {
    squares: ArrayView1<'a, f32>,
    candidates: Vec<usize>,
    /// How many candidates are in their place.
    sorted: usize,
    next: usize,
}

impl<'a> Nearest<'a> {
    pub(super) fn new(squares: ArrayView1<'a, f32>, first: usize) -> Self {
        let mut nearest = Self {
            candidates: (0..squares.len())
                .filter(|&c| !squares[c].is_nan())
                .collect(),
            squares,
            sorted: 0,
            next: 0,
        };
        nearest.sort_up_to(first);
        nearest
    }

    fn sort_up_to(&mut self, end: usize) {
        let squares = &self.squares;
        let order = |a: &usize, b: &usize| squares[*a].total_cmp(&squares[*b]).then(a.cmp(b));
        let rest = &mut self.candidates[self.sorted..];
        let wanted = end.min(self.sorted + rest.len()) - self.sorted;
        if wanted < rest.len() {
            rest.select_nth_unstable_by(wanted, order);
        }
        rest[..wanted].sort_unstable_by(order);
        self.sorted += wanted;
    }
}

impl Iterator for Nearest<'_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        if self.next == self.sorted {
            self.sort_up_to(2 * self.sorted.max(1));
        }
        let candidate = self.candidates[..self.sorted].get(self.next).copied();
        self.next += 1;
        candidate
    }
}

/// What a neighbor's vote counts.
#[derive(Clone, Copy)]
pub(super) enum Weight {
    /// So much.
    Of(f64),
    /// All there is: neighbors at distance 0 leave the others none.
    Everything,
}

impl Weight {
    pub(super) fn at(distance: f64) -> Self {
        if distance == 0.0 {
            Self::Everything
        } else {
            Self::Of(distance.recip())
        }
    }
}

/// Votes on every gene of a sample.
pub(super) struct Votes {
    /// Votes that each gene still takes.
    wanted: Vec<f64>,
    sums: Vec<f64>,
    totals: Vec<f64>,
    /// 0 for a gene with a neighbor at distance 0, beside which others have no say; else 1.
    say: Vec<f64>,
    /// Genes that want more votes.
    open: usize,
    arch: Arch,
}

impl Votes {
    pub(super) fn new(neighbors: usize, genes: usize) -> Self {
        Self {
            wanted: vec![neighbors as f64; genes],
            sums: vec![0.0; genes],
            totals: vec![0.0; genes],
            say: vec![1.0; genes],
            open: genes,
            arch: Arch::new(),
        }
    }

    pub(super) fn are_complete(&self) -> bool {
        self.open == 0
    }

    /// Adds a neighbor's votes on the genes `measured` (1, else 0), but for genes that have
    /// enough; neighbors come nearest first.
    pub(super) fn add(&mut self, values: &[f32], measured: &[f32], weight: Weight) {
        let weight = match weight {
            Weight::Of(weight) => weight,
            Weight::Everything => return self.add_exact(values, measured),
        };
        // Instructions that work on several genes at once, found at run time: the same bytes.
        self.open = self.arch.dispatch(|| {
            let mut open = 0_u32;
            let entries = values.iter().zip(measured).zip(&self.say);
            let sums = self.sums.iter_mut().zip(&mut self.totals);
            for (((&value, &measured), say), ((sum, total), wanted)) in
                entries.zip(sums.zip(&mut self.wanted))
            {
                let vote = if *wanted > 0.0 {
                    f64::from(measured)
                } else {
                    0.0
                };
                let share = vote * say * weight;
                *sum += share * f64::from(value);
                *total += share;
                *wanted -= vote;
                open += u32::from(*wanted > 0.0);
            }
            open as usize
        });
    }

    fn add_exact(&mut self, values: &[f32], measured: &[f32]) {
        for (gene, (&value, &measured)) in values.iter().zip(measured).enumerate() {
            if measured == 0.0 || self.wanted[gene] == 0.0 {
                continue;
            }
            if self.say[gene] > 0.0 {
                // Rounding may have put a neighbor close by before this one.
                (self.say[gene], self.sums[gene], self.totals[gene]) = (0.0, 0.0, 0.0);
            }
            self.sums[gene] += f64::from(value);
            self.totals[gene] += 1.0;
            self.wanted[gene] -= 1.0;
            self.open -= usize::from(self.wanted[gene] == 0.0);
        }
    }

    pub(super) fn mean(&self, gene: usize) -> Option<f32> {
        (self.totals[gene] > 0.0).then(|| (self.sums[gene] / self.totals[gene]) as f32)
    }
}
