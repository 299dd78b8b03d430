//! Numbers that any program can make again: a hash of a name and a position, so that peers start alike.

use imputome_engine::Weights;

/// Uniform numbers in `[0, 1)`, multiples of 2⁻²⁴, one for each position of what `name` stands for.
pub(crate) fn uniform(name: &str) -> impl Fn(usize) -> f32 {
    let salt = name_hash(name);
    move |position| {
        let mixed = mix((position as u32).wrapping_mul(0x9E37_79B9) ^ salt);
        (mixed >> 8) as f32 / 16_777_216.0
    }
}

/// FNV-1a over the bytes of the name.
fn name_hash(name: &str) -> u32 {
    name.bytes().fold(0x811C_9DC5, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}

/// Integer hash of C. Wellons, "Prospecting for hash functions" (2018), `lowbias32`.
fn mix(mut bits: u32) -> u32 {
    bits ^= bits >> 16;
    bits = bits.wrapping_mul(0x7FEB_352D);
    bits ^= bits >> 15;
    bits = bits.wrapping_mul(0x846C_A68B);
    bits ^ (bits >> 16)
}

/// Kernels uniform within the limit of Glorot and Bengio (2010), embeddings within 0.05; the rest as built.
pub(crate) fn set_weights(weights: &mut Weights) {
    for (name, tensor) in weights {
        let limit = match tensor.shape[..] {
            [inputs, outputs] if name.ends_with(".kernel") => {
                (6.0 / (inputs + outputs) as f64).sqrt() as f32
            }
            [_, _] => 0.05,
            _ => continue,
        };
        let uniform = uniform(name);
        for (position, value) in tensor.data.iter_mut().enumerate() {
            *value = (2.0 * uniform(position) - 1.0) * limit;
        }
    }
}
