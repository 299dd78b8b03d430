//! The tensors of a network by name and shape, as its declaration gives them, and what stored ones must satisfy.

use std::collections::BTreeSet;

use crate::error::EngineError;
use crate::spec::{Branch, Dense, Input, Spec};
use crate::weights::{State, Tensor, Weights};

/// All tensors of a network.
#[derive(Debug)]
pub(crate) struct Layout {
    /// What training moves: tables of the embeddings, then branch after branch its blocks and heads.
    pub(crate) trainable: Vec<Place>,
    /// Running statistics of batch norm, in the same order.
    pub(crate) running: Vec<Place>,
}

/// Name and shape of a tensor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) name: String,
    pub(crate) shape: Vec<usize>,
    /// Whether it holds means of squares.
    squares: bool,
}

impl Layout {
    /// The tensors of a valid declaration.
    pub(crate) fn of(spec: &Spec) -> Self {
        let mut layout = Self {
            trainable: Vec::new(),
            running: Vec::new(),
        };
        for input in &spec.inputs {
            if let Input::Embedding { name, levels, dim } = input {
                let name = format!("input.{name}.table");
                layout.trainable.push(Place::new(name, vec![*levels, *dim]));
            }
        }
        for branch in &spec.branches {
            layout.add_branch(spec, branch);
        }
        layout
    }

    fn add_branch(&mut self, spec: &Spec, branch: &Branch) {
        let mut ins = crate::reads::Read::of_branch(spec, branch).1;
        for (number, block) in (1..).zip(&branch.blocks) {
            self.add_block(&format!("{}.block{number}", branch.name), ins, block);
            ins = block.width;
        }
        for head in &branch.heads {
            let name = format!("{}.head.{}", branch.name, head.name);
            self.add_block(&name, ins, &head.block);
        }
    }

    fn add_block(&mut self, name: &str, ins: usize, block: &Dense) {
        let place = |part: &str, shape| Place::new(format!("{name}.{part}"), shape);
        let vector = |part: &str| place(part, vec![block.width]);
        self.trainable
            .extend([place("kernel", vec![ins, block.width]), vector("bias")]);
        if block.norm.is_some() {
            self.trainable.extend([vector("scale"), vector("shift")]);
            let variance = Place {
                squares: true,
                ..vector("running_variance")
            };
            self.running.extend([vector("running_mean"), variance]);
        }
    }

    /// Refuses weights that are not those of this network.
    pub(crate) fn check_weights(&self, weights: &Weights) -> Result<(), EngineError> {
        self.all().try_for_each(|place| place.check(weights))?;
        let squares = self.running.iter().filter(|place| place.squares);
        for place in squares {
            refuse_negative(&place.name, &weights[&place.name])?;
        }
        refuse_unknown(weights, self.all())
    }

    /// Refuses a state that is not that of this network.
    pub(crate) fn check_state(&self, state: &State) -> Result<(), EngineError> {
        self.check_weights(&state.weights)?;
        self.check_trainable(&state.first_moments)?;
        self.check_trainable(&state.second_moments)?;
        let mut moments = state.second_moments.iter();
        moments.try_for_each(|(name, tensor)| refuse_negative(name, tensor))?;
        // A bias under batch norm never has a gradient.
        let held = |place: &&Place| state.gradients.contains_key(&place.name);
        let mut held = self.trainable.iter().filter(held);
        held.try_for_each(|place| place.check(&state.gradients))?;
        refuse_unknown(&state.gradients, self.trainable.iter())
    }

    fn check_trainable(&self, tensors: &Weights) -> Result<(), EngineError> {
        self.trainable
            .iter()
            .try_for_each(|place| place.check(tensors))?;
        refuse_unknown(tensors, self.trainable.iter())
    }

    fn all(&self) -> impl Iterator<Item = &Place> {
        self.trainable.iter().chain(&self.running)
    }
}

impl Place {
    fn new(name: String, shape: Vec<usize>) -> Self {
        Self {
            name,
            shape,
            squares: false,
        }
    }

    fn check(&self, weights: &Weights) -> Result<(), EngineError> {
        Tensor::checked(weights, &self.name, &self.shape).map(drop)
    }
}

fn refuse_unknown<'a>(
    tensors: &Weights,
    known: impl Iterator<Item = &'a Place>,
) -> Result<(), EngineError> {
    let known: BTreeSet<&str> = known.map(|place| place.name.as_str()).collect();
    match tensors.keys().find(|name| !known.contains(name.as_str())) {
        None => Ok(()),
        Some(name) => Err(EngineError::UnknownTensor { name: name.clone() }),
    }
}

/// Variances and second moments are means of squares; the root of a negative one would poison the weights.
fn refuse_negative(name: &str, tensor: &Tensor) -> Result<(), EngineError> {
    match tensor.data.iter().position(|&value| value < 0.0) {
        None => Ok(()),
        Some(position) => Err(EngineError::TensorValue {
            name: name.to_owned(),
            position,
            value: tensor.data[position],
            expected: "a value that is not negative",
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Adam, Engine, PortableEngine, Source};

    #[test]
    fn the_layout_is_that_of_a_network_built() {
        let inputs = vec![Input::dense("values", 6), Input::embedding("level", 3, 2)];
        let mut spec = Spec::sequential(
            inputs,
            vec![Dense::linear(4).normalized()],
            Dense::linear(2),
        );
        spec.branches[0].reads[0] = Source::Columns {
            input: "values".to_owned(),
            columns: vec![5, 1],
        };
        let engine = PortableEngine::new(1).expect("one thread");
        let model = engine.build(&spec, Adam::default(), 0).expect("a network");
        let layout = Layout::of(&spec);
        let places: std::collections::BTreeMap<_, _> = layout
            .all()
            .map(|place| (place.name.clone(), place.shape.clone()))
            .collect();
        let built = model.export().into_iter();
        assert_eq!(places, built.map(|(name, t)| (name, t.shape)).collect());
    }
}
