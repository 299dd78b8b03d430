//! The network of a group: one hidden layer.

use imputome_engine::{Activation, Dense, Input, Spec, Weights as EngineWeights};

use super::settings::{DeepImpute, Start};

/// Names of the tensors.
pub(super) const HIDDEN_KERNEL: &str = "main.block1.kernel";
pub(super) const HIDDEN_BIAS: &str = "main.block1.bias";
pub(super) const OUTPUT_KERNEL: &str = "main.head.output.kernel";
pub(super) const OUTPUT_BIAS: &str = "main.head.output.bias";

/// The network from predictors to targets (figure 1 of the paper).
pub(super) fn spec(settings: &DeepImpute, predictors: usize, targets: usize) -> Spec {
    let hidden = Dense::linear(settings.hidden)
        .activation(Activation::Relu)
        .dropout(settings.dropout as f32);
    let output = Dense::linear(targets).activation(Activation::Softplus);
    Spec::sequential(
        vec![Input::dense("predictors", predictors)],
        vec![hidden],
        output,
    )
}

/// Sets the output biases so that, with nothing else, estimates would be `means`, `[targets]`.
pub(super) fn start(settings: &DeepImpute, weights: &mut EngineWeights, means: &[f32]) {
    if settings.start == Start::Zero {
        return;
    }
    if let Some(bias) = weights.get_mut(OUTPUT_BIAS) {
        bias.data = means.iter().map(|&mean| softplus_inverse(mean)).collect();
    }
}

/// `z` of which `ln(1 + exp(z))` is `y`.
fn softplus_inverse(y: f32) -> f32 {
    // Means over non-zero entries are not below ln 2 in counts; scaled ones may be nearly 0.
    y.max(1e-3).exp_m1().ln()
}
