//! The network of a group: one hidden layer.

use imputome_engine::{Activation, Dense, Input, Spec, Weights as EngineWeights};

use super::settings::{Beside, DeepImpute};

/// Names of the tensors.
pub(super) const HIDDEN_KERNEL: &str = "main.block1.kernel";
pub(super) const HIDDEN_BIAS: &str = "main.block1.bias";
pub(super) const OUTPUT_KERNEL: &str = "main.head.output.kernel";
pub(super) const OUTPUT_BIAS: &str = "main.head.output.bias";

/// The network from its inputs to its targets (figure 1 of the paper).
pub(super) fn spec(settings: &DeepImpute, inputs: usize, targets: usize) -> Spec {
    let hidden = Dense::linear(settings.hidden)
        .activation(Activation::Relu)
        .dropout(settings.dropout as f32);
    let output = Dense::linear(targets).activation(output(settings));
    Spec::sequential(vec![Input::dense("inputs", inputs)], vec![hidden], output)
}

/// Function of the outputs: estimates are not negative, what is left over may be.
pub(super) fn output(settings: &DeepImpute) -> Activation {
    match settings.beside {
        Beside::Nothing => Activation::Softplus,
        Beside::NonzeroMeans | Beside::Directions => Activation::Linear,
    }
}

/// Lets training start from what stands beside the network, where anything does.
pub(super) fn start(settings: &DeepImpute, weights: &mut EngineWeights) {
    if settings.beside == Beside::Nothing {
        return;
    }
    if let Some(kernel) = weights.get_mut(OUTPUT_KERNEL) {
        kernel.data.fill(0.0);
    }
}
