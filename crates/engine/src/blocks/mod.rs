//! The arithmetic of the blocks, forward and backward, one file for each kind.

/// `1 / (1 + exp(-z))`, without overflow at either end.
pub(crate) fn sigmoid(z: f32) -> f32 {
    let power = (-z.abs()).exp();
    if z >= 0.0 {
        1.0 / (1.0 + power)
    } else {
        power / (1.0 + power)
    }
}
