//! Measured entries out of sight, for settings to be chosen by.

use imputome_core::prepare::split_groups;
use imputome_core::{Dataset, Result};
use ndarray::Array2;
use rand::seq::SliceRandom;
use rand::{Rng, RngExt};

use super::columns::Columns;
use super::table::{Hidden, Table};

/// Rows that validation looks at, at most: ours, a few thousand entries tell settings apart.
const MOST_ROWS: usize = 128;
/// Share of groups whose rows are set aside where nothing is missing: ours.
const SHARE_SET_ASIDE: f64 = 0.2;
/// Share of measured entries above which a table counts as one without gaps, whose rows are not
/// themselves to be filled: ours.
const COMPLETE: f64 = 0.95;
/// Smallest share of a validation row's measured genes hidden: ours.
const LEAST_HIDDEN: f64 = 0.2;
/// Fewest groups that can be split: ours.
const FEWEST: usize = 10;
/// Largest error counted, in standard deviations: ours, so that outlying samples do not decide.
const LARGEST_ERROR: f64 = 3.0;
/// True when there is enough to split.
pub(super) fn is_possible(train: &Dataset) -> bool {
    let mut groups = train.group_of_samples();
    groups.sort_unstable();
    groups.dedup();
    groups.len() >= FEWEST && train.n_genes() > 1
}

/// What to learn from and what to judge by.
#[derive(Debug)]
pub(super) struct Trial {
    /// The rows to learn from; nothing for all rows of the table, less what is hidden there.
    pub(super) learning: Option<Table>,
    /// Entries to show again after the trial.
    pub(super) still_hidden: Vec<Hidden>,
    pub(super) validation: Validation,
}

impl Trial {
    /// Hides entries of some rows until a share `hidden` of their genes is out of sight.
    ///
    /// Rows of a table without gaps are set aside whole, for what will be filled are other rows;
    /// in a table with gaps they go on teaching by what is left in sight.
    pub(super) fn set_up(
        table: &mut Table,
        groups: &[String],
        hidden: f64,
        random: &mut impl Rng,
    ) -> Result<Self> {
        let share = table.share();
        let out_of_sight = ((hidden - (1.0 - share)) / share).clamp(LEAST_HIDDEN, 1.0);
        if share < COMPLETE {
            let mut rows: Vec<usize> = (0..table.n_samples()).collect();
            rows.shuffle(random);
            rows.truncate(MOST_ROWS);
            rows.sort_unstable();
            let hidden = hide(table, &rows, out_of_sight, random);
            return Ok(Self {
                learning: None,
                validation: Validation::new(table, &rows, &hidden),
                still_hidden: hidden,
            });
        }
        let apart = SHARE_SET_ASIDE.min(2.0 * MOST_ROWS as f64 / table.n_samples() as f64);
        let parts = split_groups(groups, &[1.0 - apart, apart], random)?;
        let rows = &parts[1][..parts[1].len().min(MOST_ROWS)];
        let hidden = hide(table, rows, out_of_sight, random);
        let validation = Validation::new(table, rows, &hidden);
        table.show(&hidden);
        Ok(Self {
            learning: Some(table.select(&parts[0])),
            still_hidden: Vec::new(),
            validation,
        })
    }
}

fn hide(table: &mut Table, rows: &[usize], share: f64, random: &mut impl Rng) -> Vec<Hidden> {
    let mut hidden = Vec::new();
    for &row in rows {
        for gene in table.measured_genes(row) {
            if random.random_bool(share) {
                hidden.push(table.hide(row, gene));
            }
        }
    }
    hidden
}

/// Rows some of whose entries are hidden.
#[derive(Debug)]
pub(super) struct Validation {
    pub(super) visible: Columns,
    /// With the row of `visible`.
    pub(super) hidden: Vec<Hidden>,
}

impl Validation {
    /// The given rows of a table in which `hidden` is hidden.
    fn new(table: &Table, rows: &[usize], hidden: &[Hidden]) -> Self {
        let visible = table.select(rows).columns();
        let mut position = vec![0; table.n_samples()];
        for (at, &origin) in visible.origin.iter().enumerate() {
            position[rows[origin]] = at;
        }
        let hidden = hidden.iter().map(|&entry| Hidden {
            row: position[entry.row],
            ..entry
        });
        Self {
            hidden: hidden.collect(),
            visible,
        }
    }

    /// Mean squared error of hidden entries, each no more than [`LARGEST_ERROR`] squared;
    /// estimates are of the rows of `visible`.
    pub(super) fn mean_square(&self, estimates: &Array2<f64>) -> f64 {
        let square = |entry: &Hidden| {
            let error = f64::from(entry.truth) - estimates[(entry.row, entry.column)];
            error.abs().min(LARGEST_ERROR).powi(2)
        };
        self.hidden.iter().map(square).sum::<f64>() / self.hidden.len().max(1) as f64
    }
}
