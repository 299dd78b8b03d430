//! Activations and their derivatives.

use super::exponential::{exp, exp_m1_below_zero, ln_1p_of_share};
use crate::spec::Activation;

impl Activation {
    /// Replaces every `z` by the activation of `z`.
    pub fn apply(self, values: &mut [f32]) {
        // Compiled for the instructions found at run time.
        pulp::Arch::new().dispatch(|| self.apply_inlined(values));
    }

    #[inline(always)]
    fn apply_inlined(self, values: &mut [f32]) {
        match self {
            Self::Linear => {}
            Self::Relu => values.iter_mut().for_each(|z| *z = z.max(0.0)),
            Self::Sigmoid => values.iter_mut().for_each(|z| *z = sigmoid(*z)),
            Self::Softplus => values.iter_mut().for_each(|z| *z = softplus(*z)),
            Self::Tanh => values.iter_mut().for_each(|z| *z = tanh(*z)),
            Self::Exp => values.iter_mut().for_each(|z| *z = exp(*z)),
        }
    }

    /// Multiplies the gradient by the derivative, which every activation here gives from its own value.
    pub(crate) fn backward(self, activated: &[f32], gradient: &mut [f32]) {
        pulp::Arch::new().dispatch(|| self.backward_inlined(activated, gradient));
    }

    #[inline(always)]
    fn backward_inlined(self, activated: &[f32], gradient: &mut [f32]) {
        let pairs = gradient.iter_mut().zip(activated);
        match self {
            Self::Linear => {}
            Self::Relu => pairs.for_each(|(g, &y)| *g = if y > 0.0 { *g } else { 0.0 }),
            Self::Sigmoid => pairs.for_each(|(g, &y)| *g *= y * (1.0 - y)),
            // With y = ln(1 + exp(z)), the derivative 1 / (1 + exp(-z)) is 1 - exp(-y).
            Self::Softplus => pairs.for_each(|(g, &y)| *g *= -exp_m1_below_zero(-y)),
            Self::Tanh => pairs.for_each(|(g, &y)| *g *= 1.0 - y * y),
            Self::Exp => pairs.for_each(|(g, &y)| *g *= y),
        }
    }
}

/// `1 / (1 + exp(-z))`, without overflow at either end.
#[inline(always)]
pub(crate) fn sigmoid(z: f32) -> f32 {
    let power = exp(-z.abs());
    let larger = 1.0 / (1.0 + power);
    if z >= 0.0 { larger } else { power * larger }
}

/// `ln(1 + exp(z))`, without overflow at either end.
#[inline(always)]
fn softplus(z: f32) -> f32 {
    z.max(0.0) + ln_1p_of_share(exp(-z.abs()))
}

/// `(1 - exp(-2z)) / (1 + exp(-2z))`, exact to the last bits near 0.
#[inline(always)]
fn tanh(z: f32) -> f32 {
    let less_one = exp_m1_below_zero(-2.0 * z.abs());
    (-less_one / (2.0 + less_one)).copysign(z)
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
