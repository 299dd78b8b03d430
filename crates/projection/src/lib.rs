//! Points of many dimensions on a map of two, near points near each other.
//!
//! [`Umap`] is uniform manifold approximation and projection (McInnes, Healy and Melville 2018,
//! arXiv:1802.03426), written from the paper; `docs/decisions/0009-a-umap-of-our-own.md` says why.
//! Neighbors are exact, so that time grows with the square of the points: seconds for thousands.
//! [`NeighborGraph::communities`] parts the points into groups (Leiden) over the same graph, and
//! [`principal_components`] are the dimensions that both are made in, where a table has too many.

mod communities;
mod components;
mod graph;
mod layout;
mod neighbors;
mod start;

use imputome_core::{Result, Run};
use ndarray::{Array2, ArrayView2};

pub use communities::Communities;
pub use components::principal_components;
pub use graph::NeighborGraph;

/// Fewest points that make a map; ours: below it, any picture is as good as another.
pub const FEWEST_POINTS: usize = 4;

/// How a map is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Umap {
    /// Points that make a neighborhood, the point itself included; all points where there are
    /// fewer. The default is that of umap-learn 0.5.
    pub neighbors: usize,
    /// Times that every edge is considered; the default is that of umap-learn 0.5 up to 10,000
    /// points.
    pub epochs: usize,
}

impl Default for Umap {
    fn default() -> Self {
        Self {
            neighbors: 15,
            epochs: 500,
        }
    }
}

impl Umap {
    /// A place for each point, shape `[points, 2]`, from `points` of shape
    /// `[points, dimensions]`. The same seed gives the same bytes for any number of threads.
    ///
    /// Refused: fewer than [`FEWEST_POINTS`], values that are not finite numbers, neighborhoods
    /// of one point.
    pub fn project(&self, points: ArrayView2<'_, f32>, run: &Run) -> Result<Array2<f32>> {
        let graph = NeighborGraph::new(points, self.neighbors, run)?;
        self.project_graph(&graph, points, run)
    }

    /// As [`Umap::project`], over a graph of the same points made before.
    pub fn project_graph(
        &self,
        graph: &NeighborGraph,
        points: ArrayView2<'_, f32>,
        run: &Run,
    ) -> Result<Array2<f32>> {
        assert_eq!(graph.points, points.nrows(), "a graph of these points");
        let start = start::start(points, &mut run.stream("projection/start"));
        let places = layout::Layout {
            edges: &graph.edges,
            epochs: self.epochs,
        }
        .from(start, run)?;
        // A map may be turned at will: its widest direction lies across.
        Ok(start::principal_plane(places).mapv(|place| place as f32))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three clouds of ten points in five dimensions.
    fn clouds() -> Array2<f32> {
        Array2::from_shape_fn((30, 5), |(row, column)| {
            let scatter = ((row * 31 + column * 17) % 13) as f32 / 13.0;
            if column == row / 10 {
                8.0 + scatter
            } else {
                scatter
            }
        })
    }

    fn squared(places: &Array2<f32>, a: usize, b: usize) -> f32 {
        let difference = &places.row(a) - &places.row(b);
        difference.dot(&difference)
    }

    #[test]
    fn clouds_apart_stay_apart() {
        let settings = Umap {
            neighbors: 8,
            epochs: 200,
        };
        let places = settings
            .project(clouds().view(), &Run::new(3, 2).unwrap())
            .unwrap();
        for point in 0..30 {
            let nearest = (0..30)
                .filter(|&other| other != point)
                .min_by(|&a, &b| squared(&places, point, a).total_cmp(&squared(&places, point, b)))
                .unwrap();
            assert_eq!(nearest / 10, point / 10);
        }
    }

    #[test]
    fn threads_change_nothing_and_the_seed_does() {
        let map = |seed, threads| {
            let run = Run::new(seed, threads).unwrap();
            Umap::default().project(clouds().view(), &run).unwrap()
        };
        assert_eq!(map(1, 1), map(1, 3));
        assert_ne!(map(1, 1), map(2, 1));
    }

    #[test]
    fn few_and_equal_points_have_places() {
        let run = Run::new(0, 1).unwrap();
        for points in [Array2::eye(4), Array2::ones((6, 3)), Array2::zeros((5, 1))] {
            let places = Umap::default().project(points.view(), &run).unwrap();
            assert!(places.iter().all(|place| place.is_finite()));
        }
    }

    #[test]
    fn what_makes_no_map_is_refused() {
        let run = Run::new(0, 1).unwrap();
        let refusal = |settings: Umap, points: Array2<f32>| {
            settings
                .project(points.view(), &run)
                .unwrap_err()
                .to_string()
        };
        assert!(refusal(Umap::default(), Array2::eye(3)).contains("at least 4 points, found 3"));
        let broken = Array2::from_elem((5, 2), f32::NAN);
        assert!(refusal(Umap::default(), broken).contains("finite"));
        let lonely = Umap {
            neighbors: 1,
            ..Umap::default()
        };
        assert!(refusal(lonely, Array2::eye(5)).contains("neighbors must be at least 2"));
    }
}
