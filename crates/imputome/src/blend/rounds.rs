//! What the parts learn from in the cross-validation, and what they are judged by.

use imputome_core::prepare::split_groups;
use imputome_core::{Dataset, Holdout, Mask, Result, Run, TableShape};
use imputome_neural::panels::Panel;
use rand::RngExt;
use rand::seq::SliceRandom;

use super::Blend;

/// Share of measured entries above which a table counts as one without gaps, whose rows are not themselves to be filled. Ours, as
/// for the choices inside `factor` and its kin.
const COMPLETE: f64 = 0.95;

/// Groups below which no cross-validation is made: ours, as for the choices inside `factor`.
const FEWEST_GROUPS: usize = 10;

/// Entries of the rows that are judged, at most. Ours: of 12,557 genes 160 samples, which tells weights to within a hundredth,
/// and estimates of what is hidden stay below a hundred MiB a part.
const MOST_ENTRIES: usize = 2_000_000;

/// Rows judged however many genes there are; ours.
const FEWEST_ROWS: usize = 50;

/// One fit of every part.
#[derive(Debug)]
pub(super) struct Round {
    /// The rows to learn from, without what is hidden.
    pub(super) learning: Dataset,
    /// What is to be estimated.
    pub(super) panels: Vec<Panel>,
    /// Which half of the cross-validation each row of the panels belongs to, whole groups together.
    pub(super) second_half: Vec<bool>,
}

/// True when there are groups and genes enough to learn weights.
pub(super) fn are_possible(train: &Dataset) -> bool {
    n_groups(train) >= FEWEST_GROUPS && train.n_genes() > 1
}

/// Groups of a table.
pub(super) fn n_groups(train: &Dataset) -> usize {
    let mut groups = train.group_of_samples();
    groups.sort_unstable();
    groups.dedup();
    groups.len()
}

/// The rounds of a training table: whole groups set aside where it has no gaps, for what will be filled are other rows; entries
/// hidden among the measured ones where it has.
pub(super) fn of(settings: &Blend, train: &Dataset, run: &Run) -> Result<Vec<Round>> {
    let measured = train.measured.count() as f64 / train.values.len() as f64;
    if measured < COMPLETE {
        with_hidden_entries(settings, train, run)
    } else {
        with_groups_apart(settings, train, run)
    }
}

/// Bytes of the estimates that the parts are judged by.
pub(super) fn memory(settings: &Blend, shape: TableShape, parts: usize) -> u64 {
    let judged = most_rows(shape.genes).min(shape.samples) * shape.genes;
    // Half of five panels, or a share of one in each fold; place, truth, estimates and spreads, and the panels themselves.
    let hidden = 3 * judged * settings.folds;
    (hidden * (32 + 8 * parts) + 12 * judged) as u64
}

fn most_rows(genes: usize) -> usize {
    (MOST_ENTRIES / genes).max(FEWEST_ROWS)
}

fn with_groups_apart(settings: &Blend, train: &Dataset, run: &Run) -> Result<Vec<Round>> {
    let random = &mut run.stream("blend/groups");
    let mut shares = vec![settings.hidden; settings.folds];
    shares.push((1.0 - settings.folds as f64 * settings.hidden).max(0.0));
    let parts = split_groups(&train.group_of_samples(), &shares, random)?;
    let round = |fold: usize| {
        let apart = &parts[fold];
        let learning: Vec<usize> = (0..train.n_samples())
            .filter(|row| apart.binary_search(row).is_err())
            .collect();
        let judged = train.select_samples(&some(apart, train.n_genes(), fold, run));
        Ok(Round {
            learning: train.select_samples(&learning),
            panels: Panel::of(&format!("blend/fold {fold}"), &judged, run)?,
            second_half: halves(&judged, fold, run)?,
        })
    };
    (0..settings.folds).map(round).collect()
}

fn with_hidden_entries(settings: &Blend, train: &Dataset, run: &Run) -> Result<Vec<Round>> {
    let every: Vec<usize> = (0..train.n_samples()).collect();
    let rows = some(&every, train.n_genes(), 0, run);
    let second_half = halves(&train.select_samples(&rows), 0, run)?;
    let random = &mut run.stream("blend/entries");
    // One draw an entry: folds hide entries of their own.
    let mut draws = train.measured.0.mapv(|_| random.random::<f64>());
    let mut judged = vec![false; train.n_samples()];
    rows.iter().for_each(|&row| judged[row] = true);
    for (row, judged) in judged.into_iter().enumerate() {
        if !judged {
            draws.row_mut(row).fill(f64::INFINITY);
        }
    }
    let round = |fold: usize| {
        let (from, to) = (
            fold as f64 * settings.hidden,
            (fold + 1) as f64 * settings.hidden,
        );
        let hidden = ndarray::Zip::from(&draws)
            .and(&train.measured.0)
            .map_collect(|&draw, &measured| measured && (from..to).contains(&draw));
        let holdout = Holdout::new(train, Mask(hidden.clone()))?;
        let learning = holdout.visible().clone();
        let hidden = Mask(hidden.select(ndarray::Axis(0), &rows));
        let holdout = Holdout::new(&train.select_samples(&rows), hidden)?;
        let visible = holdout.visible();
        let shown = visible.measured.count() as f64 / visible.values.len() as f64;
        Ok(Round {
            learning,
            panels: vec![Panel { holdout, shown }],
            second_half: second_half.clone(),
        })
    };
    (0..settings.folds).map(round).collect()
}

/// As many of the rows as are judged, in table order.
fn some(rows: &[usize], genes: usize, fold: usize, run: &Run) -> Vec<usize> {
    let mut rows = rows.to_vec();
    rows.shuffle(&mut run.stream(&format!("blend/rows {fold}")));
    rows.truncate(most_rows(genes));
    rows.sort_unstable();
    rows
}

/// Whether each row's group falls into the second of two halves.
fn halves(judged: &Dataset, fold: usize, run: &Run) -> Result<Vec<bool>> {
    let random = &mut run.stream(&format!("blend/halves {fold}"));
    let mut second = vec![false; judged.n_samples()];
    if n_groups(judged) < 2 {
        return Ok(second);
    }
    let parts = split_groups(&judged.group_of_samples(), &[0.5, 0.5], random)?;
    parts[1].iter().for_each(|&row| second[row] = true);
    Ok(second)
}

#[cfg(test)]
mod tests {
    use super::*;
    use imputome_core::Names;
    use ndarray::Array2;

    /// Sixty samples of twenty donors, six genes, every k-th entry a gap.
    fn table(gap_every: usize) -> Dataset {
        let names =
            |kind, n: usize| Names::new(kind, (0..n).map(|i| format!("{kind}{i}")).collect());
        let values = Array2::from_shape_fn((60, 6), |(s, g)| {
            let entry = s * 6 + g;
            if entry % gap_every == 0 {
                f32::NAN
            } else {
                entry as f32
            }
        });
        Dataset::new(
            values,
            names("sample", 60).unwrap(),
            names("gene", 6).unwrap(),
        )
        .and_then(|data| data.with_groups((0..60).map(|s| format!("D{}", s / 3)).collect()))
        .unwrap()
    }

    fn rounds(data: &Dataset, folds: usize) -> Vec<Round> {
        let settings = Blend {
            folds,
            ..Blend::default()
        };
        of(&settings, data, &Run::new(3, 1).unwrap()).unwrap()
    }

    #[test]
    fn donors_set_aside_teach_nothing_and_each_stands_in_one_half() {
        let data = table(1000);
        let mut apart = Vec::new();
        for round in rounds(&data, 3) {
            let learning = round.learning.groups.clone().unwrap();
            let judged = round.panels[0].holdout.visible().groups.clone().unwrap();
            assert!(judged.iter().all(|donor| !learning.contains(donor)));
            for (donor, half) in judged.iter().zip(&round.second_half) {
                let same = judged
                    .iter()
                    .zip(&round.second_half)
                    .filter(|(d, _)| *d == donor);
                assert!(same.clone().all(|(_, h)| h == half));
            }
            assert_eq!(round.panels.len(), 5);
            apart.extend(judged);
        }
        apart.sort_unstable();
        // Three samples of a donor, and no donor in two folds.
        assert!(
            apart
                .chunks(3)
                .all(|donor| donor.iter().all(|name| *name == donor[0]))
        );
    }

    #[test]
    fn entries_hidden_in_a_table_with_gaps_are_gone_from_what_teaches() {
        let data = table(4);
        let rounds = rounds(&data, 2);
        let mut hidden_before = Mask::filled(60, 6, false);
        for round in &rounds {
            let holdout = &round.panels[0].holdout;
            let hidden = holdout.held_out();
            assert!(hidden.count() > 0);
            assert_eq!(round.learning.measured, data.measured.without(hidden));
            assert_eq!(holdout.visible().measured, round.learning.measured);
            assert_eq!(
                hidden.without(&hidden_before),
                *hidden,
                "folds hide entries of their own"
            );
            hidden_before = hidden.clone();
        }
    }

    #[test]
    fn rows_of_a_wide_table_are_judged_in_part() {
        assert_eq!(
            (most_rows(273), most_rows(12_557), most_rows(1_000_000)),
            (7326, 159, 50)
        );
    }
}
