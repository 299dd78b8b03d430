//! Parts of a cohort that take turns in being left out.

use std::collections::HashMap;

use imputome_core::Dataset;
use ndarray::{Array2, ArrayView2, Axis};

use super::targets::Targets;

/// A fold for each of the `rows` of `train`, in `0..folds`: samples of a group (a donor) share one,
/// and groups take turns in the order given. Fewer folds where there are fewer groups; where all
/// are of one group, samples take turns.
pub(crate) fn folds_of(train: &Dataset, rows: &[usize], folds: usize) -> Vec<usize> {
    let groups = train.group_of_samples();
    let mut turns: HashMap<&str, usize> = HashMap::new();
    let mut turn_of_row = Vec::with_capacity(rows.len());
    for &row in rows {
        let next = turns.len();
        turn_of_row.push(*turns.entry(groups[row].as_str()).or_insert(next));
    }
    if turns.len() < 2 {
        return (0..rows.len()).map(|turn| turn % folds).collect();
    }
    turn_of_row.iter().map(|turn| turn % folds).collect()
}

/// The rows of one fold and all others.
pub(crate) struct Fold {
    pub(crate) held_out: Vec<usize>,
    pub(crate) kept: Vec<usize>,
}

/// Every fold that is not empty.
pub(crate) fn each_fold(folds: &[usize]) -> Vec<Fold> {
    let last = folds.iter().max().map_or(0, |&fold| fold + 1);
    (0..last)
        .map(|fold| {
            let (held_out, kept) = (0..folds.len()).partition(|&row| folds[row] == fold);
            Fold { held_out, kept }
        })
        .filter(|fold: &Fold| !fold.held_out.is_empty() && !fold.kept.is_empty())
        .collect()
}

/// Targets of some rows.
pub(crate) struct Selected {
    values: Array2<f32>,
    measured: Array2<bool>,
}

impl Selected {
    pub(crate) fn of(targets: &Targets<'_>, rows: &[usize]) -> Self {
        Self {
            values: targets.values.select(Axis(0), rows),
            measured: targets.measured.select(Axis(0), rows),
        }
    }

    pub(crate) fn targets(&self) -> Targets<'_> {
        let (values, measured): (ArrayView2<'_, f32>, ArrayView2<'_, bool>) =
            (self.values.view(), self.measured.view());
        Targets { values, measured }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use imputome_core::Names;

    #[test]
    fn samples_of_a_donor_stand_in_one_fold() {
        let names = (0..6).map(|s| format!("S{s}")).collect();
        let data = Dataset::new(
            Array2::zeros((6, 1)),
            Names::new("sample", names).unwrap(),
            Names::new("gene", vec!["A".into()]).unwrap(),
        )
        .unwrap();
        let rows = [0, 1, 2, 3, 4, 5];
        assert_eq!(folds_of(&data, &rows, 4), [0, 1, 2, 3, 0, 1]);
        let donors = ["a", "b", "a", "c", "b", "c"].map(String::from).to_vec();
        let data = data.with_groups(donors).unwrap();
        let folds = folds_of(&data, &rows, 2);
        assert_eq!(folds, [0, 1, 0, 0, 1, 0]);
        assert_eq!(each_fold(&folds)[1].held_out, [1, 4]);
    }
}
