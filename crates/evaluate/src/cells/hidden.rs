//! How much of the counts an evaluation hides.

use imputome_core::Counts;

use super::{CellEvaluation, CellExperiment, CellMask};

/// What hides more than half of the counts that are not zero.
///
/// Half is ours: methods would learn from less than they are judged by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum TooMuchHidden {
    /// A share beyond one half.
    Share(f64),
    /// A number of cells of each gene, or of genes of each cell.
    Number {
        /// What was asked for.
        asked: usize,
        /// Counts that it hides.
        hides: usize,
        /// Counts that are not zero.
        of: usize,
        /// The greatest number that hides no more than half; 0 where every one does.
        at_most: usize,
    },
}

impl CellExperiment {
    /// Whether it hides too much of these counts, and how much would not be.
    pub fn hides_too_much(&self, counts: &Counts) -> Option<TooMuchHidden> {
        let Some(groups) = groups(self.mask, counts) else {
            return (self.hide > 0.5).then_some(TooMuchHidden::Share(self.hide));
        };
        let asked = self.hide as usize;
        let hides = |number: usize| hidden(&groups, number);
        let of = counts.n_entries();
        if 2 * hides(asked) <= of {
            return None;
        }
        // What is hidden grows with the number, so that the greatest one is found by halving.
        let largest = groups.iter().copied().max().unwrap_or(0);
        let (mut at_most, mut exceeds) = (0, asked.min(largest));
        while at_most + 1 < exceeds {
            let middle = usize::midpoint(at_most, exceeds);
            match 2 * hides(middle) <= of {
                true => at_most = middle,
                false => exceeds = middle,
            }
        }
        Some(TooMuchHidden::Number {
            asked,
            hides: hides(asked),
            of,
            at_most,
        })
    }
}

/// How many counts were hidden, of how many.
pub(super) fn hidden_in_words(evaluation: &CellEvaluation, counts: &Counts) -> Vec<String> {
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
