//! The two networks of equation 14.

use imputome_core::{CovariateEncoder, Result, Run};
use imputome_engine::{Model, Spec};

use super::game::Game;
use crate::network;
use crate::training::{engine, refused};

/// The generator: noise, visible values, covariates, mask.
pub(super) fn generator(game: &Game, genes: usize, encoder: &CovariateEncoder) -> Spec {
    network::spec(
        (&["noise", "values"], "mask"),
        genes,
        encoder,
        game.layers(),
    )
}

/// The discriminator: completed values, covariates, hint. It gives logits.
pub(super) fn discriminator(game: &Game, genes: usize, encoder: &CovariateEncoder) -> Spec {
    network::spec((&["values"], "hint"), genes, encoder, game.layers())
}

/// A network with fresh weights; `name` tells its random draws from others.
pub(super) fn build(game: &Game, spec: &Spec, name: &str, run: &Run) -> Result<Box<dyn Model>> {
    let seed = run.derived_seed(&format!("{}/{name}", game.method()));
    engine(run)?.build(spec, game.adam(), seed).map_err(refused)
}
