//! Groups of points that are joined to one another more than to others.

use imputome_core::{Error, Result, Run};
use leiden_rs::{GraphDataBuilder, Leiden, LeidenConfig, QualityType};

use crate::graph::NeighborGraph;

/// Points in groups.
#[derive(Clone, Debug, PartialEq)]
pub struct Communities {
    /// Group of each point, `[points]`, the largest group being 0, the next 1.
    pub labels: Vec<usize>,
    /// Weight of edges inside groups beyond what chance gives, as a share of all, at resolution 1
    /// (Newman and Girvan 2004, doi:10.1103/PhysRevE.69.026113); in `[-0.5, 1]`.
    pub modularity: f64,
}

impl NeighborGraph {
    /// Parts the points into groups by the Leiden algorithm (Traag, Waltman and van Eck 2019,
    /// doi:10.1038/s41598-019-41695-z) over modularity; the higher the resolution, which is above 0,
    /// the more groups. The same for the same seed.
    pub fn communities(&self, resolution: f64, run: &Run) -> Result<Communities> {
        if !(resolution > 0.0 && resolution.is_finite()) {
            return Err(Error::IllegalSetting {
                method: "leiden".into(),
                setting: "resolution".into(),
                rule: "above 0".into(),
                found: resolution.to_string(),
            });
        }
        let failed = |error: leiden_rs::LeidenError| Error::Unusable(format!("leiden: {error}"));
        let mut graph = GraphDataBuilder::new(self.points);
        for (from, to, weight) in self.edges() {
            graph.add_edge(from, to, weight).map_err(failed)?;
        }
        let graph = graph.build().map_err(failed)?;
        let settings = LeidenConfig::builder()
            .quality(QualityType::RBConfiguration)
            .resolution(resolution)
            .seed(run.derived_seed("projection/leiden"))
            .build();
        let found = Leiden::new(settings).run(&graph).map_err(failed)?;
        let labels = by_size(
            (0..self.points)
                .map(|point| found.partition.community_of(point))
                .collect(),
        );
        Ok(Communities {
            modularity: self.modularity(&labels),
            labels,
        })
    }

    /// Modularity of a grouping of the points at resolution 1.
    pub fn modularity(&self, labels: &[usize]) -> f64 {
        let groups = labels.iter().max().map_or(0, |last| last + 1);
        let (mut inside, mut degrees, mut all) = (0.0, vec![0.0; groups], 0.0);
        // Every edge stands in both directions.
        for edge in &self.edges {
            all += edge.weight;
            degrees[labels[edge.from]] += edge.weight;
            if labels[edge.from] == labels[edge.to] {
                inside += edge.weight;
            }
        }
        let squares: f64 = degrees.iter().map(|degree| (degree / all).powi(2)).sum();
        inside / all - squares
    }
}

/// The same groups, numbered from the largest; of equal ones the one that appears first.
fn by_size(labels: Vec<usize>) -> Vec<usize> {
    let groups = labels.iter().max().map_or(0, |last| last + 1);
    let mut sizes = vec![(0usize, usize::MAX); groups];
    for (point, &label) in labels.iter().enumerate() {
        sizes[label].0 += 1;
        sizes[label].1 = sizes[label].1.min(point);
    }
    let mut order: Vec<usize> = (0..groups).collect();
    order.sort_by_key(|&group| (std::cmp::Reverse(sizes[group].0), sizes[group].1));
    let mut place = vec![0; groups];
    for (new, &old) in order.iter().enumerate() {
        place[old] = new;
    }
    labels.iter().map(|&label| place[label]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array2;

    /// Clouds of 12, 8 and 10 points far apart.
    fn clouds() -> Array2<f32> {
        Array2::from_shape_fn((30, 4), |(row, column)| {
            let cloud = usize::from(row >= 12) + usize::from(row >= 20);
            let scatter = ((row * 31 + column * 17) % 13) as f32 / 13.0;
            scatter + if column == cloud { 9.0 } else { 0.0 }
        })
    }

    fn graph(run: &Run) -> NeighborGraph {
        NeighborGraph::new(clouds().view(), 6, run).unwrap()
    }

    #[test]
    fn clouds_are_groups_numbered_by_their_size() {
        let run = Run::new(1, 2).unwrap();
        let found = graph(&run).communities(0.3, &run).unwrap();
        let expected: Vec<usize> = [vec![0; 12], vec![2; 8], vec![1; 10]].concat();
        assert_eq!(found.labels, expected);
        assert!(found.modularity > 0.6);
    }

    #[test]
    fn a_higher_resolution_never_gives_fewer_groups_here() {
        let run = Run::new(1, 1).unwrap();
        let count = |resolution| {
            let labels = graph(&run).communities(resolution, &run).unwrap().labels;
            labels.iter().max().unwrap() + 1
        };
        assert!(count(0.3) < count(5.0));
        assert!(graph(&run).communities(0.0, &run).is_err());
    }

    #[test]
    fn one_group_has_no_modularity() {
        let run = Run::new(1, 1).unwrap();
        assert!(graph(&run).modularity(&[0; 30]).abs() < 1e-12);
    }
}
