//! How much of the counts is hidden.

use imputome_core::Counts;
use imputome_evaluate::cells::{CellEvaluation, CellExperiment, CellMask};

use crate::failure::{Failure, Result};

/// Refuses numbers of cells or genes, and shares, that hide more than half of the counts that are not zero.
///
/// Half is ours: methods would learn from less than they are judged by.
pub(super) fn expect_most_seen(experiment: &CellExperiment, counts: &Counts) -> Result<()> {
    let Some(groups) = groups(experiment.mask, counts) else {
        return match experiment.hide > 0.5 {
            true => Err(Failure::policy(format!(
                "--mask {} --hide {} would hide more than half: too little would be left to learn from",
                experiment.mask.name(),
                experiment.hide
            ))
            .hint("hide a tenth, as usual: --hide 0.1; at most --hide 0.5")),
            false => Ok(()),
        };
    };
    let asked = experiment.hide as usize;
    let hides = |number: usize| hidden(&groups, number);
    let all = counts.n_entries();
    if 2 * hides(asked) <= all {
        return Ok(());
    }
    // What is hidden grows with the number, so that the greatest one is found by halving.
    let largest = groups.iter().copied().max().unwrap_or(0);
    let (mut fits, mut exceeds) = (0, asked.min(largest));
    while fits + 1 < exceeds {
        let middle = usize::midpoint(fits, exceeds);
        match 2 * hides(middle) <= all {
            true => fits = middle,
            false => exceeds = middle,
        }
    }
    let name = experiment.mask.name();
    let failure = Failure::policy(format!(
        "--mask {name} --hide {asked} would hide up to {} of the {all} counts that are not zero, more than half: too few would be left to learn from",
        hides(asked)
    ));
    Err(failure.hint(match fits {
        0 => "hide a share of the counts instead: --mask even --hide 0.1".into(),
        _ => format!("hide at most {fits} here: --hide {fits}; or a share of the counts: --mask even --hide 0.1"),
    }))
}

/// How many counts were hidden, of how many.
pub(super) fn in_words(evaluation: &CellEvaluation, counts: &Counts) -> Vec<String> {
    let (mask, all) = (evaluation.experiment.mask, counts.n_entries());
    let hidden: Vec<usize> = evaluation
        .judged
        .iter()
        .map(|judged| judged.hidden)
        .collect();
    let (Some(least), Some(most)) = (hidden.iter().min(), hidden.iter().max()) else {
        return Vec::new();
    };
    if mask == CellMask::Thinning {
        let share = 100.0 * evaluation.experiment.hide;
        return vec![format!(
            "{share:.1} % of the molecules were put aside in each repeat, and every entry is judged"
        )];
    }
    let share = 100.0 * *most as f64 / all.max(1) as f64;
    let number = match least == most {
        true => format!("{most}"),
        false => format!("{least} to {most}"),
    };
    let mut words = vec![format!(
        "{number} of the {all} counts that are not zero were hidden in each repeat ({share:.1} %)"
    )];
    if mask == CellMask::Dropout {
        let asked = evaluation.experiment.hide as usize;
        let of_genes = of_genes(counts);
        let seen = of_genes.iter().filter(|n| **n > 0).count();
        let more = of_genes.iter().filter(|n| 2 * asked.min(**n) > **n).count();
        if more > 0 {
            words.push(format!(
                "more than half of their counts were hidden of {more} of {seen} genes, which are seen in fewer than {} cells",
                2 * asked
            ));
        }
    }
    words
}

/// Counts that are not zero in each gene or cell, of which a number is hidden; nothing where a share is.
fn groups(mask: CellMask, counts: &Counts) -> Option<Vec<usize>> {
    match mask {
        CellMask::Dropout => Some(of_genes(counts)),
        CellMask::Program => Some(
            (0..counts.n_cells())
                .map(|cell| counts.row(cell).0.len())
                .collect(),
        ),
        CellMask::Even | CellMask::Thinning => None,
    }
}

fn of_genes(counts: &Counts) -> Vec<usize> {
    let mut of_genes = vec![0; counts.n_genes()];
    for cell in 0..counts.n_cells() {
        counts
            .row(cell)
            .0
            .iter()
            .for_each(|&gene| of_genes[gene as usize] += 1);
    }
    of_genes
}

/// Counts hidden when a number of each group is.
fn hidden(groups: &[usize], number: usize) -> usize {
    groups.iter().map(|&counts| counts.min(number)).sum()
}
