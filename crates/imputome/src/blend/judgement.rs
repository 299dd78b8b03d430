//! Which parts are used, with which weights, and how far their blend can be trusted.

use imputome_neural::spread::{Misses, Spread};

use super::evidence::{Evidence, Judged};
use super::weights::PartWeights;

/// Mean weight, over genes and shares shown, below which a part is left out. Ours: it moves estimates by less than a twentieth of what
/// parts differ by, and a part costs a fit and its time at every use.
const LEAST_WEIGHT: f64 = 0.05;

/// Pulls tried, in average genes: ours, from half an average gene's evidence to nearly none of a gene's own.
const PULLS: [f64; 4] = [0.5, 2.0, 8.0, 32.0];

/// Least spread of an estimate, in standard deviations of its gene; ours, so that none is 0.
pub(super) const LEAST_SPREAD: f32 = 1e-6;

/// What the cross-validation concluded.
#[derive(Debug)]
pub(super) struct Judgement {
    /// The parts used, by position among those judged.
    pub(super) used: Vec<usize>,
    /// Weights of the parts used.
    pub(super) weights: PartWeights,
    /// Pull of the genes' weights towards the shared ones.
    pub(super) pull: f64,
    pub(super) spread: Spread,
    /// Mean squared miss of each part judged.
    pub(super) by_part: Vec<f64>,
    /// Mean squared miss of the blend, on halves that did not teach its weights.
    pub(super) blended: f64,
}

impl Judgement {
    /// Learns weights, leaves out parts that add nothing, and learns the spread.
    pub(super) fn of(judged: Vec<Judged>, evidence: &Evidence, pull: Option<f64>) -> Self {
        let by_part: Vec<f64> = (0..evidence.parts)
            .map(|part| evidence.mean_square(part))
            .collect();
        let every: Vec<usize> = (0..evidence.parts).collect();
        let pull = pull.unwrap_or_else(|| best_pull(evidence));
        let mut used = without_idle(every, evidence, pull);
        let mut chosen = evidence.select(&used);
        let mut blended = honest(&chosen, pull);
        let best = (0..by_part.len()).min_by(|&a, &b| by_part[a].total_cmp(&by_part[b]));
        let best = best.unwrap_or(0);
        if by_part[best] <= blended {
            used = vec![best];
            chosen = evidence.select(&used);
            blended = by_part[best];
        }
        let judged: Vec<Judged> = judged
            .into_iter()
            .map(|judged| judged.select(&used))
            .collect();
        Self {
            weights: PartWeights::learn(&chosen, &[0, 1], pull),
            spread: spread(&judged, &chosen, pull),
            used,
            pull,
            by_part,
            blended,
        }
    }
}

/// Weights and their parts, as estimates and standard deviations.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mixed {
    /// The weighted mean.
    pub(super) estimate: f64,
    /// Standard deviation of the mixture: what the parts themselves give, and how far they lie apart.
    pub(super) deviation: f64,
}

/// The blend of one entry's estimates and, where parts give them, standard deviations.
pub(super) fn mix(
    weights: &[f32],
    estimate: impl Fn(usize) -> f32,
    spread: impl Fn(usize) -> Option<f32>,
) -> Mixed {
    let weighted = || {
        weights
            .iter()
            .enumerate()
            .map(|(part, &weight)| (part, f64::from(weight)))
    };
    let mean: f64 = weighted()
        .map(|(part, weight)| weight * f64::from(estimate(part)))
        .sum();
    let (mut apart, mut given, mut by) = (0.0, 0.0, 0.0);
    for (part, weight) in weighted() {
        apart += weight * (f64::from(estimate(part)) - mean).powi(2);
        if let Some(spread) = spread(part) {
            given += weight * f64::from(spread).powi(2);
            by += weight;
        }
    }
    // Where no part gives one, a standardized gene's own.
    let given = if by > 0.0 { given / by } else { 1.0 };
    Mixed {
        estimate: mean,
        deviation: (given + apart).sqrt().max(f64::from(LEAST_SPREAD)),
    }
}

/// Mean squared miss of the blend of all parts, each half by the weights of the other.
fn honest(evidence: &Evidence, pull: f64) -> f64 {
    let of_half =
        |half: usize| PartWeights::learn(evidence, &[1 - half], pull).mean_square(evidence, half);
    0.5 * (of_half(0) + of_half(1))
}

fn best_pull(evidence: &Evidence) -> f64 {
    let tried = PULLS.map(|pull| (pull, honest(evidence, pull)));
    let best = tried.into_iter().min_by(|a, b| a.1.total_cmp(&b.1));
    best.map_or(PULLS[PULLS.len() - 1], |(pull, _)| pull)
}

/// The parts left when that of the least weight is taken out, again and again, until each has a say.
fn without_idle(mut parts: Vec<usize>, evidence: &Evidence, pull: f64) -> Vec<usize> {
    while parts.len() > 1 {
        let weights = PartWeights::learn(&evidence.select(&parts), &[0, 1], pull).mean();
        let least = (0..parts.len()).min_by(|&a, &b| weights[a].total_cmp(&weights[b]));
        match least {
            Some(least) if weights[least] < LEAST_WEIGHT => drop(parts.remove(least)),
            _ => break,
        }
    }
    parts
}

/// Standard deviations that fit the misses of either half by the weights of the other.
fn spread(judged: &[Judged], evidence: &Evidence, pull: f64) -> Spread {
    let of_other_half = [1, 0].map(|half| PartWeights::learn(evidence, &[half], pull));
    let misses = judged.iter().enumerate().map(|(panel, judged)| {
        let mut misses = Misses::new(judged.shown, evidence.genes);
        for (at, (&entry, &half)) in judged.entries.iter().zip(&judged.halves).enumerate() {
            let opinion = |part: usize| &judged.opinions[part];
            let mixed = mix(
                of_other_half[half].row(panel, entry.gene),
                |part| opinion(part).estimates[at],
                |part| opinion(part).spreads.as_ref().map(|spreads| spreads[at]),
            );
            misses.add(entry, mixed.estimate, mixed.deviation);
        }
        misses
    });
    Spread::learn(&misses.collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mixture_spreads_by_its_parts_and_by_how_far_they_lie_apart() {
        let estimates = [1.0, 3.0];
        let mixed = mix(&[0.5, 0.5], |part| estimates[part], |_| Some(2.0));
        assert_eq!(mixed.estimate, 2.0);
        // Variance 4 of each, 1 between them.
        assert!((mixed.deviation - 5.0_f64.sqrt()).abs() < 1e-12);
        let without = mix(&[0.5, 0.5], |part| estimates[part], |_| None);
        assert!((without.deviation - 2.0_f64.sqrt()).abs() < 1e-12);
    }
}
