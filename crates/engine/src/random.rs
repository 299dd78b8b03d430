//! Random numbers that depend on where they are used, never on when: Philox4x32-10.
//!
//! Source: Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3" (2011). A number is a
//! function of (seed, stream, step, sample, unit), so any thread may draw any of them in any order.
//!
//! Every engine draws dropout alike: layer number `n` (from 0; branch after branch, its blocks, then its heads) keeps
//! unit `u` of sample `s` at step `t` where the uniform number of stream `ENGINE_STREAMS + n` at (`t`, `s`, `u`) is
//! not below the rate.

/// First stream that the engine keeps for itself (initial weights and dropout); other users stay below.
pub const ENGINE_STREAMS: u32 = 0x8000_0000;

/// Multipliers and key increments of Philox4x32 (Salmon et al. 2011, section 4 and Random123).
const MULTIPLIERS: [u32; 2] = [0xD251_1F53, 0xCD9E_8D57];
const KEY_INCREMENTS: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];

/// Rounds over a counter (Salmon et al. 2011, table 2: the fewest that are safe by a margin).
const ROUNDS: usize = 10;

/// Counters that go through the rounds side by side, as many as fill a register of AVX2; ours.
const BLOCKS: usize = 8;

/// One of 2³² independent sources of random numbers of a seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stream {
    seed: u64,
    stream: u32,
}

impl Stream {
    /// Stream number `stream` of `seed`.
    pub fn new(seed: u64, stream: u32) -> Self {
        Self { seed, stream }
    }

    /// Seed and number, for engines that draw elsewhere.
    #[cfg(feature = "cuda")]
    pub(crate) fn parts(self) -> (u64, u32) {
        (self.seed, self.stream)
    }

    /// Uniform numbers in `[0, 1)`, multiples of 2⁻²⁴; the number at position `unit` of `numbers` depends on the
    /// stream, `step`, `sample` and `unit` only.
    pub fn fill_uniform(&self, step: u32, sample: u32, numbers: &mut [f32]) {
        self.fill_uniform_from(0, step, sample, numbers);
    }

    /// The same for units from `start`, a multiple of 4, on.
    pub(crate) fn fill_uniform_from(
        &self,
        start: usize,
        step: u32,
        sample: u32,
        numbers: &mut [f32],
    ) {
        // Compiled for the instructions found at run time.
        pulp::Arch::new().dispatch(|| self.fill_blocks(start as u32 / 4, step, sample, numbers));
    }

    #[inline(always)]
    fn fill_blocks(&self, first: u32, step: u32, sample: u32, numbers: &mut [f32]) {
        let starts = (first..).step_by(BLOCKS);
        for (block, numbers) in starts.zip(numbers.chunks_mut(4 * BLOCKS)) {
            let words = self.words(step, sample, block);
            for (block, numbers) in numbers.chunks_mut(4).enumerate() {
                for (word, number) in words.iter().zip(numbers) {
                    *number = unit_interval(word[block]);
                }
            }
        }
    }

    /// The words of [`bits`](Self::bits) for some blocks from `block` on, word by word, side by side.
    #[inline(always)]
    fn words(&self, step: u32, sample: u32, block: u32) -> [[u32; BLOCKS]; 4] {
        let mut blocks = [0; BLOCKS];
        for (number, counter) in (0..).zip(&mut blocks) {
            *counter = block.wrapping_add(number);
        }
        let mut counter = [
            blocks,
            [sample; BLOCKS],
            [step; BLOCKS],
            [self.stream; BLOCKS],
        ];
        let mut key = [self.seed as u32, (self.seed >> 32) as u32];
        for _ in 0..ROUNDS {
            let [low0, high0] = wide_products(MULTIPLIERS[0], counter[0]);
            let [low1, high1] = wide_products(MULTIPLIERS[1], counter[2]);
            let mut next = [[0; BLOCKS], low1, [0; BLOCKS], low0];
            for n in 0..BLOCKS {
                next[0][n] = high1[n] ^ counter[1][n] ^ key[0];
                next[2][n] = high0[n] ^ counter[3][n] ^ key[1];
            }
            counter = next;
            key = next_key(key);
        }
        counter
    }

    /// Normal numbers of mean 0 and variance 1, by the transform of Box and Muller (1958); position as in
    /// [`fill_uniform`](Self::fill_uniform).
    pub fn fill_normal(&self, step: u32, sample: u32, numbers: &mut [f32]) {
        for (block, numbers) in (0..).zip(numbers.chunks_mut(4)) {
            let [a, b, c, d] = self.bits(step, sample, block);
            let normals = [normal_pair(a, b), normal_pair(c, d)];
            numbers
                .iter_mut()
                .zip(normals.as_flattened())
                .for_each(|(number, &normal)| *number = normal);
        }
    }

    /// The 32-bit words of units `4 * block` to `4 * block + 3`.
    pub fn bits(&self, step: u32, sample: u32, block: u32) -> [u32; 4] {
        philox4x32(
            [block, sample, step, self.stream],
            [self.seed as u32, (self.seed >> 32) as u32],
        )
    }
}

/// Ten rounds of Philox4x32 over a counter.
fn philox4x32(counter: [u32; 4], key: [u32; 2]) -> [u32; 4] {
    let (mut counter, mut key) = (counter, key);
    for _ in 0..ROUNDS {
        let [low0, high0] = wide_product(MULTIPLIERS[0], counter[0]);
        let [low1, high1] = wide_product(MULTIPLIERS[1], counter[2]);
        counter = [
            high1 ^ counter[1] ^ key[0],
            low1,
            high0 ^ counter[3] ^ key[1],
            low0,
        ];
        key = next_key(key);
    }
    counter
}

#[inline(always)]
fn next_key(key: [u32; 2]) -> [u32; 2] {
    [
        key[0].wrapping_add(KEY_INCREMENTS[0]),
        key[1].wrapping_add(KEY_INCREMENTS[1]),
    ]
}

/// Low and high halves of the products of one number with several.
#[inline(always)]
fn wide_products(a: u32, b: [u32; BLOCKS]) -> [[u32; BLOCKS]; 2] {
    let mut halves = [[0; BLOCKS]; 2];
    for n in 0..BLOCKS {
        [halves[0][n], halves[1][n]] = wide_product(a, b[n]);
    }
    halves
}

/// Low and high half of a product.
#[inline(always)]
fn wide_product(a: u32, b: u32) -> [u32; 2] {
    let product = u64::from(a) * u64::from(b);
    [product as u32, (product >> 32) as u32]
}

/// The upper 24 bits, all that an f32 below 1 can hold.
#[inline(always)]
fn unit_interval(bits: u32) -> f32 {
    (bits >> 8) as f32 / 16_777_216.0
}

fn normal_pair(radius: u32, angle: u32) -> [f32; 2] {
    // 1 - u lies in (0, 1], where the logarithm is finite.
    let radius = (-2.0 * f64::from(1.0 - unit_interval(radius)).ln()).sqrt();
    let (sine, cosine) = (std::f64::consts::TAU * f64::from(unit_interval(angle))).sin_cos();
    [(radius * cosine) as f32, (radius * sine) as f32]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn philox_gives_the_published_numbers() {
        // Random123 1.14, kat_vectors, lines "philox4x32 10".
        let known = [
            (
                [0; 4],
                [0; 2],
                [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8],
            ),
            (
                [u32::MAX; 4],
                [u32::MAX; 2],
                [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd],
            ),
            (
                [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344],
                [0xa409_3822, 0x299f_31d0],
                [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1],
            ),
        ];
        for (counter, key, numbers) in known {
            assert_eq!(philox4x32(counter, key), numbers);
        }
    }

    #[test]
    fn uniform_numbers_have_the_moments_of_the_unit_interval() {
        let mut numbers = vec![0.0; 100_000];
        Stream::new(1, 2).fill_uniform(3, 4, &mut numbers);
        assert!(numbers.iter().all(|number| (0.0..1.0).contains(number)));
        let (mean, variance) = moments(&numbers);
        // Five standard errors: sqrt(1/12/n) is 9e-4; that of the variance, sqrt(1/180/n), 2.4e-4.
        assert!((mean - 0.5).abs() < 5e-3, "{mean}");
        assert!((variance - 1.0 / 12.0).abs() < 1.2e-3, "{variance}");
    }

    #[test]
    fn normal_numbers_have_mean_zero_and_variance_one() {
        let mut numbers = vec![0.0; 100_000];
        Stream::new(1, 2).fill_normal(3, 4, &mut numbers);
        let (mean, variance) = moments(&numbers);
        // Five standard errors: 1/sqrt(n) is 3.2e-3; that of the variance, sqrt(2/n), 4.5e-3.
        assert!(mean.abs() < 1.6e-2, "{mean}");
        assert!((variance - 1.0).abs() < 2.3e-2, "{variance}");
    }

    #[test]
    fn a_number_does_not_depend_on_how_many_are_drawn() {
        let (mut few, mut many) = ([0.0; 3], [0.0; 9]);
        Stream::new(7, 0).fill_uniform(1, 1, &mut few);
        Stream::new(7, 0).fill_uniform(1, 1, &mut many);
        assert_eq!(few, many[..3]);
    }

    #[test]
    fn numbers_drawn_side_by_side_are_those_of_their_blocks() {
        let stream = Stream::new(0xDEAD_BEEF_0123, 7);
        for start in [0, 4, 60] {
            let mut numbers = [0.0; 75];
            stream.fill_uniform_from(start, 3, 9, &mut numbers);
            for (unit, number) in (start..).zip(numbers) {
                let bits = stream.bits(3, 9, unit as u32 / 4)[unit % 4];
                assert_eq!(number, unit_interval(bits));
            }
        }
    }

    #[test]
    fn every_coordinate_changes_the_numbers() {
        let draw =
            |seed, stream, step, sample, block| Stream::new(seed, stream).bits(step, sample, block);
        let first = draw(0, 0, 0, 0, 0);
        let others = [
            draw(1 << 32, 0, 0, 0, 0),
            draw(1, 0, 0, 0, 0),
            draw(0, 1, 0, 0, 0),
            draw(0, 0, 1, 0, 0),
            draw(0, 0, 0, 1, 0),
        ];
        assert!(others.iter().all(|other| *other != first) && draw(0, 0, 0, 0, 1) != first);
    }

    fn moments(numbers: &[f32]) -> (f64, f64) {
        let n = numbers.len() as f64;
        let mean = numbers.iter().map(|&x| f64::from(x)).sum::<f64>() / n;
        (
            mean,
            numbers
                .iter()
                .map(|&x| (f64::from(x) - mean).powi(2))
                .sum::<f64>()
                / n,
        )
    }
}
