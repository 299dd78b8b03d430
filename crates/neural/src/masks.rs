//! Pseudo-masks: which measured entries the network is shown, and which it must tell.

use imputome_engine::random::Stream;

/// Streams of the seed of a fit; one for shares, one for entries.
const SHARES: u32 = 0;
const ENTRIES: u32 = 1;

/// Draws pseudo-masks by equation 2: b ~ Bernoulli(p), p ~ U(alpha, beta) for each sample.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PseudoMasks {
    shares: Stream,
    entries: Stream,
    alpha: f32,
    beta: f32,
}

impl PseudoMasks {
    /// Masks that show each sample a share between `alpha` and `beta` of its measured entries.
    pub(crate) fn new(seed: u64, alpha: f64, beta: f64) -> Self {
        Self {
            shares: Stream::new(seed, SHARES),
            entries: Stream::new(seed, ENTRIES),
            alpha: alpha as f32,
            beta: beta as f32,
        }
    }

    /// The share p of a sample at a step.
    pub(crate) fn share(&self, step: u32, sample: u32) -> f32 {
        let mut draw = [0.0];
        self.shares.fill_uniform(step, sample, &mut draw);
        self.alpha + (self.beta - self.alpha) * draw[0]
    }

    /// Splits one sample's measured entries by equations 2 and 3: writes 1 into `shown` where the
    /// network sees the entry and into `hidden` where it must tell it.
    pub(crate) fn draw(&self, at: Draw, measured: &[f32], shown: &mut [f32], hidden: &mut [f32]) {
        let share = self.share(at.step, at.sample);
        self.entries.fill_uniform(at.step, at.sample, shown);
        for ((shown, hidden), &measured) in shown.iter_mut().zip(hidden).zip(measured) {
            let kept = if *shown < share { 1.0 } else { 0.0 };
            *shown = measured * kept;
            *hidden = measured * (1.0 - kept);
        }
    }
}

/// The place of a draw: the same place gives the same mask.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Draw {
    /// Step of the training.
    pub(crate) step: u32,
    /// Row of the sample in the table.
    pub(crate) sample: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    const GENES: usize = 400;

    fn draw(masks: &PseudoMasks, step: u32, sample: u32, measured: &[f32]) -> (Vec<f32>, Vec<f32>) {
        let (mut shown, mut hidden) = (vec![9.0; GENES], vec![9.0; GENES]);
        masks.draw(Draw { step, sample }, measured, &mut shown, &mut hidden);
        (shown, hidden)
    }

    #[test]
    fn shares_shown_span_alpha_to_beta() {
        let masks = PseudoMasks::new(3, 0.2, 0.7);
        let shares: Vec<f64> = (0..300)
            .map(|sample| {
                let (shown, _) = draw(&masks, 0, sample, &[1.0; GENES]);
                f64::from(shown.iter().sum::<f32>()) / GENES as f64
            })
            .collect();
        let (low, high) = shares
            .iter()
            .fold((1.0_f64, 0.0_f64), |(l, h), &s| (l.min(s), h.max(s)));
        // A share of 400 draws has a standard deviation of at most 0.025; four of them.
        assert!((0.1..0.25).contains(&low), "{low}");
        assert!((0.65..0.8).contains(&high), "{high}");
        let mean = shares.iter().sum::<f64>() / 300.0;
        // U(0.2, 0.7) has standard deviation 0.144, its mean over 300 draws 0.0083; four of them.
        assert!((mean - 0.45).abs() < 0.034, "{mean}");
    }

    #[test]
    fn equal_alpha_and_beta_fix_the_share() {
        let masks = PseudoMasks::new(3, 0.5, 0.5);
        assert!((0..50).all(|sample| masks.share(7, sample) == 0.5));
    }

    #[test]
    fn a_gap_is_neither_shown_nor_asked_for() {
        let measured: Vec<f32> = (0..GENES).map(|g| (g % 3 != 0) as u8 as f32).collect();
        let (shown, hidden) = draw(&PseudoMasks::new(3, 0.1, 0.9), 0, 0, &measured);
        for ((shown, hidden), measured) in shown.iter().zip(hidden).zip(measured) {
            assert_eq!(shown + hidden, measured);
        }
    }

    #[test]
    fn masks_change_with_step_and_sample_and_repeat_by_place() {
        let masks = PseudoMasks::new(3, 0.5, 0.5);
        let at = |step, sample| draw(&masks, step, sample, &[1.0; GENES]).0;
        assert_eq!(at(4, 2), at(4, 2));
        assert_ne!(at(4, 2), at(5, 2));
        assert_ne!(at(4, 2), at(4, 3));
    }
}
