//! A fixed sample of held-out entries, to be drawn as points.

use imputome_core::Holdout;
use rand::{Rng, RngExt};

/// Examples kept of a test. Ours: as many points as a scatter plot shows without one hiding
/// another.
const EXAMPLES: usize = 2_000;

/// Held-out entries (sample, gene) of `judged` genes, at random without repetition, in table
/// order; all where there are no more than 2,000.
///
/// Selection sampling: Knuth, The Art of Computer Programming, section 3.4.2, algorithm S.
pub(crate) fn draw(
    holdout: &Holdout,
    judged: &[usize],
    random: &mut impl Rng,
) -> Vec<(usize, usize)> {
    let held_out = holdout.held_out();
    let n_samples = held_out.shape().0;
    let entries = || {
        (0..n_samples)
            .flat_map(|s| judged.iter().map(move |&g| (s, g)))
            .filter(|&(s, g)| held_out.get(s, g))
    };
    let total = entries().count();
    let mut wanted = EXAMPLES.min(total);
    let mut examples = Vec::with_capacity(wanted);
    for (seen, entry) in entries().enumerate() {
        if random.random_range(0..total - seen) < wanted {
            examples.push(entry);
            wanted -= 1;
        }
    }
    examples
}
