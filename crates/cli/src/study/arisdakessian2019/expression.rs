//! Figure 5c: genes that groups express differently, against what the simulation knows.

use imputome_core::Run;
use imputome_evaluate::cells::Recipe;
use imputome_evaluate::downstream::{DifferenceTest, differential_expression, roc_area, top};
use ndarray::{Array2, ArrayView2};

use crate::failure::Result;

use super::learned::Learned;
use super::parts::Part;
use super::rows::Unit;
use super::sources::{Kinds, Truth};
use super::study::{Study, Work};

/// The tests and what tables call them: the paper names the first, its program used the second.
pub(super) const TESTS: [(&str, DifferenceTest); 2] = [
    ("t test", DifferenceTest::Welch),
    ("Wilcoxon", DifferenceTest::Wilcoxon),
];

/// Genes taken from each group (Arisdakessian et al. 2019, "Differential expression analysis").
pub(super) const TOP: usize = 500;

/// False discovery rate at which a gene is called different; the usual one.
pub(super) const RATE: f64 = 0.05;

/// Runs what is not finished, on the simulation alone: nothing else knows which genes differ.
pub(super) fn run(study: &Study) -> Result<()> {
    let entrants: Vec<_> = study.entrants.iter().collect();
    for set in study.data.iter().filter(|set| set.is_simulation()) {
        study.on_data(Part::Expression, set, &entrants, judge)?;
    }
    Ok(())
}

fn judge(work: &Work, unit: &mut Unit) -> Result<()> {
    let (Some(truth), Some(kinds)) = (&work.table.truth, &work.table.kinds) else {
        return Ok(());
    };
    let learned = Learned::of(work.entrant, &work.table.counts, work.run)?;
    let logs = logs(learned.filled(&work.table.counts, work.run)?);
    for (name, test) in TESTS {
        Calls::of(logs.view(), (truth, kinds), test, work.run).add_to(unit, name);
    }
    Ok(())
}

/// `ln(1 + count)` of cells scaled to the same total.
pub(super) fn logs(counts: Array2<f32>) -> Array2<f32> {
    let mut table = Recipe::default().normalized(counts.view());
    table.mapv_inplace(f32::ln_1p);
    table
}

/// Genes of all groups, each against all other cells.
#[derive(Debug, Default)]
struct Calls {
    different: Vec<bool>,
    /// Whether any group expresses the gene differently: only a gene that none does is the same in a
    /// group and in all other cells.
    anywhere: Vec<bool>,
    /// 1 less the adjusted p value.
    confidence: Vec<f64>,
    /// Size of the statistic.
    strength: Vec<f64>,
    /// Positions of the genes that each group expresses most of all.
    top: Vec<usize>,
}

impl Calls {
    fn of(
        logs: ArrayView2<'_, f32>,
        (truth, kinds): (&Truth, &Kinds),
        test: DifferenceTest,
        run: &Run,
    ) -> Self {
        let mut calls = Self::default();
        let of_any = |gene: usize| truth.different.iter().any(|different| different[gene]);
        let anywhere: Vec<bool> = (0..logs.ncols()).map(of_any).collect();
        for (group, different) in truth.different.iter().enumerate() {
            let inside: Vec<bool> = kinds
                .of_cell
                .iter()
                .map(|kind| *kind == Some(group))
                .collect();
            let found = differential_expression(logs, &inside, test, run);
            let first = calls.different.len();
            let statistics: Vec<f64> = found.iter().map(|gene| gene.statistic).collect();
            calls
                .top
                .extend(top(&statistics, TOP).into_iter().map(|at| first + at));
            calls.different.extend(different);
            calls.anywhere.extend(&anywhere);
            calls
                .confidence
                .extend(found.iter().map(|gene| 1.0 - gene.adjusted_p));
            calls.strength.extend(statistics.iter().map(|s| s.abs()));
        }
        calls
    }

    fn add_to(&self, unit: &mut Unit, test: &str) {
        let of_top =
            |values: &[f64]| -> Vec<f64> { self.top.iter().map(|&at| values[at]).collect() };
        let truth: Vec<bool> = self.top.iter().map(|&at| self.different[at]).collect();
        let mut add =
            |metric: &str, value: Option<f64>| unit.add(test, metric, value.unwrap_or(f64::NAN));
        add("auc", roc_area(&truth, &of_top(&self.confidence)));
        add("auc_all", roc_area(&self.different, &self.confidence));
        add("auc_statistic", roc_area(&self.different, &self.strength));
        let called = |at: &usize| 1.0 - self.confidence[*at] < RATE;
        let calls: Vec<usize> = (0..self.different.len()).filter(called).collect();
        let hits = calls.iter().filter(|&&at| self.different[at]).count() as f64;
        let all = self
            .different
            .iter()
            .filter(|different| **different)
            .count() as f64;
        let invented = calls.iter().filter(|&&at| !self.anywhere[at]).count() as f64;
        add("called", Some(calls.len() as f64));
        add("false_discoveries", Some(invented / calls.len() as f64));
        add("found", Some(hits / all));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_counted_against_the_truth() {
        let calls = Calls {
            different: vec![true, false, true, false],
            anywhere: vec![true, false, true, true],
            confidence: vec![0.99, 0.98, 0.5, 0.1],
            strength: vec![9.0, 3.0, 4.0, 1.0],
            top: vec![0, 1],
        };
        let mut unit = Unit::new("simulation", "raw", 0);
        calls.add_to(&mut unit, "t test");
        let value = |metric: &str| {
            unit.rows
                .iter()
                .find(|row| row.metric == metric)
                .map(|row| row.value)
        };
        assert_eq!(
            (value("auc"), value("auc_statistic")),
            (Some(1.0), Some(1.0))
        );
        assert_eq!(
            (value("false_discoveries"), value("found")),
            (Some(0.5), Some(0.5))
        );
    }
}
