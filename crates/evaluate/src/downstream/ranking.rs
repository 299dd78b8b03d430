//! Does one ranking find what another found?
//!
//! A score that is not a number ranks below all others.

use std::cmp::Ordering;

/// Positions of the `k` highest scores, from the highest; of equal ones the first are taken.
pub fn top(scores: &[f64], k: usize) -> Vec<usize> {
    let mut order = descending(scores);
    order.truncate(k);
    order
}

/// How many of the `k` highest of one score are among the `k` highest of the other.
pub fn overlap_of_top(a: &[f64], b: &[f64], k: usize) -> usize {
    let mut in_a = vec![false; a.len().max(b.len())];
    for at in top(a, k) {
        in_a[at] = true;
    }
    top(b, k).into_iter().filter(|&at| in_a[at]).count()
}

/// How much more often than by chance those selected are on a list: their share on the list over
/// the share of all. Nothing when nobody is selected or listed.
///
/// `(N_true / N_selected) / (N_listed / N_all)`, Zhou et al. 2020, "Methods".
pub fn enrichment_factor(selected: &[usize], listed: &[bool]) -> Option<f64> {
    let all = listed.iter().filter(|&&on_list| on_list).count();
    if selected.is_empty() || all == 0 {
        return None;
    }
    let found = selected.iter().filter(|&&at| listed[at]).count();
    let share = found as f64 / selected.len() as f64;
    Some(share / (all as f64 / listed.len() as f64))
}

/// Area under the precision-recall curve, the curve between two thresholds being the one that
/// taking in their samples in random order would give (Davis and Goadrich 2006,
/// doi:10.1145/1143844.1143874, made continuous by Keilwagen et al. 2014,
/// doi:10.1371/journal.pone.0092209); as `auc.integral` of the R package PRROC, which Zhou et al. used.
///
/// In `(0, 1]`; the share of true ones by chance. Nothing when none is true.
pub fn precision_recall_area(truth: &[bool], scores: &[f64]) -> Option<f64> {
    let thresholds = thresholds(truth, scores);
    let (all, _) = *thresholds.last().filter(|(hits, _)| *hits > 0.0)?;
    let mut area = 0.0;
    let mut before = (0.0, 0.0);
    for &after in &thresholds {
        area += area_between(before, after);
        before = after;
    }
    Some(area / all)
}

/// Area under the precision-recall curve by steps: the mean precision at the true ones, as
/// scikit-learn's `average_precision_score`. Nothing when none is true.
pub fn average_precision(truth: &[bool], scores: &[f64]) -> Option<f64> {
    let thresholds = thresholds(truth, scores);
    let (all, _) = *thresholds.last().filter(|(hits, _)| *hits > 0.0)?;
    let (mut area, mut before) = (0.0, 0.0);
    for (hits, misses) in thresholds {
        area += (hits - before) * hits / (hits + misses);
        before = hits;
    }
    Some(area / all)
}

/// Area under the curve of hits over misses (ROC): the chance that a true one scores above a false
/// one, ties counting half. Nothing when all are true or none is.
pub fn roc_area(truth: &[bool], scores: &[f64]) -> Option<f64> {
    let thresholds = thresholds(truth, scores);
    let &(all, none) = thresholds
        .last()
        .filter(|(hits, misses)| *hits > 0.0 && *misses > 0.0)?;
    let mut area = 0.0;
    let mut before = (0.0, 0.0);
    for (hits, misses) in thresholds {
        area += (misses - before.1) * (hits + before.0) / 2.0;
        before = (hits, misses);
    }
    Some(area / (all * none))
}

fn descending(scores: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| compared(scores[b], scores[a]).then(a.cmp(&b)));
    order
}

fn compared(a: f64, b: f64) -> Ordering {
    let key = |score: f64| {
        if score.is_nan() {
            f64::NEG_INFINITY
        } else {
            score
        }
    };
    // Adding 0 makes the two zeros one.
    (key(a) + 0.0).total_cmp(&(key(b) + 0.0))
}

/// True and false ones at or above each distinct score, from the highest.
fn thresholds(truth: &[bool], scores: &[f64]) -> Vec<(f64, f64)> {
    assert_eq!(truth.len(), scores.len(), "a score for each to be ranked");
    let (mut hits, mut misses) = (0.0, 0.0);
    descending(scores)
        .chunk_by(|&a, &b| compared(scores[a], scores[b]) == Ordering::Equal)
        .map(|alike| {
            let found = alike.iter().filter(|&&at| truth[at]).count();
            hits += found as f64;
            misses += (alike.len() - found) as f64;
            (hits, misses)
        })
        .collect()
}

/// Integral of precision over hits: `h / (h + misses)` with misses growing evenly with `h`.
fn area_between((hits, misses): (f64, f64), (more_hits, more_misses): (f64, f64)) -> f64 {
    if more_hits == hits {
        return 0.0;
    }
    let rate = (more_misses - misses) / (more_hits - hits);
    let offset = misses - rate * hits;
    // h / (slope h + offset) has the antiderivative h / slope - offset / slope² ln(slope h + offset).
    let slope = 1.0 + rate;
    let even = (more_hits - hits) / slope;
    if offset == 0.0 {
        return even;
    }
    let ratio = (slope * more_hits + offset) / (slope * hits + offset);
    even - offset / (slope * slope) * ratio.ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRUTH: [bool; 8] = [true, false, true, true, false, false, true, false];
    const SCORES: [f64; 8] = [0.9, 0.8, 0.8, 0.7, 0.6, 0.3, 0.2, 0.2];

    #[test]
    fn steps_are_those_of_scikit_learn() {
        // scikit-learn 1.9.1, average_precision_score.
        let found = average_precision(&TRUTH, &SCORES).unwrap();
        assert!((found - 0.729_166_666_666_666_6).abs() < 1e-15); // four terms in f64
    }

    #[test]
    fn the_area_is_that_of_many_small_steps_along_the_curve() {
        // The curve of the definition, walked from threshold to threshold in 200,000 parts.
        let mut area = 0.0;
        let mut before = (0.0_f64, 0.0_f64);
        for after in thresholds(&TRUTH, &SCORES) {
            let parts = 200_000;
            for part in 0..parts {
                let share = (f64::from(part) + 0.5) / f64::from(parts);
                let hits = before.0 + share * (after.0 - before.0);
                let misses = before.1 + share * (after.1 - before.1);
                area += (after.0 - before.0) / f64::from(parts) * hits / (hits + misses);
            }
            before = after;
        }
        let found = precision_recall_area(&TRUTH, &SCORES).unwrap();
        assert!((found - area / 4.0).abs() < 1e-9); // the midpoint rule at this width
    }

    #[test]
    fn a_perfect_ranking_has_area_1_and_one_without_order_the_share_of_true_ones() {
        let perfect: Vec<f64> = TRUTH.iter().map(|&t| f64::from(u8::from(t))).collect();
        assert_eq!(precision_recall_area(&TRUTH, &perfect), Some(1.0));
        assert_eq!(average_precision(&TRUTH, &perfect), Some(1.0));
        assert_eq!(precision_recall_area(&TRUTH, &[0.0; 8]), Some(0.5));
        assert_eq!(precision_recall_area(&[false; 8], &SCORES), None);
    }

    #[test]
    fn false_ones_first_cost_precision_from_the_start() {
        // One miss, then one hit: precision runs from 0 to 1/2 as h / (h + 1), area 1 - ln 2.
        let found = precision_recall_area(&[false, true], &[2.0, 1.0]).unwrap();
        assert!((found - (1.0 - 2.0_f64.ln())).abs() < 1e-15);
    }

    #[test]
    fn what_is_not_a_number_ranks_last() {
        assert_eq!(top(&[0.1, f64::NAN, 0.3, 0.1], 3), [2, 0, 3]);
        assert_eq!(top(&[f64::NAN, 1.0], 5), [1, 0]);
    }

    #[test]
    fn overlap_and_enrichment_by_hand() {
        let (a, b) = ([9.0, 8.0, 7.0, 1.0], [9.0, 1.0, 8.0, 7.0]);
        assert_eq!(overlap_of_top(&a, &b, 3), 2);
        let listed = [true, false, false, true, false, false];
        // One of two selected, a third of all: 1/2 over 1/3.
        assert_eq!(enrichment_factor(&[0, 1], &listed), Some(1.5));
        assert_eq!(enrichment_factor(&[], &listed), None);
        assert_eq!(enrichment_factor(&[0], &[false; 6]), None);
    }
}
