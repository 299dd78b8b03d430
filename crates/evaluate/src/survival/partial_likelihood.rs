//! Cox's partial likelihood as a function of each sample's predictor, with its gradient and its
//! curvature; every model here is a way to choose the predictors.
//!
//! Cox 1972 (doi:10.1111/j.2517-6161.1972.tb00899.x); ties as [`Ties`](super::Ties) says. Each
//! quantity costs one pass over the samples, by sums over risk sets that grow as time goes back.

use super::RiskSets;

/// The likelihood at one predictor. Slices are in the order of the risk sets.
#[derive(Clone, Debug)]
pub(super) struct PartialLikelihood<'a> {
    sets: &'a RiskSets,
    /// `exp(predictor)` but for a factor that all share.
    weights: Vec<f64>,
    /// Cumulative hazard of each sample, relative to `weights`.
    hazards: Vec<f64>,
    /// What remains of the weight of the risk set at each event, turn by turn.
    remaining: Vec<f64>,
}

impl<'a> PartialLikelihood<'a> {
    pub(super) fn new(sets: &'a RiskSets) -> Self {
        let n = sets.n_samples();
        Self {
            sets,
            weights: vec![0.0; n],
            hazards: vec![0.0; n],
            remaining: vec![0.0; sets.n_events()],
        }
    }

    /// Goes to a predictor and gives the log-likelihood there: `-inf` where it cannot be
    /// computed.
    pub(super) fn move_to(&mut self, predictor: &[f64]) -> f64 {
        let highest = predictor.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        for (weight, value) in self.weights.iter_mut().zip(predictor) {
            *weight = (value - highest).exp();
        }
        self.sum_risk_sets();
        self.sum_hazards();
        let mut found = 0.0;
        for (value, _) in predictor
            .iter()
            .zip(self.sets.events())
            .filter(|(_, e)| **e)
        {
            found += value - highest;
        }
        for remaining in &self.remaining {
            found -= remaining.ln();
        }
        // Predictors so far apart that a whole risk set weighs nothing.
        if found.is_finite() {
            found
        } else {
            f64::NEG_INFINITY
        }
    }

    fn sum_risk_sets(&mut self) {
        let (mut position, mut sum) = (self.weights.len(), 0.0);
        let mut turn_end = self.remaining.len();
        for &time in self.sets.event_times().iter().rev() {
            while position > time.start {
                position -= 1;
                sum += self.weights[position];
            }
            let of_events: f64 = self.weights[time.start..][..time.events].iter().sum();
            for turn in 0..time.events {
                let gone = self.sets.share_gone(time, turn) * of_events;
                self.remaining[turn_end - time.events + turn] = sum - gone;
            }
            turn_end -= time.events;
        }
    }

    fn sum_hazards(&mut self) {
        let (mut hazard, mut first_turn) = (0.0, 0);
        let mut times = self.sets.event_times().iter().peekable();
        let mut position = 0;
        while position < self.hazards.len() {
            let Some(&time) = times.next_if(|time| time.start == position) else {
                self.hazards[position] = hazard;
                position += 1;
                continue;
            };
            let mut shared = 0.0;
            for turn in 0..time.events {
                let part = self.remaining[first_turn + turn].recip();
                hazard += part;
                shared += self.sets.share_gone(time, turn) * part;
            }
            self.hazards[position..][..time.events].fill(hazard - shared);
            position += time.events;
            first_turn += time.events;
        }
    }

    /// Derivatives of the log-likelihood by each sample's predictor: its event less the events
    /// expected of it (the martingale residual).
    pub(super) fn gradient(&self, into: &mut [f64]) {
        let parts = self.weights.iter().zip(&self.hazards);
        for ((slope, &event), (weight, hazard)) in
            into.iter_mut().zip(self.sets.events()).zip(parts)
        {
            *slope = f64::from(u8::from(event)) - weight * hazard;
        }
    }

    /// Events expected of the sample at each position.
    pub(super) fn expected_events(&self) -> impl Iterator<Item = f64> {
        self.weights.iter().zip(&self.hazards).map(|(w, h)| w * h)
    }

    /// Minus the second derivatives of the log-likelihood, applied to a direction.
    pub(super) fn curvature(&self, direction: &[f64], into: &mut [f64]) {
        let parts = self.weights.iter().zip(&self.hazards);
        for ((value, along), (weight, hazard)) in into.iter_mut().zip(direction).zip(parts) {
            *value = weight * hazard * along;
        }
        let means = self.weighted_sums(direction);
        let (mut sum, mut first_turn) = (0.0, 0);
        let mut times = self.sets.event_times().iter().peekable();
        let mut position = 0;
        while position < into.len() {
            let Some(&time) = times.next_if(|time| time.start == position) else {
                into[position] -= self.weights[position] * sum;
                position += 1;
                continue;
            };
            let mut shared = 0.0;
            for turn in 0..time.events {
                let part = means[first_turn + turn] / self.remaining[first_turn + turn].powi(2);
                sum += part;
                shared += self.sets.share_gone(time, turn) * part;
            }
            let of_events = position..position + time.events;
            for (value, weight) in into[of_events.clone()]
                .iter_mut()
                .zip(&self.weights[of_events])
            {
                *value -= weight * (sum - shared);
            }
            position += time.events;
            first_turn += time.events;
        }
    }

    /// Sum of `weights · direction` over what remains of the risk set at each event.
    fn weighted_sums(&self, direction: &[f64]) -> Vec<f64> {
        let mut sums = vec![0.0; self.remaining.len()];
        let (mut position, mut sum) = (self.weights.len(), 0.0);
        let mut turn_end = sums.len();
        for &time in self.sets.event_times().iter().rev() {
            while position > time.start {
                position -= 1;
                sum += self.weights[position] * direction[position];
            }
            let deaths = time.start..time.start + time.events;
            let of_events: f64 = deaths.map(|at| self.weights[at] * direction[at]).sum();
            for turn in 0..time.events {
                let gone = self.sets.share_gone(time, turn) * of_events;
                sums[turn_end - time.events + turn] = sum - gone;
            }
            turn_end -= time.events;
        }
        sums
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::survival::{FollowUp, Ties};

    const PREDICTOR: [f64; 7] = [0.3, -0.4, 1.1, 0.0, -0.9, 0.5, 0.2];

    fn sets(ties: Ties) -> RiskSets {
        let follow_up = FollowUp::new(
            vec![1.0, 1.0, 1.0, 2.0, 3.0, 3.0, 4.0],
            vec![true, true, false, false, true, true, true],
        )
        .unwrap();
        RiskSets::new(&follow_up, ties)
    }

    #[test]
    fn the_likelihood_is_that_of_its_definition() {
        let w = PREDICTOR.map(f64::exp);
        let (all, tail): (f64, f64) = (w.iter().sum(), w[4..].iter().sum());
        let events = 0.3 - 0.4 - 0.9 + 0.5 + 0.2;
        let last = w[6].ln();
        let breslow = events - 2.0 * all.ln() - 2.0 * tail.ln() - last;
        let efron = events
            - all.ln()
            - (all - (w[0] + w[1]) / 2.0).ln()
            - tail.ln()
            - (tail - (w[4] + w[5]) / 2.0).ln()
            - last;
        for (ties, expected) in [(Ties::Breslow, breslow), (Ties::Efron, efron)] {
            let sets = sets(ties);
            let found = PartialLikelihood::new(&sets).move_to(&PREDICTOR);
            assert!((found - expected).abs() < 1e-13); // a dozen terms near 1 in f64
        }
    }

    #[test]
    fn gradient_and_curvature_are_those_of_small_differences() {
        for ties in [Ties::Breslow, Ties::Efron] {
            let sets = sets(ties);
            let mut likelihood = PartialLikelihood::new(&sets);
            let (mut slopes, mut bent) = (vec![0.0; 7], vec![0.0; 7]);
            let direction = [0.5, 1.0, -1.0, 0.7, 0.1, -0.2, 0.9];
            likelihood.move_to(&PREDICTOR);
            likelihood.gradient(&mut slopes);
            likelihood.curvature(&direction, &mut bent);
            let step = 1e-5;
            for at in 0..7 {
                let mut moved = PREDICTOR;
                moved[at] += step;
                let above = likelihood.move_to(&moved);
                moved[at] -= 2.0 * step;
                let below = likelihood.move_to(&moved);
                // Central differences: errors of the order of step² and of rounding over step.
                assert!(((above - below) / (2.0 * step) - slopes[at]).abs() < 1e-9);
            }
            let along = |sign: f64| {
                let mut moved = PREDICTOR;
                for (value, part) in moved.iter_mut().zip(&direction) {
                    *value += sign * step * part;
                }
                moved
            };
            let (mut above, mut below) = (vec![0.0; 7], vec![0.0; 7]);
            likelihood.move_to(&along(1.0));
            likelihood.gradient(&mut above);
            likelihood.move_to(&along(-1.0));
            likelihood.gradient(&mut below);
            for at in 0..7 {
                let expected = (below[at] - above[at]) / (2.0 * step);
                assert!((bent[at] - expected).abs() < 1e-9); // central differences, as above
            }
        }
    }

    #[test]
    fn predictors_too_far_apart_have_no_likelihood_rather_than_a_wrong_one() {
        let sets = sets(Ties::Efron);
        let mut far = [0.0; 7];
        far[0] = 1e4;
        let found = PartialLikelihood::new(&sets).move_to(&far);
        assert_eq!(found, f64::NEG_INFINITY);
    }
}
