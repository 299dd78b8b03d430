//! One gene along its path of penalties, by coordinate descent.
//!
//! Cyclic coordinate descent with covariance updates over the features that ever mattered, warm
//! starts from penalty to penalty (Friedman, Hastie and Tibshirani 2010,
//! doi:10.18637/jss.v033.i01), features admitted by the strong rule and all of them checked
//! afterwards (Tibshirani et al. 2012, doi:10.1111/j.1467-9868.2011.01004.x). Several genes walk side
//! by side, so that checks are products of matrices.

use imputome_numerics::{Cholesky, product};
use ndarray::Array2;

use super::design::{Design, dot, row_of, subtract, subtract_row};

/// A feature left out may pull by this share of the lengths of feature and gene more than the
/// penalty: rounding of sums in f32.
const SLACK: f64 = 2e-6;
/// Sweeps at most for one penalty, as other programs have it.
const MOST_ROUNDS: usize = 1000;

/// The penalty of a step: `absolute · Σ|w| + squared · Σw² / 2` beside half the squared error.
#[derive(Clone, Copy, Debug)]
pub(super) struct Penalty {
    pub(super) absolute: f64,
    pub(super) squared: f64,
}

/// A gene on its way along the path.
pub(super) struct Walk {
    /// Centered, shape `[samples]`.
    target: Vec<f32>,
    length: f64,
    /// Pull of every feature on the residual, shape `[features]`.
    pulls: Vec<f32>,
    /// The largest penalty that was settled, or what leaves no feature in.
    last: f64,
    /// Features that ever mattered, in the order of their admission.
    active: Vec<usize>,
    is_active: Vec<bool>,
    /// Products of active features with one another.
    gram: Vec<Vec<f64>>,
    weights: Vec<f64>,
    /// Pulls of active features, in f64.
    slopes: Vec<f64>,
}

/// How far weights went toward where they would settle.
enum Step {
    /// All the way.
    Whole,
    /// Until one of them was 0, which it now is.
    ToZero,
}

/// Genes at their start.
pub(super) fn start(design: &Design, targets: Vec<Vec<f32>>) -> Vec<Walk> {
    let features = design.squares.len();
    let mut walks: Vec<Walk> = targets
        .into_iter()
        .map(|target| Walk {
            length: dot(&target, &target).sqrt(),
            target,
            pulls: Vec::new(),
            last: 0.0,
            active: Vec::new(),
            is_active: vec![false; features],
            gram: Vec::new(),
            weights: Vec::new(),
            slopes: Vec::new(),
        })
        .collect();
    let mut all: Vec<&mut Walk> = walks.iter_mut().collect();
    find_pulls(design, &mut all);
    for walk in &mut walks {
        walk.last = f64::from(walk.pulls.iter().fold(0.0_f32, |most, p| most.max(p.abs())));
    }
    walks
}

/// Brings every walk to the solution at its penalty, to within `tolerance` standard deviations of
/// its gene.
pub(super) fn step(
    design: &Design,
    walks: &mut [&mut Walk],
    penalties: &[Penalty],
    tolerance: f64,
) {
    for (walk, &penalty) in walks.iter_mut().zip(penalties) {
        // The strong rule: pulls seldom change faster than the penalty.
        walk.admit(design, 2.0 * penalty.absolute - walk.last);
        walk.settle(penalty, tolerance);
        walk.last = penalty.absolute;
    }
    let mut open: Vec<(&mut Walk, Penalty)> = walks
        .iter_mut()
        .map(|walk| &mut **walk)
        .zip(penalties.iter().copied())
        .collect();
    while !open.is_empty() {
        let mut of_open: Vec<&mut Walk> = open.iter_mut().map(|(walk, _)| &mut **walk).collect();
        find_pulls(design, &mut of_open);
        open.retain_mut(|(walk, penalty)| {
            let is_new = walk.admit(design, penalty.absolute);
            if is_new {
                walk.settle(*penalty, tolerance);
            }
            is_new
        });
    }
}

/// Pulls of all features on the residuals of several genes, in one product.
fn find_pulls(design: &Design, walks: &mut [&mut Walk]) {
    let mut residuals = Array2::zeros((walks.len(), design.n_samples()));
    for (walk, mut residual) in walks.iter().zip(residuals.rows_mut()) {
        let residual = residual.as_slice_mut().expect("row-major by construction");
        walk.write_residual(design, residual);
    }
    let pulls = product(residuals.view(), design.columns.t());
    for (walk, pulls) in walks.iter_mut().zip(pulls.rows()) {
        walk.pulls = pulls.to_vec();
    }
}

impl Walk {
    /// Takes in features that pull by more than `bound`; true when there were any.
    fn admit(&mut self, design: &Design, bound: f64) -> bool {
        let before = self.active.len();
        for feature in 0..self.pulls.len() {
            let square = design.squares[feature];
            let slack = SLACK * square.sqrt() * self.length;
            let pull = f64::from(self.pulls[feature].abs());
            if !self.is_active[feature] && square > 0.0 && pull > bound.max(0.0) + slack {
                self.take_in(design, feature);
            }
        }
        self.active.len() > before
    }

    fn take_in(&mut self, design: &Design, feature: usize) {
        let column = design.column(feature);
        let mut products: Vec<f64> = Vec::with_capacity(2 * self.active.len() + 1);
        for (&other, row) in self.active.iter().zip(&mut self.gram) {
            let value = dot(column, design.column(other));
            row.push(value);
            products.push(value);
        }
        let mut slope = dot(column, &self.target);
        for (value, weight) in products.iter().zip(&self.weights) {
            slope -= value * weight;
        }
        products.push(design.squares[feature]);
        self.gram.push(products);
        self.active.push(feature);
        self.is_active[feature] = true;
        self.weights.push(0.0);
        self.slopes.push(slope);
    }

    /// Sweeps over active features until no weight moves. In between, weights go straight to where
    /// they would settle with their signs: features of one assay are alike, and sweeps alone crawl.
    fn settle(&mut self, penalty: Penalty, tolerance: f64) {
        let small = tolerance * self.length;
        for _ in 0..MOST_ROUNDS {
            if self.sweep(penalty) <= small {
                return;
            }
            while let Step::ToZero = self.go_straight(penalty) {}
        }
    }

    /// Solves for the weights that are not 0, and goes there or as far as the first sign holds. No
    /// step raises the error and penalty.
    fn go_straight(&mut self, penalty: Penalty) -> Step {
        let places: Vec<usize> = (0..self.active.len())
            .filter(|&at| self.weights[at] != 0.0)
            .collect();
        let Some(moves) = self.moves(&places, penalty) else {
            return Step::Whole;
        };
        let mut first = (1.0, None);
        for (&at, &moved) in places.iter().zip(&moves) {
            let share = -self.weights[at] / moved;
            if share > 0.0 && share < first.0 {
                first = (share, Some(at));
            }
        }
        for (&at, &moved) in places.iter().zip(&moves) {
            self.weights[at] += first.0 * moved;
            subtract_row(&mut self.slopes, &self.gram[at], first.0 * moved);
        }
        match first.1 {
            None => Step::Whole,
            Some(at) => {
                let rest = std::mem::take(&mut self.weights[at]);
                subtract_row(&mut self.slopes, &self.gram[at], -rest);
                Step::ToZero
            }
        }
    }

    /// From the weights at `places` to their solution; nothing where there is more than one.
    fn moves(&self, places: &[usize], penalty: Penalty) -> Option<Vec<f64>> {
        let n = places.len();
        let mut products = Array2::zeros((n, n));
        let mut right = Array2::zeros((n, 1));
        for (row, &at) in places.iter().enumerate() {
            for (column, &other) in places.iter().enumerate().skip(row) {
                products[(row, column)] = self.gram[at][other];
            }
            products[(row, row)] += penalty.squared;
            let weight = self.weights[at];
            right[(row, 0)] =
                self.slopes[at] - penalty.absolute.copysign(weight) - penalty.squared * weight;
        }
        Cholesky::of(products)?.solve(right.view_mut());
        let moves = right.into_raw_vec_and_offset().0;
        moves.iter().all(|moved| moved.is_finite()).then_some(moves)
    }

    /// The largest move of a weight, times the length of its feature.
    fn sweep(&mut self, penalty: Penalty) -> f64 {
        let mut largest = 0.0_f64;
        for at in 0..self.active.len() {
            let before = self.weights[at];
            let square = self.gram[at][at];
            let pull = self.slopes[at] + square * before;
            let beyond = (pull.abs() - penalty.absolute).max(0.0);
            let after = beyond.copysign(pull) / (square + penalty.squared);
            let moved = after - before;
            if moved == 0.0 {
                continue;
            }
            self.weights[at] = after;
            subtract_row(&mut self.slopes, &self.gram[at], moved);
            largest = largest.max(moved.abs() * square.sqrt());
        }
        largest
    }

    fn write_residual(&self, design: &Design, residual: &mut [f32]) {
        residual.copy_from_slice(&self.target);
        let mut sums: Vec<f64> = self.target.iter().map(|&v| f64::from(v)).collect();
        for (feature, weight) in self.nonzero() {
            subtract(&mut sums, design.column(feature), weight);
        }
        let rounded = sums.iter().map(|&sum| sum as f32);
        residual
            .iter_mut()
            .zip(rounded)
            .for_each(|(to, sum)| *to = sum);
    }

    /// What leaves no feature in; of a gene at its start.
    pub(super) fn largest_pull(&self) -> f64 {
        self.last
    }

    /// Features with a weight, and it, in the order of their admission.
    pub(super) fn nonzero(&self) -> impl Iterator<Item = (usize, f64)> + '_ {
        let weights = self
            .active
            .iter()
            .copied()
            .zip(self.weights.iter().copied());
        weights.filter(|(_, weight)| *weight != 0.0)
    }

    /// What the weights say of the samples held out, without the mean.
    pub(super) fn told(&self, design: &Design) -> Vec<f64> {
        let mut sums = vec![0.0; design.held_out.ncols()];
        for (feature, weight) in self.nonzero() {
            subtract(&mut sums, row_of(&design.held_out, feature), -weight);
        }
        sums
    }
}
