//! How much data a judgment needs.

use imputome_core::{Dataset, Error, Holdout, Result};

use crate::experiment::{Experiment, Scenario};
use crate::reference::Reference;

/// Held-out entries that a gene needs in a trial to be judged. Ours: the correlation of two
/// points is always 1 or -1.
pub(crate) const FEWEST_HELD_OUT: usize = 3;

/// Samples, and for a split groups, below which an evaluation says nothing. Ours: one to train,
/// one to validate and one to test on, and one to spare.
const FEWEST_GROUPS: usize = 4;

/// Genes below which no gene could be told from another.
const FEWEST_GENES: usize = 2;

/// Refuses a table with too few genes or samples, or too few groups where they are to be split.
pub(crate) fn expect_enough(data: &Dataset, experiment: &Experiment) -> Result<()> {
    let too_little = |what: &str, needed, found, advice: &str| {
        Err(Error::TooLittle {
            method: "an evaluation".into(),
            what: what.into(),
            needed,
            found,
            advice: advice.into(),
        })
    };
    let mut groups = data.group_of_samples();
    if experiment.scenarios.contains(&Scenario::Inductive) {
        groups.sort_unstable();
        groups.dedup();
    }
    if data.n_genes() < FEWEST_GENES {
        return too_little(
            "genes",
            FEWEST_GENES,
            data.n_genes(),
            "give a table with more genes",
        );
    }
    if groups.len() < FEWEST_GROUPS {
        return too_little(
            "samples, of as many donors or other groups in the inductive scenario",
            FEWEST_GROUPS,
            groups.len(),
            "give more samples, name another grouping with --group, or ask for --scenario in-place",
        );
    }
    Ok(())
}

/// Genes with variation among training entries, enough held-out entries, and variation in these.
pub(crate) fn judged_genes(holdout: &Holdout, reference: &Reference) -> Vec<usize> {
    let counts = holdout.held_out().count_by_gene();
    let (mut least, mut most) = (
        vec![f32::INFINITY; counts.len()],
        vec![f32::NEG_INFINITY; counts.len()],
    );
    for (truth, hidden) in holdout
        .truth()
        .rows()
        .into_iter()
        .zip(holdout.held_out().0.rows())
    {
        for (g, (&truth, &hidden)) in truth.iter().zip(hidden).enumerate() {
            if hidden {
                least[g] = least[g].min(truth);
                most[g] = most[g].max(truth);
            }
        }
    }
    (0..counts.len())
        .filter(|&g| {
            counts[g] >= FEWEST_HELD_OUT && most[g] > least[g] && reference.deviations[g] > 0.0
        })
        .collect()
}
