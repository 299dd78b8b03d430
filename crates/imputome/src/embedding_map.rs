//! What a network learned about tissues, on a map, and whether organ systems stand together
//! (figure 3 of the PMI paper).

use imputome_core::{Result, Run};
use imputome_evaluate::Agreement;
use imputome_evaluate::agreement::{PERMUTATIONS, agreement, nearest_neighbors};
use imputome_neural::Embedding;
use imputome_projection::Umap;
use ndarray::{Array2, ArrayView2};

use crate::OrganSystems;

/// The levels of a covariate on a map, as a network sees them.
#[derive(Clone, Debug, PartialEq)]
pub struct EmbeddingMap {
    /// What the network learned.
    pub embedding: Embedding,
    /// The organ system of each level, where it has one.
    pub systems: Vec<Option<String>>,
    /// A place for each level, shape `[levels, 2]`.
    pub places: Array2<f32>,
    /// The nearest other level of each, in the space of the embedding.
    pub nearest: Vec<usize>,
    /// Whether organ systems stand together in the space of the embedding; nothing when no two
    /// levels share a system.
    pub agreement: Option<Agreement>,
    /// The same on the map, which has lost something on the way.
    pub agreement_on_map: Option<Agreement>,
}

impl EmbeddingMap {
    /// The levels of `embedding` on a map by UMAP.
    ///
    /// Refused: fewer levels than a map needs ([`imputome_projection::FEWEST_POINTS`]).
    pub fn draw(embedding: Embedding, systems: &OrganSystems, run: &Run) -> Result<Self> {
        let places = Umap::default().project(embedding.vectors.view(), run)?;
        let levels = embedding.levels.iter();
        let systems: Vec<Option<String>> = levels
            .map(|level| systems.of(level).map(String::from))
            .collect();
        let groups: Vec<Option<&str>> = systems.iter().map(Option::as_deref).collect();
        let judge = |points: ArrayView2<'_, f32>| {
            let mut random = run.stream("embedding map/permutations");
            agreement(points, &groups, PERMUTATIONS, &mut random)
        };
        Ok(Self {
            nearest: nearest_neighbors(embedding.vectors.view())?,
            agreement: judge(embedding.vectors.view())?,
            agreement_on_map: judge(places.view())?,
            embedding,
            places,
            systems,
        })
    }
}
