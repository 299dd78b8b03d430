//! Least squares with weights that are not negative and sum to 1, solved exactly.
//!
//! Source: Wolfe 1976, "Finding the nearest point in a polytope", doi:10.1007/BF01580381. With weights that sum to 1, the squared
//! miss of a blend is `w' E w` for the matrix `E` of products of the parts' misses: the blend is the point nearest to 0 in the hull of the parts.

/// Share of the mean diagonal added to it, so that parts that estimate the same share their weight evenly. Ours: far below what
/// tells parts apart, far above the rounding of f64.
const RIDGE: f64 = 1e-9;

/// How far below the present one a part's slope must lie to be taken in, as a share of the mean diagonal. Ours: a tenth of the
/// ridge.
const TOLERANCE: f64 = 1e-10;

/// Sums of products of the parts' misses over entries, a symmetric matrix.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Products {
    parts: usize,
    /// Row-major, shape `[parts, parts]`.
    values: Vec<f64>,
}

impl Products {
    /// Nothing yet.
    pub(super) fn none(parts: usize) -> Self {
        let values = vec![0.0; parts * parts];
        Self { parts, values }
    }

    /// Adds an entry that each part missed by so much.
    pub(super) fn add_misses(&mut self, misses: &[f64]) {
        for (row, &a) in self.values.chunks_mut(self.parts).zip(misses) {
            for (sum, &b) in row.iter_mut().zip(misses) {
                *sum += a * b;
            }
        }
    }

    /// Adds other products, multiplied.
    pub(super) fn add(&mut self, other: &Self, factor: f64) {
        for (sum, value) in self.values.iter_mut().zip(&other.values) {
            *sum += factor * value;
        }
    }

    /// Sum of squared misses of one part.
    pub(super) fn square(&self, part: usize) -> f64 {
        self.values[part * self.parts + part]
    }

    /// Sum of the squared misses of all parts.
    pub(super) fn trace(&self) -> f64 {
        (0..self.parts).map(|part| self.square(part)).sum()
    }

    /// Sum of squared misses of the blend with these weights.
    pub(super) fn square_of_blend(&self, weights: &[f64]) -> f64 {
        let rows = self.values.chunks(self.parts).zip(weights);
        rows.map(|(row, a)| a * row.iter().zip(weights).map(|(v, b)| v * b).sum::<f64>())
            .sum()
    }

    /// Products of the given parts alone, in that order.
    pub(super) fn select(&self, parts: &[usize]) -> Self {
        let value = |(a, b): (usize, usize)| self.values[parts[a] * self.parts + parts[b]];
        let n = parts.len();
        Self {
            parts: n,
            values: (0..n * n).map(|at| value((at / n, at % n))).collect(),
        }
    }

    /// The weights, none negative and 1 in sum, of the blend that misses least.
    pub(super) fn best_weights(&self) -> Vec<f64> {
        let unit = self.trace() / self.parts as f64;
        if unit <= 0.0 {
            return vec![1.0 / self.parts as f64; self.parts];
        }
        let mut search = Search::new(self, unit);
        // Each turn lowers the miss, so that no support comes twice; one turn per support bounds rounding's part in that.
        for _ in 0..1_usize << self.parts.min(16) {
            match search.steepest() {
                Some(part) => search.take_in(part),
                None => break,
            }
        }
        search.weights
    }
}

/// The nearest point so far: a mean of the parts with a weight above 0.
struct Search<'a> {
    products: &'a Products,
    unit: f64,
    weights: Vec<f64>,
    support: Vec<usize>,
}

impl<'a> Search<'a> {
    /// Begins at the best single part.
    fn new(products: &'a Products, unit: f64) -> Self {
        let by_square = |&a: &usize, &b: &usize| products.square(a).total_cmp(&products.square(b));
        let best = (0..products.parts).min_by(by_square).unwrap_or(0);
        let mut weights = vec![0.0; products.parts];
        weights[best] = 1.0;
        Self {
            products,
            unit,
            weights,
            support: vec![best],
        }
    }

    fn product(&self, a: usize, b: usize) -> f64 {
        let ridge = if a == b { RIDGE } else { 0.0 };
        self.products.values[a * self.products.parts + b] / self.unit + ridge
    }

    /// Product of a part's misses with those of the present blend.
    fn slope(&self, part: usize) -> f64 {
        let terms = self.support.iter();
        terms
            .map(|&other| self.product(part, other) * self.weights[other])
            .sum()
    }

    /// The part outside that lowers the miss most, if any does.
    fn steepest(&self) -> Option<usize> {
        let present: f64 = self
            .support
            .iter()
            .map(|&part| self.weights[part] * self.slope(part))
            .sum();
        (0..self.products.parts)
            .filter(|part| !self.support.contains(part))
            .map(|part| (part, self.slope(part)))
            .filter(|&(_, slope)| slope < present - TOLERANCE)
            .min_by(|a, b| a.1.total_cmp(&b.1))
            .map(|(part, _)| part)
    }

    /// Adds a part to the support and goes to the best mean of it, shedding parts on the way that would fall below 0.
    fn take_in(&mut self, part: usize) {
        self.support.push(part);
        loop {
            let goal = self.best_mean();
            if goal.iter().all(|&weight| weight > 0.0) {
                for (&part, weight) in self.support.iter().zip(goal) {
                    self.weights[part] = weight;
                }
                return;
            }
            self.step_to_the_edge(&goal);
        }
    }

    fn step_to_the_edge(&mut self, goal: &[f64]) {
        let share = |(&part, &goal): (&usize, &f64)| {
            let weight = self.weights[part];
            (goal <= 0.0).then(|| weight / (weight - goal).max(f64::MIN_POSITIVE))
        };
        let shares: Vec<Option<f64>> = self.support.iter().zip(goal).map(share).collect();
        let step = shares.iter().flatten().copied().fold(1.0, f64::min);
        for (&part, &goal) in self.support.iter().zip(goal) {
            self.weights[part] += step * (goal - self.weights[part]);
        }
        let leaves = |at: usize| shares[at].is_some_and(|share| share <= step);
        let support = std::mem::take(&mut self.support);
        for (at, part) in support.into_iter().enumerate() {
            if leaves(at) {
                self.weights[part] = 0.0;
            } else {
                self.support.push(part);
            }
        }
    }

    /// Weights of the mean of the support that lies nearest to 0, negative ones among them: the solution of `E u = 1`, divided
    /// by its sum.
    fn best_mean(&self) -> Vec<f64> {
        let n = self.support.len();
        let mut lower = vec![0.0; n * n];
        for a in 0..n {
            for b in 0..=a {
                let earlier: f64 = (0..b).map(|k| lower[a * n + k] * lower[b * n + k]).sum();
                let rest = self.product(self.support[a], self.support[b]) - earlier;
                lower[a * n + b] = if a == b {
                    rest.max(RIDGE * RIDGE).sqrt()
                } else {
                    rest / lower[b * n + b]
                };
            }
        }
        let mut solution = vec![1.0; n];
        for a in 0..n {
            let earlier: f64 = (0..a).map(|k| lower[a * n + k] * solution[k]).sum();
            solution[a] = (solution[a] - earlier) / lower[a * n + a];
        }
        for a in (0..n).rev() {
            let later: f64 = (a + 1..n).map(|k| lower[k * n + a] * solution[k]).sum();
            solution[a] = (solution[a] - later) / lower[a * n + a];
        }
        let sum: f64 = solution.iter().sum();
        solution.iter().map(|u| u / sum).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn products(rows: &[&[f64]]) -> Products {
        let mut products = Products::none(rows[0].len());
        rows.iter().for_each(|misses| products.add_misses(misses));
        products
    }

    #[test]
    fn weights_are_those_of_an_independent_solver() {
        // numpy 2, seed 3; solved by scipy 1.17.1 (SLSQP, ftol 1e-15) and by trying every support.
        let four = products(&[
            &[1.86, -2.74, 0.24, -0.75],
            &[0.09, 0.32, -1.48, 0.31],
            &[1.07, 5.26, 2.16, 1.58],
            &[-0.55, -0.94, -1.32, -0.66],
            &[0.24, -0.48, 0.71, -0.44],
            &[1.03, 2.55, 1.55, 0.5],
        ]);
        let six = products(&[
            &[-0.54, 0.06, 1.23, 0.93, 0.44, 1.02],
            &[-3.47, 0.38, -1.6, -2.31, -0.36, 0.06],
            &[-1.25, -1.88, -0.77, -0.85, 0.61, -0.05],
            &[-0.61, 0.31, -1.01, -1.73, -0.22, -0.22],
            &[1.16, 0.59, 1.6, -1.12, 2.06, 1.86],
            &[-3.1, -1.4, -2.42, -0.7, -3.49, -2.37],
            &[0.11, 0.56, -2.75, -1.09, -0.27, -1.21],
            &[1.27, -1.51, 0.03, -1.37, 1.08, -0.34],
            &[-0.15, -1.49, 1.91, 0.98, 0.98, 1.36],
        ]);
        let expected: [(Products, &[f64], f64); 2] = [
            (four, &[0.37307009, 0.0, 0.0, 0.62692991], 2.938008165),
            (
                six,
                &[0.0, 0.4528209, 0.0, 0.31747571, 0.22970339, 0.0],
                5.465082014,
            ),
        ];
        for (products, weights, square) in expected {
            let found = products.best_weights();
            for (found, expected) in found.iter().zip(weights) {
                // Eight digits were printed; the ridge of 1e-9 moves less.
                assert!((found - expected).abs() < 1e-7, "{found} {expected}");
            }
            assert!((products.square_of_blend(&found) - square).abs() < 1e-7);
        }
    }

    #[test]
    fn two_parts_that_miss_to_either_side_share_evenly() {
        let weights = products(&[&[1.0, -1.0]]).best_weights();
        // The ridge moves nothing here; rounding alone.
        assert!(
            weights.iter().all(|w| (w - 0.5).abs() < 1e-6),
            "{weights:?}"
        );
    }

    #[test]
    fn a_part_worse_than_another_in_the_same_way_gets_nothing() {
        assert_eq!(
            products(&[&[2.0, 1.0], &[-2.0, -1.0]]).best_weights(),
            [0.0, 1.0]
        );
    }

    #[test]
    fn parts_that_estimate_the_same_share_their_weight() {
        let weights = products(&[&[1.0, 1.0], &[0.5, 0.5]]).best_weights();
        assert!((weights.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        assert_eq!(Products::none(4).best_weights(), [0.25; 4]);
    }
}
