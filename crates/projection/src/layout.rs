//! Points find their places: edges pull, random pairs push (McInnes, Healy and Melville 2018,
//! section 3.2 and algorithm 5).

use imputome_core::{Result, Run};
use ndarray::Array2;
use rand::{Rng, RngExt};

use crate::graph::Edge;

/// The curve `1 / (1 + A d^(2B))` that is nearest, by least squares over 300 distances from 0 to
/// 3, to 1 up to the least distance of 0.1 and `exp(0.1 - d)` beyond (section 3.2; least distance
/// and range as umap-learn 0.5).
const A: f64 = 1.576_943;
const B: f64 = 0.895_061;
/// Random points that push after each pull; section 4.3.
const PUSHES: usize = 5;
/// Keeps the push between equal points finite; section 3.2.
const SOFTENING: f64 = 1e-3;
/// The longest move in a coordinate at a learning rate of 1, and so the strongest push; as
/// umap-learn 0.5.
const LONGEST: f64 = 4.0;

/// What moves the points.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout<'a> {
    pub(crate) edges: &'a [Edge],
    pub(crate) epochs: usize,
}

type Place = [f64; 2];

impl Layout<'_> {
    /// The places, shape `[points, 2]`, after all epochs from `start`. Points move one after the
    /// other, so that threads have no say in it.
    pub(crate) fn from(self, start: Array2<f64>, run: &Run) -> Result<Array2<f64>> {
        let mut random = run.stream("projection/layout");
        let mut places: Vec<Place> = start
            .rows()
            .into_iter()
            .map(|row| [row[0], row[1]])
            .collect();
        let surest = self
            .edges
            .iter()
            .map(|edge| edge.weight)
            .fold(0.0, f64::max);
        // Edges take turns as often as they are sure, evenly and not at random as in algorithm 5:
        // few points have no law of large numbers.
        let mut credits = vec![0.0; self.edges.len()];
        for epoch in 0..self.epochs {
            run.proceed()?;
            let rate = 1.0 - epoch as f64 / self.epochs as f64;
            for (edge, credit) in self.edges.iter().zip(&mut credits) {
                *credit += edge.weight / surest;
                if *credit >= 1.0 {
                    *credit -= 1.0;
                    pull(&mut places, edge, rate);
                    push(&mut places, edge.from, rate, &mut random);
                }
            }
        }
        let flat = places.into_iter().flatten().collect();
        Ok(Array2::from_shape_vec(start.dim(), flat).expect("a place for each point"))
    }
}

/// Draws both ends of an edge together.
fn pull(places: &mut [Place], edge: &Edge, rate: f64) {
    let (difference, square) = between(places, edge.from, edge.to);
    if square == 0.0 {
        return;
    }
    let power = square.powf(B);
    // The gradient of the logarithm of the curve.
    let strength = -2.0 * A * B * power / (square * (1.0 + A * power));
    let step = steps(difference, strength, rate);
    for (at, step) in step.into_iter().enumerate() {
        places[edge.from][at] += step;
        places[edge.to][at] -= step;
    }
}

/// Drives a point away from others at random.
fn push(places: &mut [Place], point: usize, rate: f64, random: &mut impl Rng) {
    for _ in 0..PUSHES {
        let other = random.random_range(0..places.len());
        let (difference, square) = between(places, point, other);
        if other == point || square == 0.0 {
            continue;
        }
        // The gradient of the logarithm of one minus the curve.
        let strength = 2.0 * B / ((SOFTENING + square) * (1.0 + A * square.powf(B)));
        let step = steps(difference, strength, rate);
        places[point][0] += step[0];
        places[point][1] += step[1];
    }
}

/// Difference of two places and its squared length.
fn between(places: &[Place], a: usize, b: usize) -> (Place, f64) {
    let difference = [places[a][0] - places[b][0], places[a][1] - places[b][1]];
    (
        difference,
        difference[0] * difference[0] + difference[1] * difference[1],
    )
}

fn steps(difference: Place, strength: f64, rate: f64) -> Place {
    difference.map(|part| rate * (strength * part).clamp(-LONGEST, LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sum of squared differences between the curve and what it stands for.
    fn misfit(a: f64, b: f64) -> f64 {
        let distances = (0..300).map(|step| 3.0 * f64::from(step) / 299.0);
        let difference = |d: f64| {
            let wanted = if d < 0.1 { 1.0 } else { (0.1 - d).exp() };
            1.0 / (1.0 + a * d.powf(2.0 * b)) - wanted
        };
        distances.map(|d| difference(d).powi(2)).sum()
    }

    #[test]
    fn no_other_curve_is_nearer_to_what_it_stands_for() {
        for (a, b) in [(1e-4, 0.0), (-1e-4, 0.0), (0.0, 1e-4), (0.0, -1e-4)] {
            assert!(misfit(A + a, B + b) > misfit(A, B));
        }
    }

    #[test]
    fn an_edge_shortens_and_strangers_part() {
        let edge = Edge {
            from: 0,
            to: 1,
            weight: 1.0,
        };
        let mut places = [[0.0, 0.0], [3.0, 4.0]];
        pull(&mut places, &edge, 0.5);
        let pulled = between(&places, 0, 1).1;
        assert!(pulled < 25.0);
        let mut random = Run::new(0, 1).unwrap().stream("test");
        push(&mut places, 0, 0.5, &mut random);
        assert!(between(&places, 0, 1).1 > pulled);
    }
}
