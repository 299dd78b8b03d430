//! Activations and their derivatives.

use crate::spec::Activation;

impl Activation {
    /// Replaces every `z` by the activation of `z`.
    pub(crate) fn apply(self, values: &mut [f32]) {
        match self {
            Self::Linear => {}
            Self::Relu => values.iter_mut().for_each(|z| *z = z.max(0.0)),
            Self::Sigmoid => values.iter_mut().for_each(|z| *z = sigmoid(*z)),
            Self::Softplus => values.iter_mut().for_each(|z| *z = softplus(*z)),
            Self::Tanh => values.iter_mut().for_each(|z| *z = z.tanh()),
            Self::Exp => values.iter_mut().for_each(|z| *z = z.exp()),
        }
    }

    /// Multiplies the gradient by the derivative, which every activation here gives from its own value.
    pub(crate) fn backward(self, activated: &[f32], gradient: &mut [f32]) {
        let pairs = gradient.iter_mut().zip(activated);
        match self {
            Self::Linear => {}
            Self::Relu => pairs.for_each(|(g, &y)| *g = if y > 0.0 { *g } else { 0.0 }),
            Self::Sigmoid => pairs.for_each(|(g, &y)| *g *= y * (1.0 - y)),
            // With y = ln(1 + exp(z)), the derivative 1 / (1 + exp(-z)) is 1 - exp(-y).
            Self::Softplus => pairs.for_each(|(g, &y)| *g *= -(-y).exp_m1()),
            Self::Tanh => pairs.for_each(|(g, &y)| *g *= 1.0 - y * y),
            Self::Exp => pairs.for_each(|(g, &y)| *g *= y),
        }
    }
}

/// `1 / (1 + exp(-z))`, without overflow at either end.
pub(crate) fn sigmoid(z: f32) -> f32 {
    let power = (-z.abs()).exp();
    if z >= 0.0 {
        1.0 / (1.0 + power)
    } else {
        power / (1.0 + power)
    }
}

/// `ln(1 + exp(z))`, without overflow at either end.
fn softplus(z: f32) -> f32 {
    z.max(0.0) + (-z.abs()).exp().ln_1p()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_activation_overflows_where_its_value_is_finite() {
        let mut values = [-200.0, 200.0];
        Activation::Sigmoid.apply(&mut values);
        assert_eq!(values, [0.0, 1.0]);
        let mut values = [-200.0, 200.0];
        Activation::Softplus.apply(&mut values);
        assert_eq!(values, [0.0, 200.0]);
    }
}
