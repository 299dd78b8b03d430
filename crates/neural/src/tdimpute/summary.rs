//! How a fit went, for the user.

use imputome_core::Summary;

use super::fit::Cohort;
use super::judgement::Judgement;
use crate::training::History;

/// Paired samples below which nothing learned from them can be judged: ours, with fewer than 30
/// the samples left out of a network are 6 or fewer.
const ENOUGH_TO_JUDGE: usize = 30;

/// Learning curves, what was chosen, and remarks.
pub(super) fn of(cohort: &Cohort<'_>, histories: &[History], judgement: &Judgement) -> Summary {
    let suffix = |n: usize| match histories.len() {
        1 => String::new(),
        _ => format!(", network {}", n + 1),
    };
    let networks = histories.iter().enumerate();
    let curves = networks.flat_map(|(n, history)| history.curves(&suffix(n)));
    Summary {
        curves: curves.collect(),
        chosen: chosen(cohort, histories, judgement),
        remarks: remarks(cohort),
    }
}

fn chosen(
    cohort: &Cohort<'_>,
    histories: &[History],
    judgement: &Judgement,
) -> Vec<(String, String)> {
    let pairs = cohort.pairs.rows.len().to_string();
    let mut chosen = vec![("samples with both assays".to_string(), pairs)];
    let best = histories.iter().filter_map(History::best_epoch);
    let best: Vec<String> = best.map(|epoch| epoch.to_string()).collect();
    if !best.is_empty() {
        chosen.push(("best epoch".into(), best.join(", ")));
    }
    let weighing = judgement.weighing();
    let errors = weighing.errors();
    let error = |error: f64| format!("{error:.4}");
    let judges = match cohort.settings.patience {
        Some(_) => "samples left out",
        None => "samples learned from",
    };
    chosen.push((
        format!("error on {judges}, networks"),
        error(errors.networks),
    ));
    if let Some(regression) = errors.regression {
        chosen.push(("error on samples left out, ridge".into(), error(regression)));
        chosen.push(("error on samples left out, both".into(), error(errors.both)));
        let share = format!("{:.2}", weighing.mean_share());
        chosen.push((
            "weight of the networks beside ridge, mean over genes".into(),
            share,
        ));
    }
    chosen
}

fn remarks(cohort: &Cohort<'_>) -> Vec<String> {
    let mut remarks = Vec::new();
    if let Some(start) = &cohort.start {
        let features = cohort.features();
        remarks.push(start.remark(features, cohort.train.genes.as_slice()));
    }
    if cohort.settings.patience.is_none() {
        remarks.push(
            "the spread is that of samples learned from, and too small: patience=10 leaves samples out"
                .into(),
        );
    }
    let pairs = cohort.pairs.rows.len();
    if pairs < ENOUGH_TO_JUDGE {
        remarks.push(format!(
            "{pairs} samples with both assays are too few to judge these estimates by; \
             treat them and their spread with caution"
        ));
    }
    remarks
}
