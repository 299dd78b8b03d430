//! The fuzzy graph of neighborhoods (McInnes, Healy and Melville 2018, section 3.1 and
//! algorithms 1 to 3).

use std::collections::BTreeMap;

use imputome_core::{Error, Result, Run};
use ndarray::ArrayView2;

use crate::FEWEST_POINTS;
use crate::neighbors::{self, Neighbors};

/// Points joined to their neighbors, each edge with how sure it is.
#[derive(Clone, Debug, PartialEq)]
pub struct NeighborGraph {
    pub(crate) points: usize,
    pub(crate) edges: Vec<Edge>,
}

impl NeighborGraph {
    /// Joins each of `points`, shape `[points, dimensions]`, to those nearest; `neighbors` make a
    /// neighborhood, the point itself included, all points where there are fewer. Neighbors are
    /// exact: time grows with the square of the points.
    ///
    /// Refused: fewer than [`FEWEST_POINTS`], values that are not finite numbers, neighborhoods
    /// of one point.
    pub fn new(points: ArrayView2<'_, f32>, neighbors: usize, run: &Run) -> Result<Self> {
        check(points, neighbors)?;
        let others = neighbors.min(points.nrows()) - 1;
        let found = run.on_threads(|| neighbors::nearest(points, others));
        run.proceed()?;
        Ok(Self {
            points: points.nrows(),
            edges: edges(&found),
        })
    }

    /// Every edge once: the two points and how sure it is, in `(0, 1]`.
    pub fn edges(&self) -> impl Iterator<Item = (usize, usize, f64)> {
        let once = self.edges.iter().filter(|edge| edge.from < edge.to);
        once.map(|edge| (edge.from, edge.to, edge.weight))
    }
}

fn check(points: ArrayView2<'_, f32>, neighbors: usize) -> Result<()> {
    if points.nrows() < FEWEST_POINTS {
        return Err(Error::TooLittle {
            method: "a map".into(),
            what: "points".into(),
            needed: FEWEST_POINTS,
            found: points.nrows(),
            advice: "look at the numbers themselves".into(),
        });
    }
    if neighbors < 2 {
        return Err(Error::IllegalSetting {
            method: "umap".into(),
            setting: "neighbors".into(),
            rule: "at least 2, the point itself and another".into(),
            found: neighbors.to_string(),
        });
    }
    if !points.iter().all(|value| value.is_finite()) {
        let problem = "points on a map need finite numbers in every dimension";
        return Err(Error::Unusable(problem.into()));
    }
    Ok(())
}

/// An edge in one direction and how sure it is, in `(0, 1]`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Edge {
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) weight: f64,
}

/// Turns of the bisection; ours: 64 halvings leave nothing of a double.
const TURNS: usize = 64;
/// Least width of a neighborhood as a share of its mean distance, so that equal points keep one;
/// as umap-learn 0.5.
const LEAST_WIDTH: f64 = 1e-3;

/// Both directions of every edge, by their points.
fn edges(neighbors: &[Neighbors]) -> Vec<Edge> {
    let mut directed = BTreeMap::new();
    for (from, near) in neighbors.iter().enumerate() {
        let (nearest, width) = local_metric(&near.distances);
        for (&to, distance) in near.points.iter().zip(&near.distances) {
            // Algorithm 2.
            let weight = (-(distance - nearest).max(0.0) / width).exp();
            directed.insert((from, to), weight);
        }
    }
    let weight = |pair: &(usize, usize)| directed.get(pair).copied().unwrap_or(0.0);
    let mut both: BTreeMap<(usize, usize), f64> = BTreeMap::new();
    for &(from, to) in directed.keys() {
        // The probabilistic t-conorm, section 3.1: an edge is there in one direction or the other.
        let (there, back) = (weight(&(from, to)), weight(&(to, from)));
        let union = there + back - there * back;
        both.insert((from, to), union);
        both.insert((to, from), union);
    }
    let edge = |((from, to), weight)| Edge { from, to, weight };
    both.into_iter().map(edge).collect()
}

/// Distance to the nearest neighbor and the width at which memberships sum to log2 of the
/// neighborhood's size (algorithm 3). Distances ascend; the point itself counts to the size.
fn local_metric(distances: &[f64]) -> (f64, f64) {
    let nearest = distances.iter().copied().find(|&d| d > 0.0).unwrap_or(0.0);
    let mean = distances.iter().sum::<f64>() / distances.len() as f64;
    let wanted = ((distances.len() + 1) as f64).log2();
    let sum = |width: f64| -> f64 {
        let excess = distances
            .iter()
            .map(|distance| (distance - nearest).max(0.0));
        excess.map(|excess| (-excess / width).exp()).sum()
    };
    let (mut low, mut high, mut width) = (0.0, f64::INFINITY, 1.0);
    for _ in 0..TURNS {
        if sum(width) > wanted {
            high = width;
            width = (low + high) / 2.0;
        } else {
            low = width;
            width = if high.is_finite() {
                (low + high) / 2.0
            } else {
                2.0 * width
            };
        }
    }
    let least = LEAST_WIDTH * mean;
    // Points that are all equal have no distances: any width serves.
    (nearest, if least > 0.0 { width.max(least) } else { 1.0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memberships_of_a_neighborhood_sum_to_log2_of_its_size() {
        let distances = [1.0, 1.5, 2.0, 4.0, 7.0, 7.5, 9.0];
        let (nearest, width) = local_metric(&distances);
        let sum: f64 = distances
            .iter()
            .map(|d| (-(d - nearest) / width).exp())
            .sum();
        assert_eq!(nearest, 1.0);
        assert!((sum - 3.0).abs() < 1e-12);
    }

    #[test]
    fn an_edge_is_as_sure_in_both_directions() {
        let near = |points: &[usize], distances: &[f64]| Neighbors {
            points: points.to_vec(),
            distances: distances.to_vec(),
        };
        let neighbors = [
            near(&[1, 2], &[1.0, 2.0]),
            near(&[0, 2], &[1.0, 1.5]),
            near(&[1, 0], &[1.5, 2.0]),
        ];
        let edges = edges(&neighbors);
        assert_eq!(edges.len(), 6);
        for edge in &edges {
            let back = edges
                .iter()
                .find(|e| (e.from, e.to) == (edge.to, edge.from))
                .unwrap();
            assert_eq!(edge.weight, back.weight);
            assert!(edge.weight > 0.0 && edge.weight <= 1.0);
        }
        // Each of these is the nearest neighbor of the other.
        assert_eq!(edges[0].weight, 1.0);
    }
}
