//! Weights taken over from a model of another cohort (transfer learning).
//!
//! Section "Transfer learning" of the paper tunes all layers on the target. Features and genes are
//! matched by name; those new in the target start from nothing.

use std::collections::HashMap;

use imputome_core::{Error, Result, Weights};
use imputome_engine::{State, Tensor, Weights as EngineWeights};

use super::Tdimpute;
use super::network::{HIDDEN, OUTPUT, spec};
use super::scales::Scales;
use super::settings::Output;
use super::stored::Stored;
use crate::network::expect_weights;
use crate::training::Moments;

/// Closest that a share of the scale comes to 0 or 1 before its logit is taken; ours.
const EDGE: f32 = 1e-3;

/// A fitted model to go on from, over its own features and genes.
#[derive(Debug)]
pub(super) struct Start {
    stored: Stored,
}

/// Which feature and gene of the source stands for each one of the target.
struct Match {
    features: Vec<Option<usize>>,
    genes: Vec<Option<usize>>,
}

impl Start {
    /// From the weights of a fitted model with hidden layers as wide as `settings` say.
    pub(super) fn read(settings: &Tdimpute, weights: &Weights) -> Result<Self> {
        let stored = Stored::read(weights)?;
        let width = |network: &EngineWeights| {
            let bias = network.get(&format!("{HIDDEN}.bias"));
            bias.map_or(0, |bias| bias.data.len())
        };
        let found = stored.networks.first().map_or(0, width);
        if found != settings.hidden {
            return Err(Error::Weights(format!(
                "its networks have {found} hidden units, this fit asks for {}; set hidden={found}",
                settings.hidden
            )));
        }
        let spec = spec(settings, stored.features.len(), stored.genes.len());
        for (network, moments) in stored.networks.iter().zip(&stored.moments) {
            expect_weights(&spec, network)?;
            for tensors in moments.iter().flat_map(|m| [&m.first, &m.second]) {
                expect_same_shapes(network, tensors)?;
            }
        }
        Ok(Self { stored })
    }

    /// Scales of the source.
    pub(super) fn scales(&self) -> &Scales {
        &self.stored.scales
    }

    /// Weights and moments for network number `network` of the target, as a state that training
    /// starts from.
    pub(super) fn state(
        &self,
        settings: &Tdimpute,
        (features, genes): (&[String], &[String]),
        (scales, network): (&Scales, usize),
    ) -> State {
        let matched = Match {
            features: positions(&self.stored.features, features),
            genes: positions(&self.stored.genes, genes),
        };
        let source = network % self.stored.networks.len();
        let mut weights = matched.carried_over(&self.stored.networks[source]);
        let bias = weights.get_mut(&format!("{OUTPUT}.bias"));
        let biases = bias.map_or(&mut [][..], |bias| &mut bias.data);
        for (gene, bias) in biases.iter_mut().enumerate() {
            if matched.genes[gene].is_none() {
                *bias = bias_of_mean(settings, scales, gene);
            }
        }
        let moments = match settings.keep_moments {
            true => self.stored.moments[source].as_ref(),
            false => None,
        };
        matched.state(weights, moments, settings)
    }

    /// What was taken over, for the user.
    pub(super) fn remark(&self, features: &[String], genes: &[String]) -> String {
        let count =
            |known: &[String], wanted: &[String]| positions(known, wanted).iter().flatten().count();
        format!(
            "{} of {} features and {} of {} genes are those of the source; the others start from nothing",
            count(&self.stored.features, features),
            features.len(),
            count(&self.stored.genes, genes),
            genes.len()
        )
    }

    /// Refuses a target that shares nothing with the source.
    pub(super) fn expect_common(&self, features: &[String], genes: &[String]) -> Result<()> {
        let none = |known: &[String], wanted: &[String]| {
            positions(known, wanted).iter().all(Option::is_none)
        };
        for (what, known, wanted) in [
            ("feature", &self.stored.features, features),
            ("gene", &self.stored.genes, genes),
        ] {
            if none(known, wanted) {
                return Err(Error::Unusable(format!(
                    "{}: no {what} of this cohort is one of the source (here {:?} and others, \
                     there {:?}); name them alike",
                    super::NAME,
                    wanted.first().map_or("", String::as_str),
                    known.first().map_or("", String::as_str),
                )));
            }
        }
        Ok(())
    }
}

impl Match {
    /// Tensors of a network over the source as those of one over the target, zeros where nothing
    /// matches.
    fn carried_over(&self, source: &EngineWeights) -> EngineWeights {
        let mut target = source.clone();
        for (name, tensor) in &mut target {
            if *name == format!("{HIDDEN}.kernel") {
                *tensor = rows(tensor, &self.features);
            } else if name.starts_with(OUTPUT) {
                *tensor = columns(tensor, &self.genes);
            }
        }
        target
    }

    fn state(
        &self,
        weights: EngineWeights,
        moments: Option<&Moments>,
        settings: &Tdimpute,
    ) -> State {
        let zeros = |weights: &EngineWeights| -> EngineWeights {
            let zero = |(name, tensor): (&String, &Tensor)| {
                let data = vec![0.0; tensor.data.len()];
                let shape = tensor.shape.clone();
                (name.clone(), Tensor { shape, data })
            };
            weights.iter().map(zero).collect()
        };
        State {
            steps: 0,
            updates: moments.map_or(0, |moments| moments.updates),
            learning_rate: settings.learning_rate as f32,
            first_moments: match moments {
                Some(moments) => self.carried_over(&moments.first),
                None => zeros(&weights),
            },
            second_moments: match moments {
                Some(moments) => self.carried_over(&moments.second),
                None => zeros(&weights),
            },
            weights,
            gradients: EngineWeights::new(),
        }
    }
}

/// Refuses moments that are not those of a network.
fn expect_same_shapes(network: &EngineWeights, moments: &EngineWeights) -> Result<()> {
    let fits = |(name, tensor): (&String, &Tensor)| {
        let moments = moments.get(name);
        let same = |m: &Tensor| m.shape == tensor.shape && m.data.len() == tensor.data.len();
        moments.is_some_and(same)
    };
    match network.len() == moments.len() && network.iter().all(fits) {
        true => Ok(()),
        false => Err(Error::Weights(
            "its moments are not those of its networks".into(),
        )),
    }
}

/// The output unit of a gene that the source lacks says the gene's mean.
fn bias_of_mean(settings: &Tdimpute, scales: &Scales, gene: usize) -> f32 {
    let mean = scales.output_of_mean(gene);
    match settings.output {
        Output::Linear => mean,
        Output::Sigmoid => {
            let share = mean.clamp(EDGE, 1.0 - EDGE);
            (share / (1.0 - share)).ln()
        }
    }
}

fn positions(known: &[String], wanted: &[String]) -> Vec<Option<usize>> {
    let position: HashMap<&str, usize> = known.iter().map(String::as_str).zip(0..).collect();
    let find = |name: &String| position.get(name.as_str()).copied();
    wanted.iter().map(find).collect()
}

/// The given rows of a matrix, zeros where there is none.
fn rows(tensor: &Tensor, wanted: &[Option<usize>]) -> Tensor {
    let width = tensor.shape[1];
    let mut data = vec![0.0; wanted.len() * width];
    for (row, from) in data.chunks_exact_mut(width).zip(wanted) {
        if let Some(from) = from {
            row.copy_from_slice(&tensor.data[from * width..(from + 1) * width]);
        }
    }
    Tensor {
        shape: vec![wanted.len(), width],
        data,
    }
}

/// The given columns of a matrix or entries of a vector, zeros where there is none.
fn columns(tensor: &Tensor, wanted: &[Option<usize>]) -> Tensor {
    let mut shape = tensor.shape.clone();
    let width = shape.last().copied().unwrap_or(1);
    let mut data = Vec::with_capacity(tensor.data.len() / width * wanted.len());
    for row in tensor.data.chunks_exact(width) {
        data.extend(wanted.iter().map(|from| from.map_or(0.0, |from| row[from])));
    }
    shape.pop();
    shape.push(wanted.len());
    Tensor { shape, data }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_and_columns_follow_the_names_and_new_ones_are_zero() {
        let names = |all: &[&str]| all.iter().map(|name| name.to_string()).collect::<Vec<_>>();
        let found = positions(&names(&["a", "b"]), &names(&["b", "new", "a"]));
        assert_eq!(found, [Some(1), None, Some(0)]);
        let tensor = Tensor {
            shape: vec![2, 2],
            data: vec![1.0, 2.0, 3.0, 4.0],
        };
        assert_eq!(rows(&tensor, &found).data, [3.0, 4.0, 0.0, 0.0, 1.0, 2.0]);
        assert_eq!(
            columns(&tensor, &found).data,
            [2.0, 0.0, 1.0, 4.0, 0.0, 3.0]
        );
    }
}
