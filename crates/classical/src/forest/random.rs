//! Random numbers by counting.

/// A stream of random numbers that depends on its key alone: SplitMix64 (Steele, Lea and Flood
/// 2014, doi:10.1145/2660193.2660195), a counter passed through a mixing function.
#[derive(Clone, Debug)]
pub struct Counter(u64);

/// The odd number nearest to 2⁶⁴ over the golden ratio; the source's increment.
const INCREMENT: u64 = 0x9e37_79b9_7f4a_7c15;

impl Counter {
    /// The stream of `key` and the numbers that tell this use of it from others.
    pub fn new(key: u64, place: &[u64]) -> Self {
        Self(
            place
                .iter()
                .fold(mix(key), |state, &part| mix(state ^ mix(part + 1))),
        )
    }

    /// A whole number below `end`, which must be above 0.
    pub fn below(&mut self, end: usize) -> usize {
        // The high half of a product (Lemire 2019); its bias, end / 2⁶⁴, is beyond measuring.
        ((u128::from(self.next()) * end as u128) >> 64) as usize
    }

    /// A number of at least 0 and below 1.
    pub fn share(&mut self) -> f64 {
        // 53 bits fill the mantissa.
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A key for streams of its own.
    pub fn key(mut self) -> u64 {
        self.next()
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(INCREMENT);
        mix(self.0)
    }
}

/// The finalizer of the source.
fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_below_an_end_are_all_met_equally_often() {
        let mut random = Counter::new(7, &[1, 2]);
        let mut counts = [0_u32; 6];
        for _ in 0..60_000 {
            counts[random.below(6)] += 1;
        }
        // Four standard deviations of a binomial count with mean 10,000.
        assert!(
            counts.iter().all(|&n| n.abs_diff(10_000) < 366),
            "{counts:?}"
        );
    }

    #[test]
    fn streams_of_other_places_differ() {
        let first = |place: &[u64]| Counter::new(7, place).next();
        assert_eq!(first(&[1, 2]), first(&[1, 2]));
        assert_ne!(first(&[1, 2]), first(&[2, 1]));
        assert_ne!(first(&[1, 2]), first(&[1, 3]));
    }
}
