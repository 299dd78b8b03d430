//! Values as the number of the bin they fall into.

/// Where one column is cut: a value's bin is the number of cuts below it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bins {
    /// Ascending, all different, at most 255.
    cuts: Vec<f32>,
}

impl Bins {
    /// At most `bins` bins (up to 256) with about as many of `values` in each; equal values
    /// share a bin. With no more different values than bins, each has a bin of its own.
    pub fn learn(mut values: Vec<f32>, bins: usize) -> Self {
        values.sort_unstable_by(f32::total_cmp);
        let bins = bins.clamp(1, 256);
        let mut different = values.clone();
        different.dedup();
        let mut cuts: Vec<f32> = if different.len() <= bins {
            different
                .windows(2)
                .map(|pair| between(pair[0], pair[1]))
                .collect()
        } else {
            (1..bins)
                .filter_map(|bin| {
                    let at = bin * values.len() / bins;
                    (at > 0 && values[at - 1] < values[at])
                        .then(|| between(values[at - 1], values[at]))
                })
                .collect()
        };
        cuts.dedup();
        Self { cuts }
    }

    /// Cuts as stored. Nothing unless they ascend and are at most 255.
    pub fn from_cuts(cuts: Vec<f32>) -> Option<Self> {
        let ascend = cuts.windows(2).all(|pair| pair[0] < pair[1]);
        (ascend && cuts.len() < 256).then_some(Self { cuts })
    }

    /// The bin of a value.
    pub fn bin(&self, value: f32) -> u8 {
        // At most 255 cuts: the number fits.
        self.cuts.partition_point(|&cut| cut < value) as u8
    }

    /// The cuts, ascending.
    pub fn cuts(&self) -> &[f32] {
        &self.cuts
    }
}

/// The middle of two values, but never the upper one, so that it parts them.
fn between(lower: f32, upper: f32) -> f32 {
    let middle = lower + 0.5 * (upper - lower);
    if middle < upper { middle } else { lower }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_values_have_a_bin_each() {
        let bins = Bins::learn(vec![3.0, 1.0, 2.0, 1.0], 8);
        assert_eq!(bins.cuts(), [1.5, 2.5]);
        assert_eq!([0.0, 1.0, 2.0, 9.0].map(|v| bins.bin(v)), [0, 0, 1, 2]);
    }

    #[test]
    fn many_values_are_spread_evenly_over_the_bins() {
        let bins = Bins::learn((0..1000).map(|v| (v as f32).powi(2)).collect(), 10);
        let mut counts = [0; 10];
        for v in 0..1000 {
            counts[usize::from(bins.bin((v as f32).powi(2)))] += 1;
        }
        assert_eq!(counts, [100; 10]);
    }

    #[test]
    fn neighboring_floats_are_parted() {
        let upper = f32::from_bits(1.0_f32.to_bits() + 1);
        let bins = Bins::learn(vec![1.0, upper], 4);
        assert_eq!((bins.bin(1.0), bins.bin(upper)), (0, 1));
    }
}
