//! What was found about methods for single cells, in sentences.

use imputome_evaluate::cells::{
    CellEvaluation, CellMask, CellSummaryRow, JudgedEntries, MappedTable, not_beaten, scores_of,
};

use crate::headline::listed;
use crate::numbers::{count, percent, score};

/// Adjusted Rand indices that differ by less are those of the same table by other random numbers: ours, the range over three
/// seeds on 2,638 blood cells is 0.04 (studies/arisdakessian2019).
const SEED_SPREAD: f64 = 0.05;

/// The score by which the headline names the best: none that a lean towards zeros or non-zeros moves.
fn leading(mask: CellMask) -> &'static str {
    match mask {
        CellMask::Thinning => "poisson_loss",
        CellMask::Dropout | CellMask::Even | CellMask::Program => "mse_calibrated",
    }
}

/// All that is to be told, the most important first.
pub(super) fn findings(evaluation: &CellEvaluation, rows: &[CellSummaryRow]) -> Vec<String> {
    let mut found: Vec<String> = headline(evaluation, rows).into_iter().collect();
    found.extend(
        rows.iter()
            .filter_map(|row| beside_baseline(evaluation, row)),
    );
    if evaluation.experiment.mask != CellMask::Thinning {
        found.push(format!(
            "MSE and Pearson are those of the DeepImpute paper. They are taken where counts were not zero, and so flatter whoever predicts the mean of the non-zeros, as {} does: read the correlation within genes, the error after a straight line and the error at zeros beside them.",
            evaluation.baseline
        ));
    }
    found.extend(judged(evaluation));
    found.extend(groups(evaluation));
    found
}

/// The best method by the score that is hardest to flatter, and the baseline beside it.
pub(super) fn headline(evaluation: &CellEvaluation, rows: &[CellSummaryRow]) -> Option<String> {
    let name = leading(evaluation.experiment.mask);
    let of = |row: &CellSummaryRow| {
        row.scores
            .iter()
            .find(|s| s.definition.name == name)
            .copied()
    };
    let best = rows
        .iter()
        .find(|row| of(row).is_some_and(|score| score.best))?;
    let title = lower(of(best)?.definition.title);
    let value = score(of(best)?.mean);
    let baseline = rows.iter().find(|row| row.method == evaluation.baseline);
    Some(match baseline {
        Some(baseline) if baseline.method != best.method => format!(
            "Best here by {title}: {}, {value}; {}, which knows no cell, has {}.",
            best.method,
            baseline.method,
            score(of(baseline)?.mean)
        ),
        _ => format!(
            "By {title} nothing here is better than {}, which knows no cell: {value}.",
            best.method
        ),
    })
}

/// Whether a method beats the baseline; nothing for the baseline itself.
fn beside_baseline(evaluation: &CellEvaluation, row: &CellSummaryRow) -> Option<String> {
    if row.method == evaluation.baseline {
        return None;
    }
    if let Some(reason) = &row.failed {
        return Some(format!("{} did not finish: {reason}.", row.method));
    }
    let titles: Vec<String> = not_beaten(row).into_iter().map(lower).collect();
    let (method, baseline) = (&row.method, &evaluation.baseline);
    Some(match titles.len() {
        0 => format!("{method} beats {baseline} on every score."),
        all if all == scores_of(evaluation.experiment.mask).count() => {
            format!("{method} does not beat {baseline} on any score.")
        }
        _ => format!("{method} does not beat {baseline} on {}.", listed(&titles)),
    })
}

/// How many entries were judged and why not the others.
pub(super) fn judged(evaluation: &CellEvaluation) -> Option<String> {
    let sum =
        |part: fn(&JudgedEntries) -> usize| -> usize { evaluation.judged.iter().map(part).sum() };
    let first = evaluation.judged.first()?;
    let what = match evaluation.experiment.mask {
        CellMask::Thinning => "entries (cells by genes)",
        CellMask::Dropout | CellMask::Even | CellMask::Program => "hidden counts",
    };
    let mut text = format!(
        "All methods are judged by the same entries: {} of {} {what} over all repeats, those of the {} genes that every method imputes",
        count(sum(|judged| judged.judged)),
        count(sum(|judged| judged.hidden)),
        count(first.genes),
    );
    let others = sum(|judged| judged.not_imputed);
    if others > 0 {
        text += &format!(
            "; {} are of genes that some method leaves as they are (genes.tsv says why)",
            count(others)
        );
    }
    let refused = sum(|judged| judged.refused);
    if refused > 0 {
        text += &format!(
            "; {} had an estimate that some method refused",
            count(refused)
        );
    }
    Some(text + ".")
}

/// Whether groups of cells are found again, before and after.
fn groups(evaluation: &CellEvaluation) -> Option<String> {
    let maps = evaluation.maps.as_ref()?;
    let (before, after) = maps.tables.split_first()?;
    let Some(by) = &maps.by else {
        let kept = |table: &MappedTable| format!("{} with {}", score(table.as_before), table.name);
        let kept: Vec<String> = after.iter().map(kept).collect();
        let text = format!(
            "Groups of cells (Leiden) agree with those of the counts by an adjusted Rand index of {}.",
            listed(&kept)
        );
        return Some(text).filter(|_| !kept.is_empty());
    };
    let of = |table: &MappedTable| table.agreement.map(|found| score(found.ari));
    let kept = after
        .iter()
        .filter_map(|table| Some(format!("{} with {}", of(table)?, table.name)));
    let mut text = format!(
        "Groups of cells (Leiden) agree with {by} by an adjusted Rand index of {} as counted, {}.",
        of(before)?,
        listed(&kept.collect::<Vec<_>>())
    );
    let ari = |table: &MappedTable| table.agreement.map(|found| found.ari);
    let loss = |table: &MappedTable| Some(ari(before)? - ari(table)?);
    let worse = after
        .iter()
        .filter(|table| loss(table).is_some_and(|loss| loss > SEED_SPREAD));
    let worse: Vec<String> = worse.map(|table| table.name.clone()).collect();
    if !worse.is_empty() {
        text += &format!(
            " They agree less than those of the counts, by more than other random numbers explain ({SEED_SPREAD}), where zeros are filled by {}: group the counts there.",
            listed(&worse)
        );
    }
    Some(text)
}

/// What was asked, in sentences.
pub(super) fn question(evaluation: &CellEvaluation) -> Vec<String> {
    let (data, asked) = (&evaluation.data, &evaluation.experiment);
    let (cells, genes) = (count(data.cells), count(data.genes));
    let entries = data.entries as f64 / (data.cells * data.genes).max(1) as f64;
    let share = percent(asked.hide);
    let hidden = match asked.mask {
        CellMask::Dropout => format!(
            "of each gene, counts of {} cells were set to zero, those with less of the gene more likely, as zeros come about (Splatter's curve; the experiment of the DeepImpute paper)",
            asked.hide
        ),
        CellMask::Even => format!(
            "{share} of the counts that are not zero were set to zero, each as likely as any other"
        ),
        CellMask::Program => format!(
            "of each cell, counts of {} genes were set to zero, by the density that the program of the DeepImpute paper uses",
            asked.hide
        ),
        CellMask::Thinning => format!(
            "{share} of the molecules were put aside at random; methods learned from the others, and their estimates, brought to the number put aside, are compared with those, zeros among them (molecular cross-validation)"
        ),
    };
    let mut lines = vec![
        format!(
            "{cells} cells and {genes} genes, {} of the entries not zero.",
            percent(entries)
        ),
        format!(
            "Nothing in counts is a gap, so what is judged is hidden first and methods are not told: {hidden}."
        ),
    ];
    if asked.repeats > 1 {
        lines.push(format!(
            "Everything was done {} times with other entries hidden; ± is the standard deviation over these repeats.",
            count(asked.repeats)
        ));
    }
    lines
}

/// A title within a sentence; one that begins with a name or an abbreviation stays.
fn lower(title: &str) -> String {
    match title.strip_prefix("Error") {
        Some(rest) => format!("error{rest}"),
        None => title.into(),
    }
}
