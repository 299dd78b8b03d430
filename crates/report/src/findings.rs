//! What an evaluation found, arranged as the page and its figures ask for it.

use std::collections::BTreeMap;

use imputome_evaluate::{Evaluation, ScoreScale, SummaryRow, summary};

/// Shares and other values that went through text and back are equal within this; ours.
const SAME: f64 = 1e-9;

/// An evaluation with its summary and what to look at first.
#[derive(Debug)]
pub(crate) struct Findings<'a> {
    pub(crate) evaluation: &'a Evaluation,
    /// Methods by scenario and hidden share, best first.
    pub(crate) summary: Vec<SummaryRow>,
    /// Scenarios with scores, the main one first.
    pub(crate) scenarios: Vec<&'static str>,
    /// Hidden shares with scores, ascending.
    pub(crate) shares: Vec<f64>,
    /// The scenario that figures of one scenario show: inductive where it was run.
    pub(crate) main_scenario: &'static str,
    /// The hidden share that figures of one share show.
    pub(crate) main_share: f64,
}

/// A gene under one method: means over repeats.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Gene<'a> {
    pub(crate) name: &'a str,
    pub(crate) r2: f64,
    pub(crate) rmse: f64,
    pub(crate) pearson: f64,
    /// Held-out entries scored, over all repeats.
    pub(crate) entries: usize,
}

impl<'a> Findings<'a> {
    pub(crate) fn of(evaluation: &'a Evaluation) -> Self {
        let summary = summary(evaluation);
        let asked = &evaluation.experiment;
        let mut scenarios: Vec<_> = asked
            .scenarios
            .iter()
            .map(|scenario| scenario.name())
            .filter(|name| summary.iter().any(|row| row.scenario == *name))
            .collect();
        let mut shares: Vec<f64> = summary.iter().map(|row| row.hidden).collect();
        shares.sort_by(f64::total_cmp);
        shares.dedup_by(|a, b| same(*a, *b));
        let main_scenario = match scenarios.as_slice() {
            names if names.contains(&"inductive") => "inductive",
            names => names.first().copied().unwrap_or("inductive"),
        };
        scenarios.sort_by_key(|name| *name != main_scenario);
        let main_share = if asked.hidden_shares.is_empty() {
            shares.first().copied().unwrap_or(0.5)
        } else {
            asked.reference_share()
        };
        Self {
            evaluation,
            summary,
            scenarios,
            shares,
            main_scenario,
            main_share,
        }
    }

    /// The methods of a scenario at a hidden share, best first.
    pub(crate) fn ranked(&self, scenario: &str, share: f64) -> Vec<&SummaryRow> {
        self.summary
            .iter()
            .filter(|row| row.scenario == scenario && same(row.hidden, share))
            .collect()
    }

    /// The best method of a scenario at the main share, where any has a score.
    pub(crate) fn best(&self, scenario: &str) -> Option<&SummaryRow> {
        self.ranked(scenario, self.main_share)
            .into_iter()
            .find(|row| mean(row, "r2").is_some_and(f64::is_finite))
    }

    /// The scale of truth and estimates, as a word or two.
    pub(crate) fn scale_of_scores(&self) -> String {
        let asked = &self.evaluation.experiment;
        match asked.score_on {
            ScoreScale::Normalized if !asked.normalization.is_none() => {
                asked.normalization.in_words()
            }
            _ => self.evaluation.data.scale.clone(),
        }
    }

    /// The labels of all methods, best first in the main scenario, the others after them.
    pub(crate) fn labels(&self) -> Vec<&str> {
        let mut labels: Vec<&str> = Vec::new();
        let ranked = self.ranked(self.main_scenario, self.main_share);
        let ranked = ranked.into_iter().map(|row| row.method.as_str());
        let asked = self.evaluation.methods.iter().map(|m| m.label.as_str());
        for label in ranked.chain(asked) {
            if !labels.contains(&label) {
                labels.push(label);
            }
        }
        labels
    }

    /// Place of a method in the order asked for; gives its color and its shape everywhere.
    pub(crate) fn place(&self, label: &str) -> usize {
        let methods = &self.evaluation.methods;
        methods
            .iter()
            .position(|method| method.label == label)
            .unwrap_or(methods.len())
    }

    /// Every gene under a method at the main share, means over the repeats that could
    /// judge it, in order of name.
    pub(crate) fn genes(&self, method: &str, scenario: &str) -> Vec<Gene<'a>> {
        let mut sums: BTreeMap<&'a str, (Gene<'a>, f64)> = BTreeMap::new();
        let rows = self.evaluation.per_gene.iter().filter(|row| {
            row.method == method
                && row.scenario == scenario
                && row.group == "all"
                && same(row.hidden, self.main_share)
                && row.r2.is_finite()
        });
        for row in rows {
            let (gene, repeats) = sums.entry(&row.gene).or_insert_with(|| {
                let gene = Gene {
                    name: &row.gene,
                    r2: 0.0,
                    rmse: 0.0,
                    pearson: 0.0,
                    entries: 0,
                };
                (gene, 0.0)
            });
            gene.r2 += row.r2;
            gene.rmse += row.rmse;
            gene.pearson += row.pearson;
            gene.entries += row.entries;
            *repeats += 1.0;
        }
        sums.into_values()
            .map(|(gene, repeats)| Gene {
                r2: gene.r2 / repeats,
                rmse: gene.rmse / repeats,
                pearson: gene.pearson / repeats,
                ..gene
            })
            .collect()
    }

    /// R2 of genes within each level, for one method in the main scenario.
    pub(crate) fn genes_by_level(&self, method: &str) -> BTreeMap<&'a str, Vec<f64>> {
        let mut levels: BTreeMap<&'a str, Vec<f64>> = BTreeMap::new();
        let Some(by) = &self.evaluation.data.by else {
            return levels;
        };
        for row in &self.evaluation.per_gene {
            let level = row.group.strip_prefix(by.as_str());
            let Some(level) = level.and_then(|rest| rest.strip_prefix('=')) else {
                continue;
            };
            if row.method == method
                && row.scenario == self.main_scenario
                && same(row.hidden, self.main_share)
            {
                levels.entry(level).or_default().push(row.r2);
            }
        }
        levels
    }
}

/// Mean of a metric over repeats, where it was computed.
pub(crate) fn mean(row: &SummaryRow, metric: &str) -> Option<f64> {
    row.metric(metric).map(|found| found.mean)
}

/// True where two shares are the same.
pub(crate) fn same(a: f64, b: f64) -> bool {
    (a - b).abs() < SAME
}

/// A scenario in words that follow "in".
pub(crate) fn scenario_title(scenario: &str) -> &'static str {
    match scenario {
        "in-place" => "In place: gaps of the table learned from",
        _ => "Inductive: gaps of new samples",
    }
}
