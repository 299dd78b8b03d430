//! Networks with what they need to read a table, as a model file carries them.

use imputome_core::{Error, Result, Weights};
use imputome_engine::Weights as EngineWeights;

use super::scales::Scales;
use crate::training::{Moments, checkpoint};

/// Trained networks and the names and scales that they belong to.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    /// Features of the companion, in order.
    pub(super) features: Vec<String>,
    /// Genes, in order.
    pub(super) genes: Vec<String>,
    /// How both reach the networks.
    pub(super) scales: Scales,
    /// Weights of each network; at least one.
    pub(super) networks: Vec<EngineWeights>,
    /// Moments of each network, where they were kept.
    pub(super) moments: Vec<Option<Moments>>,
}

impl Stored {
    /// As named tensors and facts.
    pub(super) fn weights(&self) -> Weights {
        let all = Weights::new()
            .with_fact("genes", &self.genes)
            .with_fact("features", &self.features)
            .with_fact("networks", &self.networks.len())
            .nested("scales", self.scales.weights());
        let networks = self.networks.iter().zip(&self.moments).enumerate();
        networks.fold(all, |all, (n, (network, moments))| {
            let all = all.nested(&format!("network{n}"), checkpoint::from_engine(network));
            match moments {
                None => all,
                Some(moments) => all.nested(&format!("moments{n}"), moments.weights()),
            }
        })
    }

    /// Back from [`Stored::weights`].
    pub(super) fn read(weights: &Weights) -> Result<Self> {
        let genes: Vec<String> = weights.fact("genes")?;
        let features: Vec<String> = weights.fact("features")?;
        let networks: usize = weights.fact("networks")?;
        // As many as the settings allow; a hostile file asks for more.
        if !(1..=100).contains(&networks) {
            let problem = format!("it claims {networks} networks, expected 1 to 100");
            return Err(Error::Weights(problem));
        }
        let network = |n: usize| checkpoint::to_engine(&weights.under(&format!("network{n}")));
        let moments = |n: usize| Moments::restore(&weights.under(&format!("moments{n}")));
        Ok(Self {
            scales: Scales::restore(&weights.under("scales"), features.len(), genes.len())?,
            networks: (0..networks).map(network).collect(),
            moments: (0..networks).map(moments).collect::<Result<_>>()?,
            features,
            genes,
        })
    }
}
