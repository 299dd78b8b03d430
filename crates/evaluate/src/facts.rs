//! What an evaluation says of the data it was done on.

use std::collections::BTreeMap;

use crate::enough::FEWEST_HELD_OUT;
use crate::experiment::Scenario;
use crate::record::TrialFacts;
use crate::scores::{DataFacts, LevelFacts};
use crate::trials::{Trials, percent};

/// What is known of the table before any trial; `name` is that of the file or data set.
pub(crate) fn data_facts(name: &str, trials: &Trials) -> DataFacts {
    let data = trials.data();
    let mut groups = data.group_of_samples();
    groups.sort_unstable();
    groups.dedup();
    let entries = (data.n_samples() * data.n_genes()) as f64;
    let columns = data.covariates.columns().iter();
    DataFacts {
        name: name.into(),
        samples: data.n_samples(),
        genes: 0,
        groups: groups.len(),
        gap_share: 1.0 - data.measured.count() as f64 / entries,
        scale: data.scale.name().into(),
        covariates: columns.map(|c| c.name.clone()).collect(),
        by: trials.experiment().by.clone(),
        levels: levels(trials),
        remarks: Vec::new(),
    }
}

fn levels(trials: &Trials) -> Vec<LevelFacts> {
    let Some(levels) = trials.levels() else {
        return Vec::new();
    };
    let mut facts: Vec<LevelFacts> = levels
        .names
        .iter()
        .map(|level| LevelFacts {
            level: level.clone(),
            samples: 0,
            training_samples: 0,
        })
        .collect();
    for level in levels
        .of_samples(&trials.data().covariates)
        .iter()
        .flatten()
    {
        facts[*level].samples += 1;
    }
    facts
}

/// Adds what a trial tells: genes judged at most, training samples by level. The first repeat of
/// the inductive scenario decides; in place all samples are training samples.
pub(crate) fn learn_from(facts: &mut DataFacts, seen: &TrialFacts) {
    facts.genes = facts.genes.max(seen.genes);
    let known = facts.levels.iter().any(|level| level.training_samples > 0);
    if seen.repeat == 1 && (seen.scenario == Scenario::Inductive || !known) {
        for (level, &n) in facts.levels.iter_mut().zip(&seen.level_samples) {
            level.training_samples = n;
        }
    }
}

/// Scenario and hidden share as remarks write them: `in-place, 50 % hidden`.
pub(crate) fn place(scenario: Scenario, hidden: f64) -> String {
    format!("{}, {} % hidden", scenario.name(), percent(hidden))
}

/// Genes that could not be judged, by scenario and hidden share.
pub(crate) fn remarks(n_genes: usize, left_out: &BTreeMap<String, usize>) -> Vec<String> {
    left_out
        .iter()
        .filter(|(_, count)| **count > 0)
        .map(|(place, count)| {
            format!(
                "{place}: up to {count} of {n_genes} genes could not be judged in a repeat: fewer than {FEWEST_HELD_OUT} hidden values, or no variation among hidden or training values"
            )
        })
        .collect()
}
