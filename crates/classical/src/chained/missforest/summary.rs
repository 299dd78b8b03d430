//! What the user is told about a fit.

use imputome_core::{Curve, Dataset, Summary};

use super::chain::Course;
use super::columns::Screening;
use super::{MissForest, Taught};

/// Genes named for the best and the worst out-of-bag errors: ours.
const NAMED: usize = 3;

/// Out-of-bag errors, how the sweeps went, and what was left out.
pub(super) fn of_fit(
    settings: &MissForest,
    train: &Dataset,
    screening: &Screening,
    taught: &Taught,
) -> Summary {
    let mut summary = Summary::default();
    add_errors(&mut summary, train, &taught.learned.errors);
    add_course(&mut summary, "", &taught.course, settings.rounds);
    if let Some((share, course)) = &taught.rehearsal {
        add_course(&mut summary, "for new samples: ", course, settings.rounds);
        summary.remarks.push(format!(
            "forests for new samples learned with {:.0} % of the measured entries hidden from predictors",
            100.0 * share
        ));
    }
    add_screening(&mut summary, train.n_genes(), screening);
    add_trees(&mut summary, settings, taught);
    summary
}

fn add_errors(summary: &mut Summary, train: &Dataset, errors: &[f32]) {
    let mut order: Vec<usize> = (0..errors.len()).collect();
    order.sort_by(|&a, &b| errors[a].total_cmp(&errors[b]));
    let mean = errors.iter().map(|&e| f64::from(e)).sum::<f64>() / errors.len() as f64;
    let named = |genes: &[usize]| {
        let say = |&g: &usize| format!("{} {:.2}", &train.genes[g], errors[g]);
        genes.iter().map(say).collect::<Vec<_>>().join(", ")
    };
    let ends = NAMED.min(errors.len());
    summary.chosen.extend([
        (
            "out-of-bag error (NRMSE), mean over genes".into(),
            format!("{mean:.3}"),
        ),
        ("genes with the smallest".into(), named(&order[..ends])),
        (
            "genes with the largest".into(),
            named(&order[errors.len() - ends..]),
        ),
    ]);
    summary.curves.push(Curve {
        name: "out-of-bag error (NRMSE)".into(),
        step: "percent of the genes, the best first".into(),
        points: quantiles(order.iter().map(|&g| f64::from(errors[g])).collect()),
    });
}

/// Sorted values at each percent of them, or all where they are few.
fn quantiles(sorted: Vec<f64>) -> Vec<(f64, f64)> {
    let last = sorted.len().saturating_sub(1);
    let steps = last.min(100);
    let at = |step: usize| {
        let position = (step * last).checked_div(steps).unwrap_or(0);
        let percent = 100.0 * (position + 1) as f64 / sorted.len() as f64;
        (percent, sorted[position])
    };
    if sorted.is_empty() {
        return Vec::new();
    }
    (0..=steps).map(at).collect()
}

fn add_course(summary: &mut Summary, prefix: &str, course: &Course, rounds: usize) {
    if course.kept == 0 {
        return;
    }
    let mut follow = |name: &str, values: &[f64]| {
        summary.curves.push(Curve {
            name: format!("{prefix}{name}"),
            step: "sweep".into(),
            points: values
                .iter()
                .enumerate()
                .map(|(s, &v)| (s as f64 + 1.0, v))
                .collect(),
        });
    };
    follow("difference to the sweep before", &course.differences);
    follow("out-of-bag error (NRMSE), mean over genes", &course.errors);
    let swept = course.differences.len();
    summary.chosen.push((
        format!("{prefix}sweeps"),
        if swept > course.kept {
            format!("{}; the next made the difference grow", course.kept)
        } else {
            course.kept.to_string()
        },
    ));
    if swept == rounds && swept == course.kept {
        summary.remarks.push(format!(
            "{prefix}the difference still shrank at the last of {rounds} sweeps; more may help"
        ));
    }
}

fn add_screening(summary: &mut Summary, genes: usize, screening: &Screening) {
    let predictors = screening.predictors.ncols();
    summary
        .chosen
        .push(("predictors per gene".into(), predictors.to_string()));
    let (Some(weakest), Some(left_out)) = (median(&screening.weakest), median(&screening.left_out))
    else {
        return;
    };
    let mut used = vec![false; genes];
    for &predictor in &screening.predictors {
        used[predictor as usize] = true;
    }
    let unused = used.iter().filter(|used| !**used).count();
    summary.remarks.push(format!(
        "each gene is learned from the {predictors} genes most correlated with it, of {}: the weakest of them has an absolute correlation of {weakest:.2}, the strongest left out {left_out:.2} (medians over genes); {unused} genes predict no other",
        genes - 1
    ));
}

fn add_trees(summary: &mut Summary, settings: &MissForest, taught: &Taught) {
    let forests = &taught.learned.forests;
    let kept: usize = forests.iter().map(|f| f.forest.trees.len()).sum();
    let grown = settings.n_trees(forests.len()) * forests.len();
    if kept < grown {
        summary.remarks.push(format!(
            "{kept} of {grown} trees are kept for new samples, within {} MiB (setting kept_mib)",
            settings.kept_mib
        ));
    }
}

fn median(values: &[f32]) -> Option<f32> {
    imputome_numerics::median(&mut values.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_errors_are_told_by_a_hundred_and_one_of_them_in_order() {
        let points = quantiles((0..12_557).map(f64::from).collect());
        assert_eq!(points.len(), 101);
        assert_eq!((points[0].1, points[100]), (0.0, (100.0, 12_556.0)));
        assert_eq!(quantiles(vec![2.0, 3.0]), [(50.0, 2.0), (100.0, 3.0)]);
        assert_eq!(quantiles(vec![2.0]), [(100.0, 2.0)]);
    }
}
