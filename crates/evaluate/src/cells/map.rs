//! Cells on a map and in groups.

use imputome_core::{Counts, Result, Run};
use imputome_projection::{Communities, NeighborGraph, Umap, principal_components};
use ndarray::{Array2, ArrayView2};

use super::{Recipe, VaryingGenes};

/// How cells are mapped and grouped; numbers are Scanpy's, as in the DeepImpute paper.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CellMapSettings {
    /// From counts to the table compared.
    pub recipe: Recipe,
    /// Principal components.
    pub components: usize,
    /// Cells that make a neighborhood, the cell itself included.
    pub neighbors: usize,
    /// The higher, the more groups.
    pub resolution: f64,
}

impl Default for CellMapSettings {
    fn default() -> Self {
        Self {
            recipe: Recipe::default(),
            components: 50,
            neighbors: 15,
            resolution: 1.0,
        }
    }
}

/// Cells on a map and in groups.
#[derive(Clone, Debug)]
pub struct CellMap {
    /// Genes that varied enough to compare cells by.
    pub genes: Vec<usize>,
    /// Principal components, shape `[cells, components]`.
    pub components: Array2<f32>,
    /// Place of each cell, shape `[cells, 2]`.
    pub places: Array2<f32>,
    /// Groups of cells.
    pub groups: Communities,
}

/// Normalizes, keeps the genes that vary, and maps and groups the cells over one graph of
/// neighbors. `counts` has shape `[cells, genes]`, not below 0.
///
/// Refused: fewer than four cells, a table in which no gene varies.
pub fn cell_map(
    counts: ArrayView2<'_, f32>,
    settings: &CellMapSettings,
    run: &Run,
) -> Result<CellMap> {
    map_of(settings.recipe.apply(counts)?, settings, run)
}

/// As [`cell_map`], from a sparse table.
///
/// Memory is that of the table, and of the genes that vary with their zeros.
pub fn cell_map_sparse(counts: &Counts, settings: &CellMapSettings, run: &Run) -> Result<CellMap> {
    map_of(settings.recipe.apply_sparse(counts)?, settings, run)
}

fn map_of(varying: VaryingGenes, settings: &CellMapSettings, run: &Run) -> Result<CellMap> {
    let components = principal_components(varying.table.view(), settings.components, run)?;
    let graph = NeighborGraph::new(components.view(), settings.neighbors, run)?;
    let groups = graph.communities(settings.resolution, run)?;
    let umap = Umap {
        neighbors: settings.neighbors,
        ..Umap::default()
    };
    Ok(CellMap {
        genes: varying.genes,
        places: umap.project_graph(&graph, components.view(), run)?,
        components,
        groups,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::downstream::adjusted_rand_index;
    use rand::RngExt;

    #[test]
    fn kinds_of_cells_are_groups_and_stand_apart() {
        // Three kinds of 30 cells, each with ten genes of its own among a hundred of many levels.
        let kind = |c: usize| c / 30;
        let run = Run::new(4, 2).unwrap();
        let mut random = run.stream("cells of three kinds");
        let counts = Array2::from_shape_fn((90, 100), |(c, g)| {
            let level = (1 + g % 7) as f32 * if g % 10 == kind(c) { 6.0 } else { 1.0 };
            (level * random.random_range(0.5..2.0f32)).round()
        });
        let settings = CellMapSettings {
            recipe: Recipe {
                largest_mean: 20.0,
                ..Recipe::default()
            },
            resolution: 0.3,
            ..CellMapSettings::default()
        };
        let found = cell_map(counts.view(), &settings, &run).unwrap();
        let kinds: Vec<usize> = (0..90).map(kind).collect();
        assert_eq!(adjusted_rand_index(&found.groups.labels, &kinds), 1.0);
        assert_eq!(found.places.dim(), (90, 2));
    }
}
